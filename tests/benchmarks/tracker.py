"""Paths per second of the compiled tracker, its share of a core's peak, and where the time goes.

Run: python -m tests.benchmarks.tracker [--sizes 7 10 14] [--table] [--plot FILE] [--phc 8] [--against SCRIPT]

--table prints spin glasses and networks of many sizes, --plot draws the cost of a path against n, --phc N compares with
`phc -b` and with PHCpack's tracker on the same system. --against names a Python file whose count(n, seed) tracks the same
paths and prints a line with "X ms/path"; both run in turn and the ratio of the best times is shown, so that other work
on the machine hurts both alike.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import io
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numba import njit

import polysys as ps
from homotopy.common.jit import aligned
from homotopy.common.vectors import LANES, WIDTH
from homotopy.engines.doubles import equations_in_doubles
from homotopy.engines.phcpack.client import PHCpack
from homotopy.engines.starts.fermat import fermat_start
from homotopy.engines.starts.start_set import StartSet, make_start_set, stratum_equations
from homotopy.engines.tracker.driver import make_homotopy, track
from homotopy.engines.tracker.kernels import solve_lanes
from homotopy.engines.tracker.program import Program, compile_homotopy
from homotopy.engines.tracker.vector import fill_matrix, run_program
from homotopy.status import PathStatus
from tests.homotopy import tracker_systems as systems


@njit(nogil=True, error_model="numpy")
def _evaluations(
    code: Any, fill: Any, reg: Any, par: Any, m: Any, n: int, solve: bool, repeat: int
) -> None:
    for _ in range(repeat):
        run_program(code, reg, par)
        fill_matrix(fill, reg, par)
        if solve:
            solve_lanes(m, n)


def best(function: Callable[[], Any], repeat: int = 5) -> float:
    """Least CPU seconds of one call, after a warming one."""
    function()
    times = []
    for _ in range(repeat):
        begin = time.process_time()
        function()
        times.append(time.process_time() - begin)
    return min(times)


def flops_per_iteration(program: Program) -> int:
    """Evaluation, elimination with two right-hand sides, back substitution; a complex product counts 8."""
    n = program.n
    elimination = sum(8 * (n - k - 1) * (n - k + 2) for k in range(n))
    return program.n_flops + elimination + 8 * n * (n + 1)


def peak_of_a_core() -> float:
    """Flops a second of a product of real matrices on one core: OpenBLAS reads its number of threads when it is loaded."""
    code = (
        "import time, numpy as np; a, b = np.random.default_rng(0).random((2, 1500, 1500)); a @ b; times = []\n"
        "for _ in range(8):\n"
        "    begin = time.process_time(); a @ b; times.append(time.process_time() - begin)\n"
        "print(2 * 1500**3 / min(times))"
    )
    one = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1")
    found = subprocess.run([sys.executable, "-c", code], env={**os.environ, **one}, check=True, capture_output=True)
    return float(found.stdout)


def profile(n: int, peak: float) -> None:
    """One line on one core: rate, share of arithmetic, flop rate and its share of the core's peak."""
    p0, starts = systems.fermat(n, 3, 1)
    p1 = systems.kostlan(n, 3, 1, 1001)
    begin = time.perf_counter()
    program = compile_homotopy(systems.cubic_spin(n), p0 == 0, [True] * len(p0))
    compiled = time.perf_counter() - begin
    results = []
    seconds = best(lambda: results.append(track(program, p0, starts, p1, threads=1)), 3 if n > 12 else 15)
    ends = results[-1]
    iterations = int(ends.n_iterations.sum())
    scalars = make_homotopy(program, p0, p1).scalars[0]
    reg = aligned(program.n_registers * WIDTH)
    m = program.matrix(reg)
    reg[:] = np.random.default_rng(0).standard_normal(len(reg))
    repeat = 2000
    kernel = (
        best(lambda: _evaluations(program.code, program.fill, reg, scalars, m, n + 1, True, repeat)) / repeat
    )
    rate = flops_per_iteration(program) * iterations / seconds
    print(
        f"n={n:2d}  {ends.codes.size / seconds:8.0f} paths/s a core"
        f"  {ends.counts()[PathStatus.REGULAR]} of {ends.codes.size}"
        f"  {iterations / ends.codes.size:.0f} iterations and {1e6 * seconds / ends.codes.size:.0f} microseconds a path"
        f"  {rate / 1e9:.1f} GFlop/s, {rate / peak:.0%} of a core's {peak / 1e9:.0f}"
        f"  arithmetic {kernel * iterations / LANES / seconds:.0%} of the time"
        f"  program made in {compiled:.2f} s"
    )


