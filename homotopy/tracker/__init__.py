"""The compiled tracker: parameter homotopies for ensembles, tapes interpreted over lanes by Numba kernels."""

from homotopy.tracker.driver import track, track_loop
from homotopy.tracker.options import TrackerOptions
from homotopy.tracker.program import Program, compile_homotopy
from homotopy.tracker.results import PathResults

__all__ = ["PathResults", "Program", "TrackerOptions", "compile_homotopy", "track", "track_loop"]
