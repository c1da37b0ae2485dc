"""Certificates: every one holds exactly one true zero, whatever the candidate was; reality is proved or left open."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import prod

import numpy as np
import pytest
import sympy
from flint import ctx
from hypothesis import given
from hypothesis import strategies as st

import polysys as ps
from homotopy.certification import balls
from homotopy.certification.balls import Enclosure
from homotopy.certification.zeros import (
    Certificate,
    CertificateList,
    certify,
    certify_one,
    close_pairs,
    disjoint,
    mirror,
    reality,
    same_zero,
)
from homotopy.status import Verdict
from polysys.formulations.formulation import FormulationTapes

X = sympy.Symbol("x")
Exact = tuple[Fraction, Fraction]


def potential_with_roots(roots: Sequence[Exact], scale: Fraction = Fraction(1)) -> str:
    """A potential in x whose derivative has these zeros; those with an imaginary part bring their conjugates along."""
    f = sympy.Rational(scale.numerator, scale.denominator)
    for re, im in roots:
        a, b = (sympy.Rational(v.numerator, v.denominator) for v in (re, im))
        f *= (X - a) ** 2 + b**2 if im else X - a
    return str(sympy.expand(sympy.integrate(sympy.expand(f), X)))


def tapes_of(text: str) -> FormulationTapes:
    return ps.expression(text).sample().tapes


def with_conjugates(roots: Sequence[Exact]) -> list[Exact]:
    return [r for re, im in roots for r in ([(re, im), (re, -im)] if im else [(re, im)])]


def within(certificate: Certificate, zero: Sequence[Exact], radius: Fraction) -> bool:
    """Whether an exactly known zero lies in the polydisc of this radius about the certificate's centre."""
    return all(
        (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 <= radius**2
        for a, b in zip(certificate.enclosure.mid, zero, strict=True)
    )


def assert_holds_exactly_one(certificate: Certificate, zeros: Sequence[Sequence[Exact]]) -> int:
    """The number of the one zero that a certificate holds; it must be alone in the uniqueness region."""
    inside = [k for k, z in enumerate(zeros) if within(certificate, z, certificate.enclosure.radius)]
    alone = [k for k, z in enumerate(zeros) if within(certificate, z, certificate.enclosure.uniqueness)]
    assert len(inside) == 1
    assert alone == inside
    return inside[0]


def check_reality(certificate: Certificate, zero: Sequence[Exact]) -> None:
    is_real = all(im == 0 for _, im in zero)
    assert certificate.reality is not (Verdict.NO if is_real else Verdict.YES)


@st.composite
def root_sets(draw: st.DrawFn) -> list[Exact]:
    """Between one and four distinct zeros with small rational parts, at most one of a conjugate pair named."""
    part = st.integers(-12, 12).map(lambda k: Fraction(k, 4))
    height = st.one_of(st.just(Fraction(0)), st.integers(1, 8).map(lambda k: Fraction(k, 4)))
    return draw(st.lists(st.tuples(part, height), min_size=1, max_size=4, unique=True))


@given(root_sets(), st.floats(0, 1e-6), st.floats(0, 6.28))
def test_every_known_root_of_a_univariate_system_is_certified_once(
    roots: list[Exact], size: float, angle: float
) -> None:
    tapes, zeros = tapes_of(potential_with_roots(roots)), [[r] for r in with_conjugates(roots)]
    shift = size * np.exp(1j * angle)
    candidates = [[complex(re, im) + shift] for ((re, im),) in zeros]
    report = certify(tapes, [*candidates, *candidates])
    assert len(report.certificates) == len(zeros)
    held = [assert_holds_exactly_one(c, zeros) for c in report.certificates]
    assert sorted(held) == list(range(len(zeros)))
    assert report.assignment == (*range(len(zeros)), *range(len(zeros)))
    assert report.n_entangled == 0
    for c, k in zip(report.certificates, held, strict=True):
        assert c.reality is (Verdict.NO if zeros[k][0][1] else Verdict.YES)


@given(root_sets(), st.complex_numbers(max_magnitude=20, allow_nan=False))
def test_no_candidate_whatever_leads_to_a_false_certificate(roots: list[Exact], candidate: complex) -> None:
    certificate = certify_one(tapes_of(potential_with_roots(roots)), [candidate])
    if certificate is not None:
        zeros = [[r] for r in with_conjugates(roots)]
        check_reality(certificate, zeros[assert_holds_exactly_one(certificate, zeros)])


@given(root_sets(), root_sets(), st.sampled_from([(1, 2, 1, -1), (2, 1, 1, 1), (3, 0, 1, 1)]))
def test_every_known_root_of_a_system_in_two_unknowns_is_certified(
    first: list[Exact], second: list[Exact], mix: tuple[int, int, int, int]
) -> None:
    # V(x, y) = f(a x + b y) + g(c x + d y) has the stationary points of f and g, in other coordinates
    first, second = first[:2], second[:2]
    a, b, c, d = mix
    f, g = (potential_with_roots(r).replace("x", "({})") for r in (first, second))
    tapes = tapes_of(f.replace("{}", f"{a}*x+{b}*y") + "+" + g.replace("{}", f"{c}*x+{d}*y"))
    det = a * d - b * c
    zeros = [
        [
            ((d * u[0] - b * v[0]) / det, (d * u[1] - b * v[1]) / det),
            ((a * v[0] - c * u[0]) / det, (a * v[1] - c * u[1]) / det),
        ]
        for u in with_conjugates(first)
        for v in with_conjugates(second)
    ]
    report = certify(tapes, [[complex(*x) + 1e-7, complex(*y) - 1e-7j] for x, y in zeros])
    assert len(report.certificates) == len(zeros)
    for certificate in report.certificates:
        check_reality(certificate, zeros[assert_holds_exactly_one(certificate, zeros)])


@pytest.mark.parametrize("scale", [Fraction(1, 10**8), Fraction(10**8), Fraction(1, 10**200), Fraction(10**200)])
def test_scaled_coefficients_change_nothing(scale: Fraction) -> None:
    roots = [(Fraction(-1), Fraction(0)), (Fraction(1, 3), Fraction(0)), (Fraction(2), Fraction(1))]
    zeros = [[r] for r in with_conjugates(roots)]
    report = certify(tapes_of(potential_with_roots(roots, scale)), [[complex(*r)] for (r,) in zeros])
    assert len(report.certificates) == 4
    assert [c.reality for c in report.certificates] == [Verdict.YES, Verdict.YES, Verdict.NO, Verdict.NO]
    for certificate in report.certificates:
        assert_holds_exactly_one(certificate, zeros)


@pytest.mark.parametrize("exponent", [0, 6, 12, 60])
@pytest.mark.parametrize("sign", [1, -1])
def test_large_and_small_coordinates_are_certified(exponent: int, sign: int) -> None:
    size = Fraction(10) ** (sign * exponent)
    roots = [(-size, Fraction(0)), (2 * size, Fraction(0)), (3 * size, size)]
    zeros = [[r] for r in with_conjugates(roots)]
    report = certify(tapes_of(potential_with_roots(roots)), [[complex(*r)] for (r,) in zeros])
    assert len(report.certificates) == 4
    for certificate, zero in zip(report.certificates, zeros, strict=True):
        assert_holds_exactly_one(certificate, zeros)
        assert certificate.reality is (Verdict.NO if zero[0][1] else Verdict.YES)


@pytest.mark.parametrize("gap", [Fraction(1, 10**k) for k in (3, 6, 9, 12)])
def test_clustered_real_roots_are_told_apart(gap: Fraction) -> None:
    roots = [(Fraction(1), Fraction(0)), (1 + gap, Fraction(0)), (Fraction(-1), Fraction(0))]
    report = certify(tapes_of(potential_with_roots(roots)), [[complex(*r)] for r in roots])
    assert len(report.certificates) == 3
    assert {c.reality for c in report.certificates} == {Verdict.YES}
    assert {assert_holds_exactly_one(c, [[r] for r in roots]) for c in report.certificates} == {0, 1, 2}


@pytest.mark.parametrize("height", [Fraction(1, 10**k) for k in (3, 6, 10, 14)])
def test_a_pair_close_to_the_real_axis_is_never_called_real(height: Fraction) -> None:
    zeros = [[(Fraction(1), height)], [(Fraction(1), -height)]]
    tapes = tapes_of(potential_with_roots([(Fraction(1), height)]))
    report = certify(tapes, [[complex(*r)] for (r,) in zeros])
    assert len(report.certificates) == 2
    assert {c.reality for c in report.certificates} == {Verdict.NO}
    for real_candidate in (1.0, 1 + float(height), 1 - 3 * float(height)):
        certificate = certify_one(tapes, [real_candidate])
        if certificate is not None:
            check_reality(certificate, zeros[assert_holds_exactly_one(certificate, zeros)])


def test_a_pair_of_height_far_below_double_precision_is_certified_at_the_origin() -> None:
    tapes = tapes_of(f"x^3/3 + x/{10**90}")
    report = certify(tapes, [[1e-45j], [-1e-45j]])
    assert [c.reality for c in report.certificates] == [Verdict.NO, Verdict.NO]
    assert all(c.precision > 128 for c in report.certificates)


@pytest.mark.parametrize(
    ("potential", "point"),
    [
        ("x^3/3 - x^2 + x", [1]),  # a double zero at 1
        ("x^4 + y^2", [0, 0]),
        ("x^2*y^2", [0, 0]),
        ("x^2*y^2", [0, 0.7]),  # on a line of zeros
        ("(x^2 + y^2 - 1)^2", [0.6, 0.8]),  # on a circle of zeros
        ("x^5/5 - 2*x^3/3 + x", [1]),  # (x^2 - 1)^2
    ],
)
@pytest.mark.parametrize("offset", [0, 1e-15, 1e-9, 1e-5, 1e-4j])
def test_a_multiple_zero_is_never_certified(potential: str, point: list[float], offset: complex) -> None:
    certificate = certify_one(tapes_of(potential), [z + offset for z in point])
    if certificate is not None:  # Newton's iteration may have gone elsewhere, but not to the multiple zero
        assert max(abs(complex(*z) - p) for z, p in zip(certificate.enclosure.mid, point, strict=True)) > 0.1


def test_the_zeros_of_wilkinsons_polynomial_are_certified() -> None:
    """Wilkinson, Rounding Errors in Algebraic Processes (1963): all zeros real, all ill-conditioned."""
    roots = [(Fraction(k), Fraction(0)) for k in range(1, 16)]
    report = certify(tapes_of(potential_with_roots(roots)), [[complex(k) + 1e-9] for k, _ in roots])
    assert len(report.certificates) == 15
    for k, certificate in enumerate(report.certificates):
        assert assert_holds_exactly_one(certificate, [[r] for r in roots]) == k
        assert certificate.reality is Verdict.YES


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), complex(0, float("inf")), complex(1, float("nan"))])
def test_a_candidate_that_is_no_number_is_not_certified(bad: complex) -> None:
    assert certify_one(tapes_of("x^4/4 - x^2/2 + y^2"), [bad, 0]) is None


