"""The command compare: an estimator, yours from a file or a built-in, against a reference table. Registered by :mod:`homotopy.cli`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from homotopy.cli.output import check_figures, check_targets, echo, end, refuse_others, write_json
from homotopy.cli.shared_options import JsonOption, RootOption
from homotopy.common.progress import progress_bar
from homotopy.errors import HomotopyError

_SUFFIXES = (".json", ".csv")


def register(app: typer.Typer) -> None:
    """Add the command to an application."""
    app.command(short_help="Test an estimator against a reference table.")(compare)


def compare(
    context: typer.Context,
    estimates: Annotated[
        str | None,
        typer.Argument(metavar="FILE|NAME", help="A .json or .csv file of estimates, or a built-in estimator."),
    ] = None,
    table: Annotated[
        str | None, typer.Option(metavar="LABEL", help="Label of a reference table, or its folder.")
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(metavar="LABEL", help="Only this model of the table; may be given several times."),
    ] = None,
    level: Annotated[float, typer.Option(help="Probability that a correct estimator is called consistent.")] = 0.999,
    landscapes: Annotated[int, typer.Option(help="For searches: how many samples of each model they are given.")] = 20,
    seed: Annotated[int, typer.Option(help="Of the resampling behind the p-value.")] = 0,
    full: Annotated[bool, typer.Option("--full", help="Print every mean of every model.")] = False,
    list_: Annotated[bool, typer.Option("--list", help="List the built-in estimators.")] = False,
    root: RootOption = None,
    plot: Annotated[Path | None, typer.Option(metavar="F", help="Draw the comparison (.png, .svg, .pdf).")] = None,
    json_file: JsonOption = None,
) -> None:
    """Test an estimator against the exact counts of a reference table: bias, z, p, recall, precision, cost, a verdict.

    Ends with exit code 0 if it is consistent with the table and 1 if it deviates.
    """
    from homotopy import plots
    from homotopy.estimators import BUILTINS, evaluate
    from homotopy.tables.table import load_table

    if list_:
        refuse_others(context, "--list", "list_")
        width = max(map(len, BUILTINS))
        for name, estimator in BUILTINS.items():
            echo(f"{name:{width}}  takes a {estimator.takes:9}  {estimator.summary}")
        return
    if estimates is None or table is None:
        raise HomotopyError(
            "compare needs an estimator and a table.", "Write: stationary compare FILE --table LABEL, or see --list."
        )
    check_figures(plot)
    check_targets(plot, json_file=json_file)
    what = _estimator(estimates)
    with progress_bar():
        report = evaluate(
            what, load_table(table, root), models=model or None, level=level, landscapes=landscapes, seed=seed
        )
    if json_file is not None:
        write_json(json_file, report.summary())
    if json_file != "-":
        echo(f"{report.table()}\n{report.verdict}" if full else repr(report))
    if plot is not None:
        plots.save_figure(plots.plot_report(report), plot)
    end(is_wrong=not report.is_consistent)


def _estimator(text: str) -> str | Path:
    """A file, if it looks like one or exists; else the name of a built-in."""
    from homotopy.estimators import BUILTINS

    if text in BUILTINS:
        return text
    is_file = text.lower().endswith(_SUFFIXES) or "/" in text or "\\" in text or "." in text
    return Path(text) if is_file or "\0" in text else text
