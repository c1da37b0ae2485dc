"""Archetypal landscapes: are shallow or data-rich networks funnels, and deep or data-poor ones many minima behind low barriers?"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import msgspec
import numpy as np

from homotopy.common.validation import check_level, is_whole
from homotopy.studies.archetypes.claims import claim_counts, funnel_claims, glass_claims, number_claims, recall_claims
from homotopy.studies.archetypes.figure import drawing
from homotopy.studies.archetypes.series import Cell, Place, data_series, depth_series, glass, mean_interval, measure
from homotopy.studies.frame.report import Cell as Entry
from homotopy.studies.frame.report import Finding, Report, Table, rows_of
from homotopy.studies.frame.run_folder import Bench
from homotopy.studies.frame.study import Study
from homotopy.studies.measures.search_recall import HOPS, search_recall
from polysys.errors import InputError

QUESTION = (
    "Verpoort, Lee and Wales (PNAS 117, 21857, 2020) describe shallow or data-rich networks as single funnels, and deep or "
    "data-poor ones as many minima of similar loss behind low barriers, unlike a structural glass. Does that hold where every minimum and "
    "every transition state is known?"
)


class Spec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The choices of the study.

    Parameters
    ----------
    seed : int
    samples : int
        Landscapes of each network.
    glass_samples : int
        Landscapes of each glass.
    l2 : float
        l2 values are uniform on (0, l2), one for each weight.
    data : tuple of str
        Networks that are followed along the number of their data.
    numbers : tuple of int
        Numbers of data; 0 stands for all.
    depth : tuple of str
        Series along depth: a label with several lists of widths.
    glasses : tuple of str
        The first one is what networks are compared with.
    searched : tuple of str
        Models on which searches are tried.
    search_samples : int
    budgets : tuple of int
        Numbers of runs of basin hopping.
    level : float
        Of each test.
    """

    seed: int = 1
    samples: int = 12
    glass_samples: int = 20
    l2: float = 0.1
    data: tuple[str, ...] = (
        "deep-linear:widths=2-2-2,data=iris",
        "deep-linear:widths=2-2-2,data=digits",
        "polynomial-network:widths=1-2-1,activation=z^2+z,data=iris",
        "polynomial-network:widths=1-2-1,activation=z^2+z,data=wine",
    )
    numbers: tuple[int, ...] = (1, 2, 5, 20, 0)
    depth: tuple[str, ...] = (
        "deep-linear:widths=1-2-1|1-2-2-1|1-2-2-2-1,data=iris",
        "deep-linear:widths=2-1-2|2-1-1-2|2-1-1-1-2,data=wine",
        "polynomial-network:widths=1-1-1|1-1-1-1,activation=z^2+z,data=digits",
    )
    glasses: tuple[str, ...] = (
        "spherical-p-spin:n=6,p=4",
        "spherical-p-spin:n=7,p=3",
        "layered-spin-glass:widths=3-3-3",
    )
    searched: tuple[str, ...] = (
        "spherical-p-spin:n=6,p=4",
        "deep-linear:widths=1-2-2-1,data=iris",
        "polynomial-network:widths=1-2-1,activation=z^2+z,data=iris",
    )
    search_samples: int = 8
    budgets: tuple[int, ...] = (1, 4, 16, 64)
    level: float = 0.01

    def __post_init__(self) -> None:
        for name in ("samples", "glass_samples", "search_samples"):
            if not is_whole(getattr(self, name), 2):
                raise InputError(f"{name} = {getattr(self, name)} is too few.", "Give 2 at least.")
        if not is_whole(self.seed, 0):
            raise InputError(f"The seed {self.seed} is negative.", "Give a nonnegative whole number.")
        if not 0 < self.l2 <= 1000:
            raise InputError(f"l2 = {self.l2} is not between 0 and 1000.", "Give 0.1, say.")
        if not self.glasses or not self.numbers or not self.budgets:
            raise InputError("A glass, a number of data and a budget are needed.", "Give one of each at least.")
        if list(self.budgets) != sorted(set(self.budgets)) or min(self.budgets) < 1 or min(self.numbers) < 0:
            raise InputError("Budgets must rise from 1, and numbers of data cannot be negative.", "Give 1, 4, 16, say.")
        check_level(self.level)
        _places(self)


