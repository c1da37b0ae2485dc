"""Layered spin glasses: one sphere a layer, coupled by a Gaussian multilinear (or multihomogeneous) form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import comb, prod
from typing import Any, ClassVar

import numpy as np

from polysys.disorder import kostlan
from polysys.domains import Domain, ProductOfSpheres
from polysys.errors import InputError
from polysys.landscape import Couplings, Landscape, Scaling
from polysys.models.base import Model, check_coefficients, join, sizes
from polysys.models.spherical_p_spin import monomials
from polysys.rationals import as_rational_array
from polysys.tape import nested_form


@dataclass(frozen=True)
class LayeredSpinGlass(Model):
    """H(w) = sqrt(N) T(w_1, .., w_H) for w_l on the sphere |w_l|^2 = n_l, of degree d_l in each layer.

    T is the isotropic Gaussian form with Cov T(w)T(v) = prod_l R_l^(d_l), R_l = w_l.v_l/n_l, and N = sum n_l, so the
    energy is extensive. With all degrees 1 the stationary points are the singular vector tuples of a tensor.

    Parameters
    ----------
    widths : sequence of int
        The sizes n_1, .., n_H of the layers.
    degrees : sequence of int, optional
        The degrees d_1, .., d_H; all 1 by default.

    Examples
    --------
    >>> LayeredSpinGlass(widths=(3, 3, 3)).label
    'layered-spin-glass:widths=3-3-3'
    """

    widths: Sequence[int]
    degrees: Sequence[int] | None = None

    family: ClassVar[str] = "layered-spin-glass"
    linear_couplings: ClassVar[tuple[str, ...]] = ("T",)

    def __post_init__(self) -> None:
        widths = sizes(self.widths, "widths")
        object.__setattr__(self, "widths", widths)
        if sum(widths) + len(widths) > 64:
            raise InputError(f"Widths {join(widths)[:60]} need more than 64 unknowns.", "Choose smaller widths.")
        degrees = sizes(self.degrees, "degrees", most=20) if self.degrees is not None else (1,) * len(widths)
        if len(degrees) != len(widths):
            raise InputError(f"{len(widths)} layers were given {len(degrees)} degrees.", "Give one degree a layer.")
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

    def _monomials(self) -> list[tuple[int, ...]]:
        layers = [monomials(width, degree) for width, degree in zip(self.widths, self.degrees or (), strict=True)]
        return [tuple(e for block in blocks for e in block) for blocks in product(*layers)]

    def draw(self, rng: np.random.Generator) -> Couplings:
        return {"T": kostlan(rng, self._monomials(), list(self.domain.slices))}

    def potential(self, x: Any, couplings: Couplings) -> Any:
        return nested_form(dict(zip(self._monomials(), couplings["T"], strict=True)), x)

    def from_tensor(self, tensor: Any) -> Landscape:
        """The landscape of an explicit tensor of shape `widths` (all degrees 1); entries are kept exactly.

        Examples
        --------
        >>> LayeredSpinGlass(widths=(2, 1)).from_tensor([[1], ["1/2"]]).potential
        w1_1*w2_1 + 1/2*w1_2*w2_1
        """
        if any(d != 1 for d in self.degrees or ()):
            raise InputError("An explicit tensor needs degree 1 in every layer.", "Leave out degrees.")
        values = as_rational_array(tensor, tuple(self.widths), "tensor").ravel()
        return self.landscape({"T": values})


