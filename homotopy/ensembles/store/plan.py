"""What an ensemble's store is to hold, in chunks of samples, and what is found in it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class FamilyFacts:
    """What is known about every sample of an ensemble beforehand; it bounds what a failed sample can have contributed.

    Parameters
    ----------
    first_landscape : str
        Digest of sample 0.
    dimension : int
        Dimension of the domain: the largest Morse index.
    points_per_class : int
        Real points that a real solution stands for.
    bound : int
        Proved bound on the number of isolated complex solutions, from the monomials of sample 0.
    is_compact : bool
        Whether the domain is compact: there is a minimum and a maximum.
    is_coercive : bool
        Whether the potential grows to infinity in all directions: there is a minimum.
    n_paths : int
        A measure of the work a sample takes.
    """

    first_landscape: str
    dimension: int
    points_per_class: int
    bound: int
    is_compact: bool
    is_coercive: bool
    n_paths: int


@dataclass(frozen=True, slots=True, order=True)
class Chunk:
    """Samples start, .., stop - 1, in one file."""

    start: int
    stop: int

    @property
    def samples(self) -> range:
        """The samples."""
        return range(self.start, self.stop)

    @property
    def name(self) -> str:
        """Name of the file."""
        return f"{self.start:08d}-{self.stop - 1:08d}.parquet"


@dataclass(slots=True)
class StoreState:
    """What a store holds, as found by reading every file of it.

    Parameters
    ----------
    sound : set of Chunk
    damaged : dict from Chunk to str
        What is wrong with its file.
    failed : dict from Chunk to list of int
        Samples whose records are failures.
    """

    sound: set[Chunk] = field(default_factory=set)
    damaged: dict[Chunk, str] = field(default_factory=dict)
    failed: dict[Chunk, list[int]] = field(default_factory=dict)

    @property
    def n_samples(self) -> int:
        """Number of samples with a record."""
        return sum(len(chunk.samples) for chunk in self.sound)

    @property
    def n_failed(self) -> int:
        """Number of samples whose record is a failure."""
        return sum(map(len, self.failed.values()))


def default_chunk(n_paths: int) -> int:
    """Samples in a file: a few thousand paths, so that a killed run loses seconds of work, and at most a hundred."""
    return max(1, min(100, 6300 // max(n_paths, 1)))
