"""Families of equations with parameters: solutions of one member tracked to others, and found by monodromy."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.certification.certificates import CertificateList
from homotopy.certification.residuals import solve_given
from homotopy.certification.zeros import certify as certify_candidates
from homotopy.common import reporting
from homotopy.common.arrays import Complexes
from homotopy.common.reporting import Progress, Stopped
from homotopy.common.validation import check_choices, is_number, is_whole
from homotopy.engines.starts.loops import MonodromyResult, grow
from homotopy.engines.starts.trace_test import TraceTest, section_test
from homotopy.engines.tracker.driver import track as track_paths
from homotopy.engines.tracker.driver import track_loop
from homotopy.engines.tracker.program import compile_homotopy
from homotopy.engines.tracker.results import CODE, STATUSES
from homotopy.engines.tracker.routes import random_member
from homotopy.solving.family_results import FamilySolutions, MonodromySolutions
from homotopy.solving.origin import end_at_origin
from homotopy.solving.result import PathAccount
from homotopy.status import PathStatus, Verdict
from polysys.errors import InputError
from polysys.landscape import Landscape
from polysys.models.expressions import ExpressionFamily
from polysys.own_equations import Equations
from polysys.reading.rationals import as_rational
from polysys.tape import Tape, trace

_REACHES = (0.1, 10.0, 0.01, 100.0)  # sizes of loops beside the first, tried in turn while the trace test shows that solutions are missing
_RESIDUAL = 1e-4  # relative to the sizes of the terms, above which a start point is no solution
_STARTS, _NEWTON_STEPS = 20, 60  # of the search for a first solution
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
    begin, family = time.perf_counter(), _family(family)
    _check_numbers(seed, time_limit)
    tape = _tape_of(family)
    p0 = np.array(_complexes(family, start_parameters))
    given = _targets(family, target_parameters)
    p1 = np.array([_complexes(family, values) for values in given], np.complex128).reshape(len(given), len(p0))
    members = [_member(family, values) for values in given] if certify else []
    x0 = _start_points(tape, p0, start_solutions)

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
    return FamilySolutions(family, p1, ends, codes, accounts, kept, seed, seconds, why)


def monodromy(
    family: Equations | Landscape | ExpressionFamily,
    x0: Any = None,
    a0: Any = None,
    *,
    expected: int | None = None,
    trace_test: bool = True,
    seed: int = 0,
    time_limit: float = 3600.0,
) -> MonodromySolutions:
    """Find solutions of a generic member of a family by loops in parameter space, and test that none is missing.

    Parameters
    ----------
    family : Equations, Landscape or expression with free parameters
        As for :func:`track`.
    x0 : array (n,) or (m, n), optional
        Solutions at `a0`; without them a random pair is found by Newton's method in unknowns and parameters together.
    a0 : mapping from names to numbers, or array (k,), optional
        Parameters, best complex and random.
    expected : int, optional
        Known number of solutions: stop when it is reached.
    trace_test : bool
        Whether completeness is tested, unless the expected number is reached.
    seed : int
    time_limit : float
        Seconds.

    Returns
    -------
    MonodromySolutions
        Where the start member is close to the discriminant, of another member: see its `parameters`.

    Raises
    ------
    InputError
        If shapes do not fit, a start point is no solution, or none is given and none was found.
    EngineTimeoutError
        When the time is up before anything but the start was found. Later it leaves what was found: `stopped` says so.

    Notes
    -----
    Loops find the solutions that are connected with the start over the parameter space: all of them where the pairs of solutions
    and parameters are irreducible, as where the equations are affine in parameters with independent columns (Duff, Hill, Jensen, Lee,
    Leykin & Sommars 2019). The trace test (Leykin, Rodriguez & Sottile 2018) says whether any of these is missing; it is
    numerical evidence, no proof. Where it meets solutions that no loop has found, smaller and larger loops follow.

    Examples
    --------
    >>> import polysys as ps
    >>> import homotopy as ho
    >>> conics = ps.equations(["x^2 + a*x*y + b = 0", "c*y^2 + d*x + 1 = 0"], parameters=["a", "b", "c", "d"])
    >>> found = ho.monodromy(conics)
    >>> len(found), found.is_trace_passed
    (4, True)
    """
    begin, family = time.perf_counter(), _family(family)
    _check_numbers(seed, time_limit)
    if expected is not None and not is_whole(expected, 1):
        raise InputError(f"The expected number {expected!r:.40} is no whole number of at least 1.", "Leave it out.")
    tape = _tape_of(family)
    n = tape.n_variables
    program = compile_homotopy(tape)
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0x10095,)))
    if x0 is None and a0 is None:
        pair = _start_pair(tape, rng)
        if pair is None:
            raise InputError(
                f"No solution of a member of {family.label} was found.", "Give a solution x0 at parameters a0."
            )
        base, known = pair[n:], pair[None, :n]
    elif x0 is None or a0 is None:
        raise InputError("Only one of x0 and a0 is given.", "Give both, or neither.")
    else:
        base = np.array(_complexes(family, a0))
        known = _start_points(tape, base, x0)
    signs = np.ones((1, n), np.int8)
    test: TraceTest | None = None
    stopped = Stopped()
    with reporting.time_limit(time_limit, "Monodromy"):
        found = grow(program, base, known, 0, signs, rng, expected, stopped=stopped)
    is_grown = not stopped
    with stopped.taking(), reporting.time_limit(max(begin + time_limit - time.perf_counter(), 1e-9), "Monodromy"):
        if trace_test and len(found.solutions) != expected and is_grown:
            test = _tested(tape, found, signs, seed)
            for reach in _REACHES:
                if test is None or not test.n_new:
                    break
                more = grow(program, found.parameters, found.solutions, 0, signs, rng, expected, reach=reach)
                found = replace(more, n_paths=more.n_paths + found.n_paths, n_lost=more.n_lost + found.n_lost)
                test = None if len(found.solutions) == expected else _tested(tape, found, signs, seed)
    return MonodromySolutions(
        family, found.parameters, found.solutions, found.n_paths, found.n_lost, len(found.blind),
        found.chance_of_one_missing, test, time.perf_counter() - begin,
        stopped.settle(has_results=is_grown or len(found.solutions) > len(known)),
    )  # fmt: skip


def _tested(tape: Tape, found: MonodromyResult, signs: npt.NDArray[np.int8], seed: int) -> TraceTest:
    """The trace test of the solutions that loops have found."""
    n, k = tape.n_variables, tape.n_parameters
    unknowns = trace(lambda x, _: list(x), n, k)
    return section_test(tape, unknowns, found.parameters, found.solutions, signs, np.ones(k, np.bool_), 0, seed)


def _family(family: Any) -> Equations | Landscape:
    if isinstance(family, ExpressionFamily):
        return family.equations
    if not isinstance(family, Equations | Landscape):
        raise TypeError(f"A {type(family).__name__} is no family: give ps.equations([..], parameters=[..]).")
    return family


def _tape_of(family: Equations | Landscape) -> Tape:
    tape: Tape = family.parametric_tapes.equations
    if not tape.n_parameters:
        raise InputError(f"{family.label} has no parameters.", "Declare some: ps.equations([..], parameters=[..]).")
    return tape


def _check_numbers(seed: Any, time_limit: Any) -> None:
    if not is_whole(seed, 0):
        raise InputError(f"The seed {seed!r:.40} is no whole number of at least 0.", "Give 0, say.")
    if not is_number(time_limit) or time_limit <= 0:
        raise InputError(f"The time limit {time_limit!r:.40} is no positive number.", "Give seconds.")


def _names(family: Equations | Landscape) -> tuple[str, ...]:
    if isinstance(family, Equations):
        return family.parameters
    return tuple(f"{name}[{i}]" for name, c in family.couplings.items() for i in range(c.size))


def _listed(family: Equations | Landscape, values: Any) -> list[Any]:
    """One member's parameters in order, as they were given."""
    names = _names(family)
    if isinstance(values, Mapping):
        wrong = sorted(set(names) ^ set(map(str, values)))
        if wrong:
            fault = "has no value" if wrong[0] in names else "does not exist"
            raise InputError(f"The parameter {wrong[0]!r} {fault}.", f"Give {', '.join(names[:8])}.")
        by_name = {str(name): value for name, value in values.items()}
        return [by_name[name] for name in names]
    given = [values] if isinstance(values, str) or np.ndim(values) == 0 else list(values)
    if len(given) != len(names):
        raise InputError(f"{len(given)} values are given for {len(names)} parameters.", f"Give {', '.join(names[:8])}.")
    return given


