"""An engine as a newcomer writes it: univariate systems by the eigenvalues of the companion matrix. One class, nothing else."""

from __future__ import annotations

import time

import numpy as np

from homotopy.common import reporting
from homotopy.engines.base import Capability, Engine, Request, TrackedPaths
from homotopy.engines.doubles import equations_in_doubles
from homotopy.status import PathStatus, StartCount

_SINGULAR = 1e-6  # a double root comes out as two, 1e-8 apart


class ToyEngine(Engine):
    """All roots of one polynomial in one unknown."""

    name = "toy"
    title = "numpy.roots"
    summary = "one polynomial in one unknown"
    gives = frozenset({Capability.PATHS})
    self_test_potential = "x^4/4 - x^2/2 + x/10"

    def version(self) -> str:
        """NumPy's."""
        return np.__version__

    def run(self, request: Request) -> TrackedPaths | None:
        """One path a root; None for systems in more unknowns."""
        if request.system.n != 1:
            return None
        begin = time.perf_counter()
        with reporting.time_limit(request.options.time_limit, self.title):
            (terms,) = equations_in_doubles(request.system)
            coefficients = np.zeros(1 + max(e for _, (e,) in terms), np.complex128)
            for c, (e,) in terms:
                coefficients[-1 - e] = c
            x = np.roots(coefficients).astype(np.complex128)
            reporting.check()
        slope = np.polyder(coefficients)
        rco = np.abs(np.polyval(slope, x)) / np.polyval(np.abs(slope), np.maximum(np.abs(x), 1.0))
        return TrackedPaths(
            x=x[:, None],
            status=tuple(PathStatus.REGULAR if r > _SINGULAR else PathStatus.SINGULAR for r in rco),
            rco=rco,
            images=(np.ones((1, 1), np.int8),) * len(x),
            start="companion matrix",
            root_count=len(x),
            root_count_kind=StartCount.TOTAL_DEGREE,
            engine=self.name,
            engine_version=self.version(),
            transport="none",
            precision="d",
            seed=request.seed,
            gamma=1 + 0j,
            attempts=(),
            seconds=time.perf_counter() - begin,
        )
