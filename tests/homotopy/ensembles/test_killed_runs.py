"""kill -9 at random moments, two runs at once, a real Dask cluster, memory: a store always ends as if undisturbed."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time

import pytest

import homotopy as ho
import polysys as ps
from tests.homotopy import processes

LABEL = "spherical-p-spin:n=2,p=3"


@pytest.fixture(scope="module")
def digest():
    """Of 120 samples, undisturbed, in this process."""
    return ho.ensemble(LABEL, samples=120, seed=1, workers=0).digest


def arguments(store, samples=120, workers=2):
    return (
        "ensemble", LABEL, "--samples", str(samples), "--seed", "1", "--workers", str(workers), "--chunk", "4", "--store", str(store),
    )  # fmt: skip


def kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def disturb(store, victim: str, delay: float, samples: int = 120) -> None:
    """Start a run and kill -9 a worker, the parent, or both, after a delay; wait for the run and its workers to end."""
    process = processes.start(*arguments(store, samples))
    try:
        time.sleep(delay)
        workers = processes.children(process.pid)
        if victim in ("worker", "both") and workers:
            kill(random.Random(delay).choice(workers))
        if victim in ("parent", "both"):
            kill(process.pid)
        process.communicate(timeout=200)
        assert processes.comes_true(lambda: not any(map(processes.is_running, workers))), "workers outlive their parent"
    finally:
        process.kill()
        process.wait()


def check(store, digest, samples: int = 120) -> None:
    """After a last undisturbed run: exactly the records of an undisturbed ensemble, each once."""
    code, _, err = processes.run(*arguments(store, samples))
    assert code == 0, err
    found = ho.load_ensemble(store)
    assert found.digest == digest and found.samples.tolist() == list(range(samples)) and not found.failures


def startup() -> float:
    """Seconds until a run begins to count, on this machine now."""
    begin = time.monotonic()
    subprocess.run([sys.executable, "-c", "import homotopy"], env=processes.environment(), check=True)
    return time.monotonic() - begin


def test_killing_worker_and_parent_loses_and_corrupts_nothing(tmp_path, digest):
    disturb(tmp_path / "s", "both", 2.6 * startup())
    check(tmp_path / "s", digest)


@pytest.mark.slow
def test_twenty_kills_at_random_moments_lose_and_corrupt_nothing(tmp_path):
    """Ten stores: the parent or both are killed in a first run, a worker in the second, which goes on; then the check."""
    samples = 400
    digest = ho.ensemble(LABEL, samples=samples, seed=1, workers=0).digest
    rng = random.Random(5)
    scale = startup()
    held = []
    for k in range(10):
        store = tmp_path / f"s{k}"
        disturb(store, ("parent", "both")[k % 2], scale * rng.uniform(1, 6), samples)
        held.append(len(list(store.glob("records/*.parquet"))))
        disturb(store, "worker", scale * rng.uniform(1, 6), samples)
        check(store, digest, samples)
    assert any(0 < n < samples // 4 for n in held), f"every kill came too early or too late: {held}"


@pytest.mark.slow
def test_two_runs_on_one_store_share_the_work_and_end_alike(tmp_path, digest):
    runs = [processes.start(*arguments(tmp_path / "s", workers=1)) for _ in range(2)]
    results = [(run.communicate(timeout=250), run.returncode) for run in runs]
    assert [code for _, code in results] == [0, 0], results
    found = ho.load_ensemble(tmp_path / "s")
    assert found.digest == digest and found.samples.tolist() == list(range(120))
    assert not [n for n in os.listdir(tmp_path / "s" / "records") if n.startswith(".")]


@pytest.mark.slow
@pytest.mark.parametrize("samples", [500])
def test_serial_processes_dask_and_shards_give_identical_records(tmp_path, samples):
    """500 samples: in this process, 2 processes, a Dask scheduler with 2 workers over TCP, 4 shards merged."""
    pytest.importorskip("distributed")
    from homotopy.ensembles.store.merge import merge

    serial = ho.ensemble(LABEL, samples=samples, seed=1, workers=0, store=tmp_path / "serial")
    two = ho.ensemble(LABEL, samples=samples, seed=1, workers=2, chunk=20, store=tmp_path / "two")
    scheduler = subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "18786", "--no-dashboard"],
        env=processes.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    worker = subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_worker", "tcp://127.0.0.1:18786", "--nworkers", "2", "--nthreads", "1",
         "--no-dashboard", "--local-directory", str(tmp_path / "dask")],
        env=processes.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        time.sleep(5)
        code, _, err = processes.run(
            "ensemble", LABEL, "--samples", str(samples), "--seed", "1", "--dask", "tcp://127.0.0.1:18786", "--chunk", "25",
            "--store", str(tmp_path / "dask-store"), timeout=900,
        )  # fmt: skip
    finally:
        for process in (worker, scheduler):
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
    assert code == 0, err
    for k in range(1, 5):
        part = processes.run(
            "ensemble", LABEL, "--samples", str(samples), "--seed", "1", "--shard", f"{k}/4", "--workers", "1", "--chunk", "10",
            "--store", str(tmp_path / f"shard{k}"),
        )  # fmt: skip
        assert part[0] == 0, part[2]
    merged = merge([tmp_path / f"shard{k}" for k in range(1, 5)], tmp_path / "merged")
    digests = {serial.digest, two.digest, ho.load_ensemble(tmp_path / "dask-store").digest, merged.digest}
    assert len(digests) == 1


_MEMORY = """
import resource, sys
import homotopy as ho
from homotopy.ensembles import pools as ensemble_run
from homotopy.ensembles.record import count_samples
from dataclasses import replace
if sys.argv[2] == "copies":  # one real record a thousand samples: what is measured is the ensemble, not the solver
    known = {}
    def count(model, seed, samples, options, points=False):
        for s in samples:
            if s % 1000 not in known:
                known[s % 1000] = count_samples(model, seed, [s % 1000], options, points=points)[0]
        return [replace(known[s % 1000], sample=s) for s in samples]
    ensemble_run.count_samples = count
