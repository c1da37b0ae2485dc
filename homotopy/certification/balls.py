"""Rigorous evaluation in ball arithmetic (python-flint): tapes over balls, the contraction test, verified inertia.

The existence test. Let F: C^n -> C^n be polynomial, m a point, Y a matrix, R > 0, D_R the closed polydisc
|z_i - m_i| <= R, and N(z) = z - Y F(z). With kappa >= ||I - Y J(z)||_inf for all z in D_R and eta >= ||Y F(m)||_inf:
if kappa < 1 and eta <= (1 - kappa) R, then N maps D_R into itself and contracts it, so F has exactly one zero in
D_R (kappa < 1 makes Y invertible), and that zero lies in D_r with r = eta / (1 - kappa). This is the
Krawczyk-Rump form of the Newton-Kantorovich theorem (Krawczyk 1969; Rump, Acta Numerica 2010, section 13; Breiding,
Rose & Timme 2023). All bounds are computed with outward rounding; Y and m are exact dyadic or decimal numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from flint import acb, acb_mat, arb, arb_mat, ctx, fmpq

from polysys.tape import Tape

ExactComplex = tuple[Fraction, Fraction]
_NO_ENTRY = 1 << 24  # more binary orders than any entry has


def ball(value: Fraction) -> arb:
    """The ball of a rational at the current precision."""
    return arb(fmpq(value.numerator, value.denominator))


def upper(value: arb) -> Fraction:
    """A rational upper bound of a finite nonnegative ball."""
    mantissa, exponent = value.abs_upper().man_exp()
    m, e = int(mantissa), int(exponent)
    return Fraction(m << e) if e >= 0 else Fraction(m, 1 << -e)


def complex_ball(z: ExactComplex, radius: Fraction = Fraction(0)) -> acb:
    """A ball that contains the disc of the given radius about an exact complex number."""
    if radius:
        spread = arb(0, _rad(radius))
        return acb(ball(z[0]) + spread, ball(z[1]) + spread)
    return acb(ball(z[0]), ball(z[1]))


def real_ball(x: Fraction, radius: Fraction) -> arb:
    """A ball that contains the interval of the given radius about an exact real number."""
    return ball(x) + arb(0, _rad(radius)) if radius else ball(x)


def _rad(radius: Fraction) -> arb:
    return ball(radius).abs_upper()


def evaluate(tape: Tape, inputs: Sequence[Any]) -> list[Any]:
    """Enclosures of the outputs of a parameter-free tape over balls, real or complex."""
    return tape.evaluate(inputs, (), _constants(tape, ctx.prec))


@lru_cache(maxsize=64)
def _constants(tape: Tape, precision: int) -> list[arb]:
    """A tape's constants as balls at a precision (the current one)."""
    return [ball(c) for c in tape.constants]


def as_float(z: acb) -> complex:
    """The midpoint of a complex ball, rounded to double."""
    return complex(float(z.real.mid()), float(z.imag.mid()))


def to_double(value: Fraction) -> float:
    """A rational rounded to double, infinite where it is out of range."""
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def _float_matrix(balls: Sequence[Any], n: int) -> npt.NDArray[np.complex128]:
    return np.array([as_float(acb(b)) for b in balls], dtype=np.complex128).reshape(n, n)


