"""The table of networks with rectified units, and whether their local minima are all global."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from homotopy.errors import HomotopyError
from homotopy.studies.assumptions.relu.arrangement import FewData, drawn
from homotopy.studies.assumptions.relu.cells import cell_points
from homotopy.studies.assumptions.relu.points import Point, stationary_points
from homotopy.studies.frame.report import Finding
from homotopy.studies.frame.run_folder import RunFolder
from homotopy.studies.frame.tables import Cell, Table

SIZES = ((1, 4), (2, 5))  # inputs and data of each network: as few data as leave several patterns
L2 = Fraction(1, 20)  # of all weights and biases
ALL_GLOBAL = "every local minimum is a global one, with rectified units"
_MOST = 6  # variables of a cell's polynomial that is counted again; eight take a census ten seconds
_EQUAL = 1e-9  # energies that differ by less are called equal; balls are far narrower


def measure(item: Sequence[Any]) -> dict[str, Any]:
    """The points of the data set (inputs, number of data, l2, seed), as JSON can hold them; or why they are open."""
    inputs, m, l2, seed = item
    data = drawn(m, Fraction(l2), seed, inputs=inputs)
    try:
        found = stationary_points(data)
        points = [p for p in (*found.isolated, *found.arcs) if not p.n_kinks]
        solved = [solved_again(data, p) for p in points if len(p.faces) * (inputs + 2) <= _MOST]
    except HomotopyError as error:
        return {"open": str(error)}
    return {
        "isolated": [[p.n_kinks, p.index, p.energy] for p in found.isolated],
        "arcs": [[p.n_kinks, p.index, p.energy, p.leads_down] for p in found.arcs],
        "zero is minimum": found.zero_is_minimum,
        "faces": found.n_faces,
        "solved": found.n_solved,
        "again": [sum(solved), len(solved)],
    }


def solved_again(data: FewData, point: Point) -> bool:
    """Whether a census of the polynomial of its cell finds this point off kinks, with the same index and energy, and no other inside."""
    found = cell_points(data, point.faces)
    return len(found) == 1 and found[0][0] == point.index and abs(found[0][1] - point.energy) < _EQUAL


def rectified(folder: RunFolder, n_sets: int, seed: int) -> tuple[Table, list[Finding]]:
    """Stationary points of 1-2-1 and 2-2-1 with rectified units on so many data sets each, and whether their minima are all global."""
    cases = [(inputs, m, k) for inputs, m in SIZES for k in range(n_sets)]
    folder.say(f"networks with rectified units on {len(cases)} data sets")
    items = [[inputs, m, str(L2), 1000 * seed + k] for inputs, m, k in cases]
    records = folder.cached_map("rectified 2", measure, items)
    rows = [_row(inputs, m, k, r) for (inputs, m, k), r in zip(cases, records, strict=True)]
    caption = (
        f"Networks with one layer of two rectified units and biases, l2 = {float(L2):g} for all, modulo exchange of the units; all patterns of both units are "
        "searched, those on kinks too. Minima: isolated points, and arcs (quarter circles) on which two units share one direction; local: higher than the lowest. "
        "Down: arcs of local minima from an end of which the loss falls. Saddles: points and arcs where a kink bends down; off kinks there are none. Patterns: of one "
        "unit; solved: pairs of them, and single ones, whose convex minimum was certified; census: cells with points off kinks, of 6 variables or fewer, where a census of the polynomial agrees."
    )
    return Table.of("rectified", caption, rows), [
        _global(f"{inputs}-2-1, data set {k}", r) for (inputs, _, k), r in zip(cases, records, strict=True)
    ]


def _row(inputs: int, m: int, k: int, record: dict[str, Any]) -> dict[str, Cell]:
    isolated, arcs, low = record.get("isolated", []), record.get("arcs", []), _minima(record)[:1]
    local = [arc for arc in arcs if arc[1] == 0 and arc[2] - low[0] > _EQUAL]
    agreed, tried = record.get("again", (None, None))
    return {
        "network": f"{inputs}-2-1", "data": m, "data set": k, "open": "open" in record,
        "minima": sum(p[1] == 0 for p in isolated) + sum(a[1] == 0 for a in arcs),
        "on kinks": sum(p[1] == 0 < p[0] for p in (*isolated, *arcs)),
        "arcs": sum(a[1] == 0 for a in arcs), "local arcs": len(local), "down": sum(a[3] for a in local),
        "saddles, index 1": sum(p[1] == 1 for p in (*isolated, *arcs)), "more": sum(p[1] > 1 for p in (*isolated, *arcs)),
        "lowest minimum": _minima(record)[0] if low else None, "highest": _minima(record)[-1] if low else None,
        "patterns": record.get("faces"), "solved": record.get("solved"), "census": f"{agreed} of {tried}" if tried else None,
    }  # fmt: skip


def _minima(record: dict[str, Any]) -> list[float]:
    return sorted(p[2] for name in ("isolated", "arcs") for p in record.get(name, []) if p[1] == 0)


def _global(case: str, record: dict[str, Any]) -> Finding:
    if "open" in record:
        return Finding(ALL_GLOBAL, "undecided", record["open"], case)
    minima = _minima(record)
    if record["zero is minimum"]:
        text = "The network without weights is a minimum, which is not compared with the others"
        return Finding(ALL_GLOBAL, "undecided", f"{text}.", case)
    listed = ", ".join(f"{energy:.5g}" for energy in minima)
    text = f"All local minima, certified, kinks included, have the energies {listed}"
    if minima[-1] - minima[0] > _EQUAL:
        return Finding(ALL_GLOBAL, "fails", f"{text}; the higher ones are local.", case)
    return Finding(
        ALL_GLOBAL, "holds", f"{text}; the loss grows without bound, so its lowest point is among them.", case
    )
