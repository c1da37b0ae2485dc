"""Proved complex counts of spin glasses: eigenvectors and singular vector tuples of generic tensors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod

from polysys.errors import InputError
from polysys.root_count import RootCount, RootCountKind, integers


def cartwright_sturmfels(n: int, p: int) -> RootCount:
    """Number of complex eigenvectors, up to scale, of a generic symmetric tensor: :math:`((p-1)^n - 1)/(p-2)`.

    They are the complex classes {x, -x} of stationary points of a homogeneous polynomial of degree p on the sphere
    in C^n; p = 2 gives n and p = 1 gives 1.

    Parameters
    ----------
    n : int
        Dimension of the space (the sphere has dimension n - 1).
    p : int
        Degree, at least 1.

    Returns
    -------
    RootCount
        Generic count; an upper bound on the isolated eigenvectors (lines) of every symmetric tensor.

    References
    ----------
    Cartwright & Sturmfels, Linear Algebra Appl. 438 (2013) 942.

    Examples
    --------
    >>> cartwright_sturmfels(8, 3).value, cartwright_sturmfels(8, 2).value
    (255, 8)
    """
    n, p = integers([n, p], 1, "n, p")
    return RootCount(
        _geometric(p - 1, n),
        RootCountKind.GENERIC_COUNT,
        "eigenvector classes ((p-1)^n - 1)/(p-2)",
        "Cartwright & Sturmfels 2013",
        f"homogeneous polynomials of degree {p} in {n} variables; two points on the sphere a class",
    )


def friedland_ottaviani(sizes: Sequence[int], degrees: Sequence[int] | None = None) -> RootCount:
    r"""Number of singular vector tuples of a generic (partially symmetric) tensor.

    The coefficient of :math:`\prod_i t_i^{n_i - 1}` in

    .. math:: \prod_i \frac{h_i^{n_i} - t_i^{n_i}}{h_i - t_i}, \quad h_i = \sum_j w_j t_j - t_i.

    They are the complex classes, up to one sign a layer, of stationary points on a product of spheres of a polynomial
    that is homogeneous of degree :math:`w_i` in layer i.

    Parameters
    ----------
    sizes : sequence of int
        Dimensions :math:`n_i` of the layers.
    degrees : sequence of int, optional
        Degrees :math:`w_i`, at least 1 (default: all 1, a multilinear form).

    Returns
    -------
    RootCount
        Generic count; an upper bound on the isolated tuples of every such tensor.

    Notes
    -----
    Horner's rule on the truncated box of :math:`\prod_i n_i` coefficients: sum(n_i) * len(sizes) * prod(n_i) integer operations.

    References
    ----------
    Friedland & Ottaviani, Found. Comput. Math. 14 (2014) 1209, theorem 12.

    Examples
    --------
    >>> friedland_ottaviani((3, 3, 3)).value, friedland_ottaviani((8,), (3,)).value
    (37, 255)
    """
    n = integers(sizes, 1, "sizes")
    w = [1] * len(n) if degrees is None else integers(degrees, 1, "degrees")
    if len(w) != len(n):
        raise InputError(f"There are {len(n)} layers but {len(w)} degrees.", "Give one degree per layer.")
    strides = [prod(n[i + 1 :]) for i in range(len(n))]
    poly: dict[int, int] = {0: 1}

    def times_variable(terms: Mapping[int, int], j: int, factor: int, into: dict[int, int]) -> None:
        for key, c in terms.items():
            if key // strides[j] % n[j] < n[j] - 1:
                into[key + strides[j]] = into.get(key + strides[j], 0) + factor * c

    for i, n_i in enumerate(n):
        result, shifted = poly, poly
        for _ in range(n_i - 1):  # result_k = h_i * result_{k-1} + t_i^k * poly
            advanced: dict[int, int] = {}
            times_variable(shifted, i, 1, advanced)
            shifted = dict(advanced)
            for j, w_j in enumerate(w):
                times_variable(result, j, w_j - (i == j), advanced)
            result = advanced
        poly = result
    top = sum((n_i - 1) * s for n_i, s in zip(n, strides, strict=True))
    return RootCount(
        poly.get(top, 0),
        RootCountKind.GENERIC_COUNT,
        "singular vector tuples",
        "Friedland & Ottaviani 2014",
        f"tensors of sizes {'x'.join(map(str, n))} and degrees {'-'.join(map(str, w))}; "
        f"{2 ** len(n)} points on the product of spheres a class",
    )


def nie_ranestad(n: int, d: int) -> RootCount:
    r"""Number of complex stationary points of a generic polynomial of degree d on a sphere: :math:`2 \sum_{i<n} (d-1)^i`.

    Parameters
    ----------
    n : int
        Number of coordinates (the sphere is :math:`S^{n-1}`).
    d : int
        Degree of the polynomial, at least 1.

    Returns
    -------
    RootCount
        Generic count of points (not classes); an upper bound for every polynomial of degree at most d, homogeneous and
        even ones included (they form a subfamily).  Generic forms attain it: twice the number of eigenvectors.

    Notes
    -----
    Case of one quadratic constraint of theorem 2.2: :math:`2 S_{n-1}(d-1, 1)`, S the complete symmetric polynomial.  The
    theorem asks for a generic quadric; all quadrics that are smooth, also at infinity, are affinely equivalent over C,
    and the polynomials of degree <= d go into themselves, so the sphere is as good.

    References
    ----------
    Nie & Ranestad, SIAM J. Optim. 20 (2009) 485.

    Examples
    --------
    >>> [nie_ranestad(4, d).value for d in (1, 2, 3)]
    [2, 8, 30]
    """
    n, d = integers([n, d], 1, "n, d")
    return RootCount(
        2 * _geometric(d - 1, n),
        RootCountKind.GENERIC_COUNT,
        "stationary points on the sphere 2 sum_{i<n} (d-1)^i",
        "Nie & Ranestad 2009",
        f"polynomials of degree at most {d} on the sphere in {n} dimensions (even polynomials included)",
    )


def _geometric(x: int, n: int) -> int:
    return n if x == 1 else (x**n - 1) // (x - 1)
