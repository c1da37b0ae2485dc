"""Proved complex counts of network losses: one neuron, and deep linear networks where a closed form is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from math import comb, prod

from polysys.errors import InputError
from polysys.root_count import RootCount, RootCountKind, integers


def single_neuron(q: int, dx: int, n_data: int | None = None) -> RootCount:
    """Generic count for one neuron with a polynomial activation of degree q and a fixed output weight: (2q-1)^s.

    Squared loss sum_i (sigma(w.x_i) - y_i)^2 / 2 + sum_j lambda_j w_j^2 / 2 and s = min(dx, n_data).

    Parameters
    ----------
    q, dx : int
        Degree of the activation and number of inputs (a bias is one more input).
    n_data : int, optional
        Number of data (default: at least dx).

    Returns
    -------
    RootCount
        Bezout's number of the gradient, after w = -Lambda^{-1} X c has reduced the unknowns to s coordinates.

    Notes
    -----
    It is attained: the leading forms are the gradient of sum_i (w.x_i)^{2q}, which for generic data has no zero at
    infinity (for n_data = s it is a Fermat form).

    Examples
    --------
    >>> single_neuron(2, 3).value
    27
    """
    q, dx, m = integers([q, dx, dx if n_data is None else n_data], 1, "q, dx, n_data")
    return RootCount(
        (2 * q - 1) ** min(dx, m),
        RootCountKind.GENERIC_COUNT,
        "stationary points of one neuron (2q-1)^s",
        "Bezout",
        f"one neuron of degree {q} on {dx} inputs and {m} data, one l2 constant per weight",
    )


def deep_linear(widths: Sequence[int], n_data: int) -> RootCount | None:
    """Generic number of complex stationary points of a regularised deep linear network, where a closed form is known.

    V = sum_i |W_{H+1}..W_1 x_i - y_i|^2 / 2 + sum_j lambda_j w_j^2 / 2 with one l2 constant per weight;
    s = min(n_data, dx).

    Parameters
    ----------
    widths : sequence of int
        dx-d_1-..-d_H-dy, at least two numbers.
    n_data : int
        Number of data m.

    Returns
    -------
    RootCount or None
        The count for generic X, Y, lambda, or None where no closed form is known.  It bounds the isolated stationary
        points for every choice of X, Y (m data) and lambda, equal l2 constants included.

    Notes
    -----
    *No hidden layer*: linear, 1.

    *Hidden widths 1, dy = 1, s = 1* (n layers): with p the product of the weights (for dx > 1, v.x replaces v) all
    lambda_k w_k^2 are equal to -p(Ap - B), which leaves an equation of degree 2n - 2 in p and 2^{n-1} signs for each
    root: (n-1) 2^n + 1.

    *H = 1, d = 1*: weights u, v; let a = v^T A v, b = u^T u and P(a, b) = det [[a + L, -B], [-B^T, b A + M]].  A
    nonzero solution is a kernel vector with a P_a = b P_b, fixed up to sign by its length.  P and a P_a - b P_b have
    the Newton polygon [0, dy] x [0, s], and on each edge they share no root as the edge polynomials of P have simple
    roots, so Bernstein's theorem gives 2 s dy pairs (a, b): 1 + 4 s dy.

    *H = 1, dy = 1 or s = 1*: let g be the (back-propagated) residual, a vector of k = max(s, dy) coordinates.  The r
    live neurons give r quadrics g^T M_j^{-1} g = lambda_j and k equations bilinear in g and the squared weights; the
    two-homogeneous Bezout number 2^r C(k, r) is attained (generic quadrics meet transversally, also at infinity), and
    each solution has 2^r signs: sum_r C(d, r) C(k, r) 4^r.

    References
    ----------
    Mehta, Chen, Tang & Hauenstein, IEEE TPAMI 44 (2022) 5664; Bharadwaj & Hosten, arXiv 2301.12651 (2023).

    Examples
    --------
    >>> deep_linear((2, 1, 2), 2).value, deep_linear((1, 1, 1, 1), 1).value, deep_linear((1, 3, 2), 1).value
    (17, 17, 73)
    >>> deep_linear((2, 2, 2), 2) is None
    True
    """
    dx, *hidden, dy = _widths(widths)
    s = min(dx, *integers([n_data], 1, "n_data"))
    if not hidden:
        value, rule = 1, "no hidden layer: linear equations"
    elif all(d == 1 for d in hidden) and s == dy == 1:
        n = len(hidden) + 1
        value, rule = (n - 1) * 2**n + 1, "chain of width 1: (n-1) 2^n + 1"
    elif len(hidden) == 1 and hidden[0] == 1:
        value, rule = 1 + 4 * s * dy, "one hidden neuron: 1 + 4 s dy"
    elif len(hidden) == 1 and 1 in (s, dy):
        k = max(s, dy)
        value = sum(comb(hidden[0], r) * comb(k, r) * 4**r for r in range(min(hidden[0], k) + 1))
        rule = "one hidden layer, s = 1 or dy = 1: sum_r C(d,r) C(max(s,dy),r) 4^r"
    else:
        return None
    return _deep_linear_count(value, RootCountKind.GENERIC_COUNT, rule, widths, f", at most {n_data} data")


def deep_linear_from_torus_counts(
    widths: Sequence[int], torus_counts: Mapping[tuple[int, ...], int] | Callable[[tuple[int, ...]], int]
) -> RootCount:
    """Generic count of a deep linear network from the counts of its smaller networks with no vanishing weight.

    N_C = 1 + sum over live counts (r_1..r_H), 1 <= r_l <= d_l, of prod_l C(d_l, r_l) K(r_1..r_H): for generic data and
    l2 constants a weight vanishes only together with a hidden neuron.

    Parameters
    ----------
    widths : sequence of int
        dx-d_1-..-d_H-dy.
    torus_counts : mapping or callable
        K(r): number of solutions without zero coordinate of the network of hidden widths r.

    Returns
    -------
    RootCount
        Of kind COMPUTED: as reliable as the K(r).

    Raises
    ------
    InputError
        If a K(r) is missing or negative.

    References
    ----------
    Bharadwaj & Hosten, arXiv 2301.12651 (2023).

    Examples
    --------
    >>> deep_linear_from_torus_counts((2, 2, 2), {(1,): 16, (2,): 192}).value
    225
    """
    hidden = _widths(widths)[1:-1]
    value = 1
    for live in product(*(range(1, d + 1) for d in hidden)) if hidden else ():
        if not callable(torus_counts) and live not in torus_counts:
            raise InputError(
                f"The torus count of the network with hidden widths {live} is missing.",
                "Give one count for every vector of live neurons between 1 and the widths.",
            )
        k = torus_counts(live) if callable(torus_counts) else torus_counts[live]
        value += prod(map(comb, hidden, live)) * integers([k], 0, f"torus count {live}")[0]
    return _deep_linear_count(value, RootCountKind.COMPUTED, "sum over strata of live neurons", widths, "")


def _deep_linear_count(value: int, kind: RootCountKind, rule: str, widths: Sequence[int], data: str) -> RootCount:
    label = "-".join(map(str, widths))
    return RootCount(
        value,
        kind,
        f"stationary points of a deep linear network, {rule}",
        "Mehta et al. 2022; Bharadwaj & Hosten 2023",
        f"networks {label}{data}, one l2 constant per weight",
    )


def _widths(widths: Sequence[int]) -> list[int]:
    result = integers(widths, 1, "widths")
    if len(result) < 2:
        raise InputError(f"A network of widths {result} has no layer.", "Give at least the widths dx and dy.")
    return result
