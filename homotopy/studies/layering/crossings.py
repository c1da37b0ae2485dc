"""Levels below which minima outnumber saddles, exactly and to sizes beyond enumeration; quenched beside annealed numbers."""

from __future__ import annotations

from collections.abc import Sequence
from math import log, nan

import numpy as np

from homotopy.studies.frame.report import Finding
from homotopy.studies.frame.run_folder import RunFolder
from homotopy.studies.frame.tables import Cell, Table, finite, level_cells
from homotopy.studies.frame.trends import Level, exact, mean_of, trend
from homotopy.studies.layering.tables import Glass
from polysys.theory import Complexity, crossing
from polysys.theory.isotropic import counts_by_index
from polysys.theory.layers import ExactLayers, edge_distance, exact_layers

OUTNUMBER = (
    "minima outnumber saddles of index 1 and 2 below every level of the band (Choromanska et al. 2015, corollary 4.1)"
)
INDICES = (1, 2)
_QUENCHED = "log of the mean number of minima beyond the mean of its logarithm, per spin, with growing N"


def crossings(folder: RunFolder, degrees: Sequence[int], sizes: Sequence[int]) -> list[dict[str, float]]:
    """For each p and N: where minima lie, and the levels at which they cross with saddles of index 1 and 2; each remembered."""
    items = [[n, p] for p in degrees for n in sizes]
    if items:
        folder.say(f"crossings of minima and saddles to N = {max(sizes)}")
    return folder.cached_map("crossings 2", crossings_of, items)


def crossings_of(item: Sequence[int]) -> dict[str, float]:
    """The exact numbers of n spins and p as JSON can hold them; what is not known to six digits is left out."""
    n, p = item
    glass, edge = exact_layers(n, p), -Complexity(p).threshold.value
    found: dict[str, float] = {"n": n, "p": p}
    known = {"minima": _count(glass), "distance": glass.mean_energy(0) - edge, "inside": 1 - glass.share_above(0, edge)}
    found |= {name: value for name, value in known.items() if np.isfinite(value)}
    for k in INDICES:
        at = crossing(n, p, k)
        found |= {f"level {k}": at.level.value, f"error {k}": at.level.error, f"count {k}": at.count.value}
    return found


def _count(glass: ExactLayers) -> float:
    """The mean number of minima; nan where it is not known to six digits."""
    found, errors = counts_by_index(glass.field)
    return float(found[0]) if errors[0] <= 1e-6 * found[0] else nan


def crossings_table(found: Sequence[dict[str, float]]) -> Table:
    """A row for each p and N."""
    records: list[dict[str, Cell]] = []
    for r in found:
        p, n = int(r["p"]), int(r["n"])
        edge = -Complexity(p).threshold.value
        row: dict[str, Cell] = {
            "p": p, "N": n, "mean minima": r.get("minima"), "mean energy of minima above -E_inf": r.get("distance"),
            "asymptotic distance": edge_distance(n, p), "share of minima below -E_inf": r.get("inside"),
        }  # fmt: skip
        for k in INDICES:
            row |= {
                f"crossing with index {k}": r[f"level {k}"],
                f"above -E_inf, index {k}": r[f"level {k}"] - edge,
                f"number of each below, index {k}": r[f"count {k}"],
            }
        records.append(row)
    caption = (
        "Exact annealed numbers (quadrature, no sampling) to sizes beyond enumeration: the energy per spin up to which the mean numbers of minima and of saddles of index k "
        "are equal; below it there are more minima at every level. Empty: not known to six digits in doubles."
    )
    return Table.of("crossings", caption, records)


def crossing_findings(found: Sequence[dict[str, float]]) -> list[Finding]:
    """Whether minima outnumber saddles in the whole band, and how the crossing moves with N."""
    findings = []
    for p in dict.fromkeys(int(r["p"]) for r in found):
        rows, edge = [r for r in found if r["p"] == p], -Complexity(p).threshold.value
        sizes = [int(r["n"]) for r in rows]
        for k in INDICES:
            case = f"p = {p}, index {k}"
            distances = [r[f"level {k}"] - edge for r in rows]
            numbers = ", ".join(f"{d:.4g} at N = {n}" for d, n in zip(distances, sizes, strict=True))
            is_met = all(d > r[f"error {k}"] for d, r in zip(distances, rows, strict=True))
            sentence = (
                f"The mean numbers cross above -E_inf, by {numbers} per spin (exact by quadrature): at every level below there are more minima, above it more saddles."
                if is_met
                else f"The mean numbers cross at these distances from -E_inf: {numbers} per spin (exact by quadrature)."
            )
            findings.append(Finding(OUTNUMBER, "holds" if is_met else "fails", sentence, case))
            if len(sizes) > 1:
                levels = [exact(d, r[f"error {k}"]) for d, r in zip(distances, rows, strict=True)]
                moved = trend(sizes, levels, along="N")
                statement = (
                    f"distance above -E_inf of the level where minima and saddles of index {k} cross, with growing N"
                )
                findings.append(Finding(statement, moved.verdict, moved.sentence, f"p = {p}", is_claim=False))
    return findings


def _log_counts(g: Glass, k: int) -> tuple[np.ndarray[tuple[int], np.dtype[np.float64]], int]:
    """Logarithms of the number of points of index k in the samples that have some, and how many have none."""
    counts = np.array([len(s.of_index(k)) for s in g.samples], float)
    return np.log(counts[counts > 0]), int((counts == 0).sum())


def quenched_table(glasses: Sequence[Glass]) -> Table:
    """Log-means and medians beside annealed means."""
    records: list[dict[str, Cell]] = []
    for g in glasses:
        for k in range(min(2, g.n - 1)):
            logs, n_none = _log_counts(g, k)
            level = mean_of(logs)
            counts = np.array([len(s.of_index(k)) for s in g.samples], float)
            records.append({
                "model": g.label, "p": g.p, "N": g.n, "index": k, "exact annealed mean": float(g.exact.counts[k]),
                **level_cells("mean", mean_of(counts)), "median": finite(float(np.median(counts))) if len(counts) else None,
                "exp of the mean logarithm": None if level is None else float(np.exp(level.value)),
                "its relative error": None if level is None else level.error,
                "gap per spin": None if level is None else (log(float(g.exact.counts[k])) - level.value) / g.n,
                "samples without such a point": n_none,
            })  # fmt: skip
    caption = (
        "Numbers of minima and of saddles of index 1 in a sample: the exact mean over the disorder (annealed), and what a typical sample has (quenched: exponential of the mean "
        "logarithm over samples that have some, median). Gap: log of the mean less mean of the logarithm, per spin."
    )
    return Table.of("quenched", caption, records)


def quenched_findings(glasses: Sequence[Glass], level: float) -> list[Finding]:
    """How the gap between annealed and quenched numbers of minima moves with N."""
    degrees, findings = sorted({g.p for g in glasses}), []
    for p in degrees:
        members = sorted((g for g in glasses if g.p == p), key=lambda g: g.n)
        levels: list[Level | None] = []
        for g in members:
            found = mean_of(_log_counts(g, 0)[0])
            gap = None if found is None else (log(float(g.exact.counts[0])) - found.value) / g.n
            levels.append(None if found is None or gap is None else Level(gap, gap, found.error / g.n, found.n))
        decided = trend([g.n for g in members], levels, along="N", level=level / len(degrees))
        findings.append(Finding(_QUENCHED, decided.verdict, decided.sentence, f"p = {p}", is_claim=False))
    return findings
