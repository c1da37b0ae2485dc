"""Mixed volumes in the verdict, and beside PHCpack's."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

import numpy as np
import pytest

import homotopy as ho
import polysys as ps
from homotopy.engines.phcpack.client import PHCpack, find_phcpack
from homotopy.status import Completeness
from polysys.counts import mixed_volume, stable_mixed_volume, zero_patterns
from polysys.counts.of_landscape import upper_bounds
from polysys.landscape import Landscape
from polysys.models.labels import model_from_label
from tests.homotopy.handmade import census_of
from tests.polysys.literature import BOON, CAPRASSE, HEART, Support, chandra, cyclic, eco, katsura, noon

NAME = "sum of mixed volumes over zero patterns"


def euclidean(text: str) -> Landscape:
    return ps.expression(text).sample()


# Each has fewer points than the best multihomogeneous Bezout number. Noonburg's three neurons: 21 (SIAM J. Appl. Math.
# 49 (1989) 1779). One neuron with trained outputs, as an expression of which no theorem knows: 17 and 33 by Groebner bases modulo a prime.
@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("x1^2*x2^2/2 + x1^2*x3^2/2 + x2^2*x3^2/2 - 0.55*(x1^2 + x2^2 + x3^2) + x1 + x2 + x3", 21),
        ("polynomial-network:widths=1-1-2,activation=z^2,data=gaussian,m=1", 17),
        ("polynomial-network:widths=2-1-1,activation=z^2,data=gaussian,m=3", 33),
    ],
)
def test_a_census_that_meets_the_bound_is_proved_by_it(what: str, expected: int, tmp_path) -> None:
    if ":" in what:
        (what,) = (
            line.removeprefix("potential ")
            for line in model_from_label(what).sample(1).text.splitlines()
            if line.startswith("potential ")
        )
    census = ho.census(euclidean(what))
    assert census.n_complex == expected
    assert census.completeness.verdict is Completeness.PROVED
    assert NAME in census.completeness.reason
    assert sorted(b.value for b in census.bounds)[1] > expected  # nothing else would prove it
    census.save(tmp_path / "c.json")
    assert ho.verify(tmp_path / "c.json").is_ok


def test_one_missing_point_is_noticed() -> None:
    """The chain 1-1-1 as an expression: no theorem on networks is at hand, and 9 is the best Bezout number."""
    land = euclidean("3/2*w^2*v^2 - w*v + w^2/6 + 3/10*v^2")
    ratio = sqrt((1 / 3) / (3 / 5))  # l1 w^2 = l2 v^2
    points = [[0, 0]]
    for sign in (1, -1):
        product = (1 - sign * sqrt(1 / 5)) / 3  # of w and v = sign * ratio * w, from 3 w v - 1 = -sign sqrt(l1 l2)
        w = np.sqrt(complex(sign * product / ratio))
        points += [[w, sign * ratio * w], [-w, -sign * ratio * w]]
    census = census_of(land, points)
    assert (census.n_complex, upper_bounds(land)[0].value) == (5, 5)
    assert census.completeness.verdict is Completeness.PROVED
    assert census_of(land, points[1:]).completeness.verdict is not Completeness.PROVED


def test_isolated_points_beside_a_curve_are_not_called_complete() -> None:
    """Three isolated points, as many as the mixed volumes allow, and the hyperbola x y = 1, z = 0."""
    land = euclidean("(x*y - 1)^2 + z^4 - z^2")
    assert zero_patterns.zero_pattern_bound(land.system.supports).count.value == 3
    assert upper_bounds(land)[0].value > 3
    half = sqrt(0.5)
    census = census_of(land, [[0, 0, 0], [0, 0, half], [0, 0, -half]])
    assert census.n_complex == 3
    assert census.completeness.verdict not in (Completeness.PROVED, Completeness.SUPPORTED)


def test_bounds_from_supports_are_computed_once_for_an_ensemble() -> None:
    model = model_from_label("polynomial-network:widths=1-2-2,activation=z^2,data=gaussian,m=2")
    zero_patterns._cached.cache_clear()
    values = {tuple(b.value for b in upper_bounds(model.sample(seed))) for seed in range(4)}
    assert len(values) == 1
    assert zero_patterns._cached.cache_info().misses == 1


@pytest.mark.parametrize(
    "label",
    [
        "spherical-p-spin:n=6,p=3",
        "layered-spin-glass:widths=3-3-3",
        "spherical-p-spin:n=4,p=3,field=1/3",
        "deep-linear:widths=1-3-2,data=gaussian,m=1",
    ],
)
def test_no_time_is_spent_where_the_count_of_the_family_cannot_be_improved(label: str) -> None:
    zero_patterns._cached.cache_clear()
    bounds = upper_bounds(model_from_label(label).sample(1))
    assert zero_patterns._cached.cache_info().misses == 0
    assert bounds[0].name != NAME


def test_data_with_zeros_may_have_a_smaller_bound_than_their_family() -> None:
    """x_2 = 0 and y_2 = 0: w_2 and the second output weight drop out, and 1-1-1 is left."""
    net = ps.DeepLinear(widths=(2, 1, 2), data=([[1, 0], [0, 0]], [[2, 1], [0, 0]]), l2=["1/2", "1/3", "1/5", "1/7"])
    (known,) = net.sample().facts.known_counts
    assert known.value == 17
    assert upper_bounds(net.sample())[0].value < 17


# --- PHCpack ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def phc() -> Iterator[PHCpack]:
    with PHCpack("phcpy" if find_phcpack().phcpy_path else "auto") as engine:
        yield engine


def random_supports(n: int, size: int, seed: int) -> list[Support]:
    rng = np.random.default_rng(seed)
    return [sorted({tuple(p) for p in rng.integers(0, 4, (size, n)).tolist()}) for _ in range(n)]


def network(label: str) -> list[Support]:
    return model_from_label(label).sample(1).system.supports


SYSTEMS = {
    "cyclic-5": cyclic(5),
    "cyclic-6": cyclic(6),
    "noon-4": noon(4),
    "eco-6": eco(6),
    "katsura-4": katsura(4),
    "chandra-4": chandra(4),
    "caprasse": CAPRASSE,
    "boon": BOON,
    "heart": HEART,
    "deep-linear 1-2-2": network("deep-linear:widths=1-2-2,data=gaussian,m=1"),
    "deep-linear 2-2-2": network("deep-linear:widths=2-2-2,data=gaussian,m=2"),
    "network": network("polynomial-network:widths=1-2-1,activation=z^2,data=gaussian,m=2"),
    "mixture": network("spherical-p-spin:n=3,p=2-3"),
    **{f"random {n}-{k}": random_supports(n, 4, 10 * n + k) for n in (3, 4, 5) for k in range(3)},
}


@pytest.mark.phcpack
@pytest.mark.parametrize("name", SYSTEMS)
def test_phcpack_finds_the_same_mixed_volumes(phc: PHCpack, name: str) -> None:
    supports = SYSTEMS[name]
    rng = np.random.default_rng(0)
    system = [[(complex(*rng.uniform(0.5, 1, 2)), tuple(e)) for e in support] for support in supports]
    counts = phc.root_counts(system)
    assert mixed_volume(supports).value == counts["mixed_volume"]
    assert stable_mixed_volume(supports).value == counts["stable_mixed_volume"]
