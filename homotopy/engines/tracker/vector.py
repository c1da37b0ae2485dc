"""Vector code for the kernels, emitted as LLVM: interpreted sums and elimination over lanes.

A vector of `LANES` doubles is one LLVM value, written out as such (LLVM maps it to AVX-512, AVX or SSE registers as the
machine has them; its own loop vectoriser does not keep accumulators in registers over an interpreted sum). A register
is a pair of vectors, real and imaginary part. Lanes never mix: a path's numbers do not depend on its neighbours.
"""

# numba types an intrinsic by the function that makes it, one argument longer, and types its helpers not at all
# mypy: disable-error-code="call-arg,no-untyped-call,arg-type,misc"

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from homotopy.common.pivots import any_of, everywhere, pivots
from homotopy.common.vectors import DOUBLE, I64, VEC, WIDTH, Emit

BLOCK = 4  # linear forms of a block: they share the loads of a register and hide the latency of each other's sums


class _Interpreter:
    """Code that walks over the words of a program; the accumulators of the sum under way stay in vector registers."""

    def __init__(self, e: Emit, code: Any, registers: Any, scalars: Any) -> None:
        self.e, self.b = e, e.b
        self._code, self._registers, self._scalars = code, registers, scalars
        self.pos = e.var(e.i64(0))
        self._acc = [e.var(ir.Constant(VEC, None)) for _ in range(4)]  # two pairs
        # the counts of a sum: words of a term, and what it adds
        self._terms = (
            (1, self._plus), (1, self._minus), (2, self._product), (2, self._minus_product), (4, self._two_scaled),
            (2, self._scaled), (2, self._complex_scaled), (1, self._constant),
        )  # fmt: skip

    def word(self, at: Any) -> Any:
        return self.b.sext(self.b.load(self.b.gep(self._code, [at])), I64)

    def _words(self, at: Any, first: int, stop: int) -> list[Any]:
        return [self.word(self.b.add(at, self.e.i64(i))) for i in range(first, stop)]

    def _register(self, number: Any) -> tuple[Any, Any]:
        return self.e.load(self._registers, number)

    def _scalar(self, off: Any) -> Any:
        return self.e.splat(self.b.load(self.b.gep(self._scalars, [off])))

    def _complex_scalar(self, off: Any) -> tuple[Any, Any]:
        return self._scalar(off), self._scalar(self.b.add(off, self.e.i64(1)))

    def _get(self, pair: int = 0) -> tuple[Any, Any]:
        return self.b.load(self._acc[2 * pair]), self.b.load(self._acc[2 * pair + 1])

    def _put(self, value: tuple[Any, Any], pair: int = 0) -> None:
        for part, place in zip(value, self._acc[2 * pair : 2 * pair + 2], strict=True):
            self.b.store(part, place)

    def _plus(self, w: list[Any]) -> None:
        x, a = self._register(w[0]), self._get()
        self._put((self.b.fadd(a[0], x[0]), self.b.fadd(a[1], x[1])))

    def _minus(self, w: list[Any]) -> None:
        x, a = self._register(w[0]), self._get()
        self._put((self.b.fsub(a[0], x[0]), self.b.fsub(a[1], x[1])))

    def _product(self, w: list[Any]) -> None:
        # two pairs of accumulators: a chain of four dependent operations a term would wait for itself
        e, x, y = self.e, self._register(w[0]), self._register(w[1])
        a, c = self._get(), self._get(1)
        self._put((e.fma(x[0], y[0], a[0]), e.fma(x[0], y[1], a[1])))
        self._put((e.fnma(x[1], y[1], c[0]), e.fma(x[1], y[0], c[1])), 1)

    def _minus_product(self, w: list[Any]) -> None:
        self._put(self.e.msub(self._get(), self._register(w[0]), self._register(w[1])))

    def _scaled(self, w: list[Any], pair: int = 0) -> None:
        s, x, a = self._scalar(w[0]), self._register(w[1]), self._get(pair)
        self._put((self.e.fma(s, x[0], a[0]), self.e.fma(s, x[1], a[1])), pair)

    def _two_scaled(self, w: list[Any]) -> None:
        self._scaled(w[:2])
        self._scaled(w[2:], 1)

    def _complex_scaled(self, w: list[Any]) -> None:
        self._put(self.e.mac(self._get(), self._complex_scalar(w[0]), self._register(w[1])))

    def _constant(self, w: list[Any]) -> None:
        a, c = self._get(), self._complex_scalar(w[0])
        self._put((self.b.fadd(a[0], c[0]), self.b.fadd(a[1], c[1])))

    def _segments(self, counts: list[Any], terms: Any) -> None:
        """As many terms of each kind as counted."""
        b = self.b
        for count, (arity, add) in zip(counts, terms, strict=True):
            with cgutils.for_range(b, count):
                at = b.load(self.pos)
                add(self._words(at, 0, arity))
                b.store(b.add(at, self.e.i64(arity)), self.pos)

    def _sum(self, dst: Any, counts: list[Any], terms: Any) -> None:
        for place in self._acc:
            self.b.store(ir.Constant(VEC, None), place)
        self._segments(counts, terms)
        a, c = self._get(), self._get(1)
        self.e.store(self._registers, dst, self.b.fadd(a[0], c[0]), self.b.fadd(a[1], c[1]))

    def one_sum(self, at: Any) -> None:
        dst, *counts = self._words(at, 0, 1 + len(self._terms))
        self.b.store(self.b.add(at, self.e.i64(1 + len(self._terms))), self.pos)
        self._sum(dst, counts, self._terms)

    def row(self, at: Any) -> None:
        """Sums of one shape."""
        b, e = self.b, self.e
        sums, *counts = self._words(at, 1, 4)
        b.store(b.add(at, e.i64(4)), self.pos)
        with cgutils.for_range(b, sums):
            dst = self.word(b.load(self.pos))
            b.store(b.add(b.load(self.pos), e.i64(1)), self.pos)
            self._sum(dst, counts, ((2, self._product), (2, self._scaled)))

    def forms(self, at: Any, count: Any) -> None:
        """A block of linear forms in `count` registers."""
        b, e, zero = self.b, self.e, ir.Constant(VEC, None)
        sums = [(e.var(zero), e.var(zero)) for _ in range(BLOCK)]
        for pair in sums:
            for part in pair:
                b.store(zero, part)
        base, first = self.word(b.add(at, e.i64(1))), b.add(at, e.i64(2 + BLOCK))
        with cgutils.for_range(b, count) as loop:
            x = self._register(self.word(b.add(first, loop.index)))
            row = b.add(base, b.mul(loop.index, e.i64(BLOCK)))
            for k, pair in enumerate(sums):
                s = self._scalar(b.add(row, e.i64(k)))
                for part, value in zip(pair, x, strict=True):
                    b.store(e.fma(s, value, b.load(part)), part)
        for k, (re, im) in enumerate(sums):
            e.store(self._registers, self.word(b.add(at, e.i64(2 + k))), b.load(re), b.load(im))
        b.store(b.add(first, count), self.pos)


