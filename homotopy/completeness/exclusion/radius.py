"""A proved box for the real stationary points of a potential on R^n that grows along weighted rays.

Let c_i x_i^(d_i) be the highest pure powers, d_i even, and let no monomial have weight w(e) = sum e_i / d_i above one. The
part T of weight one is quasi-homogeneous: with rho = max |x_i|^(d_i), T(x) = rho T(x / rho^(1/d)). If T >= c > 0 on the
boundary of the cube max |x_i| = 1 (proved by interval subdivision), then for rho >= 1 the weighted Euler identity gives

    sum_i (x_i / d_i) dV/dx_i = sum_e w(e) V_e x^e >= c rho - sum_{w(e) < 1} w(e) |V_e| rho^w(e),

which is positive beyond a rho that is found exactly; a stationary point makes the left side zero. Only finite sums of
rationals are compared. Where T is not positive (a deep linear network, Rosenbrock's function) there is no such box.

Equations F = 0 of degrees D_j have no zero with max |x_i| = 1/t beyond 1/T where the equations made homogeneous, F_j^h(u, t) = t^(D_j) F_j(u / t),
have no common zero with u on the boundary of the cube and 0 <= t <= T: that is proved by subdivision as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from itertools import product
from math import lcm
from typing import Any

import numpy as np

from homotopy.common.arrays import Floats
from homotopy.completeness.exclusion.identities import Terms, quadratic_identities
from homotopy.completeness.exclusion.programs import IntervalProgram, equations_tape, interval_program
from polysys.formulations.expansion import nested_form
from polysys.landscape import Landscape
from polysys.model_facts import QuadraticBound
from polysys.system import exact_terms

_MAX_BOXES = 300_000  # a few seconds
_BATCH = 4096
_FARTHEST = 20  # binary digits of the largest box that is tried for the zeros of equations
_MAX_AT_INFINITY = 60_000  # boxes of one attempt


def growth_bounds(potential: Any) -> tuple[QuadraticBound, ...]:
    """One bound x_i^2 <= value for each coordinate of every real stationary point; empty where none is shown.

    Examples
    --------
    >>> from polysys.polynomials import Ring
    >>> x, y = Ring(("x", "y")).gens
    >>> all(value < 5 for _, value in growth_bounds(x**4 - 2 * x**2 + y**2)), growth_bounds(x**4 - y)
    (True, ())
    """
    terms, n = exact_terms(potential), potential.ring.ngens
    degrees = [max((e[i] for e in terms if e[i] and sum(e) == e[i]), default=0) for i in range(n)]
    if any(d == 0 or d % 2 for d in degrees):
        return ()
    weight = {e: sum(Fraction(a, d) for a, d in zip(e, degrees, strict=True)) for e in terms}
    if max(weight.values()) > 1:
        return ()
    least = positive_minimum({e: c for e, c in terms.items() if weight[e] == 1}, n)
    if least is None:
        return ()
    common = lcm(*degrees)
    lower = [(common - int(w * common), w * abs(terms[e])) for e, w in weight.items() if w < 1]

    def is_beyond(t: Fraction) -> bool:
        return sum((c / t**power for power, c in lower), Fraction(0)) < least

    # t = rho^(1/common); for t >= 1 the sum decreases
    t = Fraction(1)
    while not is_beyond(t):
        t *= 2
    below = t / 2
    while t > 1 and t - below > t / 128:
        middle = (t + below) / 2
        below, t = (below, middle) if is_beyond(middle) else (middle, t)
    return tuple((tuple(Fraction(int(i == j)) for j in range(n)), t ** (2 * common // degrees[i])) for i in range(n))


def positive_minimum(terms: dict[tuple[int, ...], Fraction], n: int) -> Fraction | None:
    """A positive number proved to bound a polynomial from below on the boundary of the cube [-1, 1]^n; None if not shown.

    Examples
    --------
    >>> bound = positive_minimum({(4, 0): Fraction(1), (0, 4): Fraction(1), (2, 2): Fraction(-1)}, 2)
    >>> 0.3 < bound <= 0.75
    True
    """
    program = interval_program(equations_tape(lambda x: [nested_form(terms, x)], n))
    lo, hi = [], []
    for k in range(n):
        for sign in (-1.0, 1.0):
            low, high = np.full(n, -1.0), np.ones(n)
            low[k] = high[k] = sign
            lo.append(low)
            hi.append(high)
    boxes_lo, boxes_hi = np.array(lo), np.array(hi)
    centres = np.concatenate([boxes_lo, boxes_hi, (boxes_lo + boxes_hi) / 2])
    centres[np.all(np.abs(centres) < 1, axis=1)] = 1.0
    target = float(program.enclose(centres, centres)[0].min()) / 2
    return _above(program, boxes_lo, boxes_hi, target)


def _above(program: IntervalProgram, lo: Any, hi: Any, target: float) -> Fraction | None:
    """A bound between 0 and `target` that the program's output is proved to exceed on all boxes."""
    used = 0
    while len(lo):
        if not target > 0:
            return None
        used += min(len(lo), _BATCH)
        if used > _MAX_BOXES:
            return None
        some_lo, some_hi, lo, hi = lo[-_BATCH:], hi[-_BATCH:], lo[:-_BATCH], hi[:-_BATCH]
        middle = 0.5 * some_lo + 0.5 * some_hi
        # a smaller value seen on the way lowers the target; boxes done before exceed that too
        target = min(target, float(program.enclose(middle, middle)[0].min()) / 2)
        open_ = ~(program.enclose(some_lo, some_hi)[0][:, 0] >= target)
        some_lo, some_hi = some_lo[open_], some_hi[open_]
        if not len(some_lo):
            continue
        halves_lo, halves_hi = _halves(some_lo, some_hi, (some_hi - some_lo).argmax(axis=1))
        lo, hi = np.concatenate([lo, halves_lo]), np.concatenate([hi, halves_hi])
    return Fraction(target) if target > 0 else None


