"""The command about parameters. Registered by :mod:`homotopy.cli`."""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from homotopy.cli.output import check_figures, check_targets, end, give_result
from homotopy.cli.run import resumable
from homotopy.cli.shared_options import EngineOption, JsonOption, ModelSeedOption, SolverSeedOption
from homotopy.cli.values import SetOption, values_in
from homotopy.common.progress import progress_bar
from homotopy.errors import HomotopyError

if TYPE_CHECKING:
    from homotopy.scans.maps import ScanMap
    from polysys.models.base import Model

_DEPTH = 3


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
    over: Annotated[
        list[str],
        typer.Option(
            metavar="NAME=FROM:TO:COUNT[:log]",
            help="The parameter and its values; given twice, a map of two parameters.",
        ),
    ],
    values: SetOption = None,
    seed: ModelSeedOption = None,
    index: Annotated[int, typer.Option(help="Which sample of the seed, or the first one.")] = 0,
    samples: Annotated[
        int, typer.Option(metavar="K", help="Samples a value; with several, means and no branches.")
    ] = 1,
    tolerance: Annotated[
        str | None, typer.Option(metavar="T", help="Half the width of the bracket of an event.")
    ] = None,
    depth: Annotated[
        int | None, typer.Option(metavar="D", help=f"Of a map: how often cells are halved at most (default {_DEPTH}).")
    ] = None,
    counts_only: Annotated[
        bool, typer.Option("--counts-only", help="Of a map: do not follow the points along the lines of the grid.")
    ] = False,
    engine: EngineOption = "auto",
    solver_seed: SolverSeedOption = 0,
    store: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of the censuses; what it holds is not computed again.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(help="Processes, with several samples (default: one a core; 0: none).")
    ] = None,
    json_file: JsonOption = None,
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
    from homotopy.scans.result import Scan
    from homotopy.scans.run import scan as run_scan
    from homotopy.scans.run_map import scan_map
    from homotopy.scans.values import parse_over

    parameters: dict[str, Any] = _parameters([parse_over(text) for text in over])
    what = _with_values(model, values, parameters)
    check_figures(plot)
    if save is not None:
        check_suffix(save)
    check_targets(save, plot, json_file=json_file)
    common: dict[str, Any] = {
        "seed": seed, "index": index, "tolerance": tolerance, "store": store, "options": Options(engine=engine, seed=solver_seed),
    }  # fmt: skip
    kept = "no result was written." if store is None else f"what was counted is kept in {store}."
    with progress_bar(), resumable(lambda: kept):
        if len(parameters) == 1:
            _refuse("of a map of two parameters", {"--depth": depth is not None, "--counts-only": counts_only})
            found: Scan | ScanMap = run_scan(what, samples=samples, workers=workers, **common, **parameters)
        else:
            _refuse("of a scan of one parameter", {"--samples": samples != 1, "--workers": workers is not None})
            found = scan_map(what, depth=_DEPTH if depth is None else depth, follow=not counts_only, **common, **parameters)
    give_result(found, json_file)
    if save is not None:
        save_scan(found, save)
    if plot is not None:
        plots.save_figure(plots.plot_scan(found) if isinstance(found, Scan) else found.plot(), plot)
    end(is_wrong=found.is_contradicted, is_incomplete=found.is_open)


def _parameters(given: list[tuple[str, tuple[Fraction, ...]]]) -> dict[str, tuple[Fraction, ...]]:
    """One or two parameters by their names."""
    if len(given) > 2:
        raise HomotopyError(f"--over is given {len(given)} times.", "Give it once, or twice for a map.")
    parameters = dict(given)
    if len(parameters) != len(given):
        raise HomotopyError(f"--over names {given[0][0]} twice.", "Give each parameter once.")
    return parameters


def _with_values(model: str, given: list[str] | None, scanned: Collection[str]) -> str | Model:
    """The label or model with the values that --set gives; the marks of the parameters that are scanned stay."""
    from polysys.models.labels import filled, with_values

    values = values_in(given)
    if both := sorted(values.keys() & set(scanned)):
        raise HomotopyError(f"--set and --over both name {both[0]}.", "Give it once.")
    label, rest = filled(model, values)
    if not rest:
        return label
    if any("{" + name + "}" in label for name in scanned):
        unused = next(iter(rest))
        raise HomotopyError(f"--set {unused} has no effect: there is no {{{unused}}} in {model[:60]!r}.", "Write it there, or leave --set out.")
    return with_values(label, rest)


def _refuse(what: str, given: dict[str, bool]) -> None:
    """Refuse options that would have no effect."""
    named = [option for option, is_given in given.items() if is_given]
    if named:
        verb = "is an option" if len(named) == 1 else "are options"
        raise HomotopyError(f"{' and '.join(named)} {verb} {what}.", "Leave it out, or see stationary scan --help.")
