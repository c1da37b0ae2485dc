r"""The loss of rectified units on chosen faces of their patterns, a convex function of products of weights; its certified minimum.

With l2 = lambda a stationary unit has \|w\| = \|a\|. In c = a w the loss on faces is

    F(c_1, ..) = 1/2 sum_i (sum_k [i active in unit k] c_k x_i - y_i)^2 + lambda sum_k \|c_k\|,   c_k x_i = 0 on the kinks of unit k,

which is convex (Pilanci & Ergen 2020 use this for networks as wide as they like). A stationary point with all c_k other than zero is the minimum; where the
Hessian is positive there, it is the only one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import accumulate, product
from typing import Any

import numpy as np
import numpy.typing as npt
from flint import arb, arb_mat, fmpz_mat
from scipy.linalg import block_diag

from homotopy.certification.balls import ball, verified_inertia
from homotopy.errors import HomotopyError
from homotopy.studies.assumptions.relu.arrangement import Face, FewData, Vector, matrix

PRECISION = 160  # bits, of all balls
_RADIUS = 2.0**-100
_SWEEPS = (3, 9, 27, 81, 243, 729)  # of descents unit by unit before each try of Newton's method
_STEPS, _SMALL = 30, 1e-9
Balls = list[arb]
Array = npt.NDArray[np.float64]


class Undecided(HomotopyError):
    """Balls leave a sign open."""


@dataclass(frozen=True, eq=False)
class Restricted:
    """F on one face for each unit.

    Parameters
    ----------
    data : FewData
    faces : tuple of Face
    """

    data: FewData
    faces: tuple[Face, ...]

    @cached_property
    def bases(self) -> list[list[Vector]]:
        """A basis of what is orthogonal to the kinks of each unit, as rows."""
        return [orthogonal(self.data, face) for face in self.faces]

    @cached_property
    def _designs(self) -> list[arb_mat]:
        """Outputs of each unit as a linear function of the coordinates of c in its basis."""
        rows = [
            [[_dot(x, b) if i in face.active else Fraction(0) for b in basis] for i, x in enumerate(self.data.x)]
            for face, basis in zip(self.faces, self.bases, strict=True)
        ]
        return [arb_mat(matrix(r)) for r in rows]

    @cached_property
    def _grams(self) -> list[arb_mat]:
        return [arb_mat(matrix([[_dot(a, b) for b in basis] for a in basis])) for basis in self.bases]

    def _split(self, z: Balls) -> list[arb_mat]:
        ends = list(accumulate(len(basis) for basis in self.bases))
        return [_column(z[end - len(b) : end]) for end, b in zip(ends, self.bases, strict=True)]

    def vectors(self, z: Balls) -> list[Balls]:
        """c of each unit, from coordinates in the bases."""
        parts = self._split(z)
        return [
            [sum((ball(b[j]) * part[k, 0] for k, b in enumerate(basis)), arb(0)) for j in range(self.data.n_weights)]
            for part, basis in zip(parts, self.bases, strict=True)
        ]

    def residuals(self, z: Balls) -> Balls:
        """Output minus target for each datum."""
        total = _column([-ball(v) for v in self.data.y])
        for design, part in zip(self._designs, self._split(z), strict=True):
            total += design * part
        return _entries(total)

    def gradient(self, z: Balls) -> Balls:
        """In the coordinates of all units."""
        r, l2, result = _column(self.residuals(z)), ball(self.data.l2), []
        for design, gram, part in zip(self._designs, self._grams, self._split(z), strict=True):
            pulled = gram * part
            norm = _inner(part, pulled).sqrt()
            result += _entries(design.transpose() * r + pulled * (l2 / norm))
        return result

    def hessian(self, z: Balls) -> arb_mat:
        """In the coordinates of all units."""
        parts, l2 = self._split(z), ball(self.data.l2)
        rows: list[Balls] = []
        for k, design in enumerate(self._designs):
            blocks = [design.transpose() * other for other in self._designs]
            pulled = self._grams[k] * parts[k]
            norm = _inner(parts[k], pulled).sqrt()
            blocks[k] += self._grams[k] * (l2 / norm) - pulled * pulled.transpose() * (l2 / norm**3)
            rows += [[b[i, j] for b in blocks for j in range(b.ncols())] for i in range(design.ncols())]
        return arb_mat(rows)

    def minimum(self) -> Balls:
        """The minimum, which must have all c_k other than zero, in balls.

        Raises
        ------
        Undecided
            If the contraction test fails, or the Hessian is not proved positive.
        """
        z: Balls = [arb(v) for v in self._descend()]
        for _ in range(4):
            step = self.hessian(z).solve(_column(self.gradient(z)))
            z = [(v - step[i, 0]).mid() for i, v in enumerate(z)]
        spread = [arb(0, _RADIUS)] * len(z)
        wide = [v + s for v, s in zip(z, spread, strict=True)]
        hessian = self.hessian(wide)
        y = self.hessian(z).inv()
        y = arb_mat([[y[i, j].mid() for j in range(len(z))] for i in range(len(z))])
        unit = arb_mat([[int(i == j) for j in range(len(z))] for i in range(len(z))])
        image = _entries((unit - y * hessian) * _column(spread) - y * _column(self.gradient(z)))
        if not all(abs(v) < _RADIUS for v in image):
            raise Undecided(f"The minimum on {list(self.faces)} is not certified.", "Take other data.")
        inertia = verified_inertia([[hessian[i, j] for j in range(len(z))] for i in range(len(z))])
        if inertia != (0, len(z)):
            raise Undecided(f"The minimum on {list(self.faces)} is not proved to be the only one.", "Take other data.")
        return [v + i for v, i in zip(z, image, strict=True)]

    def energy(self, z: Balls) -> arb:
        """The loss."""
        norms = sum((_inner(c, g * c).sqrt() for c, g in zip(self._split(z), self._grams, strict=True)), arb(0))
        return sum((r**2 for r in self.residuals(z)), arb(0)) / 2 + ball(self.data.l2) * norms

    def _descend(self) -> Array:
        """An approximate minimum in doubles: unit by unit, each exactly; then Newton's method, which c_k = 0 may catch; then more of both."""
        designs = [_floats(d) for d in self._designs]
        frames = [np.linalg.inv(np.linalg.cholesky(_floats(g))).T for g in self._grams]
        turned = [d @ f for d, f in zip(designs, frames, strict=True)]
        eigen = [np.linalg.eigh(t.T @ t) for t in turned]
        y, l2 = np.array([float(v) for v in self.data.y]), float(self.data.l2)
        c = [np.zeros(t.shape[1]) for t in turned]
        for n_sweeps in _SWEEPS:
            for _, k in product(range(n_sweeps), range(len(c))):
                target = y - sum((turned[j] @ c[j] for j in range(len(c)) if j != k), np.zeros(len(y)))
                values, vectors = eigen[k]
                c[k] = vectors @ _shrunk(values, vectors.T @ (turned[k].T @ target), l2)
            end = _newton(turned, c, y, l2) if all(np.linalg.norm(v) > 0 for v in c) else None
            if end is not None:
                return np.concatenate([f @ v for f, v in zip(frames, end, strict=True)])
        raise Undecided(f"No minimum is found on {list(self.faces)}.", "Take other data.")


