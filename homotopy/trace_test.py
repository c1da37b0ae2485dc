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
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.family import observables, stratum_tapes
from homotopy.monodromy import MonodromyResult, grow, is_sound
from homotopy.orbits import Complex, Orbits
from homotopy.start_sets import Stratum
from homotopy.status import PathStatus
from homotopy.tracker import Program, TrackerOptions, compile_homotopy, track, track_loop
from homotopy.tracker.coincide import coinciding
from homotopy.tracker.results import CODE
from polysys.formulation import FormulationTapes
from polysys.landscape import Landscape
from polysys.tape import Tape, trace

_LINES = 8  # general lines tried until no point is out of reach
_TURNS = 6  # lines by way of which the section is turned; paths lost by one way are found by another
_BENDS = (0.1j, -0.1j, 0.2j, -0.2j)  # by which part of its length, and to which side, a way is bent
_SHIFTS = 6  # directions in which the line is shifted, until no path is lost
_HIDDEN = 1e-3  # largest chance that a missing solution hides behind lost paths
_TOLERANCE = 1e-5  # of the trace's second difference, relative to what one missing point would leave


@dataclass(frozen=True, slots=True)
class TraceTest:
    """Outcome of a trace test.

    Parameters
    ----------
    n_section : int
        Points (sign orbits) on a general section of the curve.
    defect : float
        Second difference of the trace, relative to the median second difference of a single point: rounding, or about 1
        or more when points are missing.
    n_insensitive : int
        Points of the section whose own second difference is not ten times that of the trace: the test could not tell if
        they were missing.
    n_recovered : int
        Solutions (sign orbits) that the section's points reach when the line is turned into t = 0; more than
        expected if one of them is new.
    n_expected : int
        Solutions that the start set has.
    n_at_infinity, n_lost : int
        Other points of the section: carried to infinity, or lost on the way, by the turn that lost the fewest.
    chance_hidden : float
        How likely it is that all turns lost a given point, if each loses points at random: a missing solution would
        have to hide behind one.
    """

    n_section: int
    defect: float
    n_insensitive: int
    n_recovered: int
    n_expected: int
    n_at_infinity: int
    n_lost: int
    chance_hidden: float

    @property
    def is_passed(self) -> bool:
        """Whether the section is complete and gives back exactly the start set."""
        is_complete = self.defect < _TOLERANCE and self.n_insensitive == 0
        return is_complete and self.n_recovered == self.n_expected and self.chance_hidden < _HIDDEN

    def __str__(self) -> str:
        word = "passed" if self.is_passed else "FAILED"
        rest = f", {self.n_at_infinity} points to infinity" if self.n_at_infinity or self.n_lost else ""
        lost = f", {self.n_lost} lost (all by every turn: {self.chance_hidden:.0e})" if self.n_lost else ""
        blind = f", {self.n_insensitive} points it could not miss" if self.n_insensitive else ""
        return (
            f"trace test {word}: {self.n_section} points on a section, defect {self.defect:.1e}{blind}, "
            f"{self.n_recovered} of {self.n_expected} solutions recovered{rest}{lost}"
        )


def section_system(tapes: FormulationTapes, moving: npt.NDArray[np.bool_]) -> Tape:
    """F(x; c + t d) = 0 and sum a_k dV/dc_k + b t = e, in the unknowns (x, t) and the parameters (c, d, a, b, e)."""
    equations, phi = tapes.equations, observables(tapes, moving)
    n, k, m = equations.n_variables, equations.n_parameters, int(moving.sum())
    places = np.flatnonzero(moving).tolist()

    def section(x: list[Any], q: list[Any]) -> list[Any]:
        t, c = x[n], list(q[:k])
        for place, rate in zip(places, q[k : k + m], strict=True):
            c[place] = c[place] + t * rate
        values = equations.evaluate(x[:n], c, lambda constant: constant)
        observed = phi.evaluate(x[:n], c, lambda constant: constant)
        line = sum((a * v for a, v in zip(q[k + m : k + 2 * m], observed, strict=True)), q[-2] * t)
        return [*values, line - q[-1]]

    return trace(section, n + 1, k + 2 * m + 2)


