"""The specification of a table: a TOML file that alone builds it again. Its member `kind` says what a row is."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import msgspec

from homotopy.tables.format.description import Label, folder_name
from polysys.errors import FileError, InputError
from polysys.reading.files import as_text, parse_toml, read_bytes, shown_path


class _Common(msgspec.Struct, forbid_unknown_fields=True, frozen=True, tag_field="kind", kw_only=True):
    """What every table has.

    Parameters
    ----------
    label, title, source : str
        Its name, a line, and a paragraph on what was computed.
    seed : int
        Of the disorder.
    caveat : str
        What a reader of the numbers must know.
    references : list of str
    """

    label: Label
    title: str
    source: str
    seed: Annotated[int, msgspec.Meta(ge=0)] = 0
    caveat: str = ""
    references: list[str] = []


class ModelSpec(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A model whose samples 0, .., samples - 1 become rows.

    Parameters
    ----------
    label : str
    samples : int
    certificates : int, optional
        So many rows, evenly spaced, carry certificates; by default one in twenty.
    energies : bool
        Whether the energies and indices of all points are listed.
    """

    label: str
    samples: Annotated[int, msgspec.Meta(ge=1, le=10**7)]
    certificates: Annotated[int, msgspec.Meta(ge=0)] | None = None
    energies: bool = False

    @property
    def n_certificates(self) -> int:
        """Rows that carry certificates."""
        return min(self.samples, -(-self.samples // 20) if self.certificates is None else self.certificates)


class SamplesSpec(_Common, tag="samples", frozen=True):
    """A table of samples.

    Parameters
    ----------
    models : list of ModelSpec
    timeout : float
        Seconds after which a sample is recorded as failed.
    """

    models: Annotated[list[ModelSpec], msgspec.Meta(min_length=1)]
    timeout: Annotated[float, msgspec.Meta(gt=0)] = 600.0


class CountsSpec(_Common, tag="counts", frozen=True):
    """A table of generic counts.

    Parameters
    ----------
    models : list of str
        Labels; each is counted by a theorem or by monodromy.
    open : list of str
        Labels that are out of reach: rows without a count.
    algebra : list of str
        Labels among the models whose count is proved by exact algebra, for there is no theorem; it is an error where that fails.
    certificates : list of str
        Labels of which sample 0 of the seed is certified: a proof that at least so many solutions exist.
    """

    models: Annotated[list[str], msgspec.Meta(min_length=1)]
    open: list[str] = []
    algebra: list[str] = []
    certificates: list[str] = []


class Number(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A published number.

    Parameters
    ----------
    quantity : str
        What is counted, in words.
    source : str
        The publication.
    place : str
        Page, equation, theorem or table.
    published : str
        The number as printed.
    is_read : bool
        Whether we read it there; else it is known to us from other texts, and unchecked.
    ours : str
        How we get it: "count MODEL", "torus MODEL", "mean MODEL", "index K of MODEL", "sampled TABLE MODEL per P",
        "mixed MODEL", "stable MODEL", or "" where we do not.
    note : str
    """

    quantity: str
    source: str
    place: str
    published: str
    is_read: bool
    ours: str = ""
    note: str = ""


class PublishedSpec(_Common, tag="published", frozen=True):
    """A table of published numbers beside ours.

    Parameters
    ----------
    numbers : list of Number
    """

    numbers: Annotated[list[Number], msgspec.Meta(min_length=1)]


TableSpec = SamplesSpec | CountsSpec | PublishedSpec


def read_spec(path: str | Path) -> tuple[TableSpec, bytes]:
    """The specification in a file, and its bytes.

    Raises
    ------
    InputError
        Naming the key that is unknown, missing or of the wrong type.
    """
    try:
        data = read_bytes(path)
        content = parse_toml(as_text(data, path), f"The specification {shown_path(path)}")
    except FileError as error:
        raise InputError(error.what, "See docs/tables.md for an example.") from error
    return as_spec(content, str(path)), data


def as_spec(content: dict[str, Any], where: str) -> TableSpec:
    """Decoded members as a specification; without `kind` it is one of samples."""
    try:
        spec: TableSpec = msgspec.convert({"kind": "samples", **content}, TableSpec)
    except msgspec.ValidationError as error:
        raise InputError(f"The specification {where[:200]} is wrong: {error}.", "See docs/tables.md for an example.") from error
    folder_name(spec.label)
    names = _names(spec)
    twice = next((name for name, times in Counter(names).items() if times > 1), None)
    if twice is not None:
        raise InputError(f"The specification has {twice[:80]!r} twice.", "Name it once.")
    if isinstance(spec, CountsSpec):
        known = set(spec.models)
        stranger = next((label for label in (*spec.certificates, *spec.algebra) if label not in known), None)
        if stranger is not None:
            raise InputError(f"{stranger[:80]!r} is to be certified or proved and not among the models.", "Add it to models.")
    return spec


def _names(spec: TableSpec) -> list[str]:
    if isinstance(spec, SamplesSpec):
        return [m.label for m in spec.models]
    if isinstance(spec, CountsSpec):
        return [*spec.models, *spec.open]
    return [f"{n.quantity} [{n.source}]" for n in spec.numbers]


def as_toml(spec: TableSpec) -> bytes:
    """A specification made in Python as a TOML file; JSON's strings, numbers and arrays are TOML's."""
    content = msgspec.to_builtins(spec)
    tables = {key: content.pop(key) for key in ("models", "numbers") if isinstance((content.get(key) or [0])[0], dict)}
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in content.items()]
    for key, entries in tables.items():
        for entry in entries:
            lines += ["", f"[[{key}]]", *(f"{k} = {json.dumps(v, ensure_ascii=False)}" for k, v in entry.items() if v is not None)]
    return ("\n".join(lines) + "\n").encode()
