"""What happens when PHCpack misbehaves, is missing, or is asked for nonsense."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from homotopy.engines.phcpack.client import PHCpack, Polynomials, Start, find_phcpack
from homotopy.errors import EngineCrashError, EngineMissingError, EngineTimeoutError
from polysys.errors import InputError, NotSquareError
from tests.homotopy.phcpack_systems import SQRT2, deep_linear, eigenvectors, regular, statuses, symmetric_tensor
from tests.homotopy.processes import comes_true, is_running

pytestmark = pytest.mark.phcpack
ROOT = Path(__file__).parents[4]


@pytest.fixture(scope="module")
def engine() -> Iterator[PHCpack]:
    with PHCpack("phcpy" if find_phcpack().phcpy_path else "auto") as engine:
        yield engine


def test_a_worker_killed_in_the_middle_is_replaced_and_the_answer_is_the_same() -> None:
    system = eigenvectors(symmetric_tensor(6, 1), np.ones(6))
    killed: list[int] = []

    def kill_once(done: int, total: int) -> None:
        if not killed:
            killed.append(engine._backend.pid)
            os.kill(killed[0], signal.SIGKILL)

    with PHCpack("phcpy", progress=kill_once) as engine:
        report = engine.solve(system, start=Start.TOTAL_DEGREE, seed=1)
        assert any("signal 9" in sentence for sentence in report.attempts)
        assert engine.solve(system, start=Start.TOTAL_DEGREE, seed=1).ends == report.ends
    assert len(regular(report)) == 63


@pytest.mark.parametrize("transport", ["phcpy", "phc"])
def test_the_time_limit_stops_the_process_and_the_engine_stays_usable(transport: str) -> None:
    with PHCpack(transport, time_limit=0.3) as engine:
        engine.version  # the start of the worker does not count
        with pytest.raises(EngineTimeoutError, match="time limit"):
            engine.solve(deep_linear((2, 2, 2), 2, seed=1), seed=1)
        engine.time_limit = 100
        assert len(regular(engine.solve(SQRT2, seed=1))) == 2


def test_no_process_is_left_behind_when_the_caller_is_killed(tmp_path: Path) -> None:
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from homotopy.engines.phcpack.client import PHCpack, Start\n"
        "def tell(done, total): print(engine._backend.pid, flush=True)\n"
        "engine = PHCpack('phcpy', progress=tell)\n"
        "n = 8; one = lambda *k: tuple(k.count(i) for i in range(n))\n"
        "engine.solve([[(1.0, one(i, i, i)), (2.0, one(i, (i + 1) % n)), (3.0, one())] for i in range(n)],"
        " start=Start.TOTAL_DEGREE, seed=1)\n"
    )
    caller = subprocess.Popen([sys.executable, "-c", script, str(ROOT)], stdout=subprocess.PIPE, text=True)
    assert caller.stdout is not None
    with caller:
        worker = int(caller.stdout.readline())
        caller.kill()
    assert comes_true(lambda: not is_running(worker))


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    for transport in ("phcpy", "phc"):
        with PHCpack(transport) as engine:
            engine.solve(SQRT2, seed=1)
    assert capfd.readouterr() == ("", "")


def fake_phcpy(directory: Path, body: str) -> str:
    (directory / "phcpy").mkdir()
    (directory / "phcpy" / "__init__.py").write_text(body)
    return str(directory / "phcpy")


def test_a_worker_that_always_dies_is_an_error_and_auto_takes_the_executable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATIONARY_PHCPY", fake_phcpy(tmp_path, "import os; os._exit(3)"))
    with pytest.raises(EngineCrashError, match="exit code 3"):
        PHCpack("phcpy").solve(SQRT2, seed=1)
    with PHCpack() as engine:
        assert engine.solve(SQRT2, seed=1).transport == "phc"


def test_a_phcpy_that_cannot_be_loaded_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATIONARY_PHCPY", fake_phcpy(tmp_path, "raise ImportError('built for another Python')"))
    with pytest.raises(EngineMissingError, match="built for another Python"):
        PHCpack("phcpy").solve(SQRT2, seed=1)


def test_a_missing_phcpack_is_an_error_that_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATIONARY_PHCPY", "/nowhere")
    monkeypatch.setenv("STATIONARY_PHC", "/nowhere")
    engine = PHCpack()
    with pytest.raises(EngineMissingError, match="apt install phcpack"):
        engine.solve(SQRT2, seed=1)
    with pytest.raises(EngineMissingError, match="conda"):
        find_phcpack()


@pytest.mark.parametrize(
    ("body", "error", "limit"),
    [("exit 1", EngineCrashError, 100.0), ("exit 0", EngineCrashError, 100.0), ("sleep 1000", EngineTimeoutError, 0.5)],
)
def test_an_executable_that_does_not_work_is_an_error(
    body: str, error: type[Exception], limit: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "phc"
    script.write_text(f'#!/bin/sh\n[ "$1" = --version ] && echo fake && exit\n{body}\n')
    script.chmod(0o755)
    monkeypatch.setenv("STATIONARY_PHC", str(script))
    monkeypatch.setattr("homotopy.engines.phcpack.connect.START_LIMIT", limit)
    with pytest.raises(error):
        PHCpack("phc").solve(SQRT2, seed=1)


@pytest.mark.parametrize(
    ("system", "error", "words"),
    [
        ([], InputError, "no equations"),
        ([[(1, (1, 0))]], NotSquareError, "2 unknowns"),
        ([[(float("nan"), (1,))]], InputError, "nan"),
        ([[(1, (1,)), (float("inf"), (0,))]], InputError, "inf"),
        ([[(1, (-1,))]], InputError, "natural number"),
        ([[(1, (0.5,))]], InputError, "natural number"),
        ([[(1, (1,)), (-1, (1,))]], InputError, "is zero"),
    ],
)
def test_malformed_systems_are_refused_before_they_reach_phcpack(system, error, words) -> None:
    with pytest.raises(error, match=words):
        PHCpack().solve(system, seed=1)


def test_malformed_requests_are_refused(engine: PHCpack) -> None:
    with pytest.raises(InputError, match="does not solve"):
        engine.track(SQRT2, SQRT2, [(1, 1)], seed=1)
    with pytest.raises(InputError, match="equal"):
        engine.track(SQRT2, SQRT2, [(2**0.5, 0.5**0.5)] * 2, seed=1)
    with pytest.raises(InputError, match="finite"):
        engine.track(SQRT2, SQRT2, [(1, float("nan"))], seed=1)
    with pytest.raises(InputError, match="different sizes"):
        engine.track(SQRT2, [[(1, (1,))]], [], seed=1)
    with pytest.raises(InputError, match="groups"):
        engine.solve(SQRT2, start=Start.MULTIHOMOGENEOUS, partition=[[0], [0]], seed=1)
    with pytest.raises(InputError, match="seed"):
        engine.solve(SQRT2, seed=-1)
    with pytest.raises(InputError, match="transport"):
        PHCpack("telepathy")


def test_systems_without_solutions_have_no_paths_or_only_diverging_ones(engine: PHCpack) -> None:
    assert engine.solve([[(5, (0,))]], seed=1).n_paths == 0
    parallel: Polynomials = [[(1, (1, 0)), (1, (0, 1)), (-1, (0, 0))], [(1, (1, 0)), (1, (0, 1)), (-2, (0, 0))]]
    assert statuses(engine.solve(parallel, seed=1)) == {"at_infinity": 1}
