"""The study of weight spaces: its networks, what is computed of a sample, its verdicts, and its runs."""

import signal
import subprocess
import sys
from itertools import permutations, product
from pathlib import Path

import numpy as np
import pytest

import homotopy as ho
import polysys as ps
from homotopy.studies.frame.claims import judge
from homotopy.studies.frame.study import from_toml, run_study, to_toml
from homotopy.studies.weightspace import claims, measure
from homotopy.studies.weightspace.networks import ARCHITECTURES, SHALLOW, TREE, Case, cases
from homotopy.studies.weightspace.study import STUDY, WeightspaceSpec, cases_of
from polysys.errors import PolysysError
from tests.homotopy import processes

TINY = WeightspaceSpec(
    sizes=(12,),
    samples=(3,),
    random_loads=(0.6,),
    teacher_loads=(0.6, 1.2),
    data_loads=(),
    fits=2,
    fit_loads=(0.17,),
    training_size=12,
    trained=2,
    runs=10,
    spins=5,
    spin_samples=3,
    soft_spins=3,
    soft_samples=2,
    steepness=(1, 16),
    once=("binary-network:widths=9-1,m=4",),
)


def sample(n_solutions=10, largest_cluster=2, largest_orbit=8, **more):
    return {
        "n_solutions": n_solutions,
        "largest_cluster": largest_cluster,
        "largest_orbit": largest_orbit,
        "n_isolated": 0,
        "n_cluster_orbits": 2,
        "levels": [5, 1],
        "quotient_levels": [2, 1],
        "magnetisation": [],
        "is_log_concave": True,
        **more,
    }


def case(architecture="committee", n=15, m=9, labels="teacher"):
    return Case(architecture, 2, n, m, labels, m / n, f"{architecture} {n} {m} {labels}")


def many(n=40, **more):
    """Samples whose shares vary a little."""
    rng = np.random.default_rng(0)
    shift = rng.integers(-1, 2, n)
    base = {"largest_cluster": 20, "largest_orbit": 80, **more}
    return [sample(100, **{k: v + int(s) if k.startswith("largest") else v for k, v in base.items()}) for s in shift]


def test_all_networks_have_the_same_number_of_weights():
    for n in (15, 18, 21, 24):
        found = cases(n, {"random": (0.6,), "iris": (0.6,)})
        models = [ps.binary_model_from_label(c.label) for c in found]
        assert {m.n_weights for m in models} == {n} and {m.m for m in models} == {round(0.6 * n)}
        assert {c.architecture for c in found} <= {a.name for a in ARCHITECTURES}
        assert len({c.label for c in found}) == len(found) == {15: 8, 18: 10}.get(n, 12)
        trees = [m for c, m in zip(found, models, strict=True) if c.architecture == TREE]
        assert all(m.widths[0] == n for m in trees)  # as many inputs as the perceptron
    assert all(
        not ho.weight_space(c.label, seed=1).symmetry.generators
        for c in cases(12, {"random": (0.6,)})
        if c.architecture in (SHALLOW, TREE)
    )


def test_teachers_are_random_labels_weighted_by_their_solutions():
    """The second moment of the number of solutions decides how many a teacher has: E[n^2] / E[n]."""
    model = "binary-network:widths=3-3-1,output=fixed,m=4"
    random = [ho.weight_space(model, seed=3, index=k).n_solutions for k in range(800)]
    teacher = [ho.weight_space(f"{model},labels=teacher", seed=4, index=k).n_solutions for k in range(400)]
    n = np.array(random, float)
    expected = (n**2).mean() / n.mean()
    error = np.hypot(
        (n * (n - expected)).std(ddof=1) / n.mean() / np.sqrt(n.size), np.std(teacher, ddof=1) / np.sqrt(400)
    )
    assert abs(np.mean(teacher) - expected) < 3 * error


