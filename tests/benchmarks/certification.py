"""Certification beside tracking, in one run: python -m tests.benchmarks.certification [--sizes 6 8 10 12 14] [--samples 1000].

For each size one sample of the 3-spin: the seconds that tracking all paths takes, and the seconds that certifying the end
points takes (existence, uniqueness, reality, distinctness), both on all cores, the better of three. Then `--samples` samples of
n = 6, counted by `census_batch` in one process with everything a census says.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

import polysys as ps
from homotopy.certification.zeros import certify
from homotopy.counting.batch import census_batch
from homotopy.engines.starts.start_set import make_start_set, stratum_equations
from homotopy.engines.tracker.driver import track
from homotopy.engines.tracker.program import compile_homotopy


def best(function: Callable[[], Any], repeat: int = 3) -> tuple[float, Any]:
    """Least wall time of some calls, and what the last one returned."""
    times = []
    for _ in range(repeat):
        begin = time.perf_counter()
        result = function()
        times.append(time.perf_counter() - begin)
    return min(times), result


def row(n: int, seed: int = 1) -> tuple[float, float]:
    """Seconds for tracking and for certifying one sample; prints a table row."""
    land = ps.SphericalPSpin(n=n, p=3).sample(seed)
    starts = make_start_set(land)
    assert starts is not None
    (stratum,) = starts.strata
    tape = stratum_equations(land, stratum.alive)
    target = np.array([float(c) for c in land.parameters])
    program = compile_homotopy(tape, stratum.parameters == 0, np.ones(len(target), bool))
    tracking, ends = best(lambda: track(program, stratum.parameters, stratum.solutions, target))
    tapes = land.tapes
    certify(tapes, ends.solutions[0][:16])  # compiles, and translates the tapes
    certifying, report = best(lambda: certify(tapes, ends.solutions[0]))
    found = report.certificates
    assert len(found) == 2**n - 1
    print(
        f"| {n} | {len(found)} | {tracking:.4f} | {certifying:.4f} | {certifying / tracking:.2f} | "
        f"{1e6 * certifying / len(found):.0f} | {len(found.exact)} | {np.median(found.radius):.0e} |",
        flush=True,
    )
    return tracking, certifying


def ensemble(samples: int) -> float:
    """Seconds for full censuses of samples of the 3-spin with n = 6, in this process."""
    model = ps.SphericalPSpin(n=6, p=3)
    census_batch(model, 1, range(2))
    begin = time.perf_counter()
    verdicts = Counter(c.completeness.verdict.value for c in census_batch(model, 2, range(samples)))
    seconds = time.perf_counter() - begin
    print(f"{samples} samples of n = 6: {seconds:.1f} s, verdicts {dict(verdicts)}")
    return seconds


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=[6, 8, 10, 12, 14])
    parser.add_argument("--samples", type=int, default=1000)
    chosen = parser.parse_args()
    print("| n | solutions | tracking, s | certification, s | ratio | microseconds a solution | in balls | median radius |")
    print("|---|---|---|---|---|---|---|---|")
    for n in chosen.sizes:
        row(n)
    if chosen.samples:
        ensemble(chosen.samples)


if __name__ == "__main__":
    main()
