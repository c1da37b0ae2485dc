"""Stationary points of generic polynomials on generic complete intersections."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from polysys.errors import InputError
from polysys.root_count import RootCount, RootCountKind, integers


def complete_intersection(n: int, degrees: Sequence[int], d: int) -> RootCount:
    r"""Number of complex stationary points of a generic polynomial of degree d where generic polynomials of these degrees vanish.

    Parameters
    ----------
    n : int
        Number of coordinates.
    degrees : sequence of int
        Of the constraints d_1, .., d_m; at most n of them.
    d : int
        Of the polynomial, at least 1; 2 for distances.

    Returns
    -------
    RootCount
        :math:`d_1 \cdots d_m\, S_{n-m}(d - 1, d_1 - 1, \ldots, d_m - 1)`, :math:`S_k` the sum of all monomials of degree k; an upper
        bound on the isolated solutions :math:`(x, \mu)` of :math:`\nabla V = \sum_k \mu_k \nabla g_k`, g = 0 for every member.

    Notes
    -----
    For d = 2 the Euclidean distance degree of a generic complete intersection, which is the sum of its polar degrees.

    References
    ----------
    Nie & Ranestad, SIAM J. Optim. 20 (2009) 485, theorem 2.2; Draisma et al., Found. Comput. Math. 16 (2016) 99, proposition 2.6.

    Examples
    --------
    A conic, a plane cubic, a quadric surface, the intersection of two quadrics in space:

    >>> [complete_intersection(n, degrees, 2).value for n, degrees in ((2, [2]), (2, [3]), (3, [2]), (3, [2, 2]))]
    [4, 9, 6, 12]
    """
    (n, d), powers = integers([n, d], 1, "n, d"), integers(degrees, 1, "degrees")
    if len(powers) > n:
        raise InputError(
            f"There are {len(powers)} constraints for {n} coordinates.", "Give at most as many as coordinates."
        )
    sums = [1] + [0] * (n - len(powers))  # of all monomials of each degree in the numbers so far
    for number in (d - 1, *(k - 1 for k in powers)):
        for k in range(1, len(sums)):
            sums[k] += number * sums[k - 1]
    return RootCount(
        prod(powers) * sums[-1],
        RootCountKind.GENERIC_COUNT,
        "stationary points on a complete intersection prod d_k S_{n-m}(d-1, d_k-1)",
        "Nie & Ranestad 2009",
        f"polynomials of degree at most {d} on zeros of polynomials of degrees at most {', '.join(map(str, powers))} in {n} dimensions",
    )
