"""Archetypal landscapes: are shallow or data-rich networks funnels, and deep or data-poor ones many minima behind low barriers?"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, islice
from typing import Any

import msgspec
import numpy as np

from homotopy.common.validation import check_level
from homotopy.studies.archetypes.claims import funnel_claims, glass_claims, number_claims, recall_claims
from homotopy.studies.archetypes.figure import draw
from homotopy.studies.archetypes.models import (
    Sampled,
    SeriesModel,
    data_series,
    depth_series,
    glass,
    interval_cells,
    measure,
    measure_recall,
)
from homotopy.studies.frame.checks import require, require_whole
from homotopy.studies.frame.report import Report
from homotopy.studies.frame.run_folder import RunFolder
from homotopy.studies.frame.study import Study
from homotopy.studies.frame.tables import Cell, Table
from homotopy.studies.measures.search_coverage import HOPS

QUESTION = (
    "Verpoort, Lee and Wales (PNAS 117, 21857, 2020) describe shallow or data-rich networks as single funnels, and deep or "
    "data-poor ones as many minima of similar loss behind low barriers, unlike a structural glass. Does that hold where every minimum and "
    "every transition state is known?"
)


class Spec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The choices of the study."""

    seed: int = 1
    samples: int = 12  # landscapes of each network
    glass_samples: int = 20  # landscapes of each glass
    l2: float = 0.1  # l2 values are uniform on (0, l2), one for each weight
    # networks that are followed along the number of their data
    data: tuple[str, ...] = (
        "deep-linear:widths=2-2-2,data=iris",
        "deep-linear:widths=2-2-2,data=digits",
        "polynomial-network:widths=1-2-1,activation=z^2+z,data=iris",
        "polynomial-network:widths=1-2-1,activation=z^2+z,data=wine",
    )
    numbers: tuple[int, ...] = (1, 2, 5, 20, 0)  # numbers of data; 0 stands for all
    # series along depth: a label with several lists of widths
    depth: tuple[str, ...] = (
        "deep-linear:widths=1-2-1|1-2-2-1|1-2-2-2-1,data=iris",
        "deep-linear:widths=2-1-2|2-1-1-2|2-1-1-1-2,data=wine",
        "polynomial-network:widths=1-1-1|1-1-1-1,activation=z^2+z,data=digits",
    )
    # the first one is what networks are compared with
    glasses: tuple[str, ...] = (
        "spherical-p-spin:n=6,p=4",
        "spherical-p-spin:n=7,p=3",
        "layered-spin-glass:widths=3-3-3",
    )
    # models on which searches are tried
    searched: tuple[str, ...] = (
        "spherical-p-spin:n=6,p=4",
        "deep-linear:widths=1-2-2-1,data=iris",
        "polynomial-network:widths=1-2-1,activation=z^2+z,data=iris",
    )
    search_samples: int = 8
    budgets: tuple[int, ...] = (1, 4, 16, 64)  # numbers of runs of basin hopping
    level: float = 0.01  # of each test

    def __post_init__(self) -> None:
        check_level(self.level)
        least = dict.fromkeys(("samples", "glass_samples", "search_samples"), (2, None))
        require_whole(self, {**least, "seed": (0, None), "numbers": (0, None), "budgets": (1, None)})
        require(0 < self.l2 <= 1000, f"l2 = {self.l2} is not between 0 and 1000.", "Give 0.1, say.")
        has_all = bool(self.glasses and self.numbers and self.budgets)
        require(has_all, "A glass, a number of data and a budget are needed.", "Give one of each at least.")
        require(list(self.budgets) == sorted(set(self.budgets)), "Budgets must rise.", "Give 1, 4, 16, say.")
        _models(self)


def run(spec: Spec, folder: RunFolder) -> Report:
    """Measure all landscapes and hold the claims against them."""
    sampled, recalls = _count(spec, folder), _search(spec, folder)
    series = {name: list(group) for name, group in groupby(sampled, key=lambda c: (c.model.axis, c.model.series))}
    networks = [group for (axis, _), group in series.items() if axis != "glass"]
    glasses = [c for c in sampled if c.model.axis == "glass"]
    findings = (
        *(f for group in networks for f in funnel_claims(group, spec.level)),
        *(f for group in networks for f in number_claims(group, spec.level)),
        *(f for group in networks for f in glass_claims(group, glasses[0], spec.level)),
        *(f for label, rows in recalls.items() for f in recall_claims(label, rows)),
    )
    return Report(
        "Archetypal landscapes",
        QUESTION,
        (_landscapes_table(sampled), _recall_table(recalls)),
        findings,
        _lead(sampled),
        _limits(sampled, recalls, spec.level * len(findings)),
        draw=lambda figure: draw(figure, spec, networks, glasses, recalls),
        figure_size=(13.0, 14.0),
    )


def _models(spec: Spec) -> list[SeriesModel]:
    models = [m for text in spec.depth for m in depth_series(text)]
    models += [m for text in spec.data for m in data_series(text, spec.numbers)]
    return models + [glass(label) for label in spec.glasses]


