"""Results are short and readable where they stand in a list."""

from __future__ import annotations

import dataclasses
import inspect
import re
from importlib import import_module
from pathlib import Path

import homotopy as ho
import polysys as ps

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"
# What a user makes, and records of a few numbers: all their fields are said.
PLAIN = (
    "Options Route PathAccount EnsembleSpec PartitionBound ClosedForm Complexity Crossing IsotropicField Prediction Domain "
    "SignedPermutation DeepLinear PolynomialNetwork SphericalPSpin LayeredSpinGlass DataGlass DataSource TorusIsing SoftIsing "
    "BinaryNetwork Ising Scaling PolynomialSystem Estimate Estimates Estimator Ring"
)


def test_public_results_have_a_text_of_their_own():
    found = set()
    for page in REFERENCE.glob("*.md"):
        module = ""
        for line in page.read_text().splitlines():
            module = line.removeprefix(".. currentmodule:: ") if line.startswith(".. currentmodule") else module
            thing = getattr(import_module(module), line.strip()) if re.fullmatch(r"   \w+", line) else None
            if inspect.isclass(thing) and dataclasses.is_dataclass(thing) and hasattr(thing.__repr__, "__wrapped__"):
                found.add(line.strip())
    assert found <= set(PLAIN.split()), "the repr of a dataclass says every field"


def test_texts_fit_a_line_of_a_list():
    census = ho.census(ps.expression("x^4/4 - x^2/2 + y^2/2 + x/9"))
    scan = ho.scan(ps.expression("x^4/4 - x^2/2 - a*x", parameters={"a": 0}), a=["0", "1/2"])
    double = ho.census(ps.expression("x^4/4 - y^2"))
    space = ps.Ising(n=3).sample(seed=1)
    things = [
        census.certificates[0], *census.bounds[:1], *scan.branches, *scan.events, *double.degenerate,
        ps.datasets.iris(2, 2), census.landscape.tapes.energy, census.landscape.symmetry, space,
    ]  # fmt: skip
    for thing in things:
        assert "\n" not in repr(thing) and 10 < len(repr(thing)) < 200, repr(thing)
    assert repr(scan.branches[0]).startswith("Branch(0: index ") and "to event 0)" in "".join(map(repr, scan.branches))
    assert repr(census.certificates[0]).startswith("Certificate(real, within ")
    assert repr(double.degenerate[0]).startswith("StationarySet(isolated singular point: multiplicity 3 (proved), real")
    assert repr(space) == "BinarySpace of ising:n=3 (seed 1, sample 0): 2^3 states"
    assert repr(ps.datasets.iris(2, 2)).startswith("Dataset(iris: ")
    assert repr(ps.theory.mean_counts(ps.SphericalPSpin(n=2, p=3))).startswith("Mean counts of spherical-p-spin:n=2,p=3: ")
