"""Draws the pictures of the front page: python scripts/draw_front.py [docs/figures].

One landscape in the plane, three times: its level lines with all stationary points and the paths down from its saddles, the
points by energy and Morse index, and the disconnectivity graph. Every point is certified and the list is proved complete.
"""

import sys
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

import homotopy as ho
import polysys as ps
from homotopy.common.figures import MARKERS, graded
from homotopy.graphs.disconnectivity import saddles_by_energy
from homotopy.graphs.plot import draw_flows, draw_tree

ROOT = Path(__file__).parent.parent
POTENTIAL = "x^4/4 - x^2/2 + y^4/4 - y^2/2 + x*y/6 + x/10 + y/25"
INK, GREY = "#1c2733", "#7a8794"
STYLE = {"svg.hashsalt": "stationary", "font.size": 11, "path.simplify_threshold": 0.5, "text.color": INK}
LOW, HIGH = -0.85, 0.16  # energies that are shown
NAMES = ("minima", "saddles", "maximum")


def main(folder: Path) -> None:
    """Count, draw and write three figures that stand side by side where there is room."""
    graph = ho.graph(ho.census(ps.expression(POTENTIAL)))
    assert graph.census.completeness.verdict is ho.Completeness.PROVED
    mpl.rcParams.update(STYLE)
    for name, draw in (("landscape", landscape), ("energies", by_index), ("graph", disconnectivity)):
        figure = Figure(figsize=(3.6, 3.5), layout="constrained")
        draw(figure.subplots(), graph)
        figure.savefig(folder / f"front-{name}.svg", metadata={"Date": None})


def landscape(axes, graph) -> None:
    """Level lines, flows and points; what the points are is said in the next figure."""
    draw_flows(graph, axes)
    axes.get_legend().remove()
    axes.set(xticks=[], yticks=[], aspect="equal", title="every stationary point, proved")


def by_index(axes, graph) -> None:
    """Energy against Morse index, counted."""
    for k, name in enumerate(NAMES):
        energies = [float(p.energy.mid()) for p in graph.census.points if p.index == k]
        axes.plot([k] * len(energies), energies, MARKERS[k], color=graded(k, 2), mec="black", mew=0.8, ms=8)
        axes.annotate(
            f"{len(energies)} {name}", (k, max(energies)), xytext=(0, 11), textcoords="offset points", ha="center"
        )
    axes.set(
        xticks=range(3),
        xlim=(-0.6, 2.6),
        xlabel="Morse index",
        ylabel="energy",
        ylim=(LOW, HIGH),
        title="by energy and index",
    )
    plain(axes)


def disconnectivity(axes, graph) -> None:
    """Minima joined at the saddles between them."""
    place = draw_tree(
        dict(graph.network.nodes(data="energy")), [(e, a, b) for e, _, a, b in saddles_by_energy(graph)], axes
    )
    for minimum, energy in graph.network.nodes(data="energy"):
        axes.plot(
            place[minimum], energy, MARKERS[0], color=graded(0, 2), mec="black", mew=0.8, ms=8, zorder=3, clip_on=False
        )
    axes.set(ylabel="energy", ylim=(LOW, HIGH), title="minima joined by saddles")
    plain(axes)


def plain(axes) -> None:
    """No frame, grey ticks."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(colors=GREY)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "figures")
