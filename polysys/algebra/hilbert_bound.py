"""At most so many complex solutions, with multiplicity, and no curve of them: proved modulo one prime.

The theorem is in docs/explanation/completeness-proofs.md.  In short: homogenise the polynomials, and further elements of
their ideal, each by itself.  The rank of their multiples of degree t is over the rationals at least what it is modulo a
prime, so the monomials of degree at most t span modulo the ideal a space of at most the dimension that leading monomials
found modulo the prime leave.  If that number stays bounded as t grows, it bounds the dimension of the quotient algebra.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from fractions import Fraction

import flint
import numpy as np

from polysys.algebra.combinations import Combination, Polynomial, primitive, scale, with_combinations
from polysys.algebra.degree_falls import exact_falls
from polysys.algebra.degree_weights import bezout_weights
from polysys.algebra.graded_basis import MAX_LEVEL, GradedBasis
from polysys.algebra.independent_rows import load, save
from polysys.algebra.kept import digest
from polysys.algebra.level_bound import Image, LevelBound, images_of, level_bound
from polysys.algebra.standard_monomials import n_standard_monomials
from polysys.errors import InputError, WorkLimitError

_LONG = 2 * 10**6  # multiplications of a search whose hints are kept on disk


class StoppedBy(Enum):
    """What ended the search for a bound; the value is the sentence to print."""

    GOAL = "the bound is the number of solutions modulo the prime, or as small as was asked for"
    INFINITE = "there are infinitely many solutions modulo the prime"
    WORK = "the work limit is reached"
    RATIONALS = "relations modulo the prime were not found over the rationals"


@dataclass(frozen=True)
class HilbertBound:
    """An upper bound on the number of solutions, and what is needed to derive it again.

    Parameters
    ----------
    bound : int or None
        Most complex solutions, counted with multiplicity; with a bound there is no curve of solutions. None: no bound.
    n_modulo : int or None
        Number of solutions modulo the prime, with multiplicity; None when infinite, unknown or not needed.
    stopped_by : StoppedBy
        What ended the search.
    prime : int
        Where the ranks were computed.
    weights : tuple of int
        Of the variables, for the degree.
    combinations : tuple of Combination
        Further elements of the ideal, each with its proof.
    level : int
        The highest degree.
    n_columns, n_elements, work : int
        Columns of the largest matrix, elements of the basis, multiplications of residues altogether.
    """

    bound: int | None
    n_modulo: int | None
    stopped_by: StoppedBy
    prime: int
    weights: tuple[int, ...]
    combinations: tuple[Combination, ...]
    level: int
    n_columns: int
    n_elements: int
    work: int

    @property
    def is_sharp(self) -> bool:
        """Whether the bound is the number of solutions modulo the prime."""
        return self.bound is not None and self.bound == self.n_modulo

    def __str__(self) -> str:
        if self.bound is None:
            return f"no bound: {self.stopped_by.value}"
        return (
            f"at most {self.bound} complex solutions with multiplicity (modulo {self.prime}, degree {self.level}, "
            f"{len(self.combinations)} further elements of the ideal): {self.stopped_by.value}"
        )

    def recheck(self, polynomials: Sequence[Polynomial], *, work_limit: int = 10**11) -> bool:
        """Whether the bound follows from the polynomials and this record; nothing is taken over but the combinations.

        Parameters
        ----------
        polynomials : sequence of mappings from exponents to rationals
        work_limit : int
            Most multiplications of residues.
        """
        is_prime = 2 < self.prime < 2**31 and flint.fmpz(self.prime).is_prime()
        if self.bound is None or not is_prime or min(self.weights, default=1) < 1:
            return False
        try:
            generators = with_combinations(_checked(polynomials, len(self.weights)), self.combinations)
        except (IndexError, ValueError, InputError):  # a record of another system
            return False
        run = level_bound(images_of(generators, self.prime, self.weights), self.prime, self.weights, work_limit, self.bound)
        return run.bound is not None and run.bound <= self.bound


def completeness_bound(
    polynomials: Sequence[Polynomial],
    n: int,
    *,
    extra: Sequence[Combination] = (),
    goal: int | None = None,
    weights: Sequence[int] | None = None,
    seed: int = 0,
    work_limit: int = 10**10,
) -> HilbertBound:
    """A proved upper bound on the number of complex solutions of a polynomial system over the rationals.

    Parameters
    ----------
    polynomials : sequence of mappings from exponents to rationals
        Any number of them; the coefficients are exact.
    n : int
        Number of unknowns.
    extra : sequence of Combination
        Further elements of the ideal that are known to help. They count the polynomials, then one another.
    goal : int, optional
        A bound that is small enough; by default the search ends at the number of solutions modulo the prime.
    weights : sequence of int, optional
        Weights of the unknowns in the degree; by default those that make the weighted Bezout number small, or 1 where
        further elements are given.
    seed : int
        Chooses the prime.
    work_limit : int
        Most multiplications of residues.

    Examples
    --------
    (y - x^3)^2 + (12 - x)^2 has one stationary point, and Bezout's theorem allows 15. The gradient is

    >>> f = {(5, 0): 6, (2, 1): -6, (1, 0): 2, (0, 0): -24}
    >>> g = {(0, 1): 2, (3, 0): -2}
    >>> bound = completeness_bound([f, g], 2)
    >>> bound.bound, bound.is_sharp, len(bound.combinations)
    (1, True, 1)
    >>> bound.recheck([f, g])
    True
    """
    _checked(polynomials, n)
    if weights is None:
        w = (1,) * n if extra else bezout_weights(polynomials, n)
    else:
        w = tuple(int(k) for k in weights)
    if n < 1 or len(w) != n or min(w) < 1:
        raise InputError(f"{w} are not weights of {n} unknowns.", "Give one positive integer for each.")
    search = _Search(polynomials, tuple(extra), random_prime(seed), w, work_limit)
    return search.result(goal)


def _checked(polynomials: Sequence[Polynomial], n: int) -> Sequence[Polynomial]:
    for f in polynomials:
        for exponents, c in f.items():
            if len(exponents) != n or min(exponents, default=0) < 0:
                raise InputError(f"{exponents} are not exponents of {n} unknowns.", "Give one for each unknown.")
            if type(c) not in (int, Fraction):
                raise InputError(f"The coefficient {c!r} is not an int or a Fraction.", "Give exact coefficients.")
    return polynomials


def random_prime(seed: int) -> int:
    """A prime of 31 bits that depends on the seed alone."""
    candidate = random.Random(seed).randrange(2**30, 2**31 - 2**20) | 1
    while not flint.fmpz(candidate).is_prime():
        candidate += 2
    return candidate


class _Search:
    """Adds elements of lower degree, exact ones, until the bound is what it should be."""

    def __init__(
        self,
        polynomials: Sequence[Polynomial],
        combinations: tuple[Combination, ...],
        p: int,
        weights: tuple[int, ...],
        work_limit: int,
    ) -> None:
        self.generators, self.combinations = with_combinations(polynomials, combinations), combinations
        self.scales = [scale(f) for f in polynomials]  # of the others: 1
        self.p, self.weights = p, weights
        self.work, self.work_limit = 0, work_limit
        self.best: HilbertBound | None = None
        self._images: list[Image] = []
        self._patterns: set[bytes] = set()

    @property
    def images(self) -> list[Image]:
        """The generators modulo the prime."""
        self._images += images_of(self.generators[len(self._images) :], self.p, self.weights)
        return self._images

    def result(self, goal: int | None) -> HilbertBound:
        """The best bound found."""
        monomials = [np.array(list(f), dtype=np.int64).reshape(len(f), len(self.weights)) for f in self.generators]
        name = digest(self.weights, monomials)
        before = load(name)
        found = self._result(goal)
        if self.work > _LONG and not self._patterns <= before:
            save(name, self._patterns)
        return found

    def _result(self, goal: int | None) -> HilbertBound:
        if goal is not None and self.combinations:  # what is known may be enough: then no number is needed
            run = self._run(goal, self.work_limit // 4, MAX_LEVEL)
            if run.bound is not None and run.bound <= goal and self.best:
                return replace(self.best, stopped_by=StoppedBy.GOAL)
        affine = GradedBasis(self.images, p=self.p, weights=self.weights, work_limit=self.work_limit, is_homogeneous=False)
        number, stopped_by = self._number(affine)
        target = max(number or 0, goal or 0)
        most_per_run, max_level = 20 * self.work + 10**7, affine.highest_level + 6 * max(self.weights)
        while stopped_by is None:
            run = self._run(target, most_per_run, max_level)
            if run.bound is not None and run.bound <= target:
                stopped_by = StoppedBy.GOAL
            elif run.first_fall is None or self.work > self.work_limit:
                stopped_by = StoppedBy.WORK
            else:
                stopped_by = self._add_falls(run)
        best = self.best or self._record(None, None)
        return replace(best, n_modulo=number, stopped_by=stopped_by, work=self.work)

    def _number(self, affine: GradedBasis) -> tuple[int | None, StoppedBy | None]:
        """Number of solutions modulo the prime, with multiplicity, and why the search ends if it does."""
        try:
            while not affine.is_complete:
                affine.next_level()
        except WorkLimitError:
            return None, StoppedBy.WORK
        finally:
            self.work += affine.work
            self._patterns |= affine.patterns
        number = n_standard_monomials([e for e, _ in affine.leading_monomials()], len(self.weights))
        return number, StoppedBy.INFINITE if number is None else None

    def _run(self, target: int, most: int, max_level: int) -> LevelBound:
        most = min(most, max(self.work_limit - self.work, 0))
        run = level_bound(self.images, self.p, self.weights, most, target, max_level)
        self.work += run.basis.work
        self._patterns |= run.basis.patterns
        if run.bound is not None and (self.best is None or self.best.bound is None or run.bound < self.best.bound):
            self.best = self._record(run.bound, run.basis)
        return run

    def _record(self, bound: int | None, basis: GradedBasis | None) -> HilbertBound:
        level, columns, elements = (basis.level, basis.n_columns, basis.n_elements) if basis else (0, 0, 0)
        return HilbertBound(
            bound, None, StoppedBy.WORK, self.p, self.weights, self.combinations, level, columns, elements, self.work
        )

    def _add_falls(self, run: LevelBound) -> StoppedBy | None:
        """Elements of lower degree from combinations at the first level with such; why the search ends if there are none."""
        basis, level = run.before_fall, run.first_fall
        assert basis is not None
        assert level is not None
        basis.work_limit = self.work_limit
        try:
            basis.complete_to(level - 1)
            images = [image for _, image in self.images]
            found, work = exact_falls(self.generators, images, basis, level, run.n_falls, self.work_limit - self.work)
        except WorkLimitError:
            return StoppedBy.WORK
        self.work += basis.work + work
        if not found:
            return StoppedBy.WORK if self.work > self.work_limit else StoppedBy.RATIONALS
        self.combinations += tuple(self._of_given(c) for c in found)
        self.generators = self.generators + [primitive(c.of(self.generators)) for c in found]
        return None

    def _of_given(self, combination: Combination) -> Combination:
        """The same element, in terms of the polynomials as they were given."""
        n_given = len(self.scales)
        terms = ((i, a, c * self.scales[i] if i < n_given else c) for i, a, c in combination.terms)
        return Combination(tuple(terms), combination.name)
