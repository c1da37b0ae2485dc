"""The figure of the depth study: counts, energies, clustering and the trade-off against depth."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from homotopy.studies.depth.effective_glass import Curve
from homotopy.studies.depth.series import Measured
from homotopy.studies.frame.trends import Level

_STYLES = (
    ("o", "-"), ("s", "--"), ("^", "-."), ("D", ":"), ("v", "-"), ("P", "--"), ("X", "-."), ("*", ":"), ("<", "-"), (">", "--"),
)  # fmt: skip
_GREYS = ("0", "0.45", "0.2", "0.6", "0.35", "0.1", "0.5", "0.3", "0.55", "0.25")


def draw(figure: Any, series: Mapping[str, Sequence[Measured]], curves: Sequence[Curve]) -> None:
    """Fill an empty figure."""
    from matplotlib.ticker import NullLocator

    axes = figure.subplots(2, 3)
    _draw_curves(axes[0, 0], curves)
    panels: tuple[tuple[Any, Callable[[Measured], Level | None], str, str, bool], ...] = (
        (axes[0, 1], Measured.complex_count, "complex count", "complex stationary points", True),
        (axes[0, 2], Measured.mean_real, "real count (mean)", "real stationary points", True),
        (axes[1, 0], lambda m: m.per_sample("n_distinct"), "minima (mean)", "minima up to symmetry", True),
        (axes[1, 1], lambda m: m.per_sample("nearest_ratio"), "clustering (below 1: closer than uniform)", "nearest distance / uniform points", False),
        (axes[1, 2], Measured.correlation, "trade-off (below 0: deep minima are narrow)", "rank correlation, energy and log-curvature", False),
    )  # fmt: skip
    for panel, of, title, label, is_log in panels:
        _draw_series(panel, series, of)
        panel.set_ylabel(label)
        panel.set_title(title, fontsize=10)
        if is_log:
            panel.set_yscale("log")
    axes[1, 1].axhline(1.0, color="0.7", lw=0.8)
    axes[1, 2].axhline(0.0, color="0.7", lw=0.8)
    depths = [m.case.depth for members in series.values() for m in members] + [h for c in curves for h in c.depths]
    for panel in axes.flat:
        panel.set_xlabel("depth H (layers of weights)")
        panel.set_xscale("log")
        ticks = [h for h in (2, 3, 4, 5, 6, 8, 12, 20, 30, 50, 100) if h <= max(depths, default=2)]
        panel.set_xticks(ticks, [str(h) for h in ticks])
        panel.xaxis.set_minor_locator(NullLocator())
        panel.set_xlim(1.8, 1.15 * max(depths, default=2))
        panel.grid(lw=0.3, alpha=0.6)
    handles, labels = axes[0, 1].get_legend_handles_labels()
    if handles:
        figure.legend(handles, labels, loc="outside lower center", ncols=min(len(labels), 7), fontsize=8)


def _draw_curves(axes: Any, curves: Sequence[Curve]) -> None:
    for k, c in enumerate(curves):
        marker, line = _STYLES[k % len(_STYLES)]
        values = [float(low) for low, _ in c.counts]
        axes.plot(
            c.depths, values, line, marker=marker, ms=3.5, color=_GREYS[k % len(_GREYS)], label=f"{c.n_weights} weights"
        )
        axes.annotate(f"H = {c.peak}", (c.peak, c.count(c.peak)), textcoords="offset points", xytext=(0, 6), fontsize=8)
    axes.set_yscale("log")
    axes.set_ylabel("complex stationary points")
    axes.set_title("effective glass, exactly N weights (H: largest)", fontsize=10)
    axes.margins(y=0.12)  # room for the words above the highest curve
    if curves:
        axes.legend(fontsize=8, loc="lower left")  # the best place takes long to find


def _draw_series(axes: Any, series: Mapping[str, Sequence[Measured]], of: Callable[[Measured], Level | None]) -> None:
    for k, (name, members) in enumerate(series.items()):
        found = [(m.case.depth, of(m)) for m in members]
        shown = [(depth, v.value, v.error) for depth, v in found if v is not None and v.value == v.value]
        marker, line = _STYLES[k % len(_STYLES)]
        depths, values, errors = zip(*shown, strict=True) if shown else ((), (), ())
        axes.errorbar(
            depths,
            values,
            yerr=errors,
            fmt=marker + line,
            color=_GREYS[k % len(_GREYS)],
            ms=4,
            lw=1,
            capsize=2,
            label=name,
        )
