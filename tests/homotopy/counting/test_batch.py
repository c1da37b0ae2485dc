"""Samples in a batch get what they get alone, whatever stands beside them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

import numpy as np
import pytest

import homotopy as ho
import polysys as ps
from homotopy.counting.batch import census_batch
from homotopy.solving import accounts
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


@pytest.mark.parametrize(
    ("model", "n", "n_plain"),  # solutions at infinity take seconds
    [(ps.SphericalPSpin(n=4, p=3), 5, 5), (ps.SphericalPSpin(n=3, p=4), 5, 0), (ps.SphericalPSpin(n=3, p=3, couplings="square-free"), 2, 0)],
)
@pytest.mark.filterwarnings("ignore:Square-free")
def test_accounts_made_at_once_are_those_made_one_by_one(model: Model, n: int, n_plain: int, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    plain = accounts._plain_report
    monkeypatch.setattr(accounts, "_plain_report", lambda *args: made.append(args) or plain(*args))
    together = census_batch(model, 1, range(n))
    assert len(made) == n_plain
    monkeypatch.setattr(accounts, "plain_lists", lambda ends, *_: [None] * len(ends))
    for one, other in zip(together, census_batch(model, 1, range(n)), strict=True):
        assert isinstance(one, ho.Census) and isinstance(other, ho.Census)
        assert one.certificates == other.certificates and one.paths == other.paths and one.completeness == other.completeness
