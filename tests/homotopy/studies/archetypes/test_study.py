"""The archetypes study: series, measures, verdicts that can go either way, and a small run."""

import json

import numpy as np
import pytest

import homotopy as ho
import polysys as ps
from homotopy.studies.archetypes.claims import funnel_claims, glass_claims, number_claims, recall_claims
from homotopy.studies.archetypes.models import (
    SeriesModel,
    data_series,
    is_fixed,
    l2_series,
    sample,
    width_series,
)
from homotopy.studies.archetypes.sampled import Sampled, measure, measure_recall
from homotopy.studies.archetypes.study import STUDY, Spec
from homotopy.studies.frame.study import run_study
from homotopy.studies.measures.search_coverage import search_recall
from polysys.errors import InputError, PolysysError

QUADRATIC = "polynomial-network:widths=1-2-1,activation=z^2+z,data=iris"
SMALL = Spec(
    samples=3,
    glass_samples=3,
    data=("deep-linear:widths=1-1-1,data=iris",),
    numbers=(1, 0),
    hidden=("polynomial-network:widths=1-1-1|1-2-1,activation=z^2+z,data=iris,m=5",),
    depth=("deep-linear:widths=1-1-1|1-1-1-1,data=iris",),
    same_size=(),
    regularised=("polynomial-network:widths=2-1-1,activation=z^2+z,data=xor",),
    l2_values=(0.05, 10.0),
    glasses=("spherical-p-spin:n=3,p=3",),
    searched=("spherical-p-spin:n=3,p=3",),
    search_samples=2,
    budgets=(1, 3),
)


def record(n_minima=1, n_funnels=1, **others):
    measures = {"n_fitted": n_minima, "n_saddles": n_minima, "ratio": 1.0, "spread": None, "escape": None}
    return {"n_minima": n_minima, "n_funnels": n_funnels, "frustration": None, **measures, **others}


def cell(records, axis="depth", position="1", is_fixed=False):
    model = SeriesModel("net", axis, position, "deep-linear:widths=1-1-1,data=iris")
    return Sampled(model, tuple(records), is_fixed)


def test_a_small_run_writes_its_report(tmp_path):
    pytest.importorskip("sklearn")
    report, files = run_study(STUDY, SMALL, tmp_path / "a", workers=0)
    assert {f.name for f in files} >= {"report.md", "landscapes.csv", "recall.csv"}
    rows = {(r[1], r[2]): dict(zip(report.tables[0].columns, r, strict=True)) for r in report.tables[0].rows}
    # 1-1-1: a double well, two mirror images; 1-1-1-1: the origin besides (where l2 is small enough for others)
    assert rows["depth", "1"]["minima"] == 1.0 and rows["depth", "2"]["minima"] == 2.0
    assert rows["depth", "1"]["samples"] == 1 and rows["depth", "2"]["minima beside the origin"] == 1.0
    # a quadratic cannot gain from weights where l2 is strong: the origin is all that is left
    assert rows["l2", "10.0"]["minima"] == 1.0 and rows["l2", "10.0"]["minima beside the origin"] == 0.0
    assert all(row["open"] == 0 for row in rows.values())
    assert len(report.to_text().splitlines()) < 38
    again, _ = run_study(STUDY, SMALL, tmp_path / "a", workers=0)
    assert json.dumps(again.to_dict()) == json.dumps(report.to_dict())


def test_series_are_checked_before_anything_is_counted():
    for change in (
        {"depth": ("deep-linear:widths=1-1-1|1-x-1,data=iris",)},
        {"glasses": ()},
        {"budgets": (4, 1)},
        {"l2": 0.0},
        {"l2_values": (0.1, 0.01)},
        {"l2_values": ()},
        {"depth": ("deep-linear:widths=1-1-1|1-1-1-1,data=iris", "deep-linear:widths=1-1-1|1-1-1-1,data=iris")},
        {"same_size": ("deep-linear:widths=1-1-1|1-1-1-1,data=iris",)},
    ):
        with pytest.raises(PolysysError):
            Spec(**change)
    with pytest.raises(InputError, match="samples"):
        Spec(samples=1)


def test_networks_whose_points_one_l2_value_does_not_isolate_are_refused(tmp_path):
    """Scalar weight decay leaves rotations of two hidden linear neurons: O(2) acts on the points."""
    pytest.importorskip("sklearn")
    with pytest.raises(PolysysError, match="not isolated"):
        run_study(STUDY, Spec(data=("deep-linear:widths=2-2-2,data=iris",)), tmp_path, workers=0)


