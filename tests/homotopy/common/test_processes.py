"""Child processes: what is planted in the current folder or in a folder of everybody is not executed; all is killed."""

import contextlib
import os
import shutil
import subprocess
import sys
import tracemalloc
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from homotopy.common import processes
from homotopy.engines.msolve.client import find_msolve
from homotopy.engines.phcpack.find import find_phcpack
from homotopy.errors import EngineCrashError, EngineMissingError, EngineTimeoutError
from tests.homotopy.processes import PATIENCE, comes_true, is_running

ROOT = Path(__file__).parents[3]
PLANTED = (
    "json",
    "multiprocessing",
    "numpy",
    "runpy",
    "types",
    "homotopy",
    "phcpy",
    "sitecustomize",
    "usercustomize",
    "ctypes",
    "pickle",
)


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with modules and programs that leave a trace when they are executed, first in PATH."""
    folder = tmp_path / "hostile"
    folder.mkdir()
    for name in PLANTED:
        (folder / f"{name}.py").write_text(f"open({str(tmp_path / 'executed')!r}, 'a').write('{name}.py ')\n")
    for name in ("phc", "msolve", "prlimit", "setpriv", "python", "python3"):
        program = folder / name
        program.write_text(f"#!/bin/sh\necho {name} >> {tmp_path / 'executed'}\n")
        program.chmod(0o755)
    monkeypatch.chdir(folder)
    for variable in ("STATIONARY_PHC", "STATIONARY_PHCPY", "STATIONARY_MSOLVE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PATH", os.pathsep.join([str(folder), "", ".", os.environ["PATH"]]))
    yield folder
    trace = tmp_path / "executed"
    assert not trace.exists(), f"executed: {trace.read_text()}"


def stationary(*arguments: str, **options) -> subprocess.CompletedProcess[str]:
    """`stationary`, which is started by a script in a folder of its own, as pip installs it."""
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); sys.argv[0] = 'stationary'; from homotopy.cli import main; main()"
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    return subprocess.run(
        [sys.executable, "-P", "-c", code, *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        env=environment,
        **options,
    )


def test_a_program_is_found_neither_here_nor_where_everybody_writes(hostile: Path, tmp_path: Path, monkeypatch) -> None:
    everybodys = tmp_path / "everybodys"
    shutil.copytree(hostile, everybodys)
    everybodys.chmod(0o777)
    link = tmp_path / "link"
    link.symlink_to(hostile)
    monkeypatch.setenv("PATH", os.pathsep.join(map(str, (everybodys, link, tmp_path / "nowhere"))))
    for name in ("phc", "msolve", "prlimit", "setpriv", "python3"):
        assert processes.find_program(name) is None
    owned = tmp_path / "owned"
    shutil.copytree(hostile, owned)
    monkeypatch.setenv("PATH", f"{everybodys}{os.pathsep}{owned}")
    assert processes.find_program("phc") == str(owned / "phc")
    assert processes.find_program("./phc") == str(hostile / "phc")  # asked for by its path


def test_engines_are_not_looked_for_here(hostile: Path, monkeypatch) -> None:
    for find in (find_msolve, lambda: Path(find_phcpack().phc_path or "")):
        with contextlib.suppress(EngineMissingError):
            assert not find().is_relative_to(hostile)
    monkeypatch.syspath_prepend(str(hostile))
    (hostile / "phcpy").mkdir()
    (hostile / "phcpy" / "__init__.py").write_text((hostile / "json.py").read_text())
    with contextlib.suppress(EngineMissingError):
        assert find_phcpack().phcpy_path != str(hostile / "phcpy")


def test_a_child_interpreter_imports_nothing_from_here(hostile: Path, monkeypatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(hostile))
    monkeypatch.setattr(sys, "path", ["", str(hostile), *sys.path])
    code = "import json, numpy, pickle, homotopy, sys\nprint(sys.path[-1], homotopy.__file__, sys.argv[1:])"
    said = _printed_by(processes.interpreter(code, 3, "a"))
    assert said == f"{hostile} {ROOT / 'homotopy' / '__init__.py'} ['3', 'a']"


def test_what_multiprocessing_spawns_imports_nothing_from_here(hostile: Path) -> None:
    with processes.isolated_spawning(), ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert pool.submit(os.getpid).result() != os.getpid()
    assert "PYTHONSAFEPATH" not in os.environ


def test_models_of_the_current_folder_can_still_be_imported(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "own_model.py").write_text("print('mine')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend("")
    assert _printed_by(processes.interpreter("import own_model")) == "mine"


def _printed_by(command: list[str]) -> str:
    """What a command prints that loads libraries first, which takes long on a busy machine."""
    return processes.run_in(Path("."), command, PATIENCE)[1]


@pytest.mark.phcpack
@pytest.mark.parametrize(
    "arguments",
    [
        ["doctor"],
        ["count", "spherical-p-spin:n=2,p=3", "--engine", "phcpack"],
        ["count", "spherical-p-spin:n=2,p=3", "--cross-check"],
        ["ensemble", "spherical-p-spin:n=2,p=3", "--samples", "2", "--workers", "1", "--store", "store"],
    ],
    ids=lambda arguments: " ".join(arguments[:1] + arguments[2:3]),
)
def test_the_command_line_executes_nothing_that_is_planted_here(arguments: list[str], hostile: Path) -> None:
    done = stationary(*arguments)
    assert done.returncode in (0, 1), done.stderr
    assert "Traceback" not in done.stderr


def test_a_process_is_killed_with_all_that_it_started(tmp_path: Path) -> None:
    process = processes.start(["sh", "-c", "sleep 60 & echo $!; wait"], stdout=subprocess.PIPE, text=True)
    grandchild = int(process.stdout.readline())
    processes.end(process)
    process.stdout.close()
    assert processes.exit_words(process.returncode) == "signal 9 (SIGKILL)"
    assert comes_true(lambda: not is_running(grandchild))


def test_a_program_runs_in_a_folder_of_its_own_that_disappears() -> None:
    before = os.getcwd()
    where = processes.run("test", ["sh", "-c", "pwd > out; cat in >> out"], {"in": "text"}, "out", PATIENCE).split()
    assert where[1] == "text"
    assert where[0] != before
    assert not Path(where[0]).exists()


def test_failures_are_told_apart() -> None:
    with pytest.raises(EngineTimeoutError, match=r"within 0\.2 s"):
        processes.run("test", ["sleep", "1000"], {}, "out", 0.2)
    with pytest.raises(EngineCrashError, match="exit code 3, saying: 'no'"):
        processes.run("test", ["sh", "-c", "echo no; exit 3"], {}, "out", PATIENCE)
    with pytest.raises(EngineCrashError, match="wrote no answer"):
        processes.run("test", ["true"], {}, "out", PATIENCE)


def test_the_number_of_cores_can_be_chosen(monkeypatch) -> None:
    monkeypatch.delenv("STATIONARY_THREADS", raising=False)
    assert processes.n_usable_cores() == len(os.sched_getaffinity(0))
    for chosen, expected in (("3", 3), ("0", len(os.sched_getaffinity(0))), ("many", len(os.sched_getaffinity(0)))):
        monkeypatch.setenv("STATIONARY_THREADS", chosen)
        assert processes.n_usable_cores() == expected


@pytest.mark.parametrize(
    "endless",
    ["yes", "yes >&2", "yes > out", "trap '' TERM HUP; yes & wait"],
    ids=["output", "errors", "file", "grandchild that ignores SIGTERM"],
)
def test_a_program_that_writes_without_end_is_cut_off(endless: str) -> None:
    """Neither disk nor memory is filled, the error is one sentence, and nothing of the group is left."""
    tracemalloc.start()
    with pytest.raises(EngineCrashError) as caught:
        processes.run("test", ["sh", "-c", f"{endless}; exit 1"], {}, "out", PATIENCE)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 1 << 20 < processes.MAX_FILE
    assert len(caught.value.what) < 400


def test_the_first_and_the_last_words_of_a_program_are_kept() -> None:
    said = processes.printed_by(["sh", "-c", "echo first; yes | head -c 3000000; echo last"])
    assert said.startswith("first y") and said.endswith("y last") and len(said) < 1 << 17


def test_a_program_that_ignores_requests_to_end_is_killed_with_its_group(tmp_path: Path) -> None:
    code = f"trap '' TERM INT HUP; sh -c 'trap \"\" TERM; while :; do sleep 0.1; done' & echo $! > {tmp_path}/pid; while :; do sleep 0.1; done"
    for limit in (0.5, 5.0, 50.0):  # a busy machine may not come to start the grandchild in the first
        with pytest.raises(EngineTimeoutError, match=f"within {limit:g} s"):
            processes.run("test", ["sh", "-c", code], {}, "out", limit)
        if (tmp_path / "pid").exists() and (tmp_path / "pid").read_text().strip():
            break
    grandchild = int((tmp_path / "pid").read_text())
    assert comes_true(lambda: not is_running(grandchild))
