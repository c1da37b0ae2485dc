"""Fully connected architectures and the spherical glass that they are mapped to.

A network with layer widths n_0, .., n_H has N = sum_i n_{i-1} n_i weights and Psi = n_0 n_1 .. n_H paths from an input to
an output. Choromanska et al. (2015, section 3) map it, under assumptions, to the spherical H-spin glass on

    Lambda = Psi^(1/H)

spins; the number of its complex stationary points, up to sign, is ((H-1)^Lambda - 1)/(H-2) (Cartwright & Sturmfels 2013). Becker,
Zhang & Lee (2020, equation 5, as later work reports it) take this number as that of the network.

Lambda is a whole number only for some architectures, such as constant widths with one output, where it is the width:
Psi = n^H. Elsewhere the formula interpolates, and counts of an actual glass exist at the whole numbers below and above.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from math import exp, isqrt, prod

from flint import arb, ctx, fmpz

from polysys import counts
from polysys.errors import InputError
from polysys.models.base import join, sizes

_PRECISION = 256
FREE = 0  # inputs or outputs as many as hidden neurons

# The depth at which the count of networks with one output and free inputs is largest when N is large. There
# N = (H-1) n^2 + n and Lambda = n, so the logarithm of the count is sqrt(N/(H-1)) log(H-1) to leading order, and
# log(x)/sqrt(x) is largest at x = e^2. Corrections move the maximum of a finite network to smaller depths.
TURNING_DEPTH = 1 + exp(2)


@dataclass(frozen=True)
class Architecture:
    """A fully connected network, by its widths.

    Parameters
    ----------
    widths : tuple of int
        n_0, .., n_H: inputs, hidden neurons, outputs.

    Examples
    --------
    >>> net = Architecture((3, 3, 3, 3, 1))
    >>> net.depth, net.n_weights, net.n_paths, net.spins_below, net.has_whole_spins, net.n_complex_below
    (4, 30, 81, 3, True, 13)
    """

    widths: tuple[int, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "widths", sizes(self.widths, "widths", least_length=2, most=10**6))

    @property
    def label(self) -> str:
        """The widths as 3-3-1."""
        return join(self.widths)

    @property
    def depth(self) -> int:
        """Number H of layers of weights."""
        return len(self.widths) - 1

    @property
    def n_weights(self) -> int:
        """Number N of weights."""
        return sum(a * b for a, b in pairwise(self.widths))

    @property
    def n_paths(self) -> int:
        """Number Psi of paths from an input to an output."""
        return prod(self.widths)

    @cached_property
    def spins_below(self) -> int:
        """The largest whole number not above Lambda, exactly."""
        return int(fmpz(self.n_paths).root(self.depth))

    @property
    def has_whole_spins(self) -> bool:
        """Whether Lambda is a whole number."""
        return bool(self.spins_below**self.depth == self.n_paths)

    @property
    def spins_above(self) -> int:
        """The smallest whole number not below Lambda, exactly."""
        return self.spins_below + (not self.has_whole_spins)

    @property
    def spins(self) -> arb:
        """Lambda = Psi^(1/H) as a ball."""
        with ctx.workprec(_PRECISION):
            return arb(self.spins_below) if self.has_whole_spins else arb(self.n_paths).root(self.depth)

    @property
    def n_complex_below(self) -> int:
        """Complex classes of the H-spin glass on the whole number of spins below."""
        return counts.cartwright_sturmfels(self.spins_below, self.depth).value

    @property
    def n_complex_above(self) -> int:
        """Complex classes of the H-spin glass on the whole number of spins above."""
        return counts.cartwright_sturmfels(self.spins_above, self.depth).value


def interpolated_count(spins: arb, depth: int) -> arb:
    """((H-1)^Lambda - 1)/(H-2) for real Lambda > 0; Lambda itself for H = 2, which is the limit, and 1 for H = 1.

    Examples
    --------
    >>> interpolated_count(arb(5), 3), interpolated_count(arb(5), 2)
    (31.0000000000000, 5.00000000000000)
    """
    with ctx.workprec(_PRECISION):
        if depth < 3:
            return arb(1) if depth == 1 else +spins
        return (arb(depth - 1) ** spins - 1) / (depth - 2)


@dataclass(frozen=True, slots=True)
class Convention:
    """What stays fixed at the ends of a network when it grows deeper.

    Parameters
    ----------
    inputs, outputs : int
        Widths of the ends; `FREE` (0): as wide as the hidden layers.
    """

    inputs: int = FREE
    outputs: int = 1

    def __str__(self) -> str:
        names = ("inputs", "outputs")
        return ", ".join(
            f"{n} {name if n > 1 else name[:-1]}" if n else f"{name} as wide as hidden layers"
            for n, name in zip((self.inputs, self.outputs), names, strict=True)
        )

    def width(self, n_weights: int, depth: int) -> arb:
        """The width n of all layers that are not fixed at which the network has exactly N weights: a ball.

        N = sum of the products of neighbouring widths is a n^2 + b n + c with whole a, b, c.

        Raises
        ------
        InputError
            If the ends alone have as many weights, so that no width is left to choose.
        """
        square, linear, rest = self._equation(n_weights, depth)
        with ctx.workprec(_PRECISION):
            if square == 0:
                return arb(rest) / linear
            return (arb(linear * linear + 4 * square * rest).sqrt() - linear) / (2 * square)

    def width_below(self, n_weights: int, depth: int) -> int:
        """The largest whole number not above :meth:`width`, exactly."""
        square, linear, rest = self._equation(n_weights, depth)
        if square == 0:
            return rest // linear
        return (isqrt(linear * linear + 4 * square * rest) - linear) // (2 * square)

    def spins(self, n_weights: int, depth: int) -> arb:
        """Lambda = Psi^(1/H) at exactly N weights, for a width that need not be whole."""
        ends = [n for n in (self.inputs, self.outputs) if n != FREE]
        with ctx.workprec(_PRECISION):
            n_free = depth + 1 - len(ends)
            paths = self.width(n_weights, depth) ** n_free * prod(ends)
            return paths.root(depth)

    def max_depth(self, n_weights: int) -> int:
        """The largest depth at which the width is 1 or more."""
        least = sum(self._weights_in_width(2))
        return 1 if least > n_weights else 2 + n_weights - least  # a further hidden layer of one neuron adds one weight

    def _equation(self, n_weights: int, depth: int) -> tuple[int, int, int]:
        """(a, b, N - c) of a n^2 + b n + c = N."""
        square, linear, constant = self._weights_in_width(depth)
        if n_weights <= constant or square == linear == 0:
            raise InputError(
                f"With {self}, {n_weights} weights leave no width to choose at depth {depth}.", "Give more weights."
            )
        return square, linear, n_weights - constant

    def _weights_in_width(self, depth: int) -> tuple[int, int, int]:
        """(a, b, c): a n^2 + b n + c weights."""
        a, b, c = 0, 0, 0
        ends = (self.inputs, *(FREE,) * (depth - 1), self.outputs)
        for left, right in pairwise(ends):
            if left == right == FREE:
                a += 1
            elif FREE in (left, right):
                b += left + right
            else:
                c += left * right
        return a, b, c


def nearest_architecture(n_weights: int, depth: int, convention: Convention = Convention()) -> Architecture:
    """The architecture of a depth with widths that differ by one at most and about N weights.

    Among the networks whose free widths are n or n + 1, n the width below that of :meth:`Convention.width`, the one whose
    number of weights is nearest to N; of equally near ones the smaller, then the one with most paths, then with the widest first
    layers.

    Examples
    --------
    >>> nearest_architecture(60, 2).label, nearest_architecture(30, 4).label
    ('8-7-1', '3-3-3-3-1')
    """
    low = max(1, convention.width_below(n_weights, depth))
    choices = [
        (end,) if end != FREE else (low, low + 1)
        for end in (convention.inputs, *(FREE,) * (depth - 1), convention.outputs)
    ]
    # (last width, weights so far) -> (paths, widths), the best of all beginnings: what follows depends on no more
    best: dict[tuple[int, int], tuple[int, tuple[int, ...]]] = {(w, 0): (w, (w,)) for w in choices[0]}
    for layer in choices[1:]:
        longer: dict[tuple[int, int], tuple[int, tuple[int, ...]]] = {}
        for (last, weights), (paths, widths) in best.items():
            for w in layer:
                key, value = (w, weights + last * w), (paths * w, (*widths, w))
                if key not in longer or value > longer[key]:
                    longer[key] = value
        best = longer
    ranked = ((-abs(n - n_weights), -n, *value) for (_, n), value in best.items())
    return Architecture(max(ranked)[-1])


def whole_series(n_weights: int, tolerance: float) -> tuple[Architecture, ...]:
    """Architectures of constant width n with one output, for which Lambda = n exactly, of about N weights; by depth.

    For each width the depth whose number of weights (H - 1) n^2 + n is nearest to N, if it is within `tolerance` N; of two widths
    with one depth the nearer to N. Depth 2 is the least.

    Examples
    --------
    >>> [(net.depth, net.spins_below, net.n_weights) for net in whole_series(30, 0.1)]
    [(2, 5, 30), (4, 3, 30), (8, 2, 30)]
    """
    found: dict[int, Architecture] = {}
    for n in range(2, n_weights + 1):
        depth = max(2, round(1 + (n_weights - n) / n**2))
        net = Architecture((n,) * depth + (1,))
        gap = abs(net.n_weights - n_weights)
        if gap > tolerance * n_weights:
            continue
        if depth not in found or gap < abs(found[depth].n_weights - n_weights):
            found[depth] = net
    return tuple(found[depth] for depth in sorted(found))


def bounds_of(ball: arb) -> tuple[Fraction, Fraction]:
    """The ends of a ball, exactly.

    Examples
    --------
    >>> bounds_of(arb(3) / 2)
    (Fraction(3, 2), Fraction(3, 2))
    """
    mid, radius = (Fraction(int(m)) * Fraction(2) ** int(e) for m, e in (ball.mid().man_exp(), ball.rad().man_exp()))
    return mid - radius, mid + radius
