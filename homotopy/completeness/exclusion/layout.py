"""Numbers that the kernels and their callers share."""

from __future__ import annotations

LANES = 8
WIDTH = 2 * LANES  # doubles in a register
LARGEST = 1e100  # of any register, see programs.magnitude

ADD, SUB, MUL, SQUARE = range(4)
# what became of a box; the columns of `counts`
CELL, QUADRATIC, VALUE, DEPENDENT, MEAN_VALUE, NEWTON, KNOWN, LEFT, SPLIT, PROCESSED = range(10)
