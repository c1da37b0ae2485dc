"""Tapes as interval programs: enclosures of constants, slopes by exact differencing, and the proof that nothing overflows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf, nextafter
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.certification.balls import to_double
from homotopy.common.arrays import Floats
from homotopy.completeness.exclusion.layout import ADD, LANES, LARGEST, MUL, SQUARE, SUB, WIDTH
from polysys.tape import Node, Op, Recorder, Tape


def outward(value: Fraction) -> tuple[float, float]:
    """The narrowest pair of doubles that encloses a rational.

    Examples
    --------
    >>> outward(Fraction(1, 2)), outward(Fraction(1, 3))[1] > Fraction(1, 3)
    ((0.5, 0.5), True)
    """
    nearest = to_double(value)
    if nearest in (inf, -inf):
        return (-inf, nextafter(-inf, 0)) if nearest < 0 else (nextafter(inf, 0), inf)
    exact = Fraction(nearest)
    return (
        nearest if exact <= value else nextafter(nearest, -inf),
        nearest if exact >= value else nextafter(nearest, inf),
    )


@dataclass(frozen=True, slots=True, eq=False)
class IntervalProgram:
    """A parameter-free tape, ready for the interval kernel.

    Parameters
    ----------
    tape : Tape
    code : int64 array (n_ops, 4)
        Operation, left, right, destination; the last three are offsets into the registers.
    outputs : int64 array (n_outputs,)
        Offsets of the results.
    registers : float array
        A template with the constants filled in; copied by each user.
    """

    tape: Tape
    code: npt.NDArray[np.int64]
    outputs: npt.NDArray[np.int64]
    registers: Floats

    def enclose(self, lo: Any, hi: Any) -> tuple[Floats, Floats]:
        """Enclosures (boxes, outputs) of the outputs on boxes (boxes, variables); infinite where it might overflow.

        Examples
        --------
        >>> from polysys.tape import trace
        >>> program = interval_program(trace(lambda x, _: [x[0] * x[0] - x[0]], 1))
        >>> lo, hi = program.enclose([[-1.0]], [[2.0]])
        >>> bool(-2.001 < lo[0, 0] <= -2 and 5 <= hi[0, 0] < 5.001)
        True
        """
        from homotopy.completeness.exclusion.kernels import enclose_boxes  # Numba is loaded where it is used first

        low, high = np.array(lo, dtype=np.float64, ndmin=2), np.array(hi, dtype=np.float64, ndmin=2)
        shape = (low.shape[0], len(self.outputs))
        out_lo, out_hi = np.full(shape, -inf), np.full(shape, inf)
        sizes = np.maximum(np.abs(low), np.abs(high))
        if magnitude(self.tape, sizes.max(axis=0, initial=0.0).tolist()) <= LARGEST:
            safe = np.ones(len(sizes), dtype=bool)
        else:
            safe = np.array([magnitude(self.tape, row) <= LARGEST for row in sizes.tolist()], dtype=bool)
        if safe.any():
            some_lo, some_hi = out_lo[safe], out_hi[safe]
            registers = self.registers.copy()
            enclose_boxes(self.code, self.outputs, registers, low.shape[1], low[safe], high[safe], some_lo, some_hi)
            out_lo[safe], out_hi[safe] = some_lo, some_hi
        return out_lo, out_hi


def interval_program(tape: Tape) -> IntervalProgram:
    """Translate a tape without parameters; ``x * x`` becomes a square, whose range is never negative."""
    n_inputs = tape.n_variables
    kinds = {int(Op.ADD): ADD, int(Op.SUB): SUB, int(Op.MUL): MUL}
    first = n_inputs + len(tape.constants)
    rows = [
        (SQUARE if op == Op.MUL and i == j else kinds[op], i * WIDTH, j * WIDTH, (first + k) * WIDTH)
        for k, (op, i, j) in enumerate(zip(tape.ops.tolist(), tape.left.tolist(), tape.right.tolist(), strict=True))
    ]
    registers = np.zeros(max(tape.n_registers, 1) * WIDTH)
    for k, constant in enumerate(tape.constants):
        at = (n_inputs + k) * WIDTH
        registers[at : at + LANES], registers[at + LANES : at + WIDTH] = outward(constant)
    return IntervalProgram(
        tape,
        np.array(rows, dtype=np.int64).reshape(len(rows), 4),
        tape.outputs.astype(np.int64) * WIDTH,
        registers,
    )


def magnitude(tape: Tape, sizes: Sequence[float]) -> float:
    """A bound of all registers' moduli, as computed with outward rounding, for inputs |x_i| <= sizes_i; may be infinite.

    Every operation is bounded with a factor 1 + 2^-20 and an absolute 2^-900 in excess, far more than the kernel widens
    by; so if the result is below `LARGEST`, no register of the kernel can overflow on any box inside these sizes.
    """
    widen = 1 + 2.0**-20
    registers = [float(s) for s in sizes]
    registers += [max(abs(v) for v in outward(c)) for c in tape.constants]
    if not all(r < inf for r in registers):
        return inf
    for op, i, j in zip(tape.ops.tolist(), tape.left.tolist(), tape.right.tolist(), strict=True):
        a, b = registers[i], registers[j]
        registers.append((a * b if op == Op.MUL else a + b) * widen + 2.0**-900)
        if not registers[-1] < inf:
            return inf
    return max(registers, default=0.0)


class _Slope:
    """A polynomial at x and at c, with slopes s_j(x, c): p(x) - p(c) = sum_j s_j (x_j - c_j) identically."""

    __slots__ = ("at_c", "at_x", "slopes")

    def __init__(self, at_x: Node, at_c: Node, slopes: dict[int, Any]) -> None:
        self.at_x, self.at_c, self.slopes = at_x, at_c, slopes

    def __add__(self, other: _Slope) -> _Slope:
        slopes = dict(self.slopes)
        for j, s in other.slopes.items():
            slopes[j] = slopes[j] + s if j in slopes else s
        return _Slope(self.at_x + other.at_x, self.at_c + other.at_c, slopes)

    def __sub__(self, other: _Slope) -> _Slope:
        slopes = dict(self.slopes)
        for j, s in other.slopes.items():
            slopes[j] = slopes[j] - s if j in slopes else -s
        return _Slope(self.at_x - other.at_x, self.at_c - other.at_c, slopes)

    def __mul__(self, other: _Slope) -> _Slope:
        if self is other:
            both = self.at_x + self.at_c
            return _Slope(self.at_x * self.at_x, self.at_c * self.at_c, {j: s * both for j, s in self.slopes.items()})
        # f(x) g(x) - f(c) g(c) = f(x) (g(x) - g(c)) + (f(x) - f(c)) g(c)
        slopes = {j: s * other.at_c for j, s in self.slopes.items()}
        for j, s in other.slopes.items():
            term = s * self.at_x
            slopes[j] = slopes[j] + term if j in slopes else term
        return _Slope(self.at_x * other.at_x, self.at_c * other.at_c, slopes)


def slope_tape(tape: Tape) -> Tape:
    """The slopes of the outputs of a parameter-free tape, row by row; inputs are the point x, then the centre c.

    On intervals slopes are about half as wide as derivatives (Krawczyk & Neumaier, SIAM J. Numer. Anal. 22, 604 (1985)):
    x^2 has the slope x + c.

    Examples
    --------
    >>> from polysys.tape import trace
    >>> slopes = slope_tape(trace(lambda x, _: [x[0] * x[0]], 1))
    >>> slopes.evaluate([Fraction(5), Fraction(2)])
    [Fraction(7, 1)]
    """
    n = tape.n_variables
    recorder = Recorder(2 * n)
    x, c = recorder.variables[:n], recorder.variables[n:]
    inputs = [_Slope(x[i], c[i], {i: recorder.constant(1)}) for i in range(n)]

    def constant(value: Fraction) -> _Slope:
        node = recorder.constant(value)
        return _Slope(node, node, {})

    results = tape.evaluate(inputs, (), constant)
    return recorder.tape([r.slopes.get(j, 0) for r in results for j in range(n)])


def equations_tape(function: Callable[[list[Node]], Sequence[Any]], n: int) -> Tape:
    """The tape of equations in n unknowns."""
    recorder = Recorder(n)
    return recorder.tape(list(function(recorder.variables)))
