"""What table.json holds: the description of a table, as typed members; its digest, its JSON Schema, its folder's name."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from typing import Annotated, Any, Literal

import msgspec

from homotopy.tables.format.cells import Column
from polysys.errors import InputError

FORMAT: Literal["stationary-table"] = "stationary-table"
VERSION: Literal[2] = 2
ROWS, CERTIFICATES, README, SPEC, TABLE = "rows.csv", "certificates.jsonl.gz", "README.md", "spec.toml", "table.json"

Sha256 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
Whole = Annotated[int, msgspec.Meta(ge=0)]
Label = Annotated[
    str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9.:=,+-]{0,119}$", description="Names the table, as in ho.load_table(label).")
]


class Mean(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A predicted mean and the error of its evaluation."""

    value: float
    error: float


class ExactMeans(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Predicted mean numbers of real points over the disorder; exact as far as `kind` says so."""

    kind: Annotated[str, msgspec.Meta(description="exact, quadrature, monte-carlo, asymptotic or bound.")]
    reference: str
    total: Mean
    by_index: list[Mean]


class ModelEntry(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A model of a table of samples, and what is known about all its samples beforehand."""

    label: str
    seed: Whole
    samples: Annotated[int, msgspec.Meta(ge=1, description="Samples 0, .., samples - 1 have a row each.")]
    certificates: Annotated[int, msgspec.Meta(ge=0, description="So many of them carry certificates.")]
    dimension: Annotated[int, msgspec.Meta(ge=0, description="Of the domain: the largest Morse index.")]
    points_per_class: Annotated[int, msgspec.Meta(ge=1, description="Real points that a real solution stands for.")]
    bound: Annotated[
        str, msgspec.Meta(pattern="^[0-9]+$", description="Proved bound on the number of complex solutions (classes).")
    ]
    is_compact: bool
    is_coercive: bool
    first_landscape: Annotated[Sha256, msgspec.Meta(description="Of sample 0.")]
    digest: Annotated[Sha256, msgspec.Meta(description="Of all records of the ensemble, see docs/ensembles.md.")]
    verdicts: Annotated[dict[str, Whole], msgspec.Meta(description="Number of samples with each verdict, and failed.")]
    exact_means: ExactMeans | None


class Completeness(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Is anything missing from the table?"""

    answer: str
    reason: str
    caveat: str


class FileEntry(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A file of the table's folder."""

    sha256: Sha256
    bytes: Whole


class TableFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """All members of table.json."""

    format: Literal["stationary-table"]
    version: Literal[2]
    label: Label
    kind: Annotated[
        Literal["samples", "counts", "published"],
        msgspec.Meta(description="What a row is: a sample of the disorder, the generic count of a model, a published number."),
    ]
    key: Annotated[list[str], msgspec.Meta(min_length=1, description="The columns that together name a row.")]
    title: str
    source: Annotated[str, msgspec.Meta(description="What was computed, and how.")]
    reliability: str
    completeness: Completeness
    references: list[str]
    licence: str
    command: Annotated[str, msgspec.Meta(description="Builds the table again from spec.toml.")]
    made_by: Annotated[dict[str, str], msgspec.Meta(description="Programs and engines with their versions.")]
    seconds: Annotated[float, msgspec.Meta(description="Working time of all rows, on the machine that built the table.")]
    seed: Whole
    models: Annotated[list[ModelEntry], msgspec.Meta(description="Of a table of samples; else empty.")]
    columns: Annotated[list[Column], msgspec.Meta(min_length=1)]
    n_rows: Whole
    n_certificates: Whole
    files: Annotated[dict[str, FileEntry], msgspec.Meta(description="Every file of the folder but table.json.")]
    sha256: Annotated[Sha256, msgspec.Meta(description="Of the other members: JSON as Python writes it, keys sorted, no spaces, not escaped.")]


def schema() -> dict[str, Any]:
    """JSON Schema of table.json."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(TableFile)}


def content_digest(content: dict[str, Any]) -> str:
    """sha256 of all members but `sha256` itself: JSON as Python's json writes it, keys sorted, without spaces."""
    rest = {key: value for key, value in content.items() if key != "sha256"}
    return sha256(json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


def sealed(table: TableFile) -> TableFile:
    """The same with its digest."""
    return msgspec.structs.replace(table, sha256=content_digest(msgspec.to_builtins(table)))


def folder_name(label: str) -> str:
    """A label as the name of a folder on any file system.

    Examples
    --------
    >>> folder_name("spherical-p-spin:p=3")
    'spherical-p-spin__p-3'
    """
    if re.fullmatch(r"[a-z0-9][a-z0-9.:=,+-]{0,119}", label) is None:
        raise InputError(
            f"{label[:60]!r} cannot be the label of a table.",
            "Use small letters, digits and . : = , + -, such as spherical-p-spin:p=3.",
        )
    return label.replace(":", "__").replace("=", "-").replace(",", "_").replace("+", "~")
