"""The study of assumptions: matched sizes, what a profile is, verdicts, and runs."""

import msgspec
import numpy as np
import pytest

import homotopy as ho
import polysys as ps
from homotopy.studies.assumptions.claims import limit_claims
from homotopy.studies.assumptions.ladder import (
    LEAST,
    MOST,
    layered_widths,
    linear_widths,
    quadratic_widths,
    rungs,
    steps,
)
from homotopy.studies.assumptions.study import STUDY, AssumptionsSpec
from homotopy.studies.assumptions.tables import Scanned, profile_distance
from homotopy.studies.frame.claims import judge
from homotopy.studies.frame.run_folder import RunFolder
from homotopy.studies.frame.study import from_toml, run_study, to_toml
from homotopy.studies.frame.trends import Level, exact
from homotopy.studies.measures.profiles import Profile, Profiles, concordance, profiles
from polysys.errors import PolysysError

TINY = AssumptionsSpec(seed=2, dimensions=(3,), samples=6, data=("gaussian",), m=8, scan=(8,), rectified=0)


@pytest.mark.parametrize("dimension", range(LEAST, MOST + 1))
def test_every_rung_has_the_same_number_of_free_parameters(dimension):
    found = rungs(dimension, ("gaussian",), 30)
    models = [ps.model_from_label(r.label) for r in found]
    assert [m.domain.dimension for m in models] == [dimension] * 6
    assert len({r.title for r in found}) == 6
    assert max(layered_widths(dimension)) - min(layered_widths(dimension)) <= 1
    for step in steps(found, ("gaussian",)):
        assert step.before in found and step.after in found and step.before != step.after


def test_the_matched_networks_have_three_layers_of_weights_and_one_hidden_layer():
    assert len(linear_widths(7)) == 4 and len(quadratic_widths(7)) == 3
    assert linear_widths(3) == (1, 1, 1, 1) and quadratic_widths(3) == (2, 1, 1)


@pytest.mark.parametrize("dimension", [0, 2, 9])
def test_a_ladder_that_does_not_exist_is_refused(dimension):
    with pytest.raises(PolysysError, match="free parameters"):
        rungs(dimension, ("gaussian",), 30)


def test_order_counts_pairs_of_different_index():
    rng = np.random.default_rng(0)
    energies, indices = rng.integers(0, 4, 12).astype(float), rng.integers(0, 3, 12)
    pairs = [
        (e, f) for e, i in zip(energies, indices, strict=True) for f, j in zip(energies, indices, strict=True) if i > j
    ]
    assert concordance(energies, indices) == pytest.approx(np.mean([(e > f) + (e == f) / 2 for e, f in pairs]))
    assert np.isnan(concordance(energies, np.zeros(12, int)))


def test_a_profile_says_what_does_not_depend_on_units():
    s = Profile(np.array([-3.0, -2.0, 0.0, 1.0]), np.array([0, 0, 1, 2]), 2)
    for profile in (s, Profile(7 * s.energies + 5, s.indices, 2)):
        assert profile.n_minima == 2 and profile.order == 1.0 and profile.band == pytest.approx(0.25)
        assert profile.mean_index == pytest.approx(0.375) and profile.abundance == pytest.approx(np.log(4) / 2)
        assert profile.shares().tolist() == [0.5, 0.25, 0.25]
    one = Profile(np.array([1.0]), np.array([0]), 2)
    assert one.abundance == 0 and np.isnan(one.band) and np.isnan(one.order)


def test_the_distance_of_profiles_is_wassersteins():
    from scipy.stats import wasserstein_distance

    a = Profile(np.zeros(4), np.array([0, 0, 1, 3]), 3)
    b = Profile(np.zeros(3), np.array([2, 3, 3]), 3)
    found = profile_distance(Profiles((a,), 0, 1), Profiles((b,), 0, 1))
    assert found == pytest.approx(wasserstein_distance(a.indices / 3, b.indices / 3))
    assert profile_distance(Profiles((a,), 0, 1), Profiles((), 5, 1)) is None


