"""The tables of the layering study."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from homotopy.common.arrays import Floats
from homotopy.studies.frame.tables import Cell, Table, finite, level_cells
from homotopy.studies.frame.trends import Level, mean_of
from homotopy.studies.measures.bands import (
    Decay,
    Share,
    annealed_energy,
    fit_decay,
    mean_energies,
    n_inverted,
    overlaps_of_layers,
    share_above,
)
from homotopy.studies.measures.samples import SampledPoints
from homotopy.studies.measures.search_coverage import (
    SEARCHES,
    Searched,
    basin_correlation,
    mean_ends,
    mean_minima,
    missed,
)
from polysys.theory import Complexity
from polysys.theory.layers import ExactLayers, edge_distance, exact_layers

PROPERTIES: dict[str, Callable[[Searched], Floats]] = {
    "energy": lambda s: s.energies,
    "log-curvature": lambda s: s.curvatures,
}


@dataclass(frozen=True, eq=False)
class _Pure:
    """A pure p-spin glass of a label, on n spins."""

    label: str
    n: int
    p: int

    @property
    def edge(self) -> float:
        """-E_inf."""
        return -Complexity(self.p).threshold.value


@dataclass(frozen=True, eq=False)
class Glass(_Pure):
    """An enumerated glass: its samples with energies per spin, and the number of samples that are not complete."""

    samples: tuple[SampledPoints, ...]
    n_left_out: int

    @property
    def exact(self) -> ExactLayers:
        """The exact annealed distributions at this size."""
        return exact_layers(self.n, self.p)

    def share(self, k: int, margin: float) -> Share:
        """The share of index k above -E_inf + margin."""
        return share_above(self.samples, k, self.edge + margin)

    def shares_of_minima(self, edge: float) -> Floats:
        """In each sample with minima the share of them above an energy per spin."""
        return np.array([float((e > edge).mean()) for s in self.samples if len(e := s.of_index(0))])


@dataclass(frozen=True, eq=False)
class SearchedGlass(_Pure):
    """A searched glass: its landscapes, the number of those whose minima are not all known, and the runs of each search on each."""

    landscapes: tuple[Searched, ...]
    n_left_out: int
    starts: int


def layers_table(glasses: Sequence[Glass]) -> Table:
    """Energies by index and overlaps of neighbouring layers."""
    records: list[dict[str, Cell]] = []
    for g in glasses:
        for k in range(g.n):
            value, error = annealed_energy(g.samples, k)
            quenched = mean_of(mean_energies(g.samples, k))
            row: dict[str, Cell] = {
                "model": g.label, "index": k, "points": sum(len(s.of_index(k)) for s in g.samples),
                "mean energy per spin": finite(value), "error": finite(error), "exact annealed mean": finite(g.exact.mean_energy(k)),
                **level_cells("mean over samples", quenched),
            }  # fmt: skip
            if k + 1 < g.n:
                row |= {
                    **level_cells("P(above a point of the next index)", mean_of(overlaps_of_layers(g.samples, k))),
                    "exact annealed P": g.exact.overlap(k),
                    "samples with an inversion": n_inverted(g.samples, k),
                    "samples": len(g.samples),
                }
            records.append(row)
    return Table.of(
        "layers",
        "Energy per spin by Morse index: of all points together (certified, with the exact annealed mean at this size beside it), "
        "and the mean over samples of the mean in a sample; the probability that a point lies above one of the next index, in a "
        "sample and for independent points of the annealed distributions; samples in which two points are in the wrong order.",
        records,
    )


def bands_table(glasses: Sequence[Glass], margins: Sequence[float]) -> Table:
    """Shares outside the band, enumerated and exact."""
    records: list[dict[str, Cell]] = []
    for g in glasses:
        for margin in margins:
            for k in range(min(2, g.n - 1)):
                found = g.share(k, margin)
                exact = g.exact.share_above(k, g.edge + margin)
                records.append({
                    "model": g.label, "p": g.p, "N": g.n, "index": k, "margin above -E_inf": margin, "points": found.n_points,
                    "share outside": finite(found.value), "error": finite(found.error), "exact annealed share": finite(exact),
                    "mean over samples": finite(found.quenched), "mean over samples error": finite(found.quenched_error),
                    "median over samples": finite(found.median), "samples": found.n_samples, "samples with a point outside": found.n_touched,
                })  # fmt: skip
    return Table.of(
        "bands",
        "Share of the points of index 0 and 1 with an energy per spin above -E_inf plus a margin: of all points together (certified), "
        "exact at this size (annealed), and sample by sample.",
        records,
    )


def decay_of(glasses: Sequence[Glass], p: int, margin: float) -> Decay | None:
    """Fit of the share of minima outside the band, all points together, against N."""
    members = [g for g in glasses if g.p == p]
    shares = [g.share(0, margin) for g in members]
    return fit_decay([g.n for g in members], [s.value for s in shares], [s.error for s in shares])


def exact_rate(p: int, margin: float, n: int) -> float:
    """-d log(exact share outside)/dN between n - 2 and n."""
    edge = -Complexity(p).threshold.value + margin
    low, high = (exact_layers(m, p).share_above(0, edge) for m in (n - 2, n))
    return float(np.log(low / high) / 2)


def decay_table(glasses: Sequence[Glass], margins: Sequence[float], most: int) -> Table:
    """Rates of decay with N."""
    records: list[dict[str, Cell]] = []
    for p in sorted({g.p for g in glasses}):
        sizes = [g.n for g in glasses if g.p == p]
        for margin in margins:
            fit = decay_of(glasses, p, margin)
            row: dict[str, Cell] = {"p": p, "margin above -E_inf": margin, "sizes": "-".join(map(str, sorted(sizes)))}
            if fit is not None:
                row |= {
                    "rate": fit.rate, "rate error": fit.error, "rate low": fit.low, "rate high": fit.high,
                    "p-value of an exponential": finite(fit.p_value),
                }  # fmt: skip
            row |= {f"exact rate at N = {m}": finite(exact_rate(p, margin, m)) for m in (8, 16, most) if m >= 5}
            row["largest enumerated N"] = max(sizes)
            records.append(row)
    return Table.of(
        "decay",
        "share = exp(a - rate N) fitted to the shares of minima outside the band (weighted least squares, 95 % interval; a negative rate "
        "is growth), and the exact local rate at three sizes: a decay like exp(-c N^2) has a rate that grows with N.",
        records,
    )


def exact_table(degrees: Sequence[int], margins: Sequence[float], most: int) -> Table:
    """Exact numbers against N."""
    records: list[dict[str, Cell]] = []
    for p in degrees:
        edge = -Complexity(p).threshold.value
        for n in range(2, most + 1):
            glass = exact_layers(n, p)
            records.append({
                "p": p, "N": n, "mean minima": float(glass.counts[0]),
                "mean energy of minima above -E_inf": finite(glass.mean_energy(0) - edge), "asymptotic distance": edge_distance(n, p),
                **{f"share outside at {m:g}": finite(glass.share_above(0, edge + m)) for m in margins},
                "P(minimum above saddle of index 1)": glass.overlap(0) if n > 2 else None,
            })  # fmt: skip
    return Table.of(
        "exact",
        "Annealed numbers at finite size (Auffinger, Ben Arous & Cerny's theorem evaluated by quadrature; no sampling): where minima lie, "
        "the share of them outside the band, and how much the two lowest layers overlap.",
        records,
    )


def searches_table(searched: Sequence[SearchedGlass], margins: Sequence[float]) -> Table:
    """Where runs end relative to all minima."""
    records: list[dict[str, Cell]] = []
    for g in searched:
        for name in (*SEARCHES, "every minimum once"):
            records.append(_search_row(g, name, margins))
    return Table.of(
        "searches",
        "Ends of runs against all certified minima (modulo symmetry) of the same landscapes. Rank: share of the other minima that lie lower. "
        "The last row of each model takes every minimum once.",
        records,
    )


def _search_row(g: SearchedGlass, name: str, margins: Sequence[float]) -> dict[str, Cell]:
    found = g.landscapes
    is_search = name in SEARCHES

    def mean(of: Callable[[Searched], Floats]) -> Level | None:
        return mean_of(mean_ends(found, name, of) if is_search else mean_minima(found, of))

    row: dict[str, Cell] = {"model": g.label, "search": name, "landscapes": len(found)}
    if is_search:
        row |= {"runs": g.starts * len(found), "ended at no minimum": sum(s.elsewhere[name] for s in found)}
    row |= {
        **level_cells("energy per spin", mean(lambda s: s.energies)),
        **level_cells("rank", mean(lambda s: s.ranks)),
        **level_cells("at the ground state", mean(lambda s: (s.energies == s.energies[0]).astype(float))),
    }
    above = {m: partial(_share_above, g.edge + m) for m in margins}
    for m, share in above.items():
        row |= level_cells(f"above -E_inf + {m:g}", mean(share))
    if is_search:
        covered = np.array([(s.hits[name] > 0).mean() for s in found])
        row |= {**level_cells("share of minima found", mean_of(covered)), "minima": sum(len(s.energies) for s in found),
                "never found": sum(int((s.hits[name] == 0).sum()) for s in found)}  # fmt: skip
    return row


def _share_above(edge: float, s: Searched) -> Floats:
    return (s.energies > edge).astype(float)


def basins_table(searched: Sequence[SearchedGlass], level: float) -> Table:
    """What makes a basin large, and what the missed minima are like."""
    records: list[dict[str, Cell]] = []
    for g in searched:
        for name in SEARCHES:
            row: dict[str, Cell] = {"model": g.label, "search": name}
            for what, of in PROPERTIES.items():
                c = basin_correlation(g.landscapes, name, of, 1 - level)
                row |= {
                    f"correlation with {what}": finite(c.value),
                    f"{what} low": finite(c.low),
                    f"{what} high": finite(c.high),
                }
            lost = missed(g.landscapes, [name])
            ranks = np.concatenate([s.ranks[m] for s, m in zip(g.landscapes, lost, strict=True)] or [np.zeros(0)])
            row |= {
                "missed minima": len(ranks),
                "mean rank of missed": finite(float(ranks.mean())) if len(ranks) else None,
            }
            records.append(row)
    return Table.of(
        "basins",
        f"Spearman's correlation, inside landscapes, of the weight of a minimum's basin (share of the runs that end there) with its energy and "
        f"its log-curvature (log det of the Hessian per dimension; low is wide), {100 * (1 - level):g} % bootstrap interval over landscapes; "
        "minima that the search never found.",
        records,
    )


def minima_table(searched: Sequence[SearchedGlass]) -> Table:
    """All minima with their hits."""
    records: list[dict[str, Cell]] = []
    for g in searched:
        for s in g.landscapes:
            for k, (energy, curvature) in enumerate(zip(s.energies.tolist(), s.curvatures.tolist(), strict=True)):
                records.append({
                    "model": g.label, "sample": s.sample, "minimum": k, "energy per spin": energy, "log-curvature": finite(curvature),
                    **{name: int(s.hits[name][k]) for name in SEARCHES},
                })  # fmt: skip
    return Table.of(
        "minima",
        "Every minimum (modulo symmetry) of the searched landscapes, certified, and how many runs of each search ended there.",
        records,
    )
