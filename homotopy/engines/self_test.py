"""What an engine finds of a system whose solutions are known."""

from __future__ import annotations

from homotopy.engines.base import Capability, Engine, request_for
from homotopy.engines.integer_equations import good_primes
from homotopy.options import Options
from homotopy.status import PathStatus
from polysys.models.expressions import expression

_SECONDS = 10.0


def n_found(engine: Engine) -> dict[Capability, int]:
    """How many solutions of its own test an engine finds, by everything that it gives."""
    land = expression(engine.self_test_potential, name="double well").sample()
    request = request_for(land, Options(time_limit=_SECONDS))
    found: dict[Capability, int] = {}
    if Capability.PATHS in engine.gives:
        paths = engine.run(request)
        ends = () if paths is None else zip(paths.status, paths.images, strict=True)
        found[Capability.PATHS] = sum(len(images) for status, images in ends if status is PathStatus.REGULAR)
    if Capability.SOLUTIONS in engine.gives:
        found[Capability.SOLUTIONS] = len(engine.solutions(request).points)
    if Capability.DEGREE in engine.gives:
        found[Capability.DEGREE] = engine.ideal_modulo(request, good_primes(request.system)[0]).degree or 0
    if Capability.REAL_ROOTS in engine.gives:
        found[Capability.REAL_ROOTS] = len(engine.real_roots(request) or ())
    return found
