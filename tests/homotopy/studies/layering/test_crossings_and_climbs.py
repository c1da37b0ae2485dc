"""Crossings of minima and saddles, climbs to the ground state, ends of searches, quenched numbers: known cases and verdicts."""

from math import log

import numpy as np
import pytest

import homotopy as ho
import polysys as ps
from homotopy.graphs.disconnectivity import passes_to_lowest
from homotopy.studies.frame.claims import judge
from homotopy.studies.layering.climbs import bound, climb_findings, climbs_table, ends_table, flat_claims
from homotopy.studies.layering.crossings import (
    crossing_findings,
    crossings_of,
    quenched_findings,
    quenched_table,
)
from homotopy.studies.layering.tables import Glass, SearchedGlass
from homotopy.studies.measures.samples import SampledPoints
from homotopy.studies.measures.search_coverage import SADDLE_SEARCHES, SEARCHES, Searched


def test_crossings_are_where_enumerated_mean_numbers_cross(tmp_path):
    """Below the exact level samples have more minima, above it more saddles of index 1."""
    at = crossings_of([4, 3])
    ens = ho.ensemble("spherical-p-spin:n=4,p=3", samples=60, seed=4, workers=0)
    minima, saddles = (ens.energies(k) / 4 for k in (0, 1))
    level = at["level 1"]
    found = (minima <= level).sum() / 60, (saddles <= level).sum() / 60
    assert found[0] == pytest.approx(at["count 1"], abs=0.45) and found[1] == pytest.approx(at["count 1"], abs=0.45)
    assert (minima <= level - 0.5).sum() > (saddles <= level - 0.5).sum()
    assert (minima <= level + 0.5).sum() < (saddles <= level + 0.5).sum()


def test_the_claim_about_the_band_follows_from_the_side_of_the_crossing():
    edge = -ps.theory.Complexity(3).threshold.value
    row = {"n": 8, "p": 3, "level 1": edge + 0.5, "error 1": 1e-9, "level 2": edge - 0.1, "error 2": 1e-9}
    later = {**row, "n": 16, "level 1": edge + 0.3, "level 2": edge - 0.05}
    verdicts = {(f.case, f.is_claim): f.words for f in crossing_findings([row, later])}
    assert verdicts["p = 3, index 1", True] == "holds" and verdicts["p = 3, index 2", True] == "fails"
    assert [f.verdict for f in crossing_findings([row, later]) if not f.is_claim] == ["falls", "rises"]


def test_passes_lead_to_the_nearest_of_equal_ground_states():
    """(x^2 - 1)^2 with a third well at 4: mirror images count as one ground state."""
    three = ho.graph(ho.census(ps.expression("x^2*(x^2 - 1)^2*(x^2 - 4) + x^2")))
    levels = passes_to_lowest(three)
    energies = dict(three.network.nodes(data="energy"))
    assert len(energies) == 2 + len(levels)  # two ground states by the symmetry x -> -x
    saddles = sorted(e for *_, e in three.network.edges(data="energy"))
    assert set(levels.values()) <= set(saddles) and all(levels[m] > energies[m] for m in levels)


def searched(energies, passes, ends=(5, 0, 0, 0)):
    energies, m = np.array(energies, float), len(energies)
    names = (*SEARCHES, *SADDLE_SEARCHES)
    return Searched(
        0, energies, np.zeros(m), dict.fromkeys(SEARCHES, np.ones(m, int)), dict.fromkeys(SEARCHES, 0),
        np.array(passes, float), dict.fromkeys(names, ends),
    )  # fmt: skip


def glass_of(landscapes):
    return SearchedGlass("spherical-p-spin:n=4,p=4", 4, 4, tuple(landscapes), 0, 5)


def test_climbs_are_judged_in_the_band_only_where_it_has_enough_minima():
    assert bound(4) == pytest.approx(1.794085 - ps.theory.Complexity(4).energy_of_index(1).value, abs=1e-6)
    few = [searched([-1.9, -1.0], [np.nan, -0.9])] * 30
    (found,) = climb_findings([glass_of(few)])
    assert found.words == "not testable at these sizes" and "30 of all 30" in found.sentence
    many = [searched([-1.9, -1.8], [np.nan, -1.2])] * 25
    assert climb_findings([glass_of(many)])[0].words == "holds"
    low = [*many, searched([-1.9, -1.8], [np.nan, -1.8 + bound(4) / 2])]
    assert climb_findings([glass_of(low)])[0].words == "fails"
    rows = climbs_table([glass_of(low)]).rows
    assert [row[3] for row in rows] == [26, 26]


def test_ends_at_saddles_are_told_from_ends_at_minima():
    good, bad = [searched([-1.0], [np.nan])] * 12, [searched([-1.0], [np.nan], (1, 4, 0, 0))] * 12
    assert {f.verdict for f in judge(flat_claims([glass_of(good)]), 0.01)} == {"holds"}
    assert {f.verdict for f in judge(flat_claims([glass_of(bad)]), 0.01)} == {"fails"}
    row = dict(zip(ends_table([glass_of(bad)]).columns, ends_table([glass_of(bad)]).rows[0], strict=True))
    assert row["mean index / dimension"] == pytest.approx(4 / 15) and row["at minima"] == pytest.approx(0.2)
    assert row["at no certified point"] == 0


def test_log_means_are_those_of_the_samples():
    samples = tuple(
        SampledPoints(k, np.arange(3.0), np.array([0] * (1 + k % 2) + [1] * (2 - k % 2))) for k in range(40)
    )
    g = Glass("spherical-p-spin:n=4,p=3", 4, 3, samples, 0)
    table = quenched_table([g])
    row = dict(zip(table.columns, table.rows[0], strict=True))
    assert row["exp of the mean logarithm"] == pytest.approx(2**0.5) and row["median"] == 1.5
    assert row["gap per spin"] == pytest.approx((log(3.579524) - log(2) / 2) / 4, abs=1e-6)
    assert quenched_findings([g], 0.01)[0].case == "p = 3"
