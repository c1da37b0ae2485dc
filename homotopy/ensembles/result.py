"""Ensemble: the counts of many samples of one model, with what is known about those that have no result."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import inf
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from homotopy.common.arrays import Floats, Integers
from homotopy.common.frames import described, pandas
from homotopy.common.sheet import Grid, Line, Sheet, Shown
from homotopy.common.wording import count_of
from homotopy.counting.energy_axis import energy_axis
from homotopy.ensembles.counts import FAILED, VERDICTS, SampleCounts
from homotopy.ensembles.statistics import Statistic
from homotopy.ensembles.store.format import add_digests, column_meanings
from homotopy.ensembles.store.plan import FamilyFacts
from homotopy.ensembles.store.store import Store

_COLUMNS = (
    "sample", "failure_kind", "failure", "verdict", "bound", "n_complex", "n_real", "n_minima", "by_index", "n_degenerate", "n_undecided",
    "n_undecided_index", "seconds", "digest",
)  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class Ensemble(Shown, SampleCounts):
    """The records of an ensemble, as counts; energies and points stay in the store until they are asked for.

    A quantity is "n_real", "n_minima", "n_complex", or a Morse index (a number). Samples that failed, that are not
    complete, or that are not there yet are never left out: they enter every statistic with the least and the largest
    count that they can have.

    Parameters
    ----------
    store : Store
    samples : int array (n,)
        The samples that have a record.
    verdicts : int8 array (n,)
        Places in `VERDICTS`, FAILED where there is no result.
    failures : dict from int to (str, str)
        Kind and sentence of each failed sample.
    found : dict from str to int array (n,)
        Certified counts (0 where failed): n_complex, n_real, n_minima, n_degenerate, n_undecided, n_undecided_index.
    by_index : int array (n, dimension + 1)
        Certified points of each Morse index.
    bounds : float array (n,)
        Proved bound on the number of complex solutions of each sample.
    seconds : float
        Working time of all records.
    digest : str
        sha256 over the records, see the store's README.
    n_planned : int
        Number of samples that the statistics are about.
    is_temporary : bool
        Whether the store disappears with this object.
    """

    store: Store
    samples: Integers
    verdicts: npt.NDArray[np.int8]
    failures: Mapping[int, tuple[str, str]]
    found: Mapping[str, Integers]
    by_index: Integers
    bounds: Floats
    seconds: float
    digest: str
    n_planned: int
    is_temporary: bool = False

    @property
    def label(self) -> str:
        """Label of the model."""
        return self.store.spec.model

    @property
    def seed(self) -> int:
        """Seed of the disorder."""
        return self.store.spec.seed

    @property
    def n_samples(self) -> int:
        """Number of samples with a record, failures included."""
        return len(self.samples)

    @property
    def family(self) -> FamilyFacts:
        """What is known about every sample beforehand."""
        return self.store.family

    def so_far(self) -> Ensemble:
        """The same without the samples that have no record yet; biased if these are the slow ones."""
        return replace(self, n_planned=self.n_samples)

    def energies(self, index: int | None = None) -> Floats:
        """Energies of all points, or of those of one Morse index, of all samples that have a result.

        Failed and incomplete samples cannot be bounded here: what is returned is what was certified.
        """
        if index is not None:
            return self.energies_by_index()[int(self._check(index))]
        return np.concatenate([values for values, _ in self._energies()] or [np.zeros(0)])

    def energies_by_index(self) -> dict[int, Floats]:
        """Energies of the points of each Morse index; points of undecided index are left out."""
        pieces: dict[int, list[Floats]] = {k: [np.zeros(0)] for k in range(self.dimension + 1)}
        for values, indices in self._energies():
            for k, found in pieces.items():
                found.append(values[indices == k])
        return {k: np.concatenate(found) for k, found in pieces.items()}

    def _energies(self) -> Iterator[tuple[Floats, Integers]]:
        """Energies and indices (-1: undecided) of the points, chunk by chunk."""
        for table in self.store.records(["energies", "indices"]):
            energies, indices = (table[name].combine_chunks().flatten() for name in ("energies", "indices"))
            values = np.asarray(energies.to_numpy(zero_copy_only=False), dtype=float)
            yield values, np.asarray(indices.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int64)

    def log_det_minima(self) -> Floats:
        """log|det| of the Riemannian Hessian of all minima, in the model's units; undecided ones are left out."""
        pieces = [
            np.asarray(
                table["log_det_minima"].combine_chunks().flatten().drop_null().to_numpy(zero_copy_only=False), float
            )
            for table in self.store.records(["log_det_minima"])
        ]
        return np.concatenate(pieces) if pieces else np.zeros(0)

    def to_frame(self) -> Any:
        """All records as a pandas DataFrame, one row a sample.

        Raises
        ------
        HomotopyError
            If pandas is not installed.
        """
        pandas()
        table = pa.concat_tables(self.store.records()).to_pandas(use_threads=False)
        meanings = column_meanings(self.family.points_per_class, self.dimension)
        per = energy_axis(self.label).per
        return described(
            table, f"Ensemble of {self.label}", meanings, digest=self.digest, seed=self.seed, degrees_of_freedom=per if per != 1 else None
        )

    def plot(self, ax: Any = None, prediction: Any = None) -> Any:
        """Mean numbers of points by index, beside a prediction if one is given, into matplotlib axes; returned."""
        from homotopy.ensembles.plot import draw_mean_counts

        return draw_mean_counts(self, ax, prediction)

    def count_failures(self) -> dict[str, int]:
        """Number of failures of each kind."""
        return dict(sorted(Counter(kind for kind, _ in self.failures.values()).items()))

    def count_verdicts(self) -> dict[str, int]:
        """Number of samples with each verdict."""
        return {verdict: int((self.verdicts == code).sum()) for code, verdict in enumerate(VERDICTS)}

    def summary(self, level: float = 0.95) -> dict[str, Any]:
        """The ensemble as one JSON object."""

        def describe(statistic: Statistic) -> dict[str, Any]:
            interval = statistic.interval(level)
            return {
                "range": [_finite(v) for v in statistic.range],
                "interval": [_finite(interval.low), _finite(interval.high)],
                "level": level,
                "method": interval.method,
            }

        spec = self.store.spec
        return {
            "model": self.label,
            "seed": self.seed,
            "samples": spec.samples,
            "n_samples": self.n_samples,
            "n_missing": self.n_missing,
            "n_open": self.n_open,
            "digest": self.digest,
            "verdicts": self.count_verdicts(),
            "failures": [{"sample": s, "kind": k, "text": t} for s, (k, t) in sorted(self.failures.items())],
            "mean": {q: describe(self.mean(q)) for q in ("n_real", "n_minima", "n_complex")},
            "mean_by_index": {str(k): describe(m) for k, m in self.means_by_index().items()},
            "median": {q: describe(self.median(q)) for q in ("n_real", "n_minima")},
            "log_mean": {q: describe(self.log_mean(q)) for q in ("n_real", "n_minima")},
            "seconds": self.seconds,
            "store": str(self.store.path),
        }

    def _sheet(self) -> Sheet:
        statistics = list(self.means_by_index().values())
        means = [m.interval() for m in statistics]
        names: tuple[str, ...]
        method = "t"
        if self.n_samples == 1 and not self.n_open:
            names, rows = ("count", "+-"), [[f"{m.value:.4g}" for m in statistics], ["?"] * len(means)]
        elif self.n_open:  # a mean that is not settled is a range
            names, rows = ("from", "to"), [[f"{m.low:.4g}" for m in means], [f"{m.high:.4g}" for m in means]]
        else:
            names, rows = ("mean",), [[f"{m.value:.4g}" for m in statistics]]
            if all(s.freedom for s in statistics):
                names, rows = (*names, "+-"), [*rows, [f"{(m.high - m.low) / 2:.2g}" for m in means]]
            else:  # where all samples agree, their mean is an end of its interval or near one
                method = "t; binomial where all samples agree"
                names, rows = (*names, "from", "to"), [*rows, [f"{m.low:.4g}" for m in means], [f"{m.high:.4g}" for m in means]]
        width = max(len(cell) for row in rows for cell in row) + 2
        verdicts = ", ".join(
            f"{n} {verdict}" for verdict, n in self.count_verdicts().items() if n or verdict == "proved"
        )
        where = "" if self.is_temporary else f" in {self.store.path}"
        part = f"{self.n_samples} of {self.n_planned} samples" if self.n_missing else count_of(self.n_samples, "sample")
        indices = tuple(map(str, range(self.dimension + 1)))
        grid = (("index", indices), *((name, tuple(row)) for name, row in zip(names, rows, strict=True)))
        return Sheet(
            f"Ensemble of {self.label} (seed {self.seed}, {part}, digest {self.digest[:6]}){where}",
            (
                Line("complete", f"{verdicts}{self._open_note()}"),
                Line("real", f"mean {self.mean('n_real')}"),
                Line("minima", f"mean {self.mean('n_minima')}"),
                Line("median", f"real {self.median('n_real')}"),
                Grid(grid, width, f"   (95 %, {method})"),
                Line("time", f"{self.seconds:.3g} s of work"),
            ),
        )

    def _open_note(self) -> str:
        kinds = ", ".join(f"{n} {kind}" for kind, n in self.count_failures().items())
        failed = f"; {len(self.failures)} failed ({kinds})" if self.failures else ""
        missing = f"; {self.n_missing} not run yet" if self.n_missing else ""
        return f"{failed}{missing}; {self.n_open} counted at their worst on both sides" if self.n_open else ""

