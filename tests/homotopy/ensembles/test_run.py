"""Ensembles: equal records whoever computes them, faults that stay with their sample, open samples counted at their worst."""

import errno
import os
import pickle
import warnings
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

import homotopy as ho
import polysys as ps
from homotopy.common import files
from homotopy.ensembles import pools
from homotopy.ensembles import workers as workers_module
from homotopy.ensembles.counts import CONTRADICTED, SUPPORTED, UNKNOWN
from homotopy.ensembles.pools import Pool
from homotopy.ensembles.record import SampleRecord, count_samples, failed_record
from homotopy.ensembles.store.merge import merge
from homotopy.ensembles.workers import Job, Workers, count_job
from homotopy.errors import StoreError, StoreWriteError, WorkerStartError
from polysys.errors import InputError, PositiveDimensionalError
from tests.homotopy.faulty_models import Faulty

TWO = ps.SphericalPSpin(n=2, p=3)
WHAT = {"samples": 24, "seed": 1}


@pytest.fixture(scope="module")
def serial(tmp_path_factory):
    """The undisturbed run in this process."""
    return ho.ensemble(TWO, **WHAT, workers=0, store=tmp_path_factory.mktemp("serial") / "s", chunk=5)


@pytest.fixture(scope="module")
def workers():
    """Two isolated workers for all tests that can share them."""
    pool = Workers()
    yield pool
    pool.close()


def in_pool(pool: Workers, threads: ThreadPoolExecutor) -> Pool:
    return Pool(lambda job: threads.submit(pool.count, job), lambda: 3)


def test_a_mean_of_samples_that_all_agree_is_their_value():
    printed = str(ho.ensemble(ps.expression("x^2 + y^2"), samples=3, seed=1, workers=0)).splitlines()
    rows = {line.split()[0]: line.split()[1:4] for line in printed[1:]}
    assert rows["mean"] == ["1", "0", "0"] and rows["from"] == ["1", "0", "0"]  # not the middles of their intervals
    assert all(float(most) > 0.1 for most in rows["to"])


def faulty(pool: Workers, model: ps.Model, n: int, timeout: float = 60.0) -> list[SampleRecord]:
    return pool.count(Job(model, 1, tuple(range(n)), ho.Options(), False, timeout))


def test_the_digest_does_not_depend_on_chunks_order_or_who_computes(serial, tmp_path, monkeypatch, workers):
    by_one = ho.ensemble(TWO, **WHAT, workers=0, chunk=24)
    monkeypatch.setattr(pools, "count_job", workers.count)  # the processes of this test, not new ones
    with ThreadPoolExecutor(2) as threads:
        processes = ho.ensemble(TWO, **WHAT, executor=threads, chunk=3, store=tmp_path / "p")
    for k in range(1, 5):
        part = ho.ensemble(TWO, **WHAT, workers=0, chunk=2, shard=(k, 4), store=tmp_path / f"shard{k}")
        assert part.n_samples == 6 and part.n_missing == 18
    merged = merge([tmp_path / f"shard{k}" for k in (3, 1, 4, 2)], tmp_path / "merged")
    assert {by_one.digest, processes.digest, merged.digest} == {serial.digest}
    assert ho.load_ensemble(tmp_path / "merged").digest == serial.digest


def test_shards_may_share_one_folder(serial, tmp_path):
    for k in (1, 2):
        found = ho.ensemble(TWO, **WHAT, workers=0, chunk=5, shard=(k, 2), store=tmp_path / "s")
    assert found.digest == serial.digest and not found.n_missing


def test_counts_are_those_of_single_censuses(serial):
    censuses = [ho.census(TWO.sample(1, k)) for k in range(24)]
    assert serial.range("n_real")[0].tolist() == [c.n_real for c in censuses]
    assert serial.by_index.tolist() == [list(c.by_index.values()) for c in censuses]
    energies = [e for c in censuses for e in sorted(float(p.energy.mid()) for p in c.minima)]
    assert serial.energies(0).tolist() == pytest.approx(energies, rel=1e-8)
    assert serial.mean("n_real").value == np.mean([c.n_real for c in censuses])
    assert serial.mean("n_minima").value == serial.mean(0).value
    assert sum(serial.histogram().values()) == 24 and serial.n_open == 0
    assert len(serial.log_det_minima()) == len(serial.energies(0))
    assert len(repr(serial).splitlines()) <= 10 and "seed 1" in repr(serial)


