"""Records: they depend on the sample alone, their reals are the true ones in nine decimals, failures are records."""

import json
from dataclasses import replace
from decimal import Decimal, localcontext
from fractions import Fraction
from math import inf, log

import numpy as np
import pytest
from flint import arb, ctx, fmpq
from hypothesis import given
from hypothesis import strategies as st

import homotopy as ho
import polysys as ps
from homotopy.certification.hessian import log_abs_det_hessian
from homotopy.ensembles.record import CONTENT, PROVENANCE, count_samples, record_of
from homotopy.ensembles.rounding import decided, decided_numbers, error_bound, middle
from homotopy.errors import EngineMissingError
from polysys.errors import InputError

GLASS = ps.SphericalPSpin(n=3, p=3)


@pytest.mark.parametrize("value", [Fraction(1, 3), Fraction(-2, 7) * 10**40, Fraction(1, 3) / 2**70, Fraction(5), Fraction(-1, 10**9)])
def test_a_narrow_ball_gives_the_decimals_of_the_true_number_whatever_its_midpoint(value):
    """The independent answer: the decimal module's correctly rounded quotient."""
    with localcontext(prec=9):
        expected = float(Decimal(value.numerator) / Decimal(value.denominator))
    for noise in (0, Fraction(1, 2**60), -Fraction(1, 2**60)):
        with ctx.workprec(300):
            shifted = value * (1 + noise)
            ball = arb(fmpq(shifted.numerator, shifted.denominator))
            ball += arb(0, abs(ball) / 2**50)
        assert decided(ball) == middle(ball) == expected
        error = error_bound(ball, expected)
        assert abs(Fraction(expected) - value) <= Fraction(error) <= abs(value) / 10**8


def test_a_wide_ball_decides_nothing():
    assert decided(arb(1, 0.25)) is None and middle(arb(1, 0.25)) == 1.0
    assert 0.25 <= error_bound(arb(1, 0.25), 1.0) < 0.2500001
    assert decided(arb(0, inf)) is None and error_bound(arb(0, inf), 0.0) == inf
    assert decided(arb(0, 1e-14)) is None and str(middle(arb(0, 1e-14))) == "0.0"
    assert str(decided(arb(0, 1e-30))) == "0.0" == str(decided(arb("1e-300"))) and decided(arb(1e-20, 1e-31)) == 1e-20
    with ctx.workprec(200):
        halfway = arb("1.234567885")
        assert decided(halfway + arb(0, 1e-40)) is None and middle(halfway) in (1.23456788, 1.23456789)


def test_records_do_not_depend_on_the_paths_that_led_to_the_points():
    """Another solver seed tracks other paths to other last bits; the content of the record is the same."""
    first = count_samples(GLASS, 1, range(3), ho.Options(seed=0), points=True)
    second = count_samples(GLASS, 1, range(3), ho.Options(seed=12345), points=True)
    assert [r.digest for r in first] == [r.digest for r in second]


@pytest.mark.phcpack
def test_records_of_both_engines_are_the_same():
    for model in (GLASS, ps.model_from_label("deep-linear:widths=1-2-1,data=gaussian")):
        tracker = count_samples(model, 5, [2], ho.Options(engine="tracker"), points=True)[0]
        phcpack = count_samples(model, 5, [2], ho.Options(engine="phcpack"), points=True)[0]
        assert tracker.digest == phcpack.digest and tracker.engine != phcpack.engine


def test_records_do_not_depend_on_what_was_counted_before():
    together = count_samples(GLASS, 1, [0, 1, 2, 3])
    alone = [count_samples(GLASS, 1, [k])[0] for k in (3, 1, 0, 2)]
    assert {r.digest for r in together} == {r.digest for r in alone}


def test_a_record_agrees_with_the_census_it_was_made_from():
    census = ho.census(GLASS, seed=1, index=2)
    record = count_samples(GLASS, 1, [2], points=True)[0]
    assert (record.landscape, record.n_complex, record.n_real) == (census.landscape.digest, 7, census.n_real)
    assert record.by_index == tuple(census.by_index.values()) and record.n_minima == census.n_minima
    assert record.verdict == "proved" and record.reason == "count-equals-bound" and record.bound == 7
    assert list(record.energies) == sorted(record.energies)
    for point, energy, index, coordinates in zip(
        census.points, record.energies, record.indices, record.coordinates, strict=True
    ):
        assert point.energy.overlaps(arb(energy, record.energy_error)) and point.index == index
        assert np.linalg.norm(coordinates) ** 2 == pytest.approx(3, rel=1e-8)


def test_the_digest_covers_the_content_and_not_the_provenance():
    record = count_samples(GLASS, 1, [0])[0]
    assert replace(record, seconds=99.0, tries=7, engine="other", attempts=("x",)).digest == record.digest
    assert set(CONTENT) | set(PROVENANCE) == set(record.__dataclass_fields__)
    for name in CONTENT:
        value = getattr(record, name)
        other = "changed" if value is None or isinstance(value, str) else (value or (1,))[1:] if isinstance(value, tuple) else value + 1
        assert replace(record, **{name: other}).digest != record.digest, name
    json.dumps([getattr(record, name) for name in CONTENT], allow_nan=False)


def test_a_sample_that_cannot_be_counted_is_a_record_with_the_reason():
    class Refusing(ps.SphericalPSpin):
        def sample(self, seed=None, index=0):
            if index == 1:
                raise InputError("No.", "Go.")
            if index == 2:
                raise ZeroDivisionError("a defect")
            return super().sample(seed, index)

    records = count_samples(Refusing(n=2, p=3), 1, [0, 1, 2])
    assert [r.failure_kind for r in records] == [None, "error", "error"]
    assert records[1].failure == "InputError: No." and "a defect" in records[2].failure
    assert records[1].n_real is None and records[1].verdict is None


