"""Spaces of weights against brute force: costs, distances, clusters, orbits, entropies, minima, trees."""

from itertools import combinations
from math import log2

import networkx as nx
import numpy as np
import pytest

import homotopy as ho
import polysys as ps
from homotopy.weights import memory
from homotopy.weights.transform import krawtchouk, walsh_hadamard
from polysys.errors import PolysysError

NETWORKS = (
    "widths=3-3-1,output=fixed,m=5",
    "widths=3-3-1,m=7",
    "widths=10-1,m=6",
    "widths=13-1,m=6,inputs=sign",
    "widths=6-3-1,tree=yes,m=7",
    "widths=3-2-1,activation=z^2-z/3,m=4",
    "widths=4-2-1,m=8,inputs=sign,ties=plus",
    "widths=2-2-2-1,m=9,labels=teacher,ties=plus",
    "widths=2-2-2-1,m=9,inputs=sign,activation=z^2/2+z,ties=plus",
    "widths=9-1,m=12,labels=iris",
    "widths=5-2-1,output=fixed,m=6,labels=digits,ties=plus",
)


def network(text, seed=4):
    return ho.weight_space(f"binary-network:{text}", seed=seed)


def brute_force(space):
    """Graph of the solutions under single flips."""
    solutions = [s for s in range(1 << space.n_weights) if space.costs[s] <= space.threshold]
    graph = nx.Graph()
    graph.add_nodes_from(solutions)
    graph.add_edges_from(
        (s, s ^ (1 << i))
        for s in solutions
        for i in range(space.n_weights)
        if space.costs[s ^ (1 << i)] <= space.threshold
    )
    return graph


@pytest.mark.parametrize("text", NETWORKS)
def test_every_state_has_the_errors_of_its_definition(text):
    space = network(text)
    assert space.costs.tolist() == [space.space.cost(space.space.signs(s)) for s in range(1 << space.n_weights)]
    assert sum(space.states_by_cost.values()) == 1 << space.n_weights


@pytest.mark.parametrize("label", ["n=1,field=1", "n=2", "n=7,field=1/3", "n=9"])
def test_every_state_has_the_energy_of_its_definition(label):
    space = ho.weight_space(f"ising:{label}", seed=4)
    assert [c * space.space.unit for c in space.costs.tolist()] == [
        space.space.cost(space.space.signs(s)) for s in range(space.costs.size)
    ]
    lowest = min(range(space.costs.size), key=lambda s: space.costs[s])
    assert lowest in space.solutions.states and space.n_solutions == (1 if "field" in label else 2)


@pytest.mark.parametrize("text", NETWORKS)
def test_clusters_and_their_orbits_are_those_of_the_graph_of_flips(text):
    space = ho.weight_space(f"binary-network:{text}", seed=4, max_errors=1)
    graph = brute_force(space)
    parts = list(nx.connected_components(graph))
    assert sorted(map(len, parts)) == sorted(space.clusters.sizes.tolist())
    assert (space.n_isolated, space.n_flip_edges) == (sum(len(c) == 1 for c in parts), graph.number_of_edges())
    label = dict(zip(space.solutions.states.tolist(), space.clusters.labels.tolist(), strict=True))
    assert all(len({label[s] for s in part}) == 1 for part in parts)
    elements = list(space.symmetry.elements())
    orbit = {}
    for part in parts:
        images = {label[space.space.state(g.apply(space.space.signs(min(part))))] for g in elements}
        orbit[label[min(part)]] = min(images)
    assert len(set(orbit.values())) == space.n_cluster_orbits
    assert space.largest_orbit == max(
        (sum(space.clusters.sizes[c] for c in orbit if orbit[c] == o) for o in orbit.values()), default=0
    )


