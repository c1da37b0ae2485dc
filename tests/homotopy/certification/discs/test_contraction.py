"""Disc arithmetic in doubles: whatever it claims is checked in exact or in ball arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np
import pytest
from flint import acb, acb_mat, arb, arb_mat, ctx, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st
from numba.core.errors import TypingError

import polysys as ps
from homotopy.certification import balls as ball_arithmetic
from homotopy.certification.certificates import CertificateList
from homotopy.certification.discs import contraction_kernels
from homotopy.certification.discs.arrays import Discs
from homotopy.certification.discs.contraction import (
    NO,
    UNDECIDED,
    UP,
    YES,
    SystemDiscs,
    check,
    prove,
    system_discs,
    two_digits,
)
from homotopy.certification.discs.extended import enclose_at, extended_scalars
from homotopy.certification.discs.inertia import signatures
from homotopy.certification.discs.program import disc_program, enclose, lane_groups
from homotopy.certification.zeros import certify
from homotopy.status import Verdict
from polysys.formulations.formulation import FormulationTapes
from polysys.tape import Tape, trace

MAGNITUDES = st.sampled_from([1.0, 1.0, 1.0, 1e-3, 1e5, 1e-60, 1e60, 1e-160, 1e160, 1e-307, 1e-320])
PART = st.floats(-4, 4, allow_nan=False)
RADIUS = st.sampled_from([0.0, 0.0, 1e-14, 1e-6, 0.1, 3.0])


class Exact:
    """A complex number with rational parts."""

    def __init__(self, re: Any, im: Any = 0) -> None:
        self.re, self.im = Fraction(re), Fraction(im)

    def __add__(self, other: Exact) -> Exact:
        return Exact(self.re + other.re, self.im + other.im)

    def __sub__(self, other: Exact) -> Exact:
        return Exact(self.re - other.re, self.im - other.im)

    def __mul__(self, other: Exact) -> Exact:
        return Exact(self.re * other.re - self.im * other.im, self.re * other.im + self.im * other.re)


def holds(mid: complex, radius: float, value: Exact) -> bool:
    """Whether a disc holds a number, decided exactly; one without a finite radius holds everything."""
    if not np.isfinite(radius) or not np.isfinite(mid):
        return True
    distance = (Fraction(mid.real) - value.re) ** 2 + (Fraction(mid.imag) - value.im) ** 2
    return distance <= Fraction(radius) ** 2


@st.composite
def programs(draw: st.DrawFn) -> Tape:
    """A random straight-line program with two variables, two parameters and a few constants."""
    operations = draw(
        st.lists(st.tuples(st.integers(0, 2), st.integers(0, 99), st.integers(0, 99)), min_size=1, max_size=14)
    )
    constants = draw(st.lists(st.fractions(-3, 3, max_denominator=7), max_size=2))

    def run(x: list[Any], p: list[Any]) -> list[Any]:
        values = [*x, *p, *(x[0] * 0 + c for c in constants)]
        for op, i, j in operations:
            a, b = values[i % len(values)], values[j % len(values)]
            values.append(a + b if op == 0 else a - b if op == 1 else a * b)
        return values[-3:]

    return trace(run, 2, 2)


@st.composite
def discs(draw: st.DrawFn) -> tuple[complex, float]:
    scale = draw(MAGNITUDES)
    return complex(draw(PART) * scale, draw(PART) * scale), draw(RADIUS) * scale


def points_in(mid: complex, radius: float) -> list[Exact]:
    """The centre and points on the rim, exactly."""
    r = Fraction(radius)
    corners = [(0, 0), (1, 0), (-1, 0), (Fraction(3, 5), Fraction(4, 5)), (Fraction(-5, 13), Fraction(12, 13))]
    return [Exact(Fraction(mid.real) + r * a, Fraction(mid.imag) + r * b) for a, b in corners]


@settings(max_examples=300)
@given(programs(), discs(), discs(), st.tuples(PART, PART), MAGNITUDES)
def test_the_discs_of_a_program_hold_all_its_values(
    tape: Tape, first: tuple[complex, float], second: tuple[complex, float], values: tuple[float, float], scale: float
) -> None:
    program = disc_program(tape)
    parameters = [Fraction(v) * Fraction(scale) / 3 for v in values]  # no doubles
    couplings = Discs.of(parameters)
    scalars = program.scalar_values(Discs(couplings.mid[None], couplings.radius[None]))
    x, radius = np.array([[first[0], second[0]]]), np.array([[first[1], second[1]]])
    mid, rad = enclose(program, scalars, np.zeros(1, np.int64), x, radius)
    with np.errstate(all="ignore"):
        ring = [Discs(np.array([z]), np.array([r])) for z, r in (first, second)]
        arrays = tape.evaluate(ring, [couplings[k] for k in range(2)], lambda c: Discs.of([c]))
    for u in points_in(*first):
        for v in points_in(*second):
            exact = tape.evaluate([u, v], [Exact(p) for p in parameters], Exact)
            for k, value in enumerate(exact):
                assert holds(complex(mid[0, k]), float(rad[0, k]), value)
                assert holds(complex(np.ravel(arrays[k].mid)[0]), float(np.ravel(arrays[k].radius)[0]), value)


@given(programs(), discs(), discs())
def test_at_a_point_the_disc_holds_the_ball_of_python_flint(
    tape: Tape, first: tuple[complex, float], second: tuple[complex, float]
) -> None:
    program = disc_program(tape)
    parameters = (Fraction(1, 3), Fraction(-7, 5))
    couplings = Discs.of(parameters)
    scalars = program.scalar_values(Discs(couplings.mid[None], couplings.radius[None]))
    x, sample = np.array([[first[0], second[0]]]), np.zeros(1, np.int64)
    with ctx.workprec(4000):
        balls = tape.bind(parameters).evaluate(
            [acb(z.real, z.imag) for z in x[0].tolist()], (), lambda c: arb(fmpq(c.numerator, c.denominator))
        )
        for mid, rad in (
            enclose(program, scalars, sample, x, np.zeros((1, 2))),
            enclose_at(program, extended_scalars(program, [parameters]), sample, x),
        ):
            for k, value in enumerate(balls):
                if np.isfinite(rad[0, k]) and np.isfinite(mid[0, k]):
                    distance = abs(acb(value) - acb(mid[0, k].real, mid[0, k].imag))
                    assert distance <= arb(float(rad[0, k]))


@given(st.lists(st.fractions(-(10**30), 10**30), min_size=2, max_size=2), st.integers(-280, 200))
def test_scalars_of_twice_the_digits_hold_the_exact_ones(values: list[Fraction], exponent: int) -> None:
    program = disc_program(trace(lambda x, p: [x[0] * (p[0] * p[1]), x[0] + p[0]], 1, 2))
    p, q = values[0] * Fraction(10) ** exponent, values[1]
    for exact in (p * q, p):
        rows = [
            r
            for r in extended_scalars(program, [(p, q)])[0].tolist()
            if abs(Fraction(r[0]) - exact) <= abs(exact) / 2**52
        ]
        high, low, radius = rows[0]
        assert abs(low) <= 2.0**-53 * abs(high)
        assert (
            abs(Fraction(high) + Fraction(low) - exact)
            <= Fraction(radius)
            <= abs(exact) / 2**100 + Fraction(1, 10**299)
        )


def test_what_is_ill_conditioned_is_still_enclosed_to_the_last_digit() -> None:
    """Coordinates of 1 to 1e5 in one chart, Jacobians of condition up to 1e13."""
    land = ps.SphericalPSpin(n=5, p=5).sample(seed=1)
    boxes = prove(system_discs(land.tapes), _eigenvectors(land))
    size = np.abs(boxes.mid).max(axis=1)
    assert size.max() > 1e3
    assert boxes.is_proved.mean() > 0.99
    # a settled box has ||Y F|| <= 1e-15 size, kappa <= 1/2, and room for an ulp: 2 * 1e-15 + 3 * 2.3e-16, two digits
    assert (boxes.radius <= 3e-15 * size)[boxes.is_proved].mean() > 0.98


def test_a_radius_is_not_much_wider_than_rounding_makes_necessary() -> None:
    land = ps.SphericalPSpin(n=8, p=3).sample(seed=4)
    x = np.random.default_rng(1).standard_normal((64, 9)) + 0j
    system = system_discs(land.tapes)
    mid, rad = enclose(system.jacobian, system.jacobian_scalars, np.zeros(64, np.int64), x, np.zeros(64))
    assert (rad < 1e-13 * (1 + np.abs(mid))).all()
    mid, rad = enclose_at(system.equations, system.equation_scalars, np.zeros(64, np.int64), x)
    assert (rad < 2.0**-53 * np.abs(mid) + 1e-29).all()
    assert (rad > 0).any()


@given(st.lists(st.integers(0, 3), max_size=60))
def test_every_point_is_in_one_group_with_points_of_its_sample_only(numbers: list[int]) -> None:
    sample = np.sort(np.array(numbers, np.int64))
    groups = lane_groups(sample)
    covered = [q for _, first, last in groups.tolist() for q in range(first, last)]
    assert covered == list(range(len(sample)))
    assert all((sample[first:last] == s).all() and 0 < last - first <= 16 for s, first, last in groups.tolist())


@given(st.integers(-300, 300), st.floats(1, 10, exclude_max=True))
def test_numbers_of_two_digits_bracket_what_they_are_made_from(exponent: int, mantissa: float) -> None:
    value = float(f"{mantissa!r}e{exponent}")
    above, below = (float(f"{v:.1e}") for v in (two_digits(np.array([value]), d)[0] for d in (1, -1)))
    assert below <= value <= above
    assert above <= 1.2 * value
    assert below >= 0.8 * value


@given(st.lists(st.tuples(PART, PART, RADIUS), min_size=1, max_size=5))
def test_reciprocals_and_square_roots_hold_the_true_ones(entries: list[tuple[float, float, float]]) -> None:
    mid = np.array([complex(a, b) for a, b, _ in entries])
    radius = np.array([r for *_, r in entries])
    inverse = Discs(mid, radius).reciprocal()
    for k, (a, b, r) in enumerate(entries):
        for z in points_in(complex(a, b), r):
            size = z.re**2 + z.im**2
            if size == 0:
                assert not np.isfinite(inverse.radius[k])
            else:
                assert holds(complex(inverse.mid[k]), float(inverse.radius[k]), Exact(z.re / size, -z.im / size))
    roots = Discs(np.abs(mid.real), radius).sqrt()
    with ctx.workprec(300):
        for k, (a, _, r) in enumerate(entries):
            for x in (Fraction(abs(a)), Fraction(abs(a)) - Fraction(r), Fraction(abs(a)) + Fraction(r)):
                if not np.isfinite(roots.radius[k]):
                    continue
                assert x > 0
                distance = abs(arb(fmpq(x.numerator, x.denominator)).sqrt() - arb(float(roots.mid[k])))
                assert distance <= arb(float(roots.radius[k]))


class TestInertia:
    @given(st.integers(1, 7), st.integers(0, 7), st.integers(0, 10**6), st.sampled_from([1.0, 1e-9, 1e9]))
    def test_of_matrices_with_known_signs(self, n: int, negative: int, seed: int, scale: float) -> None:
        rng = np.random.default_rng(seed)
        signs = np.where(np.arange(n) < negative, -1.0, 1.0) * rng.uniform(0.1, 2.0, n)
        q, _ = np.linalg.qr(rng.standard_normal((n, n)))
        matrix = (q * signs) @ q.T * scale
        radius = np.full((1, n, n), 1e-12 * scale)
        matrix = (matrix + matrix.T) / 2
        counts, size = signatures(matrix[None], radius)
        assert counts.tolist() == [min(negative, n)]
        with ctx.workprec(300):
            exact = abs(arb_mat(matrix.tolist()).det())
            if np.isfinite(size.radius[0]):
                assert abs(exact - arb(float(size.mid[0]))) <= arb(float(size.radius[0]))

    @given(st.integers(2, 6), st.integers(0, 10**6))
    def test_a_matrix_that_may_be_singular_is_undecided(self, n: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        low = rng.integers(-5, 6, (n, n - 1)).astype(float)
        singular = low @ np.diag(rng.choice([-1.0, 1.0], n - 1)) @ low.T  # exact in doubles
        assert signatures(singular[None], np.zeros((1, n, n)))[0].tolist() == [-1]
        shift = 10.0 ** -rng.integers(3, 12)
        away = singular + shift * np.eye(n)
        assert signatures(away[None], np.full((1, n, n), shift))[0].tolist() == [-1]

    @pytest.mark.parametrize("exponents", [(-200, -200, 200, 200), (160, 160, -160, -160), (155, 155, -10, -300), (3, 0, -2, 5)])
    def test_a_determinant_is_within_its_radius_whatever_the_sizes_of_pivots(self, exponents: tuple[int, ...]) -> None:
        diagonal = np.array([1.3, -0.7, 1.1, 0.9]) * 10.0 ** np.array(exponents)
        counts, size = signatures(np.diag(diagonal)[None], np.zeros((1, 4, 4)))
        assert counts.tolist() == [1]
        exact = abs(prod(map(Fraction, diagonal.tolist())))
        is_known = bool(np.isfinite(size.radius[0]))
        assert is_known == (max(map(abs, exponents)) < 100)
        assert not is_known or abs(exact - Fraction(float(size.mid[0]))) <= Fraction(float(size.radius[0]))

    def test_bad_numbers_are_undecided(self) -> None:
        matrices = np.ones((3, 2, 2))
        matrices[0, 0, 0], matrices[1, 1, 1] = np.nan, np.inf
        assert signatures(matrices, np.full((3, 2, 2), 1e-9))[0].tolist() == [-1, -1, -1]


def cubic_family() -> Tape:
    """x^3 + a x^2 + b x + c."""
    return trace(lambda x, p: [((x[0] + p[0]) * x[0] + p[1]) * x[0] + p[2]], 1, 3)


def assert_no_wrong_box(rng: np.random.Generator, cases: int) -> tuple[int, int]:
    """Cubics with known zeros of all kinds, simple, clustered, double and non-real; candidates good and bad.

    Returns how many candidates and how many boxes there were. A box must hold exactly one zero, alone in its region.
    """
    cell = 2.0**-14
    a = rng.integers(-4 / cell, 4 / cell, cases) * cell
    gap = np.ldexp(rng.choice([-1.0, 1.0], cases), -rng.integers(0, 31, cases)) * rng.choice([0, 1, 1, 1], cases)
    second = a + gap  # a cluster of two zeros, or a double one
    third = rng.integers(-4 / cell, 4 / cell, cases) * cell
    is_pair = rng.random(cases) < 0.4  # a +- i gap instead
    real = [[Fraction(v) for v in column.tolist()] for column in (a, second, third, gap)]
    coefficients: list[list[Fraction]] = [[], [], []]
    for u, v, w, g, pair in zip(*real, is_pair.tolist(), strict=True):
        total, product = (2 * u, u * u + g * g) if pair else (u + v, u * v)
        coefficients[0].append(-total - w)
        coefficients[1].append(product + total * w)
        coefficients[2].append(-product * w)
    members = list(zip(*coefficients, strict=True))
    columns = [Discs.of(c) for c in coefficients]
    parameters = Discs(np.stack([c.mid for c in columns], axis=1), np.stack([c.radius for c in columns], axis=1))
    zeros = np.stack([np.where(is_pair, a + 1j * gap, a), np.where(is_pair, a - 1j * gap, second), third + 0j], axis=1)
    off = 10.0 ** rng.uniform(-17, -2, (cases, 3)) * np.exp(2j * np.pi * rng.random((cases, 3)))
    off *= rng.choice([0, 1, 1], (cases, 3))
    tape = cubic_family()
    equations, jacobian = disc_program(tape), disc_program(tape.jacobian())
    system = SystemDiscs(equations, jacobian, extended_scalars(equations, members), jacobian.scalar_values(parameters))
    sample = np.repeat(np.arange(cases), 3)
    boxes = prove(system, (zeros + off).reshape(-1, 1), sample)
    proved = np.flatnonzero(boxes.is_proved)
    centre, own = boxes.mid[proved, 0].astype(np.clongdouble), zeros[sample[proved]]
    distance = np.abs(centre[:, None] - own.astype(np.clongdouble))
    is_inside = distance <= boxes.radius[proved, None] * (1 + 1e-15)
    is_near = distance <= boxes.uniqueness[proved, None] * (1 - 1e-15)
    # a double zero counts twice, so a box that holds it fails here
    assert (is_inside.sum(axis=1) == 1).all()
    assert (is_near.sum(axis=1) == 1).all()
    imaginary = own.imag[is_inside]
    assert (imaginary[boxes.reality[proved] == YES] == 0).all()
    assert (imaginary[boxes.reality[proved] == NO] != 0).all()
    return len(sample), len(proved)


def test_thousands_of_cubics_have_no_wrong_box() -> None:
    candidates, boxes = assert_no_wrong_box(np.random.default_rng(11), 4000)
    assert boxes > candidates / 2


@pytest.mark.parametrize("scale", [0, -12])
@pytest.mark.parametrize("gap", [-10, -13])
@pytest.mark.parametrize("away", [-4, -6, -8])
def test_a_pair_next_to_the_real_axis_is_not_taken_for_a_real_zero_nearby(gap: int, away: int, scale: int) -> None:
    """The zeros a +- ig and a + d of a cubic: on the axis Newton's method jumps from a to a + d."""
    unit, g, d = (Fraction(10) ** e for e in (scale, gap, away))
    tape = trace(lambda x, p: [((x[0] / unit - 1) ** 2 + g * g) * (x[0] / unit - 1 - d)], 1)
    tapes = FormulationTapes(tape, tape.jacobian(), tape, tape)
    zeros = np.array([[1 + 1j * float(g)], [1 - 1j * float(g)], [1 + float(d)]]) * float(unit)
    report = certify(tapes, zeros)
    assert report.assignment == (0, 1, 2)
    assert [c.reality for c in report.certificates] == [Verdict.NO, Verdict.NO, Verdict.YES]


