"""Claims of Zou and Huang's abstract against the exact spaces, each with clusters one by one and with clusters up to symmetry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import acos, pi
from typing import Any

import numpy as np

from homotopy.common.arrays import Floats
from homotopy.studies.frame.claims import Claim, against_half, one_sided
from homotopy.studies.frame.report import NOT_TESTABLE, Finding
from homotopy.studies.frame.trends import mean_of, p_less
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
LIQUID_RAW = "the central layer is the most random, by means over solutions"
LIQUID = "the central layer is the most random, without the symmetry"
PAIRS = "the pairwise model describes the space"
ORDER = (
    *(f"{CONNECTED}, {way}" for way in (RAW, QUOTIENT)),
    BROKEN,
    *(f"{DEPTH}, {way}" for way in (RAW, QUOTIENT)),
    *(f"{CLASS}, {way}" for way in (RAW, QUOTIENT)),
    HIERARCHY,
    TRANSITION,
    LIQUID_RAW,
    LIQUID,
    PAIRS,
)
CAPTURED, MASS = 0.9, 0.5  # of the multi-information, and of the probability, at least, for pairs to describe a space

Record = dict[str, Any]
Measured = dict[Case, list[Record]]


def shares(records: Sequence[Record], key: str) -> Floats:
    """A number of solutions over all of them, for each sample that has a solution."""
    return np.array([r[key] / r["n_solutions"] for r in records if r["n_solutions"]], float)


def connected(measured: Measured) -> list[Claim]:
    """On the average more than half of the solutions lie in one cluster, or in one orbit of clusters: for deep networks; less: for shallow ones."""
    found = []
    for case, records in measured.items():
        is_shallow = case.architecture == SHALLOW
        for way, key in SHARES.items():
            values = shares(records, key)
            above, below = one_sided(values, 0.5)
            sentence = f"Largest share {mean_of(values)} of {len(values)} samples with solutions, against 1/2 (t test)"
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
            level, reference = mean_of(shares(records, key)), mean_of(shares(shallow[case.place], key))
            is_known = level is not None and reference is not None
            p = (p_less(reference, level), p_less(level, reference)) if level and reference else (1.0, 1.0)
            note = ", as many inputs, no symmetry" if case.architecture == TREE else ""
            sentence = (
                f"Largest share {level}, perceptron {reference} (Welch's test{note})" if is_known else "Too few samples"
            )
            found.append(Claim(f"{DEPTH}, {way}", case.name, p, sentence))
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
    >>> high, low = np.array([0.8, 0.9, 0.85]), np.array([0.1, 0.2, 0.15])
    >>> same_side(high, high)[0] < 0.02, same_side(high, low)[1] < 0.02
    (True, True)
    """
    (above_a, below_a), (above_b, below_b) = one_sided(a, middle), one_sided(b, middle)
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
        readings: dict[str, tuple[str, Callable[[Record], list[float]]]] = {
            "mean square of the means": (LIQUID_RAW, lambda r: [-v for v in r["magnetisation"]]),
            "mean square of the aligned means beyond that of random states": (
                LIQUID,
                lambda r: [b - a for a, b in zip(r["aligned"], r["aligned_states"], strict=True)],
            ),
            "conditional entropy for each weight": (LIQUID, lambda r: list(r["conditional_entropies"])),
            "share of free flips": (LIQUID, lambda r: list(r["free_flips"])),
        }
        for name, (statement, of) in readings.items():
            layers = np.array([of(r) for r in kept])
            p = one_sided(layers[:, 1] - np.maximum(layers[:, 0], layers[:, 2]))
            sign = -1 if "mean square" in name else 1
            means = ", ".join(f"{sign * v + 0.0:.3g}" for v in layers.mean(axis=0))
            found.append(
                Claim(
                    statement,
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
        n_parameters = case.n * (case.n + 1) // 2
        for way in ("raw", "aligned"):
            kept = [r[way] for r in records if way in r and r[way]["n"] >= 2 * n_parameters and r[way]["is_converged"]]
            for name, key, least in (
                ("multi-information", "captured", CAPTURED),
                ("probability on solutions", "mass", MASS),
            ):
                values = np.array([r[key] for r in kept], float)
                sentence = f"{mean_of(values)} against {least:g} (t test, {len(values)} samples with at least {2 * n_parameters} solutions, twice the parameters)"
                found.append(Claim(PAIRS, f"{case.name}, {way}, {name}", one_sided(values, least), sentence))
    return found


def lead(measured: Measured, fitted: Measured, ended: Measured) -> tuple[str, ...]:
    """What the numbers say beside the verdicts: the two ways of counting, trees, training."""
    said = []
    largest = max(case.n for case in measured)
    for case, records in measured.items():
        if (
            case.n == largest
            and case.labels == "teacher"
            and case.load == min(c.load for c in measured if c.labels == "teacher")
        ):
            raw, quotient = (mean_of(shares(records, key)) for key in SHARES.values())
            said.append(f"{case.architecture} {raw} and {quotient}")
    sentences = (
        [
            f"Shares of the solutions in the largest cluster and in the largest orbit of clusters, N = {largest}, teachers: {'; '.join(said)}."
        ]
        if said
        else []
    )
    for case, records in fitted.items():
        kept = [r["raw"] for r in records if "raw" in r and r["raw"]["n"] >= case.n * (case.n + 1)]
        if len(kept) > 1:
            captured, mass = (np.array([r[key] for r in kept]) for key in ("captured", "mass"))
            sentences.append(
                f"Pairs carry {captured.min():.0%} to {captured.max():.0%} of the multi-information of the {case.architecture} with {case.n} weights and {case.m} data, and put "
                f"{1 - mass.max():.0%} to {1 - mass.min():.0%} of their probability on wrong weights."
            )
    for case, records in ended.items():
        kept = [r for r in records if r.get("distinct")]
        if len(kept) > 1:
            near, typical = (
                mean_of(np.array([r[key] for r in kept], float)) for key in ("neighbours", "typical_neighbours")
            )
            sentences.append(
                f"Where training of the {case.architecture} ends there are {near} solutions one flip away, around a typical solution {typical}."
            )
    return tuple(sentences)


def limits(measured: Measured) -> tuple[str, ...]:
    """What these numbers do not show."""
    few = [case for case, records in measured.items() if sum(r["n_solutions"] > 0 for r in records) < 5]
    return (
        f"At most {max(case.n for case in measured)} weights: trends are reported, no phase is.",
        f"{len(few)} of {len(measured)} cases have less than five samples with solutions, and decide nothing.",
    )
