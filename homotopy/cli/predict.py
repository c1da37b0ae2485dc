"""The command predict. Registered by :mod:`homotopy.cli`."""

from __future__ import annotations

from typing import Annotated

import typer

from homotopy.cli.output import check_targets, echo, write_json
from homotopy.cli.shared_options import JsonOption
from homotopy.errors import HomotopyError


def register(app: typer.Typer) -> None:
    """Add the command to an application."""
    app.command(short_help="Predict mean counts, without counting.")(predict)


def predict(
    model: Annotated[str, typer.Argument(help="A label such as spherical-p-spin:n=20,p=3.")],
    window: Annotated[
        tuple[float, float] | None,
        typer.Option(metavar="LOW HIGH", help="Only points with an energy per spin between these."),
    ] = None,
    monte_carlo: Annotated[
        bool, typer.Option("--monte-carlo", help="Kac-Rice by Monte Carlo, from the model alone, as a cross-check.")
    ] = False,
    samples: Annotated[int | None, typer.Option(help="Points to average over, with --monte-carlo [20000].")] = None,
    seed: Annotated[int | None, typer.Option(help="Of these points, with --monte-carlo [0].")] = None,
    json_file: JsonOption = None,
) -> None:
    """Print the mean numbers of stationary points of a random landscape, by Morse index, with kind, error and reference."""
    from polysys import theory
    from polysys.models.labels import model_from_label

    if not monte_carlo and (samples is not None or seed is not None):
        raise HomotopyError("--samples and --seed belong to --monte-carlo.", "Add --monte-carlo, or leave them out.")
    check_targets(json_file=json_file)
    chosen = model_from_label(model)
    if monte_carlo:
        found = theory.kac_rice_counts(
            chosen, window, samples=samples if samples is not None else 20_000, seed=seed or 0
        )
    else:
        found = theory.mean_counts(chosen, window)
    if json_file is not None:
        content = {"model": chosen.label, "window": list(window) if window is not None else None, **found.to_dict()}
        write_json(json_file, content)
    if json_file != "-":
        echo(found.table())
