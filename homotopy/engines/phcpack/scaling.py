"""Scaling by powers of two, which rounds nothing: rows to size one, unknowns so that the coefficients agree in size."""

from dataclasses import dataclass

import numpy as np

from homotopy.engines.phcpack.types import Point, Polynomials, Term

BALANCED = 40.0  # coefficients within a factor of 40 of each other need no change of unknowns
LIMIT = 60  # no unknown is scaled by more than 2^60


@dataclass(frozen=True, slots=True)
class Scaling:
    """Unknown i is ``2**columns[i]`` times the scaled unknown; equation k was multiplied by ``2**rows[k]``."""

    columns: tuple[int, ...]
    rows: tuple[int, ...]

    def apply(self, polynomials: Polynomials) -> tuple[tuple[Term, ...], ...]:
        """Return the polynomials in the scaled unknowns."""
        return tuple(
            tuple((c * 2.0 ** (row + sum(d * k for d, k in zip(m, self.columns, strict=True))), m) for c, m in terms)
            for row, terms in zip(self.rows, polynomials, strict=True)
        )

    def scale(self, x: Point) -> Point:
        """Return a point in the scaled unknowns."""
        return tuple(z * 2.0**-k for z, k in zip(x, self.columns, strict=True))

    def unscale(self, x: Point) -> Point:
        """Return a point in the original unknowns."""
        return tuple(z * 2.0**k for z, k in zip(x, self.columns, strict=True))


def find_scaling(systems: list[Polynomials], n: int) -> Scaling:
    """Return one scaling for all the systems, which must have the same equations up to coefficients.

    The unknowns' exponents k and the rows' exponents r minimise the sum of (log2|c| + m.k + r_i)^2 over all terms
    (Morgan 1987, chapter 5); the smallest such k, so that unknowns which no equation ties to a scale stay as they are.
    Unknowns are left alone when the coefficients of each equation already agree within a factor of 40.
    """
    terms = [(i, abs(c), m) for system in systems for i, equation in enumerate(system) for c, m in equation if c]
    columns = np.zeros(n)
    spread = [
        max(sizes) / min(sizes) for i in range(len(systems[0])) if (sizes := [size for k, size, _ in terms if k == i])
    ]
    if spread and max(spread) > BALANCED:
        matrix = np.zeros((len(terms), n + len(systems[0])))
        for k, (i, _, m) in enumerate(terms):
            matrix[k, :n] = m
            matrix[k, n + i] = 1
        logs = np.array([-np.log2(size) for _, size, _ in terms])
        columns = np.clip(np.round(np.linalg.lstsq(matrix, logs, rcond=1e-10)[0][:n]), -LIMIT, LIMIT)
    rows = []
    for i in range(len(systems[0])):
        logs_i = [np.log2(size) + float(np.dot(m, columns)) for k, size, m in terms if k == i]
        rows.append(-int(np.round(max(logs_i))) if logs_i else 0)
    return Scaling(tuple(int(k) for k in columns), tuple(rows))
