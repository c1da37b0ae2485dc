"""Climbs from minima to the ground state, and the indices at which searches end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from homotopy.common.arrays import Floats
from homotopy.studies.frame.claims import Claim, one_sided, which_test
from homotopy.studies.frame.report import NOT_TESTABLE, Finding
from homotopy.studies.frame.tables import Cell, Table, finite, level_cells
from homotopy.studies.frame.trends import mean_of
from homotopy.studies.layering.tables import SearchedGlass
from homotopy.studies.measures.search_coverage import SADDLE_SEARCHES, SEARCHES, Searched
from polysys.theory import Complexity

CLIMB = "the way from a minimum of the band to the ground state climbs at least E_0 - E_1 per spin"
FLAT = "a search ends where the share of negative curvatures is at most 0.01"
_LEAST = 20  # minima of the band, the ground states left out; with fewer nothing is said about them
_FLAT = 0.01


def bound(p: int) -> float:
    """E_0 - E_1: how far the lowest saddles of index 1 lie above the ground state, per spin, for many spins."""
    glass = Complexity(p)
    return glass.ground_state.value - glass.energy_of_index(1).value


def climbs(s: Searched) -> Floats:
    """For each minimum the height of the lowest pass on the way to the ground state above it, per spin; nan of the ground state."""
    return s.passes - s.energies


def _chosen(g: SearchedGlass, *, in_band: bool) -> list[Floats]:
    """In each landscape the climbs of the minima that have one."""
    found = []
    for s in g.landscapes:
        values = climbs(s)
        is_kept = np.isfinite(values) & ((s.energies < g.edge) if in_band else True)
        found.append(values[is_kept])
    return found


def climb_findings(searched: Sequence[SearchedGlass]) -> list[Finding]:
    """Whether the minima of the band are behind the climb of the large-N picture."""
    findings = []
    for g in (g for g in searched if g.landscapes):
        least, inside = bound(g.p), np.concatenate([np.zeros(0), *_chosen(g, in_band=True)])
        every = np.concatenate([np.zeros(0), *_chosen(g, in_band=False)])
        if not len(every):
            continue
        higher = int((inside >= least).sum())
        numbers = (
            f"{higher} of {len(inside)} minima below -E_inf (ground states left out) and {int((every >= least).sum())} of all {len(every)} climb at least {least:.4g}; "
            f"the median climb is {float(np.median(every)):.4g} per spin"
        )
        if len(inside) < _LEAST:
            why = f"Fewer than {_LEAST} minima lie in the band. {numbers}."
            findings.append(Finding(CLIMB, NOT_TESTABLE, why, g.label))
            continue
        verdict = "holds" if higher == len(inside) else "fails"
        findings.append(Finding(CLIMB, verdict, f"{numbers} (passes are certified saddles; which minima they join is numerical).", g.label))  # fmt: skip
    return findings


def climbs_table(searched: Sequence[SearchedGlass]) -> Table:
    """Climbs of each searched glass, in the band and anywhere."""
    records: list[dict[str, Cell]] = []
    for g in searched:
        for name, in_band in (("below -E_inf", True), ("all", False)):
            chosen = _chosen(g, in_band=in_band)
            values = np.concatenate([np.zeros(0), *chosen])
            records.append({
                "model": g.label, "minima": name, "landscapes": sum(len(c) > 0 for c in chosen), "number": len(values),
                "least climb": finite(float(values.min())) if len(values) else None,
                "median climb": finite(float(np.median(values))) if len(values) else None,
                **level_cells("mean climb", mean_of(np.array([c.mean() for c in chosen if len(c)]))),
                "E_0 - E_1": bound(g.p), "climb at least that": int((values >= bound(g.p)).sum()),
                "not decided": sum(int(np.isnan(s.passes[1:]).sum()) for s in g.landscapes),
            })  # fmt: skip
    caption = (
        "Height per spin of the lowest pass on the way from a minimum (modulo symmetry) to the ground state, above that minimum, ground states left out. Energies "
        "are certified; which minima a saddle joins is numerical. E_0 - E_1 is the large-N bound."
    )
    return Table.of("climbs", caption, records)


def _flat_share(s: Searched, name: str) -> float:
    """The share of runs that end at a certified point with index / dimension of at most `_FLAT`, of those that end at one."""
    counts = np.array(s.by_index[name], float)
    dimension = len(counts) - 1
    return float(counts[np.arange(len(counts)) <= _FLAT * dimension].sum() / counts.sum()) if counts.sum() else float("nan")  # fmt: skip


def flat_claims(searched: Sequence[SearchedGlass]) -> list[Claim]:
    """Where searches for minima end."""
    claims = []
    for g in (g for g in searched if g.landscapes):
        for name in SEARCHES:
            share = np.array([_flat_share(s, name) for s in g.landscapes])
            sentence = (
                f"{mean_of(share)} of the runs that end at a certified point do, which means at a minimum in {g.n - 1} dimensions "
                f"({which_test(share)} against one half, {len(share)} landscapes)"
            )
            claims.append(Claim(FLAT, f"{g.label}, {name}", one_sided(share, 0.5), sentence))
    return claims


def ends_table(searched: Sequence[SearchedGlass]) -> Table:
    """Index over dimension at the ends of every search."""
    records: list[dict[str, Cell]] = []
    for g in searched:
        for name in (*SEARCHES, *SADDLE_SEARCHES):
            counts = np.sum([s.by_index[name] for s in g.landscapes], axis=0) if g.landscapes else np.zeros(g.n)
            share = np.arange(len(counts)) / max(1, len(counts) - 1)
            total = int(counts.sum())
            records.append({
                "model": g.label, "search": name, "runs": g.starts * len(g.landscapes), "at no certified point": g.starts * len(g.landscapes) - total,
                "mean index / dimension": float(share @ counts / total) if total else None,
                "at minima": float(counts[0] / total) if total else None,
                "at most 0.01": float(counts[share <= _FLAT].sum() / total) if total else None,
                **{f"index {k}": int(c) for k, c in enumerate(counts)},
            })  # fmt: skip
    caption = (
        "Morse index at the ends of every search, matched with certified points. Descent, stochastic descent and annealing search for minima; Newton's method and the norm of the "
        "gradient for any stationary point (minima of the norm that are no stationary points are among those at no certified point)."
    )
    return Table.of("ends", caption, records)
