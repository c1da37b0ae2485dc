"""ScanMap: counts of a landscape on a grid of two parameters, the cells of equal counts, and the events on the grid's lines."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from importlib import import_module
from typing import Any

from homotopy.common.frames import csv_text, frame
from homotopy.common.sheet import Columns, Line, Sheet, Shown
from homotopy.common.wording import count_of
from homotopy.ensembles.record import SampleRecord
from homotopy.errors import HomotopyError
from homotopy.scans.result import Scan
from homotopy.scans.rows import COLUMNS, event_rows
from homotopy.scans.values import exact
from homotopy.status import Completeness

Pair = tuple[Fraction, Fraction]
Curve = tuple[tuple[float, float], tuple[float, float]]

_FROM_WORST = ("contradicted", "failed", "unknown", "supported", "proved")
_MOST_SHOWN = 8


@dataclass(frozen=True)
class Node:
    """A pair of values with its census.

    Parameters
    ----------
    values : (Fraction, Fraction)
    record : SampleRecord
    """

    values: Pair
    record: SampleRecord

    @property
    def counts(self) -> tuple[Any, ...] | None:
        """Real points, real points by Morse index, degenerate ones; None where the count failed."""
        r = self.record
        return None if r.is_failed else (r.n_real, r.by_index, r.n_degenerate)

    @property
    def verdict(self) -> str:
        """The verdict of the census; "failed" without one."""
        return self.record.verdict or "failed"


@dataclass(frozen=True)
class Cell:
    """A rectangle of two parameters.

    Parameters
    ----------
    low, high : (Fraction, Fraction)
        Opposite corners.
    depth : int
        How often a cell of the grid was halved to make it.
    is_crossed : bool
        Whether counts differ on its boundary, or an event was found there: a curve of events goes through it.
    n_real : int or None
        Certified real points at its corners; None where it is crossed, or has no count.
    by_index : tuple of int or None
        The same by Morse index.
    verdict : str
        The weakest of the verdicts at its corners.
    """

    low: Pair
    high: Pair
    depth: int
    is_crossed: bool
    n_real: int | None
    by_index: tuple[int, ...] | None
    verdict: str

    @property
    def share(self) -> Fraction:
        """Its size as a part of a cell of the grid."""
        return Fraction(1, 4**self.depth)


@dataclass(frozen=True, eq=False)
class GridLine:
    """A line of the grid, along which all solutions were followed.

    Parameters
    ----------
    name : str
        The parameter that is held.
    value : Fraction
        At which.
    scan : Scan
        Along the other one.
    """

    name: str
    value: Fraction
    scan: Scan


@dataclass(frozen=True, eq=False, repr=False)
class ScanMap(Shown):
    """Counts of a landscape on a grid of two parameters; made by :func:`homotopy.scan_map`.

    Parameters
    ----------
    label : str
        What was scanned.
    names : (str, str)
        The parameters.
    values : (tuple of Fraction, tuple of Fraction)
        Their values on the grid.
    seed : int
    dimension : int
        Of the domain.
    depth : int
        How often a cell was halved at most.
    nodes : tuple of Node
        All pairs of values that were counted.
    cells : tuple of Cell
        They cover the map.
    curves : tuple of pairs of points
        Pieces of the curves of events, drawn through the cells that are crossed: right to the size of these.
    lines : tuple of GridLine
        The lines of the grid, with the events on them.
    """

    label: str
    names: tuple[str, str]
    values: tuple[tuple[Fraction, ...], tuple[Fraction, ...]]
    seed: int
    dimension: int
    depth: int
    nodes: tuple[Node, ...]
    cells: tuple[Cell, ...]
    curves: tuple[Curve, ...]
    lines: tuple[GridLine, ...]

    @cached_property
    def _by_values(self) -> dict[Pair, Node]:
        return {node.values: node for node in self.nodes}

    @property
    def n_real(self) -> tuple[tuple[int | None, ...], ...]:
        """Certified real points on the grid: a row for each value of the first parameter."""
        first, second = self.values
        return tuple(tuple(self._by_values[a, b].record.n_real for b in second) for a in first)

    def node(self, first: Any, second: Any) -> Node:
        """The census at a pair of values.

        Raises
        ------
        HomotopyError
            Where none was made.
        """
        there = self._by_values.get((exact(first), exact(second)))
        if there is None:
            raise HomotopyError("No census was made at this pair of values.", "See .nodes for those that were.")
        return there

    def cell(self, first: Any, second: Any) -> Cell:
        """The cell that holds a pair of values; on a boundary one that is not crossed, where there is one.

        Raises
        ------
        HomotopyError
            Outside of the map.
        """
        a, b = exact(first), exact(second)
        there = [c for c in self.cells if c.low[0] <= a <= c.high[0] and c.low[1] <= b <= c.high[1]]
        if not there:
            raise HomotopyError("This pair of values is not on the map.", "See .values for its range.")
        return min(there, key=lambda c: c.is_crossed)

    @property
    def is_contradicted(self) -> bool:
        """Whether a census or a check along a line contradicts the map."""
        return any(n.verdict == "contradicted" for n in self.nodes) or any(x.scan.is_contradicted for x in self.lines)

    @property
    def is_open(self) -> bool:
        """Whether a census is not known to be complete, or a line not known to have all its events."""
        is_unknown = any(x.scan.coverage.verdict is Completeness.UNKNOWN for x in self.lines)
        return is_unknown or any(n.verdict in ("unknown", "failed") for n in self.nodes)

    def rows(self, of: str = "values") -> list[dict[str, Any]]:
        """A table: "values" (a row a census), "cells", "curves" (a row a piece) or "events" (on the lines of the grid).

        Raises
        ------
        HomotopyError
            If there is no such table.
        """
        makers = {"values": _node_rows, "cells": _cell_rows, "curves": _curve_rows, "events": _line_rows}
        if of not in makers:
            raise HomotopyError(f"A map has no table {of[:40]!r}.", f"Choose {', '.join(makers)}.")
        return list(makers[of](self))

    def to_frame(self, of: str = "values") -> Any:
        """The same as a pandas DataFrame.

        Raises
        ------
        HomotopyError
            If pandas is not installed, or there is no such table.
        """
        a, b = self.names
        ends = {f"{n}_{end}": f"{n}: {word} end" for n in (a, b) for end, word in (("low", "lower"), ("high", "upper"))}
        pieces = {f"{n}_{k}": f"{n} at end {k} of the piece" for n in (a, b) for k in (0, 1)}
        own = {
            a: "the parameter, rounded to double", b: "the parameter, rounded to double", "values": "both, exactly",
            "depth": "how often the cell was halved", "is_crossed": "whether counts differ on its boundary",
            "n_degenerate": "real points at which the Hessian is not known to be regular",
            "held": "the parameter that the line holds", "at_value": "its value, rounded to double", "along": "the other one",
        }  # fmt: skip
        indices = {f"index_{k}": f"certified real points of Morse index {k}" for k in range(self.dimension + 1)}
        digest = hashlib.sha256(json.dumps(self.summary(), sort_keys=True).encode()).hexdigest()
        columns = {**COLUMNS, **indices, **ends, **pieces, **own}
        return frame(self.rows(of), f"Map of {self.label}: {of}", columns, digest=digest, seed=self.seed)

    def to_csv(self, of: str = "values") -> str:
        """The same as comma-separated text."""
        return csv_text(self.rows(of))

    def plot(self, ax: Any = None) -> Any:
        """The cells coloured by their counts, the curves between them, and the certified events on the grid's lines; returns the axes."""
        return import_module("homotopy.scans.plot_map").draw_map(self, ax)

    def summary(self) -> dict[str, Any]:
        """The map as a JSON object; it does not depend on how long anything took."""
        return {
            "label": self.label,
            "parameters": {n: [str(v) for v in values] for n, values in zip(self.names, self.values, strict=True)},
            "seed": self.seed,
            "depth": self.depth,
            "values": self.rows("values"),
            "cells": self.rows("cells"),
            "curves": [[list(p), list(q)] for p, q in self.curves],
            "lines": [
                {
                    "held": x.name,
                    "at": str(x.value),
                    "verdict": x.scan.coverage.verdict.value,
                    "reason": x.scan.coverage.reason,
                    "events": [e.summary() for e in x.scan.events],
                }
                for x in self.lines
            ],
        }

    def _sheet(self) -> Sheet:
        ranges = " and ".join(
            f"{len(v)} of {n} from {float(v[0]):.6g} to {float(v[-1]):.6g}"
            for n, v in zip(self.names, self.values, strict=True)
        )
        verdicts = [n.verdict for n in self.nodes]
        told = ", ".join(f"{verdicts.count(v)} {v}" for v in reversed(_FROM_WORST) if v in verdicts)
        n_crossed = sum(c.is_crossed for c in self.cells)
        limit = f"{count_of(self.depth, 'time')} at most: to 1/{2**self.depth} of a step of the grid"
        lines = [
            Line("values", f"{ranges}, seed {self.seed}"),
            Line("censuses", f"{len(self.nodes)}: {told}"),
            Line("cells", f"{len(self.cells)}, {n_crossed} of them crossed by events; halved {limit}"),
        ]
        if self.lines:
            lines.append(Line("lines", self._on_lines()))
        return Sheet(f"Map of {self.label}", (*lines, self._shares()))

    def _on_lines(self) -> str:
        """What was found along the lines of the grid."""
        verdicts = Counter(x.scan.coverage.verdict.value for x in self.lines)
        events = [e for x in self.lines for e in x.scan.events]
        kinds = Counter(e.kind.value for e in events)
        told = ", ".join(f"{n} {k}" for k, n in kinds.items()) or "no events"
        n_certified = sum(e.is_certified for e in events)
        followed = ", ".join(f"{verdicts[v]} {v}" for v in reversed(_FROM_WORST) if verdicts[v])
        return f"{told} on {len(self.lines)} lines of the grid, {n_certified} certified; lists of events: {followed}"

    def _shares(self) -> Columns:
        """Which counts have how much of the map."""
        whole = sum(c.share for c in self.cells)
        parts: defaultdict[tuple[str, str], Fraction] = defaultdict(Fraction)
        for c in self.cells:
            key = ("crossed", "") if c.is_crossed else ("no count", "") if c.n_real is None else _words(c)
            parts[key] += c.share
        rows = [(real, index, f"{100 * float(s / whole):.1f} %") for (real, index), s in sorted(parts.items(), key=lambda part: -part[1])]
        kept = (
            rows
            if len(rows) <= _MOST_SHOWN
            else [*rows[: _MOST_SHOWN - 1], (f"{len(rows) - _MOST_SHOWN + 1} more", "", "")]
        )
        width = max(10, *(len(index) + 2 for _, index, _ in kept))
        return Columns((("real", -11), ("by index", -width), ("of the map", 10)), tuple(kept))


