"""What networks share: data, one l2 value per weight, the squared loss; used by the network families."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from math import prod
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from polysys import datasets
from polysys.continuous_symmetry import Field
from polysys.datasets import Dataset
from polysys.disorder import uniform
from polysys.domains import Domain, Euclidean
from polysys.errors import InputError
from polysys.landscape import Couplings
from polysys.model_facts import QuadraticBound
from polysys.models.base import Model
from polysys.models.grammar import integer
from polysys.models.moments import are_moments
from polysys.models.squared_loss import coordinates, moment_matrix
from polysys.reading.rationals import as_rational, as_rational_array

NAMED = {
    "iris": datasets.iris,
    "wine": datasets.wine,
    "digits": datasets.digits,
    "diabetes": datasets.diabetes,
    "xor": datasets.xor,
}


@dataclass(frozen=True)
class DataSource:
    """Where a network's data come from when it is named by a label: drawn anew for each sample.

    Parameters
    ----------
    name : str
        ``iris``, ``wine``, ``digits``, ``diabetes``, ``xor`` (a subset of m data is drawn per sample), ``gaussian`` (iid
        N(0,1) per sample) or the path of a CSV file.
    m : int, optional
        Number of data; all by default, and max(features, targets) for ``gaussian``.
    """

    name: str
    m: int | None = None

    @classmethod
    def from_keys(cls, keys: Mapping[str, str]) -> Self:
        """From the keys `data` and `m` of a label."""
        return cls(keys.get("data", "gaussian"), integer(keys, "m") if "m" in keys else None)

    def load(self, features: int, targets: int, rng: np.random.Generator) -> Dataset:
        """The data for a network with this many inputs and outputs."""
        if self.name in NAMED:
            return NAMED[self.name](features, targets, m=self.m, seed=int(rng.integers(2**32)))
        if self.name == "gaussian":
            m = max(features, targets) if self.m is None else self.m
            return datasets.gaussian(features, targets, m, seed=int(rng.integers(2**32)))
        if self.name.endswith(".csv") or _is_file(self.name):
            return datasets.from_csv(self.name, features, targets, m=self.m)
        raise InputError(
            f"There is no data set {self.name[:60]!r}.", f"Choose {', '.join(NAMED)}, gaussian or a .csv file."
        )

    @property
    def label(self) -> str:
        """As in a model label."""
        return f"data={self.name}" + (f",m={self.m}" if self.m is not None else "")


def _is_file(name: str) -> bool:
    try:
        return Path(name).is_file()
    except (OSError, ValueError):  # a name too long, or no name at all
        return False


def as_data(data: Any) -> Dataset | DataSource:
    """`data` as a data set or a source: a name, a Dataset, or a pair of arrays (X, Y)."""
    if isinstance(data, Dataset | DataSource):
        return data
    if isinstance(data, str):
        return DataSource(data)
    if isinstance(data, tuple | list) and len(data) == 2:
        return datasets.from_arrays(*data)
    raise InputError(f"The data {type(data).__name__} cannot be used.", "Give a name, a Dataset, or arrays (X, Y).")


def check_loss(loss: str | None) -> None:
    """Refuse a loss that does not exist."""
    if loss not in (None, "sum", "mean"):
        raise InputError(f"There is no loss {loss!r}.", "Choose sum or mean.")


def check_data(data: Dataset, widths: Sequence[int]) -> None:
    """Refuse data whose features and targets do not fit a network's widths."""
    if (data.X.shape[0], data.Y.shape[0]) != (widths[0], widths[-1]):
        raise InputError(
            f"The data have {data.X.shape[0]} features and {data.Y.shape[0]} targets, the network "
            f"{widths[0]} and {widths[-1]}.",
            "Make the two agree.",
        )


