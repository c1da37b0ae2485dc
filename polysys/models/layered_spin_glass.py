"""Layered spin glasses: one sphere a layer, coupled by a Gaussian multilinear (or multihomogeneous) form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, ClassVar

import numpy as np

from polysys.disorder import kostlan
from polysys.errors import InputError
from polysys.landscape import Couplings, Landscape
from polysys.models.base import Model
from polysys.models.grammar import Family, integers
from polysys.models.laws import LayeredGaussian
from polysys.models.layered_form import LayeredForm
from polysys.reading.exact_tables import exact_tensors, is_table, path_text
from polysys.reading.rationals import as_rational_array


@dataclass(frozen=True)
class LayeredSpinGlass(LayeredForm):
    r"""A spin glass with one sphere a layer.

    .. math:: H(w) = \sqrt{N}\, T(w_1, \ldots, w_H), \quad |w_l|^2 = n_l, \quad N = \sum_l n_l,

    of degree :math:`d_l` in layer l. T is the isotropic Gaussian form with :math:`\mathrm{Cov}(T(w), T(v)) = \prod_l R_l^{d_l}`,
    :math:`R_l = w_l \cdot v_l / n_l`, so the energy is extensive. With all degrees 1 the stationary points are the singular vector tuples of a tensor.

    Parameters
    ----------
    widths : sequence of int
        The sizes n_1, .., n_H of the layers.
    degrees : sequence of int, optional
        The degrees d_1, .., d_H; all 1 by default.
    couplings : "kostlan" or path
        "kostlan": Gaussian. Or the entries of T, all degrees being 1, from a file: a .csv has a row i1,..,iH,value for each entry that is
        not zero, counted from 1 in each layer; a .npy has an array of shape `widths`.

    Examples
    --------
    >>> LayeredSpinGlass(widths=(3, 3, 3)).label
    'layered-spin-glass:widths=3-3-3'
    """

    couplings: str = "kostlan"

    family: ClassVar[str] = "layered-spin-glass"
    about: ClassVar[Family | None] = Family(
        family,
        "one sphere a layer, coupled by an isotropic Gaussian form with a degree per layer",
        "layered-spin-glass:widths=N-N..[,degrees=D-D..][,couplings=FILE]",
        "layered-spin-glass:widths=3-3-3",
        "coordinates and layers together at most 64, degrees from 1 to 20; 37 classes for 3-3-3, 240 for 4-4-4, 997 for 3-3-3-3",
        ("widths",),
        ("degrees", "couplings"),
    )
    _from_file: Couplings | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "couplings", path_text(self.couplings))
        if is_table(self.couplings):
            self._require_multilinear()
            (entries,) = exact_tensors(self.couplings, [tuple(self.widths)])
            values = [entries.get(k, Fraction(0)) for k in np.ndindex(*self.widths)]
            object.__setattr__(self, "_from_file", {"T": np.array(values, dtype=object)})
        elif self.couplings != "kostlan":
            raise InputError(
                f"There are no couplings {self.couplings[:60]!r}.", "Leave them out, or name a .csv or .npy file."
            )

    @classmethod
    def from_keys(cls, keys: Mapping[str, str]) -> Model:
        degrees = integers(keys, "degrees") if "degrees" in keys else None
        return cls(integers(keys, "widths"), degrees, keys.get("couplings", "kostlan"))

    @property
    def label(self) -> str:
        return super().label + ("" if self.couplings == "kostlan" else f",couplings={self.couplings}")

    @property
    def law(self) -> object | None:
        if self._from_file is not None:
            return None
        return LayeredGaussian(tuple(self.widths), tuple(self.degrees or ()))

    def draw(self, rng: np.random.Generator) -> Couplings:
        if self._from_file is not None:
            return self._from_file
        return {"T": kostlan(rng, self._monomials(), list(self.domain.slices))}

    def from_tensor(self, tensor: Any) -> Landscape:
        """The landscape of an explicit tensor of shape `widths` (all degrees 1); entries are kept exactly.

        Examples
        --------
        >>> LayeredSpinGlass(widths=(2, 1)).from_tensor([[1], ["1/2"]]).potential
        w1_1*w2_1 + 1/2*w1_2*w2_1
        """
        self._require_multilinear()
        values = as_rational_array(tensor, tuple(self.widths), "tensor").ravel()
        return self.landscape({"T": values})

    def _require_multilinear(self) -> None:
        if any(d != 1 for d in self.degrees or ()):
            raise InputError("An explicit tensor needs degree 1 in every layer.", "Leave out degrees.")
