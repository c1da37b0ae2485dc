"""Where the real stationary points lie, as boxes: patches of the domain, each with equations of its own.

R^n is one patch, bounded by quadratic forms that no real stationary point exceeds (:mod:`homotopy.completeness.exclusion.radius`). A
sphere is covered by the patches |x_i| <= |x_k|, one for each k (the faces of a cube), a product of spheres by products of
them. Sign flips that map stationary points to stationary points leave a fundamental domain to be searched.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations, product
from math import inf, isqrt
from typing import Any

import numpy as np
from flint import arb

from homotopy.common.arrays import Floats
from homotopy.completeness.exclusion.cells import Order, cell, stationary_symmetries
from homotopy.completeness.exclusion.elimination import Reduction, reduce_gradient
from homotopy.completeness.exclusion.flips import stationary_flips
from homotopy.completeness.exclusion.identities import Terms, quadratic_identities
from homotopy.completeness.exclusion.programs import equations_tape, outward
from homotopy.completeness.exclusion.radius import zero_bound
from homotopy.completeness.exclusion.rows import reduce_rows
from polysys.formulations.expansion import nested_form
from polysys.formulations.formulation import Kind
from polysys.landscape import Landscape
from polysys.model_facts import QuadraticBound
from polysys.system import exact_terms
from polysys.tape import Node, Recorder, Tape


@dataclass(frozen=True, slots=True)
class Quadratic:
    """The constraint least <= sum weights_j x_j^2 <= most; None where there is no such end."""

    weights: tuple[Fraction, ...]
    least: Fraction | None
    most: Fraction | None


@dataclass(frozen=True, eq=False)
class Patch:
    """A part of the fundamental domain.

    Parameters
    ----------
    landscape : Landscape
    faces : tuple of (int, int)
        For each sphere the coordinate k of largest modulus and its sign; none on R^n.
    lo, hi : float arrays (n_unknowns,)
        The box to be searched.
    bounds : tuple
        Quadratic forms that bound the stationary points (R^n only).
    order : tuple of (int, int, int)
        Entries i, sign, j: the patch has x_i >= sign x_j (R^n only).
    reduction : Reduction, optional
        The equations of the patch instead of the gradient; `lo` and `hi` are of its free unknowns (R^n only).
    """

    landscape: Landscape
    faces: tuple[tuple[int, int], ...]
    lo: Floats
    hi: Floats
    bounds: tuple[QuadraticBound, ...] = ()
    order: tuple[Order, ...] = ()
    reduction: Reduction | None = None

    @property
    def is_affine(self) -> bool:
        """Whether points are lines, represented by x_k = 1 in each block."""
        return self.landscape.formulation.kind is Kind.PROJECTIVE

    @cached_property
    def free(self) -> tuple[int, ...]:
        """The coordinates of the domain that are unknowns of the patch."""
        if self.reduction is not None:
            return self.reduction.free
        pinned = {k for k, _ in self.faces} if self.is_affine else set()
        return tuple(i for i in range(self.landscape.domain.n) if i not in pinned)

    @cached_property
    def identities(self) -> tuple[Terms, ...]:
        """Quadratic equations, beside those of the gradient, that all its stationary points meet (R^n only)."""
        is_whole = self.landscape.domain.is_euclidean and self.reduction is None
        return quadratic_identities(self.landscape) if is_whole else ()

    @cached_property
    def constraints(self) -> tuple[Quadratic, ...]:
        """Quadratic constraints, in the patch's unknowns, that all its stationary points meet."""
        land = self.landscape
        n = land.domain.n
        if land.domain.is_euclidean:
            return (
                *(Quadratic(w, None, value) for w, value in self.bounds),
                *filter(None, map(_of_squares, self.identities)),
            )
        if self.is_affine:
            return ()
        rows = []
        for block, radius, (k, _) in zip(land.domain.slices, land.domain.radii_squared, self.faces, strict=True):
            inside = range(block.start, block.stop)
            rows.append(Quadratic(tuple(Fraction(int(i in inside)) for i in range(n)), radius, radius))
            for i in inside:
                if i != k:
                    weights = [Fraction(0)] * n
                    weights[k], weights[i] = Fraction(1), Fraction(-1)
                    rows.append(Quadratic(tuple(weights), Fraction(0), None))
        return tuple(rows)

    @cached_property
    def dependent(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Rows of the equations and unknowns that they determine once the others are known."""
        if self.is_affine or self.reduction is not None:
            return (), ()
        if self.landscape.domain.is_euclidean:
            block = quadratic_block(self.landscape)
            return block, block
        n, m = self.landscape.domain.n, len(self.faces)
        return tuple(range(n - m, n)), tuple(k for k, _ in self.faces)

    @cached_property
    def tape(self) -> Tape:
        """Equations, as many as unknowns, and the identities."""
        return equations_tape(self._outputs, len(self.free))

    def _outputs(self, unknowns: list[Node]) -> list[Any]:
        land = self.landscape
        recorder = unknowns[0].recorder
        x: list[Any] = [recorder.constant(1)] * land.domain.n
        for i, node in zip(self.free, unknowns, strict=True):
            x[i] = node
        if self.reduction is not None:
            return [recorder.node(nested_form(exact_terms(f), x)) for f in self.reduction.equations]
        gradient = _gradient(land, recorder, x)
        if land.domain.is_euclidean:
            return [*gradient, *(recorder.node(nested_form(dict(q), x)) for q in self.identities)]
        equations: list[Any] = []
        for block, (k, _) in zip(land.domain.slices, self.faces, strict=True):
            for i in range(block.start, block.stop):
                if i != k:
                    # grad V parallel to x, and x_k != 0
                    equations.append(gradient[i] * x[k] - gradient[k] * x[i])
        return equations if self.is_affine else [*equations, *land.domain.constraints(x)]

    def locate(self, x: Sequence[arb]) -> tuple[Floats, Floats] | None:
        """The patch's coordinates of a point of the domain (on a sphere: of its line), or None where it lies elsewhere."""
        coordinates = list(x)
        if self.is_affine:
            for block, (k, _) in zip(self.landscape.domain.slices, self.faces, strict=True):
                if x[k].contains(0):
                    return None
                coordinates[block] = [xi / x[k] for xi in x[block]]
        pairs = [_outward_ball(coordinates[i]) for i in self.free]
        lo, hi = np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs])
        room = self.hi - self.lo
        near = (lo <= self.hi + room).all() and (hi >= self.lo - room).all()
        return (lo, hi) if near else None

    def candidate(self, unknowns: Sequence[float]) -> list[complex] | None:
        """A point of the patch in the unknowns of the formulation; None at infinity in the formulation's chart."""
        formulation, domain = self.landscape.formulation, self.landscape.domain
        x = [1.0] * domain.n
        for i, value in zip(self.free, unknowns, strict=True):
            x[i] = float(value)
        if self.reduction is not None:
            x = self.reduction.complete(x)
        if self.is_affine:
            for block, chart in zip(domain.slices, formulation.charts, strict=True):
                height = sum(xi * float(a) for xi, a in zip(x[block], chart, strict=True))
                if abs(height) < 1e-12:
                    return None
                x[block] = [xi / height for xi in x[block]]
        multipliers = []
        if self.faces:
            gradient = self._gradient_tape.evaluate(x, (), float)
            for block in domain.slices:
                k = max(range(block.start, block.stop), key=lambda i: abs(x[i]))
                multipliers.append(gradient[k] / x[k])
        return [complex(v) for v in (*x, *multipliers)]

    @cached_property
    def _gradient_tape(self) -> Tape:
        recorder = Recorder(self.landscape.domain.n)
        return recorder.tape(_gradient(self.landscape, recorder, recorder.variables))

    def __str__(self) -> str:
        names = self.landscape.variables
        if not self.faces:
            return "R^n"
        return ", ".join(
            f"{names[k]} = 1" if self.is_affine else f"{'-' if s < 0 else ''}{names[k]} largest" for k, s in self.faces
        )


