"""The specification of a table: a TOML file that alone builds it again."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import msgspec

from homotopy.tables.layout import Label, folder_name
from polysys.errors import InputError

_Count = Annotated[int, msgspec.Meta(ge=1, le=10**7)]


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
    samples: _Count
    certificates: Annotated[int, msgspec.Meta(ge=0)] | None = None
    energies: bool = False

    @property
    def n_certificates(self) -> int:
        """Rows that carry certificates."""
        return min(self.samples, -(-self.samples // 20) if self.certificates is None else self.certificates)


class TableSpec(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What a table is made of.

    Parameters
    ----------
    label, title, source : str
        Its name, a line, and a paragraph on what was computed.
    models : list of ModelSpec
    seed : int
        Of the disorder.
    caveat : str
        What a reader of the counts must know.
    references : list of str
    timeout : float
        Seconds after which a sample is recorded as failed.
    """

    label: Label
    title: str
    source: str
    models: Annotated[list[ModelSpec], msgspec.Meta(min_length=1)]
    seed: Annotated[int, msgspec.Meta(ge=0)] = 0
    caveat: str = ""
    references: list[str] = []
    timeout: Annotated[float, msgspec.Meta(gt=0)] = 600.0


def read_spec(path: str | Path) -> tuple[TableSpec, bytes]:
    """The specification in a file, and its bytes.

    Raises
    ------
    InputError
        Naming the key that is unknown, missing or of the wrong type.
    """
    try:
        data = Path(path).read_bytes()
        content = tomllib.loads(data.decode("utf-8"))
    except OSError as error:
        raise InputError(f"The specification {str(path)[:200]} cannot be read ({error.strerror}).", "Give a TOML file.") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{str(path)[:200]} is not TOML ({str(error)[:100]}).", "See docs/tables.md for an example.") from error
    return as_spec(content, str(path)), data


def as_spec(content: dict[str, Any], where: str) -> TableSpec:
    """Decoded members as a specification."""
    try:
        spec = msgspec.convert(content, TableSpec)
    except msgspec.ValidationError as error:
        raise InputError(f"The specification {where[:200]} is wrong: {error}.", "See docs/tables.md for an example.") from error
    folder_name(spec.label)
    labels = [m.label for m in spec.models]
    twice = next((label for label in labels if labels.count(label) > 1), None)
    if twice is not None:
        raise InputError(f"The specification names the model {twice[:80]!r} twice.", "Name it once.")
    return spec


Say = Callable[[str], None]