def stationary_bounds(landscape: Landscape) -> tuple[QuadraticBound, ...]:
    """Quadratic forms bounded at all real stationary points on R^n; together they bound every coordinate, or are empty.

    The model's own, where they suffice; else those of :func:`growth_bounds`.
    """
    n = landscape.domain.n
    own = tuple(bound for bound in landscape.facts.stationary_bounds if min(bound[0]) >= 0)  # else it bounds no coordinate
    if own and all(any(weights[i] > 0 for weights, _ in own) for i in range(n)):
        return own
    found = growth_bounds(landscape.potential)
    return (*own, *found) if found else ()


def zero_bound(equations: Sequence[Terms], n: int) -> int | None:
    """A power of two that max |x_i| of no real zero of polynomial equations exceeds; None where none is shown.

    Examples
    --------
    >>> circle, line = {(2, 0): Fraction(1), (0, 2): Fraction(1), (0, 0): Fraction(-3)}, {(1, 0): Fraction(1), (0, 1): Fraction(-1)}
    >>> zero_bound([circle, line], 2), zero_bound([line], 2)
    (2, None)
    """
    if not all(equations):  # one of them is zero
        return None
    programs = [
        (k, interval_program(equations_tape(partial(_at_infinity, equations, k, sign), n)))
        for k, sign in product(range(n), (1, -1))
    ]

    def is_beyond(digits: int) -> bool:
        return all(_has_no_zero(program, k, 2.0**-digits) for k, program in programs)

    if not is_beyond(_FARTHEST):
        return None
    below, enough = -1, _FARTHEST
    while enough - below > 1:
        middle = (below + enough) // 2
        below, enough = (below, middle) if is_beyond(middle) else (middle, enough)
    return 1 << enough


def bounds_at_infinity(landscape: Landscape) -> tuple[QuadraticBound, ...]:
    """Bounds of all coordinates by :func:`zero_bound` on the gradient and the quadratic identities; empty where none is shown."""
    n, potential = landscape.domain.n, landscape.potential
    gradient = [exact_terms(potential.diff(x)) for x in potential.ring.gens]
    bound = zero_bound([*gradient, *quadratic_identities(landscape)], n)
    if bound is None:
        return ()
    return tuple((tuple(Fraction(int(i == j)) for j in range(n)), Fraction(bound**2)) for i in range(n))


def _at_infinity(equations: Sequence[Terms], k: int, sign: int, unknowns: list[Any]) -> list[Any]:
    """Homogeneous equations where x_k = sign / t and x_i = u_i / t; the unknowns are u, with t in the place of u_k."""
    result = []
    for terms in equations:
        degree = max(map(sum, terms))
        moved: dict[tuple[int, ...], Fraction] = {}
        for e, c in terms.items():
            at = (*e[:k], degree - sum(e), *e[k + 1 :])
            moved[at] = moved.get(at, Fraction(0)) + c * sign ** e[k]
        result.append(unknowns[0].recorder.node(nested_form(moved, unknowns)))
    return result


def _has_no_zero(program: IntervalProgram, k: int, most: float) -> bool:
    """Whether the outputs are proved to have no common zero with |u_i| <= 1 and 0 <= t <= most, t the unknown k."""
    n = program.tape.n_variables
    scale = np.ones(n)
    scale[k] = most / 2
    lo, hi = -np.ones((1, n)), np.ones((1, n))
    lo[0, k], hi[0, k] = 0.0, most
    used = 0
    while len(lo):
        used += min(len(lo), _BATCH)
        if used > _MAX_AT_INFINITY:
            return False
        some_lo, some_hi, lo, hi = lo[-_BATCH:], hi[-_BATCH:], lo[:-_BATCH], hi[:-_BATCH]
        low, high = program.enclose(some_lo, some_hi)
        is_open = ~((low > 0) | (high < 0)).any(axis=1)
        some_lo, some_hi = some_lo[is_open], some_hi[is_open]
        if len(some_lo):
            halves_lo, halves_hi = _halves(some_lo, some_hi, ((some_hi - some_lo) / scale).argmax(axis=1))
            lo, hi = np.concatenate([lo, halves_lo]), np.concatenate([hi, halves_hi])
    return True


def _halves(lo: Floats, hi: Floats, side: Any) -> tuple[Floats, Floats]:
    """Both halves of boxes, each cut across a side of its own."""
    rows, middle = np.arange(len(lo)), 0.5 * lo + 0.5 * hi
    left_hi, right_lo = hi.copy(), lo.copy()
    left_hi[rows, side] = right_lo[rows, side] = middle[rows, side]
    return np.concatenate([lo, right_lo]), np.concatenate([left_hi, hi])
