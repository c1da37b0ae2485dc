"""What stands in the way of a file is set aside; cells that spreadsheets run are guarded."""

import os
import time

import pytest

from homotopy.common import files
from homotopy.common.files import _part_name, remove_leftovers, set_aside
from homotopy.common.spreadsheets import guarded


def test_what_stands_in_the_way_keeps_its_content_under_another_name(tmp_path):
    target = tmp_path / "chunk"
    for k in range(3):
        target.mkdir()
        (target / "inside").write_text(str(k))
        aside = set_aside(target)
        assert aside is not None and (aside / "inside").read_text() == str(k) and not os.path.lexists(target)
    assert set_aside(target) is None
    target.write_text("a file can be replaced")
    assert set_aside(target) is None and target.is_file()


@pytest.mark.parametrize(("age", "stays"), [(1.0, True), (3600.0, False), (-3600.0, False)])
def test_unfinished_files_of_dead_processes_go_also_where_a_clock_was_set_back(age, stays, tmp_path, monkeypatch):
    monkeypatch.setattr(files, "_OLD", 1000.0)  # seconds, for which even a busy machine does not stop
    part = tmp_path / _part_name("chunk").replace(f".{os.getpid()}.", ".4194303.")  # beyond the largest process number
    part.touch()
    os.utime(part, (time.time() - age,) * 2)
    remove_leftovers(tmp_path)
    assert part.exists() == stays


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", "\t=1", "\r=1"])
def test_formulas_are_guarded(cell):
    assert guarded(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "-0.5", "+3", "-1e-300", "proved", "a=b"])
def test_numbers_and_words_stay(cell):
    assert guarded(cell) == cell
