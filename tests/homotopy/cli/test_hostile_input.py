"""Input that nobody should give: one sentence each, before any work, no traceback, nothing written."""

import os
import resource
import signal
import subprocess
import sys

import pytest

from homotopy.cli.output import ExitCode
from homotopy.common.files import write_result
from homotopy.errors import HomotopyError
from tests.homotopy import processes

LABEL = "spherical-p-spin:n=2,p=3"
ENSEMBLE = ("ensemble", LABEL, "--samples", "2", "--workers", "0", "--store", "s")
FILES = {
    "empty": b"", "binary": bytes(range(256)), "nul": b"x^4\0 - x", "greek.txt": "α^2".encode(), "empty.csv": b"", "binary.csv": bytes(range(256)),
    "gap.csv": b"a,b,y\n1,,3\n", "nan.csv": b"a,b,y\n1,nan,3\n", "ragged.csv": b"a,b,y\n1,2,3\n1,2\n", "semicolons.csv": b"a;b;y\n1,5;2;3\n",
    "thin.csv": b"1\n2\n", "huge.csv": b"1e3000,2,3\n", "empty.json": b"", "binary.json": bytes(range(256)), "list.json": b"[1]",
    "other.json": b'{"0": 1, "7": 2}', "columns.csv": b"a,b\n1,2\n", "number.toml": b"model = 3\n", "table.toml": b'model = "deep-linear"\nwidths = [2,2,2]\nl2 = {a=1}\n',
    "list.toml": b'model = "deep-linear"\nwidths = [2,2,2]\nl2 = [0.1, 0.2]\n', "nested.toml": b'model = "deep-linear"\nwidths = [1, [2], 3]\n',
    "none.toml": b'model = "deep-linear"\nwidths = []\n', "date.toml": b'model = "spherical-p-spin"\nn = 1979-05-27\np = 3\n',
    "half.toml": b'model = "spherical-p-spin:n=2,p=3"\nsamples = 2\nseed = 1.5\n', "CAPITALS.TOML": b"model = 3\n",
    "expression.toml": b'model = "expression"\npotential = "a*x^2"\nparameters = {a = inf}\n',
}  # fmt: skip
CASES = [
    *(["count", f"expression:{name}"] for name in ("empty", "binary", "nul", "greek.txt", "folder", "nowhere", "/dev/null", "x" * 300, "a\0b", "")),
    *(
        ["count", f"deep-linear:widths=2-1-1,data={name}"]
        for name in (
            "empty.csv", "binary.csv", "gap.csv", "nan.csv", "ragged.csv", "semicolons.csv", "thin.csv", "huge.csv", "nowhere.csv", "folder.csv",
        )
    ),
    *(["count", name] for name in FILES if name.lower().endswith(".toml")),
    *([command, name] for command in ("verify", "show", "status") for name in ("empty.json", "binary.json", "nowhere", "folder", "x" * 300)),
    *(["export", name, "--form", "csv", "--output", "-"] for name in ("empty.json", "binary.json", "folder.json")),
    *([*ENSEMBLE, "--compare", name] for name in ("empty.json", "binary.json", "list.json", "other.json", "columns.csv", "empty", "folder", "")),
    *([*ENSEMBLE, "--shard", k] for k in ("0/1", "2/1", "1/0", "a/b", "1")),
    *([*ENSEMBLE, *more] for more in (("--chunk", "0"), ("--timeout", "nan"), ("--timeout", "inf"), ("--json", "folder"), ("--plot", "x.doc"))),
    ["ensemble", "half.toml", "--store", "s"],
    *(["count", LABEL, *more] for more in (("--seed", "9" * 5000), ("--seed", "1.5"), ("--time-limit", "nan"), ("--digits", "9" * 30), ("--json", ""))),
    *(["count", LABEL, "--cross-check", "--against", which] for which in ("", "msolve,,")),
    *(
        ["count", label]
        for label in (
            "", ":", "🙂", "spherical-p-spin:n=999999999,p=3", "spherical-p-spin:n=64,p=30",
            "deep-linear:widths=1-64-1", "deep-linear:widths=2-2",
            "layered-spin-glass:widths=2-2,degrees=1", "polynomial-network:widths=1-1-1,activation=9**9**9", "spherical-p-spin:n=３,p=3",
        )
    ),
    ["graph", LABEL, "--export", "graphml", "--output", "folder"],
    ["sets", LABEL, "--runs", "0"],
]  # fmt: skip
PYTHON = ("Traceback", "Errno", "codec", "Error:", "(0, 1)", "{'", "['", "None")


@pytest.mark.phcpack
@pytest.mark.parametrize("arguments", CASES, ids=lambda a: " ".join(a)[:60].replace("\0", "0"))
def test_it_is_refused_in_one_sentence_without_pythons_words(stationary, tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)
    for name in ("folder", "folder.csv", "folder.json"):
        (tmp_path / name).mkdir()
    before = sorted(os.listdir(tmp_path))
    result = stationary(*arguments)
    assert result.code == 2 and result.is_one_sentence, result
    assert not any(word in result.err for word in PYTHON), result.err
    assert sorted(os.listdir(tmp_path)) == before


def test_constant_and_vanishing_columns_are_counted(stationary, tmp_path):
    for name, row in (("constant", "1,2,3\n"), ("zero", "0,0,0\n")):
        file = tmp_path / f"{name}.csv"
        file.write_text(row * 3)
        assert stationary("count", f"deep-linear:widths=2-1-1,data={file}").code == 0


def test_sizes_beyond_reach_end_at_the_time_limit(stationary):
    result = stationary("count", "spherical-p-spin:n=20,p=3", "--time-limit", "0.1")
    assert result.code == 4 and result.is_one_sentence


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")
@pytest.mark.parametrize("arguments", [["models"], ["count", "spherical-p-spin:n=2,p=3"], ["count", "spherical-p-spin:n=2,p=3", "--json", "-"]])
def test_a_full_disk_behind_standard_output_is_one_sentence(arguments):
    with open("/dev/full", "w") as full:
        result = subprocess.run(
            [sys.executable, "-m", "homotopy.cli", *arguments], stdout=full, stderr=subprocess.PIPE, text=True, timeout=240,
            env=processes.environment(),
        )  # fmt: skip
    assert result.returncode == ExitCode.INCOMPLETE and "no space left on device" in result.stderr
    assert "Traceback" not in result.stderr and result.stderr.count("\n") == 1


def test_a_closed_standard_error_harms_nothing():
    command = f"exec {sys.executable} -m homotopy.cli count spherical-p-spin:n=2,p=3 2>&-"
    result = subprocess.run(["sh", "-c", command], stdout=subprocess.PIPE, text=True, timeout=240, env=processes.environment())
    assert result.returncode == ExitCode.OK and "proved" in result.stdout


def test_a_result_is_written_whole_or_not_at_all(tmp_path):
    old, link, pipe = tmp_path / "old", tmp_path / "link", tmp_path / "pipe"
    old.write_text("before")
    link.symlink_to(old)
    write_result(link, b"after")
    assert link.is_symlink() and old.read_text() == "after"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_result(pipe, b"through")
    assert os.read(reader, 99) == b"through"
    os.close(reader)
    with pytest.raises(HomotopyError, match=r"cannot be written \(no such file or directory\)"):
        write_result(tmp_path / "nowhere" / "f", b"")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))  # as a quota or a full disk: some bytes go, then no more
    try:
        with pytest.raises(HomotopyError, match="file too large"):
            write_result(old, bytes(2000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert old.read_text() == "after" and sorted(p.name for p in tmp_path.iterdir()) == ["link", "old", "pipe"]
