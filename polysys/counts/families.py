"""The generic count of a landscape's family, proved by exact algebra over the field of its couplings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
from flint import Ordering, fmpz_mpoly, fmpz_mpoly_ctx

from polysys.algebra.combinations import primitive
from polysys.algebra.degree_weights import bezout_weights
from polysys.algebra.generic_count import GenericCount, generic_count_of
from polysys.algebra.hilbert_bound import random_prime
from polysys.landscape import Landscape
from polysys.polynomials import Ring

PROOF_WORK = 4 * 10**10
"""Operations that a proof may take: a minute."""
_MAX_TERMS = 20_000  # of a generic potential, in unknowns and couplings


def prove_generic_count(landscape: Landscape, *, seed: int = 0, work: int = PROOF_WORK) -> GenericCount | None:
    """The number of complex stationary points of a generic member of a landscape's family on R^n; None where it was not proved.

    The couplings of the family are independent. A matrix that is symmetric in the landscape, and of which the potential depends on the symmetric part
    alone (the second moments of data), is taken as symmetric: that leaves out no potential.

    Parameters
    ----------
    landscape : Landscape
        A member: ranks and solutions are computed at its couplings. With couplings that are not generic, nothing is proved.
    seed : int
        Chooses the prime.
    work : int
        Most operations.

    Examples
    --------
    >>> import polysys as ps
    >>> prove_generic_count(ps.DeepLinear(widths=(2, 1, 2)).sample(1)).value
    17
    """
    if not landscape.domain.is_euclidean or not len(landscape.parameters):
        return None
    names, values, arrays = _parameters(landscape)
    p, n = random_prime(seed), landscape.domain.n
    if any(v.denominator % p == 0 for v in values):
        return None
    gradient = _generic_gradient(landscape, names, arrays)
    if gradient is None:
        return None
    point = [v.numerator * pow(v.denominator, -1, p) % p for v in values]
    elements = landscape.facts.ideal_elements
    hints = [[(i, shift) for i, shift, _ in c.terms] for c in elements()] if elements is not None else []
    weights = (1,) * n if hints else bezout_weights([primitive(f) for f in landscape.system.terms], n)
    return generic_count_of(gradient, point, p, weights=weights, hints=hints, work_limit=work)


def _parameters(landscape: Landscape) -> tuple[list[str], list[Fraction], dict[str, Any]]:
    """Names and values of the independent couplings, and arrays of names in the place of the values."""
    values: dict[str, Fraction] = {}
    arrays: dict[str, Any] = {}
    for name, array in landscape.couplings.items():
        is_tied = _is_symmetric(array) and _sees_symmetric_part_alone(landscape, name)
        arrays[name] = np.empty(array.shape, dtype=object)
        of_key: dict[tuple[int, ...], str] = {}
        for index in np.ndindex(array.shape):
            key = tuple(sorted(index)) if is_tied else index
            if key not in of_key:  # numbered: names and indices alone could be those of another array
                of_key[key] = f"c{len(values)}"
                values[of_key[key]] = array.item(index)
            arrays[name][index] = of_key[key]
    return list(values), list(values.values()), arrays


def _is_symmetric(array: Any) -> bool:
    return array.ndim == 2 and array.shape[0] == array.shape[1] and bool((array == array.T).all())


def _sees_symmetric_part_alone(landscape: Landscape, name: str) -> bool:
    """Whether the potential is the same for J and (J + J^T)/2, identically in all couplings and unknowns."""
    sizes = {k: array.size for k, array in landscape.couplings.items()}
    polynomials = Ring((*landscape.variables, *(f"c{k}" for k in range(sum(sizes.values())))))
    n = landscape.domain.n
    x, rest = np.array(polynomials.gens[:n], dtype=object), polynomials.gens[n:]
    free: dict[str, Any] = {}
    for k, array in landscape.couplings.items():
        free[k], rest = np.array(rest[: array.size], dtype=object).reshape(array.shape), rest[array.size :]
    half = (free[name] + free[name].T) * Fraction(1, 2)
    difference = landscape.potential_function(x, free) - landscape.potential_function(x, {**free, name: half})
    return not polynomials(difference)


def _generic_gradient(
    landscape: Landscape, names: Sequence[str], arrays: Mapping[str, Any]
) -> list[dict[tuple[int, ...], fmpz_mpoly]] | None:
    """The gradient over the integer polynomials in the couplings; None where it has too many terms."""
    n = landscape.domain.n
    polynomials = Ring((*landscape.variables, *names))
    symbol = dict(zip(names, polynomials.gens[n:], strict=True))
    couplings = {}
    for name, array in arrays.items():
        couplings[name] = np.empty(array.shape, dtype=object)
        for index in np.ndindex(array.shape):
            couplings[name][index] = symbol[array[index]]
    potential = polynomials(landscape.potential_function(np.array(polynomials.gens[:n], dtype=object), couplings))
    if len(potential) > _MAX_TERMS:
        return None
    parameters = fmpz_mpoly_ctx.get(names, Ordering.degrevlex)
    gradient = []
    for k in range(n):
        derivative = potential.diff(k)
        common = lcm(*(int(c.denominator) for c in derivative.coeffs()))
        terms: dict[tuple[int, ...], dict[tuple[int, ...], int]] = {}
        for e, c in derivative.terms():
            terms.setdefault(tuple(e[:n]), {})[tuple(e[n:])] = int(c * common)
        gradient.append({e: parameters.from_dict(c) for e, c in terms.items()})
    return gradient
