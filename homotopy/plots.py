"""Figures: stationary points by index and energy, landscapes with their points and flows, disconnectivity graphs; ensembles; spaces of weights.

Every function takes what is drawn, then ``ax=``, and returns the axes; without ``ax`` it makes a figure, and never a file. ``draw_..`` has one panel,
``plot_..`` several, for which ``ax`` is a sequence. Results have a method ``plot(ax=None)``. :func:`save_figure` writes what they return.
"""

from homotopy.common.figures import FORMATS, SERIES, check_path, graded, require_matplotlib, save_figure
from homotopy.counting.plot import (
    draw_index_energy,
    draw_landscape,
    draw_matches,
    draw_spectra,
    is_two_dimensional,
    landscape_axes,
    plot_census,
)
from homotopy.counting.plot_solutions import draw_curves, draw_solutions, plot_solutions
from homotopy.ensembles.plot import draw_comparison, draw_energies, draw_histogram, draw_mean_counts, plot_ensemble
from homotopy.estimators.plot import draw_deviations, draw_recall, plot_report
from homotopy.graphs.plot import draw_disconnectivity, draw_flows
from homotopy.scans.plot import draw_branches, draw_staircase, plot_scan
from homotopy.scans.plot_map import draw_map
from homotopy.weights.plot import (
    draw_cost_tree,
    draw_fitted_entropy,
    draw_levels,
    draw_local_entropy,
    draw_shares,
    plot_weight_space,
)

__all__ = [
    "FORMATS",
    "SERIES",
    "check_path",
    "draw_branches",
    "draw_comparison",
    "draw_cost_tree",
    "draw_curves",
    "draw_deviations",
    "draw_disconnectivity",
    "draw_energies",
    "draw_fitted_entropy",
    "draw_flows",
    "draw_histogram",
    "draw_index_energy",
    "draw_landscape",
    "draw_levels",
    "draw_local_entropy",
    "draw_map",
    "draw_matches",
    "draw_mean_counts",
    "draw_recall",
    "draw_shares",
    "draw_solutions",
    "draw_spectra",
    "draw_staircase",
    "graded",
    "is_two_dimensional",
    "landscape_axes",
    "plot_census",
    "plot_ensemble",
    "plot_report",
    "plot_scan",
    "plot_solutions",
    "plot_weight_space",
    "require_matplotlib",
    "save_figure",
]
