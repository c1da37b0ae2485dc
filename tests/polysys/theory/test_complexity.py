"""Large-N functions against published numbers, their own integrals, and exact counts of finite size."""

from itertools import pairwise
from math import inf, log, sqrt

import numpy as np
import pytest
from scipy.integrate import quad

import polysys as ps
from polysys import theory


def test_thresholds_and_ground_states_are_the_published_ones():
    assert theory.Complexity(3).threshold.value == pytest.approx(1.632993, abs=5e-7)
    assert theory.Complexity(3).ground_state.value == pytest.approx(1.656998, abs=5e-7)
    assert theory.Complexity(4).ground_state.value == pytest.approx(1.794085, abs=5e-7)
    assert theory.Complexity(3).of_any_index.value == pytest.approx(0.0132, abs=5e-5)
    assert theory.Complexity(7).total.value == pytest.approx(log(6) / 2)


@pytest.mark.parametrize("p", [3, 5, 20, 1000])
def test_rates_vanish_at_their_energies_and_are_continuous(p):
    glass = theory.Complexity(p)
    energies = [glass.energy_of_index(k).value for k in range(6)]
    assert all(a > b > glass.threshold.value for a, b in pairwise(energies))
    for k, energy in enumerate(energies):
        assert glass.at(-energy, index=k) == pytest.approx(0, abs=1e-9)
    edge = glass.threshold.value
    for index in (None, 0, 3):
        assert glass.at(-edge - 1e-9, index) == pytest.approx(glass.at(-edge + 1e-9, index), abs=1e-6)
    assert glass.at(-edge, 0) == pytest.approx(glass.of_any_index.value)


def test_the_price_of_an_eigenvalue_is_its_integral():
    glass = theory.Complexity(4)
    edge, u = glass.threshold.value, 1.9
    price = 2 / edge**2 * quad(lambda z: sqrt(z * z - edge * edge), edge, u)[0]
    assert glass.at(-u, 2) == pytest.approx(log(3) / 2 - 2 / 12 * u * u - 3 * price)


def test_exact_counts_approach_their_rates():
    """p = 5, energies below u: differences of logarithms over 8 spins remove most of what is not exponential."""
    glass = theory.Complexity(5)
    for u, index in ((-1.9, 0), (-1.0, None), (inf, None)):
        counts = []
        for n in (16, 24):
            found = theory.p_spin_counts(n, 5, (-inf, u), by_index=index is not None)
            counts.append(log((found.total if index is None else found[index]).value))
        assert (counts[1] - counts[0]) / 8 == pytest.approx(float(glass.at(min(u, 9), index)), abs=0.05)


@pytest.mark.parametrize("p", [2, 0, 3.5, True, "3"])
def test_degrees_without_exponential_growth_are_refused(p):
    with pytest.raises(ps.InputError, match="from 3"):
        theory.Complexity(p)


def test_arrays_keep_their_shape():
    assert theory.Complexity(3).at(np.zeros((2, 3)), 1).shape == (2, 3)


@pytest.mark.parametrize("index", [-1, True, 1.5, "0"])
def test_an_index_that_is_none_is_refused(index):
    with pytest.raises(ps.InputError, match="Morse index"):
        theory.Complexity(3).at(-1.7, index=index)
    with pytest.raises(ps.InputError, match="Morse index"):
        theory.Complexity(3).energy_of_index(index)
