"""Proved complex counts of network losses: one neuron, and deep linear networks where a closed form is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise, product
from math import comb, prod

from polysys.errors import InputError
from polysys.root_count import RootCount, RootCountKind, integers


def single_neuron(q: int, dx: int, n_data: int | None = None) -> RootCount:
    r"""Generic count for one neuron with a polynomial activation of degree q and a fixed output weight: :math:`(2q-1)^s`.

    Squared loss :math:`\tfrac{1}{2} \sum_i (\sigma(w \cdot x_i) - y_i)^2 + \tfrac{1}{2} \sum_j \lambda_j w_j^2` and s = min(dx, n_data).

    Parameters
    ----------
    q, dx : int
        Degree of the activation and number of inputs (a bias is one more input).
    n_data : int, optional
        Number of data (default: at least dx).

    Returns
    -------
    RootCount
        Bezout's number of the gradient, after :math:`w = -\Lambda^{-1} X c` has reduced the unknowns to s coordinates.

    Notes
    -----
    It is attained: the leading forms are the gradient of :math:`\sum_i (w \cdot x_i)^{2q}`, which for generic data has no zero at
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


def polynomial_network(widths: Sequence[int], q: int, n_data: int | None, *, is_trained: bool) -> RootCount | None:
    r"""Generic count for one hidden layer of activation :math:`z^q`, q >= 2, and one l2 constant per trained weight, where it is known.

    Squared loss :math:`\tfrac{1}{2} \sum_i |U \sigma(W x_i) - y_i|^2 + \tfrac{1}{2} \sum_j \lambda_j w_j^2`, s = min(dx, n_data).

    Parameters
    ----------
    widths : sequence of int
        dx-d-dy; biases of the hidden layer are one more input.
    q : int
        Degree of the activation.
    n_data : int or None
        Number of data; None: so many that their moments are independent.
    is_trained : bool
        Whether U is trained; else it is generic, and sigma may have terms of lower degree.

    Returns
    -------
    RootCount or None

    Notes
    -----
    *U fixed, dy >= d*: Bezout's number :math:`(2q-1)^{ds}` after :math:`w_k = -\Lambda_k^{-1} X c_k`. It is attained: the leading form
    of the loss is :math:`\sum_i \sigma(W x_i)^T G \sigma(W x_i)` with :math:`G = U^T U`, and for G = 1, which is a limit of generic ones,
    its gradient is that of d separate neurons, without zero at infinity (:func:`single_neuron`).

    *U trained, dx = dy = 1*: with g the residual (times :math:`x^q`) the r live neurons have :math:`u_k = g w_k^q / \mu_k` and
    :math:`w_k^{2q-2} = \mu_k \lambda_k / (q g^2)`. Put :math:`g = h^{q-1}` and :math:`w_k^2 = c_k \zeta_k / h^2`, :math:`\zeta_k^{q-1} = 1`:
    the equation of g becomes :math:`h^{2q} + C(\zeta) = y h^{q+1}` with 2q roots, and each solution is met q - 1 times. (For odd q put
    :math:`g = h^{(q-1)/2}` and :math:`w_k^2 = c_k \zeta_k / h`: :math:`h^q + C(\zeta) = y h^{(q+1)/2}` has q roots, and each solution is met
    (q - 1)/2 times.) With the signs of the :math:`w_k`

    .. math:: K(r) = 2^{r+1} q (q-1)^{r-1}, \quad \text{in all} \quad 1 + 2q\, \frac{(2q-1)^d - 1}{q-1}.

    *U trained, d = 1*, and so many data that the moments of degree 2q and q are independent, or one: from the Euler characteristic of a
    level set, see docs/explanation/one-neuron.md. With s = 1: :math:`1 + 4 q\, d_y`; with dy = 1:
    :math:`1 + 2q ((2q-1)^s - 1)/(q-1)`; with s = 2: :math:`1 + 8 q^2 + 8 q (2q-1)(d_y-1)`; with s = 3:
    :math:`1 + 16 q - 48 q^2 + 56 q^3` for dy = 2 and :math:`1 + 28 q - 96 q^2 + 104 q^3` for dy = 3.

    Examples
    --------
    >>> polynomial_network((2, 2, 2), 2, 3, is_trained=False).value, polynomial_network((1, 3, 1), 2, 1, is_trained=True).value
    (81, 105)
    >>> polynomial_network((2, 1, 2), 2, 3, is_trained=True).value
    81
    """
    dx, d, dy = _widths(widths)
    q, m = integers([q, dx if n_data is None else n_data], 1, "q, n_data")
    if q < 2:
        raise InputError(f"The activation has degree {q}.", "Use deep_linear for linear networks.")
    if not is_trained and dy >= d:
        value, rule = (2 * q - 1) ** (d * min(dx, m)), "as many outputs as neurons, U fixed: (2q-1)^(d s)"
    elif is_trained and dx == dy == 1:
        value, rule = 1 + 2 * q * ((2 * q - 1) ** d - 1) // (q - 1), "one input, one output: 1 + 2q ((2q-1)^d - 1)/(q-1)"
    elif is_trained and d == 1 and (of_one := _one_trained_neuron(q, dx, dy, n_data)) is not None:
        value, rule = of_one
    else:
        return None
    return RootCount(
        value,
        RootCountKind.GENERIC_COUNT,
        f"stationary points of a network with activation of degree q, {rule}",
        "derived in polysys.counts.networks",
        f"networks {'-'.join(map(str, widths))}, degree {q}, {'any' if n_data is None else f'at most {m}'} data, one l2 constant per trained weight",
    )


