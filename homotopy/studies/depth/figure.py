"""The figure of the depth study: counts, energies, clustering and the trade-off against depth."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from homotopy.studies.depth.effective_glass import Curve
from homotopy.studies.depth.measure import QUANTITIES, Measured
from homotopy.studies.frame.figures import draw_levels, finish, shared_legend, style
from homotopy.studies.frame.trends import Level


def draw(figure: Any, series: Mapping[str, Sequence[Measured]], curves: Sequence[Curve]) -> None:
    """Fill an empty figure."""
    from matplotlib.ticker import NullLocator

    axes = figure.subplots(2, 3)
    depths = [m.case.depth for members in series.values() for m in members] + [h for c in curves for h in c.depths]
    panels: tuple[tuple[str, str, str, float | None], ...] = (
        ("complex", "complex count", "complex stationary points", None),
        ("real", "real count (mean)", "real stationary points", None),
        ("minima", "minima (mean)", "minima up to symmetry", None),
        ("nearest", "clustering (below 1: closer than uniform)", "nearest distance / uniform points", 1.0),
        ("trade-off", "trade-off (below 0: deep minima are narrow)", "rank correlation, energy and log-curvature", 0.0),
    )
    _draw_curves(axes[0, 0], curves)
    for panel, (name, title, label, line) in zip(axes.flat[1:], panels, strict=True):
        _draw_series(panel, series, QUANTITIES[name][1])
        finish(panel, "depth H (layers of weights)", label, title)
        if line is None:
            panel.set_yscale("log")
        else:
            panel.axhline(line, color="0.7", lw=0.8)
    for panel in axes.flat:
        panel.set_xscale("log")
        ticks = [h for h in (2, 3, 4, 5, 6, 8, 12, 20, 30, 50, 100) if h <= max(depths, default=2)]
        panel.set_xticks(ticks, [str(h) for h in ticks])
        panel.xaxis.set_minor_locator(NullLocator())
        panel.set_xlim(1.8, 1.15 * max(depths, default=2))
    shared_legend(figure, axes[0, 1], 7)


def _draw_curves(axes: Any, curves: Sequence[Curve]) -> None:
    for k, c in enumerate(curves):
        axes.plot(c.depths, [float(low) for low, _ in c.counts], **style(k), label=f"{c.n_weights} weights")
        axes.annotate(f"H = {c.peak}", (c.peak, c.count(c.peak)), textcoords="offset points", xytext=(0, 6), fontsize=8)
    axes.set_yscale("log")
    axes.margins(y=0.12)  # room for the words above the highest curve
    title = "effective glass, exactly N weights (H: largest)"
    finish(axes, "depth H (layers of weights)", "complex stationary points", title)
    if curves:
        axes.legend(fontsize=8, loc="lower left")  # the best place takes long to find


def _draw_series(axes: Any, series: Mapping[str, Sequence[Measured]], of: Callable[[Measured], Level | None]) -> None:
    for k, (name, members) in enumerate(series.items()):
        draw_levels(axes, [m.case.depth for m in members], [of(m) for m in members], label=name, **style(k))