def _exact_matrix(matrix: npt.NDArray[np.complex128]) -> acb_mat:
    n = matrix.shape[0]
    return acb_mat(n, n, [acb(z.real, z.imag) for z in matrix.ravel().tolist()])


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A proved zero: exactly one in the polydisc of radius `uniqueness` about `mid`, and it lies within `radius`.

    Parameters
    ----------
    mid : tuple of (Fraction, Fraction)
        Real and imaginary part of each coordinate of the centre, exactly.
    radius, uniqueness : Fraction
    """

    mid: tuple[ExactComplex, ...]
    radius: Fraction
    uniqueness: Fraction


def preconditioner(jacobian: Tape, mid: Sequence[ExactComplex]) -> acb_mat | None:
    """An approximate inverse of the Jacobian at a point, with exact entries; None where it is numerically singular."""
    n = len(mid)
    values = evaluate(jacobian, [complex_ball(z) for z in mid])
    if not all(v.is_finite() for v in map(acb, values)):
        return None
    if ctx.prec <= 128:
        try:
            inverse = np.linalg.inv(_float_matrix(values, n))
        except np.linalg.LinAlgError:
            return None
        return _exact_matrix(inverse.astype(np.complex128)) if np.isfinite(inverse).all() else None
    try:
        return acb_mat(n, n, values).inv().mid()
    except ZeroDivisionError:
        return None


def contraction(jacobian: Tape, y: acb_mat, mid: Sequence[ExactComplex], radius: Fraction) -> Fraction | None:
    """An upper bound of ||I - Y J||_inf over the polydisc; None if it is not finite."""
    n = len(mid)
    values = evaluate(jacobian, [complex_ball(z, radius) for z in mid])
    defect = y * acb_mat(n, n, values)
    worst = Fraction(0)
    for i in range(n):
        row = sum((abs((1 if i == j else 0) - defect[i, j]) for j in range(n)), arb(0))
        if not row.is_finite():
            return None
        worst = max(worst, upper(row))
    return worst


def newton_defect(equations: Tape, y: acb_mat, mid: Sequence[ExactComplex]) -> tuple[Fraction | None, list[acb]]:
    """An upper bound of ||Y F(m)||_inf (None if not finite) and the vector itself."""
    n = len(mid)
    values = evaluate(equations, [complex_ball(z) for z in mid])
    step = y * acb_mat(n, 1, values)
    entries = [step[i, 0] for i in range(n)]
    moduli = [abs(e) for e in entries]
    if not all(m.is_finite() for m in moduli):
        return None, entries
    return max(map(upper, moduli)), entries


def check(equations: Tape, jacobian: Tape, enclosure: Enclosure) -> bool:
    """Whether the claim of an enclosure is proved at the current precision, with a fresh preconditioner."""
    y = preconditioner(jacobian, enclosure.mid)
    if y is None:
        return False
    kappa = contraction(jacobian, y, enclosure.mid, enclosure.uniqueness)
    eta, _ = newton_defect(equations, y, enclosure.mid)
    if kappa is None or eta is None or kappa >= 1:
        return False
    return 0 < enclosure.radius <= enclosure.uniqueness and eta <= (1 - kappa) * enclosure.radius


def verified_inertia(matrix: Sequence[Sequence[arb]]) -> tuple[int, int] | None:
    """Numbers of negative and positive eigenvalues of every symmetric matrix in a ball matrix; None if undecided.

    Notes
    -----
    Congruence Q^T M Q with an approximate eigenbasis scaled to make the result close to a signature matrix; its
    Gershgorin discs, computed in ball arithmetic, must avoid zero. A nonsingular result makes Q invertible, so by
    Sylvester's law the inertia is that of M. Repeated up to three times, which reaches condition numbers far
    beyond those of double precision when the balls are narrow enough.
    """
    inertia = _inertia(matrix)
    return _inertia(_equilibrated(matrix)) if inertia is None else inertia


def _equilibrated(matrix: Sequence[Sequence[arb]]) -> list[list[arb]]:
    """The congruent matrix D M D with powers of two in D: entries of largest product, one in each row and column, near one, no other above.

    These are the dual variables of an assignment problem (Duff & Pralet 2005).
    """
    costs = [[_NO_ENTRY if (e := _exponent(entry)) is None else -e for entry in row] for row in matrix]
    u, v = _assignment_duals(costs)
    d = [(a + b) // 2 for a, b in zip(u, v, strict=True)]
    return [[entry * arb((1, d[i] + d[j])) for j, entry in enumerate(row)] for i, row in enumerate(matrix)]


def _assignment_duals(costs: Sequence[Sequence[int]]) -> tuple[list[int], list[int]]:
    """u and v with u_i + v_j <= c_ij, and equality along a cheapest assignment: shortest augmenting paths (Jonker & Volgenant 1987)."""
    n = len(costs)
    u, v, row_of = [0] * n, [0] * n, [-1] * n
    for start in range(n):
        slack, previous, done = [_NO_ENTRY * (n + 1)] * n, [-1] * n, [False] * n
        i, column = start, -1
        while i >= 0:
            for j in range(n):
                if not done[j] and costs[i][j] - u[i] - v[j] < slack[j]:
                    slack[j], previous[j] = costs[i][j] - u[i] - v[j], column
            column = min((j for j in range(n) if not done[j]), key=slack.__getitem__)
            step = slack[column]
            u[start] += step
            for j in range(n):
                if done[j]:
                    u[row_of[j]] += step
                    v[j] -= step
                else:
                    slack[j] -= step
            done[column] = True
            i = row_of[column]
        while column >= 0:
            row_of[column] = start if previous[column] < 0 else row_of[previous[column]]
            column = previous[column]
    return u, v


def _exponent(value: arb) -> int | None:
    """log2 of the size of a ball's midpoint, rounded up; None where the ball may be zero."""
    if value.contains(0) or not value.is_finite():
        return None
    mantissa, exponent = value.mid().man_exp()
    return int(mantissa).bit_length() + int(exponent)


def _inertia(matrix: Sequence[Sequence[arb]]) -> tuple[int, int] | None:
    n = len(matrix)
    current = arb_mat(n, n, [entry for row in matrix for entry in row])
    for _ in range(3):
        mid = np.array([[float(current[i, j].mid()) for j in range(n)] for i in range(n)])
        if not np.isfinite(mid).all():
            return None
        try:
            values, vectors = np.linalg.eigh((mid + mid.T) / 2)
        except np.linalg.LinAlgError:
            return None
        scale = np.sqrt(np.maximum(np.abs(values), np.abs(values).max(initial=1e-300) * 1e-18))
        q = arb_mat(n, n, [arb(float(v)) for v in (vectors / scale).ravel()])
        current = q.transpose() * current * q
        signs = [_gershgorin_sign(current, i, n) for i in range(n)]
        if 0 not in signs:
            return signs.count(-1), signs.count(1)
    return None


def _gershgorin_sign(matrix: arb_mat, i: int, n: int) -> int:
    reach = sum((abs(matrix[i, j]) for j in range(n) if j != i), arb(0))
    if matrix[i, i] > reach:
        return 1
    return -1 if matrix[i, i] < -reach else 0