def _fills_moments(dx: int, q: int, m: int) -> bool:
    """Whether the forms sum_i (w.x_i)^{2q} and sum_i y_i (w.x_i)^q of m data are generic ones (for two and three inputs: Alexander & Hirschowitz)."""
    is_by_rank = dx <= 2 or (dx == 3 and q <= 4)
    return m >= comb(dx + 2 * q - 1, 2 * q) or (is_by_rank and m >= comb(dx + q - 1, q))


def _one_trained_neuron(q: int, dx: int, dy: int, n_data: int | None) -> tuple[int, str] | None:
    """The number for one neuron z^q of dx inputs with dy trained outputs, and its formula."""
    s = 1 if n_data == 1 else dx
    if n_data is not None and n_data > 1 and not _fills_moments(dx, q, n_data):
        return None
    if s == 1:
        return 1 + 4 * q * dy, "one neuron, one input: 1 + 4 q dy"
    if dy == 1:
        return 1 + 2 * q * ((2 * q - 1) ** s - 1) // (q - 1), "one neuron, one output: 1 + 2q ((2q-1)^s - 1)/(q-1)"
    if s == 2:
        return 1 + 8 * q**2 + 8 * q * (2 * q - 1) * (dy - 1), "one neuron, two inputs: 1 + 8 q^2 + 8 q (2q-1)(dy-1)"
    if s == 3 and dy == 2:
        return 1 + 16 * q - 48 * q**2 + 56 * q**3, "one neuron, three inputs, two outputs: 1 + 16 q - 48 q^2 + 56 q^3"
    if s == 3 and dy == 3:
        return 1 + 28 * q - 96 * q**2 + 104 * q**3, "one neuron, three inputs and outputs: 1 + 28 q - 96 q^2 + 104 q^3"
    return None


