"""Ends of training and annealing in known spaces, and ensembles of spaces."""

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import homotopy as ho
import polysys as ps
from homotopy.weights.clusters import align
from homotopy.weights.search_ends import EndPoints
from homotopy.weights.training import anneal, loss_and_slope, train

ENSEMBLE = "binary-network:widths=5-3-1,output=fixed,m=7"


@pytest.fixture(scope="module")
def space():
    return ho.weight_space(ENSEMBLE, seed=2)


@pytest.mark.parametrize(
    "text",
    [
        "widths=7-1,m=5",
        "widths=3-3-1,m=5",
        "widths=6-3-1,m=5,tree=yes",
        "widths=3-3-3-1,m=6",
        "widths=5-3-1,m=5,output=fixed",
    ],
)
def test_the_slope_of_training_is_the_derivative_of_its_loss(text):
    space = ps.binary_model_from_label(f"binary-network:{text}").sample(1)
    means = np.tanh(np.random.default_rng(0).normal(size=(2, space.n)))
    slope = loss_and_slope(space, means)[1]
    for i in range(space.n):
        step = np.eye(space.n)[i] * 1e-6
        numeric = (loss_and_slope(space, means + step)[0] - loss_and_slope(space, means - step)[0]) / 2e-6
        assert slope[:, i] == pytest.approx(numeric, abs=1e-6)


def test_settled_weights_have_the_loss_of_their_outputs():
    space = ps.binary_model_from_label("binary-network:widths=3-3-1,m=5").sample(1)
    for state in (0, 77, 2000):
        signs = np.array([space.signs(state)], float)
        loss = loss_and_slope(space, signs * (1 - 1e-14))[0][0]
        assert (loss > 10) == (space.cost(space.signs(state)) > 0)


def test_ends_are_states_of_the_space_and_repeat_themselves(space):
    for method, share in (("training", 0.2), ("annealing", 0.95)):
        ends = ho.end_points(space, method, runs=100, seed=3)
        assert (ends.states == ho.end_points(space, method, runs=100, seed=3).states).all()
        assert ends.success > share and set(ends.costs[np.isin(ends.states, ends.solutions)].tolist()) == {0}
        assert ends.success == (ends.costs == 0).mean() and ends.cluster_counts.sum() == ends.solutions.size
        assert len(repr(ends).splitlines()) <= 10 and json.dumps(ends.summary())


def test_measures_of_ends_that_are_drawn_uniformly_say_uniform(space):
    rng = np.random.default_rng(0)
    ends = EndPoints(space, "drawn", rng.choice(space.solutions.states, 20_000).astype(np.int64), 0)
    assert ends.concentration == pytest.approx(1, abs=0.03)
    deviation, freedom = ends.orbit_deviation
    assert freedom == 6 and deviation < 25  # chi^2 with 6 degrees of freedom exceeds it once in 3000
    assert ends.local_entropy().mean_counts == pytest.approx(space.local_entropy().mean_counts, rel=0.1, abs=0.05)
    assert ends.means == pytest.approx(space.means, abs=0.05)
    aligned = ends.aligned()
    assert aligned["ends"] == pytest.approx(aligned["solutions"], abs=0.05)
    assert np.abs(aligned["states"]).mean() > 0.1  # alignment alone makes means
    alone = EndPoints(space, "drawn", np.repeat(space.solutions.states[:1].astype(np.int64), 50), 0)
    assert alone.concentration == space.n_solutions


def test_alignment_is_to_the_nearest_image(space):
    states = space.solutions.states[:9].astype(np.int64)
    elements = list(space.symmetry.elements())
    moved = align(space.symmetry, states, int(states[4]))
    reference = space.space.signs(int(states[4]))
    for s, t in zip(states.tolist(), moved.tolist(), strict=True):
        images = [space.space.state(g.apply(space.space.signs(s))) for g in elements]
        assert t in images
        assert align(space.symmetry, np.array(images), int(states[4])).tolist() == [t] * len(images)
        assert (t ^ space.space.state(reference)).bit_count() == min(
            (i ^ space.space.state(reference)).bit_count() for i in images
        )


