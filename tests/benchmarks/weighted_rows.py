"""Trace test of deep linear networks with one hidden layer in a family where nothing escapes to infinity.

    V = sum_i P_i S_i P_i^T / 2 - <C, P> + sum_j l_j w_j^2 / 2,  P = W_2 W_1,

with a symmetric matrix S_i of its own for each row P_i of the network: a loss that weighs the data anew for each output. Where
the solutions are N(C), and none escapes to infinity for finite C, the sum of P over them is an affine function of C
exactly when none is missing: a trace test without an additional unknown. The network's own loss has equal S_i; solutions of the
generic weighted loss that stay finite as the S_i become equal are all of its solutions.

    python -m tests.benchmarks.weighted_rows 3-2-3 --seed 1

Loops through far members may share a blind spot. While the sum bends, small circles about the last member are tried as well.
"""

from __future__ import annotations

import argparse
import itertools
import time
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.engines.starts.loops import grow, is_sound, seed_pair
from homotopy.engines.starts.sign_orbits import Orbits
from homotopy.engines.tracker.driver import track, track_loop
from homotopy.engines.tracker.options import TrackerOptions
from homotopy.engines.tracker.program import Program, compile_homotopy
from homotopy.engines.tracker.results import CODE
from homotopy.status import PathStatus
from polysys.tape import Recorder, Tape

Complex = npt.NDArray[np.complex128]
Widths = tuple[int, int, int]


def weighted_rows(widths: Widths) -> Tape:
    """grad V = 0; unknowns (W_1, W_2), parameters (upper triangles of the S_i, C, l)."""
    n0, n1, n2 = widths
    n, triangle = n1 * (n0 + n2), list(itertools.combinations_with_replacement(range(n0), 2))
    n_weights = n2 * len(triangle)
    recorder = Recorder(n, n_weights + n0 * n2 + n)
    x, p = recorder.variables, recorder.parameters
    w1 = [x[h * n0 : (h + 1) * n0] for h in range(n1)]
    w2 = [x[n1 * n0 + i * n1 : n1 * n0 + (i + 1) * n1] for i in range(n2)]

    def total(terms: Any) -> Any:
        first, *rest = terms
        for term in rest:
            first = first + term
        return first

    def residual(i: int) -> list[Any]:
        row = [total(w2[i][h] * w1[h][j] for h in range(n1)) for j in range(n0)]
        weight = {pair: p[i * len(triangle) + k] for k, pair in enumerate(triangle)}
        sums = [total(weight[min(j, k), max(j, k)] * row[k] for k in range(n0)) for j in range(n0)]
        return [sums[j] - p[n_weights + i * n0 + j] for j in range(n0)]

    r = [residual(i) for i in range(n2)]
    decay = [value * weight for value, weight in zip(p[n_weights + n0 * n2 :], x, strict=True)]
    first = [total(w2[i][h] * r[i][j] for i in range(n2)) for h in range(n1) for j in range(n0)]
    second = [total(r[i][j] * w1[h][j] for j in range(n0)) for i in range(n2) for h in range(n1)]
    return recorder.tape([a + b for a, b in zip([*first, *second], decay, strict=True)])


def flips(widths: Widths) -> npt.NDArray[np.int8]:
    """The sign flips of hidden neurons."""
    n0, n1, n2 = widths
    signs = itertools.product((1, -1), repeat=n1)
    return np.array([np.concatenate([np.repeat(s, n0), np.tile(s, n2)]) for s in signs], np.int8)


def outputs(x: Complex, widths: Widths) -> Complex:
    """W_2 W_1 for each solution."""
    n0, n1, n2 = widths
    return np.asarray((x[:, n1 * n0 :].reshape(-1, n2, n1) @ x[:, : n1 * n0].reshape(-1, n1, n0)).reshape(len(x), -1))


def main() -> None:
    """Solve a generic member by monodromy and take the second difference of the sum of P along a line in C."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("widths", help="such as 3-2-3")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--chance", type=float, default=1e-6, help="of overlooking an orbit, at which no loop is added")
    parser.add_argument("--circles", type=int, default=8, help="small circles to try while points are missing")
    chosen = parser.parse_args()
    n0, n1, n2 = map(int, chosen.widths.split("-"))
    widths = (n0, n1, n2)
    tape, rng, begin = weighted_rows(widths), np.random.default_rng(chosen.seed), time.process_time()
    k, n = tape.n_parameters, tape.n_variables
    base, first = seed_pair(tape, np.ones(k, bool), n, None, rng)
    program = compile_homotopy(tape)
    found = grow(program, base, first[None], n, flips(widths), rng, chance=chosen.chance)
    x, p = found.solutions, found.parameters
    print(f"{len(x)} orbits, {found.n_lost} of {found.n_paths} paths lost, {time.process_time() - begin:.0f} s")
    for _ in range(chosen.circles + 1):
        second = second_differences(program, p, x, widths, rng)
        single = np.abs(second).max(axis=1)
        total = np.abs(second.sum(axis=0)).max()
        print(
            f"{len(x)} orbits: second difference of the sum {total:.1e}, of a point {single.min():.1e} at least, "
            f"{np.median(single):.1e} in the median; {time.process_time() - begin:.0f} s"
        )
        if total < 1e-5 * np.median(single):
            break
        x = circled(program, p, x, flips(widths), rng)


def second_differences(program: Program, p: Complex, x: Complex, widths: Widths, rng: np.random.Generator) -> Complex:
    """Of P at each solution, along a random direction of C; nan where a path is lost."""
    n0, n1, n2 = widths
    n = n1 * (n0 + n2)
    c = slice(len(p) - n - n0 * n2, len(p) - n)
    step = np.zeros(len(p), complex)
    step[c] = 0.1 * np.abs(p[c]).mean() * np.exp(2j * np.pi * rng.random(n0 * n2))
    sides = []
    for sign in (1, -1):
        ends = track(program, p, x, p + sign * step, TrackerOptions.conservative())
        ends.solutions[0][ends.codes[0] != CODE[PathStatus.REGULAR]] = np.nan
        sides.append(outputs(ends.solutions[0], widths))
    return np.asarray(sides[0] + sides[1] - 2 * outputs(x, widths))


def circled(program: Program, p: Complex, x: Complex, signs: npt.NDArray[np.int8], rng: np.random.Generator) -> Complex:
    """The solutions and what a small circle through p, in a random direction of all parameters, carries them to."""
    radius = 10 ** rng.uniform(-1.5, -0.5)
    direction = radius * np.abs(p) * (rng.standard_normal(len(p)) + 1j * rng.standard_normal(len(p))) / 2
    corners = [p + direction * (1 - np.exp(2j * np.pi * j / 6)) for j in range(1, 6)]
    ends = track_loop(program, [p, *corners, p], x, TrackerOptions())
    known = Orbits(signs)
    known.add(x)
    known.add(ends.solutions[0][is_sound(ends, x.shape[1])])
    return known.solutions


if __name__ == "__main__":
    main()
