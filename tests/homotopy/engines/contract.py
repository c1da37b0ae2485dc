"""What every engine must do, as assertions about one engine: test_contract.py makes them of each that is registered.

A newcomer calls them on his own engine. Known systems are potentials whose stationary points are found by hand.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import polysys as ps
from homotopy.engines.base import Capability, Engine, Request, TrackedPaths, request_for
from homotopy.engines.integer_equations import good_primes
from homotopy.errors import EngineCrashError, EngineMissingError, EngineTimeoutError
from homotopy.options import ENGINE_OPTIONS, Options
from homotopy.solving.rounds import solve
from homotopy.status import PathStatus
from polysys.errors import InputError, PolysysError
from tests.homotopy.processes import PATIENCE, children

Point = tuple[complex, ...]
_CLOSE, _NEAR = 1e-8, 1e-2


@dataclass(frozen=True)
class Known:
    """A potential with its stationary points.

    Parameters
    ----------
    name, text : str
    simple : tuple of points
        The isolated solutions with invertible Jacobian.
    multiple : tuple of (point, multiplicity)
    dimension : int
        Of the solution set.
    """

    name: str
    text: str
    simple: tuple[Point, ...]
    multiple: tuple[tuple[Point, int], ...] = ()
    dimension: int = 0

    @property
    def degree(self) -> int | None:
        """Number of solutions with multiplicity; None where they are not isolated."""
        return None if self.dimension else len(self.simple) + sum(m for _, m in self.multiple)

    @property
    def distinct(self) -> tuple[Point, ...]:
        """All isolated solutions, once."""
        return (*self.simple, *(x for x, _ in self.multiple))

    def request(self, options: Options | None = None, round_number: int = 0) -> Request:
        """What an engine is asked."""
        return request_for(ps.expression(self.text).sample(), options or Options(), round_number)


ROOT2 = 2**0.5
KNOWN = (
    Known("double well", "x^4/4 - x^2/2", ((0,), (1,), (-1,))),
    Known("one real point", "x^4/4 + x^2/2", ((0,), (1j,), (-1j,))),
    Known("threefold zero", "x^4/4", (), (((0,), 3),)),
    Known("double and simple zero", "x^4/4 - x^3/3", ((1,),), (((0,), 2),)),
    Known("double zero away from the origin", "x^4/4 - 3*x^2/2 + 2*x", ((-2,),), (((1,), 2),)),
    Known("two unknowns", "x^4/4 - x^2/2 + y^2/2", ((0, 0), (1, 0), (-1, 0))),
    Known("irrational points", "x^3/3 - 2*x + y^3/3 - y", tuple((s * ROOT2, t) for s in (1, -1) for t in (1, -1))),
    Known("double point in the plane", "x^3/3 + y^2/2 - y", (), (((0, 1), 2),)),
    # 3 * 2 paths from a total degree start, five of them to infinity
    Known("Rosenbrock's valley", "(1 - x)^2/2 + (y - x^2)^2", ((1, 1),)),
    Known("two of four at infinity", "x^2*y/2 - y + x^2/2", ((ROOT2, -1), (-ROOT2, -1))),  # x (y + 1) = 0, x^2 = 2
    Known("circle and its centre", "(x^2 + y^2 - 1)^2/4", ((0, 0),), (), 1),
)
LONG = "deep-linear:widths=3-3-3,data=gaussian"  # minutes at least, for every engine


def assert_declares_what_it_is(engine: Engine) -> None:
    """A name, a title, a summary, capabilities, and options that exist with values that exist."""
    assert engine.name.isidentifier() and engine.name != "auto"
    assert engine.title and engine.summary
    assert engine.gives and engine.gives <= set(Capability)
    assert set(engine.honours) <= set(ENGINE_OPTIONS)
    for option, values in engine.honours.items():
        for value in values:
            assert engine.lacks_option(replace(Options(), **{option: value})) is None
    for lacking in set(Capability) - engine.gives:
        with pytest.raises(InputError, match="does not give"):
            _CALLS[lacking](engine, KNOWN[0].request())


def assert_answers(engine: Engine, known: Known) -> bool:
    """What the engine says of a known system is right; returns whether it says anything."""
    request = known.request()
    said = False
    if Capability.PATHS in engine.gives:
        for number in (0, 1):
            asked = known.request(Options(seed=3), number)
            found = engine.run(asked)
            said |= found is not None
            if found is not None:
                assert_paths(engine, found, known, asked)
    if Capability.SOLUTIONS in engine.gives:
        points = engine.solutions(request).points
        assert all(_n_close(points, x, _CLOSE) == 1 for x in known.simple)
        said = True
    if Capability.DEGREE in engine.gives:
        for prime in good_primes(request.system):
            ideal = engine.ideal_modulo(request, prime)
            assert (ideal.prime, ideal.dimension, ideal.degree) == (prime, known.dimension, known.degree)
            assert engine.n_distinct_modulo(request, prime) == (None if known.dimension else len(known.distinct))
        said = True
    if Capability.REAL_ROOTS in engine.gives:
        _assert_boxes(engine.real_roots(request), known)
        said = True
    return said


def assert_paths(engine: Engine, found: TrackedPaths, known: Known, request: Request) -> None:
    """Every path in one class; each simple solution is the regular end of one, and no regular end is far from all solutions.

    At a multiple solution a path may have any class: classes are diagnoses, and certificates decide.
    """
    m, n = len(found.status), request.system.n
    assert found.x.shape == (m, n) and found.rco.shape == (m,) and len(found.images) == m
    assert all(isinstance(status, PathStatus) for status in found.status)
    for images in found.images:
        assert images.shape[1] == n and (images[0] == 1).all() and (np.abs(images) == 1).all()
    if found.root_count is not None:
        assert sum(map(len, found.images)) == found.root_count
    assert (found.engine, found.seed) == (engine.name, request.seed)
    ends = [
        tuple(x * flip)
        for x, status, images in zip(found.x, found.status, found.images, strict=True)
        if status is PathStatus.REGULAR
        for flip in images
    ]
    assert [_n_close(ends, x, _CLOSE) for x in known.simple] == [1] * len(known.simple)
    if not known.dimension:
        assert all(_n_close(known.distinct, x, _NEAR) for x in ends)


def _assert_boxes(boxes: Any, known: Known) -> None:
    if known.dimension:
        assert boxes is None
        return
    real = [x for x in known.distinct if not any(complex(c).imag for c in x)]
    assert len(boxes) == len(real)
    slack = Fraction(1, 10**12)  # the known points are doubles
    for x in real:
        inside = [
            all(a - slack <= Fraction(complex(c).real) <= b + slack for c, (a, b) in zip(x, box, strict=True))
            for box in boxes
        ]
        assert sum(inside) == 1


def assert_solves(engine: Engine, known: Known) -> None:
    """A solve with this engine alone certifies the simple solutions, and every path is in one class."""
    land = ps.expression(known.text).sample()
    if engine.run(request_for(land, Options())) is None:
        with pytest.raises(InputError, match=f"{engine.name} has no start set"):
            solve(land, Options(engine=engine.name))
        return
    report = solve(land, Options(engine=engine.name))
    assert report.engine == engine.name
    assert report.paths.is_balanced
    assert len(report.certificates) == len(known.simple)


def assert_repeats_itself(engine: Engine, request: Request) -> None:
    """The same request gives the same answer to the last bit."""
    for call in calls(engine, request):
        one, other = call(), call()
        if isinstance(one, TrackedPaths):
            np.testing.assert_array_equal(one.x, other.x)
            assert one.status == other.status
        else:
            assert one == other


def assert_stops_in_time(engine: Engine) -> None:
    """A limit that is over at once, and one that is over in the middle: EngineTimeoutError, and no process is left."""
    before = children(os.getpid())
    if (
        Capability.PATHS in engine.gives
    ):  # one that starts another program may have its answer before it looks at the clock
        assert engine.run(KNOWN[0].request()) is not None
        with pytest.raises(EngineTimeoutError):
            engine.run(KNOWN[0].request(Options(time_limit=1e-9)))
    for limit in (1e-9, 1.0):
        for call in calls(engine, _long(limit)):
            begin = time.monotonic()
            with contextlib.suppress(EngineTimeoutError), _out_of_memory_is_an_end():
                assert call() is None  # no start set; nobody has an answer after a second
            assert time.monotonic() - begin < PATIENCE  # of its second, on a busy machine
    assert children(os.getpid()) == before


def assert_leaves_nothing_behind_when_interrupted(engine: Engine) -> None:
    """Ctrl-C in the middle of each call is KeyboardInterrupt, and no process is left."""
    before = children(os.getpid())
    for call in calls(engine, _long(time_limit=300.0)):
        was_sent = threading.Event()
        try:
            with _interrupted_after(1.5, was_sent), _out_of_memory_is_an_end():
                assert call() is None
        except KeyboardInterrupt:  # it may come at the very end of a call, too
            assert was_sent.is_set()
        else:
            assert not was_sent.is_set()
    assert children(os.getpid()) == before


@contextlib.contextmanager
def _out_of_memory_is_an_end() -> Iterator[None]:
    """A program of its own may ask for more memory than there is before its time is up: a crash that says so."""
    try:
        yield
    except EngineCrashError as error:
        if "MemoryError" not in str(error):
            raise


def assert_survives_bad_input(engine: Engine) -> None:
    """Coefficients beyond doubles, and equations without a landscape: a typed refusal, no start set, or no path called infinite."""
    for text, degree in (("1e-400*x^4/4 + x^2/2 - x", 3), ("1e-400*x^4/4 + x^2/2 + y^3 - y", 6)):
        request = request_for(ps.expression(text).sample(), Options())
        if Capability.PATHS in engine.gives:
            with contextlib.suppress(PolysysError):
                found = engine.run(request)
                assert found is None or len(found.status) == degree
                assert found is None or PathStatus.AT_INFINITY not in found.status  # solutions of size 1e200
        if Capability.DEGREE in engine.gives:
            assert engine.ideal_modulo(request, good_primes(request.system)[0]).degree == degree
    for known in (KNOWN[0], KNOWN[5]):
        bare = replace(known.request(), landscape=None)
        if Capability.PATHS in engine.gives:
            found = engine.run(bare)
            if found is not None:
                assert_paths(engine, found, known, bare)
        if Capability.REAL_ROOTS in engine.gives:
            _assert_boxes(engine.real_roots(bare), known)


def assert_says_that_it_is_missing(engine: Engine) -> None:
    """Without its program everything but the self-test, which reports it, is EngineMissingError."""
    assert not engine.is_available
    for call in (engine.version, *calls(engine, KNOWN[0].request())):
        with pytest.raises(EngineMissingError, match="not installed"):
            call()
    findings = engine.self_test()
    assert findings and not any(finding.is_ok for finding in findings)


def calls(engine: Engine, request: Request) -> list[Callable[[], Any]]:
    """Everything that the engine can be asked about a request."""
    return [lambda call=call: call(engine, request) for what, call in _CALLS.items() if what in engine.gives]


_CALLS: dict[Capability, Callable[[Engine, Request], Any]] = {
    Capability.PATHS: lambda engine, request: engine.run(request),
    Capability.SOLUTIONS: lambda engine, request: engine.solutions(request),
    Capability.REAL_ROOTS: lambda engine, request: engine.real_roots(request),
    Capability.DEGREE: lambda engine, request: engine.n_distinct_modulo(request, good_primes(request.system)[0]),
}


def _long(time_limit: float) -> Request:
    return request_for(ps.model_from_label(LONG).sample(1), Options(time_limit=time_limit))


def _n_close(points: Any, x: Point, radius: float) -> int:
    return sum(max(abs(a - b) for a, b in zip(p, x, strict=True)) < radius for p in points)


@contextlib.contextmanager
def _interrupted_after(seconds: float, was_sent: threading.Event) -> Iterator[None]:
    """Ctrl-C after some time, unless what is inside has ended before.

    Python prints and forgets what a callback of its garbage collector raises, and hypothesis has one: an interruption
    that comes during a collection would be lost. So nobody looks at collections meanwhile.
    """
    callbacks = gc.callbacks[:]
    gc.callbacks.clear()

    def interrupt() -> None:
        was_sent.set()
        os.kill(os.getpid(), signal.SIGINT)

    timer = threading.Timer(seconds, interrupt)
    timer.start()
    try:
        yield
    finally:
        try:
            timer.cancel()
            timer.join()
        finally:
            gc.callbacks[:] = callbacks