@pytest.mark.parametrize("far", [1e8, 1e100, 1e308, 1e200j])
def test_a_candidate_that_is_no_zero_is_certified_as_none_or_as_another_one(far: complex) -> None:
    tapes, zeros = tapes_of("x^4/4 - x^2/2"), [[(Fraction(k), Fraction(0))] for k in (-1, 0, 1)]
    certificate = certify_one(tapes, [far])
    if certificate is not None:
        assert_holds_exactly_one(certificate, zeros)
    unreal = certify_one(tapes_of("x^3/3 + x"), [far])
    assert unreal is None or unreal.reality is Verdict.NO


def test_certificates_pass_the_check_that_verification_uses() -> None:
    tapes = tapes_of("x^4/4 - 7/6*x^2 + y^2*x/3 + y^2 + x/5")
    for certificate in certify(tapes, [[0.08, 0], [-1.55, 0.1], [1.5, 0], [-3, 3]]).certificates:
        with ctx.workprec(certificate.precision):
            assert balls.check(tapes.equations, tapes.jacobian, certificate.enclosure)


def test_known_certificates_come_first_and_are_not_doubled() -> None:
    tapes = tapes_of("x^4/4 - x^2/2")
    known = certify(tapes, [[1], [0]]).certificates
    report = certify(tapes, [[0.999999], [-1], [1e-7]], known)
    assert report.certificates[:2] == known
    assert len(report.certificates) == 3
    assert report.assignment == (0, 2, 1)


