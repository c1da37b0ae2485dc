"""The primary reading as curves: the count of the effective glass against depth at exactly N weights, for widths that need not be whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import exp, log

from homotopy.studies.frame.claims import claimed
from homotopy.studies.frame.report import Finding
from homotopy.studies.frame.tables import Cell, Table
from homotopy.studies.frame.trends import Level, Trend, trend
from polysys import counts
from polysys.errors import PolysysError
from polysys.models.architectures import (
    FREE,
    TURNING_DEPTH,
    Convention,
    bounds_of,
    interpolated_count,
    nearest_architecture,
)
from polysys.models.labels import model_from_label
from polysys.theory import MeanCounts

FEWER, FEWER_REAL = "fewer stationary points with depth", "fewer real stationary points with depth"
CONVENTIONS = (Convention(), Convention(FREE, FREE), Convention(4, 3), Convention(10, 1), Convention(10, 10))


@dataclass(frozen=True, slots=True)
class Curve:
    """The count of complex classes against depth at one number of weights."""

    n_weights: int
    depths: tuple[int, ...]
    spins: tuple[tuple[Fraction, Fraction], ...]  # proved bounds of Lambda and of the interpolated count
    counts: tuple[tuple[Fraction, Fraction], ...]

    @property
    def trend(self) -> Trend:
        """The verdict: exact, because bounds are."""
        return trend(self.depths, [Level(low, high) for low, high in self.counts])

    @property
    def peak(self) -> int:
        """The depth of the largest count."""
        return max(zip(self.counts, self.depths, strict=True))[1]

    def count(self, depth: int) -> float:
        """The interpolated count at a depth."""
        return float(self.counts[self.depths.index(depth)][0])

    def half_depth(self) -> int | None:
        """The first depth beyond the peak with less than half of the peak's count."""
        half = self.count(self.peak) / 2
        return next((h for h in self.depths if h > self.peak and self.count(h) < half), None)

    def simpler_depth(self) -> int | None:
        """The first depth beyond the peak with a smaller count than depth 2; None if the curve ends before."""
        return next((h for h in self.depths if h > self.peak and self.count(h) < self.count(2)), None)


def curve(n_weights: int, max_depth: int, convention: Convention = CONVENTIONS[0]) -> Curve:
    """Depths from 2 to `max_depth`, as far as widths stay at 1 or more.

    Examples
    --------
    >>> found = curve(100, 20)
    >>> found.peak, round(found.count(5)), found.trend.verdict
    (5, 287, 'not monotone')
    """
    depths = tuple(range(2, min(max_depth, convention.max_depth(n_weights)) + 1))
    spins = [convention.spins(n_weights, h) for h in depths]
    found = [interpolated_count(s, h) for s, h in zip(spins, depths, strict=True)]
    return Curve(n_weights, depths, tuple(map(bounds_of, spins)), tuple(map(bounds_of, found)))


def whole_spins(n_weights: int, depth: int) -> tuple[int, int]:
    """The whole numbers of spins below and above Lambda, exactly, for one output and free inputs, where Lambda is the width.

    Examples
    --------
    >>> whole_spins(30, 4), whole_spins(30, 5)
    ((3, 3), (2, 3))
    """
    below = CONVENTIONS[0].width_below(n_weights, depth)
    return below, below + ((depth - 1) * below**2 + below < n_weights)


def glasses(curves: Sequence[Curve]) -> list[str]:
    """Labels of the glasses on the whole numbers of spins below and above, where the family takes them."""
    labels = []
    for c in curves:
        for depth in c.depths:
            labels += [f"spherical-p-spin:n={n},p={depth}" for n in whole_spins(c.n_weights, depth)]
    return sorted({label for label in labels if _exists(label)})


def _exists(label: str) -> bool:
    try:
        model_from_label(label)
    except PolysysError:
        return False
    return True


