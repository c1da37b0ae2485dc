"""Residuals in double-double arithmetic.

They are what needs it. Newton's method with a Jacobian in doubles and a residual with twice as many digits converges
to full double precision as long as the condition number is below about 1e14 (Tisseur 2001), at an end point and along a
path. A residual comes from the system's own tape, with its parameters taken as exact doubles.
"""

# numba types an intrinsic by the function that makes it, one argument longer, and types its helpers not at all
# mypy: disable-error-code="call-arg,no-untyped-call,arg-type,misc"

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.errors import TypingError
from numba.extending import intrinsic

from homotopy.common.double_double import add, mul
from homotopy.common.rounded import Rounded
from homotopy.common.vectors import DOUBLE, I64, LANES, WIDTH, Emit
from polysys.tape import Op, Tape

_PARTS = 4  # of a register: real part, high and low, and imaginary part
Quad = tuple[Any, ...]  # the parts of a number, plain or of emitted code


def product(a: Quad, c: Quad) -> Quad:
    """Product of two complex double-doubles."""
    ph, pl = mul(*a[:2], *c[:2])
    qh, ql = mul(*a[2:], *c[2:])
    uh, ul = mul(*a[:2], *c[2:])
    vh, vl = mul(*a[2:], *c[:2])
    return *add(ph, pl, -qh, -ql), *add(uh, ul, vh, vl)


def _scaled(re: Any, im: Any, gap_re: Any, gap_im: Any) -> Quad:
    """a (1 - gap) for a tiny gap."""
    low_re, low_im = im * gap_im - re * gap_re, -(re * gap_im + im * gap_re)
    return *add(re, 0.0, low_re, 0.0), *add(im, 0.0, low_im, 0.0)


def shares(s_re: Any, s_im: Any, t_re: Any, t_im: Any) -> tuple[Quad, Quad]:
    """s/(s + t) and t/(s + t); s + t is one but for rounding.

    Only so do rounded s and t stand for a place on the path itself, whatever they are.
    """
    high, low = add(s_re, 0.0, t_re, 0.0)
    gap = (high - 1.0) + low, s_im + t_im
    return _scaled(s_re, s_im, *gap), _scaled(t_re, t_im, *gap)


def between(of: tuple[Quad, Quad], a_re: Any, a_im: Any, b_re: Any, b_im: Any) -> Quad:
    """The parameter that has these shares of a and b."""
    s, t = of

    def part(a: Any, b: Any, c: Any, d: Any) -> Quad:
        of_a = add(*mul(*s[:2], a, 0.0), *mul(*s[2:], b, 0.0))
        both: Quad = add(*of_a, *add(*mul(*t[:2], c, 0.0), *mul(*t[2:], d, 0.0)))
        return both

    return *part(a_re, -a_im, b_re, -b_im), *part(a_im, a_re, b_im, b_re)


class _Wide(Emit):
    """Code on registers of complex double-doubles (registers, 4)."""

    def __init__(self, context: Any, b: Any, reg: Any) -> None:
        super().__init__(context, b)
        self._reg = reg

    def number(self, base: Any, at: Any) -> Rounded:
        return Rounded(self.b, self.b.load(self.b.gep(base, [at])))

    def complex(self, base: Any, at: Any) -> tuple[Rounded, Rounded]:
        """An entry of a complex array."""
        at = self.b.mul(at, self.i64(2))
        return self.number(base, at), self.number(base, self.b.add(at, self.i64(1)))

    def word(self, base: Any, at: Any) -> Any:
        return self.b.sext(self.b.load(self.b.gep(base, [at])), I64)

    def get(self, register: Any) -> Quad:
        at = self.b.mul(register, self.i64(_PARTS))
        return tuple(self.number(self._reg, self.b.add(at, self.i64(k))) for k in range(_PARTS))

    def put(self, register: Any, parts: Quad) -> None:
        at = self.b.mul(register, self.i64(_PARTS))
        for k, part in enumerate(parts):
            value = part.value if isinstance(part, Rounded) else ir.Constant(DOUBLE, part)
            self.b.store(value, self.b.gep(self._reg, [self.b.add(at, self.i64(k))]))

    def run(self, ops: Any, left: Any, right: Any, n_ops: Any, first: Any) -> None:
        """Interpret a tape whose operations write the registers from `first`."""
        b = self.b
        functions = {
            Op.ADD: lambda a, c: (*add(*a[:2], *c[:2]), *add(*a[2:], *c[2:])),
            Op.SUB: lambda a, c: (*add(*a[:2], -c[0], -c[1]), *add(*a[2:], -c[2], -c[3])),
            Op.MUL: product,
        }
        with cgutils.for_range(b, n_ops) as loop:
            a, c = (self.get(self.word(words, loop.index)) for words in (left, right))
            after = b.append_basic_block("after")
            switch = b.switch(self.word(ops, loop.index), after)
            for operation, function in functions.items():
                block = b.append_basic_block("operation")
                switch.add_case(self.i64(int(operation)), block)
                b.position_at_end(block)
                self.put(b.add(first, loop.index), function(a, c))
                b.branch(after)
            b.position_at_end(after)


