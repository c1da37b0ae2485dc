"""Censuses of misleading landscapes held against exact algebra: python -m tests.adversary.campaign --size 1000 --seed 1.

The truth is msolve's: dimension and degree modulo two primes that the census does not use, and the number of real roots;
the number of distinct solutions is our own, modulo other primes. A verdict is wrong where it says *proved* or *supported* and the truth says otherwise.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

import homotopy as ho
from homotopy.engines.integer_equations import good_primes
from homotopy.engines.msolve.client import ideal_modulo, real_boxes
from polysys.algebra import exact_count
from polysys.errors import PolysysError
from polysys.landscape import Landscape
from tests.adversary.kinds import KINDS

TRUTH_SEED = 0x7275  # of the primes: other ones than any census draws
OUTCOMES = ("proved", "supported", "unknown", "contradicted", "refused", "no truth", "WRONG", "CRASHED")


@dataclass(frozen=True)
class Truth:
    """What exact algebra says about a system: modulo two primes, and over Q for the real roots."""

    dimension: int
    degree: int | None
    n_distinct: int | None
    n_real: int | None


@dataclass(frozen=True)
class Trial:
    """One landscape and what became of it."""

    kind: str
    seed: int
    engine: str
    outcome: str
    verdict: str = ""
    found: int = 0
    with_multiplicity: int | None = None
    n_real: int = 0
    truth: Truth | None = None
    seconds: float = 0.0
    truth_seconds: float = 0.0
    said: str = ""


def truth_of(landscape: Landscape, *, real_limit: float = 20.0) -> Truth | None:
    """The truth about a landscape's system; None where it is out of msolve's reach."""
    system = landscape.system
    try:
        ideals = [ideal_modulo(system, p, time_limit=60) for p in good_primes(system, TRUTH_SEED)]
        if ideals[0].dimension != ideals[1].dimension or ideals[0].degree != ideals[1].degree:
            return None
    except PolysysError:
        return None
    n_distinct = None
    if ideals[0].dimension <= 0:
        n_distinct = exact_count(system.terms, system.n, seed=TRUTH_SEED, work_limit=3 * 10**10).n_distinct
    n_real = None
    if ideals[0].dimension <= 0 and (ideals[0].degree or 0) <= 100:
        try:
            boxes = real_boxes(system, time_limit=real_limit)
            n_real = None if boxes is None else len(boxes)
        except PolysysError:
            n_real = None
    return Truth(ideals[0].dimension, ideals[0].degree, n_distinct, n_real)


def attempt(job: tuple[str, int, str]) -> Trial:
    """Count one landscape and compare."""
    name, seed, engine = job
    stream = list(KINDS).index(name)
    landscape = KINDS[name](np.random.default_rng([seed, stream]))
    begin = time.perf_counter()
    try:
        census = ho.census(landscape, engine=engine, time_limit=120.0)
    except PolysysError as error:
        return _refused(name, seed, engine, landscape, error, time.perf_counter() - begin)
    except Exception as error:  # what the campaign looks for
        return Trial(name, seed, engine, "CRASHED", said=f"{type(error).__name__}: {error}"[:300])
    seconds = time.perf_counter() - begin
    begin = time.perf_counter()
    truth = truth_of(census.landscape)  # on spheres in the chart that was used: a class may lie at infinity in another
    took = time.perf_counter() - begin
    facts = _facts(census)
    verdict = census.completeness.verdict.value
    outcome = "no truth" if truth is None else "WRONG" if is_wrong(census, truth) else verdict
    return Trial(name, seed, engine, outcome, verdict, *facts, truth, seconds, took, str(census.completeness)[:300])


def _refused(name: str, seed: int, engine: str, landscape: Landscape, error: PolysysError, seconds: float) -> Trial:
    """A refusal is wrong where it speaks of families and there are none."""
    truth = truth_of(landscape)
    is_wrong_family = "not isolated" in str(error) and truth is not None and truth.dimension <= 0
    return Trial(name, seed, engine, "WRONG" if is_wrong_family else "refused", "", 0, None, 0, truth, seconds, 0.0, str(error)[:300])


def _facts(census: ho.Census) -> tuple[int, int | None, int]:
    """Certified solutions, those with multiplicities (None if a multiplicity is unknown), real solutions."""
    found = len(census.certificates)
    multiplicities = [s.multiplicity for s in census.degenerate]
    total = None if None in multiplicities else found + sum(m or 0 for m in multiplicities)
    return found, total, sum(c.reality is ho.Verdict.YES for c in census.certificates)


def is_wrong(census: ho.Census, truth: Truth) -> bool:
    """Whether a verdict claims what is not so."""
    report = census.completeness
    claims = (ho.Completeness.PROVED, ho.Completeness.SUPPORTED)
    found, _, n_real = _facts(census)
    n_isolated = sum(1 for s in census.degenerate)
    if truth.n_distinct is not None and found > truth.n_distinct:
        return True
    if report.complex_verdict is not None:  # a statement on the real list alone
        is_real_wrong = truth.n_real is not None and n_real + sum(1 for s in census.degenerate) < truth.n_real
        if is_real_wrong:
            return True
    on_complex = report.complex_verdict or report.verdict
    if on_complex not in claims:
        return False
    return truth.dimension > 0 or found + n_isolated != truth.n_distinct


def jobs(size: int, seed: int, engines: Sequence[str], kinds: Sequence[str]) -> Iterator[tuple[str, int, str]]:
    """The landscapes of a campaign: as many of each kind, engines in turn."""
    for k in range(size):
        name = kinds[k % len(kinds)]
        yield name, seed * 1_000_000 + k // len(kinds), engines[(k // len(kinds)) % len(engines)]


def table(trials: Iterable[Trial]) -> str:
    """Verdicts by kind."""
    counts: dict[str, Counter[str]] = {}
    seconds: dict[str, list[float]] = {}
    for t in trials:
        counts.setdefault(t.kind, Counter())[t.outcome] += 1
        seconds.setdefault(t.kind, []).append(t.seconds)
    head = f"{'kind':28}" + "".join(f"{o:>13}" for o in OUTCOMES) + f"{'median s':>10}"
    rows = [f"{k:28}" + "".join(f"{c[o]:13}" for o in OUTCOMES) + f"{np.median(seconds[k]):10.2f}" for k, c in counts.items()]
    total = Counter[str]()
    for c in counts.values():
        total += c
    return "\n".join([head, *rows, f"{'all':28}" + "".join(f"{total[o]:13}" for o in OUTCOMES)])


def run(size: int, seed: int, *, engines: Sequence[str] = ("auto",), kinds: Sequence[str] = (), workers: int | None = None) -> Iterator[Trial]:
    """Try landscapes, in the order in which they were asked for."""
    todo = list(jobs(size, seed, engines, kinds or list(KINDS)))
    os.environ["STATIONARY_THREADS"] = "1"
    with ProcessPoolExecutor(workers or os.cpu_count()) as pool:
        yield from pool.map(attempt, todo)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--engines", default="auto,tracker,phcpack")
    parser.add_argument("--kinds", default="")
    parser.add_argument("--workers", type=int, default=None)
    parser.add_argument("--log", type=Path, default=None, help="a file of JSON lines, one a landscape")
    chosen = parser.parse_args()
    kinds = [k for k in chosen.kinds.split(",") if k]
    trials: list[Trial] = []
    log: Any = chosen.log.open("a") if chosen.log else None
    for trial in run(chosen.size, chosen.seed, engines=chosen.engines.split(","), kinds=kinds, workers=chosen.workers):
        trials.append(trial)
        if log is not None:
            print(json.dumps(asdict(trial)), file=log, flush=True)
        if trial.outcome in ("WRONG", "CRASHED"):
            print(trial, flush=True)
    print(table(trials))
    raise SystemExit(any(t.outcome in ("WRONG", "CRASHED") for t in trials))


if __name__ == "__main__":
    main()