ens = ho.ensemble("spherical-p-spin:n=4,p=3", samples=int(sys.argv[1]), seed=1, workers=int(sys.argv[3]), store=sys.argv[4])
print(ens.mean().interval(), file=sys.stderr)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def peak(tmp_path, samples: int, kind: str, workers: int) -> list[int]:
    """Peak resident memory in kB of a run's own process and of its largest worker."""
    done = subprocess.run(
        [sys.executable, "-c", _MEMORY, str(samples), kind, str(workers), str(tmp_path / f"{kind}{samples}")],
        env=processes.environment(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [int(word) for word in done.stdout.split()]


@pytest.mark.slow
def test_memory_of_the_run_is_flat_over_a_hundred_thousand_samples(tmp_path):
    """Peak within 20 % of that at a thousand; every record passes through the store, the scan and the statistics."""
    small, large = (peak(tmp_path, n, "copies", 0)[0] for n in (1000, 100_000))
    assert large < 1.2 * small, (small, large)


@pytest.mark.slow
def test_memory_of_a_worker_is_flat(tmp_path):
    small, large = (peak(tmp_path, n, "real", 1)[1] for n in (200, 2000))
    assert large < 1.2 * small, (small, large)


@pytest.mark.slow
def test_ten_thousand_samples_agree_with_the_exact_means(tmp_path):
    ens = ho.ensemble("spherical-p-spin:n=3,p=3", samples=10_000, seed=1, store=tmp_path / "s")
    assert ens.count_verdicts()["proved"] == 10_000
    comparison = ho.compare(ens, ps.theory.mean_counts(ps.SphericalPSpin(n=3, p=3)))
    assert comparison.is_consistent, comparison
