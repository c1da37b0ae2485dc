"""The stationary points of a census as a table that a person reads; every printed digit is proved."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from flint import acb, arb, ctx

from homotopy.certification.classify import all_coordinates
from homotopy.certification.closure import enclosing_balls
from homotopy.counting.result import Census
from homotopy.counting.solutions import Solutions
from homotopy.status import Verdict

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


def solutions_table(found: Solutions, digits: int = DIGITS) -> str:
    """One line a solution, the real ones first, by their coordinates: number, whether it is real (? where undecided), the unknowns.

    Parameters
    ----------
    found : Solutions
    digits : int
        Significant digits, fewer where fewer are proved (the last may be off by one).

    Examples
    --------
    >>> import homotopy as ho, polysys as ps
    >>> print(solutions_table(ho.solve(ps.equations(["x^2 + y = 1", "x*y = 2"])), digits=5))
    solution  real                   x                   y
           1  yes              -1.5214             -1.3146
           2  no   0.76069 - 0.85787 i  1.1573 + 1.3052 i
           3  no   0.76069 + 0.85787 i  1.1573 - 1.3052 i
    """
    marks = {Verdict.YES: "yes", Verdict.NO: "no", Verdict.UNDECIDED: "?"}

    def place(k: int) -> tuple[bool, list[float]]:
        parts = [part for z in found.points[k].tolist() for part in (float(f"{z.real:.9g}"), float(f"{z.imag:.9g}"))]
        return found.certificates[k].reality is not Verdict.YES, parts

    order = sorted(range(len(found)), key=place)
    rows = [["solution", "real", *found.equations.variables]]
    largest = float(np.abs(found.points).max(initial=0.0))
    for number, k in enumerate(order, start=1):
        c = found.certificates[k]
        with ctx.workprec(max(64, c.precision)):
            values = [
                _complex_digits(z, largest, digits, is_real=c.reality is Verdict.YES) for z in enclosing_balls(c)
            ]  # fmt: skip
        rows.append([str(number), marks[c.reality], *values])
    if len(rows) == 1:
        return "There is no certified solution."
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(t.ljust(w) if i == 1 else t.rjust(w) for i, (t, w) in enumerate(zip(row, widths, strict=True)))
        for row in rows
    ]
    return "\n".join(line.rstrip() for line in lines)


def _complex_digits(z: acb, scale: float, digits: int, *, is_real: bool) -> str:
    real, imaginary = _digits(z.real, scale, digits), _digits(abs(z.imag), scale, digits)
    if is_real or imaginary == "0":
        return real
    sign = "-" if z.imag.mid() < 0 else "+"
    return f"{real} {sign} {imaginary} i"


def _largest(values: Sequence[arb]) -> float:
    return max((float(abs(v).upper()) for v in values), default=0.0)


def _digits(value: arb, scale: float, digits: int) -> str:
    if value == 0 or (value.contains(0) and float(value.rad()) < scale * 10.0**-digits):
        return "0"  # beside the largest value of its kind, every digit that would be printed is 0
    return str(value.str(digits, radius=False))
