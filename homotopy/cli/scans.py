"""The command about a parameter. Registered by :mod:`homotopy.cli`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from homotopy.cli.output import ExitCode, check_targets, echo, write
from homotopy.cli.run import resumable
from homotopy.common.progress import progress_bar
from homotopy.engines.registry import solver_names
from homotopy.status import Completeness


def register(app: typer.Typer) -> None:
    """Add the command to an application."""
    app.command(short_help="Count along a parameter, and certify where counts change.")(scan)


def scan(
    model: Annotated[
        str,
        typer.Argument(
            help="A label with {NAME}, such as spherical-p-spin:n=4,p=3,field={h}; or one with such a key or parameter."
        ),
    ],
    over: Annotated[str, typer.Option(metavar="NAME=FROM:TO:COUNT[:log]", help="The parameter and its values.")],
    seed: Annotated[int | None, typer.Option(help="Seed of the disorder (default: the model's).")] = None,
    index: Annotated[int, typer.Option(help="Which sample of the seed, or the first one.")] = 0,
    samples: Annotated[
        int, typer.Option(metavar="K", help="Samples a value; with several, means and no branches.")
    ] = 1,
    tolerance: Annotated[
        str | None, typer.Option(metavar="T", help="Half the width of the bracket of an event.")
    ] = None,
    engine: Annotated[str, typer.Option(help=f"{solver_names()}.")] = "auto",
    solver_seed: Annotated[int, typer.Option(help="Seed of the solver's random constants.")] = 0,
    store: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of the censuses; what it holds is not computed again.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(help="Processes, with several samples (default: one a core; 0: none).")
    ] = None,
    json_file: Annotated[
        str | None, typer.Option("--json", metavar="F", help="Write the result as JSON; - is stdout.")
    ] = None,
    save: Annotated[
        Path | None,
        typer.Option(
            metavar="F", help="Write counts and events as a page (.html), or counts as a table (.csv, .parquet)."
        ),
    ] = None,
    plot: Annotated[Path | None, typer.Option(metavar="F", help="Draw the scan (.png, .svg, .pdf).")] = None,
) -> None:
    """Count a landscape at values of a parameter, follow its points between them, and certify where their number changes."""
    from homotopy import plots
    from homotopy.options import Options
    from homotopy.scans.export import check_suffix, save_scan
    from homotopy.scans.run import scan as run_scan
    from homotopy.scans.values import parse_over

    name, values = parse_over(over)
    if plot is not None:
        plots.check_path(plot)
        plots.require_matplotlib()
    if save is not None:
        check_suffix(save)
    check_targets(save, plot, json_file=json_file)
    options = Options(engine=engine, seed=solver_seed)
    kept = "no result was written." if store is None else f"what was counted is kept in {store}."
    parameter: dict[str, Any] = {name: values}
    with progress_bar(), resumable(lambda: kept):
        found = run_scan(
            model, seed=seed, index=index, samples=samples, tolerance=tolerance, store=store, workers=workers, options=options, **parameter
        )  # fmt: skip
    if json_file is not None:
        write(json_file, json.dumps(found.summary(), indent=1))
    if json_file != "-":
        echo(repr(found))
    if save is not None:
        save_scan(found, save)
    if plot is not None:
        plots.save_figure(plots.plot_scan(found), plot)
    if found.is_contradicted:
        raise typer.Exit(ExitCode.CHECK_FAILED)
    is_open = any(v in ("unknown", "failed") for v in found.verdicts) or (
        samples == 1 and found.coverage.verdict is Completeness.UNKNOWN
    )
    if is_open:
        raise typer.Exit(ExitCode.INCOMPLETE)
