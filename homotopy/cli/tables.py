"""The commands about reference tables: table list, show, build, verify, diff, export. Registered by :mod:`homotopy.cli`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from homotopy.cli.output import check_target, echo, end, give_result, show_result, write_json
from homotopy.cli.shared_options import JsonOption, RootOption, WorkersOption
from polysys.errors import InputError

TableArgument = Annotated[str, typer.Argument(metavar="LABEL", help="Label of a table, or its folder.")]

tables_app = typer.Typer(
    name="table",
    help="Reference tables: exact counts with certificates.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def register(app: typer.Typer) -> None:
    """Add the commands to an application."""
    app.add_typer(tables_app)
    app.command(short_help="Write a site of tables, censuses and ensembles.")(site)


@tables_app.command("list")
def list_(root: RootOption = None, json_file: JsonOption = None) -> None:
    """List the tables of the catalogue."""
    import msgspec

    from homotopy.tables.format.catalogue import list_tables

    entries = list_tables(root)
    if json_file is not None:
        write_json(json_file, [msgspec.to_builtins(e) for e in entries])
    if json_file != "-":
        width = max((len(e.label) for e in entries), default=0)
        for e in entries:
            echo(f"{e.label:{width}}  {e.n_rows:6} rows  {e.n_certificates:5} certificates  {e.title}")
        echo(f"{len(entries)} tables, {sum(e.bytes for e in entries) / 1e6:.2f} MB")


@tables_app.command()
def show(
    table: TableArgument,
    index: Annotated[bool, typer.Option("--index", help="Mean counts by Morse index.")] = False,
    model: Annotated[str | None, typer.Option(metavar="LABEL", help="Of this model alone.")] = None,
    root: RootOption = None,
    json_file: JsonOption = None,
) -> None:
    """Say what a table holds, with the mean counts of its models."""
    from homotopy.tables.summary import describe, summary
    from homotopy.tables.table import load_table

    found = load_table(table, root)
    if json_file is not None:
        write_json(json_file, summary(found, model=model))
    if json_file != "-":
        echo(describe(found, by_index=index, model=model))


@tables_app.command()
def build(
    spec: Annotated[Path, typer.Argument(help="A table's spec.toml.")],
    into: Annotated[Path, typer.Option(metavar="DIR", help="The data folder: receives tables/ and CATALOG.json.")],
    work: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where samples are kept, so that an interrupted build goes on.")
    ] = None,
    workers: WorkersOption = None,
) -> None:
    """Build a table from its specification; the same command goes on where it stopped."""
    from homotopy.tables.build import build as build_table
    from homotopy.tables.table import load_table

    folder = build_table(spec, into, work=work, workers=workers, say=_say)
    show_result(load_table(folder))


@tables_app.command()
def verify(
    labels: Annotated[
        list[str] | None, typer.Argument(metavar="[LABEL]..", help="Labels or folders (default: all).")
    ] = None,
    overall: Annotated[
        bool, typer.Option("--overall", help="Files, schema, numbers of rows and catalogue only.")
    ] = False,
    fast: Annotated[bool, typer.Option("--fast", help="Also every row on its own (the default).")] = False,
    slow: Annotated[
        float | None,
        typer.Option(metavar="FRACTION", help="Also prove this fraction of the rows again, without a solver."),
    ] = None,
    replay: Annotated[int | None, typer.Option(metavar="K", help="Also count K rows from scratch.")] = None,
    seed: Annotated[int, typer.Option(help="Which rows --slow and --replay take.")] = 0,
    root: RootOption = None,
    json_file: JsonOption = None,
) -> None:
    """Recheck tables."""
    from homotopy.counting.files.verification import Check, VerificationReport
    from homotopy.errors import TableError
    from homotopy.tables.format.catalogue import list_tables
    from homotopy.tables.table import load_table

    check_target(json_file)
    if overall + fast + (slow is not None) > 1:
        raise InputError("--overall, --fast and --slow exclude each other.", "Give one of them.")
    speed = "overall" if overall else "fast" if slow is None else "slow"
    reports = []
    for label in labels or [e.label for e in list_tables(root)]:
        try:
            table = load_table(label, root)
        except TableError as error:
            if labels:
                raise
            found = [
                VerificationReport(label, (Check("files", False, str(error)),))
            ]  # the other tables are checked all the same
        else:
            found = [table.verify(speed, fraction=0.05 if slow is None else slow, seed=seed)]
            if replay is not None:
                found.append(table.replay(replay, seed=seed))
        reports += found
        if json_file != "-":
            for report in found:
                show_result(report)
    if json_file is not None:
        write_json(json_file, [{"table": r.path, "ok": r.is_ok, "checks": checks_of(r)} for r in reports])
    end(is_wrong=not all(r.is_ok for r in reports))


@tables_app.command()
def diff(
    first: TableArgument,
    second: TableArgument,
    root: RootOption = None,
    json_file: JsonOption = None,
) -> None:
    """Say how two tables differ, row by row; exit code 1 if their rows do."""
    from homotopy.tables.diff import diff as compare
    from homotopy.tables.table import load_table

    check_target(json_file)
    found = compare(load_table(first, root), load_table(second, root))
    give_result(found, json_file, found.to_dict)
    end(is_wrong=not found.is_empty)


@tables_app.command()
def export(
    table: TableArgument,
    output: Annotated[Path, typer.Option(metavar="F", help="A .csv, .json or .parquet file.")],
    root: RootOption = None,
) -> None:
    """Write a table's rows for other programs."""
    from homotopy.tables.export import check_target
    from homotopy.tables.export import export as write_table
    from homotopy.tables.table import load_table

    check_target(output)
    write_table(load_table(table, root), output)


