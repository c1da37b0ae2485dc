"""Write docs/figures/two-points.csv and two-points.svg: pairs of deep minima of the p-spin at an overlap, finite sizes and their limit.

For minima of one energy per spin inside the band: log(R(q) / R(0)) / N, R the mean number of ordered pairs per unit of overlap
(polysys.theory.p_spin_pairs), and its limit. Minutes; run it from the root.
"""

from __future__ import annotations

import csv
import sys
from math import hypot, log
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from polysys.theory import Complexity, p_spin_pairs

FOLDER = Path(__file__).parent.parent / "docs" / "figures"
SIZES = {20: 300, 60: 150, 200: 50}  # spins, and samples
ENERGIES = {3: -1.65, 4: -1.77}  # between -E_0 and -E_inf
OVERLAPS = (-0.2, -0.15, -0.1, -0.05, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
SEED = 1
COLOURS = ("#E69F00", "#009E73", "#0072B2")
Row = dict[str, float]


def rows(p: int, u: float) -> list[Row]:
    """One row for each size and overlap."""
    result = []
    for n, samples in SIZES.items():
        zero = p_spin_pairs(n, p, 0.0, 0, energies=(u, u), samples=samples, seed=SEED)
        for q in OVERLAPS:
            found = p_spin_pairs(n, p, q, 0, energies=(u, u), samples=samples, seed=SEED)
            error = hypot(found.error / found.value, zero.error / zero.value) / n
            rate = log(found.value / zero.value) / n
            result.append(
                {"p": p, "n": n, "energy": u, "overlap": q, "rate": rate, "error": error, "limit": limit(p, u, q)}
            )
        print(f"p = {p}, N = {n} done", file=sys.stderr)
    return result


def limit(p: int, u: float, q: float) -> float:
    """The rate for N to infinity."""
    glass = Complexity(p)
    return float(glass.of_pairs(q, u, u) - glass.of_pairs(0.0, u, u))


def draw(found: list[Row]) -> Any:
    """One panel for each p, the curves labelled where they end."""
    figure = Figure(figsize=(7.2, 3.2), layout="constrained")
    for axes, (p, u) in zip(figure.subplots(1, len(ENERGIES)), ENERGIES.items(), strict=True):
        for n, colour, marker in zip(SIZES, COLOURS, "osD", strict=True):
            mine = [r for r in found if r["p"] == p and r["n"] == n]
            x, y, e = ([r[name] for r in mine] for name in ("overlap", "rate", "error"))
            axes.errorbar(x, y, e, color=colour, marker=marker, ms=3, lw=1)
            low = y.index(min(v for v, t in zip(y, x, strict=True) if t > 0))
            place = {"xytext": (0, -6), "textcoords": "offset points", "ha": "center", "va": "top"}
            axes.annotate(f"N = {n}", (x[low], y[low]), color=colour, fontsize=8, **place)
        q = np.linspace(OVERLAPS[0], OVERLAPS[-1], 200)
        curve = [limit(p, u, float(t)) for t in q]
        axes.plot(q, curve, color="black", lw=1, ls="--")
        low = int(np.argmin(np.where(q > 0, curve, 0.0)))
        axes.annotate(
            "limit", (q[low], curve[low]), (0, 4), textcoords="offset points", fontsize=8, va="bottom", ha="center"
        )
        axes.set(ylim=(-0.1, 0.025), xlabel="overlap q", title=f"p = {p}, energy per spin {u}")
        axes.axhline(0.0, color="0.8", lw=0.8, zorder=0)
        axes.title.set_fontsize(9)
    figure.axes[0].set_ylabel("log(R(q) / R(0)) / N")
    return figure


def main() -> None:
    """Compute, write both files."""
    found = [row for p, u in ENERGIES.items() for row in rows(p, u)]
    with (FOLDER / "two-points.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(found[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({k: round(v, 6) for k, v in row.items()} for row in found)
    draw(found).savefig(FOLDER / "two-points.svg", metadata={"Date": None})


if __name__ == "__main__":
    main()
