"""Hostile files, folders and moments by kind: python -m tests.hostile.campaign --size 10 --seed 1 [--kind NAME].

Prints the table of docs/reliability.md, and each trial that ended wrongly. Size 100 is 10,000 fuzzed files, 100 kills and
100 ends of readers; size 1 takes minutes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tests.hostile.children import MOST_MIB
from tests.hostile.kinds import KINDS, Trial


@dataclass
class Tally:
    """What became of the trials of one kind."""

    kind: str
    trials: list[Trial] = field(default_factory=list)

    def wrong(self) -> list[tuple[str, str]]:
        """The trials that ended wrongly, with what is wrong."""
        found = []
        for t in self.trials:
            e = t.ending
            faults = [
                *(["a traceback"] if e.is_traceback else []),
                *(["a hang"] if e.is_hung else []),
                *([f"{e.mib:.0f} MiB"] if e.mib > MOST_MIB else []),
                *([f"left {', '.join(e.left)}"] if e.left else []),
                *([t.fault] if t.fault else []),
            ]
            if faults:
                found.append((t.what, "; ".join(faults)))
        return found

    def row(self) -> str:
        """A line of the table."""
        endings = [t.ending for t in self.trials]
        numbers = (
            len(endings),
            sum(e.is_traceback for e in endings),
            sum(e.is_hung for e in endings),
            sum(len(e.left) for e in endings),
            sum(bool(t.fault) for t in self.trials),
            f"{max((e.seconds for e in endings), default=0.0):.1f}",
            f"{max((e.mib for e in endings), default=0.0):.0f}",
        )
        return f"| {self.kind} | {' | '.join(map(str, numbers))} |"


HEAD = (
    "| kind | runs | tracebacks | hangs | left behind | wrong otherwise | seconds at most | MiB at most |\n"
    "|---|---|---|---|---|---|---|---|"
)


def campaign(kinds: Iterable[str], size: int, seed: int) -> list[Tally]:
    """Every trial of some kinds, each kind in a folder of its own."""
    tallies = []
    for kind in kinds:
        tally = Tally(kind)
        rng = np.random.default_rng([seed, zlib.crc32(kind.encode())])
        with tempfile.TemporaryDirectory(prefix="hostile-") as folder:
            for trial in KINDS[kind](Path(folder), size, rng):
                tally.trials.append(trial)
        tallies.append(tally)
    return tallies


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 1 if anything ended wrongly."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", choices=[*KINDS], action="append")
    given = parser.parse_args(arguments)
    is_wrong = False
    print(HEAD)
    for kind in given.kind or KINDS:
        (tally,) = campaign([kind], given.size, given.seed)
        print(tally.row(), flush=True)
        for what, fault in tally.wrong():
            is_wrong = True
            print(f"    {what}: {fault}", flush=True)
    return int(is_wrong)


if __name__ == "__main__":
    sys.exit(main())
