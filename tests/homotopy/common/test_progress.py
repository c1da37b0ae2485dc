"""The bar of a long computation: on a terminal and in a notebook, with its total where there is one, and gone at the end."""

import sys
import types

import pytest

from homotopy.common import progress, reporting
from homotopy.common.progress import progress_bar


class Terminal:
    """Standard error that says it is a terminal and keeps what is written."""

    def __init__(self, is_terminal=True):
        self.text, self._is_terminal = "", is_terminal

    def write(self, text):
        self.text += text

    def flush(self):
        pass

    def isatty(self):
        return self._is_terminal


@pytest.fixture
def at_once(monkeypatch):
    monkeypatch.setattr(progress, "_FIRST", -1.0)
    monkeypatch.setattr(progress, "_NEXT", -1.0)


def _work():
    for k in range(4):
        reporting.report("paths", k, 16)
    reporting.report("boxes", 500)


@pytest.mark.usefixtures("at_once")
def test_a_bar_on_a_terminal_has_its_total_where_it_is_known_and_is_cleared(monkeypatch):
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    with progress_bar():
        _work()
    assert "paths" in terminal.text and "3/16" in terminal.text and "boxes: 500it" in terminal.text
    assert terminal.text.rstrip("\r").rpartition("\r")[2].strip() == ""


def test_a_short_piece_of_work_shows_nothing(monkeypatch):
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    with progress_bar():
        _work()
    assert terminal.text == ""


@pytest.mark.usefixtures("at_once")
def test_without_terminal_or_notebook_nothing_is_shown_and_errors_pass(monkeypatch):
    monkeypatch.setattr(sys, "stderr", terminal := Terminal(is_terminal=False))

    def fail():
        with progress_bar():
            _work()
            1 / 0

    with pytest.raises(ZeroDivisionError):
        fail()
    assert terminal.text == ""


@pytest.mark.usefixtures("at_once")
def test_in_a_notebook_there_is_a_bar_without_a_terminal(monkeypatch):
    shell = types.SimpleNamespace(config={"IPKernelApp": {}})
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))
    drawn = []

    class Bar:
        n = 0

        def __init__(self, what, total, file):
            drawn.append((what, total, file))

        def refresh(self):
            drawn.append(self.n)

        def close(self):
            drawn.append("closed")

    monkeypatch.setattr(progress, "_bar", Bar)
    monkeypatch.setattr(sys, "stderr", Terminal(is_terminal=False))
    with progress_bar():
        _work()
    assert drawn == [("paths", 16, None), 0, 1, 2, 3, "closed", ("boxes", None, None), 500, "closed"]
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: None))
    assert not progress._is_notebook()
