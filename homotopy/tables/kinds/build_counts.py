"""The rows of a table of generic counts, remembered one by one in the folder of the work."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from homotopy.common.files import write_atomically
from homotopy.common.provenance import producer_versions
from homotopy.common.reporting import Say
from homotopy.counting.count import census
from homotopy.errors import TableError
from homotopy.status import Completeness as Verdict
from homotopy.tables.draft import MAX_NOTES, Part
from homotopy.tables.format.cells import Column, Value
from homotopy.tables.format.description import Completeness
from homotopy.tables.kinds.generic import count_generic, proved_count
from homotopy.tables.kinds.theorems import GenericCount, add_strata, count_by_algebra
from homotopy.tables.spec import CountsSpec
from homotopy.tables.stored_solutions import DIGITS, Seeds, recertify, seeds_of
from polysys.errors import FileError
from polysys.models.labels import model_from_label
from polysys.reading.files import read_json

KEY = ("model",)
COLUMNS = (
    Column("model", "text", "label of a model; the count is that of almost every member of its family", "name"),
    Column("n_unknowns", "integer", "number of coordinates (weights, spins)", "name"),
    Column("n_complex", "integer", "complex stationary points of a generic member (on spheres with a homogeneous potential: classes)", "row"),
    Column("n_torus", "integer", "those without a zero coordinate: K(r) of a deep linear network with live neurons r", "row"),
    Column("rigor", "text", "proved (n_complex by a theorem, n_torus where evidence does not say numerical), numerical (see evidence), open", "name"),
    Column("prime", "integer", "of a proof by exact algebra over the field of the couplings, which `verify --slow` derives again", "name"),
    Column("evidence", "text", "the theorem, or the runs and tests on which the count rests; why there is none", "name"),
)  # fmt: skip


def part_of(spec: CountsSpec, place: Path, say: Say) -> Part:
    """The rows of a table of counts."""
    for label in (*spec.models, *spec.open):
        full = model_from_label(label).label
        if full != label:
            raise TableError(f"The label {label} is short for {full}.", "Write the latter.")
    notes = _Notes(place / "counts.json", spec.seed)
    counts: dict[str, GenericCount] = {}
    for label in spec.models:
        proved = proved_count(label, spec.seed)  # at once; a note may be older than the theorem
        if proved is not None:
            counts[label] = proved
            continue
        if label not in spec.algebra:
            counts[label] = _noted(label, label, spec.seed, count_generic, notes, say)
            continue
        counts[label] = _noted(f"algebra {label}", label, spec.seed, _by_algebra, notes, say)
        if not model_from_label(label).torus_parts():  # nothing else says how many solutions have no zero coordinate
            other = _noted(label, label, spec.seed, count_generic, notes, say)
            counts[label] = _with_torus(counts[label], other)
    counts = add_strata(counts)
    for label in spec.open:
        n = model_from_label(label).domain.n
        counts[label] = GenericCount(label, n, None, None, "open", "out of reach of this table")
    for label, count in counts.items():
        if count.n_complex is None and count.n_torus is not None:
            why = f"{count.evidence}; n_complex needs the torus counts of networks with fewer live neurons, one of which is open"
            counts[label] = GenericCount(label, count.n_unknowns, None, count.n_torus, count.rigor, why, count.prime)
    rows: list[tuple[Value, ...]] = [
        (c.model, c.n_unknowns, c.n_complex, c.n_torus, c.rigor, c.prime, c.evidence) for c in (counts[x] for x in (*spec.models, *spec.open))
    ]
    seeds = [_certificate(label, spec.seed, counts[label], place, say) for label in spec.certificates]
    engines = sorted({f"tracker {e}" for e in notes.versions()})
    keys = [f"algebra {label}" if label in spec.algebra else label for label in spec.models]
    return Part(COLUMNS, KEY, rows, seeds, [], notes.seconds(keys), engines, _RELIABILITY, _completeness(counts, spec.caveat))


def _noted(
    key: str, label: str, seed: int, make: Callable[[str, int], GenericCount], notes: _Notes, say: Say
) -> GenericCount:
    """A count that was found before, or is found now."""
    if notes.get(key) is None:
        say(f"counting {label}")
        begin = time.perf_counter()
        notes.put(key, msgspec.to_builtins(make(label, seed)), time.perf_counter() - begin)
    found: GenericCount = msgspec.convert(notes.get(key), GenericCount)
    return found


def _with_torus(found: GenericCount, other: GenericCount) -> GenericCount:
    """A proved count with the number without a zero coordinate that monodromy gives."""
    if other.n_torus is None or other.n_complex != found.n_complex:
        return found
    evidence = f"{found.evidence}; n_torus is numerical: {other.evidence}"
    return replace(found, n_torus=other.n_torus, evidence=evidence)


def _by_algebra(label: str, seed: int) -> GenericCount:
    found = count_by_algebra(label, seed)
    if found is None:
        raise TableError(f"The generic count of {label} was not proved within the work limit.", "Leave it out of `algebra`.")
    return found


class _Notes:
    """Counts that were found before, in a file."""

    def __init__(self, path: Path, seed: int) -> None:
        self._path, self._seed = path, seed
        try:
            self._content: dict[str, Any] = dict(read_json(path, MAX_NOTES))
        except (FileError, TypeError, ValueError):
            self._content = {}

    def get(self, label: str) -> Any:
        return self._content.get(f"{self._seed} {label}", {}).get("count")

    def put(self, label: str, count: Any, seconds: float) -> None:
        entry = {"count": count, "seconds": seconds, "numba": producer_versions()["numba"]}
        self._content[f"{self._seed} {label}"] = entry
        write_atomically(self._path, json.dumps(self._content).encode())

    def seconds(self, labels: list[str]) -> float:
        return float(sum(self._content.get(f"{self._seed} {label}", {}).get("seconds", 0) for label in labels))

    def versions(self) -> set[str]:
        return {entry["numba"] for entry in self._content.values()}


def _certificate(label: str, seed: int, count: GenericCount, place: Path, say: Say) -> Seeds:
    """Solutions of sample 0, from which as many as the generic count are proved to exist."""
    cache = place / f"certificates-{seed}.json"
    try:
        known: dict[str, Any] = dict(read_json(cache, MAX_NOTES))
    except (FileError, TypeError, ValueError):
        known = {}
    if label not in known:
        say(f"certifying {label}")
        found = census(model_from_label(label).sample(seed))
        if found.n_complex != count.n_complex or found.completeness.verdict is Verdict.CONTRADICTED:
            raise TableError(
                f"Sample 0 of {label} has {found.n_complex} certified solutions, and the generic count is {count.n_complex}.",
                "One of the two is wrong, or the sample is special: look at it before it is published.",
            )
        for images, digits in ((i, d) for i in (True, False) for d in DIGITS):
            seeds = seeds_of(found, digits, images=images)
            if recertify(found.landscape, seeds).n_complex == found.n_complex:
                known[label] = msgspec.to_builtins(seeds)
                break
        else:
            raise TableError(f"The solutions of {label} cannot be certified from decimals.", "Leave its certificate out.")
        write_atomically(cache, json.dumps(known).encode())
    return msgspec.convert(known[label], Seeds)


_RELIABILITY = (
    "The column rigor says for each row what its count rests on. proved: a theorem on the generic member; where the column prime has a "
    "number, one that exact algebra proves over the field of the couplings and `stationary table verify --slow` derives again. numerical: two independent "
    "monodromy runs or more that agree in every stratum (points with the same zero pattern), and a trace test where the column evidence "
    "says that one was run and passed; strong evidence, no proof. Where certificates are stored, interval arithmetic proves that one "
    "member of the family has at least so many solutions, so the generic count is no smaller. open: no count."
)


def _completeness(counts: dict[str, GenericCount], caveat: str) -> Completeness:
    rigor = Counter(c.rigor for c in counts.values())
    counted = ", ".join(f"{n} {r}" for r, n in rigor.most_common())
    n_without = sum(c.n_complex is None for c in counts.values())
    answer = "no" if n_without else "yes"
    reason = f"{len(counts)} models ({counted})" + (f"; {n_without} without a total count" if n_without else ", all counted")
    return Completeness(answer, reason, caveat)
