"""Systems with known solutions for the tracker's tests."""

from __future__ import annotations

import itertools
from fractions import Fraction
from functools import cache
from math import factorial, prod
from typing import Any

import numpy as np
import numpy.typing as npt

from polysys.formulations.expansion import nested_form
from polysys.tape import Recorder, Tape, trace


@cache
def monomials(n: int, p: int) -> tuple[tuple[int, ...], ...]:
    """Exponents of degree p, in lexicographic order."""
    if n == 1:
        return ((p,),)
    return tuple((first, *rest) for first in range(p + 1) for rest in monomials(n - 1, p - first))


def chart(n: int) -> list[Fraction]:
    rng = np.random.default_rng(n)
    return [Fraction(int(v), 1024) for v in rng.integers(300, 1500, size=n)]


@cache
def p_spin(n: int, p: int) -> Tape:
    """grad V = mu x, a.x = 1, for V = sum over monomials; unknowns (x, mu), parameters the coefficients of V."""
    recorder = Recorder(n + 1, len(monomials(n, p)))
    *x, mu = recorder.variables
    potential = nested_form(dict(zip(monomials(n, p), recorder.parameters, strict=True)), x)
    gradient = recorder.gradient(potential, x)
    equations = [g - mu * v for g, v in zip(gradient, x, strict=True)]
    return recorder.tape([*equations, sum((a * v for a, v in zip(chart(n), x, strict=True)), recorder.constant(-1))])


@cache
def cubic_spin(n: int) -> Tape:
    """The same for p = 3, written as a contraction of a symmetric tensor."""
    index = {m: i for i, m in enumerate(monomials(n, 3))}

    def equations(y: Any, c: Any) -> list[Any]:
        *x, mu = y
        h = [[sum(_entry(c, index, n, i, j, k) * x[k] for k in range(n)) for j in range(n)] for i in range(n)]
        rows = [sum(h[i][j] * x[j] for j in range(n)) - mu * x[i] for i in range(n)]
        return [*rows, sum(a * v for a, v in zip(chart(n), x, strict=True)) - 1]

    return trace(equations, n + 1, len(index))


def _entry(c: Any, index: dict[tuple[int, ...], int], n: int, *where: int) -> Any:
    """3 T_ijk where the coefficient of a monomial is multinomial times T."""
    powers = tuple(where.count(i) for i in range(n))
    return c[index[powers]] * (Fraction(3) / (6 // prod(map(factorial, powers))))


def fermat(n: int, p: int, seed: int) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Random Fermat couplings and all ((p-1)^n - 1)/(p-2) solutions (Cartwright and Sturmfels 2013)."""
    rng = np.random.default_rng(seed)
    c = np.exp(2j * np.pi * rng.random(n))
    p0 = np.zeros(len(monomials(n, p)), complex)
    for i in range(n):
        p0[monomials(n, p).index(tuple(p if j == i else 0 for j in range(n)))] = c[i]
    root = (p * c) ** (-1 / (p - 2))
    roots = [np.exp(2j * np.pi * k / (p - 2)) for k in range(p - 2)]
    a = np.array(chart(n), float)
    solutions = []
    for pattern in itertools.product([0, *roots], repeat=n):
        live = [v for v in pattern if v]
        if live and live[0] == 1:
            v = np.array(pattern) * root
            s = 1 / (a @ v)
            solutions.append([*(s * v), s ** (p - 2)])
    return p0, np.array(solutions)


def kostlan(n: int, p: int, samples: int, seed: int) -> npt.NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    weights = [np.sqrt(factorial(p) / prod(map(factorial, m))) for m in monomials(n, p)]
    return rng.standard_normal((samples, len(weights))) * weights


def p_spin_homotopy(n: int, p: int = 3, samples: int = 1, seed: int = 1) -> tuple[Any, Any, Any, Any]:
    p0, starts = fermat(n, p, seed)
    return p_spin(n, p), p0, starts, kostlan(n, p, samples, seed + 1000)


def residuals(tape: Tape, x: npt.NDArray[Any], parameters: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    return np.abs(np.array(tape.evaluate(list(x.T), list(parameters), float))).max(axis=0)


@cache
def deep_linear_222() -> Tape:
    """grad of tr(W S W^T)/2 - tr(W B^T) + sum lam_j w_j^2/2, W = W2 W1 all 2 x 2; parameters S, B, lam (3 + 4 + 8)."""
    recorder = Recorder(8, 15)
    w, (s11, s12, s22, *rest) = recorder.variables, recorder.parameters
    b, lam = rest[:4], rest[4:]
    w1, w2 = [w[0:2], w[2:4]], [w[4:6], w[6:8]]
    product = [[w2[i][0] * w1[0][j] + w2[i][1] * w1[1][j] for j in range(2)] for i in range(2)]
    v = recorder.constant(0)
    for i in range(2):
        u, z = product[i]
        v = v + (u * u * s11 + 2 * u * z * s12 + z * z * s22) / 2 - (u * b[2 * i] + z * b[2 * i + 1])
    for q, l in zip(w, lam, strict=True):
        v = v + l * q * q / 2
    return recorder.tape(recorder.gradient(v, w))


def total_degree(equations: Any, degrees: list[int], seed: int = 1) -> tuple[Tape, Any, Any, Any]:
    """gamma (x_i^d_i - 1) to the given equations, as a parameter homotopy."""
    n = len(degrees)
    tape = trace(lambda x, p: [p[0] * (x[i] ** degrees[i] - 1) + p[1] * f for i, f in enumerate(equations(x))], n, 2)
    roots = [np.exp(2j * np.pi * np.arange(d) / d) for d in degrees]
    gamma = np.exp(2j * np.pi * np.random.default_rng(seed).random())
    return tape, [gamma, 0], np.array(list(itertools.product(*roots))), [0, 1]


def cyclic(x: Any) -> list[Any]:
    """Cyclic n-roots (Björck 1990)."""
    n = len(x)
    rows = [sum(prod(x[(i + j) % n] for j in range(1, d)) * x[i] for i in range(n)) for d in range(1, n)]
    return [*rows, prod(x[1:]) * x[0] - 1]


def griewank_osborne(x: Any) -> list[Any]:
    """A triple root at the origin where Newton's method diverges (Griewank and Osborne 1983)."""
    return [x[0] ** 3 * Fraction(29, 16) - 2 * x[0] * x[1], x[1] - x[0] ** 2]
