"""Figures: markers that can be counted, points on their ticks, nothing cut off."""

import inspect

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homotopy.counting.plot import _ROOM, side_by_side
from homotopy.estimators.report import SearchScore

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
    assert draw_index_energy(census, axes) is axes
    points = [line for line in axes.lines if line.get_gid() != "threshold"]
    drawn = sorted((round(x), y) for line in points for x, y in zip(*line.get_data(), strict=True))
    assert drawn == sorted((p.index, float(p.energy.mid()) / census.landscape.domain.n) for p in census.points)  # H/N
    counts = [t.get_text() for t in axes.texts if t.get_gid() != "threshold"]
    assert counts == [str(n) for n in census.by_index.values() if n]


def test_markers_on_a_map_are_not_cut_off():
    figure = pytest.importorskip("matplotlib.figure").Figure(figsize=(6, 4))
    import homotopy as ho
    from homotopy.plots import draw_landscape, landscape_axes

    census = ho.census("spherical-p-spin:n=3,p=3", seed=2026)
    axes = figure.add_subplot(**landscape_axes(census.landscape))
    draw_landscape(census, axes)
    markers = [line for line in axes.lines if len(line.get_xdata()) == 1]
    assert len(markers) == census.n_real and not any(line.get_clip_on() for line in markers)


# One style: the thing, then ax=, and the axes come back.

PANELS = {"plot_census": 1, "plot_ensemble": 3, "plot_report": 2, "plot_scan": 2, "plot_solutions": 2, "plot_weight_space": 3}


@pytest.fixture(scope="module")
def things():
    """What each function draws."""
    pytest.importorskip("matplotlib")
    import homotopy as ho
    import polysys as ps

    well = ho.census(ps.expression("x^4/4 - x^2/2 + y^2/2 + x*y/5"))
    curves = ho.solve(ps.equations(["x^2 + y^2 = 1", "(x - 1)^2*y = 0"]))
    glass = ps.SphericalPSpin(n=3, p=3)
    ensemble = ho.ensemble(glass, samples=6, seed=1, workers=0)
    space = ho.weight_space(ps.BinaryNetwork(widths=(3, 1), m=2, ties="plus"), seed=2)
    table = ho.load_table("spherical-p-spin:p=3")
    report = ho.estimators.evaluate("kac-rice", table, models=[glass.label])
    scan = ho.scan(ps.expression("x^4/4 - x^2/2 - a*x", parameters={"a": 0}), a=[-1, 0, 1])
    cusp = ps.expression("x^4/4 + a*x^2/2 + x/3", parameters={"a": 0}).with_value
    land_map = ho.scan_map(lambda a, b: cusp("a", a + b), a=[-2, 1], b=[0, "0.1"], depth=1)
    samples = ho.weight_ensemble(ps.BinaryNetwork(widths=(3, 1), m=2, ties="plus"), samples=4, seed=1)
    return {
        "plot_census": ho.census(ps.expression("x^4/4 - x^2/2")),
        "draw_index_energy": well,
        "draw_landscape": well,
        "draw_spectra": well.spectra(),
        "draw_matches": well.match([[1.0, -0.2], [9.0, 9.0]]),
        "draw_solutions": ho.solve(ps.equations(["x^3 - 1"])),
        "draw_curves": curves,
        "plot_solutions": curves,
        "draw_disconnectivity": ho.graph(well),
        "draw_flows": ho.graph(well),
        "plot_ensemble": ensemble,
        "draw_mean_counts": ensemble,
        "draw_energies": ensemble,
        "draw_histogram": ensemble,
        "draw_comparison": ho.compare(ensemble, ps.theory.mean_counts(glass)),
        "plot_report": report,
        "draw_deviations": report,
        "plot_scan": scan,
        "draw_branches": scan,
        "draw_staircase": scan,
        "draw_map": land_map,
        "draw_recall": SearchScore(recall={0: (1, 2)}, precision={0: (1, 1)}, n_landscapes=1, n_points=2, n_false=0, n_unlisted=0, n_failed=0, least_false_gradient=1.0),
        "plot_weight_space": space,
        "draw_local_entropy": space,
        "draw_levels": space,
        "draw_cost_tree": space.tree,
        "draw_fitted_entropy": space.least_structured("mean-field"),
        "draw_shares": samples,
    }


@pytest.mark.parametrize("n_forms", [1, pytest.param(3, marks=pytest.mark.slow)])
def test_every_function_takes_axes_and_returns_them_and_needs_no_file(things, tmp_path, n_forms):
    """Each is written in one of the three forms, in turn; with all three it takes as long as all other plots."""
    from matplotlib.figure import Figure

    import homotopy as ho

    drawing = [name for name in ho.plots.__all__ if name.startswith(("draw_", "plot_"))]
    assert sorted(drawing) == sorted(things)
    for k, name in enumerate(drawing):
        draw = getattr(ho.plots, name)
        assert list(inspect.signature(draw).parameters)[1] == "ax", name
        if name in PANELS:
            panels = Figure().subplots(1, PANELS[name], squeeze=False)[0]
            assert draw(things[name], ax=panels) == tuple(panels), name
            with pytest.raises(ho.HomotopyError, match=r"panels?, and 7 axes were given"):
                draw(things[name], ax=[panels[0]] * 7)
        else:
            axes = Figure().add_subplot()
            assert draw(things[name], ax=axes) is axes, name
        for form in (("png", "svg", "pdf") * 2)[k % 3 :][:n_forms]:
            assert ho.plots.save_figure(draw(things[name]), tmp_path / f"{name}.{form}").stat().st_size > 2000


