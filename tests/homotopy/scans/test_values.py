"""Values of a parameter are exact."""

import itertools
from fractions import Fraction

import pytest

import homotopy as ho
import polysys as ps
from homotopy.scans.values import as_values, parse_over
from polysys.errors import InputError


def test_linspace_has_exact_decimals():
    assert ho.linspace(0, 0.3, 4) == (0, Fraction(1, 10), Fraction(1, 5), Fraction(3, 10))
    assert ho.linspace("1/3", "1/3", 1) == (Fraction(1, 3),)


def test_geomspace_has_exact_ends_and_short_decimals():
    values = ho.geomspace("1e-3", 3, 30)
    assert (values[0], values[-1], len(values)) == (Fraction(1, 1000), 3, 30)
    ratios = [float(b / a) for a, b in itertools.pairwise(values)]
    assert max(ratios) / min(ratios) < 1 + 1e-4
    assert all((v * 10**12).denominator == 1 for v in values)
    assert ho.geomspace(-1, -100, 3) == (-1, -10, -100)


@pytest.mark.parametrize("bad", [("0", 1, 3), (1, -1, 3)])
def test_a_geometric_sequence_goes_through_no_zero(bad):
    with pytest.raises(InputError, match="zero"):
        ho.geomspace(*bad)


@pytest.mark.parametrize("text", ["a", "a=1:2", "a=1:2:x", "a=1:2:3:lin", "=1:2:3", "1a=0:1:3", "a=0:1:0"])
def test_ranges_that_cannot_be_read(text):
    with pytest.raises(InputError):
        parse_over(text)


def test_ranges():
    assert parse_over("l2=1e-2:1:3:log") == ("l2", (Fraction(1, 100), Fraction(1, 10), Fraction(1)))
    assert as_values([1, "0.5", 0.1, 1]) == (Fraction(1, 10), Fraction(1, 2), Fraction(1))
    with pytest.raises(InputError, match="1 value"):
        as_values([1, 1])


def test_a_keyword_that_is_a_size_takes_whole_values() -> None:
    assert ps.SphericalPSpin(n=3, p=3).with_value("p", Fraction(4)) == ps.SphericalPSpin(n=3, p=4)
