"""Rows counted again: from their certificates without a solver, or from scratch with one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from homotopy.common.validation import is_whole
from homotopy.counting.count import census
from homotopy.counting.files.verification import Check, VerificationReport
from homotopy.ensembles.record import SampleRecord, count_samples
from homotopy.status import Completeness
from homotopy.tables.contents import TableContents
from homotopy.tables.kinds.recomputed import Load, compute
from homotopy.tables.kinds.sample_checks import N_DIGEST
from homotopy.tables.kinds.theorems import count_by_algebra
from homotopy.tables.proofs import proved_record
from homotopy.tables.stored_solutions import Seeds, recertify, record_from
from polysys.disorder import check_seed
from polysys.errors import InputError, PolysysError
from polysys.landscape import Landscape
from polysys.models.base import Model
from polysys.models.labels import model_from_label

MAX_REPLAYED = 1500  # complex solutions of a generic count that a replay finds again: seconds
_COMPARED = ("verdict", "n_complex", "n_real", "n_minima", "by_index", "n_degenerate", "n_undecided", "n_undecided_index")


def faults_when_recertified(table: TableContents, jobs: Iterable[tuple[Any, Seeds]]) -> Iterator[str]:
    """What differs when rows are proved again from their certificates; nothing where nothing does."""
    yield from (found for _, found in recertified(table, jobs) if isinstance(found, str))


def recertified(table: TableContents, jobs: Iterable[tuple[Any, Seeds]]) -> Iterator[tuple[Any, SampleRecord | str]]:
    """Rows with their records, proved again from their certificates; a sentence in the place of one that differs."""
    first: dict[str, tuple[Model, Landscape]] = {}
    for row, seeds in jobs:
        entry = table.samples(row.model).entry
        where = f"{row.model}, sample {row.sample}"
        if row.model not in first:
            model = model_from_label(row.model)
            first[row.model] = model, model.sample(entry.seed, 0)
        model, zero = first[row.model]
        try:
            land = model.sample(entry.seed, row.sample)
            land.shares_tapes_with(zero)
            census = recertify(land, seeds, proves=row.verdict == Completeness.PROVED.value)
            record = record_from(census, row.model, entry.seed, row.sample, row.verdict)
        except (PolysysError, ValueError, ArithmeticError, LookupError) as error:
            yield row, f"{where}: its certificate cannot be used ({str(error)[:100]})"
            continue
        fault = difference(row, record)
        yield row, f"{where}: {fault}" if fault else record


def difference(row: Any, record: SampleRecord) -> str:
    """How a record differs from a row of the table, in words; empty if it does not."""
    for name in _COMPARED:
        if getattr(row, name) != getattr(record, name):
            return f"{name} is {getattr(row, name)} in the table and {getattr(record, name)} now"
    if row.energies is not None and row.energies != record.energies:
        return "its energies differ"
    if row.indices is not None and row.indices != record.indices:
        return "its indices differ"
    if row.lowest_energy != (record.energies[0] if record.energies else None):
        return "its lowest energy differs"
    if row.bound is not None and row.bound != record.bound and (row.verdict, row.bound) != (Completeness.PROVED.value, record.n_complex):
        return f"its bound {row.bound} does not follow"
    if row.digest != record.digest[:N_DIGEST]:
        return "the digest of its record differs"
    return ""


def count_faults_when_recertified(table: TableContents, jobs: Iterable[tuple[Any, Seeds]]) -> Iterator[str]:
    """Rows of generic counts whose certificates do not prove so many solutions of a member."""
    for row, seeds in jobs:
        try:
            found = recertify(table.landscape(row.model), seeds).n_complex
        except (PolysysError, ValueError, ArithmeticError, LookupError) as error:
            yield f"{row.model}: its certificate cannot be used ({str(error)[:100]})"
            continue
        if found != row.n_complex:
            yield f"{row.model}: the certificate proves {found} solutions, the table says {row.n_complex}"


def count_faults_when_proved(table: TableContents, rows: Iterable[Any]) -> Iterator[str]:
    """Rows of generic counts whose proofs by exact algebra do not come out again."""
    for row in rows:
        found = count_by_algebra(row.model, table.description.seed)
        same = found is not None and (found.n_complex, found.prime) == (row.n_complex, row.prime)
        if found is None or not same or not row.evidence.startswith(found.evidence):
            yield f"{row.model}: {'no proof was found' if found is None else found.evidence[:80]}, the table says {row.n_complex}"


def replay(table: TableContents, k: int, seed: int, load: Load) -> VerificationReport:
    """Compute k rows from scratch and compare: digests of records, counts, or numbers.

    Raises
    ------
    InputError
        If k is not a positive number, or for a seed that is not a nonnegative integer.
    """
    if not is_whole(k, 1):
        raise InputError(f"{k!r:.40} is not a number of rows.", "Give 3, say.")
    check_seed(seed)
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0x2E91A4,)))
    candidates = [i for i, row in enumerate(table.rows) if _can_replay(table, row)]
    chosen = sorted(candidates[i] for i in rng.permutation(len(candidates))[:k].tolist())
    ways = {"samples": _sample_again, "counts": _count_again, "published": _number_again}
    return VerificationReport(table.label, tuple(ways[table.kind](table, table.rows[i], load) for i in chosen))


def _can_replay(table: TableContents, row: Any) -> bool:
    """Whether there is something to compute; large counts take too long."""
    if table.kind == "counts":
        return row.n_complex is not None and row.n_complex <= MAX_REPLAYED
    return table.kind == "samples" or row.how is not None


def _sample_again(table: TableContents, row: Any, _: Load) -> Check:
    name = f"{row.model}, sample {row.sample}"
    entry = table.samples(row.model).entry
    record = count_samples(model_from_label(row.model), entry.seed, [row.sample])[0]
    if row.verdict == Completeness.PROVED.value:
        record = proved_record(record, table.landscape(row.model, row.sample))
    if row.verdict is None:
        same = record.is_failed
        return Check(name, same, "fails again" if same else "failed when the table was built, and can be counted now")
    if record.is_failed:
        return Check(name, False, f"cannot be counted now: {record.failure}")
    fault = difference(row, record)
    return Check(name, not fault, fault or f"{record.n_real} real points, the same record {row.digest}")


def _count_again(table: TableContents, row: Any, _: Load) -> Check:
    """Sample 1, which no certificate is about, has as many solutions as the generic count says."""
    found = census(model_from_label(row.model), seed=table.description.seed, index=1).n_complex
    return Check(row.model, found == row.n_complex, f"another member has {found} certified solutions of {row.n_complex}")


def _number_again(table: TableContents, row: Any, load: Load) -> Check:
    found = compute(row.how, table.description.seed, load).text
    return Check(f"{row.quantity} [{row.source}]", found == row.ours, f"{found} now, {row.ours} in the table")
