"""Landscapes as graphs: which saddles join which minima, what is noticed, trees, barriers, files."""

import json
from dataclasses import replace
from fractions import Fraction

import networkx as nx
import numpy as np
import pytest
from flint import acb_poly, arb, ctx

import homotopy as ho
import polysys as ps
from homotopy.certification.hessian import log_abs_det_hessian
from homotopy.graphs import files
from homotopy.graphs.descent import End
from homotopy.graphs.disconnectivity import (
    barriers,
    disconnectivity,
    escape_barriers,
    escapes,
    monotonic_basins,
    tree_depth,
)
from homotopy.graphs.flow import Flow
from homotopy.status import Verdict
from tests import systems

TILTED = "x^4/4 - x^2/2 + x/9"


def outcomes(g):
    return {c.name: c.outcome for c in g.checks}


@pytest.fixture(scope="module")
def glass():
    return ho.graph(ho.census("spherical-p-spin:n=4,p=4", seed=1))


@pytest.fixture(scope="module")
def himmelblau():
    return ho.graph(ho.census(systems.HIMMELBLAU.landscape()))


def test_the_double_well_has_two_minima_and_a_barrier_of_a_quarter():
    g = ho.graph(ho.census(ps.expression("x^4/4 - x^2/2")))
    assert (g.n_minima, g.n_saddles, g.n_unmatched, g.is_decided) == (2, 1, 0, True)
    ((a, b, saddle, data),) = g.network.edges(keys=True, data=True)
    assert {float(g.point(m).coordinates[0].mid()) for m in (a, b)} == {-1.0, 1.0} and saddle == 2
    assert data["eigenvalue"] == pytest.approx(-1.0)
    assert sorted(data["barriers"].values()) == pytest.approx([0.25, 0.25])
    assert dict(g.network.nodes(data="log_det"))[a] == pytest.approx(np.log(2))  # V'' = 3 x^2 - 1


def test_himmelblaus_minima_form_a_ring(himmelblau):
    """Four minima, one in each quadrant, four saddles between neighbours and a maximum inside."""
    g = himmelblau
    assert (g.n_minima, g.n_saddles, g.n_unmatched, g.is_decided) == (4, 4, 0, True)
    assert sorted(dict(nx.Graph(g.network).degree()).values()) == [2, 2, 2, 2] and nx.is_connected(g.network)
    quadrant = {m: tuple(float(c.mid()) > 0 for c in g.point(m).coordinates) for m in g.network}
    assert len(set(quadrant.values())) == 4
    assert all(sum(p != q for p, q in zip(quadrant[a], quadrant[b], strict=True)) == 1 for a, b in g.network.edges())


def test_styblinski_tang_joins_minima_that_differ_in_one_coordinate():
    """The potential is a sum over coordinates: at a saddle one of them is at its barrier, the other at a minimum."""
    g = ho.graph(ho.census(systems.STYBLINSKI_TANG.landscape()))
    assert (g.n_minima, g.n_saddles, g.n_unmatched) == (4, 4, 0)
    one = np.array(sorted(np.roots([4, 0, -32, 5]).real))
    value = (one**4 - 16 * one**2 + 5 * one) / 2
    expected = sorted([value[1] - value[0], value[1] - value[2]] * 4)
    assert barriers(g) == pytest.approx(expected)


@pytest.mark.parametrize(
    "label", ["spherical-p-spin:n=3,p=3", "layered-spin-glass:widths=2-3", "spherical-p-spin:n=4,p=3,field=0.3"]
)
def test_glasses_are_connected_and_every_descent_is_matched(label):
    g = ho.graph(ho.census(label, seed=3))
    assert g.n_unmatched == 0 and g.n_components == 1 and g.is_decided


def test_the_curvatures_of_a_minimum_multiply_to_its_proved_determinant(glass):
    flow = Flow(glass.census.landscape)
    for m in glass.network:
        values, _ = flow.curvatures(np.array([float(c.mid()) for c in glass.point(m).coordinates]))
        certificate = glass.census.certificates[glass.point(m).solution]
        assert (values > 0).all()
        assert np.log(values).sum() == pytest.approx(
            float(log_abs_det_hessian(glass.census.landscape, certificate).mid())
        )


