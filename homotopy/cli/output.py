"""What the commands share: exit codes, where they write, refused before any work, and what they say."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from enum import IntEnum
from pathlib import Path
from typing import Any

import typer

from homotopy.common.figures import check_path, require_matplotlib
from homotopy.common.files import reason, write_result
from homotopy.common.sheet import Shown
from homotopy.errors import HomotopyError
from polysys.reading.files import escaped


class ExitCode(IntEnum):
    """How every command ends; the table with examples is docs/commands.md."""

    OK = 0
    CHECK_FAILED = 1  # something was found to be wrong: a contradiction, a damaged record, a failed comparison
    WRONG_INPUT = 2
    ENGINE_MISSING = 3
    INCOMPLETE = 4  # the answer may miss something: an unknown verdict, failed samples, a time limit, a full disk
    INTERRUPTED = 130
    TERMINATED = 143


EXIT_CODES = (
    "Exit codes: 0 ok, 1 a check failed, 2 wrong input, 3 an engine is missing, 4 incomplete, 130 and 143 interrupted "
    "(docs/commands.md)."
)


_SAID = 3  # of the troubles of a solve


def echo(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Print a text; control characters, which a label, a file name or a file may hold, are shown as escapes."""
    typer.echo(escaped(text, keep="\n\t"), err=err, nl=nl)


def show_result(result: object) -> None:
    """Print a result: in colours where standard output is a terminal that has them and NO_COLOR is not set, else as text."""
    if isinstance(result, Shown) and sys.stdout.isatty() and "NO_COLOR" not in os.environ:
        from rich.console import Console

        console = Console(highlight=False)
        if console.color_system is not None:
            console.print(result)
            return
    echo(repr(result))


def give_result(result: Any, json_file: str | None, content: Callable[[], Any] | None = None) -> bool:
    """Write a result as JSON where that is asked for, and print it unless the JSON goes to standard output.

    Parameters
    ----------
    result : a result
    json_file : str or None
        The value of --json.
    content : callable, optional
        What the JSON holds; the result's summary by default.

    Returns
    -------
    bool
        Whether it was printed.
    """
    if json_file is not None:
        write_json(json_file, (content or result.summary)())
    if json_file == "-":
        return False
    show_result(result)
    return True


def end(*, is_wrong: bool, is_incomplete: bool = False) -> None:
    """End the command with the exit code of a wrong, or else of an incomplete result; go on where it is neither."""
    if is_wrong:
        raise typer.Exit(ExitCode.CHECK_FAILED)
    if is_incomplete:
        raise typer.Exit(ExitCode.INCOMPLETE)


def write_json(target: str, content: Any) -> None:
    """Write what JSON can hold to a file, or to standard output where the target is -."""
    write(target, json.dumps(content, indent=1))


def write(target: str, text: str) -> None:
    """Write a text to a file, or to standard output where the target is -."""
    if target == "-":
        echo(text)
        return
    write_result(Path(target), f"{text}\n".encode())


def check_target(target: str | Path | None, *, is_stream: bool = True) -> None:
    """Refuse a place that cannot be written, before the work whose result should go there.

    Parameters
    ----------
    target : path, - or None
        None is passed over.
    is_stream : bool
        Whether - is standard output; elsewhere it is refused, as a name nobody means.

    Raises
    ------
    HomotopyError
    """
    if target is None or (str(target) == "-" and is_stream):
        return
    text, path = str(target), Path(target)
    if text == "-":
        raise HomotopyError("This result does not go to standard output.", "Give the name of a file, or use --json -.")
    if not text or "\0" in text:
        raise HomotopyError("The name of a file to write is empty or unusable.", "Give another name.")
    try:
        if path.is_dir():
            raise HomotopyError(f"{text} is a folder.", "Give the name of a file.")
        if not path.absolute().parent.is_dir():
            raise HomotopyError(f"The folder of {text} does not exist.", "Make it, or choose another place.")
        if path.exists():
            if not is_stream and not path.is_file():
                raise HomotopyError(f"{text} is not a regular file.", "Choose another place.")
            if not os.access(path, os.W_OK) or not (is_stream or os.access(path.absolute().parent, os.W_OK)):
                raise HomotopyError(f"{text} cannot be written (permission denied).", "Choose another place.")
        else:  # permissions, read-only file systems and names that are too long show when a file is made
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            path.unlink()
    except (OSError, ValueError) as error:
        raise HomotopyError(f"{text[:200]} cannot be written ({reason(error)}).", "Choose another place.") from error


def check_targets(*files: str | Path | None, json_file: str | None = None) -> None:
    """Refuse files that could not be written, and one file for two results; only JSON may go to standard output."""
    check_target(json_file)
    for target in files:
        check_target(target, is_stream=False)
    named = [os.path.abspath(t) for t in (*files, json_file) if t is not None and str(t) != "-"]
    for place in named:
        if named.count(place) > 1:
            raise HomotopyError(f"{place} is named for two results.", "Give each its own file.")


def check_figures(*files: Path | None) -> None:
    """Refuse figures that could not be drawn, before the work that they should show."""
    for file in files:
        if file is not None:
            check_path(file)
            require_matplotlib()


def refuse_sample(seed: int | None, index: int, source: str) -> None:
    """Refuse --seed and --index beside what is no model."""
    if seed is not None or index:
        raise HomotopyError(f"--seed or --index is given beside {source}.", "Leave it out.")


def refuse_others(context: typer.Context, flag: str, *used: str) -> None:
    """Refuse what else is given beside a flag that leaves it without effect; the parameters with the names `used` keep theirs."""
    given = [
        p for p in context.command.params
        if p.name not in used and getattr(context.get_parameter_source(str(p.name)), "name", "") == "COMMANDLINE"
    ]  # fmt: skip
    if given:
        names = ", ".join(p.opts[0] if p.opts[0].startswith("-") else p.opts[0].upper() for p in given)
        raise HomotopyError(f"{flag} leaves {names} without effect.", f"Leave out {flag}, or the rest.")


def say(sentence: str) -> None:
    """A message for the person at the terminal."""
    echo(f"stationary: {sentence}", err=True)


def say_attempts(attempts: Sequence[str]) -> None:
    """Say the last troubles of a solve, where its verdict is unknown."""
    for attempt in attempts[-_SAID:]:
        say(attempt)


def say_left_out(file: Path, names: Sequence[str]) -> None:
    """Say what a saved file does not hold, and what that means for `stationary verify`; nothing where it holds all."""
    if names:
        from homotopy.counting.files.derived import left_out_in_words

        say(f"{file} is written without: {left_out_in_words(names)}. Its verdict, and what 'stationary verify' derives, do without it.")
