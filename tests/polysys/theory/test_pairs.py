"""Pairs of stationary points of the p-spin at an overlap: against circles, product laws, stored samples, direct covariances and large N."""

import csv
import gzip
import json
from itertools import pairwise, permutations
from math import exp, factorial, lgamma, log, pi, sqrt
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

import polysys as ps
from polysys import theory
from polysys.errors import InputError
from polysys.theory.pairs import p_spin_pairs
from polysys.theory.two_points import two_point_law

TABLES = Path(__file__).parents[3] / "data" / "tables"


def sphere(n):
    """Area of the unit sphere in R^n."""
    return exp(log(2) + n / 2 * log(pi) - lgamma(n / 2))


def tensor_covariance(p, q):
    """Covariances of values and derivatives of a form of degree p at two points, by permanents of inner products."""
    s = sqrt(1 - q * q)
    x, y, across = np.array([1, 0, 0.0]), np.array([q, s, 0.0]), np.array([0, 0, 1.0])
    along = {1: np.array([0, 1, 0.0]), 2: np.array([s, -q, 0.0])}  # each towards the other
    names = {}
    for side, point in ((1, x), (2, y)):
        names[f"V{side}"] = (1, [point] * p)
        names[f"g{side}"] = (p, [along[side]] + [point] * (p - 1))
        names[f"M{side}"] = (p * (p - 1), [along[side]] * 2 + [point] * (p - 2))
        names[f"a{side}"] = (p, [across] + [point] * (p - 1))
        names[f"R{side}"] = (p * (p - 1), [across, along[side]] + [point] * (p - 2))

    def covariance(left, right):
        (a, u), (b, v) = names[left], names[right]
        inner = np.array([[m @ n for n in v] for m in u])
        orders = permutations(range(p))
        return a * b * sum(np.prod([inner[i, order[i]] for i in range(p)]) for order in orders) / factorial(p)

    return lambda chosen: np.array([[covariance(a, b) for b in chosen] for a in chosen])


