"""Glasses whose couplings are built from data: the form of a spin glass, with a coupling tensor that X and y determine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any, ClassVar

import numpy as np

from polysys.datasets import Dataset
from polysys.disorder import multinomial
from polysys.errors import InputError
from polysys.landscape import Couplings, Scaling
from polysys.models.base import Model
from polysys.models.grammar import Family, integers
from polysys.models.layered_form import LayeredForm
from polysys.models.network import DataSource, as_data, check_data, data_label


@dataclass(frozen=True)
class DataGlass(LayeredForm):
    r"""A spin glass with one sphere a layer whose couplings are built from data.

    .. math:: H(w) = -\sqrt{N/m} \sum_i y_i \prod_l (w_l \cdot x_{il} / \sqrt{n_l})^{d_l}, \quad |w_l|^2 = n_l.

    A spin glass on the same domain as :class:`LayeredSpinGlass` and of the same degrees, whose coupling tensor
    :math:`T = -m^{-1/2} \sum_i y_i\, x_{i1} \otimes \cdots \otimes x_{iH}` is made of m data instead of drawn. It is the linear
    loss :math:`-y f(x)` (the hinge loss where it is not zero) of the network :math:`f(x) = \prod_l (w_l \cdot x_l)^{d_l}`, where the
    first :math:`n_1` features of x belong to the first layer, and so on; one layer of degree p is one neuron with the
    activation :math:`z^p`.

    Parameters
    ----------
    widths : sequence of int
        The sizes n_1, .., n_H of the layers; their sum N is the number of features.
    degrees : sequence of int, optional
        The degrees d_1, .., d_H; all 1 by default.
    data : str, Dataset, DataSource or (X, y)
        X of shape (N, m), y of shape (1, m). A named source needs its number of data m, because the energy's unit does.

    Notes
    -----
    For independent normal features and targets, and m to infinity, H is Gaussian with
    :math:`\mathrm{Cov}(H(w), H(v)) = N \prod_l c_{d_l}(R_l)`, where :math:`c_d(R) = E[(a \cdot x)^d (b \cdot x)^d]` for unit vectors with
    :math:`a \cdot b = R`: :math:`c_1 = R`, :math:`c_2 = 1 + 2 R^2`, :math:`c_3 = 9 R + 6 R^3`. So with all degrees 1 the limit is
    the layered spin glass itself, and with one layer of degree 3 a 3-spin glass in a strong random field.

    Examples
    --------
    >>> glass = DataGlass(widths=(2,), degrees=(3,), data=([[1, 0], [0, 1]], [[2, -4]]))
    >>> glass.sample().potential
    -w1_1**3 + 2*w1_2**3
    """

    data: Any = "gaussian"

    family: ClassVar[str] = "data-glass"
    about: ClassVar[Family | None] = Family(
        family,
        "a spin glass on one sphere a layer whose couplings are built from m data, as in a network with linear loss",
        "data-glass:widths=N-N..[,degrees=D-D..],data=iris|wine|digits|diabetes|xor|gaussian|FILE.csv,m=M",
        "data-glass:widths=3-3-3,data=wine,m=30",
        "as the layered spin glass; as many features as coordinates; m is the number of data",
        ("widths", "m"),
        ("degrees", "data"),
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "data", as_data(self.data))
        if isinstance(self.data, DataSource):
            if self.data.m is None or self.data.m < 1:
                raise InputError("The number of data of a data glass is missing.", "Give m=20, say.")
        else:
            check_data(self.data, (sum(self.widths), 1))

    @classmethod
    def from_keys(cls, keys: Mapping[str, str]) -> Model:
        degrees = integers(keys, "degrees") if "degrees" in keys else None
        return cls(integers(keys, "widths"), degrees, DataSource.from_keys(keys))

    @property
    def n_data(self) -> int:
        """Number of data m."""
        return int(self.data.m or 1) if isinstance(self.data, DataSource) else int(self.data.n_data)

    @property
    def label(self) -> str:
        return f"{super().label},{data_label(self.data, sum(self.widths), 1)}"

    @property
    def scaling(self) -> Scaling:
        n = Fraction(sum(self.widths))
        return Scaling(tuple(map(Fraction, self.widths)), n * self.n_data)

    def draw(self, rng: np.random.Generator) -> Couplings:
        data = self.data.load(sum(self.widths), 1, rng) if isinstance(self.data, DataSource) else self.data
        return {"T": self._couplings(data)}

    def _couplings(self, data: Dataset) -> Any:
        """Coefficients of -1/m sum_i y_i prod_l (w_l.x_il)^(d_l): the scaling holds what is irrational."""
        powers = [[row**k for k in range(max(self.degrees or ()) + 1)] for row in data.X]
        couplings = []
        for exponents in self._monomials():
            value = data.Y[0]
            for row, e in zip(powers, exponents, strict=True):
                value = value * row[e] if e else value
            count = prod(multinomial(exponents[block]) for block in self.domain.slices)
            couplings.append(-count * sum(value.tolist(), Fraction(0)) / data.n_data)
        return np.array(couplings, dtype=object)