def test_the_derivatives_of_the_flow_are_those_of_the_energy(glass):
    flow, rng = Flow(glass.census.landscape), np.random.default_rng(0)
    x = flow.on_domain(rng.standard_normal(4))
    v = rng.standard_normal(4)
    v -= (v @ x) / (x @ x) * x
    h = 1e-5
    ahead, behind = flow.on_domain(x + h * v), flow.on_domain(x - h * v)
    assert (flow.energy(ahead) - flow.energy(behind)) / (2 * h) == pytest.approx(flow.gradient(x) @ v, rel=1e-6)
    difference = (flow.gradient(ahead) - flow.gradient(behind)) / (2 * h)
    assert difference == pytest.approx(flow.jacobian(x) @ v, rel=1e-5, abs=1e-6)


def test_the_energy_of_the_flow_is_the_proved_one(glass):
    flow = Flow(glass.census.landscape)
    for p in glass.census.points:
        assert flow.energy(np.array([float(c.mid()) for c in p.coordinates])) == pytest.approx(float(p.energy.mid()))


def test_a_deleted_bridge_is_noticed():
    census = ho.census(ps.expression(TILTED))
    without = replace(census, points=tuple(p for p in census.points if p.index != 1))
    g = ho.graph(without)
    assert outcomes(g)["connected"] is Verdict.NO and g.n_components == 2 and g.is_contradicted


def test_a_deleted_saddle_of_a_ring_is_noticed(himmelblau):
    census = himmelblau.census
    saddle = next(p for p in census.points if p.index == 1)
    g = ho.graph(replace(census, points=tuple(p for p in census.points if p is not saddle)))
    assert g.n_components == 1 and outcomes(g)["Euler characteristic"] is Verdict.NO


@pytest.mark.parametrize("with_certificate", [False, True])
def test_a_deleted_minimum_is_noticed(himmelblau, with_certificate):
    census = himmelblau.census
    gone = census.minima[2]
    points = tuple(p for p in census.points if p is not gone)
    if with_certificate:
        kept = [k for k in range(census.n_complex) if k != gone.solution]
        points = tuple(replace(p, solution=kept.index(p.solution)) for p in points)
        census = replace(census, certificates=census.certificates.take(kept))
    g = ho.graph(replace(census, points=points))
    assert outcomes(g)["descents matched"] is Verdict.NO and g.n_unmatched == 2
    assert {d.end for d in g.descents} == {End.MINIMUM, End.UNLISTED}


def test_a_descent_into_a_saddle_is_reported_not_guessed():
    """On the line y = 0 of this potential a saddle's unstable curve runs into another saddle."""
    g = ho.graph(ho.census(ps.expression("(x^4/4 - x^2/2 + x/9) + (1/2 - x)*y^2 + y^4/4")))
    ends = {d.end for d in g.descents}
    assert End.SADDLE in ends and End.UNLISTED not in ends and g.n_unmatched > 0
    # on from there it leads to a minimum lower than both, in the same part of the sublevel set
    for d in g.descents:
        energies = [float(g.point(k).energy.mid()) for k in (d.saddle, d.point, d.minimum)]
        assert g.point(d.minimum).index == 0 and energies == sorted(energies, reverse=True)
    assert outcomes(g)["descents matched"] is Verdict.YES and g.n_components == 1


def test_a_descent_that_escapes_is_reported():
    g = ho.graph(ho.census(ps.expression("x^3/3 - x")))
    assert sorted(d.end.name for d in g.descents) == ["ESCAPED", "MINIMUM"]
    assert g.network.number_of_edges() == 0 and not g.is_decided and not g.is_contradicted


def test_two_points_are_a_disconnected_domain():
    g = ho.graph(ho.census(ps.expression("x", ps.Sphere(1))))
    assert g.n_minima == g.n_components == 2 and outcomes(g)["connected"] is Verdict.YES


def test_the_tree_of_three_wells():
    """x' = (x + 2)(x + 1) x (x - 1)(x - 2) with a tilt; barriers by the values of the potential at its five points."""
    potential = "x^6/6 - 5*x^4/4 + 2*x^2 + x/5"
    g = ho.graph(ho.census(ps.expression(potential)))
    roots = np.array(sorted(np.roots([1, 0, -5, 0, 4, Fraction(1, 5)]).real))
    v = roots**6 / 6 - 5 * roots**4 / 4 + 2 * roots**2 + roots / 5
    # wells at 0, 2, 4 with the energies v0 < v4 < v2; saddles at 1 and 3, the first one lower
    assert v[0] < v[4] < v[2] and v[1] < v[3]
    assert [(m.deeper, m.shallower, m.size) for m in disconnectivity(g)] == [(0, 2, 2), (0, 1, 3)]
    assert escape_barriers(g) == pytest.approx({0: np.inf, 1: v[3] - v[4], 2: v[1] - v[2]})
    assert barriers(g) == pytest.approx(sorted([v[1] - v[0], v[1] - v[2], v[3] - v[2], v[3] - v[4]]))
    assert monotonic_basins(g) == {0: 0, 1: 1, 2: 0} and tree_depth(g) == 2


