"""Descent from saddles: the gradient flow of a landscape in doubles, and the point where it ends."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum

import numpy as np

from homotopy.certification.certificates import Certificate
from homotopy.certification.classify import StationaryPoint
from homotopy.certification.symmetry_action import images, separations
from homotopy.certification.zeros import certify
from homotopy.common import reporting
from homotopy.common.arrays import Floats, Integers
from homotopy.graphs.flow import Flow
from homotopy.graphs.flow_on_variety import flow_of
from polysys.landscape import Landscape
from polysys.symmetry import SignedPermutation

_START = 1e-3  # first displacement, in distances to the nearest other stationary point
_STILL = 1e-8  # gradient (in units of curvature times that distance) at which a flow has ended
_NEAR = 1e-4  # how far (in such distances) the certified point may lie from where the flow ended
_PATIENCE = 3  # how often a flow that seems to rest far from a stationary point goes on, each time to a hundredth of the gradient
_FAR = 1e4  # a flow this many radii of the set of stationary points away has left it
_TIME = 1e9  # longest time, in units of the inverse curvature
_RTOL, _ATOL = 1e-7, 1e-11
_METHODS = ("LSODA", "BDF")  # the first is three times as fast; where it stops early the second tries
_SIMILAR = 0.99  # cosine between an eigenvector's image and the eigenvector at the image, up to sign


class End(Enum):
    """How a descent ended; the value is the sentence to print."""

    MINIMUM = "at a certified minimum"
    MAXIMUM = "at a certified maximum"
    SADDLE = "at a saddle"
    UNDECIDED = "at a stationary point of undecided index"
    UNLISTED = "at a point that is not among the stationary points of the census"
    UNPROVED = "at rest where no stationary point was proved"
    ESCAPED = "far from all stationary points"
    UNFINISHED = "nowhere: the integrator stopped"


@dataclass(frozen=True, slots=True)
class Descent:
    """One half of the unstable curve of an index-1 saddle, followed downhill.

    Of a saddle of index d - 1 on a domain of dimension d it may also be one half of the stable curve, followed uphill to a maximum.

    Parameters
    ----------
    saddle : int
        Number of the saddle among the points of the census.
    side : int
        1 or -1: along the eigenvector of the one eigenvalue of its sign, or against it.
    end : End
    point : int or None
        Number of the point of the census at which it ended; None if it ended at none.
    coordinates : tuple of float
        Where it ended, in the model's units.
    is_descending : bool
        Whether the energy decreased (uphill: increased) at every step, up to rounding.
    n_steps : int
    is_image : bool
        Whether it is the image of another one under a symmetry of the potential, and was not followed itself.
    minimum : int or None
        Number of the minimum (uphill: maximum) to which it leads: `point`, or where a flow ends at another saddle, which
        happens where an invariant subspace leads into it, one to which the way goes on from there. That one lies in the same component
        of the sublevel set below the first saddle.
    path : float array (steps + 1, n)
        From the saddle to the end, where paths were asked for; else empty.
    """

    saddle: int
    side: int
    end: End
    point: int | None
    coordinates: tuple[float, ...]
    is_descending: bool
    n_steps: int
    is_image: bool = False
    minimum: int | None = None
    path: Floats = field(default_factory=lambda: np.zeros((0, 0)), repr=False, compare=False)


Half = tuple[int, int]
"""A saddle and a side."""


@dataclass(frozen=True, slots=True)
class _Run:
    """Where one flow ended: how (None: at rest), its path, whether the energy went one way."""

    end: End | None
    path: Floats
    is_monotone: bool


def descents(
    landscape: Landscape,
    certificates: Sequence[Certificate],
    points: Sequence[StationaryPoint],
    saddles: Sequence[int],
    *,
    uphill: bool = False,
    keep_paths: bool = False,
) -> tuple[tuple[Descent, ...], Mapping[int, float]]:
    """Follow the gradient flow from saddles of index 1 both ways down; the negative eigenvalue of each.

    Parameters
    ----------
    landscape : Landscape
    certificates : sequence of Certificate
    points : sequence of StationaryPoint
        All known ones.
    saddles : sequence of int
        Integers of the saddles among `points`.
    uphill : bool
        Follow saddles with one positive eigenvalue up instead, to maxima.
    keep_paths : bool

    Returns
    -------
    tuple of Descent, mapping from saddles to float

    Notes
    -----
    x' = -grad V(x) on the domain, by the backward differentiation formulas with the exact Jacobian, until the gradient is
    small. There the contraction test proves a zero of the exact system, and its enclosure must lie in the uniqueness
    region of a certified one. So the end is proved to be next to a certified point; that the curve leads from the saddle to
    it is numerical.

    A symmetry of the potential is an isometry, so it carries flows into flows: of each orbit of half curves under the
    symmetry group one is followed and the others are its images. Each image's end is matched by a proof of its own.
    """
    flow = flow_of(landscape, uphill=uphill)
    where = np.array([[float(c.mid()) for c in p.coordinates] for p in points]).reshape(len(points), landscape.domain.n)
    sizes = separations(where)
    spectra = {s: flow.curvatures(flow.on_domain(where[s])) for s in saddles}
    directions = {s: _oriented(vectors[:, 0]) for s, (_, vectors) in spectra.items()}
    generators = landscape.symmetry.generators
    origin = half_orbits(directions, generators, images(where, generators))
    reach = _FAR * (1.0 + float(np.abs(where).max(initial=0.0)))
    runs: dict[Half, _Run] = {}
    halves = [(s, side) for s in saddles for side in (1, -1)]
    for k, half in enumerate(halves):
        reporting.report("descents", k, len(halves))
        root, element = origin[half]
        if root == half:
            s, side = half
            x, size = flow.on_domain(where[s]), float(sizes[s])
            runs[half] = _follow(flow, x, side * directions[s], spectra[s][0], size, reach)
        else:
            run = runs[root]
            runs[half] = _Run(run.end, run.path[:, list(element.perm)] * np.array(element.signs), run.is_monotone)
    kinds, found = _matched(flow, certificates, points, where, sizes, halves, runs)
    onward: dict[int, int | None] = {}
    for half in halves:
        if kinds[half] is End.SADDLE:
            _continue(flow, certificates, points, where, sizes, found[half], reach, onward)
    result = []
    for half in halves:
        run = runs[half]
        kept = run.path if keep_paths else np.zeros((0, 0))
        result.append(
            Descent(
                *half, kinds[half], found.get(half), tuple(run.path[-1].tolist()), run.is_monotone,
                len(run.path) - 1, origin[half][0] != half, _goal(kinds[half], found.get(half), onward), kept,
            )
        )  # fmt: skip
    sign = -1.0 if uphill else 1.0
    return tuple(result), {s: sign * float(values[0]) for s, (values, _) in spectra.items()}


def _goal(kind: End, point: int | None, onward: Mapping[int, int | None]) -> int | None:
    if point is None or kind in (End.MINIMUM, End.MAXIMUM):
        return point
    return onward.get(point)


def _continue(
    flow: Flow,
    certificates: Sequence[Certificate],
    points: Sequence[StationaryPoint],
    where: Floats,
    sizes: Floats,
    saddle: int,
    reach: float,
    onward: dict[int, int | None],
) -> None:
    """Go on from a saddle of any index along its lowest mode, and from where that leads, until a minimum is reached."""
    chain: list[int] = []
    while saddle not in onward:
        onward[saddle] = None  # until it is known
        chain.append(saddle)
        x = flow.on_domain(where[saddle])
        values, vectors = flow.curvatures(x)
        half = (saddle, 1)
        run = _follow(flow, x, _oriented(vectors[:, 0]), values, float(sizes[saddle]), reach)
        kinds, found = _matched(flow, certificates, points, where, sizes, [half], {half: run})
        if kinds[half] in (End.MINIMUM, End.MAXIMUM):
            onward.update(dict.fromkeys(chain, found[half]))
            return
        if kinds[half] is not End.SADDLE:
            return
        saddle = found[half]
    onward.update(dict.fromkeys(chain, onward[saddle]))


def _oriented(vector: Floats) -> Floats:
    """The vector or its negative, so that the largest entry is positive."""
    return np.asarray(vector * np.sign(vector[np.abs(vector).argmax()]))


def half_orbits(
    directions: Mapping[int, Floats], generators: Sequence[SignedPermutation], maps: Integers
) -> dict[Half, tuple[Half, SignedPermutation]]:
    """For each half curve the first one of its orbit under a group, and the element that carries this one to it.

    Parameters
    ----------
    directions : mapping from saddles to float arrays (n,)
        The unit vector along which side 1 leaves.
    generators : sequence of SignedPermutation
    maps : int array (generators, points)
        Where each generator carries each point; -1 if not to a known one.
    """
    n = len(next(iter(directions.values()), np.zeros(0)))
    origin: dict[Half, tuple[Half, SignedPermutation]] = {}
    for root in ((s, side) for s in directions for side in (1, -1)):
        if root in origin:
            continue
        origin[root] = root, SignedPermutation(tuple(range(n)), (1,) * n)
        queue = [root]
        for s, side in queue:
            for g, to in zip(generators, maps, strict=True):
                target = int(to[s])
                if target not in directions:
                    continue
                turned = float((directions[s][list(g.perm)] * np.array(g.signs)) @ directions[target])
                image = (target, side if turned > 0 else -side)
                if abs(turned) > _SIMILAR and image not in origin:
                    origin[image] = root, g.compose(origin[s, side][1])
                    queue.append(image)
    return origin


def _follow(flow: Flow, x: Floats, direction: Floats, values: Floats, size: float, reach: float) -> _Run:
    """Integrate one flow until it is at rest, far away, or the integrator gives up."""
    curvature = float(np.abs(values).max())
    start = flow.on_domain(x + _START * size * direction)
    # below the gradient at the start, or the flow would end before it begins
    still = min(_STILL * curvature * size, 0.01 * _START * size * abs(float(values[0])))
    end, piece = _integrate(flow, start, curvature, still, size, reach)
    pieces = [x[None, :], piece]
    for _ in range(_PATIENCE):
        # where a mode is soft the gradient is small far from the point of rest
        if end is not None or _newton_step(flow, pieces[-1][-1]) <= 0.1 * _NEAR * size:
            break
        still *= 1e-2
        further, piece = _integrate(flow, pieces[-1][-1], curvature, still, size, reach)
        if further is not None:  # rounding keeps the gradient above this
            break
        pieces.append(piece)
    path = np.concatenate(pieces)
    energies = np.array([flow.energy(y) for y in path])
    slack = max(map(flow.rounding, path)) + 1e-9 * float(energies[0] - energies[-1])
    is_monotone = bool((np.diff(energies) <= slack).all() and energies[-1] < energies[0])
    return _Run(end, path, is_monotone)


def _integrate(
    flow: Flow, start: Floats, curvature: float, still: float, size: float, reach: float
) -> tuple[End | None, Floats]:
    """How one integration ended (None: at rest), and its path."""
    from scipy.integrate import solve_ivp  # half a second to import

    def rest(_: float, y: Floats) -> float:
        return float(np.linalg.norm(flow.gradient(flow.on_domain(y)))) - still

    def away(_: float, y: Floats) -> float:
        return reach - float(np.abs(y).max())

    rest.terminal = away.terminal = True  # type: ignore[attr-defined]  # SciPy reads it off the function
    end: End | None = End.UNFINISHED
    path = start[None, :]
    for method in _METHODS:
        # a step that is tried far out may overflow; it is rejected then
        # between two points about to merge the gradient is rounding, and the place where an event begins may not be found
        with suppress(ValueError), np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = solve_ivp(
                lambda _, y: -flow.gradient(flow.on_domain(y)), (0.0, _TIME / curvature), start, method=method,
                jac=lambda _, y: -flow.jacobian(flow.on_domain(y)), events=(rest, away), rtol=_RTOL, atol=_ATOL * size,
            )  # fmt: skip
            path = np.array([flow.on_domain(y) for y in result.y.T])
            end = None if len(result.t_events[0]) else End.ESCAPED if len(result.t_events[1]) else End.UNFINISHED
            if end is not End.UNFINISHED:
                break
    return end, path


def _newton_step(flow: Flow, x: Floats) -> float:
    """Length of Newton's step to the point of rest."""
    values, vectors = flow.curvatures(x)
    with np.errstate(divide="ignore", invalid="ignore"):
        step = float(np.linalg.norm((vectors.T @ flow.gradient(x)) / values))
    return step if np.isfinite(step) else float("inf")