def read_counts(store: Store, *, is_temporary: bool = False) -> Ensemble:
    """The counts in a store, whose files have been checked."""
    width = store.family.dimension + 1
    parts: dict[str, list[npt.NDArray[Any]]] = {
        name: [] for name in (*_INTEGERS, "sample", "by_index", "bound", "verdict")
    }
    codes = {verdict: code for code, verdict in enumerate(VERDICTS)}
    digest = hashlib.sha256()
    failures: dict[int, tuple[str, str]] = {}
    seconds = 0.0
    for table in store.records(_COLUMNS):
        samples = table["sample"].to_numpy()
        parts["sample"].append(samples)
        for name in _INTEGERS:
            parts[name].append(table[name].combine_chunks().fill_null(0).to_numpy(zero_copy_only=False))
        rows = np.zeros((len(samples), width), dtype=np.int64)
        lists = table["by_index"].combine_chunks()
        has_result = np.asarray(lists.is_valid().to_numpy(zero_copy_only=False), dtype=bool)
        rows[has_result] = lists.flatten().to_numpy(zero_copy_only=False).reshape(-1, width)
        parts["by_index"].append(rows)
        bounds = table["bound"].to_pylist()
        parts["bound"].append(np.array([_as_float(store.family.bound if b is None else int(b)) for b in bounds]))
        verdicts = table["verdict"].to_pylist()
        parts["verdict"].append(np.array([FAILED if v is None else codes[v] for v in verdicts], np.int8))
        add_digests(digest, table["digest"].to_pylist())
        seconds += float(np.nansum(table["seconds"].to_numpy()))
        kinds, texts = table["failure_kind"].to_pylist(), table["failure"].to_pylist()
        failures |= {int(s): (k, t) for s, k, t in zip(samples, kinds, texts, strict=True) if k is not None}
    arrays = {
        name: np.concatenate(p) if p else np.zeros((0, width) if name == "by_index" else 0) for name, p in parts.items()
    }
    return Ensemble(
        store,
        arrays["sample"].astype(np.int64),
        arrays["verdict"].astype(np.int8),
        failures,
        {name: arrays[name].astype(np.int64) for name in _INTEGERS},
        arrays["by_index"].astype(np.int64),
        arrays["bound"].astype(float),
        seconds,
        digest.hexdigest(),
        store.spec.samples,
        is_temporary,
    )


_INTEGERS = ("n_complex", "n_real", "n_minima", "n_degenerate", "n_undecided", "n_undecided_index")


def _as_float(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        return inf


def _finite(value: float) -> float | None:
    """JSON knows no infinity."""
    return value if np.isfinite(value) else None
