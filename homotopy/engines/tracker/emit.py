"""Words for emitting vector code: one lane-wide vector of doubles is one LLVM value."""

# numba types an intrinsic by the function that makes it, one argument longer, and types its helpers not at all
# mypy: disable-error-code="call-arg,no-untyped-call,arg-type,misc"

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import cgutils

LANES = 8  # one AVX-512 vector, two AVX2 vectors; a complex 15 x 15 matrix over more lanes leaves a first-level cache of 32 kB
WIDTH = 2 * LANES  # doubles in a register

DOUBLE, I64, I32 = ir.DoubleType(), ir.IntType(64), ir.IntType(32)
VEC = ir.VectorType(DOUBLE, LANES)


class Emit:
    """A few words for emitting vector code."""

    def __init__(self, context: Any, builder: Any) -> None:
        self.context, self.b = context, builder
        fnty = ir.FunctionType(VEC, [VEC, VEC, VEC])
        self._fma = cgutils.get_or_insert_function(builder.module, fnty, f"llvm.fmuladd.v{LANES}f64")

    def data(self, arrty: Any, value: Any) -> Any:
        return self.context.make_array(arrty)(self.context, self.b, value).data

    def i64(self, n: int) -> Any:
        return ir.Constant(I64, n)

    def vptr(self, base: Any, offset: Any) -> Any:
        return self.b.bitcast(self.b.gep(base, [offset]), VEC.as_pointer())

    def load(self, base: Any, offset: Any) -> tuple[Any, Any]:
        """Both parts of the register at an offset (in doubles)."""
        im = self.b.add(offset, self.i64(LANES))
        return tuple(self.b.load(self.vptr(base, o), align=8) for o in (offset, im))

    def store(self, base: Any, offset: Any, re: Any, im: Any) -> None:
        self.b.store(re, self.vptr(base, offset), align=8)
        self.b.store(im, self.vptr(base, self.b.add(offset, self.i64(LANES))), align=8)

    def splat(self, x: Any) -> Any:
        v = self.b.insert_element(ir.Constant(VEC, ir.Undefined), x, ir.Constant(I32, 0))
        return self.b.shuffle_vector(v, ir.Constant(VEC, ir.Undefined), ir.Constant(ir.VectorType(I32, LANES), None))

    def fma(self, a: Any, b: Any, c: Any) -> Any:
        return self.b.call(self._fma, [a, b, c])

    def fnma(self, a: Any, b: Any, c: Any) -> Any:
        return self.fma(self.b.fneg(a), b, c)

    def var(self, value: Any) -> Any:
        return cgutils.alloca_once_value(self.b, value)

    def mac(self, acc: tuple[Any, Any], x: tuple[Any, Any], y: tuple[Any, Any]) -> tuple[Any, Any]:
        """acc + x y."""
        re = self.fnma(x[1], y[1], self.fma(x[0], y[0], acc[0]))
        return re, self.fma(x[1], y[0], self.fma(x[0], y[1], acc[1]))

    def msub(self, acc: tuple[Any, Any], x: tuple[Any, Any], y: tuple[Any, Any]) -> tuple[Any, Any]:
        """acc - x y."""
        re = self.fma(x[1], y[1], self.fnma(x[0], y[0], acc[0]))
        return re, self.fnma(x[1], y[0], self.fnma(x[0], y[1], acc[1]))


class Vec:
    """A vector with arithmetic; products may be fused into sums."""

    def __init__(self, b: Any, value: Any) -> None:
        self.b, self.value = b, value

    def __add__(self, other: Vec) -> Vec:
        return Vec(self.b, self.b.fadd(self.value, other.value, flags=("contract",)))

    def __sub__(self, other: Vec) -> Vec:
        return Vec(self.b, self.b.fsub(self.value, other.value, flags=("contract",)))

    def __mul__(self, other: Vec) -> Vec:
        return Vec(self.b, self.b.fmul(self.value, other.value, flags=("contract",)))

    def __truediv__(self, other: Vec) -> Vec:
        return Vec(self.b, self.b.fdiv(self.value, other.value))

    def above(self, other: Vec) -> Any:
        """Mask of the lanes where self > other; false where either is nan."""
        return self.b.fcmp_ordered(">", self.value, other.value)

    def where(self, mask: Any, other: Vec) -> Vec:
        """self in the lanes of the mask, other elsewhere."""
        return Vec(self.b, self.b.select(mask, self.value, other.value))


class Lanes:
    """A stored array of vectors, indexed by offsets in doubles."""

    def __init__(self, emit: Emit, base: Any) -> None:
        self.emit, self.base = emit, base

    def __getitem__(self, offset: Any) -> Vec:
        return Vec(self.emit.b, self.emit.b.load(self.emit.vptr(self.base, offset), align=8))

    def __setitem__(self, offset: Any, vec: Vec) -> None:
        self.emit.b.store(vec.value, self.emit.vptr(self.base, offset), align=8)
