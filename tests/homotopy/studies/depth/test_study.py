"""The depth study: its series, what is observed on them, its verdicts, and its runs."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from math import isclose, log

import msgspec
import numpy as np
import pytest

import homotopy as ho
import polysys as ps
from homotopy.certification.hessian import log_abs_det_hessian
from homotopy.studies.depth.cases import MIN_SAMPLES, Effort, layered_cases, sample_seed
from homotopy.studies.depth.effective_glass import (
    CONVENTIONS,
    convention_table,
    curve,
    curve_findings,
    curve_table,
    glasses,
    lead,
)
from homotopy.studies.depth.measure import (
    QUANTITIES,
    claim_findings,
    limits,
    measure,
    predictions,
    series_trends,
    theory_findings,
)
from homotopy.studies.depth.study import FULL, QUICK, STUDY, DepthSpec, plan, run
from homotopy.studies.frame.report import Report
from homotopy.studies.frame.run_folder import RunFolder
from homotopy.studies.frame.study import from_toml, run_study
from homotopy.studies.frame.trends import Trend
from homotopy.studies.measures.minima_of_samples import energy_unit, minima_of_samples
from polysys.errors import PolysysError
from polysys.models.architectures import Convention
from polysys.theory import MeanCounts, Prediction, deep_linear

TINY = DepthSpec(
    samples=8,
    classes=500,
    draws=19,
    pair_weights=(),
    layered_weights=6,
    sphere_spins=3,
    sphere_depths=(2, 3),
    architecture_weights=(12,),
    architecture_depth=6,
    linear_networks=("1-2-1", "1-1-1-1-1"),
    polynomial_networks=("1-1-1",),
    data="gaussian",
    data_size=3,
    losses=("sum",),
    network_samples=8,
)


def test_twelve_weights_in_layers_have_the_known_counts():
    """FACTS of Friedland & Ottaviani: 6x6, 4x4x4, 3x3x3x3, 2^6."""
    for spec in (QUICK, FULL):
        cases = [c for c in plan(spec)[0] if c.series == "layered"]
        assert [(c.depth, c.n_classes) for c in cases] == [(2, 6), (3, 240), (4, 997), (6, 720)]
        assert all(c.n_samples >= MIN_SAMPLES and c.n_weights == 12 for c in cases)


def test_the_primary_reading_covers_the_sizes_asked_for():
    by_series = {}
    for case in plan(FULL)[0]:
        if case.reading == "architecture":
            by_series.setdefault(case.series, []).append(case)
    assert list(by_series) == ["architecture 30", "architecture 60", "architecture 100"]
    for name, cases in by_series.items():
        target = int(name.split()[1])
        assert [c.depth for c in cases] == sorted({c.depth for c in cases}) and len(cases) >= 3
        for c in cases:
            widths = [int(w) for w in c.architecture.split("-")]
            assert set(widths[:-1]) == {widths[0]} and widths[-1] == 1  # Lambda is the width exactly
            assert c.label == f"spherical-p-spin:n={widths[0]},p={c.depth}"
            assert abs(c.n_weights - target) <= 0.15 * target


def test_networks_of_a_series_have_one_size_and_the_same_ends():
    for spec in (QUICK, FULL):
        for reading in ("linear", "polynomial"):
            cases = [c for c in plan(spec)[0] if c.reading == reading]
            assert len(cases) >= 2
            assert max(c.n_weights for c in cases) <= 1.2 * min(c.n_weights for c in cases)
    assert {c.n_weights for c in plan(FULL)[0] if c.reading == "linear"} == {8}


def test_models_of_a_study_are_independent_and_a_shared_one_is_counted_once():
    cases = plan(FULL)[0]
    seeds = {c.label: sample_seed(1, c.label) for c in cases}
    assert len(set(seeds.values())) == len(seeds)
    assert sample_seed(1, "x") != sample_seed(2, "x")
    for label in seeds:
        assert len({c.n_samples for c in cases if c.label == label}) == 1


@pytest.mark.parametrize("n_weights", [30, 60, 100, 1000])
def test_curves_are_the_formula_in_floats(n_weights):
    found = curve(n_weights, 20)
    floats = {}
    for h in found.depths:
        n = n_weights if h == 1 else (-1 + (1 + 4 * (h - 1) * n_weights) ** 0.5) / (2 * (h - 1))
        floats[h] = n if h == 2 else ((h - 1) ** n - 1) / (h - 2)
    assert all(isclose(found.count(h), floats[h], rel_tol=1e-9) for h in found.depths)
    assert found.peak == max(floats, key=lambda h: floats[h])
    assert found.trend.verdict == "not monotone" and found.trend.maximum == (str(found.peak),)
    simpler = curve(n_weights, n_weights).simpler_depth()
    assert simpler is not None and (simpler not in floats or floats[simpler] < floats[2] <= floats[simpler - 1])
    half = found.half_depth()
    assert half is None or floats[half] < floats[found.peak] / 2 <= floats[half - 1]


def test_the_shape_does_not_depend_on_what_the_ends_do():
    table = convention_table((60, 100), 20)
    verdicts = [row[table.columns.index("verdict")] for row in table.rows]
    assert len(verdicts) == 2 * len(CONVENTIONS) and set(verdicts) == {"not monotone"}


@pytest.mark.parametrize(("n_weights", "turn"), [(30, 4), (60, 5), (100, 5), (2000, 8)])
def test_the_formula_holds_beyond_its_own_turn(n_weights, turn):
    """Where the formula that the claim rests on rises before it falls, the claim holds beyond the depth of its maximum."""
    found = curve(n_weights, 20)
    first, second = curve_findings([found], curve_table([found], {}))
    assert first.words == f"holds beyond depth {turn}" and first.statement == "fewer stationary points with depth"
    assert second.verdict == "undecided"  # no predictions of real points were given
    assert str(Convention(4, 3)) == "4 inputs, 3 outputs" and "1 output" in str(Convention())


def test_the_curve_meets_exact_counts_where_lambda_is_whole():
    found = curve(30, 8)
    labels = ["spherical-p-spin:n=3,p=4", "spherical-p-spin:n=2,p=8"]
    assert set(labels) <= set(glasses([found]))
    predicted = {label: ps.theory.mean_counts(ps.model_from_label(label)) for label in labels}
    table = curve_table([found], predicted)
    rows = {row[1]: dict(zip(table.columns, row, strict=True)) for row in table.rows}
    for depth, spins, classes in ((2, 5, 5), (4, 3, 13), (8, 2, 8)):
        row = rows[depth]
        assert row["Lambda"] == pytest.approx(spins, abs=1e-12)
        assert (
            row["complex, interpolated"] == pytest.approx(classes)
            and row["Lambda is whole"]
            and row["its weights"] == 30
        )
    assert rows[8]["mean real, interpolated"] == pytest.approx((3 * 8 - 2) ** 0.5)  # 2 sqrt(3p - 2) points, FACTS
    assert rows[3]["mean real, interpolated"] is None  # no prediction was given


@pytest.mark.parametrize(
    "label", ["spherical-p-spin:n=4,p=4", "layered-spin-glass:widths=2-2-2", "deep-linear:widths=1-2-1,m=2"]
)
def test_observations_are_those_of_each_census(tmp_path, label):
    """Against censuses of the same samples: minima up to symmetry by exact orbits, widths by determinants in balls."""
    model = ps.model_from_label(label)
    folder = RunFolder(tmp_path, workers=0)
    ens = folder.ensemble(model, samples=6, seed=4, points=True)
    found = minima_of_samples(folder, ens, model, draws=19)
    assert found.n_samples == 6 and found.n_left_out == 0
    for sample in found.samples:
        census = ho.census(model.sample(4, sample["sample"]))
        land, order = census.landscape, census.landscape.symmetry.order
        unit = energy_unit(land)
        images = {}
        for p in census.minima:
            orbit = land.symmetry.orbit(tuple(round(float(c.mid()), 6) + 0.0 for c in p.coordinates))
            log_det = log_abs_det_hessian(land, census.certificates[p.solution])
            images[frozenset(tuple(v + 0.0 for v in x) for x in orbit)] = (
                float(p.energy.mid()) / unit,
                float(log_det.mid()) / land.domain.dimension,
            )
        assert len(sample["energies"]) == len(images) and len(census.minima) <= order * len(images)
        for k, name in enumerate(("energies", "widths")):
            assert sorted(sample[name]) == pytest.approx(sorted(v[k] for v in images.values()), abs=1e-7)
    assert found.per_sample("deepest").shape == (6,)
    assert (found.per_sample("deepest") <= found.per_sample("energy") + 1e-12).all()


def test_energies_of_networks_are_fractions_of_the_loss_at_zero():
    net = ps.DeepLinear(widths=(1, 1, 1), data=([[1]], [[4]]), l2=1)
    assert energy_unit(net.sample()) == 8.0
    assert energy_unit(ps.LayeredSpinGlass(widths=(2, 3)).sample(1)) == 5.0


def test_wrong_predictions_are_noticed(tmp_path):
    folder = RunFolder(tmp_path, workers=0)
    case = next(c for c in plan(replace_spec(samples=60, readings=("sphere",)))[0] if c.depth == 3)
    right = predictions(folder, [case.label])[case.label]
    measured = measure(folder, case, right, 1, 19)
    assert theory_findings([measured], 0.01)[0].verdict == "holds"
    wrong = MeanCounts(
        case.label, {k: Prediction(p.value + 1, p.error, p.kind, "") for k, p in right.by_index.items()}, right.total
    )
    assert theory_findings([replace(measured, predicted=wrong)], 0.01)[0].verdict == "fails"
    sampled = MeanCounts(case.label, right.by_index, Prediction(10.6, 0.02, "monte-carlo", ""))
    assert replace(measured, predicted=sampled).mean_real().error == 0.01
    assert measured.mean_real().is_exact and not measured.enumerated_real().is_exact
    assert measured.mean_real().value == pytest.approx(10.552360 / 2, abs=1e-6)  # FACTS: N = 3, p = 3
    found = series_trends([measured], 0.01)
    assert set(found) == set(QUANTITIES) and {t.verdict for t in found.values()} == {"undecided"}


def replace_spec(**changes):
    return msgspec.structs.replace(TINY, **changes)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"layered_weights": 7}, "equal layers"),
        ({"layered_depths": (5,)}, "Depths that divide them"),
        ({"layered_depths": (2, 3), "layered_weights": 12, "classes": 100}, "hours of one core"),
        ({"layered_weights": 60, "layered_depths": (30,)}, "too large"),
        ({"sphere_depths": (1, 2)}, "sphere_depths"),
        ({"sphere_depths": ()}, "sphere_depths"),
        ({"sphere_spins": 30, "sphere_depths": (3,)}, "hours of one core"),
        ({"sphere_spins": 20, "sphere_depths": (30,)}, "coefficients"),
        ({"architecture_weights": (30, 30)}, "twice"),
        ({"architecture_weights": (2,)}, "architecture_weights"),
        ({"linear_networks": ("2-2-2", "2-2-2-2")}, "weights"),
        ({"linear_networks": ("2-1-1-2", "2-1-2")}, "growing depth"),
        ({"linear_networks": ("1-2-1", "2-1-1-1")}, "same inputs"),
        ({"linear_networks": ("2x2",)}, "cannot be read"),
        ({"linear_networks": ("2-2",)}, "widths"),
        ({"linear_networks": ()}, "no networks"),
        ({"losses": ("cross-entropy",)}, "loss"),
        ({"losses": ("sum", "sum")}, "losses"),
        ({"losses": ()}, "losses"),
        ({"activation": "relu(z)"}, "not a polynomial"),
        ({"readings": ("layers",)}, "readings"),
        ({"readings": ()}, "readings"),
        ({"readings": ("sphere", "sphere")}, "readings"),
        ({"level": 1.0}, "level"),
        ({"samples": 3}, "samples"),
        ({"seed": -1}, "seed"),
        ({"network_tolerance": 1.0}, "network_tolerance"),
        ({"max_minutes": 0.0}, "max_minutes"),
        ({"max_minutes": 0.01, "samples": 100, "classes": 10**6}, "minutes of one core"),
    ],
)  # fmt: skip
def test_specifications_that_cannot_be_used_are_refused(changes, why):
    with pytest.raises(PolysysError, match=why):
        replace_spec(**changes)
    text = "\n".join(f"{k} = {_toml(v)}" for k, v in {**msgspec.to_builtins(TINY), **changes}.items())
    with pytest.raises(PolysysError, match=why):
        from_toml(STUDY, text)


def _toml(value):
    return msgspec.json.encode(value).decode()


def test_data_and_bounds_are_looked_at_before_anything_is_counted(tmp_path):
    for changes, why in (
        ({"data": "nowhere.csv", "data_size": 0}, "nowhere"),
        ({"max_bound": 10}, "max_bound"),
    ):
        with pytest.raises(PolysysError, match=why):
            run(replace_spec(**changes), RunFolder(tmp_path, workers=0))
    assert not list(tmp_path.iterdir())


def test_depths_out_of_reach_are_left_out_and_said():
    cases, left_out = layered_cases(12, (), Effort(100, 5000))
    assert [c.depth for c in cases] == [2, 3] and len(left_out) == 2 and "997" in left_out[0]
    cases, left_out = layered_cases(60, (), Effort(100, 5000))
    assert [c.depth for c in cases] == [2] and any("too many to count" in text for text in left_out)


class Stop(Exception):
    pass


def test_an_interrupted_run_goes_on_and_gives_the_same_bytes(tmp_path, monkeypatch):
    monkeypatch.setitem(deep_linear.deep_linear_counts.__kwdefaults__, "samples", 300)  # 2000 take longer than all else
    report, files = run_study(STUDY, TINY, tmp_path / "whole", workers=0)
    seen = []

    def say(sentence):
        seen.append(sentence)
        if sentence.startswith("deep-linear"):
            raise Stop

    with pytest.raises(Stop):
        run_study(STUDY, TINY, tmp_path / "parts", workers=0, say=say)
    assert not (tmp_path / "parts/report.md").exists() and any((tmp_path / "parts/ensembles").iterdir())
    run_study(STUDY, TINY, tmp_path / "parts", workers=0)
    for file in files:
        if file.suffix in (".csv", ".json", ".md"):
            assert file.read_bytes() == (tmp_path / "parts" / file.name).read_bytes(), file.name
    names = {t.name for t in report.tables}
    assert names == {"counts", "architecture", "conventions", "minima", "indices"}
    counts = next(t for t in report.tables if t.name == "counts")
    of = {row[0:2]: dict(zip(counts.columns, row, strict=True)) for row in counts.rows}
    assert of["layered", 2]["complex"] == 3 and of["layered", 3]["complex"] == 6
    assert (
        of["linear sum", 2]["complex"] == 9 and of["linear sum", 4]["complex"] == 49
    )  # FACTS: 1-2-1 and the chain of four
    assert of["polynomial sum", 2]["complex"] == 9 and of["polynomial sum", 2]["complex known by"].startswith(
        "enumeration"
    )
    subjects = [f.subject for f in report.findings]
    for series in ("layered", "sphere", "architecture 12", "linear sum"):
        assert sum(s.startswith(series + ": ") for s in subjects) == 4 + len(QUANTITIES)
    verdicts = {f.subject: f.verdict for f in report.findings}
    assert verdicts["layered: fewer stationary points with depth"] == "fails"
    assert verdicts["predicted mean counts agree with enumeration"] == "holds"
    assert any("supported, not proved" in text for text in report.limits)


def test_the_conclusion_says_how_a_claim_fails():
    def row(*verdicts):
        names = ("complex", "real", "nearest", "trade-off")
        return {n: Trend(v, "", (), (), ()) for n, v in zip(names, verdicts, strict=True)}

    verdicts = {
        "layered": row("not monotone", "not monotone", "undecided", "falls"),
        "sphere": row("rises", "rises", "falls", "rises"),
        "linear": row("falls", "falls", "rises", "undecided"),
    }
    findings = [f for series, trends in verdicts.items() for f in claim_findings(series, trends, 20)]
    text = Report("", "", (), tuple(findings)).headlines
    assert (
        '"Fewer stationary points with depth" holds for linear; fails for layered (not monotone), sphere (rises).'
        in text
    )
    assert (
        '"Minima more clustered with depth" holds for sphere; fails for linear (rises); is undecided for layered.'
        in text
    )
    assert any("holds for sphere; fails for layered (falls); is undecided for linear." in t for t in text)
    small = claim_findings("sphere", verdicts["sphere"], 6)
    assert [f.verdict for f in small] == ["fails", "fails", "not testable at these sizes", "holds"]
    few, many = lead([curve(30, 20), curve(100, 20)])
    assert "is not monotone, largest at depth 4" in few and "from depth 12 on" in few
    assert "largest at depth 5" in many and "from depth 39 on" in many
    assert limits([], [], 0.01) == ()


SCRIPT = """
import sys
from homotopy.studies.depth.study import STUDY
from homotopy.studies.frame.study import read_spec, run_study
if __name__ == "__main__":
    run_study(STUDY, read_spec(STUDY, sys.argv[1]), sys.argv[2], workers=2)
