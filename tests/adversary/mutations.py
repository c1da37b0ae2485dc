"""Damaged solves of misleading landscapes: python -m tests.adversary.mutations --seed 1.

What an engine hands to the solve is changed before anything is certified: ends are deleted, doubled, displaced, or said
to be at infinity, singular or lost; start sets lose solutions, or their points or their number are wrong. The damage is done in
every round and to every engine. A census may repair it, or say that it does not know; it must not claim a wrong number. Each
mutation is tried with exact algebra, and with exact algebra out of reach, as it is for large landscapes. There a number of paths
that is too small is noticed only where a theorem gives it, so that this is not tried elsewhere.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

import homotopy as ho
import polysys as ps
from homotopy.engines.base import Capability, Request, TrackedPaths
from homotopy.engines.registry import ENGINES
from homotopy.engines.starts.start_set import StartSet
from homotopy.engines.tracker import paths as tracker_paths
from polysys.algebra import exact_count
from polysys.errors import PolysysError
from polysys.landscape import Landscape
from tests.adversary.campaign import TRUTH_SEED, Truth, is_wrong
from tests.adversary.damage import ENDS, STARTS

OUTCOMES = ("repaired", "unknown", "contradicted", "refused", "UNNOTICED", "CRASHED")
_BEYOND = {  # with these, exact algebra is asked for nothing
    "homotopy.completeness.exact_evidence.EXACT_REACH": -1,
    "homotopy.solving.exact_algebra.EXACT_REACH": -1,
    "homotopy.solving.exact_algebra.MOST_PARAMETRISED": -1,
}

LANDSCAPES: dict[str, Callable[[], Landscape]] = {
    "deep linear": lambda: ps.model_from_label("deep-linear:widths=2-1-2,data=gaussian,m=3").sample(1),
    "raw data": lambda: ps.DeepLinear(
        (2, 1, 1), data=([[101, 99, 104], [98, 103, 97]], [[3, -2, 7]]), l2=[1, "1/2", "1/3"]
    ).sample(),
    "quadratic network": lambda: ps.PolynomialNetwork(
        (1, 2, 1), activation="z^2", data=([[1, 2, -3]], [[4, 1, 2]]), l2=["1/3", "1/5"], output=[[1, -2]]
    ).sample(),
    "glass": lambda: ps.model_from_label("spherical-p-spin:n=4,p=3").sample(1),
    "glass of two degrees": lambda: ps.model_from_label("spherical-p-spin:n=3,p=2-3").sample(1),
    "layered glass": lambda: ps.model_from_label("layered-spin-glass:widths=2-2-2").sample(1),
    "Rosenbrock": lambda: _expression("100*(y - x^2)^2 + (1 - x)^2 + 100*(z - y^2)^2 + (1 - y)^2"),
    "sparse quartic": lambda: _expression("x^4 + 2*y^4 + z^4 - 3*x^2*y + x*y*z + 2*y*z^2 - z + x/3"),
    "dense cubic": lambda: _expression("x^3 - 2*x^2*y + 3*x*y^2 + 5*y^3 - x^2 + 7*x*y - 3*y^2 + x - 2*y"),
    "multiple point": lambda: _expression("x^3 - 3*x*y^2 + x^4 + y^4 + x*y^4"),
}


def _expression(text: str) -> Landscape:
    return ps.expression(text).sample()


@dataclass(frozen=True)
class Trial:
    """One landscape with one mutation, and what became of it."""

    mutation: str
    landscape: str
    is_exact: bool
    outcome: str
    verdict: str = ""
    found: int = 0
    expected: int | None = None
    seconds: float = 0.0
    said: str = ""


MUTATIONS = (*ENDS, *STARTS)
_LOWERS_COUNT = (
    "one end and its path deleted",
    "half of the ends and their paths deleted",
    "fewer paths told than were tracked",
)
_COUNTED_BY_THEOREM = ("glass", "glass of two degrees", "layered glass")


@contextlib.contextmanager
def mutated(mutation: str, seed: int) -> Iterator[None]:
    """Every engine that follows paths, with one mutation of what it hands over or starts from."""
    with contextlib.ExitStack() as stack:
        if mutation in STARTS:
            honest_start = tracker_paths.start_set

            def damaged(landscape: Landscape) -> StartSet | None:
                starts = honest_start(landscape)
                return (
                    None
                    if starts is None or not starts.n_paths
                    else STARTS[mutation](starts, np.random.default_rng(seed))
                )

            stack.enter_context(patch.object(tracker_paths, "start_set", damaged))
        else:
            for engine in ENGINES.values():
                if Capability.PATHS in engine.gives:
                    stack.enter_context(patch.object(engine, "run", _damaging(engine.run, mutation, seed)))
        yield


def _damaging(
    honest: Callable[[Request], TrackedPaths | None], mutation: str, seed: int
) -> Callable[[Request], TrackedPaths | None]:
    def run(request: Request) -> TrackedPaths | None:
        tracked = honest(request)
        return None if tracked is None else ENDS[mutation](tracked, np.random.default_rng(seed))

    return run


def truth_of(landscape: Landscape) -> Truth:
    """What exact algebra says about a landscape, modulo primes that no census draws."""
    found = exact_count(landscape.system.terms, landscape.system.n, seed=TRUTH_SEED, work_limit=3 * 10**10)
    if found.dimension is None or found.n_distinct is None:
        raise RuntimeError("exact algebra does not reach a landscape that is mutated")
    return Truth(found.dimension, found.degree, found.n_distinct, None)


def attempt(job: tuple[str, str, int, bool]) -> Trial:
    """Count one landscape with one mutation and compare."""
    name, mutation, seed, is_exact = job
    landscape = LANDSCAPES[name]()
    truth = truth_of(landscape)
    begin = time.perf_counter()
    head = (mutation, name, is_exact)
    with contextlib.ExitStack() as stack:
        stack.enter_context(mutated(mutation, seed))
        for target, value in ({} if is_exact else _BEYOND).items():
            stack.enter_context(patch(target, value))
        try:
            census = ho.census(landscape, time_limit=60.0)
        except PolysysError as error:
            return Trial(*head, "refused", seconds=time.perf_counter() - begin, said=str(error)[:200])
        except Exception as error:  # what the campaign looks for
            return Trial(
                *head, "CRASHED", seconds=time.perf_counter() - begin, said=f"{type(error).__name__}: {error}"[:300]
            )
    verdict = census.completeness.verdict
    claims = verdict in (ho.Completeness.PROVED, ho.Completeness.SUPPORTED)
    outcome = "UNNOTICED" if is_wrong(census, truth) else "repaired" if claims else verdict.value
    return Trial(
        *head,
        outcome,
        verdict.value,
        len(census.certificates),
        truth.n_distinct,
        time.perf_counter() - begin,
        str(census.completeness)[:200],
    )


def jobs(seed: int, landscapes: Sequence[str] = (), mutations: Sequence[str] = ()) -> list[tuple[str, str, int, bool]]:
    """Every landscape with every mutation, with and without exact algebra; a trial's own seed does not depend on the choice."""
    return [
        (name, mutation, 1000 * seed + 31 * list(LANDSCAPES).index(name) + MUTATIONS.index(mutation), is_exact)
        for name in landscapes or LANDSCAPES
        for mutation in mutations or MUTATIONS
        for is_exact in (True, False)
        if is_exact or mutation not in _LOWERS_COUNT or name in _COUNTED_BY_THEOREM
    ]


