"""From spin glass to network: what changes when one assumption is dropped at a time? Sizes matched, counts exact."""

from __future__ import annotations

import msgspec

from homotopy.common.validation import check_level, is_whole
from homotopy.ensembles.result import Ensemble
from homotopy.studies.assumptions import tables
from homotopy.studies.assumptions.bad_saddles import bad_saddles
from homotopy.studies.assumptions.claims import layer_claims, lead, limit_claims, step_findings
from homotopy.studies.assumptions.figure import draw
from homotopy.studies.assumptions.ladder import check_dimension, layered_widths, rungs, steps
from homotopy.studies.assumptions.relu.rectified import rectified
from homotopy.studies.assumptions.tables import Climbed, Scanned
from homotopy.studies.frame.checks import require, require_whole
from homotopy.studies.frame.claims import judge
from homotopy.studies.frame.report import Report
from homotopy.studies.frame.run_folder import RunFolder
from homotopy.studies.frame.study import Study
from homotopy.studies.frame.trends import Level, exact, predicted
from homotopy.studies.measures.profiles import profiles
from polysys import theory
from polysys.models.labels import model_from_label
from polysys.models.layered_spin_glass import LayeredSpinGlass
from polysys.models.network import NAMED

QUESTION = (
    "Which of the assumptions that turn a network into a spin glass (independent couplings, redundancy, spheres, decoupled activation) can be "
    "dropped without changing the landscape?"
)


class AssumptionsSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All choices of the study."""

    seed: int = 1
    level: float = 0.01  # probability, at most, that one of the verdicts of a family is false
    # numbers of free parameters, 3 to 8; each gives a ladder. Steps are judged at the largest
    dimensions: tuple[int, ...] = (4, 6)
    samples: int = 60  # of each model
    # what couplings are built from: gaussian, wine, digits, diabetes (iris has too few features)
    data: tuple[str, ...] = ("gaussian", "wine")
    m: int = 30  # number of data
    # numbers of normal data at which the approach to independent couplings is followed
    scan: tuple[int, ...] = (10, 30, 100, 300)

    rectified: int = 5  # data sets for each network with rectified units; 0 leaves them out

    def __post_init__(self) -> None:
        check_level(self.level)
        require(
            _are_distinct(self.dimensions), "The dimensions are not distinct numbers.", "Give dimensions = [4, 6], say."
        )
        for dimension in self.dimensions:
            check_dimension(dimension)
        require_whole(self, {"samples": (5, None), "rectified": (0, 1000)})
        known = ("gaussian", *NAMED)
        is_known = _are_distinct(self.data) and all(d in known for d in self.data)
        require(is_known, "The data are not distinct data sets.", f"Choose from {', '.join(known)}.")
        n = sum(layered_widths(max(self.dimensions)))
        for name in self.data:
            most = _FEATURES.get(name, n)
            way_out = "Leave it out, or choose smaller dimensions."
            require(n <= most, f"{name} has {most} features, the ladder needs {n}.", way_out)
        has_enough = all(is_whole(m, n) for m in (self.m, *self.scan))
        what = f"With fewer data than {n} features the couplings of a data glass are degenerate."
        require(has_enough, what, "Give more data.")
        require(len(set(self.scan)) == len(self.scan), "The numbers of data of the scan repeat.", "Give each once.")


_FEATURES = {"iris": 4, "wine": 13, "diabetes": 10, "digits": 61, "xor": 2}


def _are_distinct(values: tuple[object, ...]) -> bool:
    return 0 < len(values) == len(set(values))


def climb(spec: AssumptionsSpec, folder: RunFolder) -> list[Climbed]:
    """Count all rungs."""
    climbed = []
    for dimension in sorted(spec.dimensions):
        for rung in rungs(dimension, spec.data, spec.m):
            ensemble = _count(folder, rung.label, spec)
            climbed.append(Climbed(dimension, rung, ensemble, profiles(folder, ensemble, model_from_label(rung.label))))
    return climbed


def _count(folder: RunFolder, label: str, spec: AssumptionsSpec) -> Ensemble:
    return folder.ensemble(label, samples=spec.samples, seed=spec.seed, points=True)


def scan(spec: AssumptionsSpec, folder: RunFolder) -> list[Scanned]:
    """Follow the data glasses to many data."""
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
        Scanned(family, m, _count(folder, f"{family},data=gaussian,m={m}", spec), limit, independent[family])
        for family, limit in limits_of.items()
        for m in sorted(spec.scan)
    ]


def run(spec: AssumptionsSpec, folder: RunFolder) -> Report:
    """The study."""
    climbed, scanned = climb(spec, folder), scan(spec, folder)
    top = [c for c in climbed if c.dimension == max(spec.dimensions)]
    of = {c.rung: c for c in top}
    taken = [(s, of[s.before], of[s.after]) for s in steps(list(of), spec.data)]
    chains, on_chains = bad_saddles(folder)
    units, on_units = rectified(folder, spec.rectified, spec.seed)
    lost = sum(c.profiles.n_left_out for c in climbed)
    return Report(
        "From spin glass to network, one assumption at a time",
        QUESTION,
        (
            tables.counts_table(climbed),
            tables.shape_table(climbed),
            tables.index_table(climbed),
            tables.steps_table(taken),
            tables.scan_table(scanned),
            chains,
            *([units] if units.rows else []),
        ),
        (
            *step_findings(taken, spec.level),
            *judge([*layer_claims(climbed), *limit_claims(scanned)], spec.level),
            *on_chains,
            *on_units,
        ),
        lead(top),
        (
            f"{lost} of {spec.samples * len(climbed)} samples are not complete and decided: left out of shapes and distinct counts, in the means "
            "of real points with their range.",
        ),
        draw=lambda figure: draw(figure, top, scanned),
    )


STUDY = Study(
    name="assumptions",
    question=QUESTION,
    spec=AssumptionsSpec,
    quick=AssumptionsSpec(dimensions=(3, 4), samples=60, scan=(10, 50, 250), rectified=2),
    full=AssumptionsSpec(),
    run=run,
)
