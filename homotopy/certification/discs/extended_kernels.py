"""The compiled interpreter of straight-line programs at many points, in double-double arithmetic with radii.

Bounds as in :mod:`homotopy.certification.discs.roundoff`.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir

from homotopy.certification.discs.interpreter import Arithmetic, Number, interpreter_of, size_of
from homotopy.certification.discs.roundoff import EXTENDED_MUL, EXTENDED_SUM, INFLATE, LEAST_SIZE, TINY
from homotopy.common.double_double import add, mul
from homotopy.common.jit import compiled
from homotopy.common.rounded import Rounded
from homotopy.common.vectors import DOUBLE, Words


class _DoubleDoubles(Arithmetic):
    """High and low real part, high and low imaginary part, radius; scalars are high part, low part and radius.

    The sums and products of double-doubles are those of compiled functions, here with vectors for numbers.
    """

    parts, scalar_parts = 5, 3

    def given(self, e: Words, re: Any, im: Any, radius: Any) -> tuple[Any, ...]:
        nothing = ir.Constant(DOUBLE, 0.0)
        return re, nothing, im, nothing, radius

    def multiply_scalar(self, s: Number, b: Number) -> Number:
        (high, low, error), (re, re_low, im, im_low, radius) = s, b
        size, s1 = size_of(re, im), abs(high)
        bound = (s1 * radius + EXTENDED_MUL * (s1 * size) + error * (size + radius)) * INFLATE + TINY
        return *mul(high, low, re, re_low), *mul(high, low, im, im_low), bound

    def multiply(self, a: Number, b: Number) -> Number:
        (ah, al, bh, bl, ad), (ch, cl, dh, dl, bd) = a, b
        asize, bsize = size_of(ah, bh), size_of(ch, dh)
        bound = (asize * bd + EXTENDED_MUL * (asize * bsize) + ad * (bsize + bd)) * INFLATE + TINY
        ph, pl = mul(bh, bl, dh, dl)
        re = add(*mul(ah, al, ch, cl), -ph, -pl)
        return *re, *add(*mul(ah, al, dh, dl), *mul(bh, bl, ch, cl)), bound

    def add(self, a: Number, b: Number, sign: int) -> Number:
        *other, radius = b if sign > 0 else (*(-part for part in b[:4]), b[4])
        re, im = add(*a[:2], *other[:2]), add(*a[2:4], *other[2:])
        return *re, *im, (a[4] + radius + EXTENDED_SUM * size_of(re[0], im[0])) * INFLATE

    def add_scalar(self, s: Number, b: Number, scalar_sign: int, sign: int) -> Number:
        high, low = s[:2] if scalar_sign > 0 else (-s[0], -s[1])
        re, re_low, im, im_low = b[:4] if sign > 0 else tuple(-part for part in b[:4])
        re, re_low = add(high, low, re, re_low)
        return re, re_low, im, im_low, (b[4] + s[2] + EXTENDED_SUM * (abs(re) + LEAST_SIZE)) * INFLATE

    def taken(self, e: Words, parts: tuple[Any, ...]) -> tuple[Any, Any, Any]:
        re, re_low, im, im_low, radius = (Rounded(e.b, part) for part in parts)
        return re.value, im.value, ((radius + (abs(re_low) + abs(im_low))) * INFLATE).value

    def taken_scalar(self, e: Words, parts: tuple[Any, ...]) -> tuple[Any, Any]:
        high, low, radius = (Rounded(e.b, part) for part in parts)
        return high.value, ((radius + abs(low)) * INFLATE).value


_interpret = interpreter_of(_DoubleDoubles())


@compiled
def evaluate_points(
    code: Any,
    outputs: Any,
    scalars: Any,
    groups: Any,
    x: Any,
    radius: Any,
    out_mid: Any,
    out_radius: Any,
    reg: Any,
    subnormal: Any,
) -> bool:
    """As :func:`homotopy.certification.discs.kernels.evaluate_discs`, in double-doubles.

    Scalars (samples, n_scalars, 3) are high part, low part and radius; a register is (5, LANES).
    """
    if subnormal * 1.0 == 0.0:
        return False
    _interpret(code, outputs, scalars, groups, x, radius, out_mid, out_radius, reg)
    return True
