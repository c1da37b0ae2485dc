"""Claims of Zou and Huang's abstract against the exact spaces, each with clusters one by one and with clusters up to symmetry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import acos, pi
from typing import Any

import numpy as np

from homotopy.common.arrays import Floats
from homotopy.studies.frame.claims import Claim, against_half, one_sided
from homotopy.studies.frame.report import NOT_TESTABLE, Finding
from homotopy.studies.frame.trends import Level, mean_of, p_less
from homotopy.studies.weightspace.networks import SHALLOW, TREE, Case

RAW, QUOTIENT = "clusters one by one", "clusters up to symmetry"
SHARES = {RAW: "largest_cluster", QUOTIENT: "largest_orbit"}
LEVELS = {RAW: "levels", QUOTIENT: "quotient_levels"}
CONNECTED = "deep weight spaces are connected"
DEPTH = "depth connects the space at an equal number of weights"
CLASS = "under- and over-parametrised spaces are of one class"
HIERARCHY = "the clusters of deep spaces have no hierarchy"
BROKEN = "the shallow weight space is broken"
TRANSITION = "the shallow space has a discontinuous transition"
LIQUID = "the central layer is the most random"
PAIRS = "pairs carry nine tenths of the multi-information"
MASSES = "the pairwise model has most of its probability on solutions"
ORDER = (
    *(f"{CONNECTED}, {way}" for way in (RAW, QUOTIENT)),
    BROKEN,
    *(f"{DEPTH}, {way}" for way in (RAW, QUOTIENT)),
    *(f"{CLASS}, {way}" for way in (RAW, QUOTIENT)),
    HIERARCHY,
    TRANSITION,
    LIQUID,
    PAIRS,
    MASSES,
)
LEAST_SAMPLES = 5  # with solutions, behind a test
CAPTURED, MASS = 0.9, 0.5  # of the multi-information, and of the probability, at least, for pairs to describe a space

Record = dict[str, Any]
Measured = dict[Case, list[Record]]


def shares(records: Sequence[Record], key: str) -> Floats:
    """A number of solutions over all of them, for each sample that has a solution."""
    return np.array([r[key] / r["n_solutions"] for r in records if r["n_solutions"]], float)


def against(values: Floats, target: float) -> tuple[float, float]:
    """Student's p-values of a mean below and above a number; a handful of samples decides nothing."""
    return one_sided(values, target) if np.isfinite(values).sum() >= LEAST_SAMPLES else (1.0, 1.0)


def connected(measured: Measured) -> list[Claim]:
    """On the average more than half of the solutions lie in one cluster, or in one orbit of clusters: for deep networks; less: for shallow ones."""
    found = []
    for case, records in measured.items():
        is_shallow = case.architecture == SHALLOW
        for way, key in SHARES.items():
            values = shares(records, key)
            above, below = against(values, 0.5)
            mean = mean_of(values)
            sentence = f"Largest share {mean} of {len(values)} samples with solutions, against 1/2 (t test)"
            sentence = sentence if mean is not None else "Too few samples with solutions"
            if not is_shallow:
                found.append(Claim(f"{CONNECTED}, {way}", case.name, (above, below), sentence))
            elif way == RAW:
                found.append(Claim(BROKEN, case.name, (below, above), sentence))
    return found


def deeper(measured: Measured) -> list[Claim]:
    """The largest share is larger than that of the perceptron with as many weights and data."""
    shallow = {case.place: records for case, records in measured.items() if case.architecture == SHALLOW}
    found = []
    for case, records in measured.items():
        if case.architecture == SHALLOW or case.place not in shallow:
            continue
        for way, key in SHARES.items():
            deep, reference = (mean_of(shares(r, key)) for r in (records, shallow[case.place]))
            is_known = deep and reference and min(deep.n or 0, reference.n or 0) >= LEAST_SAMPLES
            p = (p_less(reference, deep), p_less(deep, reference)) if deep and reference and is_known else (1.0, 1.0)
            note = ", as many inputs, no symmetry" if case.architecture == TREE else ""
            sentence = f"Largest share {deep}, perceptron {reference} (Welch's test{note})"
            found.append(
                Claim(f"{DEPTH}, {way}", case.name, p, sentence if is_known else "Too few samples with solutions")
            )
    return found


