"""Sign flips that permute the stationary points of a landscape."""

from __future__ import annotations

from flint import nmod_mat

from homotopy.completeness.exclusion.rows import reduce_rows
from polysys.landscape import Landscape

Flip = tuple[int, ...]  # signs


def stationary_flips(landscape: Landscape) -> list[tuple[Flip, int]]:
    """Generators g of the sign flips with V(g x) = eps V(x) up to a constant, eps = +-1: they permute stationary points.

    The exponents of all monomials, minus those of one of them, have even sums over the flipped coordinates.

    Examples
    --------
    >>> import polysys as ps
    >>> stationary_flips(ps.expression("x^3 + y^2*x").sample())
    [((-1, 1), -1), ((1, -1), 1)]
    """
    n = landscape.domain.n
    monomials = [e for e in landscape.potential.monoms() if any(e)]
    first = monomials[0]
    rows = sorted({tuple((a - b) % 2 for a, b in zip(e, first, strict=True)) for e in monomials})
    kernel, nullity = nmod_mat(len(rows), n, [v for row in rows for v in row], 2).nullspace()
    bits = [[int(kernel[i, k]) for i in range(n)] for k in range(nullity)]
    flips = [tuple(-1 if v else 1 for v in vector) for vector in reduce_rows(bits, range(n))]
    return [(g, -1 if sum(a for a, s in zip(first, g, strict=True) if s < 0) % 2 else 1) for g in flips]