def test_log_concavity_is_one_peak_in_every_field():
    for counts in ([4, 6, 9, 2], [4, 6, 10, 2], [4, 4, 1, 2], [4, 0, 2, 1], [0, 3, 5, 0]):
        n = len(counts) - 1
        has_two = False
        for field in np.linspace(-4, 4, 4001):
            weights = np.array(counts) * np.exp(field * np.arange(n + 1))
            peaks = [
                d for d in range(n + 1) if weights[d] > max(weights[d - 1] if d else 0, weights[d + 1] if d < n else 0)
            ]
            has_two |= len(peaks) > 1
        assert measure.is_log_concave(counts) == (not has_two), counts


def test_representatives_are_one_of_each_orbit():
    space = ho.weight_space("binary-network:widths=4-3-1,output=fixed,m=5", seed=1, index=1)
    orbits = set()
    for s in space.solutions.states.tolist():
        rows = [(s >> 4 * u) & 15 for u in range(3)]
        orbits.add(min(sum(r << 4 * u for u, r in enumerate(p)) for p in permutations(rows)))
    found = measure.representatives(space)
    assert found.size == len(orbits) and space.symmetry.order == 6
    assert (space.solutions.ranks(found.states) >= 0).all()


def test_the_connectivity_of_a_sample_is_that_of_its_graph():
    label = "binary-network:widths=4-3-1,output=fixed,m=5"
    (found,) = measure.spaces([label, 1, 1, 2])
    space = ho.weight_space(label, seed=1, index=1)
    states = set(space.solutions.states.tolist())
    labels, todo = {}, sorted(states)
    for first in todo:
        stack = [first] if first not in labels else []
        while stack:
            s = stack.pop()
            labels[s] = first
            stack += [s ^ (1 << i) for i in range(12) if s ^ (1 << i) in states and s ^ (1 << i) not in labels]
    sizes = np.unique(list(labels.values()), return_counts=True)[1]
    assert found["same_cluster"] == pytest.approx((sizes**2).sum() / len(states) ** 2)
    assert found["levels"][0] == sizes.size and found["levels"][-1] == 1
    assert found["quotient_levels"][0] == found["n_cluster_orbits"]
    assert found["magnetisation"] == pytest.approx([(space.means**2).mean()])


def test_symmetry_makes_the_means_of_hidden_units_vanish():
    (found,) = measure.spaces(["binary-network:widths=2-3-3-1,m=6,labels=teacher", 1, 0, 1])
    assert found["magnetisation"] == [0.0, 0.0, 0.0] and len(found["conditional_entropies"]) == 3
    assert all(0 <= v <= 1 for v in found["aligned"] + found["aligned_states"]) and min(found["aligned_states"]) > 0


def test_verdicts_on_connectivity_turn_with_the_quotient():
    measured = {case(): many(), case(SHALLOW): many(largest_cluster=60, largest_orbit=60)}
    found = judge([*claims.connected(measured), *claims.deeper(measured)], 0.01)
    verdicts = {f.statement: f.verdict for f in found}
    assert verdicts == {
        f"{claims.CONNECTED}, {claims.RAW}": "fails",
        f"{claims.CONNECTED}, {claims.QUOTIENT}": "holds",
        claims.BROKEN: "fails",
        f"{claims.DEPTH}, {claims.RAW}": "fails",
        f"{claims.DEPTH}, {claims.QUOTIENT}": "holds",
    }
    assert {f.verdict for f in judge(claims.connected({case(): [sample(0)] * 9}), 0.01)} == {"undecided"}


def test_one_class_needs_both_loads_on_one_side():
    measured = {case(m=9): many(), case(m=18): many(largest_cluster=70)}
    verdicts = [f.verdict for f in judge(claims.one_class(measured), 0.01)]
    assert verdicts == ["fails", "holds"]
    assert not claims.one_class({case(m=9): many(), case(m=12): many()})  # both have fewer data than weights