def test_recall_of_one_search_is_drawn_as_it_is():
    import homotopy as ho
    import polysys as ps

    found = ho.searches.recall(ho.census(ps.expression("x^4/4 - x^2/2")), [[1.0], [3.0]])
    axes = ho.plots.draw_recall(found)
    assert [text.get_text() for text in axes.texts] == ["1/2", "0/1"] and axes.get_title().startswith("1 landscape; 1 of 2 end points")
    with pytest.raises(TypeError, match=r"report\.searches"):
        ho.plots.draw_recall(found.search)


def test_results_plot_themselves(things):
    from matplotlib.figure import Figure

    for name, thing in things.items():
        if name != "draw_recall":
            axes = Figure().add_subplot()
            assert thing.plot(ax=axes) is axes, name


def test_axes_of_counts_have_whole_numbers_only(things):
    import homotopy as ho

    drawn = [ho.plots.draw_staircase(things["draw_staircase"]).yaxis, ho.plots.draw_local_entropy(things["draw_local_entropy"]).xaxis]
    drawn += [getattr(ho.plots.draw_histogram(things["draw_histogram"]), axis) for axis in ("xaxis", "yaxis")]
    drawn += [ho.plots.draw_matches(things["draw_matches"]).yaxis]
    for axis in drawn:
        ticks = axis.get_majorticklocs()
        assert len(ticks) and (ticks == np.round(ticks)).all(), ticks


def test_curves_meet_at_the_real_solutions_simple_and_multiple(things):
    import homotopy as ho

    axes = ho.plots.draw_curves(things["draw_curves"])  # the circle, and a line with a double one
    points = {(round(float(x), 9), round(float(y), 9)) for line in axes.lines for x, y in zip(*line.get_data(), strict=True)}
    assert points == {(-1.0, 0.0), (1.0, 0.0)} and len(axes.collections) == 2 and axes.get_aspect() == 1
    drawn = [path.vertices for path in axes.collections[0].get_paths()]
    assert np.allclose(np.hypot(*np.concatenate(drawn).T), 1, atol=1e-3)
    assert [t.get_text() for t in axes.get_legend().texts][-2:] == ["1 real solution", "1 multiple"]
    with pytest.raises(ho.HomotopyError, match="cannot be drawn"):
        ho.plots.draw_curves(things["draw_solutions"])


def test_a_figure_has_the_same_bytes_each_time(things, tmp_path):
    import homotopy as ho

    for form in ("svg", "pdf", "png"):
        once, again = (ho.plots.save_figure(things["draw_flows"].plot(), tmp_path / f"{k}.{form}") for k in "ab")
        assert once.read_bytes() == again.read_bytes()


def test_long_titles_are_broken_where_labels_may_be():
    from homotopy.common.figures import wrapped

    label = "polynomial-network:widths=2-3-1,activation=z^2,data=iris,output=fixed,loss=sum,l2=1/40"
    lines = wrapped(label, 3.0, 10).splitlines()
    assert "".join(lines) == label and max(map(len, lines)) <= 39
    assert wrapped("short", 3.0, 10) == "short" and wrapped("", 3.0, 10) == ""


def test_titles_are_not_broken_inside_a_label_or_between_a_number_and_its_noun():
    from homotopy.common.figures import wrapped

    title = "spherical-p-spin:n=6,p=4, seed 12, sample 3: 1 minimum, 17 saddles up to symmetry"
    for inches in (2.6, 3.0, 3.4, 4.0, 5.0):
        lines = wrapped(title, inches, 10).splitlines()
        assert " ".join(lines) == title
        for whole in ("spherical-p-spin:n=6,p=4,", "seed 12,", "sample 3:", "1 minimum,", "17 saddles"):
            assert any(whole in line for line in lines)


def test_the_title_says_that_a_list_is_not_proved_complete():
    pytest.importorskip("matplotlib")
    from dataclasses import replace

    import homotopy as ho
    import polysys as ps

    census = ho.census(ps.expression("x^4/4 - x^2/2 + y^2/2"))
    weaker = {"supported": "list supported, not proved", "unknown": "completeness unknown", "contradicted": "list contradicted"}
    for verdict in ho.Completeness:
        this = replace(census, completeness=replace(census.completeness, verdict=verdict))
        g = replace(ho.graph(census), census=this)
        drawn = [this.plot(), ho.plots.draw_landscape(this), this.spectra().plot(), g.plot(), g.quotient().plot(), ho.plots.draw_flows(g)]
        drawn.append(this.match([[1, 0]]).plot())
        titles = [axes.get_title() for axes in drawn]
        titles.append(ho.plots.plot_census(this)[0].figure.get_suptitle())
        for title in titles:
            assert [w for w in weaker.values() if w in title.replace("\n", " ")] == ([weaker[verdict.value]] if verdict.value in weaker else [])


