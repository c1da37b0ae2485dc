"""Samples in a batch get what they get alone, whatever stands beside them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

import numpy as np

import homotopy as ho
from homotopy.counting.batch import census_batch
from polysys.domains import Domain, Euclidean
from polysys.landscape import Couplings
from polysys.models.base import Model


@dataclass(frozen=True)
class Diluted(Model):
    """x^2 + 2 y^2 + 3 x^2 y + c x^2 y^3, where c vanishes in about half of the samples."""

    family: ClassVar[str] = "diluted"
    linear_couplings: ClassVar[tuple[str, ...]] = ("c",)

    @property
    def label(self) -> str:
        return "diluted"

    @property
    def domain(self) -> Domain:
        return Euclidean(2)

    @property
    def variables(self) -> tuple[str, ...]:
        return ("x", "y")

    def draw(self, rng: np.random.Generator) -> Couplings:
        last = Fraction(int(rng.integers(0, 2)) * int(rng.integers(1, 9)), 8)
        return {"c": np.array([Fraction(1), Fraction(2), Fraction(3), last], dtype=object)}

    def potential(self, x: Any, couplings: Couplings) -> Any:
        c = couplings["c"]
        return c[0] * x[0] ** 2 + c[1] * x[1] ** 2 + c[2] * x[0] ** 2 * x[1] + c[3] * x[0] ** 2 * x[1] ** 3


def test_bounds_are_those_of_the_sample_and_not_of_the_first_in_the_batch() -> None:
    model = Diluted()
    vanishes = [model.sample(0, k).couplings["c"][3] == 0 for k in range(8)]
    sparse, full = vanishes.index(True), vanishes.index(False)
    alone = {k: ho.census(model, seed=0, index=k) for k in (sparse, full)}
    assert [alone[k].n_complex for k in (sparse, full)] == [3, 7]
    for order in ([sparse, full], [full, sparse]):
        for k, found in zip(order, census_batch(model, 0, order), strict=True):
            assert isinstance(found, ho.Census)
            assert found.bounds == alone[k].bounds
            assert found.completeness.verdict is alone[k].completeness.verdict is ho.Completeness.PROVED
