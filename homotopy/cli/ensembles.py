"""The commands about ensembles: ensemble, status, merge. Registered by :mod:`homotopy.cli`."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping
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
    say,
    show_result,
    write_json,
)
from homotopy.cli.run import resumable
from homotopy.cli.shared_options import JsonOption, ModelSeedOption, WorkersOption
from homotopy.engines.registry import solver_names
from homotopy.errors import HomotopyError, StoreWriteError, WorkerStartError
from polysys.errors import InputError

if TYPE_CHECKING:
    from homotopy.ensembles.spec import EnsembleSpec

StoreArgument = Annotated[Path, typer.Argument(help="The folder of an ensemble.")]


def register(app: typer.Typer) -> None:
    """Add the commands to an application."""
    app.command(short_help="Count many samples, resumably.")(ensemble)
    app.command(short_help="Say what an ensemble's folder holds.")(status)
    app.command(short_help="Put shards of an ensemble together.")(merge)


def ensemble(
    model: Annotated[
        str, typer.Argument(help="A label such as spherical-p-spin:n=6,p=3, a model's .toml, or a spec .toml.")
    ],
    store: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder of the records; what it holds is not computed again.")
    ],
    samples: Annotated[int | None, typer.Option(metavar="K", help="Number of samples.")] = None,
    seed: ModelSeedOption = None,
    workers: WorkersOption = None,
    dask: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Use the workers of this Dask scheduler.")] = None,
    shard: Annotated[str | None, typer.Option(metavar="k/K", help="Only the k-th of K equal parts, k from 1.")] = None,
    points: Annotated[bool, typer.Option("--points", help="Keep the coordinates of all points.")] = False,
    timeout: Annotated[
        float | None, typer.Option(help="Seconds after which a sample is recorded as failed [600].")
    ] = None,
    engine: Annotated[str | None, typer.Option(help=f"{solver_names()}.")] = None,
    solver_seed: Annotated[int | None, typer.Option(help="Seed of the solver's random constants.")] = None,
    chunk: Annotated[int | None, typer.Option(help="Samples in a file of a new store.")] = None,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Count failed samples again.")] = False,
    compare: Annotated[
        str | None,
        typer.Option(
            metavar="F",
            help="Compare with predicted means, a JSON or CSV file or 'theory', and end with exit code 1 if they deviate; without it theory's are printed where known.",
        ),
    ] = None,
    plot: Annotated[Path | None, typer.Option(metavar="F", help="Draw the ensemble (.png, .svg, .pdf).")] = None,
    json_file: JsonOption = None,
) -> None:
    """Count many samples of a model, certified, in parallel; the same command goes on where it stopped."""
    from homotopy.ensembles.run import ensemble as run_ensemble

    spec = _spec(model, samples, seed, points, timeout, engine, solver_seed)
    check_figures(plot)
    check_targets(plot, json_file=json_file)
    predictions = _predictions(compare, spec.model)
    part = _shard(shard)
    with _resumable(store, spec.samples), _progress() as report:
        result = run_ensemble(
            spec, store=store, workers=workers, dask=dask, shard=part, chunk=chunk, retry_failed=retry_failed,
            progress=report, say=say,
        )  # fmt: skip
    if result.n_missing:
        _report_part(result, part, json_file)
        return
    _report(result, predictions, plot, json_file, is_asked=compare is not None)


def _spec(
    model: str, samples: int | None, seed: int | None, points: bool, timeout: float | None, engine: str | None, solver_seed: int | None
) -> EnsembleSpec:
    """The specification in a file, beside which nothing of it is given; or that of a model with these options."""
    from homotopy.ensembles.spec import EnsembleSpec, is_spec_file, read_spec
    from homotopy.options import Options
    from polysys.models.labels import model_from_label

    if is_spec_file(model):
        given = {"samples": samples, "seed": seed, "engine": engine, "solver-seed": solver_seed, "timeout": timeout}
        for name, value in given.items():
            if value is not None:
                raise InputError(f"--{name} is given beside the specification {model}.", "Change it in the file.")
        if points:
            raise InputError(f"--points is given beside the specification {model}.", "Write points = true in the file.")
        return read_spec(model)
    found = model_from_label(model)  # first: a file that cannot be read has no samples either
    if samples is None:
        raise InputError("The number of samples is missing.", "Give --samples 1000, say.")
    options = Options(engine=engine or "auto", seed=solver_seed or 0)
    which = found.default_seed if seed is None else seed
    if samples > 1 and found.sample(which, 0).digest == found.sample(which, 1).digest:
        say(f"Nothing in {found.label} is random: all samples are one landscape, which 'stationary count' counts.")
    return EnsembleSpec(found.label, samples, which, points, 600.0 if timeout is None else timeout, options)


def status(folder: StoreArgument, json_file: JsonOption = None) -> None:
    """Say what an ensemble's folder holds: done, missing, damaged, failed. Every record is checked."""
    from homotopy.ensembles.store.store import open_store, record_digest, sealed_digest

    check_target(json_file)
    store = open_store(folder)
    state = store.scan()
    total = store.spec.samples
    stated = sealed_digest(store)
    found = record_digest(store) if state.n_samples == total and not state.damaged else None
    content: dict[str, Any] = {
        "store": str(folder),
        "spec": store.spec.to_dict(),
        "samples": total,
        "done": state.n_samples,
        "missing": total - state.n_samples,
        "failed": state.n_failed,
        "damaged": {store.file(chunk).name: what for chunk, what in sorted(state.damaged.items())},
        "digest": found,
        "stated_digest": stated,
    }
    is_altered = found is not None and stated is not None and found != stated
    if json_file is not None:
        write_json(json_file, content)
    if json_file != "-":
        echo(
            f"Store {folder}: {store.spec.model}, seed {store.spec.seed}\n"
            f"  done       {state.n_samples} of {total} samples, {state.n_failed} of them failed\n"
            f"  files      {len(state.sound)} sound, {len(state.damaged)} damaged, "
            f"{len(store.chunks) - len(state.sound) - len(state.damaged)} missing; {store.chunk} samples each"
        )
        for name, what in list(content["damaged"].items())[:5]:
            echo(f"  damaged    {name} {what}")
        if found is not None:
            echo(f"  digest     {found}")
        if stated is not None and found != stated:
            echo(f"  stated     {stated} when the store was last complete: the records are not those now")
    end(is_wrong=bool(state.damaged) or is_altered, is_incomplete=state.n_samples < total or bool(state.n_failed))


