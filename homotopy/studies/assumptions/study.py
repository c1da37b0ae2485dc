"""From spin glass to network: what changes when one assumption is dropped at a time? Sizes matched, counts exact."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from homotopy.common.validation import check_level, is_whole
from homotopy.ensembles.result import Ensemble
from homotopy.studies.assumptions import tables
from homotopy.studies.assumptions.claims import layer_claims, limit_claims, step_findings
from homotopy.studies.assumptions.figure import draw
from homotopy.studies.assumptions.ladder import check_dimension, layered_widths, rungs, steps
from homotopy.studies.assumptions.tables import Climbed, Scanned
from homotopy.studies.assumptions.text import conclusion, limits
from homotopy.studies.frame.claims import judge
from homotopy.studies.frame.report import Report
from homotopy.studies.frame.run_folder import Bench
from homotopy.studies.frame.study import Study
from homotopy.studies.frame.trends import Level, exact, predicted
from homotopy.studies.measures.profiles import profiles
from polysys import theory
from polysys.errors import InputError
from polysys.models.labels import model_from_label
from polysys.models.layered_spin_glass import LayeredSpinGlass
from polysys.models.network import NAMED

QUESTION = (
    "Which of the assumptions that turn a network into a spin glass (independent couplings, redundancy, spheres, decoupled activation) can be "
    "dropped without changing the landscape?"
)


class AssumptionsSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All choices of the study.

    Parameters
    ----------
    seed : int
    level : float
        Probability, at most, that one of the verdicts of a family is false.
    dimensions : tuple of int
        Numbers of free parameters, 3 to 8; each gives a ladder. Steps are judged at the largest.
    samples : int
        Of each model.
    data : tuple of str
        What couplings are built from: gaussian, wine, digits, diabetes (iris has too few features).
    m : int
        Number of data.
    scan : tuple of int
        Numbers of normal data at which the approach to independent couplings is followed.
    """

    seed: int = 1
    level: float = 0.01
    dimensions: tuple[int, ...] = (4, 6)
    samples: int = 200
    data: tuple[str, ...] = ("gaussian", "wine")
    m: int = 30
    scan: tuple[int, ...] = (10, 30, 100, 300)

    def __post_init__(self) -> None:
        check_level(self.level)
        if not self.dimensions or len(set(self.dimensions)) < len(self.dimensions):
            raise InputError("The dimensions are not distinct numbers.", "Give dimensions = [4, 6], say.")
        for dimension in self.dimensions:
            check_dimension(dimension)
        if not is_whole(self.samples, 5):
            raise InputError(f"samples = {self.samples} is too small.", "Give 5 or more.")
        known = ("gaussian", *NAMED)
        if not self.data or len(set(self.data)) < len(self.data) or any(d not in known for d in self.data):
            raise InputError("The data are not distinct data sets.", f"Choose from {', '.join(known)}.")
        n_features = sum(layered_widths(max(self.dimensions)))
        for name, most in _FEATURES.items():
            if name in self.data and n_features > most:
                raise InputError(
                    f"{name} has {most} features, the ladder needs {n_features}.",
                    "Leave it out, or choose smaller dimensions.",
                )
        if not is_whole(self.m, n_features) or any(not is_whole(m, n_features) for m in self.scan):
            raise InputError(
                f"With fewer data than {n_features} features the couplings of a data glass are degenerate.",
                "Give more data.",
            )
        if len(set(self.scan)) < len(self.scan):
            raise InputError("The numbers of data of the scan repeat.", "Give each once.")


_FEATURES = {"iris": 4, "wine": 13, "diabetes": 10, "digits": 61}


@dataclass(frozen=True)
class Collected:
    """Everything that was computed."""

    climbed: tuple[Climbed, ...]
    scanned: tuple[Scanned, ...]


def collect(spec: AssumptionsSpec, bench: Bench) -> Collected:
    """Count all rungs, and follow the data glasses to many data."""
    climbed = []
    for dimension in sorted(spec.dimensions):
        for rung in rungs(dimension, spec.data, spec.m):
            ensemble = _count(bench, rung.label, spec)
            climbed.append(Climbed(dimension, rung, ensemble, profiles(bench, ensemble, model_from_label(rung.label))))
    return Collected(tuple(climbed), tuple(_scan(spec, bench)))


def _count(bench: Bench, label: str, spec: AssumptionsSpec) -> Ensemble:
    return bench.ensemble(label, samples=spec.samples, seed=spec.seed, points=True)


def _scan(spec: AssumptionsSpec, bench: Bench) -> list[Scanned]:
    dimension = max(spec.dimensions)
    n, widths = dimension + 1, layered_widths(dimension)
    joined = "-".join(map(str, widths))
    mixture = theory.total_count(theory.IsotropicField.mixture(n, {3: 6.0, 1: 9.0}))
    layered = theory.mean_counts(LayeredSpinGlass(widths)).total
    limits_of = {
        f"data-glass:widths={n},degrees=3": Level(mixture[0], mixture[0], mixture[1]),
        f"data-glass:widths={joined}": predicted(layered),
    }
    pure = theory.total_count(theory.IsotropicField.mixture(n, {3: 1.0}))[0]
    independent = {f"data-glass:widths={n},degrees=3": exact(pure), f"data-glass:widths={joined}": predicted(layered)}
    return [
        Scanned(family, m, _count(bench, f"{family},data=gaussian,m={m}", spec), limit, independent[family])
        for family, limit in limits_of.items()
        for m in sorted(spec.scan)
    ]


def run(spec: AssumptionsSpec, bench: Bench) -> Report:
    """The study."""
    found = collect(spec, bench)
    top = max(spec.dimensions)
    at_top = {c.rung: c for c in found.climbed if c.dimension == top}
    taken = [(s, at_top[s.before], at_top[s.after]) for s in steps(list(at_top), spec.data)]
    findings = (
        *step_findings(taken, spec.level),
        *judge([*layer_claims(found.climbed), *limit_claims(found.scanned)], spec.level),
    )
    return Report(
        "From spin glass to network, one assumption at a time",
        QUESTION,
        (
            tables.counts_table(found.climbed),
            tables.shape_table(found.climbed),
            tables.index_table(found.climbed),
            tables.steps_table(taken),
            tables.scan_table(found.scanned),
        ),
        findings,
        conclusion([c for c in found.climbed if c.dimension == top], found.scanned, findings),
        limits(found.climbed, spec),
        draw=lambda figure: draw(figure, [c for c in found.climbed if c.dimension == top], found.scanned),
        figure_size=(13.0, 8.0),
    )


STUDY = Study(
    name="assumptions",
    question=QUESTION,
    spec=AssumptionsSpec,
    quick=AssumptionsSpec(dimensions=(3, 4), samples=60, scan=(10, 50, 250)),
    full=AssumptionsSpec(),
    run=run,
)
