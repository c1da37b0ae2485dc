"""The commands about one landscape, and what all commands hang on."""

from __future__ import annotations

import gc
import json
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from homotopy.cli import (
    census_files,
    ensembles,
    equations,
    estimators,
    graphs,
    predict,
    scans,
    studies,
    tables,
    weights,
)
from homotopy.cli.census_files import show_bounds
from homotopy.cli.output import (
    EXIT_CODES,
    ExitCode,
    check_figures,
    check_target,
    check_targets,
    echo,
    end,
    give_result,
    refuse_others,
    say_attempts,
    say_left_out,
    show_result,
    write_json,
)
from homotopy.cli.run import run
from homotopy.cli.shared_options import (
    EngineOption,
    IndexOption,
    JsonOption,
    PrecisionOption,
    SeedOption,
    SolverSeedOption,
    TransportOption,
)
from homotopy.cli.values import SetOption, with_values
from homotopy.common.progress import progress_bar
from homotopy.common.reporting import keeping_found
from homotopy.engines.registry import ENGINES
from homotopy.errors import HomotopyError
from homotopy.status import Completeness

if TYPE_CHECKING:  # commands import what they need, so that each starts fast
    from homotopy.completeness.exclusion.proof import RealProof
    from homotopy.counting.cross_checks import CrossCheck
    from homotopy.counting.result import Census

app = typer.Typer(
    name="stationary",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

ModelArgument = Annotated[
    str, typer.Argument(help="A label such as spherical-p-spin:n=6,p=3, a .toml file, a polynomial or a file with one.")
]


def _version(is_wanted: bool) -> None:
    if is_wanted:
        from homotopy.common.provenance import producer

        echo(producer())
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_version, help="Print the version and exit.")
    ] = False,
) -> None:
    """Count the stationary points of small polynomial loss landscapes exactly, and say how sure the count is."""


@app.command(short_help="List the families and their labels.")
def models() -> None:
    """List the families, the sizes they take and the grammar of their labels."""
    from polysys.models.labels import DISCRETE_FAMILIES, FAMILIES

    for family in (*FAMILIES.values(), *DISCRETE_FAMILIES.values()):
        echo(
            f"{family.name}\n    {family.summary}\n    {family.grammar}\n    sizes: {family.sizes}\n    example: {family.example}\n"
        )
    echo(
        "expression\n    your own polynomial potential, in quotes or from a text file\n    'x^4 - x^2*y + y^2', 'domain: sphere; x*y*z', FILE or expression:FILE\n"
        "    sizes: at most 64 variables, powers up to 1000, a file of at most 1 MB\n"
        "    file: optional lines 'domain: sphere' or 'domain: x^2 + y^2 = 1', 'variables: x y', 'parameters: a = 1/2', then the polynomial\n\n"
        "Equations without a potential are solved by 'stationary solve FILE': one a line, after the same optional lines.\n\n"
        'A label may also stand in a .toml file: model = "deep-linear", widths = [2, 2, 2], .. (docs/models.md).'
    )


