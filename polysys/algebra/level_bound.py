"""The bound that the leading monomials of a homogenised ideal modulo a prime give, level by level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from polysys.algebra.combinations import IntegerPolynomial
from polysys.algebra.graded_basis import MAX_LEVEL, GradedBasis, Residues, degree
from polysys.algebra.standard_monomials import eventual_bound, n_standard_monomials
from polysys.errors import WorkLimitError

Image = tuple[int, Residues]
"""The degree that a polynomial has before reduction, and what it is modulo the prime."""


@dataclass
class LevelBound:
    """What a basis of the homogenised generators shows.

    Parameters
    ----------
    bound : int or None
        Most solutions with multiplicity; None: no bound.
    basis : GradedBasis
        As far as it was computed.
    first_fall : int or None
        The lowest level that holds elements of lower degree.
    n_falls : int
        How many it holds.
    is_cut : bool
        Whether a limit ended it.
    before_fall : GradedBasis or None
        The basis as it was before the level of the first fall.
    """

    bound: int | None
    basis: GradedBasis
    first_fall: int | None = None
    n_falls: int = 0
    is_cut: bool = False
    before_fall: GradedBasis | None = None


def images_of(generators: Sequence[IntegerPolynomial], p: int, weights: Sequence[int]) -> list[Image]:
    """Integer polynomials with their degrees, modulo p."""
    return [(degree(g, weights), {e: c % p for e, c in g.items() if c % p}) for g in generators]


def level_bound(
    images: Sequence[Image],
    p: int,
    weights: Sequence[int],
    work_limit: int,
    target: int,
    max_level: int = MAX_LEVEL,
    max_columns: int | None = None,
) -> LevelBound:
    """The bound from the leading monomials modulo p, level by level until it is at most the target.

    Beyond `max_columns` columns it is given up once elements of lower degree are known: with these it will take less.

    Examples
    --------
    The gradient of (y - x^3)^2 + (12 - x)^2 by itself, and with the element 2 x - 24 of its ideal:

    >>> f, g = {(5, 0): 6, (2, 1): -6, (1, 0): 2, (0, 0): -24}, {(0, 1): 2, (3, 0): -2}
    >>> images = images_of([f, g, {(1, 0): 2, (0, 0): -24}], 1009, (1, 3))
    >>> level_bound(images[:2], 1009, (1, 3), 10**6, 1).bound, level_bound(images, 1009, (1, 3), 10**6, 1).bound
    (13, 1)
    """
    basis = GradedBasis(images, p=p, weights=weights, work_limit=work_limit)
    run, n, n_seen = LevelBound(None, basis), len(weights), 0
    while not basis.is_complete:
        run.is_cut = basis.waiting_level > max_level
        try:
            if run.is_cut:
                break
            if run.first_fall is None:
                run.before_fall = basis.copy()
            basis.next_level()
        except WorkLimitError:
            run.is_cut = True
            break
        leading = basis.leading_monomials()
        n_falls = sum(h > 0 for _, h in leading[n_seen:])
        if n_falls and run.first_fall is None:
            run.first_fall, run.n_falls = basis.level, n_falls
        n_seen = len(leading)
        if max_columns is not None and basis.n_columns > max_columns and run.first_fall is not None:
            run.is_cut = True
            break
        if n_standard_monomials([e for e, _ in leading], n) is not None:
            run.bound = eventual_bound([(*e, h) for e, h in leading], n + 1)
            if run.bound is not None and run.bound <= target:
                break
    return run