@pytest.mark.parametrize("text", NETWORKS[:5])
def test_distances_of_pairs_and_around_centres(text):
    space = ho.weight_space(f"binary-network:{text}", seed=4, max_errors=1)
    solutions, n = space.solutions.states.tolist(), space.n_weights
    assert solutions
    count = np.zeros((len(solutions), n + 1), int)
    for k, s in enumerate(solutions):
        for t in solutions:
            count[k, (s ^ t).bit_count()] += 1
    assert space.pair_distances == tuple(count.sum(axis=0).tolist())
    local = np.stack([space.local_counts(d) for d in range(n + 1)], axis=1)
    assert (local[solutions] == count).all()
    assert (local[5] == space.around(5)).all() and (space.around(5) == space.around(space.space.signs(5))).all()
    found = space.local_entropy()
    assert found.mean_counts == pytest.approx(count.mean(axis=0))
    for d in range(n + 1):
        some = count[count[:, d] > 0, d]
        assert found.share[d] == pytest.approx(some.size / len(solutions))
        assert (
            np.isnan(found.quenched[d]) if not some.size else found.quenched[d] == pytest.approx(np.log2(some).mean())
        )
    means = np.mean([space.space.signs(s) for s in solutions], axis=0)
    assert space.means == pytest.approx(means)
    signs = np.array([space.space.signs(s) for s in solutions])
    assert space.correlations == pytest.approx(signs.T @ signs / len(signs))


def test_many_references_are_compared_by_transforms_with_the_same_result(monkeypatch):
    space = network("widths=8-1,m=1")
    direct = space.local_entropy()
    monkeypatch.setattr("homotopy.weights.distances.local_counts", lambda *a: pytest.fail("not needed here"))
    space.local_entropy(space.solutions.states[:2])
    monkeypatch.undo()
    repeated = space.local_entropy(np.tile(space.solutions.states, 4000))  # more pairs than steps of transforms
    assert repeated.n_references == 4000 * space.n_solutions
    for name in ("mean_counts", "quenched", "share"):
        assert getattr(repeated, name) == pytest.approx(getattr(direct, name), nan_ok=True)


def test_the_transform_is_the_sum_over_all_states_and_its_own_inverse():
    rng = np.random.default_rng(1)
    for n in (0, 1, 5, 12):
        a = rng.integers(-9, 9, 1 << n)
        parity = (
            np.array([[(-1) ** (k & s).bit_count() for s in range(1 << n)] for k in range(1 << n)]) if n < 6 else None
        )
        found = walsh_hadamard(a.copy())
        assert parity is None or (found == parity @ a).all()
        assert (walsh_hadamard(found) == a << n).all()
    large = rng.integers(0, 2, 1 << 22).astype(np.int32)  # more than one stage above the innermost
    found = walsh_hadamard(large.copy())
    bits = np.arange(large.size)
    for k in (0, 1, 1 << 13, 1 << 21, 0b1011 << 11):
        assert found[k] == (large * (1 - 2 * (np.bitwise_count(bits & k) & 1).astype(int))).sum()
    for n in (1, 4, 7):
        k = np.array(krawtchouk(n))
        assert (k @ k == 2**n * np.eye(n + 1)).all()


@pytest.mark.parametrize(
    "text", ["widths=3-3-1,m=4", "widths=3-3-1,output=fixed,m=3", "widths=2-2-1,m=3,ties=plus", "widths=7-1,m=3"]
)
def test_conditional_entropies_and_free_flips_of_layers(text):
    space = network(text)
    solutions = [space.space.signs(s) for s in space.solutions.states.tolist()]
    assert solutions
    for found, (name, part) in zip(space.layers, space.space.layers, strict=True):
        others = {}
        for s in solutions:
            others.setdefault(s[: part.start] + s[part.stop :], []).append(s)
        size = part.stop - part.start
        entropy = sum(len(g) * log2(len(g)) for g in others.values()) / len(solutions) / size
        free = sum(
            (*s[:i], -s[i], *s[i + 1 :]) in set(solutions) for s in solutions for i in range(part.start, part.stop)
        )
        assert (found.name, found.n_weights) == (name, size)
        assert found.conditional_entropy == pytest.approx(entropy) and found.free_flips == pytest.approx(
            free / len(solutions) / size
        )


