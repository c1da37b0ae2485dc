"""The rows of a table of samples: ensembles that resume, and certificates that were tried out."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from homotopy.common.files import write_atomically
from homotopy.common.reporting import Say
from homotopy.counting.batch import census_batch
from homotopy.counting.result import Census
from homotopy.ensembles.counts import VERDICTS
from homotopy.ensembles.record import SampleRecord, record_of
from homotopy.ensembles.result import Ensemble
from homotopy.ensembles.run import ensemble
from homotopy.ensembles.spec import EnsembleSpec
from homotopy.errors import HomotopyError, TableError
from homotopy.status import Completeness as Verdict
from homotopy.tables.draft import MAX_NOTES, Part
from homotopy.tables.format.cells import Column, Value
from homotopy.tables.format.description import Completeness, ExactMeans, Mean, ModelEntry, folder_name
from homotopy.tables.kinds.sample_checks import N_DIGEST
from homotopy.tables.proofs import proved_record
from homotopy.tables.spec import ModelSpec, SamplesSpec
from homotopy.tables.stored_solutions import DIGITS, Seeds, recertify, record_from, seeds_of
from polysys import theory
from polysys.errors import FileError, PolysysError
from polysys.models.base import Model
from polysys.models.labels import model_from_label
from polysys.reading.files import read_json

_AT_ONCE = 50  # censuses held in memory
_MAX_DIMENSION = 6  # of products of three spheres or more whose predicted means take seconds, not minutes
KEY = ("model", "sample")

COLUMNS = (
    Column("model", "text", "label of the model", "name"),
    Column("sample", "integer", "the row is model.sample(seed, sample)", "name"),
    Column("verdict", "text", "is the list of points complete: proved, supported, unknown, contradicted; empty if failed", "name"),
    Column("n_complex", "integer", "certified distinct complex solutions (on spheres with a homogeneous potential: classes)", "certified"),
    Column("n_real", "integer", "certified real stationary points", "certified"),
    Column("n_minima", "integer", "those of Morse index 0", "certified"),
    Column("by_index", "integers", "certified points of Morse index 0, 1, .., dimension", "certified"),
    Column("n_degenerate", "integer", "singular points and sets, in none of the other counts", "numerical"),
    Column("n_undecided", "integer", "solutions of which it is undecided whether they are real", "certified"),
    Column("n_undecided_index", "integer", "real points of undecided index; in n_real, not in by_index", "certified"),
    Column("bound", "integer", "proved upper bound on n_complex; empty: that of the model, in table.json", "proved"),
    Column("lowest_energy", "decimal", "of all points, in the model's units, rounded to nine significant decimals", "certified"),
    Column("energies", "decimals", "of all points, ascending, rounded likewise; empty where they are not listed", "certified"),
    Column("indices", "integers", "Morse index of each of these points", "certified"),
    Column("digest", "text", f"first {N_DIGEST} hexadecimal digits of the sha256 of the sample's record", "name"),
    Column("failure", "text", "why there is no result: error, timeout or crash, and a sentence; else empty", "name"),
)  # fmt: skip


def part_of(spec: SamplesSpec, place: Path, workers: int | None, say: Say) -> Part:
    """The rows and certificates of a table of samples; what the folder of the work holds is not computed again."""
    models = [model_from_label(m.label) for m in spec.models]
    for given, model in zip(spec.models, models, strict=True):
        if given.label != model.label:
            raise TableError(f"The label {given.label} is short for {model.label}.", "Write the latter.")
        model.sample(spec.seed).require_isolated()
    pieces = [_piece(spec, m, model, place, workers, say) for m, model in zip(spec.models, models, strict=True)]
    verdicts: Counter[str] = Counter()
    for piece in pieces:
        verdicts.update(piece.entry.verdicts)
    return Part(
        COLUMNS, KEY, [row for p in pieces for row in p.rows], [s for p in pieces for s in p.seeds], [p.entry for p in pieces],
        sum(p.seconds for p in pieces), sorted({e for p in pieces for e in p.engines}), _RELIABILITY,
        _completeness(verdicts, spec.caveat),
    )  # fmt: skip


class _Piece(msgspec.Struct, frozen=True):
    """What a model contributes."""

    entry: ModelEntry
    rows: list[tuple[Value, ...]]
    seeds: list[Seeds]
    seconds: float
    engines: list[str]


def _piece(spec: SamplesSpec, given: ModelSpec, model: Model, place: Path, workers: int | None, say: Say) -> _Piece:
    begin = f"{given.label}: {given.samples} samples"
    say(begin)
    store = place / folder_name(given.label.lower().replace("^", "+").replace("*", "+"))
    ens = ensemble(EnsembleSpec(given.label, given.samples, spec.seed, timeout=spec.timeout), store=store, workers=workers)
    records = [r for chunk in ens.store.chunks for r in ens.store.read(chunk) or ()]
    if len(records) != given.samples:
        raise HomotopyError(f"The ensemble of {given.label} is incomplete.", "Run the same command again.")
    records = [proved_record(r, model.sample(spec.seed, r.sample)) if r.verdict == Verdict.SUPPORTED.value else r for r in records]
    seeds = list(_certificates(spec, given, model, records, place))
    counted = Counter("failed" if r.is_failed else str(r.verdict) for r in records)
    verdicts = {name: counted[name] for name in (*VERDICTS, "failed") if counted[name]}
    say(f"{begin}: {', '.join(f'{n} {v}' for v, n in verdicts.items())}; {len(seeds)} certificates")
    engines = sorted({f"{r.engine} {r.engine_version}" for r in records if r.engine})
    entry = _entry(given, ens, model, verdicts, len(seeds))
    bound = ens.store.family.bound
    return _Piece(entry, [_row(r, bound, given.energies) for r in records], seeds, ens.seconds, engines)


def _entry(given: ModelSpec, ens: Ensemble, model: Model, verdicts: dict[str, int], n_certificates: int) -> ModelEntry:
    family = ens.store.family
    return ModelEntry(
        given.label, ens.seed, given.samples, n_certificates, family.dimension, family.points_per_class, str(family.bound),
        family.is_compact, family.is_coercive, family.first_landscape, ens.digest, verdicts, _predicted_means(model),
    )  # fmt: skip


def _predicted_means(model: Model) -> ExactMeans | None:
    """What theory says, where that takes seconds: exact means of glasses, Monte Carlo only for small ones."""
    if model.domain.is_euclidean or not theory.has_mean_counts(model):
        return None
    if model.domain.n_constraints > 2 and model.domain.dimension > _MAX_DIMENSION:
        return None
    means = theory.mean_counts(model)
    by_index = [Mean(p.value, p.error) for _, p in sorted(means.by_index.items())]
    return ExactMeans(means.total.kind, means.total.reference, Mean(means.total.value, means.total.error), by_index)


def _row(record: SampleRecord, bound: int, with_energies: bool) -> tuple[Value, ...]:
    failure = None if record.failure_kind is None else f"{record.failure_kind}: {record.failure}"
    if record.is_failed:
        nothing: tuple[Value, ...] = (None,) * (len(COLUMNS) - 3)
        return (record.model, record.sample, *nothing, failure)
    listed = with_energies and bool(record.energies) and None not in (record.indices or ())
    indices = tuple(k for k in record.indices or () if k is not None)
    return (
        record.model, record.sample, record.verdict, record.n_complex, record.n_real, record.n_minima, record.by_index,
        record.n_degenerate, record.n_undecided, record.n_undecided_index, None if record.bound == bound else record.bound,
        record.energies[0] if record.energies else None, record.energies if listed else None, indices if listed else None,
        record.digest[:N_DIGEST], failure,
    )  # fmt: skip


def _certificates(
    spec: SamplesSpec, given: ModelSpec, model: Model, records: Sequence[SampleRecord], place: Path
) -> Iterator[Seeds]:
    """Certificates of evenly spaced rows; what was made before is read again from the folder of the work."""
    wanted = [k * given.samples // max(given.n_certificates, 1) for k in range(given.n_certificates)]
    cache = place / f"{hashlib.sha256(f'{given.label} {spec.seed}'.encode()).hexdigest()[:16]}.seeds.json"
    known: dict[str, Any] = {}
    try:
        known = dict(read_json(cache, MAX_NOTES))
    except (FileError, TypeError, ValueError):
        known = {}
    missing = [k for k in wanted if records[k].digest not in known and _is_certifiable(records[k])]
    for first in range(0, len(missing), _AT_ONCE):
        some = missing[first : first + _AT_ONCE]
        for k, census in zip(some, census_batch(model, spec.seed, some, threads=1), strict=True):
            seeds = None if isinstance(census, PolysysError) else _proving_seeds(census, records[k])
            known[records[k].digest] = None if seeds is None else msgspec.to_builtins(seeds)
        write_atomically(cache, json.dumps(known).encode())
    for k in wanted:
        found = known.get(records[k].digest)
        if found is not None:
            yield msgspec.convert(found, Seeds)


def _is_certifiable(record: SampleRecord) -> bool:
    is_judged = record.verdict in ("proved", "supported")
    return is_judged and not (record.n_degenerate or record.n_undecided or record.n_undecided_index)


def _proving_seeds(census: Census, record: SampleRecord) -> Seeds | None:
    """The shortest certificate that gives the very record again; None if none does (or the census itself does not)."""
    found = proved_record(record_of(census, record.model, record.seed, record.sample), census.landscape)
    if found.digest != record.digest:
        raise HomotopyError(
            f"Sample {record.sample} of {record.model} gives another record now than in the ensemble.",
            "The ensemble was made by another version: build in a new folder of work.",
        )
    for images in (True, False):
        for digits in DIGITS:
            seeds = seeds_of(census, digits, images=images)
            again = recertify(census.landscape, seeds, proves=record.verdict == Verdict.PROVED.value)
            made = record_from(again, record.model, record.seed, record.sample, str(record.verdict))
            if made.digest == record.digest:
                return seeds
    return None


_RELIABILITY = (
    "Every solution was certified by interval arithmetic on the exact rational system: it exists, is unique in its box, the "
    "boxes are disjoint, and reality and Morse index are proved. The verdict of a row says whether any could be missing: "
    "proved where as many were certified as a proved bound allows (of a theorem on the family, or of the sample's own ideal: then the column bound "
    "states it), supported where every check was met and every path of a "
    "homotopy from a complete start set ended at a solution of its own. Samples that failed are rows, never left out."
)


def _completeness(verdicts: Counter[str], caveat: str) -> Completeness:
    n_open = sum(n for v, n in verdicts.items() if v not in ("proved", "supported"))
    total = verdicts.total()
    counted = ", ".join(f"{n} {v}" for v, n in verdicts.most_common())
    if n_open:
        return Completeness("no", f"{n_open} of {total} samples have no complete list ({counted})", caveat)
    if verdicts["supported"]:
        return Completeness("yes, on evidence", f"the lists of points of all {total} samples are complete ({counted})", caveat)
    return Completeness("yes, proved", f"the lists of points of all {total} samples are proved complete", caveat)
