"""What a study is; its specification as a TOML file; running it in a folder."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from homotopy.common.files import require_writable, write_atomically
from homotopy.common.reporting import SampleProgress, Say
from homotopy.common.validation import is_whole
from homotopy.errors import StoreError
from homotopy.studies.frame.catalogue import STUDIES
from homotopy.studies.frame.effort import counted
from homotopy.studies.frame.report import Report
from homotopy.studies.frame.run_folder import RunFolder
from polysys.errors import FileError, InputError
from polysys.reading.files import parse_toml, read_text, shown_path

Spec = TypeVar("Spec", bound=msgspec.Struct)
_ANOTHER = "Choose a new or empty folder with --output."


@dataclass(frozen=True)
class Study(Generic[Spec]):
    """A named scientific study.

    Parameters
    ----------
    name : str
        Of its command, and of its module in :mod:`homotopy.studies`.
    question : str
        One sentence.
    spec : type
        A frozen ``msgspec.Struct`` with ``forbid_unknown_fields``. All choices, each a whole number, a float, a text, true or false,
        or a tuple of these, and among them ``seed: int``. Its ``__post_init__`` raises InputError for what cannot be used.
    quick, full : spec
        Presets: a minute or two of two cores, and what a paper would show.
    run : callable (spec, RunFolder) -> Report
    """

    name: str
    question: str
    spec: type[Spec]
    quick: Spec
    full: Spec
    run: Callable[[Spec, RunFolder], Report]


def load_study(name: str) -> Study[Any]:
    """The study of a name in `STUDIES`."""
    if name not in STUDIES:
        raise InputError(f"There is no study {name!r}.", f"There are {', '.join(STUDIES)}.")
    study = import_module(f"homotopy.studies.{name}.study").STUDY
    assert isinstance(study, Study)
    return study


def to_toml(study: Study[Spec], spec: Spec) -> str:
    """A specification as a TOML file that alone reproduces the run."""
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in msgspec.to_builtins(spec).items()]
    return "\n".join([f'study = "{study.name}"', *lines]) + "\n"


def from_toml(study: Study[Spec], text: str, where: str = "The specification") -> Spec:
    """The specification in a TOML text; what it leaves out is as in the full preset.

    Raises
    ------
    InputError
        For what is not TOML or says nothing, for another study, and for keys that are unknown or of the wrong type.
    """
    try:
        content = parse_toml(text, where)
    except FileError as error:
        raise InputError(error.what, "Write lines such as seed = 1.") from error
    if not content:
        raise InputError(f"{where} is empty.", f"Run stationary {study.name} --full for the full preset.")
    named = content.pop("study", study.name)
    if named != study.name:
        raise InputError(f"{where} is one of the study {str(named)[:60]!r}.", f"Run: stationary {str(named)[:60]}")
    try:
        return msgspec.convert({**msgspec.to_builtins(study.full), **content}, type=study.spec)
    except msgspec.ValidationError as error:
        raise InputError(
            f"{where} cannot be used: {str(error).rstrip('.')[:300]}.",
            f"Its keys are {', '.join(study.spec.__struct_fields__)}.",
        ) from error


def read_spec(study: Study[Spec], path: str | Path) -> Spec:
    """The specification in a file."""
    return from_toml(study, read_text(path), f"The specification {shown_path(path)}")


def with_seed(spec: Spec, seed: int) -> Spec:
    """The same specification with another seed."""
    if not is_whole(seed, 0):
        raise InputError(f"The seed {seed!r:.40} is no nonnegative whole number.", "Give --seed 1, say.")
    return msgspec.structs.replace(spec, seed=seed)


def run_study(
    study: Study[Spec] | str,
    spec: Spec | str = "quick",
    folder: str | Path | None = None,
    *,
    workers: int | None = None,
    say: Say | None = None,
    progress: SampleProgress | None = None,
) -> tuple[Report, tuple[Path, ...]]:
    """Run a study, or go on with it, and write its report.

    Parameters
    ----------
    study : Study or str
    spec : specification, "quick" or "full"
    folder : path, optional
        By default ``NAME-quick``, ``NAME-quick-seed-7``, ``NAME-full`` or, for other specifications, ``NAME``, here. Made if it is missing, with
        its parents. What it holds is not computed again.
    workers : int, optional
        Processes (default: one a core); 0 stays in this process.
    say : callable (sentence), optional
    progress : callable (done, total, failures), optional

    Returns
    -------
    Report
    tuple of Path
        The files that were written, the page first.

    Raises
    ------
    StoreError
        If the folder holds another study, or this one with another specification, or cannot be written.
    """
    chosen = load_study(study) if isinstance(study, str) else study
    made = {"quick": chosen.quick, "full": chosen.full}.get(spec) if isinstance(spec, str) else spec
    if made is None:
        raise InputError(f"There is no preset {spec!r:.40}.", "Use quick or full.")
    place = Path(folder) if folder is not None else default_folder(chosen, made)
    text = to_toml(chosen, made)
    _claim(place, text)
    with counted(place):
        report = chosen.run(made, RunFolder(place, workers=workers, say=say, progress=progress))
    return report, report.write(place, f"stationary {chosen.name} --spec spec.toml --output another-folder")


def default_folder(study: Study[Spec], spec: Spec) -> Path:
    """Where a run goes that is given no folder, so that the same command finds it again."""
    seed = getattr(spec, "seed", 0)
    for name, preset in (("quick", study.quick), ("full", study.full)):
        if spec == preset:
            return Path(f"{study.name}-{name}")
        if spec == with_seed(preset, seed):
            return Path(f"{study.name}-{name}-seed-{seed}")
    return Path(study.name)


def _claim(folder: Path, text: str) -> None:
    """Make the folder of a run, or see that it is one of the same specification."""
    file = folder / "spec.toml"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        held = read_text(file) if os.path.lexists(file) else None
        is_empty = held is not None or not any(folder.iterdir())
    except FileError as error:
        raise StoreError(error.what, _ANOTHER) from error
    except OSError as error:
        raise StoreError(f"{folder} cannot be used ({error.strerror}).", _ANOTHER) from error
    if held is not None and held != text:
        raise StoreError(f"{folder} holds a run with another specification.", _ANOTHER)
    if not is_empty:
        raise StoreError(f"{folder} holds other files.", _ANOTHER)
    require_writable(folder)
    write_atomically(file, text.encode())