@pytest.mark.parametrize(
    "label",
    [
        "binary-network:widths=3-3-1,output=fixed,m=5",
        "binary-network:widths=8-1,m=9",
        "ising:n=6",
        "ising:n=7,field=1/2",
    ],
)
def test_minima_and_the_tree_of_all_states(label):
    space = ho.weight_space(label, seed=6)
    n, costs = space.n_weights, space.costs.tolist()
    cube = nx.Graph([(s, s ^ (1 << i)) for s in range(1 << n) for i in range(n)])
    stable = [s for s in cube if all(costs[t] >= costs[s] for t in cube[s])]
    assert sorted(stable) == space.stable.states.tolist()
    assert space.stable.is_strict.tolist() == [all(costs[t] > costs[s] for t in cube[s]) for s in sorted(stable)]
    tree = space.tree
    born = {}  # minima: components of a level set that no lower state joins
    for level in sorted(set(costs)):
        parts = list(nx.connected_components(cube.subgraph([s for s in cube if costs[s] <= level])))
        born[level] = sum(min(costs[s] for s in part) == level for part in parts)
        alive = (tree.costs <= level).sum() - (tree.merge_costs <= level).sum()
        assert len(parts) == alive
    assert {c: k for c, k in born.items() if k} == tree.minima_by_cost()
    heights = {(a, b): level_of_meeting(cube, costs, a, b) for a, b in combinations(tree.minima[:6].tolist(), 2)}
    joined = nx.Graph()
    joined.add_weighted_edges_from(
        zip(tree.deeper.tolist(), tree.shallower.tolist(), tree.merge_costs.tolist(), strict=True)
    )
    for (a, b), height in heights.items():
        path = nx.shortest_path(
            joined, tree.minima.tolist().index(a), tree.minima.tolist().index(b)
        )  # of a tree: the only one
        assert max(joined.edges[e]["weight"] for e in nx.utils.pairwise(path)) == height
    assert (tree.escape_barriers == -1).sum() == 1 and (tree.escape_barriers != 0).all()


def level_of_meeting(cube, costs, a, b):
    return next(
        c
        for c in sorted(set(costs))
        if max(costs[a], costs[b]) <= c and nx.has_path(cube.subgraph([s for s in cube if costs[s] <= c]), a, b)
    )


def test_components_of_solutions_by_level_with_and_without_the_quotient():
    space = network("widths=5-3-1,output=fixed,m=7", seed=2)
    plain, quotient = space.components_by_level(), space.components_by_level(is_quotient=True)
    assert plain == {0: 42, 1: 1} and quotient == {0: 7, 1: 1}
    assert (plain[0], quotient[0]) == (space.n_clusters, space.n_cluster_orbits)
    assert network("widths=8-1,m=20").components_by_level() == {}


def test_symmetries_are_used_only_where_they_preserve_every_cost():
    def order(text):
        return network(text).symmetry.order

    assert order("widths=3-3-1,output=fixed,m=5") == 6  # exchanges of hidden units
    assert order("widths=3-3-1,m=5") == 6 * 8  # and sign changes of them with their outgoing weights
    assert order("widths=3-3-3-1,m=9") == (6 * 8) ** 2
    assert order("widths=3-2-1,m=4,activation=z^2") == 2 * 4  # exchanges, and signs that squares do not see
    assert order("widths=6-3-1,tree=yes,m=7") == 8
    assert order("widths=2-2-1,m=8,inputs=sign,ties=plus") < 8  # a sign change is none where fields are zero
    assert ho.weight_space("ising:n=5", seed=1).symmetry.order == 2
    ferromagnet = ps.Ising(4, np.ones((4, 4), int) - np.eye(4, dtype=int))
    assert ho.weight_space(ferromagnet).symmetry.order == 48


