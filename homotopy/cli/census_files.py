"""The commands show and export: what a census, saved or counted now, holds. Registered by :mod:`homotopy.cli`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from homotopy.cli.output import (
    ExitCode,
    check_figures,
    check_target,
    check_targets,
    echo,
    end,
    give_result,
    refuse_sample,
    say,
    show_result,
    write_json,
)
from homotopy.cli.shared_options import IndexOption, SeedOption
from homotopy.common.progress import progress_bar
from homotopy.errors import HomotopyError

if TYPE_CHECKING:
    from homotopy.counting.result import Census
    from homotopy.counting.solutions import Solutions


def register(app: typer.Typer) -> None:
    """Add the commands to an application."""
    app.command(short_help="Print or draw a saved census.")(show)
    app.command(short_help="Write points or equations for other programs.")(export)
    app.command(short_help="Say which stationary points given points belong to.")(match)


def show(
    file: Annotated[
        Path, typer.Argument(help="A file that 'stationary count --save' or 'solve --save' wrote, or a table's row.")
    ],
    points: Annotated[bool, typer.Option("--points", help="List the points too, numbered from 1.")] = False,
    plot: Annotated[Path | None, typer.Option(metavar="F", help="Draw it (.png, .svg, .pdf).")] = None,
    json_file: Annotated[
        str | None, typer.Option("--json", metavar="F", help="Write the census as 'count --json' does; - is stdout.")
    ] = None,
) -> None:
    """Print a saved census, list its points, draw it. Its certificates are rechecked by 'stationary verify'.

    The file of a table's row holds seeds of its points: they are proved again first.
    """
    if os.path.isdir(file):  # False for a name that is none, which is refused below
        way_out = "Of an ensemble's folder 'stationary status' says what it holds, of a table's 'stationary table show'."
        raise HomotopyError(f"{file} is a folder, not a saved census.", way_out)
    check_targets(plot, json_file=json_file)
    check_figures(plot)
    census = read_saved(file)
    if give_result(census, json_file) and points:
        print_points(census)
    if plot is not None:
        draw(census, plot)


def export(
    what: Annotated[
        str, typer.Argument(metavar="FILE|MODEL", help="A saved census, or a model, which is counted if need be.")
    ],
    form: Annotated[
        str,
        typer.Option(
            help="csv, parquet, bertini-system, bertini-solutions, bertini-start, julia-system, julia-solutions or phcpack."
        ),
    ],
    output: Annotated[str, typer.Option(metavar="F", help="The file to write; - is stdout (not for parquet).")],
    real: Annotated[bool, typer.Option("--real", help="Of complex solutions, only those proved real.")] = False,
    seed: SeedOption = None,
    index: IndexOption = 0,
) -> None:
    """Write points, solutions or equations in the files of other programs."""
    from homotopy.counting.count import as_landscape
    from homotopy.counting.files import export as exports
    from homotopy.counting.solve_equations import solve
    from homotopy.status import Completeness
    from polysys.own_equations import FAMILY
    from polysys.own_equations_text import equations_from_label

    chosen = exports.find_form(form)
    if form == "parquet" and output == "-":
        raise HomotopyError("Parquet is no text and does not go to standard output.", "Give the name of a file.")
    check_target(output)
    if real and not chosen.lists_points:
        raise HomotopyError(f"--real is given, but {form} holds equations.", "Leave it out.")
    if is_saved(what):
        refuse_sample(seed, index, "a saved census")
        source = read_saved(what)
    elif what.startswith(f"{FAMILY}:"):
        refuse_sample(seed, index, "equations")
        problem = equations_from_label(what)
        if not chosen.lists_points:
            exports_to(output, exports.text_of(problem, form))
            return
        with progress_bar():
            source = solve(problem)
    elif chosen.of_system is not None:
        exports_to(output, exports.text_of(as_landscape(what, seed, index), form))
        return
    else:
        source = census_of(what, seed, index)
    exports_to(output, exports.text_of(source, form, is_real=real))
    verdict = source.completeness.verdict
    end(
        is_wrong=verdict is Completeness.CONTRADICTED,
        is_incomplete=verdict is Completeness.UNKNOWN and chosen.of_system is None,
    )


def match(
    what: Annotated[str, typer.Argument(metavar="FILE|MODEL", help="A saved census, or a model, which is counted.")],
    points: Annotated[
        Path,
        typer.Argument(
            help="A .csv or .npy file, a point a row: columns by the variables' names ('export --form csv'), else in their order."
        ),
    ],
    descend: Annotated[
        bool, typer.Option("--descend", help="Let points near no stationary point go downhill first.")
    ] = False,
    within: Annotated[float | None, typer.Option(help="Farthest distance of a match that is not proved.")] = None,
    json_file: Annotated[
        str | None,
        typer.Option(
            "--json", metavar="F", help="Write one record a point as JSON, 'point' from 0 as in 'count --json'; - is stdout."
        ),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Print all stationary points that were met, and all minima that were not.")
    ] = False,
    seed: SeedOption = None,
    index: IndexOption = 0,
) -> None:
    """Say which certified stationary point each of many points belongs to, or why none."""
    from homotopy.common.tables_of_numbers import read_numbers
    from homotopy.counting.count import as_landscape
    from homotopy.counting.matching import MatchKind

    check_target(json_file)
    if every and json_file == "-":
        raise HomotopyError("--all is given, but nothing is printed beside --json -.", "Leave it out.")
    saved = census_of(what, seed, index) if is_saved(what) else None
    land = as_landscape(what, seed, index) if saved is None else saved.landscape
    given = read_numbers(points, land.variables)
    found = (saved or census_of(what, seed, index)).match(given, within=within, descend=descend)
    if json_file is not None:
        write_json(json_file, found.summary())
    if json_file != "-":
        if every:
            echo(found.full_text())
        else:
            show_result(found)
    if found.unlisted:
        raise typer.Exit(ExitCode.CHECK_FAILED)
    if not found.is_explained:
        if not descend and MatchKind.FAR in found.kind and land.domain.n_constraints == len(land.domain.slices):
            say("Points near no stationary point may have been stopped on their way: --descend lets them go downhill first.")
        raise typer.Exit(ExitCode.INCOMPLETE)


def is_saved(what: str) -> bool:
    """Whether an argument names a saved census and no model."""
    return what.lower().endswith(".json") or (os.path.isfile(what) and not what.lower().endswith((".toml", ".txt")))


def read_saved(path: str | Path) -> Census | Solutions:
    """A saved census or saved solutions; or the points of a table's row, proved again from its file."""
    from homotopy.counting.files.saved_census import load
    from homotopy.tables.format.row_head import is_row_file

    if not is_row_file(path):
        return load(path)
    from homotopy.tables.row_files import row_census

    return row_census(path)


