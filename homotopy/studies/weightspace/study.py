"""Are the spaces of binary weights of deep networks connected, those of shallow ones broken? All spaces enumerated."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from homotopy.common.validation import check_level, is_number
from homotopy.studies.frame.checks import require, require_whole
from homotopy.studies.frame.claims import judge
from homotopy.studies.frame.report import Finding, Report
from homotopy.studies.frame.run_folder import RunFolder
from homotopy.studies.frame.study import Study
from homotopy.studies.weightspace import claims, measure, tables
from homotopy.studies.weightspace.claims import Measured, Record
from homotopy.studies.weightspace.figure import draw, lines
from homotopy.studies.weightspace.networks import DATA_SETS, Case, cases
from polysys.models.labels import binary_model_from_label

QUESTION = (
    "Is the space of the binary weights that solve a task connected for deep networks and broken for shallow ones, at an equal number of weights, and "
    "what does the symmetry of hidden units do to the answer?"
)
_MOST_WEIGHTS = 24
_AT_ONCE = {15: 25, 18: 10}  # samples that one process enumerates before it reports; larger spaces one by one


class WeightspaceSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All choices of the study."""

    seed: int = 1
    level: float = 0.01  # probability, at most, that one of the verdicts is false
    # numbers of weights, multiples of three from 12 to 24, and samples of each network of that size
    sizes: tuple[int, ...] = (15, 18, 21, 24)
    samples: tuple[int, ...] = (100, 50, 16, 6)
    # numbers of data over weights, P/N
    random_loads: tuple[float, ...] = (0.3, 0.6)
    teacher_loads: tuple[float, ...] = (0.6, 1.2)
    data_loads: tuple[float, ...] = (0.6,)  # of binarised Iris and Digits
    data_up_to: int = 18  # weights of networks that are given real data
    fit_size: int = 12  # weights of the networks whose solutions pairwise models describe
    fit_loads: tuple[float, ...] = (0.17, 0.33)
    fits: int = 8  # samples of each
    training_size: int = 15  # weights of networks that are trained
    trained: int = 12  # samples of each
    runs: int = 60  # trainings of each sample
    spins: int = 8  # of the Ising samples whose barriers are compared
    spin_samples: int = 50
    soft_spins: int = 5
    soft_samples: int = 20
    steepness: tuple[int, ...] = (1, 2, 4, 8, 16, 32, 64)
    # larger spaces, one sample each
    once: tuple[str, ...] = ("binary-network:widths=28-1,m=12", "binary-network:widths=4-7-1,output=fixed,m=12")

    def __post_init__(self) -> None:
        check_level(self.level)
        each = dict.fromkeys(("samples", "fits", "trained", "runs", "spin_samples", "soft_samples"), (2, None))
        require_whole(
            self,
            {
                "sizes": (12, _MOST_WEIGHTS),
                "fit_size": (12, 15),
                "training_size": (12, 21),
                "data_up_to": (0, None),
                "spins": (3, 10),
                "soft_spins": (2, 6),
                "steepness": (1, None),
                **each,
            },
        )
        for name in ("sizes", "fit_size", "training_size"):
            value = getattr(self, name)
            for n in value if isinstance(value, tuple) else (value,):
                require(n % 3 == 0, f"{name} = {n} is no multiple of three.", "Hidden layers have three units.")
        is_rising = list(self.sizes) == sorted(set(self.sizes)) and self.sizes
        require(bool(is_rising), f"sizes = {list(self.sizes)} do not rise.", "Give [15, 18], say.")
        require(
            len(self.samples) == len(self.sizes), "There is not one number of samples for each size.", "Give as many."
        )
        for name in ("random_loads", "teacher_loads", "data_loads", "fit_loads"):
            value = getattr(self, name)
            for load in value if isinstance(value, tuple) else (value,):
                is_load = is_number(load) and 0 < load <= 64 / _MOST_WEIGHTS
                require(is_load, f"{name} = {load!r:.40} is no number of data over weights.", "Give 0.6, say.")
        require(
            bool(self.random_loads or self.teacher_loads), "There are no loads.", "Give random_loads or teacher_loads."
        )
        for label in self.once:
            binary_model_from_label(label)


def cases_of(spec: WeightspaceSpec) -> list[tuple[Case, int]]:
    """All cases with their numbers of samples."""
    found = []
    for n, samples in zip(spec.sizes, spec.samples, strict=True):
        loads = {"random": spec.random_loads, "teacher": spec.teacher_loads}
        if n <= spec.data_up_to:
            loads |= dict.fromkeys(DATA_SETS, spec.data_loads)
        found += [(case, samples) for case in cases(n, loads)]
    return found


def measure_spaces(spec: WeightspaceSpec, folder: RunFolder) -> Measured:
    """Enumerate the samples of all cases."""
    chosen = cases_of(spec)
    folder.say(f"{sum(samples for _, samples in chosen)} spaces of {len(chosen)} networks")
    items = []
    for case, samples in chosen:
        step = _AT_ONCE.get(case.n, 25 if case.n < 15 else 1)
        items += [[case.label, spec.seed, k, min(k + step, samples)] for k in range(0, samples, step)]
    found: dict[str, list[Record]] = {}
    for item, records in zip(items, folder.cached_map("weightspace spaces 1", measure.spaces, items), strict=True):
        found.setdefault(str(item[0]), []).extend(records)
    return {case: found[case.label] for case, _ in chosen}


