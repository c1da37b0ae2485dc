"""A basis of a homogenised ideal modulo a prime, degree by degree: every element it holds lies in the ideal.

Each generator is homogenised by itself with a variable h of weight 1. With h put to 1 an element is a polynomial and
a *level*, the degree it has with its powers of h; x^a g has level(g) + weight(x^a). A polynomial whose leading monomial
cancelled keeps its level: that is the difference to a basis of the affine ideal, and what makes the bound a theorem over
the rationals (docs/explanation/completeness-proofs.md). Criteria only save work: an element that is not found makes the
bound larger, never wrong.
"""

from __future__ import annotations

import copy
import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from polysys.algebra.independent_rows import IndependentRows, independent_rows
from polysys.algebra.level_matrix import is_spanned, normal_forms, reduced_echelon
from polysys.algebra.level_pattern import LevelPattern, LevelRows, kept_pattern
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
        self.patterns: set[bytes] = set()  # names of those that were met
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

    def copy(self) -> GradedBasis:
        """The basis as it is now; what is added to either is not in the other."""
        other = copy.copy(self)  # arrays are replaced and never changed
        other.patterns = set(self.patterns)
        other._inputs = defaultdict(list, {d: list(inputs) for d, inputs in self._inputs.items()})
        return other

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
        kept = []
        for polynomial in self._normal_forms(inputs, self._multiples(d), is_kept=True):
            reached = int(polynomial[0][0] @ self.weights)
            if self.is_homogeneous or reached == d:
                kept.append(polynomial)
            else:
                self._inputs[reached].append(_as_mapping(*polynomial))
        self._keep(kept, d)

    def normal_forms(self, polynomials: Sequence[Residues]) -> list[dict[tuple[int, ...], int]]:
        """What is left of polynomials of degree at most `level` after reduction by the elements found."""
        none = np.zeros(0, dtype=np.int64), np.zeros((0, len(self.weights)), dtype=np.uint8)
        return [_as_mapping(*f) for f in self._normal_forms(polynomials, none, is_kept=False)]

    def _multiples(self, d: int) -> tuple[Array, Array]:
        """Both sides of every pair of level d, once, as element and multiplier; by multiple, then by element."""
        now = self._pairs[:, 0] == d
        taken, self._pairs = self._pairs[now, 1:], self._pairs[~now]
        elements, n = taken.T.ravel(), len(self.weights)
        multiples = np.zeros((len(elements), -(-n // 8) * 8), dtype=np.uint8)
        multiples[:, :n] = np.tile(np.maximum(self._leading[taken[:, 0], :-1], self._leading[taken[:, 1], :-1]), (2, 1))
        words = multiples.view(">u8").astype(np.uint64)
        order = np.lexsort([elements, *words.T[::-1]])
        elements, words = elements[order], words[order]
        is_new = np.ones(len(elements), dtype=np.bool_)
        is_new[1:] = (elements[1:] != elements[:-1]) | (words[1:] != words[:-1]).any(axis=1)
        elements, multiples = elements[is_new], multiples[order[is_new], :n]
        return elements, multiples - self._leading[elements, :-1]

    def _normal_forms(
        self, inputs: Sequence[Residues], rows: tuple[Array, Array], is_kept: bool
    ) -> list[tuple[Array, Array]]:
        """The inputs, which count as further elements, and the rows (elements, multipliers) in normal form."""
        n_rows = len(inputs) + len(rows[0])
        if not n_rows:
            return []
        starts, exponents, residues = self._with_inputs(inputs)
        level_rows = LevelRows(
            starts, exponents, self._leading[:, :-1], self._levels, self.weights,
            np.concatenate([np.arange(self.n_elements, self.n_elements + len(inputs)), rows[0]]),
            np.concatenate([np.zeros((len(inputs), len(self.weights)), dtype=np.uint8), rows[1]]),
            self.level, self.entry_limit,
        )  # fmt: skip
        pattern = kept_pattern(level_rows) if is_kept else level_rows.pattern()  # that of a single polynomial does not come again
        if pattern is None:
            what = f"The matrix of degree {self.level} has more than {self.entry_limit:.0e} entries."
            raise WorkLimitError(what, "Allow more work.")
        self.n_columns = max(self.n_columns, len(pattern.columns))
        if is_kept:
            start, new, values, work = self._echelon(pattern, n_rows, starts, residues)
        else:
            start, new, values, work = self._reduced(pattern, np.arange(n_rows), starts, residues)
        self.work += abs(work) + len(pattern.entries)
        if work < 0 or self.work > self.work_limit:
            what = f"More than {self.work_limit:.1e} multiplications are needed at degree {self.level}."
            raise WorkLimitError(what, "Allow more work.")
        return [(pattern.columns[new[a:b]], values[a:b]) for a, b in itertools.pairwise(start)]

    def _reduced(
        self, pattern: LevelPattern, rows: Array, starts: Array, residues: Array
    ) -> tuple[Array, Array, Array, int]:
        return normal_forms(
            rows, pattern.row_elements, pattern.row_starts, pattern.entries, pattern.reducers, starts, residues,
            np.uint64(self.p), self.work_limit - self.work,
        )  # fmt: skip

    def _echelon(
        self, pattern: LevelPattern, n_rows: int, starts: Array, residues: Array
    ) -> tuple[Array, Array, Array, int]:
        """The reduced echelon form of the rows in normal form.

        It is that of any rows that span the same space. Those that were independent where the pattern was met before are tried first.
        The work is that of the reduction of all rows where the pattern was met first. It is the same here up to residues that vanish by
        chance, so what was met before decides only where a search ends within a percent of its limit.
        """
        known, budget = independent_rows.get(pattern.name), self.work_limit - self.work
        self.patterns.add(pattern.name)
        if known is not None and known.work <= budget and known.fit(n_rows):
            found = self._spanning(pattern, known.rows, n_rows, starts, residues)
            if found is not None:
                return *found, known.work
        start, new, values, work = self._reduced(pattern, np.arange(n_rows), starts, residues)
        if work < 0:
            return start, new, values, work
        used, places = _numbered(new, len(pattern.columns))
        start, new, values, more, rows = reduced_echelon(start, places, values, len(used), np.uint64(self.p), budget - work)
        if more < 0:
            return start, used[new], values, more - work
        independent_rows.keep(pattern.name, IndependentRows(rows, work + more), rows.nbytes + 100)
        return start, used[new], values, work + more

    def _spanning(
        self, pattern: LevelPattern, rows: Array, n_rows: int, starts: Array, residues: Array
    ) -> tuple[Array, Array, Array] | None:
        """The reduced echelon form of some of the rows; None where these are dependent, or where they do not span the others."""
        is_other = np.ones(n_rows, dtype=np.bool_)
        is_other[rows] = False
        start, new, values, _ = self._reduced(pattern, rows, starts, residues)
        used, places = _numbered(new, len(pattern.columns))
        start, new, values, _, independent = reduced_echelon(start, places, values, len(used), np.uint64(self.p), self.work_limit)
        found = start, used[new], values
        is_whole = len(independent) == len(rows) and is_spanned(
            np.flatnonzero(is_other), pattern.row_elements, pattern.row_starts, pattern.entries, pattern.reducers, starts, residues,
            np.uint64(self.p), found,
        )  # fmt: skip
        return found if is_whole else None

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
        first = np.array([exponents[0] for exponents, _ in polynomials])
        h = d - first @ self.weights
        self._leading = np.concatenate([self._leading, np.column_stack([first, h.astype(np.uint8)])])
        self._levels = np.append(self._levels, np.full(len(first), d))
        self._pairs = updated_pairs(self._leading, np.append(self.weights, 1), self.n_elements, self._pairs)
        self.n_elements += len(first)


def degree(polynomial: Residues, weights: Sequence[int] | Array) -> int:
    """Weighted degree, -1 for zero."""
    return int(degrees(polynomial, weights).max(initial=-1))


def degrees(polynomial: Residues, weights: Sequence[int] | Array) -> Array:
    """Of each of its monomials."""
    exponents: Array = np.array(list(polynomial), dtype=np.int64).reshape(len(polynomial), len(weights))
    return exponents @ np.asarray(weights, dtype=np.int64)


def _as_mapping(exponents: Array, residues: Array) -> dict[tuple[int, ...], int]:
    return {tuple(e): c for e, c in zip(exponents.tolist(), residues.tolist(), strict=True)}


def _numbered(columns: Array, n_columns: int) -> tuple[Array, Array]:
    """The columns that occur, in ascending order, and the places of all among these."""
    occurs = np.zeros(n_columns, dtype=np.bool_)
    occurs[columns] = True
    return np.flatnonzero(occurs), (np.cumsum(occurs, dtype=np.int32) - np.int32(1))[columns]
