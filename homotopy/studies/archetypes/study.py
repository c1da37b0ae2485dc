"""Archetypal landscapes: are shallow or data-rich networks funnels, and deep or data-poor ones many minima behind low barriers?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby, islice
from typing import Any

import msgspec
import numpy as np

from homotopy.common.validation import check_level
from homotopy.studies.archetypes.claims import funnel_claims, glass_claims, number_claims, recall_claims
from homotopy.studies.archetypes.figure import draw
from homotopy.studies.archetypes.models import (
    SeriesModel,
    data_series,
    glass,
    is_fixed,
    l2_series,
    width_series,
    with_one_l2,
)
from homotopy.studies.archetypes.sampled import Sampled, interval_cells, measure, measure_recall
from homotopy.studies.frame.checks import require, require_whole
from homotopy.studies.frame.report import Report
from homotopy.studies.frame.run_folder import RunFolder
from homotopy.studies.frame.study import Study
from homotopy.studies.frame.tables import Cell, Table
from homotopy.studies.measures.search_coverage import HOPS
from polysys.models.labels import model_from_label

QUESTION = (
    "Verpoort, Lee and Wales (2020) describe shallow or data-rich networks as single funnels, and deep or data-poor ones as many minima of "
    "similar loss behind low barriers; Mehta and others (2018) find more minima with more hidden units, fewer with stronger l2. Does that "
    "hold where all minima and transition states are known?"
)


class Spec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The choices of the study."""

    seed: int = 1
    samples: int = 7  # landscapes of each network, one where its data are fixed; seven that agree decide at 1 %
    glass_samples: int = 10  # landscapes of each glass
    l2: float = 0.05  # one value for all weights of a network whose label says none
    # networks that are followed along the number of their data
    data: tuple[str, ...] = (
        "polynomial-network:widths=1-2-1,activation=z^2+z,data=iris",
        "polynomial-network:widths=1-2-1,activation=z^2+z,data=wine",
        "polynomial-network:widths=1-2-1,activation=z^3+z,data=iris",
        "polynomial-network:widths=1-1-1,activation=z^2+z,data=iris,bias=yes",
        "deep-linear:widths=2-1-2,data=wine",
    )
    numbers: tuple[int, ...] = (1, 5, 50)  # numbers of data; 0 stands for all
    # series along the number of hidden units: a label with several lists of widths
    hidden: tuple[str, ...] = (
        "polynomial-network:widths=1-1-1|1-2-1,activation=z^2+z,data=iris,m=20",
        "polynomial-network:widths=1-1-1|1-2-1,activation=z^2+z,data=wine,m=20",
    )
    # series along depth, likewise
    depth: tuple[str, ...] = (
        "polynomial-network:widths=1-1-1|1-1-1-1,activation=z^2+z,data=iris,m=20",
        "polynomial-network:widths=2-1-1|2-1-1-1,activation=z^2+z,data=iris,m=20",
        "deep-linear:widths=2-1-2|2-1-1-2|2-1-1-1-2,data=wine,m=20",
    )
    # series along depth whose networks have the same number of weights
    same_size: tuple[str, ...] = (
        "polynomial-network:widths=1-2-1|1-1-1-1-1,activation=z^2+z,data=iris,m=20",
        "polynomial-network:widths=1-2-1|1-1-1-1-1,activation=z^2+z,data=wine,m=20",
    )
    # networks that are followed along l2
    regularised: tuple[str, ...] = (
        "polynomial-network:widths=1-2-1,activation=z^2+z,data=iris,m=50",
        "polynomial-network:widths=2-1-1,activation=z^2+z,data=xor",
        "polynomial-network:widths=2-1-1,activation=z^2+z,data=xor,bias=yes",
    )
    l2_values: tuple[float, ...] = (0.001, 0.005, 0.05, 0.2)
    # the first one is what networks are compared with
    glasses: tuple[str, ...] = ("spherical-p-spin:n=6,p=4", "layered-spin-glass:widths=3-3-3")
    # models on which searches are tried
    searched: tuple[str, ...] = (
        "spherical-p-spin:n=6,p=4",
        "polynomial-network:widths=1-2-1,activation=z^2+z,data=iris,m=50",
    )
    search_samples: int = 6
    budgets: tuple[int, ...] = (1, 4, 16, 64)  # numbers of runs of basin hopping
    level: float = 0.01  # of each test

    def __post_init__(self) -> None:
        check_level(self.level)
        least = dict.fromkeys(("samples", "glass_samples", "search_samples"), (2, None))
        require_whole(self, {**least, "seed": (0, None), "numbers": (0, None), "budgets": (1, None)})
        for value in (self.l2, *self.l2_values):
            require(0 < value <= 1000, f"The l2 value {value} is not between 0 and 1000.", "Give 0.1, say.")
        has_all = bool(self.glasses and self.numbers and self.budgets and self.l2_values)
        require(
            has_all, "A glass, a number of data, an l2 value and a budget are needed.", "Give one of each at least."
        )
        require(list(self.budgets) == sorted(set(self.budgets)), "Budgets must rise.", "Give 1, 4, 16, say.")
        require(list(self.l2_values) == sorted(set(self.l2_values)), "l2 values must rise.", "Give 0.01, 0.1, say.")
        places = [(m.axis, m.series, m.position) for m in _models(self)]
        twice = next((place for place in places if places.count(place) > 1), None)
        require(twice is None, f"Two models are {twice}.", "Leave one of them out.")


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
        draw=lambda figure: draw(figure, networks, glasses),
        figure_size=(11.0, 7.0),
    )


