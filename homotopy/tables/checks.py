"""The checks of a table in three speeds: its files, every row on its own, and rows proved again without a solver."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from hashlib import sha256
from math import ceil

import numpy as np

from homotopy.checks import is_number
from homotopy.errors import TableError
from homotopy.tables.catalogue import SCHEMA
from homotopy.tables.contents import TableContents
from homotopy.tables.folder import as_json, read_bytes, read_checked
from homotopy.tables.layout import TABLE, schema
from homotopy.tables.recount import faults_when_recertified
from homotopy.tables.row_checks import Facts, faults
from homotopy.verify import Check, VerificationReport
from polysys.errors import InputError

SPEEDS = ("overall", "fast", "slow")


def verify_table(table: TableContents, speed: str, fraction: float, seed: int) -> VerificationReport:
    """All checks up to a speed."""
    if speed not in SPEEDS:
        raise InputError(f"There is no speed {str(speed)[:40]!r}.", f"Choose {', '.join(SPEEDS)}.")
    if not is_number(fraction) or not 0 < fraction <= 1:
        raise InputError(f"The fraction {fraction!r:.40} is not in (0, 1].", "Give 0.05, say.")
    found = list(_overall(table))
    if speed != "overall" and all(c.is_ok for c in found):
        found.append(_rows(table))
    if speed == "slow" and all(c.is_ok for c in found):
        found += _slow(table, fraction, seed)
    return VerificationReport(table.label, tuple(found))


def _overall(table: TableContents) -> Iterator[Check]:
    description, folder = table.description, table.folder
    yield _attempt("checksums", lambda: _checksums(table))
    is_same = description.n_rows == len(table.rows) == sum(m.samples for m in description.models)
    counted = Counter(r.model for r in table.rows)
    for model in description.models:
        samples = [r.sample for r in table.rows if r.model == model.label]
        is_same = is_same and samples == list(range(model.samples))
        found = Counter(r.verdict or "failed" for r in table.rows if r.model == model.label)
        is_same = is_same and dict(found) == {v: n for v, n in model.verdicts.items() if n}
    is_same = is_same and set(counted) == {m.label for m in description.models}
    yield Check("rows", is_same, f"{len(table.rows)} of {len(description.models)} models" if is_same else "their numbers, samples or verdicts are not those of table.json")
    yield _attempt("certificates", lambda: _certificates(table))
    if table.entry is not None:
        digest = sha256(read_bytes(folder / TABLE)).hexdigest()
        same = digest == table.entry.sha256 and table.entry.n_rows == len(table.rows)
        yield Check("catalogue", same, "lists this table" if same else "states another sha256 or number of rows")
        stored = folder.parent.parent / SCHEMA
        is_current = read_bytes(stored) == as_json(schema())
        yield Check("schema", is_current, f"{SCHEMA} is that of the members" if is_current else f"{SCHEMA} is another one")


def _attempt(name: str, check: Callable[[], str]) -> Check:
    try:
        return Check(name, True, check())
    except TableError as error:
        return Check(name, False, error.what)


def _checksums(table: TableContents) -> str:
    for name in table.description.files:
        read_checked(table.folder, table.description, name)
    stray = sorted({p.name for p in table.folder.iterdir()} - {*table.description.files, TABLE})
    if stray:
        raise TableError(f"{table.folder} holds a file that is not listed: {stray[0]}", "Remove it.")
    return f"{len(table.description.files)} files"


def _certificates(table: TableContents) -> str:
    found, keys = table.certificates, {(r.model, r.sample) for r in table.rows}
    per_model = Counter(model for model, _ in found)
    if len(found) != table.description.n_certificates or not set(found) <= keys:
        raise TableError("The certificates are not those of the rows that table.json speaks of", "Fetch it again.")
    if any(per_model[m.label] != m.certificates for m in table.description.models):
        raise TableError("A model has another number of certificates than table.json states", "Fetch it again.")
    return f"{len(found)} rows carry them"


def _rows(table: TableContents) -> Check:
    for model in table.description.models:
        facts = Facts.of(model)
        for row in table.samples(model.label).rows:
            fault = next(faults(row, facts), None)
            if fault is not None:
                return Check("every row", False, f"{model.label}, sample {row.sample}: {fault}")
        if facts.first_landscape != model.first_landscape:
            return Check("every row", False, f"{model.label}: sample 0 of seed {model.seed} is another landscape than was counted")
    return Check("every row", True, "counts add up; Euler characteristic, Morse inequalities, parity, bounds and symmetry hold")


def _slow(table: TableContents, fraction: float, seed: int) -> list[Check]:
    """Prove rows of each model again; so many as the fraction asks for, or all that carry certificates."""
    if not table.description.n_certificates:
        return [Check("proved again", True, "no row carries a certificate")]
    found = table.certificates
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0x510,)))
    jobs = []
    n_wanted = 0
    for model in table.description.models:
        carriers = sorted(sample for label, sample in found if label == model.label)
        wanted = ceil(fraction * model.samples)
        n_wanted += wanted
        chosen = rng.permutation(carriers)[:wanted].tolist()
        rows = table.samples(model.label).rows
        jobs += [(rows[k], found[model.label, k]) for k in chosen]
    wrong = list(faults_when_recertified(table, jobs))
    short = f"; {n_wanted - len(jobs)} fewer than asked for carry certificates" if n_wanted > len(jobs) else ""
    detail = wrong[0] if wrong else f"{len(jobs)} rows, every solution, by interval arithmetic without a solver{short}"
    return [Check("proved again", not wrong, detail)]