def _contiguous(*arrays: Any) -> None:
    if any(array.layout != "C" for array in arrays):
        raise TypingError("The arrays of a tape must be contiguous.")


@intrinsic
def run_tape(typingctx: Any, ops: Any, left: Any, right: Any, reg: Any) -> Any:
    """Interpret a tape over complex double-doubles: reg (registers, 4) holds re hi, re lo, im hi, im lo."""
    _contiguous(ops, left, right, reg)

    def codegen(context: Any, b: Any, sig: Any, args: Any) -> Any:
        ops, left, right, reg = (context.make_array(t)(context, b, a) for t, a in zip(sig.args, args, strict=True))
        n_ops, n_registers = b.extract_value(ops.shape, 0), b.extract_value(reg.shape, 0)
        _Wide(context, b, reg.data).run(ops.data, left.data, right.data, n_ops, b.sub(n_registers, n_ops))
        return context.get_dummy_value()

    return types.void(ops, left, right, reg), codegen


@intrinsic
def wide_residual(
    typingctx: Any,
    tape: Any,
    n: Any,
    reg: Any,
    start: Any,
    targets: Any,
    sample: Any,
    lane: Any,
    wide: Any,
    m: Any,
) -> Any:
    """Replace one lane's right-hand side F by its value from the system's tape in double-double."""
    _contiguous(*tape, reg, start, targets, wide, m)

    def codegen(context: Any, b: Any, sig: Any, args: Any) -> Any:
        def array(t: Any, value: Any) -> Any:
            return context.make_array(t)(context, b, value)

        ops, left, right, outputs = (array(t, b.extract_value(args[0], k)) for k, t in enumerate(sig.args[0]))
        reg, start, targets, wide, m = (array(sig.args[k], args[k]) for k in (2, 3, 4, 7, 8))
        n, sample, lane = (args[k] for k in (1, 5, 6))
        ends = [b.bitcast(a.data, DOUBLE.as_pointer()) for a in (start, targets)]
        n_parameters, n_ops = b.extract_value(start.shape, 0), b.extract_value(ops.shape, 0)
        e = _Wide(context, b, wide.data)

        def of_lane(register: Any) -> tuple[Rounded, Rounded]:
            at = b.add(b.mul(register, e.i64(WIDTH)), lane)
            return e.number(reg.data, at), e.number(reg.data, b.add(at, e.i64(LANES)))

        with cgutils.for_range(b, n) as loop:
            re, im = of_lane(loop.index)
            e.put(loop.index, (re, 0.0, im, 0.0))
        of = shares(*of_lane(b.add(n, e.i64(1))), *of_lane(n))
        with cgutils.for_range(b, n_parameters) as loop:
            here = b.add(b.mul(sample, n_parameters), loop.index)
            parameter = between(of, *e.complex(ends[0], loop.index), *e.complex(ends[1], here))
            e.put(b.add(n, loop.index), parameter)
        e.run(ops.data, left.data, right.data, n_ops, b.sub(b.extract_value(wide.shape, 0), n_ops))
        with cgutils.for_range(b, n) as loop:
            value = e.get(e.word(outputs.data, loop.index))
            column = b.add(b.mul(loop.index, b.add(n, e.i64(2))), n)
            at = b.add(b.mul(column, e.i64(WIDTH)), lane)
            for k, part in enumerate((value[0] + value[1], value[2] + value[3])):
                b.store(part.value, b.gep(m.data, [b.add(at, e.i64(k * LANES))]))
        return context.get_dummy_value()

    return types.void(tape, n, reg, start, targets, sample, lane, wide, m), codegen


def registers(tape: Tape) -> npt.NDArray[np.float64]:
    """Registers of a tape for :func:`run_tape`, its constants filled in."""
    reg = np.zeros((tape.n_registers, 4))
    for i, c in enumerate(tape.constants, tape.n_variables + tape.n_parameters):
        reg[i, 0] = float(c)
        reg[i, 1] = float(c - Fraction(float(c)))
    return reg