@intrinsic
def run_program(typingctx: Any, code: Any, reg: Any, par: Any) -> Any:
    """Interpret a program: each instruction is a sum of typed terms written to one register, or a block.

    Layout of a sum: dst, counts of (+r, -r, +r r, -r r, two times real scalar r, real scalar r, complex scalar r, complex scalar),
    operands. Of a block of linear forms: minus one more than the number of registers that they are forms in, where their real
    scalars begin, where they are written, the registers. Of a row of sums of one shape: -1, their number, the counts of +r r and
    real scalar r in each, and for each dst and operands.
    """
    sig = types.void(code, reg, par)

    def codegen(context: Any, b: Any, sig: Any, args: Any) -> Any:
        e = Emit(context, b)
        work = _Interpreter(e, *(e.data(t, a) for t, a in zip(sig.args, args, strict=True)))
        size = b.extract_value(context.make_array(sig.args[0])(context, b, args[0]).shape, 0)
        head, body = b.append_basic_block("head"), b.append_basic_block("body")
        sums, other, rows, forms = (b.append_basic_block(name) for name in ("sum", "other", "row", "forms"))
        done = b.append_basic_block("done")
        b.branch(head)
        b.position_at_end(head)
        b.cbranch(b.icmp_signed("<", b.load(work.pos), size), body, done)
        b.position_at_end(body)
        at = b.load(work.pos)
        tag = work.word(at)
        b.cbranch(b.icmp_signed("<", tag, e.i64(0)), other, sums)
        b.position_at_end(other)
        b.cbranch(b.icmp_signed("==", tag, e.i64(-1)), rows, forms)
        for block, emit in (
            (rows, lambda: work.row(at)),
            (forms, lambda: work.forms(at, b.sub(e.i64(-1), tag))),
            (sums, lambda: work.one_sum(at)),
        ):
            b.position_at_end(block)
            emit()
            b.branch(head)
        b.position_at_end(done)
        return context.get_dummy_value()

    return sig, codegen


