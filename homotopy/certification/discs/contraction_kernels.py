"""The compiled half of the contraction test: approximate inverses, and bounds with them, of many small systems at once.

Systems stand in lanes: a complex number is `WIDTH` doubles, the real parts of `LANES` systems and their imaginary parts, and every
operation is one on vectors. Bounds as in :mod:`homotopy.certification.discs.contraction`, for any order of summation, with fused products or without.
"""

# numba types an intrinsic by the function that makes it, one argument longer, and types its helpers not at all
# mypy: disable-error-code="call-arg,no-untyped-call,arg-type,misc"

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.errors import TypingError
from numba.extending import intrinsic

from homotopy.certification.discs.roundoff import U
from homotopy.common.arrays import Complexes, Floats
from homotopy.common.jit import compiled
from homotopy.common.pivots import any_of, everywhere, pivots
from homotopy.common.rounded import Rounded
from homotopy.common.vectors import DOUBLE, I64, LANES, VEC, WIDTH, Words

_HIDDEN = 1e-160  # exceeds what the root of a sum of squares loses to underflow
_ZERO = ir.Constant(VEC, None)
_NAMES = ("jacobian", "spread", "f", "f_radius", "kappa", "eta", "noise", "step", "work", "swaps")


class _Systems(Words):
    """Code for up to LANES systems. A matrix becomes its inverse; J and f stand behind it, and behind them one row of products."""

    def __init__(self, context: Any, b: Any, sig: Any, args: Any) -> None:
        super().__init__(context, b)
        arrays = {name: context.make_array(t)(context, b, v) for name, t, v in zip(_NAMES, sig.args, args, strict=True)}
        self.count, self.n = (b.extract_value(arrays["f"].shape, k) for k in range(2))
        self.array = {name: b.bitcast(a.data, DOUBLE.as_pointer()) for name, a in arrays.items()}
        self.work, n = self.array["work"], self.n
        self.columns = b.add(n, self.i64(1))
        self.behind = b.mul(b.mul(n, n), self.i64(WIDTH))
        self.products = b.add(self.behind, b.mul(b.mul(n, self.columns), self.i64(WIDTH)))
        self.wide = b.add(self.products, b.mul(self.columns, self.i64(WIDTH)))
        self.error = b.add(self.wide, b.mul(n, self.i64(LANES)))
        self.sums = b.add(self.error, b.mul(n, self.i64(LANES)))
        self.rounding = 8.0 * (Rounded(b, b.sitofp(n, DOUBLE)) + 4.0) * U

    def entry(self, i: Any, j: Any) -> Any:
        """Where an entry of the matrix is."""
        return self.b.mul(self.b.add(self.b.mul(i, self.n), j), self.i64(WIDTH))

    def entry_behind(self, i: Any, j: Any) -> Any:
        """Where an entry of J is, or in the last column of f."""
        return self.b.add(self.behind, self.b.mul(self.b.add(self.b.mul(i, self.columns), j), self.i64(WIDTH)))

    def number(self, name: str, at: Any) -> Any:
        return self.b.load(self.b.gep(self.array[name], [at]))

    def put(self, value: Any, name: str, at: Any) -> None:
        self.b.store(value, self.b.gep(self.array[name], [at]))

    def vector(self, at: Any) -> Rounded:
        return Rounded(self.b, self.b.load(self.vptr(self.work, at), align=8))

    def put_vector(self, value: Rounded, at: Any) -> None:
        self.b.store(value.value, self.vptr(self.work, at), align=8)

    def gather(self, first: Any) -> None:
        """Bring systems into lanes; a lane without a system repeats the last."""
        b, n = self.b, self.n
        with cgutils.for_range(b, self.i64(LANES)) as lanes, cgutils.for_range(b, n) as rows:
            lane, i, q = lanes.index, rows.index, b.add(first, lanes.index)
            q = b.select(b.icmp_signed("<", q, self.count), q, b.sub(self.count, self.i64(1)))
            row, total = b.add(b.mul(q, n), i), self.var(ir.Constant(DOUBLE, 0.0))
            with cgutils.for_range(b, n) as columns:
                j, at = columns.index, b.add(b.mul(row, n), columns.index)
                size = self._copy("jacobian", at, lane, self.entry(i, j), self.entry_behind(i, j))
                b.store(b.fadd(b.load(total), b.fadd(self.number("spread", at), size)), total)
            width = b.add(b.mul(i, self.i64(LANES)), lane)
            self.put(b.load(total), "work", b.add(self.wide, width))
            size = self._copy("f", row, lane, self.entry_behind(i, n))
            self.put(b.fadd(self.number("f_radius", row), size), "work", b.add(self.error, width))

    def _copy(self, name: str, at: Any, lane: Any, *places: Any) -> Any:
        """Copy a complex number into a lane; returns what its product's rounding may be."""
        b = self.b
        re, im = (Rounded(b, self.number(name, b.add(b.mul(at, self.i64(2)), self.i64(k)))) for k in range(2))
        for place in places:
            for k, part in enumerate((re, im)):
                self.put(part.value, "work", b.add(place, b.add(lane, self.i64(k * LANES))))
        return (self.rounding * (abs(re) + abs(im))).value

    def invert(self) -> None:
        """Replace the matrices by approximate inverses (Gauss and Jordan), nan where a pivot is zero."""
        b, n, one = self.b, self.n, self.i64(1)
        with cgutils.for_range(b, n) as loop:
            k = loop.index
            found, some = pivots(self, b, self.work, k, n, n)
            b.store(found, self._pivots_of(k), align=8)
            with b.if_then(some):
                self._exchange(k, found, self.entry)
            re, im = (Rounded(b, part) for part in self.load(self.work, self.entry(k, k)))
            scale = Rounded(b, b.fdiv(self.const(1.0).value, (re * re + im * im).value))
            inverse = (re * scale).value, (-im * scale).value
            self.store(self.work, self.entry(k, k), self.const(1.0).value, _ZERO)
            with cgutils.for_range(b, n) as columns:
                at = self.entry(k, columns.index)
                self.store(self.work, at, *self.mac((_ZERO, _ZERO), inverse, self.load(self.work, at)))
            with cgutils.for_range(b, n) as rows, b.if_then(b.icmp_signed("!=", rows.index, k)):
                factor = self.load(self.work, self.entry(rows.index, k))
                self.store(self.work, self.entry(rows.index, k), _ZERO, _ZERO)
                self._subtract_multiple(self.entry(rows.index, self.i64(0)), factor, self.entry(k, self.i64(0)), n)
        with cgutils.for_range(b, n) as loop:
            k = b.sub(b.sub(n, one), loop.index)
            found = b.load(self._pivots_of(k), align=8)
            with b.if_then(any_of(b, b.icmp_signed("!=", found, everywhere(b, k)))):
                self._exchange(k, found, lambda i, j: self.entry(j, i))

    def _pivots_of(self, k: Any) -> Any:
        """Where the rows of the pivots of a column are kept."""
        b = self.b
        place = b.gep(self.array["swaps"], [b.mul(k, self.i64(LANES))])
        return b.bitcast(place, ir.VectorType(I64, LANES).as_pointer())

    def _exchange(self, k: Any, found: Any, place: Callable[[Any, Any], Any]) -> None:
        """Exchange line k in each lane with the line that was found there."""
        b = self.b
        with cgutils.for_range_slice(b, b.add(k, self.i64(1)), self.n, self.i64(1)) as (i, _):
            mask = b.icmp_signed("==", found, everywhere(b, i))
            with b.if_then(any_of(b, mask)), cgutils.for_range(b, self.n) as loop:
                j = loop.index
                upper, lower = (self.load(self.work, place(line, j)) for line in (k, i))
                for line, here, other in ((k, upper, lower), (i, lower, upper)):
                    parts = (b.select(mask, o, h) for h, o in zip(here, other, strict=True))
                    self.store(self.work, place(line, j), *parts)

    def _subtract_multiple(self, target: Any, factor: Any, source: Any, count: Any) -> None:
        """Subtract from `count` numbers at `target` those at `source` times a factor."""
        b = self.b
        with cgutils.for_range(b, count) as loop:
            at = b.mul(loop.index, self.i64(WIDTH))
            here, there = b.add(target, at), self.load(self.work, b.add(source, at))
            self.store(self.work, here, *self.msub(self.load(self.work, here), factor, there))

    def bound(self, first: Any) -> None:
        """The largest sums over the rows of I - Y J and Y F, and the step."""
        b, n = self.b, self.n
        sums = [b.add(self.sums, self.i64(k * LANES)) for k in range(3)]
        for place in sums:
            self.put_vector(Rounded(b, _ZERO), place)
        left = b.sub(self.count, first)
        lanes = b.select(b.icmp_signed("<", left, self.i64(LANES)), left, self.i64(LANES))
        with cgutils.for_range(b, n) as rows:
            kappa, blur = self._row(rows.index)
            last = b.add(self.products, b.mul(n, self.i64(WIDTH)))
            size = self._modulus(last)
            for place, value in zip(sums, (kappa, size + blur, blur), strict=True):
                self.put_vector(_larger(self.vector(place), value), place)
            with cgutils.for_range(b, lanes) as loop:
                at = b.mul(b.add(b.mul(b.add(first, loop.index), n), rows.index), self.i64(2))
                for k in range(2):
                    part = self.number("work", b.add(last, b.add(loop.index, self.i64(k * LANES))))
                    self.put(b.fneg(part), "step", b.add(at, self.i64(k)))
        with cgutils.for_range(b, lanes) as loop:
            for name, place in zip(("kappa", "eta", "noise"), sums, strict=True):
                self.put(self.number("work", b.add(place, loop.index)), name, b.add(first, loop.index))

    def _row(self, i: Any) -> tuple[Rounded, Rounded]:
        """A row of I - Y J and -Y f into the row of products; a bound of the sum of the first, and the rounding of the other."""
        b, n = self.b, self.n
        total, blur = self.var(_ZERO), self.var(_ZERO)
        with cgutils.for_range(b, self.columns) as loop:
            self.store(self.work, b.add(self.products, b.mul(loop.index, self.i64(WIDTH))), _ZERO, _ZERO)
        with cgutils.for_range(b, n) as loop:
            k, factor = loop.index, self.load(self.work, self.entry(i, loop.index))
            re, im = (abs(Rounded(b, part)) for part in factor)
            for var, widths in ((total, self.wide), (blur, self.error)):
                more = (re + im) * self.vector(b.add(widths, b.mul(k, self.i64(LANES))))
                b.store((Rounded(b, b.load(var)) + more).value, var)
            self._subtract_multiple(self.products, factor, self.entry_behind(k, self.i64(0)), self.columns)
        diagonal = b.add(self.products, b.mul(i, self.i64(WIDTH)))
        self.put_vector(self.vector(diagonal) + 1.0, diagonal)
        with cgutils.for_range(b, n) as loop:
            size = self._modulus(b.add(self.products, b.mul(loop.index, self.i64(WIDTH))))
            b.store((Rounded(b, b.load(total)) + size).value, total)
        return Rounded(b, b.load(total)), Rounded(b, b.load(blur))

    def _modulus(self, at: Any) -> Rounded:
        """An upper bound, but for rounding."""
        re, im = self.vector(at), self.vector(self.b.add(at, self.i64(LANES)))
        return Rounded(self.b, self.sqrt(re * re + im * im).value) + _HIDDEN


