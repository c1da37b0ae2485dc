"""Families as they are given: their equations, members at parameters in many forms, start points that are tested."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.common.arrays import Complexes
from homotopy.common.validation import is_number, is_whole
from polysys.errors import InputError
from polysys.landscape import Landscape
from polysys.models.expressions import ExpressionFamily
from polysys.own_equations import Equations
from polysys.reading.rationals import as_rational
from polysys.tape import Tape

_RESIDUAL = 1e-4  # relative to the sizes of the terms, above which a start point is no solution


def as_family(family: Any) -> Equations | Landscape:
    if isinstance(family, ExpressionFamily):
        return family.equations
    if not isinstance(family, Equations | Landscape):
        raise TypeError(f"A {type(family).__name__} is no family: give ps.equations([..], parameters=[..]).")
    return family


def tape_of(family: Equations | Landscape) -> Tape:
    tape: Tape = family.parametric_tapes.equations
    if not tape.n_parameters:
        raise InputError(f"{family.label} has no parameters.", "Declare some: ps.equations([..], parameters=[..]).")
    return tape


def check_numbers(seed: Any, time_limit: Any) -> None:
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


def complexes_of(family: Equations | Landscape, values: Any) -> list[complex]:
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


def targets_of(family: Equations | Landscape, values: Any) -> list[Any]:
    """Each target's parameters; a single target is a list of one."""
    if isinstance(values, Mapping | str) or np.ndim(values) == 0:
        return [values]
    given: list[Any] = list(values)
    is_many = any(isinstance(v, Mapping) or (not isinstance(v, str) and np.ndim(v) > 0) for v in given)
    return given if is_many or not given or len(_names(family)) == 1 else [given]


def member_at(family: Equations | Landscape, values: Any) -> Equations | Landscape:
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


def start_points(tape: Tape, parameters: Complexes, points: Any) -> Complexes:
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