def test_a_rerun_computes_nothing_and_a_larger_one_only_what_is_new(serial, tmp_path, monkeypatch):
    ho.ensemble(TWO, samples=10, seed=1, workers=0, chunk=5, store=tmp_path / "s")
    counted = []

    def watch(model, seed, samples, *args, **kwargs):
        counted.extend(samples)
        return count_samples(model, seed, samples, *args, **kwargs)

    monkeypatch.setattr(pools, "count_samples", watch)
    ho.ensemble(TWO, samples=10, seed=1, workers=0, store=tmp_path / "s")
    assert counted == []
    found = ho.ensemble(TWO, **WHAT, workers=0, store=tmp_path / "s")
    assert counted == list(range(10, 24)) and found.digest == serial.digest


def test_a_damaged_file_is_computed_again_and_that_is_said(serial, tmp_path):
    place = tmp_path / "s"
    first = ho.ensemble(TWO, **WHAT, workers=0, chunk=5, store=place)
    file = place / "records" / "00000005-00000009.parquet"
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(StoreError, match=r"cannot be read as Parquet"):
        ho.load_ensemble(place)
    said = []
    again = ho.ensemble(TWO, **WHAT, workers=0, store=place, say=said.append)
    assert again.digest == first.digest == serial.digest
    assert len(said) == 1 and "computed again" in said[0]


def test_a_hanging_and_a_crashing_sample_are_recorded_and_the_rest_completes(workers):
    records = faulty(workers, Faulty(hangs=(2,), crashes=(1,)), 4, timeout=5.0)  # in which a busy machine counts a sample, too
    assert {r.sample: (r.failure_kind, r.failure) for r in records if r.is_failed} == {
        1: ("crash", "worker died with signal 11 (SIGSEGV), 3 times with this sample alone"),
        2: ("timeout", "timeout after 5 s"),
    }
    good = count_samples(TWO, 1, [0, 3])
    assert [r.digest for r in records if not r.is_failed] == [r.digest for r in good]


def test_a_worker_killed_from_outside_is_not_the_samples_fault(workers, tmp_path):
    stumble = tmp_path / "stumble"
    stumble.touch()
    records = faulty(workers, Faulty(stumbles=str(stumble), refuses=(5,)), 6)
    assert not stumble.exists() and records[4].tries > 1
    assert [r.digest for r in records[:5]] == [r.digest for r in count_samples(TWO, 1, range(5))]
    assert records[5].failure == "InputError: This sample cannot be drawn."


@pytest.fixture(scope="module")
def wounded():
    """24 samples of which three failed, by a pool that needs no processes."""
    failures = {3: "timeout", 7: "crash", 9: "error"}

    def count(job):
        future = Future()
        future.set_result(
            [
                failed_record(job.model.label, 1, s, failures[s], "why") if s in failures else count_samples(job.model, 1, [s])[0]
                for s in job.samples
            ]
        )
        return future

    class Executor:
        submit = staticmethod(lambda _, job: count(job))

    return ho.ensemble(TWO, **WHAT, executor=Executor(), store=None)


