"""Solve equations of one's own: paths, certificates, residuals of the equations as given, verdict."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

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
from homotopy.counting.degenerate.as_given import as_given
from homotopy.counting.degenerate.describe import not_excluded
from homotopy.counting.solutions import Solutions
from homotopy.engines.registry import engines_for
from homotopy.options import Options, chosen_options
from homotopy.solving import rounds
from homotopy.solving.result import SolveReport
from homotopy.status import Completeness, Verdict
from polysys.counts import RootCount
from polysys.counts.of_landscape import upper_bounds
from polysys.errors import InputError
from polysys.landscape import Landscape
from polysys.models.base import Model
from polysys.own_equations import Equations, equations
from polysys.own_equations_text import equations_from_label
from polysys.system import PolynomialSystem


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
    chosen = chosen_options(options, choices)
    problem = as_equations(system)
    engines_for(chosen)  # before any work
    begin = time.perf_counter()
    bounds = tuple(upper_bounds(problem))
    solved = rounds.solve(problem, chosen, bound=bounds[0].value, progress=progress, keeps_stopped=True)
    found, _ = until_judged(problem, solved, bounds, assemble_solutions, chosen, begin, progress)
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
        degenerate = tuple(s for d in degenerate if (s := as_given(problem, d)) is not None)
    n_proved = sum(v is Verdict.YES for v in solving)
    # a bound on the square system's solutions proves nothing of a list that may hold others than those of the equations
    theirs = bounds if n_proved == len(kept) else ()
    verdict = verdict_on(
        problem, kept, (), Verdict.YES, theirs, solved, degenerate, must_count=problem.is_overdetermined and not is_brief,
        is_brief=is_brief,
    )  # fmt: skip
    record = run_record(solved, seconds + time.perf_counter() - begin)
    degenerate = not_excluded(degenerate, verdict)
    return Solutions(
        problem, kept, bounds, verdict, solved.paths, record, degenerate, len(solving) - len(kept), n_proved
    )  # fmt: skip


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
    verdict = joined(found.equations, found.completeness, [piece])
    return replace(found, completeness=verdict, run=run, degenerate=not_excluded(found.degenerate, verdict))
