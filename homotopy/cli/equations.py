"""The commands about equations of one's own. Registered by :mod:`homotopy.cli`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from homotopy.cli.output import (
    ExitCode,
    check_figures,
    check_targets,
    end,
    give_result,
    refuse_sample,
    say_attempts,
    say_left_out,
)
from homotopy.cli.shared_options import (
    EngineOption,
    JsonOption,
    PrecisionOption,
    SolutionDigitsOption,
    SolverSeedOption,
    TransportOption,
)
from homotopy.cli.values import values_in
from homotopy.common.progress import progress_bar
from homotopy.common.reporting import keeping_found
from homotopy.status import Completeness

if TYPE_CHECKING:
    from polysys.landscape import Landscape
    from polysys.own_equations import Equations


def register(app: typer.Typer) -> None:
    """Add the commands to an application."""
    app.command(short_help="Solve your own equations, with certificates.")(solve)
    app.command(short_help="Certify solutions of other programs.")(certify)


def solve(
    system: Annotated[str, typer.Argument(metavar="FILE", help="A file with one equation a line, or equations with commas between them.")],
    values: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Value of a parameter in the file.")
    ] = None,
    engine: EngineOption = "auto",
    strategy: Annotated[
        str, typer.Option(help="Start system: auto, polyhedral, multihomogeneous or total-degree.")
    ] = "auto",
    transport: TransportOption = "auto",
    precision: PrecisionOption = "d",
    solver_seed: SolverSeedOption = 0,
    time_limit: Annotated[float, typer.Option(help="Seconds that one round of the solve may take.")] = 3600.0,
    digits: SolutionDigitsOption = 15,
    json_file: JsonOption = None,
    points: Annotated[bool, typer.Option("--points", help="List the solutions, the real ones first.")] = False,
    save: Annotated[Path | None, typer.Option(metavar="F", help="Save the solutions with their certificates.")] = None,
    plot: Annotated[
        Path | None, typer.Option(metavar="F", help="Draw the solutions and, in two unknowns, the curves (.png, .svg, .pdf).")
    ] = None,
) -> None:
    """Find, certify and judge all isolated complex solutions of polynomial equations."""
    from homotopy.cli.census_files import draw, print_points
    from homotopy.counting.solve_equations import solve as solve_equations
    from homotopy.options import Options
    from polysys.own_equations_text import equations_from_label

    solver: Any = {"engine": engine, "strategy": strategy, "transport": transport, "precision": precision}  # checked there
    options = Options(**solver, time_limit=time_limit, seed=solver_seed, digits=digits)
    check_figures(plot)
    check_targets(save, plot, json_file=json_file)
    with progress_bar(), keeping_found():
        found = solve_equations(equations_from_label(system, values_in(values)) if values else system, options=options)
    if give_result(found, json_file) and points:
        print_points(found)
    if plot is not None:
        draw(found, plot)
    if save is not None:
        say_left_out(save, found.save(save))
    end(is_wrong=found.completeness.verdict is Completeness.CONTRADICTED)
    if found.completeness.verdict is Completeness.UNKNOWN:
        say_attempts(found.run.attempts)
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
    digits: SolutionDigitsOption = 15,
    json_file: JsonOption = None,
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
    give_result(report, json_file)
    verdict = report.completeness.verdict
    is_wrong = verdict is Completeness.CONTRADICTED or not report.is_clean or bool(report.n_missing)
    end(is_wrong=is_wrong, is_incomplete=verdict is Completeness.UNKNOWN)


def _problem(system: str, seed: int | None, index: int) -> Landscape | Equations:
    """What a person names: that of a saved census; equations, where it is another file or says so; else a model."""
    from homotopy.cli.census_files import read_saved
    from homotopy.counting.count import as_landscape
    from homotopy.counting.result import Census
    from polysys.own_equations import FAMILY
    from polysys.own_equations_text import equations_from_label

    is_label = system.startswith(f"{FAMILY}:") or "=" in system.partition(":")[0]
    is_saved = system.lower().endswith(".json") and not is_label
    is_file = os.path.isfile(system) and not system.lower().endswith(".toml")
    if not (is_label or is_saved or is_file):
        return as_landscape(system, seed, index)
    refuse_sample(seed, index, "a file")
    if is_saved:
        saved = read_saved(system)
        return saved.landscape if isinstance(saved, Census) else saved.equations
    return equations_from_label(system)
