"""Whether a continuous symmetry moves stationary points, by exact algebra: those that it moves are not isolated.

Let fields A_k x + b_k be tangent to the domain and the potential constant along them there. They generate a connected group of affine maps that map stationary
points, real or not, to stationary points. So a stationary point at which some field does not vanish lies on an orbit of others, and only those that all
fields fix can be isolated. On a product of spheres the fields are rotations; where they fix no point of some sphere no stationary
point is isolated, whatever the potential is.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from flint import fmpq, fmpq_mat

from polysys.algebra.count import exact_count
from polysys.continuous_symmetry import ContinuousSymmetry, nullspace
from polysys.domains import Domain
from polysys.formulations.formulation import Formulation, Kind
from polysys.formulations.variety import Variety
from polysys.landscape import Landscape
from polysys.polynomials import rational
from polysys.system import exact_terms

Terms = Mapping[tuple[int, ...], Fraction]
_WORK = 2 * 10**9  # operations of exact algebra for each question: seconds
_RARE, _SHORT = 2**31, 10**4  # largest weights: a combination that vanishes by chance is as rare as a bad prime; short ones where points are written down
_CUTS = 3  # tries at real points of orbits that are not bounded


@dataclass(frozen=True, slots=True)
class MovedPoints:
    """What a continuous symmetry does to the stationary points of a landscape.

    Parameters
    ----------
    moves : bool or None
        Whether it moves some of them, complex ones included; None where that is too much work.
    moves_real : bool or None
        Whether it moves real ones, which is proved by one of them; None where that is not known.
    n_fixed : int or None
        How many distinct ones, complex ones included, all fields fix: only these can be isolated. None where that is not known or not finite.
    is_proved : bool
        Whether no point of the domain is fixed, so that all stationary points are moved. Else `n_fixed`, and that none or only complex ones
        are moved, are what two primes and a random combination of the fields say.
    """

    moves: bool | None
    moves_real: bool | None = None
    n_fixed: int | None = None
    is_proved: bool = False


@lru_cache(maxsize=8)
def moved_points(landscape: Landscape) -> MovedPoints:
    """Whether the continuous symmetries of a landscape move its stationary points, and how many they fix.

    Examples
    --------
    Two coupled rotors turn together; a Mexican hat has a circle of minima about the point that is fixed:

    >>> import polysys as ps
    >>> moved_points(ps.expression("x1*y1 + x2*y2", "spheres 2-2").sample())
    MovedPoints(moves=True, moves_real=True, n_fixed=0, is_proved=True)
    >>> moved_points(ps.expression("(x^2 + y^2 - 1)^2").sample())
    MovedPoints(moves=True, moves_real=True, n_fixed=1, is_proved=False)
    """
    symmetry = landscape.known_symmetry
    if symmetry is None or not symmetry.dimension:
        return MovedPoints(None if symmetry is None else False, None if symmetry is None else False)
    if _fixes_no_point(symmetry, landscape.domain):
        return MovedPoints(moves=True, moves_real=True, n_fixed=0, is_proved=True)
    equations, n = _equations_of_points(landscape)
    fields = _components(symmetry, n)
    count = exact_count([*map(_with_another_unknown, equations), _outside(fields, n, _RARE)], n + 1, work_limit=_WORK, distinct=False)
    if count.dimension is None:
        return MovedPoints(None)
    if count.dimension < 0:
        return MovedPoints(moves=False, moves_real=False)
    fixed = exact_count([*equations, *(f for field in fields for f in field if f)], n, work_limit=_WORK)
    moved = [*map(_with_another_unknown, equations), _outside(fields, n, _SHORT)]
    n_fixed = 0 if fixed.dimension == -1 else fixed.n_distinct if fixed.dimension == 0 else None
    return MovedPoints(True, _moves_real(symmetry, moved, n, count.dimension), n_fixed)


def _fixes_no_point(symmetry: ContinuousSymmetry, domain: Domain) -> bool:
    """Whether the common zeros of the fields have no part on some sphere."""
    if domain.is_euclidean or isinstance(domain, Variety):
        return False
    entries = [rational(a) for matrix, _ in symmetry.generators for row in matrix for a in row]
    n_rows = len(entries) // domain.n
    rank = int(fmpq_mat(n_rows, domain.n, entries).rank())
    for block in domain.slices:
        # the coordinates of a block vanish on the common zeros exactly when they add nothing to the rows' span
        units = [fmpq(int(i == j)) for i in range(block.start, block.stop) for j in range(domain.n)]
        if int(fmpq_mat(n_rows + block.stop - block.start, domain.n, entries + units).rank()) == rank:
            return True
    return False


def _equations_of_points(landscape: Landscape) -> tuple[Sequence[Terms], int]:
    """Equations one solution of which is one stationary point, and the number of their unknowns."""
    if landscape.formulation.kind is not Kind.PROJECTIVE:
        return landscape.system.terms, landscape.system.n
    formulation, ring = Formulation(Kind.LAGRANGE, landscape.domain), landscape.system.polynomials[0].ring
    n = landscape.domain.n
    potential = ring.from_dict({(*e, *[0] * (ring.ngens - n)): c for e, c in landscape.potential.terms()})
    x, mu = ring.gens[:n], ring.gens[n:]
    found = formulation.equations(x, mu, [potential.diff(v) for v in x])
    return [exact_terms(ring(f)) for f in found], ring.ngens


def _components(symmetry: ContinuousSymmetry, n: int) -> list[list[Terms]]:
    """The components of each field, in n unknowns of which the coordinates are the first."""
    unit = [tuple(int(i == j) for j in range(n)) for i in range(n)]
    return [
        [{unit[j]: a for j, a in enumerate(row) if a} | ({(0,) * n: b} if b else {}) for row, b in zip(matrix, shift, strict=True)]
        for matrix, shift in symmetry.generators
    ]


def _outside(fields: Sequence[Sequence[Terms]], n: int, largest: int) -> Terms:
    """The equation of one more unknown, the inverse of a random combination of the fields' components: solutions are moved by some field."""
    combination = _combination([f for field in fields for f in field], random.Random(0), largest)
    return {(*e, 1): c for e, c in combination.items()} | {(0,) * (n + 1): Fraction(-1)}


