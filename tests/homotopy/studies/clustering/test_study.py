"""The clustering study: pairs of minima by energy, its verdicts, and its runs."""

import numpy as np
import pytest

import homotopy as ho
import polysys as ps
from homotopy.studies.clustering.study import STUDY, ClusteringSpec
from homotopy.studies.clustering.tables import Cluster, claims, trends_of
from homotopy.studies.frame.claims import judge
from homotopy.studies.frame.run_folder import RunFolder
from homotopy.studies.frame.study import from_toml, run_study, to_toml
from homotopy.studies.measures.pairs import Minima, depth_of, energy_correlation, pairs_of
from polysys.errors import PolysysError

TINY = ClusteringSpec(
    samples=8,
    draws=20,
    pair_weights=(200,),
    pair_depths=(3, 4, 6),
    pair_draws=128,
    spheres=("spherical-p-spin:n=3,p=3", "spherical-p-spin:n=3,p=4"),
    layered=("layered-spin-glass:widths=2-2-2",),
    networks=("deep-linear:widths=1-1-1-1,data=gaussian,m=2",),
)


def minima(energies, overlaps, ratio=1.0, null=0.0):
    return Minima(np.array(energies, float), np.array(overlaps, float), ratio, null, 0.5)


def test_depth_is_the_degree_or_the_number_of_layers():
    for label, depth in (
        ("spherical-p-spin:n=3,p=2-5", 5),
        ("layered-spin-glass:widths=2-2-2", 3),
        ("layered-spin-glass:widths=2-2,degrees=2-1", 3),
        ("data-glass:widths=4,degrees=3,m=9", 3),
        ("polynomial-network:widths=2-2-1,activation=z^2", 2),
    ):
        assert depth_of(ps.model_from_label(label)) == depth
    with pytest.raises(PolysysError, match="no depth"):
        depth_of(ps.expression("x^2"))


def test_overlaps_are_split_by_energy():
    q = [[1, 0.9, 0.2, 0.1], [0.9, 1, 0.3, 0.0], [0.2, 0.3, 1, -0.4], [0.1, 0.0, -0.4, 1]]
    m = minima([-4, -3, -2, -1], q, null=0.1)
    assert m.low_excess == pytest.approx(0.8) and m.high_excess == pytest.approx(-0.5)
    assert m.excess == pytest.approx((0.9 + 0.2 + 0.1 + 0.3 + 0.0 - 0.4) / 6 - 0.1)
    energies, overlaps = m.pairs()
    assert energies.tolist() == [-3.5, -3, -2.5, -2.5, -2, -1.5] and overlaps[0] == 0.9
    three = minima([-3, -2, -1], np.array(q)[:3, :3])
    assert three.low_excess == pytest.approx(0.9) and three.high_excess == pytest.approx(
        0.3
    )  # the middle one is in both
    assert np.isnan(minima([-1, 0], np.eye(2)).low_excess) and np.isnan(minima([-1], np.eye(1)).excess)


def test_low_minima_that_are_close_give_a_negative_correlation():
    rng = np.random.default_rng(0)
    found = []
    for _ in range(20):
        energies = np.sort(rng.normal(size=5))
        close = -np.add.outer(energies, energies) / 10 + 0.01 * rng.normal(size=(5, 5))
        found.append(minima(energies, (close + close.T) / 2))
    c = energy_correlation(found, 0.99)
    assert c.high < -0.5 and c.n_groups == 20
    assert np.isnan(energy_correlation([minima([0], np.eye(1))], 0.99).value)


