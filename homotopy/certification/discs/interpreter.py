"""Vector code that interprets the instructions of disc programs for many points at once, for both arithmetics."""

# numba types an intrinsic by the function that makes it, one argument longer, and types its helpers not at all
# mypy: disable-error-code="call-arg,no-untyped-call,arg-type,misc"

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.errors import TypingError
from numba.extending import intrinsic

from homotopy.certification.discs.roundoff import (
    ADD_DD,
    ADD_SD,
    HALF_DIAGONAL,
    LANES,
    LEAST_SIZE,
    MUL_DD,
    MUL_SD,
    SUB_DD,
    SUB_DS,
    SUB_SD,
)
from homotopy.common import vectors
from homotopy.common.rounded import Rounded
from homotopy.common.vectors import DOUBLE, I64, Words

Number = tuple[Rounded, ...]  # what a register holds


def size_of(re: Rounded, im: Rounded) -> Rounded:
    """An upper bound of the modulus."""
    p, q = abs(re), abs(im)
    return q.where(q > p, p) + HALF_DIAGONAL * q.where(q < p, p) + LEAST_SIZE


class Arithmetic(ABC):
    """Complex numbers with error bounds: how they are stored, and the operations on them."""

    parts: int  # vectors of a register
    scalar_parts: int  # doubles of a scalar, which is real

    @abstractmethod
    def given(self, e: Words, re: Any, im: Any, radius: Any) -> tuple[Any, ...]:
        """The parts of an input."""

    @abstractmethod
    def multiply_scalar(self, s: Number, b: Number) -> Number:
        """s b."""

    @abstractmethod
    def multiply(self, a: Number, b: Number) -> Number:
        """a b."""

    @abstractmethod
    def add(self, a: Number, b: Number, sign: int) -> Number:
        """a + b, or a - b for sign -1."""

    @abstractmethod
    def add_scalar(self, s: Number, b: Number, scalar_sign: int, sign: int) -> Number:
        """s and b, each with a sign."""

    @abstractmethod
    def taken(self, e: Words, parts: tuple[Any, ...]) -> tuple[Any, Any, Any]:
        """Real part, imaginary part and radius of an output."""

    @abstractmethod
    def taken_scalar(self, e: Words, parts: tuple[Any, ...]) -> tuple[Any, Any]:
        """The same of a scalar, without an imaginary part."""