def as_l2(l2: Any, n_weights: int) -> str | tuple[Fraction, ...]:
    """An l2 argument in canonical form: "random" or "random*SCALE", or one nonnegative rational per weight."""
    if isinstance(l2, str) and l2.split("*")[0].strip() == "random":
        scale = _l2_scale(l2)
        return "random" if scale == 1 else f"random*{scale}"
    if isinstance(l2, str) and "random" in l2:
        raise InputError(
            f"l2={l2[:60]} cannot be read.",
            "Write random, or random*SCALE with a number behind the star, such as random*0.01.",
        )
    if l2 is None:
        l2 = 0
    if isinstance(l2, Sequence | np.ndarray) and not isinstance(l2, str):
        values = tuple(as_rational_array(l2, (n_weights,), "l2").tolist())
    else:
        values = (as_rational(l2),) * n_weights
    if min(values) < 0:
        raise InputError("An l2 value is negative, so the loss has no minimum.", "Give nonnegative values.")
    return values


def _l2_scale(l2: str) -> Fraction:
    """The positive factor of random l2 values."""
    _, star, text = l2.partition("*")
    scale = as_rational(text) if star else Fraction(1)
    if scale <= 0:
        raise InputError(f"The scale {scale} of random l2 values is not positive.", "Give l2=random*1/10, say.")
    return scale


def l2_label(l2: str | tuple[Fraction, ...]) -> str:
    """The label's part for l2; empty for the default."""
    if isinstance(l2, str):
        return "" if l2 == "random" else f",l2={l2}"
    return f",l2={l2[0]}" if len(set(l2)) == 1 else ",l2=explicit"


def draw_l2(l2: str | tuple[Fraction, ...], n_weights: int, rng: np.random.Generator) -> npt.NDArray[np.object_]:
    """One l2 value per weight: given, or uniform on (0, 1) times the scale."""
    return uniform(rng, n_weights) * _l2_scale(l2) if isinstance(l2, str) else np.array(l2, dtype=object)


def layer_bounds(
    shapes: Sequence[tuple[int, ...]], scalings: Sequence[tuple[int, Mapping[int, int]]], couplings: Couplings
) -> tuple[QuadraticBound, ...]:
    """Bounds of weights at every real stationary point of V = 1/2 |f - y|^2 + 1/2 sum lambda_j w_j^2, one for each scaling.

    A scaling is a degree D and the powers a of some arrays of weights: w -> t^a w there multiplies the output f by t^D. Euler's identity gives
    sum a_j w_j dV/dw_j = D <f - y, f> + sum a_j lambda_j w_j^2. At a stationary point this is zero, and <f - y, f> >= -|y|^2 / 4.
    """
    if "X" in couplings:
        norm = (couplings["Y"] ** 2).sum() * couplings["weight"][0]
    else:
        norm = couplings["YY"][0]
    bounds, blocks = [], weight_slices(shapes)
    for degree, powers in scalings:
        weights = [Fraction(0)] * len(couplings["l2"])
        for k, power in powers.items():
            weights[blocks[k]] = (couplings["l2"][blocks[k]] * power).tolist()
        if min(weights) >= 0:  # else the form bounds nothing
            bounds.append((tuple(weights), Fraction(norm) * degree / 4))
    return tuple(bounds)


def data_label(data: Dataset | DataSource, features: int, targets: int) -> str:
    """The label's part for data; a data set given in Python is named by its digest."""
    return data.label if isinstance(data, DataSource) else f"data={data.name}@{data.digest[:12]}"


def weight_slices(shapes: Sequence[tuple[int, ...]]) -> list[slice]:
    """Where each array lies in the flat vector of weights."""
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes]).tolist()
    return [slice(end - int(np.prod(shape)), end) for end, shape in zip(ends, shapes, strict=True)]


def unflatten(x: Any, shapes: Sequence[tuple[int, ...]]) -> list[Any]:
    """The arrays of weights in a flat vector."""
    flat = np.asarray(x) if not isinstance(x, np.ndarray) else x
    return [flat[part].reshape(shape) for part, shape in zip(weight_slices(shapes), shapes, strict=True)]


Axes = list[list[tuple[int, int]]]