def _of_squares(terms: Terms) -> Quadratic | None:
    """An equation without mixed and linear terms as a constraint on squares; None for any other."""
    n = len(next(iter(terms)))
    weights = tuple(terms.get(tuple(2 * int(i == j) for i in range(n)), Fraction(0)) for j in range(n))
    value = -terms.get((0,) * n, Fraction(0))
    is_whole = sum(map(bool, weights)) + bool(value) == len(terms)
    return Quadratic(weights, value, value) if is_whole else None


def _gradient(land: Landscape, recorder: Recorder, x: list[Any]) -> list[Node]:
    """The gradient of the potential at x, whose entries are variables or constants of the recorder."""
    terms = exact_terms(land.potential)
    result = []
    for i in range(land.domain.n):
        parts = {}
        for e, c in terms.items():
            if e[i]:
                parts[(*e[:i], e[i] - 1, *e[i + 1 :])] = c * e[i]
        result.append(recorder.node(nested_form(parts, x)))
    return result


def _outward_ball(value: arb) -> tuple[float, float]:
    ends = []
    for end in (value.lower(), value.upper()):
        mantissa, exponent = end.mid().man_exp()
        m, e = int(mantissa), int(exponent)
        ends.append(Fraction(m << e) if e >= 0 else Fraction(m, 1 << -e))
    return outward(ends[0])[0], outward(ends[1])[1]


