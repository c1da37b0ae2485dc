"""The page of a model with many samples, of a table or of an ensemble: statistics, and its rows one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from homotopy.common.wording import count_of
from homotopy.ensembles.counts import VERDICTS, SampleCounts
from homotopy.tables.site.listing import Field, RowPages, count_command, listing
from homotopy.tables.site.markup import Child, Markup, element
from homotopy.tables.site.measured import complex_in_words, figures, means_table, tiles, unit_of
from homotopy.tables.site.shell import page, verdict_badge
from polysys.theory import MeanCounts

FIELDS = (
    Field("sample", "sample", hint="the row is model.sample(seed, sample)"),
    Field("verdict", "verdict", "verdict", "is the list of points complete", filter="choice"),
    Field(
        "n_complex",
        "complex",
        hint="certified distinct complex solutions (on spheres with a homogeneous potential: classes)",
    ),
    Field("n_real", "real", hint="certified real stationary points", filter="range"),
    Field("n_minima", "minima", hint="those of Morse index 0", filter="range"),
    Field("by_index", "by index", "list", "certified points of Morse index 0, 1, .."),
    Field("lowest_energy", "lowest energy", hint="of all points, in the model's units"),
    Field("n_degenerate", "singular", hint="singular points and sets, in none of the other counts", is_listed=False),
    Field(
        "n_undecided",
        "reality undecided",
        hint="solutions of which it is undecided whether they are real",
        is_listed=False,
    ),
    Field("n_undecided_index", "index undecided", hint="real points of undecided index", is_listed=False),
    Field("bound", "at most", hint="proved bound on the number of complex solutions", is_listed=False),
    Field(
        "energies",
        "energies",
        "list",
        "of all points, ascending, rounded to nine significant decimals",
        is_listed=False,
    ),
    Field("indices", "indices", "list", "Morse index of each of these points", is_listed=False),
    Field("digest", "digest", "text", "of the sample's record", is_listed=False),
    Field("failure", "failure", "text", is_listed=False),
)


@dataclass
class SamplePage:
    """What the page of a model's samples is made of.

    Parameters
    ----------
    samples : SampleCounts
    seed : int
    rows : sequence of mappings
        The members of :data:`FIELDS`, for the samples that are listed.
    means : MeanCounts or None
        Predicted.
    theorem : str
        What the bound on the number of solutions is; empty where that is not known.
    certificates : dict from str to str
        Addresses of files, by sample.
    about : Markup
        Where the samples come from.
    """

    samples: SampleCounts
    seed: int
    rows: Sequence[Mapping[str, Any]]
    means: MeanCounts | None
    theorem: str
    certificates: dict[str, str]
    about: Child

    def html(self, crumbs: Sequence[tuple[str, str]], depth: int) -> bytes:
        """The page."""
        samples, label = self.samples, self.samples.label
        energies = energies_by_index(self.rows, samples.dimension)
        n_listing = sum(row["energies"] is not None for row in self.rows)
        pages = RowPages(
            "sample",
            f"{label}, sample",
            count_command(label, f"--seed {self.seed} --index", "{sample}"),
            samples.dimension,
            [reason(row, samples.family.bound, self.theorem) for row in self.rows],
            self.certificates,
        )
        values = [[row[f.name] for f in FIELDS] for row in self.rows]
        said = [verdict_badge(v, f"{n} {v}") for v, n in self.verdicts().items()]
        body = [
            element("h1", label, class_="label"),
            element("p", said, " ", self.about),
            tiles(samples, self.means, complex_in_words(samples)),
            element("div", figures(samples, energies, n_listing, self.means), class_="overview"),
            element(
                "details",
                element("summary", "Means by index" + (" beside predictions" if self.means else "")),
                means_table(samples, self.means),
                open=True,
                class_="overview",
            ),
            element("h2", "Samples", class_="overview"),
            self._left_out(),
            listing("rows", self._fields(), values, noun="samples", pages=pages),
        ]
        return page(label, body, depth=depth, crumbs=crumbs)

    def _fields(self) -> list[Field]:
        """The columns; that of complex solutions says where they are classes."""
        unit = unit_of(self.samples)
        return [replace(f, title=f"complex {unit}") if unit and f.name == "n_complex" else f for f in FIELDS]

    def verdicts(self) -> dict[str, int]:
        """Number of samples with each verdict; those that failed or are missing too."""
        counted = {v: int((self.samples.verdicts == k).sum()) for k, v in enumerate(VERDICTS)}
        counted["failed"] = int((self.samples.verdicts < 0).sum())
        counted["missing"] = self.samples.n_missing
        return {v: n for v, n in counted.items() if n}

    def _left_out(self) -> Markup | None:
        n = self.samples.n_planned - len(self.rows)
        said = f"The first {count_of(len(self.rows), 'sample')} of {self.samples.n_planned} are listed; the statistics are about all of them."
        return element("p", said, class_="note") if n else None


def energies_by_index(rows: Sequence[Mapping[str, Any]], dimension: int) -> dict[int, list[float]]:
    """The energies that rows list, by Morse index."""
    found: dict[int, list[float]] = {k: [] for k in range(dimension + 1)}
    for row in rows:
        for energy, k in zip(row["energies"] or (), row["indices"] or (), strict=False):
            if k is not None and 0 <= k <= dimension:
                found[k].append(energy)
    return found


def reason(row: Mapping[str, Any], family_bound: int, theorem: str) -> str:
    """What the verdict on a row rests on."""
    verdict, n, bound = row["verdict"], row["n_complex"], family_bound if row["bound"] is None else row["bound"]
    if verdict is None:
        return f"No result: {row['failure'] or 'it failed'}."
    if verdict == "proved" and n == bound:
        said = theorem if theorem and row["bound"] is None else "as many as a proved bound allows"
        return f"{count_of(n, 'certified distinct solution')} = {said}."
    if verdict == "proved":
        return "A proof that is not the count alone: singular points counted with their multiplicities, or a search that excludes all other points."
    if verdict == "supported":
        return f"All checks were met, and either every path of a homotopy from a complete start set ended at a solution of its own or an exact count agrees: {n} of at most {bound} solutions. Not a proof."
    if verdict == "contradicted":
        return "A check failed that cannot fail on a complete list."
    return f"Points may be missing: {n} of at most {bound} solutions were found and certified."
