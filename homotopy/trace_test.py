"""The trace test: evidence, independent of how solutions were found, that a start set is complete.

For a family F(x; p), a line p(t) = p + t d in parameter space and an even function phi(x) = sum a_i x_i^2 (sign flips leave it
alone), the pairs (x, t) with F(x; p(t)) = 0 form a curve, and (phi(x), t) maps it, modulo the flips, to a plane curve.
Cut by a line phi(x) + b t = c, a plane curve of degree D has D points, and the sum of their t is an affine function of c exactly
when none is missing (Sommese, Verschelde & Wampler 2002; Leykin, Rodriguez & Sottile 2018). Turning the line into t = 0 carries the D
points to the solutions at p, all of them, and the others to infinity.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.monodromy import Complex, grow
from homotopy.status import PathStatus
from homotopy.tracker import Program, TrackerOptions, compile_homotopy, track, track_loop
from homotopy.tracker.results import CODE
from polysys.tape import Tape, trace

_TURNS = 8  # a path lost while the line turns is tried again by another way
_TOLERANCE = 1e-5  # of the trace's second difference, relative to what one missing point would leave


@dataclass(frozen=True, slots=True)
class TraceTest:
    """Outcome of a trace test.

    Parameters
    ----------
    n_section : int
        Points (sign orbits) on a general section of the curve.
    defect : float
        Second difference of the trace beyond rounding, relative to the median second difference of a single point:
        about 1 or more when points are missing.
    n_recovered : int
        Solutions (sign orbits) that the section's points reach when the line is turned into t = 0; more than
        expected if one of them is new.
    n_expected : int
        Solutions that the start set has.
    """

    n_section: int
    defect: float
    n_recovered: int
    n_expected: int

    @property
    def is_passed(self) -> bool:
        """Whether the section is complete and gives back exactly the start set."""
        return self.defect < _TOLERANCE and self.n_recovered == self.n_expected

    def __str__(self) -> str:
        word = "passed" if self.is_passed else "FAILED"
        return (
            f"trace test {word}: {self.n_section} points on a section, defect {self.defect:.1e}, "
            f"{self.n_recovered} of {self.n_expected} solutions recovered"
        )


def section_system(tape: Tape, n_coordinates: int) -> Tape:
    """F(x; p + t d) = 0 and sum a_i x_i^2 + b t = c, in the unknowns (x, t) and the parameters (p, d, a, b, c)."""
    n, k = tape.n_variables, tape.n_parameters

    def equations(x: list[Any], q: list[Any]) -> list[Any]:
        t = x[n]
        p = [u + t * v for u, v in zip(q[:k], q[k : 2 * k], strict=True)]
        values = tape.evaluate(x[:n], p, lambda c: c)
        line = sum((a * u * u for a, u in zip(q[2 * k : 2 * k + n_coordinates], x, strict=False)), q[-2] * t)
        return [*values, line - q[-1]]

    return trace(equations, n + 1, 2 * k + n_coordinates + 2)


def trace_test(
    tape: Tape,
    parameters: Complex,
    solutions: Complex,
    n_coordinates: int,
    signs: npt.NDArray[np.int8],
    seed: int = 0,
    options: TrackerOptions | None = None,
) -> TraceTest:
    """Test whether `solutions` (one per sign orbit) are all solutions at `parameters`.

    Parameters
    ----------
    tape : Tape
        The equations, n unknowns and k parameters.
    parameters : complex array (k,)
    solutions : complex array (m, n)
    n_coordinates : int
        The first of the unknowns that enter phi.
    signs : int8 array (g, n)
    """
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0x7ACE,)))

    def draw(size: int) -> Complex:
        drawn: Complex = (rng.standard_normal(size) + 1j * rng.standard_normal(size)) / np.sqrt(2)
        return drawn

    direction = draw(len(parameters)) * np.maximum(np.abs(parameters), np.median(np.abs(parameters)))
    weights, slope = draw(n_coordinates), draw(1)
    x = solutions[0]
    level = np.array([weights @ x[:n_coordinates] ** 2])
    base = np.concatenate([parameters, direction, weights, slope, level])
    program = compile_homotopy(section_system(tape, n_coordinates))
    wider = np.concatenate([signs, np.ones((len(signs), 1), np.int8)], axis=1)
    section = grow(program, base, np.append(x, 0)[None, :], n_coordinates, wider, rng, options=options)
    defect = _defect(program, base, section.solutions, options)
    vertical = base.copy()
    vertical[2 * len(parameters) : 2 * len(parameters) + n_coordinates] = 0
    vertical[-2:] = 1, 0
    matched: set[int] = set()
    for _ in range(_TURNS):
        middle = base.copy()
        middle[-n_coordinates - 2 :] = draw(n_coordinates + 2)
        ends = track_loop(program, [base, middle, vertical], section.solutions, options)
        recovered = ends.solutions[0][ends.codes[0] == CODE[PathStatus.REGULAR]][:, :-1]
        found = _matched(recovered, solutions, signs)
        if found is None:
            return TraceTest(len(section.solutions), defect, len(solutions) + 1, len(solutions))
        matched |= found
        if len(matched) == len(solutions):
            break
    return TraceTest(len(section.solutions), defect, len(matched), len(solutions))


def _defect(program: Program, base: Complex, points: Complex, options: TrackerOptions | None) -> float:
    """Second difference of sum t under parallel shifts of the line, relative to the median over single points."""
    step = 0.5 * abs(base[-1]) * np.exp(0.7j)
    moved = []
    for sign in (1, -1):
        target = base.copy()
        target[-1] += sign * step
        ends = track(program, base, points, target, options)
        if (ends.codes[0] != CODE[PathStatus.REGULAR]).any():
            return float("inf")  # a lost point makes the trace meaningless
        moved.append(ends.solutions[0][:, -1])
    second = moved[0] - 2 * points[:, -1] + moved[1]
    # the sum is known to the rounding of the largest terms; a missing point would leave its own second difference
    noise = 1e-13 * float(np.abs(points[:, -1]).sum())
    return float(max(abs(second.sum()) - noise, 0.0) / np.median(np.abs(second)))


def _matched(recovered: Complex, solutions: Complex, signs: npt.NDArray[np.int8]) -> set[int] | None:
    """Numbers of the given solutions that recovered points are mirror images of; None if a point is a new one."""
    matched = set()
    for x in recovered:
        images = x * signs
        distance = np.abs(images[:, None, :] - solutions[None, :, :]).max(axis=2).min(axis=0)
        k = int(distance.argmin())
        if distance[k] > 1e-6 * (1 + float(np.abs(x).max())):
            return None
        matched.add(k)
    return matched
