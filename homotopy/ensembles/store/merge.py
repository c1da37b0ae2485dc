"""Putting shards together: the records of several stores of one specification in one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from homotopy.ensembles.record import SampleRecord
from homotopy.ensembles.store.format import DamagedChunkError
from homotopy.ensembles.store.store import Store, create_store, open_store
from homotopy.errors import StoreError


@dataclass(frozen=True, slots=True)
class MergeReport:
    """What a merge did.

    Parameters
    ----------
    path : str
    n_samples, n_missing, n_failed : int
        In the merged store.
    digest : str or None
        Of all records, if none is missing.
    """

    path: str
    n_samples: int
    n_missing: int
    n_failed: int
    digest: str | None

    def to_dict(self) -> dict[str, Any]:
        """As a JSON object."""
        return {
            "store": self.path,
            "n_samples": self.n_samples,
            "n_missing": self.n_missing,
            "n_failed": self.n_failed,
            "digest": self.digest,
        }

    def __repr__(self) -> str:
        missing = f"; {self.n_missing} are missing" if self.n_missing else ""
        digest = f", digest {self.digest}" if self.digest else ""
        return f"{self.path} holds {self.n_samples} samples, {self.n_failed} of them failed{missing}{digest}"


def merge(sources: Sequence[str | Path], into: str | Path, *, say: Callable[[str], None] | None = None) -> MergeReport:
    """Copy the records of `sources` into the store `into`, made if there is none; each record is checked.

    Parameters
    ----------
    sources : sequence of path
        Stores of one specification; their numbers of samples may differ, then the largest counts.
    into : path
    say : callable (sentence), optional
        Told about damaged files, which are left out.

    Returns
    -------
    MergeReport

    Raises
    ------
    StoreError
        If the stores do not belong together.

    Notes
    -----
    Where several stores hold a sample, a result is preferred to a failure. One chunk is in memory at a time.
    """
    stores = [open_store(path) for path in sources]
    if not stores:
        raise StoreError("No store is named.", "Name the folders of the shards.")
    largest = max(stores, key=lambda s: s.spec.samples)
    for store in stores:
        if store.identity != largest.identity:
            raise StoreError(
                f"{store.path} and {largest.path} belong to different specifications.", "Merge shards of one."
            )
        if store.chunk != largest.chunk:
            raise StoreError(
                f"{store.path} has {store.chunk} samples a file, {largest.path} {largest.chunk}.",
                "Run the shards with the same --chunk.",
            )
    target = create_store(into, largest.spec, largest.family, largest.chunk)
    n_samples = n_failed = 0
    for chunk in target.chunks:
        found: dict[int, SampleRecord] = {}
        for store in (target, *stores):
            for record in _records(store, chunk.start, say):
                if record.sample not in found or (found[record.sample].is_failed and not record.is_failed):
                    found[record.sample] = record
        if all(sample in found for sample in chunk.samples):
            target.write(chunk, [found[sample] for sample in chunk.samples])
            n_samples += len(chunk.samples)
            n_failed += sum(found[sample].is_failed for sample in chunk.samples)
    digest = target.seal() if n_samples == target.spec.samples else None
    return MergeReport(str(into), n_samples, target.spec.samples - n_samples, n_failed, digest)


def _records(store: Store, start: int, say: Callable[[str], None] | None) -> Sequence[SampleRecord]:
    """The records of a store's chunk that begins with sample `start`; the last chunk of a smaller store is shorter."""
    if start >= store.spec.samples:
        return ()
    chunk = store.chunk_at(start)
    try:
        return store.read(chunk) or ()
    except DamagedChunkError as error:
        if say is not None:
            say(f"{store.file(chunk)} {error}; it is left out.")
        return ()
