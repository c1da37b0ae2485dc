"""The archetypes study: series, measures, verdicts that can go either way, and a small run."""

import json
from fractions import Fraction

import numpy as np
import pytest

import homotopy as ho
import polysys as ps
from homotopy.studies.archetypes.claims import funnel_claims, glass_claims, number_claims, recall_claims
from homotopy.studies.archetypes.models import (
    Sampled,
    SeriesModel,
    data_series,
    depth_series,
    measure,
    measure_recall,
    sample,
)
from homotopy.studies.archetypes.study import STUDY, Spec
from homotopy.studies.frame.study import run_study
from homotopy.studies.measures.search_coverage import search_recall
from polysys.errors import InputError, PolysysError

SMALL = Spec(
    samples=3,
    glass_samples=3,
    data=("deep-linear:widths=1-1-1,data=iris",),
    numbers=(1, 0),
    depth=("deep-linear:widths=1-1-1|1-1-1-1,data=iris",),
    glasses=("spherical-p-spin:n=3,p=3",),
    searched=("spherical-p-spin:n=3,p=3",),
    search_samples=2,
    budgets=(1, 3),
)


def record(n_minima=1, n_funnels=1, **others):
    return {"n_minima": n_minima, "n_funnels": n_funnels, "spread": None, "escape": None, "frustration": None, **others}


def cell(records, axis="depth", position="1"):
    return Sampled(SeriesModel("net", axis, position, "deep-linear:widths=1-1-1,data=iris"), tuple(records))


def test_a_small_run_writes_its_report(tmp_path):
    pytest.importorskip("sklearn")
    report, files = run_study(STUDY, SMALL, tmp_path / "a", workers=0)
    assert {f.name for f in files} >= {"report.md", "landscapes.csv", "recall.csv"}
    rows = {(r[1], r[2]): dict(zip(report.tables[0].columns, r, strict=True)) for r in report.tables[0].rows}
    # 1-1-1: a double well, two mirror images; 1-1-1-1: the origin besides (where l2 is small enough for others)
    assert rows["depth", "1"]["minima"] == 1.0 and rows["depth", "2"]["minima"] == 2.0
    assert all(row["open"] == 0 for row in rows.values())
    again, _ = run_study(STUDY, SMALL, tmp_path / "a", workers=0)
    assert json.dumps(again.to_dict()) == json.dumps(report.to_dict())


def test_series_are_checked_before_anything_is_counted():
    for change in (
        {"depth": ("deep-linear:widths=1-1-1|1-x-1,data=iris",)},
        {"glasses": ()},
        {"budgets": (4, 1)},
        {"l2": 0.0},
    ):
        with pytest.raises(PolysysError):
            Spec(**change)
    with pytest.raises(InputError, match="samples"):
        Spec(samples=1)


def test_models_of_series():
    assert [p.position for p in depth_series("deep-linear:widths=1-1-1|1-1-1-1|1-1-1-1-1,data=iris")] == ["1", "2", "3"]
    assert [p.position for p in data_series("deep-linear:widths=2-2-2,data=iris", (1, 5, 0))] == ["1", "5", "all"]


def test_l2_values_are_uniform_below_the_bound_and_depend_on_seed_and_sample():
    pytest.importorskip("sklearn")
    label = "deep-linear:widths=2-2-2,data=iris"
    values = sample(label, 0.1, 7, 3).couplings["l2"].tolist()
    assert (
        values == sample(label, 0.1, 7, 3).couplings["l2"].tolist() != sample(label, 0.1, 7, 4).couplings["l2"].tolist()
    )
    assert all(0 < v < Fraction(1, 10) for v in values) and len(set(values)) == 8


def test_a_measure_is_that_of_the_graph():
    found = measure(["spherical-p-spin:n=4,p=4", 0.1, 1, 0])
    g = ho.graph(ho.census("spherical-p-spin:n=4,p=4", seed=1)).quotient()
    assert (found["n_minima"], found["n_saddles"], found["verdict"]) == (g.n_minima, g.n_saddles, "proved")


def test_what_cannot_be_counted_is_an_open_record():
    assert "open" in measure(["no-such-model:n=3", 0.1, 1, 0]) and "open" in measure_recall(["x:n=3", 0.1, 1, 0, [1]])


def test_funnels_hold_fail_or_stay_undecided():
    def verdict(one, several, open_=0):
        records = [record()] * one + [record(3, 2)] * several + [{"open": "x"}] * open_
        return funnel_claims([cell(records)], 0.01)[0].verdict

    assert [verdict(12, 0), verdict(0, 12), verdict(6, 6), verdict(12, 0, 12)] == [
        "holds",
        "fails",
        "undecided",
        "undecided",
    ]


def test_the_number_of_minima_along_depth():
    rng = np.random.default_rng(1)

    def group(means, open_=False):
        cells = [cell([record(int(n)) for n in rng.poisson(m, 30)], position=str(k)) for k, m in enumerate(means)]
        return [*cells[:-1], cell([*cells[-1].records, {"open": "x"}], position="9")] if open_ else cells

    assert number_claims(group([3, 9, 20]), 0.01)[0].verdict == "holds"
    assert number_claims(group([20, 9, 3]), 0.01)[0].verdict == "fails"
    # a peak between the ends neither makes the claim nor refutes it
    assert (
        number_claims(group([20, 9, 20]), 0.01)[0].verdict
        == number_claims(group([3, 20, 3]), 0.01)[0].verdict
        == "undecided"
    )
    assert number_claims(group([3, 20, 19]), 0.01)[0].verdict == "holds"
    assert number_claims(group([3, 9, 20], open_=True), 0.01)[0].verdict == "undecided"
    assert (
        number_claims([cell([record()] * 9), cell([record()] * 9)], 0.01)[0].verdict == "undecided"
    )  # rare others are possible
    assert number_claims([cell([record()] * 9)], 0.01) == []


def test_networks_beside_a_glass():
    def with_barrier(value):
        return [
            record(3, 1, spread=value + k / 100, escape=value + k / 100, frustration=value + k / 100) for k in range(8)
        ]

    low, high = cell(with_barrier(0.1)), cell(with_barrier(0.7), "glass", "")
    assert [f.verdict for f in glass_claims([low], high, 0.01)] == ["holds"] * 3
    assert [f.verdict for f in glass_claims([high], low, 0.01)] == ["fails"] * 3
    assert [f.verdict for f in glass_claims([cell([record()] * 8)], low, 0.01)] == ["undecided"] * 3


def test_one_landscape_with_a_missed_minimum_refutes_a_search():
    def result(found):
        row = {"runs": 4, "minima": found, "saddles": 2, "evaluations": 15}
        return {"minima": 3, "saddles": 2, "budgets": [row]}

    assert [f.verdict for f in recall_claims("x", [result(3), result(2)])] == ["fails", "undecided"]
    assert [f.verdict for f in recall_claims("x", [result(3)] * 40)] == ["holds", "holds"]
    assert [f.verdict for f in recall_claims("x", [result(3), {"open": "y"}])] == ["undecided", "undecided"]


def test_recall_counts_orbits():
    """Double well of the sphere's even glass: a search that finds one of two antipodes has found the minimum."""
    found = search_recall(ps.model_from_label("spherical-p-spin:n=3,p=4").sample(1), 0, [1, 20])
    assert found["minima"] == ho.graph(ho.census("spherical-p-spin:n=3,p=4", seed=1)).quotient().n_minima
    assert found["budgets"][-1]["minima"] == found["minima"] and found["budgets"][-1]["unlisted"] == 0
