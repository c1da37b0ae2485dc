"""The trace test: evidence, independent of how solutions were found, that a start set is complete.

Let the couplings c move along a line, c(t) = c + t d, and let phi = sum_k a_k dV/dc_k be a combination of the observables
conjugate to them. The pairs (x, t) of solutions and times form a curve, and (phi, t) maps it, modulo sign flips, to a
plane curve. Cut by a line phi + b t = e, a plane curve of degree D has D points, and the sum of their t is an affine
function of e exactly when none is missing (Sommese, Verschelde & Wampler 2002; Leykin, Rodriguez & Sottile 2018). Turned into
t = 0, the line carries some of the D points to the solutions at c, all of them, and the others to infinity.

Why these phi: the solutions may grow faster than t when the data grow like t, while the network's output grows with the data.
For the 2-2-2 network a section has 448 points with phi = sum a_i x_i^2 and all couplings moving, and 48, as many as there are
solutions, when the correlations of targets and inputs move and phi is a combination of the entries of the product.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.common.arrays import Complexes
from homotopy.engines.starts.family import observables, stratum_tapes
from homotopy.engines.starts.loops import MonodromyResult, grow, is_sound
from homotopy.engines.starts.sign_orbits import Orbits, repeated
from homotopy.engines.starts.start_set import Stratum
from homotopy.engines.tracker.driver import make_homotopy, track, track_loop
from homotopy.engines.tracker.options import TrackerOptions
from homotopy.engines.tracker.program import Program, compile_homotopy
from homotopy.engines.tracker.refine import refine
from homotopy.engines.tracker.results import CODE
from homotopy.status import PathStatus
from polysys.formulations.formulation import FormulationTapes
from polysys.landscape import Landscape
from polysys.tape import Tape, trace

_LINES = 8  # general lines tried until no point is out of reach
_TURNS = 6  # lines by way of which the section is turned; paths lost by one way are found by another
_BENDS = (0.1j, -0.1j, 0.2j, -0.2j)  # by which part of its length, and to which side, a way is bent
_TURN_ITERATIONS = 5000  # of a path to infinity or to a solution: 150 in the median, 1200 at most for 3-3-3
_FEW = 500  # lost points are tracked again with all means if there are no more: of 164 for 3-3-3 that leaves 5, in 19 s
_SHIFTS = 6  # directions in which the line is shifted, until no path is lost
_HIDDEN = 1e-3  # largest chance that a missing solution hides behind lost paths
_TOLERANCE = 1e-5  # of the trace's second difference, relative to what one missing point would leave
_CLEAR = 1e3  # times what rounding may leave: that is no rounding


@dataclass(frozen=True, slots=True)
class TraceTest:
    """Outcome of a trace test.

    Parameters
    ----------
    n_section : int
        Points (sign orbits) on a general section of the curve.
    defect : float
        Largest second difference of a trace, relative to the median second difference of a single point, or where rounding is
        more than the tolerance of that to rounding: small, or about 1 or more when points are missing. At least the tolerance where a
        trace's second difference is clearly not rounding: a point far from the others may be missing that bends much less than they do.
    n_insensitive : int
        Points of the section whose own second difference is, in every trace, below the tolerance or not ten times that of the trace or
        what rounding may leave: the test could not tell if they were missing.
    n_recovered : int
        Solutions (sign orbits) that the section's points reach when the line is turned into t = 0.
    n_new : int
        How many of them the start set does not have.
    n_expected : int
        Solutions that the start set has.
    n_at_infinity, n_lost : int
        Other points of the section: carried to infinity, or lost on the way, by the turn that lost the fewest.
    chance_hidden : float
        How likely it is that all turns lost a given point, if each loses points at random: a missing solution would
        have to hide behind one. Turns that lose nearly the same number every time may lose the same places; only a turn that
        loses none rules that out.
    """

    n_section: int
    defect: float
    n_insensitive: int
    n_recovered: int
    n_new: int
    n_expected: int
    n_at_infinity: int
    n_lost: int
    chance_hidden: float

    @property
    def is_passed(self) -> bool:
        """Whether the section is complete and gives back exactly the start set."""
        is_complete = self.defect < _TOLERANCE and self.n_insensitive == 0
        is_same = self.n_recovered == self.n_expected and self.n_new == 0
        return is_complete and is_same and self.chance_hidden < _HIDDEN

    def __str__(self) -> str:
        word = "passed" if self.is_passed else "FAILED"
        rest = f", {self.n_at_infinity} points to infinity" if self.n_at_infinity or self.n_lost else ""
        lost = f", {self.n_lost} lost (all by every turn: {self.chance_hidden:.0e})" if self.n_lost else ""
        new = f" ({self.n_new} of them new)" if self.n_new else ""
        blind = f", {self.n_insensitive} points it could not miss" if self.n_insensitive else ""
        return (
            f"trace test {word}: {self.n_section} points on a section, defect {self.defect:.1e}{blind}, "
            f"{self.n_recovered} of {self.n_expected} solutions recovered{new}{rest}{lost}"
        )


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


def trace_test(
    tapes: FormulationTapes,
    parameters: Complexes,
    solutions: Complexes,
    signs: npt.NDArray[np.int8],
    moving: npt.NDArray[np.bool_],
    n_nonzero: int,
    seed: int = 0,
    options: TrackerOptions | None = None,
    *,
    say: Callable[[str], None] | None = None,
) -> TraceTest:
    """Test whether `solutions` (one per sign orbit) are all solutions at `parameters`.

    Parameters
    ----------
    tapes : FormulationTapes
        Of the family: n unknowns, k parameters.
    parameters : complex array (k,)
    solutions : complex array (m, n)
    signs : int8 array (g, n)
        Sign flips that preserve the family, the identity first.
    moving : bool array (k,)
        The couplings that move along a line; affine in the potential. The fewer points they give a section, the better.
    n_nonzero : int
        The first so many unknowns do not vanish at any solution.
    seed : int
    """
    seen = observables(tapes, moving)
    return section_test(
        tapes.equations, seen, parameters, solutions, signs, moving, n_nonzero, seed, options, say=say
    )[0]  # fmt: skip


def section_test(
    equations: Tape,
    seen: Tape,
    parameters: Complexes,
    solutions: Complexes,
    signs: npt.NDArray[np.int8],
    moving: npt.NDArray[np.bool_],
    n_nonzero: int,
    seed: int = 0,
    options: TrackerOptions | None = None,
    *,
    decades: float = 0.0,
    reach: float = 1.0,
    say: Callable[[str], None] | None = None,
) -> tuple[TraceTest, Complexes]:
    """The trace test of any family of equations, on sections by combinations of the functions `seen`; and the solutions that it found new.

    New are solutions that the section's points reach and `solutions` lacks. Lines vary more freely than parameters do: the loops of lines
    carry each point of a section of an irreducible curve to each other one, also where loops in few parameters surround no branch point.

    Parameters
    ----------
    equations : Tape
        n unknowns, k parameters.
    seen : Tape
        Functions of the unknowns and the parameters; the unknowns themselves always serve.
    parameters, solutions, signs, moving, n_nonzero, seed
        As in :func:`trace_test`.
    decades : float
        Over which the lines spread whose loops complete a section: see :func:`homotopy.engines.starts.loops.grow`.
    reach : float
        How many times further out the lines are than the solutions.
    """
    options = options or TrackerOptions()
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0x7ACE,)))
    m = int(moving.sum())
    wider = np.concatenate([signs, np.ones((len(signs), 1), np.int8)], axis=1)
    n_seen = len(seen.outputs)
    scales = np.concatenate([_scales(seen, parameters, solutions), [1]])
    program = compile_homotopy(section_system(equations, seen, moving))
    curve = _Curve(program, wider, n_nonzero, seen, moving, scales, options)

    def draw(size: int) -> Complexes:
        drawn: Complexes = (rng.standard_normal(size) + 1j * rng.standard_normal(size)) / np.sqrt(2)
        return drawn

    direction = draw(m) * np.maximum(np.abs(parameters), np.median(np.abs(parameters)))[moving]
    vertical = np.concatenate([parameters, direction, np.zeros(n_seen), [1, 0]])
    known = np.concatenate([solutions, np.zeros((len(solutions), 1))], axis=1)

    def line() -> Complexes:
        """A general line on the same curve; observables are measured by their typical size."""
        return np.concatenate([parameters, direction, draw(n_seen + 1) / scales, reach * draw(1)])

    base = line()
    seeds, _ = curve.carried(vertical, known, base)
    # the trace tells whether the section is complete, so no loops are added
    section = grow(program, base, seeds, n_nonzero, wider, rng, options=options, chance=1.0, say=say)
    base, points = curve.on_a_line(section, line)
    defect, n_insensitive = curve.defect(base, points)
    if not defect < _TOLERANCE:
        section = grow(program, base, points, n_nonzero, wider, rng, options=options, decades=decades, say=say)
        base, points = curve.on_a_line(section, line)
        defect, n_insensitive = curve.defect(base, points)
    if say is not None:
        say(f"{len(points)} points, defect {defect:.1e}, {n_insensitive} insensitive")
    recovered = Orbits(wider)
    recovered.add(known)
    n_known = len(recovered)
    best: tuple[int, int] | None = None
    matched: set[int] = set()
    hidden, n_other = 1.0, max(len(points) - len(known), 1)
    for turn in range(_TURNS):
        way = [base, vertical] if turn == 0 else [base, line(), vertical]
        numbers, n_infinite, n_lost = curve.turned(way, points, recovered)
        matched |= numbers
        best = min(best or (n_lost, n_infinite), (n_lost, n_infinite))
        hidden *= min(1.0, n_lost / n_other)
        if say is not None:
            say(f"turn {turn}: {len(matched)} recovered, {n_infinite} at infinity, {n_lost} lost")
        if len(recovered) > n_known or (len(matched) == len(known) and hidden < 1e-3 * _HIDDEN):
            break
    assert best is not None
    test = TraceTest(
        len(points), defect, n_insensitive, len(matched), len(recovered) - n_known, len(known), best[1], best[0], hidden
    )  # fmt: skip
    return test, np.asarray(recovered.solutions[n_known:, :-1])


def trace_stratum(
    landscape: Landscape,
    stratum: Stratum,
    couplings: tuple[str, ...],
    seed: int = 0,
    options: TrackerOptions | None = None,
    say: Callable[[str], None] | None = None,
) -> TraceTest:
    """The trace test of a stratum of a start set, with the couplings of these names on the move."""
    moving = [name in couplings for name, values in landscape.couplings.items() for _ in range(values.size)]
    n_nonzero = sum(i < landscape.domain.n for i in stratum.alive)
    return trace_test(
        stratum_tapes(landscape, stratum.alive), stratum.parameters, stratum.solutions, stratum.signs,
        np.array(moving) & landscape.is_linear_parameter, n_nonzero, seed, options, say=say,
    )  # fmt: skip


def _scales(seen: Tape, parameters: Complexes, solutions: Complexes) -> npt.NDArray[Any]:
    values = seen.evaluate(list(solutions.T), list(parameters), float)
    sizes = np.array([np.median(np.abs(np.broadcast_to(v, len(solutions)))) for v in values])
    return np.where(sizes > 0, sizes, 1)


@dataclass(frozen=True, slots=True, eq=False)
class _Curve:
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
                return _judge(moved[0] - 2 * here + moved[1], noise)
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


def _judge(second: Complexes, noise: npt.NDArray[np.float64]) -> tuple[float, int]:
    """The defect of second differences (points, functions), and how many points could be missing unnoticed.

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
    least = np.maximum(10 * np.maximum(total, noise), _TOLERANCE * middle)
    defect = float((total / np.maximum(middle, noise / _TOLERANCE)).max())
    if (total > _CLEAR * noise).any():
        defect = max(defect, _TOLERANCE)
    return defect, int((single <= least).all(axis=1).sum())