def _models(spec: Spec) -> list[SeriesModel]:
    values = [repr(v) for v in spec.l2_values]
    models = [m for text in spec.depth for m in width_series(text, "depth")]
    models += [m for text in spec.hidden for m in width_series(text, "hidden")]
    models += [m for text in spec.data for m in data_series(text, spec.numbers)]
    models += [m for text in spec.regularised for m in l2_series(text, values)]
    models += [glass(label) for label in spec.glasses]
    return models + [m for text in spec.same_size for m in _of_one_size(width_series(text, "depth"))]


def _of_one_size(models: list[SeriesModel]) -> list[SeriesModel]:
    """The models of a series, which must have the same number of parameters."""
    sizes = [model_from_label(m.label).domain.n for m in models]
    what = f"The networks of {models[0].series} have {', '.join(map(str, sizes))} parameters."
    require(len(set(sizes)) == 1, what, "List networks of one size, or move the series to depth.")
    return [replace(m, series=f"{m.series}, {sizes[0]} parameters") for m in models]


def _count(spec: Spec, folder: RunFolder) -> list[Sampled]:
    models, l2 = _models(spec), repr(spec.l2)
    for m in models:
        with_one_l2(m.label, l2).sample(spec.seed, 0).require_isolated()
    fixed = [is_fixed(m.label, l2) for m in models]
    wanted = [spec.glass_samples if m.axis == "glass" else spec.samples for m in models]
    numbers = [1 if is_one else n for is_one, n in zip(fixed, wanted, strict=True)]
    items = [(m.label, l2, 1000 * spec.seed + k, i) for k, m in enumerate(models) for i in range(numbers[k])]
    folder.say(f"{len(items)} landscapes with their graphs")
    records = iter(folder.cached_map("funnel 3", measure, items))
    return [Sampled(m, tuple(islice(records, n)), one) for m, n, one in zip(models, numbers, fixed, strict=True)]


def _search(spec: Spec, folder: RunFolder) -> dict[str, list[dict[str, Any]]]:
    n, first, budgets = spec.search_samples, 1000 * spec.seed + 500, list(spec.budgets)
    items = [(label, repr(spec.l2), first + k, i, budgets) for k, label in enumerate(spec.searched) for i in range(n)]
    folder.say(f"searches on {len(items)} landscapes")
    found = folder.cached_map("search recall 2", measure_recall, items)
    return {label: found[k * n : (k + 1) * n] for k, label in enumerate(spec.searched)}


