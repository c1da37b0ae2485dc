"""The checks of a table in three speeds: its files, every row on its own, and rows proved again without a solver."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from hashlib import sha256
from math import ceil
from typing import Any

import numpy as np

from homotopy.common.validation import is_number
from homotopy.counting.files.verification import Check, VerificationReport
from homotopy.errors import TableError
from homotopy.tables.contents import TableContents
from homotopy.tables.format.catalogue import SCHEMA
from homotopy.tables.format.description import TABLE, schema
from homotopy.tables.format.folder import as_json, read_bytes, read_checked
from homotopy.tables.kinds import count_checks, published_checks
from homotopy.tables.kinds.sample_checks import Facts, is_available, model_faults
from homotopy.tables.recount import count_faults_when_proved, count_faults_when_recertified, faults_when_recertified
from polysys.disorder import check_seed
from polysys.errors import InputError

SPEEDS = ("overall", "fast", "slow")


def verify_table(table: TableContents, speed: str, fraction: float, seed: int) -> VerificationReport:
    """All checks up to a speed."""
    if speed not in SPEEDS:
        raise InputError(f"There is no speed {str(speed)[:40]!r}.", f"Choose {', '.join(SPEEDS)}.")
    if not is_number(fraction) or not 0 < fraction <= 1:
        raise InputError(f"The fraction {fraction!r:.40} is not in (0, 1].", "Give 0.05, say.")
    check_seed(seed)
    found = list(_overall(table))
    if speed != "overall" and all(c.is_ok for c in found):
        found.append(_rows(table, is_last=speed == "fast"))
    if speed == "slow" and all(c.is_ok for c in found):
        found += _slow(table, fraction, seed)
    return VerificationReport(table.label, tuple(found))


def _overall(table: TableContents) -> Iterator[Check]:
    yield _attempt("checksums", lambda: _checksums(table))
    yield _numbers_of_rows(table)
    yield _attempt("certificates", lambda: _certificates(table))
    if table.entry is not None:
        digest = sha256(read_bytes(table.folder / TABLE)).hexdigest()
        same = digest == table.entry.sha256 and table.entry.n_rows == len(table.rows)
        yield Check("catalogue", same, "lists this table" if same else "states another sha256 or number of rows")
        stored = table.folder.parent.parent / SCHEMA
        is_current = read_bytes(stored) == as_json(schema())
        yield Check("schema", is_current, f"{SCHEMA} is that of the members" if is_current else f"{SCHEMA} is another one")


def _numbers_of_rows(table: TableContents) -> Check:
    """Whether rows, samples and verdicts are as many as table.json states."""
    description = table.description
    is_same = description.n_rows == len(table.rows)
    if table.kind == "samples":
        by_model: dict[str, list[Any]] = {m.label: [] for m in description.models}
        for row in table.rows:
            by_model.setdefault(row.model, []).append(row)
        is_same = is_same and set(by_model) == {m.label for m in description.models}
        for model in description.models if is_same else ():
            rows = by_model[model.label]
            verdicts = Counter(r.verdict or "failed" for r in rows)
            is_same = is_same and [r.sample for r in rows] == list(range(model.samples))
            is_same = is_same and dict(verdicts) == {v: n for v, n in model.verdicts.items() if n}
    detail = f"{len(table.rows)} {table.kind}" if is_same else "their numbers, samples or verdicts are not those of table.json"
    return Check("rows", is_same, detail)


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
    found = table.certificates
    keys = {(r.model, r.sample if table.kind == "samples" else 0) for r in table.rows} if table.kind != "published" else set()
    per_model = Counter(model for model, _ in found)
    if len(found) != table.description.n_certificates or not set(found) <= keys:
        raise TableError("The certificates are not those of the rows that table.json speaks of", "Fetch it again.")
    if any(per_model[m.label] != m.certificates for m in table.description.models):
        raise TableError("A model has another number of certificates than table.json states", "Fetch it again.")
    return f"{len(found)} rows carry them"


_HELD = {
    "samples": "counts add up; Euler characteristic, Morse inequalities, parity, bounds and symmetry hold",
    "counts": "theorems are met, strata add up, groups of sign flips act freely, conjugates come in pairs",
    "published": "numbers, computations and agreements fit",
}


def _rows(table: TableContents, *, is_last: bool) -> Check:
    """Every row on its own; what is not checked is said, unless further checks follow."""
    gap = ""
    if table.kind == "counts":
        fault = next(count_checks.faults(table.rows, table.description.seed), None)
        n_underived = count_checks.n_only_derived(table.rows) if is_last else 0
        if n_underived:
            gap = f"; NOT CHECKED: {n_underived} proofs by exact algebra and what follows from them, which --slow 1 derives"
    elif table.kind == "published":
        fault = next(published_checks.faults(table.rows), None)
    else:
        fault, undrawn = None, 0
        for model in table.description.models:
            facts = Facts.of(model)
            fault = next(model_faults(table.samples(model.label).rows, facts), None)
            if fault is not None:
                break
            undrawn += facts.first_landscape is None
        if undrawn:
            gap = f"; NOT CHECKED: the landscapes of {undrawn} models, whose data set is not installed"
    return Check("every row", fault is None, fault or _HELD[table.kind] + gap)


def _slow(table: TableContents, fraction: float, seed: int) -> list[Check]:
    """Prove rows of each model again; so many as the fraction asks for, or all that carry certificates."""
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0x510,)))
    derived = _derived_again(table, fraction, rng) if table.kind == "counts" else []
    if not table.description.n_certificates:
        return [*derived, Check("proved again", True, "no row carries a certificate")]
    found = table.certificates
    if table.kind == "counts":
        groups = [(len(table.rows), "", [r for r in table.rows if (r.model, 0) in found])]
    else:
        groups = [(m.samples, m.label, [r for r in table.samples(m.label).rows if (m.label, r.sample) in found]) for m in table.description.models]
    jobs, n_wanted, unavailable = [], 0, []
    for n, label, carriers in groups:
        wanted = ceil(fraction * n)
        n_wanted += wanted
        if label and not is_available(label):
            unavailable.append(label)
            continue
        chosen = rng.permutation(len(carriers))[:wanted].tolist()
        jobs += [(carriers[k], found[carriers[k].model, getattr(carriers[k], "sample", 0)]) for k in chosen]
    check = count_faults_when_recertified if table.kind == "counts" else faults_when_recertified
    wrong = list(check(table, jobs))
    short = f"; {n_wanted - len(jobs)} fewer than asked for carry certificates" if n_wanted > len(jobs) and not unavailable else ""
    gone = f"; NOT CHECKED: {len(unavailable)} models, whose data set is not installed" if unavailable else ""
    detail = wrong[0] if wrong else f"{len(jobs)} rows, every solution, by interval arithmetic without a solver{short}{gone}"
    return [*derived, Check("proved again", not wrong, detail)]


def _derived_again(table: TableContents, fraction: float, rng: np.random.Generator) -> list[Check]:
    """Derive proofs of generic counts by exact algebra again: so many as the fraction of those rows asks for."""
    proved = [r for r in table.rows if getattr(r, "prime", None) is not None]
    if not proved:
        return []
    chosen = sorted(rng.permutation(len(proved))[: ceil(fraction * len(proved))].tolist())
    wrong = next(count_faults_when_proved(table, [proved[k] for k in chosen]), None)
    detail = wrong or f"{len(chosen)} of {len(proved)} generic counts, by exact algebra over the field of the couplings"
    return [Check("theorems", wrong is None, detail)]
