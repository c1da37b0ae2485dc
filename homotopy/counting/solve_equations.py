"""Solve equations of one's own: paths, certificates, residuals of the equations as given, verdict."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from homotopy.certification.residuals import solve_given
from homotopy.common.reporting import Progress
from homotopy.common.validation import check_choices
from homotopy.completeness.verdict import joined
from homotopy.counting.count import (
    bound_by_hilbert_function,
    keeping,
    run_record,
    until_judged,
    verdict_on,
    with_singular,
)
from homotopy.counting.degenerate.stationary_set import SetKind, StationarySet
from homotopy.counting.solutions import Solutions
from homotopy.engines.registry import engines_for
from homotopy.options import Options
from homotopy.solving import rounds
from homotopy.solving.result import SolveReport
from homotopy.status import Completeness, Verdict
from polysys.algebra.local_algebra import local_structure
from polysys.counts import RootCount
from polysys.counts.of_landscape import upper_bounds
from polysys.errors import InputError
from polysys.landscape import Landscape
from polysys.models.base import Model
from polysys.own_equations import Equations, equations, equations_from_label
from polysys.system import PolynomialSystem

_RESIDUAL = 1e-8  # relative to its terms, above which a singular end does not solve an equation as given


def solve(
    system: Equations | PolynomialSystem | str | Path,
    *,
    options: Options | None = None,
    progress: Progress | None = None,
    **choices: Any,
) -> Solutions:
    """Find, certify and judge all isolated complex solutions of polynomial equations.

    Parameters
    ----------
    system : Equations, PolynomialSystem, or str
        Equations (:func:`polysys.equations`), a label ``equations:FILE``, or the name of such a file.
    options : Options, optional
    progress : callable (done, total), optional
    **choices
        Fields of :class:`homotopy.Options`, instead of `options`.

    Returns
    -------
    Solutions
        Where the equations have families of solutions, the verdict is *unknown* and names their dimension.

    Raises
    ------
    PolysysError
        For equations that cannot be solved, see :mod:`polysys.errors`; for an option that the engine does not honour.
    EngineMissingError, EngineCrashError, EngineTimeoutError, EngineEmptyError
        When the engine is missing or fails.

    Notes
    -----
    More equations than unknowns are squared up at random (:class:`polysys.Equations`). Certified solutions of the square system
    with a residual that is proved not to vanish are discarded. That the others solve the equations is proved by a rational
    parametrisation that is tested over Q, where that is in reach, and held against the exact count of the equations as given.

    Examples
    --------
    >>> import polysys as ps
    >>> import homotopy as ho
    >>> found = ho.solve(ps.equations(["x^2 + y = 1", "x*y = 2"]))
    >>> found.n_complex, found.n_real, found.completeness.verdict.value
    (3, 1, 'proved')
    """
    check_choices(options=options, progress=progress)
    chosen = options if options is not None else Options(**choices)
    problem = as_equations(system)
    engines_for(chosen)  # before any work
    begin = time.perf_counter()
    bounds = tuple(upper_bounds(problem))
    solved = rounds.solve(problem, chosen, bound=bounds[0].value, progress=progress, keeps_stopped=True)
    found = until_judged(problem, solved, bounds, assemble_solutions, chosen, begin, progress)
    with keeping():
        return _with_bound(found)
    return found


def as_equations(system: Any) -> Equations:
    """The equations themselves, or those that a label or a file stands for.

    Raises
    ------
    InputError
        For a landscape, whose stationary points are counted by :func:`homotopy.census`.
    TypeError
        For anything else.
    """
    if isinstance(system, Equations):
        return system
    if isinstance(system, PolynomialSystem):
        return equations(system)
    if isinstance(system, str | Path):
        return equations_from_label(str(system))
    if isinstance(system, Landscape | Model):
        raise InputError("This is a landscape, no system of equations.", "Count its stationary points with ho.census.")
    raise TypeError(f"A {type(system).__name__} is no system: give ps.equations([..]), or the label equations:FILE.")


def assemble_solutions(
    problem: Equations, solved: SolveReport, bounds: tuple[RootCount, ...], seconds: float, *, is_brief: bool = False
) -> Solutions:
    """The list that follows from certified solutions of the square system: those of the equations as given, with a verdict."""
    begin = time.perf_counter()
    is_brief = is_brief or solved.is_stopped
    solving = solve_given(problem, solved.certificates)
    kept = solved.certificates.take([k for k, verdict in enumerate(solving) if verdict is not Verdict.NO])
    solved, degenerate = with_singular(problem, solved, bounds, is_brief=is_brief)
    if problem.is_overdetermined:
        degenerate = tuple(s for d in degenerate if (s := _as_given(problem, d)) is not None)
    n_proved = sum(v is Verdict.YES for v in solving)
    # a bound on the square system's solutions proves nothing of a list that may hold others than those of the equations
    theirs = bounds if n_proved == len(kept) else ()
    verdict = verdict_on(
        problem, kept, (), True, theirs, solved, degenerate, must_count=problem.is_overdetermined and not is_brief,
        is_brief=is_brief,
    )  # fmt: skip
    record = run_record(solved, seconds + time.perf_counter() - begin)
    return Solutions(
        problem, kept, bounds, verdict, solved.paths, record, degenerate, len(solving) - len(kept), n_proved
    )  # fmt: skip


def _as_given(problem: Equations, singular: StationarySet) -> StationarySet | None:
    """Singular solutions of the square system as solutions of the equations as given; None where they are none.

    At rational points that is decided exactly, with the multiplicity; elsewhere by residuals in doubles, and the multiplicity is at
    most that of the square system.
    """
    if singular.kind is not SetKind.ISOLATED:
        return singular
    if singular.exact is not None:
        if any(problem.given_tape.evaluate(list(singular.exact))):
            return None
        local = local_structure(problem.system, singular.exact, more=problem.given_terms)
        return replace(singular, multiplicity=local.multiplicity, is_multiplicity_proved=local.is_proved)
    return replace(singular, is_multiplicity_proved=False) if _may_solve(problem, singular) else None


def _may_solve(problem: Equations, singular: StationarySet) -> bool:
    x = np.array(singular.samples[0])
    for terms in problem.given_terms:
        parts = np.array([float(c) * np.prod(x ** np.array(e)) for e, c in terms.items()])
        if abs(parts.sum()) > _RESIDUAL * max(1.0, np.abs(parts).sum()):
            return False
    return True


def _with_bound(found: Solutions) -> Solutions:
    """The list with a proof by Hilbert functions, where it is supported and all of it is proved to solve the equations."""
    if found.completeness.verdict is not Completeness.SUPPORTED or found.n_proved < found.n_complex:
        return found
    begin = time.perf_counter()
    singular = found.degenerate if not found.equations.is_overdetermined else ()
    piece = bound_by_hilbert_function(found.equations, found.certificates, singular)
    if piece is None:
        return found
    run = replace(found.run, seconds=found.run.seconds + time.perf_counter() - begin)
    return replace(found, completeness=joined(found.equations, found.completeness, [piece]), run=run)