def one_class(measured: Measured) -> list[Claim]:
    """With teachers' labels, fewest and most data: both connected, or both broken."""
    found = []
    for architecture, n in dict.fromkeys((c.architecture, c.n) for c in measured if c.architecture != SHALLOW):
        chosen = [c for c in measured if (c.architecture, c.n, c.labels) == (architecture, n, "teacher")]
        few, many = min(chosen, key=lambda c: c.m, default=None), max(chosen, key=lambda c: c.m, default=None)
        if few is None or many is None or not few.m <= n < many.m:
            continue
        for way, key in SHARES.items():
            values = shares(measured[few], key), shares(measured[many], key)
            kept = [r for r in measured[many] if r["n_solutions"]]
            single = sum(r["n_cluster_orbits"] == 1 and r["n_isolated"] == r["n_solutions"] for r in kept)
            sentence = (
                f"Largest share {mean_of(values[0])} with {few.m} data, {mean_of(values[1])} with {many.m}, against 1/2 (t tests, twice the larger p); with "
                f"{many.m} data all solutions are images of one in {single} of {len(kept)} samples"
            )
            found.append(Claim(f"{CLASS}, {way}", f"{architecture}, N={n}", same_side(*values), sentence))
    return found


def same_side(a: Floats, b: Floats, middle: float = 0.5) -> tuple[float, float]:
    """p-values of the hypotheses that two means do not lie on one side of a number, and that they do.

    Each side needs both tests, so the larger p-value counts; there are two ways to lie on one side, and two not to, so it counts twice.

    Examples
    --------
    >>> high, low = np.array([0.8, 0.9, 0.85, 0.8, 0.9]), np.array([0.1, 0.2, 0.15, 0.1, 0.2])
    >>> same_side(high, high)[0] < 0.01, same_side(high, low)[1] < 0.01
    (True, True)
    """
    (above_a, below_a), (above_b, below_b) = against(a, middle), against(b, middle)
    same = min(max(above_a, above_b), max(below_a, below_b))
    other = min(max(above_a, below_b), max(below_a, above_b))
    return min(1.0, 2 * same), min(1.0, 2 * other)


def no_hierarchy(measured: Measured) -> list[Claim]:
    """In most samples all clusters come together at once, as soon as one error is admitted."""
    found = []
    for case, records in measured.items():
        if case.architecture == SHALLOW:
            continue
        for way, key in LEVELS.items():
            levels = [r[key] for r in records if r[key]]
            if not levels:
                continue
            at_once = sum(len(steps) <= 2 for steps in levels)
            sentence = f"In {at_once} of {len(levels)} samples they are joined by states with at most one error (binomial test against 1/2)"
            found.append(Claim(HIERARCHY, f"{case.name}, {way}", against_half(at_once, len(levels)), sentence))
    return found


def transition(measured: Measured) -> list[Finding]:
    """No phase transition is tested on so few weights; the finding says from how many on the typical solution is isolated."""
    largest: dict[float, tuple[Case, list[Record]]] = {}
    for case, records in measured.items():
        if (
            case.architecture == SHALLOW
            and case.labels == "random"
            and case.n > largest.get(case.load, (case, []))[0].n - 1
        ):
            largest[case.load] = case, records
    found = []
    for load, (case, records) in largest.items():
        kept = [r for r in records if r["n_solutions"]]
        peaks, isolated = sum(not r["is_log_concave"] for r in kept), mean_of(shares(kept, "n_isolated"))
        sentence = (
            f"Its typical solutions are isolated where the mean number of neighbours of a solution, N (1 - arccos(1 - 2/N)/pi)^P in the mean over all "
            f"data, is below 1: from N = {isolated_from(load)} on at P/N = {load:g}. Here {isolated} of the solutions are isolated, and in {peaks} of {len(kept)} "
            "samples some field makes two distances most likely at once, as in a coexistence of phases."
        )
        found.append(Finding(TRANSITION, NOT_TESTABLE, sentence, case.name))
    return found


