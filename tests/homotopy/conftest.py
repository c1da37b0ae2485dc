"""The command line in the test's own process."""

import sys
from collections.abc import Callable
from typing import NamedTuple

import pytest

from homotopy import cli


class Result(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def is_one_sentence(self) -> bool:
        """Whether nothing but one line was said, and on stderr."""
        return self.out == "" and self.err.count("\n") == 1 and self.err.startswith("stationary: ")


@pytest.fixture
def stationary(monkeypatch, capsys) -> Callable[..., Result]:
    """Run a command; its exit code and what it printed."""

    def run(*arguments: object) -> Result:
        monkeypatch.setattr(sys, "argv", ["stationary", *map(str, arguments)])
        code = 0
        try:
            cli.main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        return Result(code, *capsys.readouterr())

    return run
