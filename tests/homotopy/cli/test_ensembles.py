"""The commands ensemble, status and merge: output, exit codes, one sentence for every mistake."""

import json
import os
import signal
import subprocess

import pytest

import homotopy as ho
from homotopy.common import files
from homotopy.ensembles import pools
from homotopy.ensembles.record import failed_record
from homotopy.ensembles.store.store import open_store
from tests.homotopy import processes

LABEL = "spherical-p-spin:n=2,p=3"
RUN = ("ensemble", LABEL, "--samples", "12", "--seed", "1", "--workers", "0")


def test_an_ensemble_prints_itself_and_the_comparison_with_theory(stationary, tmp_path):
    result = stationary(*RUN, "--store", str(tmp_path / "s"))
    assert result.code == 0 and result.err == ""
    assert "12 proved" in result.out and "index 0        2.64575" in result.out and "consistent" in result.out
    again = stationary("ensemble", str(tmp_path / "s" / "spec.toml"), "--workers", "0", "--store", str(tmp_path / "t"), "--json", "-")
    content = json.loads(again.out)
    assert content["digest"] == ho.load_ensemble(tmp_path / "s").digest
    assert content["comparison"]["consistent"] and content["mean"]["n_real"]["method"] == "t"
    assert set(content) >= {"model", "seed", "samples", "verdicts", "failures", "mean_by_index", "median", "n_open"}


def test_predictions_of_the_user_are_compared(stationary, tmp_path):
    (tmp_path / "p.csv").write_text("index,mean,error\n0,2.6457513,0\n1,9.5,0.01\n")
    result = stationary(*RUN, "--store", str(tmp_path / "s"), "--compare", str(tmp_path / "p.csv"))
    assert result.code == 1 and "deviates: fewer index 1 than predicted" in result.out
    (tmp_path / "p.csv").write_text("index,mean,error\n0,2.6457513,0\n")
    assert stationary(*RUN, "--store", str(tmp_path / "s"), "--compare", str(tmp_path / "p.csv")).code == 0


def test_shards_are_merged_and_status_tells_what_is_missing(stationary, tmp_path):
    for k in (1, 2):
        result = stationary(*RUN, "--chunk", "3", "--shard", f"{k}/2", "--store", str(tmp_path / str(k)))
        assert result.code == 0 and f"Shard {k} of 2 is done" in result.out and "mean" not in result.out
    status = stationary("status", str(tmp_path / "1"), "--json", "-")
    assert status.code == 4 and json.loads(status.out)["missing"] == 6
    assert stationary("merge", str(tmp_path / "1"), "--into", str(tmp_path / "half")).code == 4
    merged = stationary("merge", str(tmp_path / "2"), str(tmp_path / "1"), "--into", str(tmp_path / "all"))
    assert merged.code == 0 and ho.load_ensemble(tmp_path / "all").digest in merged.out
    status = stationary("status", str(tmp_path / "all"))
    assert status.code == 0 and "12 of 12 samples" in status.out
    file = tmp_path / "all" / "records" / "00000003-00000005.parquet"
    file.write_bytes(b"")
    status = stationary("status", str(tmp_path / "all"))
    assert status.code == 1 and "1 damaged" in status.out and file.name in status.out


def test_failures_are_named_and_make_the_exit_code_4(stationary, tmp_path):
    stationary(*RUN, "--store", str(tmp_path / "s"))
    store = open_store(tmp_path / "s")
    chunk = store.chunks[0]
    records = store.read(chunk)
    records[3] = failed_record(LABEL, 1, 3, "timeout", "timeout after 600 s")
    store.file(chunk).unlink()
    store.write(chunk, records)
    result = stationary(*RUN, "--store", str(tmp_path / "s"))
    assert result.code == 4 and "1 failed (1 timeout)" in result.out and "sample 3: timeout after 600 s" in result.out
    assert "widened for 1 sample " in result.out
    assert stationary(*RUN, "--store", str(tmp_path / "s"), "--retry-failed").code == 0


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_figures_are_written(stationary, tmp_path, suffix):
    pytest.importorskip("matplotlib")
    file = tmp_path / f"figure.{suffix}"
    assert stationary(*RUN, "--store", str(tmp_path / "s"), "--plot", str(file)).code == 0
    assert file.stat().st_size > 5000


def _spec(tmp_path, text):
    file = tmp_path / "spec.toml"
    file.write_text(text)
    return ["ensemble", str(file), "--store", str(tmp_path / "s")]


GOOD = f'model = "{LABEL}"\nsamples = 4\n'


