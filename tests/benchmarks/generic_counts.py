"""Generic counts with their evidence: a start set, and a trace test for each kind of stratum.

Run: python -m tests.benchmarks.generic_counts LABEL COUPLINGS [--seed S] [--quiet]

COUPLINGS names the couplings on the move in the trace test, joined by +. Strata with as many live unknowns and solutions
differ by the names of neurons, so one of each kind is tested.
"""

from __future__ import annotations

import argparse
import sys
import time

import polysys as ps
from homotopy.engines.starts.start_set import make_start_set
from homotopy.engines.starts.trace_test import trace_stratum


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("label")
    parser.add_argument("couplings")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quiet", action="store_true")
    options = parser.parse_args()

    def say(line: str) -> None:
        if not options.quiet:
            print(f"  {time.perf_counter() - begin:8.1f} s  {line}", file=sys.stderr, flush=True)

    landscape = ps.model_from_label(options.label).sample(1)
    begin = time.perf_counter()
    starts = make_start_set(landscape, options.seed, say)
    assert starts is not None
    seconds = time.perf_counter() - begin
    print(f"{options.label}: {starts.n_solutions} solutions, {starts.n_paths} paths, {seconds:.1f} s", flush=True)
    seen = set()
    for stratum in starts.strata:
        kind = (len(stratum.alive), stratum.n_solutions)
        if kind in seen or not stratum.alive or not stratum.n_solutions:
            continue
        seen.add(kind)
        n = sum((len(s.alive), s.n_solutions) == kind for s in starts.strata)
        print(f"  {n} x {stratum.n_solutions} with {kind[0]} live unknowns: {stratum.evidence}", flush=True)
        begin = time.perf_counter()
        result = trace_stratum(landscape, stratum, tuple(options.couplings.split("+")), options.seed, say=say)
        print(f"    {result} ({time.perf_counter() - begin:.1f} s)", flush=True)


if __name__ == "__main__":
    main()
