"""All solutions of a generic member of a family by monodromy, from one solution that linear algebra provides.

Where the equations are affine in some parameters q, the pairs (solution, parameters) with the solution in the torus form a
vector bundle over the solutions: irreducible, so loops in parameter space carry any solution to any other (Duff, Hill,
Jensen, Lee, Leykin & Sommars 2019). The first pair is found by choosing the solution and solving for q. Sign
flips that preserve the family act freely on the torus: one path per orbit is tracked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from homotopy.status import PathStatus
from homotopy.tracker import Program, TrackerOptions, compile_homotopy, track_loop
from homotopy.tracker.results import CODE
from polysys.tape import Tape

Complex = npt.NDArray[np.complex128]
_SAME = 1e-6  # relative distance below which two solutions are taken for one; end points are good to 1e-12
_ZERO = 1e-9  # relative size below which a coordinate is taken for zero
_STALLS = 5  # loops without a new solution before the set is taken to be complete
_MAX_LOOPS = 400


@dataclass(frozen=True, slots=True, eq=False)
class MonodromyResult:
    """Solutions of one generic member of a family, one for each sign orbit.

    Parameters
    ----------
    parameters : complex array (k,)
    solutions : complex array (m, n)
    n_loops, n_lost : int
        Loops tracked, and paths lost on the way (harmless: a lost path only finds nothing).
    last_gain : int
        The last loop that found something new.
    """

    parameters: Complex
    solutions: Complex
    n_loops: int
    n_lost: int
    last_gain: int


def seed_pair(tape: Tape, is_linear: npt.NDArray[np.bool_], n_coordinates: int, charts: list[tuple[slice, Complex]], rng: np.random.Generator) -> tuple[Complex, Complex]:
    """A random solution and random parameters that it solves.

    The equations are affine in z = (multipliers, linear parameters) once the coordinates are chosen; a random z is
    projected onto the solutions of that linear system.

    Returns
    -------
    parameters (k,), solution (n,)
    """
    n, k = tape.n_variables, tape.n_parameters

    def draw(size: int) -> Complex:
        return np.asarray((rng.standard_normal(size) + 1j * rng.standard_normal(size)) / np.sqrt(2), np.complex128)

    x, p = draw(n), draw(k)
    for block, chart in charts:
        x[block] /= chart @ x[block]
    free = np.concatenate([np.arange(n) >= n_coordinates, is_linear])
    inputs = np.concatenate([x, p])
    # the affine map z -> F, by evaluating at zero and at the unit vectors
    columns = np.repeat(inputs[:, None], int(free.sum()) + 1, axis=1)
    columns[free] = np.concatenate([np.zeros((int(free.sum()), 1)), np.eye(int(free.sum()))], axis=1)
    values = np.array([np.broadcast_to(v, columns.shape[1]) for v in tape.evaluate(list(columns[:n]), list(columns[n:]), float)])
    matrix, constant = values[:, 1:] - values[:, :1], values[:, 0]
    z = inputs[free]
    for _ in range(2):  # the second projection removes the rounding of the first
        z = z - np.linalg.lstsq(matrix, matrix @ z + constant, rcond=None)[0]
    inputs[free] = z
    return inputs[n:], inputs[:n]


def is_dominant(tape: Tape, is_linear: npt.NDArray[np.bool_], n_coordinates: int, seed: int) -> bool:
    """Whether generic members have solutions at all.

    The pairs (solution, parameters) form an irreducible variety; it covers the parameter space exactly when the
    Jacobian is invertible at its general point. (Three live neurons between one input and two outputs: never.)
    """
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0xD0,)))
    jacobian, n = tape.jacobian(), tape.n_variables
    for _ in range(2):
        p, x = seed_pair(tape, is_linear, n_coordinates, [], rng)
        matrix = np.array(jacobian.evaluate(list(x), list(p), float), dtype=np.complex128).reshape(n, n)
        values = np.linalg.svd(matrix, compute_uv=False)
        if values[-1] > 1e-9 * values[0]:
            return True
    return False


class _Orbits:
    """Known solutions with their mirror images, for looking up new ones."""

    def __init__(self, signs: npt.NDArray[np.int8]) -> None:
        self._signs = signs
        self.solutions: list[Complex] = []
        self._images: list[Complex] = []
        self._tree: Any = None

    def add_new(self, candidates: Complex) -> int:
        """Add the candidates whose orbit is new; returns their number."""
        added = 0
        for x in candidates:
            if self._is_new(x):
                self.solutions.append(x)
                self._images.extend(x * s for s in self._signs)
                self._pending += 1
                added += 1
        return added

    _pending = 0

    def _is_new(self, x: Complex) -> bool:
        reach = _SAME * (1 + float(np.abs(x).max()))
        if self._tree is None or self._pending > 200:
            self._rebuild()
        if self._tree is not None and self._tree.query(_real(x), k=1, p=np.inf)[0] <= reach:
            return False
        recent = self._images[len(self._images) - self._pending * len(self._signs) :]
        return all(np.abs(x - y).max() > reach for y in recent)

    def _rebuild(self) -> None:
        if self._images:
            self._tree = cKDTree(np.array([_real(y) for y in self._images]))
            self._pending = 0


def _real(x: Complex) -> npt.NDArray[np.float64]:
    return np.concatenate([x.real, x.imag])


def monodromy(
    tape: Tape,
    is_linear: npt.NDArray[np.bool_],
    n_coordinates: int,
    signs: npt.NDArray[np.int8],
    charts: list[tuple[slice, Complex]],
    seed: int,
    expected: int | None = None,
    options: TrackerOptions | None = None,
) -> MonodromyResult:
    """Solutions of a generic member of a family, one per sign orbit.

    Parameters
    ----------
    tape : Tape
        The equations: n unknowns (coordinates, then multipliers), k parameters.
    is_linear : bool array (k,)
        Parameters in which the equations are jointly affine.
    n_coordinates : int
    signs : int8 array (g, n)
        All sign flips that preserve the family, the identity first.
    charts : list of (block, covector)
        Affine charts that the coordinates must lie in.
    seed : int
    expected : int, optional
        Known number of orbits: stop when it is reached.
    """
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0x30D0,)))
    base, first = seed_pair(tape, is_linear, n_coordinates, charts, rng)
    return grow(compile_homotopy(tape), base, first[None, :], n_coordinates, signs, rng, expected, options)


def grow(
    program: Program,
    base: Complex,
    known: Complex,
    n_coordinates: int,
    signs: npt.NDArray[np.int8],
    rng: np.random.Generator,
    expected: int | None = None,
    options: TrackerOptions | None = None,
) -> MonodromyResult:
    """Carry known solutions around random triangles in parameter space until nothing new turns up."""
    options = options or TrackerOptions()
    orbits = _Orbits(signs)
    orbits.add_new(known)
    size = np.maximum(np.abs(base), np.median(np.abs(base)))
    n_lost = last_gain = loop = 0
    while loop < _MAX_LOOPS and loop - last_gain < _STALLS and len(orbits.solutions) != expected:
        loop += 1
        corners = [size * (rng.standard_normal(len(base)) + 1j * rng.standard_normal(len(base))) for _ in range(2)]
        ends = track_loop(program, [base, *corners, base], np.array(orbits.solutions), options)
        is_regular = ends.codes[0] == CODE[PathStatus.REGULAR]
        n_lost += int((~is_regular).sum())
        sound = is_regular & (ends.errors[0] < 1e-10)
        if len(signs) > 1:
            # an end point with a zero coordinate is a jump to a smaller stratum, where other solutions of the same
            # equations lie; it must not be taken for a new one
            moduli = np.abs(ends.solutions[0][:, :n_coordinates])
            with np.errstate(invalid="ignore"):
                sound &= moduli.min(axis=1) > _ZERO * moduli.max(axis=1)
        if orbits.add_new(ends.solutions[0][sound]):
            last_gain = loop
    return MonodromyResult(base, np.array(orbits.solutions), loop, n_lost, last_gain)
