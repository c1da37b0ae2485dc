"""The files of an ensemble's store: columns of a chunk, its checks, and the README that explains them without us."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from homotopy.common.provenance import producer_versions
from homotopy.ensembles.record import CONTENT, PROVENANCE, SampleRecord
from polysys.errors import FileError
from polysys.reading.files import parse_json

FORMAT = "stationary-ensemble"
VERSION = 1
MANIFEST_VERSION = 2  # since 2 the whole manifest is under its digest
_MAX_UNPACKED = 1 << 29  # bytes of a chunk in memory

_text, _long, _real = pa.string(), pa.int64(), pa.float64()
_TYPES: dict[str, Any] = {
    "model": pa.dictionary(pa.int32(), _text),
    "seed": _long,
    "sample": _long,
    "failure_kind": _text,
    "failure": _text,
    "landscape": _text,
    "verdict": _text,
    "reason": _text,
    "bound": _text,  # of dozens of digits for large systems
    "n_complex": _long,
    "n_real": _long,
    "n_minima": _long,
    "by_index": pa.list_(_long),
    "n_degenerate": _long,
    "n_undecided": _long,
    "n_undecided_index": _long,
    "energies": pa.list_(_real),
    "energy_error": _real,
    "indices": pa.list_(pa.int16()),
    "log_det_minima": pa.list_(_real),
    "coordinates": pa.list_(pa.list_(_real)),
    "engine": _text,
    "engine_version": _text,
    "start": _text,
    "precision": _text,
    "attempts": pa.list_(_text),
    "tries": pa.int32(),
    "seconds": _real,
    "digest": _text,
}
SCHEMA = pa.schema([(name, _TYPES[name]) for name in (*CONTENT, *PROVENANCE, "digest")])


class DamagedChunkError(ValueError):
    """A chunk file that is truncated, altered, incomplete or of another ensemble; the message says which."""


def encode(records: Sequence[SampleRecord], identity: str) -> bytes:
    """The Parquet file of a chunk."""
    rows = []
    for record in records:
        row: dict[str, Any] = {name: getattr(record, name) for name in (*CONTENT, *PROVENANCE)}
        row["bound"] = None if record.bound is None else str(record.bound)
        rows.append({**row, "digest": record.digest})
    maker = {"identity": identity, "format": f"{FORMAT} {VERSION}", **producer_versions()}
    schema = SCHEMA.with_metadata({"stationary": json.dumps(maker)})
    sink = pa.BufferOutputStream()
    pq.write_table(
        pa.Table.from_pylist(rows, schema=schema),
        sink,
        compression="zstd",
        write_page_checksum=True,
        use_dictionary=["model"],
    )
    return bytes(sink.getvalue())


def decode(data: bytes, identity: str, samples: Sequence[int]) -> list[SampleRecord]:
    """The records in a chunk file, every one checked.

    Raises
    ------
    DamagedChunkError
        If the file is not exactly the chunk of these samples in the ensemble of this identity.
    """
    try:
        with pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True) as file:
            maker = parse_json((file.schema_arrow.metadata or {}).get(b"stationary", b"{}"), "its schema")
            if file.metadata.num_rows != len(samples):
                raise DamagedChunkError("does not hold the samples that its name says")
            rows = _read_rows(file).to_pylist()
    except DamagedChunkError:
        raise
    except (pa.ArrowException, OSError, ValueError, TypeError, MemoryError, FileError) as error:
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise DamagedChunkError(f"cannot be read as Parquet ({reason[:100]})") from error
    if not isinstance(maker, dict) or maker.get("identity") != identity:
        raise DamagedChunkError("belongs to another specification")
    try:
        if [row["sample"] for row in rows] != list(samples):
            raise DamagedChunkError("does not hold the samples that its name says")
        records = [_record(row) for row in rows]
        damaged = [r.sample for r, row in zip(records, rows, strict=True) if r.digest != row["digest"]]
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, DamagedChunkError):
            raise
        raise DamagedChunkError(f"lacks columns or values ({error})") from error
    if damaged:
        raise DamagedChunkError(f"has an altered record (sample {damaged[0]})")
    return records


def read_columns(data: bytes, columns: Sequence[str] | None) -> pa.Table:
    """Some columns of a chunk's file; page checksums are verified.

    Raises
    ------
    DamagedChunkError
    """
    try:
        with pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True) as file:
            return _read_rows(file, columns)
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise DamagedChunkError(f"is damaged ({reason[:100]})") from error


def _read_rows(file: pq.ParquetFile, columns: Sequence[str] | None = None) -> pa.Table:
    """In this thread: Arrow's own threads, once there are some, may still run while the process ends, which aborts it."""
    groups = range(file.metadata.num_row_groups)
    if sum(file.metadata.row_group(k).total_byte_size for k in groups) > _MAX_UNPACKED:
        raise ValueError("it unpacks to more than 512 MiB")
    return file.read(columns=None if columns is None else list(columns), use_threads=False)