def _count(spec: Spec, folder: RunFolder) -> list[Sampled]:
    models = _models(spec)
    numbers = [spec.glass_samples if m.axis == "glass" else spec.samples for m in models]
    items = [(m.label, spec.l2, 1000 * spec.seed + k, i) for k, m in enumerate(models) for i in range(numbers[k])]
    folder.say(f"{len(items)} landscapes with their graphs")
    records = iter(folder.cached_map("funnel 2", measure, items))
    return [Sampled(m, tuple(islice(records, n))) for m, n in zip(models, numbers, strict=True)]


def _search(spec: Spec, folder: RunFolder) -> dict[str, list[dict[str, Any]]]:
    n, first, budgets = spec.search_samples, 1000 * spec.seed + 500, list(spec.budgets)
    items = [(label, spec.l2, first + k, i, budgets) for k, label in enumerate(spec.searched) for i in range(n)]
    folder.say(f"searches on {len(items)} landscapes")
    found = folder.cached_map("search recall 2", measure_recall, items)
    return {label: found[k * n : (k + 1) * n] for k, label in enumerate(spec.searched)}


def _landscapes_table(sampled: Sequence[Sampled]) -> Table:
    rows: list[dict[str, Cell]] = []
    for c in sampled:
        one, several, n_open = c.single_funnels()
        hard = c.with_several("frustration")
        rows.append({
            "series": c.model.series, "along": c.model.axis, "at": c.model.position, "samples": len(c.records), "open": n_open,
            **interval_cells("minima", c.values("n_minima"), 0), **interval_cells("saddles", c.values("n_saddles"), 0),
            "one funnel": one / (one + several) if one + several else None,
            **interval_cells("spread", c.with_several("spread"), 0, 1), **interval_cells("escape", c.with_several("escape"), 0, 1),
            "frustration (median)": float(np.median(hard)) if len(hard) else None,
            "flows into saddles": sum(r["n_unmatched"] for r in c.decided),
        })  # fmt: skip
    caption = (
        "Minima and index-1 saddles are certified and counted modulo symmetry, in censuses proved or supported complete; means with 95 % "
        "intervals (Student). One funnel: share of samples whose monotonic sequences all end at the lowest minimum. Spread: highest minimum above "
        "the lowest; escape: median barrier on the way from a minimum to a lower one; both in units of the range from the lowest minimum to the "
        "highest index-1 saddle, over samples with two minima or more. Which minima a saddle joins is numerical."
    )
    return Table.of("landscapes", caption, rows)


def _recall_table(recalls: dict[str, list[dict[str, Any]]]) -> Table:
    rows: list[dict[str, Cell]] = []
    for label, results in recalls.items():
        decided = [r for r in results if "open" not in r]
        for k in range(len(decided[0]["budgets"]) if decided else 0):
            at = [r["budgets"][k] for r in decided]
            row: dict[str, Cell] = {"model": label, "samples": len(decided), "runs": at[0]["runs"]}
            for name in ("minima", "saddles"):
                shares = np.array([a[name] / r[name] for a, r in zip(at, decided, strict=True) if r[name]])
                row |= {**interval_cells(f"recall of {name}", shares, 0, 1), f"all {name}": int((shares == 1).sum())}
            row["evaluations"] = float(np.mean([a["evaluations"] for a in at]))
            row["false end points"] = sum(a["false"] for a in at)
            rows.append(row)
    caption = (
        f"Basin hopping (each run {HOPS} hops) for minima; eigenvector following from every minimum that it found for index-1 saddles. Recall: "
        "share of the certified ones, modulo symmetry, with the mean over samples and its 95 % interval; all: samples in which none was missed. "
        "Evaluations of the potential, its gradient or Hessian, mean over samples."
    )
    return Table.of("recall", caption, rows)


def _lead(sampled: Sequence[Sampled]) -> tuple[str, ...]:
    """In how many samples of each kind of network there is one minimum, or several funnels."""
    kinds: dict[str, list[Sampled]] = {}
    for c in sampled:
        if c.model.axis != "glass":
            hidden = "one hidden layer" if c.model.n_hidden == 1 else "more hidden layers"
            kinds.setdefault(f"{c.model.label.partition(':')[0]}, {hidden}", []).append(c)
    sentences = [
        f"Every minimum and transition state of {sum(len(c.decided) for c in sampled)} landscapes was counted."
    ]
    for kind, members in kinds.items():
        minima = np.concatenate([c.values("n_minima") for c in members])
        several = sum(c.single_funnels()[1] for c in members)
        n_single = int((minima == 1).sum())
        sentences.append(
            f"{kind}: one minimum in {n_single} and several funnels in {several} of {len(minima)} samples."
        )
    return tuple(sentences)


def _limits(sampled: Sequence[Sampled], recalls: dict[str, list[dict[str, Any]]], n_false: float) -> tuple[str, ...]:
    every = [(c.model.label, r) for c in sampled for r in c.records]
    every += [(label, r) for label, rows in recalls.items() for r in rows]
    reasons = [f"{label}: {r['open']}" for label, r in every if "open" in r]
    flows = sum(r.get("n_unmatched", 0) for _, r in every)
    return (
        f"{flows} flows ended at another saddle, in an invariant subspace, and were continued to a minimum below it.",
        f"{len(reasons)} samples are open and counted against every verdict that they could change{': ' if reasons else ''}{'; '.join(reasons[:5])}.",
        f"Each verdict is a test of its own, without a correction for their number: up to {n_false:.1f} are to be expected to be false.",
    )


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