"""


@pytest.mark.slow
def test_a_killed_process_goes_on_and_gives_the_same_bytes(tmp_path):
    """SIGKILL to the whole group, at three moments."""
    from homotopy.studies.frame.study import to_toml

    (tmp_path / "spec.toml").write_text(to_toml(STUDY, TINY))
    (tmp_path / "go.py").write_text(SCRIPT)
    command = [sys.executable, str(tmp_path / "go.py"), str(tmp_path / "spec.toml")]
    subprocess.run([*command, str(tmp_path / "whole")], check=True)
    for least in (1, 3, 5):
        place = tmp_path / "parts"
        process = subprocess.Popen([*command, str(place)], start_new_session=True)
        while process.poll() is None and len(list(place.glob("ensembles/*/records/*.parquet"))) < least:
            time.sleep(0.05)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    subprocess.run([*command, str(tmp_path / "parts")], check=True)
    tables = sorted((tmp_path / "whole").glob("*.csv"))
    assert len(tables) == 5
    for table in tables:
        assert table.read_bytes() == (tmp_path / "parts" / table.name).read_bytes()


def test_the_mean_number_of_real_points_of_layers_is_the_known_one(tmp_path):
    """Draisma & Horobet: 4.2868 real classes of a 2x2x2 tensor on average."""
    folder = RunFolder(tmp_path, workers=0)
    case = next(c for c in plan(replace_spec(samples=80, classes=10**4, readings=("layered",)))[0] if c.depth == 3)
    found = measure(folder, case, None, 2, 19).enumerated_real()
    assert abs(found.value - 4.2868) < 4 * found.error and np.isfinite(log(found.value))
