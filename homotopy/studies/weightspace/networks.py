"""The networks that are compared: one number of weights, one to three layers of weights, and what they are asked to reproduce."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from polysys.models.labels import binary_model_from_label

DATA_SETS = ("iris", "digits")
LABELS = ("random", "teacher", *DATA_SETS)
SHALLOW, TREE = "perceptron", "tree committee"


@dataclass(frozen=True, slots=True)
class Architecture:
    """A way to build a network of N weights, N a multiple of three.

    Parameters
    ----------
    name : str
    depth : int
        Layers of weights, a fixed output layer among them.
    first_fan_in : callable
        N -> number of inputs of a unit of the first layer.
    later : str
        The label's widths after the inputs, and its other keys.
    """

    name: str
    depth: int
    first_fan_in: Callable[[int], int]
    later: str

    def label(self, n: int, m: int, labels: str) -> str:
        """The label of the network with N weights that is asked for m data."""
        inputs = n if self.name == TREE else self.first_fan_in(n)
        keys = [f"binary-network:widths={inputs}-{self.later}", f"m={m}", f"labels={labels}"]
        if labels in DATA_SETS and self.first_fan_in(n) % 2 == 0:
            keys.append("ties=plus")
        return binary_model_from_label(",".join(keys)).label


ARCHITECTURES = (  # three units in each hidden layer: odd, so that no majority of signs is a tie
    Architecture(SHALLOW, 1, lambda n: n, "1"),
    Architecture("committee", 2, lambda n: n // 3, "3-1,output=fixed"),
    Architecture("committee with trained output", 2, lambda n: (n - 3) // 3, "3-1"),
    Architecture(TREE, 2, lambda n: n // 3, "3-1,output=fixed,tree=yes"),
    Architecture("two hidden layers", 3, lambda n: (n - 9) // 3, "3-3-1,output=fixed"),
    Architecture("two hidden layers with trained output", 3, lambda n: (n - 12) // 3, "3-3-1"),
)
LEAST_INPUTS = (
    3  # of a hidden unit: with two it has two weight vectors up to sign, and the space does not depend on the data
)


@dataclass(frozen=True, slots=True)
class Case:
    """One network with one kind of labels at one load."""

    architecture: str
    depth: int
    n: int
    m: int
    labels: str
    load: float
    label: str

    @property
    def name(self) -> str:
        """What a finding calls it."""
        return f"{self.architecture}, N={self.n}, P={self.m}, {self.labels}"

    @property
    def place(self) -> tuple[int, int, str]:
        """What networks must share to be compared: weights, data, labels."""
        return self.n, self.m, self.labels


def cases(n: int, loads: dict[str, tuple[float, ...]]) -> list[Case]:
    """All networks of N weights with each kind of labels at its loads P/N.

    Examples
    --------
    >>> [case.label for case in cases(15, {"random": (0.6,)})][:2]
    ['binary-network:widths=15-1,m=9', 'binary-network:widths=5-3-1,output=fixed,m=9']
    """
    return [
        Case(a.name, a.depth, n, data_at(load, n), labels, load, a.label(n, data_at(load, n), labels))
        for labels, values in loads.items()
        for load in values
        for a in ARCHITECTURES
        if a.first_fan_in(n) >= LEAST_INPUTS
    ]


def data_at(load: float, n: int) -> int:
    """The whole number of data nearest to a load."""
    return round(load * n)