def test_a_hierarchy_is_joined_step_by_step():
    steps = {case(): many(levels=[9, 4, 1], quotient_levels=[3, 1])}
    assert [f.verdict for f in judge(claims.no_hierarchy(steps), 0.01)] == ["fails", "holds"]


def test_no_transition_is_tested():
    (found,) = claims.transition({case(SHALLOW, m=9, labels="random"): many(is_log_concave=False)})
    assert found.verdict == "not testable at these sizes" and "173" in found.sentence and "40 of 40" in found.sentence


def test_the_mean_number_of_neighbours_is_that_of_enumerated_perceptrons():
    """Two neighbours agree on a datum with probability 1 - arccos(1 - 2/n)/pi."""
    spaces = [ho.weight_space("binary-network:widths=9-1,m=5", seed=2, index=k) for k in range(800)]
    edges, n = np.array([2 * s.n_flip_edges for s in spaces]), np.array([s.n_solutions for s in spaces])
    ratio = edges.mean() / n.mean()
    error = (edges - ratio * n).std(ddof=1) / n.mean() / np.sqrt(n.size)
    assert abs(ratio - claims.neighbours(9, 5)) < 3 * error


def test_the_liquid_centre_is_judged_layer_by_layer():
    rng = np.random.default_rng(2)
    records = [
        sample(
            magnetisation=[0.0, 0.0, 0.0],
            aligned=[0.5, 0.2, 0.6],
            aligned_states=[0.1, 0.1 + 0.01 * float(rng.normal()), 0.1],
            conditional_entropies=[0.2, 0.6 + 0.01 * float(rng.normal()), 0.1],
            free_flips=[0.5, 0.1 + 0.01 * float(rng.normal()), 0.1],
        )
        for _ in range(30)
    ]
    found = {f.case.rpartition(", ")[2]: f.verdict for f in judge(claims.liquid({case("deep"): records}), 0.01)}
    (said,) = claims.lead({case("deep"): records, case(): [sample(0)]}, {}, {})[-1:]
    assert "means over solutions 0, 0, 0; of aligned means 0.5, 0.2, 0.6;" in said
    assert found == {
        "mean square of the means": "undecided",
        "mean square of the aligned means beyond that of random states": "holds",
        "conditional entropy for each weight": "holds",
        "share of free flips": "fails",
    }


def test_pairs_are_judged_where_there_are_solutions_enough():
    rng = np.random.default_rng(3)
    fits = [
        {
            "n_solutions": 900,
            "raw": {
                "n": 900,
                "captured": 0.6 + 0.01 * rng.normal(),
                "mass": 0.8 + 0.01 * rng.normal(),
                "is_converged": True,
            },
        }
        for _ in range(20)
    ]
    fits += [{"n_solutions": 100, "raw": {"n": 100, "captured": 1.0, "mass": 1.0, "is_converged": True}}] * 50
    fits = [{**r, "symmetry_order": 6} for r in fits]
    found = {
        (f.statement, f.case.rpartition(", ")[2]): f.verdict for f in judge(claims.pairs({case(n=12): fits}), 0.01)
    }
    assert found == {
        (claims.PAIRS, "raw"): "fails",
        (claims.MASSES, "raw"): "holds",
        (claims.PAIRS, "aligned"): "undecided",
        (claims.MASSES, "aligned"): "undecided",
    }


def test_a_handful_of_samples_decides_nothing():
    few = {case(): many(4, largest_cluster=5), case(SHALLOW): many(40, largest_cluster=60)}
    assert {f.verdict for f in judge([*claims.deeper(few), *claims.connected({case(): few[case()]})], 0.01)} == {
        "undecided"
    }
    assert claims.same_side(np.full(4, 0.9), np.full(9, 0.9)) == (1.0, 1.0)