def table(trials: Iterable[Trial]) -> str:
    """What became of each mutation: with exact algebra, and without."""
    counts: dict[str, Counter[str]] = {m: Counter() for m in MUTATIONS}
    total: Counter[str] = Counter()
    for t in trials:
        counts[t.mutation][t.outcome] += 1
        total[t.outcome] += 1
    head = f"{'mutation':58}" + "".join(f"{o:>13}" for o in OUTCOMES)
    rows = [f"{m:58}" + "".join(f"{c[o]:13}" for o in OUTCOMES) for m, c in counts.items() if c]
    return "\n".join([head, *rows, f"{'all':58}" + "".join(f"{total[o]:13}" for o in OUTCOMES)])


def run(
    seed: int, *, landscapes: Sequence[str] = (), mutations: Sequence[str] = (), workers: int | None = None
) -> Iterator[Trial]:
    """Try them all, in their order; start sets are damaged after they are made and kept, so that nothing is left behind."""
    os.environ["STATIONARY_THREADS"] = "1"
    with ProcessPoolExecutor(workers or os.cpu_count()) as pool:
        yield from pool.map(attempt, jobs(seed, landscapes, mutations))


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--landscapes", default="", help=", ".join(LANDSCAPES))
    parser.add_argument("--mutations", default="", help="separated by semicolons")
    parser.add_argument("--workers", type=int, default=None)
    parser.add_argument("--log", type=Path, default=None, help="a file of JSON lines, one a trial")
    chosen = parser.parse_args()
    landscapes = [x.strip() for x in chosen.landscapes.split(",") if x.strip()]
    mutations = [x.strip() for x in chosen.mutations.split(";") if x.strip()]
    trials: list[Trial] = []
    log: Any = chosen.log.open("a") if chosen.log else None
    for trial in run(chosen.seed, landscapes=landscapes, mutations=mutations, workers=chosen.workers):
        trials.append(trial)
        if log is not None:
            print(json.dumps(asdict(trial)), file=log, flush=True)
        if trial.outcome in ("UNNOTICED", "CRASHED"):
            print(trial, flush=True)
    print(table(trials))
    raise SystemExit(any(t.outcome in ("UNNOTICED", "CRASHED") for t in trials))


if __name__ == "__main__":
    main()