@pytest.mark.slow
def test_a_million_candidates_have_no_wrong_box() -> None:
    total = sum(assert_no_wrong_box(np.random.default_rng([12, k]), 20_000)[0] for k in range(17))
    assert total >= 10**6


@pytest.mark.parametrize(
    "label", ["spherical-p-spin:n=5,p=3", "layered-spin-glass:widths=3-3-3", "deep-linear:widths=2-2-2,data=iris"]
)
def test_boxes_made_in_doubles_pass_the_test_in_ball_arithmetic(label: str) -> None:
    import homotopy as ho

    census = ho.census(label, seed=3)
    tapes, listed = census.landscape.tapes, census.certificates
    assert len(listed.exact) < len(listed)
    for certificate in list(listed)[:60]:
        with ctx.workprec(256):
            assert ball_arithmetic.check(tapes.equations, tapes.jacobian, certificate.enclosure)


def test_a_sample_among_others_gets_what_it_gets_alone() -> None:
    model = ps.SphericalPSpin(n=4, p=3)
    lands = [model.sample(7, k) for k in range(3)]
    assert all(land.shares_tapes_with(lands[0]) for land in lands[1:])
    ends = [
        np.array([z for c in certify(land.tapes, _eigenvectors(land)).certificates for z in [_centre(c)]])
        for land in lands
    ]
    alone = [CertificateList.of_boxes(prove(system_discs(land.tapes), x)) for land, x in zip(lands, ends, strict=True)]
    system = system_discs(*(land.tapes for land in lands))
    sample = np.repeat(np.arange(3), [len(x) for x in ends])
    together = prove(system, np.concatenate(ends), sample)
    for k, one in enumerate(alone):
        assert (together.mid[sample == k] == one.mid).all()
        assert (together.radius[sample == k] == one.radius).all()


