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
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.common.arrays import Complexes
from homotopy.engines.starts.family import observables, stratum_tapes
from homotopy.engines.starts.loops import grow
from homotopy.engines.starts.sections import TOLERANCE, SectionCurve, section_system
from homotopy.engines.starts.sign_orbits import Orbits
from homotopy.engines.starts.start_set import Stratum
from homotopy.engines.tracker.options import TrackerOptions
from homotopy.engines.tracker.program import compile_homotopy
from polysys.formulations.formulation import FormulationTapes
from polysys.landscape import Landscape
from polysys.tape import Tape

_TURNS = 6  # lines by way of which the section is turned; paths lost by one way are found by another
_HIDDEN = 1e-3  # largest chance that a missing solution hides behind lost paths


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
        is_complete = self.defect < TOLERANCE and self.n_insensitive == 0
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
    curve = SectionCurve(program, wider, n_nonzero, seen, moving, scales, options)

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
    if not defect < TOLERANCE:
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