def run(spec: Spec, bench: Bench) -> Report:
    """Measure all landscapes and hold the claims against them."""
    places = _places(spec)
    n_samples = [spec.glass_samples if p.axis == "glass" else spec.samples for p in places]
    items = [
        (p.label, spec.l2, 1000 * spec.seed + k, i)
        for k, (p, n) in enumerate(zip(places, n_samples, strict=True))
        for i in range(n)
    ]
    bench.say(f"{len(items)} landscapes with their graphs")
    records = bench.map("funnel 2", measure, items)
    cells, begin = [], 0
    for place, n in zip(places, n_samples, strict=True):
        cells.append(Cell(place, tuple(records[begin : begin + n])))
        begin += n
    searches = [
        (label, spec.l2, 1000 * spec.seed + 500 + k, i, list(spec.budgets))
        for k, label in enumerate(spec.searched)
        for i in range(spec.search_samples)
    ]
    bench.say(f"searches on {len(searches)} landscapes")
    found = bench.map("search recall 1", search_recall, searches)
    recalls = {
        label: found[k * spec.search_samples : (k + 1) * spec.search_samples] for k, label in enumerate(spec.searched)
    }
    series = {name: list(group) for name, group in groupby(cells, key=lambda c: (c.place.axis, c.place.series))}
    networks = [group for (axis, _), group in series.items() if axis != "glass"]
    glasses = [c for c in cells if c.place.axis == "glass"]
    findings = (
        *(f for group in networks for f in funnel_claims(group, spec.level)),
        *(f for group in networks for f in number_claims(group, spec.level)),
        *(f for group in networks for f in glass_claims(group, glasses[0], spec.level)),
        *(f for label, rows in recalls.items() for f in recall_claims(label, rows)),
    )
    return Report(
        title="Archetypal landscapes",
        question=QUESTION,
        tables=(_table(cells), _recall_table(recalls)),
        findings=findings,
        conclusion=_conclusion(findings, cells),
        limits=_limits(cells, recalls, spec, len(findings)),
        draw=drawing(spec, networks, glasses, recalls),
        figure_size=(13.0, 14.0),
    )


def _places(spec: Spec) -> list[Place]:
    places = [p for text in spec.depth for p in depth_series(text)]
    places += [p for text in spec.data for p in data_series(text, spec.numbers)]
    return places + [glass(label) for label in spec.glasses]


def _table(cells: Sequence[Cell]) -> Table:
    rows: list[dict[str, Entry]] = []
    for cell in cells:
        one, several, open_ = cell.single_funnels()
        row: dict[str, Entry] = {
            "series": cell.place.series,
            "along": cell.place.axis,
            "at": cell.place.position,
            "samples": len(cell.records),
            "open": open_,
        }
        for name, column in (("n_minima", "minima"), ("n_saddles", "saddles")):
            low, mean, high = mean_interval(cell.values(name), 0)
            row |= {column: mean, f"{column} low": low, f"{column} high": high}
        row["one funnel"] = one / (one + several) if one + several else None
        for name in ("spread", "escape"):
            low, mean, high = mean_interval(cell.with_several(name), 0, 1)  # shares of the range
            row |= {name: mean, f"{name} low": low, f"{name} high": high}
        hard = cell.with_several("frustration")
        row["frustration (median)"] = float(np.median(hard)) if len(hard) else None
        row["flows into saddles"] = sum(r.get("n_unmatched", 0) for r in cell.records)
        rows.append(row)
    columns, body = rows_of(rows)
    caption = (
        "Minima and index-1 saddles are certified and counted modulo symmetry, in censuses proved or supported complete; means with 95 % "
        "intervals (Student). One funnel: share of samples whose monotonic sequences all end at the lowest minimum. Spread: highest minimum above "
        "the lowest; escape: median barrier on the way from a minimum to a lower one; both in units of the range from the lowest minimum to the "
        "highest index-1 saddle, over samples with two minima or more. Which minima a saddle joins is numerical."
    )
    return Table("landscapes", caption, columns, body)


def _recall_table(recalls: dict[str, list[dict[str, Any]]]) -> Table:
    rows: list[dict[str, Entry]] = []
    for label, results in recalls.items():
        decided = [r for r in results if "open" not in r]
        for k in range(len(decided[0]["budgets"]) if decided else 0):
            row: dict[str, Entry] = {"model": label, "samples": len(decided)}
            at = [r["budgets"][k] for r in decided]
            row["runs"] = at[0]["runs"]
            for name in ("minima", "saddles"):
                shares = np.array([a[name] / r[name] for a, r in zip(at, decided, strict=True) if r[name]])
                low, mean, high = mean_interval(shares, 0, 1)
                row |= {f"recall of {name}": mean, f"{name} low": low, f"{name} high": high}
                row[f"all {name}"] = int((shares == 1).sum())
            row["evaluations"] = float(np.mean([a["evaluations"] + a["evaluations_saddles"] for a in at]))
            row["false end points"] = sum(a["false"] for a in at)
            rows.append(row)
    columns, body = rows_of(rows)
    caption = (
        f"Basin hopping (each run {HOPS} hops) for minima; eigenvector following from every minimum that it found for index-1 saddles. Recall: "
        "share of the certified ones, modulo symmetry, with the mean over samples and its 95 % interval; all: samples in which none was missed. "
        "Evaluations of the potential, its gradient or Hessian, mean over samples."
    )
    return Table("recall", caption, columns, body)