def _centre(certificate: Any) -> list[complex]:
    return [complex(float(re), float(im)) for re, im in certificate.enclosure.mid]


def _eigenvectors(land: ps.Landscape) -> Any:
    from homotopy.engines.tracker.paths import track_members

    tracked = track_members([land], 0)
    assert tracked is not None
    return tracked[0].x


def test_the_claims_of_altered_boxes_are_not_accepted() -> None:
    land = ps.SphericalPSpin(n=4, p=3).sample(seed=2)
    system = system_discs(land.tapes)
    boxes = prove(system, _eigenvectors(land))
    assert check(system, boxes.mid, boxes.radius, boxes.uniqueness).all()
    alterations: list[Callable[[], Any]] = [
        lambda: (boxes.mid + 1e-6, boxes.radius, boxes.uniqueness),
        lambda: (boxes.mid, boxes.radius * 1e-6, boxes.uniqueness),
        lambda: (boxes.mid, boxes.radius, boxes.uniqueness * 1e6),
        lambda: (boxes.mid, boxes.uniqueness * 2, boxes.uniqueness),
        lambda: (boxes.mid, -boxes.radius, boxes.uniqueness),
        lambda: (boxes.mid, boxes.radius * np.nan, boxes.uniqueness),
    ]
    for alter in alterations:
        assert not check(system, *alter()).any()


