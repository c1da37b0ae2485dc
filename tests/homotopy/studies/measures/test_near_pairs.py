"""Near pairs of minima from theory: known cases, and the verdicts that follow."""

import numpy as np
import pytest

from homotopy.studies.clustering.theory import ExpectedPairs, agreement, pairs_between, pure_degree
from homotopy.studies.frame.trends import Level
from homotopy.studies.measures.near_pairs import (
    ABSOLUTE,
    NEAR,
    RELATIVE,
    NearPairs,
    energy_at,
    pair_findings,
    require_glasses,
    share_of_near,
    spins_of,
    uniform_share,
)
from polysys.errors import PolysysError


def test_uniform_points_are_near_as_often_as_a_cap_is_large():
    points = np.random.default_rng(1).normal(size=(200_000, 5))
    cosines = points[:, 0] / np.linalg.norm(points, axis=1)
    assert uniform_share(5, NEAR) == pytest.approx(float((cosines >= NEAR).mean()), abs=0.002)


def test_minima_of_a_form_of_high_degree_are_near_as_often_as_uniform_points():
    """q^(p-2) vanishes but close to q = 1, so two points know nothing of each other."""
    share, error = share_of_near(128, 1, [8, 60, energy_at(60, "edge")])
    assert 0 < error < 0.3 * share
    assert abs(share - uniform_share(8, NEAR)) < 4 * error


def test_minima_of_a_large_3_spin_are_near_far_more_often_than_uniform_points():
    share, error = share_of_near(128, 1, [24, 3, energy_at(3, "deep")])
    assert share - 3 * error > 10 * uniform_share(24, NEAR)


@pytest.mark.parametrize(
    ("p", "low", "points", "pairs"),
    [
        (3, -1.0, (2, 6), (0, 3)),  # 2 or 6 points on the circle, 1 or 3 of them minima
        (4, 0.0, (4, 8), (0, 1)),  # modulo the mirror 1 or 2 minima
    ],
)
def test_pairs_on_the_circle_are_known_exactly(p, low, points, pairs):
    mean = 2 * np.sqrt(3 * p - 2)
    chance = (mean - points[0]) / (points[1] - points[0])
    value, error = pairs_between(2048, 3, [2, p, low, 1.0])
    assert error < 0.05 * value
    assert abs(value - chance * pairs[1]) < 4 * error


def rows(shares, uniform=(1e-4, 1e-4, 1e-4)):
    return [
        NearPairs(1000, depth, 30, "deep", -1.7, share, 0.01 * share, u)
        for depth, share, u in zip((3, 4, 6), shares, uniform, strict=True)
    ]


def test_verdicts_say_where_the_claim_begins_to_hold():
    words = {f.case.rpartition(", ")[2]: f.words for f in pair_findings(rows((0.1, 0.001, 0.05)), "clustered", 0.01)}
    assert words == {RELATIVE: "holds beyond depth 4", ABSOLUTE: "holds beyond depth 4"}
    words = {f.case.rpartition(", ")[2]: f.words for f in pair_findings(rows((0.1, 0.2, 0.3), (1e-4, 1e-3, 1e-2)), "clustered", 0.01)}  # fmt: skip
    assert words == {RELATIVE: "fails", ABSOLUTE: "holds"}


def test_equal_weights_are_kept():
    for depth in (3, 4, 6, 10, 16):
        n = spins_of(10_000, depth)
        assert (depth - 1) * n**2 + n <= 10_000 < (depth - 1) * (n + 1) ** 2 + n + 1
    for weights, depths, why in (((10_000,), (2, 3), "from 3 on"), ((10_000,), (3,), "from 3 on"), ((6,), (3, 4), "spins"), ((10**7,), (3, 4), "spins")):  # fmt: skip
        with pytest.raises(PolysysError, match=why):
            require_glasses(weights, depths)


def test_agreement_is_refuted_by_one_bin_that_is_far_off():
    def bin_of(found):
        return ExpectedPairs("glass", 0.0, 0.25, Level(found, found, 0.1, 200), 100, Level(1.0, 1.0, 0.01, 32))

    assert [f.verdict for f in agreement([bin_of(1.1), bin_of(0.9)], 0.01)] == ["holds"]
    (found,) = agreement([bin_of(1.1), bin_of(1.8)], 0.01)
    assert found.verdict == "fails" and "z = +7.96" in found.sentence
    rare = ExpectedPairs("glass", 0.0, 0.25, Level(5.0, 5.0, 0.1, 200), 2, Level(1.0, 1.0, 0.01, 32))
    assert agreement([rare], 0.01) == []


def test_only_pure_glasses_have_a_density_of_pairs():
    assert pure_degree("spherical-p-spin:n=4,p=5") == 5
    assert pure_degree("layered-spin-glass:widths=2-2-2") is None
    assert pure_degree("spherical-p-spin:n=4,p=3,couplings=square-free") is None
