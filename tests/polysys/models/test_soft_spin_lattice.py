"""Soft spins on a lattice: the potential by hand, its symmetries, and 3^N stationary points."""

from fractions import Fraction
from itertools import product
from math import comb

import numpy as np
import pytest

import homotopy as ho
import polysys as ps
from polysys.errors import PolysysError
from polysys.models.soft_spin_lattice import SoftSpinLattice

LABELS = ["lattice=1", "lattice=2", "lattice=5", "lattice=3x3", "lattice=2x3,a=2/3,J=-1/2,field=1/3", "lattice=2x2x2"]


def landscape(text, seed=1):
    return ps.model_from_label(f"soft-spin-lattice:{text}").sample(seed)


def neighbours(sides):
    """Unordered pairs of sites that differ by one step along one axis."""
    sites = list(product(*map(range, sides)))
    pairs = set()
    for s in sites:
        for axis in range(len(sides)):
            t = tuple((v + (k == axis)) % sides[k] for k, v in enumerate(s))
            if t != s:
                pairs.add(frozenset((sites.index(s), sites.index(t))))
    return [tuple(sorted(pair)) for pair in pairs]


@pytest.mark.parametrize("label", LABELS)
def test_the_potential_is_the_sum_over_sites_and_pairs_of_neighbours(label):
    land = landscape(label)
    model = ps.model_from_label(land.label)
    x = [Fraction(k * k - 3 * k, k + 2) for k in range(land.domain.n)]
    expected = sum(model.a / 4 * (v * v - 1) ** 2 for v in x)
    expected += sum(model.J / 2 * (x[i] - x[j]) ** 2 for i, j in neighbours(model.lattice))
    if model.field:
        assert set(land.couplings["field"].tolist()) != {0}
        expected -= sum(h * v for h, v in zip(land.couplings["field"], x, strict=True))
    assert land.tapes.energy.evaluate(x) == [expected]


@pytest.mark.parametrize("label", LABELS)
def test_there_are_as_many_solutions_as_the_total_degree(label):
    land = landscape(label)
    (known,) = land.facts.known_counts
    assert known.value == 3**land.domain.n == np.prod(land.system.degrees, dtype=object)
    assert known.is_proved_bound
    assert land.facts.is_coercive and land.euler_characteristic == 1


@pytest.mark.parametrize(
    ("label", "order"),
    [
        ("lattice=4", 16),  # the dihedral group of the square, and the flip
        ("lattice=2x2", 16),  # the same ring
        ("lattice=5", 20),
        ("lattice=2x3", 2 * 6 * 2),
        ("lattice=3x3", 6 * 6 * 2 * 2),
        ("lattice=2x2x2", 48 * 2),  # the cube
        ("lattice=5,field=1", 1),
    ],
)
def test_translations_reflections_and_the_flip_are_symmetries(label, order):
    assert landscape(label).symmetry.order == order


def test_bounds_hold_at_the_decoupled_points_and_only_where_they_are_proved():
    bounds = landscape("lattice=3,J=0").facts.stationary_bounds
    assert all(sum(w * v * v for w, v in zip(weights, (1, -1, 0), strict=True)) <= value for weights, value in bounds)
    assert len(bounds) == 3
    assert landscape("lattice=3,J=-1/10").facts.stationary_bounds == ()
    assert landscape("lattice=3,field=1").facts.stationary_bounds == ()


def test_labels_and_files_name_one_model(tmp_path):
    for content in ('lattice = "2x3"\nJ = 0.5', "lattice = [2, 3]\nJ = 0.5\na = 1"):
        (tmp_path / "m.toml").write_text('model = "soft-spin-lattice"\n' + content)
        found = ps.model_from_label(str(tmp_path / "m.toml"))
        assert found == SoftSpinLattice((2, 3), J="1/2")
        assert found.label == "soft-spin-lattice:lattice=2x3,a=1,J=1/2"
    assert landscape("lattice=3,field=1", 1).digest != landscape("lattice=3,field=1", 2).digest


@pytest.mark.parametrize(
    "text",
    ["lattice=", "lattice=0", "lattice=3x", "lattice=9x9", "lattice=3,a=0", "lattice=3,a=-1", "lattice=3,J=x", "J=1"],
)
def test_a_lattice_that_does_not_exist_is_refused(text):
    with pytest.raises(PolysysError):
        landscape(text)


def test_random_fields_have_a_start_set_which_serves_all_samples():
    census = ho.census(landscape("lattice=3,J=1/2,field=1"), engine="tracker")
    assert census.completeness.verdict.value == "proved" and census.n_complex == 27


@pytest.mark.parametrize("label", ["lattice=3", "lattice=2x2"])
def test_a_census_of_weakly_coupled_spins_is_proved_and_has_the_points_of_free_ones(label):
    """Free spins sit at -1, 0 or 1: C(N, k) 2^(N - k) points of index k, all nondegenerate, so weak springs only move them."""
    census = ho.census(landscape(label))
    n = census.landscape.domain.n
    assert census.completeness.verdict.value == "proved"
    assert census.n_complex == census.n_real == 3**n
    assert census.by_index == {k: comb(n, k) * 2 ** (n - k) for k in range(n + 1)}
    assert all(abs(float(c.mid())) <= 1 for p in census.points for c in p.coordinates)
