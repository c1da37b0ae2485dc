"""The account of a run: processor time adds up over calls, stopped ones too."""

import contextlib
import time

from homotopy.studies.frame.effort import FILE, counted, effort


def burn(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def test_time_adds_up_over_calls_and_versions_are_kept(tmp_path):
    assert effort(tmp_path) == {}
    with counted(tmp_path):
        burn(0.2)
    first = effort(tmp_path)
    assert (
        0.2 <= first["seconds"] < 60 and "python-flint" in first["versions"] and "stationary-points" in first["software"]
    )
    with contextlib.suppress(KeyboardInterrupt), counted(tmp_path):
        burn(0.2)
        raise KeyboardInterrupt
    assert effort(tmp_path)["seconds"] >= round(first["seconds"] + 0.2, 1)  # of which it keeps one digit


def test_a_damaged_account_starts_again(tmp_path):
    (tmp_path / FILE).write_text("[1, 2]")
    with counted(tmp_path):
        burn(0.1)
    assert 0.1 <= effort(tmp_path)["seconds"] < 60
