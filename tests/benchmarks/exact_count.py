"""What the exact count costs a census: python -m tests.benchmarks.exact_count. Ratios of CPU time, both censuses in turn in one process.

Without it, nothing is asked of exact algebra: neither the count, nor the bound by Hilbert functions, nor the generic count of a
family (start sets are made before). Kernels are compiled beforehand, and what is cached of one census is forgotten before the next.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import product
from statistics import median
from unittest.mock import patch

import numpy as np

import homotopy as ho
import polysys as ps
from polysys.counts import of_landscape
from polysys.landscape import Landscape

WITHOUT = {
    "homotopy.completeness.exact_evidence.EXACT_REACH": -1,
    "homotopy.solving.rounds.EXACT_REACH": -1,
    "homotopy.solving.rounds._MOST_PARAMETRISED": -1,
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


def timed(make: Callable[[], Landscape], *, is_exact: bool) -> tuple[float, str]:
    """CPU seconds of a census, and its verdict."""
    forget()
    landscape = make()
    with ExitStack() as stack:
        for target, value in ({} if is_exact else WITHOUT).items():
            stack.enter_context(patch(target, value))
        begin = time.process_time()
        census = ho.census(landscape, time_limit=600.0)
        return time.process_time() - begin, f"{census.n_complex} {census.completeness.verdict.value}"


def rows(names: list[str], repeats: int) -> Iterator[str]:
    """One line a case: median seconds with and without, median of the ratios, verdicts."""
    for name in names:
        both: list[tuple[float, float]] = []
        said = set()
        for make in CASES[name]:
            timed(make, is_exact=True)  # compiles and makes the start set
            for _ in range(repeats):
                (a, with_), (b, without) = timed(make, is_exact=True), timed(make, is_exact=False)
                both.append((a, b))
                said.add(f"{with_} / {without}")
        a, b = (median(pair[k] for pair in both) for k in range(2))
        words = (
            said.pop()
            if len(said) == 1
            else "all " + " / ".join({s.split()[1] for s in said} | {s.split()[-1] for s in said})
        )
        yield f"| {name} | {a:.2f} | {b:.2f} | {median(x / y for x, y in both):.2f} | {words} |"


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", default="", help="separated by semicolons: " + "; ".join(CASES))
    parser.add_argument("--repeats", type=int, default=1)
    chosen = parser.parse_args()
    print(
        "| landscape | with, s | without, s | median of ratios | solutions and verdict, with / without |\n|---|---|---|---|---|"
    )
    for row in rows([c.strip() for c in chosen.cases.split(";") if c.strip()] or list(CASES), chosen.repeats):
        print(row, flush=True)


if __name__ == "__main__":
    main()
