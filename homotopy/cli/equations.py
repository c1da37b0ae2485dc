"""The commands about equations of one's own. Registered by :mod:`homotopy.cli`."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from homotopy.cli.output import ExitCode, check_targets, echo, say, say_left_out, show_result, write
from homotopy.common.progress import progress_bar
from homotopy.common.reporting import keeping_found
from homotopy.engines.registry import solver_names
from homotopy.errors import HomotopyError
from homotopy.status import Completeness

if TYPE_CHECKING:
    from polysys.landscape import Landscape
    from polysys.own_equations import Equations

_SAID = 3  # of the last troubles of a solve, where the verdict is unknown


def register(app: typer.Typer) -> None:
    """Add the commands to an application."""
    app.command(short_help="Solve your own equations, with certificates.")(solve)
    app.command(short_help="Certify solutions of other programs.")(certify)


def solve(
    system: Annotated[str, typer.Argument(metavar="FILE", help="A file with one equation a line, or equations with commas between them.")],
    engine: Annotated[str, typer.Option(help=f"{solver_names()}.")] = "auto",
    strategy: Annotated[
        str, typer.Option(help="Start system: auto, polyhedral, multihomogeneous or total-degree.")
    ] = "auto",
    transport: Annotated[str, typer.Option(help="How PHCpack is reached: auto, phcpy or phc.")] = "auto",
    precision: Annotated[str, typer.Option(help="d, dd or qd.")] = "d",
    solver_seed: Annotated[int, typer.Option(help="Seed of the solver's random constants.")] = 0,
    time_limit: Annotated[float, typer.Option(help="Seconds that one round of the solve may take.")] = 3600.0,
    digits: Annotated[int, typer.Option(help="Decimals to which real solutions are enclosed.")] = 15,
    json_file: Annotated[
        str | None, typer.Option("--json", metavar="F", help="Write the result as JSON; - is stdout.")
    ] = None,
    points: Annotated[bool, typer.Option("--points", help="List the solutions, the real ones first.")] = False,
    save: Annotated[Path | None, typer.Option(metavar="F", help="Save the solutions with their certificates.")] = None,
    plot: Annotated[
        Path | None, typer.Option(metavar="F", help="Draw the solutions and, in two unknowns, the curves (.png, .svg, .pdf).")
    ] = None,
) -> None:
    """Find, certify and judge all isolated complex solutions of polynomial equations."""
    from homotopy.counting.solve_equations import solve as solve_equations
    from homotopy.counting.text import solutions_table
    from homotopy.options import Options

    names: Any = {
        "engine": engine,
        "strategy": strategy,
        "transport": transport,
        "precision": precision,
    }  # checked there
    options = Options(**names, time_limit=time_limit, seed=solver_seed, digits=digits)
    if plot is not None:
        from homotopy import plots

        plots.check_path(plot)
        plots.require_matplotlib()
    check_targets(save, plot, json_file=json_file)
    with progress_bar(), keeping_found():
        found = solve_equations(system, options=options)
    if json_file is not None:
        write(json_file, json.dumps(found.summary(), indent=1))
    if json_file != "-":
        show_result(found)
        if points:
            echo("\n" + solutions_table(found))
    if plot is not None:
        plots.save_figure(plots.plot_solutions(found), plot)
    if save is not None:
        left_out = found.save(save)
        say_left_out(save, left_out)
    if found.completeness.verdict is Completeness.CONTRADICTED:
        raise typer.Exit(ExitCode.CHECK_FAILED)
    if found.completeness.verdict is Completeness.UNKNOWN:
        for attempt in found.run.attempts[-_SAID:]:
            say(attempt)
        raise typer.Exit(ExitCode.INCOMPLETE)


def certify(
    system: Annotated[
        str, typer.Argument(metavar="SYSTEM", help="A file of equations, equations:FILE, a model, or a saved census.")
    ],
    points: Annotated[
        Path, typer.Argument(help="A list by Bertini, PHCpack, HomotopyContinuation.jl; JSON, .npy, .npz or CSV.")
    ],
    seed: Annotated[int | None, typer.Option(help="Seed of the disorder, of a model (default: 0).")] = None,
    index: Annotated[int, typer.Option(help="Which sample of the seed, of a model.")] = 0,
    digits: Annotated[int, typer.Option(help="Decimals to which real solutions are enclosed.")] = 15,
    json_file: Annotated[
        str | None, typer.Option("--json", metavar="F", help="Write the result as JSON; - is stdout.")
    ] = None,
) -> None:
    """Say how many of somebody's solutions are certified, distinct, real, double or wrong, and what is missing."""
    from homotopy.counting.files.solution_lists import read_solutions
    from homotopy.counting.given_points import certify as certify_points
    from homotopy.options import Options

    Options(digits=digits)  # refuses what is none
    check_targets(json_file=json_file)
    problem = _problem(system, seed, index)
    given = read_solutions(points)
    with progress_bar():
        report = certify_points(problem, given, digits=digits)
    if json_file is not None:
        write(json_file, json.dumps(report.summary(), indent=1))
    if json_file != "-":
        show_result(report)
    if report.completeness.verdict is Completeness.CONTRADICTED or not report.is_clean or report.n_missing:
        raise typer.Exit(ExitCode.CHECK_FAILED)
    if report.completeness.verdict is Completeness.UNKNOWN:
        raise typer.Exit(ExitCode.INCOMPLETE)


def _problem(system: str, seed: int | None, index: int) -> Landscape | Equations:
    """What a person names: that of a saved census; equations, where it is another file or says so; else a model."""
    from homotopy.cli.census_files import read_saved
    from homotopy.counting.count import as_landscape
    from homotopy.counting.result import Census
    from polysys.own_equations import FAMILY, equations_from_label

    is_label = system.startswith(f"{FAMILY}:") or "=" in system.partition(":")[0]
    is_saved = system.lower().endswith(".json") and not is_label
    is_file = os.path.isfile(system) and not system.lower().endswith(".toml")
    if not (is_label or is_saved or is_file):
        return as_landscape(system, seed, index)
    if seed is not None or index:
        raise HomotopyError("--seed or --index is given beside a file.", "Leave it out.")
    if is_saved:
        saved = read_saved(system)
        return saved.landscape if isinstance(saved, Census) else saved.equations
    return equations_from_label(system)
