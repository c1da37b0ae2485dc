"""The layering study: searches on known landscapes, its verdicts, and its runs."""

import signal
import subprocess
import sys

import numpy as np
import pytest

import homotopy as ho
from homotopy.studies.frame.claims import judge
from homotopy.studies.frame.run_folder import RunFolder
from homotopy.studies.frame.study import from_toml, run_study, to_toml
from homotopy.studies.layering.claims import glass_claims, search_claims
from homotopy.studies.layering.study import STUDY, LayeringSpec, enumerate_glasses
from homotopy.studies.layering.tables import Glass, SearchedGlass
from homotopy.studies.measures.samples import SampledPoints
from homotopy.studies.measures.search_coverage import (
    SADDLE_SEARCHES,
    SEARCHES,
    basin_correlation,
    mean_ends,
    mean_minima,
    missed,
    search_landscapes,
)
from polysys.errors import PolysysError
from tests.homotopy import processes

TINY = LayeringSpec(
    seed=3,
    glasses=("spherical-p-spin:n=3,p=3", "spherical-p-spin:n=4,p=3", "spherical-p-spin:n=3,p=4"),
    samples=(40, 30, 20),
    margins=(0.0, 0.5),
    exact_up_to=8,
    crossing_degrees=(3, 4),
    crossing_sizes=(6, 8),
    searched=("spherical-p-spin:n=4,p=4",),
    landscapes=5,
    starts=20,
    steps=40,
)
SCRIPT = """
import sys
from pathlib import Path
import homotopy.studies.frame.report as report
from homotopy.studies.layering.study import STUDY
from homotopy.studies.frame.study import read_spec, run_study
if __name__ == "__main__":
    report._has_matplotlib = lambda: False  # the figure takes longer than all else
    run_study(STUDY, read_spec(STUDY, sys.argv[1]), Path(sys.argv[2]), workers=0)
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("layering") / "whole"
    report, files = run_study(STUDY, TINY, folder, workers=0)
    return report, folder, files


def test_a_run_has_tables_verdicts_and_a_figure(whole):
    report, folder, _ = whole
    new = {"crossings", "quenched", "climbs", "ends"}
    assert new | {"layers", "bands", "decay", "exact", "searches", "basins", "minima"} == {
        t.name for t in report.tables
    }
    assert (folder / "figure.png").stat().st_size > 10_000
    verdicts = {f.subject: f.verdict for f in report.findings}
    assert verdicts["spherical-p-spin:n=4,p=3: the mean energy of a sample's layers rises with the index"] == "holds"
    assert verdicts["spherical-p-spin:n=4,p=3: most minima lie in the band below -E_inf"] == "fails"
    assert verdicts["p = 3: share of minima above -E_inf + 0 with growing N"] == "rises"
    assert verdicts["p = 3: share of minima above -E_inf + 0.5 with growing N"] == "falls"
    assert verdicts["enumeration agrees with the exact annealed energies and shares"] == "undecided"
    assert report.lead[0].startswith("p = 3: exactly 96.2 % at N = 4 and")
    assert any(text.startswith('"Layers do not overlap" fails for ') for text in report.headlines)


def test_the_points_of_the_tables_are_those_of_the_ensembles(whole):
    report, _, _ = whole
    layers = next(t for t in report.tables if t.name == "layers")
    ens = ho.ensemble("spherical-p-spin:n=4,p=3", samples=30, seed=3, workers=0)
    for row in (dict(zip(layers.columns, r, strict=True)) for r in layers.rows):
        if row["model"] == ens.label:
            assert row["mean energy per spin"] == pytest.approx(ens.energies(row["index"]).mean() / 4)


def test_the_same_specification_gives_the_same_bytes_however_often_it_was_killed(whole, tmp_path, monkeypatch):
    monkeypatch.setattr("homotopy.studies.frame.report._has_matplotlib", lambda: False)
    _, folder, _ = whole
    (tmp_path / "spec.toml").write_text(to_toml(STUDY, TINY))
    (tmp_path / "go.py").write_text(processes.dying(3, "results") + SCRIPT)
    place = tmp_path / "parts"
    command = [sys.executable, str(tmp_path / "go.py"), str(tmp_path / "spec.toml"), str(place)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert len([p for p in place.glob("results/*.json") if p.name[0] != "."]) == 2 and not (place / "report.md").exists()
    run_study(STUDY, TINY, place, workers=0)
    tables = sorted(folder.glob("*.csv"))
    assert len(tables) == 11
    for table in (*tables, folder / "report.json"):
        assert table.read_bytes() == (place / table.name).read_bytes()


def test_hits_are_of_minima_modulo_symmetry_and_add_up(tmp_path):
    folder = RunFolder(tmp_path, workers=0)
    label = "spherical-p-spin:n=3,p=4"  # even: every minimum has its mirror image
    found = search_landscapes(folder, label, seed=7, landscapes=3, starts=25, steps=30)
    for s in found:
        census = ho.census(label, seed=7, index=s.sample)
        assert 2 * len(s.energies) == census.n_minima
        np.testing.assert_allclose(s.energies * 3, [float(m.energy.mid()) for m in census.minima][::2], rtol=1e-9)
        for name in SEARCHES:
            assert s.ended(name) + s.elsewhere[name] == 25 and s.elsewhere[name] == 0
            assert s.shares(name).sum() == pytest.approx(1.0)


def landscapes(weights):
    """Landscapes with three minima each and the same hits in all searches."""
    from homotopy.studies.measures.search_coverage import Searched

    return tuple(
        Searched(k, np.array([-1.0, -0.5, -0.1]) - 0.01 * k, np.array([1.0, 0.5, 0.2]), dict.fromkeys(SEARCHES, np.array(weights)), dict.fromkeys(SEARCHES, 0), np.array([np.nan, 0.0, 0.1]), dict.fromkeys((*SEARCHES, *SADDLE_SEARCHES), (sum(weights), 0, 0)))
        for k in range(8)
    )  # fmt: skip


def test_verdicts_on_searches_follow_from_the_hits():
    deep, high = landscapes([20, 9, 0]), landscapes([0, 5, 24])
    np.testing.assert_allclose(deep[0].ranks, [0, 0.5, 1])
    assert (mean_ends(deep, SEARCHES[0], lambda s: s.energies) < mean_minima(deep, lambda s: s.energies)).all()
    assert basin_correlation(deep, SEARCHES[0], lambda s: s.energies, 0.9).value < 0
    assert missed(high, SEARCHES)[0].tolist() == [True, False, False]
    for found, verdict in ((deep, "holds"), (high, "fails")):
        claims = search_claims([SearchedGlass("spherical-p-spin:n=3,p=4", 3, 4, found, 0, 29)])
        verdicts = {f.subject: f.verdict for f in judge(claims, 0.01)}
        assert (
            verdicts["spherical-p-spin:n=3,p=4, gradient descent: a search ends lower than a minimum picked at random"]
            == verdict
        )
        assert verdicts["spherical-p-spin:n=3,p=4: the searches together find every minimum"] == "fails"


def test_glasses_without_order_are_refuted():
    rng = np.random.default_rng(0)
    indices = np.array([3, 2, 1, 0])
    upside_down = tuple(SampledPoints(k, np.sort(rng.normal(0, 0.1, 4)), indices) for k in range(30))
    g = Glass("spherical-p-spin:n=4,p=3", 4, 3, upside_down, 0)
    verdicts = {f.subject: f.verdict for f in judge(glass_claims([g], (0.0,)), 0.01)}
    assert verdicts["spherical-p-spin:n=4,p=3: the mean energy of a sample's layers rises with the index"] == "fails"
    assert verdicts["spherical-p-spin:n=4,p=3: layers do not overlap"] == "fails"
    assert verdicts["enumeration agrees with the exact annealed energies and shares"] == "fails"


def test_incomplete_samples_are_left_out_and_said(tmp_path, monkeypatch):
    import homotopy.studies.measures.samples as samples

    original = samples.is_complete
    monkeypatch.setattr(samples, "is_complete", lambda r: r.sample % 2 == 0 and original(r))
    found = enumerate_glasses(TINY, RunFolder(tmp_path, workers=0))
    assert [g.n_left_out for g in found] == [20, 15, 10]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("glasses = []", "do not match"),
        ('glasses = ["spherical-p-spin:n=3,p=3"]', "do not match"),
        ('searched = ["spherical-p-spin:n=4,p=2"]', "p >= 3"),
        ('searched = ["layered-spin-glass:widths=2-2-2"]', "pure spherical"),
        ('searched = ["spherical-p-spin:n=4,p=3,field=1"]', "pure spherical"),
        ('searched = ["spherical-p-spin:n=1,p=3"]', "pure spherical"),
        ('searched = ["glass"]', "no model"),
        ("margins = [-0.1]", "margins"),
        ("margins = [nan]", "margins"),
        ("margins = []", "margins"),
        ("level = 1.5", "level"),
        ("landscapes = 1", "landscapes"),
        ("exact_up_to = 100", "from 6 to 40"),
        ("temperature = 1", "temperature"),
        ('seed = "one"', "int"),
    ],
)
def test_bad_specifications_are_refused_with_a_sentence(text, why):
    with pytest.raises(PolysysError, match=why) as caught:
        from_toml(STUDY, text)
    assert caught.value.way_out


def test_presets_can_be_written_and_read():
    for preset in (STUDY.quick, STUDY.full):
        assert from_toml(STUDY, to_toml(STUDY, preset)) == preset
