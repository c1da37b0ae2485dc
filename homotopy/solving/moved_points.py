"""Landscapes whose stationary points a continuous symmetry moves, so that there is no finite list of them: refused, with what is known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from polysys.counts.moved_points import MovedPoints, moved_points
from polysys.counts.of_landscape import exact_count_of
from polysys.errors import PositiveDimensionalError
from polysys.landscape import Landscape
from polysys.problem import Problem

_MOVED = 1e-3  # length of a field relative to the point, by which an end of a path is moved


def refuse_moved_points(problem: Problem, ends: Sequence[Sequence[complex]] = ()) -> None:
    """Refuse a landscape if a continuous symmetry moves its stationary points.

    Parameters
    ----------
    problem : Landscape or Equations
    ends : sequence of complex vectors
        Singular ends of paths, which tell where exact algebra does not.

    Raises
    ------
    PositiveDimensionalError
        Naming the dimension of the group, and how many points it fixes. Not where exact algebra sees that complex points alone are moved: the
        real ones may be finitely many then.

    Examples
    --------
    >>> import polysys as ps
    >>> refuse_moved_points(ps.expression("x^4 + y^2").sample())
    >>> try:
    ...     refuse_moved_points(ps.expression("(x^2 + y^2 - 1)^2").sample())
    ... except PositiveDimensionalError as error:
    ...     print(str(error)[:112])
    The stationary points of expression:user are not isolated: a continuous symmetry group of dimension 1 moves them
    """
    if not isinstance(problem, Landscape):
        return
    found = moved_points(problem)
    is_known = found.moves is False or found.moves_real is not None
    if not (found.moves_real if is_known else _moves(problem, ends)):
        return
    symmetry = problem.known_symmetry
    assert symmetry is not None
    which = "stationary points" if found.moves_real else "complex stationary points"
    seen = "" if is_known else " by the singular end of a path"
    raise PositiveDimensionalError(
        f"The {which} of {problem.label} are not isolated{seen}: a continuous symmetry group of dimension {symmetry.dimension} moves them "
        f"(orbits of dimension up to {symmetry.orbit_dimension}).{_on_fixed(found)}",
        "Break the symmetry (a term per variable, say), fix as many coordinates, or decompose the stationary set "
        "(stationary sets).",
    )


def _on_fixed(found: MovedPoints) -> str:
    """What is known of the points that are not moved, of which alone some may be isolated."""
    if found.n_fixed is None:
        return ""
    if not found.n_fixed:
        return f" It fixes none: no stationary point is isolated{' (proved)' if found.is_proved else ''}."
    return f" It fixes {found.n_fixed} of them, real or not: no other one is isolated."


def _moves(landscape: Landscape, ends: Sequence[Sequence[complex]]) -> bool:
    """Whether a singular end is moved, and there are not finitely many solutions.

    An end is a number with an error, which may hide that the symmetry fixes the solution.
    """
    symmetry = landscape.known_symmetry
    if symmetry is None or not symmetry.dimension or exact_count_of(landscape).dimension in (0, -1):
        return False
    for end in ends:
        x = np.array(end[: landscape.domain.n])
        if np.abs(symmetry.field(x.tolist())).max() > _MOVED * np.abs(x).max():
            return True
    return False
