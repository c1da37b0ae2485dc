"""Statistics over the counts of many samples, with honest ranges for those that have no full result.

Shared by ensembles, whose records lie in a store, and by reference tables, whose rows lie in a text file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.common.arrays import Floats, Integers
from homotopy.ensembles.statistics import Statistic, fraction
from homotopy.ensembles.store.plan import FamilyFacts
from polysys.errors import InputError

VERDICTS = ("proved", "supported", "unknown", "contradicted")
PROVED, SUPPORTED, UNKNOWN, CONTRADICTED = range(4)
FAILED = -1
Quantity = str | int


class SampleCounts:
    """What ensembles and tables share. A quantity is "n_real", "n_minima", "n_complex", or a Morse index (a number).

    Samples that failed, that are not complete, or that are not there yet are never left out: they enter every
    statistic with the least and the largest count that they can have.

    Attributes
    ----------
    label : str
        Of the model.
    family : FamilyFacts
    n_planned : int
        Number of samples that the statistics are about.
    verdicts : int8 array (n,)
        Places in `VERDICTS`, FAILED where there is no result.
    found : dict from str to int array (n,)
        Certified counts (0 where failed): n_complex, n_real, n_minima, n_degenerate, n_undecided, n_undecided_index.
    by_index : int array (n, dimension + 1)
        Certified points of each Morse index.
    bounds : float array (n,)
        Proved bound on the number of complex solutions of each sample.
    """

    verdicts: npt.NDArray[np.int8]
    found: Mapping[str, Integers]
    by_index: Integers
    bounds: Floats
    n_planned: int

    @property
    def label(self) -> str:
        """Label of the model."""
        raise NotImplementedError

    @property
    def family(self) -> FamilyFacts:
        """What is known about every sample beforehand."""
        raise NotImplementedError

    @property
    def n_missing(self) -> int:
        """Number of samples that have no record yet."""
        return self.n_planned - len(self.verdicts)

    @property
    def dimension(self) -> int:
        """Dimension of the domain: the largest Morse index."""
        return self.family.dimension

    @property
    def n_open(self) -> int:
        """Number of samples whose counts are not settled: failed, incomplete, undecided or missing."""
        lower, upper = self.range("n_real")
        open_index = self._pad(self.found["n_undecided_index"] > 0)
        return int(((lower != upper) | open_index).sum())

    def range(self, quantity: Quantity) -> tuple[Floats, Floats]:
        """The least and the largest value that a quantity can have in each sample, given what was proved.

        Complete samples (proved or supported) without undecided points: the count, twice. Undecided solutions may
        be real, undecided points may have any index. Where the list is not known to be complete, or has singular
        points, every solution that the bound leaves room for may be missing and real. Failed, contradicted and missing samples can have anything
        between the least that Morse theory allows (two points on a compact domain, one minimum) and the bound.

        Returns
        -------
        (float array, float array)
        """
        name = self._check(quantity)
        family, found = self.family, self.found
        is_complete = ((self.verdicts == PROVED) | (self.verdicts == SUPPORTED)) & (found["n_degenerate"] == 0)
        is_lost = (self.verdicts == FAILED) | (self.verdicts == CONTRADICTED)  # nothing is relied on
        room = np.where(is_complete, 0.0, np.maximum(self.bounds - found["n_complex"], 0.0))
        if name == "n_complex":
            lower, upper, largest = found[name].astype(float), found[name] + room, self.bounds
        else:
            counts = found["n_real"] if name == "n_real" else self.by_index[:, int(name)]
            extra = family.points_per_class * (found["n_undecided"] + room)
            if name != "n_real":
                extra = extra + found["n_undecided_index"]
            lower, upper, largest = counts.astype(float), counts + extra, family.points_per_class * self.bounds
        least = float(self._least(name))
        lower = np.where(is_lost, least, np.where(is_complete, lower, np.maximum(lower, least)))
        upper = np.where(is_lost, largest, np.minimum(upper, np.maximum(largest, lower)))
        missing = np.ones(self.n_missing)
        most = float(family.bound) * (1 if name == "n_complex" else family.points_per_class)
        return np.concatenate([lower, least * missing]), np.concatenate([upper, most * missing])

    def mean(self, quantity: Quantity = "n_real") -> Statistic:
        """The mean over the disorder.

        Examples
        --------
        >>> import homotopy as ho, polysys as ps
        >>> ens = ho.ensemble(ps.SphericalPSpin(n=2, p=3), samples=8, seed=1, workers=0)
        >>> ens.mean("n_real").value, ens.mean(0).value
        (4.5, 2.25)
        """
        return Statistic(_name(quantity), "mean", *self.range(quantity), *self.extremes(quantity))

    def median(self, quantity: Quantity = "n_real") -> Statistic:
        """The median, which rare samples with many points do not move."""
        return Statistic(_name(quantity), "median", *self.range(quantity))

    def log_mean(self, quantity: Quantity = "n_real") -> Statistic:
        """The mean of the natural logarithm (the quenched complexity, times the size); -inf where a count is 0."""
        lower, upper = self.range(quantity)
        with np.errstate(divide="ignore"):
            least, most = np.log(self.extremes(quantity)).tolist()
            return Statistic(_name(quantity), "log-mean", np.log(lower), np.log(upper), least, most)

    def fraction(self, quantity: Quantity, is_met: Callable[[Any], bool]) -> Statistic:
        """The fraction of samples whose count meets a condition, such as ``lambda n: n == 2``."""
        lower, upper = self.range(quantity)
        return fraction(f"samples by {_name(quantity)}", is_met, lower, upper)

    def means_by_index(self) -> dict[int, Statistic]:
        """The mean number of points of each Morse index."""
        return {k: self.mean(k) for k in range(self.dimension + 1)}

    def histogram(self, quantity: Quantity = "n_real") -> dict[int, int]:
        """How many settled samples have each count; the open ones, :attr:`n_open` in number, are not in it."""
        lower, upper = self.range(quantity)
        settled = lower[lower == upper].astype(int).tolist()
        return dict(sorted(Counter(settled).items()))

    def extremes(self, quantity: Quantity) -> tuple[float, float]:
        """The least and the largest count that any sample can have, whatever was found: Morse theory, and the proved bound."""
        name = self._check(quantity)
        per_class = 1 if name == "n_complex" else self.family.points_per_class
        return float(self._least(name)), float(per_class * self.family.bound)

    def _check(self, quantity: Quantity) -> str:
        if (
            isinstance(quantity, int | np.integer)
            and not isinstance(quantity, bool)
            and 0 <= quantity <= self.dimension
        ):
            return str(int(quantity))
        if quantity == "n_minima":
            return "0"
        if quantity in ("n_real", "n_complex"):
            return str(quantity)
        raise InputError(
            f"There is no quantity {quantity!r:.40}.",
            f"Choose n_real, n_minima, n_complex, or a Morse index from 0 to {self.dimension}.",
        )

    def _least(self, name: str) -> int:
        """The least count of a nondegenerate landscape: on compact domains a minimum and a maximum exist."""
        family = self.family
        has_minimum = family.is_compact or family.is_coercive
        if name in ("n_real", "n_complex"):
            points = 2 if family.is_compact and self.dimension > 0 else int(has_minimum)
            return points if name == "n_real" else -(-points // family.points_per_class)
        return int((name == "0" and has_minimum) or (int(name) == self.dimension and family.is_compact))

    def _pad(self, flags: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        return np.concatenate([flags, np.ones(self.n_missing, bool)])


def _name(quantity: Quantity) -> str:
    return quantity if isinstance(quantity, str) else f"index {quantity}"
