"""Bounds of stationary points hold for couplings that a family can have, and for no others."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

import polysys as ps
from homotopy.completeness.exclusion.radius import stationary_bounds


def test_couplings_that_are_no_moments_of_data_bound_nothing() -> None:
    """u^2 v^2/2 + u^2/2 - 5 u v + v^2/2 + 1/200 has minima at +-(2, 2): no data have its cross moment with so small a norm."""
    model = ps.DeepLinear((1, 1, 1), data=([[1]], [["1/10"]]), l2=1)
    honest = model.sample(1)
    assert honest.facts.stationary_bounds and honest.facts.is_coercive
    altered = {**honest.couplings, "YX": np.array([[Fraction(5)]], dtype=object)}
    if "X" in altered:  # one datum is kept as it is
        altered = {"XX": np.array([[Fraction(1)]], dtype=object), "YX": np.array([[Fraction(5)]], dtype=object),
                   "YY": np.array([Fraction(1, 100)], dtype=object), "l2": honest.couplings["l2"]}  # fmt: skip
    for wrong in (model.landscape(altered), replace(honest, couplings=altered)):
        assert not wrong.facts.stationary_bounds and not wrong.facts.is_coercive


def test_a_form_with_a_negative_weight_bounds_no_coordinate() -> None:
    model = ps.PolynomialNetwork((2, 1, 1), activation="z^2", data=([[1, 0, 1], [0, 1, 1]], [[0, 0, 0]]), l2=[1, 1], output=[[1]])
    couplings = dict(model.sample(1).couplings)
    couplings["l2"] = np.array([Fraction(1), Fraction(-30)], dtype=object)
    land = model.landscape(couplings)
    assert all(min(weights) >= 0 for weights, _ in stationary_bounds(land))
