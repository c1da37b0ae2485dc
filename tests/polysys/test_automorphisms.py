"""Symmetries of polynomials that nobody names: against all signed permutations, and against groups that are known."""

from __future__ import annotations

import itertools
import random

import pytest

import polysys as ps
from polysys.automorphisms import signed_automorphisms
from polysys.domains import ProductOfSpheres
from polysys.symmetry import SignedPermutation, SymmetryGroup


def ring_of_wells(n: int) -> ps.Landscape:
    return ps.expression(
        " + ".join(f"x{i}^4/4 - x{i}^2/2 + (x{i} - x{(i + 1) % n})^2/8" for i in range(n))
    ).sample()


def rotors(n: int) -> ps.Landscape:
    pairs = itertools.combinations(range(n), 2)
    potential = " + ".join(f"c{i}*c{j} + s{i}*s{j}" for i, j in pairs)
    names = [name for i in range(n) for name in (f"c{i}", f"s{i}")]
    return ps.expression(potential, variables=names, domain=ProductOfSpheres((2,) * n)).sample()


def test_a_ring_of_five_wells_has_the_symmetries_of_the_pentagon_and_a_flip():
    land = ring_of_wells(5)
    assert land.symmetry.order == 20
    assert all(g.preserves(land.potential) for g in land.symmetry.generators)


def test_a_complete_graph_of_six_rotors_has_all_their_permutations_and_those_of_a_square():
    land = rotors(6)
    assert land.symmetry.order == 720 * 8


def test_spheres_of_different_radii_are_not_exchanged():
    domain = ProductOfSpheres((2, 2, 2), (1, 1, 2))
    land = ps.expression("a*c + b*d + c*e + d*f + e*a + f*b", variables=list("abcdef"), domain=domain).sample()
    assert land.symmetry.order == 2 * 8


def test_neuron_exchanges_are_found_without_being_told():
    land = ps.expression("(w1*(a*1)^2 + w2*(b*1)^2 + w3*(c*1)^2 - 1)^2 + (a^2 + b^2 + c^2 + w1^2 + w2^2 + w3^2)/10").sample()
    assert land.symmetry.order == 6 * 8


def test_potentials_with_couplings_of_their_own_have_none():
    assert ps.SphericalPSpin(n=6, p=3).sample(1).symmetry.order == 1


@pytest.mark.parametrize("seed", range(40))
def test_groups_are_those_of_all_signed_permutations(seed: int):
    rng = random.Random(seed)
    n = rng.choice([2, 3, 4])
    monomials = [e for e in itertools.product(range(4), repeat=n) if 0 < sum(e) <= 4]
    orbit = rng.sample(monomials, rng.randint(1, 4))
    terms = {}
    for e in orbit:  # symmetric under something in most cases
        shift = rng.choice([0, 1])
        for k in range(n if shift else 1):
            terms[e[k:] + e[:k]] = rng.choice([1, 1, -1, 2])
    found = signed_automorphisms([terms], [""] * n)
    assert found is not None
    group = SymmetryGroup(n, tuple(SignedPermutation(*g) for g in found))

    def keeps(g: SignedPermutation) -> bool:
        image = {}
        for e, c in terms.items():
            moved, sign = [0] * n, 1
            for i, power in enumerate(e):
                moved[g.perm[i]] += power
                sign *= g.signs[i] ** power
            image[tuple(moved)] = sign * c
        return image == terms

    everything = [
        SignedPermutation(perm, signs)
        for perm in itertools.permutations(range(n))
        for signs in itertools.product((1, -1), repeat=n)
    ]
    expected = {g for g in everything if keeps(g)}
    assert set(group.elements()) == expected
