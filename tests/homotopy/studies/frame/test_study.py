"""The frame of the studies: specifications, resuming, reports."""

import json
import os
import re
import signal
import subprocess
import sys
import types
from pathlib import Path

import msgspec
import pytest
import typer
from typer.testing import CliRunner

from homotopy.cli import studies
from homotopy.cli.app import app
from homotopy.cli.run import Terminated
from homotopy.errors import HomotopyError, StoreError
from homotopy.studies.frame import study as frame
from homotopy.studies.frame.report import Finding, Report, headline
from homotopy.studies.frame.run_folder import RunFolder
from homotopy.studies.frame.study import STUDIES, Study, from_toml, load_study, read_spec, run_study, to_toml
from homotopy.studies.frame.tables import Table
from polysys.errors import InputError, PolysysError
from tests.homotopy import processes


class Spec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    seed: int = 1
    sizes: tuple[int, ...] = (2, 3)
    l2: float = 1e-5
    data: str = "iris"

    def __post_init__(self) -> None:
        if not self.sizes:
            raise InputError("There are no sizes.", "Give sizes = [2, 3].")


def _pid(_item):
    return os.getpid()


def _with_pid(item):
    return item, os.getpid()


def square(x: int) -> int:
    if x < 0:
        raise InputError("Negative.", "Give a positive number.")
    return x * x


def run(spec: Spec, folder: RunFolder) -> Report:
    squares = folder.cached_map("square", square, list(spec.sizes))
    ens = folder.ensemble("spherical-p-spin:n=2,p=3", samples=4, seed=spec.seed)
    rows = ((2, 0.1 + 0.2, None, True), (10**20, float("inf"), "a|b", False))
    return Report(
        "Squares",
        "How do squares grow?",
        (Table("counts", "Squares.", ("n", "x", "text", "is"), rows),),
        (Finding("squares", "rises", f"{squares}; mean {ens.mean('n_real').value}"),),
        ("They grow.",),
        ("only squares",),
        draw=lambda figure: figure.add_subplot().plot([1, 2]),
    )


QUADRATIC = Study("squares", "How do squares grow?", Spec, Spec(), Spec(sizes=(2, 3, 4)), run)


@pytest.fixture
def quadratic(monkeypatch):
    module = types.ModuleType("homotopy.studies.squares.study")
    module.STUDY = QUADRATIC
    monkeypatch.setitem(sys.modules, "homotopy.studies.squares", types.ModuleType("homotopy.studies.squares"))
    monkeypatch.setitem(sys.modules, "homotopy.studies.squares.study", module)
    monkeypatch.setitem(frame.STUDIES, "squares", "squares")


def test_a_report_is_written_and_the_same_bytes_come_again(tmp_path):
    for name in "ab":
        report, files = run_study(QUADRATIC, "quick", tmp_path / name, workers=0)
    assert [f.name for f in files][:3] == ["report.md", "report.json", "counts.csv"]
    assert (tmp_path / "a/counts.csv").read_text() == "n,x,text,is\n2,0.3,,True\n100000000000000000000,inf,a|b,False\n"
    for file in files:
        assert file.read_bytes() == (tmp_path / "a" / file.name).read_bytes()
    content = json.loads((tmp_path / "a/report.json").read_text())
    assert content["tables"]["counts"]["rows"][1] == ["100000000000000000000", None, "a|b", False]
    assert "a\\|b" in (tmp_path / "a/report.md").read_text()
    assert len(repr(report).splitlines()) <= 10


def test_nothing_is_computed_twice_and_damaged_results_are(tmp_path, monkeypatch):
    run_study(QUADRATIC, "quick", tmp_path / "x", workers=0)
    calls = []
    monkeypatch.setitem(globals(), "square", lambda x: calls.append(x) or x * x)
    run_study(QUADRATIC, "quick", tmp_path / "x", workers=0)
    assert calls == []
    first = sorted((tmp_path / "x/results").iterdir())[0]
    first.write_text("{")
    said = []
    run_study(QUADRATIC, "quick", tmp_path / "x", workers=0, say=said.append)
    assert len(calls) == 1 and any("damaged" in s for s in said)


def test_a_failing_item_keeps_the_others(tmp_path):
    folder = RunFolder(tmp_path, workers=0)
    with pytest.raises(InputError):
        folder.cached_map("square", square, [2, 3, -1])
    assert len(list((tmp_path / "results").iterdir())) == 2


def test_processes_return_in_the_order_of_the_items(tmp_path):
    found = RunFolder(tmp_path, workers=2).cached_map("with pid", _with_pid, [-3, 1, -2])
    assert [item for item, _ in found] == [-3, 1, -2] and all(pid != os.getpid() for _, pid in found)
    assert RunFolder(tmp_path, workers=2).cached_map("pid", _pid, [1, 2, 3], patience=600) == [os.getpid()] * 3