@pytest.mark.parametrize(("p", "q"), [(3, 0.3), (4, -0.6), (5, 0.5), (3, -0.7)])
def test_the_law_at_two_points_is_that_of_a_gaussian_tensor(p, q):
    of = tensor_covariance(p, q)
    law = two_point_law(p, q)
    for chosen, width, where in ((["g1", "g2", "V1", "V2", "M1", "M2"], 4, 0), (["a1", "a2", "R1", "R2"], 2, 1)):
        full = of(chosen)
        rest = full[2:, 2:] - full[2:, :2] @ np.linalg.solve(full[:2, :2], full[:2, 2:])
        assert law.log_slopes[where] == pytest.approx(-log(2 * pi) - np.linalg.slogdet(full[:2, :2])[1] / 2)
        for sign, found in ((1, law.even), (-1, law.odd)):
            turn = np.kron(np.eye(width // 2), [1, sign]) / sqrt(2)
            c = turn @ rest @ turn.T
            if where:
                assert found.row**2 == pytest.approx(c[0, 0], abs=1e-9)
            else:
                values = (c[0, 0], c[0, 1] / c[0, 0], c[1, 1] - c[0, 1] ** 2 / c[0, 0])
                assert (found.value**2, found.slope, found.spread**2) == pytest.approx(values, abs=1e-8)


@pytest.mark.parametrize(("p", "more"), [(3, 6), (4, 8)])
def test_pairs_on_a_circle_are_those_of_its_two_kinds_of_samples(p, more):
    """p = 3: 2 or 6 points, p = 4: 4 or 8, half of them minima, and the mean sqrt(12p - 8) says how often which."""
    less = more - 4
    often = (2 * sqrt(3 * p - 2) - less) / 4
    x, w = np.polynomial.legendre.leggauss(40)
    angles = (x + 1) * pi / 2
    for k, j in ((0, 0), (0, 1)):
        found = [p_spin_pairs(2, p, float(np.cos(t)), (k, j), samples=100) for t in angles]
        measure = w * pi / 2 * np.sin(angles)
        value = sum(m * f.value for m, f in zip(measure, found, strict=True))
        error = sqrt(sum((m * f.error) ** 2 for m, f in zip(measure, found, strict=True)))
        mirror = int((k == j) == (p % 2 == 0))  # its image is a minimum for even p, a maximum for odd p
        exact = sum(c * (m * m - m * (k == j) - m * mirror) for c, m in ((often, more / 2), (1 - often, less / 2)))
        assert error < 2e-3 and abs(value - exact) < 4.5 * error + 1e-4


@pytest.mark.parametrize(("n", "index"), [(3, (0, 0)), (4, None), (6, (0, 2))])
def test_at_overlap_zero_the_points_of_a_high_degree_are_independent(n, index):
    """For p >= 5 value, gradient and Hessian at orthogonal points are independent: the product of the mean counts."""
    found = p_spin_pairs(n, 5, 0.0, index, samples=1500, seed=2)
    counts = theory.p_spin_counts(n, 5)
    means = [counts.total.value] * 2 if index is None else [counts[k].value for k in index]
    exact = means[0] * means[1] * sphere(n - 1) / sphere(n)
    assert abs(found.value - exact) < 4.5 * found.error < 0.45 * exact


def test_energies_and_windows_have_the_product_law_too():
    n, p, u = 5, 6, (-1.2, -0.4)
    ratio = sphere(n - 1) / sphere(n)
    density = theory.p_spin_energy_density(n, p, u)
    found = p_spin_pairs(n, p, 0.0, (0, 1), energies=u, samples=2000, seed=3)
    assert abs(found.value - density[0, 0] * density[1, 1] * ratio) < 4.5 * found.error < 0.3 * found.value
    window = (-9.0, -1.0)
    mean = theory.p_spin_counts(n, p, window)[0].value
    found = p_spin_pairs(n, p, 0.0, 0, window=window, samples=2000, seed=3)
    assert abs(found.value - mean**2 * ratio) < 4.5 * found.error < 0.3 * found.value


def test_the_density_integrates_over_the_energies_to_the_whole():
    whole = p_spin_pairs(4, 3, 0.4, 0, samples=4000, seed=1)
    u, w = np.polynomial.legendre.leggauss(12)
    low, high = -2.6, 0.1  # the density is narrow: fewer nodes would not resolve it
    u, w = low + (u + 1) * (high - low) / 2, w * (high - low) / 2
    parts = [
        (a * b * (1 + (i != j)), p_spin_pairs(4, 3, 0.4, 0, energies=(x, y), samples=160, seed=100 * i + j))
        for i, (x, a) in enumerate(zip(u, w, strict=True))
        for j, (y, b) in enumerate(zip(u, w, strict=True))
        if i <= j  # the points may be exchanged
    ]
    value = sum(c * f.value for c, f in parts)
    error = sqrt(sum((c * f.error) ** 2 for c, f in parts if f.value) + whole.error**2)
    assert abs(value - whole.value) < 4.5 * error < 0.3 * whole.value


@pytest.mark.parametrize(("p", "sizes"), [(3, (5,)), (4, (4,))])
def test_all_pairs_together_are_as_many_as_in_the_stored_samples(p, sizes):
    """E[m (m - 1)] without mirror images over 1000 certified samples of the reference table."""
    with (TABLES / f"spherical-p-spin__p-{p}" / "rows.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    scores = []
    for n in sizes:
        counts = [
            [int(c) for c in row["by_index"].split()] for row in rows if row["model"] == f"spherical-p-spin:n={n},p={p}"
        ]
        minima = np.array([c[0] for c in counts], float)
        pairs = minima * (minima - 1) - (minima if p % 2 == 0 else 0)
        found = p_spin_pairs(n, p, (-1, 1), 0, samples=2500, seed=5)
        error = np.hypot(found.error, pairs.std(ddof=1) / sqrt(len(pairs)))
        assert error < 0.06 * found.value
        scores.append((found.value - pairs.mean()) / error)
    assert 2 * norm.sf(max(map(abs, scores))) * len(scores) > 1e-3  # Bonferroni


@pytest.mark.parametrize(("n", "p"), [(4, 3), (4, 4)])
def test_overlaps_of_stored_points_have_the_density(n, p):
    """Pairs of all stationary points of the certified samples, ten bins of |q| (a mirror image has the overlap -q)."""
    edges = np.linspace(0, 1, 6)
    histograms = []
    with gzip.open(TABLES / f"spherical-p-spin__p-{p}" / "certificates.jsonl.gz", "rt", encoding="utf-8") as file:
        for row in map(json.loads, file):
            if row["model"] != f"spherical-p-spin:n={n},p={p}":
                continue
            points = np.array(row["real"])[:, :n]
            points /= np.linalg.norm(points, axis=1)[:, None]
            overlaps = np.abs(points @ points.T)[np.triu_indices(len(points), 1)]
            histograms.append(8 * np.histogram(overlaps, edges)[0])  # ordered, and two signs for each of both points
    histograms = np.array(histograms)
    assert len(histograms) == 50
    scores = []
    for b, (low, high) in enumerate(pairwise(edges)):
        found = p_spin_pairs(n, p, (float(low), float(high)), samples=512, seed=b)
        error = np.hypot(2 * found.error, histograms[:, b].std(ddof=1) / sqrt(len(histograms)))
        scores.append((2 * found.value - histograms[:, b].mean()) / error)
    assert 2 * norm.sf(max(map(abs, scores))) * len(scores) > 1e-3


def test_the_law_knows_the_mirror_images():
    """V(-x) = (-1)^p V(x): overlap q with indices k, l is overlap -q with k and the index of l's image."""
    n = 5
    for p, image in ((3, n - 1 - 1), (4, 1)):
        a = p_spin_pairs(n, p, 0.35, (0, 1), samples=800, seed=1)
        b = p_spin_pairs(n, p, -0.35, (0, image), samples=800, seed=2)
        assert abs(a.value - b.value) < 4.5 * np.hypot(a.error, b.error) < 0.6 * a.value


@pytest.mark.parametrize("q", [0.3, 0.6])
def test_many_spins_have_the_rate_of_subag(q):
    """Against overlap 0 the density at energies in the band changes like exp(N (rate(q) - rate(0))): powers of N cancel."""
    u = (-1.75, -1.77)
    glass = theory.Complexity(4)
    ratios, errors = [], []
    for n in (24, 96):
        at_zero, at_q = (p_spin_pairs(n, 4, x, energies=u, samples=60, seed=1) for x in (0.0, q))
        ratios.append(log(at_q.value / at_zero.value))
        errors += [at_zero.error / at_zero.value, at_q.error / at_q.value]
    rate = float(glass.of_pairs(q, *u) - glass.of_pairs(0.0, *u))
    error = np.hypot.reduce(errors) / 72
    assert error < 0.01 and abs((ratios[1] - ratios[0]) / 72 - rate) < 4.5 * error


def test_pairs_are_the_same_numbers_again_and_depend_on_the_seed():
    model = ps.SphericalPSpin(n=4, p=3)
    first, again, other = (theory.mean_pairs(model, 0.2, 0, samples=50, seed=s) for s in (1, 1, 2))
    assert first == again and first.value != other.value
    assert first.kind == "monte-carlo" and "seed 1" in first.reference


def test_where_no_draw_has_a_pair_the_error_is_infinite():
    """Minima of a high energy: hardly possible within a few draws, which is no proof that there are none."""
    found = p_spin_pairs(30, 3, 0.0, 0, energies=(1.0, 1.0), samples=4)
    assert found.value == 0 and found.error == float("inf")
    found = p_spin_pairs(12, 3, (0.0, 0.1), 0, window=(0.8, 0.9), samples=64)
    assert found.value == 0 and found.error == float("inf")


@pytest.mark.parametrize(
    "change",
    [
        *(
            {"q": 1.0},
            {"q": (0.5, 0.5)},
            {"q": (0.5, 1.5)},
            {"q": "x"},
            {"index": 4},
            {"index": (0, 1, 2)},
            {"index": -1},
        ),
        *(
            {"energies": (0.0,)},
            {"energies": (-1, -1), "window": (-2, 0)},
            {"samples": 1},
            {"seed": -1},
            {"window": (1, 0)},
        ),
    ],
)
def test_what_has_no_meaning_is_refused(change):
    with pytest.raises(InputError):
        theory.mean_pairs(ps.SphericalPSpin(n=4, p=3), **{"q": 0.2, "samples": 10, **change})


@pytest.mark.parametrize(
    "label",
    ["spherical-p-spin:n=4,p=2", "spherical-p-spin:n=4,p=3,couplings=gaussian", "layered-spin-glass:widths=2-2"],
)
def test_models_without_a_two_point_law_are_refused(label):
    with pytest.raises(InputError):
        theory.mean_pairs(ps.model_from_label(label), 0.2)
