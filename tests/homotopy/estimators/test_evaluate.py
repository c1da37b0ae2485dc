"""Estimators against exact counts: verdicts, recall and precision, the built-in ones, and mistakes in what they return."""

import json

import numpy as np
import pytest

import homotopy as ho
import polysys as ps
from homotopy.estimators import BUILTINS, Estimate, evaluate, for_landscapes, for_models, read_estimates
from homotopy.estimators.builtin import _scipy_basin_hopping
from homotopy.estimators.estimate import distinct
from polysys.errors import InputError
from polysys.theory import Prediction

THREE, FIVE = "spherical-p-spin:n=3,p=3", "spherical-p-spin:n=5,p=3"


@pytest.fixture(scope="module")
def table():
    return ho.load_table("spherical-p-spin:p=3")


def test_exact_means_reproduce_the_table(table):
    report = evaluate("kac-rice", table)
    assert report.is_consistent and not report.skipped and report.searches is None
    assert [m.label for m in report.models] == list(table.model_labels)
    assert len(str(report).splitlines()) <= 10 and "consistent at level 0.999" in str(report)
    assert len(report.table().splitlines()) == 1 + sum(len(m.rows) for m in report.models)
    json.dumps(report.summary(), allow_nan=False)


def test_square_free_couplings_are_not_the_isotropic_ones(table):
    """FACTS: 14 points in every square-free sample with 3 spins, 10.55 on average in the isotropic ensemble."""
    report = evaluate("square-free", table, models=THREE)
    total = report.models[0].rows[-1]
    assert not report.is_consistent and report.p_value < 1e-3
    assert (total.name, total.predicted) == ("total", 14.0) and total.bias == pytest.approx(14 - 10.55, abs=0.3) and total.z > 20


def test_square_free_samples_are_told_from_isotropic_ones(table):
    square_free = for_models(lambda model: ho.estimators.builtin("square-free").function(model, samples=25))
    report = evaluate(square_free, table, models="spherical-p-spin:n=4,p=3")
    assert not report.is_consistent and "permutations" in report.models[0].methods[0]


def test_the_asymptotic_complexity_is_not_a_count(table):
    """exp(N theta) for N = 6, p = 3: 2^3 = 8 points where there are 50.87."""
    report = evaluate("asymptotic-complexity", table, models="spherical-p-spin:n=6,p=3")
    rows = {r.name: r for r in report.models[0].rows}
    assert rows["total"].predicted == pytest.approx(8.0) and set(rows) == {"index 0", "index 1", "index 4", "index 5", "total"}
    assert not report.is_consistent and "leading exponential order" in str(report)


def test_gradient_norm_minimisation_reports_points_that_are_not_stationary(table):
    report = evaluate("gradient-norm", table, models=FIVE, landscapes=4)
    scored = report.searches
    assert scored.n_false > 0 and scored.least_false_gradient > 1e-6 and scored.n_unlisted == 0
    assert f"{scored.n_false} of {scored.n_points} end points are no stationary points" in str(report)
    assert sum(a for a, _ in scored.precision.values()) == scored.n_points - scored.n_false
    assert not report.is_consistent and "no stationary points" in report.verdict
    assert len(str(report).splitlines()) <= 10
    json.dumps(report.summary(), allow_nan=False)


def test_gradient_descent_finds_all_minima_and_nothing_else(table):
    report = evaluate("gradient-descent", table, models=FIVE, landscapes=4)
    scored = report.searches
    found, exact = scored.recall[0]
    assert found == exact > 0 and all(scored.recall[k][0] == 0 for k in (1, 2, 3, 4))
    assert scored.precision == {0: (scored.n_points, scored.n_points)} and report.n_evaluations > 0
    assert [r.bias for r in report.models[0].rows if r.name == "index 0"] == [0.0]


def test_searches_are_matched_with_certificates_or_a_new_count(table):
    """An ensemble has no certificates; the same samples of the table have."""
    ensemble = ho.ensemble(FIVE, samples=3, seed=table.description.seed, workers=0)
    from_ensemble = evaluate("random-newton", ensemble, landscapes=3).searches
    numbers = [i for m, i in table.certificates if m == FIVE][:3]
    from_table = evaluate("random-newton", table, models=FIVE, landscapes=3).searches
    assert numbers[0] == 0 and from_ensemble.n_unlisted == from_table.n_unlisted == 0
    assert from_ensemble.n_points == sum(b for _, b in from_ensemble.precision.values()) > 200


