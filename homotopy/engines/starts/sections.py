"""Sections of a curve of pairs (solution, t) by lines: their points are carried from line to line, and traces summed over them.

The lines and functions are those of :mod:`homotopy.engines.starts.trace_test`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.common.arrays import Complexes
from homotopy.engines.starts.loops import MonodromyResult, is_sound
from homotopy.engines.starts.sign_orbits import Orbits, repeated
from homotopy.engines.tracker.driver import make_homotopy, track, track_loop
from homotopy.engines.tracker.options import TrackerOptions
from homotopy.engines.tracker.program import Program
from homotopy.engines.tracker.refine import refine
from homotopy.engines.tracker.results import CODE
from homotopy.status import PathStatus
from polysys.tape import Tape, trace

_LINES = 8  # general lines tried until no point is out of reach
_BENDS = (0.1j, -0.1j, 0.2j, -0.2j)  # by which part of its length, and to which side, a way is bent
_TURN_ITERATIONS = 5000  # of a path to infinity or to a solution: 150 in the median, 1200 at most for 3-3-3
_FEW = 500  # lost points are tracked again with all means if there are no more: of 164 for 3-3-3 that leaves 5, in 19 s
_SHIFTS = 6  # directions in which the line is shifted, until no path is lost
TOLERANCE = 1e-5  # of the trace's second difference, relative to what one missing point would leave
_CLEAR = 1e3  # times what rounding may leave: that is no rounding


def section_system(equations: Tape, seen: Tape, moving: npt.NDArray[np.bool_]) -> Tape:
    """F(x; c + t d) = 0 and sum a_k phi_k + b t = e, phi_k the functions seen, in the unknowns (x, t) and the parameters (c, d, a, b, e)."""
    n, k, m, n_seen = equations.n_variables, equations.n_parameters, int(moving.sum()), len(seen.outputs)
    places = np.flatnonzero(moving).tolist()

    def section(x: list[Any], q: list[Any]) -> list[Any]:
        t, c = x[n], list(q[:k])
        for place, rate in zip(places, q[k : k + m], strict=True):
            c[place] = c[place] + t * rate
        values = equations.evaluate(x[:n], c, lambda constant: constant)
        observed = seen.evaluate(x[:n], c, lambda constant: constant)
        line = sum((a * v for a, v in zip(q[k + m : k + m + n_seen], observed, strict=True)), q[-2] * t)
        return [*values, line - q[-1]]

    return trace(section, n + 1, k + m + n_seen + 2)


@dataclass(frozen=True, slots=True, eq=False)
class SectionCurve:
    """The curve of pairs (solution, t), its sections by lines, and how points of sections are carried.

    Parameters
    ----------
    program : Program
        Of :func:`section_system`.
    signs : int8 array (g, n + 1)
    n_nonzero : int
    observables : Tape
        The functions phi is a combination of.
    moving : bool array (k,)
    scales : float array (m + 1,)
        Typical sizes of the observables and of t.
    options : TrackerOptions
    """

    program: Program
    signs: npt.NDArray[np.int8]
    n_nonzero: int
    observables: Tape
    moving: npt.NDArray[np.bool_]
    scales: npt.NDArray[Any]
    options: TrackerOptions

    def carried(self, source: Complexes, points: Complexes, target: Complexes) -> tuple[Complexes, npt.NDArray[np.int64]]:
        """Points carried from one member to another, and the rows they come from.

        What is lost on the straight way, jumps to a smaller stratum, or ends where another point of the section ends,
        is carried again: in small steps, then on ways bent a little.
        """
        ends = track(self.program, source, points, target, self.options)
        x, is_found = ends.solutions[0].copy(), is_sound(ends, self.n_nonzero)
        for bend in (0j, *_BENDS):
            is_found &= ~self._shared(x, is_found)
            lost = np.flatnonzero(~is_found)
            if not len(lost):
                break
            middle = (source + target) / 2 + bend * (target - source)
            again = track_loop(self.program, [source, middle, target], points[lost], self.options.tighter())
            found = is_sound(again, self.n_nonzero)
            x[lost[found]] = again.solutions[0][found]
            is_found[lost[found]] = True
        # a bend on the wrong side of a branch point carries two points to one
        is_found &= ~repeated(x, self.signs, is_found)
        rows = np.flatnonzero(is_found)
        return np.asarray(x[rows]), rows

    def _shared(self, x: Complexes, is_point: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Which points another one coincides with, up to signs: one of them has jumped."""
        rows = np.flatnonzero(is_point)
        _, group, size = np.unique(Orbits(self.signs).add(x[rows]), return_inverse=True, return_counts=True)
        result = np.zeros(len(x), np.bool_)
        result[rows] = size[group] > 1
        return result

    def on_a_line(self, section: MonodromyResult, line: Callable[[], Complexes]) -> tuple[Complexes, Complexes]:
        """A general line on the curve of the start set, with the points of the section carried to it.

        Monodromy moves the curve as well as the line (lines alone mix the points of 3-3-3 too slowly), and ends at the member
        where most points are known; where some of them are out of reach another line is taken.
        """
        best, most = line(), np.zeros((0, section.solutions.shape[1]), np.complex128)
        for _ in range(_LINES):
            target = line()
            points, _ = self.carried(section.parameters, section.solutions, target)
            if len(points) > len(most):
                best, most = target, points
            if len(most) == len(section.solutions):
                break
        return best, most

    def turned(self, way: list[Complexes], points: Complexes, recovered: Orbits) -> tuple[set[int], int, int]:
        """Carry a section's points along the way; numbers of the solutions reached (new ones are added), infinite, lost."""
        here = points
        for a, b in pairwise(way[:-1]):
            here, _ = self.carried(a, here, b)
        # most of what fails is on its way to infinity, and costs as many iterations as it is allowed
        options = replace(self.options, n_retries=0, max_iterations=min(self.options.max_iterations, _TURN_ITERATIONS))
        ends = track(self.program, way[-2], here, way[-1], options)
        x, codes, sound = ends.solutions[0].copy(), ends.codes[0].copy(), is_sound(ends, self.n_nonzero)
        lost = np.flatnonzero(~sound & (codes != CODE[PathStatus.AT_INFINITY]))
        if 0 < len(lost) <= _FEW:
            patient = replace(self.options, max_iterations=2 * self.options.max_iterations)
            again = track(self.program, way[-2], here[lost], way[-1], patient)
            x[lost], codes[lost], sound[lost] = again.solutions[0], again.codes[0], is_sound(again, self.n_nonzero)
        # two points that reach one solution, or mirror images: one has jumped, and where it belongs is not known
        sound &= ~repeated(x, self.signs, sound)
        numbers = recovered.add(x[sound])
        n_infinite = int((codes == CODE[PathStatus.AT_INFINITY]).sum())
        return set(numbers.tolist()), n_infinite, len(points) - int(sound.sum()) - n_infinite

    def defect(self, base: Complexes, points: Complexes) -> tuple[float, int]:
        """Second difference of the traces under parallel shifts of the line, relative to the median over single points.

        The curve lies in the space of t and all observables, and the sum of each over a section is a trace. A lost path would make
        them meaningless, so shorter shifts in other directions are tried until none is lost.
        """
        here, noise = self._seen(base, points)  # refined: in a sum over ten thousand points the worst one's rounding counts
        for k in range(_SHIFTS):
            step = 0.5**k * 0.2 * abs(base[-1]) * np.exp(0.7j + 1.1j * k)
            moved = [self._shifted(base, points, sign * step) for sign in (1, -1)]
            if moved[0] is not None and moved[1] is not None:
                return trace_defect(moved[0] - 2 * here + moved[1], noise)
        return float("inf"), 0

    def _shifted(self, base: Complexes, points: Complexes, step: complex) -> Complexes | None:
        """What is seen of the points of a shifted line, in their order; None if one is lost."""
        target = base.copy()
        target[-1] += step
        moved, _ = self.carried(base, points, target)
        return self._seen(target, moved)[0] if len(moved) == len(points) else None

    def _seen(self, base: Complexes, rough: Complexes) -> tuple[Complexes, npt.NDArray[np.float64]]:
        """Observables and t of points (m, ..), refined with residuals in double-double, each in units of its typical size.

        And of each of them what rounding of the points may change in its sum: by how much it changes when all unknowns are moved by
        the last step of the refinement, 1e-15 of the largest of them at least. Far points with a small product weigh most.
        """
        refined = refine(make_homotopy(self.program, base, base[None]), 0, rough)
        here = self._functions(base, refined.x)
        reach = np.clip(refined.update, 1e-15, 1e-8) * np.abs(refined.x).max(axis=1, initial=0.0)
        turns = np.exp(2j * np.pi * np.random.default_rng(0).random(rough.shape))
        change = np.abs(self._functions(base, refined.x + reach[:, None] * turns) - here).sum(axis=0)
        return here, change + 1e-15 * np.abs(here).sum(axis=0)

    def _functions(self, base: Complexes, points: Complexes) -> Complexes:
        """Observables and t of points, each in units of its typical size."""
        k, m, t = len(self.moving), int(self.moving.sum()), points[:, -1]
        couplings = [np.full(len(points), c) for c in base[:k]]
        for place, rate in zip(np.flatnonzero(self.moving).tolist(), base[k : k + m], strict=True):
            couplings[place] = couplings[place] + rate * t
        values = self.observables.evaluate(list(points[:, :-1].T), couplings, float)
        columns = [np.broadcast_to(v, len(points)) for v in values]
        return np.asarray(np.stack([*columns, t], axis=1) / self.scales)