def _matched(
    flow: Flow,
    certificates: Sequence[Certificate],
    points: Sequence[StationaryPoint],
    where: Floats,
    sizes: Floats,
    halves: Sequence[Half],
    runs: Mapping[Half, _Run],
) -> tuple[dict[Half, End], dict[Half, int]]:
    """How each half curve ended, and at which certified point."""
    kinds = {half: run.end for half, run in runs.items() if run.end is not None}
    at_rest = [half for half in halves if half not in kinds]
    solutions = [flow.solution(runs[half].path[-1]) for half in at_rest]
    assignment: tuple[int | None, ...] = ()
    if at_rest:
        candidates = np.array([z for z, _ in solutions], complex)
        assignment = certify(flow.landscape.tapes, candidates, known=certificates).assignment
    number = {(p.solution, p.signs): k for k, p in enumerate(points)}
    target = flow.landscape.domain.dimension if flow.uphill else 0
    found: dict[Half, int] = {}
    for half, zero, (_, signs) in zip(at_rest, assignment, solutions, strict=True):
        if zero is None:
            kinds[half] = End.UNPROVED
            continue
        point = number.get((zero, signs))  # a zero that the census lacks has a number beyond all of its own
        if point is None:
            kinds[half] = End.UNLISTED
        elif np.linalg.norm(where[point] - runs[half].path[-1]) > _NEAR * sizes[half[0]]:
            kinds[half] = End.UNPROVED
        else:
            index = points[point].index
            aim = End.MAXIMUM if flow.uphill else End.MINIMUM
            kinds[half] = End.UNDECIDED if index is None else aim if index == target else End.SADDLE
            found[half] = point
    return kinds, found
