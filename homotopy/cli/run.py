"""How a command is started and how it ends: one sentence on stderr and an exit code, never a traceback for a user's mistake."""

from __future__ import annotations

import contextlib
import copy
import re
import signal
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import typer

from homotopy.cli import interrupt, last_line
from homotopy.cli.output import ExitCode, echo, say
from homotopy.cli.parameters import read_plainly
from homotopy.common.files import reason
from homotopy.errors import EngineCrashError, EngineEmptyError, EngineMissingError, EngineTimeoutError, StartSetError
from polysys.errors import PolysysError

NAME = "stationary"
# typer brings its own copy of click, or uses the one installed; this is the base of its errors either way
_UsageError: Any = typer.BadParameter.__mro__[1]
_CommandError: Any = _UsageError.__mro__[1]
_UNFINISHED = (EngineTimeoutError, EngineCrashError, EngineEmptyError, StartSetError)
_KINDS = {
    "valid integer": "a whole number",
    "as an integer": "a whole number",
    "valid number": "a number",
    "valid float": "a number",
}


class Terminated(BaseException):
    """SIGTERM, which a batch system sends some time before it kills."""


def run(app: typer.Typer, arguments: Sequence[str]) -> int:
    """Run a command and return its exit code."""
    before = warnings.showwarning
    warnings.showwarning = _warn
    try:
        interrupt.ready()
        with _termination():
            return _run(app, arguments)
    finally:
        warnings.showwarning = before


def _run(app: typer.Typer, arguments: Sequence[str]) -> int:
    """Not through typer's own entry, which swallows Ctrl-C and draws boxes."""
    command: Any = typer.main.get_group(_with_one(app, arguments))
    read_plainly(command)
    try:
        with command.make_context(NAME, list(arguments) or ["--help"]) as context:
            command.invoke(context)
    except typer.Exit as end:
        return int(end.exit_code)
    except _CommandError as error:
        named = arguments[:1] if arguments[:1] and arguments[0] in command.commands else ()
        return _usage(error, " ".join((NAME, *named)))
    except EngineMissingError as error:
        say(str(error))
        return ExitCode.ENGINE_MISSING
    except _UNFINISHED as error:
        say(str(error))
        return ExitCode.INCOMPLETE
    except PolysysError as error:
        say(str(error))
        return ExitCode.WRONG_INPUT
    except MemoryError:
        say("The memory of this machine does not suffice. Choose a smaller size.")
        return ExitCode.INCOMPLETE
    except ImportError as error:  # for want of memory, or because an installation is damaged
        return _unloaded(error)
    except (KeyboardInterrupt, typer.Abort):
        say("Interrupted; no result was written.")
        return ExitCode.INTERRUPTED
    except Terminated:
        say("Terminated; no result was written.")
        return ExitCode.TERMINATED
    except BrokenPipeError:
        with contextlib.suppress(OSError):
            sys.stderr.close()  # the reader of our output has gone; there is nobody to tell
    except OSError as error:
        if error.errno is None:  # not of the system: what ctypes says of a library
            return _unloaded(error)
        # a disk, or the standard output, that is full or gone
        say(f"The result cannot be written ({reason(error)}). Free some space, or choose another place.")
        return ExitCode.INCOMPLETE
    return ExitCode.OK


def _with_one(app: typer.Typer, arguments: Sequence[str]) -> typer.Typer:
    """The application with none but the command that is asked for: reading the signatures of all takes a twentieth of a second."""
    if not arguments:
        return app
    named = [c for c in app.registered_commands if arguments[0] == typer.main.get_command_name(c.name or _name_of(c.callback))]
    groups = [g for g in app.registered_groups if g.typer_instance and arguments[0] == g.typer_instance.info.name]
    if not named and not groups:
        return app
    one = copy.copy(app)
    one.registered_commands, one.registered_groups = named, groups
    return one


def _name_of(callback: Any) -> str:
    return "" if callback is None else str(callback.__name__)


def _unloaded(error: Exception) -> int:
    say(f"A library cannot be loaded ({last_line(error)}). Free some memory, or install the software again.")
    return ExitCode.INCOMPLETE


def _usage(error: Any, command: str) -> int:
    """A mistake in the arguments, in one sentence and a way out; not every error knows its own command."""
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError" and context is not None:
        echo(context.get_help())
        return ExitCode.WRONG_INPUT
    path = context.command_path if context is not None else command
    what = " ".join(str(error.format_message()).split()).rstrip(".")
    options = getattr(getattr(error, "param", None), "opts", ())
    for words, kind in _KINDS.items():
        if options and words in what:
            what = f"The value of {max(options, key=len)} is not {kind}"
    hint = " An argument with blanks or brackets stands in quotes: 'x^2 + y^2 = 4, x*y = 1'." if "extra argument" in what else ""
    if re.search("No such option: -[^-]", what):
        hint = f" A polynomial that begins with a minus sign stands after two of them: {path} -- '-x^2 + x^4'."
    say(f"{what}{'' if what.endswith('?') else '.'}{hint} See '{path} --help'.")
    return ExitCode.WRONG_INPUT


def _warn(message: Warning | str, *_: Any, **__: Any) -> None:
    say(str(message))


@contextlib.contextmanager
def resumable(kept: Callable[[], str]) -> Iterator[None]:
    """Ctrl-C and SIGTERM end what can be resumed with a sentence on what is kept, and how to go on."""
    try:
        yield
    except (KeyboardInterrupt, Terminated) as error:
        is_key = isinstance(error, KeyboardInterrupt)
        say(f"{'Interrupted' if is_key else 'Terminated'}; {kept()} The same command goes on from there.")
        raise typer.Exit(ExitCode.INTERRUPTED if is_key else ExitCode.TERMINATED) from None


@contextlib.contextmanager
def _termination() -> Iterator[None]:
    """Let SIGTERM end a command as Ctrl-C does: engines are stopped, half-written files removed."""

    def terminate(*_: Any) -> None:
        raise Terminated

    try:
        before: Callable[..., Any] | int | None = signal.signal(signal.SIGTERM, terminate)
    except ValueError:  # not in the main thread: whoever runs us there handles signals
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
