"""What exact algebra costs a census: python -m tests.benchmarks.exact_count. CPU time, three kinds of censuses in turn in one process.

Without exact algebra neither a count of the landscape nor a proof by Hilbert functions is asked for. Start sets are made and kernels
compiled beforehand, and what was counted in one census is forgotten before the next.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import product
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from statistics import median
from typing import Any
from unittest.mock import patch

import numpy as np

import homotopy as ho
import polysys as ps
from polysys.counts import of_landscape
from polysys.landscape import Landscape

_NO_PROOF = {"homotopy.counting.count.bound_by_hilbert_function": lambda *_: None}
MODES: dict[str, dict[str, Any]] = {
    "none": {
        "homotopy.completeness.exact_evidence.EXACT_REACH": -1,
        "homotopy.solving.exact_algebra.EXACT_REACH": -1,
        "homotopy.solving.exact_algebra.MOST_PARAMETRISED": -1,
    },
    "count": _NO_PROOF,
    "proof": {},
}


def rosenbrock(n: int) -> Landscape:
    return ps.expression("+".join(f"100*(x{i + 1}-x{i}^2)^2+(1-x{i})^2" for i in range(1, n))).sample()


def quartic(seed: int) -> Landscape:
    rng = np.random.default_rng(seed)
    terms = [
        "*".join([f"({rng.integers(-99, 100)})/10", *(f"x{i + 1}^{k}" for i, k in enumerate(e) if k)])
        for e in product(range(5), repeat=3)
        if 0 < sum(e) <= 4
    ]
    return ps.expression("+".join(terms), variables=["x1", "x2", "x3"]).sample()


CASES: dict[str, tuple[Callable[[], Landscape], ...]] = {
    **{f"Rosenbrock, n={n}": (lambda n=n: rosenbrock(n),) for n in range(2, 7)},
    "random quartics in 3 variables": tuple(lambda k=k: quartic(k) for k in range(20)),
    "deep linear 2-2-2": (lambda: ps.model_from_label("deep-linear:widths=2-2-2,data=gaussian,m=2").sample(1),),
    "deep linear 2-3-2": (lambda: ps.model_from_label("deep-linear:widths=2-3-2,data=gaussian,m=2").sample(1),),
    "3-spin, n=6": (lambda: ps.SphericalPSpin(n=6, p=3).sample(1),),
}


def forget() -> None:
    """Forget what exact algebra has counted."""
    for cached in (of_landscape._counted, of_landscape._counted_where_regular):
        cached.cache_clear()


def cpu_seconds() -> float:
    """CPU time of this process and of the programs that it has called and that have ended."""
    used = [getrusage(who) for who in (RUSAGE_SELF, RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def timed(make: Callable[[], Landscape], mode: str) -> tuple[float, str]:
    """CPU seconds of a census, and what it says."""
    forget()
    landscape = make()
    with ExitStack() as stack:
        for target, value in MODES[mode].items():
            stack.enter_context(patch(target, value))
        begin = cpu_seconds()
        census = ho.census(landscape, time_limit=600.0)
        return cpu_seconds() - begin, f"{census.n_complex} {census.completeness.verdict.value}"


def rows(names: list[str], repeats: int) -> Iterator[str]:
    """One line a case: median seconds in each mode, the median of the ratios of the second to the first, and verdicts."""
    for name in names:
        seconds: dict[str, list[float]] = {mode: [] for mode in MODES}
        said: dict[str, set[str]] = {mode: set() for mode in MODES}
        for make in CASES[name]:
            timed(make, "proof")  # compiles and makes the start set
            for _ in range(repeats):
                for mode in MODES:
                    taken, words = timed(make, mode)
                    seconds[mode].append(taken)
                    said[mode].add(words)
        ratio = median(b / a for a, b in zip(seconds["none"], seconds["count"], strict=True))
        cells = [f"{median(seconds[mode]):.3f}, {_in_words(said[mode])}" for mode in MODES]
        yield f"| {name} | " + " | ".join(cells) + f" | {ratio:.2f} |"


def _in_words(said: set[str]) -> str:
    return said.pop() if len(said) == 1 else " or ".join(sorted({s.split()[1] for s in said}))


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", default="", help="separated by semicolons: " + "; ".join(CASES))
    parser.add_argument("--repeats", type=int, default=1)
    chosen = parser.parse_args()
    names = [c.strip() for c in chosen.cases.split(";") if c.strip()] or list(CASES)
    print(
        "| landscape | no exact algebra: s, verdict | exact count | exact count and proof | ratio for the count |\n|---|---|---|---|---|"
    )
    for row in rows(names, chosen.repeats):
        print(row, flush=True)


if __name__ == "__main__":
    main()