def test_a_box_stays_where_it_was_proved_when_its_candidate_drifts_away() -> None:
    """Two zeros (0, 0, 0) and (-rho, 0, 0), rho < 1e-4; Newton's second step ends outside the drift that is allowed.

    The first equation is x (1 - ((t - x)/(t + rho))^24) + 40 y^2, the third makes the candidate drift.
    """
    t, rho = Fraction(4, 10**5), Fraction(97, 10**6)

    def equations(v: Any, _: Any) -> list[Any]:
        x, y, w = v
        return [x * (1 - ((t - x) * (1 / (t + rho))) ** 24) + 40 * y * y, y, w + 40 * y * y]

    tape = trace(equations, 3)
    system = system_discs(FormulationTapes(tape, tape.jacobian(), tape, tape))
    boxes = prove(system, np.array([[4e-5, 0.98e-3, w] for w in np.linspace(1.0e-3, 1.06e-3, 31)], complex))
    assert boxes.is_proved.any()
    for mid, uniqueness in zip(boxes.mid[boxes.is_proved], boxes.uniqueness[boxes.is_proved], strict=True):
        near = [zero for zero in (0.0, -float(rho)) if max(abs(mid[0] - zero), abs(mid[1]), abs(mid[2])) <= uniqueness]
        assert len(near) == 1
    proved = boxes.is_proved
    assert check(system, boxes.mid[proved], boxes.radius[proved], boxes.uniqueness[proved]).all()