def test_near_levels_stay_level_and_a_row_is_not_bent_by_height():
    levels = np.repeat([0.0, 0.1, 0.2], 4)
    places = side_by_side(levels, 0.01, 1.0)
    for height in (0.0, 0.1, 0.2):  # each level is one run of neighbours
        assert np.diff(np.sort(places[levels == height])) == pytest.approx([0.01] * 3)
    rising = np.linspace(0, 0.9, 9)
    assert abs(np.corrcoef(np.abs(side_by_side(rising, 0.01, 1.0)), rising)[0, 1]) < 0.5


def test_the_axis_of_indices_ends_where_the_points_do():
    pytest.importorskip("matplotlib")
    import homotopy as ho

    census = ho.census("deep-linear:widths=2-2-2,data=iris", seed=22)
    axes = census.plot()
    assert census.landscape.domain.dimension == 8 and axes.get_xlim() == (-0.5, 3.5) and axes.get_xticks().tolist() == [0, 1, 2, 3]


def test_joins_of_a_tree_are_drawn_at_the_energies_of_their_saddles():
    """Two pairs 0.0025 apart from their joins and 6 from each other: no level in between is drawn."""
    from homotopy.graphs.plot import draw_tree

    figure = pytest.importorskip("matplotlib.figure").Figure()
    axes = figure.add_subplot()
    place = draw_tree({0: 0.0, 1: 0.0, 2: 0.001, 3: 0.001}, [(0.0025, 0, 1), (0.0026, 2, 3), (6.737, 1, 3)], axes)
    heights = sorted({float(y) for line in axes.lines for y in line.get_ydata()})
    assert heights[:-1] == [0.0, 0.001, 0.0025, 0.0026, 6.737]  # the last is the end of the stem
    assert abs(place[0] - place[1]) == abs(place[2] - place[3]) == 1


def test_one_minimum_is_drawn_without_a_line_and_said():
    pytest.importorskip("matplotlib")
    import homotopy as ho
    import polysys as ps

    axes = ho.graph(ho.census(ps.expression("x^4/4 - x^2/2"))).quotient().plot()
    assert not axes.lines and "nothing to join" in axes.texts[0].get_text()
    assert "1 minimum, 1 saddle up to symmetry; the minimum has 2 images" in axes.get_title().replace("\n", " ")


def test_energies_of_glasses_are_per_spin_and_thresholds_are_those_of_the_theory():
    """E_inf = 2 sqrt(2/3) and E_0 = 1.657 for p = 3: Auffinger, Ben Arous & Cerny (2013)."""
    from homotopy.counting.energy_axis import energy_axis

    axis = energy_axis("spherical-p-spin:n=7,p=3")
    assert axis.per == 7 and [v for v, _ in axis.marks] == pytest.approx([-1.6569984, -2 * np.sqrt(2 / 3)])
    assert energy_axis("spherical-p-spin:n=7,p=3", is_random=False).marks == ()
    assert energy_axis("spherical-p-spin:n=7,p=3,field=1/3").marks == () and energy_axis("spherical-p-spin:n=7,p=3,field=1/3").per == 7
    assert energy_axis("layered-spin-glass:widths=3-2-3").per == 8
    for other in ("deep-linear:widths=2-2-2,data=iris", "my own", "expression:missing.txt"):
        assert energy_axis(other).per == 1 and energy_axis(other).label == "energy"


def test_one_minimum_has_no_scale_and_numbers_of_minima_do_not_collide():
    pytest.importorskip("matplotlib")
    import homotopy as ho
    import polysys as ps

    alone = ho.graph(ho.census(ps.expression("x^2/2 + x^4/4"))).plot()
    assert len(alone.figure.axes) == 1
    mirrored = ho.graph(ho.census(ps.expression("x^4/4 - x^2/2"))).plot()
    assert len(mirrored.figure.axes) == 1  # both as wide
    axes = ho.graph(ho.census("spherical-p-spin:n=5,p=4", seed=3)).plot()
    assert len(axes.figure.axes) == 2
    axes.figure.canvas.draw() if axes.figure.canvas else None
    boxes = [t.get_window_extent() for t in axes.texts if t.get_gid() != "threshold"]
    assert len(boxes) == 0 or not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_a_landscape_on_a_sphere_asks_for_a_map():
    figure = pytest.importorskip("matplotlib.figure").Figure()
    import homotopy as ho

    census = ho.census("spherical-p-spin:n=3,p=3", seed=2)
    with pytest.raises(ho.HomotopyError, match="drawn on a map"):
        ho.plots.draw_landscape(census, figure.add_subplot())
    with pytest.raises(ho.HomotopyError, match="cannot be drawn"):
        ho.plots.draw_landscape(ho.census("spherical-p-spin:n=4,p=3", seed=2))