@pytest.mark.parametrize(
    ("text", "more", "words"),
    [
        (GOOD + "smaples = 3", [], "unknown key 'smaples'"),
        (GOOD.replace("4", "-4"), [], "samples = -4"),
        (GOOD.replace("4", '"four"'), [], "samples = 'four'"),
        (GOOD + 'seed = "x"', [], "seed"),
        (GOOD + "[options]\nspeed = 1", [], "unknown option 'speed'"),
        (GOOD.replace("p-spin", "q-spin"), [], "no model"),
        (GOOD, ["--samples", "5"], "--samples is given beside"),
        (GOOD, ["--points"], "--points is given beside"),
        (GOOD, ["--shard", "5/4"], "shard"),
        (GOOD, ["--shard", "one"], "--shard 1/4"),
        (GOOD, ["--workers", "-2"], "workers"),
        (GOOD, ["--compare", "nowhere.json"], "nowhere.json"),
        (GOOD, ["--plot", "figure.doc"], "figure"),
    ],
)
def test_a_mistake_is_one_sentence_with_a_way_out_and_exit_code_2(stationary, tmp_path, text, more, words):
    result = stationary(*_spec(tmp_path, text), *more)
    assert result.code == 2 and result.out == "" and words in result.err
    assert "Traceback" not in result.err and result.err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ensemble", LABEL], "number of samples is missing"),
        (["ensemble", LABEL, "--samples", "-3"], "samples = -3"),
        (["ensemble", LABEL, "--samples", "3", "--seed", "-3"], "seed"),
        (["ensemble", LABEL, "--samples", "3", "--engine", "magic"], "no engine"),
        (["ensemble", "spherical-p-spin:n=4,p=4,couplings=square-free", "--samples", "3"], "positive dimension"),
        (["ensemble", "deep-linear:widths=1-1-1,data=nowhere.csv", "--samples", "3"], "nowhere.csv"),
    ],
)
def test_wrong_arguments_are_one_sentence(stationary, tmp_path, arguments, words):
    result = stationary(*arguments, "--store", str(tmp_path / "s"))
    assert result.code == 2 and words in result.err and result.err.count("\n") == 1
    assert not (tmp_path / "s").exists()


def test_a_store_of_another_specification_is_refused(stationary, tmp_path):
    stationary(*RUN, "--store", str(tmp_path / "s"))
    for change in (["--samples", "12", "--seed", "2"], ["--samples", "12", "--seed", "1", "--points"], ["--samples", "3", "--seed", "1"]):
        result = stationary("ensemble", LABEL, *change, "--store", str(tmp_path / "s"))
        assert result.code == 2 and result.err.count("\n") == 1
    assert stationary("status", str(tmp_path)).code == 2
    assert stationary("merge", str(tmp_path / "s"), str(tmp_path / "nowhere"), "--into", str(tmp_path / "t")).code == 2


def test_an_unreachable_dask_scheduler_is_one_sentence(stationary, tmp_path, monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr(pools, "DASK_TIMEOUT", 0.5)
    for address in ("nonsense", "tcp://127.0.0.1:1"):
        result = stationary(*RUN[:-2], "--dask", address, "--store", str(tmp_path / "s"))
        assert result.code == 2 and "No Dask scheduler answers" in result.err and result.err.count("\n") == 1


def test_a_store_that_cannot_be_written_is_one_sentence(stationary, tmp_path, monkeypatch):
    stationary(*RUN, "--store", str(tmp_path / "s"))
    for number, expected, words in ((30, 2, "cannot be written (Read-only file system)"), (28, 4, "is full")):

        def deny(*_args, number=number, **_kwargs):
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(files, "open", deny, raising=False)
        for place in ("s", "new"):
            result = stationary(*RUN, "--store", str(tmp_path / place))
            assert result.code == expected and words in result.err and result.err.count("\n") == 1


@pytest.mark.slow
def test_a_small_disk_that_fills_up_keeps_what_fits(tmp_path):
    """A real tmpfs of 64 kB, where one can be mounted."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("no right to mount a tmpfs")
    try:
        arguments = ("ensemble", LABEL, "--samples", "60", "--seed", "1", "--workers", "0", "--chunk", "5")
        code, out, err = processes.run(*arguments, "--store", str(disk / "s"))
        assert code == 4 and out == "" and "is full" in err and "samples are kept" in err and err.count("\n") == 1
        held = ho.load_ensemble(disk / "s")
        assert 0 < held.n_samples < 60 and not list(disk.rglob("*.part"))
        subprocess.run(["mount", "-o", "remount,size=4m", str(disk)], check=True)
        code, out, err = processes.run(*arguments, "--store", str(disk / "s"))
        assert code == 0
        whole = ho.ensemble(LABEL, samples=60, seed=1, workers=0)
        assert ho.load_ensemble(disk / "s").digest == whole.digest
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        code, out, err = processes.run(*arguments[:3], "70", *arguments[4:], "--store", str(disk / "s"))
        assert code == 2 and "Read-only file system" in err and err.count("\n") == 1
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), pytest.param(signal.SIGTERM, 143, marks=pytest.mark.slow)]
)
def test_an_interrupted_run_says_what_is_kept_and_how_to_go_on(tmp_path, number, code):
    process = processes.start(
        "ensemble", LABEL, "--samples", "5000", "--seed", "1", "--workers", "1", "--chunk", "5", "--store", str(tmp_path / "s")
    )
    records = tmp_path / "s" / "records"
    try:
        assert processes.comes_true(lambda: any(records.glob("*.parquet")) or process.poll() is not None)
        workers = processes.children(process.pid)
        process.send_signal(number)
        out, err = process.communicate(timeout=processes.PATIENCE)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == code and out == ""
    assert ("Interrupted" if code == 130 else "Terminated") in err and "of 5000 samples are kept" in err and "goes on" in err and err.count("\n") == 1
    assert workers and not any(map(processes.is_running, workers))
    assert open_store(tmp_path / "s").scan().damaged == {}


def test_that_nothing_is_random_is_said(stationary, tmp_path):
    result = stationary("ensemble", "x^2 + y^2", "--samples", "2", "--workers", "0", "--store", tmp_path / "a")
    assert result.code == 0 and "Nothing in expression:x^2 + y^2 is random" in result.err
    assert "random" not in stationary("ensemble", LABEL, "--samples", "2", "--workers", "0", "--store", tmp_path / "b").err
