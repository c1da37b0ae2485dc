"""Figures: stationary points by index and energy, landscapes with their points and flows, disconnectivity graphs, scans; spaces of weights."""

from homotopy.common.figures import FORMATS, check_path, require_matplotlib, save_figure
from homotopy.counting.plot import draw_index_energy, draw_landscape, is_two_dimensional, landscape_axes, plot_census
from homotopy.graphs.plot import disconnectivity, draw_disconnectivity, draw_flows, flows
from homotopy.scans.plot import draw_branches, draw_counts, plot_scan
from homotopy.weights.plot import draw_cost_tree, draw_local_entropy, plot_weight_space

__all__ = [
    "FORMATS",
    "check_path",
    "disconnectivity",
    "draw_branches",
    "draw_cost_tree",
    "draw_counts",
    "draw_disconnectivity",
    "draw_flows",
    "draw_index_energy",
    "draw_landscape",
    "draw_local_entropy",
    "flows",
    "is_two_dimensional",
    "landscape_axes",
    "plot_census",
    "plot_scan",
    "plot_weight_space",
    "require_matplotlib",
    "save_figure",
]
