"""Families of equations with parameters: solutions of one member tracked to others."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.certification.certificates import CertificateList
from homotopy.certification.residuals import solve_given
from homotopy.certification.zeros import certify as certify_candidates
from homotopy.common import reporting
from homotopy.common.arrays import Complexes
from homotopy.common.reporting import Progress, Stopped
from homotopy.common.validation import check_choices
from homotopy.engines.starts.sign_orbits import Orbits
from homotopy.engines.tracker.driver import track as track_paths
from homotopy.engines.tracker.driver import track_loop
from homotopy.engines.tracker.results import CODE, STATUSES
from homotopy.engines.tracker.routes import random_member
from homotopy.solving.family_members import (
    as_family,
    check_numbers,
    complexes_of,
    member_at,
    start_points,
    tape_of,
    targets_of,
)
from homotopy.solving.family_results import FamilySolutions
from homotopy.solving.origin import end_at_origin
from homotopy.solving.result import PathAccount
from homotopy.status import PathStatus, Verdict
from polysys.landscape import Landscape
from polysys.models.expressions import ExpressionFamily
from polysys.own_equations import Equations

_REGULAR = CODE[PathStatus.REGULAR]


def track(
    family: Equations | Landscape | ExpressionFamily,
    start_parameters: Any,
    start_solutions: Any,
    target_parameters: Any,
    *,
    certify: bool = False,
    seed: int = 0,
    digits: int = 15,
    time_limit: float = 3600.0,
    threads: int | None = None,
    progress: Progress | None = None,
) -> FamilySolutions:
    """Track solutions of one member of a family to other members.

    Parameters
    ----------
    family : Equations, Landscape or expression with free parameters
        Equations with parameters; or a potential with parameters (:func:`polysys.expression`), whose unknowns are the coordinates
        and multipliers; or a landscape, whose parameters are all its couplings in order.
    start_parameters : mapping from names to numbers, or array (k,)
        Real or complex.
    start_solutions : array (m, n)
        Distinct regular solutions there.
    target_parameters : mapping, array (k,), or many of them: sequence of mappings, array (targets, k)
        Of a family with one parameter, a list of numbers is a list of targets.
    certify : bool
        Certify the ends on the exact equations; the targets must be real. Numbers in texts are exact, floats what they are in binary.
    seed : int
        Of the random complex member by way of which paths go if the start is real: straight ways between real members may meet
        the discriminant.
    digits : int
        Decimals to which real solutions are enclosed.
    time_limit : float
        Seconds.
    threads : int, optional
        Default: the cores this process may use. The result does not depend on it.
    progress : callable (done, total), optional

    Returns
    -------
    FamilySolutions

    Raises
    ------
    InputError
        If shapes do not fit, a start point is no solution, or a number is none.
    EngineTimeoutError
        When the time is up before any path has come to an end at a target. Later it leaves what was found: `stopped` says so.

    Examples
    --------
    >>> import polysys as ps
    >>> import homotopy as ho
    >>> family = ps.equations(["x^2 = a"], parameters=["a"])
    >>> found = ho.track(family, {"a": 1}, [[1], [-1]], [4, "2.25", -1], certify=True)
    >>> found.n_real.tolist(), sorted(found.regular(1)[:, 0].real.round(9).tolist())
    ([2, 2, 0], [-1.5, 1.5])
    """
    check_choices(progress=progress)
    begin, family = time.perf_counter(), as_family(family)
    check_numbers(seed, time_limit)
    tape = tape_of(family)
    p0 = np.array(complexes_of(family, start_parameters))
    given = targets_of(family, target_parameters)
    p1 = np.array([complexes_of(family, values) for values in given], np.complex128).reshape(len(given), len(p0))
    members = [member_at(family, values) for values in given] if certify else []
    x0 = start_points(tape, p0, start_solutions)

    def report(done: int, total: int) -> None:
        reporting.report("paths", done, total)
        if progress is not None:
            progress(done, total)

    codes = np.full((len(p1), len(x0)), CODE[PathStatus.FAILED], np.int8)
    ends = np.full((len(p1), *x0.shape), np.nan + 0j)
    rows, stopped = np.arange(len(x0)), Stopped()
    certificates: list[CertificateList] = []
    with stopped.taking(), reporting.time_limit(time_limit, "Tracking"):
        if not p0.imag.any() and len(x0):
            middle = random_member(np.where(np.abs(p0).any(), p0, np.ones(len(p0))), seed)
            way = track_loop(tape, [p0, middle], x0, threads=threads)
            rows = np.flatnonzero(way.codes[0] == _REGULAR)
            p0, x0 = middle, way.solutions[0][rows]
        if len(rows) and len(p1):
            found = track_paths(tape, p0, x0, p1, threads=threads, progress=report, stopped=stopped)
            codes[:, rows], ends[:, rows] = found.codes, found.solutions
            here, points = codes[:, rows], ends[:, rows]
            if not stopped:
                end_at_origin(tape, p0, x0, p1, here, points)
            codes[:, rows], ends[:, rows] = here, points
        for member, x, c in zip(members, ends, codes, strict=False):
            certificates.append(_certified(member, x[c == _REGULAR], digits))
    why = stopped.settle(has_results=bool((codes == _REGULAR).any()))
    certificates += [CertificateList.of(())] * (len(members) - len(certificates))
    accounts = tuple(_account(c) for c in codes)
    seconds = time.perf_counter() - begin
    kept = tuple(certificates) if certify else None
    lacking = np.array(
        [_without_conjugate(p, x[c == _REGULAR]) for p, x, c in zip(p1, ends, codes, strict=True)], np.int64
    )
    return FamilySolutions(family, p1, ends, codes, accounts, kept, lacking, seed, seconds, why)


def _without_conjugate(parameters: Complexes, x: Complexes) -> int:
    """How many solutions (m, n) of a member lack their conjugate among them; of a member that is not real, none need one."""
    if parameters.imag.any() or not len(x):
        return 0
    known = Orbits(np.ones((1, x.shape[1]), np.int8))
    known.add(x)
    return int((known.find(x.conj()) < 0).sum())


def _certified(member: Equations | Landscape, ends: Complexes, digits: int) -> CertificateList:
    reporting.check()
    found = certify_candidates(member.tapes, ends, digits=digits).certificates
    if isinstance(member, Equations) and member.is_overdetermined:
        return found.take([k for k, v in enumerate(solve_given(member, found)) if v is not Verdict.NO])
    return found


def _account(codes: npt.NDArray[np.int8]) -> PathAccount:
    return PathAccount(len(codes), *(int((codes == CODE[status]).sum()) for status in STATUSES))
