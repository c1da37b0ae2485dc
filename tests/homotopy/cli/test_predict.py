"""The command predict: its table, its JSON, and what it refuses."""

import json

import pytest


def test_a_prediction_prints_its_kind_error_and_reference(stationary):
    result = stationary("predict", "spherical-p-spin:n=3,p=3")
    assert result.code == 0 and "3.13808994" in result.out and "quadrature" in result.out
    assert "Auffinger" in result.out and "exact: Breiding" in result.out


def test_windows_and_json(stationary):
    result = stationary("predict", "spherical-p-spin:n=3,p=3", "--window", "-9", "0", "--json", "-")
    content = json.loads(result.out)
    assert content["window"] == [-9, 0] and content["total"]["value"] == pytest.approx(10.552360 / 2, abs=1e-6)
    assert set(content["by_index"]) == {"0", "1", "2"} and content["total"]["kind"] == "quadrature"


def test_monte_carlo_knows_models_without_formulas_only_on_spheres(stationary):
    result = stationary("predict", "spherical-p-spin:n=2,p=3", "--monte-carlo", "--samples", "200", "--seed", "5")
    assert "200 points, seed 5" in result.out and result.code == 0


def test_means_are_printed_to_the_decimal_of_their_error(stationary):
    lines = stationary("predict", "spherical-p-spin:n=6,p=3", "--window", "-2", "-1.5").out.splitlines()[2:8]
    for _, mean, error, *_ in map(str.split, lines):
        last = 10.0 ** (int(mean.partition("e")[2] or 0) - len(mean.partition("e")[0].partition(".")[2])) if float(mean) else 1.0
        assert float(mean) == 0 or last >= 0.1 * float(error)
    assert [line.split()[1] for line in lines[4:]] == ["0", "0"]  # below -1.5 there are no points of index 4 that quadrature could see


def test_without_a_formula_the_way_out_is_that_of_predict(stationary):
    result = stationary("predict", "deep-linear:widths=2-2-2,data=iris")
    assert result.code == 2 and "count samples of other models (ensemble)" in result.err


@pytest.mark.parametrize(
    "options",
    [
        ("deep-linear:widths=2-2-2",), ("spherical-p-spin:n=3,p=3", "--window", "1", "0"), ("spherical-p-spin:n=3,p=3", "--samples", "9"),
        ("deep-linear:widths=1-1-1", "--monte-carlo"), ("nothing:n=1",), ("spherical-p-spin:n=3,p=3", "--monte-carlo", "--samples", "1"),
        ("spherical-p-spin:n=3,p=3", "--json", "/nowhere/x.json"),
    ],
)  # fmt: skip
def test_what_cannot_be_predicted_ends_in_one_sentence(stationary, options):
    result = stationary("predict", *options)
    assert result.code == 2 and result.is_one_sentence
