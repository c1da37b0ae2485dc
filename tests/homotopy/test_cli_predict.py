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