def test_symmetric_minima_have_the_same_barrier():
    """Two wells at +-1 of x, each split in two by y: V = x^4/4 - x^2/2 + (y^4 - 2 y^2)/40, barriers 1/4 and 1/40 by hand."""
    g = ho.graph(ho.census(ps.expression("x^4/4 - x^2/2 + y^4/40 - y^2/20")))
    assert [e.n_images for e in escapes(g)] == [4] * 4
    assert list(escape_barriers(g).values()) == pytest.approx([1 / 40] * 4)
    assert len(set(escape_barriers(g).values())) == 1
    tilted = ho.graph(ho.census(ps.expression("x^4/4 - x^2/2 + x/9 + y^4/40 - y^2/20")))  # only y is mirrored
    assert list(escape_barriers(tilted).values()) == pytest.approx([1 / 40] * 4)  # over the pass to the mirror image
    high = 0.148381  # between the wells of x, where mirror images are one
    assert escape_barriers(tilted.quotient()) == pytest.approx({0: np.inf, 3: high}, abs=1e-6)


def test_a_small_barrier_is_a_difference_of_balls_and_no_rounding():
    """x^4/4 - x^2/2 + a x next to the fold a = 2/sqrt(27); doubles at 1000 have steps of 1.1e-13."""
    for a in (Fraction(38489, 10**5), Fraction(38490017, 10**8)):
        one, other = escapes(ho.graph(ho.census(ps.expression(f"1000 + x^4/4 - x^2/2 + {a}*x"))))
        assert one.saddle is None and one.barrier == np.inf
        with ctx.workprec(200):
            roots = acb_poly([arb(int(a.numerator)) / a.denominator, -1, 0, 1]).roots()
            low, high = sorted((r.real for r in roots), key=float)[1:]  # the saddle and the shallow minimum
            saddle, minimum = (x**4 / 4 - x**2 / 2 + arb(int(a.numerator)) / a.denominator * x for x in (low, high))
        assert other.barrier == pytest.approx(float(saddle - minimum), rel=1e-12) and 0 < other.error < 1e-25


def test_points_about_to_merge_are_no_contradiction_and_no_crash():
    """So near the fold that doubles do not tell the slope between saddle and minimum from rounding."""
    for a in (Fraction(2 * 10**9, 5196152423), Fraction(10**10 - 1, 10**10) * Fraction(3849001794, 10**10)):
        g = ho.graph(ho.census(ps.expression(f"1000 + x^4/4 - x^2/2 + {a}*x")))
        assert g.census.completeness.verdict is ho.Completeness.PROVED and not g.is_contradicted and not g.is_decided


def test_the_print_has_the_pass_of_each_orbit_with_the_numbers_of_the_list_of_points():
    g = ho.graph(ho.census(ps.expression("x^4/4 - x^2/2")))
    assert repr(g).splitlines()[-2:] == [
        "  minimum       energy   saddle   its energy      barrier   images",
        "        1        -0.25        3            0         0.25        2",
    ]
    assert repr(g.quotient()).splitlines()[-1].split() == ["1", "-0.25", "-", "-", "none", "2"]


def test_mirror_images_are_different_funnels(glass):
    """An even glass has V(-x) = V(x): neither of the two lowest minima is a way down from the other."""
    ends = set(monotonic_basins(glass).values())
    assert len(ends) % 2 == 0 and {0, 1} <= ends


def test_files_of_topsearch_hold_the_network(glass, tmp_path):
    written = files.export(glass, "topsearch", tmp_path / "t")
    assert {f.name for f in written} == {"min.data", "min.coords", "ts.data", "ts.coords", "pairlist"}
    minima, saddles = (np.loadtxt(tmp_path / "t" / name, ndmin=2) for name in ("min.data", "ts.data"))
    assert minima[:, 1].tolist() == [e for _, e in glass.network.nodes(data="energy")]
    assert len(saddles) == glass.network.number_of_edges()
    for a, b, e in saddles:
        assert e > minima[[int(a), int(b)], 1].max()
    assert np.loadtxt(tmp_path / "t" / "ts.coords", ndmin=2).shape == (len(saddles), 4)