def test_undecided_is_not_no() -> None:
    assert {NO, YES, UNDECIDED} == {0, 1, 2}


class TestBounds:
    @given(st.integers(1, 9), st.integers(1, 20), st.integers(0, 10**6))
    def test_of_the_contraction_hold_in_ball_arithmetic_and_are_small(self, n: int, m: int, seed: int) -> None:
        """With a permuted diagonal that is nearly zero every pivot has to be looked for."""
        rng = np.random.default_rng(seed)
        jacobian = rng.standard_normal((m, n, n)) + 1j * rng.standard_normal((m, n, n)) + 4 * np.eye(n)
        jacobian = np.roll(jacobian, rng.integers(n), axis=1) * 10.0 ** rng.integers(-20, 20)
        f = rng.standard_normal((m, n)) + 1j * rng.standard_normal((m, n))
        kappa, eta, noise, step = np.empty(m), np.empty(m), np.empty(m), np.empty((m, n), complex)
        contraction_kernels.bound(jacobian, np.zeros((m, n, n)), f, np.zeros((m, n)), kappa, eta, noise, step)
        assert (kappa < 1e-10).all() and (noise < 1e-9 * eta).all()
        for k in range(m):
            with ctx.workprec(200):
                exact = acb_mat(jacobian[k].tolist()).solve(acb_mat([[z] for z in f[k].tolist()]))
                length = max(float(abs(exact[i, 0]).mid()) for i in range(n))
                # ||Y F - J^-1 F|| <= ||Y J - I|| ||J^-1 F||
                for i in range(n):
                    assert abs(exact[i, 0] - acb(step[k, i])) <= (kappa[k] * UP * length + noise[k]) * UP
                assert float(np.abs(step[k]).max()) <= eta[k] * UP

    def test_of_a_singular_system_prove_nothing(self) -> None:
        jacobian = np.array([[[1, 1], [1, 1]], [[0, 0], [0, 0]], [[np.nan, 0], [0, 1]], [[0, 1], [1, 0]]], complex)
        kappa, eta, noise, step = np.empty(4), np.empty(4), np.empty(4), np.empty((4, 2), complex)
        contraction_kernels.bound(jacobian, np.zeros((4, 2, 2)), np.ones((4, 2), complex), np.zeros((4, 2)), kappa, eta, noise, step)
        assert (kappa < 1).tolist() == [False, False, False, True]