def against(script: Path, n: int) -> None:
    """Ratio to another tracker, alternating."""
    spec = importlib.util.spec_from_file_location("other", script)
    assert spec and spec.loader
    other = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(other)
    p0, starts = systems.fermat(n, 3, 1)
    p1 = systems.kostlan(n, 3, 1, 1001)
    program = compile_homotopy(systems.cubic_spin(n), p0 == 0, [True] * len(p0))
    theirs, ours = [], []
    with contextlib.redirect_stdout(io.StringIO()):
        other.count(3, 0)
    track(program, p0, starts[:8], p1)
    for _ in range(3):
        text = io.StringIO()
        with contextlib.redirect_stdout(text):
            other.count(n, 1)
        found = re.search(r"([\d.]+) ms/path", text.getvalue())
        assert found
        theirs.append(float(found[1]))
        ours.append(1e3 * track(program, p0, starts, p1).seconds / len(starts))
    print(
        f"n={n:2d}  {script.name} {min(theirs):.4f} ms/path, tracker {min(ours):.4f}:"
        f" {min(theirs) / min(ours):.1f} times"
    )


def phc_black_box(n: int) -> tuple[float, float]:
    """Seconds of `phc -b` and of the tracker for the same 3-spin."""
    p0, starts = systems.fermat(n, 3, 1)
    p1 = systems.kostlan(n, 3, 1, 1001)
    tape = systems.p_spin(n, 3)
    import sympy

    x = (*sympy.symbols(f"x0:{n}"), sympy.Symbol("mu"))
    equations = [
        sympy.expand(e) for e in tape.evaluate(x, [sympy.Float(v) for v in p1[0]], lambda c: sympy.Float(float(c)))
    ]
    text = f"{n + 1}\n" + "".join(f"{e};\n" for e in equations)
    program = compile_homotopy(tape, p0 == 0, [True] * len(p0))
    ours = [track(program, p0, starts, p1).seconds for _ in range(4)]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "in").write_text(text)
        begin = time.perf_counter()
        subprocess.run(["phc", "-b", "in", "out"], cwd=folder, check=True, capture_output=True, timeout=3000)
        theirs = time.perf_counter() - begin
    ours += [track(program, p0, starts, p1).seconds for _ in range(4)]
    return theirs, min(ours[1:])


def phc_tracker(n: int) -> tuple[float, float]:
    """Seconds of PHCpack's tracker and of ours from the same Fermat start to the same 3-spin."""
    landscape = ps.SphericalPSpin(n=n, p=3).sample(1)
    start, solutions = fermat_start(landscape.formulation, 0)
    target = equations_in_doubles(landscape.system)
    ours = [_track_starts(landscape, make_start_set(landscape))[0] for _ in range(4)]
    with PHCpack() as engine:
        engine.track(target, start, solutions[:2], seed=1)
        report = engine.track(target, start, solutions, seed=1)
    assert sum(end.status is PathStatus.REGULAR for end in report.ends) == 2**n - 1
    ours += [_track_starts(landscape, make_start_set(landscape))[0] for _ in range(4)]
    return report.seconds, min(ours[1:])


def compare_with_phcpack(n: int) -> None:
    theirs, ours = phc_tracker(n)
    print(f"n={n:2d}  PHCpack's tracker {theirs:.1f} s, ours {ours:.4f} s: {theirs / ours:.0f} times")
    theirs, ours = phc_black_box(n)
    print(f"n={n:2d}  phc -b {theirs:.1f} s, tracker {ours:.4f} s: {theirs / ours:.0f} times")


def _track_starts(landscape: ps.Landscape, starts: StartSet | None) -> tuple[float, int, int]:
    """Seconds, solutions found (mirror images included) and solutions expected."""
    assert starts is not None
    target = np.array([float(c) for c in landscape.parameters], complex)
    seconds, found = 0.0, 0
    for s in starts.strata:
        if not s.alive:
            found += 1
        elif len(s.solutions):
            # a program serves all samples of a model: making it is no part of the time
            program = compile_homotopy(stratum_equations(landscape, s.alive), s.parameters == 0, [True] * len(target))
            ends = track(program, s.parameters, s.solutions, target)
            seconds += ends.seconds
            found += ends.counts()[PathStatus.REGULAR] * len(s.signs)
    return seconds, found, starts.n_solutions