def _larger(a: Rounded, c: Rounded) -> Rounded:
    """The larger of two numbers; nan where one is."""
    b = a.b
    is_first = b.or_(b.fcmp_ordered("<=", c.value, a.value), b.fcmp_unordered("uno", a.value, a.value))
    return Rounded(b, b.select(is_first, a.value, c.value))


@intrinsic
def _bound(
    typingctx: Any,
    jacobian: Any,
    spread: Any,
    f: Any,
    f_radius: Any,
    kappa: Any,
    eta: Any,
    noise: Any,
    step: Any,
    work: Any,
    swaps: Any,
) -> Any:
    """The kernel, LANES systems at once."""
    arrays = (jacobian, spread, f, f_radius, kappa, eta, noise, step, work, swaps)
    if any(array.layout != "C" for array in arrays):
        raise TypingError("The arrays of the contraction test must be contiguous.")

    def codegen(context: Any, b: Any, sig: Any, args: Any) -> Any:
        systems = _Systems(context, b, sig, args)
        with cgutils.for_range_slice(b, systems.i64(0), systems.count, systems.i64(LANES)) as (first, _):
            systems.gather(first)
            systems.invert()
            systems.bound(first)
        return context.get_dummy_value()

    return types.void(*arrays), codegen


@compiled
def _bound_all(
    jacobian: Any,
    spread: Any,
    f: Any,
    f_radius: Any,
    kappa: Any,
    eta: Any,
    noise: Any,
    step: Any,
    work: Any,
    swaps: Any,
) -> None:
    _bound(jacobian, spread, f, f_radius, kappa, eta, noise, step, work, swaps)


def bound(
    jacobian: Complexes,
    spread: Floats,
    f: Complexes,
    f_radius: Floats,
    kappa: Floats,
    eta: Floats,
    noise: Floats,
    step: Complexes,
) -> None:
    """For each system ||I - Y J||, ||Y F||, the part of this that is rounding, and the step Y F; Y is an approximate inverse of J.

    Parameters
    ----------
    jacobian, spread : complex128 and float64 arrays (m, n, n)
    f, f_radius : complex128 and float64 arrays (m, n)
    kappa, eta, noise : float64 arrays (m,)
        Written; the rounding of their sums is for the caller to add.
    step : complex128 array (m, n)
        Written.
    """
    n = f.shape[1]
    work = np.empty((n * n + (n + 1) * (n + 1)) * WIDTH + (2 * n + 3) * LANES)
    given = (np.ascontiguousarray(array) for array in (jacobian, spread, f, f_radius))
    _bound_all(*given, kappa, eta, noise, step, work, np.empty((n, LANES), np.int64))