def test_profiles_are_modulo_symmetry(tmp_path):
    """Four copies of every point of a layered glass, two of every one of a p-spin with even p."""
    for label, copies in (("layered-spin-glass:widths=2-2-2", 4), ("spherical-p-spin:n=3,p=4", 2)):
        folder = RunFolder(tmp_path, workers=0)
        ens = folder.ensemble(label, samples=5, seed=4, points=True)
        found = profiles(folder, ens, ps.model_from_label(label))
        assert found.symmetry_order == copies and found.n_left_out == 0
        assert sum(len(s.energies) for s in found.samples) * copies == round(ens.mean("n_real").value * 5)
        assert found.each(lambda s: float(s.n_minima)).sum() * copies == round(ens.mean("n_minima").value * 5)


def test_equality_is_tested_as_equivalence():
    ens = ho.ensemble(
        "data-glass:widths=2-2,data=gaussian,m=8", samples=100, seed=1, workers=0
    )  # a 2 x 2 matrix: 2 classes, always real; twelve equal samples do not exclude a mean of 7.29: (7.29/8)^12 = 0.33
    assert ens.histogram() == {8: 100}

    def verdicts(limit):
        return [f.verdict for f in judge(limit_claims([Scanned("glass", 8, ens, limit, exact(80.0))]), 0.05)]

    assert verdicts(Level(8.1, 8.1)) == ["holds", "fails"]
    assert verdicts(Level(9.5, 9.5))[0] == "fails"
    assert verdicts(Level(8.1, 8.1, 2.0, 32))[0] == "undecided"  # a limit that is not known well decides nothing


def test_a_run_has_its_tables_and_gives_the_same_bytes_again(tmp_path, monkeypatch):
    monkeypatch.setattr("homotopy.studies.frame.report._has_matplotlib", lambda: False)
    report, files = run_study(STUDY, TINY, tmp_path / "a", workers=0)
    again, _ = run_study(STUDY, TINY, tmp_path / "b", workers=0)
    resumed, _ = run_study(STUDY, TINY, tmp_path / "a", workers=0)
    assert [t.name for t in report.tables] == ["counts", "shape", "index-profile", "steps", "scan", "linear-chains"]
    assert report.to_dict() == again.to_dict() == resumed.to_dict()
    for file in files:
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()
    counts = next(t for t in report.tables if t.name == "counts")
    rows = {r[1]: dict(zip(counts.columns, r, strict=True)) for r in counts.rows}
    assert rows["spin glass"]["complex classes"] == 15 and rows["layered glass"]["complex classes"] == 6
    assert rows["deep linear, l2 (gaussian)"]["complex classes"] == 17  # FACTS: 1-1-1-1
    assert rows["data couplings (gaussian)"]["complex classes"] == 15
    assert report.lead[0].startswith("spin glass, 3 free parameters: ") and len(report.lead) == 6


@pytest.mark.slow
def test_a_data_glass_with_many_normal_data_has_the_points_of_its_limit(tmp_path):
    """Mean real points of one sphere with m = 300: 15.73, of the mixture with covariance 9 R + 6 R^3; not 31.50, of the 3-spin."""
    ens = ho.ensemble("data-glass:widths=5,degrees=3,data=gaussian,m=300", samples=400, seed=1, workers=0)
    mean = ens.mean("n_real")
    assert abs(mean.value - 15.7257) < 4 * mean.standard_error


@pytest.mark.slow
def test_the_figure_is_drawn(tmp_path):
    _, files = run_study(STUDY, msgspec.structs.replace(TINY, scan=(8, 16)), tmp_path / "a", workers=0)
    assert {"figure.svg", "figure.png"} <= {f.name for f in files}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("dimensions = []", "dimensions"),
        ("dimensions = [4, 4]", "dimensions"),
        ("dimensions = [9]", "free parameters"),
        ("samples = 1", "samples"),
        ('data = ["mnist"]', "data"),
        ("data = []", "data"),
        ('data = ["iris"]', "features"),
        ('dimensions = [8]\ndata = ["diabetes"]', "features"),
        ("m = 5", "degenerate"),
        ("scan = [3]", "degenerate"),
        ("scan = [20, 20]", "repeat"),
        ("level = 0", "level"),
        ("rungs = 3", "rungs"),
        ('m = "all"', "int"),
    ],
)
def test_bad_specifications_are_refused_with_a_sentence(text, why):
    with pytest.raises(PolysysError, match=why) as caught:
        from_toml(STUDY, text)
    assert caught.value.way_out


def test_presets_can_be_written_and_read():
    for preset in (STUDY.quick, STUDY.full):
        assert from_toml(STUDY, to_toml(STUDY, preset)) == preset
