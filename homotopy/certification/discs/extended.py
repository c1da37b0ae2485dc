"""Programs at points, in double-double arithmetic with rigorous error bounds.

What a Newton step divides by the smallest singular value is the residual, a small difference of large terms. With 31 digits on
the way its error no longer counts, and the step goes to within a rounding of the zero itself, whatever the condition.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from flint import arb, ctx

from homotopy.certification.balls import ball
from homotopy.certification.discs.arrays import Discs
from homotopy.certification.discs.program import DiscProgram, lane_groups, one_sample
from homotopy.certification.discs.roundoff import INFLATE, LANES, TINY
from homotopy.common.arrays import Complexes, Floats
from polysys.tape import Tape

_SAFE = 1e-250  # products above have errors that are no subnormal numbers
_BITS = 256  # of the scalars: their own error is nothing then


def extended_scalars(program: DiscProgram, members: Sequence[Sequence[Fraction]]) -> Floats:
    """The scalars of a program as double-doubles with radii (members, n_scalars, 3), for the couplings of each member."""
    tape = program.scalars
    out = np.zeros((len(members), max(1, len(tape.outputs)), 3))
    is_exact = _exact_scalars(tape, members, out)
    with ctx.workprec(_BITS):
        constants = [ball(c) for c in tape.constants]
        for row, couplings in ((out[k], members[k]) for k in np.flatnonzero(~is_exact).tolist()):
            for k, value in enumerate(tape.evaluate((), [ball(c) for c in couplings], constants)):
                row[k] = _split(value)
    return out


def _exact_scalars(tape: Tape, members: Sequence[Sequence[Fraction]], out: Floats) -> npt.NDArray[np.bool_]:
    """Write the scalars of members that are doubles, as the multiples of dyadic couplings are; returns for which members all are."""
    couplings, constants = Discs.of([c for m in members for c in m]), Discs.of(tape.constants)
    mid = couplings.mid.reshape(len(members), tape.n_parameters)
    is_exact = (couplings.radius == 0).reshape(mid.shape).all(axis=1)
    if not is_exact.any() or constants.radius.any():
        return np.zeros(len(members), bool)
    inputs = [_Doubles(mid[:, k], is_exact) for k in range(tape.n_parameters)]
    with np.errstate(all="ignore"):
        values = tape.evaluate((), inputs, [_Doubles(np.full(len(members), c), is_exact) for c in constants.mid.tolist()])
    for k, value in enumerate(values):
        out[:, k, 0] = value.value
        is_exact = is_exact & value.is_exact
    return np.asarray(is_exact)


@dataclass(frozen=True, slots=True, eq=False)
class _Doubles:
    """Numbers that are doubles, as far as they are known to be."""

    value: Floats
    is_exact: npt.NDArray[np.bool_]

    def __add__(self, other: _Doubles) -> _Doubles:
        total = self.value + other.value
        part = total - self.value
        error = (self.value - (total - part)) + (other.value - part)
        return _Doubles(total, self.is_exact & other.is_exact & (error == 0))

    def __sub__(self, other: _Doubles) -> _Doubles:
        return self + _Doubles(-other.value, other.is_exact)

    def __mul__(self, other: _Doubles) -> _Doubles:
        product = self.value * other.value
        a, b = _halves(self.value), _halves(other.value)
        error = ((a[0] * b[0] - product) + a[0] * b[1] + a[1] * b[0]) + a[1] * b[1]
        is_safe = (np.abs(product) > _SAFE) | (self.value == 0) | (other.value == 0)
        return _Doubles(product, self.is_exact & other.is_exact & (error == 0) & is_safe)


def _halves(x: Floats) -> tuple[Floats, Floats]:
    """Two numbers of half the digits whose sum is x (Dekker 1971); nan where they overflow."""
    large = 134217729.0 * x
    high = large - (large - x)
    return high, x - high


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
    groups = one_sample(m) if sample is None else lane_groups(sample)
    points, radii = np.array(x, complex, order="C"), np.zeros(x.shape)
    if not kernels.evaluate_points(program.code, program.outputs, scalars, groups, points, radii, mid, rad, registers, 5e-324):
        mid[:], rad[:] = np.nan, np.nan
    return mid, rad
