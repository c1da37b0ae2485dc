"""Densities of ordered eigenvalues against balls, sampled matrices and the density of all eigenvalues."""

from math import sqrt

import numpy as np
import pytest
from flint import arb, arb_mat, arb_poly, ctx

from polysys.theory.hermite import goe_density_total, weighted_density
from polysys.theory.order_statistics import eliminate, scaled_densities


def _enclosed(n, x, bits):
    """The same densities from Taylor coefficients at v = 1 in ball arithmetic: moments of T^-1 L, Pade, then a shift."""
    ctx.prec = bits
    size, m, x = n + n % 2, (n + 1) // 2, arb(x)
    root = [(arb(i) / 2).sqrt() for i in range(n + 3)]
    start = arb.pi() ** (arb(-1) / 4)

    def functions(at):
        phi = [start * (-at * at / 2).exp()]
        for i in range(n + 1):
            phi.append((at * phi[i] - (root[i] * phi[i - 1] if i else 0)) / root[i + 1])
        return phi

    def integrals(first, phi):
        a = [first]
        for i in range(n - 1):
            a.append(((root[i] * a[i - 1] if i else 0) - phi[i]) / root[i + 1])
        return a

    def skew(a, phi, overlap):
        rows = [[arb(0)] * size for _ in range(size)]
        for i in range(n):
            s = {i: a[i] * a[i] / 2, i - 1: (a[i] * a[i - 1] + rows[i][i - 1]) / 2 if i else arb(0)}
            for j in range(i, n - 1):
                s[j + 1] = (root[j] * s[j - 1] - a[i] * phi[j] + overlap(i, j)) / root[j + 1]
                rows[i][j + 1] = 2 * s[j + 1] - a[i] * a[j + 1]
                rows[j + 1][i] = -rows[i][j + 1]
        return rows

    phi, zero = functions(x), [arb(0)] * (n + 2)
    a = integrals(start * (arb.pi() / 2).sqrt() * (-x / arb(2).sqrt()).erfc(), phi)
    ends = integrals(start * (2 * arb.pi()).sqrt(), zero)
    slope = [(root[i] * phi[i - 1] if i else 0) - root[i + 1] * phi[i + 1] for i in range(n + 1)]
    diagonal = [(1 + x.erf()) / 2]
    for i in range(1, n):  # K_ii = K_{i-1,i-1} - phi_{i-1} phi_i sqrt(2/i) + .. : from d/dx (phi_i phi_{i-1})
        up = (phi[i + 1] * slope[i - 1] - slope[i + 1] * phi[i - 1]) / 4
        down = (phi[i] * slope[i - 2] - slope[i] * phi[i - 2]) / 4 if i > 1 else 0
        diagonal.append(diagonal[-1] - (phi[i] * phi[i - 1] + root[i + 1] * up - (root[i - 1] * down if i > 1 else 0)) / root[i])

    def overlap(i, j):
        return diagonal[i] if i == j else (phi[i] * slope[j] - slope[i] * phi[j]) / (2 * (i - j))

    whole = skew(ends, zero, lambda i, j: arb(int(i == j)))
    if size > n:
        for i in range(n):
            whole[i][n], whole[n][i] = ends[i], -ends[i]
    inverse, left = arb_mat(whole).inv(), arb_mat(skew(a, phi, overlap))
    rows = arb_mat([[e - u for e, u in zip(ends, a, strict=True)] + [arb(1)] * (size - n), a + [arb(0)] * (size - n)])
    vector = inverse * arb_mat(size, 1, phi[:n] + [arb(0)] * (size - n))
    moments = []
    for j in range(2 * m):
        moments.append([(-1) ** j * (rows * vector)[i, 0] for i in (0, 1)])
        vector = inverse * (left * vector)
    g = [u + v for u, v in moments]
    system = arb_mat([[g[k - i] for i in range(1, m + 1)] for k in range(m, 2 * m)])
    solved = system.solve(arb_mat(m, 1, [-g[k] for k in range(m, 2 * m)]))
    pfaffian = arb_poly([1] + [solved[i, 0] for i in range(m)])
    result = [arb(0)] * size
    for parity in (0, 1):
        product = (pfaffian * arb_poly([h[parity] for h in moments[:m]])).coeffs()[:m]
        for j, c in enumerate(arb_poly(product)(arb_poly([-1, 1])).coeffs()):
            result[2 * j + parity] = (-1) ** parity * c
    ctx.prec = 53
    return result[:n]


@pytest.mark.parametrize(("n", "bits"), [(1, 200), (2, 300), (3, 400), (5, 600), (8, 1200), (13, 3000), (20, 4000)])
@pytest.mark.parametrize("fraction", [0.03, 0.45, 0.75, 1.0])
def test_densities_lie_within_their_errors_of_proved_balls(n, bits, fraction):
    x = -fraction * sqrt(2 * n)
    expected = np.array([float(v) for v in _enclosed(n, x, bits)])
    values, errors = scaled_densities(n, [x])
    scale = np.exp(-x * x / 2)
    assert (np.abs(values[0] * scale - expected) <= 4 * errors[0] * scale + 1e-300).all()
    likely = expected > 1e-6
    assert values[0][likely] * scale == pytest.approx(expected[likely], rel=1e-9)


@pytest.mark.parametrize(("n", "x"), [(1, 0.3), (2, -1.1), (7, 2.0), (12, 4.0), (12, 9.0), (25, -6.0), (9, 40.0)])
def test_ordered_densities_add_up_to_the_density(n, x):
    values, _ = scaled_densities(n, [x])
    assert values.sum() == pytest.approx(weighted_density(n, [x], np.inf)[0], rel=1e-11)


@pytest.mark.parametrize("n", [1, 2, 5, 30])
def test_the_density_integrates_to_the_number_of_eigenvalues(n):
    assert goe_density_total(n, 0.0) == pytest.approx(n, rel=1e-12)
    # trace of M^2: n diagonal entries of variance 1, n(n-1) of variance 1/2
    assert (n - goe_density_total(n, 1e-6)) / 1e-6 == pytest.approx(n * (n + 1) / 2, rel=1e-4)


def test_a_pfaffian_squared_is_the_determinant_and_the_rest_is_a_schur_complement():
    rng = np.random.default_rng(2)
    a = rng.normal(size=(5, 9, 9)) + 1j * rng.normal(size=(5, 9, 9))
    a = a - a.swapaxes(1, 2)
    pfaffians, rest = eliminate(a.copy(), 6)
    assert pfaffians**2 == pytest.approx(np.linalg.det(a[:, :6, :6]))
    assert rest == pytest.approx(a[:, 6:, 6:] - a[:, 6:, :6] @ np.linalg.solve(a[:, :6, :6], a[:, :6, 6:]))
    assert eliminate(np.array([[[0, 3], [-3, 0]]], complex), 2)[0] == 3
