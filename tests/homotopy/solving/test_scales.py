"""Coefficients of very different sizes: right counts, and never a false alarm."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from flint import arb

import homotopy as ho
import polysys as ps
from homotopy.certification.balls import verified_inertia
from homotopy.completeness.verdict import join
from homotopy.status import Completeness, Verdict

PAIR = "({x})^4/4 + ({x})^2*({y})^2 + ({y})^4/3 - ({x})^2 + 2*({x})*({y}) - ({y})^2/2 + ({x})/7 + ({y})/5"


@pytest.mark.parametrize("text", ["1e300*x^4 - x^2", "1e-300*x^4 - x^2", "1e700*x^4 - x^2", "1e-700*x^4 - x^2"])
def test_double_well_of_any_size(text, tmp_path):
    census = ho.census(ps.expression(text))
    assert (census.n_complex, dict(census.by_index)) == (3, {0: 2, 1: 1})
    assert census.completeness.verdict is Completeness.PROVED
    census.save(tmp_path / "c.json")
    assert ho.verify(tmp_path / "c.json").is_ok


@pytest.mark.parametrize(("a", "b"), [("1e-150", "1e150"), ("1e-300", "2e-300"), ("1e300", "-1e300")])
def test_roots_of_very_different_size(a, b):
    a, b = Fraction(a), Fraction(b)
    text = f"x^4/4 - ({a + b - 1})*x^3/3 + ({a * b - a - b})*x^2/2 + ({a * b})*x"  # stationary at a, b and -1
    census = ho.census(ps.expression(text))
    assert dict(census.by_index) == {0: 2, 1: 1} and census.completeness.verdict is Completeness.PROVED
    for point in census.points:
        (x,) = point.coordinates
        roots = [arb(r.numerator) / arb(r.denominator) for r in (a, b, Fraction(-1))]
        assert any(abs(x / root - 1) < 1e-9 for root in roots)


@pytest.mark.parametrize(("x", "y"), [("x*1e20", "y*1e-20"), ("x*1e-80", "y*1e-30"), ("x*1e150", "y*1e-150")])
def test_two_unknowns_in_other_units(x, y, tmp_path):
    tame = ho.census(ps.expression(PAIR.format(x="x", y="y")))
    census = ho.census(ps.expression(PAIR.format(x=x, y=y)))
    assert (census.n_complex, census.by_index) == (tame.n_complex, tame.by_index)
    assert census.completeness.verdict is Completeness.PROVED
    census.save(tmp_path / "c.json")
    assert ho.verify(tmp_path / "c.json").is_ok


def test_equations_of_different_size():
    for texts, n_real in ((["x^2 - 1e-200", "y^2 - 1e200"], 4), (["1e400*x^2 - y", "y^2 - 2"], 2), (["x*y - 1", "x + y - 1e80"], 2)):
        found = ho.solve(ps.equations(texts))
        assert found.n_real == n_real and found.completeness.verdict is Completeness.PROVED


def test_a_field_or_a_regularisation_beyond_doubles_leaves_one_sign_of_curvature():
    """Next to a field of 10^400 couplings do not matter: a linear function on a sphere. Next to an l2 of 10^300 the data do not: the origin."""
    census = ho.census("spherical-p-spin:n=3,p=3,field=1e400")
    assert (census.n_complex, dict(census.by_index)) == (14, {0: 1, 1: 0, 2: 1}) and census.completeness.verdict is Completeness.PROVED
    census = ho.census("deep-linear:widths=1-1-1,data=gaussian,l2=1e300")
    assert (census.n_complex, dict(census.by_index)) == (5, {0: 1, 1: 0, 2: 0}) and census.completeness.verdict is Completeness.PROVED
    assert census.points[0].energy.rad() < 1e-9


def test_sphere_of_any_radius():
    census = ho.census(ps.expression("x*y*z", ps.Sphere(3, radius_squared=Fraction(10) ** -200)))
    assert dict(census.by_index) == {0: 4, 1: 6, 2: 4} and census.completeness.verdict is Completeness.PROVED


@pytest.mark.parametrize("exponent", [30, -200])
def test_couplings_of_any_size(exponent):
    model = ps.SphericalPSpin(n=3, p=3)
    sample = model.sample(seed=3)
    scaled = {k: np.array([c * Fraction(10) ** exponent for c in v.ravel()], object).reshape(v.shape) for k, v in sample.couplings.items()}
    tame, census = ho.census(sample), ho.census(model.landscape(scaled))
    assert (census.n_complex, census.by_index) == (tame.n_complex, tame.by_index)
    assert census.completeness.verdict is Completeness.PROVED


def test_raw_columns(tmp_path):
    rng = np.random.default_rng(7)
    x = rng.normal(size=(12, 2))
    t = x @ [0.5, 1.0] + 0.3 * rng.normal(size=12)
    counts = []
    for sizes in ((1.0, 1.0, 1.0), (1e12, 1e-9, 1e6)):
        path = tmp_path / f"{sizes[0]:g}.csv"
        rows = ["a,b,t", *(",".join(f"{v:.6e}" for v in row) for row in np.column_stack([x, t]) * sizes)]
        path.write_text("\n".join(rows) + "\n")
        census = ho.census(f"deep-linear:widths=2-1-1,data={path},l2=1e-12")
        assert census.completeness.verdict is Completeness.PROVED
        counts.append((census.n_complex, dict(census.by_index)))
    assert counts[0] == counts[1] == (9, {0: 2, 1: 1, 2: 0, 3: 0})


def test_a_short_list_over_many_sizes_is_unknown_and_names_the_units():
    census = ho.census(ps.expression("1e300*x^4 - x^2"))
    pieces = []
    for piece in census.completeness.evidence:  # as if the two minima had been lost
        if piece.name.startswith("Euler"):
            piece = type(piece)(piece.kind, Verdict.NO, (("expected", 1), ("sum", -1)))
        if "found" in dict(piece.numbers):
            numbers = tuple((k, 1 if k == "found" else v) for k, v in piece.numbers)
            piece = type(piece)(piece.kind, Verdict.UNDECIDED, numbers)
        pieces.append(piece)
    report = join(census.landscape, pieces)
    assert report.verdict is Completeness.UNKNOWN
    assert report.reason.endswith("measure x in units of 1e-150")
    tame = ho.census(ps.expression("2*x^4 - x^2")).landscape
    assert join(tame, pieces).verdict is Completeness.CONTRADICTED


def test_inertia_of_entries_of_very_different_sizes():
    def number(text):
        return arb(text)

    matrix = [[number("1e300"), number("1"), number("0")], [number("1"), number("-1e-300"), number("0")], [number("0"), number("0"), number("1e-200")]]
    assert verified_inertia(matrix) == (1, 2)
    bordered = [[number("2e-200"), number("0"), number("1")], [number("0"), number("-1e-200"), number("0")], [number("1"), number("0"), number("0")]]
    assert verified_inertia(bordered) == (2, 1)
