"""Figures of studies: colours that are told apart, names beside their curves."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homotopy.studies.frame.figures import label_ends, spread, style

# Machado, Oliveira and Fernandes (2009), severity 1, linear RGB: what people without red, or green, receptors see
PROTAN = ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998))
DEUTAN = ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881))
SAME = ((1, 0, 0), (0, 1, 0), (0, 0, 1))


def seen(colour, matrix):
    linear = [(int(colour[k : k + 2], 16) / 255) ** 2.2 for k in (1, 3, 5)]
    return [sum(a * b for a, b in zip(row, linear, strict=True)) for row in matrix]


def distance(a, b):
    """In roughly perceived units: cube roots of linear light."""
    return sum((max(x, 0) ** (1 / 3) - max(y, 0) ** (1 / 3)) ** 2 for x, y in zip(a, b, strict=True)) ** 0.5


@pytest.mark.parametrize("matrix", [SAME, PROTAN, DEUTAN])
def test_colours_are_told_apart_without_red_or_green(matrix):
    colours = [seen(style(k)["color"], matrix) for k in range(7)]
    assert min(distance(a, b) for i, a in enumerate(colours) for b in colours[:i]) > 0.08


def test_series_differ_in_more_than_colour():
    assert len({(style(k)["marker"], style(k)["ls"]) for k in range(10)}) == 10


@given(st.lists(st.floats(0, 1), max_size=12).map(sorted))
def test_labels_are_moved_apart_and_keep_their_order_and_middle(heights):
    moved = spread(heights, 0.1)
    assert all(b - a >= 0.1 - 1e-9 for a, b in pairwise(moved)) and len(moved) == len(heights)
    assert sum(moved) == pytest.approx(sum(heights))
    assert spread(moved, 0.1 - 1e-6) == pytest.approx(moved)


def test_names_stand_at_the_ends_of_their_curves():
    figure = pytest.importorskip("matplotlib.figure").Figure()
    axes = figure.subplots()
    axes.set_ylim(0, 1)
    label_ends(axes, [(0.5, "a", style(0)), (0.5, "b", style(1)), (0.9, "c", style(2))])
    assert axes.get_ylim() == (0, 1) and len(axes.lines) == 3  # a marker before each name
    found = {t.get_text(): t.get_position()[1] for t in axes.texts}
    assert found["c"] == pytest.approx(0.9) and abs(found["a"] - found["b"]) == pytest.approx(0.055)
