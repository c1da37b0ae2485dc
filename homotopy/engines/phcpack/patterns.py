"""What the supports alone say: zero patterns of the solutions, and sign symmetries, as polyhedral starts need them.

Two neighbours in polysys answer other questions. :mod:`polysys.counts.zero_patterns` must also say what a bound leaves
out, so it keeps the patterns whose restricted systems are not square, and drops those that a single monomial empties.
:func:`polysys.symmetry.sign_symmetries` wants a potential unchanged; here each equation may change by a sign, and the
quotient by the group is needed, with the way back.
"""

import cmath
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from homotopy.engines.phcpack.types import Point, Polynomials, Term

MAX_UNKNOWNS = 18  # patterns are enumerated: 2^18 subsets against a few hundred monomials take about a second


def zero_patterns(polynomials: Polynomials, n: int) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Return the (live unknowns, live equations) of every coordinate subspace on which the system is square.

    Setting the other unknowns to zero must make exactly as many equations vanish identically. Only such subspaces
    carry isolated solutions of a generic system with these supports: with fewer vanishing equations the rest is
    overdetermined, with more the solutions come in positive dimension. If x is an isolated solution of the given,
    perhaps not generic, system, then a generic system near it has solutions near x, all isolated and hence in one of
    these subspaces; so the homotopies from generic systems inside the subspaces reach every isolated solution
    (Bernshtein 1975; Huber and Sturmfels 1997; Morgan and Sommese 1989 for the parameter continuation).
    """
    subsets = np.arange(1 << n, dtype=np.int64)  # bit i set: unknown i is zero
    n_vanishing = np.zeros(1 << n, dtype=np.int64)
    vanishing = []
    for terms in polynomials:
        gone = np.ones(1 << n, dtype=bool)
        for mask in {sum(1 << i for i, d in enumerate(m) if d) for _, m in terms}:
            gone &= (subsets & mask) != 0
        vanishing.append(gone)
        n_vanishing += gone
    n_zero = sum(((subsets >> i) & 1 for i in range(n)), np.zeros(1 << n, dtype=np.int64))
    patterns = []
    for subset in subsets[n_vanishing == n_zero]:
        live = tuple(i for i in range(n) if not subset >> i & 1)
        equations = tuple(k for k in range(len(polynomials)) if not vanishing[k][subset])
        patterns.append((live, equations))
    return sorted(patterns, key=lambda p: (-len(p[0]), p[0]))


def restrict(polynomials: Polynomials, live: Sequence[int], equations: Sequence[int]) -> list[list[Term]]:
    """Return the chosen equations on the coordinate subspace of the live unknowns."""
    dead = set(range(len(polynomials))) - set(live)
    return [
        [(c, tuple(m[i] for i in live)) for c, m in polynomials[k] if not any(m[i] for i in dead)] for k in equations
    ]


@dataclass(frozen=True, slots=True)
class SignSymmetry:
    """The sign changes of the unknowns that change each equation at most by a common sign, and their quotient.

    Every such change is a product of `generators` (+1 or -1 per unknown); generator j alone moves unknown ``free[j]``.
    With y_f = x_f^2 for the free unknowns and y_i = x_i prod_j x_{free[j]}^{[generator j moves i]} for the others,
    monomials of one equation differ by monomials in y, and the points x with one y are the orbits of the group. So a
    system in y has 2^len(free) times fewer solutions in the torus.
    """

    n: int
    generators: tuple[tuple[int, ...], ...]
    free: tuple[int, ...]

    def elements(self) -> tuple[tuple[int, ...], ...]:
        """Return the whole group, identity first."""
        group = [(1,) * self.n]
        for generator in self.generators:
            group += [tuple(a * b for a, b in zip(element, generator, strict=True)) for element in group]
        return tuple(group)

    def quotient(self, terms: Sequence[Term]) -> dict[tuple[int, ...], tuple[int, ...]]:
        """Return one equation's exponents in y (shifted to natural numbers), each with its exponents in x."""
        lowered = []
        for _, m in terms:
            image = list(m)
            for f, generator in zip(self.free, self.generators, strict=True):
                image[f] -= sum(d for i, d in enumerate(m) if generator[i] < 0 and i != f)
                image[f] //= 2  # exact after the shift below: the parity is the same in all terms of the equation
            lowered.append((image, m))
        least = [min(image[i] for image, _ in lowered) for i in range(len(lowered[0][0]))]
        return {tuple(d - low for d, low in zip(image, least, strict=True)): m for image, m in lowered}

    def lift(self, y: Point) -> Point:
        """Return one x with the given y (no coordinate of which may be zero)."""
        x = list(y)
        for f in self.free:
            x[f] = cmath.sqrt(y[f])
        for f, generator in zip(self.free, self.generators, strict=True):
            for i, sign in enumerate(generator):
                if sign < 0 and i != f:
                    x[i] /= x[f]
        return tuple(x)


def sign_symmetry(polynomials: Polynomials, n: int) -> SignSymmetry:
    """Return the sign symmetry that the supports have.

    The sign changes form the null space, over the field with two elements, of the differences of exponents inside
    each equation.
    """
    pivots: dict[int, int] = {}  # reduced row echelon form: pivot bit -> row
    for terms in polynomials:
        masks = [sum((d & 1) << i for i, d in enumerate(m)) for _, m in terms]
        for row in (mask ^ masks[0] for mask in masks[1:]):
            for bit, pivot in pivots.items():
                if row >> bit & 1:
                    row ^= pivot
            if row:
                bit = row.bit_length() - 1
                pivots = {b: p ^ row if p >> bit & 1 else p for b, p in pivots.items()} | {bit: row}
    free = [i for i in range(n) if i not in pivots]
    moved = [{b for b, p in pivots.items() if p >> f & 1} | {f} for f in free]
    generators = tuple(tuple(-1 if i in some else 1 for i in range(n)) for some in moved)
    return SignSymmetry(n, generators, tuple(free))
