"""Deep linear networks: combinations of the gradient whose leading terms cancel for all data.

With P = W_H .. W_1, R = P S - T, S = X X^T, T = Y X^T, the gradient of 1/2 |P X - Y|^2 + 1/2 sum_j lambda_j w_j^2 has
the blocks G_l = (W_H .. W_{l+1})^T R (W_{l-1} .. W_1)^T + Lambda_l o W_l.  What cancels:

balance
    G_l W_l^T - W_{l+1}^T G_{l+1} = (Lambda_l o W_l) W_l^T - W_{l+1}^T (Lambda_{l+1} o W_{l+1});
first end
    the antisymmetric part of W_1^T G_1 S^-1, for W_1^T (W_H .. W_2)^T P = P^T P is symmetric; of S W_1^T G_1 when S is
    singular, for S P^T P S is symmetric;
last end
    the antisymmetric part of G_H W_H^T, for P S P^T is symmetric;
null directions
    G_1 N = (Lambda_1 o W_1) N for S N = 0, because T N = 0 too.

The combinations need the widths and S alone. Whether anything cancels is seen when they are multiplied out: a wrong
one would be an element of the ideal like any other, and of no use.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import flint

from polysys.algebra.combinations import Combination, Exponents
from polysys.errors import InputError

Term = tuple[int, Exponents, int | Fraction]
Matrix = list[list[Fraction]]


def deep_linear_identities(widths: Sequence[int], second_moment: Sequence[Sequence[Any]]) -> tuple[Combination, ...]:
    """Combinations of the gradient of a deep linear network that have lower degree than their terms.

    Parameters
    ----------
    widths : sequence of int
        Input, hidden and output widths.
    second_moment : matrix of rationals
        S = X X^T, or a multiple of it.

    Returns
    -------
    tuple of Combination
        Over the gradient with respect to W_1 row by row, then W_2, .., in unknowns of the same order.

    Examples
    --------
    >>> [identity.name for identity in deep_linear_identities((2, 1, 2), [[2, 1], [1, 1]])]
    ['balance', 'first end', 'last end']
    """
    s = [[Fraction(int(v)) if isinstance(v, int) else Fraction(v) for v in row] for row in second_moment]
    if len(widths) < 3 or len(s) != widths[0] or any(len(row) != widths[0] for row in s):
        raise InputError(
            f"Widths {tuple(widths)} and a second moment with {len(s)} rows do not fit.",
            "Give input, hidden and output widths, and the square matrix X X^T of the input width.",
        )
    network = _Network(tuple(widths))
    return (
        *(Combination(tuple(terms), "balance") for terms in network.balance()),
        *(Combination(tuple(terms), "first end") for terms in network.first_end(s)),
        *(Combination(tuple(terms), "last end") for terms in network.last_end()),
        *(Combination(tuple(terms), "null direction") for terms in network.null_directions(s)),
    )


class _Network:
    """Numbers of the weights and terms w_j * (entry of the gradient)."""

    def __init__(self, widths: tuple[int, ...]) -> None:
        self.widths = widths
        self.n_layers = len(widths) - 1
        sizes = [a * b for a, b in itertools.pairwise(widths)]
        self.first = [sum(sizes[:layer]) for layer in range(self.n_layers)]
        self.n = sum(sizes)

    def weight(self, layer: int, i: int, j: int) -> int:
        """Number of the weight W_{layer+1}[i, j], and of its equation."""
        return self.first[layer] + i * self.widths[layer] + j

    def term(self, equation: int, weight: int | None, c: int | Fraction) -> Term:
        exponents = [0] * self.n
        if weight is not None:
            exponents[weight] = 1
        return equation, tuple(exponents), c

    def balance(self) -> Iterator[list[Term]]:
        """Of every hidden layer, all entries."""
        for layer in range(self.n_layers - 1):
            below, width, above = self.widths[layer : layer + 3]
            for i in range(width):
                for j in range(width):
                    first = [(self.weight(layer, i, k), self.weight(layer, j, k), 1) for k in range(below)]
                    second = [(self.weight(layer + 1, k, j), self.weight(layer + 1, k, i), -1) for k in range(above)]
                    yield [self.term(*t) for t in first + second]

    def first_end(self, s: Matrix) -> Iterator[list[Term]]:
        """Antisymmetric part of W_1^T G_1 S^-1, or of S W_1^T G_1."""
        d, width = self.widths[:2]
        inverse = _inverse(s)
        for a in range(d):
            for b in range(a + 1, d):
                terms = []
                for i in range(width):
                    for c in range(d):
                        if inverse:
                            terms += [(self.weight(0, i, c), self.weight(0, i, a), inverse[c][b])]
                            terms += [(self.weight(0, i, c), self.weight(0, i, b), -inverse[c][a])]
                        else:
                            terms += [(self.weight(0, i, b), self.weight(0, i, c), s[a][c])]
                            terms += [(self.weight(0, i, a), self.weight(0, i, c), -s[b][c])]
                yield [self.term(*t) for t in terms if t[2]]

    def last_end(self) -> Iterator[list[Term]]:
        """Antisymmetric part of G_H W_H^T."""
        width, d = self.widths[-2:]
        top = self.n_layers - 1
        for a in range(d):
            for b in range(a + 1, d):
                terms = [(self.weight(top, a, k), self.weight(top, b, k), 1) for k in range(width)]
                terms += [(self.weight(top, b, k), self.weight(top, a, k), -1) for k in range(width)]
                yield [self.term(*t) for t in terms]

    def null_directions(self, s: Matrix) -> Iterator[list[Term]]:
        """G_1 N for a basis N of the kernel of S."""
        d, width = self.widths[:2]
        for direction in _kernel(s):
            for i in range(width):
                yield [self.term(self.weight(0, i, c), None, direction[c]) for c in range(d) if direction[c]]


def _as_flint(s: Matrix) -> Any:
    return flint.fmpq_mat([[flint.fmpq(v.numerator, v.denominator) for v in row] for row in s])


def _inverse(s: Matrix) -> Matrix | None:
    matrix = _as_flint(s)
    if matrix.det() == 0:
        return None
    return [[Fraction(int(v.p), int(v.q)) for v in row] for row in matrix.inv().table()]


def _kernel(s: Matrix) -> list[list[Fraction]]:
    reduced, rank = _as_flint(s).rref()
    d = len(s)
    pivots = [next(k for k in range(d) if reduced[r, k] != 0) for r in range(rank)]
    basis = []
    for free in sorted(set(range(d)) - set(pivots)):
        vector = [Fraction(int(k == free)) for k in range(d)]
        for r, k in enumerate(pivots):
            vector[k] = -Fraction(int(reduced[r, free].p), int(reduced[r, free].q))
        basis.append(vector)
    return basis