def test_scipy_basin_hopping_on_a_network():
    """Every minimum that SciPy visits is a certified minimum."""
    land = ps.DeepLinear(widths=(1, 2, 1), data=([[1, 2]], [[2, 1]]), l2=[1, "1/2", "1/3", "1/5"]).sample()
    said = _scipy_basin_hopping(land, starts=2, hops=5)
    report = ho.searches.recall(ho.census(land), said.search)
    assert report.n_false == report.n_unlisted == 0 and report.precision(0) == 1.0 and said.n_evaluations > 20


def test_every_built_in_estimator_runs_or_says_why_not(table):
    for name, estimator in BUILTINS.items():
        assert estimator.name == name and estimator.summary
        if name in ("square-free", "gradient-norm", "gradient-descent", "random-newton"):
            continue  # above
        report = evaluate(name, table, models=THREE, landscapes=1)
        assert len(report.models) == 1
    glass = ps.SphericalPSpin(n=4, p=(2, 3))
    for name in ("asymptotic-complexity", "square-free"):
        with pytest.raises(InputError):
            BUILTINS[name](glass)


class TestWhatAnEstimatorReturns:
    @pytest.mark.parametrize(
        "said",
        [
            {0: 3.138, 1: 4.276, 2: 3.138, "total": 10.552},
            {0: (3.1, 0.1), np.int64(1): np.float64(4.276)},
            10.552,
            np.float64(10.552),
            (10.6, 0.2),
            Prediction(10.552, 0.0, "exact", "somebody"),
            Estimate({0: Prediction(3.138, 0.0, "exact", "")}),
            ps.theory.mean_counts(ps.SphericalPSpin(n=3, p=3)),
        ],
        ids=lambda v: type(v).__name__,
    )
    def test_right_means_in_all_forms_pass(self, table, said):
        assert evaluate(lambda model: said, table, models=THREE).is_consistent

    def test_samples_of_its_own(self, table):
        ens = ho.ensemble(THREE, samples=60, seed=77, workers=0)
        for said in (ens, ens.by_index):
            report = evaluate(lambda model, s=said: s, table, models=THREE)
            assert report.is_consistent and "permutations" in report.models[0].methods[0]
        assert not evaluate(lambda model: ens.by_index + 2, table, models=THREE).is_consistent

    @pytest.mark.parametrize(
        ("said", "sentence"),
        [
            (None, "returned NoneType"),
            ("many", "returned str"),
            ({}, "empty"),
            ({0: None}, "prediction for index 0"),
            ({0: float("nan")}, "prediction for index 0"),
            ({0: -1.0}, "below 0"),
            ({0: (3.0, -1.0)}, "error"),
            ({"zero": 3.0}, "no Morse index"),
            ({-1: 3.0}, "no Morse index"),
            ({True: 3.0}, "no Morse index"),
            ({5: 3.0}, "largest is 2"),
            (np.ones((4, 3)), "whole numbers"),
            (np.ones((1, 3), int), "One sample"),
            (np.ones((4, 9), int), "largest is 2"),
            (-np.ones((4, 3), int), "whole numbers"),
        ],
        ids=lambda v: str(v)[:20],
    )
    def test_mistakes_are_named(self, table, said, sentence):
        with pytest.raises(InputError, match=sentence):
            evaluate(lambda model: said, table, models=THREE)

    def test_numbers_of_single_landscapes(self, table):
        exact = {r.sample: r.by_index for r in table.samples(FIVE).rows}

        @for_landscapes
        def right(landscape):
            return dict(enumerate(exact[landscape.index]))

        report = evaluate(right, table, models=FIVE)
        assert report.is_consistent and report.p_value == 1.0 and report.models[0].n == 20
        wrong = for_landscapes(lambda landscape: {0: exact[landscape.index][0] + 1})
        assert evaluate(wrong, table, models=FIVE).p_value < 1e-4

    def test_a_search_may_return_its_points_as_an_array(self, table):
        def search(landscape):
            return ho.searches.random_newton(landscape, starts=30, seed=1)

        known = evaluate(for_landscapes(search), table, models=THREE, landscapes=3)
        report = evaluate(for_landscapes(lambda landscape: search(landscape).points), table, models=THREE, landscapes=3)
        assert report.searches.recall == known.searches.recall and report.searches.precision == known.searches.precision
        assert report.p_value == known.p_value and report.n_evaluations is None and report.searches.n_failed is None
        assert "did not converge" in repr(known) and "did not converge" not in repr(report) and "evaluations" not in repr(report)
        assert report.summary()["searches"]["failed"] is None
        nothing = evaluate(for_landscapes(lambda landscape: []), table, models=THREE, landscapes=3)
        assert nothing.searches.n_points == 0 and not any(n for n, _ in nothing.searches.recall.values())
        with pytest.raises(InputError, match="returned no points"):
            evaluate(for_landscapes(lambda landscape: np.ones((4, 7), int)), table, models=THREE, landscapes=3)

    def test_an_estimator_may_know_some_models_only(self, table):
        def mine(model):
            if model.n != 3:
                raise InputError("Only three spins.", "Ask for these.")
            return 10.55

        report = evaluate(mine, table)
        assert len(report.models) == 1 and len(report.skipped) == len(table.model_labels) - 1
        assert report.skipped[0][1] == "Only three spins." and "models not predicted" in str(report)
        with pytest.raises(InputError, match="predicts no model"):
            evaluate(mine, table, models=FIVE)

    def test_mean_energies_are_tested_where_they_are_listed(self, table):
        samples = table.samples(THREE)
        energies = samples.energies(0)
        right = float(energies.mean())
        report = evaluate(lambda m: Estimate(energies={0: Prediction(right, 0.0, "given", "")}), table, models=THREE)
        row = report.models[0].rows[0]
        assert report.is_consistent and row.name == "energy 0" and row.low == pytest.approx(right)
        wrong = Estimate(energies={0: Prediction(0.9 * right, 0.0, "given", "")})
        assert not evaluate(lambda m: wrong, table, models=THREE).is_consistent


