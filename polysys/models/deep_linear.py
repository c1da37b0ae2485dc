"""Deep linear networks with squared loss and one l2 value per weight."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial, reduce
from itertools import product
from math import comb, prod
from typing import Any, ClassVar

import numpy as np

from polysys import counts
from polysys.algebra.combinations import Combination
from polysys.algebra.identities.deep_linear import deep_linear_identities
from polysys.datasets import Dataset
from polysys.landscape import Couplings, QuadraticBound
from polysys.models.base import Model, TorusPart, join, size, sizes
from polysys.models.grammar import Family, integers
from polysys.models.network import (
    Axes,
    DataSource,
    Network,
    as_data,
    as_l2,
    check_data,
    check_loss,
    data_label,
    draw_l2,
    l2_label,
    layer_bounds,
    unflatten,
)
from polysys.root_count import RootCount


@dataclass(frozen=True)
class DeepLinear(Network):
    r"""A deep linear network with squared loss.

    .. math:: V(W) = \tfrac{1}{2} \sum_i |W_{H+1} \cdots W_1 x_i - y_i|^2 + \tfrac{1}{2} \sum_j \lambda_j w_j^2.

    Data enter only through :math:`X X^T`, :math:`Y X^T` and :math:`|Y|^2`, so the cost does not depend on their number. With
    ``loss="mean"`` (the default of the named data sets) the sum over data is divided by their number.

    Parameters
    ----------
    widths : sequence of int
        Input, hidden and output widths d_x, d_1, .., d_H, d_y.
    data : str, Dataset, DataSource or (X, Y)
        X of shape (d_x, m), Y of shape (d_y, m); numbers are kept exactly.
    l2 : "random", number or sequence
        One value per weight drawn uniformly from (0, 1), one value for all, or explicit values in the order of the
        weights (W_1 row by row, then W_2, ..). A single value leaves the orthogonal group of each hidden layer as a
        continuous symmetry when its width is 2 or more; none leaves the general linear group.
    seed : int
        Default seed of :meth:`sample`.
    loss : "sum", "mean" or None
        None takes the data set's own.

    References
    ----------
    .. [1] D. Mehta, T. Chen, T. Tang, J. Hauenstein, "The loss surface of deep linear networks viewed through the
       algebraic geometry lens", IEEE TPAMI 44, 5664 (2022), arXiv:1810.07716.

    Examples
    --------
    >>> net = DeepLinear(widths=(1, 1, 1), data=([[1]], [[2]]), l2=[1, "1/2"])
    >>> net.sample().potential
    1/2*w1_1_1**2*w2_1_1**2 + 1/2*w1_1_1**2 - 2*w1_1_1*w2_1_1 + 1/4*w2_1_1**2 + 2
    """

    widths: Sequence[int]
    data: Any = "gaussian"
    l2: Any = "random"
    seed: int = 0
    loss: str | None = None

    family: ClassVar[str] = "deep-linear"
    about: ClassVar[Family | None] = Family(
        family,
        "deep linear network, squared loss, one l2 value per weight",
        "deep-linear:widths=IN-HIDDEN..-OUT,data=iris|wine|digits|diabetes|xor|gaussian|FILE.csv[,m=M]"
        "[,l2=random|random*SCALE|VALUE][,loss=sum|mean]",
        "deep-linear:widths=2-2-2,data=iris",
        "one hidden layer at least, at most 64 weights; with l2=random 33 solutions for 2-2-1, 225 for 2-2-2, 129 for 1-2-2-1",
        ("widths",),
        ("data", "m", "l2", "loss"),
    )

    def __post_init__(self) -> None:
        widths = sizes(self.widths, "widths", least_length=3)
        object.__setattr__(self, "widths", widths)
        object.__setattr__(self, "data", as_data(self.data))
        size(self.n_weights, "number of weights")
        object.__setattr__(self, "l2", as_l2(self.l2, self.n_weights))
        check_loss(self.loss)
        if isinstance(self.data, Dataset):
            check_data(self.data, self.widths)

    @classmethod
    def from_keys(cls, keys: Mapping[str, str]) -> Model:
        return cls(
            integers(keys, "widths"), DataSource.from_keys(keys), keys.get("l2", "random"), loss=keys.get("loss")
        )

    @property
    def layer_widths(self) -> tuple[int, ...]:
        return tuple(self.widths)

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        r"""Shapes of :math:`W_1, \ldots, W_{H+1}`."""
        return [(b, a) for a, b in zip(self.widths[:-1], self.widths[1:], strict=True)]

    @property
    def axes(self) -> Axes:
        return [[(layer, 0), (layer + 1, 1)] for layer in range(len(self.widths) - 2)]

    @property
    def label(self) -> str:
        data = data_label(self.data, self.widths[0], self.widths[-1])
        loss = f",loss={self.loss}" if self.loss else ""
        return f"{self.family}:widths={join(self.widths)},{data}{l2_label(self.l2)}{loss}"

    @property
    def variables(self) -> tuple[str, ...]:
        return tuple(
            f"w{k + 1}_{i + 1}_{j + 1}"
            for k, (rows, columns) in enumerate(self.shapes)
            for i in range(rows)
            for j in range(columns)
        )

    @property
    def default_seed(self) -> int:
        return self.seed

    @property
    def symmetry_name(self) -> str:  # type: ignore[override]
        """The group that acts when l2 does not break it."""
        hidden = "x".join(f"{{}}({d})" for d in self.widths[1:-1])
        letter = "O" if isinstance(self.l2, tuple) and min(self.l2) > 0 else "GL"
        return "the group " + hidden.format(*[letter] * (len(self.widths) - 2)) + " of the hidden layers"

    def draw(self, rng: np.random.Generator) -> Couplings:
        data = self.data.load(self.widths[0], self.widths[-1], rng) if isinstance(self.data, DataSource) else self.data
        check_data(data, self.widths)
        l2 = draw_l2(self.l2, self.n_weights, rng)
        if data.n_data < self.widths[0]:
            # X X^T is singular then: the data themselves are the parameters of the family
            weight = Fraction(1, data.n_data if (self.loss or data.loss) == "mean" else 1)
            return {"X": data.X, "Y": data.Y, "weight": np.array([weight], dtype=object), "l2": l2}
        xx, yx, yy = data.moments(self.loss)
        return {"XX": xx, "YX": yx, "YY": np.array([yy], dtype=object), "l2": l2}

    def ideal_elements(self, couplings: Couplings) -> Callable[[], tuple[Combination, ...]] | None:
        second_moment = couplings["X"] @ couplings["X"].T if "X" in couplings else couplings["XX"]
        return partial(deep_linear_identities, self.widths, second_moment.tolist())

    def potential(self, x: Any, couplings: Couplings) -> Any:
        weights = unflatten(x, self.shapes)
        product = reduce(lambda after, layer: layer @ after, weights[1:], weights[0])
        if "X" in couplings:
            error = product @ couplings["X"] - couplings["Y"]
            fit = (error * error).sum() * couplings["weight"][0] / 2
        else:
            fit = (product * (product @ couplings["XX"] / 2 - couplings["YX"])).sum() + couplings["YY"][0] / 2
        return fit + (np.asarray(x) ** 2 * couplings["l2"]).sum() / 2

    def known_counts(self, couplings: Couplings) -> tuple[RootCount, ...]:
        n_data = couplings["X"].shape[1] if "X" in couplings else self.widths[0]  # more data than inputs change nothing
        count = counts.deep_linear(tuple(self.widths), n_data)
        return (count,) if count is not None else ()

    def torus_count(self) -> RootCount | None:
        m = self.data.m if isinstance(self.data, DataSource) else self.data.n_data
        return counts.deep_linear_torus(tuple(self.widths), self.widths[0] if m is None else m)

    def torus_parts(self) -> tuple[TorusPart, ...]:
        r"""One for each choice of numbers of live neurons r: :math:`N = 1 + \sum_r \prod_l \binom{d_l}{r_l} K(r)` [Bharadwaj & Hosten, arXiv 2301.12651]."""
        first, *hidden, last = self.widths
        parts = []
        for live in product(*(range(1, d + 1) for d in hidden)):
            widths = (first, *live, last)
            net = self if live == tuple(hidden) else DeepLinear(widths, self.data, loss=self.loss)
            parts.append(TorusPart(prod(map(comb, hidden, live)), join(widths), net))
        return tuple(parts)

    @property
    def n_sign_flips(self) -> int:
        return 1 << sum(self.widths[1:-1])  # of the weights before and behind a hidden neuron

    @property
    def law(self) -> object | None:
        return self  # its theory is written for the family itself

    def stationary_bounds(self, couplings: Couplings) -> tuple[QuadraticBound, ...]:
        return layer_bounds(self.shapes, [(1, {layer: 1}) for layer in range(len(self.shapes))], couplings)
