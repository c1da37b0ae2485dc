"""Double-double arithmetic: a number is the unevaluated sum of two doubles, with 31 digits.

With u = 2^-53, and as long as nothing under- or overflows, sums err by less than 3 u^2/(1 - 4u) and products by less than
5 u^2 of the exact result, whatever the signs (Joldes, Muller & Popescu, ACM Trans. Math. Softw. 44, 15 (2017): their algorithms
AccurateDWPlusDW and DWTimesDW1). Operands must be normalised: the low part at most half a unit in the last place of the high one;
results are.
"""

from __future__ import annotations

from homotopy.common.jit import compiled

_SPLITTER = 134217729.0  # 2^27 + 1 (Dekker 1971)


@compiled.part
def add(ah: float, al: float, bh: float, bl: float) -> tuple[float, float]:
    """Sum of two double-doubles (Knuth's TwoSum on both halves)."""
    s = ah + bh
    v = s - ah
    e = (ah - (s - v)) + (bh - v)
    t = al + bl
    w = t - al
    f = (al - (t - w)) + (bl - w)
    e += t
    h = s + e
    e = e - (h - s) + f
    r = h + e
    return r, e - (r - h)


@compiled.part
def mul(ah: float, al: float, bh: float, bl: float) -> tuple[float, float]:
    """Product of two double-doubles (Dekker's TwoProd and the cross terms)."""
    p = ah * bh
    c = _SPLITTER * ah
    a1 = c - (c - ah)
    a2 = ah - a1
    c = _SPLITTER * bh
    b1 = c - (c - bh)
    b2 = bh - b1
    e = ((a1 * b1 - p) + a1 * b2 + a2 * b1) + a2 * b2
    e += ah * bl + al * bh
    r = p + e
    return r, e - (r - p)