def test_a_folder_of_another_run_or_of_something_else_is_refused(tmp_path):
    run_study(QUADRATIC, "quick", tmp_path / "x", workers=0)
    with pytest.raises(StoreError, match="another specification"):
        run_study(QUADRATIC, "full", tmp_path / "x", workers=0)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.tex").touch()
    with pytest.raises(StoreError, match="other files"):
        run_study(QUADRATIC, "quick", tmp_path / "mine", workers=0)
    (tmp_path / "file").touch()
    with pytest.raises(StoreError):
        run_study(QUADRATIC, "quick", tmp_path / "file", workers=0)


def test_specifications_survive_toml_and_bad_ones_are_refused(tmp_path):
    spec = Spec(7, (1,), 1e-300, 'é"\n')
    assert from_toml(QUADRATIC, to_toml(QUADRATIC, spec)) == spec
    assert from_toml(QUADRATIC, "seed = 3") == Spec(3, (2, 3, 4))
    for text, why in (
        ("seed = x", "not TOML"),
        ("seed = 1.5", "int"),
        ("sed = 1", "sed"),
        ("sizes = []", "no sizes"),
        ('sizes = ["a"]', "int"),
        ('study = "depth"', "study 'depth'"),
    ):
        with pytest.raises(InputError, match=why):
            from_toml(QUADRATIC, text)
    with pytest.raises(InputError, match="cannot be read"):
        read_spec(QUADRATIC, tmp_path / "none.toml")
    with pytest.raises(InputError, match="no study"):
        load_study("alchemy")


def test_the_command_runs_a_study(tmp_path, monkeypatch, quadratic):
    monkeypatch.chdir(tmp_path)
    squares = typer.Typer()
    squares.callback()(lambda: None)
    studies.register(squares)
    runner = CliRunner()
    result = runner.invoke(squares, ["squares", "--workers", "0"], catch_exceptions=False)
    assert (
        result.exit_code == 0
        and "- They grow." in result.output
        and len(result.output.splitlines()) < 40
        and (tmp_path / "squares-quick/report.md").exists()
    )
    result = runner.invoke(squares, ["squares", "--workers", "0", "--seed", "5", "--json", "-"], catch_exceptions=False)
    assert json.loads(result.stdout)["findings"][0]["verdict"] == "rises"
    assert "seed = 5" in (tmp_path / "squares-quick-seed-5/spec.toml").read_text()
    for wrong in (
        ["--quick", "--full"],
        ["--workers", "-1"],
        ["--json", "no/where"],
        ["--spec", "none.toml"],
        ["--seed", "-1"],
    ):
        with pytest.raises(PolysysError):
            runner.invoke(squares, ["squares", *wrong], catch_exceptions=False)


@pytest.mark.parametrize(
    ("ending", "code", "word"), [(KeyboardInterrupt, 130, "Interrupted"), (Terminated, 143, "Terminated")]
)
def test_an_interrupted_study_says_what_is_kept_and_goes_on(tmp_path, monkeypatch, quadratic, ending, code, word):
    squares = typer.Typer()
    squares.callback()(lambda: None)
    studies.register(squares)
    arguments = ["squares", "--workers", "0", "--output", str(tmp_path / "a/b")]

    def stop(x: int) -> int:
        if x == 3:
            raise ending
        return x * x

    monkeypatch.setitem(globals(), "square", stop)
    result = CliRunner().invoke(squares, arguments)
    kept = f"stationary: {word}; what was counted is kept in {tmp_path / 'a/b'}. The same command goes on from there.\n"
    assert (result.exit_code, result.stderr) == (code, kept)
    monkeypatch.setitem(globals(), "square", lambda x: x * x if x != 2 else pytest.fail("computed twice"))
    assert CliRunner().invoke(squares, arguments).exit_code == 0


def test_the_list_of_commands_shows_each_study_whole():
    text = CliRunner().invoke(app, ["--help"], terminal_width=80).output
    assert all(f"{name:<12} {summary}" in text for name, summary in STUDIES.items())


def test_every_study_has_a_command_presets_and_a_specification_file():
    commands = {c.name for c in app.registered_commands}
    for name in STUDIES:
        study = load_study(name)
        assert name in commands and study.name == name and study.question
        for spec in (study.quick, study.full):
            assert from_toml(study, to_toml(study, spec)) == spec and isinstance(spec.seed, int)


def test_tables_and_findings_are_checked():
    with pytest.raises(InputError, match="cells"):
        Table("t", "", ("a",), ((1, 2),))
    with pytest.raises(InputError, match="called"):
        Table("../t", "", ("a",), ())
    with pytest.raises(InputError, match="verdict"):
        Finding("x", "perhaps", "")
    table = Table.of("t", "", [{"a": 1}, {"b": 2.5}])
    assert table.to_text().split() == ["a", "b", "1", "2.5"] and table.to_csv() == "a,b\n1,\n,2.5\n"
    with pytest.raises(InputError, match="one name"):
        Report("", "", (table, table), ())


