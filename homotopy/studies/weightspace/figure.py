"""The figure of the study: shares of the largest cluster and the largest orbit against size, and what pairs describe."""

from __future__ import annotations

from typing import Any

from homotopy.studies.frame.figures import draw_levels, finish, label_ends, style
from homotopy.studies.frame.trends import Level, mean_of
from homotopy.studies.weightspace.claims import CAPTURED, MASS, QUOTIENT, RAW, SHARES, Measured, shares
from homotopy.studies.weightspace.networks import ARCHITECTURES

Line = list[tuple[int, Level]]  # numbers of weights with shares


def lines(measured: Measured, labels: str, load: float) -> dict[str, dict[str, Line]]:
    """For each way of counting and each architecture its shares by number of weights."""
    found: dict[str, dict[str, Line]] = {way: {a.name: [] for a in ARCHITECTURES} for way in SHARES}
    for case, records in measured.items():
        if (case.labels, case.load) != (labels, load):
            continue
        for way, key in SHARES.items():
            level = mean_of(shares(records, key))
            if level is not None:
                found[way][case.architecture].append((case.n, level))
    return found


def draw(figure: Any, found: dict[str, dict[str, Line]], fitted: Measured, title: str) -> None:
    """Fill an empty figure."""
    first, second, third = figure.subplots(1, 3)
    for panel, way in ((first, RAW), (second, QUOTIENT)):
        series = {name: line for name, line in found[way].items() if line}
        for name, line in series.items():
            draw_levels(panel, [n for n, _ in line], [level for _, level in line], **style(_number(name)))
        sizes = sorted({n for line in series.values() for n, _ in line})
        panel.axhline(0.5, color="0.7", lw=0.8)
        panel.set_ylim(0, 1.03)
        if sizes:
            panel.set_xticks(sizes)
            panel.set_xlim(sizes[0] - 1, sizes[-1] + 1)
        finish(panel, "weights N", "share of the largest", f"{way}\n({title})")
        if way == QUOTIENT:
            label_ends(
                panel,
                [(line[-1][1].value, _short(name), style(_number(name))) for name, line in series.items()],
            )
    _draw_pairs(third, fitted)


def _number(name: str) -> int:
    return [a.name for a in ARCHITECTURES].index(name)


def _short(name: str) -> str:
    return name.replace(" with trained output", ", trained").replace("two hidden layers", "two hidden")


def _draw_pairs(axes: Any, fitted: Measured) -> None:
    for case, records in fitted.items():
        k = style(_number(case.architecture))
        for way, fill in (("raw", k["color"]), ("aligned", "none")):
            found = [r[way] for r in records if way in r and r[way]["n"] >= case.n * (case.n + 1)]
            if way == "aligned" and all(r.get("symmetry_order", 1) == 1 for r in records):
                continue  # the same once more
            axes.scatter(
                [r["captured"] for r in found],
                [r["mass"] for r in found],
                s=16,
                marker=k["marker"],
                facecolors=fill,
                edgecolors=k["color"],
                linewidths=0.8,
            )
    axes.axhline(MASS, color="0.7", lw=0.8)
    axes.axvline(CAPTURED, color="0.7", lw=0.8)
    axes.set_xlim(0, 1.03)
    axes.set_ylim(0, 1.03)
    finish(
        axes,
        "share of the multi-information in pairs",
        "probability on solutions",
        "pairwise models\n(filled: raw, open: aligned)",
    )
