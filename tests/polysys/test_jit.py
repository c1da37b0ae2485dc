"""Kept machine code: used as long as its sources stay, and never a reason to fail."""

import fcntl
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

import polysys.jit
from polysys.jit import Compiler, kernel_folder


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(polysys.jit, "_said", set())
    return tmp_path / "cache" / "stationary-points"


def triple(x):
    return 3 * x


@Compiler.part
def total(x, y):
    return x + y


@Compiler.part
def difference(x, y):
    return x - y


def both(x, y):
    return 10 * total(x, y) + difference(x, y)


def only_one(x, y):
    return difference(y, x) + 0.5


def kept(place: Path) -> list[Path]:
    return [path for path in place.rglob("*") if path.is_file()]


def hits(function) -> int:
    return sum(function.stats.cache_hits.values())


def test_a_function_is_compiled_once_and_then_loaded(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = Compiler("test", [])(triple)
    assert first(14) == 42
    assert hits(first) == 0
    again = Compiler("test", [])(triple)
    assert again(14) == 42
    assert hits(again) == 1
    assert len(kept(place)) == 1
    assert capsys.readouterr() == ("", "")


def test_parts_are_compiled_with_the_kernels_that_call_them_and_have_no_files(place: Path) -> None:
    """Parts of one signature are told apart, also by a kernel for which they are there already."""
    assert (total(2, 1), difference(2, 1)) == (3, 1)
    for n_hits in (0, 1):
        first, second = Compiler("test", [])(both), Compiler("test", [])(only_one)
        assert (first(2, 1), second(2, 1), first(1.5, 0.5)) == (31, -0.5, 21.0)
        assert (hits(first), hits(second)) == (2 * n_hits, n_hits)
    assert sorted(path.name.partition("-")[0] for path in kept(place)) == ["both", "both", "only_one"]


def test_what_another_process_compiles_is_waited_for_and_loaded(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Compiler("test", [])(triple)(1)
    [path] = kept(place)
    content = path.read_bytes()
    path.unlink()
    lock = os.open(f"{path}.lock", os.O_WRONLY | os.O_CREAT)
    fcntl.flock(lock, fcntl.LOCK_EX)
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 2:  # the other process has come to its end
            path.write_bytes(content)
            os.close(lock)

    monkeypatch.setattr(polysys.jit.time, "sleep", sleep)
    function = Compiler("test", [])(triple)
    assert (function(14), hits(function), len(waits)) == (42, 1, 2)
    assert kept(place) == [path]  # no lock is left


def test_a_process_that_stands_still_is_waited_for_once(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polysys.jit, "_LONGEST_WAIT", -1.0)
    Compiler("test", [])(triple)(1)
    [path] = kept(place)
    path.unlink()
    compiler = Compiler("test", [])
    with open(f"{path}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert compiler(triple)(14) == 42
    assert not compiler._is_patient
    assert path.exists()


def test_no_lock_is_held_when_compiling_fails(place: Path) -> None:
    def wrong(x):
        return x.nothing

    with pytest.raises(Exception, match="nothing"):
        Compiler("test", [])(wrong)(1)
    assert not kept(place)


def test_other_sources_have_another_folder(place: Path, tmp_path: Path) -> None:
    source = tmp_path / "rooms" / "bounds.py"
    source.parent.mkdir()
    source.write_text("INFLATE = 1\n")
    Compiler("test", [source.parent])(triple)(1)
    source.write_text("INFLATE = 2\n")
    os.utime(source, (0, 0))  # an upgrade may bring older files
    second = Compiler("test", [source.parent])(triple)
    assert second(1) == 3
    assert hits(second) == 0
    assert len(list(place.iterdir())) == 2


def test_nothing_is_kept_under_the_digest_of_sources_that_were_replaced_meanwhile(place: Path, tmp_path: Path) -> None:
    source = tmp_path / "bounds.py"
    source.write_text("INFLATE = 1\n")
    function = Compiler("test", [source])(triple)
    source.write_text("INFLATE = 2\n")
    assert function(1) == 3
    assert not kept(place)


def damaged_empty(content: bytes) -> bytes:
    return b""


def damaged_cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def damaged_altered(content: bytes) -> bytes:
    return content[:-1000] + bytes([content[-1000] ^ 1]) + content[-999:]


@pytest.mark.parametrize("damage", [damaged_empty, damaged_cut, damaged_altered])
def test_a_damaged_file_is_compiled_again_and_mended(damage, place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Compiler("test", [])(triple)(1)
    [path] = kept(place)
    sound = path.read_bytes()
    path.write_bytes(damage(sound))
    again = Compiler("test", [])(triple)
    assert again(14) == 42
    assert again(0.5) == 1.5
    assert hits(again) == 0
    assert capsys.readouterr().err.count("is damaged: it is compiled again") == 1
    third = Compiler("test", [])(triple)
    assert third(14) == 42
    assert hits(third) == 1


def test_a_folder_in_the_place_of_a_file_is_no_reason_to_fail(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Compiler("test", [])(triple)(1)
    [path] = kept(place)
    path.unlink()
    path.mkdir()
    assert Compiler("test", [])(triple)(14) == 42
    assert "cannot be" in capsys.readouterr().err


@pytest.mark.parametrize("variable", ["NUMBA_CACHE_DIR", "STATIONARY_CACHE"])
def test_where_nothing_can_be_written_all_is_compiled_in_memory_and_that_is_said_once(
    variable: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    monkeypatch.setenv(variable, "/dev/null/nowhere")
    compiler = Compiler("test", [])
    assert compiler(triple)(14) == 42
    assert compiler(lambda x: x + 1)(1) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "cannot be kept in /dev/null/nowhere" in said


def test_a_disk_that_is_full_is_no_reason_to_fail(place: Path) -> None:
    script = (
        "from polysys.jit import Compiler\n"
        "compiler = Compiler('test', [])\n"
        "print(compiler(lambda x: 3 * x)(14), compiler(lambda x: x + 1)(1))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000)),
    )
    assert done.stdout == "42 2\n"
    assert done.stderr.count("cannot be kept") == 1
    assert not kept(place)


def test_a_folder_that_others_can_write_is_not_used(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Compiler("test", [])(triple)(1)
    [path] = kept(place)
    path.parent.chmod(0o777)
    function = Compiler("test", [])(triple)
    assert function(14) == 42
    assert hits(function) == 0
    assert "somebody else" in capsys.readouterr().err


def test_a_link_in_the_place_of_the_folder_is_not_followed(place: Path, tmp_path: Path) -> None:
    Compiler("test", [])(triple)(1)
    [path] = kept(place)
    path.parent.rename(tmp_path / "elsewhere")
    path.parent.symlink_to(tmp_path / "elsewhere")
    function = Compiler("test", [])(triple)
    assert function(14) == 42
    assert hits(function) == 0


def test_folders_of_other_sources_are_removed_when_nobody_has_used_them_for_long(place: Path, tmp_path: Path) -> None:
    old, recent, foreign = (place / name for name in ("test-" + "0" * 24, "test-" + "1" * 24, "letters"))
    for folder in (old, recent, foreign):
        folder.mkdir(parents=True)
        (folder / "file").touch()
    for folder in (old, foreign):
        os.utime(folder, (time.time() - 40 * 86400,) * 2)
    (place / ("test-" + "2" * 24)).symlink_to(tmp_path)
    Compiler("test", [])(triple)(1)
    assert not old.exists()
    assert recent.exists()
    assert foreign.exists()
    assert tmp_path.exists()


def test_functions_that_depend_on_their_surroundings_are_not_kept(place: Path) -> None:
    def times(factor):
        return Compiler("test", [])(lambda x: factor * x)

    assert [times(2)(21), times(3)(21)] == [42, 63]
    assert not kept(place)


def test_the_folder_is_that_of_numba_or_of_this_software(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STATIONARY_CACHE", "/a")
    monkeypatch.setenv("NUMBA_CACHE_DIR", "/b")
    assert kernel_folder() == Path("/b/stationary-points")
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    assert kernel_folder() == Path("/a/kernels")
    monkeypatch.delenv("STATIONARY_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert kernel_folder() == tmp_path / "stationary-points" / "kernels"


INTERRUPTED = """
import os, signal, threading
import numpy as np
from polysys.jit import Compiler

def roots(n):
    total = 0.0
    for k in range(n):
        total += np.sqrt(1.0 * k)
    return np.full(2, total), np.full(3, total)

kernel = Compiler("test", [])(roots)
kernel(1)
threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
try:
    while True:
        kernel(200_000_000)
except KeyboardInterrupt:
    print("interrupted")
"""


def test_ctrl_c_while_a_kernel_runs_is_an_interruption_and_no_crash() -> None:
    result = subprocess.run([sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, timeout=120)
    assert (result.returncode, result.stdout) == (0, "interrupted\n"), result.stderr


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ("declare double @sqrt(double)\ndeclare i32 @PyArg_UnpackTuple(i8*, i8*, i64)\ndeclare void @NRT_Free(i8*)", True),
        ("declare double @llvm.fabs.f64(double)\ndeclare i8* @numba_unpickle(i8*, i32, i8*)", True),
        ("declare double @sqrt(double)\ndeclare i32 @numba_xxgemm(i8, i8*)", False),
        ('declare void @"numba_rnd_shuffle"(i8*)', False),
        ("declare double @tgamma(double)", False),
    ],
)
def test_code_that_calls_more_than_the_runtime_waits_for_what_numba_implements(declared, expected):
    assert polysys.jit._is_self_contained(declared) is expected


def test_code_with_linear_algebra_is_loaded_again(tmp_path):
    program = (
        "import sys; from pathlib import Path; import numpy as np; from polysys.jit import Compiler\n"
        "from kernel_of_test import product\n"
        "print(Compiler('example', [Path(sys.argv[1])])(product)(np.eye(3), np.arange(9.0).reshape(3, 3)).sum())"
    )
    (tmp_path / "kernel_of_test.py").write_text("import numpy as np\n\ndef product(a, b):\n    return np.linalg.inv(a) @ b\n")
    environment = {**os.environ, "STATIONARY_CACHE": str(tmp_path / "cache"), "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    environment.pop("NUMBA_CACHE_DIR", None)
    for _ in range(2):  # compiled, then loaded
        run = [sys.executable, "-c", program, str(tmp_path / "kernel_of_test.py")]
        result = subprocess.run(run, env=environment, capture_output=True, text=True, timeout=300, check=True)
        assert (result.stdout, result.stderr) == ("36.0\n", "")
