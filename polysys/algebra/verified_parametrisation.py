"""Whether a rational parametrisation, found modulo primes, solves given equations: decided over Q."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

from flint import fmpq, fmpq_poly

from polysys.algebra.parametrisation import Parametrisation


def solves(parametrisation: Parametrisation, polynomials: Sequence[Mapping[tuple[int, ...], Any]]) -> bool:
    """Whether every root of the parametrisation is a solution of the polynomials; True is a proof.

    Parameters
    ----------
    parametrisation : Parametrisation
    polynomials : sequence of mappings from exponents to rational coefficients

    Notes
    -----
    With q squarefree, x_i = N_i(t) / (d_i q'(t)) is defined at all roots t of q. A polynomial f of degree D vanishes there exactly
    when q divides sum c_e prod (N_i / d_i)^e_i q'^(D - |e|).

    Examples
    --------
    >>> from polysys.algebra.parametrisation import parametrise
    >>> system = [{(2, 0): 1, (0, 0): -2}, {(1, 1): 1, (0, 0): -1}]
    >>> found = parametrise(system, 2).parametrisation
    >>> solves(found, system), solves(found, [{(1, 0): 1, (0, 0): -1}])
    (True, False)
    """
    q = fmpq_poly(parametrisation.polynomial)
    derivative = q.derivative()
    if q.degree() < 1 or q.gcd(derivative).degree() > 0:
        return False
    x = [
        fmpq_poly(f) * fmpq(1, d) for f, d in zip(parametrisation.numerators, parametrisation.denominators, strict=True)
    ]
    bases = [derivative % q, *(f % q for f in x)]
    powers: list[list[fmpq_poly]] = [[fmpq_poly([1]), base] for base in bases]

    def power(i: int, exponent: int) -> fmpq_poly:
        known = powers[i]
        while len(known) <= exponent:
            known.append(known[-1] * bases[i] % q)
        return known[exponent]

    for terms in polynomials:
        degree = max(map(sum, terms))
        total = fmpq_poly([0])
        for exponents, c in terms.items():
            part = fmpq_poly([fmpq(c.numerator, c.denominator)])
            for i, e in enumerate((degree - sum(exponents), *exponents)):
                if e:
                    part = part * power(i, e) % q
            total += part
        if total % q != fmpq_poly([0]):
            return False
    return True


def cost(parametrisation: Parametrisation, polynomials: Sequence[Mapping[tuple[int, ...], Any]]) -> int:
    """Operations that :func:`solves` takes, roughly: products of polynomials, by their lengths and digits."""
    products = sum(1 + sum(map(bool, e)) for terms in polynomials for e in terms)
    size = parametrisation.n_solutions * max(parametrisation.n_digits, 20)
    return prod((products, size, max(max(map(sum, terms)) for terms in polynomials)))
