"""Networks of any sequence of linear layers and elementwise polynomials: what the other network families cannot express."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from math import prod
from typing import Any, ClassVar

import numpy as np

from polysys.datasets import Dataset
from polysys.errors import InputError
from polysys.landscape import Couplings
from polysys.models.base import join, size
from polysys.models.network import (
    Axes,
    Network,
    as_l2,
    check_data,
    data_label,
    draw_l2,
    l2_label,
    unflatten,
)
from polysys.models.squared_loss import activate, activated_support, coordinates, data_couplings, squared_loss
from polysys.reading.parser import MAX_EXPONENT


@dataclass(frozen=True, slots=True)
class LinearLayer:
    """z -> W z + b.

    Parameters
    ----------
    n_in, n_out : int
    weight : "trained" or tuple of rows of Fractions
        Trained, or fixed at these values.
    bias : "trained", tuple of Fractions or None
    """

    n_in: int
    n_out: int
    weight: str | tuple[tuple[Fraction, ...], ...] = "trained"
    bias: str | tuple[Fraction, ...] | None = None


@dataclass(frozen=True, slots=True)
class Activation:
    """An elementwise polynomial, its coefficients from degree 0; the last is not zero."""

    coefficients: tuple[Fraction, ...]

    @property
    def degree(self) -> int:
        """Its degree."""
        return len(self.coefficients) - 1


@dataclass(frozen=True)
class SequentialNetwork(Network):
    """V(w) = 1/2 sum_i |f_w(x_i) - y_i|^2 + 1/2 sum_j lambda_j w_j^2 for a sequence of layers f_w.

    Parameters
    ----------
    layers : tuple of LinearLayer and Activation
    data : Dataset
    l2 : "random", number or sequence
        As for :class:`DeepLinear`, for the trained weights and biases.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from polysys.datasets import from_arrays
    >>> layers = (LinearLayer(1, 1, bias="trained"), Activation((Fraction(0), Fraction(0), Fraction(1))))
    >>> SequentialNetwork(layers, from_arrays([[1]], [[2]]), 0).sample().potential
    1/2*w1_1_1**4 + 2*w1_1_1**3*b1_1 + 3*w1_1_1**2*b1_1**2 - 2*w1_1_1**2 + 2*w1_1_1*b1_1**3 - 4*w1_1_1*b1_1 + 1/2*b1_1**4 - 2*b1_1**2 + 2
    """

    layers: tuple[LinearLayer | Activation, ...]
    data: Dataset
    l2: Any = "random"

    family: ClassVar[str] = "sequential-network"

    def __post_init__(self) -> None:
        linear = self._linear
        if not linear:
            raise InputError("The network has no linear layer.", "Give one at least.")
        for before, after in pairwise(linear):
            if before.n_out != after.n_in:
                raise InputError(
                    f"A layer with {before.n_out} outputs is followed by one with {after.n_in} inputs.",
                    "Make them agree.",
                )
        if 2 * prod(max(a.degree, 1) for a in self.layers if isinstance(a, Activation)) > MAX_EXPONENT:
            raise InputError(
                f"The first weights enter the loss with a power above {MAX_EXPONENT}.",
                "Choose activations of lower degree or fewer layers.",
            )
        size(self.n_weights, "number of trained weights")
        object.__setattr__(self, "l2", as_l2(self.l2, self.n_weights))
        check_data(self.data, self.layer_widths)

    @property
    def _linear(self) -> list[LinearLayer]:
        return [layer for layer in self.layers if isinstance(layer, LinearLayer)]

    @property
    def layer_widths(self) -> tuple[int, ...]:
        """Input width and the widths after each linear layer."""
        return (self._linear[0].n_in, *(layer.n_out for layer in self._linear))

    @cached_property
    def _arrays(self) -> list[tuple[str, int, tuple[int, ...]]]:
        """Name, number of the linear layer and shape of every trained array, in the order of the variables."""
        arrays: list[tuple[str, int, tuple[int, ...]]] = []
        for k, layer in enumerate(self._linear):
            if layer.weight == "trained":
                arrays.append(("w", k, (layer.n_out, layer.n_in)))
            if layer.bias == "trained":
                arrays.append(("b", k, (layer.n_out,)))
        return arrays

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        return [shape for _, _, shape in self._arrays]

    @property
    def label(self) -> str:
        parts = []
        for layer in self.layers:
            if isinstance(layer, Activation):
                parts.append("(" + " ".join(map(str, layer.coefficients)) + ")")
            else:
                fixed = "!" if layer.weight != "trained" else ""
                bias = "" if layer.bias is None else "+b" if layer.bias == "trained" else "+b!"
                parts.append(f"{layer.n_in}x{layer.n_out}{fixed}{bias}")
        data = data_label(self.data, self.layer_widths[0], self.layer_widths[-1])
        return f"{self.family}:layers={join(parts)},{data}{l2_label(self.l2)}"

    @property
    def variables(self) -> tuple[str, ...]:
        return tuple(
            "_".join([f"{name}{k + 1}", *(str(i + 1) for i in place)])
            for name, k, shape in self._arrays
            for place in np.ndindex(shape)
        )

    @cached_property
    def input_monomials(self) -> list[tuple[int, ...]]:
        """Exponents of the monomials in the input that the output can contain."""
        n = self.layer_widths[0]
        support: set[tuple[int, ...]] = set(coordinates(n))
        for layer in self.layers:
            if isinstance(layer, Activation):
                support = activated_support(support, layer.coefficients)
            elif layer.bias is not None:
                support.add((0,) * n)
        return sorted(support)

    def draw(self, rng: np.random.Generator) -> Couplings:
        weight = Fraction(1, self.data.n_data if self.data.loss == "mean" else 1)
        couplings = data_couplings(self.data, self.input_monomials, weight)
        couplings["l2"] = draw_l2(self.l2, self.n_weights, rng)
        for k, layer in enumerate(self._linear):
            if isinstance(layer.weight, tuple):
                couplings[f"w{k}"] = np.array(layer.weight, dtype=object).reshape(layer.n_out, layer.n_in)
            if isinstance(layer.bias, tuple):
                couplings[f"b{k}"] = np.array(layer.bias, dtype=object)
        return couplings

    def potential(self, x: Any, couplings: Couplings) -> Any:
        trained = {
            (name, k): array for (name, k, _), array in zip(self._arrays, unflatten(x, self.shapes), strict=True)
        }

        def forward(signal: Any) -> Any:
            k = -1
            for layer in self.layers:
                if isinstance(layer, Activation):
                    signal = activate(layer.coefficients, signal)
                    continue
                k += 1
                weight = trained[("w", k)] if ("w", k) in trained else couplings[f"w{k}"]
                signal = (signal.T @ weight.T).T  # the signal's own product decides, see InputPolynomial
                if layer.bias is not None:
                    bias = trained[("b", k)] if ("b", k) in trained else couplings[f"b{k}"]
                    signal = signal + bias[:, None]
            return signal

        fit = squared_loss(forward, self.layer_widths[0], self.input_monomials, couplings)
        return fit + (np.asarray(x) ** 2 * couplings["l2"]).sum() / 2

    @property
    def axes(self) -> Axes:
        number = {(name, k): i for i, (name, k, _) in enumerate(self._arrays)}
        wanted = [((("w", k), 0), (("b", k), 0), (("w", k + 1), 1)) for k in range(len(self._linear) - 1)]
        return [[(number[array], axis) for array, axis in layer if array in number] for layer in wanted]