def trace_test(
    tapes: FormulationTapes,
    parameters: Complex,
    solutions: Complex,
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
    options = options or TrackerOptions()
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0x7ACE,)))
    program = compile_homotopy(section_system(tapes, moving))
    m = int(moving.sum())
    wider = np.concatenate([signs, np.ones((len(signs), 1), np.int8)], axis=1)

    def draw(size: int) -> Complex:
        drawn: Complex = (rng.standard_normal(size) + 1j * rng.standard_normal(size)) / np.sqrt(2)
        return drawn

    direction = draw(m) * np.maximum(np.abs(parameters), np.median(np.abs(parameters)))[moving]
    vertical = np.concatenate([parameters, direction, np.zeros(m), [1, 0]])
    known = np.concatenate([solutions, np.zeros((len(solutions), 1))], axis=1)
    scale = np.concatenate([_scales(tapes, moving, parameters, solutions), [1]])

    def line() -> Complex:
        """A general line on the same curve; observables are measured by their typical size."""
        weights = draw(m + 1) / scale
        return np.concatenate([parameters, direction, weights, draw(1)])

    base = line()
    seeds = _carried(program, vertical, known, base, options)
    # the trace tells whether the section is complete, so closing loops are run only if it is not
    section = grow(program, base, seeds, n_nonzero, wider, rng, options=options, closing_loops=0, say=say)
    base, points = _on_a_line(program, section, line, options)
    defect, n_insensitive = _defect(program, base, points, options)
    if not defect < _TOLERANCE:
        section = grow(program, base, points, n_nonzero, wider, rng, options=options, say=say)
        base, points = _on_a_line(program, section, line, options)
        defect, n_insensitive = _defect(program, base, points, options)
    if say is not None:
        say(f"{len(points)} points, defect {defect:.1e}, {n_insensitive} insensitive")
    recovered = Orbits(wider)
    recovered.add(known)
    best: tuple[int, int] | None = None
    matched: set[int] = set()
    hidden, n_other = 1.0, max(len(points) - len(known), 1)
    for turn in range(_TURNS):
        way = [base, vertical] if turn == 0 else [base, line(), vertical]
        numbers, n_infinite, n_lost = _turn(program, way, points, recovered, n_nonzero, options)
        matched |= numbers
        best = min(best or (n_lost, n_infinite), (n_lost, n_infinite))
        hidden *= min(1.0, n_lost / n_other)
        if say is not None:
            say(f"turn {turn}: {len(matched)} recovered, {n_infinite} at infinity, {n_lost} lost")
        if len(recovered) > len(known) or (len(matched) == len(known) and hidden < 1e-3 * _HIDDEN):
            break
    assert best is not None
    return TraceTest(
        len(points), defect, n_insensitive, len(matched), len(known), best[1], best[0], hidden
    )  # fmt: skip


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


def _scales(
    tapes: FormulationTapes, moving: npt.NDArray[np.bool_], parameters: Complex, solutions: Complex
) -> npt.NDArray[Any]:
    values = observables(tapes, moving).evaluate(list(solutions.T), list(parameters), float)
    sizes = np.array([np.median(np.abs(np.broadcast_to(v, len(solutions)))) for v in values])
    return np.where(sizes > 0, sizes, 1)