def test_failed_samples_widen_every_statistic(serial, wounded):
    """Two points at least and six at most on the circle: 2 <= n <= 2 * 3."""
    assert wounded.count_failures() == {"crash": 1, "error": 1, "timeout": 1} and wounded.n_open == 3
    lower, upper = wounded.range("n_real")
    truth, _ = serial.range("n_real")
    assert [(lower[s], upper[s]) for s in (3, 7, 9)] == [(2.0, 6.0)] * 3
    assert (lower <= truth).all() and (truth <= upper).all()
    for quantity in ("n_real", "n_minima", 0, 1, "n_complex"):
        for make in ("mean", "median", "log_mean"):
            narrow, wide = (getattr(e, make)(quantity).interval(0.9) for e in (serial, wounded))
            assert wide.low <= narrow.low and narrow.high <= wide.high
        low, high = wounded.mean(quantity).range
        assert low <= serial.mean(quantity).value <= high
    assert wounded.mean().interval().n == 24 and "widened for 3 samples" in str(wounded.mean().interval())
    text = repr(wounded)
    assert "3 failed (1 crash, 1 error, 1 timeout)" in text and "counted at their worst" in text and len(text.splitlines()) <= 10
    assert wounded.fraction("n_real", lambda n: n == 6).n_open == 3


def test_failed_samples_can_be_counted_again(serial, wounded):
    mended = ho.ensemble(TWO, **WHAT, workers=0, store=wounded.store.path, retry_failed=True)
    assert mended.digest == serial.digest and mended.n_open == 0


def test_incomplete_and_undecided_samples_are_open(serial):
    """A sample with one class missing may have two more points; one of undecided index may have any."""
    found = {name: counts.copy() for name, counts in serial.found.items()}
    verdicts = serial.verdicts.copy()
    verdicts[:3] = UNKNOWN, CONTRADICTED, SUPPORTED
    found["n_complex"][0] = 2
    found["n_undecided"][2] = 1
    found["n_undecided_index"][3] = 1
    ens = replace(serial, verdicts=verdicts, found=found)
    lower, upper = ens.range("n_real")
    real = serial.found["n_real"]
    assert (lower[0], upper[0]) == (real[0], min(real[0] + 2, 6)) and (lower[1], upper[1]) == (2, 6)
    assert upper[2] == min(real[2] + 2, max(6, real[2])) and lower[3] == upper[3] == real[3]
    lower, upper = ens.range(0)
    assert (lower[3], upper[3]) == (serial.by_index[3, 0], serial.by_index[3, 0] + 1) and lower[1] == 1
    assert ens.n_open >= 3


def test_samples_that_are_not_there_yet_are_counted_at_their_worst(tmp_path):
    part = ho.ensemble(TWO, **WHAT, workers=0, chunk=4, shard=(1, 2), store=tmp_path / "s")
    assert part.n_missing == 12 and part.mean().n_open >= 12 and "not run yet" in repr(part)
    assert part.so_far().mean().n == 12 and part.so_far().n_missing == 0


def test_an_executor_that_breaks_loses_no_finished_chunk(tmp_path, serial):
    with ProcessPoolExecutor(1) as pool:
        broken = pool
        with pytest.raises(Exception, match="terminated abruptly"):
            pool.submit(os._exit, 1).result()
        with pytest.raises(WorkerStartError, match="Run the same command again"):
            ho.ensemble(TWO, **WHAT, executor=broken, chunk=5, store=tmp_path / "s")
    assert ho.ensemble(TWO, **WHAT, workers=0, store=tmp_path / "s").digest == serial.digest


def test_a_full_disk_stops_the_run_and_keeps_what_was_written(tmp_path, monkeypatch, serial):
    real, calls = files.os.fsync, []

    def fsync(descriptor):
        calls.append(descriptor)
        if len(calls) > 12:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(files.os, "fsync", fsync)
    with pytest.raises(StoreWriteError, match="full"):
        ho.ensemble(TWO, **WHAT, workers=0, chunk=5, store=tmp_path / "s")
    monkeypatch.undo()
    held = ho.load_ensemble(tmp_path / "s")
    assert 0 < held.n_samples < 24 and not list((tmp_path / "s").rglob("*.part"))
    assert ho.ensemble(TWO, **WHAT, workers=0, store=tmp_path / "s").digest == serial.digest