def quadratic_block(landscape: Landscape) -> tuple[int, ...]:
    """A largest set of coordinates in which the potential is quadratic: the gradient there is linear in them.

    For a network with one hidden layer: a whole layer. Beyond 12 coordinates, or where it saves nothing, the empty set.
    """
    n = landscape.domain.n
    monomials = [e for e in landscape.potential.monoms() if sum(e) > 2]
    if n > 12:
        return ()
    for size in range(n - 1, 0, -1):
        for block in combinations(range(n), size):
            if all(sum(e[i] for i in block) <= 2 for e in monomials):
                return block
    return ()


def _pivots(rows: Sequence[Sequence[int]], order: Sequence[int]) -> list[int]:
    """The pivot columns of rows reduced in this order: each row has a one there and the others a zero."""
    return [next(c for c in order if row[c]) for row in rows]


def patches(landscape: Landscape, bounds: Sequence[QuadraticBound]) -> Iterator[Patch]:
    """Patches that together meet every orbit of real stationary points: on R^n under :func:`stationary_symmetries`, on spheres under
    :func:`stationary_flips`.

    On R^n `bounds` must bound every coordinate.
    """
    domain = landscape.domain
    if domain.is_euclidean:
        hi = np.array([_bound_of(i, bounds) for i in range(domain.n)])
        lo = -hi
        block = quadratic_block(landscape)
        base = [*(i for i in range(domain.n) if i not in block), *block]
        order = cell([g for g, _ in stationary_symmetries(landscape)], base)
        lo[[i for i, _, j in order if i == j]] = 0.0
        yield Patch(landscape, (), lo, hi, tuple(bounds), tuple(row for row in order if row[0] != row[2]))
        return
    flips = [[int(s < 0) for s in g] for g, _ in stationary_flips(landscape)]
    for corners in product(*(range(b.start, b.stop) for b in domain.slices)):
        if landscape.formulation.kind is Kind.PROJECTIVE:
            yield _affine_patch(landscape, corners, flips)
        else:
            yield from _sphere_patches(landscape, corners, flips)


def reduced_patch(landscape: Landscape) -> Patch | None:
    """R^n in the unknowns that no elimination removes, where there is one and what remains shows a bound of its zeros; else None."""
    reduction = reduce_gradient(landscape)
    free = reduction.free
    if not reduction.eliminated:
        return None
    equations = [{tuple(e[i] for i in free): c for e, c in exact_terms(f).items()} for f in reduction.equations]
    bound = zero_bound(equations, len(free))
    if bound is None:
        return None
    hi = np.full(len(free), float(bound))
    return Patch(landscape, (), -hi, hi, reduction=reduction)


def _affine_patch(landscape: Landscape, corners: tuple[int, ...], flips: list[list[int]]) -> Patch:
    n, slices = landscape.domain.n, landscape.domain.slices
    rows = []
    for flip in flips:
        row = list(flip)
        for block, k in zip(slices, corners, strict=True):
            if flip[k]:  # the block's own sign is free on a line: keep x_k = 1
                row[block] = [1 - v for v in row[block]]
        rows.append(row)
    lo, hi = np.full(n, -1.0), np.ones(n)
    lo[_pivots(reduce_rows(rows, range(n)), range(n))] = 0.0
    free = [i for i in range(n) if i not in corners]
    return Patch(landscape, tuple((k, 1) for k in corners), lo[free], hi[free])


def _sphere_patches(landscape: Landscape, corners: tuple[int, ...], flips: list[list[int]]) -> Iterator[Patch]:
    n, domain = landscape.domain.n, landscape.domain
    order = [*corners, *(i for i in range(n) if i not in corners)]
    pivots = _pivots(reduce_rows(flips, order), order)
    choices = [(1,) if k in pivots else (1, -1) for k in corners]
    for signs in product(*choices):
        lo, hi = np.empty(n), np.empty(n)
        for block, k, sign in zip(domain.slices, corners, signs, strict=True):
            size, radius = block.stop - block.start, domain.radii_squared[domain.slices.index(block)]
            # x_k^2 >= r/size as the largest; x_i^2 <= x_k^2 and x_i^2 + x_k^2 <= r for the others
            hi[block] = root_above(radius / 2)
            lo[block] = -hi[block]
            ends = 1 / root_above(size / radius), root_above(radius)
            lo[k], hi[k] = ends if sign > 0 else (-ends[1], -ends[0])
            lo[k], hi[k] = np.nextafter(lo[k], -inf), np.nextafter(hi[k], inf)
        for i in pivots:
            if i not in corners:
                lo[i] = 0.0
        yield Patch(landscape, tuple(zip(corners, signs, strict=True)), lo, hi)


def _bound_of(i: int, bounds: Sequence[QuadraticBound]) -> float:
    return min(root_above(value / weights[i]) for weights, value in bounds if weights[i] > 0)


def root_above(value: Fraction) -> float:
    """A double not below the square root of a nonnegative rational, and close to it."""
    shift = 1 << 120
    integer = value.numerator * shift * shift // value.denominator + 1
    return outward(Fraction(isqrt(integer) + 1, shift))[1]
