"""Scan: counts at the values of a parameter, the branches between them, the events, and how sure it is that there are no others."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from importlib import import_module
from itertools import pairwise
from typing import Any

import numpy as np

from homotopy.common.frames import csv_text, frame
from homotopy.common.sheet import Line, Sheet, Shown
from homotopy.common.wording import count_of
from homotopy.ensembles.record import SampleRecord
from homotopy.ensembles.statistics import Statistic
from homotopy.errors import HomotopyError
from homotopy.scans.events import Event
from homotopy.scans.family import Family
from homotopy.status import Completeness
from polysys.landscape import Scaling

_SHOWN = 4  # events in print


@dataclass(frozen=True)
class Branch:
    """A branch of real stationary points: proved to be one analytic curve, of one Morse index.

    Parameters
    ----------
    number : int
    index : int or None
        Morse index; None if undecided.
    values : tuple of Fraction
        The values of the scan at which it has a point.
    energies : tuple of float
        There, rounded to nine digits.
    coordinates : tuple of tuple of float
    curve : tuple of (float, float)
        Parameter and energy along it, ends included: for drawing.
    begins, ends : int or None
        Numbers of the events at its lower and upper end; None at the ends of the range, and next to a gap.
    """

    number: int
    index: int | None
    values: tuple[Fraction, ...]
    energies: tuple[float, ...]
    coordinates: tuple[tuple[float, ...], ...]
    curve: tuple[tuple[float, float], ...]
    begins: int | None
    ends: int | None

    def __repr__(self) -> str:
        index = "index undecided" if self.index is None else f"index {self.index}"
        (first, low), (last, high) = self.curve[0], self.curve[-1]
        ends = [f"{word} event {k}" for word, k in (("from", self.begins), ("to", self.ends)) if k is not None]
        along = f"energy {low:.6g} at {first:.6g} to {high:.6g} at {last:.6g}"
        return f"Branch({', '.join([f'{self.number}: {index}', along, *ends])})"


@dataclass(frozen=True)
class Coverage:
    """Why no event is missing between the values, or what was resolved.

    Parameters
    ----------
    verdict : Completeness
        proved: all solutions that a proved bound allows were followed through the range, outside of the brackets of the events. supported: all
        that the degree of a generic member's ideal modulo two primes allows. unknown: else, and where a bracket is known to hold more than its
        events. contradicted: a check failed. Within brackets the certified events are proved, not that they are all.
    reason : str
    n_solutions : int or None
        Complex solutions that were followed.
    gaps : tuple of (Fraction, Fraction)
        Where nothing was proved.
    n_complex_events : int
        Values in the range, outside and inside the brackets, at which only complex solutions meet.
    checks : tuple of str
        What was found to be wrong.
    n_singular : int or None
        Distinct complex singular points of the family, at any value, by exact algebra modulo primes; None where that is out of reach.
    """

    verdict: Completeness
    reason: str
    n_solutions: int | None
    gaps: tuple[tuple[Fraction, Fraction], ...] = ()
    n_complex_events: int = 0
    checks: tuple[str, ...] = ()
    n_singular: int | None = None

    def __str__(self) -> str:
        return f"{self.verdict.value}: {self.reason}"


@dataclass(frozen=True, eq=False, repr=False)
class Scan(Shown):
    """A landscape along a parameter; made by :func:`homotopy.scan`.

    Parameters
    ----------
    label : str
        What was scanned.
    name : str
        The parameter.
    values : tuple of Fraction
    seed : int
    records : tuple of tuple of SampleRecord
        For each value the records of its samples.
    dimension : int
        Of the domain.
    branches : tuple of Branch
        Of the first sample, where there is one sample; else empty.
    events : tuple of Event
    coverage : Coverage
    bound : int
        A proved bound on the number of real points at any value, for samples without a result.
    family : Family or None
        The potential, exact in the parameter too, where it is a polynomial in it.
    scaling : Scaling
        The model's units.
    """

    label: str
    name: str
    values: tuple[Fraction, ...]
    seed: int
    records: tuple[tuple[SampleRecord, ...], ...]
    dimension: int
    branches: tuple[Branch, ...]
    events: tuple[Event, ...]
    coverage: Coverage
    bound: int
    family: Family | None = None
    scaling: Scaling = field(default_factory=Scaling)

    @property
    def n_samples(self) -> int:
        """Samples a value."""
        return len(self.records[0])

    @property
    def n_real(self) -> tuple[int | None, ...]:
        """Certified real points at each value (of the first sample); None where the count failed."""
        return tuple(r[0].n_real for r in self.records)

    @property
    def n_complex(self) -> tuple[int | None, ...]:
        """Certified complex solutions at each value (of the first sample)."""
        return tuple(r[0].n_complex for r in self.records)

    @property
    def by_index(self) -> tuple[Mapping[int, int], ...]:
        """Numbers of real points by Morse index at each value (of the first sample)."""
        return tuple(dict(enumerate(r[0].by_index or ())) for r in self.records)

    @property
    def verdicts(self) -> tuple[str, ...]:
        """The verdict of the census at each value (of the first sample); "failed" without one."""
        return tuple(r[0].verdict or "failed" for r in self.records)

    @property
    def is_contradicted(self) -> bool:
        """Whether a census or a check along the parameter contradicts the list."""
        return self.coverage.verdict is Completeness.CONTRADICTED or any(
            r.verdict == "contradicted" for row in self.records for r in row
        )

    @property
    def is_open(self) -> bool:
        """Whether a census is not known to be complete, or the list of events of one sample not known to be."""
        return any(v in ("unknown", "failed") for v in self.verdicts) or (
            self.n_samples == 1 and self.coverage.verdict is Completeness.UNKNOWN
        )

    def means(self, quantity: str | int = "n_real") -> tuple[Statistic, ...]:
        """The mean of n_real, n_complex, n_minima or the number of points of a Morse index over the samples, at each value.

        Samples that failed or are not complete enter with everything between what was found and the proved bound.
        """
        if isinstance(quantity, str) and quantity not in ("n_real", "n_complex", "n_minima"):
            raise HomotopyError(
                f"There is no quantity {quantity[:40]!r}.", "Choose n_real, n_complex, n_minima or an index."
            )
        rows = []
        for records in self.records:
            low = np.array([_found(r, quantity) for r in records], float)
            is_open = np.array([r.verdict not in ("proved", "supported") for r in records])
            rows.append(
                Statistic(str(quantity), "mean", low, np.where(is_open, float(self.bound), low), 0.0, float(self.bound))
            )
        return tuple(rows)

    def without(self, event: int) -> Scan:
        """The scan without one of its events, checked again: for tests of the checks."""
        rest = tuple(e for k, e in enumerate(self.events) if k != event)
        return replace(self, events=rest).checked()

    def checked(self, *, certify_again: bool = True) -> Scan:
        """The scan with its events held against the counts at the values, the branches, and the exact family.

        The verdict becomes contradicted where they do not agree: an event is missing or stands there twice, has another bracket, other points or
        another kind than its branches say, or no singular point of its kind in its ball. With `certify_again` the singular points
        and the indices of the branches are certified again from the exact polynomials. An event without a certificate has
        no singular point to compare with: that it is called degenerate, or an escape, passes.

        Parameters
        ----------
        certify_again : bool
            Whether to make certificates again, beside comparing counts and branches.

        Examples
        --------
        >>> import homotopy as ho
        >>> found = ho.scan("x^3/3 - {a}*x", a=[-1, 1])
        >>> [e.kind.value for e in found.events], found.checked().coverage.verdict.value
        (['fold'], 'proved')
        >>> found.without(0).coverage.verdict.value
        'contradicted'
        """
        from homotopy.scans.event_checks import check_events  # checks depend on this class, not the reverse

        found = check_events(self, certify_again=certify_again)
        if not found:
            return self
        coverage = replace(
            self.coverage, verdict=Completeness.CONTRADICTED, reason=found[0], checks=(*self.coverage.checks, *found)
        )
        return replace(self, coverage=coverage)

    def to_frame(self, of: str = "values") -> Any:
        """A pandas DataFrame: "values" (a row a value and sample), "branches" (a row a point), "events" or "curves".

        Raises
        ------
        HomotopyError
            If pandas is not installed, or there is no such table.
        """
        from homotopy.scans.rows import columns_of  # rows depend on this class, not the reverse

        digest = hashlib.sha256(json.dumps(self.summary(), sort_keys=True).encode()).hexdigest()
        return frame(
            self.rows(of), f"Scan of {self.label}: {of}", columns_of(self), others="coordinate, in the model's units",
            digest=digest, seed=self.seed, verdict=self.coverage.verdict.value,
        )  # fmt: skip

    def rows(self, of: str = "values") -> list[dict[str, Any]]:
        """The same as plain rows."""
        from homotopy.scans.rows import rows_of

        return rows_of(self, of)

    def to_csv(self, of: str = "values") -> str:
        """A table as comma-separated text."""
        return csv_text(self.rows(of))

    def plot(self, ax: Any = None) -> Any:
        """Energies of all branches, coloured by Morse index, with the events marked; returns the axes."""
        return import_module("homotopy.scans.plot").draw_branches(self, ax)

    def summary(self) -> dict[str, Any]:
        """The scan as a JSON object; it does not depend on how long anything took."""
        return {
            "label": self.label,
            "parameter": self.name,
            "seed": self.seed,
            "samples": self.n_samples,
            "values": self.rows(),
            "coverage": {
                "verdict": self.coverage.verdict.value,
                "reason": self.coverage.reason,
                "n_solutions": self.coverage.n_solutions,
                "gaps": [[str(a), str(b)] for a, b in self.coverage.gaps],
                "n_complex_events": self.coverage.n_complex_events,
                "n_singular": self.coverage.n_singular,
                "checks": list(self.coverage.checks),
            },
            "events": [e.summary() for e in self.events],
            "branches": [_branch(b) for b in self.branches],
            "means": _means(self) if self.n_samples > 1 else None,
        }

    def _sheet(self) -> Sheet:
        low, high = (f"{float(v):.6g}" for v in (self.values[0], self.values[-1]))
        verdicts = [r.verdict or "failed" for row in self.records for r in row]
        told = ", ".join(f"{verdicts.count(v)} {v}" for v in dict.fromkeys(sorted(verdicts)))
        head = f"Scan of {self.label}"
        lines = [Line("values", f"{len(self.values)} of {self.name} from {low} to {high}, seed {self.seed}; {told}")]
        if self.n_samples > 1:
            means = self.means()
            shown = ", ".join(f"{m.value:.4g}" for m in _thinned(means, 8))
            return Sheet(head, (*lines, Line("samples", f"{self.n_samples} a value"), Line("real", f"mean {shown}")))
        lines.append(Line("real", self._counts()))
        lines.append(Line("branches", f"{count_of(len(self.branches), 'curve')} of real points"))
        kinds = [e.kind.value for e in self.events]
        told = ", ".join(f"{kinds.count(k)} {k}" for k in dict.fromkeys(kinds)) or "none"
        n_orbits = len({e.orbit for e in self.events})
        orbits = f" ({count_of(n_orbits, 'orbit')})" if n_orbits < len(kinds) else ""
        some = _thinned(self.events, _SHOWN)
        lines.append(Line("events", f"{told}{orbits}{f'; {_SHOWN} of them:' if len(some) < len(kinds) else ''}"))
        lines += [Line(" ", repr(e)) for e in some]
        return Sheet(head, (*lines, Line("complete", str(self.coverage))))

    def _counts(self) -> str:
        """Numbers of real points along the values; with a mark at values within brackets, where those that meet are not counted."""
        marks = ["*" if self.is_in_event(v) else "" for v in self.values]
        words = [f"{'?' if n is None else n}{mark}" for n, mark in zip(self.n_real, marks, strict=True)]
        return _runs(words) + (" (* within an event: without the points that meet)" if any(marks) else "")

    def is_in_event(self, value: Fraction) -> bool:
        """Whether a value lies in the bracket of an event; the points that meet may be no regular ones there, and are not counted."""
        return any(e.low <= value <= e.high for e in self.events)

    def steps(self, index: int) -> list[tuple[float, int]]:
        """Where the number of points of an index changes, and to what: at the events, and as counted at the values outside of their brackets."""
        counted = [
            (v, c.get(index, 0)) for v, c in zip(self.values, self.by_index, strict=True) if not self.is_in_event(v)
        ]
        result = dict(counted)
        for (low, n), (high, _) in pairwise(counted):
            for event in self.events:
                if low < event.low and event.high < high:
                    n += event.after.get(index, 0) - event.before.get(index, 0)
                    result[Fraction(event.at)] = n
        return [(float(a), result[a]) for a in sorted(result)]


def _found(record: SampleRecord, quantity: str | int) -> int:
    if isinstance(quantity, str):
        return int(getattr(record, quantity) or 0)
    counts = record.by_index or ()
    return counts[quantity] if quantity < len(counts) else 0


def _branch(branch: Branch) -> dict[str, Any]:
    return {
        "number": branch.number,
        "index": branch.index,
        "values": [str(v) for v in branch.values],
        "energies": list(branch.energies),
        "begins": branch.begins,
        "ends": branch.ends,
    }


def _means(scan: Scan) -> list[dict[str, Any]]:
    quantities: list[str | int] = ["n_real", *range(scan.dimension + 1)]
    columns = {q: scan.means(q) for q in quantities}
    result = []
    for k, value in enumerate(scan.values):
        intervals = {str(q): column[k].interval() for q, column in columns.items()}
        result.append(
            {
                "value": str(value),
                **{
                    q: {"range": list(columns[_key(q)][k].range), "low": i.low, "high": i.high}
                    for q, i in intervals.items()
                },
            }
        )
    return result


def _key(text: str) -> str | int:
    return int(text) if text.isdigit() else text


def _runs(words: Sequence[str]) -> str:
    """Numbers along the values, equal neighbours once."""
    kept = [w for k, w in enumerate(words) if k == 0 or w != words[k - 1]]
    return " -> ".join(kept) if len(kept) <= 16 else " -> ".join([*kept[:8], "..", *kept[-7:]])


def _thinned(items: Sequence[Any], most: int) -> list[Any]:
    if len(items) <= most:
        return list(items)
    return [items[round(k * (len(items) - 1) / (most - 1))] for k in range(most)]
