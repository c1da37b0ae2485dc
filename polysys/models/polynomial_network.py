"""Networks with a polynomial activation, squared loss and one l2 value per trained weight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from polysys import counts
from polysys.datasets import Dataset
from polysys.disorder import normal
from polysys.errors import InputError, LabelError
from polysys.landscape import Couplings, QuadraticBound
from polysys.models.base import Model, join, size, sizes
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
from polysys.models.squared_loss import activate, activated_support, coordinates, data_couplings, squared_loss
from polysys.reading.parser import MAX_EXPONENT, format_polynomial, parse_polynomial
from polysys.reading.rationals import as_rational_array
from polysys.root_count import RootCount
from polysys.system import exact_terms

NOT_POLYNOMIAL = frozenset(
    {"tanh", "sigmoid", "softplus", "silu", "swish", "gelu", "erf", "sin", "cos", "exp", "relu", "elu", "leakyrelu"}
)
TANH_LIKE = "docs/torch.md, 'Activations like tanh'"


@dataclass(frozen=True)
class PolynomialNetwork(Network):
    r"""A network with a polynomial as activation and squared loss.

    .. math:: V(w) = \tfrac{1}{2} \sum_i |f_w(x_i) - y_i|^2 + \tfrac{1}{2} \sum_j \lambda_j w_j^2

    with :math:`f_w(x) = W_{H+1} \sigma(\cdots \sigma(W_1 x + b_1) \cdots)` and the activation :math:`\sigma`.

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
    about: ClassVar[Family | None] = Family(
        family,
        "network with a polynomial activation, squared loss, one l2 value per weight",
        "polynomial-network:widths=IN-HIDDEN..-OUT,activation=POLYNOMIAL IN z,data=iris|wine|digits|diabetes|xor|gaussian|FILE.csv[,m=M]"
        "[,output=fixed|trained][,bias=yes][,l2=random|random*SCALE|VALUE][,loss=sum|mean]",
        "polynomial-network:widths=2-2-1,activation=z^2,data=iris",
        "one hidden layer at least, at most 64 trained weights; one neuron of degree q with output=fixed: (2q-1)^IN solutions",
        ("widths", "activation"),
        ("data", "m", "l2", "output", "bias", "loss"),
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "widths", sizes(self.widths, "widths", least_length=3))
        object.__setattr__(self, "data", as_data(self.data))
        parsed = _parsed_activation(str(self.activation))
        object.__setattr__(self, "activation", format_polynomial(parsed))
        if 2 * max(map(sum, parsed.monoms())) ** (len(self.widths) - 2) > MAX_EXPONENT:
            raise InputError(
                f"The first weights enter the loss with a power above {MAX_EXPONENT}.",
                "Choose an activation of lower degree or fewer layers.",
            )
        if not isinstance(self.output, str):
            fixed = as_rational_array(self.output, (self.widths[-1], self.widths[-2]), "output")
            object.__setattr__(self, "output", tuple(tuple(row) for row in fixed.tolist()))
        elif self.output not in ("trained", "fixed"):
            raise InputError(f"output = {self.output!r} is unknown.", "Choose trained, fixed, or give an array.")
        size(self.n_weights, "number of trained weights")
        object.__setattr__(self, "l2", as_l2(self.l2, self.n_weights))
        check_loss(self.loss)
        if isinstance(self.data, Dataset):
            check_data(self.data, self.widths)

    @classmethod
    def from_keys(cls, keys: Mapping[str, str]) -> Model:
        bias = keys.get("bias", "no")
        if bias not in ("yes", "no"):
            raise LabelError(f"bias={bias} is unknown.", "Write bias=yes or bias=no.")
        return cls(
            integers(keys, "widths"),
            keys["activation"],
            DataSource.from_keys(keys),
            keys.get("l2", "random"),
            keys.get("output", "trained"),
            bias == "yes",
            loss=keys.get("loss"),
        )

    @property
    def layer_widths(self) -> tuple[int, ...]:
        return tuple(self.widths)

    @property
    def _coefficients(self) -> list[Fraction]:
        terms = exact_terms(parse_polynomial(self.activation, variables=("z",)).polynomial)
        return [terms.get((k,), Fraction(0)) for k in range(max(e for (e,) in terms) + 1)]

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        shapes: list[tuple[int, ...]] = []
        for a, b in zip(self.widths[:-2], self.widths[1:-1], strict=True):
            shapes += [(b, a), (b,)] if self.bias else [(b, a)]
        return [*shapes, (self.widths[-1], self.widths[-2])] if self.output == "trained" else shapes

    @property
    def label(self) -> str:
        parts = [f"widths={join(self.widths)}", f"activation={self.activation.replace(' ', '')}"]
        parts.append(data_label(self.data, self.widths[0], self.widths[-1]))
        label = f"{self.family}:" + ",".join(parts) + l2_label(self.l2)
        if self.output != "trained":
            label += ",output=" + (self.output if isinstance(self.output, str) else "explicit")
        return label + (",bias=yes" if self.bias else "") + (f",loss={self.loss}" if self.loss else "")

    @property
    def variables(self) -> tuple[str, ...]:
        names, layer = [], 0
        for shape in self.shapes:
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
        check_data(data, self.widths)
        weight = Fraction(1, data.n_data if (self.loss or data.loss) == "mean" else 1)
        couplings = data_couplings(data, self.input_monomials, weight)
        couplings["l2"] = draw_l2(self.l2, self.n_weights, rng)
        if self.output == "fixed":
            couplings["output"] = normal(rng, (self.widths[-1], self.widths[-2]))
        elif self.output != "trained":
            couplings["output"] = np.array(self.output, dtype=object)
        return couplings

    @cached_property
    def input_monomials(self) -> list[tuple[int, ...]]:
        """Exponents of the monomials in the input that the network's output can contain."""
        n = self.widths[0]
        support: set[tuple[int, ...]] = set(coordinates(n))
        for _ in self.widths[1:-1]:
            support = activated_support(support | {(0,) * n} if self.bias else support, self._coefficients)
        return sorted(support)

    def potential(self, x: Any, couplings: Couplings) -> Any:
        weights = unflatten(x, self.shapes)
        last = weights.pop() if self.output == "trained" else couplings["output"]

        def forward(signal: Any) -> Any:
            return (self._hidden(list(weights), signal).T @ last.T).T

        fit = squared_loss(forward, self.widths[0], self.input_monomials, couplings)
        return fit + (np.asarray(x) ** 2 * couplings["l2"]).sum() / 2

    def _hidden(self, weights: list[Any], signal: Any) -> Any:
        """The last hidden layer's output; the signal is an array over data, or one column of polynomials in the input."""
        while weights:
            signal = (signal.T @ weights.pop(0).T).T  # the signal's own product decides, see InputPolynomial
            if self.bias:
                signal = signal + weights.pop(0)[:, None]
            signal = activate(self._coefficients, signal)
        return signal

    def known_counts(self, couplings: Couplings) -> tuple[RootCount, ...]:
        """For one hidden layer. A bias is one more input, equal to one; an output of one's own is a member of the family of fixed ones."""
        powers = [k for k, c in enumerate(self._coefficients) if c]
        is_trained = self.output == "trained"
        is_covered = max(powers) > 1 and (len(powers) == 1 or not is_trained)
        n_data = couplings["X"].shape[1] if "X" in couplings else None
        if self.bias and is_trained and n_data not in (None, 1):
            is_covered = False  # few data with an input that is one have no general moments
        if len(self.widths) != 3 or not is_covered:
            return ()
        widths = (self.widths[0] + self.bias, *self.widths[1:])
        count = counts.polynomial_network(widths, max(powers), n_data, is_trained=is_trained)
        return (count,) if count is not None else ()

    def torus_count(self) -> RootCount | None:
        """All but the origin, for one neuron z^q with trained outputs: elsewhere a coordinate that is zero would meet one more generic equation."""
        m = self.data.m if isinstance(self.data, DataSource) else self.data.n_data
        powers = [k for k, c in enumerate(self._coefficients) if c]
        is_one = tuple(self.widths[1:-1]) == (1,) and self.output == "trained" and not self.bias
        if m is None or not is_one or len(powers) > 1 or powers[0] < 2 or m < self.widths[0]:
            return None
        whole = counts.polynomial_network(self.widths, powers[0], m, is_trained=True)
        return None if whole is None else replace(whole, value=whole.value - 1, name=f"{whole.name}, less the origin")

    def stationary_bounds(self, couplings: Couplings) -> tuple[QuadraticBound, ...]:
        powers = [k for k, c in enumerate(self._coefficients) if c]
        if len(powers) > 1:
            return ()  # the output is not homogeneous in the weights of a hidden layer
        hidden, q, step = len(self.widths) - 2, powers[0], 2 if self.bias else 1
        scalings = []
        for layer in range(hidden):
            # the biases of later layers have to grow with what comes to them
            biases = {later * step + 1: q ** (later - layer) for later in range(layer, hidden)} if self.bias else {}
            scalings.append((q ** (hidden - layer), {layer * step: 1, **biases}))
        if self.output == "trained":
            scalings.append((1, {len(self.shapes) - 1: 1}))
        return layer_bounds(self.shapes, scalings, couplings)

    @property
    def axes(self) -> Axes:
        per_layer = 2 if self.bias else 1
        axes = []
        for layer in range(len(self.widths) - 2):
            first = layer * per_layer
            carriers = [(first, 0)] + ([(first + 1, 0)] if self.bias else [])
            if first + per_layer < len(self.shapes):
                carriers.append((first + per_layer, 1))
            axes.append(carriers)
        return axes


def _parsed_activation(text: str) -> Any:
    """A polynomial in z; the name of a function is refused with the way to a polynomial near it."""
    if text.strip().lower() in NOT_POLYNOMIAL:
        raise InputError(
            f"The activation {text.strip()} is not a polynomial in z.",
            f"Write one, such as z^2 or z^3-z/2; polynomials near tanh and its like, with a proved error: {TANH_LIKE}.",
        )
    return parse_polynomial(text, variables=("z",)).polynomial