def test_pairs_are_of_distinct_minima_of_the_census(tmp_path):
    """Overlaps on the sphere are |s.t|/N where s and -s are one minimum."""
    label = "spherical-p-spin:n=3,p=4"
    folder = RunFolder(tmp_path, workers=0)
    ens = folder.ensemble(label, samples=4, seed=2, points=True)
    found, left_out = pairs_of(folder, ens, ps.model_from_label(label), 20)
    assert left_out == 0
    for sample, m in enumerate(found):
        census = ho.census(label, seed=2, index=sample)
        points = np.array([[float(c.mid()) for c in p.coordinates] for p in census.minima])
        assert 2 * m.n == len(points)
        expected = np.abs(points @ points.T) / 3
        np.testing.assert_allclose(np.sort(np.unique(m.overlaps.round(6))), np.unique(expected.round(6)), atol=2e-6)


def test_verdicts_follow_from_the_numbers():
    rng = np.random.default_rng(1)

    def cluster(depth, ratio, n_variables=20):
        found = [minima([-1, 0], [[1, 0.2], [0.2, 1]], ratio + 0.02 * rng.normal(), 0.1) for _ in range(30)]
        return Cluster("one sphere", depth, f"glass {depth}", found, 0, n_variables)

    series = {"one sphere": [cluster(3, 0.9), cluster(4, 0.7), cluster(5, 0.5)]}
    verdicts = {f.subject: f.verdict for f in (*trends_of(series, 0.01), *judge(claims(series["one sphere"]), 0.01))}
    assert verdicts["one sphere: minima are more clustered with depth (Becker, Zhang & Lee 2020)"] == "holds"
    assert verdicts["glass 3: minima are closer together than uniform points"] == "holds"
    series = {"one sphere": [cluster(3, 1.1), cluster(4, 1.3)]}
    verdicts = {f.subject: f.verdict for f in (*trends_of(series, 0.01), *judge(claims(series["one sphere"]), 0.01))}
    assert verdicts["one sphere: minima are more clustered with depth (Becker, Zhang & Lee 2020)"] == "fails"
    assert verdicts["glass 3: minima are closer together than uniform points"] == "fails"
    series = {"one sphere": [cluster(3, 0.9, 5), cluster(4, 0.7, 5)]}
    (found,) = [f for f in trends_of(series, 0.01) if f.statement.startswith("minima are more clustered")]
    assert found.words == "not testable at these sizes" and "repel" in found.sentence


def test_a_run_gives_the_same_bytes_again_and_says_where_nothing_can_cluster(tmp_path, monkeypatch):
    monkeypatch.setattr("homotopy.studies.frame.report._has_matplotlib", lambda: False)
    report, files = run_study(STUDY, TINY, tmp_path / "a", workers=0)
    run_study(STUDY, TINY, tmp_path / "b", workers=0)
    for file in files:
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()
    assert "networks: no sample has two distinct minima" in " ".join(report.lead)
    table = next(t for t in report.tables if t.name == "minima")
    assert [r[1] for r in table.rows] == [3, 4, 3, 3]


@pytest.mark.slow
def test_the_figure_is_drawn(tmp_path):
    _, files = run_study(STUDY, TINY, tmp_path / "a", workers=0)
    assert {"figure.svg", "figure.png"} <= {f.name for f in files}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is empty"),
        ("samples = 1", "samples"),
        ("draws = 3", "draws"),
        ("spheres = []\nlayered = []\nnetworks = []", "no series"),
        ('spheres = ["spherical-p-spin:n=5,p=4", "spherical-p-spin:n=5,p=3"]', "growing depth"),
        ('spheres = ["spherical-p-spin:n=5,p=3", "spherical-p-spin:n=4,p=4"]', "same number of weights"),
        ('layered = ["widths=3"]', "no model"),
        ("level = 2", "level"),
        ("nulls = 3", "nulls"),
    ],
)
def test_bad_specifications_are_refused_with_a_sentence(text, why):
    with pytest.raises(PolysysError, match=why) as caught:
        from_toml(STUDY, text)
    assert caught.value.way_out


def test_presets_can_be_written_and_read():
    for preset in (STUDY.quick, STUDY.full):
        assert from_toml(STUDY, to_toml(STUDY, preset)) == preset