@intrinsic
def fill_matrix(typingctx: Any, fill: Any, reg: Any, par: Any) -> Any:
    """Copy what is not made in the matrix: places and sources, a source >= 0 a register, -1 zero, -2 - k the complex scalar at k."""
    sig = types.void(fill, reg, par)

    def codegen(context: Any, b: Any, sig: Any, args: Any) -> Any:
        e = Emit(context, b)
        fp, rp, pp = (e.data(t, a) for t, a in zip(sig.args, args, strict=True))
        size = b.extract_value(context.make_array(sig.args[0])(context, b, args[0]).shape, 0)
        with cgutils.for_range(b, b.sdiv(size, e.i64(2))) as loop:
            at = b.mul(loop.index, e.i64(2))
            dst, src = (b.sext(b.load(b.gep(fp, [place])), I64) for place in (at, b.add(at, e.i64(1))))
            with b.if_else(b.icmp_signed(">=", src, e.i64(0))) as (then, other):
                with then:
                    e.store(rp, dst, *e.load(rp, src))
                with other, b.if_else(b.icmp_signed("==", src, e.i64(-1))) as (blank, value):
                    with blank:
                        e.store(rp, dst, ir.Constant(VEC, None), ir.Constant(VEC, None))
                    with value:
                        off = b.sub(e.i64(-2), src)
                        re = e.splat(b.load(b.gep(pp, [off])))
                        im = e.splat(b.load(b.gep(pp, [b.add(off, e.i64(1))])))
                        e.store(rp, dst, re, im)
        return context.get_dummy_value()

    return sig, codegen


@intrinsic
def exchange_rows(typingctx: Any, m: Any, k: Any, n: Any, w: Any) -> Any:
    """Bring the pivots of column k to the diagonal, in each lane its own."""
    sig = types.void(m, k, n, w)

    def codegen(context: Any, b: Any, sig: Any, args: Any) -> Any:
        e = Emit(context, b)
        mp = e.data(sig.args[0], args[0])
        k, n, w = args[1:4]

        def at(i: Any, j: Any) -> Any:
            return b.mul(b.add(b.mul(i, w), j), e.i64(WIDTH))

        found, some = pivots(e, b, mp, k, n, w)
        with b.if_then(some), cgutils.for_range_slice(b, b.add(k, e.i64(1)), n, e.i64(1)) as (i, _):
            mask = b.icmp_signed("==", found, everywhere(b, i))
            with b.if_then(any_of(b, mask)), cgutils.for_range_slice(b, k, w, e.i64(1)) as (j, _):
                upper, lower = e.load(mp, at(k, j)), e.load(mp, at(i, j))
                for row, here, other in ((k, upper, lower), (i, lower, upper)):
                    e.store(mp, at(row, j), *(b.select(mask, o, h) for h, o in zip(here, other, strict=True)))
        return context.get_dummy_value()

    return sig, codegen


