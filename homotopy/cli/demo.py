"""The demonstration behind ``make demo``: five small landscapes, each counted completely, and one figure."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from homotopy.common.figures import check_path, require_matplotlib, save_figure, wrapped
from homotopy.common.wording import sample_title
from homotopy.counting.count import census
from homotopy.counting.plot import draw_index_energy, draw_landscape, landscape_axes
from homotopy.counting.result import Census
from homotopy.status import Completeness

# label, seed, what a newcomer should know
LANDSCAPES = (
    ("spherical-p-spin:n=3,p=3", 2026, "a 3-spin glass on the ordinary sphere, small enough to be drawn"),
    ("spherical-p-spin:n=6,p=3", 2026, "the same glass with six spins"),
    ("layered-spin-glass:widths=3-3-3", 2026, "a layered glass: one sphere for each of three layers"),
    (
        "polynomial-network:widths=2-2-1,activation=z^2,data=iris,output=fixed,loss=sum",
        1,
        "two quadratic neurons on Iris",
    ),
    ("deep-linear:widths=2-2-2,data=iris", 22, "a deep linear network on Iris, every one of its 225 complex solutions"),
)

_WORDS = {
    Completeness.PROVED: "proved: as many certified complex solutions\nas a theorem or an exact proof allows,\nso none is missing.",
    Completeness.SUPPORTED: "supported: every path of a complete homotopy\nis accounted for and all checks are met.",
    Completeness.UNKNOWN: "unknown: the list may be incomplete.",
    Completeness.CONTRADICTED: "contradicted: a check is violated.",
}


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
    for place, result in enumerate(results, start=1):
        if place == 1:
            axes = figure.add_subplot(2, 3, 1, **landscape_axes(result.landscape))
            draw_landscape(result, axes)
        else:
            axes = figure.add_subplot(2, 3, place)
            draw_index_energy(result, axes)
        name = wrapped(sample_title(result.landscape), 4.3, 9)
        verdict = result.completeness.verdict.value
        unit = "classes" if result.landscape.formulation.points_per_class > 1 else "points"
        axes.set_title(f"{name}\n{result.n_complex} complex {unit}, {result.n_real} real points, {verdict}", fontsize=9)
    _explain(figure.add_subplot(2, 3, 6), {r.completeness.verdict for r in results})
    figure.suptitle("All stationary points of five landscapes: energy against Morse index", fontsize=12)
    save_figure(figure, target, dpi=150)
    say(f"\nThe figure is in {target}.")
    return results


def _explain(axes: Any, verdicts: set[Completeness]) -> None:
    """What the panels show, in the free corner, and what the verdicts among them mean."""
    axes.axis("off")
    axes.text(
        0.0,
        0.95,
        "Every point is certified: a box that contains\nexactly one solution of the exact equations,\n"
        "a proved Morse index, a proved energy.\n\n"
        "Numbers above the points count them.\n\n"
        + "\n\n".join(text for verdict, text in _WORDS.items() if verdict in verdicts),
        va="top",
        fontsize=10,
        linespacing=1.35,
        transform=axes.transAxes,
    )
