"""The demonstration behind ``make demo``: four small landscapes, each counted completely, and one figure."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from homotopy.census import Census, census
from homotopy.plots import check_path, draw_index_energy, draw_landscape, landscape_axes, require_matplotlib

# label, seed, what a newcomer should know
LANDSCAPES = (
    ("spherical-p-spin:n=3,p=3", 2026, "a 3-spin glass on the ordinary sphere, small enough to be drawn"),
    ("spherical-p-spin:n=6,p=3", 2026, "the same glass with six spins"),
    ("layered-spin-glass:widths=3-3-3", 2026, "a layered glass: one sphere for each of three layers"),
    ("polynomial-network:widths=2-2-1,activation=z^2,data=iris,output=fixed", 1, "two quadratic neurons trained on Iris"),
    ("deep-linear:widths=2-2-2,data=iris", 1, "a deep linear network trained on Iris"),
)


def run(path: str | Path, say: Callable[[str], None]) -> list[Census]:
    """Count all demonstration landscapes and draw them into one figure.

    Returns
    -------
    list of Census
    """
    target = check_path(path)
    figure_class = require_matplotlib()
    results = []
    for label, seed, remark in LANDSCAPES:
        say(f"\n# {remark}\n$ stationary count '{label}' --seed {seed}")
        result = census(label, seed=seed)
        say(repr(result))
        results.append(result)
    figure = figure_class(figsize=(13, 7.6), layout="constrained")
    draw_landscape(figure.add_subplot(2, 3, 1, **landscape_axes(results[0])), results[0])
    for place, result in enumerate(results, start=1):
        axes = figure.axes[0] if place == 1 else figure.add_subplot(2, 3, place)
        if place > 1:
            draw_index_energy(axes, result)
        verdict = result.completeness.verdict.value
        label = result.landscape.label.replace(",activation", ",\nactivation")
        axes.set_title(f"{label}\n{result.n_complex} complex, {result.n_real} real points, {verdict}", fontsize=9)
    figure.suptitle("All stationary points of five landscapes: energy against Morse index", fontsize=12)
    figure.savefig(target, dpi=150)
    say(f"\nThe figure is in {target}.")
    return results