def test_files_against_a_table(table, tmp_path):
    path = tmp_path / "mine.json"
    content = {"format": "stationary-estimates", "version": 1, "estimator": "mine", "seconds": 2.0}
    path.write_text(json.dumps({**content, "estimates": [{"model": THREE, "total": 10.55}, {"model": FIVE, "total": 31.5}]}))
    report = evaluate(path, table)
    assert (report.name, report.takes, report.seconds, len(report.models)) == ("mine", "file", 2.0, 2) and report.is_consistent
    assert len(evaluate(path, table, models=FIVE).models) == 1
    path.write_text(json.dumps({**content, "estimates": [{"model": "spherical-p-spin:n=3,p=4", "total": 10.55}]}))
    with pytest.raises(InputError, match="does not have"):
        evaluate(path, table)


def test_counts_about_the_samples_of_the_table_are_compared_one_by_one(table, tmp_path):
    rows = table.samples(FIVE).rows[:40]
    path = tmp_path / "mine.csv"
    lines = [f'{r.sample},{k},{n},"{FIVE}"' for r in rows for k, n in enumerate(r.by_index)]
    path.write_text("sample,index,count,model\n" + "\n".join(lines))
    report = evaluate(read_estimates(path), table)
    assert report.p_value == 1.0 and all(r.bias == 0 for r in report.models[0].rows)
    moved = [f"99999{line[len(str(rows[0].sample)) :]}" for line in lines[:5]] + lines[5:]
    path.write_text("sample,index,count,model\n" + "\n".join(moved))
    with pytest.raises(InputError, match="no sample 99999"):
        evaluate(read_estimates(path), table)


@pytest.mark.parametrize("what", [{"level": 1.0}, {"level": 0}, {"landscapes": 0}, {"models": "deep-linear:widths=1-1-1"}])
def test_choices_that_make_no_sense_are_refused(table, what):
    with pytest.raises(InputError):
        evaluate("kac-rice", table, **what)
    with pytest.raises(InputError, match="no table"):
        evaluate("kac-rice", [1, 2])
    with pytest.raises(InputError, match="Did you mean kac-rice"):
        evaluate("kac-reis", table)
    with pytest.raises(InputError, match="no estimator"):
        evaluate(3, table)


def test_distinct_points_are_counted_once():
    points = np.array([[0.0, 0], [1, 0], [1e-9, 0], [1, 1e-9], [0, 1], [1 + 3e-7, 0]])
    assert distinct(points, 1e-6).tolist() == [0, 1, 4] and distinct(points, 1e-12).tolist() == [0, 1, 2, 3, 4, 5]
    assert distinct(points[:0], 1e-6).tolist() == []


def test_the_figure(table, tmp_path):
    pytest.importorskip("matplotlib")
    from homotopy.plots import plot_report, save_figure

    for name, report in [
        ("formula.png", evaluate("kac-rice", table, models=[THREE, FIVE])),
        ("search.svg", evaluate("gradient-norm", table, models=FIVE, landscapes=2)),
    ]:
        save_figure(plot_report(report), tmp_path / name)
        assert (tmp_path / name).stat().st_size > 10_000


def test_an_index_that_only_some_landscapes_have_is_refused(table):
    """Else one missing number would hide what is said about that index everywhere."""
    asked = []

    @for_landscapes
    def sparse(landscape):
        asked.append(landscape)
        return {0: 4, 1: 6, 2: 4} if len(asked) > 1 else {0: 4, 1: 6}

    with pytest.raises(InputError, match="Index 2 is predicted for 3 of 4 landscapes"):
        evaluate(sparse, table, models=THREE, landscapes=4)
