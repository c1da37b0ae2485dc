"""The stationary points of a census as a table that a person reads; every printed digit is proved."""

from __future__ import annotations

from collections.abc import Sequence

from flint import arb

from homotopy.certification.classify import all_coordinates
from homotopy.counting.result import Census

DIGITS = 10


def points_table(census: Census, digits: int = DIGITS) -> str:
    """One line a point: number, Morse index (? where undecided), energy, coordinates.

    Parameters
    ----------
    census : Census
    digits : int
        Significant digits, fewer where fewer are proved (the last may be off by one).

    Returns
    -------
    str

    Examples
    --------
    >>> import homotopy as ho, polysys as ps
    >>> print(points_table(ho.census(ps.expression("x^4/4 - x^2/2 + x/9 + y^2/2"))))
    point  index          energy             x  y
        1      0   -0.3640427339  -1.051507670  0
        2      0   -0.1421691869  0.9389713509  0
        3      1  0.006211920800  0.1125363187  0
    """
    names = ["point", "index", "energy", *census.landscape.all_variables]
    coordinates = [all_coordinates(census.landscape, p) for p in census.points]
    largest = _largest([c for point in coordinates for c in point])
    scales = [_largest([p.energy for p in census.points]), *(largest for _ in census.landscape.all_variables)]
    rows = [
        [str(k), "?" if p.index is None else str(p.index), *(_digits(v, s, digits) for v, s in zip((p.energy, *point), scales, strict=True))]
        for k, (p, point) in enumerate(zip(census.points, coordinates, strict=True), start=1)
    ]
    if not rows:
        return "There is no real stationary point."
    widths = [max(map(len, column)) for column in zip(names, *rows, strict=True)]
    lines = ["  ".join(text.rjust(width) for text, width in zip(line, widths, strict=True)) for line in [names, *rows]]
    return "\n".join(line.rstrip() for line in lines)


def _largest(values: Sequence[arb]) -> float:
    return max((float(abs(v).upper()) for v in values), default=0.0)


def _digits(value: arb, scale: float, digits: int) -> str:
    if value == 0 or (value.contains(0) and float(value.rad()) < scale * 10.0**-digits):
        return "0"  # beside the largest value of its kind, every digit that would be printed is 0
    return str(value.str(digits, radius=False))