@dataclass(frozen=True)
class Network(Model):
    """What the network families share: a squared loss of weights in layers, and one l2 value for each trained weight."""

    linear_couplings: ClassVar[tuple[str, ...]] = ("XX", "YX", "YY", "l2")
    symmetry_name: ClassVar[str] = "a continuous group that mixes the hidden neurons"

    @property
    @abstractmethod
    def layer_widths(self) -> tuple[int, ...]:
        """Input, hidden and output widths."""

    @property
    @abstractmethod
    def shapes(self) -> list[tuple[int, ...]]:
        """Shapes of the arrays of trained weights, in the order of the variables."""

    @property
    @abstractmethod
    def axes(self) -> Axes:
        """For each hidden layer the (array, axis) pairs that carry its neurons."""

    @property
    def input_monomials(self) -> Sequence[tuple[int, ...]]:
        """Exponents of the monomials of the input that the output may contain: the inputs themselves, where the network is linear."""
        return coordinates(self.layer_widths[0])

    def generic_class(self, couplings: Couplings) -> tuple[Hashable, ...]:
        most = len(self.input_monomials)  # more data change nothing: the loss has only their moments
        n_data = min(couplings["X"].shape[1], most) if "X" in couplings else most
        described = tuple(getattr(self, name, None) for name in ("activation", "output", "bias"))
        return (self.family, self.layer_widths, *described, n_data)

    def are_admissible(self, couplings: Couplings) -> bool:
        if "X" in couplings:
            return bool(couplings["X"].shape[1] == couplings["Y"].shape[1] and couplings["weight"][0] > 0)
        gram = couplings["XX"]
        if gram.ndim == 1:  # by monomials
            gram = moment_matrix(self.input_monomials, gram.tolist())
        return are_moments(gram, couplings["YX"], couplings["YY"][0])

    @property
    def n_weights(self) -> int:
        """Number of trained weights and biases."""
        return sum(prod(shape) for shape in self.shapes)

    @property
    def domain(self) -> Domain:
        return Euclidean(self.n_weights)

    @property
    def depth(self) -> int | None:
        return len(self.layer_widths) - 1

    @property
    def n_l2(self) -> int:
        return self.n_weights

    def with_l2(self, l2: Any) -> Self:
        changes: dict[str, Any] = {"l2": l2}
        return replace(self, **changes)

    def is_coercive(self, couplings: Couplings) -> bool:
        return bool(min(couplings["l2"]) > 0)  # V >= 1/2 sum lambda_j w_j^2

    def moving_couplings(self, couplings: Couplings) -> tuple[tuple[str, ...], ...]:
        targets = ("YX",) if "YX" in couplings else ("Y",)
        return targets, (*targets, "l2")

    def candidate_permutations(self) -> tuple[tuple[int, ...], ...]:
        """Exchanges of neighbouring neurons."""
        result = []
        for carriers, width in zip(self.axes, self.layer_widths[1:-1], strict=True):
            for a in range(width - 1):
                arrays = unflatten(np.arange(self.n_weights), self.shapes)
                for array, axis in carriers:
                    order = list(range(width))
                    order[a], order[a + 1] = a + 1, a
                    arrays[array] = np.take(arrays[array], order, axis=axis)
                result.append(tuple(int(i) for array in arrays for i in array.ravel()))
        return tuple(result)

    def mixing_fields(self) -> tuple[Field, ...]:
        """Fields that add one neuron to another, in the weights before it and after it separately: linearly independent."""
        axes, arrays = self.axes, unflatten(np.arange(self.n_weights), self.shapes)
        fields: list[Field] = []
        for layer, width in enumerate(self.layer_widths[1:-1]):
            for a, b, side in product(range(width), range(width), (0, 1)):
                entries = [
                    (int(i), int(j), 1)
                    for array, axis in axes[layer]
                    if axis == side
                    for i, j in zip(*(np.take(arrays[array], neuron, axis).ravel() for neuron in (a, b)), strict=True)
                ]
                # the trace of a layer that is the next one's only input would be counted from both sides
                is_counted = (
                    a == b == side == 0 and layer > 0 and _carriers(axes[layer], 0) == _carriers(axes[layer - 1], 1)
                )
                if entries and not is_counted:
                    fields.append((tuple(entries), None))
        return tuple(fields)


def _carriers(axes: Sequence[tuple[int, int]], side: int) -> list[int]:
    return [array for array, axis in axes if axis == side]
