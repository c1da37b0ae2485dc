"""Networks whose weights are +1 or -1: the number of training data that every weight vector gets wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from math import lcm
from typing import Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from polysys.errors import InputError, LabelError
from polysys.models.base import join, size, sizes
from polysys.models.binary.space import LARGEST, MAX_SIGNS, BinaryModel, BinarySpace, check_signs, flip, swap
from polysys.models.binary.training_data import (
    INPUTS,
    LABELS,
    draw_inputs,
    given_data,
    integer_inputs,
    named_data,
    signs,
)
from polysys.models.grammar import Family, integer, integers
from polysys.reading.parser import format_polynomial, parse_polynomial
from polysys.symmetry import SignedPermutation
from polysys.system import exact_terms

MAX_DATA = 64  # one bit each of a word


class LayerShape(NamedTuple):
    """One layer: so many units with so many weights each, from weight `start` on (None: all +1), on all inputs or each on its own."""

    units: int
    fan_in: int
    start: int | None
    is_tree: bool = False

    def weight(self, unit: int, k: int) -> int:
        """The number of the weight of a unit at its input k, where the layer has weights."""
        return (self.start or 0) + unit * self.fan_in + k


@dataclass(frozen=True, eq=False, repr=False)
class NetworkSpace(BinarySpace):
    """The 2^n weight vectors of one network with its data.

    Parameters
    ----------
    shapes : tuple of LayerShape
    X : array (inputs, data) of rationals
    y : array (data,) of +1 and -1
    activation : tuple of Fraction, optional
        Coefficients of the hidden units' polynomial; None is the sign, +1 at zero as for the output.
    planted : tuple of int, optional
        The teacher's weights.
    """

    shapes: tuple[LayerShape, ...]
    X: npt.NDArray[np.object_]
    y: npt.NDArray[np.int8]
    activation: tuple[Fraction, ...] | None = None
    planted: tuple[int, ...] | None = None

    @property
    def n_data(self) -> int:
        """Number of data P."""
        return int(self.y.size)

    def outputs(self, weights: Sequence[int]) -> npt.NDArray[np.int8]:
        """The output for each datum, in exact arithmetic."""
        values = [list(row) for row in self.X.tolist()]
        for k, shape in enumerate(self.shapes):
            fields = []
            for unit in range(shape.units):
                inputs = values[unit * shape.fan_in : (unit + 1) * shape.fan_in] if shape.is_tree else values
                w = [1 if shape.start is None else weights[shape.weight(unit, i)] for i in range(shape.fan_in)]
                fields.append(
                    [sum(a * b for a, b in zip(w, column, strict=True)) for column in zip(*inputs, strict=True)]
                )
            is_sign = k == len(self.shapes) - 1 or self.activation is None
            values = [[(1 if v >= 0 else -1) if is_sign else self._activated(v) for v in row] for row in fields]
        return np.array(values[0], dtype=np.int8)

    def _activated(self, value: Any) -> Any:
        return sum(c * value**k for k, c in enumerate(self.activation or ()))

    def cost(self, signs: Sequence[int]) -> int:
        """The number of data that these weights get wrong."""
        return int((self.outputs(signs) != self.y).sum())

    @cached_property
    def integer_form(self) -> tuple[npt.NDArray[np.int64], tuple[tuple[int, ...], ...]]:
        """Integer inputs and, for each hidden layer, integer coefficients of its activation: all fields are multiplied by positive numbers.

        Raises
        ------
        InputError
            If an integer could exceed 62 bits.
        """
        x, scale = integer_inputs(self.X)
        shape = self.shapes[0]
        blocks = [x[u * shape.fan_in : (u + 1) * shape.fan_in] for u in range(shape.units)] if shape.is_tree else [x]
        largest = max(int(np.abs(block).sum(axis=0).max()) for block in blocks)
        found = []
        for after in self.shapes[1:] if self.activation is not None else ():
            d = len(self.activation or ()) - 1
            factor = lcm(*(c.denominator for c in self.activation or ())) * scale**d
            integers = tuple(int(c * factor / scale**k) for k, c in enumerate(self.activation or ()))
            found.append(integers)
            largest = sum(abs(c) * largest**k for k, c in enumerate(integers)) * after.fan_in
            scale = factor
        if largest >= LARGEST:
            raise InputError(
                f"The activation makes integers of up to {largest.bit_length()} bits from these inputs, more than 62.",
                "Choose inputs=sign, a lower degree or fewer layers.",
            )
        return x.astype(np.int64), tuple(found)

    @property
    def text(self) -> str:
        lines = [f"layer {s.units} {s.fan_in} {s.start} {s.is_tree}" for s in self.shapes]
        lines.append(f"activation {'sign' if self.activation is None else ' '.join(map(str, self.activation))}")
        lines += ["x " + " ".join(map(str, row)) for row in self.X.tolist()]
        return "\n".join(["stationary binary network 1", *lines, "y " + " ".join(map(str, self.y.tolist()))]) + "\n"


@dataclass(frozen=True)
class BinaryNetwork(BinaryModel):
    """A network with weights +1 and -1, sign output, and P training data with labels +1 and -1.

    Parameters
    ----------
    widths : sequence of int
        Inputs, hidden widths, and 1: ``(15, 1)`` is a perceptron, ``(5, 3, 1)`` a committee.
    output : "trained" or "fixed"
        Whether the last layer has weights; fixed, they are all +1.
    m : int
        Number of data P, at most 64.
    labels : "random", "teacher", "iris" or "digits"
        Fair coins; the outputs of a network of the same shape with random weights; the classes of a data set, see
        :func:`polysys.models.binary.training_data.named_data`.
    inputs : "gaussian" or "sign"
        Independent standard normal (multiples of 2^-20) or +-1; those of Iris and Digits are +-1.
    activation : str
        "sign", or a polynomial in z, of the hidden units.
    ties : "plus", optional
        The sign of a zero field is +1. Where units can have zero fields by parity, this must be said.
    tree : bool
        Each first hidden unit has inputs of its own.
    data : (X, y), Dataset or path, optional
        X of shape inputs x data, y of shape 1 x data; or a .csv file with the label in the last column.
    seed : int
        Default seed of :meth:`sample`.

    Raises
    ------
    InputError
        For shapes and data that do not exist; where fields can be zero and `ties` does not say what their sign is.

    Examples
    --------
    >>> net = BinaryNetwork(widths=(5, 3, 1), output="fixed", m=5)
    >>> net.label, net.n_weights
    ('binary-network:widths=5-3-1,output=fixed,m=5', 15)
    >>> BinaryNetwork(widths=(3, 1), data=([[1, 1], [1, -1], [1, 1]], [1, -1])).sample().cost((1, 1, 1))
    1
    """

    widths: Sequence[int]
    output: str = "trained"
    m: int | None = None
    labels: str = "random"
    inputs: str | None = None
    activation: str = "sign"
    ties: str | None = None
    tree: bool = False
    data: Any = None
    seed: int = 0

    family: ClassVar[str] = "binary-network"
    about: ClassVar[Family | None] = Family(
        family,
        "network with weights +-1, sign output and +-1 labels, every weight vector enumerated",
        "binary-network:widths=IN[-HIDDEN..]-1,m=P[,output=fixed|trained][,labels=random|teacher|iris|digits]"
        "[,inputs=gaussian|sign][,activation=sign|POLYNOMIAL IN z][,ties=plus][,tree=yes][,data=FILE]",
        "binary-network:widths=5-3-1,output=fixed,m=5",
        "at most 64 weights and 64 data; 2^N weight vectors, enumerated up to N=30 where the memory suffices",
        ("widths",),
        ("m", "output", "labels", "inputs", "activation", "ties", "tree", "data"),
    )

    def __post_init__(self) -> None:
        widths = sizes(self.widths, "widths", least_length=2)
        object.__setattr__(self, "widths", widths)
        if widths[-1] != 1:
            raise InputError(f"The network has {widths[-1]} outputs.", "Binary networks have one: end widths with 1.")
        for name, choices in (
            ("output", ("trained", "fixed")),
            ("labels", LABELS),
            ("inputs", (None, *INPUTS)),
            ("ties", (None, "plus")),
        ):
            if getattr(self, name) not in choices:
                known = " or ".join(str(c) for c in choices if c is not None)
                raise InputError(f"{name} = {str(getattr(self, name))[:40]!r} is unknown.", f"Choose {known}.")
        if self.output == "fixed" and len(widths) == 2:
            raise InputError("A perceptron with a fixed output has no weights.", "Choose output=trained.")
        if self.tree and (len(widths) == 2 or widths[0] % widths[1]):
            raise InputError(
                f"{widths[0]} inputs cannot be dealt out to hidden units.", "A tree has as many inputs for each unit."
            )
        size(self.n_weights, "number of weights", most=MAX_SIGNS)
        self._check_data()
        if self.activation != "sign":
            parsed = parse_polynomial(str(self.activation), variables=("z",)).polynomial
            object.__setattr__(self, "activation", format_polynomial(parsed).replace(" ", ""))
            if len(widths) == 2:
                raise InputError("A perceptron has no hidden unit with an activation.", "Leave it out.")
        if self.ties is None:
            self._check_ties()

    def _check_data(self) -> None:
        widths = tuple(self.widths)
        if self.data is not None:
            if self.labels != "random" or self.inputs is not None:
                raise InputError(
                    "Data are given, and labels or inputs are to be drawn.", "Leave labels and inputs out."
                )
            found = given_data(self.data, widths[0], self.m)
            if not isinstance(self.data, str):
                if self.m is not None:
                    raise InputError("m is given beside data.", "Leave m out.")
                object.__setattr__(self, "data", found)
            size(found.n_data, "number of data", most=MAX_DATA)
            return
        if self.m is None:
            raise InputError("The number of data m is missing.", "Give m=5, say, or data.")
        object.__setattr__(self, "m", size(self.m, "m", most=MAX_DATA))
        if self.labels in ("iris", "digits") and self.inputs == "gaussian":
            raise InputError(f"The inputs of {self.labels} are not Gaussian.", "Leave inputs out: they are +1 and -1.")

    def _check_ties(self) -> None:
        """Refuse parities at which a field can be zero."""
        first, *later = self._shapes
        where = [f"units of layer {k}" for k, s in enumerate(later, 2) if s.fan_in % 2 == 0 and self._has_signs]
        if self._inputs_are_signs and (first.fan_in % 2 == 0):
            where.insert(0, "units of layer 1")
        if self._inputs_are_signs and not self._has_signs:
            where = ["the output"]
        if where:
            raise InputError(
                f"The fields of {' and '.join(where)} can be zero, and no rule says what their sign is.",
                "Choose ties=plus (+1 at zero), or odd widths.",
            )

    @property
    def _has_signs(self) -> bool:
        return self.activation == "sign"

    @property
    def _inputs_are_signs(self) -> bool:
        if self.data is None:
            return self.inputs == "sign" or self.labels in ("iris", "digits")
        return all(v in (1, -1) for v in given_data(self.data, self.widths[0], self.m).X.ravel())

    @classmethod
    def from_keys(cls, keys: Mapping[str, str]) -> BinaryModel:
        tree = keys.get("tree", "no")
        if tree not in ("yes", "no"):
            raise LabelError(f"tree={tree[:40]} is unknown.", "Write tree=yes or tree=no.")
        return cls(
            integers(keys, "widths"),
            m=integer(keys, "m") if "m" in keys else None,
            tree=tree == "yes",
            output=keys.get("output", "trained"),
            labels=keys.get("labels", "random"),
            inputs=keys.get("inputs"),
            activation=keys.get("activation", "sign"),
            ties=keys.get("ties"),
            data=keys.get("data"),
        )

    @property
    def label(self) -> str:
        parts = [f"widths={join(tuple(self.widths))}"]
        defaults = {
            "output": "trained",
            "m": None,
            "labels": "random",
            "inputs": None,
            "activation": "sign",
            "ties": None,
        }
        parts += [
            f"{name}={getattr(self, name)}" for name, default in defaults.items() if getattr(self, name) != default
        ]
        if self.tree:
            parts.append("tree=yes")
        if self.data is not None:
            parts.append(
                f"data={self.data if isinstance(self.data, str) else f'{self.data.name}@{self.data.digest[:12]}'}"
            )
        return f"{self.family}:" + ",".join(parts)

    @property
    def default_seed(self) -> int:
        return self.seed

    @property
    def _shapes(self) -> tuple[LayerShape, ...]:
        widths, start, found = tuple(self.widths), 0, []
        for k in range(1, len(widths)):
            is_tree = self.tree and k == 1
            fan_in = widths[k - 1] // widths[1] if is_tree else widths[k - 1]
            is_fixed = self.output == "fixed" and k == len(widths) - 1
            found.append(LayerShape(widths[k], fan_in, None if is_fixed else start, is_tree))
            start += 0 if is_fixed else widths[k] * fan_in
        return tuple(found)

    @property
    def n_weights(self) -> int:
        return sum(s.units * s.fan_in for s in self._shapes if s.start is not None)

    @property
    def is_random(self) -> bool:
        return self.data is None

    def space(self, rng: np.random.Generator, seed: int | None, index: int) -> BinarySpace:
        n, m = self._shapes[0].fan_in * (self._shapes[0].units if self.tree else 1), self.m or 0
        if self.data is not None:
            found = given_data(self.data, n, self.m)
            x, y = found.X, check_signs(found.Y[0], (None,), "y")
        elif self.labels in ("iris", "digits"):
            x, y = named_data(rng, self.labels, n, m)
        else:
            x = draw_inputs(rng, self.inputs or "gaussian", n, m)
            y = signs(rng, m)
        shapes = self._shapes
        layers = tuple(
            (f"W{k}", slice(s.start, s.start + s.units * s.fan_in))
            for k, s in enumerate(shapes, 1)
            if s.start is not None
        )
        activation = None
        if not self._has_signs:
            terms = exact_terms(parse_polynomial(self.activation, variables=("z",)).polynomial)
            activation = tuple(terms.get((k,), Fraction(0)) for k in range(max(e for (e,) in terms) + 1))
        candidates = _candidates(shapes, self.n_weights, activation is not None)
        space = NetworkSpace(self.label, seed, index, self.n_weights, layers, candidates, shapes, x, y, activation)
        if self.labels == "teacher":
            planted = tuple(signs(rng, self.n_weights).tolist())
            return replace(space, y=space.outputs(planted), planted=planted)
        return space


def _candidates(shapes: tuple[LayerShape, ...], n: int, has_polynomial: bool) -> tuple[SignedPermutation, ...]:
    """Exchanges of neighbouring hidden units of a layer, and sign changes of a hidden unit with or without its outgoing weights."""
    found = []
    for shape, after in pairwise(shapes):
        incoming = [[shape.weight(u, k) for k in range(shape.fan_in)] for u in range(shape.units)]
        outgoing = [
            [after.weight(v, u) for v in range(after.units)] if after.start is not None else []
            for u in range(shape.units)
        ]
        for u in range(shape.units - 1 if not shape.is_tree else 0):
            exchanged = zip(incoming[u] + outgoing[u], incoming[u + 1] + outgoing[u + 1], strict=True)
            found.append(swap(n, list(exchanged)))
        for u in range(shape.units):
            if outgoing[u]:
                found.append(flip(n, incoming[u] + outgoing[u]))
            if has_polynomial:  # an even one does not see the sign of its field
                found.append(flip(n, incoming[u]))
    return tuple(found)
