"""A basis of a homogenised ideal modulo a prime, degree by degree: every element it holds lies in the ideal.

Each generator is homogenised by itself with a variable h of weight 1. With h put to 1 an element is a polynomial and
a *level*, the degree it has with its powers of h; x^a g has level(g) + weight(x^a). A polynomial whose leading monomial
cancelled keeps its level: that is the difference to a basis of the affine ideal, and what makes the bound a theorem over
the rationals (docs/explanation/completeness-proofs.md). Criteria only save work: an element that is not found makes the
bound larger, never wrong.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from polysys.algebra.level_matrix import normal_forms, reduced_echelon
from polysys.algebra.level_pattern import LevelRows, kept_pattern
from polysys.algebra.pair_selection import updated_pairs
from polysys.errors import WorkLimitError

Array = npt.NDArray[Any]
Residues = Mapping[tuple[int, ...], int]
MAX_LEVEL = 250  # exponents are bytes


class GradedBasis:
    """Elements of the homogenised ideal modulo p, found degree by degree.

    Parameters
    ----------
    generators : sequence of pairs (level, mapping from exponents to residues)
        The level is the degree before reduction modulo p.
    p : int
        A prime below 2^31.
    weights : sequence of int
        Weights of the variables, at least 1.
    is_homogeneous : bool
        False gives a basis of the affine ideal: a polynomial of lower degree than its level starts again as a generator.
    work_limit : int
        Most multiplications of residues.
    entry_limit : int
        Most entries of the matrix of a level.

    Examples
    --------
    >>> basis = GradedBasis([(2, {(2, 0): 1, (0, 0): 6}), (2, {(1, 1): 1, (0, 0): 4})], p=7, weights=[1, 1])
    >>> while not basis.is_complete:
    ...     basis.next_level()
    >>> basis.leading_monomials()
    [((2, 0), 0), ((1, 1), 0), ((1, 0), 2), ((0, 2), 2)]

    x h^2 leads y (x^2 - h^2) - x (x y - 3 h^2), of degree 3.
    """

    def __init__(
        self,
        generators: Sequence[tuple[int, Residues]],
        *,
        p: int,
        weights: Sequence[int],
        is_homogeneous: bool = True,
        work_limit: int = 10**11,
        entry_limit: int = 2 * 10**8,
    ) -> None:
        self.p, self.work, self.n_columns = p, 0, 0
        self.level, self.highest_level = 0, 0  # a basis of the affine ideal goes back to lower levels
        self.work_limit, self.entry_limit, self.is_homogeneous = work_limit, entry_limit, is_homogeneous
        self.weights = np.array(weights, dtype=np.int64)
        n = len(weights)
        self._inputs: dict[int, list[Residues]] = defaultdict(list)
        for level, f in generators:
            if f:
                self._inputs[level].append(f)
        self._pairs = np.zeros((0, 3), dtype=np.int64)  # level, older element, newer element
        self._starts = np.zeros(1, dtype=np.int64)
        self._exponents = np.zeros((0, n), dtype=np.uint8)
        self._residues = np.zeros(0, dtype=np.uint32)
        self.n_elements = 0
        self._leading = np.zeros((0, n + 1), dtype=np.uint8)  # exponents of the variables and of h
        self._levels = np.zeros(0, dtype=np.int64)

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left to do: the basis is one of the homogenised ideal."""
        return not self._inputs and not len(self._pairs)

    @property
    def waiting_level(self) -> int:
        """The next level that has any work."""
        return int(min([*self._inputs, *self._pairs[:, 0].tolist()]))

    def leading_monomials(self) -> list[tuple[tuple[int, ...], int]]:
        """Exponents of the variables and of h, in the order found."""
        return [(tuple(row[:-1]), row[-1]) for row in self._leading.tolist()]

    def element(self, g: int) -> dict[tuple[int, ...], int]:
        """One element with h = 1."""
        part = slice(self._starts[g], self._starts[g + 1])
        pairs = zip(self._exponents[part].tolist(), self._residues[part].tolist(), strict=True)
        return {tuple(e): c for e, c in pairs}

    def complete_to(self, d: int) -> None:
        """Do all levels up to d."""
        while not self.is_complete and self.waiting_level <= d:
            self.next_level()
        self.level = d

    def next_level(self) -> None:
        """Find the elements of the next level that has any work.

        Raises
        ------
        WorkLimitError
            When the work or the size of the matrix exceeds what is allowed.
        """
        d = self.waiting_level
        assert d >= self.level or not self.is_homogeneous
        if d > MAX_LEVEL:
            raise WorkLimitError(f"Degrees above {MAX_LEVEL} are needed.", "Look for another formulation.")
        self.level, self.highest_level = d, max(d, self.highest_level)
        inputs = self._inputs.pop(d, [])
        rows = [(self.n_elements + i, np.zeros(len(self.weights), dtype=np.uint8)) for i in range(len(inputs))]
        kept = []
        for polynomial in self._normal_forms(inputs, rows + self._multiples(d), is_kept=True):
            reached = int(polynomial[0][0] @ self.weights)
            if self.is_homogeneous or reached == d:
                kept.append(polynomial)
            else:
                self._inputs[reached].append(_as_mapping(*polynomial))
        self._keep(kept, d)

    def normal_forms(self, polynomials: Sequence[Residues]) -> list[dict[tuple[int, ...], int]]:
        """What is left of polynomials of degree at most `level` after reduction by the elements found."""
        zero = np.zeros(len(self.weights), dtype=np.uint8)
        rows = [(self.n_elements + i, zero) for i in range(len(polynomials))]
        return [_as_mapping(*f) for f in self._normal_forms(polynomials, rows, is_kept=False)]

    def _multiples(self, d: int) -> list[tuple[int, Array]]:
        """Both sides of every pair of level d, once, as element and multiplier."""
        now = self._pairs[:, 0] == d
        taken, self._pairs = self._pairs[now, 1:], self._pairs[~now]
        wanted = {}
        for pair in taken.tolist():
            lcm = np.maximum(*self._leading[pair, :-1])
            wanted.update({(lcm.tobytes(), g): (g, lcm - self._leading[g, :-1]) for g in pair})
        return [row for _, row in sorted(wanted.items(), key=lambda item: item[0])]

    def _normal_forms(
        self, inputs: Sequence[Residues], rows: Sequence[tuple[int, Array]], is_kept: bool
    ) -> list[tuple[Array, Array]]:
        """The rows (element, multiplier) in normal form; the inputs count as further elements."""
        if not rows:
            return []
        starts, exponents, residues = self._with_inputs(inputs)
        level_rows = LevelRows(
            starts, exponents, self._leading[:, :-1], self._levels, self.weights,
            np.array([g for g, _ in rows], dtype=np.int64), np.array([a for _, a in rows], dtype=np.uint8), self.level, self.entry_limit,
        )  # fmt: skip
        pattern = kept_pattern(level_rows) if is_kept else level_rows.pattern()  # that of a single polynomial does not come again
        if pattern is None:
            what = f"The matrix of degree {self.level} has more than {self.entry_limit:.0e} entries."
            raise WorkLimitError(what, "Allow more work.")
        self.n_columns = max(self.n_columns, len(pattern.columns))
        start, new, values, work = normal_forms(
            len(rows), pattern.row_elements, pattern.row_starts, pattern.entries, pattern.reducers, starts, residues,
            np.uint64(self.p), self.work_limit - self.work,
        )  # fmt: skip
        if is_kept and work >= 0:
            used, places = np.unique(new, return_inverse=True)
            budget = self.work_limit - self.work - work
            start, new, values, more = reduced_echelon(
                start, places.astype(np.int32), values, len(used), np.uint64(self.p), budget
            )
            new, work = used[new], more - work if more < 0 else work + more
        self.work += abs(work) + len(pattern.entries)
        if work < 0 or self.work > self.work_limit:
            what = f"More than {self.work_limit:.1e} multiplications are needed at degree {self.level}."
            raise WorkLimitError(what, "Allow more work.")
        return [(pattern.columns[new[a:b]], values[a:b]) for a, b in itertools.pairwise(start)]

    def _with_inputs(self, inputs: Sequence[Residues]) -> tuple[Array, Array, Array]:
        """Starts, exponents and residues of the elements and of the inputs after them."""
        lengths = [len(f) for f in inputs]
        starts = np.append(self._starts, self._starts[-1] + np.cumsum(lengths, dtype=np.int64))
        monomials = [e for f in inputs for e in f]
        more = np.array(monomials, dtype=np.uint8).reshape(len(monomials), len(self.weights))
        residues = np.array([c % self.p for f in inputs for c in f.values()], dtype=np.uint32)
        return starts, np.concatenate([self._exponents, more]), np.concatenate([self._residues, residues])

    def _keep(self, polynomials: Sequence[tuple[Array, Array]], d: int) -> None:
        """Store new elements."""
        if not polynomials:
            return
        lengths = [len(residues) for _, residues in polynomials]
        self._starts = np.append(self._starts, self._starts[-1] + np.cumsum(lengths, dtype=np.int64))
        self._exponents = np.concatenate([self._exponents, *(exponents for exponents, _ in polynomials)])
        self._residues = np.concatenate([self._residues, *(residues for _, residues in polynomials)])
        for exponents, _ in polynomials:
            h = d - int(exponents[0] @ self.weights)
            self._leading = np.concatenate([self._leading, np.append(exponents[0], np.uint8(h))[None]])
            self._levels = np.append(self._levels, d)
            self.n_elements += 1
            self._pair_with_older()

    def _pair_with_older(self) -> None:
        """Pair the newest element with the older ones."""
        lcm = np.maximum(self._leading[:-1], self._leading[-1])
        is_coprime = ~np.minimum(self._leading[:-1], self._leading[-1]).any(axis=1)
        levels = lcm @ np.append(self.weights, 1)
        order = np.lexsort([~is_coprime, levels])
        self._pairs = updated_pairs(self._leading, lcm, levels, is_coprime, order, self._pairs)


def degree(polynomial: Residues, weights: Sequence[int] | Array) -> int:
    """Weighted degree, -1 for zero."""
    return max((sum(a * w for a, w in zip(e, weights, strict=True)) for e in polynomial), default=-1)


def _as_mapping(exponents: Array, residues: Array) -> dict[tuple[int, ...], int]:
    return {tuple(e): c for e, c in zip(exponents.tolist(), residues.tolist(), strict=True)}