def test_kernels_refuse_arrays_that_they_would_read_wrongly() -> None:
    """Emitted code knows no strides."""
    jacobian = np.ones((4, 2, 2), complex)[::2]
    numbers = [np.empty(2) for _ in range(3)]
    rest = np.zeros((2, 2, 2)), np.ones((2, 2), complex), np.zeros((2, 2)), *numbers, np.empty((2, 2), complex)
    with pytest.raises(TypingError, match="contiguous"):
        contraction_kernels._bound_all(jacobian, *rest, np.empty(500), np.empty((2, 8), np.int64))
    contraction_kernels.bound(jacobian, *rest)  # copies it
    assert (numbers[0] != numbers[0]).all()


def test_radii_may_be_stored_by_columns() -> None:
    program = disc_program(trace(lambda x, _: [x[0] * x[1], x[0] - x[1]], 2))
    x, radius = np.array([[1 + 2j, 3], [0.5, -1j]]), np.array([[1e-3, 2e-3], [3e-3, 4e-3]])
    found = [enclose(program, np.zeros((1, 1, 2)), None, x, r) for r in (radius, np.asfortranarray(radius))]
    assert np.array_equal(found[0][1], found[1][1]) and np.array_equal(found[0][0], found[1][0])


def test_one_of_two_conjugates_is_proved_and_the_other_is_its_mirror_image() -> None:
    land = ps.SphericalPSpin(n=5, p=3).sample(seed=3)
    system, ends = system_discs(land.tapes), _eigenvectors(land)
    boxes = prove(system, ends)
    assert boxes.is_proved.all() and check(system, boxes.mid, boxes.radius, boxes.uniqueness).all()
    for k in np.flatnonzero(boxes.reality == NO):
        assert (boxes.mid == boxes.mid[k].conj()).all(axis=1).sum() == 1
    # a candidate that only looks like a conjugate is proved for itself
    bad = ends.copy()
    other = int(np.flatnonzero(boxes.reality == NO)[0])
    bad[other] += 1e-7
    again = prove(system, bad)
    assert again.is_proved.all() and (np.abs(again.mid - boxes.mid).max(axis=1) <= again.radius + boxes.radius).all()


def test_multiples_of_dyadic_couplings_are_known_exactly() -> None:
    program = disc_program(trace(lambda x, p: [x[0] * (3 * p[0]), x[0] + (p[1] - p[0]) * 6, p[0] * p[1] + x[0]], 1, 2))
    dyadic = (Fraction(12345, 2**30), Fraction(-(2**29) + 1, 2**30))
    third, wide = (Fraction(1, 3), Fraction(1)), (Fraction(2**40 + 1), Fraction(2**30 + 1))
    rows = extended_scalars(program, [dyadic, third, wide])
    assert (rows[0, :, 1:] == 0).all() and {float(3 * dyadic[0]), float(6 * (dyadic[1] - dyadic[0]))} <= set(rows[0, :, 0].tolist())
    for one, couplings in zip(rows, (dyadic, third, wide), strict=True):
        for value, (high, low, radius) in zip(program.scalars.evaluate((), couplings), one.tolist(), strict=True):
            assert abs(Fraction(high) + Fraction(low) - value) <= Fraction(radius)
