"""Systems that are solved without following a path: linear ones, and those whose few solutions exact algebra writes down."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
from flint import fmpq, fmpq_mat

from homotopy.certification.certificates import CertificateList
from homotopy.certification.scales import further_precisions
from homotopy.certification.zeros import certify
from homotopy.options import AUTO, Options
from homotopy.solving.accounts import closed_under_symmetry
from homotopy.solving.exact_algebra import MOST_PARAMETRISED, QUICK_WORK, with_missing, with_more
from homotopy.solving.result import PathAccount, SolveReport
from homotopy.status import StartCount
from polysys.counts.multiplicities import MOST_WITH_MULTIPLICITY, multiple_zeros_of
from polysys.counts.of_landscape import exact_count_of
from polysys.errors import InputError
from polysys.formulations.formulation import Kind
from polysys.landscape import Landscape
from polysys.own_equations import Equations
from polysys.problem import Problem

_MANY_PATHS, _PATHS_A_SOLUTION = 100_000, 1000
_MANY_UNKNOWNS = 24
_FEW_FAR, _FAR_WORK = 64, 10**10  # solutions and operations, a few seconds, where coefficients have hundreds of digits
_SOME_PATHS, _FEW_SOLUTIONS, _PATHS_TO_SPARE = 300, 30, 3


def solve_by_hand(landscape: Problem, options: Options, begin: float) -> SolveReport | None:
    """Systems without solutions or with linear equations only, which no engine needs to see."""
    degrees = landscape.degrees
    if min(degrees) > 0 and max(degrees) > 1:
        return None
    certificates = CertificateList.of(())
    n_paths = 0 if 0 in degrees else 1
    if n_paths:
        solution = _linear_solution(landscape)
        if solution is not None:
            certificates = certify(landscape.tapes, [solution], digits=options.digits).certificates
    return SolveReport.without_paths(
        certificates,
        PathAccount(n_paths, len(certificates), singular=n_paths - len(certificates)),
        engine=("linear algebra", np.__version__),
        root_count=(n_paths, StartCount.TOTAL_DEGREE),
        seed=options.seed,
        seconds=time.perf_counter() - begin,
    )


def solve_without_paths(landscape: Problem, options: Options, bound: int | None, begin: float) -> SolveReport | None:
    """All solutions by exact algebra where that takes less than paths do, by an estimate; None where it does not.

    Notes
    -----
    A regular path takes milliseconds. What takes seconds is a path that does not end at a simple solution: one to infinity, or to a
    multiple solution, which it reaches to a few digits only and round after round. Exact algebra takes some 10^5 operations times the
    square of the number of distinct solutions, whatever their multiplicities. So it is taken where a solution is multiple; where there are few solutions and
    several times as many paths, or thousands for each; for equations in so many unknowns that a polyhedral start takes hours; and where the
    coefficients are of so different sizes (:mod:`homotopy.certification.scales`) that doubles lose paths.
    """
    if options.engine != AUTO or options.strategy != AUTO or bound is None or _is_drawn_form(landscape):
        return None
    is_without_theory = not (isinstance(landscape, Landscape) and landscape.facts.known_counts)
    is_wide = isinstance(landscape, Equations) and landscape.n > _MANY_UNKNOWNS
    is_small = is_without_theory and bound <= _SOME_PATHS
    is_far = bool(further_precisions(landscape.tapes.equations))
    if bound < _MANY_PATHS and not (is_wide or is_small or is_far):
        return None
    count = exact_count_of(landscape)
    if count.dimension != 0 or not count.degree:
        return None
    is_quick = is_small and count.degree <= min(_FEW_SOLUTIONS, bound // _PATHS_TO_SPARE)
    is_written = is_quick or (is_wide and count.degree <= MOST_PARAMETRISED) or (is_far and count.degree <= _FEW_FAR)
    if (is_small or is_far) and count.degree <= MOST_WITH_MULTIPLICITY and _has_multiple(landscape, count.degree):
        return _with_multiple(landscape, options, begin)
    if bound < _PATHS_A_SOLUTION * count.degree and not is_written:
        return None
    found = with_missing(landscape, _nothing_yet(options), options.digits, _FAR_WORK if is_far else QUICK_WORK)
    is_whole = len(found.certificates) == count.degree
    return replace(found, seconds=time.perf_counter() - begin) if is_whole else None


def _nothing_yet(options: Options) -> SolveReport:
    nothing, engine, root_count = CertificateList.of(()), ("exact algebra", "-"), (None, StartCount.GIVEN)
    return SolveReport.without_paths(nothing, PathAccount(0, 0), engine=engine, root_count=root_count, seed=options.seed)


def _has_multiple(landscape: Problem, degree: int) -> bool:
    """Whether finitely many solutions, of the equations as they are solved, are fewer than their degree."""
    if isinstance(landscape, Equations) and landscape.is_overdetermined:
        return False
    distinct = exact_count_of(landscape, distinct=True).n_distinct
    return distinct is not None and distinct < degree


def _with_multiple(landscape: Problem, options: Options, begin: float) -> SolveReport | None:
    """The simple solutions with certificates and the multiple ones as singular ends; None where exact algebra does not write them down."""
    found = multiple_zeros_of(landscape)
    if found is None or not found.multiple:
        return None
    report = _nothing_yet(options)
    if found.simple:
        doubles, exact = [p.doubles for p in found.simple], [p.centre for p in found.simple]
        certified = certify(landscape.tapes, doubles, digits=options.digits, exact=exact)
        closed = closed_under_symmetry(landscape, certified, options.digits)
        if len(closed.certificates) != found.n_simple:
            return None
        report = with_more(report, closed, finder="Exact algebra")
    ends = tuple(zero.point.doubles for zero in found.multiple)
    return replace(report, singular_ends=ends, seconds=time.perf_counter() - begin)


def _is_drawn_form(landscape: Problem) -> bool:
    """Whether this is a random form on spheres: it has as many classes as paths, with probability one."""
    return landscape.formulation.kind is Kind.PROJECTIVE and landscape.seed is not None


def _linear_solution(landscape: Problem) -> list[complex] | None:
    """The solution of linear equations by exact elimination, in double precision; None where they are singular."""
    n = landscape.system.n
    origin = [Fraction(0)] * n

    def exact(values: Sequence[Fraction | int]) -> list[fmpq]:
        return [fmpq(v.numerator, v.denominator) for v in values]

    matrix = fmpq_mat(n, n, exact(landscape.tapes.jacobian.evaluate(origin)))
    if matrix.det() == 0:
        return None
    x = matrix.solve(fmpq_mat(n, 1, [-c for c in exact(landscape.tapes.equations.evaluate(origin))]))
    try:
        return [complex(int(x[i, 0].p) / int(x[i, 0].q)) for i in range(n)]
    except OverflowError as error:
        raise InputError("The stationary point is beyond the range of double precision.", "Rescale.") from error
