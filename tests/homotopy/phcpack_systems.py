"""Systems with known solutions, and comparisons of solution sets, for the tests of PHCpack's engine."""

import itertools
from collections import Counter

import numpy as np
import sympy

from homotopy.engines.phcpack.client import PathReport, Polynomials
from homotopy.status import PathStatus


def terms(equations: list[sympy.Expr], unknowns: list[sympy.Symbol]) -> Polynomials:
    polys = [sympy.Poly(e, *unknowns) for e in equations]
    return [[(complex(c), tuple(m)) for m, c in p.terms()] for p in polys]


def deep_linear(widths: tuple[int, ...], n_data: int, seed: int) -> Polynomials:
    """Gradient of tr(W S W^T)/2 - tr(W B^T) + sum lambda_j w_j^2 / 2, W the product of the layers."""
    rng = np.random.default_rng(seed)
    layers = [
        sympy.Matrix(b, a, lambda i, j, k=k: sympy.Symbol(f"w{k}_{i}_{j}"))
        for k, (a, b) in enumerate(itertools.pairwise(widths))
    ]
    unknowns = [w for layer in layers for w in layer]
    data = rng.normal(size=(widths[0], n_data))
    targets = rng.normal(size=(widths[-1], n_data))
    product = layers[0]
    for layer in layers[1:]:
        product = layer * product
    loss = (product * sympy.Matrix((data @ data.T).tolist()) * product.T).trace() / 2
    loss -= (product * sympy.Matrix((targets @ data.T).tolist()).T).trace()
    loss += sum(rng.uniform(0.05, 1) * w**2 for w in unknowns) / 2
    return terms([sympy.diff(sympy.expand(loss), w) for w in unknowns], unknowns)


def eigenvectors(tensor: np.ndarray, chart: np.ndarray) -> Polynomials:
    """T x x = mu x with a . x = 1 in the unknowns x, mu; 2^n - 1 solutions (Cartwright and Sturmfels 2013)."""
    n = len(chart)
    system = []
    for i in range(n):
        collected: dict[tuple[int, ...], complex] = {}
        for j, k in itertools.product(range(n), repeat=2):
            m = tuple((l == j) + (l == k) for l in range(n + 1))
            collected[m] = collected.get(m, 0) + complex(tensor[i, j, k])
        system.append([*((c, m) for m, c in collected.items() if c), (-1 + 0j, unit(n + 1, i, n))])
    return [*system, [*((complex(chart[i]), unit(n + 1, i)) for i in range(n)), (-1 + 0j, (0,) * (n + 1))]]


def unit(n: int, *which: int) -> tuple[int, ...]:
    return tuple(which.count(i) for i in range(n))


def symmetric_tensor(n: int, seed: int) -> np.ndarray:
    g = np.random.default_rng(seed).normal(size=(n, n, n))
    return sum(np.transpose(g, p) for p in itertools.permutations(range(3))) / 6


def layered(widths: tuple[int, ...], seed: int) -> Polynomials:
    """Singular vector tuples of a tensor in real charts (Friedland and Ottaviani 2014)."""
    rng = np.random.default_rng(seed)
    tensor = rng.normal(size=widths)
    vectors = [sympy.symbols(f"u{k}_0:{n}") for k, n in enumerate(widths)]
    mus = sympy.symbols(f"mu0:{len(widths)}")
    potential = sum(
        float(tensor[i]) * sympy.prod(v[k] for v, k in zip(vectors, i, strict=True)) for i in np.ndindex(widths)
    )
    equations = [sympy.diff(potential, x) - mu * x for v, mu in zip(vectors, mus, strict=True) for x in v]
    equations += [sum(float(a) * x for a, x in zip(rng.normal(size=len(v)), v, strict=True)) - 1 for v in vectors]
    return terms(equations, [*itertools.chain(*vectors), *mus])


def values(system: Polynomials, x: tuple[complex, ...]) -> list[complex]:
    return [sum(c * np.prod([z**d for z, d in zip(x, m, strict=True)]) for c, m in p) for p in system]


def regular(report: PathReport) -> list[tuple[complex, ...]]:
    return [end.x for end in report.ends if end.status is PathStatus.REGULAR]


def statuses(report: PathReport) -> dict[str, int]:
    return dict(Counter(end.status.value for end in report.ends))


def assert_same_points(found: list[tuple[complex, ...]], expected: list[tuple[complex, ...]]) -> None:
    """One to one: each expected point has exactly one found point nearest to it, and that one is near."""
    assert len(found) == len(expected)
    a, b = np.array(found), np.array(expected)
    distances = np.abs(a[:, None, :] - b[None, :, :]).max(axis=2) / np.maximum(np.abs(b).max(axis=1), 1.0)[None, :]
    assert sorted(distances.argmin(axis=0)) == list(range(len(found)))
    assert distances.min(axis=0).max() < 1e-7


SQRT2: Polynomials = [[(1, (2, 0)), (-2, (0, 0))], [(1, (1, 1)), (-1, (0, 0))]]


def fermat(chart: np.ndarray, c: np.ndarray) -> tuple[np.ndarray, list[tuple[complex, ...]]]:
    """The tensor sum c_i x_i^3 and its eigenvectors x_i = mu / c_i on the subsets, scaled to a . x = 1."""
    n = len(c)
    tensor = np.zeros((n, n, n), dtype=complex)
    solutions = []
    for i in range(n):
        tensor[i, i, i] = c[i]
    for subset in itertools.product([0, 1], repeat=n):
        if any(subset):
            x = np.array(subset) / c
            x, mu = x / (chart @ x), 1 / (chart @ x)
            solutions.append((*map(complex, x), complex(mu)))
    return tensor, solutions