def _combination(forms: Sequence[Terms], rng: random.Random, largest: int = _SHORT) -> Terms:
    """A random combination of polynomials."""
    total: dict[tuple[int, ...], Fraction] = {}
    for form in forms:
        weight = rng.randint(1, largest)
        for e, c in form.items():
            total[e] = total.get(e, Fraction(0)) + weight * c
    return {e: c for e, c in total.items() if c}


def _with_another_unknown(terms: Terms) -> Terms:
    return {(*e, 0): c for e, c in terms.items()}


def _moves_real(symmetry: ContinuousSymmetry, moved: Sequence[Terms], n: int, dimension: int) -> bool | None:
    """Whether real points are among those that are moved, of which a set of this dimension is given by equations in n + 1 unknowns; None where that is not known.

    A linear form has a largest value on each bounded real orbit, where it is stationary along all fields. Orbits that are not bounded are cut by hyperplanes.
    """
    critical = [_with_another_unknown(_combination(field, random.Random(1))) for field in _components(symmetry, n)]  # one form for all
    is_real = _has_real([*moved, *critical], n + 1)
    if is_real or _has_bounded_orbits(symmetry):
        return is_real
    for seed in range(_CUTS):
        rng = random.Random(f"cut {seed}")
        units = [{tuple(int(i == j) for j in range(n + 1)): Fraction(rng.choice((-1, 1)))} for i in range(symmetry.n)]
        one: Terms = {(0,) * (n + 1): Fraction(1)}
        if _has_real([*moved, *(_combination([*units, one], rng) for _ in range(dimension))], n + 1):
            return True
    return None


def _has_real(equations: Sequence[Terms], n: int) -> bool | None:
    """Whether equations with finitely many solutions have a real one; None where that is too much work, or they have infinitely many."""
    from polysys.algebra.multiple_zeros import zeros_with_multiplicity

    found = zeros_with_multiplicity(equations, n, work_limit=_WORK)
    if found is not None:
        return any(p.is_real for p in (*found.simple, *(z.point for z in found.multiple)))
    return False if exact_count(equations, n, work_limit=_WORK, distinct=False).dimension == -1 else None


def _has_bounded_orbits(symmetry: ContinuousSymmetry) -> bool:
    """Whether the fields have a common zero, about which they rotate: a positive definite form is constant along them.

    Of the forms Q with A^T Q + Q A = 0 the one next to the identity is tried.
    """
    n = symmetry.n
    rows = [[*map(rational, row), rational(b)] for matrix, shift in symmetry.generators for row, b in zip(matrix, shift, strict=True)]
    linear = fmpq_mat(len(rows), n, [a for row in rows for a in row[:n]])
    if int(linear.rank()) < int(fmpq_mat(len(rows), n + 1, [a for row in rows for a in row]).rank()):
        return False
    places = [(i, j) for i in range(n) for j in range(i + 1)]
    equations = []
    for matrix, _ in symmetry.generators:
        for i, j in places:  # the entry (i, j) of A^T Q + Q A
            row = dict.fromkeys(places, Fraction(0))
            for k in range(n):
                row[max(k, j), min(k, j)] += matrix[k][i]
                row[max(k, i), min(k, i)] += matrix[k][j]
            equations.append([row[place] for place in places])
    kernel, nullity = nullspace(equations)
    place = {pair: k for k, pair in enumerate(places)}
    forms = [fmpq_mat(n, n, [kernel[place[max(i, j), min(i, j)], k] for i in range(n) for j in range(n)]) for k in range(nullity)]
    if not forms:
        return False
    size = range(nullity)
    products = fmpq_mat(len(forms), len(forms), [_trace(forms[i] * forms[j]) for i in size for j in size])
    weights = products.solve(fmpq_mat(len(forms), 1, [_trace(form) for form in forms]))
    nearest = sum((forms[i] * weights[i, 0] for i in size), fmpq_mat(n, n))
    minors = (fmpq_mat(k, k, [nearest[i, j] for i in range(k) for j in range(k)]).det() for k in range(1, n + 1))
    return all(minor > 0 for minor in minors)


def _trace(matrix: fmpq_mat) -> fmpq:
    return sum((matrix[i, i] for i in range(matrix.nrows())), fmpq(0))