def test_files_of_pele_hold_the_network(glass, tmp_path):
    files.export(glass, "pele", tmp_path / "p")
    minima, saddles = (np.loadtxt(tmp_path / "p" / name, ndmin=2) for name in ("min.data", "ts.data"))
    assert minima.shape == (glass.n_minima, 6) and saddles.shape == (glass.n_saddles, 8)
    assert minima[:, 1].tolist() == [w for _, w in glass.network.nodes(data="log_det")]
    assert saddles[:, 3:5].min() >= 1 and saddles[:, 3:5].max() <= glass.n_minima
    with pytest.raises(ho.HomotopyError, match="holds a network already"):
        files.export(glass, "pele", tmp_path / "p")


def test_graphml_is_read_back_by_networkx(glass, tmp_path):
    files.export(glass, "graphml", tmp_path / "g.graphml")
    back = nx.read_graphml(tmp_path / "g.graphml", node_type=int, force_multigraph=True)
    assert nx.utils.edges_equal(back.edges(), glass.network.edges()) and dict(back.nodes(data="energy")) == dict(
        glass.network.nodes(data="energy")
    )


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_the_disconnectivity_graph_is_drawn(himmelblau, tmp_path, suffix):
    pytest.importorskip("matplotlib")

    ho.plots.save_figure(himmelblau.plot(), tmp_path / f"g.{suffix}")
    assert (tmp_path / f"g.{suffix}").stat().st_size > 5000


def test_the_summary_is_json(glass):
    content = json.loads(json.dumps(glass.summary()))
    assert content["n_minima"] == len(content["minima"]) and len(content["saddles"]) == content["n_saddles"]


@pytest.mark.slow
def test_samples_of_a_4_spin_have_no_unmatched_descent():
    for index in range(5):
        g = ho.graph(ho.census("spherical-p-spin:n=6,p=4", seed=7, index=index))
        assert g.n_unmatched == 0 and g.is_decided


def test_a_landscape_without_stationary_points_has_an_empty_graph(tmp_path):
    pytest.importorskip("matplotlib")

    g = ho.graph(ho.census(ps.expression("x^3/3 + x")))
    assert (g.n_minima, g.n_saddles, g.n_components) == (0, 0, 0) and not g.is_decided
    assert len(barriers(g)) == 0 and disconnectivity(g) == () and tree_depth(g) == 0
    ho.plots.save_figure(g.plot(), tmp_path / "g.png")
    assert "no minimum" not in repr(g) and "0 of index 1" in repr(g)


def test_tighter_and_looser_integration_ends_at_the_same_minima(glass, monkeypatch):
    from homotopy.graphs import descent

    monkeypatch.setattr(descent, "_RTOL", 1e-9)
    monkeypatch.setattr(descent, "_START", 1e-4)
    again = ho.graph(glass.census)
    assert [(d.saddle, d.side, d.point) for d in again.descents] == [
        (d.saddle, d.side, d.point) for d in glass.descents
    ]


def by_end(g):
    return sorted((d.saddle, d.side, d.end.name, d.point) for d in g.descents)


@pytest.mark.parametrize(
    "what",
    [
        ps.SphericalPSpin(n=4, p=4),
        ps.LayeredSpinGlass(widths=(2, 2, 2)),
        ps.expression("x^4/4 - x^2/2 + y^4/4 - y^2/2 + x^2*y^2/5 + z^2/2 + x*y*z/7"),  # x and y change places
    ],
)
def test_images_of_flows_end_where_the_flows_followed_themselves_end(what, monkeypatch):
    """A symmetry is an isometry that keeps V: it carries flows into flows, sides by the eigenvectors' signs."""
    from homotopy.graphs import descent

    census = ho.census(what, seed=1)
    derived = ho.graph(census)
    assert 0 < derived.n_followed < len(derived.descents)
    monkeypatch.setattr(
        descent, "half_orbits", lambda directions, *_: {(s, k): ((s, k), None) for s in directions for k in (1, -1)}
    )
    followed = ho.graph(census)
    assert followed.n_followed == len(followed.descents)
    assert by_end(derived) == by_end(followed) and derived.n_unmatched == 0


def test_half_the_flows_of_an_even_glass_are_followed(glass):
    assert glass.n_followed == len(glass.descents) // 2


def test_a_saddle_fixed_by_a_symmetry_has_one_flow_for_both_sides():
    g = ho.graph(ho.census(ps.expression("x^4/4 - x^2/2")))
    assert (g.n_followed, len(g.descents)) == (1, 2) and {d.point for d in g.descents} == {0, 1}


