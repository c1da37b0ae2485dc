"""The rational parametrisation of the solutions of a system modulo one prime, and the choice of its linear form.

Let A = F_p[x]/I have dimension D, and let the linear form u take N different values at the N solutions. Then s, the
monic polynomial of degree N with these values as its roots, and the polynomials h_i of degree below N with
h_i(u(z)) = z_i s'(u(z)) at every solution z say it all: x_i = h_i(t) / s'(t) at the roots t of s (Rouillier, Appl.
Algebra Eng. Commun. Comput. 9 (1999) 433, for the radical of I).

Let f be the minimal polynomial of u in A, and e = (f / s)(u). A linear map phi from A to F_p that is zero at all
nilpotent elements is a sum over the solutions, phi(a) = sum_z c_z a(z). The map a -> phi(e a) is such a one for every
phi if e annihilates the nilpotent elements. At each solution e is a unit times (u - u(z))^k, k the largest exponent
that leaves a power different from zero, and for a general u that is the largest exponent of any product of nilpotent
elements: e annihilates them. Where all solutions are simple, e = 1. In any case the result is held against the equations.

With a_k = phi(e u^k) and b_k = phi(e x_i u^k) the series sum_k a_k T^(-k-1) = sum_z c_z / (T - u(z)) is g_0 / s, that
of b is g_i / s, and x_i = g_i / g_0 modulo s. So two sequences of numbers are all that is computed in A.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from flint import nmod_poly

from polysys.algebra import quotient_kernels
from polysys.algebra.limits import Meter
from polysys.algebra.modular import SystemModulo
from polysys.algebra.quotient import QuotientAlgebra, Vector, cheap_unknowns, squarefree_part

_GENERIC_FORMS = 6  # tried
_LARGEST_COEFFICIENT = 1 << 20  # of a form; a separating one has been found long before


@dataclass(frozen=True)
class ParametrisationModulo:
    """The solutions modulo a prime: x_i = numerators[i](t) / polynomial'(t) at the roots t of a squarefree polynomial.

    Parameters
    ----------
    prime : int
    polynomial : nmod_poly
        Monic and squarefree; its roots are the values of the form.
    numerators : tuple of nmod_poly
    """

    prime: int
    polynomial: nmod_poly
    numerators: tuple[nmod_poly, ...]

    @property
    def residues(self) -> Vector:
        """The coefficients, an array (1 + n, N); the leading one of the polynomial, 1, left out."""
        size = self.polynomial.degree()
        result = np.zeros((1 + len(self.numerators), size), dtype=np.int64)
        for row, f in zip(result, (self.polynomial, *self.numerators), strict=True):
            coefficients = [int(c) for c in f.coeffs()][:size]
            row[: len(coefficients)] = coefficients
        return result

    def unknowns(self) -> tuple[nmod_poly, ...] | None:
        """The x_i as polynomials in t modulo the polynomial; None where that is not squarefree."""
        s = self.polynomial
        inverse = inverse_modulo(s.derivative(), s)
        return None if inverse is None else tuple(h * inverse % s for h in self.numerators)

    def values(self, system: SystemModulo, meter: Meter) -> list[nmod_poly] | None:
        """The polynomials of a system at all points of the parametrisation at once, modulo its polynomial."""
        s, unknowns = self.polynomial, self.unknowns()
        if unknowns is None:
            return None
        one = nmod_poly([1], self.prime) % s
        known: dict[tuple[int, ...], nmod_poly] = {(0,) * system.n: one}

        def monomial(exponents: tuple[int, ...]) -> nmod_poly:
            steps = [exponents]
            while steps[-1] not in known:
                i = next(i for i, a in enumerate(steps[-1]) if a)
                steps.append((*steps[-1][:i], steps[-1][i] - 1, *steps[-1][i + 1 :]))
            for below, above in pairwise(reversed(steps)):
                i = next(i for i, a in enumerate(above) if a != below[i])
                meter.spend(3000 + 100 * s.degree())
                known[above] = known[below] * unknowns[i] % s
            return known[exponents]

        found = []
        for exponents, coefficients in zip(system.exponents, system.coefficients, strict=True):
            meter.spend(len(coefficients) * (300 + 2 * s.degree()))
            terms = zip(exponents.tolist(), coefficients.tolist(), strict=True)
            found.append(sum((monomial(tuple(e)) * c for e, c in terms), 0 * one) % s)
        return found

    def solves(self, system: SystemModulo, meter: Meter) -> bool:
        """Whether all equations vanish at all points of the parametrisation."""
        values = self.values(system, meter)
        return values is not None and not any(values)


def parametrisation_modulo(
    algebra: QuotientAlgebra, form: Vector, n_distinct: int, generator: np.random.Generator, meter: Meter
) -> ParametrisationModulo | None:
    """The parametrisation in the values of a linear form; None where it does not separate so many solutions.

    Without a check that `form` is general enough at multiple solutions: see :meth:`ParametrisationModulo.solves`.
    """
    p, n, size = algebra.prime, algebra.n, n_distinct
    form = form % p
    vector = algebra.one
    if size < algebra.dimension:
        minimal = algebra.verified_minimal_polynomial(form, generator, meter)
        radical = squarefree_part(minimal)
        if radical.degree() != size:
            return None
        vector = algebra.at(minimal // radical, form, meter)
    functional = algebra.random_functional(generator)
    functionals = np.vstack([functional, algebra.after_products(functional)])
    meter.spend(10 * len(algebra.rows) + 20 * functionals.size)
    values, vector = algebra.values_at_powers(vector, functionals, form, size, meter)
    more, _ = algebra.values_at_powers(vector, functionals[:1], form, size, meter)
    meter.spend(40 * size**2 + 3000 * n * (10 + size))
    recurrence = quotient_kernels.minimal_recurrence(np.concatenate([values[0], more[0]]), p)
    if len(recurrence) != size + 1:
        return None
    s = nmod_poly(recurrence[::-1].tolist(), p)
    g = [(nmod_poly(row[::-1].tolist(), p) * s).right_shift(size) for row in values]
    inverse = inverse_modulo(g[0], s)
    if inverse is None or s.gcd(s.derivative()).degree() > 0:
        return None
    factor = s.derivative() * inverse % s
    return ParametrisationModulo(p, s, tuple(g_i * factor % s for g_i in g[1:]))


def separating_form(
    algebra: QuotientAlgebra,
    system: SystemModulo,
    n_distinct: int,
    generator: np.random.Generator,
    meter: Meter,
    *,
    is_wide: bool = False,
) -> Vector | None:
    """A linear form with small integer coefficients, few of them if possible, that parametrises all solutions.

    The fewer unknowns occur in it and the smaller the numbers are, the smaller are the coefficients over Q. Where these are of very
    different sizes (`is_wide`) all unknowns occur: solutions that one unknown separates by 1e-200 take minutes to tell apart.
    """
    for form in _generic_forms(algebra, generator) if is_wide else _forms(algebra, generator):
        minimal = algebra.minimal_polynomial(form % algebra.prime, generator, meter)
        if squarefree_part(minimal).degree() < n_distinct:
            continue
        found = parametrisation_modulo(algebra, form, n_distinct, generator, meter)
        if found is not None and found.solves(system, meter):
            return form
    return None


def _forms(algebra: QuotientAlgebra, generator: np.random.Generator) -> Iterator[Vector]:
    """Single unknowns; then sums of few unknowns and of all, with growing coefficients."""
    n = algebra.n
    for i in np.argsort((algebra.targets < 0).sum(axis=0), kind="stable").tolist():
        yield algebra.unit(i)
    few, every = cheap_unknowns(algebra), np.arange(n)
    largest = 1
    while n > 1 and largest <= _LARGEST_COEFFICIENT:
        for unknowns in (few, few, every, every):
            if len(unknowns) > 1:
                form = np.zeros(n, dtype=np.int64)
                signs = generator.choice([-1, 1], size=len(unknowns))
                form[unknowns] = signs * generator.integers(1, largest + 1, size=len(unknowns))
                yield form
        largest *= 2


def _generic_forms(algebra: QuotientAlgebra, generator: np.random.Generator) -> Iterator[Vector]:
    """Sums of all unknowns with coefficients of any size up to the largest."""
    for _ in range(_GENERIC_FORMS):
        signs = generator.choice([-1, 1], size=algebra.n)
        yield np.asarray(signs * generator.integers(1, _LARGEST_COEFFICIENT + 1, size=algebra.n), np.int64)


def inverse_modulo(f: nmod_poly, modulus: nmod_poly) -> nmod_poly | None:
    """The inverse of a polynomial modulo another one, None where it has none."""
    divisor, inverse, _ = (f % modulus).xgcd(modulus)
    return inverse if divisor.degree() == 0 else None