def curve_table(curves: Sequence[Curve], predicted: Mapping[str, MeanCounts | None]) -> Table:
    """A row for each number of weights and depth."""
    records: list[dict[str, Cell]] = []
    for c in curves:
        for depth, (low, high), (count, _) in zip(c.depths, c.spins, c.counts, strict=True):
            below, above = whole_spins(c.n_weights, depth)
            net = nearest_architecture(c.n_weights, depth)
            means = [predicted.get(f"spherical-p-spin:n={n},p={depth}") for n in (below, above)]
            records.append({
                "weights": c.n_weights, "depth": depth, "Lambda": float((low + high) / 2), "complex, interpolated": float(count),
                "complex below": counts.cartwright_sturmfels(below, depth).value,
                "complex above": counts.cartwright_sturmfels(above, depth).value,
                "mean real below": None if means[0] is None else means[0].total.value / 2,
                "mean real above": None if means[1] is None else means[1].total.value / 2,
                "mean real, interpolated": _between(float((low + high) / 2), below, above, means),
                "mean minima below": None if means[0] is None else means[0].by_index[0].value,
                "mean minima above": None if means[1] is None else means[1].by_index[0].value,
                "nearest architecture": net.label, "its weights": net.n_weights, "its paths": net.n_paths,
                "its Lambda": float(net.spins.mid()), "Lambda is whole": net.has_whole_spins,
            })  # fmt: skip
    caption = (
        "The effective glass of networks with one output, free inputs and constant width, at exactly so many weights: Lambda is the "
        "width and need not be whole. Complex counts (up to sign) are exact at the whole numbers of spins below and above and the "
        "formula between them; mean real counts (up to sign) are exact there and geometric between. Beside it a network with whole "
        "widths that differ by one at most."
    )
    return Table.of("architecture", caption, records)


def _between(spins: float, below: int, above: int, means: Sequence[MeanCounts | None]) -> float | None:
    """Geometric interpolation of the mean number of real classes."""
    values = [None if m is None else m.total.value / 2 for m in means]
    if values[0] is None or values[1] is None:
        return None
    part = 0.0 if above == below else (spins - below) / (above - below)
    return exp((1 - part) * log(values[0]) + part * log(values[1]))


def convention_table(weights: Sequence[int], max_depth: int) -> Table:
    """Whether the shape of the curve depends on what the ends of the network do."""
    records: list[dict[str, Cell]] = []
    for convention in CONVENTIONS:
        for n in weights:
            try:
                c = curve(n, max_depth, convention)
            except PolysysError:
                continue  # the ends alone have more weights
            if len(c.depths) < 2:
                continue
            records.append({
                "ends": str(convention), "weights": n, "verdict": c.trend.verdict, "largest at depth": c.peak,
                "complex there": c.count(c.peak), "complex at depth 2": c.count(2), "half of it at depth": c.half_depth(),
                "largest depth": c.depths[-1], "complex at it": c.count(c.depths[-1]),
            })  # fmt: skip
    caption = (
        "The same count when the ends of the network are fixed instead: what depth does to the number of complex stationary points "
        "(interpolated in Lambda) at a fixed number of weights."
    )
    return Table.of("conventions", caption, records)


def curve_findings(curves: Sequence[Curve], table: Table) -> list[Finding]:
    """What the formula says of the claims: where the complex count and the interpolated mean real count turn, and how fast they fall."""
    findings = []
    column = {name: k for k, name in enumerate(table.columns)}
    for c in curves:
        half, last = c.half_depth(), c.depths[-1]
        fall = f"beyond it the count falls to half by depth {half} and to {c.count(last):.3g} at depth {last}"
        sentence = (
            f"From {c.count(2):.3g} at depth 2 to {c.count(c.peak):.4g} at depth {c.peak}; "
            f"{fall if half is not None else f'at depth {last} it is {c.count(last):.3g}'} (exact comparison of the formula in "
            f"proved bounds; for many weights the maximum tends to depth 1 + e^2 = {TURNING_DEPTH:.2f})."
        )
        case = f"architecture {c.n_weights}, formula"
        exactly = replace(c.trend, sentence=sentence)
        findings.append(claimed(FEWER, case, "falls", exactly, "number of complex stationary points"))
        rows = [row for row in table.rows if row[column["weights"]] == c.n_weights]
        values = [row[column["mean real, interpolated"]] for row in rows]
        levels = [None if v is None else Level(float(v), float(v)) for v in values]
        found = trend([row[column["depth"]] for row in rows], levels)
        said = found.sentence.replace("the exact numbers say so", "of the numbers as interpolated")
        sentence = f"Exact at whole Lambda, geometric between. {said}"
        between = replace(found, sentence=sentence)
        findings.append(claimed(FEWER_REAL, case, "falls", between, "mean number of real stationary points"))
    return findings


def lead(curves: Sequence[Curve]) -> tuple[str, ...]:
    """A sentence for each number of weights: where its count is largest, and from which depth on it is below that of depth 2."""
    sentences = []
    for c in curves:
        simpler = curve(c.n_weights, c.n_weights).simpler_depth()
        shape = c.trend.verdict if c.trend.verdict in ("falls", "rises") else f"is {c.trend.verdict}"
        below = "" if simpler is None else f", and is smaller than at depth 2 from depth {simpler} on"
        sentences.append(
            f"Effective glass of {c.n_weights} weights: over depths {c.depths[0]} to {c.depths[-1]} the number of complex stationary points "
            f"{shape}, largest at depth {c.peak}{below}."
        )
    return tuple(sentences)