def trace_defect(second: Complexes, noise: npt.NDArray[np.float64]) -> tuple[float, int]:
    """The defect of traces with these second differences (points, functions), and how many points could be missing unnoticed.

    `noise` is what rounding may leave of an exact zero in each sum. A missing point leaves its own second difference in every
    sum. So all sums must vanish, each as far as rounding allows, and a point could be missing unnoticed if it stands out in none.
    (Were one sum enough, a point that is nearly straight in one function would never be missed, however it bends in the others.)
    """
    if not len(second):
        return float("inf"), 0
    total, single = np.abs(second.sum(axis=0)), np.abs(second)
    if len(second) == 1:  # a section with one point is that of a line
        return (0.0 if (total < _CLEAR * noise).all() else 1.0), 0
    middle = np.median(single, axis=0)
    is_curved = middle > _CLEAR * noise
    if not is_curved.any():
        return float("inf"), 0
    total, single, middle, noise = total[is_curved], single[:, is_curved], middle[is_curved], noise[is_curved]
    least = np.maximum(10 * np.maximum(total, noise), TOLERANCE * middle)
    defect = float((total / np.maximum(middle, noise / TOLERANCE)).max())
    if (total > _CLEAR * noise).any():
        defect = max(defect, TOLERANCE)
    return defect, int((single <= least).all(axis=1).sum())
