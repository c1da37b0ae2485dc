"""What a model knows about a landscape of its own, beyond the potential."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from polysys.algebra.combinations import Combination
from polysys.continuous_symmetry import Field
from polysys.root_count import RootCount

QuadraticBound = tuple[tuple[Fraction, ...], Fraction]
"""Weights and a value: sum weights_j x_j^2 <= value."""


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What a model's structure proves or suggests about a landscape; the defaults claim nothing.

    Parameters
    ----------
    is_coercive : bool
        Whether the model proves that V(x) -> infinity as |x| -> infinity.
    stationary_bounds : tuple of QuadraticBound
        Quadratic forms that the model proves to be bounded at all real stationary points on R^n.
    known_counts : tuple of RootCount
        Proved upper bounds that follow from the model's structure.
    candidate_permutations : tuple of permutations
        Candidate symmetries; used only where they preserve the potential exactly.
    symmetry_name : str
        What the model calls its continuous symmetry, should it have one.
    mixing_fields : tuple of Field
        Linear fields of which a combination that is a symmetry moves stationary points.
    linear_couplings : tuple of str
        Names of couplings in which the potential is jointly affine.
    ideal_elements : callable () -> tuple of Combination, optional
        Combinations of the gradient that have a lower degree than their terms; made when a proof asks for them.
    """

    is_coercive: bool = False
    stationary_bounds: tuple[QuadraticBound, ...] = ()
    known_counts: tuple[RootCount, ...] = ()
    candidate_permutations: tuple[tuple[int, ...], ...] = ()
    symmetry_name: str = ""
    mixing_fields: tuple[Field, ...] = ()
    linear_couplings: tuple[str, ...] = ()
    ideal_elements: Callable[[], tuple[Combination, ...]] | None = None


def no_facts(_: object) -> ModelFacts:
    """Those of a landscape of which no model knows anything."""
    return ModelFacts()
