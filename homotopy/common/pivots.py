"""Pivots of many small matrices at once, one in each lane, in vector code."""

# numba types an intrinsic by the function that makes it, one argument longer, and types its helpers not at all
# mypy: disable-error-code="call-arg,no-untyped-call,arg-type,misc"

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from homotopy.common.vectors import DOUBLE, I32, I64, LANES, WIDTH, Emit


def pivots(e: Emit, b: Any, mp: Any, k: Any, n: Any, w: Any) -> tuple[Any, Any]:
    """Rows of the pivots of column k, one a lane, and whether any lane wants an exchange.

    A lane keeps its diagonal entry unless another is four times as large (threshold pivoting): most then exchange nothing,
    and growth stays as harmless as with partial pivoting in practice (Duff, Erisman, Reid 1986, 5.3).
    """

    def square(i: Any) -> Any:
        re, im = e.load(mp, b.mul(b.add(b.mul(i, w), k), e.i64(WIDTH)))
        return e.fma(re, re, b.fmul(im, im))

    best = e.var(b.fmul(square(k), e.splat(ir.Constant(DOUBLE, 16.0))))
    where = e.var(everywhere(b, k))
    with cgutils.for_range_slice(b, b.add(k, e.i64(1)), n, e.i64(1)) as (i, _):
        size = square(i)
        larger = b.fcmp_ordered(">", size, b.load(best))
        b.store(b.select(larger, size, b.load(best)), best)
        b.store(b.select(larger, everywhere(b, i), b.load(where)), where)
    found = b.load(where)
    return found, any_of(b, b.icmp_signed("!=", found, everywhere(b, k)))


def everywhere(b: Any, i: Any) -> Any:
    """A whole number in all lanes."""
    nothing = ir.Constant(ir.VectorType(I64, LANES), ir.Undefined)
    first = b.insert_element(nothing, i, ir.Constant(I32, 0))
    return b.shuffle_vector(first, nothing, ir.Constant(ir.VectorType(I32, LANES), None))


def any_of(b: Any, mask: Any) -> Any:
    """Whether a mask holds in any lane."""
    return b.icmp_unsigned("!=", b.bitcast(mask, ir.IntType(LANES)), ir.Constant(ir.IntType(LANES), 0))


@intrinsic
def choose_pivots(typingctx: Any, m: Any, k: Any, n: Any, w: Any, index: Any) -> Any:
    """Write the rows of the pivots of column k to `index`, one a lane; true if any lane wants an exchange."""
    sig = types.boolean(m, k, n, w, index)

    def codegen(context: Any, b: Any, sig: Any, args: Any) -> Any:
        e = Emit(context, b)
        found, some = pivots(e, b, e.data(sig.args[0], args[0]), *args[1:4])
        b.store(found, b.bitcast(e.data(sig.args[4], args[4]), ir.VectorType(I64, LANES).as_pointer()), align=8)
        return some

    return sig, codegen