def _conclusion(findings: Sequence[Finding], cells: Sequence[Cell]) -> str:
    n = sum(len(c.records) for c in cells)
    shallow = [c for c in cells if c.place.label.startswith("deep-linear") and len(_widths(c)) == 3]
    deep = [c for c in cells if c.place.label.startswith("deep-linear") and len(_widths(c)) > 3]
    parts = [f"Of {n} landscapes every minimum and every transition state was counted. {claim_counts(findings)}"]
    numbers = [
        np.concatenate([c.values("n_minima") for c in group]) if group else np.zeros(0) for group in (shallow, deep)
    ]
    if len(numbers[0]):
        parts.append(
            f"Deep linear networks with one hidden layer had a single minimum up to symmetry in {int((numbers[0] == 1).sum())} of "
            f"{len(numbers[0])} samples, with few data and with all: the loss sees the data through their second moments only, and there "
            "is nothing for more data to simplify."
        )
    if len(numbers[1]):
        parts.append(
            f"With more hidden layers they had several in {int((numbers[1] > 1).sum())} of {len(numbers[1])}. There the origin is always a "
            "minimum (its Hessian is that of the l2 term alone), and it is not one of similar loss: nothing is fitted there. The barrier that keeps "
            "a search from leaving it is what the escape barriers of these networks measure."
        )
    quadratic = [c for c in cells if c.place.label.startswith("polynomial-network")]
    if quadratic:
        several = sum(c.single_funnels()[1] for c in quadratic)
        total = sum(sum(c.single_funnels()[:2]) for c in quadratic)
        parts.append(
            f"Networks with quadratic activation had several funnels in {several} of {total} samples. With one l2 value for each weight "
            "two neurons are no longer exchangeable, so minima that would be images of each other are counted apart, at slightly different "
            "losses; this raises the number of minima of similar loss and the frustration index, which divides by the difference."
        )
    parts.append(
        "At these sizes the claims are statements about one network or another, not about depth or the amount of data as such; that says nothing against them "
        "for the larger networks for which they were made."
    )
    return " ".join(parts)


def _widths(cell: Cell) -> list[str]:
    return cell.place.label.partition("widths=")[2].partition(",")[0].split("-")


def _limits(
    cells: Sequence[Cell], recalls: dict[str, list[dict[str, Any]]], spec: Spec, n_verdicts: int
) -> tuple[str, ...]:
    open_ = [(c.place.label, r["open"]) for c in cells for r in c.records if "open" in r]
    open_ += [(label, r["open"]) for label, rows in recalls.items() for r in rows if "open" in r]
    flows = sum(r.get("n_unmatched", 0) for c in cells for r in c.records)
    lines = [
        "The networks have few weights and polynomial activation; the paper's are larger and not polynomial.",
        f"l2 values are drawn uniformly from (0, {spec.l2:g}), one for each weight, so that minima are isolated; in practice one value is used for all.",
        "Counts are certified; completeness of networks is supported, not proved, but for those with a proved count. Which minima a saddle joins "
        "is numerical.",
        f"{flows} flows ended at another saddle, in an invariant subspace, and were continued to a minimum below it.",
        f"{len(open_)} of all samples are open and counted against every verdict that they could change: "
        + "; ".join(f"{label}: {why}" for label, why in open_[:5])
        if open_
        else "No sample is open.",
        f"Each verdict is a test at level {spec.level:g} of its own, without a correction for their number: of {n_verdicts} up to "
        f"{n_verdicts * spec.level:.1f} are to be expected to be false.",
        "The recall study searches with the package's own basin hopping and eigenvector following; topsearch asks for an older NumPy and was not run.",
    ]
    return tuple(lines)


STUDY = Study(
    name="archetypes",
    question=QUESTION,
    spec=Spec,
    quick=Spec(
        samples=8,
        glass_samples=10,
        data=(
            "deep-linear:widths=2-2-2,data=iris",
            "polynomial-network:widths=1-2-1,activation=z^2+z,data=iris",
        ),
        numbers=(1, 5, 0),
        depth=(
            "deep-linear:widths=1-2-1|1-2-2-1,data=iris",
            "polynomial-network:widths=1-1-1|1-1-1-1,activation=z^2+z,data=wine",
        ),
        glasses=("spherical-p-spin:n=5,p=4", "layered-spin-glass:widths=2-2-3"),
        searched=("spherical-p-spin:n=5,p=4", "deep-linear:widths=1-2-2-1,data=iris"),
        search_samples=4,
        budgets=(1, 4, 16),
    ),
    full=Spec(),
    run=run,
)