def test_ctrl_c_keeps_complete_chunks(tmp_path, serial):
    def interrupt(done, total, failures):
        if done >= 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ho.ensemble(TWO, **WHAT, workers=0, chunk=5, store=tmp_path / "s", progress=interrupt)
    assert ho.load_ensemble(tmp_path / "s").n_samples == 10
    assert ho.ensemble(TWO, **WHAT, workers=0, store=tmp_path / "s").digest == serial.digest


def test_progress_counts_samples_and_failures(tmp_path):
    seen = []
    ho.ensemble(TWO, samples=10, seed=1, workers=0, chunk=4, progress=lambda *a: seen.append(a))
    assert seen == [(0, 10, 0), (4, 10, 0), (8, 10, 0), (10, 10, 0)]


def test_a_model_that_a_worker_cannot_import_is_named(workers, monkeypatch):
    class Local(ps.SphericalPSpin):
        pass

    with pytest.raises(InputError, match="cannot be sent to a process"):
        ho.ensemble(Local(n=2, p=3), samples=2)
    hidden = type("Hidden", (ps.SphericalPSpin,), {"__module__": __name__})
    monkeypatch.setitem(globals(), "Hidden", hidden)
    with pytest.raises(WorkerStartError, match="imported"):
        workers.count(Job(hidden(n=2, p=3), 1, (0,), ho.Options(), False, 60.0))


def test_what_concerns_all_samples_stops_the_run(monkeypatch):
    monkeypatch.setenv("STATIONARY_PHC", "/nowhere/phc")
    monkeypatch.setenv("STATIONARY_PHCPY", "/nowhere/phcpy")
    with pytest.raises(ho.EngineMissingError):
        ho.ensemble(TWO, samples=2, engine="phcpack", workers=0)
    with pytest.raises(PositiveDimensionalError):
        ho.ensemble("deep-linear:widths=2-2-2,data=gaussian,l2=0.1", samples=2, workers=0)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"samples": -1}, "samples = -1"),
        ({"samples": 2.5}, "samples"),
        ({}, "missing"),
        ({"samples": 2, "seed": -1}, "seed"),
        ({"samples": 2, "workers": -1}, "workers"),
        ({"samples": 2, "workers": True}, "workers"),
        ({"samples": 2, "workers": 1, "dask": "tcp://x"}, "exclude"),
        ({"samples": 2, "executor": 3}, "no executor"),
        ({"samples": 2, "shard": (0, 2)}, "shard"),
        ({"samples": 2, "shard": (3, 2)}, "shard"),
        ({"samples": 2, "shard": 1}, "shard"),
        ({"samples": 2, "chunk": 0}, "chunk"),
        ({"samples": 2, "timeout": 0}, "timeout"),
        ({"samples": 2, "speed": 3}, "no option"),
        ({"samples": 2, "engine": "magic"}, "engine"),
        ({"samples": 2, "engine": "auto", "options": ho.Options()}, "twice"),
    ],
)
def test_wrong_arguments_are_named(arguments, words):
    with pytest.raises(InputError, match=words):
        ho.ensemble(TWO, **arguments)
    with pytest.raises(InputError, match="already says"):
        ho.ensemble(ho.EnsembleSpec(TWO.label, 2), samples=3)
    with pytest.raises(InputError, match="no quantity"):
        ho.ensemble(TWO, samples=1, workers=0).mean("n_saddles")


def test_a_shared_worker_pool_serves_executors_of_any_kind(workers, monkeypatch):
    """What is submitted to Dask, mpi4py or submitit is a plain function of a picklable job."""
    monkeypatch.setattr(workers_module, "_shared", workers)
    job = Job(TWO, 1, (5, 2), ho.Options(), False, 60.0)
    function, argument = pickle.loads(pickle.dumps((count_job, job)))
    assert [r.digest for r in function(argument)] == [r.digest for r in count_samples(TWO, 1, [5, 2])]


def test_warnings_of_a_model_are_given_once():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        ho.ensemble(ps.SphericalPSpin(n=3, p=3, couplings="square-free"), samples=2, workers=0)
    assert len(caught) == 1
