"""Figures: stationary points by index and energy, landscapes with their points and flows, disconnectivity graphs, scans."""

from homotopy.common.figures import FORMATS, check_path, require_matplotlib, save_figure
from homotopy.counting.plot import draw_index_energy, draw_landscape, is_two_dimensional, landscape_axes, plot_census
from homotopy.graphs.plot import disconnectivity, draw_disconnectivity, draw_flows, flows
from homotopy.scans.plot import draw_branches, draw_counts, plot_scan

__all__ = [
    "FORMATS",
    "check_path",
    "disconnectivity",
    "draw_branches",
    "draw_counts",
    "draw_disconnectivity",
    "draw_flows",
    "draw_index_energy",
    "draw_landscape",
    "flows",
    "is_two_dimensional",
    "landscape_axes",
    "plot_census",
    "plot_scan",
    "require_matplotlib",
    "save_figure",
]
