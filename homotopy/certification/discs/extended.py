"""Programs at points, in double-double arithmetic with rigorous error bounds.

What a Newton step divides by the smallest singular value is the residual, a small difference of large terms. With 31 digits on
the way its error no longer counts, and the step goes to within a rounding of the zero itself, whatever the condition.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from flint import arb, ctx

from homotopy.certification.balls import ball
from homotopy.certification.discs.program import DiscProgram, lane_groups, one_sample
from homotopy.certification.discs.roundoff import INFLATE, LANES, TINY
from homotopy.common.arrays import Complexes, Floats

_BITS = 256  # of the scalars: their own error is nothing then


def extended_scalars(program: DiscProgram, members: Sequence[Sequence[Fraction]]) -> Floats:
    """The scalars of a program as double-doubles with radii (members, n_scalars, 3), for the couplings of each member."""
    tape = program.scalars
    out = np.zeros((len(members), max(1, len(tape.outputs)), 3))
    with ctx.workprec(_BITS):
        constants = [ball(c) for c in tape.constants]
        for row, couplings in zip(out, members, strict=True):
            for k, value in enumerate(tape.evaluate((), [ball(c) for c in couplings], constants)):
                row[k] = _split(value)
    return out


def _split(value: arb) -> tuple[float, float, float]:
    """High and low part, normalised, and a bound of what they miss; infinite or nan beyond double precision."""
    first = float(value.mid())
    second = float((value - first).mid())
    high = first + second
    low = second - (high - first)
    rest = (value - high - low).abs_upper()
    return high, low, float(rest) * INFLATE + TINY if rest != 0 else 0.0


def enclose_at(program: DiscProgram, scalars: Floats, sample: npt.NDArray[np.int64] | None, x: Complexes) -> tuple[Complexes, Floats]:
    """Midpoints and radii (m, n_outputs) of the outputs at points x (m, n); as :func:`homotopy.certification.discs.program.enclose`."""
    from homotopy.certification.discs import extended_kernels as kernels  # compiled where it is used first

    m = len(x)
    mid, rad = np.empty((m, len(program.outputs)), complex), np.empty((m, len(program.outputs)))
    registers = np.zeros((max(1, program.n_registers), 5, LANES))
    kernels.evaluate_points(
        program.code,
        program.outputs,
        scalars,
        one_sample(m) if sample is None else lane_groups(sample),
        np.array(x, complex, order="C"),
        mid,
        rad,
        registers,
        5e-324,
    )
    return mid, rad
