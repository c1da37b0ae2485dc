"""The commands of the studies, one for each: table, figure, verdicts. Registered by :mod:`homotopy.cli`."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from homotopy.cli.output import check_target, echo, write
from homotopy.cli.run import resumable
from homotopy.errors import HomotopyError
from homotopy.studies.frame.catalogue import STUDIES

if TYPE_CHECKING:
    from homotopy.studies.frame.report import Report

# Minutes of processor time that the presets took, quick and full.
_MINUTES: dict[str, tuple[float, float]] = {
    "agreement": (0.5, 5),
    "archetypes": (2.8, 5),
    "depth": (2, 7),
    "layering": (1.3, 6),
    "assumptions": (1.3, 3),
    "clustering": (0.5, 4),
    "weightspace": (2, 9),
}


def register(app: typer.Typer) -> None:
    """Add a command for each study to an application."""
    for name, summary in STUDIES.items():
        app.command(name, help=_help(name), short_help=summary)(_command(name))


def _help(name: str) -> str:
    minutes = _MINUTES.get(name)
    times = (
        f" It takes about {minutes[0]:g} minutes of one core with --quick, {minutes[1]:g} with --full."
        if minutes
        else ""
    )
    return (
        f"{STUDIES[name]} Writes tables, a figure and verdicts with their tests (docs/studies).{times} Stopped at any moment, the same "
        "command goes on from there."
    )


def _command(name: str) -> Callable[..., None]:
    def command(
        quick: Annotated[bool, typer.Option("--quick", help="The small preset (default).")] = False,
        full: Annotated[bool, typer.Option("--full", help="The large preset.")] = False,
        spec: Annotated[
            Path | None, typer.Option(metavar="F", help="A specification, as a run writes to spec.toml.")
        ] = None,
        output: Annotated[
            Path | None,
            typer.Option(
                metavar="DIR", help="Folder of the run, made with its parents; the same command goes on in it."
            ),
        ] = None,
        seed: Annotated[int | None, typer.Option(help="Another seed than the specification's.")] = None,
        workers: Annotated[int | None, typer.Option(help="Processes (default: one a core; 0: none).")] = None,
        json_file: Annotated[
            str | None, typer.Option("--json", metavar="F", help="Write the report as JSON; - is stdout.")
        ] = None,
    ) -> None:
        from homotopy.studies.frame.study import default_folder, load_study, read_spec, run_study, with_seed

        study = load_study(name)
        if sum((quick, full, spec is not None)) > 1:
            raise HomotopyError("--quick, --full and --spec exclude each other.", "Give one of them.")
        if workers is not None and not 0 <= workers <= 4096:
            raise HomotopyError(f"{workers} is no number of processes.", "Give --workers 2, say, or 0 for none.")
        check_target(json_file)
        chosen = read_spec(study, spec) if spec is not None else study.full if full else study.quick
        if seed is not None:
            chosen = with_seed(chosen, seed)
        folder = default_folder(study, chosen) if output is None else output
        with resumable(lambda: _kept(folder)), _progress() as (say, progress):
            report, files = run_study(study, chosen, folder, workers=workers, say=say, progress=progress)
        if json_file is not None:
            write(json_file, json.dumps(report.to_dict(), indent=1, ensure_ascii=False))
        if json_file != "-":
            _show(report, files, chosen.seed)

    return command


def _kept(folder: Path) -> str:
    return f"what was counted is kept in {folder}." if folder.is_dir() else "nothing was counted yet."


def _show(report: Report, files: tuple[Path, ...], seed: int) -> None:
    """The headlines, the table of verdicts, and where the rest lies."""
    echo(report.to_text())
    page, tables = files[0], [f.name for f in files if f.suffix == ".csv"]
    figure = next((f.name for f in files if f.suffix == ".png"), None)
    echo(
        f"Seed {seed}. Evidence, tables and limits: {page}. Beside it: {', '.join([*tables, *([figure] if figure else [])])}."
    )
    if report.draw is not None and figure is None:
        echo(
            "stationary: There is no figure: it needs matplotlib. Run: pip install 'stationary-points[plot]'", err=True
        )


@contextlib.contextmanager
def _progress() -> Iterator[tuple[Callable[[str], None], Callable[[int, int, int], None]]]:
    """What is done now, and a bar: on stderr, only on a terminal."""
    from tqdm import tqdm

    is_terminal = sys.stderr.isatty()
    with tqdm(total=None, delay=1, leave=False, file=sys.stderr, disable=not is_terminal) as bar:

        def say(sentence: str) -> None:
            bar.reset()
            bar.set_description_str(sentence[:60], refresh=False)

        def progress(done: int, total: int, _failures: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield say, progress
