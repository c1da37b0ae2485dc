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


@intrinsic
def run_program(typingctx: Any, code: Any, reg: Any, par: Any) -> Any:
    """Interpret a program: each instruction is a sum of typed terms written to one register, or a block.

    Layout of a sum: dst, counts of (+r, -r, +r r, -r r, real scalar r, complex scalar r, complex scalar), operands. A count
    loop each, the accumulators stay in vector registers. Of a block of linear forms: minus one more than the number of registers
    that they are forms in, where their real scalars begin, where they are written, the registers. Of a row of sums of one
    shape: -1, their number, the counts of +r r and real scalar r in each, and for each dst and operands.
    """
    sig = types.void(code, reg, par)

    def codegen(context: Any, b: Any, sig: Any, args: Any) -> Any:
        e = Emit(context, b)
        cp, rp, pp = (e.data(t, a) for t, a in zip(sig.args, args, strict=True))
        shape = context.make_array(sig.args[0])(context, b, args[0]).shape
        size = b.extract_value(shape, 0)
        zero = ir.Constant(VEC, None)
        pos = e.var(e.i64(0))
        acc_re, acc_im = e.var(zero), e.var(zero)
        acc2_re, acc2_im = e.var(zero), e.var(zero)

        def word(at: Any) -> Any:
            return b.sext(b.load(b.gep(cp, [at])), I64)

        def scalar(off: Any) -> Any:
            return e.splat(b.load(b.gep(pp, [off])))

        def get() -> tuple[Any, Any]:
            return b.load(acc_re), b.load(acc_im)

        def put(v: tuple[Any, Any]) -> None:
            b.store(v[0], acc_re)
            b.store(v[1], acc_im)

        def add(w: list[Any]) -> None:
            x = e.load(rp, w[0])
            a = get()
            put((b.fadd(a[0], x[0]), b.fadd(a[1], x[1])))

        def sub(w: list[Any]) -> None:
            x = e.load(rp, w[0])
            a = get()
            put((b.fsub(a[0], x[0]), b.fsub(a[1], x[1])))

        def cc(w: list[Any]) -> None:
            # two pairs of accumulators: a chain of four dependent operations a term would wait for itself
            x, y = e.load(rp, w[0]), e.load(rp, w[1])
            put((e.fma(x[0], y[0], b.load(acc_re)), e.fma(x[0], y[1], b.load(acc_im))))
            b.store(e.fnma(x[1], y[1], b.load(acc2_re)), acc2_re)
            b.store(e.fma(x[1], y[0], b.load(acc2_im)), acc2_im)

        def ccneg(w: list[Any]) -> None:
            put(e.msub(get(), e.load(rp, w[0]), e.load(rp, w[1])))

        def sc(w: list[Any]) -> None:
            s, x, a = scalar(w[0]), e.load(rp, w[1]), get()
            put((e.fma(s, x[0], a[0]), e.fma(s, x[1], a[1])))

        def sc2(w: list[Any]) -> None:
            sc(w[:2])
            s, x = scalar(w[2]), e.load(rp, w[3])
            b.store(e.fma(s, x[0], b.load(acc2_re)), acc2_re)
            b.store(e.fma(s, x[1], b.load(acc2_im)), acc2_im)

        def kc(w: list[Any]) -> None:
            put(e.mac(get(), (scalar(w[0]), scalar(b.add(w[0], e.i64(1)))), e.load(rp, w[1])))

        def k(w: list[Any]) -> None:
            a = get()
            put((b.fadd(a[0], scalar(w[0])), b.fadd(a[1], scalar(b.add(w[0], e.i64(1))))))

        def segment(count: Any, arity: int, body: Any) -> None:
            with cgutils.for_range(b, count):
                at = b.load(pos)
                body([word(b.add(at, e.i64(i))) for i in range(arity)])
                b.store(b.add(at, e.i64(arity)), pos)

        def block(at: Any, count: Any) -> None:
            sums = [(e.var(zero), e.var(zero)) for _ in range(BLOCK)]
            for pair in sums:
                for part in pair:
                    b.store(zero, part)
            base, first = word(b.add(at, e.i64(1))), b.add(at, e.i64(2 + BLOCK))
            with cgutils.for_range(b, count) as loop:
                x = e.load(rp, word(b.add(first, loop.index)))
                row = b.add(base, b.mul(loop.index, e.i64(BLOCK)))
                for k, pair in enumerate(sums):
                    s = scalar(b.add(row, e.i64(k)))
                    for part, value in zip(pair, x, strict=True):
                        b.store(e.fma(s, value, b.load(part)), part)
            for k, (re, im) in enumerate(sums):
                e.store(rp, word(b.add(at, e.i64(2 + k))), b.load(re), b.load(im))
            b.store(b.add(first, count), pos)

        def row(at: Any) -> None:
            sums, *counts = (word(b.add(at, e.i64(i))) for i in range(1, 4))
            b.store(b.add(at, e.i64(4)), pos)
            with cgutils.for_range(b, sums):
                dst = word(b.load(pos))
                b.store(b.add(b.load(pos), e.i64(1)), pos)
                for v in (acc_re, acc_im, acc2_re, acc2_im):
                    b.store(zero, v)
                for count, (arity, body) in zip(counts, ((2, cc), (2, sc)), strict=True):
                    segment(count, arity, body)
                a = get()
                e.store(rp, dst, b.fadd(a[0], b.load(acc2_re)), b.fadd(a[1], b.load(acc2_im)))

        head = b.append_basic_block("head")
        body_block = b.append_basic_block("body")
        sum_block, other_block, row_block, form_block = (b.append_basic_block(name) for name in ("sum", "other", "row", "forms"))
        done = b.append_basic_block("done")
        b.branch(head)
        b.position_at_end(head)
        b.cbranch(b.icmp_signed("<", b.load(pos), size), body_block, done)
        b.position_at_end(body_block)
        at = b.load(pos)
        tag = word(at)
        b.cbranch(b.icmp_signed("<", tag, e.i64(0)), other_block, sum_block)
        b.position_at_end(other_block)
        b.cbranch(b.icmp_signed("==", tag, e.i64(-1)), row_block, form_block)
        b.position_at_end(row_block)
        row(at)
        b.branch(head)
        b.position_at_end(form_block)
        block(at, b.sub(e.i64(-1), tag))
        b.branch(head)
        b.position_at_end(sum_block)
        dst, *counts = (word(b.add(at, e.i64(i))) for i in range(9))
        b.store(b.add(at, e.i64(9)), pos)
        for v in (acc_re, acc_im, acc2_re, acc2_im):
            b.store(zero, v)
        bodies = ((1, add), (1, sub), (2, cc), (2, ccneg), (4, sc2), (2, sc), (2, kc), (1, k))
        for count, (arity, body) in zip(counts, bodies, strict=True):
            segment(count, arity, body)
        a = get()
        e.store(rp, dst, b.fadd(a[0], b.load(acc2_re)), b.fadd(a[1], b.load(acc2_im)))
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
