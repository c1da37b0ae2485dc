"""What proves the lists of random landscapes with few solutions: python -m tests.adversary.shares --size 1000 --seed 1.

The landscapes are those that are meant to mislead (:mod:`tests.adversary.kinds`) with finitely many solutions, at most 200 of them,
and small networks. Nothing is held against another program here; :mod:`tests.adversary.campaign` does that.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

import homotopy as ho
from homotopy.completeness.evidence import of_kind
from homotopy.status import EvidenceKind
from polysys.errors import PolysysError
from polysys.landscape import Landscape
from polysys.models.labels import model_from_label
from tests.adversary.kinds import KINDS

MOST = 200
OUTCOMES = ("classical", "Hilbert function", "real list", "supported", "unknown", "refused", "more than 200", "WRONG")
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
    """One landscape, what its list of solutions rests on, and the seconds that took."""

    kind: str
    seed: int
    outcome: str
    found: int
    seconds: float
    said: str


def attempt(name: str, seed: int) -> Trial:
    """Count one landscape."""
    landscape = MADE[name](np.random.default_rng([seed, list(MADE).index(name)]))
    begin = time.perf_counter()
    try:
        census = ho.census(landscape, time_limit=60.0)
    except PolysysError as error:
        return Trial(name, seed, "refused", 0, time.perf_counter() - begin, str(error)[:200])
    seconds = time.perf_counter() - begin
    outcome = "more than 200" if census.n_complex > MOST else _ground(census)
    return Trial(name, seed, outcome, census.n_complex, seconds, str(census.completeness)[:200])


def _ground(census: ho.Census) -> str:
    report = census.completeness
    if report.verdict is not ho.Completeness.PROVED:
        return {ho.Completeness.CONTRADICTED: "WRONG"}.get(report.verdict, report.verdict.value)
    if report.complex_verdict is not None:
        return "real list"
    hilbert = of_kind(report.evidence, EvidenceKind.HILBERT_BOUND)
    return "Hilbert function" if hilbert is not None and hilbert.outcome is ho.Verdict.YES else "classical"


def run(size: int, seed: int) -> Iterator[Trial]:
    """As many landscapes of each kind, one after the other."""
    kinds = list(MADE)
    for k in range(size):
        yield attempt(kinds[k % len(kinds)], seed * 1_000_000 + k // len(kinds))


def table(trials: Iterable[Trial]) -> str:
    """Outcomes by kind, in Markdown, with the seconds of a landscape."""
    by_kind: dict[str, list[Trial]] = {}
    for t in trials:
        by_kind.setdefault(t.kind, []).append(t)
    by_kind["all"] = [t for group in by_kind.values() for t in group]
    rows = [f"| kind | {' | '.join(OUTCOMES)} | median s | 95 % within s |", "|---" * (len(OUTCOMES) + 3) + "|"]
    for name, group in by_kind.items():
        counted = Counter(t.outcome for t in group)
        median, late = np.quantile([t.seconds for t in group], [0.5, 0.95])
        rows.append(f"| {name} | {' | '.join(str(counted[o]) for o in OUTCOMES)} | {median:.2f} | {late:.1f} |")
    return "\n".join(rows)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--log", type=Path, default=None, help="a file of JSON lines, one a landscape")
    chosen = parser.parse_args()
    os.environ["STATIONARY_THREADS"] = "1"
    trials = []
    for trial in run(chosen.size, chosen.seed):
        trials.append(trial)
        if chosen.log:
            with chosen.log.open("a") as log:
                print(json.dumps(asdict(trial)), file=log)
    print(table(trials))
    raise SystemExit(any(t.outcome == "WRONG" for t in trials))


if __name__ == "__main__":
    main()
