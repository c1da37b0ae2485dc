"""The command graph. Registered by :mod:`homotopy.cli`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from homotopy.cli.output import check_figures, check_target, check_targets, echo, end, show_result, write_json
from homotopy.cli.shared_options import IndexOption, JsonOption, SeedOption
from homotopy.cli.values import SetOption, with_values
from homotopy.common.progress import progress_bar
from homotopy.errors import HomotopyError


def register(app: typer.Typer) -> None:
    """Add the command to an application."""
    app.command(short_help="Join the minima by their saddles.")(graph)


def graph(
    model: Annotated[
        str, typer.Argument(help="A label such as spherical-p-spin:n=6,p=4, a .toml file, or a saved census.")
    ],
    values: SetOption = None,
    seed: SeedOption = None,
    index: IndexOption = 0,
    plot: Annotated[
        Path | None, typer.Option(metavar="F", help="Draw the disconnectivity graph (.png, .svg, .pdf).")
    ] = None,
    landscape: Annotated[
        Path | None,
        typer.Option(metavar="F", help="Draw the landscape with its flows (two unknowns, or the sphere in three)."),
    ] = None,
    quotient: Annotated[
        bool, typer.Option("--quotient", help="One node for each orbit of minima under the symmetry group.")
    ] = False,
    skeleton: Annotated[
        bool, typer.Option("--skeleton", help="The Morse complex over Z2, and its homology against the domain's.")
    ] = False,
    export: Annotated[str | None, typer.Option(metavar="FORM", help="pele, topsearch or graphml.")] = None,
    output: Annotated[Path | None, typer.Option(metavar="F", help="Folder (graphml: file) of the export.")] = None,
    json_file: JsonOption = None,
) -> None:
    """Join the minima of a landscape by its index-1 saddles: barriers and the disconnectivity graph."""
    from homotopy import plots
    from homotopy.cli.census_files import census_of, is_saved
    from homotopy.counting.count import as_landscape
    from homotopy.counting.count import census as count
    from homotopy.graphs import files
    from homotopy.graphs.disconnectivity import measures
    from homotopy.graphs.landscape_graph import graph as graph_of
    from homotopy.graphs.morse import morse_complex
    from homotopy.status import Completeness

    _check_export(export, output)
    check_figures(plot, landscape)
    check_targets(plot, landscape, json_file=json_file)
    if values and is_saved(model):
        raise HomotopyError("--set is given beside a saved census.", "Leave it out, or name the model.")
    what = with_values(model, values)
    saved = census_of(model, seed, index) if is_saved(model) else None
    land = as_landscape(what, seed, index) if saved is None else saved.landscape
    if landscape is not None and not plots.is_two_dimensional(land):
        raise HomotopyError(
            f"--landscape draws two variables, or the sphere in three, and not {land.domain.text}.",
            "Leave it out; --plot draws any graph.",
        )
    with progress_bar():
        found = count(what, seed=seed, index=index) if saved is None else saved
        full = graph_of(found)
        result = full.quotient() if quotient else full
        complex_ = morse_complex(full) if skeleton else None
    if json_file is not None:
        further = {} if complex_ is None else {"complex": complex_.summary()}
        write_json(json_file, {**result.summary(), "measures": measures(result), **further})
    if json_file != "-":
        show_result(result)
        echo(f"  census     {found.completeness}")
        if complex_ is not None:
            show_result(complex_)
    if plot is not None:
        plots.save_figure(plots.draw_disconnectivity(result), plot)
    if landscape is not None:
        plots.save_figure(plots.draw_flows(full), landscape)
    if export is not None and output is not None:
        files.export(result, export, output)
    verdict = found.completeness.verdict
    is_contradicted = result.is_contradicted or (complex_ is not None and complex_.is_contradicted)
    end(
        is_wrong=is_contradicted or verdict is Completeness.CONTRADICTED,
        is_incomplete=not result.is_decided or verdict is Completeness.UNKNOWN,
    )


def _check_export(form: str | None, output: Path | None) -> None:
    """Refuse an export that is not told in full, or could not be written."""
    from homotopy.graphs import files

    if form is None or output is None:
        if form is not None or output is not None:
            raise HomotopyError("An export needs --export and --output.", "Give both: --export graphml --output g.graphml.")
        return
    files.check_target(form, output)
    if form == "graphml":
        check_target(output, is_stream=False)
