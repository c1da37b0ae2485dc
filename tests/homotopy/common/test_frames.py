"""Frames say what their columns are, in which unit, and what they are of."""

from __future__ import annotations

import json
from typing import Any

import pytest

import homotopy as ho
import polysys as ps

pytest.importorskip("pandas")

WELLS = ps.expression("x^4/4 - x^2/2 + x/9 + y^2/2")


def told(frame: Any, source: str) -> dict[str, Any]:
    """The attrs, after checking that every column has a meaning and that they can be written as JSON."""
    assert set(frame.attrs["columns"]) == set(frame.columns) and all(frame.attrs["columns"].values())
    assert frame.attrs["source"] == source and len(frame.attrs["digest"]) == 64
    result: dict[str, Any] = json.loads(json.dumps(frame.attrs))
    return result


def test_of_a_census_its_spectra_and_matched_points() -> None:
    census = ho.census(WELLS)
    attrs = told(census.to_frame(), "Census of expression:user")
    assert attrs["digest"] == census.landscape.digest and attrs["verdict"] == "proved" and "degrees_of_freedom" not in attrs
    assert attrs["columns"]["x"] == "coordinate, in the model's units" and "energy" in attrs["columns"]
    told(census.spectra().to_frame(), "Spectra of expression:user")
    told(census.match([[1.0, 0.0], [-1.0, 0.1]]).to_frame(), "Points matched against expression:user")


def test_of_solutions() -> None:
    found = ho.solve(ps.equations(["x^2 + y = 1", "x*y = 2"]))
    assert told(found.to_frame(), f"Solutions of {found.equations.label}")["digest"] == found.equations.digest


def test_of_an_ensemble_and_its_units() -> None:
    ensemble = ho.ensemble(ps.SphericalPSpin(n=3, p=3), samples=2, seed=1, workers=0)
    attrs = told(ensemble.to_frame(), "Ensemble of spherical-p-spin:n=3,p=3")
    assert attrs["digest"] == ensemble.digest and attrs["degrees_of_freedom"] == 3.0
    assert attrs["columns"]["n_minima"] == "certified real stationary points, and those of Morse index 0"


@pytest.mark.parametrize("of", ["values", "branches", "curves", "events"])
def test_of_a_scan(of: str) -> None:
    family = ps.expression("x^4/4 - x^2/2 - a*x", parameters={"a": 1})
    scan = ho.scan(family, a=ho.linspace(-1, 1, 4))
    told(scan.to_frame(of), f"Scan of {scan.label}: {of}")


def test_of_a_table() -> None:
    table = ho.load_table("spherical-p-spin:p=3")
    attrs = told(table.to_frame(), "Table spherical-p-spin:p=3")
    assert attrs["digest"] == table.description.sha256


def test_of_spaces_of_weights() -> None:
    model = ps.BinaryNetwork(widths=(5, 3, 1), output="fixed", m=3)
    told(ho.weight_space(model, seed=1).to_frame(), f"Solutions of {model.label}")
    told(ho.weight_ensemble(model, samples=2, seed=1).to_frame(), f"Spaces of weights of {model.label}")