def neighbours(n: int, m: float) -> float:
    """Pairs of solutions one flip apart over solutions, both in the mean over Gaussian data and random labels, for each solution."""
    return float(n * (1 - acos(1 - 2 / n) / pi) ** m)


def isolated_from(load: float) -> int:
    """The number of weights from which on the perceptron's solutions have less than one neighbour at a load.

    Examples
    --------
    >>> isolated_from(0.6), neighbours(173, 0.6 * 173) < 1 < neighbours(172, 0.6 * 172)
    (173, True)
    """
    n = 64
    while neighbours(n, load * n) >= 1:
        n *= 2
    while n > 3 and neighbours(n - 1, load * (n - 1)) < 1:
        n -= 1
    return n


def liquid(measured: Measured) -> list[Claim]:
    """The second of three layers, sample by sample: against the larger of the two others (or the smaller, where small is random)."""
    found = []
    for case, records in measured.items():
        kept = [r for r in records if r["n_solutions"] and len(r["magnetisation"]) == 3]
        if not kept:
            continue
        readings: dict[str, Callable[[Record], list[float]]] = {
            "mean square of the means": lambda r: [-v for v in r["magnetisation"]],
            "mean square of the aligned means beyond that of random states": lambda r: [
                b - a for a, b in zip(r["aligned"], r["aligned_states"], strict=True)
            ],
            "conditional entropy for each weight": lambda r: list(r["conditional_entropies"]),
            "share of free flips": lambda r: list(r["free_flips"]),
        }
        for name, of in readings.items():
            layers = np.array([of(r) for r in kept])
            p = against(layers[:, 1] - np.maximum(layers[:, 0], layers[:, 2]), 0.0)
            sign = -1 if "mean square" in name else 1
            means = ", ".join(f"{sign * v + 0.0:.3g}" for v in layers.mean(axis=0))
            found.append(
                Claim(
                    LIQUID,
                    f"{case.name}, {name}",
                    p,
                    f"By layer {means}; the second against the better other (t test, {len(kept)} samples)",
                )
            )
    return found


def pairs(fitted: Measured) -> list[Claim]:
    """Pairs describe a space if they carry nine tenths of the multi-information, and if more than half of the model's probability is on solutions."""
    found = []
    for case, records in fitted.items():
        least_solutions = case.n * (case.n + 1)
        has_symmetry = any(r.get("symmetry_order", 1) > 1 for r in records)
        for way in ("raw", "aligned") if has_symmetry else ("raw",):
            kept = [r[way] for r in records if way in r and r[way]["n"] >= least_solutions and r[way]["is_converged"]]
            for statement, key, least in ((PAIRS, "captured", CAPTURED), (MASSES, "mass", MASS)):
                values = np.array([r[key] for r in kept], float)
                sentence = (
                    f"{mean_of(values)} against {least:g} (t test, {len(values)} samples with at least {least_solutions} solutions, "
                    "twice the parameters)"
                )
                said = (
                    sentence
                    if len(values) >= LEAST_SAMPLES
                    else f"Only {len(values)} samples have {least_solutions} solutions"
                )
                found.append(Claim(statement, f"{case.name}, {way}", against(values, least), said))
    return found


def lead(measured: Measured, fitted: Measured, ended: Measured) -> tuple[str, ...]:
    """What the numbers say beside the verdicts: the two ways of counting, trees, pairs, training."""
    return (*_shown_shares(measured), *_trees(measured), *_layers(measured), *_fits(fitted), *_training(ended))


