"""Reduced row echelon forms, over the rationals and over two elements."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from flint import fmpq, fmpq_mat


def reduce_rational(rows: Sequence[Sequence[Fraction]], n: int) -> list[list[Fraction]]:
    """The reduced row echelon form over the rationals: sparse generators of the same space.

    Examples
    --------
    >>> reduce_rational([[Fraction(2), Fraction(4)], [Fraction(1), Fraction(2)]], 2)
    [[Fraction(1, 1), Fraction(2, 1)]]
    """
    if not rows:
        return []
    matrix, rank = fmpq_mat(len(rows), n, [fmpq(v.numerator, v.denominator) for row in rows for v in row]).rref()
    return [[Fraction(int(matrix[i, j].p), int(matrix[i, j].q)) for j in range(n)] for i in range(rank)]


def reduce_rows(rows: Sequence[Sequence[int]], order: Sequence[int]) -> list[list[int]]:
    """The reduced row echelon form over GF(2), without zero rows, with columns taken in the given order."""
    left = [list(r) for r in rows if any(r)]
    done: list[list[int]] = []
    for column in order:
        pivot = next((r for r in left if r[column]), None)
        if pivot is None:
            continue
        left.remove(pivot)
        left = [[a ^ b for a, b in zip(r, pivot, strict=True)] if r[column] else r for r in left]
        done = [[a ^ b for a, b in zip(r, pivot, strict=True)] if r[column] else r for r in done]
        done.append(pivot)
    return done
