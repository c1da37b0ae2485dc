"""How commands end: exit codes, one sentence for every mistake, nothing begun that cannot be finished, nobody left behind."""

import contextlib
import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from importlib import import_module
from importlib.util import find_spec

import pytest

import homotopy as ho
import polysys as ps
from homotopy.cli import interrupt
from homotopy.cli.output import ExitCode
from homotopy.common import reporting
from homotopy.ensembles.record import failed_record
from homotopy.ensembles.store.store import open_store
from homotopy.errors import EngineTimeoutError
from tests.homotopy import processes

LABEL = "spherical-p-spin:n=3,p=3"
SMALL = ("ensemble", "spherical-p-spin:n=2,p=3", "--samples", "12", "--seed", "1", "--workers", "0")


def test_a_tick_is_reported_and_ends_what_takes_too_long():
    heard = []
    with reporting.listening(lambda *what: heard.append(what)), reporting.time_limit(3600, "It"):
        reporting.report("paths", 1, 2)
        with pytest.raises(EngineTimeoutError, match="It did not end within its time limit of 1e-09 s"), reporting.time_limit(1e-9, "It"):
            reporting.report("paths", 2, 2)
        reporting.report("paths", 2, 2)  # only the inner limit was over
    reporting.report("paths", 3, 3)
    assert heard == [("paths", 1, 2), ("paths", 2, 2)]


def test_descents_and_branch_and_bound_say_how_far_they_are():
    heard = []
    wells = ho.census(ps.expression("x^4/4 - x^2/2 + y^2/2"))
    with reporting.listening(lambda *what: heard.append(what)):
        ho.graph(wells)
        ho.prove_real(wells)
    assert ("descents", 1, 2) in heard and ("boxes of branch and bound", 0, 0) in heard


def test_a_nested_limit_cannot_be_longer_than_the_outer():
    with pytest.raises(EngineTimeoutError, match="The outer"), reporting.time_limit(1e-9, "The outer"), reporting.time_limit(100, "The inner"):
        reporting.check()


@pytest.mark.parametrize("label", ["spherical-p-spin:n=8,p=3", "deep-linear:widths=2-2-2,data=gaussian"])
def test_a_time_limit_holds_for_the_tracker_too(stationary, label):
    result = stationary("count", label, "--time-limit", "0.001")
    assert result.code == ExitCode.INCOMPLETE and "time limit of 0.001 s" in result.err
    if result.out:  # some paths had ended before the limit was looked at
        assert "unknown: " in result.out and "what was found is kept" in result.err
    else:
        assert result.is_one_sentence


@pytest.mark.parametrize("option", ["--save", "--json", "--plot"])
def test_a_place_that_cannot_be_written_is_refused_before_the_work(stationary, tmp_path, monkeypatch, option):
    census_module = import_module("homotopy.counting.count")
    monkeypatch.setattr(census_module, "census", lambda *_, **__: pytest.fail("counted before the place was looked at"))
    suffix = ".png" if option == "--plot" else ".json"
    folder = tmp_path / f"folder{suffix}"
    folder.mkdir()
    long = tmp_path / ("x" * 300 + suffix)
    for place in (folder, tmp_path / "nowhere" / f"a{suffix}", long, f"/proc/self/a{suffix}"):
        result = stationary("count", LABEL, option, str(place))
        assert result.code == 2 and result.is_one_sentence, place


def test_a_file_without_permission_is_refused_before_the_work(stationary, tmp_path, monkeypatch):
    file = tmp_path / "a.json"
    file.write_text("mine")
    monkeypatch.setattr(os, "access", lambda path, *_: str(path) != str(file))  # root may write everything
    result = stationary("count", LABEL, "--save", str(file))
    assert result.code == 2 and result.is_one_sentence
    assert file.read_text() == "mine"


