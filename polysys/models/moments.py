"""Whether numbers are the moments of some data, exactly: then a loss made of them is a sum of squares."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from flint import fmpq, fmpq_mat


def are_moments(gram: Any, cross: Any, norm: Fraction) -> bool:
    """Whether there are vectors u_i, y_i with sum u_i u_i^T = gram, sum y_i u_i^T = cross and sum |y_i|^2 = norm, exactly.

    Notes
    -----
    That is so if gram is positive semidefinite, the rows of cross lie in its range, and the least that the y_i then need,
    tr(cross gram^+ cross^T), is at most norm. Then sum |F u_i - y_i|^2 >= 0 for every matrix F.

    Examples
    --------
    >>> from fractions import Fraction as Q
    >>> are_moments([[Q(1)]], [[Q(2)]], Q(4)), are_moments([[Q(1)]], [[Q(2)]], Q(3)), are_moments([[Q(-1)]], [[Q(0)]], Q(0))
    (True, False, False)
    """
    g, b = _matrix(gram), _matrix(cross)
    n = g.nrows()
    if g != g.transpose() or not _is_semidefinite(g):
        return False
    augmented = fmpq_mat(
        n,
        n + b.nrows(),
        [x for row, extra in zip(g.tolist(), b.transpose().tolist(), strict=True) for x in (*row, *extra)],
    )
    reduced, rank = augmented.rref()
    pivots = [next(j for j in range(n + b.nrows()) if reduced[i, j] != 0) for i in range(rank)]
    if any(j >= n for j in pivots):
        return False  # a row of cross outside of the range
    least = fmpq(0)
    for k in range(b.nrows()):
        for i, j in enumerate(pivots):
            least += b[k, j] * reduced[i, n + k]
    return bool(least <= fmpq(norm.numerator, norm.denominator))


def _matrix(rows: Any) -> fmpq_mat:
    listed = [[fmpq(x.numerator, x.denominator) for x in row] for row in rows]
    return fmpq_mat(len(listed), len(listed[0]), [x for row in listed for x in row])


def _is_semidefinite(matrix: fmpq_mat) -> bool:
    """Whether a symmetric matrix has no negative eigenvalue: by elimination, each pivot positive or its row zero."""
    rows = matrix.tolist()
    n = len(rows)
    for k in range(n):
        if rows[k][k] < 0 or (rows[k][k] == 0 and any(rows[k][j] != 0 for j in range(k, n))):
            return False
        if rows[k][k] == 0:
            continue
        for i in range(k + 1, n):
            factor = rows[i][k] / rows[k][k]
            if factor != 0:
                rows[i] = [x - factor * y for x, y in zip(rows[i], rows[k], strict=True)]
    return True
