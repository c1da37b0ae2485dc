"""Counts over two parameters: cells of equal counts, finer where they differ, and events on the lines of the grid."""

import csv
import io
import itertools
import json
from fractions import Fraction

import pytest

import homotopy as ho
import polysys as ps
from homotopy.errors import HomotopyError, StoreError
from homotopy.scans import run
from polysys.errors import InputError

CUSP = ps.expression("x^4/4 + a*x^2/2 + b*x", parameters={"a": 1, "b": 0})
A, B = [-2, "-0.5", 1], ["-0.9", 0, "0.9"]


def inside(a, b):
    """Where the cubic x^3 + a x + b has three real roots."""
    return 4 * a**3 + 27 * b**2 < 0


@pytest.fixture(scope="module")
def cusp():
    return ho.scan_map(CUSP, a=A, b=B, depth=2)


def test_counts_are_those_of_the_cubic(cusp):
    for node in cusp.nodes:
        a, b = node.values
        if 4 * a**3 + 27 * b**2 == 0:
            assert node.record.n_degenerate == 1
        else:
            assert node.record.n_real == (3 if inside(a, b) else 1) and node.verdict == "proved"
    for cell in cusp.cells:
        corners = {inside(a, b) for a in (cell.low[0], cell.high[0]) for b in (cell.low[1], cell.high[1])}
        if not cell.is_crossed:
            assert cell.n_real == (3 if corners == {True} else 1)
            assert cell.by_index == ((2, 1) if cell.n_real == 3 else (1, 0)) and cell.verdict == "proved"


def test_cells_cover_the_map_and_only_crossed_ones_are_fine(cusp):
    assert sum(c.share for c in cusp.cells) == 4
    assert sum((c.high[0] - c.low[0]) * (c.high[1] - c.low[1]) for c in cusp.cells) == 3 * Fraction(9, 5)
    assert {c.depth for c in cusp.cells if c.is_crossed} == {2} and {c.depth for c in cusp.cells} == {1, 2}


def test_a_cell_says_what_a_single_census_says(cusp):
    for a, b in [("-1.9", "0.1"), ("0.5", "0.35"), ("-0.3", "-0.85")]:
        census = ho.census(CUSP.with_value("a", a).with_value("b", b))
        cell = cusp.cell(a, b)
        assert (cell.n_real, cell.by_index) == (census.n_real, tuple(census.by_index[k] for k in (0, 1)))


def test_events_on_the_lines_lie_on_the_cusp(cusp):
    assert len(cusp.lines) == 6 and {x.scan.coverage.verdict.value for x in cusp.lines} == {"proved"}
    n_folds = 0
    for line in cusp.lines:
        for event in line.scan.events:
            assert event.is_certified
            ends = (event.centre - event.radius, event.centre + event.radius)
            pairs = [(line.value, e) if line.name == "a" else (e, line.value) for e in ends]
            assert sorted(inside(a, b) for a, b in pairs) == [False, True]
            is_cusp = (line.name, line.value) == ("b", 0)
            assert event.kind.value == ("pitchfork" if is_cusp else "fold")
            n_folds += not is_cusp
    assert n_folds == 4  # a = -1/2: b = +-0.136; b = +-0.9: a = -1.76; at a = -2 they are at |b| = 1.09


def test_curves_are_within_a_cell_of_the_cusp(cusp):
    assert cusp.curves
    for (a, b), (c, d) in cusp.curves:
        for x, y in ((a, b), (c, d)):
            near = [inside(x + s * 0.375, y + t * 0.225) for s, t in itertools.product((-1, 0, 1), repeat=2)]
            assert True in near and False in near


def test_a_grid_that_jumps_over_two_curves_finds_them():
    # all corners have one count; the lines cross a tongue of three points between them
    found = ho.scan_map(CUSP, a=[-2, -1], b=[-2, 2], depth=3)
    assert found.n_real == ((1, 1), (1, 1))
    assert found.cell("-1.9", 0).n_real == 3 and found.cell("-1.9", "1.9").n_real == 1
    blind = ho.scan_map(CUSP, a=[-2, -1], b=[-2, 2], depth=3, follow=False)
    assert len(blind.nodes) == 4 and blind.lines == () and blind.cell("-1.9", 0).n_real == 1


def test_two_soft_spins_in_a_field():
    """A pitchfork on x = y: there 3 x^2 = 1 - t and x^3 - (1 + t) x + h = 0, so h = sqrt((1 - t) / 3) (2 + 4 t) / 3."""
    wells = ps.expression("x^4/4 + y^4/4 - x^2/2 - y^2/2 - t*x*y - h*(x + y)", parameters={"t": 0, "h": 0})
    found = ho.scan_map(wells, t=["0.4", "0.8", "1.2"], h=[0, "0.5"], depth=2, follow=False)
    assert [row[0] for row in found.n_real] == [9, 5, 3]
    degenerate = [n.values for n in found.nodes if n.record.n_degenerate]
    assert degenerate == [(Fraction(1, 2), 0), (1, 0)]
    for node in found.nodes:
        t, h = node.values
        if t > Fraction(1, 2) and node.values not in degenerate:
            has_five = t < 1 and 27 * h**2 < (1 - t) * (2 + 4 * t) ** 2
            assert node.record.n_real == (5 if has_five else 3), node.values


