"""Isolated singular solutions in a census file: written as they were found, and described again from the exact system.

A file states where they are and what their multiplicities are. Nothing of that is believed: each is described again by exact local
algebra where it is rational, else by Newton's method and numerical dual spaces in long numbers, as when it was found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from homotopy.certification.certificates import decimal_text
from homotopy.counting.degenerate.as_given import as_given
from homotopy.counting.degenerate.describe import describe, isolated_set
from homotopy.counting.degenerate.exact_points import exact_multiple_points
from homotopy.counting.degenerate.local_dimension import LocalReport
from homotopy.counting.degenerate.stationary_set import SetKind, StationarySet
from homotopy.counting.files.schema import CensusFile, Singular
from polysys.counts.of_landscape import upper_bounds
from polysys.own_equations import Equations
from polysys.problem import Problem

MOST = 100  # singular solutions of a file; describing one again may take a second
_SAME = 1e-8  # points closer than this, relative to their size, are one


def singular_as_written(sets: Sequence[StationarySet]) -> list[Singular]:
    """The isolated singular solutions of a census as its file holds them; larger sets are no part of a count."""
    return [
        Singular(
            [decimal_text(z.real) for z in s.samples[0]],
            [decimal_text(z.imag) for z in s.samples[0]],
            None if s.exact is None else [str(c) for c in s.exact],
            s.multiplicity,
            s.is_multiplicity_proved,
            s.n_paths,
        )
        for s in sets
        if s.kind is SetKind.ISOLATED
    ][:MOST]


def singular_as_stated(file: CensusFile, problem: Problem) -> tuple[StationarySet, ...]:
    """The isolated singular solutions that a file states, not yet described again.

    Raises
    ------
    ValueError
        If one has another number of coordinates than there are unknowns, or no finite ones, or if there are too many.
    """
    if len(file.singular) > MOST:
        raise ValueError(f"{len(file.singular)} singular solutions; at most {MOST} are read")
    found = []
    for s in file.singular:
        x = [complex(float(re), float(im)) for re, im in zip(s.re, s.im, strict=True)]
        exact = None if s.exact is None else tuple(Fraction(c) for c in s.exact)
        if (
            len(x) != problem.system.n
            or not all(abs(z) < 1e300 for z in x)
            or (exact is not None and len(exact) != len(x))
        ):
            raise ValueError("a singular solution has wrong coordinates")
        report = LocalReport(tuple(x), exact, 0, 0, 0, s.is_proved, s.multiplicity, 0)
        found.append(replace(isolated_set(problem, report), n_paths=s.n_paths))
    return tuple(found)


def singular_again(problem: Problem, stated: Sequence[StationarySet], n_simple: int) -> tuple[StationarySet, ...] | str:
    """The same, each described again beside `n_simple` certified solutions; what is wrong with the first that is not what the file says."""
    ends = [s.samples[0] for s in stated]
    listed = (exact_multiple_points(problem, n_simple, ends) if stated else None) or ()
    bound = next((b.value for b in upper_bounds(problem) if b.counts_multiplicities), None)
    found: list[StationarySet] = []
    for k, s in enumerate(stated):
        again = next((known for known in listed if _is_same(s, known)), None) or _described(problem, s, bound)
        if again is None:
            return f"singular solution {k} is not found to be one"
        if isinstance(problem, Equations) and problem.is_overdetermined:
            again = as_given(problem, again)
        if again is None:
            return f"singular solution {k} does not solve the equations as given"
        said = (s.exact, s.multiplicity, s.is_multiplicity_proved)
        if said != (again.exact, again.multiplicity, again.is_multiplicity_proved) or not _is_same(s, again):
            return f"singular solution {k} has another multiplicity or is at another point than is stated"
        if any(_is_same(again, other) for other in found):
            return f"singular solution {k} is stated twice"
        found.append(replace(again, n_paths=s.n_paths))
    return tuple(found)


def _described(problem: Problem, stated: StationarySet, bound: int | None) -> StationarySet | None:
    report = describe(problem, stated.samples[0], bound=bound)
    return None if report is None or report.dimension != 0 else isolated_set(problem, report)


def _is_same(a: StationarySet, b: StationarySet) -> bool:
    size = 1 + max(map(abs, b.samples[0]))
    return max(abs(z - w) for z, w in zip(a.samples[0], b.samples[0], strict=True)) < _SAME * size
