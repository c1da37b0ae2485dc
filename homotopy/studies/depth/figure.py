"""The figure of the depth study: the effective glass by its formula, real points and trade-off of what was enumerated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from homotopy.studies.depth.effective_glass import Curve
from homotopy.studies.depth.measure import QUANTITIES, Measured
from homotopy.studies.frame.figures import draw_levels, finish, label_ends, style
from homotopy.studies.frame.trends import Level

Line = list[tuple[int, Level]]  # depths with values
_SHOWN = ("layered", "sphere", "architecture")  # readings that are drawn; networks are in the tables


def lines(series: Mapping[str, Sequence[Measured]]) -> dict[str, dict[str, Line]]:
    """For each quantity that is drawn the values of each series of glasses."""
    chosen = {name: members for name, members in series.items() if members and members[0].case.reading in _SHOWN}
    return {
        quantity: {name: _line(members, quantity) for name, members in chosen.items()}
        for quantity in ("real", "trade-off")
    }


def _line(members: Sequence[Measured], quantity: str) -> Line:
    levels = [(m.case.depth, QUANTITIES[quantity][1](m)) for m in members]
    return [(depth, level) for depth, level in levels if level is not None]


def draw(figure: Any, found: Mapping[str, Mapping[str, Line]], curves: Sequence[Curve]) -> None:
    """Fill an empty figure."""
    first, second, third = figure.subplots(1, 3)
    depths = [h for c in curves for h in c.depths]
    depths += [h for series in found.values() for line in series.values() for h, _ in line]
    _draw_curves(first, curves)
    _scale(first, depths, is_counting=True)
    finish(first, "depth H", "complex stationary points, up to sign", "effective glass, exactly N weights")
    label_ends(first, [(c.count(c.depths[-1]), f"N = {c.n_weights}", style(k)) for k, c in enumerate(curves)])
    texts = (
        (second, "real", "real stationary points (mean, up to sign)", "enumerated or exact"),
        (third, "trade-off", "rank correlation, energy and log-curvature", "deep minima are narrow (below 0)"),
    )
    for panel, quantity, up, title in texts:
        series = {name: line for name, line in found.get(quantity, {}).items() if line}
        for k, line in enumerate(series.values()):
            draw_levels(panel, [h for h, _ in line], [level for _, level in line], **style(k))
        _scale(panel, depths, is_counting=quantity == "real")
        finish(panel, "depth H", up, title)
        if quantity == "trade-off":
            panel.axhline(0.0, color="0.7", lw=0.8)
        ends = [(line[-1][1].value, name, style(k)) for k, (name, line) in enumerate(series.items())]
        label_ends(panel, ends)


def _scale(axes: Any, depths: Sequence[int], *, is_counting: bool) -> None:
    """Logarithmic depths with whole numbers below them; counts are logarithmic too."""
    from matplotlib.ticker import NullLocator

    axes.set_xscale("log")
    most = max(depths, default=2)
    ticks = [h for h in (2, 3, 4, 6, 10, 20, 50, 100) if h <= most]
    axes.set_xticks(ticks, [str(h) for h in ticks])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlim(1.8, 1.15 * most)
    if is_counting:
        axes.set_yscale("log")
        axes.margins(y=0.12)


def _draw_curves(axes: Any, curves: Sequence[Curve]) -> None:
    for k, c in enumerate(curves):
        axes.plot(c.depths, [float(low) for low, _ in c.counts], **{**style(k), "marker": ""})
        axes.plot([c.peak], [c.count(c.peak)], **{**style(k), "ls": ""})
        axes.annotate(
            f"H* = {c.peak}", (c.peak, c.count(c.peak)), textcoords="offset points", xytext=(0, 6), fontsize=8
        )