def test_the_mirror_image_of_a_certificate_is_one() -> None:
    tapes = tapes_of("x^2*y^2/2 - x*y*3 + x^2/6 + y^2/10")  # even in (x, y)
    certificate = certify_one(tapes, [1.457, 1.882])
    assert certificate is not None
    image = mirror(certificate, np.array([-1, -1], dtype=np.int8))
    with ctx.workprec(certificate.precision):
        assert balls.check(tapes.equations, tapes.jacobian, image.enclosure)
    assert disjoint(certificate.enclosure, image.enclosure)


def enclosure(centre: complex, radius: str, uniqueness: str) -> Enclosure:
    mid = ((Fraction(centre.real), Fraction(centre.imag)),)
    return Enclosure(mid, Fraction(radius), Fraction(uniqueness))


def test_reality_is_decided_by_the_discs_alone() -> None:
    assert reality(enclosure(1 + 0j, "1e-9", "1e-3")) is Verdict.YES
    assert reality(enclosure(1 + 1e-6j, "1e-9", "1e-3")) is Verdict.NO
    assert reality(enclosure(1 + 1e-10j, "1e-9", "1e-3")) is Verdict.YES  # the conjugate is in the uniqueness region
    assert reality(enclosure(1 + 1e-10j, "1e-9", "1.1e-9")) is Verdict.UNDECIDED
    assert reality(enclosure(1 + 0j, "1e-9", "1e-9")) is Verdict.YES


