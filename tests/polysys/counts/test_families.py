"""Generic counts of model families proved by exact algebra, against theorems and published numbers."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import polysys as ps
from polysys.counts.families import prove_generic_count
from polysys.domains import Euclidean
from polysys.landscape import Landscape
from polysys.models.labels import model_from_label

# Mehta, Chen, Tang & Hauenstein (IEEE TPAMI 44, 5664, 2022) for deep linear networks, theorems of polysys.counts for the rest.
COUNTS = [
    ("deep-linear:widths=2-1-2,data=gaussian,m=2", 17),
    ("deep-linear:widths=2-2-2,data=gaussian,m=2", 225),
    ("deep-linear:widths=1-2-2-1,data=gaussian,m=1", 129),
    ("deep-linear:widths=1-1-2-2,data=gaussian,m=1", 129),
    ("polynomial-network:widths=1-2-1,activation=z^2,data=gaussian,m=1,output=fixed", 5),
    ("polynomial-network:widths=2-1-1,activation=z^2,data=gaussian,m=3", 33),
]
LARGER = [
    ("deep-linear:widths=2-2-1-2,data=gaussian,m=2", 353),
    ("deep-linear:widths=2-1-1-2,data=gaussian,m=2", 81),
    ("deep-linear:widths=2-2-3,data=gaussian,m=2", 705),
    ("polynomial-network:widths=1-2-2,activation=z^2,data=gaussian,m=1", 129),
]


@pytest.mark.parametrize(("label", "value"), COUNTS)
def test_generic_counts(label: str, value: int) -> None:
    found = prove_generic_count(model_from_label(label).sample(1))
    assert found is not None and found.value == value


@pytest.mark.slow
@pytest.mark.parametrize(("label", "value"), LARGER)
def test_larger_generic_counts(label: str, value: int) -> None:
    found = prove_generic_count(model_from_label(label).sample(2), seed=3)
    assert found is not None and found.value == value


def test_equal_l2_values_are_not_generic() -> None:
    """The family has one l2 value for each weight; where they are equal 2-2-1 has curves."""
    land = ps.DeepLinear(widths=(2, 2, 1), data=([[1, 2], [3, 5]], [[1, 4]]), l2=1).sample()
    assert prove_generic_count(land) is None


def test_a_glass_is_not_on_a_line() -> None:
    assert prove_generic_count(ps.SphericalPSpin(n=3, p=3).sample(1)) is None


def landscape_of(potential: Any, couplings: dict[str, Any]) -> ps.Landscape:
    arrays = {name: np.array(as_fractions(array), dtype=object) for name, array in couplings.items()}
    return Landscape("made by hand", Euclidean(1), ("x",), potential, arrays)


def as_fractions(array: Any) -> Any:
    return [as_fractions(a) for a in array] if isinstance(array, list) else Fraction(array)


def test_a_matrix_that_happens_to_be_symmetric_is_not_taken_for_a_symmetric_family() -> None:
    """(J01 - J10) x^4 + J00 x^2 + J11 x: three points in general, one where J is symmetric, which is then no generic member."""

    def potential(x: Any, c: Any) -> Any:
        j = c["J"]
        return (j[0, 1] - j[1, 0]) * x[0] ** 4 + j[0, 0] * x[0] ** 2 + j[1, 1] * x[0]

    general = prove_generic_count(landscape_of(potential, {"J": [[3, 5], [11, 7]]}))
    assert general is not None and general.value == 3
    special = prove_generic_count(landscape_of(potential, {"J": [[3, 5], [5, 7]]}))
    assert special is None or special.value is None or special.value == 3


def test_arrays_whose_names_run_together_stay_apart() -> None:
    """a[0, 1] and a_0[1] are two couplings."""

    def potential(x: Any, c: Any) -> Any:
        return (c["a"][0, 0] - c["a_0"][0]) * x[0] ** 4 + c["a"][0, 1] * x[0] ** 2 + x[0]

    found = prove_generic_count(landscape_of(potential, {"a": [[2, 3]], "a_0": [5, 7]}))
    assert found is not None and found.value == 3
