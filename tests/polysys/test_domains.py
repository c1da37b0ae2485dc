"""Domains: sizes, multipliers, Euler characteristics, and their text."""

from contextlib import suppress
from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polysys.domains import Domain, Euclidean, ProductOfSpheres, Sphere, parse_domain
from polysys.errors import InputError

radii = st.fractions(min_value=Fraction(1, 50), max_value=100, max_denominator=50)
domains = st.one_of(
    st.integers(1, 30).map(Euclidean),
    st.lists(st.tuples(st.integers(1, 8), radii), min_size=1, max_size=5).map(
        lambda blocks: ProductOfSpheres([n for n, _ in blocks], [r for _, r in blocks])
    ),
)


@given(domains)
def test_the_text_of_a_domain_is_read_back(domain):
    assert parse_domain(domain.text) == parse_domain(domain.text.upper(), domain.n) == domain
    assert hash(parse_domain(domain.text)) == hash(domain)


@given(domains)
def test_blocks_partition_the_coordinates(domain):
    covered = [i for s in domain.slices for i in range(s.start, s.stop)]
    assert covered == ([] if domain.is_euclidean else list(range(domain.n)))
    assert domain.dimension == domain.n - domain.n_constraints


@pytest.mark.parametrize("sizes", [(1,), (2,), (3,), (4,), (7,), (1, 1), (3, 3), (3, 2), (3, 1, 5)])
def test_the_euler_characteristic_is_the_alternating_sum_of_betti_numbers(sizes):
    """Kuenneth: the Poincare polynomial of S^d is 1 + t^d, evaluated at t = -1."""
    poincare = np.array([1])
    for size in sizes:
        sphere = np.zeros(size, int)
        sphere[0] += 1
        sphere[size - 1] += 1
        poincare = np.convolve(poincare, sphere)
    assert ProductOfSpheres(sizes).euler_characteristic == sum((-1) ** k * b for k, b in enumerate(poincare))


def test_the_euler_characteristic_counts_the_height_function_and_the_quadratic_form():
    """Height on S^d: one minimum, one maximum; a generic quadratic form: two points of each index."""
    for n in range(1, 9):
        assert Sphere(n).euler_characteristic == 1 + (-1) ** (n - 1) == sum(2 * (-1) ** k for k in range(n))
    # sum over coordinates of quartic wells: C(n, k) 2^(n-k) points of index k on R^n
    assert Euclidean(4).euler_characteristic == sum((-1) ** k * comb(4, k) * 2 ** (4 - k) for k in range(5)) == 1


def test_only_the_zero_sphere_is_not_connected():
    assert not Sphere(1).is_connected
    assert not ProductOfSpheres((3, 1)).is_connected
    assert ProductOfSpheres((2, 3)).is_connected
    assert Euclidean(1).is_connected


def test_constraints_vanish_exactly_on_the_spheres():
    domain = ProductOfSpheres((2, 3), (25, "9"))
    assert domain.constraints([Fraction(v) for v in (3, 4, 1, 2, 2)]) == [0, 0]
    assert domain.constraints([Fraction(v) for v in (3, 4, 1, 2, 3)]) == [0, 5]
    assert Euclidean(2).constraints([1, 2]) == []


def test_squared_radii_are_exact_python_fractions():
    for radius in (np.int64(4), 4, "4", 4.0, Fraction(4)):
        (r,) = Sphere(3, radius).radii_squared
        assert r == 4
        assert type(r.numerator) is int
    assert Sphere(2, 0.1).radii_squared[0] == Fraction(0.1)
    assert Sphere(2, "0.1").radii_squared[0] == Fraction(1, 10)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Euclidean(0),
        lambda: Euclidean(-1),
        lambda: Euclidean(2.5),
        lambda: Euclidean(True),
        lambda: Sphere(3, 0),
        lambda: Sphere(3, -1),
        lambda: Sphere(3, float("nan")),
        lambda: Sphere(3, float("inf")),
        lambda: Sphere(3, "abc"),
        lambda: Sphere(3, None),
        lambda: Sphere(3, 1j),
        lambda: ProductOfSpheres(()),
        lambda: ProductOfSpheres((3, 0)),
        lambda: ProductOfSpheres((3, 3), (1,)),
        lambda: Domain(3, (2,), (Fraction(1),)),
        lambda: Domain(3, (), (Fraction(1),)),
    ],
)
def test_a_domain_that_does_not_exist_is_refused(make):
    with pytest.raises(InputError):
        make()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "torus",
        "sphere",
        "sphere 0",
        "sphere -3",
        "sphere 3 R2=",
        "sphere 3 R2=0",
        "sphere 3 R2=1/0",
        "sphere 3 R2=1//2",
        "sphere 3 R2=/",
        "sphere 3 R2=.",
        "sphere 3 R2=1-2",
        "spheres 3-",
        "spheres 3--3",
        "spheres 3-3 R2=1",
        "euclidean 3 R2=1",
        "euclidean 3-3",
        "sphere " + "9" * 5000,
        "sphere 3 R2=" + "9" * 5000,
        "sphere ٣",
        "euclidean 99999",
        "sphere 3 extra",
        None,
        3,
        b"sphere 3",
    ],
    ids=lambda text: str(text)[:20],
)
def test_text_that_names_no_domain_is_refused(text):
    with pytest.raises(InputError):
        parse_domain(text)


@given(st.text(alphabet="euclidanspheres 0123456789-/R2=.", max_size=30))
def test_any_text_is_a_domain_or_refused(text):
    with suppress(InputError):
        assert parse_domain(parse_domain(text).text) == parse_domain(text)


def test_a_size_left_out_is_filled_in_and_a_wrong_one_refused():
    assert parse_domain("sphere R2=4", 3) == Sphere(3, 4)
    assert parse_domain("  Euclidean ", 3) == Euclidean(3)
    with pytest.raises(InputError, match="3 coordinates, the potential 4"):
        parse_domain("sphere 3", 4)
