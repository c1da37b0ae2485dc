"""A scan that was killed goes on where it stopped, to the same result."""

import json
import signal
import subprocess
import sys

import pytest

import homotopy as ho
import polysys as ps
from homotopy.errors import StoreError
from homotopy.scans import run
from tests.homotopy import processes

MODEL = ps.expression("x^4/4 - x^2/2 - a*x + y^2*x/9 + y^4", parameters={"a": 1})
VALUES = ho.linspace(-1, 1, 11)


def test_what_is_kept_is_not_counted_again(tmp_path, monkeypatch):
    first = ho.scan(MODEL, a=VALUES, store=tmp_path / "s")
    monkeypatch.setattr(run, "census_batch", lambda *_: pytest.fail("counted again"))
    again = ho.scan(MODEL, a=VALUES, store=tmp_path / "s")
    assert again.summary() == first.summary()


def test_a_damaged_value_is_counted_again(tmp_path):
    first = ho.scan(MODEL, a=VALUES, store=tmp_path / "s")
    file = tmp_path / "s" / "values" / "00004.json"
    file.write_text(file.read_text().replace('"n_real":', '"n_real":1'))
    (tmp_path / "s" / "values" / "00005.json").unlink()
    assert ho.scan(MODEL, a=VALUES, store=tmp_path / "s").summary() == first.summary()


def test_another_scan_is_refused(tmp_path):
    ho.scan(MODEL, a=VALUES[:3], store=tmp_path / "s")
    with pytest.raises(StoreError, match="another scan"):
        ho.scan(MODEL, a=VALUES[:4], store=tmp_path / "s")
    (tmp_path / "t").mkdir()
    (tmp_path / "t" / "mine").touch()
    with pytest.raises(StoreError, match="no scan"):
        ho.scan(MODEL, a=VALUES[:3], store=tmp_path / "t")


def test_kill_9_and_the_same_command(tmp_path):
    (tmp_path / "v.txt").write_text("parameters: a = 0\nx^4/4 - x^2/2 - a*x + y^2*x/9 + y^4\n")

    def command(name):
        return [
            sys.executable, "-m", "homotopy.cli", "scan", "expression:v.txt", "--over", "a=-1:1:33", "--store", name, "--json", f"{name}.json",
        ]  # fmt: skip

    code = processes.dying(9, "values") + "from homotopy.cli import main\nmain()"
    killed = subprocess.run([sys.executable, "-c", code, *command("killed")[3:]], cwd=tmp_path, stdout=subprocess.DEVNULL, check=False)
    values = tmp_path / "killed" / "values"
    assert killed.returncode == -signal.SIGKILL and len([p for p in values.iterdir() if p.suffix == ".json"]) == 8
    assert list(values.glob(".*.part"))  # what it was about to write
    for name in ("killed", "whole"):
        assert subprocess.run(command(name), cwd=tmp_path, capture_output=True, check=False).returncode == 0
    assert (tmp_path / "killed.json").read_bytes() == (tmp_path / "whole.json").read_bytes()
    assert [e["kind"] for e in json.loads((tmp_path / "killed.json").read_text())["events"]]
