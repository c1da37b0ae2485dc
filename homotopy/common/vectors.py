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
        self._sqrt = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(VEC, [VEC]), f"llvm.sqrt.v{LANES}f64"
        )

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
    """A vector with arithmetic, also with plain numbers; products may be fused into sums."""

    def __init__(self, b: Any, value: Any) -> None:
        self.b, self.value = b, value

    def _other(self, other: Vec | float) -> Any:
        return other.value if isinstance(other, Vec) else ir.Constant(VEC, [float(other)] * LANES)

    def __add__(self, other: Vec | float) -> Vec:
        return Vec(self.b, self.b.fadd(self.value, self._other(other), flags=("contract",)))

    def __sub__(self, other: Vec | float) -> Vec:
        return Vec(self.b, self.b.fsub(self.value, self._other(other), flags=("contract",)))

    def __mul__(self, other: Vec | float) -> Vec:
        return Vec(self.b, self.b.fmul(self.value, self._other(other), flags=("contract",)))

    def __truediv__(self, other: Vec | float) -> Vec:
        return Vec(self.b, self.b.fdiv(self.value, self._other(other)))

    __radd__, __rmul__ = __add__, __mul__

    def __rsub__(self, other: float) -> Vec:
        return Vec(self.b, self._other(other)) - self

    def __rtruediv__(self, other: float) -> Vec:
        return Vec(self.b, self._other(other)) / self

    def __gt__(self, other: Vec | float) -> Mask:
        return self._compared(">", other)

    def __ge__(self, other: Vec | float) -> Mask:
        return self._compared(">=", other)

    def __lt__(self, other: Vec | float) -> Mask:
        return self._compared("<", other)

    def __le__(self, other: Vec | float) -> Mask:
        return self._compared("<=", other)

    def _compared(self, sign: str, other: Vec | float) -> Mask:
        """False where either is nan."""
        return Mask(self.b, self.b.fcmp_ordered(sign, self.value, self._other(other)))

    def where(self, mask: Mask, other: Vec | float) -> Vec:
        """self in the lanes of the mask, other elsewhere."""
        return Vec(self.b, self.b.select(mask.value, self.value, self._other(other)))

    def least(self, other: Vec | float) -> Vec:
        return self.where(self < other, other)

    def largest(self, other: Vec | float) -> Vec:
        return self.where(self > other, other)


class Mask:
    """A truth value for each lane."""

    def __init__(self, b: Any, value: Any) -> None:
        self.b, self.value = b, value

    def __and__(self, other: Mask) -> Mask:
        return Mask(self.b, self.b.and_(self.value, other.value))

    def __or__(self, other: Mask) -> Mask:
        return Mask(self.b, self.b.or_(self.value, other.value))

    def __invert__(self) -> Mask:
        return Mask(self.b, self.b.not_(self.value))

    def number(self, true: float = 1.0, false: float = 0.0) -> Vec:
        """One number where it is true, another elsewhere."""
        return Vec(self.b, ir.Constant(VEC, [true] * LANES)).where(self, false)

    def bits(self) -> Any:
        """One bit for each lane, as an integer."""
        return self.b.zext(self.b.bitcast(self.value, ir.IntType(LANES)), I64)

    def any(self) -> Any:
        return self.b.icmp_unsigned("!=", self.bits(), ir.Constant(I64, 0))


class Lanes:
    """A stored array of vectors, indexed by offsets in doubles."""

    def __init__(self, emit: Emit, base: Any) -> None:
        self.emit, self.base = emit, base

    def __getitem__(self, offset: Any) -> Vec:
        return Vec(self.emit.b, self.emit.b.load(self.emit.vptr(self.base, offset), align=8))

    def __setitem__(self, offset: Any, vec: Vec) -> None:
        self.emit.b.store(vec.value, self.emit.vptr(self.base, offset), align=8)


class State:
    """What each lane knows: vectors by the number of their row."""

    def __init__(self, lanes: Lanes) -> None:
        self._lanes = lanes

    def __getitem__(self, row: int) -> Vec:
        return self._lanes[ir.Constant(I64, row * LANES)]

    def __setitem__(self, row: int, vec: Vec) -> None:
        self._lanes[ir.Constant(I64, row * LANES)] = vec

    def put(self, mask: Mask, row: int, value: Vec | float) -> None:
        """Set a row in the lanes of the mask."""
        old = self[row]
        self[row] = old.where(~mask, value)


class Words(Emit):
    """Emit, with arrays of vectors."""

    def lanes(self, arrty: Any, value: Any) -> Lanes:
        return Lanes(self, self.data(arrty, value))

    def state(self, arrty: Any, value: Any) -> State:
        return State(self.lanes(arrty, value))

    def const(self, value: float) -> Vec:
        return Vec(self.b, self.splat(ir.Constant(DOUBLE, value)))

    def fill(self, value: Any) -> Vec:
        return Vec(self.b, self.splat(value))

    def sqrt(self, vec: Vec) -> Vec:
        return Vec(self.b, self.b.call(self._sqrt, [vec.value]))

    def rows(self, n: Any) -> Any:
        return cgutils.for_range(self.b, n)

    def at(self, i: Any, stride: Any = 1, start: Any = 0) -> tuple[Any, Any]:
        """Offsets of both parts of register i * stride + start."""
        index = self.b.mul(i, stride) if stride != 1 else i
        index = self.b.add(index, start) if start != 0 else index
        re = self.b.mul(index, self.i64(WIDTH))
        return re, self.b.add(re, self.i64(LANES))