def _shown_shares(measured: Measured) -> list[str]:
    """Of the largest size with samples enough, at the lowest load of teachers' labels."""
    teachers = [c for c, records in measured.items() if c.labels == "teacher" and len(records) >= LEAST_SAMPLES]
    if not teachers:
        return []
    n, m = max(c.n for c in teachers), min(c.m for c in teachers if c.n == max(d.n for d in teachers))
    said = [
        f"{c.architecture} {mean_of(shares(measured[c], 'largest_cluster'))} and {mean_of(shares(measured[c], 'largest_orbit'))}"
        for c in teachers
        if (c.n, c.m) == (n, m)
    ]
    return [
        f"Shares of the solutions in the largest cluster, and in the largest orbit of clusters, N = {n}, P = {m}, teachers: {'; '.join(said)}."
    ]


def _trees(measured: Measured) -> list[str]:
    """Equal inputs and no symmetry: the comparison without the two confounders."""
    pairs_of: dict[tuple[int, int, str], dict[str, Level]] = {}
    for case, records in measured.items():
        level = mean_of(shares(records, "largest_cluster"))
        if case.architecture in (SHALLOW, TREE) and level is not None and (level.n or 0) >= LEAST_SAMPLES:
            pairs_of.setdefault(case.place, {})[case.architecture] = level
    both = [found for found in pairs_of.values() if len(found) == 2]
    if not both:
        return []
    larger = sum(found[TREE].value > found[SHALLOW].value for found in both)
    difference = np.mean([found[TREE].value - found[SHALLOW].value for found in both])
    return [
        f"With as many inputs and no symmetry (trees) the largest cluster has a larger share than the perceptron's in {larger} of {len(both)} cases, "
        f"by {difference:.3f} on the average."
    ]


def _layers(measured: Measured) -> list[str]:
    """Of the network with three trained layers that has most samples with solutions."""
    known = {
        case: kept
        for case, records in measured.items()
        if (kept := [r for r in records if r["n_solutions"] and len(r["magnetisation"]) == 3])
    }
    if not known:
        return []
    case = max(known, key=lambda c: len(known[c]))
    keys = {
        "mean squares of the means over solutions": "magnetisation",
        "of aligned means": "aligned",
        "of aligned random states": "aligned_states",
        "entropies given all other weights, in bits a weight": "conditional_entropies",
        "shares of free flips": "free_flips",
    }
    means = {name: np.array([r[key] for r in known[case]]).mean(axis=0) for name, key in keys.items()}
    said = "; ".join(f"{name} {', '.join(f'{v:.3g}' for v in values)}" for name, values in means.items())
    return [f"By layer, {case.name}: {said}."]


def _fits(fitted: Measured) -> list[str]:
    said = []
    for case, records in fitted.items():
        kept = [r["raw"] for r in records if "raw" in r and r["raw"]["n"] >= case.n * (case.n + 1)]
        if len(kept) > 1:
            captured, wrong = np.array([r["captured"] for r in kept]), 1 - np.array([r["mass"] for r in kept])
            said.append(
                f"{case.architecture} with {case.m} data {captured.min():.0%} to {captured.max():.0%} and {wrong.min():.0%} to {wrong.max():.0%}"
            )
    return (
        [f"Multi-information that pairs carry, and probability that they put on wrong weights: {'; '.join(said)}."]
        if said
        else []
    )


def _training(ended: Measured) -> list[str]:
    said = []
    for case, records in ended.items():
        kept = [r for r in records if r.get("distinct")]
        if len(kept) > 1:
            near, typical = (
                mean_of(np.array([r[key] for r in kept], float)) for key in ("neighbours", "typical_neighbours")
            )
            said.append(f"{case.architecture} {near} and {typical}")
    return (
        [f"Solutions one flip from where training ends, and from a typical solution: {'; '.join(said)}."]
        if said
        else []
    )


def limits(measured: Measured) -> tuple[str, ...]:
    """What these numbers do not show."""
    few = [case for case, records in measured.items() if sum(r["n_solutions"] > 0 for r in records) < LEAST_SAMPLES]
    return (
        f"At most {max(case.n for case in measured)} weights: trends are reported, no phase is.",
        f"{len(few)} of {len(measured)} cases have less than five samples with solutions, and decide nothing.",
    )