def test_two_boxes_of_one_zero_are_merged_and_undecided_ones_are_dropped() -> None:
    a, b = enclosure(1, "1e-9", "1e-3"), enclosure(1 + 1e-10, "1e-9", "1e-3")
    assert same_zero(a, b)
    assert not disjoint(a, b)
    narrow, shifted = enclosure(1, "1e-9", "1e-9"), enclosure(1 + 1.5e-9, "1e-9", "1e-9")
    assert not same_zero(narrow, shifted)
    assert not disjoint(narrow, shifted)
    tapes = tapes_of("x^2")
    known = [Certificate(e, Verdict.UNDECIDED, 128) for e in (narrow, shifted)]
    report = certify(tapes, [], known)
    assert len(report.certificates) == 1
    assert report.n_entangled == 1


@st.composite
def enclosures(draw: st.DrawFn) -> list[Enclosure]:
    """Boxes at many scales, some of them touching."""
    scale = draw(st.sampled_from([1e-30, 1e-9, 1.0, 1e12, 1e307]))
    coordinate = st.integers(-6, 6).map(lambda k: Fraction(k) * Fraction(scale))
    radius = st.sampled_from([Fraction(scale) * Fraction(1, 10**k) for k in (0, 1, 9, 20)])
    centre = st.tuples(coordinate, coordinate)
    n = draw(st.integers(1, 3))
    box = st.builds(lambda mid, r: Enclosure(tuple(mid), r, 2 * r), st.lists(centre, min_size=n, max_size=n), radius)
    return draw(st.lists(box, min_size=2, max_size=12))


def pairs_of(boxes: list[Enclosure]) -> list[tuple[int, int]]:
    listed = CertificateList.of([Certificate(e, Verdict.UNDECIDED, 128) for e in boxes])
    return close_pairs(listed.mid, listed.radius)


@given(enclosures())
def test_every_pair_of_boxes_that_meet_is_looked_at(boxes: list[Enclosure]) -> None:
    pairs = set(pairs_of(boxes))
    for i in range(len(boxes)):
        for j in range(i):
            if not disjoint(boxes[i], boxes[j]):
                assert (j, i) in pairs


def test_boxes_beyond_double_precision_are_compared_exactly() -> None:
    huge = Fraction(10**400)
    boxes = [Enclosure(((huge + k, Fraction(0)),), Fraction(1, 10), Fraction(1, 5)) for k in (0, 1)]
    assert pairs_of(boxes) == [(0, 1)]
    assert disjoint(*boxes)


def test_distinctness_is_found_in_any_coordinate() -> None:
    roots = [Fraction(k) for k in range(5)]
    tapes = tapes_of("x^2 + " + potential_with_roots([(r, Fraction(0)) for r in roots]).replace("x", "y"))
    report = certify(tapes, [[0, complex(r)] for r in roots])
    assert len(report.certificates) == len(roots)
    assert prod(c.reality is Verdict.YES for c in report.certificates)