@app.command(short_help="Count one landscape, with certificates.")
def count(
    context: typer.Context,
    model: ModelArgument,
    values: SetOption = None,
    seed: SeedOption = None,
    index: IndexOption = 0,
    engine: EngineOption = "auto",
    strategy: Annotated[
        str, typer.Option(help="Start system: auto, fermat, polyhedral, multihomogeneous or total-degree.")
    ] = "auto",
    transport: TransportOption = "auto",
    precision: PrecisionOption = "d",
    solver_seed: SolverSeedOption = 0,
    time_limit: Annotated[
        float, typer.Option(help="Seconds that one round of the solve, the real proof or a cross-check may take.")
    ] = 3600.0,
    digits: Annotated[int, typer.Option(help="Decimals to which real points are enclosed.")] = 15,
    prove_real: Annotated[
        bool, typer.Option("--prove-real", help="Exclude every other real point by interval branch and bound.")
    ] = False,
    json_file: JsonOption = None,
    points: Annotated[bool, typer.Option("--points", help="List the points: index, energy, coordinates.")] = False,
    save: Annotated[Path | None, typer.Option(metavar="F", help="Save the census with its certificates.")] = None,
    plot: Annotated[Path | None, typer.Option(metavar="F", help="Draw the census (.png, .svg, .pdf).")] = None,
    cross_check: Annotated[bool, typer.Option("--cross-check", help="Hold the census against other programs.")] = False,
    against: Annotated[
        str | None,
        typer.Option(help=f"Which, for --cross-check: second-run, {', '.join(ENGINES)} [msolve,second-run]."),
    ] = None,
    bounds: Annotated[
        bool,
        typer.Option("--bounds", help="Count nothing: proved bounds, paths, estimated time and memory of each engine."),
    ] = False,
) -> None:
    """Find, certify and classify all stationary points of one landscape."""
    if bounds:
        refuse_others(context, "--bounds", "bounds", "model", "values", "seed", "index", "json_file")
        show_bounds(with_values(model, values), seed, index, json_file)
        return
    from homotopy.counting.count import census
    from homotopy.options import Options

    solver: Any = {"engine": engine, "strategy": strategy, "transport": transport, "precision": precision}  # checked there
    options = Options(**solver, time_limit=time_limit, seed=solver_seed, digits=digits)
    check_figures(plot)
    check_targets(save, plot, json_file=json_file)
    checks = _checks_to_make(cross_check, against)
    with progress_bar(), keeping_found():
        found = census(with_values(model, values), seed=seed, index=index, options=options)
    if json_file != "-":
        show_result(found)  # before what may take longer than the census
    with progress_bar(), keeping_found():
        result, proof = _with_real_proof(found, time_limit) if prove_real else (found, None)
        checked = _cross_checked(result, checks, time_limit) if checks else None
    additions = {name: what for name, what in (("real_proof", proof), ("cross_check", checked)) if what is not None}
    if json_file is not None:
        write_json(json_file, {**result.summary(), **{name: what.summary() for name, what in additions.items()}})
    if json_file != "-":
        _show_additions(result, additions)
        if points:
            census_files.print_points(result)
    if plot is not None:
        census_files.draw(result, plot)
    if checked is not None and checked.is_contradicted:
        if save is not None:
            echo(f"stationary: {save} is not written: the cross-check disagrees.", err=True)
        raise typer.Exit(ExitCode.CHECK_FAILED)
    if save is not None:
        say_left_out(save, result.save(save))  # an interval search is repeated by verify
    verdict = (result if checked is None else checked).completeness.verdict
    end(is_wrong=verdict is Completeness.CONTRADICTED, is_incomplete=any(what.stopped for what in additions.values()))
    if verdict is Completeness.UNKNOWN:
        say_attempts(result.run.attempts)
        raise typer.Exit(ExitCode.INCOMPLETE)


def _show_additions(census: Census, additions: dict[str, Any]) -> None:
    """The real proof and the cross-check, and the verdict of the census with the proof where nothing else says it."""
    from homotopy.counting.sheets import completeness_lines

    for what in additions.values():
        show_result(what)
    if list(additions) == ["real_proof"]:
        echo("\n".join(line.as_text() for line in completeness_lines(census.completeness)))


def _checks_to_make(is_asked: bool, against: str | None) -> list[str]:
    """The names of the programs that a census is held against, each of which is there; none without --cross-check."""
    if against is not None and not is_asked:
        raise HomotopyError("--against is given without --cross-check.", "Add --cross-check.")
    checks = [name.strip() for name in ("msolve,second-run" if against is None else against).split(",")]
    if not is_asked:
        return []
    from homotopy.counting import cross_checks

    cross_checks.require(checks)
    return checks


def _cross_checked(census: Census, checks: list[str], time_limit: float) -> CrossCheck:
    from homotopy.counting import cross_checks

    return cross_checks.cross_check(census, checks, time_limit=time_limit)


