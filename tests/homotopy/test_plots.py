"""Figures: markers that can be counted, points on their ticks, nothing cut off."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homotopy.counting.plot import _ROOM, side_by_side

heights = st.lists(st.floats(-5, 5), max_size=40).map(np.array)


@given(values=heights, wide=st.floats(0.001, 0.02), high=st.floats(0.01, 2))
def test_markers_do_not_cover_each_other_while_there_is_room(values, wide, high):
    places = side_by_side(values, wide, high)
    assert np.abs(places).max(initial=0.0) <= _ROOM / 2
    for i in range(len(values)):
        for j in range(i):
            is_same_row = abs(values[i] - values[j]) < high / 2 and abs(places[i] - places[j]) < 0.999 * wide
            # two rows may meet, each at its own edge; within a row nothing is covered
            assert not is_same_row or values[i] != values[j]


@given(values=heights)
def test_rows_stand_symmetrically_about_their_tick(values):
    places = side_by_side(values, 0.02, 1e-9)  # a row is one height
    for height in np.unique(values):
        row = places[np.abs(values - height) < 1e-9]
        assert abs(row.sum()) < 1e-9 * max(1, len(row))


def test_a_single_point_stands_on_its_tick_and_a_crowd_stays_within_its_own():
    assert side_by_side(np.array([3.0]), 0.1, 1.0).tolist() == [0.0]
    crowd = side_by_side(np.zeros(1000), 0.1, 1.0)
    assert len(set(crowd.tolist())) == 1000 and np.abs(crowd).max() <= _ROOM / 2


@pytest.mark.parametrize("label", ["spherical-p-spin:n=3,p=3", "spherical-p-spin:n=5,p=3"])
def test_every_point_is_drawn_once_at_its_index_and_energy(label):
    figure = pytest.importorskip("matplotlib.figure").Figure(figsize=(6, 4))
    import homotopy as ho
    from homotopy.plots import draw_index_energy

    census = ho.census(label, seed=2)
    axes = figure.add_subplot()
    draw_index_energy(axes, census)
    drawn = sorted((round(x), y) for line in axes.lines for x, y in zip(*line.get_data(), strict=True))
    assert drawn == sorted((p.index, float(p.energy.mid())) for p in census.points)
    assert [t.get_text() for t in axes.texts] == [str(n) for n in census.by_index.values() if n]


def test_markers_on_a_map_are_not_cut_off():
    figure = pytest.importorskip("matplotlib.figure").Figure(figsize=(6, 4))
    import homotopy as ho
    from homotopy.plots import draw_landscape, landscape_axes

    census = ho.census("spherical-p-spin:n=3,p=3", seed=2026)
    axes = figure.add_subplot(**landscape_axes(census))
    draw_landscape(axes, census)
    markers = [line for line in axes.lines if len(line.get_xdata()) == 1]
    assert len(markers) == census.n_real and not any(line.get_clip_on() for line in markers)