def _record(row: Mapping[str, Any]) -> SampleRecord:
    values = {name: _tuple(row[name]) for name in (*CONTENT, *PROVENANCE)}
    values["bound"] = None if values["bound"] is None else int(values["bound"])
    return SampleRecord(**values)


def _tuple(value: Any) -> Any:
    return tuple(map(_tuple, value)) if isinstance(value, list) else value


def add_digests(whole: Any, digests: Iterable[str]) -> None:
    """Feed the digests of records, in the order of the samples, to the sha256 that is the digest of an ensemble."""
    for digest in digests:
        whole.update(digest.encode() + b"\n")


def column_meanings(points_per_class: int, dimension: int) -> dict[str, str]:
    """What each column of the records is, as the README of a store has it."""
    rows = [line.strip("| ").split(" | ", 1) for line in README.splitlines() if line.startswith("| ")][1:]
    facts = {"points_per_class": points_per_class, "dimension": dimension}
    return {name: text.format(**facts) for names, text in rows for name in names.split(", ")}


README = """\
# An ensemble of stationary points

This folder was written by `stationary ensemble`. It holds one record for each sample of a random landscape.

Model: `{model}`, seed {seed}, samples 0 to {last}. `spec.toml` alone reproduces it:

    stationary ensemble spec.toml --store ANOTHER_FOLDER

## Files

- `records/FIRST-LAST.parquet`: the records of the samples FIRST to LAST, {chunk} a file. Apache Parquet, one row a sample.
  A file appears under its name only when it is complete (it is written under another name and then renamed); names that
  start with a dot are unfinished work of a killed run and may be deleted.
- `manifest.json`: the specification, facts about the family of landscapes, and, once all samples are there, their digest.
- `chunks.lock`: always empty; processes that work on the same store lock bytes of it.

To read them, with no other software of ours:

    pandas.read_parquet("records")        polars.read_parquet("records/*.parquet")
    duckdb: SELECT avg(n_real) FROM 'records/*.parquet'

## Columns

| column | meaning |
|---|---|
| model, seed, sample | which sample: the couplings depend on these three only |
| failure_kind, failure | null, or why there is no result: error, timeout, crash, and a sentence. Then all columns up to coordinates are null. Leaving such rows out of a mean biases it. |
| landscape | sha256 of the exact landscape |
| verdict | is the list of points complete: proved, supported, unknown, contradicted |
| reason | count-equals-bound, all-checks-met, check-violated, classes-missing, not-settled |
| bound | proved upper bound on the number of complex solutions (as text: it may be long) |
| n_complex | certified distinct complex solutions; on spheres with a homogeneous potential classes (lines), each real one carrying {points_per_class} real points |
| n_real, n_minima | certified real stationary points, and those of Morse index 0 |
| by_index | their numbers by Morse index 0, 1, .., {dimension} |
| n_degenerate | singular points and sets of points; they are in none of the other counts |
| n_undecided | complex solutions of which it is undecided whether they are real |
| n_undecided_index | real points of undecided Morse index; they are in n_real but not in by_index |
| energies | of the points, ascending, in the model's units: the true values rounded to nine significant decimals |
| energy_error | proved bound on the error of each of them |
| indices | Morse index of each point, in the same order; null where undecided |
| log_det_minima | natural logarithm of the determinant of the Riemannian Hessian at each minimum (same order, model's units) |
| coordinates | of each point, in the same order; null unless they were asked for |
| engine, engine_version, start, precision, attempts, tries, seconds | how and how fast it was found: provenance, differs from run to run |
| digest | sha256 of the row's content |

## Digests

The content of a row is the list of its columns {content}, in this order, as a JSON array without spaces, with null, integers
({bound_note}), and floats as the shortest decimals that read back to the same double (Python's `json.dumps(..., separators=(",", ":"))`).
`digest` is its sha256. The digest of the ensemble is the sha256 of all the rows' digests (hexadecimal, one on a line, each line
ended by a newline) in the order of the samples. It does not depend on how the work was divided.
"""
