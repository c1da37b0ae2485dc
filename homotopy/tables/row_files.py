"""One row of a table as a file of its own, with the certificate that proves it again: what a person downloads and rechecks."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import numpy as np

from homotopy.counting.files.landscape import is_self_contained
from homotopy.counting.files.verification import Check, VerificationReport
from homotopy.counting.result import Census
from homotopy.errors import TableError
from homotopy.status import Completeness
from homotopy.tables.contents import TableContents
from homotopy.tables.format.row_head import ROW_FORMAT
from homotopy.tables.kinds.count_checks import row_faults
from homotopy.tables.recount import difference
from homotopy.tables.stored_solutions import Seeds, recertify, record_from
from polysys.errors import FileError, PolysysError
from polysys.models.labels import model_from_label
from polysys.reading import files as input_files

_MAX_BYTES = 1 << 26
_AGAIN = "Fetch it again."
_README = (
    "One row of a reference table and a few digits of every solution of its landscape, which follows from model, seed and sample. "
    "Check it, without a solver: stationary verify FILE"
)


class SampleRow(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A row of a table of samples."""

    model: str
    sample: Annotated[int, msgspec.Meta(ge=0)]
    verdict: Literal["proved", "supported", "unknown", "contradicted"]
    n_complex: int
    n_real: int
    n_minima: int
    by_index: tuple[int, ...]
    n_degenerate: int
    n_undecided: int
    n_undecided_index: int
    bound: int | None
    lowest_energy: float | None
    energies: tuple[float, ...] | None
    indices: tuple[int, ...] | None
    digest: str
    failure: None