def test_models_of_series():
    text = "deep-linear:widths=1-1-1|1-1-1-1|1-1-1-1-1,data=iris"
    assert [p.position for p in width_series(text, "depth")] == ["1", "2", "3"]
    hidden = width_series("polynomial-network:widths=1-1-1|1-3-1|1-2-2-1,activation=z^2,data=iris,bias=yes", "hidden")
    assert [p.position for p in hidden] == ["1", "3", "4"] and hidden[
        0
    ].series == "polynomial-network z^2 iris with biases"
    assert [p.position for p in data_series("deep-linear:widths=2-1-2,data=iris", (1, 5, 0))] == ["1", "5", "all"]
    assert [p.label for p in l2_series(QUADRATIC, ("0.1", "1"))] == [f"{QUADRATIC},l2=0.1", f"{QUADRATIC},l2=1"]


def test_one_l2_value_is_that_of_all_weights_and_a_label_may_choose_its_own():
    pytest.importorskip("sklearn")
    assert {str(v) for v in sample(QUADRATIC, "0.05", 7, 3).couplings["l2"]} == {"1/20"}
    assert {str(v) for v in sample(f"{QUADRATIC},l2=2", "0.05", 7, 3).couplings["l2"]} == {"2"}
    assert not is_fixed(f"{QUADRATIC},m=2", "0.05") and is_fixed(QUADRATIC, "0.05")


@pytest.mark.parametrize(("m", "n_complex", "n_minima", "with_images"), [(1, 33, 3, 5), (50, 61, 4, 6)])
def test_neurons_that_are_exchanged_are_one_point(m, n_complex, n_minima, with_images):
    """1-2-1 with z^2+z on Iris, one l2 value of 0.05: known counts, the minima modulo the exchange of two neurons."""
    pytest.importorskip("sklearn")
    found = measure([f"{QUADRATIC},m={m}", "0.05", 0, 0])
    assert (found["n_complex"], found["n_minima"], found["n_all_minima"]) == (n_complex, n_minima, with_images)
    assert found["verdict"] == "proved"


def test_a_value_for_each_weight_multiplies_minima():
    """The modelling trap: unequal l2 values split the two images of a point into different points of nearly the same loss."""
    pytest.importorskip("sklearn")
    label, values = f"{QUADRATIC},m=50", ["0.05", "0.0501", "0.05", "0.0502"]
    one = ho.graph(ho.census(ps.model_from_label(label).with_l2("0.05").sample(0)))
    split = ho.graph(ho.census(ps.model_from_label(label).with_l2(values).sample(0)))
    assert split.n_minima == split.quotient().n_minima == one.n_minima > one.quotient().n_minima


def test_the_origin_of_a_deep_network_is_a_minimum_apart():
    """Width-1 linear chains: the origin and the fit, modulo signs; nothing has a similar loss."""
    pytest.importorskip("sklearn")
    found = measure(["deep-linear:widths=1-1-1-1,data=iris,m=20", "0.05", 0, 0])
    assert (found["n_minima"], found["n_fitted"], found["spread"], found["escape"]) == (2, 1, None, None)


def test_a_measure_is_that_of_the_graph():
    found = measure(["spherical-p-spin:n=4,p=4", "0.1", 1, 0])
    g = ho.graph(ho.census("spherical-p-spin:n=4,p=4", seed=1)).quotient()
    assert (found["n_minima"], found["n_saddles"], found["verdict"]) == (g.n_minima, g.n_saddles, "proved")
    assert found["n_fitted"] == g.n_minima and found["ratio"] == g.n_saddles / g.n_minima


def test_what_cannot_be_counted_is_an_open_record():
    assert "open" in measure(["no-such-model:n=3", "0.1", 1, 0]) and "open" in measure_recall(
        ["x:n=3", "0.1", 1, 0, [1]]
    )


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


def test_fixed_landscapes_are_compared_exactly():
    def group(first, last):
        ends = ((first, "0.01"), (last, "0.1"))
        return [cell([record(n)], "l2", place, True) for n, place in ends]

    def verdict(first, last):
        return number_claims(group(first, last), 0.01)[0].verdict

    assert [verdict(5, 3), verdict(3, 5), verdict(3, 3)] == ["holds", "fails", "fails"]
    hidden = [
        cell([record(2, n_saddles=1, ratio=0.5)], "hidden", "1", True),
        cell([record(4, n_saddles=4)], "hidden", "2", True),
    ]
    assert [f.verdict for f in number_claims(hidden, 0.01)] == ["holds"] * 3
    assert funnel_claims(hidden, 0.01) == glass_claims(hidden, cell([record()]), 0.01) == []
    assert funnel_claims(group(5, 3), 0.01)[0].statement == "single funnel with weak l2"
    whole = [cell([record(2, 1)], "data", "all", True)]
    assert funnel_claims(whole, 0.01)[0].verdict == "holds"
    assert funnel_claims([cell([record(2, 2)], "data", "all", True)], 0.01)[0].verdict == "fails"


def test_networks_beside_a_glass():
    def with_barrier(value):
        return [
            record(3, 1, spread=value + k / 100, escape=value + k / 100, frustration=value + k / 100) for k in range(8)
        ]

    low, high = cell(with_barrier(0.1)), cell(with_barrier(0.7))
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