def deep_linear(widths: Sequence[int], n_data: int) -> RootCount | None:
    r"""Generic number of complex stationary points of a regularised deep linear network, where a closed form is known.

    .. math:: V = \tfrac{1}{2} \sum_i |W_{H+1} \cdots W_1 x_i - y_i|^2 + \tfrac{1}{2} \sum_j \lambda_j w_j^2

    with one l2 constant per weight; s = min(n_data, dx).

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
    With r the numbers of live neurons,

    .. math:: N = 1 + \sum_{1 \le r_l \le d_l} \prod_l \binom{d_l}{r_l} K(r),

    where :func:`deep_linear_torus` knows every K(r): if there is one hidden layer and min(s, dy) = 1, or if of any two layers side by
    side (of widths s, d_1, .., d_H, dy) one has width 1.

    References
    ----------
    Mehta, Chen, Tang & Hauenstein, IEEE TPAMI 44 (2022) 5664; Bharadwaj & Hosten, arXiv 2301.12651 (2023).

    Examples
    --------
    >>> deep_linear((2, 1, 2), 2).value, deep_linear((1, 1, 1, 1), 1).value, deep_linear((1, 3, 2), 1).value
    (17, 17, 73)
    >>> deep_linear((3, 1, 2, 1, 4), 3).value, deep_linear((2, 1, 1, 2), 2).value
    (2177, 81)
    >>> deep_linear((2, 2, 2), 2) is None
    True
    """
    dx, *hidden, dy = _widths(widths)
    s, ones = min(dx, *integers([n_data], 1, "n_data")), [1] * len(hidden)
    if not hidden:
        value, rule = 1, "no hidden layer: linear equations"
    elif len(hidden) == 1 and min(s, dy) == 1:
        k = max(s, dy)
        value = sum(comb(hidden[0], r) * comb(k, r) * 4**r for r in range(min(hidden[0], k) + 1))
        rule = "1 + sum of C(d,r) K(r), K(r) = 4^r C(max(s,dy),r)"
    elif not _may_have_two_live(s, hidden, dy) and (torus := deep_linear_torus((dx, *ones, dy), n_data)) is not None:
        value, rule = 1 + prod(hidden) * torus.value, f"1 + prod(d) K(1..1), other K(r) = 0; {torus.name}"
    else:
        return None
    return _deep_linear_count(value, RootCountKind.GENERIC_COUNT, rule, widths, f", at most {n_data} data")


def _may_have_two_live(s: int, hidden: Sequence[int], dy: int) -> bool:
    """Whether K(r) is not zero for lack of room for some r with an r_l of 2 or more.

    If r has room so has min(r, 2), where each 2 has a neighbour of 2 or more: two such layers side by side, or one at an end.
    """
    return any(d >= 2 and after >= 2 for d, after in pairwise([s, *hidden, dy]))