class CountRow(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A row of a table of generic counts."""

    model: str
    n_unknowns: int
    n_complex: int
    n_torus: int | None
    rigor: str
    evidence: str | None
    prime: int | None = None


class RowFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """All members of the file."""

    format: Literal["stationary-row"]
    version: Literal[1]
    readme: str
    table: str
    table_sha256: str
    seed: Annotated[int, msgspec.Meta(ge=0)]
    row: dict[str, Any]
    certificate: Seeds
    sha256: str


def row_file(table: TableContents, row: Any, seeds: Seeds) -> bytes:
    """The file of a row that carries a certificate; the same bytes for the same row."""
    seed = table.description.seed if table.kind == "counts" else table.samples(row.model).seed
    members = {c: getattr(row, c) for c in table.columns}
    file = RowFile(ROW_FORMAT, 1, _README, table.label, table.description.sha256, seed, members, seeds, "")
    sealed = msgspec.structs.replace(file, sha256=row_digest(file))
    return gzip.compress(msgspec.json.encode(sealed) + b"\n", 9, mtime=0)


def verify_row(path: str | Path) -> VerificationReport:
    """Prove a row again from its file: by interval arithmetic, without a solver.

    Notes
    -----
    The landscape is drawn again from model, seed and sample; nothing that the file states is believed. A *supported* row gets
    its points proved, not that none is missing.

    Raises
    ------
    TableError
        If the file is truncated, altered or foreign.
    """
    file = read_row_file(path)
    with _usable(file, path):
        return _recounted(str(path), file) if "rigor" in file.row else _recertified(str(path), file)


def row_census(path: str | Path) -> Census:
    """All points of a row, proved again from its file; of a generic count, those of the member that it holds.

    Raises
    ------
    TableError
        If the file is truncated, altered or foreign, or does not prove what it says.
    """
    file = read_row_file(path)
    with _usable(file, path):
        seeds = file.certificate
        kind: type[SampleRow] | type[CountRow] = CountRow if "rigor" in file.row else SampleRow
        row = msgspec.convert(file.row, kind)
        sample, said = (0, row.rigor) if isinstance(row, CountRow) else (row.sample, row.verdict)
        if (seeds.model, seeds.sample) != (row.model, sample):
            raise TableError(f"{path} has row and certificate of two landscapes.", _AGAIN)
        land = model_from_label(row.model).sample(file.seed, sample)
        census = recertify(land, seeds, proves=said == Completeness.PROVED.value)
        if isinstance(row, SampleRow):
            fault = difference(row, record_from(census, row.model, file.seed, sample, row.verdict))
        elif census.n_complex != row.n_complex:
            fault = f"{census.n_complex} solutions follow, it says {row.n_complex}"
        else:
            fault = ""
        if fault:
            raise TableError(f"{path} does not follow from its certificate ({fault}).", _AGAIN)
        return census


@contextmanager
def _usable(file: RowFile, path: str | Path) -> Iterator[None]:
    """Errors in the members of a file as errors of the file."""
    try:
        if not is_self_contained(file.certificate.model):
            raise TableError(
                f"The row is of {file.certificate.model[:80]!r}, which its file alone cannot make.", "Verify its table."
            )
        yield
    except (msgspec.ValidationError, ValueError, ArithmeticError, LookupError) as error:
        if isinstance(error, PolysysError):
            raise
        raise TableError(f"{path} has a member that cannot be used ({str(error)[:100]}).", _AGAIN) from error


def _recertified(path: str, file: RowFile) -> VerificationReport:
    """The report on a sample's row."""
    row, seeds = msgspec.convert(file.row, SampleRow), file.certificate
    same = (seeds.model, seeds.sample) == (row.model, row.sample)
    checks = [_about(file, f"{row.model}, seed {file.seed}, sample {row.sample}", same)]
    if not same:
        return VerificationReport(path, tuple(checks))
    land = model_from_label(row.model).sample(file.seed, row.sample)
    census = recertify(land, seeds, proves=row.verdict == Completeness.PROVED.value)
    boxes = f"{census.n_complex} boxes, pairwise disjoint, each with exactly one solution; {census.n_real} real points"
    checks.append(Check("certificates", True, boxes))
    fault = difference(row, record_from(census, row.model, file.seed, row.sample, row.verdict))
    checks.append(Check("row", not fault, fault or "counts by index, energies and digest follow again"))
    if not fault:
        alone = str(census.completeness)
        taken = row.verdict != census.completeness.verdict.value
        checks.append(
            Check(
                "verdict",
                True,
                f"{row.verdict} when the table was made; from the certificate alone {alone}" if taken else alone,
            )
        )
    return VerificationReport(path, tuple(checks), Completeness(row.verdict), census.completeness)


def _recounted(path: str, file: RowFile) -> VerificationReport:
    """The report on a row of a generic count: of one member, all solutions that the certificate holds."""
    row, seeds = msgspec.convert(file.row, CountRow), file.certificate
    same = (seeds.model, seeds.sample) == (row.model, 0)
    checks = [_about(file, f"{row.model}, seed {file.seed}", same)]
    if same:
        census = recertify(model_from_label(row.model).sample(file.seed, 0), seeds)
        found = census.n_complex
        detail = f"one member has {found} certified solutions, so the generic count is no smaller; the row says {row.n_complex}, {row.rigor}"
        checks.append(Check("count", found == row.n_complex, detail))
        fault = next(row_faults(row, file.seed), None) or _torus_fault(row, census)
        checks.append(Check("row", fault is None, fault or "theorems, evidence and the number without zero coordinates agree"))
    return VerificationReport(path, tuple(checks))


def _torus_fault(row: CountRow, census: Census) -> str | None:
    """What is wrong with the number of solutions that have no zero coordinate."""
    listed = census.certificates
    found = int((np.abs(listed.mid) > listed.radius[:, None]).all(axis=1).sum())
    if row.n_torus is None or row.n_torus == found:
        return None
    return f"{found} certified solutions have no zero coordinate, the row says {row.n_torus}"


def _about(file: RowFile, what: str, same: bool) -> Check:
    return Check(
        "landscape",
        same,
        f"{what}, drawn again (table {file.table})" if same else "row and certificate are of two landscapes",
    )


def read_row_file(path: str | Path) -> RowFile:
    """The members of a row's file, after its digest and its shape were checked.

    Raises
    ------
    TableError
    """
    name = input_files.shown_path(path)
    try:
        data = input_files.read_bytes(path, _MAX_BYTES)
        if input_files.is_gzipped(data):
            data = input_files.gunzip(data, name, _MAX_BYTES)
        input_files.check_json(data, name)
        file = msgspec.json.decode(data, type=RowFile)
    except FileError as error:
        raise TableError(error.what, error.way_out) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise TableError(f"{name} is no complete file of a row ({error}).", _AGAIN) from error
    if file.sha256 != row_digest(file):
        raise TableError(f"{name} was altered: its content does not match its sha256.", _AGAIN)
    return file


def row_digest(file: RowFile) -> str:
    """sha256 of all members but `sha256` itself, keys sorted, without spaces."""
    content = msgspec.to_builtins(file)
    return sha256(msgspec.json.encode({k: v for k, v in content.items() if k != "sha256"}, order="sorted")).hexdigest()
