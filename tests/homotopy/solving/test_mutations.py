"""A slice of the campaign of damaged solves (tests/adversary/mutations.py): none leads to a wrong claim."""

from __future__ import annotations

import pytest

import polysys as ps
from homotopy.engines.starts.cache import start_set
from homotopy.solving.root_counts import least_root_count
from homotopy.status import StartCount
from tests.adversary.damage import ENDS
from tests.adversary.mutations import LANDSCAPES, MUTATIONS, attempt, jobs, table

SLICE = {
    "dense cubic": (
        "one end and its path deleted",
        "one end moved out of its basin and said to be singular",
        "a start solution deleted",
    ),
    "glass of two degrees": (
        "half of the ends and their paths deleted",
        "fewer paths told than were tracked",
        "a start solution moved",
    ),
    "raw data": ("one end said to be at infinity", "one end replaced by another", "a zero pattern deleted"),
    "quadratic network": (
        "three ends said to be at infinity, none can be followed",
        "ends that are no numbers",
        "a start solution doubled",
    ),
}


@pytest.mark.parametrize("name", SLICE)
def test_no_damage_leads_to_a_wrong_claim(name: str) -> None:
    trials = [attempt(job) for job in jobs(1, [name], SLICE[name])]
    assert trials and {t.outcome for t in trials} <= {"repaired", "unknown", "contradicted", "refused"}, table(trials)
    # most of it is repaired where exact algebra is at hand
    assert any(t.outcome == "repaired" and t.found == t.expected for t in trials if t.is_exact), table(trials)


def test_the_campaign_has_every_mutation_of_every_landscape() -> None:
    todo = jobs(1)
    assert len(todo) == len(set(todo)) >= 200 and len(LANDSCAPES) >= 9
    assert {(name, mutation) for name, mutation, _, _ in todo} == {(a, b) for a in LANDSCAPES for b in MUTATIONS}
    assert len(ENDS) >= 10


def test_a_number_of_paths_is_derived_again_where_it_follows_from_the_system() -> None:
    glass = ps.SphericalPSpin(n=4, p=3).sample(1)
    assert least_root_count(glass, StartCount.FERMAT) == 15
    mixed = ps.model_from_label("spherical-p-spin:n=3,p=2-3").sample(1)
    starts = start_set(mixed)
    assert starts is not None and starts.is_whole and starts.grounds is StartCount.GENERIC_THEOREM
    assert least_root_count(mixed, StartCount.GENERIC_THEOREM) == starts.count == 14
    quartic = ps.expression("x^4 + y^4 + x*y").sample()
    assert least_root_count(quartic, StartCount.TOTAL_DEGREE) == 9
    assert least_root_count(quartic, StartCount.GENERIC_EXACT) == 0
