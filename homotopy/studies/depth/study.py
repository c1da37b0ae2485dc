"""What does depth do to a landscape at a fixed number of parameters? Five readings of the question, each counted."""

from __future__ import annotations

import msgspec

from homotopy.common.validation import check_level
from homotopy.studies.depth.cases import (
    READINGS,
    Case,
    Effort,
    NetworkData,
    architecture_cases,
    layered_cases,
    network_cases,
    require_reach,
    sphere_cases,
)
from homotopy.studies.depth.effective_glass import convention_table, curve, curve_findings, curve_table, glasses, lead
from homotopy.studies.depth.figure import draw, lines
from homotopy.studies.depth.measure import (
    CLUSTERED,
    claim_findings,
    counts_row,
    index_rows,
    limits,
    measure,
    minima_row,
    predictions,
    series_trends,
    theory_findings,
    trend_findings,
)
from homotopy.studies.frame.checks import require, require_whole
from homotopy.studies.frame.report import Report
from homotopy.studies.frame.run_folder import RunFolder
from homotopy.studies.frame.study import Study
from homotopy.studies.frame.tables import Table
from homotopy.studies.measures.near_pairs import near_pairs, pair_findings, pairs_table, require_glasses

QUESTION = (
    "At a fixed number of parameters, does depth reduce the number of stationary points, cluster the minima and soften the trade-off "
    "between how deep and how wide a minimum is?"
)


class DepthSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All choices of the study."""

    seed: int = 1
    level: float = 0.01  # probability, at most, that a verdict is false
    samples: int = 200  # of each ensemble
    classes: int = 18_000  # fewer samples where they would track more complex classes than this in an ensemble
    draws: int = 100  # of the uniform null of each sample
    readings: tuple[str, ...] = tuple(READINGS)  # which of layered, sphere, architecture, linear, polynomial
    layered_weights: int = 12  # reading "layered": N
    layered_depths: tuple[int, ...] = ()  # none: all divisors in reach
    sphere_spins: int = 6  # reading "sphere"
    sphere_depths: tuple[int, ...] = (2, 3, 4, 5)
    architecture_weights: tuple[int, ...] = (30, 60, 100)  # reading "architecture": numbers of weights
    architecture_depth: int = 20  # largest depth of the curves
    # by how much the weights of enumerated architectures may differ from that number, relatively
    architecture_tolerance: float = 0.15
    # near pairs of minima of the effective glasses of so many weights, far beyond enumeration, from theory; () leaves them out
    pair_weights: tuple[int, ...] = (10_000, 80_000)
    pair_depths: tuple[int, ...] = (3, 4, 6, 10, 16)
    pair_draws: int = 256  # random matrices for each interval of overlaps
    # widths, the shallow networks first
    linear_networks: tuple[str, ...] = ("2-2-2", "2-1-2-2", "2-1-2-1-2", "2-1-1-1-1-1-2")
    polynomial_networks: tuple[str, ...] = ("2-2-1", "2-1-2-1", "2-1-1-1-1")
    activation: str = "z^2"
    data: str = "iris"  # what the networks are trained on
    data_size: int = 20  # 0: all data
    # "sum", "mean" or both: the squared errors are summed, or averaged, beside l2 values from (0, 1). A series for each
    losses: tuple[str, ...] = ("sum", "mean")
    network_samples: int = 20
    network_tolerance: float = 0.2  # by how much the numbers of weights in a series of networks may differ, relatively
    max_bound: int = 30_000  # networks with a larger proved bound on complex solutions are refused
    max_minutes: float = 240.0  # specifications with a larger estimate (one core, glasses only) are refused

    def __post_init__(self) -> None:
        check_level(self.level)
        _check_sizes(self)
        minutes = sum(case.minutes for case in plan(self)[0])
        what = f"These ensembles would take about {minutes:.0f} minutes of one core, more than max_minutes = {self.max_minutes:g}."
        require(minutes <= self.max_minutes, what, "Lower samples or classes, or raise max_minutes.")


_RANGES = {
    "seed": (0, None),
    "samples": (8, 10**6),
    "classes": (8, 10**9),
    "draws": (19, 10**5),
    "layered_weights": (4, 60),
    "sphere_spins": (2, 40),
    "architecture_depth": (3, 200),
    "architecture_weights": (6, 10_000),
    "data_size": (0, 10**6),
    "network_samples": (8, 10**6),
    "pair_draws": (128, 10**6),
    "pair_weights": (6, 10**7),
    "max_bound": (1, None),
}


def _check_sizes(spec: DepthSpec) -> None:
    require_whole(spec, _RANGES)
    for name in ("architecture_tolerance", "network_tolerance"):
        value = getattr(spec, name)
        require(0 <= value < 1, f"{name} = {value} is not from 0 to 1.", "Give 0.15, say.")
    require(spec.max_minutes > 0, f"max_minutes = {spec.max_minutes} is not positive.", "Give 60, say.")
    is_deep = bool(spec.sphere_depths) and min(spec.sphere_depths) >= 2
    require(is_deep, "sphere_depths are not depths of 2 or more.", "Give sphere_depths = [2, 3, 4], say.")
    for name in ("architecture_weights", "losses", "readings"):
        values = getattr(spec, name)
        is_list = 0 < len(values) == len(set(values))
        require(is_list, f"{name} = {list(values)} names none, or one twice.", "Name one at least, each once.")
    require_glasses(spec.pair_weights, spec.pair_depths)
    is_known = set(spec.readings) <= set(READINGS)
    require(
        is_known, f"The readings {', '.join(spec.readings)} are not some of {', '.join(READINGS)}.", "Name each once."
    )


def plan(spec: DepthSpec) -> tuple[list[Case], list[str]]:
    """The models of all series, and what is left out with the reason."""
    effort = Effort(spec.samples, spec.classes)
    trained = [NetworkData(spec.data, spec.data_size, loss) for loss in spec.losses]
    cases: list[Case] = []
    left_out: list[str] = []
    if "layered" in spec.readings:
        found, missing = layered_cases(spec.layered_weights, spec.layered_depths, effort)
        cases, left_out = cases + found, left_out + missing
    if "sphere" in spec.readings:
        cases += sphere_cases(spec.sphere_spins, spec.sphere_depths, effort)
    for weights in spec.architecture_weights if "architecture" in spec.readings else ():
        found, missing = architecture_cases(weights, spec.architecture_tolerance, effort)
        cases, left_out = cases + found, left_out + missing
    tolerance, n = spec.network_tolerance, spec.network_samples
    for data in trained:
        if "linear" in spec.readings:
            cases += network_cases("linear", spec.linear_networks, data, None, tolerance, n)
        if "polynomial" in spec.readings:
            cases += network_cases("polynomial", spec.polynomial_networks, data, spec.activation, tolerance, n)
    return cases, left_out


def run(spec: DepthSpec, folder: RunFolder) -> Report:
    """Count every model of every series, and judge."""
    cases, left_out = plan(spec)
    require_reach(cases, spec.seed, spec.max_bound)
    has_curves = "architecture" in spec.readings
    curves = [curve(n, spec.architecture_depth) for n in spec.architecture_weights] if has_curves else []
    folder.say("predictions")
    predicted = predictions(folder, [case.label for case in cases] + glasses(curves))
    measured = [measure(folder, case, predicted[case.label], spec.seed, spec.draws) for case in cases]
    series = {name: [m for m in measured if m.case.series == name] for name in dict.fromkeys(c.series for c in cases)}
    trends = {name: series_trends(members, spec.level) for name, members in series.items()}
    tables = {
        "counts": Table.of("counts", _COUNTS, [counts_row(m) for m in measured]),
        "minima": Table.of("minima", _MINIMA, [minima_row(m) for m in measured]),
        "indices": Table.of("indices", _INDICES, [row for m in measured for row in index_rows(m)]),
    }
    findings = theory_findings(measured, spec.level)
    if has_curves:
        tables["architecture"] = curve_table(curves, predicted)
        tables["conventions"] = convention_table(spec.architecture_weights, spec.architecture_depth)
        findings += curve_findings(curves, tables["architecture"])
        pairs = near_pairs(folder, spec.pair_weights, spec.pair_depths, spec.pair_draws, spec.seed)
        tables["near-pairs"] = pairs_table(pairs)
        findings += pair_findings(pairs, CLUSTERED, spec.level)
    most = {name: max(m.n_variables for m in members) for name, members in series.items()}
    findings += [f for name, found in trends.items() for f in claim_findings(name, found, most[name])]
    findings += [f for name, found in trends.items() for f in trend_findings(name, found)]
    return Report(
        "Depth at a fixed number of parameters",
        QUESTION,
        tuple(table for table in tables.values() if table.rows),
        tuple(findings),
        lead(curves),
        limits(measured, left_out, spec.level),
        draw=lambda figure: draw(figure, lines(series), curves),
        figure_size=(11.0, 4.2),
    )


_COUNTS = (
    "Counts of each model. Complex and real counts are up to sign on spheres (a class carries the points named) and of solutions for "
    "networks; minima are points, and once up to symmetry. Every sample is certified; means have standard errors, medians 95 % "
    "intervals; predicted means come from theory, exact (exact, quadrature) or with a standard error (monte-carlo)."
)
_MINIMA = (
    "Minima up to symmetry: means over samples with standard errors. Energies are per spin on spheres, and for networks over the loss at "
    "zero weights. Log-curvature is log det of the Riemannian Hessian per dimension; free of scale, minus the logarithm of the root mean "
    "square curvature of all stationary points of the sample. Ratio and overlap compare with as many uniform points of the same norms. Rank "
    "correlations (Spearman, energy against log-curvature) have 95 % bootstrap intervals over samples."
)
_INDICES = "Mean number of points of each Morse index, enumerated and predicted."

FULL = DepthSpec()
QUICK = DepthSpec(
    samples=40,
    pair_weights=(10_000,),
    pair_draws=128,
    classes=8_000,
    draws=39,
    sphere_spins=5,
    sphere_depths=(2, 3, 4),
    linear_networks=("2-2-2", "2-1-2-1-2", "2-1-1-1-1-1-2"),
    polynomial_networks=("2-2-1", "2-1-2-1"),
    network_samples=8,
)

STUDY = Study("depth", QUESTION, DepthSpec, QUICK, FULL, run)