@intrinsic
def eliminate(typingctx: Any, m: Any, k: Any, n: Any, w: Any) -> Any:
    """Eliminate column k below the diagonal in all w columns; the pivot is replaced by its reciprocal."""
    sig = types.void(m, k, n, w)

    def codegen(context: Any, b: Any, sig: Any, args: Any) -> Any:
        e = Emit(context, b)
        mp = e.data(sig.args[0], args[0])
        k, n, w = args[1:4]
        one = e.i64(1)

        def at(i: Any, j: Any) -> Any:
            return b.mul(b.add(b.mul(i, w), j), e.i64(WIDTH))

        def times(x: tuple[Any, Any], y: tuple[Any, Any]) -> tuple[Any, Any]:
            z = ir.Constant(VEC, None)
            return e.mac((z, z), x, y)

        re, im = e.load(mp, at(k, k))
        scale = b.fdiv(e.splat(ir.Constant(DOUBLE, 1.0)), e.fma(re, re, b.fmul(im, im)))
        inv = (b.fmul(re, scale), b.fneg(b.fmul(im, scale)))
        e.store(mp, at(k, k), *inv)
        first = b.add(k, one)
        rest = b.sub(n, first)
        # three rows at a time share the loads of the pivot row
        for rows in (3, 1):
            begin = first if rows == 3 else b.add(first, b.mul(b.sdiv(rest, e.i64(3)), e.i64(3)))
            stop = b.add(first, b.mul(b.sdiv(rest, e.i64(3)), e.i64(3))) if rows == 3 else n
            with cgutils.for_range_slice(b, begin, stop, e.i64(rows)) as (i, _):
                lines = [b.add(i, e.i64(r)) for r in range(rows)]
                factors = [times(e.load(mp, at(r, k)), inv) for r in lines]
                with cgutils.for_range_slice(b, first, w, one) as (j, _):
                    u = e.load(mp, at(k, j))
                    for r, factor in zip(lines, factors, strict=True):
                        here = at(r, j)
                        e.store(mp, here, *e.msub(e.load(mp, here), factor, u))
        return context.get_dummy_value()

    return sig, codegen


@intrinsic
def back_substitute(typingctx: Any, m: Any, n: Any, w: Any) -> Any:
    """Back substitution for the two right-hand sides in the last columns."""
    sig = types.void(m, n, w)

    def codegen(context: Any, b: Any, sig: Any, args: Any) -> Any:
        e = Emit(context, b)
        mp = e.data(sig.args[0], args[0])
        n, w = args[1:3]
        one = e.i64(1)

        def at(i: Any, j: Any) -> Any:
            return b.mul(b.add(b.mul(i, w), j), e.i64(WIDTH))

        zero = ir.Constant(VEC, None)
        with cgutils.for_range(b, n) as loop:
            i = b.sub(b.sub(n, one), loop.index)
            columns = (n, b.add(n, one))
            acc = [tuple(e.var(part) for part in e.load(mp, at(i, c))) for c in columns]
            with cgutils.for_range_slice(b, b.add(i, one), n, one) as (j, _):
                u = e.load(mp, at(i, j))
                for (ar, ai), c in zip(acc, columns, strict=True):
                    re, im = e.msub((b.load(ar), b.load(ai)), u, e.load(mp, at(j, c)))
                    b.store(re, ar)
                    b.store(im, ai)
            inv = e.load(mp, at(i, i))
            for (ar, ai), c in zip(acc, columns, strict=True):
                e.store(mp, at(i, c), *e.mac((zero, zero), (b.load(ar), b.load(ai)), inv))
        return context.get_dummy_value()

    return sig, codegen
