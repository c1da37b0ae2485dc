"""What proves the lists of random landscapes with few solutions: python -m tests.adversary.shares --size 1000 --log shares.jsonl.

The landscapes are those that are meant to mislead (:mod:`tests.adversary.kinds`) and small networks; they are drawn until there are
as many as asked for with finitely many solutions, at most 200 of them. A log that exists is gone on with. Nothing is held against another
program here; :mod:`tests.adversary.campaign` does that.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from itertools import cycle
from pathlib import Path

import numpy as np

import homotopy as ho
from homotopy.completeness.evidence import of_kind
from homotopy.status import EvidenceKind
from polysys.errors import PolysysError, PositiveDimensionalError
from polysys.landscape import Landscape
from polysys.models.labels import model_from_label
from tests.adversary.kinds import KINDS

MOST = 200
OUTCOMES = ("classical", "Hilbert function", "real list", "supported", "unknown", "refused", "contradicted", "crashed")
OUTSIDE = ("more than 200", "infinitely many")
NETWORKS = (
    "deep-linear:widths=2-2-1,data=gaussian", "deep-linear:widths=1-2-2-1,data=gaussian", "deep-linear:widths=2-1-1-2,data=gaussian",
    "deep-linear:widths=1-2-2,data=gaussian", "deep-linear:widths=1-1-2-2,data=gaussian", "deep-linear:widths=1-3-2,data=gaussian",
    "polynomial-network:widths=2-2-1,activation=z^2,data=gaussian,m=3,output=fixed",
    "polynomial-network:widths=2-1-1,activation=z^2,data=gaussian,m=3", "polynomial-network:widths=1-2-1,activation=z^2,data=gaussian,m=2",
    "polynomial-network:widths=1-2-1,activation=z^2+z,data=gaussian,m=3,output=fixed", "polynomial-network:widths=1-1-1,activation=z^3,data=gaussian,m=2",
    "polynomial-network:widths=1-1-1,activation=z^2,data=gaussian,m=3,bias=yes",
)  # fmt: skip


def _network(rng: np.random.Generator) -> Landscape:
    return model_from_label(NETWORKS[rng.integers(len(NETWORKS))]).sample(int(rng.integers(10**6)))


MADE: dict[str, Callable[[np.random.Generator], Landscape]] = {
    **{name: make for name, make in KINDS.items() if name != "repeated-factor"},  # curves: infinitely many solutions
    "network": _network,
}


@dataclass(frozen=True)
class Trial:
    """One landscape, what its list of solutions rests on, and the seconds of processor time that took."""

    kind: str
    seed: int
    outcome: str
    found: int
    seconds: float
    said: str

    @property
    def is_inside(self) -> bool:
        """Whether there are finitely many solutions, and few enough."""
        return self.outcome not in OUTSIDE


def attempt(name: str, seed: int) -> Trial:
    """Count one landscape."""
    landscape = MADE[name](np.random.default_rng([seed, list(MADE).index(name)]))
    begin = _processor_seconds()
    try:
        census = ho.census(landscape, time_limit=60.0)
    except PositiveDimensionalError as error:
        return Trial(name, seed, "infinitely many", 0, _processor_seconds() - begin, str(error)[:200])
    except PolysysError as error:
        return Trial(name, seed, "refused", 0, _processor_seconds() - begin, str(error)[:200])
    except Exception as error:  # what the campaign looks for
        return Trial(name, seed, "crashed", 0, _processor_seconds() - begin, f"{type(error).__name__}: {error}"[:300])
    seconds = _processor_seconds() - begin
    outcome = "more than 200" if census.n_complex > MOST else _ground(census)
    return Trial(name, seed, outcome, census.n_complex, seconds, str(census.completeness)[:300])


def _processor_seconds() -> float:
    """Of this process and of the programs that it has started and that have ended."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(u.ru_utime + u.ru_stime for u in usages)


def _ground(census: ho.Census) -> str:
    report = census.completeness
    exact = of_kind(report.evidence, EvidenceKind.EXACT_COUNT)
    if exact is not None and dict(exact.numbers).get("dimension", 0) > 0:
        return "infinitely many"
    if report.verdict is not ho.Completeness.PROVED:
        return report.verdict.value
    if report.complex_verdict is not None:
        return "real list"
    hilbert = of_kind(report.evidence, EvidenceKind.HILBERT_BOUND)
    return "Hilbert function" if hilbert is not None and hilbert.outcome is ho.Verdict.YES else "classical"


def run(size: int, seed: int, log: Path) -> list[Trial]:
    """Landscapes of each kind in turn until enough have few solutions; those that the log holds are not counted again."""
    trials = _read(log)
    done, kinds = {(t.kind, t.seed) for t in trials}, cycle(enumerate(MADE))
    n_inside, turn = sum(t.is_inside for t in trials), 0
    while n_inside < size:
        k, name = next(kinds)
        key = name, seed * 1_000_000 + turn
        turn += k == len(MADE) - 1
        if key in done:
            continue
        trials.append(attempt(*key))
        n_inside += trials[-1].is_inside
        with log.open("a") as out:
            print(json.dumps(asdict(trials[-1])), file=out)
    return trials


def _read(log: Path) -> list[Trial]:
    """The trials of a log; a last line that was cut off when the program was killed is removed."""
    if not log.exists():
        return []
    whole = [line for line in log.read_text().splitlines(keepends=True) if line.endswith("\n")]
    log.write_text("".join(whole))
    return [Trial(**json.loads(line)) for line in whole]


def table(trials: Iterable[Trial]) -> str:
    """Outcomes by kind, in Markdown, with the seconds of a landscape."""
    by_kind: dict[str, list[Trial]] = {}
    for t in trials:
        by_kind.setdefault(t.kind, []).append(t)
    by_kind["all"] = [t for group in by_kind.values() for t in group]
    columns = (*OUTCOMES, *OUTSIDE)
    rows = [f"| kind | {' | '.join(columns)} | median s | 95 % within s |", "|---" * (len(columns) + 3) + "|"]
    for name, group in by_kind.items():
        counted = Counter(t.outcome for t in group)
        median, late = np.quantile([t.seconds for t in group], [0.5, 0.95])
        rows.append(f"| {name} | {' | '.join(str(counted[o]) for o in columns)} | {median:.2f} | {late:.1f} |")
    return "\n".join(rows)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=1000, help="landscapes with finitely many solutions, at most 200")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--log",
        type=Path,
        default=Path("shares.jsonl"),
        help="a file of JSON lines, one a landscape; it is gone on with",
    )
    chosen = parser.parse_args()
    os.environ["STATIONARY_THREADS"] = "1"
    trials = run(chosen.size, chosen.seed, chosen.log)
    print(table(trials))
    raise SystemExit(any(t.outcome in ("contradicted", "crashed") for t in trials))


if __name__ == "__main__":
    main()