def _landscapes_table(sampled: Sequence[Sampled]) -> Table:
    rows: list[dict[str, Cell]] = []
    for c in sampled:
        one, several, n_open = c.single_funnels()
        hard, complexes = c.with_several("frustration"), c.values("n_complex")
        rows.append({
            "series": c.model.series, "along": c.model.axis, "at": c.model.position, "samples": len(c.records), "open": n_open,
            "complex (median)": float(np.median(complexes)) if len(complexes) else None,
            "minima with images": float(c.values("n_all_minima").mean()) if c.decided else None,
            **interval_cells("minima", c.values("n_minima")), **interval_cells("minima beside the origin", c.values("n_fitted")),
            **interval_cells("saddles", c.values("n_saddles")), **interval_cells("saddles for each minimum", c.values("ratio")),
            "one funnel": one / (one + several) if one + several else None,
            **interval_cells("spread", c.with_several("spread"), 1), **interval_cells("escape", c.with_several("escape"), 1),
            "frustration (median)": float(np.median(hard)) if len(hard) else None,
            "flows into saddles": sum(r["n_unmatched"] for r in c.decided),
        })  # fmt: skip
    caption = (
        "Minima and index-1 saddles are certified and counted modulo symmetry (exchange of neurons, signs), in censuses proved or supported "
        "complete; means with 95 % intervals (Student). One funnel: share of samples whose monotonic sequences all end at the lowest minimum. Spread: "
        "highest minimum above the lowest; escape: median barrier on the way from a minimum to a lower one; both without the origin, in units of "
        "the range from the lowest minimum to the highest index-1 saddle, over samples with two such minima or more. Which minima a saddle joins is numerical."
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
                row |= {**interval_cells(f"recall of {name}", shares, 1), f"all {name}": int((shares == 1).sum())}
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
    """How many landscapes there are, and what each series has modulo symmetry."""
    n = sum(len(c.decided) for c in sampled)
    sentences = [f"Every minimum and transition state of {n} landscapes was counted, modulo the exchange of neurons."]
    for (_, series), group in groupby(sampled, key=lambda c: (c.model.axis, c.model.series)):
        members = list(group)
        texts = [
            f"{_text(c, 'n_minima')} and {_text(c, 'n_saddles')} at {c.model.position or 'one size'}" for c in members
        ]
        sentences.append(f"{series}: minima and transition states {'; '.join(texts)} ({members[0].model.axis}).")
    return tuple(sentences)


def _text(c: Sampled, name: str) -> str:
    level = c.level(name)
    return "open" if level is None else str(level)


def _limits(sampled: Sequence[Sampled], recalls: dict[str, list[dict[str, Any]]], n_false: float) -> tuple[str, ...]:
    every = [(c.model.label, r) for c in sampled for r in c.records]
    every += [(label, r) for label, rows in recalls.items() for r in rows]
    reasons = [f"{label}: {r['open']}" for label, r in every if "open" in r]
    flows = sum(r.get("n_unmatched", 0) for _, r in every)
    return (
        f"{flows} flows ended at another saddle, in an invariant subspace, and were continued to a minimum below it.",
        f"{len(reasons)} samples are open and counted against every verdict that they could change{': ' if reasons else ''}{'; '.join(reasons[:5])}.",
        "Networks have a few weights and polynomial activations; the papers' have tens to thousands and tanh.",
        f"Each verdict is a test of its own, without a correction for their number: up to {n_false:.1f} are to be expected to be false.",
    )


STUDY = Study(
    name="archetypes",
    question=QUESTION,
    spec=Spec,
    quick=Spec(
        samples=4,
        glass_samples=6,
        data=(
            "polynomial-network:widths=1-2-1,activation=z^2+z,data=iris",
            "polynomial-network:widths=1-2-1,activation=z^2+z,data=wine",
            "deep-linear:widths=2-1-2,data=wine",
        ),
        numbers=(1, 5, 50),
        hidden=("polynomial-network:widths=1-1-1|1-2-1,activation=z^2+z,data=iris,m=20",),
        depth=(
            "polynomial-network:widths=1-1-1|1-1-1-1,activation=z^2+z,data=iris,m=20",
            "deep-linear:widths=2-1-2|2-1-1-2|2-1-1-1-2,data=wine,m=20",
        ),
        same_size=("polynomial-network:widths=1-2-1|1-1-1-1-1,activation=z^2+z,data=iris,m=20",),
        regularised=(
            "polynomial-network:widths=1-2-1,activation=z^2+z,data=iris,m=50",
            "polynomial-network:widths=2-1-1,activation=z^2+z,data=xor",
        ),
        l2_values=(0.005, 0.05, 0.2),
        glasses=("spherical-p-spin:n=5,p=4", "layered-spin-glass:widths=2-2-3"),
        searched=("spherical-p-spin:n=5,p=4",),
        search_samples=4,
        budgets=(1, 4, 16),
    ),
    full=Spec(),
    run=run,
)