def test_a_function_a_label_and_a_family_give_the_same_map(tmp_path):
    (tmp_path / "c.txt").write_text("parameters: a = 0, b = 0\nx^4/4 + a*x^2/2 + b*x\n")
    whole = ho.scan_map(CUSP, a=A, b=B, depth=1, follow=False)
    others = [
        lambda a, b: ps.expression(f"x^4/4 + ({a})*x^2/2 + ({b})*x"),
        ps.expression("x^4/4 + a*x^2/2 + b*x", parameters=["a", "b"]),
        f"expression:{tmp_path / 'c.txt'}",
    ]
    for other in others:
        found = ho.scan_map(other, a=A, b=B, depth=1, follow=False)
        assert found.n_real == whole.n_real and found.cells == whole.cells


def test_a_random_model_keeps_its_sample():
    glass = ho.scan_map(
        lambda s, h: ps.SphericalPSpin(n=2, p=3, field=h * s), s=[1, 2], h=[0, 1], depth=0, seed=3, follow=False
    )
    alone = ho.census(ps.SphericalPSpin(n=2, p=3, field=2), seed=3)
    assert (
        glass.node(2, 1).record.landscape == alone.landscape.digest and glass.node(2, 1).record.n_real == alone.n_real
    )


def test_a_store_is_gone_on_with_and_serves_a_deeper_map(tmp_path, monkeypatch):
    first = ho.scan_map(CUSP, a=A, b=B, depth=1, follow=False, store=tmp_path / "s")
    names = sorted(p.name for p in (tmp_path / "s" / "values").iterdir())
    assert "0.0-0.0.json" in names and len(names) == len(first.nodes)
    deeper = ho.scan_map(CUSP, a=A, b=B, depth=2, follow=False)
    counted = []
    batch = run.census_batch
    monkeypatch.setattr(run, "census_batch", lambda m, s, part, o: counted.extend(part) or batch(m, s, part, o))
    (tmp_path / "s" / "values" / "0.5-1.5.json").unlink(missing_ok=True)
    (tmp_path / "s" / "values" / "1.0-1.0.json").write_text("{}")
    n_left = len(list((tmp_path / "s" / "values").iterdir())) - 1
    assert ho.scan_map(CUSP, a=A, b=B, depth=2, follow=False, store=tmp_path / "s").summary() == deeper.summary()
    assert len(counted) == len(deeper.nodes) - n_left
    with pytest.raises(StoreError, match="another scan"):
        ho.scan_map(CUSP, a=A, b=B[:2], depth=0, follow=False, store=tmp_path / "s")


def test_tables_and_pictures(cusp, tmp_path):
    from homotopy.scans.export import save_scan

    for of in ("values", "cells", "curves", "events"):
        rows = list(csv.DictReader(io.StringIO(cusp.to_csv(of))))
        assert len(rows) == len(cusp.rows(of)) > 0
    assert len(cusp.rows("values")) == len(cusp.nodes) and json.loads(json.dumps(cusp.summary()))["depth"] == 2
    pytest.importorskip("pandas")
    assert len(cusp.to_frame("cells")) == len(cusp.cells)
    save_scan(cusp, tmp_path / "m.html")
    assert "Map of" in (tmp_path / "m.html").read_text()
    assert "to 1/4 of a step" in repr(cusp) and len(repr(cusp).splitlines()) <= 20
    with pytest.raises(HomotopyError, match="no table"):
        cusp.rows("branches")


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"a": A}, "1 parameters"),
        ({"a": A, "b": B, "c": B}, "3 parameters"),
        ({"a": A, "b": B, "depth": 11}, "halvings"),
        ({"a": A, "b": B, "depth": 1.5}, "halvings"),
        ({"a": A, "b": B, "follow": False, "tolerance": "0.001"}, "no effect"),
        ({"a": A, "c": B}, "no parameter"),
        ({"a": ho.linspace(0, 1, 200), "b": ho.linspace(0, 1, 200)}, "pairs"),
    ],
)
def test_bad_maps(arguments, word):
    with pytest.raises(InputError, match=word):
        ho.scan_map(CUSP, **arguments)


def test_outside_of_the_map(cusp):
    with pytest.raises(HomotopyError, match="not on the map"):
        cusp.cell(5, 0)
    with pytest.raises(HomotopyError, match="No census"):
        cusp.node("0.123", 0)
