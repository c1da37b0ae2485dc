"""The tables of the study of assumptions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from homotopy.ensembles.result import Ensemble
from homotopy.studies.assumptions.ladder import Rung, Step
from homotopy.studies.frame.tables import Cell, Table, level_cells
from homotopy.studies.frame.trends import Level, estimated, mean_of
from homotopy.studies.measures.profiles import Profiles

QUANTITIES = {
    "abundance": ("log of the number of distinct stationary points for each free parameter", lambda s: s.abundance),
    "minima": ("number of distinct minima", lambda s: float(s.n_minima)),
    "order": ("probability that the point of higher index has the higher energy", lambda s: s.order),
}


@dataclass(frozen=True, eq=False)
class Climbed:
    """A rung that was counted."""

    dimension: int
    rung: Rung
    ensemble: Ensemble
    profiles: Profiles

    def level(self, quantity: str) -> Level | None:
        """The mean over samples of one of `QUANTITIES`."""
        return mean_of(self.profiles.each(QUANTITIES[quantity][1]))

    def height(self, k: int) -> Level | None:
        """The mean height of the points of index k."""
        return mean_of(self.profiles.each(lambda s: s.height(k)))


@dataclass(frozen=True, eq=False)
class Scanned:
    """A data glass with m normal data."""

    family: str
    m: int
    ensemble: Ensemble
    limit: Level  # the mean number of real points for m to infinity, from theory
    independent: Level  # that of the glass with independent couplings on the same domain

    @property
    def mean_real(self) -> Level:
        """Mean number of real points."""
        return estimated(self.ensemble.mean("n_real"))


def counts_table(climbed: Sequence[Climbed]) -> Table:
    """Counts of all rungs."""
    records: list[dict[str, Cell]] = []
    for c in climbed:
        family = c.ensemble.store.family
        complex_count, real = c.ensemble.mean("n_complex"), estimated(c.ensemble.mean("n_real"))
        low, high = complex_count.range
        points = np.array([float(len(s.energies)) for s in c.profiles.samples])
        verdicts = ", ".join(f"{n} {v}" for v, n in c.ensemble.count_verdicts().items() if n)
        records.append({
            "free parameters": c.dimension, "rung": c.rung.title, "model": c.rung.label, "samples": c.ensemble.n_planned,
            "open samples": c.ensemble.n_open, "verdicts": verdicts, "complex classes": low if low == high else None,
            "points of a class": family.points_per_class, "symmetries": c.profiles.symmetry_order, **level_cells("mean real points", real),
            "median real points": _median(c.ensemble, "n_real"), **level_cells("mean distinct real points", mean_of(points)),
            "median distinct": float(np.median(points)) if len(points) else None,
            "real share of complex": real.value / (high * family.points_per_class) if high else None,
            **level_cells("mean distinct minima", c.level("minima")),
            "share of samples with one minimum": float(np.mean(c.profiles.each(lambda s: float(s.n_minima == 1)))) if c.profiles.samples else None,
        })  # fmt: skip
    return Table.of(
        "counts",
        "Complex and real stationary points (certified) of models with the same number of free parameters; distinct: modulo the finite "
        "symmetry group of the potential.",
        records,
    )


def _median(ensemble: Ensemble, quantity: str) -> Cell:
    low, high = ensemble.median(quantity).range
    return low if low == high else None


def shape_table(climbed: Sequence[Climbed]) -> Table:
    """What does not depend on units."""
    names = {
        **{k: of for k, (_, of) in QUANTITIES.items()},
        "mean index / dimension": lambda s: s.mean_index,
        "band": lambda s: s.band,
    }
    records: list[dict[str, Cell]] = []
    for c in climbed:
        row: dict[str, Cell] = {"free parameters": c.dimension, "rung": c.rung.title}
        for name, of in names.items():
            row |= level_cells(name, mean_of(c.profiles.each(of)))
        records.append(row)
    return Table.of(
        "shape",
        "Means over samples, distinct points. Abundance: log of their number for each free parameter. Order: probability that of two points of "
        "different index the one of higher index has the higher energy (1: strictly layered, 1/2: not at all). Band: range of the energies of "
        "minima over that of all points.",
        records,
    )


def index_table(climbed: Sequence[Climbed]) -> Table:
    """Index profiles and energies by index."""
    records: list[dict[str, Cell]] = []
    for c in climbed:
        if not c.profiles.samples:
            continue
        shares = c.profiles.mean_shares()
        for k, share in enumerate(shares.tolist()):
            records.append({
                "free parameters": c.dimension, "rung": c.rung.title, "index": k, "index / dimension": k / c.dimension, "mean share": share,
                "mean distinct points": float(np.mean([float((s.indices == k).sum()) for s in c.profiles.samples])),
                **level_cells("mean height", c.height(k)),
            })  # fmt: skip
    return Table.of(
        "index-profile",
        "Share of the distinct points of each Morse index (mean over samples), and the mean height of their energies: 0 is the lowest and 1 "
        "the highest stationary energy of the sample.",
        records,
    )


def steps_table(taken: Sequence[tuple[Step, Climbed, Climbed]]) -> Table:
    """Each step side by side."""
    records: list[dict[str, Cell]] = []
    for step, before, after in taken:
        row: dict[str, Cell] = {"dropped": step.dropped, "from": step.before.title, "to": step.after.title}
        for name in QUANTITIES:
            a, b = before.level(name), after.level(name)
            row |= {f"{name} before": None if a is None else a.value, f"{name} after": None if b is None else b.value}
        row["profile distance"] = profile_distance(before.profiles, after.profiles)
        records.append(row)
    return Table.of(
        "steps",
        "What each dropped assumption changes (means over samples). Profile distance: the area between the two cumulative index profiles over "
        "index / dimension, 0 if they are equal.",
        records,
    )


def profile_distance(a: Profiles, b: Profiles) -> float | None:
    """The area between two cumulative mean index profiles over index / dimension (equal dimensions); None without samples.

    Wasserstein's distance of the two: 0 for equal profiles, 1 at most.
    """
    if not a.samples or not b.samples:
        return None
    p, q = (v.mean_shares().cumsum() for v in (a, b))
    return float(np.abs(p - q).sum() / (len(p) - 1))


def scan_table(scanned: Sequence[Scanned]) -> Table:
    """The approach to Gaussian couplings."""
    records: list[dict[str, Cell]] = [
        {
            "model": s.family, "m": s.m, "samples": s.ensemble.n_planned, **level_cells("mean real points", s.mean_real),
            "limit of many data": s.limit.value, "limit error": s.limit.error, "independent couplings": s.independent.value,
        }
        for s in scanned
    ]  # fmt: skip
    return Table.of(
        "scan",
        "Data glasses with m independent normal data against theory: for many data one sphere of degree 3 tends to the mixture with "
        "covariance 9 R + 6 R^3 (exact mean), one sphere a layer to the layered glass itself (Draisma & Horobet).",
        records,
    )
