"""Rows counted again: from their certificates without a solver, or from scratch with one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from homotopy.checks import is_whole
from homotopy.sample_record import SampleRecord, count_samples
from homotopy.tables.contents import TableContents
from homotopy.tables.row_checks import N_DIGEST
from homotopy.tables.seeds import Seeds, recertify, record_from
from homotopy.verify import Check, VerificationReport
from polysys.errors import InputError, PolysysError
from polysys.labels import model_from_label
from polysys.landscape import Landscape
from polysys.models.base import Model

_COMPARED = ("verdict", "n_complex", "n_real", "n_minima", "by_index", "n_degenerate", "n_undecided", "n_undecided_index")


def faults_when_recertified(table: TableContents, jobs: Iterable[tuple[Any, Seeds]]) -> Iterator[str]:
    """What differs when rows are proved again from their certificates; nothing where nothing does."""
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
            census = recertify(land, seeds)
            record = record_from(census, row.model, entry.seed, row.sample, row.verdict)
        except (PolysysError, ValueError, ArithmeticError, LookupError) as error:
            yield f"{where}: its certificate cannot be used ({str(error)[:100]})"
            continue
        fault = difference(row, record)
        if fault:
            yield f"{where}: {fault}"


def difference(row: Any, record: SampleRecord) -> str:
    """How a record differs from a row of the table, in words; empty if it does not."""
    for name in _COMPARED:
        if getattr(row, name) != getattr(record, name):
            return f"{name} is {getattr(row, name)} in the table and {getattr(record, name)} now"
    if row.energies is not None and row.energies != record.energies:
        return "its energies differ"
    if row.digest != record.digest[:N_DIGEST]:
        return "the digest of its record differs"
    return ""


def replay(table: TableContents, k: int, seed: int) -> VerificationReport:
    """Count k rows from scratch and compare the digests of their records.

    Raises
    ------
    InputError
        If k is not a positive number, or the table has no rows that can be counted.
    """
    if not is_whole(k, 1):
        raise InputError(f"{k!r:.40} is not a number of rows.", "Give 3, say.")
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0x2E91A4,)))
    chosen = sorted(rng.permutation(len(table.rows))[:k].tolist())
    return VerificationReport(table.label, tuple(_replayed(table, table.rows[i]) for i in chosen))


def _replayed(table: TableContents, row: Any) -> Check:
    name = f"{row.model}, sample {row.sample}"
    entry = table.samples(row.model).entry
    record = count_samples(model_from_label(row.model), entry.seed, [row.sample])[0]
    if row.verdict is None:
        same = record.is_failed
        return Check(name, same, "fails again" if same else "failed when the table was built, and can be counted now")
    if record.is_failed:
        return Check(name, False, f"cannot be counted now: {record.failure}")
    fault = difference(row, record)
    return Check(name, not fault, fault or f"{record.n_real} real points, the same record {row.digest}")
