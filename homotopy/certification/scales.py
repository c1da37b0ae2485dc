"""Systems whose coefficients are of very different sizes: how many bits certificates of their zeros take.

A system is *wide* where PRECISIONS do not reach as far as its coefficients. Certificates of one system are balls of one radius for all
coordinates, in the system's own units, so that what they say needs no scaling of anything. What it takes is digits: with 2^S the largest ratio
of sizes, coordinates may be as large as 2^S and as small as 2^-S, zeros of that size may be as close to each other as 2^-2S, and a radius is
seen to be below this distance with another S bits. Newton's method loses as many on the way. A wide system has 8 S > 1024, S > 128.

That is an estimate and no bound: unknowns that are products of unknowns are larger, and zeros of high degree closer. Nothing rests on it. What
needs more bits has no certificate and is not counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from homotopy.certification.balls import Enclosure, ExactComplex
from polysys.algebra.units import WIDE, size
from polysys.tape import Tape

MORE_PRECISIONS = (2048, 4096)
LAST_TAME = 1024  # bits of the certificates of all other systems
_BITS_A_SCALE = LAST_TAME // WIDE
_ACCURATE = Fraction(1, 10**12)  # of a coordinate, relative to its own size


@lru_cache(maxsize=64)
def scale_of(tape: Tape) -> int:
    """S: log2 of the largest ratio of sizes of the constants of a program, with one among them.

    Examples
    --------
    >>> import polysys as ps
    >>> scale_of(ps.expression("x^4/4 - x^2/2").sample().tapes.equations)
    2
    >>> scale_of(ps.expression("10^300*x^4 - x^2").sample().tapes.equations)
    996
    """
    sizes = [0, *(size(c) for c in tape.constants if c)]
    return max(sizes) - min(sizes)


def further_precisions(tape: Tape) -> tuple[int, ...]:
    """Bits of certificates beyond those of tame systems; none where the system is tame.

    Examples
    --------
    >>> import polysys as ps
    >>> [further_precisions(ps.expression(f"10^{k}*x^4 - x^2").sample().tapes.equations) for k in (0, 12, 60, 300)]
    [(), (), (2048,), (2048, 4096)]
    """
    needed = _BITS_A_SCALE * scale_of(tape)
    if needed <= LAST_TAME:
        return ()
    return tuple(p for p, before in zip(MORE_PRECISIONS, (LAST_TAME, *MORE_PRECISIONS), strict=False) if needed > before)


def is_sharp(enclosure: Enclosure, candidate: Sequence[ExactComplex], scale: int) -> bool:
    """Whether an enclosure gives every coordinate to a dozen digits of its own, or as zero.

    What is zero is so up to 2^-2S, which even the largest of the constants does not make large: an energy there has digits. A centre that was rounded to zero is zero, as far as the candidate tells, if that is zero too, or far outside: then it was noise.
    """
    for (re, im), (re0, im0) in zip(enclosure.mid, candidate, strict=True):
        size = abs(re) + abs(im)
        if size:
            if enclosure.radius > _ACCURATE * size:
                return False
        elif enclosure.radius > Fraction(1, 1 << 2 * scale) or 0 < abs(re0) + abs(im0) <= 1000 * enclosure.radius:
            return False
    return True
