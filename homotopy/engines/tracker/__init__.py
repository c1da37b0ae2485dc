"""The compiled tracker: parameter homotopies for ensembles, tapes interpreted over lanes by Numba kernels."""

from homotopy.engines.tracker.driver import track, track_loop
from homotopy.engines.tracker.options import TrackerOptions
from homotopy.engines.tracker.program import Program, compile_homotopy
from homotopy.engines.tracker.results import PathResults

__all__ = ["PathResults", "Program", "TrackerOptions", "compile_homotopy", "track", "track_loop"]