def test_headlines_name_few_cases_and_count_many():
    few = [Finding("points fall", v, "", c, "rises") for v, c in (("holds", "a"), ("fails", "b"), ("undecided", "c"))]
    assert headline("points fall", few) == '"Points fall" holds for a; fails for b (rises); is undecided for c.'
    many = [Finding("points fall", "holds", "", f"spherical-p-spin:n={n},p=3") for n in range(9)]
    assert headline("points fall", many) == '"Points fall" holds in 9 of 9 cases.'
    report = Report(
        "Title",
        "Question?",
        (),
        (
            *few,
            *many,
            Finding("count", "rises", "", "a"),
            Finding("same", "undecided", ""),
            Finding("size", "undecided", "", is_claim=False),
        ),
    )
    assert report.headlines == (
        headline("points fall", [*few, *many]),
    )  # a trend is no claim, and undecided says nothing
    assert report.verdicts.columns == ("statement", "cases", "holds", "fails", "undecided")
    assert [row[0] for row in report.verdicts.rows] == ["points fall", "same"] and "2 more" in report.verdicts.caption
    assert report.verdicts.rows[0] == ("points fall", 12, 10, 1, 1)


def test_a_claim_may_hold_beyond_a_place_or_be_beyond_test():
    found = [
        Finding("fewer points", "holds beyond", "", "N = 30", "not monotone", "depth 4"),
        Finding("fewer points", "holds beyond", "", "N = 60", "not monotone", "depth 5"),
        Finding("fewer points", "not testable at these sizes", "", "small"),
    ]
    said = "holds beyond depth 4 to 5 for N = 30 (depth 4), N = 60 (depth 5); is not testable at these sizes for small."
    assert headline("fewer points", found) == f'"Fewer points" {said}'
    assert headline("fewer points", found[:1]) == '"Fewer points" holds beyond depth 4.'
    report = Report("Title", "Question?", (), tuple(found))
    assert report.verdicts.rows == (("fewer points", 3, 2, 1),)
    assert report.to_dict()["findings"][0]["verdict"] == "holds beyond depth 4"
    for verdict, beyond in (("holds", "depth 4"), ("holds beyond", "")):
        with pytest.raises(InputError, match="beyond"):
            Finding("fewer points", verdict, "", "x", beyond=beyond)


def test_the_terminal_shows_less_than_forty_lines_and_the_page_one_short_table():
    rng = range(30)
    long = "a statement with many words that is about something in a landscape, and goes on for a while"
    findings = [
        Finding(f"{long} {k}", "holds" if c % 2 else "fails", "s " * 60, f"spherical-p-spin:n={c},p=3", "rises")
        for k in rng
        for c in range(9)
    ]
    table = Table.of("counts", "Counts.", [{"a": k} for k in range(500)])
    report = Report("Title", "Why? " * 90, (table,), tuple(findings), tuple(f"{long}." for _ in rng), ("limit",) * 40)
    assert len(report.to_text().splitlines()) < 38 and "more sentences on the page" in report.to_text()
    page = report.to_markdown("stationary x", "figure.svg")
    before, _, hidden = page.partition("<details>")
    assert before.count("\n| ") <= 14 and "![Title](figure.svg)" in before  # a head, a rule, a dozen rows
    assert hidden.count("</details>") == page.count("<details>") == 3 and "And 380 more rows in `counts.csv`" in hidden


def test_a_dying_process_is_a_sentence(tmp_path):
    import os

    with pytest.raises(HomotopyError, match="died"):
        RunFolder(tmp_path, workers=2).cached_map("exit", os._exit, [3, 4])


LONG = """
import time
from pathlib import Path
from homotopy.studies.frame.run_folder import RunFolder
if __name__ == "__main__":
    RunFolder(Path("."), workers=2).cached_map("rest", time.sleep, [600, 601])
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_the_processes_of_a_map_end_with_the_one_that_started_them(tmp_path, number):
    (tmp_path / "long.py").write_text(LONG)
    with subprocess.Popen(
        [sys.executable, "long.py"], cwd=tmp_path, env=processes.environment(), stderr=subprocess.PIPE, text=True
    ) as parent:
        workers = []

        def are_ready():
            workers[:] = [p for p in processes.children(parent.pid) if _is_ready(p)]
            return len(workers) == 2 or parent.poll() is not None

        assert processes.comes_true(are_ready) and parent.poll() is None
        parent.send_signal(number)
        err = parent.communicate(timeout=processes.PATIENCE)[1]
        assert "SpawnProcess" not in err  # no traceback of a process besides
    assert processes.comes_true(lambda: not any(map(processes.is_running, workers)))


def _is_ready(pid: int) -> bool:
    """Whether a process of a map ignores SIGINT, which is what it does first."""
    try:
        ignored = re.search(r"SigIgn:\s*(\w+)", Path(f"/proc/{pid}/status").read_text())
        return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes() and bool(int(ignored[1], 16) & 2)
    except OSError:
        return False


def test_a_missing_figure_is_said(tmp_path, monkeypatch, capsys):
    report = Report("Title", "Question?", (), (), draw=lambda figure: None)
    monkeypatch.setattr("homotopy.studies.frame.report._has_matplotlib", lambda: False)
    studies._show(report, report.write(tmp_path, "stationary x"), 1)
    assert capsys.readouterr().err.startswith("stationary: There is no figure: it needs matplotlib.")
    studies._show(report, (tmp_path / "figure.png",), 1)
    assert capsys.readouterr().err == ""
