"""The store of an ensemble: a folder of chunk files that any number of processes may write, be killed in, and resume.

Safety rests on three things. A chunk file appears under its name only when it is complete and on the disk (write under
another name, fsync, rename). It carries its own checks, so nothing depends on a second file. And a record depends on the
specification and the sample number only, so it does not matter which of two processes writes it. Locks only save work.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa

from homotopy.common.files import (
    is_full,
    remove_leftovers,
    require_writable,
    set_aside,
    write_atomically,
    write_error,
)
from homotopy.common.provenance import producer_versions
from homotopy.ensembles.record import CONTENT, SampleRecord
from homotopy.ensembles.spec import EnsembleSpec, spec_from_dict
from homotopy.ensembles.store.format import (
    FORMAT,
    MANIFEST_VERSION,
    README,
    DamagedChunkError,
    add_digests,
    decode,
    encode,
    read_columns,
)
from homotopy.ensembles.store.plan import Chunk, FamilyFacts, StoreState, default_chunk
from homotopy.errors import StoreError, StoreWriteError
from polysys.errors import FileError, PolysysError
from polysys.reading.files import parse_json, read_bytes, shown_path

_OURS = re.compile(r"README\.md|spec\.toml|manifest\.json|(chunks|claims)\.lock|records|\..*\.part")
_RUN_AGAIN = "Delete it and run the specification you trust, as in the store's spec.toml, on this store again."
_MAX_CHUNK = 1 << 28  # bytes of a chunk's file
_CHUNK_NAME = re.compile(r"(\d+)-(\d+)\.parquet")


@dataclass(frozen=True)
class Store:
    """An ensemble's folder; make one with :func:`open_store` or :func:`create_store`.

    Parameters
    ----------
    path : Path
    spec : EnsembleSpec
    family : FamilyFacts
    chunk : int
        Samples in a file.
    """

    path: Path
    spec: EnsembleSpec
    family: FamilyFacts
    chunk: int

    @property
    def identity(self) -> str:
        """What the specification of every run on this store must agree on."""
        return self.spec.identity(self.family.first_landscape)

    @property
    def chunks(self) -> list[Chunk]:
        """All chunks, in order."""
        return [self.chunk_at(start) for start in range(0, self.spec.samples, self.chunk)]

    def chunk_at(self, start: int) -> Chunk:
        """The chunk that begins with a sample."""
        return Chunk(start, min(start + self.chunk, self.spec.samples))

    def file(self, chunk: Chunk) -> Path:
        """The file of a chunk."""
        return self.path / "records" / chunk.name

    def has(self, chunk: Chunk) -> bool:
        """Whether the file of a chunk exists; :meth:`read` says whether it is sound."""
        return os.path.lexists(self.file(chunk))

    def read(self, chunk: Chunk) -> list[SampleRecord] | None:
        """The records of a chunk, all checked; None if there is no file.

        Raises
        ------
        DamagedChunkError
        StoreError
            If the file cannot be read at all.
        """
        try:
            data = self._bytes(chunk)
        except FileNotFoundError:
            return None
        return decode(data, self.identity, chunk.samples)

    def _bytes(self, chunk: Chunk) -> bytes:
        try:
            return read_bytes(self.file(chunk), _MAX_CHUNK)
        except FileError as error:
            cause = error.__cause__
            if isinstance(cause, FileNotFoundError) and not self.has(chunk):
                raise cause from None
            if isinstance(cause, OSError) and cause.errno not in (errno.ENOENT, errno.ELOOP):
                raise StoreError(error.what, "Check the store's permissions.") from error
            raise DamagedChunkError("is no file that can be read") from error  # a folder, a pipe, a link to nowhere

    def write(self, chunk: Chunk, records: Sequence[SampleRecord]) -> None:
        """Write the records of a chunk: complete or not at all.

        Where another process has written the chunk meanwhile, the file with fewer failures stays.

        Raises
        ------
        StoreWriteError
            If the disk is full or cannot be written.
        """
        if [r.sample for r in records] != list(chunk.samples):
            raise ValueError(f"the records are not those of {chunk}")
        with contextlib.suppress(DamagedChunkError):
            there = self.read(chunk)
            if there is not None and sum(r.is_failed for r in there) <= sum(r.is_failed for r in records):
                return
        set_aside(self.file(chunk))
        write_atomically(self.file(chunk), encode(records, self.identity))

    def scan(self, chunks: Sequence[Chunk] | None = None) -> StoreState:
        """Read and check every chunk file, or those of some chunks."""
        state = StoreState()
        for chunk in self.chunks if chunks is None else chunks:
            try:
                records = self.read(chunk)
            except DamagedChunkError as error:
                state.damaged[chunk] = str(error)
                continue
            if records is not None:
                state.sound.add(chunk)
                failed = [r.sample for r in records if r.is_failed]
                if failed:
                    state.failed[chunk] = failed
        return state

    def records(self, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """The records as Arrow tables, one a chunk that is there, in order; page checksums are verified.

        Parameters
        ----------
        columns : sequence of str, optional
            Those to read (default: all).
        """
        for chunk in self.chunks:
            try:
                table = read_columns(self._bytes(chunk), columns)
            except FileNotFoundError:
                continue
            except DamagedChunkError as error:
                raise StoreError(
                    f"{self.file(chunk)} {error}.", "Run the ensemble again on this store: it computes what is damaged."
                ) from error
            yield table

    def seal(self) -> str:
        """Write the digest of a complete store into its manifest and remove what an earlier, smaller plan left.

        Returns
        -------
        str
            The digest of all records.
        """
        digest = record_digest(self)
        _write_manifest(self, {"samples": self.spec.samples, "digest": digest})
        planned = {chunk.name for chunk in self.chunks}
        for name in os.listdir(self.path / "records"):
            if _CHUNK_NAME.fullmatch(name) and name not in planned:
                set_aside(self.path / "records" / name)
                (self.path / "records" / name).unlink(missing_ok=True)
        return digest

    def clean(self) -> None:
        """Remove unfinished files of dead processes; refuse a folder that cannot be written.

        Raises
        ------
        StoreError
        """
        remove_leftovers(self.path)
        remove_leftovers(self.path / "records")
        require_writable(self.path / "records")


def create_store(path: str | Path, spec: EnsembleSpec, family: FamilyFacts, chunk: int | None = None) -> Store:
    """The store in a folder, made if there is none, and opened for more samples if there is one of the same ensemble.

    Parameters
    ----------
    path : str or Path
    spec : EnsembleSpec
    family : FamilyFacts
    chunk : int, optional
        Samples in a file; by default chosen from the work that a sample takes, the same for all runs of a spec.

    Raises
    ------
    StoreError
        If the folder holds something else, another specification or more samples, or cannot be written.
    StoreWriteError
        If its disk is full.
    """
    folder = Path(path)
    size = default_chunk(family.n_paths) if chunk is None else chunk
    store = Store(folder, spec, family, size)
    try:
        if os.path.lexists(folder / "manifest.json"):
            return _join(open_store(folder), spec, family, chunk)
        if folder.exists() and not folder.is_dir():
            raise StoreError(f"{folder} is not a folder.", "Choose another place.")
        if folder.is_dir() and any(not _OURS.fullmatch(name) for name in os.listdir(folder)):
            raise StoreError(f"{folder} is not empty and no ensemble's store.", "Choose an empty or a new folder.")
        (folder / "records").mkdir(parents=True, exist_ok=True)
        _write_texts(store)
        if not _write_manifest(store, None, is_new=True):
            return _join(open_store(folder), spec, family, chunk)
    except StoreWriteError as error:
        if isinstance(error.__cause__, OSError) and is_full(error.__cause__):
            raise
        raise StoreError(error.what, error.way_out) from error
    except OSError as error:
        raise (StoreWriteError if is_full(error) else StoreError)(*write_error(folder, error)) from error
    store.clean()
    return store


def _join(there: Store, spec: EnsembleSpec, family: FamilyFacts, chunk: int | None) -> Store:
    """The store that is there, for another run of the same specification."""
    if there.identity != spec.identity(family.first_landscape):
        differing = [
            name for name in ("model", "seed", "points", "options") if getattr(there.spec, name) != getattr(spec, name)
        ]
        which = ", ".join(differing) if differing else "the content of a data or expression file"
        raise StoreError(
            f"The store {there.path} belongs to another specification ({which} differs).",
            "Choose another store, or the specification in its spec.toml.",
        )
    if spec.samples < there.spec.samples:
        raise StoreError(
            f"The store {there.path} was made for {there.spec.samples} samples, more than {spec.samples}.",
            f"Give samples = {there.spec.samples} or more (a store can grow), or another store.",
        )
    if chunk is not None and chunk != there.chunk:
        raise StoreError(
            f"The store {there.path} has {there.chunk} samples a file, not {chunk}.", "Leave the choice out."
        )
    store = replace(there, spec=spec)
    store.clean()
    if spec != there.spec:
        _write_texts(store)
        _write_manifest(store, None)
    return store


def open_store(path: str | Path) -> Store:
    """The store in a folder, to be read.

    Raises
    ------
    StoreError
        If there is none, or its manifest is damaged or of a newer format.
    """
    folder = Path(path)
    return _store_of(folder, _read_manifest(folder))


def _read_manifest(folder: Path) -> dict[str, Any]:
    """The members of a store's manifest, after its digest was checked."""
    path = folder / "manifest.json"
    try:
        data = read_bytes(path)
    except FileError as error:
        if isinstance(error.__cause__, (FileNotFoundError, NotADirectoryError)):
            raise StoreError(f"{folder} is not an ensemble's store: it has no manifest.json.", "Name another folder.") from error
        raise StoreError(error.what, "Check its permissions and its disk.") from error
    try:
        manifest = parse_json(data, shown_path(path))
        if not isinstance(manifest, dict) or type(manifest["version"]) is not int:
            raise TypeError
        if manifest["format"] != FORMAT:
            raise StoreError(f"{folder} is not an ensemble's store.", "Name another folder.")
        if manifest["version"] > MANIFEST_VERSION:
            raise StoreError(f"The store {folder} has format {manifest['version']}.", "Upgrade stationary to read it.")
        # stores of the first format have no digest of the manifest
        is_sound = manifest["version"] == 1 or manifest["sha256"] == _manifest_digest(manifest)
    except (FileError, KeyError, TypeError) as error:
        raise StoreError(f"{path} is damaged.", _RUN_AGAIN) from error
    if not is_sound:
        raise StoreError(f"{path} was altered: its content does not match its sha256.", _RUN_AGAIN)
    return manifest


