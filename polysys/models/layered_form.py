"""What glasses with one sphere a layer share: widths, degrees, the domain and a form that is homogeneous in each layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import comb, prod
from typing import Any, ClassVar

from polysys.domains import Domain, ProductOfSpheres
from polysys.errors import InputError
from polysys.formulations.expansion import nested_form
from polysys.landscape import Couplings, Scaling
from polysys.models.base import Model, check_coefficients, join, sizes
from polysys.models.spherical_p_spin import monomials


@dataclass(frozen=True)
class LayeredForm(Model):
    """A form of degree d_l in the weights w_l of each layer, |w_l|^2 = n_l; families draw its coefficients."""

    widths: Sequence[int]
    degrees: Sequence[int] | None = None

    linear_couplings: ClassVar[tuple[str, ...]] = ("T",)

    def __post_init__(self) -> None:
        widths = sizes(self.widths, "widths")
        object.__setattr__(self, "widths", widths)
        if sum(widths) + len(widths) > 64:
            raise InputError(f"Widths {join(widths)[:60]} need more than 64 unknowns.", "Choose smaller widths.")
        degrees = sizes(self.degrees, "degrees", most=20) if self.degrees is not None else (1,) * len(widths)
        if len(degrees) != len(widths):
            what = f"The number of degrees is {len(degrees)}, that of layers {len(widths)}."
            raise InputError(what, "Give one degree a layer.")
        object.__setattr__(self, "degrees", degrees)
        if len(widths) == 1 and degrees == (1,):
            raise InputError("A single layer of degree 1 is a linear function.", "Give two layers or degrees=2.")
        check_coefficients(prod(comb(n + d - 1, d) for n, d in zip(widths, degrees, strict=True)))

    @property
    def label(self) -> str:
        label = f"{self.family}:widths={join(self.widths)}"
        return label if all(d == 1 for d in self.degrees or ()) else f"{label},degrees={join(self.degrees or ())}"

    @property
    def domain(self) -> Domain:
        return ProductOfSpheres(self.widths)

    @property
    def variables(self) -> tuple[str, ...]:
        return tuple(f"w{layer + 1}_{i + 1}" for layer, width in enumerate(self.widths) for i in range(width))

    @property
    def scaling(self) -> Scaling:
        return Scaling(tuple(map(Fraction, self.widths)), Fraction(sum(self.widths)))

    @property
    def depth(self) -> int | None:
        return sum(self.degrees or ())

    def _monomials(self) -> list[tuple[int, ...]]:
        layers = [monomials(width, degree) for width, degree in zip(self.widths, self.degrees or (), strict=True)]
        return [tuple(e for block in blocks for e in block) for blocks in product(*layers)]

    def potential(self, x: Any, couplings: Couplings) -> Any:
        return nested_form(dict(zip(self._monomials(), couplings["T"], strict=True)), x)