def _complexes(family: Equations | Landscape, values: Any) -> list[complex]:
    found = []
    for value in _listed(family, values):
        try:
            number = complex(float(as_rational(value)) if isinstance(value, str | Fraction) else value)
        except (TypeError, ValueError, OverflowError) as error:
            raise InputError(
                f"The parameter value {value!r:.40} is no number.", "Give real or complex numbers."
            ) from error
        if not np.isfinite(number):
            raise InputError(f"The parameter value {value!r:.40} is not finite.", "Give real or complex numbers.")
        found.append(number)
    return found


def _targets(family: Equations | Landscape, values: Any) -> list[Any]:
    """Each target's parameters; a single target is a list of one."""
    if isinstance(values, Mapping | str) or np.ndim(values) == 0:
        return [values]
    given: list[Any] = list(values)
    is_many = any(isinstance(v, Mapping) or (not isinstance(v, str) and np.ndim(v) > 0) for v in given)
    return given if is_many or not given or len(_names(family)) == 1 else [given]


def _member(family: Equations | Landscape, values: Any) -> Equations | Landscape:
    """The exact member at real parameters."""
    exact = []
    for value in _listed(family, values):
        if isinstance(value, complex | np.complexfloating):
            if value.imag:
                raise InputError(
                    f"The target value {value!r:.40} is not real.", "Track without certify, or to real targets."
                )
            value = float(value.real)
        exact.append(as_rational(value))
    if isinstance(family, Equations):
        return family.at(exact)
    member = replace(family, couplings=family.unflatten(exact))
    member.shares_tapes_with(family)
    return member