@tables_app.command()
def schema() -> None:
    """Print the JSON Schema of table.json."""
    from homotopy.tables.format.description import schema as of_tables

    echo(json.dumps(of_tables(), indent=1))


def site(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="An empty or new folder, or an earlier site, which is replaced.")
    ],
    sources: Annotated[
        list[Path] | None,
        typer.Option(
            "--from",
            metavar="FOLDER",
            help="Show the saved censuses, ensembles and tables in it too (may be repeated).",
        ),
    ] = None,
    no_tables: Annotated[bool, typer.Option("--no-tables", help="Leave out the reference tables.")] = False,
    prove: Annotated[
        bool,
        typer.Option(
            "--prove",
            help="Prove all rows with certificates again, and show the energies of their points (half a minute).",
        ),
    ] = False,
    root: RootOption = None,
) -> None:
    """Write pages that show tables, censuses and ensembles in a browser: searched and filtered without a server or a network."""
    from homotopy.tables.site.build import build_site

    if no_tables and (root is not None or prove):
        raise InputError(f"--no-tables and {'--prove' if prove else '--root'} exclude each other.", "Give one of them.")
    say = _say if prove else None
    report = build_site(folder, sources or (), root=root, has_tables=not no_tables, is_proving=prove, say=say)
    show_result(report)
    end(is_wrong=False, is_incomplete=bool(report.unreadable))


def checks_of(report: Any) -> list[dict[str, Any]]:
    """The checks of a report of verification, as --json writes them."""
    return [{"name": c.name, "ok": c.is_ok, "detail": c.detail} for c in report.checks]


def rechecker(file: Path) -> Callable[[Path], Any] | None:
    """What rechecks the folder of a table, its zip archive, or the file of a row; None for other files."""
    if os.path.isdir(file):
        from homotopy.tables.table import load_table

        return lambda folder: load_table(folder).verify("fast")
    if file.suffix.lower() == ".zip":
        return _verify_archive
    from homotopy.tables.format.row_head import is_row_file

    if not is_row_file(file):
        return None
    from homotopy.tables.row_files import verify_row

    return verify_row


def _verify_archive(file: Path) -> Any:
    from homotopy.tables.archive import unpacked

    with unpacked(file) as table:
        return table.verify("fast")


def _say(sentence: str) -> None:
    echo(f"stationary: {sentence}", err=True)
    sys.stderr.flush()
