"""Conjugates and mirror images: found again where they are in the list, noticed where they are missing."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from flint import ctx

import homotopy as ho
import polysys as ps
from homotopy.certification.balls import Enclosure, as_float
from homotopy.certification.closure import (
    Locator,
    closure_candidates,
    conjugates_closed,
    enclosing_balls,
    image,
    orbits,
)
from homotopy.certification.zeros import Certificate, certify
from homotopy.status import Verdict
from polysys.models.labels import model_from_label
from polysys.symmetry import SignedPermutation
from tests.homotopy.handmade import FORMULATIONS, fifth_roots, matrix_glass, network_from_arrays, rotated_network


@pytest.mark.parametrize("make", FORMULATIONS.values(), ids=FORMULATIONS.keys())
def test_a_complete_list_is_closed(make) -> None:
    census = make()
    assert conjugates_closed(census.certificates) is Verdict.YES
    assert orbits(census.landscape, census.certificates)[1] is Verdict.YES
    assert closure_candidates(census.landscape, census.certificates) == []


def test_a_missing_conjugate_is_noticed_and_proposed() -> None:
    census = fifth_roots()
    kept = [c for c in census.certificates if not c.enclosure.mid[0][1] > 0]
    assert conjugates_closed(kept) is Verdict.NO
    (candidate,) = closure_candidates(census.landscape, kept)
    assert candidate[0] == pytest.approx(1j)


@pytest.mark.parametrize("missing", range(1, 5))
def test_a_missing_mirror_image_is_noticed_and_proposed(missing: int) -> None:
    census = network_from_arrays()
    kept = [c for k, c in enumerate(census.certificates) if k != missing]
    assert orbits(census.landscape, kept)[1] is Verdict.NO
    found = certify(census.landscape.tapes, closure_candidates(census.landscape, kept), kept)
    assert len(found.certificates) == len(census.certificates)


def test_a_missing_fixed_point_of_the_group_breaks_no_orbit() -> None:
    census = network_from_arrays()
    kept = [c for c in census.certificates if any(re or im for re, im in c.enclosure.mid)]
    assert len(kept) == len(census.certificates) - 1
    assert orbits(census.landscape, kept)[1] is Verdict.YES


def test_orbits_are_those_of_the_group() -> None:
    census = rotated_network()
    sizes = sorted(census.orbit_of.count(k) for k in set(census.orbit_of))
    assert sizes == [1, 2, 2]
    assert census.n_complex_orbits == 3


@pytest.mark.parametrize("label", ["spherical-p-spin:n=3,p=2", "spherical-p-spin:n=3,p=4"])
def test_an_image_in_the_projective_formulation_solves_the_equations_again(label: str) -> None:
    """w -> t w changes mu to t^(d-2) mu; a form in squares has every sign flip as a symmetry."""
    p = int(label[-1])
    land = ps.expression(f"x^{p} + 2*y^{p} + 5*z^{p} + x^2*y^{p - 2}", "sphere").sample()
    start = np.array([0.0, 0.0, 1.0])
    chart = np.array([float(a) for a in land.formulation.charts[0]])
    x = start / (chart @ start)
    mu = 5 * p * x[2] ** (p - 2)
    (certificate,) = certify(land.tapes, [[*x, mu]]).certificates
    for signs in ((-1, 1, 1), (1, 1, -1), (-1, -1, -1)):
        g = SignedPermutation((0, 1, 2), signs)
        assert g.preserves(land.potential)
        moved = image(land.formulation, g, enclosing_balls(certificate))
        assert Locator([certificate]).find(moved) == 0  # the line is the same


def test_an_image_under_a_permutation_is_another_eigenvector() -> None:
    land = ps.expression("x^3 + y^3 + z^3", "sphere").sample()
    chart = [float(a) for a in land.formulation.charts[0]]
    axis = [[1 / chart[0], 0, 0, 3 / chart[0]], [0, 1 / chart[1], 0, 3 / chart[1]]]
    certificates = certify(land.tapes, axis).certificates
    swap = SignedPermutation((1, 0, 2), (1, 1, 1))
    assert Locator(certificates).find(image(land.formulation, swap, enclosing_balls(certificates[0]))) == 1


def test_the_locator_finds_nothing_where_nothing_is_proved() -> None:
    census = matrix_glass()
    locator = Locator(census.certificates)
    for k, certificate in enumerate(census.certificates):
        balls = enclosing_balls(certificate)
        assert locator.find(balls) == k
        assert locator.find([b + 1000 for b in balls]) is None
        assert locator.find([b / 0 for b in balls]) is None


def test_conjugates_are_found_when_they_are_closer_than_128_bits_tell_apart() -> None:
    # (x - 1/3)^2 + 1e-90: rounding the centre at 128 bits would move it out of its own uniqueness region
    third, height = Fraction(333333333333333333333333333333, 10**30), Fraction(1, 10**45)
    pair = [
        Certificate(Enclosure(((third, s * height),), Fraction(1, 10**60), Fraction(1, 10**46)), Verdict.NO, 512)
        for s in (1, -1)
    ]
    assert conjugates_closed(pair) is Verdict.YES
    assert conjugates_closed(pair[:1]) is Verdict.NO


def test_a_network_census_counts_orbits_of_its_neurons() -> None:
    land = model_from_label("deep-linear:widths=1-1-1,data=gaussian,m=1").sample(2)
    assert land.symmetry.order == 2


def test_an_enclosing_ball_contains_the_whole_polydisc() -> None:
    certificate = fifth_roots().certificates[2]
    with ctx.workprec(128):
        for ball, (re, im) in zip(enclosing_balls(certificate), certificate.enclosure.mid, strict=True):
            assert abs(as_float(ball) - complex(float(re), float(im))) < 1e-15
            assert ball.rad() > 0


def test_a_class_next_to_infinity_in_its_chart_is_its_own_mirror_image():
    """One class has coordinates of 1e5 and mu of 2e11: its image under x -> -x, brought back into the chart, is itself."""
    census = ho.census(ps.SphericalPSpin(n=5, p=4), seed=2026, index=325)
    assert np.abs(census.certificates.mid).max() > 1e11
    assert census.n_complex == 121 and census.completeness.verdict is ho.Completeness.PROVED


@pytest.mark.parametrize(
    ("label", "n_blocks"), [("spherical-p-spin:n=5,p=4", 1), ("layered-spin-glass:widths=2-3,degrees=2-2", 2)]
)
def test_the_sign_of_a_block_moves_no_class_and_magnifies_no_error(label: str, n_blocks: int) -> None:
    """In the chart a.w = 1 the point -w stands for w, exactly: also for classes next to infinity, with w of 1e5."""
    census = ho.census(label, seed=2)
    formulation = census.landscape.formulation
    assert len(formulation.charts) == n_blocks
    first = formulation.domain.slices[0]
    n = formulation.domain.n
    flip = SignedPermutation(tuple(range(n)), tuple(-1 if i < first.stop else 1 for i in range(n)))
    for certificate in census.certificates:
        with ctx.workprec(128):
            z = enclosing_balls(certificate)
            moved = image(formulation, flip, z)
            for before, after in zip(z[: first.stop], moved[: first.stop], strict=True):
                assert abs(after.mid() - before.mid()) == 0
                assert after.rad() <= before.rad() * 1.001



def test_a_conjugate_that_cannot_be_told_apart_is_not_called_missing() -> None:
    """The conjugate meets the enclosure and does not lie in its region of uniqueness: it may be the zero itself, or a missing one."""
    wide = Certificate(Enclosure(((Fraction(1, 3), Fraction(1, 10**45)),), Fraction(1, 10**44), Fraction(1, 10**46)), Verdict.NO, 512)
    assert conjugates_closed([wide]) is Verdict.UNDECIDED


def test_where_images_are_is_known_of_one_landscape_and_asked_again_of_another() -> None:
    """x^4 + y^4 - x^2 - 2 y^2 has both flips, with x / 7 besides only that of y: the same list is closed under both, then under one."""
    even = ps.expression("x^4 + y^4 - x^2 - 2*y^2").sample()
    tilted = ps.expression("x^4 + y^4 - x^2 - 2*y^2 + x/7").sample()
    zeros = [[x, y] for x in (0, 0.5**0.5, -(0.5**0.5)) for y in (0, 1, -1)]
    found = certify(even.tapes, zeros).certificates
    for _ in range(2):
        assert orbits(even, found) == ((0, 1, 1, 2, 3, 3, 2, 3, 3), Verdict.YES)
        assert len(set(orbits(tilted, found)[0])) == 6
    assert orbits(even, found[:7])[1] is Verdict.NO