def _store_of(folder: Path, manifest: dict[str, Any]) -> Store:
    path = folder / "manifest.json"
    try:
        spec = spec_from_dict(manifest["spec"], "The manifest")
        store = Store(folder, spec, msgspec.convert(manifest["family"], FamilyFacts), manifest["chunk"])
        content = manifest["content"]
        if type(store.chunk) is not int or store.chunk < 1 or not (content is None or type(content["digest"]) is str):
            raise TypeError
        is_sound = store.identity == manifest["identity"]
    except (ValueError, KeyError, TypeError, AttributeError, PolysysError) as error:
        raise StoreError(f"{path} is damaged.", _RUN_AGAIN) from error
    if not is_sound:
        raise StoreError(f"{path} was altered: its identity does not fit its specification.", _RUN_AGAIN)
    return store


def _manifest_digest(manifest: dict[str, Any]) -> str:
    """sha256 of all members but `sha256` itself, as JSON with sorted keys."""
    rest = {key: value for key, value in manifest.items() if key != "sha256"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def record_digest(store: Store) -> str:
    """The digest of all records of a complete store.

    Raises
    ------
    StoreError
        If samples are missing.
    """
    whole, n_samples = hashlib.sha256(), 0
    for table in store.records(["digest"]):
        add_digests(whole, table["digest"].to_pylist())
        n_samples += len(table)
    if n_samples != store.spec.samples:
        raise StoreError(f"{store.path} holds {n_samples} of {store.spec.samples} samples.", "Run the ensemble again.")
    return whole.hexdigest()


def sealed_digest(store: Store) -> str | None:
    """The digest that the manifest states, if the store was once complete."""
    content = _read_manifest(store.path)["content"]
    return None if content is None else str(content["digest"])


def _write_texts(store: Store) -> None:
    spec, family = store.spec, store.family
    readme = README.format(
        model=spec.model,
        seed=spec.seed,
        last=spec.samples - 1,
        chunk=store.chunk,
        points_per_class=family.points_per_class,
        dimension=family.dimension,
        content=", ".join(CONTENT),
        bound_note="bound as an integer too",
    )
    write_atomically(store.path / "README.md", readme.encode())
    write_atomically(store.path / "spec.toml", spec.to_toml().encode())


def _write_manifest(store: Store, content: dict[str, Any] | None, *, is_new: bool = False) -> bool:
    manifest = {
        "format": FORMAT,
        "version": MANIFEST_VERSION,
        "identity": store.identity,
        "spec": store.spec.to_dict(),
        "chunk": store.chunk,
        "family": asdict(store.family),
        "producer": producer_versions(),
        "content": content,
    }
    text = json.dumps({**manifest, "sha256": _manifest_digest(manifest)}, indent=1) + "\n"
    return write_atomically(store.path / "manifest.json", text.encode(), is_new=is_new)
