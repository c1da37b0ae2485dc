"""The ladder from spin glass to network: models with the same number of free parameters, one assumption apart.

All of them are of degree 3 in the weights before the loss is taken: p = 3, three layers, or one hidden layer with the activation
z^2. The number of free parameters is the dimension of the domain; it is the same on every rung.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, product

from polysys.errors import InputError

LEAST, MOST = 3, 8  # dimensions: three layers need three weights, and beyond eight a network takes minutes a sample
GLASS, DATA, LAYERED, LAYERED_DATA, LINEAR, POLYNOMIAL = (
    "spin glass", "data couplings", "layered glass", "layered, data couplings", "deep linear, l2", "polynomial activation",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rung:
    """A model on the ladder."""

    name: str  # what it is
    data: str  # the data set its couplings are built from; "" where they are drawn
    label: str

    @property
    def title(self) -> str:
        """Name and data."""
        return f"{self.name} ({self.data})" if self.data else self.name


@dataclass(frozen=True, slots=True)
class Step:
    """Two rungs, and the assumption that is dropped between them."""

    dropped: str
    before: Rung
    after: Rung


def rungs(dimension: int, data: tuple[str, ...], m: int) -> list[Rung]:
    """All models of one dimension.

    Examples
    --------
    >>> [r.label for r in rungs(6, ("wine",), 30)][:3]
    ['spherical-p-spin:n=7,p=3', 'layered-spin-glass:widths=3-3-3', 'data-glass:widths=7,degrees=3,data=wine,m=30']
    """
    check_dimension(dimension)
    layers = layered_widths(dimension)
    found = [
        Rung(GLASS, "", f"spherical-p-spin:n={dimension + 1},p=3"),
        Rung(LAYERED, "", f"layered-spin-glass:widths={_join(layers)}"),
    ]
    for name in data:
        source = f"data={name},m={m}"
        found += [
            Rung(DATA, name, f"data-glass:widths={dimension + 1},degrees=3,{source}"),
            Rung(LAYERED_DATA, name, f"data-glass:widths={_join(layers)},{source}"),
            Rung(LINEAR, name, f"deep-linear:widths={_join(linear_widths(dimension))},{source}"),
            Rung(
                POLYNOMIAL,
                name,
                f"polynomial-network:widths={_join(quadratic_widths(dimension))},activation=z^2,{source}",
            ),
        ]
    return found


def steps(found: list[Rung], data: tuple[str, ...]) -> Iterator[Step]:
    """One assumption dropped at a time, and at last all of them."""
    of = {(r.name, r.data): r for r in found}
    glass, layered = of[GLASS, ""], of[LAYERED, ""]
    yield Step("redundancy: one sphere -> one sphere a layer", glass, layered)
    for name in data:
        yield Step("independent couplings -> couplings from data", glass, of[DATA, name])
        yield Step("independent couplings -> couplings from data", layered, of[LAYERED_DATA, name])
        yield Step("redundancy: one sphere -> one sphere a layer", of[DATA, name], of[LAYERED_DATA, name])
        yield Step(
            "spheres and linear loss -> l2 per weight and squared loss", of[LAYERED_DATA, name], of[LINEAR, name]
        )
        yield Step("decoupled activation -> polynomial activation", of[LINEAR, name], of[POLYNOMIAL, name])
        yield Step("all assumptions", glass, of[POLYNOMIAL, name])


def check_dimension(dimension: int) -> None:
    """Refuse dimensions for which the rungs do not exist or take too long."""
    if not LEAST <= dimension <= MOST:
        raise InputError(
            f"There is no ladder with {dimension} free parameters.", f"Give dimensions from {LEAST} to {MOST}."
        )


def layered_widths(dimension: int) -> tuple[int, ...]:
    """Three spheres, as equal as possible, whose dimensions add up.

    Examples
    --------
    >>> layered_widths(4), layered_widths(6)
    ((2, 2, 3), (3, 3, 3))
    """
    return tuple(1 + (dimension + k) // 3 for k in range(3))


def linear_widths(dimension: int) -> tuple[int, ...]:
    """A deep linear network with three layers of together so many weights, the layers as equal as possible, the output small.

    Examples
    --------
    >>> linear_widths(4), linear_widths(6), linear_widths(8)
    ((2, 1, 1, 1), (2, 1, 2, 1), (2, 1, 3, 1))
    """
    found = []
    for widths in product(range(1, dimension + 1), repeat=4):
        sizes = [a * b for a, b in pairwise(widths)]
        if sum(sizes) == dimension:
            found.append((max(sizes) - min(sizes), widths[3], widths))
    return min(found)[2]


def quadratic_widths(dimension: int) -> tuple[int, ...]:
    """A network with one hidden layer, one output, and so many trained weights; two hidden neurons or more where possible.

    Examples
    --------
    >>> quadratic_widths(4), quadratic_widths(6), quadratic_widths(5)
    ((1, 2, 1), (2, 2, 1), (4, 1, 1))
    """
    found = []
    for hidden in range(1, dimension):
        inputs, rest = divmod(dimension, hidden)
        if not rest and inputs > 1:
            found.append((hidden == 1, abs(inputs - 1 - hidden), (inputs - 1, hidden, 1)))
    return min(found)[2]


def _join(widths: tuple[int, ...]) -> str:
    return "-".join(map(str, widths))