def test_a_missing_engine_is_not_recorded_sample_by_sample(monkeypatch):
    monkeypatch.setenv("STATIONARY_PHC", "/nowhere/phc")
    monkeypatch.setenv("STATIONARY_PHCPY", "/nowhere/phcpy")
    with pytest.raises(EngineMissingError):
        count_samples(GLASS, 1, [0], ho.Options(engine="phcpack"))


def test_singular_points_are_told_apart_and_their_sample_is_open():
    """x^2 (x - 1) = 0: the origin is a double solution, singular, so nothing is certified there."""
    model = ps.expression("x^4/4 - x^3/3 + y^2")
    record = count_samples(model, 0, [0])[0]
    assert (record.n_complex, record.n_real, record.n_degenerate, record.bound) == (1, 1, 1, 2)
    lower, upper = ho.ensemble(model, samples=1, workers=0).range("n_real")
    assert (lower[0], upper[0]) == (1.0, 2.0)  # the origin is real, which nothing here proves


@pytest.mark.parametrize(
    "label",
    ["spherical-p-spin:n=4,p=3", "spherical-p-spin:n=3,p=4", "spherical-p-spin:n=3,p=3,field=1/2",
     "layered-spin-glass:widths=2-3-2", "layered-spin-glass:widths=2-3,degrees=2-1"],
)  # fmt: skip
def test_the_determinant_is_that_of_second_differences_along_the_domain(label):
    """The independent answer: finite differences of the energy in coordinates of the tangent space, projected back."""
    census = ho.census(label, seed=3)
    land = census.landscape
    couplings = {k: np.array([float(v) for v in a.ravel()]).reshape(a.shape) for k, a in land.couplings.items()}
    lengths = [float(r) ** 0.5 for r in land.scaling.length_squared] or [1.0] * land.domain.n_constraints
    for point in census.points[:3]:
        s = np.array([float(c.mid()) for c in point.coordinates])
        bases = np.zeros((len(s), land.domain.dimension))
        column = 0
        for block in land.domain.slices:
            tangent = np.linalg.svd(s[block][None, :])[2][1:].T
            bases[block, column : column + tangent.shape[1]] = tangent
            column += tangent.shape[1]

        def energy(u, s=s, bases=bases):
            y = s + bases @ u
            for block, length in zip(land.domain.slices, lengths, strict=True):
                y[block] *= np.linalg.norm(s[block]) / np.linalg.norm(y[block]) / length
            return float(land.potential_function(y.astype(object), couplings)) * float(land.scaling.energy_squared) ** 0.5

        d, h = land.domain.dimension, 1e-3
        e = np.eye(d) * h
        hessian = [
            [(energy(e[i] + e[j]) - energy(e[i] - e[j]) - energy(e[j] - e[i]) + energy(-e[i] - e[j])) / (4 * h * h) for j in range(d)]
            for i in range(d)
        ]
        ball = log_abs_det_hessian(land, census.certificates[point.solution])
        assert float(ball.mid()) == pytest.approx(np.linalg.slogdet(hessian)[1], abs=1e-4)
        assert float(ball.rad()) < 1e-8


def test_the_determinants_of_minima_are_in_the_order_of_their_energies():
    """Two wells of x^4/4 - x^2/2 + x^3/30, exactly: V'' at the roots of x^2 + x/10 - 1."""
    record = count_samples(ps.expression("x^4/4 - x^2/2 + x^3/30"), 0, [0])[0]
    roots = sorted(np.roots([1, 0.1, -1]), key=lambda x: x**4 / 4 - x**2 / 2 + x**3 / 30)
    assert record.log_det_minima == pytest.approx([log(3 * x * x - 1 + x / 5) for x in roots], rel=1e-8)


@pytest.mark.parametrize("label", ["spherical-p-spin:n=4,p=3", "spherical-p-spin:n=3,p=4", "spherical-p-spin:n=3,p=2-3,field=1/2", "layered-spin-glass:widths=2-2-2"])
def test_numbers_that_doubles_decide_are_those_of_ball_arithmetic(label: str) -> None:
    for index in range(4):
        found = ho.census(label, seed=3, index=index)
        by_points = replace(found, points=tuple(found.points))  # without arrays every point is rounded from its balls
        assert record_of(found, label, 3, index) == record_of(by_points, label, 3, index)


@given(
    st.lists(
        st.tuples(
            st.floats(-1e12, 1e12) | st.sampled_from([0.0, 1.0, -10.0, 0.1, 99999999.95, 0.9999999995, 1e-30]),
            st.sampled_from([0.0, 1e-18, 1e-13, 1e-10, 1e-9, 1.0]),
        ),
        max_size=8,
    )
)
def test_many_numbers_are_rounded_as_one_by_one(pairs: list[tuple[float, float]]) -> None:
    mid, radius = np.array([m for m, _ in pairs]), np.array([abs(m) * r for m, r in pairs])
    numbers, errors = decided_numbers(mid, radius)
    for number, error, m, r in zip(numbers.tolist(), errors.tolist(), mid.tolist(), radius.tolist(), strict=True):
        low, high = np.nextafter(m - r, -inf), np.nextafter(m + r, inf)
        with ctx.workprec(200):
            one = decided(arb(m, r))
        is_clear = -1e-25 < low < high < 1e-25 or f"{low:.8e}" == f"{high:.8e}"
        assert np.isnan(number) == np.isnan(error) == (not is_clear)
        if is_clear:
            assert number == one and error == error_bound(arb(m, r), number)
