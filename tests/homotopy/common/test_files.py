"""What stands in the way of a file is set aside; cells that spreadsheets run are guarded."""

import os

import pytest

from homotopy.common.files import set_aside
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


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", "\t=1", "\r=1"])
def test_formulas_are_guarded(cell):
    assert guarded(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "-0.5", "+3", "-1e-300", "proved", "a=b"])
def test_numbers_and_words_stay(cell):
    assert guarded(cell) == cell