@app.command(short_help="Decompose stationary points that form sets.")
def sets(
    model: ModelArgument,
    values: SetOption = None,
    seed: SeedOption = None,
    index: IndexOption = 0,
    top: Annotated[
        int | None, typer.Option(help="A known upper bound on the dimension: the smaller, the faster.")
    ] = None,
    runs: Annotated[int, typer.Option(help="Independent runs of PHCpack that must agree.")] = 2,
    transport: TransportOption = "auto",
    precision: PrecisionOption = "d",
    solver_seed: SolverSeedOption = 0,
    time_limit: Annotated[float, typer.Option(help="Seconds that one call of the engine may take.")] = 3600.0,
    json_file: JsonOption = None,
) -> None:
    """Decompose all stationary points: sets with dimension and degree, isolated points with multiplicity."""
    from homotopy.counting.degenerate.decompose import stationary_sets
    from homotopy.options import Options

    names: Any = {"transport": transport, "precision": precision}  # checked there
    options = Options(**names, time_limit=time_limit, seed=solver_seed)
    check_target(json_file)
    with progress_bar(), keeping_found():
        found = stationary_sets(with_values(model, values), seed=seed, index=index, top=top, n_runs=runs, options=options)
    give_result(found, json_file)
    end(is_wrong=False, is_incomplete=not found.is_decided)


@app.command(short_help="Recheck a saved census.")
def verify(
    file: Annotated[
        Path,
        typer.Argument(help="What 'count --save' or 'solve --save' wrote, a table's folder or zip archive, or a row's file."),
    ],
    json_file: Annotated[
        str | None, typer.Option("--json", metavar="F", help="Write the checks as JSON; - is stdout.")
    ] = None,
) -> None:
    """Recheck a saved census from its exact system, without any solver; or the rows of a table, or one of them."""
    from homotopy.counting.files.recheck import verify as recheck
    from homotopy.counting.files.verification import VerificationReport

    check_target(json_file)
    with progress_bar():
        report = (tables.rechecker(file) or recheck)(file)

    def content() -> dict[str, Any]:
        said: dict[str, Any] = {"file": str(file), "ok": report.is_ok, "checks": tables.checks_of(report)}
        if isinstance(report, VerificationReport):
            said["stated"] = None if report.stated is None else report.stated.value
            said["derived"] = None if report.derived is None else report.derived.verdict.value
        return said

    give_result(report, json_file, content)
    end(is_wrong=not report.is_ok, is_incomplete=isinstance(report, VerificationReport) and report.rests_on_paths)


@app.command(short_help="Print the schema of census files, or of files of estimates.")
def schema(
    of: Annotated[str, typer.Argument(metavar="[census|estimates]", help="Which files.")] = "census",
) -> None:
    """Print the JSON Schema of census files, or of the files of estimates that compare takes."""
    if of not in ("census", "estimates"):
        raise HomotopyError(
            f"There is no schema of {of[:40]!r}.", "Choose census or estimates; for tables: table schema."
        )
    module = import_module("homotopy.counting.files.schema" if of == "census" else "homotopy.estimators.files")
    echo(json.dumps(module.schema(), indent=1))


@app.command(short_help="Test engines and libraries.")
def doctor() -> None:
    """Say which engines and libraries are present, and test them."""
    from homotopy.cli.doctor import examine

    findings = examine()
    for finding in findings:
        echo(f"{finding.word:7} {finding.name}: {finding.detail}")
    if any(f.word == "missing" for f in findings if f.is_needed):
        raise typer.Exit(ExitCode.ENGINE_MISSING)


@app.command(short_help="Count and draw five landscapes.")
def demo(
    figure: Annotated[Path, typer.Option(help="Where the figure goes.")] = Path("demo.png"),
) -> None:
    """Count five small landscapes completely and draw them."""
    from homotopy.cli.demo import run as run_demo

    check_target(figure, is_stream=False)
    results = run_demo(figure, echo)
    end(is_wrong=any(r.completeness.verdict not in (Completeness.PROVED, Completeness.SUPPORTED) for r in results))


census_files.register(app)
equations.register(app)
ensembles.register(app)
graphs.register(app)
scans.register(app)
weights.register(app)
predict.register(app)
tables.register(app)
estimators.register(app)
studies.register(app)


def _with_real_proof(census: Census, time_limit: float) -> tuple[Census, RealProof]:
    from homotopy.counting.real_proof import prove_real, with_real_proof

    proof = prove_real(census, time_limit=time_limit)
    return with_real_proof(census, proof), proof


def main_app() -> None:
    """Run the command that `sys.argv` asks for, and end the process with its exit code."""
    code = int(run(app, sys.argv[1:]))
    gc.freeze()  # else leaving takes a third of a second: a last look through all that was loaded
    sys.exit(code)