def _words(cell: Cell) -> tuple[str, str]:
    return str(cell.n_real), " ".join(map(str, cell.by_index or ()))


def _node_rows(found: ScanMap) -> Iterator[dict[str, Any]]:
    first, second = found.names
    for node in found.nodes:
        r, (a, b) = node.record, node.values
        yield {
            first: float(a),
            second: float(b),
            "values": f"{a}, {b}",
            "verdict": node.verdict,
            "n_complex": r.n_complex,
            "n_real": r.n_real,
            **{f"index_{k}": n for k, n in enumerate(r.by_index or [None] * (found.dimension + 1))},
            "n_degenerate": r.n_degenerate,
            "landscape": r.landscape,
            "failure": r.failure,
        }


def _cell_rows(found: ScanMap) -> Iterator[dict[str, Any]]:
    first, second = found.names
    for c in found.cells:
        yield {
            f"{first}_low": float(c.low[0]),
            f"{first}_high": float(c.high[0]),
            f"{second}_low": float(c.low[1]),
            f"{second}_high": float(c.high[1]),
            "depth": c.depth,
            "is_crossed": c.is_crossed,
            "n_real": c.n_real,
            **{f"index_{k}": n for k, n in enumerate(c.by_index or [None] * (found.dimension + 1))},
            "verdict": c.verdict,
        }


def _curve_rows(found: ScanMap) -> Iterator[dict[str, Any]]:
    first, second = found.names
    for (a, b), (c, d) in found.curves:
        yield {f"{first}_0": a, f"{second}_0": b, f"{first}_1": c, f"{second}_1": d}


def _line_rows(found: ScanMap) -> Iterator[dict[str, Any]]:
    for line in found.lines:
        for row in event_rows(line.scan):
            yield {"held": line.name, "at_value": float(line.value), "along": line.scan.name, **row}


def weakest(verdicts: Iterator[str]) -> str:
    """The weakest of some verdicts."""
    return min(verdicts, key=_FROM_WORST.index)
