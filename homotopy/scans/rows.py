"""A scan as plain rows, and what their columns hold."""

from __future__ import annotations

from typing import Any

from homotopy.errors import HomotopyError
from homotopy.scans.result import Scan

COLUMNS = {
    "value": "the parameter, exactly; of an event the simplest rational in its ball",
    "sample": "number of the sample",
    "verdict": "whether the list of points is complete: proved, supported, unknown, contradicted",
    "n_complex": "certified distinct complex solutions (classes)",
    "n_real": "certified real stationary points; within the bracket of an event without those that meet, which may be singular",
    "landscape": "sha256 of the exact landscape",
    "failure": "why there is no result; missing where there is one",
    "branch": "number of the branch",
    "index": "Morse index",
    "energy": "the potential at the point, in the model's units",
    "kind": "what happens",
    "at": "the parameter value of the event, rounded to double",
    "low": "lower end of the bracket of the parameter",
    "high": "upper end of the bracket of the parameter",
    "centre": "of the ball that is proved to hold the parameter value",
    "radius": "of the ball that is proved to hold the parameter value",
    "is_exact": "whether the value is proved to be the parameter value",
    "is_certified": "whether a ball is proved to hold the parameter value",
    "orbit": "events with the same number are images of each other under symmetries",
    "n_before": "real points that take part, below the value",
    "n_after": "real points that take part, above the value",
}
_NUMBER = "certified real points of Morse index {}"


def columns_of(scan: Scan) -> dict[str, str]:
    """What each column of the rows of a scan holds, coordinates excepted."""
    by_index = {f"index_{k}": _NUMBER.format(k) for k in range(scan.dimension + 1)}
    return {**COLUMNS, **by_index, scan.name: "the parameter, rounded to double"}


def rows_of(scan: Scan, of: str) -> list[dict[str, Any]]:
    """One of the tables of a scan.

    Raises
    ------
    HomotopyError
        If there is no such table.
    """
    makers = {"values": _value_rows, "branches": _branch_rows, "curves": _curve_rows, "events": event_rows}
    if of not in makers:
        raise HomotopyError(f"A scan has no table {of[:40]!r}.", f"Choose {', '.join(makers)}.")
    return makers[of](scan)


def _value_rows(scan: Scan) -> list[dict[str, Any]]:
    return [
        {
            scan.name: float(value),
            "value": str(value),
            "sample": record.sample,
            "verdict": record.verdict,
            "n_complex": record.n_complex,
            "n_real": record.n_real,
            **{f"index_{k}": n for k, n in enumerate(record.by_index or [None] * (scan.dimension + 1))},
            "landscape": record.landscape,
            "failure": record.failure,
        }
        for value, row in zip(scan.values, scan.records, strict=True)
        for record in row
    ]


def _branch_rows(scan: Scan) -> list[dict[str, Any]]:
    return [
        {
            "branch": b.number,
            scan.name: float(v),
            "index": b.index,
            "energy": e,
            **{f"x{i + 1}": x for i, x in enumerate(c)},
        }
        for b in scan.branches
        for v, e, c in zip(b.values, b.energies, b.coordinates, strict=True)
    ]


def _curve_rows(scan: Scan) -> list[dict[str, Any]]:
    return [
        {"branch": b.number, "index": b.index, scan.name: a, "energy": e} for b in scan.branches for a, e in b.curve
    ]


def event_rows(scan: Scan) -> list[dict[str, Any]]:
    """A row for each event."""
    kept = ("kind", "at", "low", "high", "centre", "radius", "value", "is_exact", "is_certified", "orbit")
    return [
        {**{k: e.summary()[k] for k in kept}, "n_before": sum(e.before.values()), "n_after": sum(e.after.values())}
        for e in scan.events
    ]
