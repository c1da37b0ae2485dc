"""Spherical p-spin glasses: pure, mixed, with a random field; isotropic or square-free couplings."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from fractions import Fraction
from functools import lru_cache
from itertools import combinations_with_replacement
from math import comb
from typing import Any, ClassVar

import numpy as np

from polysys.disorder import kostlan, normal
from polysys.domains import Domain, Sphere
from polysys.errors import InputError, PositiveDimensionalError
from polysys.formulations.expansion import nested_form
from polysys.landscape import Couplings, Landscape, Scaling
from polysys.models.base import Model, check_coefficients, join, size, sizes
from polysys.models.grammar import Family, integer, integers
from polysys.models.laws import IsotropicGaussian
from polysys.reading.exact_tables import exact_tensors, is_table, path_text
from polysys.reading.rationals import as_rational, as_rational_array


@lru_cache(maxsize=16)
def monomials(n: int, degree: int) -> tuple[tuple[int, ...], ...]:
    """Exponents of all monomials of a degree in n variables, in the order of their sorted index tuples."""
    result = []
    for indices in combinations_with_replacement(range(n), degree):
        exponents = [0] * n
        for i in indices:
            exponents[i] += 1
        result.append(tuple(exponents))
    return tuple(result)


@dataclass(frozen=True)
class SphericalPSpin(Model):
    r"""A spherical spin glass of one degree or a mixture of degrees, with or without a random field.

    .. math:: H(s) = \sum_p c_p N^{-(p-1)/2} \sum_{i_1 \ldots i_p} g_{i_1 \ldots i_p} s_{i_1} \cdots s_{i_p} + h \sum_i g_i s_i

    on the sphere :math:`|s|^2 = N`. The g are independent standard normal over all index tuples, so that
    :math:`\mathrm{Cov}(H(s), H(t)) = N \sum_p c_p^2 R^p + N h^2 R` with the overlap :math:`R = s \cdot t / N` (Auffinger, Ben Arous &
    Cerny 2013). The equations are posed for :math:`x = s / \sqrt{N}` on the unit sphere, where :math:`H = \sqrt{N}\, V(x)` with
    rational V.

    Parameters
    ----------
    n : int
        Number of spins N.
    p : int or sequence of int
        Degree, or degrees of a mixture.
    couplings : {"kostlan", "square-free"} or path
        All index tuples, or distinct indices only; the latter is not isotropic (it adds the 2N points
        :math:`\pm\sqrt{N} e_i` in every sample for p = 3). Or the g themselves, from a file: a .csv has a row i1,..,ip,value for each entry that is not
        zero, counted from 1, and rows of several lengths for a mixture; a .npy has an array of shape (n,) * p.
    field : rational
        Standard deviation h of a Gaussian field.
    weights : sequence of rational, optional
        The :math:`c_p` of a mixture; 1 by default.

    Raises
    ------
    InputError
        For sizes or couplings that do not exist.
    PositiveDimensionalError
        For square-free couplings with p >= 4 (sets of zero-energy points of positive dimension).

    Examples
    --------
    >>> SphericalPSpin(n=6, p=3).label
    'spherical-p-spin:n=6,p=3'
    """

    n: int
    p: int | Sequence[int] = 3
    couplings: str = "kostlan"
    field: Any = 0
    weights: Sequence[Any] | None = None

    family: ClassVar[str] = "spherical-p-spin"
    about: ClassVar[Family | None] = Family(
        family,
        "p-spin glass on one sphere: isotropic Gaussian polynomial of degree p in n spins",
        "spherical-p-spin:n=N,p=P[-P..][,weights=C-C..][,couplings=square-free|FILE][,field=H]",
        "spherical-p-spin:n=6,p=3",
        "n from 1 to 64, p from 1 to 30; ((p-1)^n - 1)/(p-2) classes are tracked, 16383 for n=14,p=3, at most 4194304",
        ("n", "p"),
        ("weights", "couplings", "field"),
    )
    degrees: tuple[int, ...] = dataclass_field(init=False, repr=False)
    _from_file: Couplings | None = dataclass_field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "n", size(self.n, "n"))
        degrees = sizes((self.p,) if not isinstance(self.p, Sequence | np.ndarray) else self.p, "p", most=30)
        if len(set(degrees)) < len(degrees):
            raise InputError(f"p = {join(degrees)} names a degree twice.", "Give p=3, or p=2-3 for a mixture.")
        object.__setattr__(self, "p", degrees if len(degrees) > 1 else degrees[0])
        object.__setattr__(self, "degrees", degrees)
        object.__setattr__(self, "field", as_rational(self.field))
        ones = (1,) * len(degrees)
        weights = tuple(as_rational_array(ones if self.weights is None else self.weights, (len(degrees),), "weights"))
        if 0 in weights:
            raise InputError("A mixture has a weight 0.", "Leave the degree out.")
        object.__setattr__(self, "weights", weights)
        object.__setattr__(self, "couplings", path_text(self.couplings))
        if self.couplings not in ("kostlan", "square-free") and not is_table(self.couplings):
            raise InputError(
                f"There are no couplings {self.couplings[:60]!r}.",
                "Choose kostlan, square-free, or a .csv or .npy file.",
            )
        if self.couplings == "square-free":
            if max(degrees) >= 4:
                raise PositiveDimensionalError(
                    "Square-free couplings with p >= 4 have stationary sets of positive dimension (all points with "
                    "fewer than p - 1 nonzero spins).",
                    "Use couplings=kostlan, the isotropic ensemble.",
                )
            if self.n < max(degrees):
                raise InputError(
                    f"No square-free monomial of degree {max(degrees)} exists in {self.n} spins.", "Raise n."
                )
        check_coefficients(sum(comb(self.n + p - 1, p) for p in degrees))
        if is_table(self.couplings):
            tensors = exact_tensors(self.couplings, [(self.n,) * p for p in degrees])
            object.__setattr__(self, "_from_file", self._folded(dict(zip(degrees, tensors, strict=True))))

    @classmethod
    def from_keys(cls, keys: Mapping[str, str]) -> Model:
        degrees = integers(keys, "p")
        return cls(
            n=integer(keys, "n"),
            p=degrees if len(degrees) > 1 else degrees[0],
            couplings=keys.get("couplings", "kostlan"),
            field=keys.get("field", "0"),
            weights=re.split(r"(?<=[0-9])-", keys["weights"]) if "weights" in keys else None,
        )

    @property
    def linear_couplings(self) -> tuple[str, ...]:  # type: ignore[override]
        """All couplings: the potential is a sum of forms."""
        return (*(f"T{p}" for p in self.degrees), "field")

    @property
    def label(self) -> str:
        parts = [f"n={self.n}", f"p={join(self.degrees)}"]
        if any(w != 1 for w in self.weights or ()):
            parts.append(f"weights={join(tuple(self.weights or ()))}")
        if self.couplings != "kostlan":
            parts.append(f"couplings={self.couplings}")
        if self.field:
            parts.append(f"field={self.field}")
        return f"{self.family}:" + ",".join(parts)

    @property
    def domain(self) -> Domain:
        return Sphere(self.n)

    @property
    def variables(self) -> tuple[str, ...]:
        return tuple(f"x{i + 1}" for i in range(self.n))

    @property
    def scaling(self) -> Scaling:
        return Scaling((Fraction(self.n),), Fraction(self.n))

    @property
    def depth(self) -> int | None:
        return max(self.degrees)

    @property
    def law(self) -> object | None:
        if self.couplings != "kostlan":
            return None
        return IsotropicGaussian(self.n, tuple(zip(self.degrees, self.weights or (), strict=True)), self.field)

    def _monomials(self, p: int) -> tuple[tuple[int, ...], ...]:
        every = monomials(self.n, p)
        return tuple(e for e in every if max(e) <= 1) if self.couplings == "square-free" else every

    def draw(self, rng: np.random.Generator) -> Couplings:
        if self._from_file is not None:
            return self._from_file
        # weights and field strength are folded into the couplings, so the potential is a plain sum of forms
        drawn = {
            f"T{p}": kostlan(rng, self._monomials(p), [slice(0, self.n)]) * weight
            for p, weight in zip(self.degrees, self.weights or (), strict=True)
        }
        if self.field:
            drawn["field"] = normal(rng, self.n) * self.field
        return drawn

    def potential(self, x: Any, couplings: Couplings) -> Any:
        forms = [nested_form(dict(zip(self._monomials(p), couplings[f"T{p}"], strict=True)), x) for p in self.degrees]
        if "field" in couplings:
            forms.append(sum(xi * h for xi, h in zip(x, couplings["field"], strict=True)))
        return sum(forms[1:], forms[0])

    def sample(self, seed: int | None = None, index: int = 0) -> Landscape:
        if self.couplings == "square-free":
            warnings.warn(
                "Square-free couplings are not isotropic: theory for the p-spin glass does not apply, and for p = 3 "
                "every sample has the trivial points +-sqrt(N) e_i.",
                stacklevel=2,
            )
        return super().sample(seed, index)

    def from_tensors(self, tensors: Mapping[int, Any] | Any) -> Landscape:
        """The landscape of explicit symmetric tensors: an array of shape (n,) * p, or a mapping from p to one.

        Entries are kept exactly; a tensor that is not symmetric stands for its symmetric part (V sees no more).

        Examples
        --------
        >>> SphericalPSpin(n=2, p=3).from_tensors([[[1, 0], [0, 0]], [[0, 0], [0, 1]]]).potential
        x1**3 + x2**3
        """
        given = tensors if isinstance(tensors, Mapping) else {self.degrees[0]: tensors}
        if set(given) != set(self.degrees):
            raise InputError(
                f"Tensors were given for degrees {sorted(given)}.", f"Give them for {sorted(self.degrees)}."
            )
        arrays = {p: as_rational_array(given[p], (self.n,) * p, f"tensor of degree {p}") for p in self.degrees}
        return self.landscape(self._folded({p: dict(np.ndenumerate(array)) for p, array in arrays.items()}))

    def _folded(self, tensors: Mapping[int, Mapping[tuple[int, ...], Fraction]]) -> Couplings:
        """The coefficients of the forms that tensors stand for, by their entries."""
        if self.field:
            raise InputError("Explicit tensors come without a field.", "Give p=1 as one of the degrees instead.")
        couplings: dict[str, Any] = {}
        for p, weight in zip(self.degrees, self.weights or (), strict=True):
            sums: dict[tuple[int, ...], Fraction] = dict.fromkeys(self._monomials(p), Fraction(0))
            for indices, value in tensors[p].items():
                exponents = tuple(indices.count(i) for i in range(self.n))
                if exponents in sums:
                    sums[exponents] += value
                elif value:
                    raise InputError("The tensor has entries with repeated indices.", "Use couplings=kostlan.")
            couplings[f"T{p}"] = np.array([weight * value for value in sums.values()], dtype=object)
        return couplings
