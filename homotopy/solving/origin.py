"""Paths of a family that end at the origin, where errors relative to the size of a point say nothing."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from homotopy.common.arrays import Complexes
from homotopy.engines.tracker.driver import track
from homotopy.engines.tracker.results import CODE
from homotopy.status import PathStatus
from polysys.tape import Tape, trace

_REGULAR, _FAILED = CODE[PathStatus.REGULAR], CODE[PathStatus.FAILED]
_ZERO = 1e-14  # of F(0) relative to F at points of the start's size
_NEAR = 1e-9  # of an end relative to the shift


def end_at_origin(
    tape: Tape, p0: Complexes, starts: Complexes, targets: Complexes, codes: npt.NDArray[np.int8], ends: Complexes
) -> None:
    """Follow failed paths again to targets that the origin solves, in coordinates that are shifted; `codes`, `ends` are completed.

    Notes
    -----
    The tracker measures steps and ends by the size of the point. A path to the origin breaks off a little before it, with a size that
    falls as fast as the error. With y = x + c the end is y = c. At most one path can end at a simple zero.
    """
    if not len(starts):
        return
    rng = np.random.default_rng(0)
    size = float(np.median(np.abs(starts).max(axis=1))) or 1.0
    shift = size * np.exp(2j * np.pi * rng.random(starts.shape[1]))
    n, n_parameters = tape.n_variables, tape.n_parameters
    moved = trace(  # constants of tapes are rational: the shift is made of parameters that stay
        lambda y, p: tape.evaluate(
            [v - c for v, c in zip(y, p[n_parameters:], strict=True)], p[:n_parameters], lambda c: c
        ),
        n,
        n_parameters + n,
    )
    for k, target in enumerate(targets):
        rows = np.flatnonzero(codes[k] == _FAILED)
        if not len(rows) or not _is_zero_at_origin(tape, target, shift):
            continue
        found = track(moved, [*p0, *shift], starts[rows] + shift, [*target, *shift])
        near = np.abs(found.solutions[0] - shift).max(axis=1) < _NEAR * size
        arrived = rows[(found.codes[0] == _REGULAR) & near]
        if len(arrived) == 1:
            codes[k, arrived], ends[k, arrived] = _REGULAR, 0


def _is_zero_at_origin(tape: Tape, parameters: Complexes, typical: Complexes) -> bool:
    at_origin, elsewhere = (
        np.abs(np.array(tape.evaluate(list(x), list(parameters), float), np.complex128))
        for x in (np.zeros_like(typical), typical)
    )
    return bool((at_origin <= _ZERO * np.maximum(elsewhere, np.abs(parameters).max(initial=1.0))).all())
