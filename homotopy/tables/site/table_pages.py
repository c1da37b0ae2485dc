"""The pages of a reference table: the table itself, its models, and rows with their certificates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from shlex import quote
from typing import Any

from homotopy.common.wording import count_of
from homotopy.counting.files.landscape import is_self_contained
from homotopy.errors import TableError
from homotopy.tables.archive import archive
from homotopy.tables.format.cells import RIGOR
from homotopy.tables.kinds.sample_checks import is_available
from homotopy.tables.kinds.samples import TableSamples
from homotopy.tables.recount import recertified
from homotopy.tables.row_files import row_file
from homotopy.tables.site.drawings import bars_of_counts, histogram, scatter
from homotopy.tables.site.entries import Entry, unit_of_label, unknowns_of
from homotopy.tables.site.folder import Names, SiteFolder
from homotopy.tables.site.listing import Field, RowPages, listing
from homotopy.tables.site.markup import Child, Markup, element, link
from homotopy.tables.site.measured import complex_in_words, mean_in_words, predicted_in_words, unit_of
from homotopy.tables.site.sample_pages import FIELDS, SamplePage
from homotopy.tables.site.shell import command_block, facts, page, verdict_badge, weakest
from homotopy.tables.stored_solutions import Seeds
from homotopy.tables.table import ReferenceTable
from polysys.counts.bezout import total_degree
from polysys.counts.of_landscape import domain_count
from polysys.errors import PolysysError
from polysys.models.labels import model_from_label


@dataclass
class TablePages:
    """Writes the pages of one table.

    Parameters
    ----------
    table : ReferenceTable
    folder : SiteFolder
    is_proving : bool
        Whether rows that carry certificates are proved again from them, which gives all their energies.
    entries : list of Entry
        What the index lists, filled by :meth:`write`.
    n_certificates : int
    name : str
        Of the table's page and folder in the site.
    """

    table: ReferenceTable
    folder: SiteFolder
    is_proving: bool = False
    entries: list[Entry] = field(default_factory=list)
    n_certificates: int = 0
    name: str = ""
    _models: dict[str, str] = field(default_factory=dict)

    def write(self, name: str) -> None:
        """All pages, certificates and the archive of the table."""
        self.name, names = name, Names()
        self.folder.write(f"tables/{self.name}.zip", archive(self.table))
        if self.table.kind == "samples":
            for label in self.table.model_labels:
                self._models[label] = names.of(label)
                self._write_model(self.table.samples(label))
            rows = self._model_list()
        elif self.table.kind == "counts":
            rows = self._counts(names)
        else:
            rows = _published(self.table)
        self.folder.write(
            f"tables/{self.name}.html",
            page(self.table.description.title, [*self._head(), *rows, *self._about()], depth=1),
        )

    def _write_model(self, samples: TableSamples) -> None:
        label, name = samples.label, self._models[samples.label]
        jobs = [
            (row, self._certificates[label, row.sample])
            for row in samples.rows
            if (label, row.sample) in self._certificates
        ]
        files = {str(row.sample): self._write_certificate(f"{name}__{row.sample}", row, seeds) for row, seeds in jobs}
        rows = [{f.name: getattr(row, f.name) for f in FIELDS} for row in samples.rows]
        if self.is_proving and is_available(label):
            for row, found in recertified(self.table, jobs):
                if isinstance(found, str):
                    raise TableError(
                        f"A row of {self.table.label} cannot be proved again: {found}.",
                        "Run: stationary table verify --slow 0.05",
                    )
                rows[row.sample] |= {"energies": found.energies, "indices": found.indices}
        about = f"{count_of(len(rows), 'sample')} of seed {samples.seed}, in the table {self.table.label}."
        made = SamplePage(samples, samples.seed, rows, samples.predicted_means, theorem_of(samples), files, about)
        crumbs = [(self.table.label, link("..", f"{self.name}.html"))]
        self.folder.write(f"tables/{self.name}/{name}.html", made.html(crumbs, 2))
        self.entries.append(
            Entry(
                label, "samples", unknowns_of(label), unit_of(samples), int(samples.found["n_complex"].max(initial=0)), samples.mean("n_real").range[0],
                samples.mean("n_minima").range[0], len(rows), weakest(list(made.verdicts())), self.table.label, link("tables", self.name, f"{name}.html"),
            )
        )  # fmt: skip

    @cached_property
    def _certificates(self) -> Mapping[tuple[str, int], Seeds]:
        return self.table.certificates

    def _write_certificate(self, name: str, row: Any, seeds: Seeds) -> str:
        self.folder.write(f"tables/{self.name}/{name}.json.gz", row_file(self.table, row, seeds))
        self.n_certificates += 1
        return f"{name}.json.gz"

    def _head(self) -> Iterator[Markup]:
        d = self.table.description
        yield element("h1", d.title)
        yield element(
            "p",
            element("code", d.label),
            f" · {d.n_rows} {d.kind} · {d.n_certificates} with certificates · {d.licence}",
        )
        yield element("p", element("strong", f"{d.completeness.answer.capitalize()}: "), f"{d.completeness.reason}.")
        yield element(
            "p",
            element("a", "Download the table", href=link(f"{self.name}.zip"), class_="button"),
            element(
                "span",
                "a zip archive of a folder with rows as CSV, certificates and description; ",
                element("code", f"stationary verify {quote(f'{self.name}.zip')}"),
                " rechecks it",
            ),
            class_="action",
        )

    def _model_list(self) -> Iterator[Markup]:
        yield element("h2", "Models")
        has_means = any(m.exact_means for m in self.table.description.models)
        heads: list[str] = []
        lines = []
        for entry in self.table.description.models:
            samples = self.table.samples(entry.label)
            means = samples.predicted_means
            small = histogram(bars_of_counts(samples.histogram("n_real")), "", "", is_whole=True)
            name = link(self.name, f"{self._models[entry.label]}.html")
            number = {"class_": "number"}
            cells: list[tuple[str, Child, dict[str, str]]] = [
                ("model", element("a", entry.label, href=name), {"class_": "label"}),
                ("samples", entry.samples, number),
                (
                    "verdict",
                    [verdict_badge(v, f"{n} {v}") for v, n in entry.verdicts.items() if n],
                    {"class_": "verdict"},
                ),
                ("complex", complex_in_words(samples, unit_of(samples)), number),
                ("real points: mean, 95 %", mean_in_words(samples.mean("n_real")), number),
            ]
            if has_means:
                cells.append(("predicted", "" if means is None else predicted_in_words(means.total), number))
            cells.append(("minima: mean, 95 %", mean_in_words(samples.mean("n_minima")), number))
            cells.append(("real points", small, {"class_": "spark"}))
            heads = [head for head, _, _ in cells]
            lines.append(element("tr", [element("td", said, data_title=head, **more) for head, said, more in cells]))
        head = element("tr", [element("th", h, scope="col") for h in heads])
        table = element("table", element("thead", head), element("tbody", lines), class_="stacked")
        yield element("div", table, class_="wide")

    def _counts(self, names: Names) -> Iterator[Markup]:
        d, rows = self.table.description, self.table.rows
        files, units = {}, {row.model: unit_of_label(row.model, d.seed or 0) for row in rows}
        for row in rows:
            seeds = self._certificates.get((row.model, 0))
            if seeds is not None and row.n_complex is not None:
                address = self._write_certificate(names.of(row.model), row, seeds)
                files[row.model] = link(self.name, address)
            address = link("tables", f"{self.name}.html", fragment=row.model)
            self.entries.append(
                Entry(
                    row.model,
                    "generic count",
                    row.n_unknowns,
                    units[row.model],
                    row.n_complex,
                    None,
                    None,
                    None,
                    row.rigor,
                    d.label,
                    address,
                )
            )
        fields = [
            Field(
                c.name,
                _HEADS.get(c.name, c.name),
                _KINDS.get(c.name, "number"),
                c.meaning,
                c.name != "evidence",
                _FILTERS.get(c.name, ""),
                "unit" if c.name == "n_complex" else "",
            )
            for c in d.columns
        ]
        fields.append(Field("unit", "counted in", "text", is_listed=False))
        reasons = [row.evidence or "No count." for row in rows]
        pages = RowPages("model", "", ("stationary count", "{model}", f"--seed {d.seed}"), None, reasons, files)
        dots = [
            (r.n_unknowns, r.n_complex, r.rigor, f"{r.model}: {r.n_complex} ({r.rigor})")
            for r in rows
            if r.n_complex and r.n_complex > 0
        ]
        drawn = scatter(dots, "unknowns", "complex solutions")
        if drawn is not None:
            caption = "Generic number of complex stationary points of each model; green: proved, amber: numerical."
            yield element("div", element("figure", drawn, element("figcaption", caption)), class_="figures overview")
        yield element("h2", "Models", class_="overview")
        yield listing(
            "rows",
            fields,
            [[*(getattr(r, c.name) for c in d.columns), units[r.model]] for r in rows],
            noun="models",
            search="Search, such as 2-2-2",
            pages=pages,
        )

    def _about(self) -> Iterator[Markup]:
        d = self.table.description
        yield element("h2", "Source", class_="overview")
        about = [
            element("p", d.source),
            element("ul", [element("li", r) for r in d.references]) if d.references else None,
        ]
        about += [element("h3", "Reliability"), element("p", d.reliability)]
        about += [element("h3", "Caveat"), element("p", d.completeness.caveat)] if d.completeness.caveat else []
        about.append(element("h3", "Make or check it again"))
        about.append(
            command_block(
                f"stationary table verify {d.label}", f"stationary table verify {d.label} --slow 0.05", d.command
            )
        )
        about.append(
            element(
                "p",
                f"With {', '.join(f'{name} {version}' for name, version in d.made_by.items())}; {d.seconds:.0f} s of work.",
                class_="note",
            )
        )
        about.append(element("h3", "Cite"))
        about.append(
            facts([("table", element("code", d.label)), ("sha256", element("code", d.sha256)), ("licence", d.licence)])
        )
        heads = element("tr", [element("th", h, scope="col") for h in ("column", "rests on", "meaning")])
        lines = [
            element("tr", element("td", element("code", c.name)), element("td", c.rigor), element("td", c.meaning))
            for c in d.columns
        ]
        used = {c.rigor for c in d.columns}
        key = "; ".join(f"{name}: {meaning}" for name, meaning in RIGOR.items() if name in used) + "."
        columns = element("div", element("table", element("thead", heads), element("tbody", lines)), class_="wide")
        about.append(element("details", element("summary", "Columns"), columns, element("p", key, class_="note")))
        yield element("div", about, class_="overview")


_HEADS = {"n_unknowns": "unknowns", "n_complex": "complex", "n_torus": "without zero weights"}
_KINDS = {"model": "label", "rigor": "verdict", "evidence": "text"}
_FILTERS = {"n_unknowns": "range", "n_complex": "range", "rigor": "choice"}


def _published(table: ReferenceTable) -> Iterator[Markup]:
    """The rows of a table of published numbers; they have no pages of their own."""
    shown = ("quantity", "published", "ours", "agreement", "rigor", "source", "place", "evidence", "note")
    meaning = {c.name: c.meaning for c in table.description.columns}
    kinds = {"agreement": "verdict"}
    filters = {"agreement": "choice", "rigor": "choice"}
    fields = [
        Field(name, name, kinds.get(name, "text"), meaning.get(name, ""), True, filters.get(name, ""))
        for name in shown
        if name in meaning
    ]
    yield element("h2", "Numbers")
    yield listing(
        "rows", fields, [[getattr(r, f.name) for f in fields] for r in table.rows], noun="numbers", search="Search"
    )


def theorem_of(samples: TableSamples) -> str:
    """The theorem that states the bound on the number of solutions, in words; empty where the model has none, or no data."""
    if not is_self_contained(samples.label):
        return ""
    try:
        land = model_from_label(samples.label).sample(samples.seed, 0)
        known = [*land.facts.known_counts, domain_count(land), total_degree(land.system.degrees)]
    except PolysysError:
        return ""
    found = next((c for c in known if c is not None and c.value == samples.family.bound and c.is_proved_bound), None)
    return "" if found is None else f"{found.name} [{found.reference}]"
