"""Many samples of a discrete family: what is kept of each space, and a folder of chunks in which a killed run goes on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, as_completed
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np

from homotopy.common.arrays import Floats
from homotopy.common.files import set_aside, write_atomically
from homotopy.common.frames import frame
from homotopy.common.reporting import report
from homotopy.common.sheet import Line, Sheet, Shown
from homotopy.common.validation import is_whole
from homotopy.errors import StoreError
from homotopy.weights.enumeration import weight_space
from homotopy.weights.space import WeightSpace
from polysys.errors import FileError, InputError
from polysys.models.binary.space import BinaryModel
from polysys.models.labels import binary_model_from_label
from polysys.reading.files import read_json

_FORMAT = "stationary weight spaces 1"
_MAX_CHUNK = 1 << 26  # bytes of a file
_MAX_SAMPLES = 10**6

Record = dict[str, Any]
_COLUMNS = {
    "sample": "number of the sample: with model and seed it says which space this is",
    "digest": "sha256 of the space",
    "n_solutions": "states without an error",
    "n_isolated": "solutions none of whose single flips is one",
    "n_flip_edges": "pairs of solutions that differ by a single flip",
    "n_clusters": "sets of solutions joined by single flips",
    "n_cluster_orbits": "clusters up to symmetry",
    "largest_cluster": "solutions in the largest cluster",
    "largest_orbit": "solutions in the largest orbit of clusters",
    "symmetry_order": "order of the symmetry group",
    "n_stable": "states that no single flip lowers",
}


def record_of(space: WeightSpace) -> Record:
    """What is kept of one space: exact numbers, and entropies as doubles; it depends on the sample only."""
    return {
        "sample": space.space.index,
        "digest": space.space.digest,
        "n_solutions": space.n_solutions,
        "n_isolated": space.n_isolated,
        "n_flip_edges": space.n_flip_edges,
        "n_clusters": space.n_clusters,
        "n_cluster_orbits": space.n_cluster_orbits,
        "largest_cluster": space.largest_cluster,
        "largest_orbit": space.largest_orbit,
        "symmetry_order": space.symmetry.order,
        "n_stable": int(space.stable.states.size),
        "pair_distances": list(space.pair_distances),
        "conditional_entropies": [layer.conditional_entropy for layer in space.layers],
        "free_flips": [layer.free_flips for layer in space.layers],
    }


def records_of(label: str, seed: int, first: int, last: int) -> list[Record]:
    """The records of the samples from `first` to before `last`; a function that travels to other processes."""
    model = binary_model_from_label(label)
    return [record_of(weight_space(model, seed=seed, index=k)) for k in range(first, last)]


@dataclass(frozen=True, eq=False, repr=False)
class WeightEnsemble(Shown):
    """Samples 0, .., n - 1 of a discrete family.

    Parameters
    ----------
    label : str
    seed : int
    records : tuple of dict
        See :func:`record_of`.
    """

    label: str
    seed: int
    records: tuple[Record, ...]

    @property
    def n_samples(self) -> int:
        """Number of samples."""
        return len(self.records)

    @property
    def n_satisfiable(self) -> int:
        """Number of samples that have a solution."""
        return sum(r["n_solutions"] > 0 for r in self.records)

    def column(self, name: str, *, satisfiable: bool = False) -> Any:
        """One number, or list of numbers, of every sample as an array; of those with a solution only, if that is asked for."""
        if not self.records or name not in self.records[0]:
            raise InputError(
                f"There is no column {name[:40]!r}.",
                f"Choose one of {', '.join(self.records[0] if self.records else ())}.",
            )
        return np.array([r[name] for r in self.records if r["n_solutions"] or not satisfiable])

    def mean(self, name: str, *, satisfiable: bool = False) -> tuple[Any, Any]:
        """The mean of a column and its standard error, entry by entry."""
        values = self.column(name, satisfiable=satisfiable)
        if len(values) < 2:
            raise InputError("A mean with its error needs two samples.", "Take more samples.")
        return values.mean(axis=0), values.std(axis=0, ddof=1) / sqrt(len(values))

    def shares(self) -> tuple[Floats, Floats]:
        """Shares of the solutions in the largest cluster and in the largest orbit of clusters, of the samples that have a solution."""
        n = self.column("n_solutions", satisfiable=True)
        return self.column("largest_cluster", satisfiable=True) / n, self.column("largest_orbit", satisfiable=True) / n

    def to_frame(self) -> Any:
        """The numbers of each sample as a pandas DataFrame.

        Raises
        ------
        HomotopyError
            If pandas is not installed.
        """
        names = [name for name, value in self.records[0].items() if not isinstance(value, list)] if self.records else []
        columns = {name: [r[name] for r in self.records] for name in names}
        digest = hashlib.sha256(json.dumps(self.summary(), sort_keys=True).encode()).hexdigest()
        return frame(columns, f"Spaces of weights of {self.label}", _COLUMNS, digest=digest, seed=self.seed)

    def summary(self) -> dict[str, Any]:
        """The ensemble as one JSON object."""
        return {"model": self.label, "seed": self.seed, "records": list(self.records)}

    def plot(self, ax: Any = None) -> Any:
        """Draw the shares of the solutions in the largest cluster and in the largest orbit, sample by sample.

        Returns
        -------
        matplotlib axes
        """
        from homotopy.weights.plot import draw_shares

        return draw_shares(self, ax)

    def _sheet(self) -> Sheet:
        lines = []
        if self.n_samples > 1:
            mean, error = self.mean("n_solutions")
            lines.append(
                Line("solutions", f"{mean:.6g} +/- {error:.2g} on the average; {self.n_satisfiable} samples have one")
            )
        if self.n_satisfiable:
            cluster, orbit = self.shares()
            share = f"cluster {cluster.mean():.3f} of the solutions, orbit of clusters {orbit.mean():.3f}, where there are any"
            lines.append(Line("largest", share))
        return Sheet(f"WeightEnsemble of {self.label} (seed {self.seed}, {self.n_samples} samples)", tuple(lines))


def weight_ensemble(
    model: BinaryModel | str,
    *,
    samples: int,
    seed: int = 0,
    store: str | Path | None = None,
    executor: Executor | None = None,
    chunk: int = 50,
) -> WeightEnsemble:
    """Enumerate many samples of a discrete family.

    Parameters
    ----------
    model : BinaryModel or str
        One that a label names.
    samples, seed : int
        Samples 0, .., samples - 1 of the seed.
    store : path, optional
        A folder for the results. What is in it is not computed again, so a run that was killed goes on, and more samples can be added.
    executor : concurrent.futures.Executor, optional
        Where chunks are computed, such as a pool of processes or Dask's ``client.get_executor()``; by default here, with threads inside a space.
    chunk : int
        Samples in a file.

    Returns
    -------
    WeightEnsemble

    Raises
    ------
    InputError, SpaceTooLargeError
    StoreError
        If the store holds something else, or cannot be read.

    Examples
    --------
    >>> weight_ensemble("binary-network:widths=9-1,m=5", samples=3, seed=1).column("n_solutions").tolist()
    [19, 0, 11]
    """
    chosen = binary_model_from_label(model) if isinstance(model, str) else model
    for name, value, least in (("samples", samples, 1), ("seed", seed, 0), ("chunk", chunk, 1)):
        if not is_whole(value, least, _MAX_SAMPLES if name != "seed" else None):
            raise InputError(f"{name} = {value!r:.40} is not a whole number of at least {least}.", "Give 100, say.")
    if not chosen.is_random:
        raise InputError(f"Nothing of {chosen.label[:80]} is drawn, so it has no samples.", "Use weight_space.")
    folder = None if store is None else _Folder(Path(store), chosen.label, seed, chunk)
    found: dict[int, list[Record]] = {}
    todo = []
    for first in range(0, samples, chunk):
        kept = None if folder is None else folder.read(first)
        if kept is not None and len(kept) >= min(chunk, samples - first):
            found[first] = kept[: samples - first]
        else:
            todo.append(first)
    for first, records in _computed(chosen.label, seed, [(f, min(f + chunk, samples)) for f in todo], executor):
        found[first] = records
        if folder is not None:
            folder.write(first, records)
        report("samples", sum(map(len, found.values())), samples)
    return WeightEnsemble(chosen.label, seed, tuple(r for first in sorted(found) for r in found[first]))


def _computed(
    label: str, seed: int, chunks: Sequence[tuple[int, int]], executor: Executor | None
) -> Iterator[tuple[int, list[Record]]]:
    if executor is None:
        for first, last in chunks:
            yield first, records_of(label, seed, first, last)
        return
    running = {executor.submit(records_of, label, seed, first, last): first for first, last in chunks}
    for future in as_completed(running):
        yield running[future], future.result()


class _Folder:
    """A folder of chunks, each a JSON file with the digest of what it holds; a file appears whole or not at all."""

    def __init__(self, path: Path, label: str, seed: int, chunk: int) -> None:
        self.path = path
        self.identity = {"format": _FORMAT, "model": label, "seed": seed, "chunk": chunk}
        try:
            path.mkdir(parents=True, exist_ok=True)
            others = [p.name for p in path.iterdir() if not p.name.startswith(("chunk-", "."))]
        except OSError as error:
            raise StoreError(
                f"The folder {path} cannot be used ({error.strerror}).", "Choose another place."
            ) from error
        if others:
            raise StoreError(f"The folder {path} holds other files, such as {others[0][:60]}.", "Choose an empty one.")

    def _file(self, first: int) -> Path:
        return self.path / f"chunk-{first:07d}.json"

    def read(self, first: int) -> list[Record] | None:
        """The records of a chunk; None if there is no file, or a damaged one, which is set aside when it is written again."""
        if not self._file(first).exists():
            return None
        try:
            content = read_json(self._file(first), _MAX_CHUNK)
            records, identity = content["records"], content["identity"]
            is_sound = content["digest"] == _digest(identity, records)
        except (FileError, KeyError, TypeError):
            return None
        if not is_sound:
            return None
        if identity != self.identity:
            raise StoreError(
                f"The folder {self.path} holds samples of {str(identity.get('model'))[:80]}, seed {identity.get('seed')}, in chunks of {identity.get('chunk')}.",
                "Give the same model, seed and chunk, or another folder.",
            )
        return list(records)

    def write(self, first: int, records: list[Record]) -> None:
        """Keep a chunk."""
        content = {"identity": self.identity, "digest": _digest(self.identity, records), "records": records}
        set_aside(self._file(first))
        write_atomically(self._file(first), json.dumps(content, indent=1).encode())


def _digest(identity: Any, records: Any) -> str:
    return hashlib.sha256(json.dumps([identity, records]).encode()).hexdigest()