def census_of(what: str, seed: int | None, index: int) -> Census:
    """A saved census, or that of a model, counted now."""
    from homotopy.counting.count import census as count
    from homotopy.counting.result import Census

    if is_saved(what):
        refuse_sample(seed, index, "a saved census")
        found = read_saved(what)
        if isinstance(found, Census):
            return found
        raise HomotopyError(f"{what} holds solutions of equations, no stationary points.", "Give a saved census.")
    with progress_bar():
        return count(what, seed=seed, index=index)


def show_bounds(model: Any, seed: int | None, index: int, json_file: str | None) -> None:
    """What is known of the count of a model, or of what a label names, before it is made."""
    from homotopy.counting.count import as_landscape
    from homotopy.counting.estimates import bounds
    from homotopy.tables.known_counts import shipped_count

    check_target(json_file)
    land = as_landscape(model, seed, index)
    is_own = land.label.startswith("expression:")
    found = bounds(land, known=None if is_own else shipped_count(model if isinstance(model, str) else model.label, land))
    give_result(found, json_file)


def exports_to(output: str, content: bytes) -> None:
    """Write the content of an export to a file or to standard output."""
    from homotopy.common.files import write_atomically

    if output == "-":
        echo(content.decode(), nl=False)
    else:
        write_atomically(Path(output), content)


def print_points(found: Census | Solutions) -> None:
    """List the points of a census, or solutions of equations, below it."""
    from homotopy.counting.result import Census
    from homotopy.counting.text import points_table, solutions_table

    echo("\n" + (points_table(found) if isinstance(found, Census) else solutions_table(found)))


def draw(found: Census | Solutions, plot: Path) -> None:
    """Draw a census, or solutions of equations, into a file."""
    from homotopy import plots
    from homotopy.counting.result import Census

    plots.save_figure(plots.plot_census(found) if isinstance(found, Census) else plots.plot_solutions(found), plot)
