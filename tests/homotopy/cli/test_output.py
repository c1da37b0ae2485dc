"""Results in a terminal with colours, without, and in a pipe."""

import os
import subprocess
import sys

import pytest

PROGRAM = """
from homotopy.cli.output import show_result
from homotopy.common.sheet import Line, Sheet, Shown
class Result(Shown):
    def _sheet(self): return Sheet("A result", (Line("complete", "proved: all"),))
show_result(Result())
"""


@pytest.mark.parametrize(
    ("setting", "is_coloured"),
    [
        ({"TERM": "xterm-256color"}, True),
        ({"TERM": "dumb"}, False),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, False),
    ],
)
def test_colours_where_a_terminal_has_them(setting, is_coloured):
    master, slave = os.openpty()
    kept = {k: v for k, v in os.environ.items() if k not in {"TERM", "NO_COLOR", "COLORTERM", "FORCE_COLOR"}}
    subprocess.run([sys.executable, "-c", PROGRAM], stdout=slave, env={**kept, **setting}, check=True)
    os.close(slave)
    out = os.read(master, 4096).decode()
    os.close(master)
    assert ("\x1b[" in out) == is_coloured and "proved" in out and "all" in out


def test_a_pipe_gets_plain_text():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout == "A result\n  complete   proved: all\n"
