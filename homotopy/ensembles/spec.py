"""What an ensemble is: the specification that alone reproduces it, as an object, as TOML, and its identity."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any

from homotopy.common.validation import is_number, is_whole
from homotopy.engines.registry import require_engine
from homotopy.options import Options
from polysys.errors import FileError, InputError
from polysys.reading.files import parse_toml, read_text, shown_path

MAX_SAMPLES = 10**9
_TOP = ("model", "samples", "seed", "points", "timeout", "engine", "options")
_WAY_OUT = f"Its keys are {', '.join(_TOP[:-1])} and a table options; see docs/ensembles.md."


@dataclass(frozen=True, slots=True)
class EnsembleSpec:
    """The specification of an ensemble: samples 0, .., samples - 1 of a model with a seed.

    Parameters
    ----------
    model : str
        A label, such as ``spherical-p-spin:n=6,p=3``.
    samples : int
    seed : int
        Of the disorder; sample i depends on (model, seed, i) only.
    points : bool
        Whether the coordinates of the points are kept.
    timeout : float
        Seconds after which a sample counts as failed.
    options : Options
        How each sample is solved.

    Examples
    --------
    >>> spec = EnsembleSpec("spherical-p-spin:n=4,p=3", samples=100, seed=7)
    >>> spec_from_toml(spec.to_toml()) == spec
    True
    """

    model: str
    samples: int
    seed: int = 0
    points: bool = False
    timeout: float = 600.0
    options: Options = field(default_factory=Options)

    def __post_init__(self) -> None:
        _check(_is_text(self.model), "model", self.model, "the label of a model")
        _check(
            is_whole(self.samples, 1, MAX_SAMPLES), "samples", self.samples, f"a whole number from 1 to {MAX_SAMPLES}"
        )
        _check(is_whole(self.seed, 0), "seed", self.seed, "a nonnegative whole number")
        _check(type(self.points) is bool, "points", self.points, "true or false")
        _check(is_number(self.timeout) and self.timeout > 0, "timeout", self.timeout, "a positive number of seconds")

    def identity(self, first_landscape: str) -> str:
        """What two runs must share to write into one store: all that the records of successful samples depend on.

        Not part of it: how many samples there are (sample i does not know, so an ensemble can grow) and the timeout
        (raise it to count again what took too long). Options at their defaults are left out, so that a later version
        with more options still knows its older stores.

        Parameters
        ----------
        first_landscape : str
            Digest of sample 0: a data file or an expression may have changed under the same label.
        """
        content = [self.model, self.seed, self.points, _choices(self.options), first_landscape]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def to_toml(self) -> str:
        """The specification as a TOML file that reproduces the run."""
        choices = _choices(self.options)
        lines = [
            f"model = {_toml(self.model)}",
            f"samples = {self.samples}",
            f"seed = {self.seed}",
            f"points = {_toml(self.points)}",
            f"timeout = {_toml(self.timeout)}",
            f"engine = {_toml(self.options.engine)}",
            "",
            "[options]",
            *(f"{key} = {_toml(value)}" for key, value in choices.items() if key != "engine"),
        ]
        return "\n".join(lines) + "\n"

    def to_dict(self) -> dict[str, Any]:
        """The same as plain values, for JSON."""
        choices = _choices(self.options)
        return {
            "model": self.model,
            "samples": self.samples,
            "seed": self.seed,
            "points": self.points,
            "timeout": self.timeout,
            "engine": self.options.engine,
            "options": {key: value for key, value in choices.items() if key != "engine"},
        }


def spec_from_dict(content: Mapping[str, Any], where: str = "The specification") -> EnsembleSpec:
    """The specification in plain values; every key and type is checked.

    Raises
    ------
    InputError
        Naming the key that is unknown, missing or of the wrong type.
    """
    unknown = [key for key in content if key not in _TOP]
    if unknown:
        raise InputError(f"{where} has an unknown key {str(unknown[0])[:60]!r}.", _WAY_OUT)
    missing = [key for key in ("model", "samples") if key not in content]
    if missing:
        raise InputError(f"{where} lacks the key {missing[0]!r}.", _WAY_OUT)
    table = content.get("options", {})
    if not isinstance(table, Mapping):
        raise InputError(f"In {where[0].lower() + where[1:]}, options is not a table.", "Write [options] on a line.")
    top = {key: value for key, value in content.items() if key not in ("engine", "options")}
    choices = dict(table)
    if "engine" in content:
        if "engine" in choices:
            raise InputError(f"{where} names the engine twice.", "Keep one of the two.")
        choices["engine"] = content["engine"]
    return EnsembleSpec(**top, options=_options(choices, where))


def spec_from_toml(text: str, where: str = "The specification") -> EnsembleSpec:
    """The specification in a TOML text."""
    try:
        content = parse_toml(text, where)
    except FileError as error:
        raise InputError(error.what, "Write lines such as samples = 1000.") from error
    return spec_from_dict(content, where)


def read_spec(path: str | Path) -> EnsembleSpec:
    """The specification in a file."""
    return spec_from_toml(read_text(path), f"The specification {shown_path(path)}")


def is_spec_file(argument: str) -> bool:
    """Whether a command's argument names a specification rather than a model: a TOML file with a key of ours."""
    if not argument.strip().lower().endswith(".toml"):
        return False
    try:
        content = parse_toml(read_text(argument.strip()), "The file")
    except FileError:
        return False
    has_label = ":" in str(content.get("model"))
    return has_label or any(key in content for key in ("samples", "seed", "options", "engine", "timeout", "points"))


def _options(choices: Mapping[str, Any], where: str) -> Options:
    known = {f.name: f for f in fields(Options)}
    for key, value in choices.items():
        if key not in known:
            raise InputError(f"{where} has an unknown option {str(key)[:60]!r}.", f"Options are {', '.join(known)}.")
        default = known[key].default
        if default is not MISSING and not _is_like(value, default):
            raise InputError(
                f"{where} has {key} = {str(value)[:60]!r}, of the wrong type.", f"Its default is {default!r}."
            )
    options = Options(**choices)
    require_engine(options.engine)
    return options


def _is_like(value: Any, default: Any) -> bool:
    """Whether a value is of the type of an option's default; whole numbers serve as floats."""
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(default, bool) and isinstance(value, bool)
    if isinstance(default, float):
        return is_number(value)
    return default is None or isinstance(value, type(default))


def _choices(options: Options) -> dict[str, Any]:
    """The options that differ from their defaults."""
    return {f.name: getattr(options, f.name) for f in fields(options) if getattr(options, f.name) != f.default}


def _check(is_ok: bool, name: str, value: Any, wanted: str) -> None:
    if not is_ok:
        raise InputError(f"{name} = {value!r:.60} is not {wanted}.", f"Give {name} as {wanted}.")


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _toml(value: Any) -> str:
    """A string, number or truth value as TOML writes it; JSON's strings are TOML's basic strings."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)