def test_what_does_not_fit_in_memory_is_refused_before_it_is_taken(monkeypatch):
    with pytest.raises(ho.SpaceTooLargeError, match=r"40 weights have 2\^40 states, which need 1,024 GiB"):
        ho.weight_space("binary-network:widths=40-1,m=5")
    monkeypatch.setattr(memory, "available", lambda: 2**20)
    with pytest.raises(
        ho.SpaceTooLargeError, match=r"2\^22 states needs 0.0 GiB of memory, and this machine has 0.0 GiB"
    ):
        ho.weight_space("binary-network:widths=22-1,m=5")
    space = network("widths=17-1,m=12")
    for ask in (
        lambda: space.pair_distances,
        lambda: space.tree,
        lambda: space.local_counts(1),
        lambda: space.least_structured(),
    ):
        monkeypatch.setattr(memory, "available", lambda: 2**16)
        with pytest.raises(ho.SpaceTooLargeError, match="GiB of memory"):
            ask()


def test_an_empty_space_has_numbers_and_prints_itself():
    space = network("widths=8-1,m=30")
    assert (space.n_solutions, space.n_clusters, space.n_cluster_orbits, space.largest_orbit) == (0, 0, 0, 0)
    assert space.entropy == float("-inf") and space.layers == () and sum(space.pair_distances) == 0
    assert "0 solutions" in repr(space) and space.summary()["entropy"] is None
    with pytest.raises(ps.InputError, match="no solution"):
        space.least_structured()


@pytest.mark.parametrize(
    "ask",
    [
        lambda s: s.local_counts(99),
        lambda s: s.local_counts(-1),
        lambda s: s.local_counts(True),
        lambda s: s.around(1 << 20),
        lambda s: s.around((1, 0, 1)),
        lambda s: s.local_entropy([0.5]),
        lambda s: s.local_entropy([1 << 20]),
        lambda s: s.least_structured("guess"),
        lambda s: s.least_structured(l2=0.1),
        lambda s: s.least_structured("pseudo-likelihood", l2=-1),
        lambda s: (
            s.components_by_level()
            and ho.weight_space("binary-network:widths=7-1,m=3", max_errors=1, seed=1).components_by_level()
        ),
        lambda s: ho.weight_space(s.space, seed=1),
        lambda s: ho.weight_space(ps.Ising(3), max_errors=1),
        lambda s: ho.weight_space(ps.Ising(3), max_errors=True),
        lambda s: ho.weight_space(ps.SphericalPSpin(3, 3)),
        lambda s: ho.weight_space("spherical-p-spin:n=3,p=3"),
        lambda s: ho.weight_space(ps.Ising(2, [[0, 1], [1, 0]]), seed=1),
    ],
    ids=range(17),
)
def test_bad_input_is_refused_in_two_sentences(ask):
    space = network("widths=7-1,m=3")
    with pytest.raises(PolysysError) as caught:
        ask(space)
    assert caught.value.what.endswith(".") and caught.value.way_out.endswith(".")


def test_a_space_shows_itself():
    space = network("widths=5-3-1,output=fixed,m=5", seed=2)
    assert len(repr(space).splitlines()) <= 10 and "174 solutions" in repr(space)
    assert "<table" in space._repr_html_()
    pytest.importorskip("pandas")
    frame = space.to_frame()
    assert frame["ordered_pairs"].tolist() == list(space.pair_distances)
    assert frame["mean_counts"].tolist() == pytest.approx([k / 174 for k in space.pair_distances])


def test_a_space_draws_itself(tmp_path):
    pytest.importorskip("matplotlib")
    space = network("widths=5-3-1,output=fixed,m=5", seed=2)
    axes = space.plot()
    assert axes.get_xlabel() == "distance from a solution" and space.plot(axes) is axes
    assert space.tree.plot().get_title() == f"{space.tree.n_minima} minima"
    assert space.least_structured("mean-field").plot().get_ylabel() == "entropy (bits)"
    for label in ("ising:n=6", "binary-network:widths=8-1,m=30"):
        ho.plots.save_figure(ho.plots.plot_weight_space(ho.weight_space(label)), tmp_path / "space.png")
    assert (tmp_path / "space.png").stat().st_size > 10_000