def _certified(member: Equations | Landscape, ends: Complexes, digits: int) -> CertificateList:
    reporting.check()
    found = certify_candidates(member.tapes, ends, digits=digits).certificates
    if isinstance(member, Equations) and member.is_overdetermined:
        return found.take([k for k, v in enumerate(solve_given(member, found)) if v is not Verdict.NO])
    return found


def _start_points(tape: Tape, parameters: Complexes, points: Any) -> Complexes:
    """Start solutions as an array (m, n), tested."""
    try:
        x = np.array(points, np.complex128)
    except (TypeError, ValueError) as error:
        raise InputError("The start solutions are no array of numbers.", "Give an array (m, n).") from error
    n = tape.n_variables
    x = (
        x.reshape(0, n)
        if not x.size
        else x[None, :]
        if x.ndim == 1 and len(x) == n
        else x[:, None]
        if x.ndim == 1 and n == 1
        else x
    )
    if x.ndim != 2 or x.shape[1] != n:
        raise InputError(f"The start solutions have shape {x.shape}.", f"Give an array (m, {n}).")
    _check_start(tape, parameters, x)
    return x


def _start_pair(tape: Tape, rng: np.random.Generator) -> Complexes | None:
    """A random point (x, parameters) with F(x; parameters) = 0, by the Gauss-Newton method from random points; None if none is found."""
    n, k = tape.n_variables, tape.n_parameters
    joint = trace(lambda z, _: tape.evaluate(z[:n], z[n:], lambda c: c), n + k)
    jacobian = joint.jacobian()
    for _ in range(_STARTS):
        z: Complexes = (rng.standard_normal(n + k) + 1j * rng.standard_normal(n + k)) / np.sqrt(2)
        for _ in range(_NEWTON_STEPS):
            reporting.check()
            f = np.array(joint.evaluate(list(z), (), float), np.complex128)
            matrix = np.array(jacobian.evaluate(list(z), (), float), np.complex128).reshape(n, n + k)
            if not (np.isfinite(f).all() and np.isfinite(matrix).all()):
                break
            step = np.linalg.lstsq(matrix, f, rcond=None)[0]
            z = z - step
            if np.abs(step).max() < 1e-14 * np.abs(z).max():
                return z
    return None


def _check_start(tape: Tape, parameters: Complexes, x: Complexes) -> None:
    """Refuse start points with a large residual, measured by what the equations are at points of the same sizes."""
    if not len(x):
        return
    turns = np.exp(2j * np.pi * np.random.default_rng(0).random(x.shape[1]))

    def sizes(points: Complexes) -> npt.NDArray[np.float64]:
        values = tape.evaluate(list(points.T), list(parameters), float)
        return np.asarray(np.abs([np.broadcast_to(v, len(points)) for v in values]), np.float64)

    with np.errstate(all="ignore"):
        is_wrong = ~(sizes(x) <= _RESIDUAL * np.maximum(1.0, sizes(np.abs(x) * turns))).all(axis=0)
    if is_wrong.any():
        k = int(np.flatnonzero(is_wrong)[0])
        raise InputError(
            f"Start solution {k + 1} does not solve the equations at the start parameters.",
            "Give solutions of that member.",
        )


def _account(codes: npt.NDArray[np.int8]) -> PathAccount:
    return PathAccount(len(codes), *(int((codes == CODE[status]).sum()) for status in STATUSES))