def test_looking_at_a_place_leaves_no_file_there(stationary, tmp_path):
    result = stationary("count", "nonsense", "--save", str(tmp_path / "a.json"), "--json", str(tmp_path / "b.json"))
    assert result.code == 2 and os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["count", LABEL, "--save", "-"], "--json -"),
        (["count", LABEL, "--plot", "-"], "figure"),
        (["count", LABEL, "--save", "/dev/null"], "not a regular file"),
        (["count", LABEL, "--save", "a.json", "--json", "./a.json"], "two results"),
        (["count", LABEL, "--against", "msolve"], "without --cross-check"),
        (["count", LABEL, "--seed", "one"], "The value of --seed is not a whole number. See 'stationary count --help'."),
        (["count", LABEL, "--time-limit", "soon"], "The value of --time-limit is not a number."),
        (["count", LABEL, "--speed", "9"], "No such option: --speed"),
        (["count", "-x^2 + x^4"], "stationary count -- '-x^2 + x^4'"),
        (["predict", LABEL, "--window", "1"], "requires 2 arguments. See 'stationary predict --help'."),
        (["export", LABEL, "--form", "parquet", "--output", "-"], "standard output. Give the name of a file."),
        (["count"], "Missing argument 'model'. See 'stationary count --help'."),
        (["cuont"], "Did you mean 'count'? See 'stationary --help'."),
        pytest.param(
            [*SMALL[:-2], "--dask", "nonsense", "--store", "s"], "'nonsense', which is no address",
            marks=pytest.mark.skipif(find_spec("distributed") is None, reason="distributed is not installed"), id="dask",
        ),
        (["ensemble", "nowhere.toml", "--store", "s"], "'nowhere.toml' cannot be read (it does not exist)"),
        (["ensemble", "broken.toml", "--store", "s"], "broken.toml is not TOML"),
        (["ensemble", "short.toml", "--store", "s"], "lacks the key 'samples'"),
        (["count", "spec.toml"], "'stationary ensemble spec.toml'"),
        (["count", "folder.toml"], "'folder.toml' cannot be read (it is a folder)"),
        (["count", "binary.toml"], "is no UTF-8 text"),
        ([*SMALL, "--store", "s", "--json", "nowhere/a.json"], "does not exist"),
    ],
)
def test_a_mistake_is_one_sentence_and_leaves_nothing(stationary, tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken.toml").write_text("model = [")
    (tmp_path / "short.toml").write_text(f'model = "{LABEL}"\n')
    (tmp_path / "spec.toml").write_text(f'model = "{LABEL}"\nsamples = 3\n')
    (tmp_path / "binary.toml").write_bytes(bytes(range(256)))
    (tmp_path / "folder.toml").mkdir()
    before = sorted(os.listdir(tmp_path))
    result = stationary(*arguments)
    assert result.code == 2 and result.is_one_sentence and words in result.err, result.err
    assert sorted(os.listdir(tmp_path)) == before


def test_the_version_is_printed_and_help_names_the_exit_codes(stationary):
    assert stationary("--version").out.startswith("stationary-points ")
    for arguments in (["--help"], []):
        result = stationary(*arguments)
        assert result.code == 0 and "Exit codes: 0 ok" in result.out
    assert "<bool>" not in stationary("count", "--help").out


def test_every_exit_code_stands_in_the_table_of_the_documents():
    from pathlib import Path

    text = (Path(__file__).parents[3] / "docs" / "commands.md").read_text()
    assert all(f"| {code.value} |" in text for code in ExitCode)


def test_the_status_of_a_store_of_failures_is_incomplete_and_of_a_damaged_one_has_no_digest(stationary, tmp_path):
    folder = str(tmp_path / "s")
    stationary(*SMALL, "--chunk", "4", "--store", folder)
    sound = json.loads(stationary("status", folder, "--json", "-").out)
    assert sound["digest"] == sound["stated_digest"] is not None
    store = open_store(folder)
    for chunk in store.chunks:
        store.file(chunk).unlink()
        store.write(chunk, [failed_record(SMALL[1], 1, k, "timeout", "timeout after 600 s") for k in chunk.samples])
    result = stationary("status", folder, "--json", "-")
    failed = json.loads(result.out)
    assert result.code == 1 and failed["failed"] == 12 and failed["digest"] != failed["stated_digest"]
    store.seal()
    assert stationary("status", folder).code == 4
    store.file(store.chunks[0]).write_bytes(b"")
    result = stationary("status", folder)
    assert result.code == 1 and "1 damaged" in result.out and "\n  digest" not in result.out and "stated" in result.out


INTERRUPTED_AT = """
import signal, sys
class Finder:
    def find_spec(name, path=None, target=None):
        if name == {module!r}:
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, Finder)
from homotopy.cli import main
main()
"""


@pytest.mark.parametrize("module", ["typer", "numpy", "homotopy.counting.count"])
def test_an_interruption_while_libraries_are_loaded_is_one_sentence_too(module):
    """At the import of a module: of one that the commands need, and of two that the command `count` needs."""
    command = [sys.executable, "-c", INTERRUPTED_AT.format(module=module), "count", LABEL]
    ended = subprocess.run(command, env=processes.environment(), capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "stationary: Interrupted; no result was written.\n")


def test_importing_the_packages_leaves_interruptions_alone():
    """Scripts and notebooks that import the package keep their own."""
    before = signal.getsignal(signal.SIGINT)
    import_module("homotopy.cli.app")
    assert signal.getsignal(signal.SIGINT) is before
    interrupt.end_at_once()
    interrupt.ready()
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize(
    ("arguments", "number", "code", "is_shown"),
    [
        pytest.param(["count", "spherical-p-spin:n=16,p=3"], signal.SIGINT, 4, b"paths", id="tracker"),
        pytest.param(["count", "spherical-p-spin:n=16,p=3"], signal.SIGTERM, 143, b"paths", id="tracker-terminated"),
        pytest.param(
            ["count", "deep-linear:widths=2-3-2,data=gaussian", "--engine", "phcpack"],
            signal.SIGTERM, 143, None, id="phcpack", marks=[pytest.mark.phcpack, pytest.mark.slow],
        ),
        pytest.param(
            ["sets", "deep-linear:widths=2-3-2,data=gaussian,l2=0"],
            signal.SIGINT, 130, None, id="sets", marks=[pytest.mark.phcpack, pytest.mark.slow],
        ),
    ],
)  # fmt: skip
def test_an_interrupted_command_says_so_and_leaves_no_process_behind(arguments, number, code, is_shown):
    """stderr is a terminal: the interruption comes when the progress bar, or an engine's process, shows that work has begun."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    command = [sys.executable, "-m", "homotopy.cli", *arguments]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=theirs, env=processes.environment())
    os.close(theirs)
    seen, children, deadline = b"", [], time.monotonic() + processes.PATIENCE
    try:
        while time.monotonic() < deadline and process.poll() is None and not (children if is_shown is None else is_shown in seen):
            children = processes.children(process.pid)
            if select.select([ours], [], [], 0.1)[0]:
                with contextlib.suppress(OSError):  # it has ended: said below
                    seen += os.read(ours, 4096)
        process.send_signal(number)
        while select.select([ours], [], [], processes.PATIENCE)[0]:
            try:
                seen += os.read(ours, 4096)
            except OSError:  # the terminal's other end is closed: everything was said
                break
        out = process.communicate(timeout=processes.PATIENCE)[0]
    finally:
        process.kill()
        process.communicate()
        os.close(ours)
    last = seen.replace(b"\r", b"\n").split(b"\n")
    if code == 4:  # what the paths had reached
        assert b"unknown: the solve was stopped when" in out and b" of its 65535 paths had come to an end" in out
        said = "stationary: Round 1 was given up, and what was found is kept. It was interrupted."
    else:
        assert out == b""
        said = f"stationary: {'Interrupted' if code == 130 else 'Terminated'}; no result was written."
    assert process.returncode == code and said.encode() in last, seen
    assert b"Traceback" not in seen
    assert (is_shown is not None or children) and not any(map(processes.is_running, children))