@pytest.mark.parametrize(
    "ask",
    [
        lambda s: ho.end_points(s, "guess"),
        lambda s: ho.end_points(s, sweeps=3),
        lambda s: ho.end_points(s, "annealing", runs=0),
        lambda s: ho.end_points(s, "annealing", cold=3),
        lambda s: ho.end_points(s, rate=-1),
        lambda s: ho.end_points(ho.weight_space("ising:n=3")),
        lambda s: EndPoints(s, "none", np.array([5]), 0).aligned(),
        lambda s: ho.weight_ensemble(ENSEMBLE, samples=0),
        lambda s: ho.weight_ensemble(ENSEMBLE, samples=2).column("nothing"),
        lambda s: ho.weight_ensemble(ENSEMBLE, samples=1).mean("n_clusters"),
        lambda s: ho.weight_ensemble(ps.Ising(2, [[0, 1], [1, 0]]), samples=2),
    ],
    ids=range(11),
)
def test_bad_input_is_refused_in_two_sentences(space, ask):
    with pytest.raises(ps.InputError) as caught:
        ask(space)
    assert caught.value.what.endswith(".") and caught.value.way_out.endswith(".")


def test_annealing_finds_ground_states_and_training_needs_signs():
    spins = ho.weight_space(ps.Ising(8), seed=1)
    assert set(anneal(spins.costs, 8, runs=30, hot=3e9, cold=1e7).tolist()) <= set(spins.stable.states.tolist())
    with pytest.raises(ps.InputError, match="units of signs"):
        train(ps.binary_model_from_label("binary-network:widths=3-2-1,m=4,activation=z^2").sample(1), runs=3)


def test_an_ensemble_goes_on_where_it_was_killed_and_ends_with_the_same_bytes(tmp_path):
    whole = ho.weight_ensemble(ENSEMBLE, samples=23, seed=1, chunk=5, store=tmp_path / "whole")
    ho.weight_ensemble(ENSEMBLE, samples=12, seed=1, chunk=5, store=tmp_path / "part")
    (tmp_path / "part" / "chunk-0000005.json").write_text('{"half": ')  # what a crash of the disk leaves
    with ThreadPoolExecutor(2) as pool:
        again = ho.weight_ensemble(ENSEMBLE, samples=23, seed=1, chunk=5, store=tmp_path / "part", executor=pool)
    assert again.records == whole.records and again.n_samples == 23
    for file in (tmp_path / "whole").iterdir():
        assert file.read_bytes() == (tmp_path / "part" / file.name).read_bytes()
    assert (
        ho.weight_ensemble(ENSEMBLE, samples=7, seed=1, chunk=5, store=tmp_path / "part").records == whole.records[:7]
    )
    one = ho.weight_space(ENSEMBLE, seed=1, index=11)
    assert whole.records[11]["n_solutions"] == one.n_solutions and whole.records[11]["digest"] == one.space.digest
    assert whole.records[11]["pair_distances"] == list(one.pair_distances)


def test_a_folder_with_something_else_is_refused(tmp_path):
    ho.weight_ensemble(ENSEMBLE, samples=2, seed=1, store=tmp_path / "a")
    for bad in ({"seed": 2}, {"seed": 1, "chunk": 7}):
        with pytest.raises(ho.StoreError, match="holds samples of"):
            ho.weight_ensemble(ENSEMBLE, samples=2, store=tmp_path / "a", **bad)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "thesis.tex").write_text("")
    with pytest.raises(ho.StoreError, match=r"thesis\.tex"):
        ho.weight_ensemble(ENSEMBLE, samples=2, store=tmp_path / "b")


def test_an_ensemble_shows_itself():
    found = ho.weight_ensemble(ENSEMBLE, samples=30, seed=1)
    assert len(repr(found).splitlines()) <= 10 and found.n_satisfiable <= 30
    mean, error = found.mean("pair_distances")
    assert mean.shape == error.shape == (16,) and mean[0] == found.column("n_solutions").mean()
    cluster, orbit = found.shares()
    assert (cluster <= orbit).all() and len(cluster) == found.n_satisfiable
    assert found.summary()["records"][3]["sample"] == 3
    pytest.importorskip("matplotlib")
    assert found.plot().get_xlabel() == "share of the largest cluster"
