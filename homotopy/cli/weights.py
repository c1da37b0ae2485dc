"""The command weights. Registered by :mod:`homotopy.cli`."""

from __future__ import annotations

from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from homotopy.cli.output import check_figures, check_targets, echo, give_result, show_result
from homotopy.cli.run import resumable
from homotopy.cli.shared_options import IndexOption, JsonOption, SeedOption
from homotopy.common.progress import progress_bar
from homotopy.errors import HomotopyError

if TYPE_CHECKING:
    from homotopy.weights.space import WeightSpace

_SHOWN = 8  # levels and distances on one line


def register(app: typer.Typer) -> None:
    """Add the command to an application."""
    app.command(short_help="Enumerate a space of binary weights.")(weights)


def weights(
    model: Annotated[
        str, typer.Argument(help="A label such as binary-network:widths=5-3-1,output=fixed,m=5, or a .toml file.")
    ],
    seed: SeedOption = None,
    index: IndexOption = 0,
    max_errors: Annotated[int, typer.Option(help="Errors up to which a weight vector counts as a solution.")] = 0,
    fit: Annotated[
        str | None,
        typer.Option(
            metavar="METHOD", help="Fit a pairwise model: maximum-entropy, pseudo-likelihood, mean-field or bethe."
        ),
    ] = None,
    ends: Annotated[
        str | None, typer.Option(metavar="METHOD", help="Run a search 100 times: training or annealing.")
    ] = None,
    samples: Annotated[int | None, typer.Option(help="Enumerate so many samples of the seed instead of one.")] = None,
    store: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep the samples in this folder: a killed run goes on.")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(metavar="F", help="Draw entropies, errors and the tree of minima (.png, .svg, .pdf).")
    ] = None,
    json_file: JsonOption = None,
) -> None:
    """Enumerate all states of a binary network or of Ising spins: solutions, clusters, entropies, minima."""
    from homotopy import plots
    from homotopy.weights.enumeration import weight_space
    from homotopy.weights.search_ends import end_points

    check_figures(plot)
    check_targets(plot, json_file=json_file)
    if samples is not None or store is not None:
        _check_many(samples, index=index, max_errors=max_errors, fit=fit, ends=ends, plot=plot)
        _many(model, samples or 0, seed or 0, store, json_file)
        return
    with progress_bar():
        found = weight_space(model, seed=seed, index=index, max_errors=max_errors)
        fitted = None if fit is None else found.least_structured(fit)
        searched = None if ends is None else end_points(found, ends)
        additions = {name: what for name, what in (("fit", fitted), ("ends", searched)) if what is not None}

        def content() -> dict[str, Any]:
            return {**found.summary(), **{name: what.summary() for name, what in additions.items()}}

        if give_result(found, json_file, content):
            for line in _details(found):
                echo(f"  {line}")
            for what in additions.values():
                show_result(what)
        if plot is not None:
            plots.save_figure(plots.plot_weight_space(found), plot)


def _check_many(samples: int | None, **of_one: Any) -> None:
    """Refuse --store alone, and options that mean something for one space only."""
    if samples is None:
        raise HomotopyError("--store is given without --samples.", "Add --samples.")
    for name, value in of_one.items():
        if value:
            raise HomotopyError(
                f"--{name.replace('_', '-')} is for one space, and --samples asks for many.", "Leave one of them out."
            )


def _many(model: str, samples: int, seed: int, store: Path | None, json_file: str | None) -> None:
    from homotopy.weights.samples import weight_ensemble

    with progress_bar(), resumable(lambda: f"what is in {store} is kept." if store is not None else "nothing is kept."):
        found = weight_ensemble(model, samples=samples, seed=seed, store=store)
    give_result(found, json_file)


def _details(space: WeightSpace) -> list[str]:
    """What a person asks of a space next, in a few lines."""
    lines = []
    if space.costs.dtype == "uint8":
        by_error = list(space.states_by_cost.items())[:_SHOWN]
        lines.append("errors     " + "  ".join(f"{c}: {k}" for c, k in by_error) + " states")
    stable = space.stable.by_cost()
    if space.costs.dtype == "uint8":
        shown = "  ".join(f"{c}: {k}" for c, (k, _) in list(stable.items())[:_SHOWN])
        lines.append(f"stable     {shown} states that no flip improves")
    else:
        lines.append(
            f"stable     {space.stable.states.size} states that no flip lowers, from {min(stable) * space.unit:.6g} to {max(stable) * space.unit:.6g}"
        )
    if space.n_solutions:
        around = space.local_entropy()
        lines.append(
            "pairs      "
            + " ".join(map(str, space.pair_distances[: 2 * _SHOWN]))
            + (" .." if space.n_weights >= 2 * _SHOWN else "")
        )
        lines.append("entropy    annealed " + _numbers(around.annealed) + " bits at distance 1, 2, ..")
        lines.append("           quenched " + _numbers(around.quenched) + " where there are any")
        lines += [
            f"{layer.name:<10} {layer.conditional_entropy:.4f} bits a weight given all others, {layer.free_flips:.1%} of flips free"
            for layer in space.layers
        ]
    return lines


def _numbers(values: Any) -> str:
    return " ".join(f"{v:.2f}" if isfinite(v) else "-" for v in values[1 : _SHOWN + 1])
