"""Write docs/figures/scan-network.svg and scan-field.svg: a network along its regularisation, a 3-spin along a field with the exact means.

Minutes; run it from the root. A folder as argument keeps the censuses, so that a second run only draws.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

import homotopy as ho
import polysys as ps
from homotopy.scans.result import Scan

FOLDER = Path(__file__).parent.parent / "docs" / "figures"
COLOURS = ("#000000", "#E69F00", "#56B4E9")  # of a pair of indices k and n - 1 - k, whose means are equal


def network(store: Path | None) -> Scan:
    """Four decades of l2."""
    kept = None if store is None else store / "network"
    return ho.scan(
        "deep-linear:widths=2-2-2,data=iris,l2=random*{s}", seed=1, store=kept, s=ho.geomspace("0.01", 100, 9)
    )


def field(store: Path | None) -> tuple[Scan, Any]:
    """Two hundred samples at forty fields, and the exact means by index (40, 6)."""
    glass = ps.SphericalPSpin(n=6, p=3)
    kept = None if store is None else store / "field"
    found = ho.scan(glass, field=ho.linspace(0, 4, 40), samples=200, seed=7, store=kept)
    predicted = [ps.theory.mean_counts(glass.with_value("field", v)).by_index for v in found.values]
    return found, np.array([[float(p[k]) for k in range(6)] for p in predicted])


def draw_field(found: Scan, exact: Any) -> Any:
    """Means with their standard errors and the exact curves, above their differences in standard errors."""
    at = np.array([float(v) for v in found.values])
    counts = np.array([[r.by_index for r in records] for records in found.records], float)  # values, samples, indices
    mean, error = counts.mean(axis=1), counts.std(axis=1, ddof=1) / np.sqrt(counts.shape[1])
    z = (mean - exact) / error
    figure = Figure(figsize=(7.2, 5.6), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(2, 1))
    for k, colour in enumerate(COLOURS):
        above.plot(at, exact[:, k], color=colour, lw=1)
        above.errorbar(at, mean[:, k], error[:, k], fmt="o", ms=3, lw=1, color=colour, label=f"index {k} and {5 - k}")
        below.plot(at, z[:, k], "o", ms=3, color=colour)
    above.set_ylabel("mean number of points")
    above.set_yscale("log")
    above.legend(fontsize=8)
    below.axhline(0, color="0.7", lw=1)
    below.set_ylabel("(found - exact) / error")
    below.set_xlabel("field")
    print(
        f"{z.size} bins, largest |z| {np.abs(z).max():.2f}, {int((np.abs(z) > 2).sum())} above 2, rms {np.sqrt((z**2).mean()):.2f}"
    )
    return figure


def main() -> None:
    """Count and draw."""
    store = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    draw_field(*field(store)).savefig(FOLDER / "scan-field.svg", metadata={"Date": None})
    ho.plots.save_figure(ho.plots.plot_scan(network(store)), FOLDER / "scan-network.svg")


if __name__ == "__main__":
    main()
