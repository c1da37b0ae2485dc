"""Counts known from the literature or by an independent computation, asserted against real solves.

The sentence beside each list says where its numbers come from. `classes` are complex solutions of the equations; every
census here must also pass the checks that cannot fail on a complete list.
"""

from __future__ import annotations

from functools import cache
from math import comb

import numpy as np
import pytest

import homotopy as ho
import polysys as ps
from homotopy.counting.result import Census
from homotopy.status import Completeness, Verdict
from polysys.counts import cartwright_sturmfels, friedland_ottaviani, nie_ranestad
from polysys.errors import PositiveDimensionalError
from polysys.models.labels import model_from_label

pytestmark = pytest.mark.phcpack


@cache
def count(label: str, seed: int = 1, engine: str = "phcpack") -> Census:
    """The census of a label; square-free couplings are drawn here on purpose, so their warning is of no use."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return ho.census(label, seed=seed, engine=engine)


def check(census: Census, n_complex: int, verdict: str | None = None) -> None:
    """A census has a known count, and nothing speaks against it."""
    assert census.n_complex == n_complex
    assert (census.n_undecided, census.n_undecided_index) == (0, 0)
    assert census.completeness.verdict in (Completeness.PROVED, Completeness.SUPPORTED)
    assert verdict in (None, census.completeness.verdict.value)
    assert all(e.outcome is not Verdict.NO for e in census.completeness.evidence)
    assert census.euler[0] == census.euler[1] or census.euler[0] is None
    assert census.paths.is_balanced
    assert census.paths.regular == n_complex


# Mehta, Chen, Tang & Hauenstein, IEEE TPAMI 44 (2022) 5664; Bharadwaj & Hosten, arXiv:2301.12651; recomputed with
# Groebner bases modulo a prime. A trailing number is the number of data.
DEEP_LINEAR = [
    ("1-1-1", 1, 5), ("1-1-2", 1, 9), ("2-1-2", 2, 17), ("1-2-1", 1, 9), ("1-2-2", 1, 33), ("2-2-1", 2, 33),
    ("1-1-1-1", 1, 17), ("1-1-1-2", 1, 33), ("2-1-1-2", 2, 81), ("1-1-1-1-1", 1, 49),
]  # fmt: skip


@pytest.mark.parametrize(("widths", "m", "expected"), DEEP_LINEAR)
def test_deep_linear_networks(widths: str, m: int, expected: int) -> None:
    census = count(f"deep-linear:widths={widths},data=gaussian,m={m}")
    check(census, expected)
    assert census.euler == (1, 1)
    assert census.n_real % 2 == 1  # coercive


@pytest.mark.parametrize(
    ("widths", "m", "expected"), [("2-2-2", 1, 33), ("2-2-2", 2, 225), ("1-3-2", 1, 73), ("1-2-2-1", 1, 129)]
)
def test_larger_deep_linear_networks_by_orbits(widths: str, m: int, expected: int) -> None:
    """PHCpack alone would track up to 1089 paths; one path per orbit of the sign group is enough."""
    check(count(f"deep-linear:widths={widths},data=gaussian,m={m}", 1, "auto"), expected)


@pytest.mark.parametrize(("widths", "expected"), [("1-1-1-1", 17), ("1-1-1-1-1", 49)])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_chain_of_n_weights_has_one_or_one_plus_two_to_the_n_real_points(
    widths: str, expected: int, seed: int
) -> None:
    """For n >= 3 the products p = w_1 .. w_n of the nonzero real points come from one sign of p, with two or no roots."""
    census = count(f"deep-linear:widths={widths},data=gaussian,m=1", seed, "auto")
    n = widths.count("-")
    check(census, expected)
    assert census.n_real in (1, 1 + 2**n)


@pytest.mark.parametrize("widths", ["1-1-1-1", "2-1-1-2", "1-1-1-1-1"])
def test_with_two_hidden_layers_the_origin_is_a_minimum(widths: str) -> None:
    """The Hessian at the origin is diag(lambda): the data enter at third order or later."""
    census = count(f"deep-linear:widths={widths},data=gaussian,m={widths[0]}", 1, "auto")
    (origin,) = [p for p in census.points if p.is_origin]
    assert origin.index == 0
    assert census.n_minima == census.n_minima_without_origin + 1


@pytest.mark.parametrize(("widths", "m"), [("1-2-2", 1), ("2-2-1", 2)])
def test_one_hidden_layer_is_counted_by_its_live_neurons(widths: str, m: int) -> None:
    """sum_r C(d, r) C(max(s, dy), r) 4^r for s = 1 or dy = 1; the number of points with r live neurons is a summand."""
    census = count(f"deep-linear:widths={widths},data=gaussian,m={m}")
    dx, d, dy = map(int, widths.split("-"))
    k = max(min(m, dx), dy)
    zeros = []
    for certificate in census.certificates:
        z = np.array([complex(float(a), float(b)) for a, b in certificate.enclosure.mid])
        into, out = z[: d * dx].reshape(d, dx), z[d * dx :].reshape(dy, d)
        size = np.abs(z).max()
        live = [j for j in range(d) if max(np.abs(into[j]).max(), np.abs(out[:, j]).max()) > 1e-12 * (size + 1e-300)]
        zeros.append(len(live) if size > 1e-12 else 0)
    assert [zeros.count(r) for r in range(d + 1)] == [comb(d, r) * comb(k, r) * 4**r for r in range(d + 1)]


# Cartwright & Sturmfels, Linear Algebra Appl. 438 (2013) 942: ((p-1)^n - 1)/(p-2) classes of eigenvectors.
GLASSES = [(2, 3, 3), (3, 3, 7), (4, 3, 15), (5, 3, 31), (3, 4, 13), (4, 4, 40), (2, 7, 7), (4, 2, 4), (5, 1, 1)]


@pytest.mark.parametrize(("n", "p", "expected"), GLASSES)
def test_spherical_glasses(n: int, p: int, expected: int) -> None:
    assert cartwright_sturmfels(n, p).value == expected
    census = count(f"spherical-p-spin:n={n},p={p}")
    check(census, expected, "proved")
    assert census.n_real == 2 * census.n_real_classes
    energies = [float(q.energy) for q in census.points]
    if p % 2:  # H(-s) = -H(s)
        assert energies == pytest.approx([-e for e in reversed(energies)])
        counts = list(census.by_index.values())
        assert counts == counts[::-1]


@pytest.mark.parametrize(("n", "p"), [(3, 3), (4, 3), (4, 4), (3, 5)])
def test_points_of_a_glass_lie_on_its_sphere_and_are_stationary(n: int, p: int) -> None:
    census = count(f"spherical-p-spin:n={n},p={p}")
    gradient = [census.landscape.potential.diff(x) for x in census.landscape.potential.ring.gens]
    for q in census.points:
        s = np.array([float(c.mid()) for c in q.coordinates])
        assert s @ s == pytest.approx(n)
        x = s / np.sqrt(n)
        g = np.array([sum(float(c) * np.prod(x ** np.array(e)) for e, c in f.terms()) for f in gradient])
        assert np.abs(g - (g @ x) * x).max() < 1e-10 * (1 + np.abs(g).max())
        assert float(q.energy) == pytest.approx(np.sqrt(n) * (g @ x) / p)  # Euler's identity


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_two_spin_glasses_have_two_points_of_each_index(seed: int) -> None:
    assert set(count("spherical-p-spin:n=4,p=2", seed).by_index.values()) == {2}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_three_spins_without_repeated_indices_always_have_fourteen_points(seed: int) -> None:
    """V = c x y z: the axes, and the four diagonals; index 4, 6, 4 in every sample."""
    census = count("spherical-p-spin:n=3,p=3,couplings=square-free", seed)
    check(census, 7, "proved")
    assert dict(census.by_index) == {0: 4, 1: 6, 2: 4}


@pytest.mark.parametrize("n", [4, 5])
def test_square_free_couplings_have_the_trivial_points(n: int) -> None:
    """For p = 3 the count of eigenvectors is unchanged, and +-sqrt(N) e_i are among them with energy zero."""
    census = count(f"spherical-p-spin:n={n},p=3,couplings=square-free")
    check(census, 2**n - 1, "proved")
    trivial = [p for p in census.points if sum(abs(float(c.mid())) > 1e-9 for c in p.coordinates) == 1]
    assert len(trivial) == 2 * n
    assert all(abs(float(p.energy)) < 1e-12 for p in trivial)


# Nie & Ranestad, SIAM J. Optim. 20 (2009) 485: 2 sum_{i<n} (d-1)^i points for a field or a mixture.
MIXTURES = [
    ("n=3,p=2,field=0.3", 6), ("n=3,p=3,field=0.3", 14), ("n=3,p=2-3", 14), ("n=3,p=2-4", 26), ("n=4,p=2-3", 30),
    ("n=2,p=5,field=1", 10), ("n=3,p=3-1", 14), ("n=1,p=2-3", 2),
]  # fmt: skip


@pytest.mark.parametrize(("sizes", "expected"), MIXTURES)
def test_glasses_with_a_field_or_of_mixed_degree(sizes: str, expected: int) -> None:
    census = count(f"spherical-p-spin:{sizes}")
    n = census.landscape.domain.n
    assert nie_ranestad(n, max(map(sum, census.landscape.potential.monoms()))).value == expected
    check(census, expected, "proved")
    for p in census.points:
        assert sum(float(c.mid()) ** 2 for c in p.coordinates) == pytest.approx(n)


# Friedland & Ottaviani, Found. Comput. Math. 14 (2014) 1209: singular vector tuples.
LAYERED = [
    ("2-2-2", None, 6), ("2-2-3", None, 8), ("2-3-3", None, 15), ("3-3-3", None, 37), ("2-2-2-2", None, 24),
    ("1-2-2", None, 2), ("1-1", None, 1), ("2-2", "2-1", 4), ("3-2", "2-1", 9), ("2-2", "3-2", 12),
]  # fmt: skip


@pytest.mark.parametrize(("widths", "degrees", "expected"), LAYERED)
def test_layered_glasses(widths: str, degrees: str | None, expected: int) -> None:
    label = f"layered-spin-glass:widths={widths}" + (f",degrees={degrees}" if degrees else "")
    census = count(label)
    layers = tuple(map(int, widths.split("-")))
    assert friedland_ottaviani(layers, tuple(map(int, degrees.split("-"))) if degrees else None).value == expected
    check(census, expected, "proved")
    assert census.n_real == 2 ** len(layers) * census.n_real_classes


@pytest.mark.parametrize("n", [2, 3, 4])
def test_matrices_have_only_real_singular_vectors(n: int) -> None:
    """n x n: n classes, all real, with the singular values of numpy as energies."""
    census = count(f"layered-spin-glass:widths={n}-{n}")
    check(census, n, "proved")
    assert census.n_real_classes == n
    matrix = np.array([float(c) for c in census.landscape.couplings["T"]]).reshape(n, n)
    found = sorted({round(abs(float(p.energy)) / np.sqrt(2 * n), 9) for p in census.points})
    assert found == pytest.approx(sorted(np.linalg.svd(matrix)[1]), abs=1e-8)


@pytest.mark.parametrize(("n", "seed"), [(2, 1), (2, 2), (3, 1)])
def test_two_to_the_k_has_factorial_many_classes(n: int, seed: int) -> None:
    """Layers of two spins: 2 x .. x 2 (k layers) has k! classes."""
    labels = {2: "2-2", 3: "2-2-2"}
    check(count(f"layered-spin-glass:widths={labels[n]}", seed), {2: 2, 3: 6}[n], "proved")


# Squared loss, m generic data, every weight with its own l2. One neuron of degree q with a fixed output weight: Bezout's
# number (2q-1)^dx is attained. The others were computed with Groebner bases modulo a prime and, again, with PHCpack. For
# two quadratic neurons on two inputs: 1 solution with no live neuron, 2 * 8 with one, 4 * 4 with both.
POLYNOMIAL = [
    ("1-1-1", "z^2", 1, "trained", 9), ("2-1-1", "z^2", 3, "trained", 33), ("1-2-1", "z^2", 2, "trained", 33),
    ("2-2-1", "z^2", 3, "fixed", 33), ("2-2-1", "z^2", 4, "fixed", 33),
    ("1-1-1", "z^2", 2, "fixed", 3), ("2-1-1", "z^2", 2, "fixed", 9), ("3-1-1", "z^2", 3, "fixed", 27),
    ("2-1-1", "z^3", 2, "fixed", 25), ("2-1-1", "z^3", 4, "fixed", 25), ("1-1-1", "z^4", 1, "fixed", 7),
    ("1-1-1", "z^3-z/2", 2, "fixed", 5),
]  # fmt: skip


@pytest.mark.parametrize(("widths", "activation", "m", "output", "expected"), POLYNOMIAL)
def test_polynomial_networks(widths: str, activation: str, m: int, output: str, expected: int) -> None:
    label = f"polynomial-network:widths={widths},activation={activation},data=gaussian,m={m}"
    census = count(label + (",output=fixed" if output == "fixed" else ""))
    check(census, expected)
    assert census.euler == (1, 1)


def test_a_single_neuron_meets_bezouts_bound() -> None:
    for label in ("widths=2-1-1,activation=z^2", "widths=2-1-1,activation=z^3"):
        census = count(f"polynomial-network:{label},data=gaussian,m=2,output=fixed")
        assert census.completeness.verdict is Completeness.PROVED


@pytest.mark.parametrize(
    ("label", "seeds", "expected"),
    [
        ("deep-linear:widths=1-2-2,data=gaussian,m=1", (2, 3), 33),
        ("deep-linear:widths=2-1-2,data=gaussian,m=2", (2, 3), 17),
        ("spherical-p-spin:n=4,p=3", (2, 3, 4, 5), 15),
        ("layered-spin-glass:widths=2-2-3", (2, 3, 4), 8),
    ],
)
def test_the_complex_count_does_not_depend_on_the_sample(label: str, seeds: tuple[int, ...], expected: int) -> None:
    for seed in seeds:
        check(count(label, seed, "auto"), expected, "proved")


@pytest.mark.parametrize(
    "label",
    ["deep-linear:widths=1-2-2,data=gaussian,m=1", "spherical-p-spin:n=4,p=4", "layered-spin-glass:widths=2-3-3"],
)
@pytest.mark.parametrize("engine", ["phcpack", "auto"])
def test_a_census_from_an_engine_is_verified_from_its_file(label: str, engine: str, tmp_path) -> None:
    count(label, 1, engine).save(tmp_path / "c.json")
    assert ho.verify(tmp_path / "c.json").is_ok


def test_labels_used_here_are_stable() -> None:
    for widths, m, _ in DEEP_LINEAR:
        label = f"deep-linear:widths={widths},data=gaussian,m={m}"
        assert model_from_label(label).label == label


def test_a_symmetry_that_fixes_every_stationary_point_is_no_reason_to_refuse() -> None:
    """Data that are zero leave a sum of squares: an ellipse's rotations act on it, and the origin is its only stationary point."""
    zero = ps.PolynomialNetwork((1, 2, 1), activation="z^2", data=([[0]], [[-4]]), l2=[1, 3], output=[[-2, 1]])
    census = ho.census(zero.sample())
    assert (len(census.points), census.completeness.verdict) == (1, ho.Completeness.PROVED)
    with pytest.raises(PositiveDimensionalError):
        ho.census(ps.DeepLinear(widths=(1, 2, 1), l2=0).sample())


def test_a_symmetry_that_fixes_the_end_of_a_path_is_no_reason_to_refuse() -> None:
    """Two squares turn into each other; the origin, of multiplicity 5, is alone, but a path ends a little beside it."""
    census = ho.census(ps.expression("(x + 10*y)^2 + 5*(z - x)^2 + (y - 2*z)^6"))
    assert census.completeness.verdict is ho.Completeness.PROVED
    assert [(s.multiplicity, s.is_multiplicity_proved) for s in census.degenerate] == [(5, True)]