def deep_linear_torus(widths: Sequence[int], n_data: int) -> RootCount | None:
    r"""Generic number K of those complex stationary points of a deep linear network at which no weight vanishes.

    Parameters
    ----------
    widths : sequence of int
        dx-r_1-..-r_H-dy with H >= 1.
    n_data : int
        Number of data m; s = min(m, dx).

    Returns
    -------
    RootCount or None
        K for generic X, Y, lambda, or None where no closed form is known.

    Notes
    -----
    Let M be the gradient of the loss by the product of two layers of a hidden layer l, a matrix of :math:`r_{l+1}` rows and
    :math:`r_{l-1}` columns (:math:`r_0 = d_x`). A live neuron with incoming weights b and outgoing weights a solves :math:`M b + L a = 0`,
    :math:`M^T a + N b = 0`, with L, N the diagonal matrices of its own l2 constants.

    *A layer too wide*, :math:`r_l > r_{l-1} r_{l+1}` for some l (with :math:`r_0 = s`): 0. The :math:`r_l` determinants of these matrices
    vanish for a given M in a set of l2 constants of codimension :math:`r_l` (for m < dx, :math:`M = M' X^T` has :math:`s\, r_{l+1}`
    parameters), so in all for no generic constants.

    *H = 1, min(s, dy) = 1*: M is a vector of k = max(s, dy) coordinates. The r live neurons give r quadrics
    :math:`M^T L_j^{-1} M = \lambda_j` and k equations bilinear in M and the squared weights; the two-homogeneous Bezout number
    :math:`2^r \binom{k}{r}` is attained (generic quadrics meet transversally, also at infinity), and each solution has :math:`2^r` signs:
    :math:`4^r \binom{k}{r}`.

    *All widths 1*: with a and b the last and the first layer, p the product of the H - 1 weights c between, :math:`S = X X^T` and
    :math:`C = Y X^T`, let :math:`A = p^2\, a \cdot a` and :math:`B = p^2\, b \cdot S b`. Then :math:`(L + B) a = p C b` and
    :math:`(N + A S) b = p C^T a`, that is F(A, B, P) = 0 for a polynomial F and :math:`P = p^2`; :math:`A/B = a \cdot a / b \cdot S b`,
    which leaves a curve; and :math:`e = \lambda_l c_l^2 = a \cdot L a = b \cdot N b` for all l, so :math:`e^{H-1}/P` is the product of the
    :math:`\lambda_l`. The number of points of the curve where this function takes a generic value is its degree, counted at its poles.
    Those are :math:`s\, d_y` places where A and B approach roots of :math:`\det(N + A S) \det(L + B)` like :math:`\sqrt{P}` and e grows
    like 1/P, of order :math:`2 + 2(H-1)`; and the points where :math:`a \cdot a = b \cdot S b = 0`, of order H - 1. The latter lie in
    :math:`P^{d_y-1} \times P^{s-1}`, where C b is in the span of a, L a and :math:`C^T a` in that of S b, N b: by Porteous' formula 4 D with
    :math:`D = \sum_{r=0}^{\min(s, d_y)-2} (s-1-r)(d_y-1-r)`. Each point has :math:`2^H` signs of c and (a, b), so

    .. math:: K = 2^H (2 H s\, d_y + 4 (H-1) D).

    (For m < dx, :math:`b = N^{-1} X c` leaves the same problem for c in s coordinates.)

    Examples
    --------
    >>> deep_linear_torus((2, 1, 1, 2), 2).value, deep_linear_torus((1, 2, 1), 1).value, deep_linear_torus((2, 2, 2), 2)
    (80, 0, None)
    """
    dx, *live, dy = _widths(widths)
    if not live:
        raise InputError(f"A network of widths {[dx, dy]} has no hidden layer.", "Give at least three widths.")
    s = min(dx, *integers([n_data], 1, "n_data"))
    depth, k = len(live), max(s, dy)
    around = (s, *live, dy)
    if any(r > around[i] * around[i + 2] for i, r in enumerate(live)):
        value, rule = 0, "K(r) = 0: more neurons in a layer than its neighbours' product"
    elif max(live) == 1:
        pairs = sum((s - 1 - r) * (dy - 1 - r) for r in range(min(s, dy) - 1))
        value = 2**depth * (2 * depth * s * dy + 4 * (depth - 1) * pairs)
        rule = "K(1..1) = 2^H (2 H s dy + 4 (H-1) sum_r (s-1-r)(dy-1-r))"
    elif depth == 1 and min(s, dy) == 1:
        value, rule = comb(k, live[0]) * 4 ** live[0], "K(r) = C(max(s,dy),r) 4^r"
    else:
        return None
    return RootCount(
        value,
        RootCountKind.GENERIC_COUNT,
        rule,
        "derived in polysys.counts.networks; Mehta et al. 2022; Bharadwaj & Hosten 2023",
        f"networks {'-'.join(map(str, widths))}, at most {n_data} data, one l2 constant per weight",
    )


def deep_linear_from_torus_counts(
    widths: Sequence[int], torus_counts: Mapping[tuple[int, ...], int] | Callable[[tuple[int, ...]], int]
) -> RootCount:
    r"""Generic count of a deep linear network from the counts of its smaller networks with no vanishing weight.

    .. math:: N = 1 + \sum_{1 \le r_l \le d_l} \prod_l \binom{d_l}{r_l} K(r_1, \ldots, r_H)

    over the numbers r of live neurons: for generic data and l2 constants a weight vanishes only together with a hidden neuron.

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