def test_a_model_of_a_full_cube_is_independent():
    """Perceptrons with one datum and its majority: the model is exact and pairs are found by brute force."""
    found = measure.fits(["binary-network:widths=6-1,m=2", 1, 0])
    space = ho.weight_space("binary-network:widths=6-1,m=2", seed=1)
    model = space.least_structured()
    assert found["raw"]["captured"] == pytest.approx(model.captured, abs=1e-8)
    weights = np.exp(
        [model.fields @ s + s @ model.couplings @ s / 2 for s in map(np.array, product((1, -1), repeat=6))]
    )
    on = [space.space.cost(s) == 0 for s in product((1, -1), repeat=6)]
    assert found["raw"]["mass"] == pytest.approx(weights[on].sum() / weights.sum(), abs=1e-8)


def test_steep_wells_keep_all_vertices_and_shallow_ones_none_that_is_unstable():
    steep, shallow = measure.soft([3, 1, 0, 64]), measure.soft([3, 1, 0, 1])
    assert (steep["n_minima"], steep["n_real"]) == (8, 27) and shallow["n_minima"] < 8
    assert steep["verdict"] == shallow["verdict"] == "proved"


def test_every_claim_has_its_source():
    page = (Path(__file__).parents[4] / "docs" / "studies" / "sources.md").read_text()
    cited = " ".join(line.split("|")[1] for line in page.splitlines() if line.startswith("| "))
    for statement in claims.ORDER:
        assert statement.removesuffix(f", {claims.RAW}").removesuffix(f", {claims.QUOTIENT}") in cited, statement


RUN = """
import sys
from homotopy.studies.frame.study import run_study
from tests.homotopy.studies.weightspace.test_study import STUDY, TINY
if __name__ == "__main__":
    run_study(STUDY, TINY, sys.argv[1], workers=0)
"""


def test_a_run_that_is_killed_goes_on_and_gives_the_same_bytes(tmp_path, monkeypatch):
    command = [sys.executable, "-c", processes.dying(2, "results") + RUN, str(tmp_path / "a")]
    assert subprocess.run(command, env=processes.environment(), check=False).returncode == -signal.SIGKILL
    assert len([p for p in tmp_path.glob("a/results/*.json") if p.name[0] != "."]) == 1
    monkeypatch.setattr("homotopy.studies.frame.report._has_matplotlib", lambda: False)
    report, files = run_study(STUDY, TINY, tmp_path / "a", workers=0)
    run_study(STUDY, TINY, tmp_path / "b", workers=0)
    for file in files:
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()
    assert len(report.to_text().splitlines()) < 40 and len(report.verdicts.rows) <= 12
    assert {t.name for t in report.tables} >= {"spaces", "conditioning", "pairs", "training", "torus", "soft", "once"}
    (once,) = (t for t in report.tables if t.name == "once")
    assert once.rows[0][1] == 9


@pytest.mark.slow
def test_the_figure_is_drawn(tmp_path):
    _, files = run_study(STUDY, TINY, tmp_path / "a", workers=0)
    assert {"figure.svg", "figure.png"} <= {f.name for f in files}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is empty"),
        ("sizes = [16]\nsamples = [5]", "multiple of three"),
        ("sizes = [18, 15]\nsamples = [5, 5]", "do not rise"),
        ("sizes = [27]\nsamples = [5]", "from 12 to 24"),
        ("samples = [5]", "samples for each size"),
        ("random_loads = [0]", "random_loads"),
        ("random_loads = []\nteacher_loads = []", "no loads"),
        ('once = ["binary-network:widths=4"]', "widths"),
        ("level = 2", "level"),
        ("depths = 3", "depths"),
    ],
)
def test_bad_specifications_are_refused_with_a_sentence(text, why):
    with pytest.raises(PolysysError, match=why) as caught:
        from_toml(STUDY, text)
    assert caught.value.way_out


def test_presets_can_be_written_and_read():
    for preset in (STUDY.quick, STUDY.full):
        assert from_toml(STUDY, to_toml(STUDY, preset)) == preset
        assert len({c.label for c, _ in cases_of(preset)}) == len(cases_of(preset))