class Interpreter:
    """The loop over groups of lanes; arrays are those of :func:`homotopy.certification.discs.kernels.evaluate_discs`."""

    def __init__(self, context: Any, b: Any, sig: Any, args: Any, arithmetic: Arithmetic) -> None:
        self.e, self.b, self.arithmetic = Words(context, b), b, arithmetic
        arrays = [context.make_array(t)(context, b, value) for t, value in zip(sig.args, args, strict=True)]
        self._code, self._outputs, self._scalars, self._groups = (a.data for a in arrays[:4])
        doubles = [b.bitcast(a.data, DOUBLE.as_pointer()) for a in arrays[4:]]
        self._x, self._radius, self._mid, self._out_radius, self._reg = doubles
        self._n_ops, self._n_outputs, self._n_groups = (b.extract_value(arrays[k].shape, 0) for k in (0, 1, 3))
        self._n_scalars, self._n = (b.extract_value(arrays[k].shape, 1) for k in (2, 4))

    def emit(self) -> None:
        b, e = self.b, self.e
        with cgutils.for_range(b, self._n_groups) as loop:
            sample, first, last = (self._word(self._groups, loop.index, 3, k) for k in range(3))
            size = b.mul(self._n_scalars, e.i64(self.arithmetic.scalar_parts))
            par = b.gep(self._scalars, [b.mul(sample, size)])
            self._bring_in(first, last)
            with cgutils.for_range(b, self._n_ops) as operation:
                self._execute([self._word(self._code, operation.index, 4, k) for k in range(4)], par)
            self._take_out(first, last, par)

    def _entry(self, base: Any, row: Any, width: int, column: int) -> Any:
        b = self.b
        return b.load(b.gep(base, [b.add(b.mul(row, self.e.i64(width)), self.e.i64(column))]))

    def _word(self, base: Any, row: Any, width: int, column: int) -> Any:
        value = self._entry(base, row, width, column)
        return value if value.type == I64 else self.b.sext(value, I64)

    def _place(self, register: Any, part: int, lane: Any) -> Any:
        b, e = self.b, self.e
        return b.add(b.mul(register, e.i64(self.arithmetic.parts * LANES)), b.add(lane, e.i64(part * LANES)))

    def _bring_in(self, first: Any, last: Any) -> None:
        """Points into lanes; a lane without a point repeats the last."""
        b, e = self.b, self.e
        with cgutils.for_range(b, e.i64(LANES)) as lanes:
            q = b.add(first, lanes.index)
            q = b.select(b.icmp_signed("<", q, last), q, b.sub(last, e.i64(1)))
            with cgutils.for_range(b, self._n) as loop:
                at = b.add(b.mul(q, self._n), loop.index)
                parts = self.arithmetic.given(e, *self._complex(self._x, at), b.load(b.gep(self._radius, [at])))
                for part, value in enumerate(parts):
                    b.store(value, b.gep(self._reg, [self._place(loop.index, part, lanes.index)]))

    def _complex(self, base: Any, at: Any) -> list[Any]:
        return [self._entry(base, at, 2, part) for part in range(2)]

    def _execute(self, word: list[Any], par: Any) -> None:
        """One instruction, for all lanes."""
        b, do = self.b, self.arithmetic
        operation, target, left, right = word
        with_register = {
            MUL_DD: do.multiply,
            ADD_DD: lambda x, y: do.add(x, y, 1),
            SUB_DD: lambda x, y: do.add(x, y, -1),
        }
        with_scalar = {
            MUL_SD: do.multiply_scalar,
            ADD_SD: lambda s, y: do.add_scalar(s, y, 1, 1),
            SUB_SD: lambda s, y: do.add_scalar(s, y, 1, -1),
            SUB_DS: lambda s, y: do.add_scalar(s, y, -1, 1),
        }
        after = b.append_basic_block("after")
        switch = b.switch(operation, after)
        for code, function in [*with_register.items(), *with_scalar.items()]:
            block = b.append_basic_block("operation")
            switch.add_case(ir.Constant(I64, code), block)
            b.position_at_end(block)
            with cgutils.for_range(b, self.e.i64(LANES // vectors.LANES)) as loop:
                lane = b.mul(loop.index, self.e.i64(vectors.LANES))
                a = self._scalar(par, left) if code in with_scalar else self._load(left, lane)
                for part, value in enumerate(function(a, self._load(right, lane))):
                    b.store(value.value, self.e.vptr(self._reg, self._place(target, part, lane)), align=8)
            b.branch(after)
        b.position_at_end(after)

    def _load(self, register: Any, lane: Any) -> Number:
        places = [self._place(register, part, lane) for part in range(self.arithmetic.parts)]
        return tuple(Rounded(self.b, self.b.load(self.e.vptr(self._reg, place), align=8)) for place in places)

    def _scalar(self, par: Any, k: Any) -> Number:
        return tuple(Rounded(self.b, self.e.splat(value)) for value in self._doubles(par, k))

    def _doubles(self, par: Any, k: Any) -> tuple[Any, ...]:
        width = self.arithmetic.scalar_parts
        return tuple(self._entry(par, k, width, part) for part in range(width))

    def _take_out(self, first: Any, last: Any, par: Any) -> None:
        """Outputs out of their lanes, or from the scalars."""
        b, e, do = self.b, self.e, self.arithmetic
        with cgutils.for_range(b, b.sub(last, first)) as lanes, cgutils.for_range(b, self._n_outputs) as loop:
            r = self._word(self._outputs, loop.index, 1, 0)
            at = b.add(b.mul(b.add(first, lanes.index), self._n_outputs), loop.index)
            with b.if_else(b.icmp_signed(">=", r, e.i64(0))) as (register, scalar):
                with register:
                    places = [self._place(r, part, lanes.index) for part in range(do.parts)]
                    self._store(at, *do.taken(e, tuple(b.load(b.gep(self._reg, [place])) for place in places)))
                with scalar:
                    mid, radius = do.taken_scalar(e, self._doubles(par, b.sub(e.i64(-1), r)))
                    self._store(at, mid, ir.Constant(DOUBLE, 0.0), radius)

    def _store(self, at: Any, re: Any, im: Any, radius: Any) -> None:
        b, e = self.b, self.e
        place = b.mul(at, e.i64(2))
        b.store(re, b.gep(self._mid, [place]))
        b.store(im, b.gep(self._mid, [b.add(place, e.i64(1))]))
        b.store(radius, b.gep(self._out_radius, [at]))


def interpreter_of(arithmetic: Arithmetic) -> Any:
    """What a kernel calls to interpret a program of these numbers."""

    @intrinsic
    def interpret(
        typingctx: Any,
        code: Any,
        outputs: Any,
        scalars: Any,
        groups: Any,
        x: Any,
        radius: Any,
        mid: Any,
        out: Any,
        reg: Any,
    ) -> Any:
        """Interpret a program."""
        arrays = (code, outputs, scalars, groups, x, radius, mid, out, reg)
        if any(array.layout != "C" for array in arrays):
            raise TypingError("The arrays of a disc program must be contiguous.")

        def codegen(context: Any, b: Any, sig: Any, args: Any) -> Any:
            Interpreter(context, b, sig, args, arithmetic).emit()
            return context.get_dummy_value()

        return types.void(*arrays), codegen

    return interpret