def spin_row(p: int, n: int, repeat: int = 3) -> float:
    """One line of the table; returns milliseconds a path, the best of some runs on all cores."""
    p0, starts = systems.fermat(n, p, 1)
    p1 = systems.kostlan(n, p, 1, 1001)
    tape = systems.cubic_spin(n) if p == 3 else systems.p_spin(n, p)
    program = compile_homotopy(tape, p0 == 0, [True] * len(p0))
    runs = [track(program, p0, starts, p1) for _ in range(1 if len(starts) > 20_000 else repeat)]
    fastest = min(runs, key=lambda r: r.seconds)
    each = 1e3 * fastest.seconds / len(starts)
    print(
        f"| {p}-spin, n = {n} | {len(starts)} | {fastest.counts()[PathStatus.REGULAR]} | {fastest.seconds:.4f} | "
        f"{each:.4f} | {fastest.n_iterations.mean():.0f} | {int((fastest.n_attempts > 1).sum())} |",
        flush=True,
    )
    return each


SPINS = {3: range(6, 17), 4: range(4, 10), 5: range(5, 8)}
LANDSCAPES = [
    "layered-spin-glass:widths=3-3-3",
    "layered-spin-glass:widths=4-4-4",
    "layered-spin-glass:widths=3-3-3-3",
    "deep-linear:widths=2-2-2,data=gaussian",
    "deep-linear:widths=2-2-3,data=gaussian",
    "deep-linear:widths=2-3-2,data=gaussian",
    "polynomial-network:widths=2-2-1,activation=z^2,data=gaussian,m=3",
    "spherical-p-spin:n=5,p=2-3,field=1/2",
    "spherical-p-spin:n=8,p=2-3,field=1/2",
    "spherical-p-spin:n=5,p=2-4",
    "deep-linear:widths=3-2-3,data=gaussian",
    "deep-linear:widths=2-2-2-2,data=gaussian",
    "deep-linear:widths=3-3-3,data=gaussian",
]


def landscape_row(label: str) -> None:
    landscape = ps.model_from_label(label).sample(1)
    begin = time.perf_counter()
    starts = make_start_set(landscape)
    made = time.perf_counter() - begin
    assert starts is not None
    seconds, found, expected = min(_track_starts(landscape, starts) for _ in range(3))
    print(f"| {label} | {starts.n_paths} | {found} of {expected} | {made:.2f} | {seconds:.4f} |", flush=True)


def table(plot: Path | None) -> None:
    """All rows, in Markdown."""
    print("| system | paths | regular | seconds | ms a path | iterations a path | repeated |\n|" + "---|" * 7)
    spin_costs = {p: [(n, spin_row(p, n)) for n in sizes] for p, sizes in SPINS.items()}
    if plot is not None:
        draw(spin_costs, plot)
    print("\n| system | paths | solutions | start set, s | tracking, s |\n|" + "---|" * 5)
    for label in LANDSCAPES:
        landscape_row(label)


def draw(costs: dict[int, list[tuple[int, float]]], path: Path) -> None:
    """Milliseconds a path, and a census in all, against n."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3.8), layout="constrained")
    each, total = figure.subplots(1, 2)
    for (p, rows), marker in zip(costs.items(), "os^", strict=True):
        n = np.array([r[0] for r in rows])
        ms = np.array([r[1] for r in rows])
        paths = ((p - 1.0) ** n - 1) / (p - 2)
        each.plot(n, ms, marker + "-", label=f"p = {p}")
        total.plot(n, ms * paths / 1e3, marker + "-", label=f"p = {p}")
    each.set(xlabel="spins n", ylabel="ms a path", yscale="log", title="cost of a path")
    total.set(xlabel="spins n", ylabel="seconds", yscale="log", title="all paths of a sample")
    for axes in (each, total):
        axes.grid(alpha=0.3, which="both")
        axes.legend()
    figure.savefig(path, dpi=110)


def start_up() -> None:
    """Seconds of a first call in a fresh process, with an empty and with a filled compilation cache."""
    code = (
        "import time; from polysys.tape import trace; from homotopy.engines.tracker.driver import track; b = time.perf_counter();"
        "track(trace(lambda x, p: [x[0] ** 2 - p[0]], 1, 1), [1j], [[1j ** 0.5]], [4.0]);"
        "print(time.perf_counter() - b)"
    )
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "NUMBA_CACHE_DIR": folder}
        cold, warm = (
            float(subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True).stdout)
            for _ in range(2)
        )
    print(f"first call: {cold:.1f} s compiling, {warm:.2f} s from the cache")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="*", default=[7, 10, 14])
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--phc", type=int)
    parser.add_argument("--against", type=Path)
    options = parser.parse_args()
    start_up()
    peak = max(peak_of_a_core() for _ in range(3))
    for n in options.sizes:
        profile(n, peak)
        if options.against:
            against(options.against, n)
    if options.table or options.plot:
        table(options.plot)
    if options.phc:
        compare_with_phcpack(options.phc)


if __name__ == "__main__":
    main()