def _newton(designs: list[Array], c: list[Array], y: Array, l2: float) -> list[Array] | None:
    """Newton's method for |sum A_k c_k - y|^2 / 2 + l2 sum |c_k|, each step halved until the value falls; None where that ends elsewhere."""
    a, ends = np.hstack(designs), np.cumsum([d.shape[1] for d in designs])[:-1]

    def value(parts: list[Array]) -> float:
        r = a @ np.concatenate(parts) - y
        return float(r @ r) / 2 + l2 * sum(float(np.linalg.norm(v)) for v in parts)

    now = value(c)
    for _ in range(_STEPS):
        norms = [float(np.linalg.norm(v)) for v in c]
        pulled = np.concatenate([l2 * v / n for v, n in zip(c, norms, strict=True)])
        gradient = a.T @ (a @ np.concatenate(c) - y) + pulled
        if float(np.abs(gradient).max()) < _SMALL * l2:
            return c
        bent = [l2 / n * (np.eye(len(v)) - np.outer(v, v) / n**2) for v, n in zip(c, norms, strict=True)]
        try:
            step = np.linalg.solve(a.T @ a + block_diag(*bent), gradient)
        except np.linalg.LinAlgError:
            return None
        tried = c
        for halvings in range(12):
            tried = [v - s / 2**halvings for v, s in zip(c, np.split(step, ends), strict=True)]
            if value(tried) <= now:
                break
        c, now = tried, value(tried)
    return None


def _shrunk(values: Array, b: Array, l2: float) -> Array:
    """The minimum of c D c / 2 - b c + l2 |c| for a diagonal D: (D + l2 / rho) c = b with rho = |c|, by bisection."""
    if float(b @ b) <= l2 * l2:
        return np.zeros_like(b)
    pairs = [(max(float(d), 0.0), float(v)) for d, v in zip(values, b, strict=True)]  # plain floats: three of them
    low, high = 0.0, 1.0
    while _is_short(pairs, high, l2) and high < 1e12:
        high *= 4
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _is_short(pairs, middle, l2) else (low, middle)
    return np.array([v * high / (d * high + l2) for d, v in pairs])


def _is_short(pairs: list[tuple[float, float]], rho: float, l2: float) -> bool:
    return sum((v / (d * rho + l2)) ** 2 for d, v in pairs) > 1


def orthogonal(data: FewData, face: Face) -> list[Vector]:
    """A rational basis of the vectors that are orthogonal to the inputs on a face's kinks."""
    d = data.n_weights
    if not face.kinks:
        return [tuple(Fraction(int(i == j)) for j in range(d)) for i in range(d)]
    rows = [data.x[i] for i in face.kinks]
    scale = [max(v.denominator for v in row) for row in rows]  # of dyadic numbers: their common denominator
    whole = [[int(v * s) for v in row] for row, s in zip(rows, scale, strict=True)]
    kernel, nullity = fmpz_mat(whole).nullspace()
    return [tuple(Fraction(int(kernel[i, j])) for i in range(d)) for j in range(nullity)]


def _dot(a: Sequence[Fraction], b: Sequence[Fraction]) -> Fraction:
    return sum((p * q for p, q in zip(a, b, strict=True)), Fraction(0))


def _column(entries: Sequence[Any]) -> arb_mat:
    return arb_mat([[v] for v in entries])


def _entries(column: arb_mat) -> Balls:
    return [column[i, 0] for i in range(column.nrows())]


def _inner(a: arb_mat, b: arb_mat) -> arb:
    return (a.transpose() * b)[0, 0]


def _floats(m: arb_mat) -> Array:
    return np.array([[float(m[i, j].mid()) for j in range(m.ncols())] for i in range(m.nrows())])