def _carried(program: Program, source: Complex, points: Complex, target: Complex, options: TrackerOptions) -> Complex:
    """Points carried from one member to another; what is lost on the straight way is tried on ways bent a little."""
    ends = track(program, source, points, target, options)
    x, lost = ends.solutions[0], np.flatnonzero(ends.codes[0] != CODE[PathStatus.REGULAR])
    for bend in _BENDS:
        if not len(lost):
            break
        middle = (source + target) / 2 + bend * (target - source)
        again = track_loop(program, [source, middle, target], points[lost], options)
        found = again.codes[0] == CODE[PathStatus.REGULAR]
        x[lost[found]] = again.solutions[0][found]
        lost = lost[~found]
    x = np.delete(x, lost, axis=0)
    # a bend on the wrong side of a branch point carries two points to one
    groups, first = coinciding(np.arange(len(x)), x, np.zeros(len(x), int), np.zeros(len(x), bool))
    return np.asarray(np.delete(x, groups[groups != first], axis=0))


def _on_a_line(
    program: Program, section: MonodromyResult, line: Callable[[], Complex], options: TrackerOptions
) -> tuple[Complex, Complex]:
    """A general line on the curve of the start set, with the points of the section carried to it.

    Monodromy moves the curve as well as the line (lines alone mix the points of 3-3-3 too slowly), and ends at the member
    where most points are known; where some of them are out of reach another line is taken.
    """
    best, most = line(), np.zeros((0, section.solutions.shape[1]), np.complex128)
    for _ in range(_LINES):
        target = line()
        points = _carried(program, section.parameters, section.solutions, target, options)
        if len(points) > len(most):
            best, most = target, points
        if len(most) == len(section.solutions):
            break
    return best, most


def _turn(
    program: Program,
    way: list[Complex],
    points: Complex,
    recovered: Orbits,
    n_nonzero: int,
    options: TrackerOptions,
) -> tuple[set[int], int, int]:
    """Carry a section's points along the way; numbers of the solutions reached (new ones are added), infinite, lost."""
    here = points
    n_lost = 0
    for a, b in pairwise(way[:-1]):
        there = _carried(program, a, here, b, options)
        n_lost += len(here) - len(there)
        here = there
    ends = track(program, way[-2], here, way[-1], options)
    sound = is_sound(ends, n_nonzero)
    numbers = recovered.add(ends.solutions[0][sound])
    n_infinite = int((ends.codes[0] == CODE[PathStatus.AT_INFINITY]).sum())
    return set(numbers.tolist()), n_infinite, n_lost + len(here) - int(sound.sum()) - n_infinite


def _defect(program: Program, base: Complex, points: Complex, options: TrackerOptions) -> tuple[float, int]:
    """Second difference of sum t under parallel shifts of the line, relative to the median over single points.

    A lost path would make the trace meaningless, so shorter shifts in other directions are tried until none is lost.
    """
    for k in range(_SHIFTS):
        step = 0.5**k * 0.2 * abs(base[-1]) * np.exp(0.7j + 1.1j * k)
        moved = [_shifted(program, base, points, sign * step, options) for sign in (1, -1)]
        if moved[0] is not None and moved[1] is not None:
            second = moved[0] - 2 * points[:, -1] + moved[1]
            return _judge(second, float(np.abs(points[:, -1]).sum()))
    return float("inf"), 0


def _shifted(
    program: Program, base: Complex, points: Complex, step: complex, options: TrackerOptions
) -> Complex | None:
    """The times t of the points of a shifted line, in their order; None if one is lost."""
    target = base.copy()
    target[-1] += step
    moved = _carried(program, base, points, target, options)
    return np.asarray(moved[:, -1]) if len(moved) == len(points) else None


def _judge(second: Complex, size: float) -> tuple[float, int]:
    """The defect of the second differences of times that add up to `size`, and how many of them it would drown."""
    total, single = abs(complex(second.sum())), np.abs(second)
    noise = 1e-15 * size  # the least that rounding of the times leaves of an exact zero
    if len(second) == 1:  # a section with one point is that of a line
        return (0.0 if total < 1e3 * noise else 1.0), 0
    return total / max(float(np.median(single)), noise), int((single <= 10 * max(total, noise)).sum())