def _of_each(
    folder: RunFolder,
    what: str,
    function: Callable[[Any], Any],
    chosen: list[Case],
    seed: int,
    samples: int,
    *more: int,
) -> Measured:
    folder.say(f"{what}: {samples} samples of {len(chosen)} networks")
    items = [[case.label, seed, k, *more] for case in chosen for k in range(samples)]
    found = folder.cached_map(f"weightspace {what} 1", function, items)
    return {case: found[k * samples : (k + 1) * samples] for k, case in enumerate(chosen)}


def bridge(turned: Sequence[Record], by_steepness: Mapping[int, Sequence[Record]]) -> tuple[str, ...]:
    """What Ising spins on circles and in wells have to do with single flips."""
    ratios = np.array([a / b for r in turned for a, b in zip(r["torus"], r["flips"], strict=True)])
    said = []
    if ratios.size:
        lower = int((ratios < 1 - 1e-6).sum())
        said.append(
            f"Barriers of Ising spins on the torus are {ratios.mean():.2f} of those of single flips on the average of {ratios.size}, lower for {lower}."
        )
    if by_steepness:
        minima = ", ".join(
            f"{np.mean([r['n_minima'] for r in found]):.3g} (a = {a})" for a, found in by_steepness.items()
        )
        stable = np.mean([r["n_stable"] for found in by_steepness.values() for r in found])
        said.append(f"Soft spins have {minima} minima, the same spins {stable:.3g} states that no flip lowers.")
    return tuple(said)


def measure_spins(spec: WeightspaceSpec, folder: RunFolder) -> tuple[list[Record], dict[int, list[Record]]]:
    """Ising spins on circles, and in wells of each steepness."""
    folder.say(f"Ising spins: {spec.spin_samples} samples on circles, {spec.soft_samples} in wells")
    on_circles = [[spec.spins, spec.seed, k] for k in range(spec.spin_samples)]
    in_wells = [[spec.soft_spins, spec.seed, k, a] for a in spec.steepness for k in range(spec.soft_samples)]
    turned = folder.cached_map("weightspace torus 1", measure.torus, on_circles)
    wells = folder.cached_map("weightspace soft 1", measure.soft, in_wells)
    return turned, {a: wells[k * spec.soft_samples : (k + 1) * spec.soft_samples] for k, a in enumerate(spec.steepness)}


def verdicts(measured: Measured, fitted: Measured, level: float) -> tuple[Finding, ...]:
    """All findings, claim by claim."""
    of_spaces = (claims.connected, claims.deeper, claims.one_class, claims.no_hierarchy, claims.liquid)
    judged = judge([claim for of in of_spaces for claim in of(measured)] + claims.pairs(fitted), level)
    return tuple(sorted((*judged, *claims.transition(measured)), key=lambda found: claims.ORDER.index(found.statement)))


def run(spec: WeightspaceSpec, folder: RunFolder) -> Report:
    """The study."""
    measured = measure_spaces(spec, folder)
    to_fit = cases(spec.fit_size, {"random": spec.fit_loads})
    fitted = _of_each(folder, "fits", measure.fits, to_fit, spec.seed, spec.fits)
    to_train = cases(spec.training_size, {"teacher": spec.teacher_loads[:1] or (0.6,)})
    ended = _of_each(folder, "ends", measure.ends, to_train, spec.seed, spec.trained, spec.runs)
    turned, wells = measure_spins(spec, folder)
    large = folder.cached_map("weightspace once 1", measure.once, [[label, spec.seed] for label in spec.once])
    shown = ("teacher", spec.teacher_loads[0]) if spec.teacher_loads else ("random", spec.random_loads[0])
    found = lines(measured, *shown)
    every = (
        tables.spaces_table(measured),
        tables.teacher_table(measured),
        tables.layers_table(measured),
        tables.pairs_table(fitted),
        tables.training_table(ended),
        tables.torus_table(turned, spec.spins),
        tables.soft_table(wells, spec.soft_spins),
        tables.once_table(large),
    )
    return Report(
        "The space of binary weights, enumerated",
        QUESTION,
        tuple(table for table in every if table.rows),
        verdicts(measured, fitted, spec.level),
        (*claims.lead(measured, fitted, ended), *bridge(turned, wells)),
        claims.limits(measured),
        draw=lambda figure: draw(figure, found, fitted, f"{shown[0]} labels, P/N = {shown[1]:g}"),
        figure_size=(13.0, 4.2),
    )


FULL = WeightspaceSpec()
QUICK = WeightspaceSpec(
    sizes=(15, 18),
    samples=(60, 24),
    fits=6,
    trained=10,
    runs=50,
    spin_samples=20,
    soft_samples=8,
    once=(),
)

STUDY = Study("weightspace", QUESTION, WeightspaceSpec, QUICK, FULL, run)