def merge(
    sources: Annotated[list[Path], typer.Argument(help="Folders of shards.")],
    into: Annotated[Path, typer.Option(metavar="DIR", help="The folder that receives all records.")],
    json_file: JsonOption = None,
) -> None:
    """Put the records of several folders of one specification together, every one checked."""
    from homotopy.ensembles.store.merge import merge as merge_stores

    report = merge_stores(sources, into, say=say)
    give_result(report, json_file, report.to_dict)
    end(is_wrong=False, is_incomplete=bool(report.n_missing))


def _report(result: Any, predictions: Any, plot: Path | None, json_file: str | None, *, is_asked: bool) -> None:
    from homotopy.ensembles.comparison import compare

    comparison = None if predictions is None else compare(result, predictions)
    if plot is not None:
        from homotopy import plots

        plots.save_figure(plots.plot_ensemble(result, prediction=predictions), plot)
    extra = {} if comparison is None else {"comparison": comparison.to_dict()}
    if give_result(result, json_file, lambda: {**result.summary(), **extra}):
        for sample, (_, text) in sorted(result.failures.items())[:5]:
            echo(f"  failed     sample {sample}: {text}")
        if len(result.failures) > 5:
            echo(f"  failed     {len(result.failures) - 5} more; see 'failure' in the records")
        if comparison is not None:
            show_result(comparison)
    verdicts = result.count_verdicts()
    deviates = is_asked and comparison is not None and not comparison.is_consistent
    end(is_wrong=bool(verdicts["contradicted"]) or deviates, is_incomplete=bool(result.failures or verdicts["unknown"]))


def _report_part(result: Any, part: tuple[int, int], json_file: str | None) -> None:
    """One shard says what it did, and no statistics: the others are missing."""
    content = {
        "shard": f"{part[0]}/{part[1]}", "n_samples": result.n_samples, "n_missing": result.n_missing,
        "n_failed": len(result.failures), "store": str(result.store.path),
    }  # fmt: skip
    if json_file is not None:
        write_json(json_file, content)
    if json_file != "-":
        echo(
            f"Shard {part[0]} of {part[1]} is done: {result.store.path} holds {result.n_samples} of {result.n_planned} "
            f"samples, {len(result.failures)} of them failed."
        )


def _predictions(chosen: str | None, label: str) -> Any:
    from polysys import theory
    from polysys.models.labels import model_from_label

    if chosen not in (None, "theory"):
        from homotopy.ensembles.comparison import read_predictions

        predicted = read_predictions(str(chosen))
        most = model_from_label(label).domain.dimension
        if isinstance(predicted, Mapping) and not all(0 <= k <= most for k in predicted):
            raise InputError(f"{chosen} predicts an index outside 0 .. {most}.", "Leave it out.")
        return predicted
    model = model_from_label(label)
    if chosen is None and not theory.has_mean_counts(model):
        return None
    return theory.mean_counts(model)


def _shard(text: str | None) -> tuple[int, int]:
    if text is None:
        return 1, 1
    k, slash, of = text.partition("/")
    if not slash or not k.isascii() or not k.isdigit() or not of.isascii() or not of.isdigit() or len(text) > 20:
        raise InputError(f"The shard {text[:40]!r} cannot be read.", "Write --shard 1/4, .., 4/4.")
    if not 1 <= int(k) <= int(of):
        raise InputError(f"There is no shard {text}.", "Write --shard 1/4, .., 4/4.")
    return int(k), int(of)


@contextlib.contextmanager
def _resumable(store: Path, total: int) -> Iterator[None]:
    """Ctrl-C, SIGTERM, a full disk and lost workers end the run with what is kept and how to go on; no traceback."""
    try:
        with resumable(lambda: _kept(store, total)):
            yield
    except (StoreWriteError, WorkerStartError) as error:
        say(f"{error.what} {_kept(store, total)} {error.way_out}")
        raise typer.Exit(ExitCode.INCOMPLETE) from None


def _kept(store: Path, total: int) -> str:
    from homotopy.ensembles.store.store import open_store

    try:
        place = open_store(store)
    except HomotopyError:
        return f"{store} holds no samples yet."
    done = sum(len(chunk.samples) for chunk in place.chunks if place.has(chunk))
    return f"{done} of {total} samples are kept in {store}."


@contextlib.contextmanager
def _progress() -> Iterator[Any]:
    """A progress bar on stderr, only on a terminal and only after a second."""
    from tqdm import tqdm

    with tqdm(
        total=None, unit=" samples", delay=1, leave=False, file=sys.stderr, disable=not sys.stderr.isatty()
    ) as bar:

        def report(done: int, total: int, failures: int) -> None:
            if bar.total is None:
                bar.total, bar.initial, bar.n = total, done, done
            if failures:
                bar.set_postfix_str(f"{failures} failed", refresh=False)
            bar.update(done - bar.n)

        yield report
