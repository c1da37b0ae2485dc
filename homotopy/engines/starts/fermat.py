"""Start systems known in closed form."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import numpy.typing as npt

from homotopy.common import reporting
from homotopy.engines.doubles import Polynomials
from polysys.formulations.formulation import Formulation, Kind


def has_fermat_start(formulation: Formulation) -> bool:
    """Whether the landscape is a form on one sphere, whose family contains a Fermat form."""
    return formulation.kind is Kind.PROJECTIVE and len(formulation.degrees) == 1


def fermat_start(formulation: Formulation, seed: int) -> tuple[Polynomials, npt.NDArray[np.complex128]]:
    """The eigenvector equations of sum_i c_i x_i^p with random complex c, and all their solutions.

    With d = p - 2: for every nonempty set S of coordinates x_i is zero outside S and proportional to a d-th root of
    1/c_i on S; the choices of roots up to a common factor give (d^|S| / d) classes, ((p-1)^n - 1)/(p-2) in total,
    the Cartwright-Sturmfels number. All are regular, so the homotopy to any other form has exactly as many paths as
    a generic form has eigenvectors (Cartwright & Sturmfels 2013, section 2).

    Returns
    -------
    polynomials : list of lists of (coefficient, exponents)
        In the unknowns (x, mu) of the formulation, chart included.
    solutions : complex array (m, n + 1)
    """
    n, p = formulation.domain.n, formulation.degrees[0]
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0xFE41A7,)))
    c = np.exp(2j * np.pi * rng.random(n)) * rng.uniform(0.7, 1.4, n)
    chart = np.array([float(a) for a in formulation.charts[0]])

    def exponents(i: int, power: int, mu: int) -> tuple[int, ...]:
        return (*(power if k == i else 0 for k in range(n)), mu)

    polynomials: Polynomials = [
        [(complex(p * c[i]), exponents(i, p - 1, 0)), (-1 + 0j, exponents(i, 1, 1))] for i in range(n)
    ]
    polynomials.append([(complex(a), exponents(i, 1, 0)) for i, a in enumerate(chart)] + [(-1 + 0j, (0,) * (n + 1))])
    if p == 1:
        directions: list[npt.NDArray[np.complex128]] = [c.astype(np.complex128)]
    elif p == 2:
        directions = list(np.eye(n, dtype=np.complex128))
    else:
        directions = _fermat_directions(c, p)
    solutions = np.empty((len(directions), n + 1), np.complex128)
    for row, y in zip(solutions, directions, strict=True):
        row[:n] = y / (chart @ y)
        row[n] = _multiplier(c, p, row[:n])
    return polynomials, solutions


def _fermat_directions(c: npt.NDArray[np.complex128], p: int) -> list[npt.NDArray[np.complex128]]:
    n, d = len(c), p - 2
    base = c ** (-1 / d)
    roots = np.exp(2j * np.pi * np.arange(d) / d)
    directions = []
    for support in product((False, True), repeat=n):
        members = [i for i in range(n) if support[i]]
        reporting.check()
        for choice in product(range(d), repeat=max(len(members) - 1, 0)):
            if members:
                y = np.zeros(n, dtype=np.complex128)
                y[members[0]] = base[members[0]]
                y[members[1:]] = base[members[1:]] * roots[list(choice)]
                directions.append(y)
    return directions


def _multiplier(c: npt.NDArray[np.complex128], p: int, x: Sequence[complex] | npt.NDArray[np.complex128]) -> complex:
    k = int(np.argmax(np.abs(x)))
    return complex(p * c[k] * x[k] ** (p - 2))
