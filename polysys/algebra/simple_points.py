"""So many simple solutions modulo a prime, proved point by point: by Hensel's lemma there are as many over the complex numbers.

A zero modulo p at which the Jacobian is regular lifts to one zero of the system in the ring of Witt vectors of the algebraic
closure of F_p, which has characteristic zero, and different zeros lift to different ones. So a system over the rationals has at
least as many simple solutions as one finds modulo p, if p divides no denominator. How they are found is of no importance: the
list is a parametrisation x_i = v_i(t) over the roots t of a squarefree polynomial s, and it is held against the equations.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from flint import nmod_poly

from polysys.algebra.f4 import groebner_basis
from polysys.algebra.limits import Meter, Stopped
from polysys.algebra.modular import Exponents, SystemModulo, reduce_modulo
from polysys.algebra.parametrisation_modulo import ParametrisationModulo, inverse_modulo, parametrisation_modulo
from polysys.algebra.quotient import quotient_algebra
from polysys.algebra.staircase import dimension

Residues = dict[Exponents, int]
_TRIES = 2  # of a random form and of random mixtures, which fail with a probability of about D^2 / p


def n_simple_points(polynomials: Sequence[Residues], n: int, p: int, *, seed: int = 0, work_limit: int | None = None) -> int | None:
    """Number of solutions modulo p of n polynomials in n unknowns, if all are simple and there are finitely many; else None.

    The number is a lower bound on the simple complex solutions of every system over the rationals with these residues.

    Parameters
    ----------
    polynomials : sequence of mappings from exponents to residues
    n : int
    p : int
        A prime below 2^31.
    seed : int
    work_limit : int, optional

    Examples
    --------
    >>> n_simple_points([{(2, 0): 1, (0, 0): 1008}, {(1, 1): 1, (0, 0): 5}], 2, 1009)
    2
    >>> n_simple_points([{(2,): 1}], 1, 1009) is None
    True
    """
    meter, system = Meter(work_limit), reduce_modulo(polynomials, n, p)
    if len(system.exponents) != n:
        return None
    generator = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0x51391E,)))
    try:
        basis = groebner_basis(system, meter=meter, seed=seed)
        if basis.stopped is not None or dimension(basis.leading, meter=meter) != 0:
            return None
        algebra = quotient_algebra(basis, meter=meter)
        for _ in range(_TRIES):
            form = generator.integers(1, p, size=n)
            found = parametrisation_modulo(algebra, form, algebra.dimension, generator, meter)
            if found is not None and _are_simple(found, form.tolist(), polynomials, system, generator, meter):
                return found.polynomial.degree()
    except Stopped:
        pass
    return None


def _are_simple(
    points: ParametrisationModulo,
    form: Sequence[int],
    polynomials: Sequence[Residues],
    system: SystemModulo,
    generator: np.random.Generator,
    meter: Meter,
) -> bool:
    """Whether the points are different, solve the system, and are regular points of its Jacobian."""
    s, p, unknowns = points.polynomial, points.prime, points.unknowns()
    if unknowns is None or not points.solves(system, meter):
        return False
    value = sum((x * c for x, c in zip(unknowns, form, strict=True)), nmod_poly([0], p))
    if value % s != nmod_poly([0, 1], p) % s:  # the form tells any two of them apart
        return False
    n = len(unknowns)
    entries = [[_derivative(f, i) for i in range(n)] for f in polynomials]
    place = [(k, i) for k in range(n) for i in range(n) if any(c % p for c in entries[k][i].values())]
    values = points.values(reduce_modulo([entries[k][i] for k, i in place], n, p), meter)
    assert values is not None
    matrix = [[nmod_poly([0], p)] * n for _ in range(n)]
    for (k, i), entry in zip(place, values, strict=True):
        matrix[k][i] = entry
    return _is_regular(_mixed(matrix, generator, p, s, meter), s, meter)


def _derivative(polynomial: Residues, i: int) -> Residues:
    return {(*e[:i], e[i] - 1, *e[i + 1 :]): e[i] * c for e, c in polynomial.items() if e[i]}


Matrix = list[list[nmod_poly]]


def _mixed(matrix: Matrix, generator: np.random.Generator, p: int, s: nmod_poly, meter: Meter) -> Matrix:
    """Random combinations of the rows and of the columns: no pivot vanishes at a point where the determinant does not, as a rule."""
    n = len(matrix)
    for _ in range(2):
        factors = generator.integers(0, p, size=(n, n)).tolist()
        meter.spend(2 * n**3 * (300 + s.degree()))
        rows = [[sum((matrix[j][i] * c for j, c in enumerate(row)), nmod_poly([0], p)) for i in range(n)] for row in factors]
        matrix = [list(column) for column in zip(*rows, strict=True)]
    return matrix


def _is_regular(matrix: Matrix, s: nmod_poly, meter: Meter) -> bool:
    """Whether elimination without exchanges finds pivots that are invertible modulo s: then so is the determinant."""
    n = len(matrix)
    for k in range(n):
        meter.spend(20 * s.degree() ** 2 + 100 * n * n * (300 + s.degree()))
        inverse = inverse_modulo(matrix[k][k], s)
        if inverse is None:
            return False
        for row in matrix[k + 1 :]:
            factor = row[k] * inverse % s
            for i in range(k + 1, n):
                row[i] = (row[i] - factor * matrix[k][i]) % s
    return True