def test_the_quotient_has_a_node_for_each_orbit(glass):
    """An even glass on the sphere: V(-x) = V(x), orbits are antipodal pairs."""
    q = glass.quotient()
    assert q.is_quotient and q.n_minima == glass.n_minima // 2 and q.n_saddles == glass.n_saddles // 2
    assert sum(d["n_images"] for _, _, d in q.network.edges(data=True)) == glass.network.number_of_edges()
    assert q.quotient() is q and "up to symmetry" in repr(q)
    energies = dict(glass.network.nodes(data="energy"))
    for a, b, _, data in q.network.edges(keys=True, data=True):
        assert data["barriers"] == pytest.approx({m: data["energy"] - energies[m] for m in {a, b}})


def test_points_that_only_an_antisymmetry_relates_are_not_one_in_the_quotient():
    """For odd p V(-x) = -V(x): the antipode of an index-1 point of the 2-sphere has index 1 and another energy."""
    g = ho.graph(ho.census("spherical-p-spin:n=3,p=3", seed=3))
    assert g.quotient().n_saddles == g.n_saddles and g.quotient().n_minima == g.n_minima


@pytest.mark.parametrize("kind", ["a minimum", "a pair of minima", "a saddle"])
def test_deletions_from_a_symmetric_landscape_are_noticed(glass, kind):
    census = glass.census
    index = 1 if kind == "a saddle" else 0
    gone = [p for p in census.points if p.index == index][: 2 if "pair" in kind else 1]
    if "pair" in kind:
        gone = [p for p in census.points if p.solution == gone[0].solution]
    g = ho.graph(replace(census, points=tuple(p for p in census.points if p not in gone)))
    assert g.is_contradicted and ho.with_graph(g.census, g).completeness.verdict is ho.Completeness.CONTRADICTED
    if index == 0:
        assert End.UNLISTED in {d.end for d in g.descents}


def test_the_bridge_between_the_mirror_images_is_noticed_when_it_is_gone():
    """x^4 - x^2 with two valleys: one saddle at the origin, which the symmetry fixes."""
    census = ho.census(ps.expression("x^4/4 - x^2/2 + y^4/4 + y^2/2 + x^2*y^2/5"))
    without = replace(census, points=tuple(p for p in census.points if p.index != 1))
    with_evidence = ho.with_graph(without)
    found = {e.name: e.outcome for e in with_evidence.completeness.evidence}
    assert found["minima connected through index-1 saddles"] is Verdict.NO
    assert with_evidence.completeness.verdict is ho.Completeness.CONTRADICTED
    assert "components" in with_evidence.completeness.reason


def test_the_graph_never_raises_a_verdict(glass):
    from homotopy.completeness.verdict import CompletenessReport

    census = replace(glass.census, completeness=CompletenessReport(ho.Completeness.UNKNOWN, "no proof", ()))
    assert ho.with_graph(census, glass).completeness.verdict is ho.Completeness.UNKNOWN
    assert ho.with_graph(glass.census, glass).completeness.verdict is ho.Completeness.PROVED


def test_flows_are_drawn_on_the_plane_and_on_the_sphere(himmelblau, glass, tmp_path):
    pytest.importorskip("matplotlib")
    sphere = ho.graph(ho.census("spherical-p-spin:n=3,p=4", seed=3))
    for g, name in ((himmelblau, "plane.png"), (sphere, "sphere.svg")):
        assert all(len(d.path) == d.n_steps + 1 for d in g.descents)
        ho.plots.save_figure(ho.plots.draw_flows(g), tmp_path / name)
        assert (tmp_path / name).stat().st_size > 5000
    with pytest.raises(ho.HomotopyError, match="cannot be drawn"):
        ho.plots.draw_flows(glass)
    assert all(len(d.path) == 0 for d in glass.descents)


def test_paths_run_from_the_saddle_to_the_minimum(himmelblau):
    for d in himmelblau.descents:
        ends = [[float(c.mid()) for c in himmelblau.point(k).coordinates] for k in (d.saddle, d.point)]
        assert d.path[[0, -1]] == pytest.approx(np.array(ends), abs=1e-4)


def test_beside_a_degenerate_point_morse_inequalities_contradict_nothing() -> None:
    """Three minima about a monkey saddle, which joins them and is among no counts."""
    census = ho.census(ps.expression("x^3 - 3*x*y^2 + (x^2 + y^2)^2"))
    found = ho.graph(census)
    assert (census.n_minima, census.degenerate[0].multiplicity) == (3, 4)
    assert not [c.name for c in found.checks if c.outcome is Verdict.NO]
    assert ho.with_graph(census, found).completeness.verdict is ho.Completeness.PROVED
