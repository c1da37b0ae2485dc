"""Networks with a polynomial activation, squared loss and one l2 value per trained weight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

import numpy as np

from polysys.datasets import Dataset
from polysys.disorder import normal
from polysys.domains import Domain, Euclidean
from polysys.errors import InputError
from polysys.landscape import Couplings
from polysys.models.base import Model, join, size, sizes
from polysys.models.network import (
    DataSource,
    as_data,
    as_l2,
    data_label,
    draw_l2,
    l2_label,
    neuron_permutations,
    unflatten,
)
from polysys.parser import format_polynomial, parse_polynomial
from polysys.rationals import as_rational_array
from polysys.system import exact_terms


@dataclass(frozen=True)
class PolynomialNetwork(Model):
    """V(w) = 1/2 sum_i |f_w(x_i) - y_i|^2 + 1/2 sum_j lambda_j w_j^2, f_w(x) = W_{H+1} s(.. s(W_1 x + b_1) ..).

    Parameters
    ----------
    widths : sequence of int
        Input, hidden and output widths.
    activation : str
        A polynomial in z with rational coefficients, such as ``z^2`` or ``z^3 - z/2``; applied at every hidden layer.
    data : str, Dataset, DataSource or (X, Y)
        X of shape (d_x, m), Y of shape (d_y, m).
    l2 : "random", number or sequence
        As for :class:`DeepLinear`, for the trained weights.
    output : "trained", "fixed" or array (d_y, d_H)
        Whether the last layer is trained; "fixed" draws it once from N(0, 1) with the other couplings.
    bias : bool
        Whether the hidden layers have biases (they follow their layer's weights and carry l2 too).
    seed : int
        Default seed of :meth:`sample`.
    loss : "sum", "mean" or None
        None takes the data set's own.

    Examples
    --------
    >>> net = PolynomialNetwork(widths=(1, 1, 1), activation="z^2", data=([[1]], [[2]]), l2=1, output=[[1]])
    >>> net.sample().potential
    1/2*w1_1_1**4 - 3/2*w1_1_1**2 + 2
    """

    widths: Sequence[int]
    activation: str = "z^2"
    data: Any = "gaussian"
    l2: Any = "random"
    output: Any = "trained"
    bias: bool = False
    seed: int = 0
    loss: str | None = None

    family: ClassVar[str] = "polynomial-network"
    linear_couplings: ClassVar[tuple[str, ...]] = ("l2",)
    symmetry_name: ClassVar[str] = "a continuous group that mixes the hidden neurons"

    def __post_init__(self) -> None:
        object.__setattr__(self, "widths", sizes(self.widths, "widths", least_length=3))
        object.__setattr__(self, "data", as_data(self.data))
        parsed = parse_polynomial(str(self.activation), variables=("z",)).polynomial
        object.__setattr__(self, "activation", format_polynomial(parsed))
        if not isinstance(self.output, str):
            fixed = as_rational_array(self.output, (self.widths[-1], self.widths[-2]), "output")
            object.__setattr__(self, "output", tuple(tuple(row) for row in fixed.tolist()))
        elif self.output not in ("trained", "fixed"):
            raise InputError(f"output = {self.output!r} is unknown.", "Choose trained, fixed, or give an array.")
        size(self.n_weights, "number of trained weights")
        object.__setattr__(self, "l2", as_l2(self.l2, self.n_weights))
        if self.loss not in (None, "sum", "mean"):
            raise InputError(f"There is no loss {self.loss!r}.", "Choose sum or mean.")
        if isinstance(self.data, Dataset):
            self._check(self.data)

    def _check(self, data: Dataset) -> None:
        if (data.X.shape[0], data.Y.shape[0]) != (self.widths[0], self.widths[-1]):
            raise InputError(
                f"The data have {data.X.shape[0]} features and {data.Y.shape[0]} targets, the network "
                f"{self.widths[0]} and {self.widths[-1]}.",
                "Make the two agree.",
            )

    @property
    def _coefficients(self) -> list[Fraction]:
        terms = exact_terms(parse_polynomial(self.activation, variables=("z",)).polynomial)
        return [terms.get((k,), Fraction(0)) for k in range(max(e for (e,) in terms) + 1)]

    @property
    def _shapes(self) -> list[tuple[int, ...]]:
        shapes: list[tuple[int, ...]] = []
        for a, b in zip(self.widths[:-2], self.widths[1:-1], strict=True):
            shapes += [(b, a), (b,)] if self.bias else [(b, a)]
        return [*shapes, (self.widths[-1], self.widths[-2])] if self.output == "trained" else shapes

    @property
    def n_weights(self) -> int:
        """Number of trained weights and biases."""
        return sum(int(np.prod(shape)) for shape in self._shapes)

    @property
    def label(self) -> str:
        parts = [f"widths={join(self.widths)}", f"activation={self.activation.replace(' ', '')}"]
        parts.append(data_label(self.data, self.widths[0], self.widths[-1]))
        label = f"{self.family}:" + ",".join(parts) + l2_label(self.l2)
        if self.output != "trained":
            label += ",output=" + (self.output if isinstance(self.output, str) else "explicit")
        return label + (",bias=yes" if self.bias else "") + (f",loss={self.loss}" if self.loss else "")

    @property
    def domain(self) -> Domain:
        return Euclidean(self.n_weights)

    @property
    def variables(self) -> tuple[str, ...]:
        names, layer = [], 0
        for shape in self._shapes:
            if len(shape) == 1:
                names += [f"b{layer}_{i + 1}" for i in range(shape[0])]
            else:
                layer += 1
                names += [f"w{layer}_{i + 1}_{j + 1}" for i in range(shape[0]) for j in range(shape[1])]
        return tuple(names)

    @property
    def default_seed(self) -> int:
        return self.seed

    def draw(self, rng: np.random.Generator) -> Couplings:
        data = self.data.load(self.widths[0], self.widths[-1], rng) if isinstance(self.data, DataSource) else self.data
        self._check(data)
        couplings = {
            "X": data.X,
            "Y": data.Y,
            "weight": np.array([Fraction(1, data.n_data if (self.loss or data.loss) == "mean" else 1)], dtype=object),
            "l2": draw_l2(self.l2, self.n_weights, rng),
        }
        if self.output == "fixed":
            couplings["output"] = normal(rng, (self.widths[-1], self.widths[-2]))
        elif self.output != "trained":
            couplings["output"] = np.array(self.output, dtype=object)
        return couplings

    def potential(self, x: Any, couplings: Couplings) -> Any:
        weights = unflatten(x, self._shapes)
        last = weights.pop() if self.output == "trained" else couplings["output"]
        signal = couplings["X"]
        while weights:
            signal = weights.pop(0) @ signal
            if self.bias:
                signal = signal + weights.pop(0)[:, None]
            activated = self._coefficients[-1]
            for coefficient in self._coefficients[-2::-1]:
                activated = activated * signal + coefficient
            signal = activated
        error = last @ signal - couplings["Y"]
        return (error * error).sum() * couplings["weight"][0] / 2 + (np.asarray(x) ** 2 * couplings["l2"]).sum() / 2

    def is_coercive(self, couplings: Couplings) -> bool:
        return bool(min(couplings["l2"]) > 0)

    def neuron_permutations(self) -> tuple[tuple[int, ...], ...]:
        per_layer = 2 if self.bias else 1
        hidden = self.widths[1:-1]
        axes = []
        for layer in range(len(hidden)):
            first = layer * per_layer
            carriers = [(first, 0)] + ([(first + 1, 0)] if self.bias else [])
            if first + per_layer < len(self._shapes):
                carriers.append((first + per_layer, 1))
            axes.append(carriers)
        return neuron_permutations(self._shapes, axes, hidden)
