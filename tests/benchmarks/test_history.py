"""Ratios are kept, a line each, and shown by comparison."""

import json

from tests.benchmarks import history


def test_ratios_are_appended_and_shown(tmp_path, monkeypatch):
    monkeypatch.setenv("BENCHMARKS", str(tmp_path / "kept.jsonl"))
    assert history.keep("a / b, n=6", 3.0, 2.0) == 1.5 and history.keep("c / d", 1.0, 4.0) == 0.25 and history.keep("a / b, n=6", 3.0, 1.0) == 3.0
    lines = history.path().read_text().splitlines()
    assert [json.loads(line)["ratio"] for line in lines] == [1.5, 0.25, 3.0] and json.loads(lines[0])["cores"] >= 1
    assert history.table(lines).splitlines()[1:] == ["a / b, n=6  3  1.5", "c / d       0.25"]
