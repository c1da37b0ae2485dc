"""Programs that are no engines: planted in the current folder, printing without end, never ending."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from tests.hostile import files
from tests.hostile.children import run
from tests.hostile.trials import Trial, Trials, refused

# each ignores what asks it to end, and has a child that does so too
_UNRULY = {
    "prints without end": "yes & wait",
    "complains without end": "yes >&2 & wait",
    "writes without end": "yes > out & yes > out.ms & yes > start & wait",
    "never ends": "sleep 300 & while :; do sleep 1; done",
    "is not even asked for its version": "sleep 300 & wait",
}


def planted_programs(place: Path, _: int, __: np.random.Generator) -> Trials:
    """Modules and programs in the current folder, and the current folder on the path."""
    mark = place / "executed"
    for name in ("json", "numpy", "phcpy", "struct", "homotopy", "sitecustomize"):
        (place / f"{name}.py").write_text(f"open({str(mark)!r}, 'w').close()\n")
    for name in ("phc", "msolve", "nproc", "git"):
        (place / name).write_text(f"#!/bin/sh\ntouch '{mark}'\n")
        (place / name).chmod(0o755)
    more = {"PATH": f".::{os.environ.get('PATH', '')}"}
    for command in (
        ("doctor",),
        ("count", files.LABEL, "--engine", "phcpack"),
        ("count", files.LABEL, "--cross-check"),
    ):
        ending = run(command, place, more)
        yield Trial(" ".join(command), ending, "a planted program was executed" if mark.exists() else "")


def unruly_engines(place: Path, _: int, __: np.random.Generator) -> Trials:
    """phc and msolve replaced by programs that flood or that never end: a typed error, in time, in little memory."""
    count = ("count", files.LABEL, "--time-limit", "5")
    program = place / "engine"
    more = {"STATIONARY_PHC": str(program), "STATIONARY_MSOLVE": str(program)}
    for what, deed in _UNRULY.items():
        version = "" if "version" in what else 'case "$1" in --version|-V) echo 0.7.1; exit;; esac\n'
        program.write_text(f"#!/bin/sh\n{version}trap '' TERM INT HUP\n{deed}\n")
        program.chmod(0o755)
        yield refused(f"phc {what}", run((*count, "--engine", "phcpack", "--transport", "phc"), place, more))
        ending = run((*count, "--cross-check", "--against", "msolve"), place, more)
        yield Trial(f"msolve {what}", ending, "" if ending.code in (0, *range(1, 5)) else f"code {ending.code}")
    yield Trial("doctor", run(("doctor",), place, more))
