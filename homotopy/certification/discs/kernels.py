"""The compiled interpreter of straight-line programs over many discs at once; bounds as in :mod:`homotopy.certification.discs.roundoff`."""

from __future__ import annotations

from typing import Any

from homotopy.certification.discs.interpreter import Arithmetic, Number, interpreter_of, size_of
from homotopy.certification.discs.roundoff import INFLATE, TINY, U
from homotopy.common.jit import compiled
from homotopy.common.vectors import Words


class _Discs(Arithmetic):
    """Real part, imaginary part, radius; scalars are midpoint and radius."""

    parts, scalar_parts = 3, 2

    def given(self, e: Words, re: Any, im: Any, radius: Any) -> tuple[Any, ...]:
        return re, im, radius

    def multiply_scalar(self, s: Number, b: Number) -> Number:
        (mid, error), (re, im, radius) = s, b
        size, s1 = size_of(re, im), abs(mid)
        return mid * re, mid * im, (s1 * radius + (2.0 * U) * (s1 * size) + error * (size + radius)) * INFLATE + TINY

    def multiply(self, a: Number, b: Number) -> Number:
        (ar, ai, ad), (br, bi, bd) = a, b
        asize, bsize = size_of(ar, ai), size_of(br, bi)
        radius = asize * bd + (3.0 * U) * (asize * bsize) + ad * (bsize + bd)
        return ar * br - ai * bi, ar * bi + ai * br, radius * INFLATE + TINY

    def add(self, a: Number, b: Number, sign: int) -> Number:
        re, im = (a[k] + b[k] if sign > 0 else a[k] - b[k] for k in range(2))
        return re, im, (a[2] + b[2] + (2.0 * U) * size_of(re, im)) * INFLATE

    def add_scalar(self, s: Number, b: Number, scalar_sign: int, sign: int) -> Number:
        (mid, error), (br, bi, bd) = s, b
        mid = mid if scalar_sign > 0 else -mid
        re, im = (mid + br, bi) if sign > 0 else (mid - br, -bi)
        return re, im, (bd + error + (2.0 * U) * abs(re)) * INFLATE

    def taken(self, e: Words, parts: tuple[Any, ...]) -> tuple[Any, Any, Any]:
        re, im, radius = parts
        return re, im, radius

    def taken_scalar(self, e: Words, parts: tuple[Any, ...]) -> tuple[Any, Any]:
        mid, radius = parts
        return mid, radius


_interpret = interpreter_of(_Discs())


@compiled
def evaluate_discs(
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
    """Enclosures of a program's outputs over discs; false if nothing can be claimed on this processor.

    Parameters
    ----------
    code : int32 array (n_ops, 4)
        operation, destination, operands.
    outputs : int32 array (n_outputs,)
        A register, or -1 - k for scalar k.
    scalars : float64 array (samples, n_scalars, 2)
        Real midpoints and radii.
    groups : int64 array (g, 3)
        sample, first and last + 1 of at most LANES discs.
    x : complex128 array (m, n)
    radius : float64 array (m, n)
    out_mid, out_radius : complex128 and float64 arrays (m, n_outputs)
        Written.
    reg : float64 array (n_registers, 3, LANES)
        Workspace.
    subnormal : float
        A subnormal number: where the processor flushes those to zero, as some libraries make it do, nothing is claimed.
    """
    if subnormal * 1.0 == 0.0:
        return False
    _interpret(code, outputs, scalars, groups, x, radius, out_mid, out_radius, reg)
    return True
