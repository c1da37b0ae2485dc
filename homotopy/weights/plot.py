"""Figures of a space of weights: local entropies, states and minima by cost, and the disconnectivity tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from homotopy.common.figures import SERIES, axes_for, panels_for, whole_numbers
from homotopy.common.wording import count_of
from homotopy.graphs.plot import draw_tree

if TYPE_CHECKING:
    from homotopy.weights.least_structured import LeastStructured
    from homotopy.weights.minima import CostTree
    from homotopy.weights.samples import WeightEnsemble
    from homotopy.weights.space import WeightSpace

_SIZE = (5.4, 4.2)


def plot_weight_space(space: WeightSpace, ax: Any = None) -> tuple[Any, ...]:
    """Local entropies, numbers of states and minima by cost, and the tree of the lowest minima, side by side.

    Parameters
    ----------
    space : WeightSpace
    ax : three axes, optional
        Those of a new figure by default.

    Returns
    -------
    tuple of matplotlib axes
        Three.
    """
    axes = panels_for(ax, space.space.label, (13.5, 4.2), [{}] * 3)
    draw_local_entropy(space, axes[0])
    draw_levels(space, axes[1])
    draw_cost_tree(space.tree, axes[2])
    return axes


def draw_local_entropy(space: WeightSpace, ax: Any = None) -> Any:
    """log2 of the number of solutions against the distance from a solution: annealed, quenched, and of all states."""
    from math import comb

    axes = axes_for(ax, size=_SIZE)
    n = space.n_weights
    axes.plot(range(n + 1), [np.log2(comb(n, d)) for d in range(n + 1)], color="0.7", lw=1, label="all states")
    if space.n_solutions:
        found = space.local_entropy()
        with np.errstate(invalid="ignore"):
            axes.plot(
                range(n + 1),
                np.where(found.mean_counts > 0, found.annealed, np.nan),
                "-",
                color=SERIES[0],
                lw=1.8,
                label="annealed",
            )
        axes.plot(
            range(n + 1), found.quenched, "o", mfc="white", mec=SERIES[1], ms=5, label="quenched, where there are any"
        )
    axes.set_xlabel("distance from a solution")
    whole_numbers(axes.xaxis)
    axes.set_ylabel("entropy (bits)")
    axes.legend(frameon=False, fontsize=8)
    return axes


def draw_levels(space: WeightSpace, ax: Any = None) -> Any:
    """Numbers of states, of states that no flip lowers, and of minima, at each cost; of spins the last two only."""
    axes = axes_for(ax, size=_SIZE)
    marks = ("-", "o", "s")
    series = [
        ("minima", space.tree.minima_by_cost()),
        ("no flip lowers", {c: k for c, (k, _) in space.stable.by_cost().items()}),
    ]
    if space.costs.dtype == np.uint8:
        series.append(("states", space.states_by_cost))
    colours = ("0.4", SERIES[0], SERIES[1])
    for (name, counts), mark, colour in zip(reversed(series), marks[-len(series) :], colours[-len(series) :], strict=True):
        axes.plot(
            [c * space.unit for c in counts],
            list(counts.values()),
            mark,
            color=colour,
            mfc="white",
            ms=4,
            lw=1,
            label=name,
        )
    axes.set_yscale("log")
    is_counted = space.costs.dtype == np.uint8
    axes.set_xlabel("errors" if is_counted else "energy")
    if is_counted:
        whole_numbers(axes.xaxis)
    axes.set_ylabel("number")
    axes.legend(frameon=False, fontsize=8)
    return axes


def draw_cost_tree(tree: CostTree, ax: Any = None, n_minima: int = 60) -> Any:
    """The disconnectivity tree of the lowest minima."""
    axes = axes_for(ax, size=_SIZE)
    energies, joins = tree.lowest(n_minima)
    place = draw_tree(energies, joins, axes)
    axes.plot(list(place.values()), [energies[m] for m in place], "o", color=SERIES[0], mec="0.1", ms=4)
    axes.set_ylabel("cost")
    kept, every = len(energies), tree.n_minima
    axes.set_title(count_of(every, "minimum") if kept == every else f"the lowest {kept} of {every} minima", fontsize=9)
    return axes


def draw_fitted_entropy(model: LeastStructured, ax: Any = None) -> Any:
    """A fitted model's local entropy around the first solution beside the true one."""
    axes = axes_for(ax, size=_SIZE)
    found = model.local_entropy(int(model.solutions.states[0]))
    distances = range(model.solutions.n + 1)
    axes.plot(distances, found["entropy"], "-", color=SERIES[0], lw=1.8, label=model.method)
    axes.plot(
        distances,
        np.where(np.isfinite(found["solutions"]), found["solutions"], np.nan),
        "o",
        mfc="white",
        mec=SERIES[1],
        ms=5,
        label="solutions",
    )
    axes.set_xlabel("distance from the first solution")
    whole_numbers(axes.xaxis)
    axes.set_ylabel("entropy (bits)")
    axes.legend(frameon=False, fontsize=8)
    return axes


def draw_shares(ensemble: WeightEnsemble, ax: Any = None) -> Any:
    """The share of the solutions in the largest orbit of clusters against that in the largest cluster, one point a sample."""
    axes = axes_for(ax, size=_SIZE)
    if ensemble.n_satisfiable:
        axes.plot(*ensemble.shares(), "o", mfc="none", mec=SERIES[0], ms=4)
    axes.plot([0, 1], [0, 1], color="0.7", lw=1)
    axes.set_xlabel("share of the largest cluster")
    axes.set_ylabel("share of the largest orbit of clusters")
    return axes
