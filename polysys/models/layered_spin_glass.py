"""Layered spin glasses: one sphere a layer, coupled by a Gaussian multilinear (or multihomogeneous) form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from polysys.disorder import kostlan
from polysys.errors import InputError
from polysys.landscape import Couplings, Landscape
from polysys.models.base import Model
from polysys.models.grammar import Family, integers
from polysys.models.laws import LayeredGaussian
from polysys.models.layered_form import LayeredForm
from polysys.reading.rationals import as_rational_array


@dataclass(frozen=True)
class LayeredSpinGlass(LayeredForm):
    """A spin glass with one sphere a layer.

    H(w) = sqrt(N) T(w_1, .., w_H) for w_l on the sphere |w_l|^2 = n_l, of degree d_l in each layer.

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

    family: ClassVar[str] = "layered-spin-glass"
    about: ClassVar[Family | None] = Family(
        family,
        "one sphere a layer, coupled by an isotropic Gaussian form with a degree per layer",
        "layered-spin-glass:widths=N-N..[,degrees=D-D..]",
        "layered-spin-glass:widths=3-3-3",
        "coordinates and layers together at most 64, degrees from 1 to 20; 37 classes for 3-3-3, 240 for 4-4-4, 997 for 3-3-3-3",
        ("widths",),
        ("degrees",),
    )

    @classmethod
    def from_keys(cls, keys: Mapping[str, str]) -> Model:
        return cls(integers(keys, "widths"), integers(keys, "degrees") if "degrees" in keys else None)

    @property
    def law(self) -> object | None:
        return LayeredGaussian(tuple(self.widths), tuple(self.degrees or ()))

    def draw(self, rng: np.random.Generator) -> Couplings:
        return {"T": kostlan(rng, self._monomials(), list(self.domain.slices))}

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
