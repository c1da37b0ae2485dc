"""The stationary points of a census as a table that a person reads; every printed digit is proved."""

from __future__ import annotations

from flint import arb

from homotopy.census import Census

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
    >>> print(points_table(ho.census(ps.expression("x^4/4 - x^2/2 + y^2/2"))))
    point  index        energy             x  y
        1      0  -0.250000000  -1.000000000  0
        2      0  -0.250000000   1.000000000  0
        3      1             0             0  0
    """
    names = ["point", "index", "energy", *census.landscape.variables]
    rows = [
        [str(k), "?" if p.index is None else str(p.index), _digits(p.energy, digits), *(_digits(c, digits) for c in p.coordinates)]
        for k, p in enumerate(census.points, start=1)
    ]
    if not rows:
        return "There is no real stationary point."
    widths = [max(map(len, column)) for column in zip(names, *rows, strict=True)]
    lines = ["  ".join(text.rjust(width) for text, width in zip(line, widths, strict=True)) for line in [names, *rows]]
    return "\n".join(line.rstrip() for line in lines)


def _digits(value: arb, digits: int) -> str:
    if value == 0 or (value.contains(0) and value.rad() < arb(10) ** (-2 * digits)):
        return "0"  # as close to zero as any digit that would be printed
    return str(value.str(digits, radius=False))
