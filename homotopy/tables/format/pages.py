"""The texts of a table: README.md in its folder and its page in the documentation, made from table.json alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from homotopy.tables.format.catalogue import CatalogueEntry
from homotopy.tables.format.cells import RIGOR
from homotopy.tables.format.description import ExactMeans, ModelEntry, TableFile, folder_name

_BOUNDS = (
    "The bound *solutions at most* of a model is proved for every sample that can be drawn. Where a sample has a tighter one of its own, "
    "the column `bound` of its row states it, and `stationary site` shows that."
)


def readme(table: TableFile) -> str:
    """README.md of a table's folder."""
    return "\n".join(_body(table)) + "\n"


def page(table: TableFile) -> str:
    """The table's page in docs/tables."""
    example = table.models[-1].label if table.models else ""
    title, blank, label, *rest = _body(table)
    lines = [
        title,
        blank,
        f'{label} <a href="../browse/tables/{folder_name(table.label)}.html">Browse its rows.</a>',
        *rest,
        "",
        *([_BOUNDS, ""] if table.models else []),
        "## In Python",
        "",
        "```python",
        "import homotopy as ho",
        "",
        f'table = ho.load_table("{table.label}")',
        f"assert len(table.rows) == {table.n_rows}",
        "print(table)",
        *([f'print(table.mean("n_real", model="{example}"))'] if example else []),
        "```",
    ]
    return "\n".join(lines) + "\n"


def index_page(entries: Sequence[CatalogueEntry]) -> str:
    """The page that lists all tables."""
    names = [entry.folder.rpartition("/")[2] for entry in entries]
    lines = ["# All tables", "", "| label | rows | certificates | |", "|---|---|---|---|"]
    lines += [
        f"| [`{e.label}`]({name}.md) | {e.n_rows} | {e.n_certificates} | {e.title} |" for e, name in zip(entries, names, strict=True)
    ]
    lines += ["", "```{toctree}", ":hidden:", "", *names, "```"]
    return "\n".join(lines) + "\n"


def _body(table: TableFile) -> Iterator[str]:
    yield f"# {table.title}"
    yield ""
    yield f"`{table.label}`: {table.n_rows} {table.kind}, {table.n_certificates} of them with certificates. Licence: {table.licence}."
    yield ""
    yield "## Source"
    yield ""
    yield table.source
    yield ""
    yield f"Seed {table.seed}. `{table.command}` in this folder makes the same rows again, with"
    yield f"{', '.join(f'{name} {version}' for name, version in table.made_by.items())}; {table.seconds:.0f} s of work."
    if table.references:
        yield ""
        yield "References:"
        yield ""
        yield from (f"- {reference}" for reference in table.references)
    yield ""
    yield "## Reliability"
    yield ""
    yield table.reliability
    yield ""
    yield "Check it: `stationary table verify " + table.label + "` (checksums and every row), `--slow 0.05` (prove one row in twenty again,"
    yield "without a solver), `--replay 3` (count three rows from scratch)."
    yield ""
    yield "## Completeness"
    yield ""
    yield f"**{table.completeness.answer.capitalize()}**: {table.completeness.reason}."
    if table.completeness.caveat:
        yield ""
        yield f"Caveat: {table.completeness.caveat}"
    yield ""
    if table.models:
        yield from _models(table.models)
        yield ""
    yield "## Labels"
    yield ""
    yield f"The folder is called `{folder_name(table.label)}`. `rows.csv` has these columns; empty cells are missing values, lists are"
    yield "written with spaces."
    yield ""
    yield "| column | type | rigor | meaning |"
    yield "|---|---|---|---|"
    yield from (f"| {c.name} | {c.type} | {c.rigor} | {c.meaning} |" for c in table.columns)
    yield ""
    used = {c.rigor for c in table.columns}
    yield "; ".join(f"*{name}*: {meaning}" for name, meaning in RIGOR.items() if name in used) + "."


def _models(models: list[ModelEntry]) -> Iterator[str]:
    has_means = any(m.exact_means for m in models)
    yield "| model | samples | verdicts | certificates | solutions at most |" + (" predicted mean of n_real |" if has_means else "")
    yield "|---|---|---|---|---|" + ("---|" if has_means else "")
    for m in models:
        verdicts = ", ".join(f"{n} {v}" for v, n in m.verdicts.items())
        cells = [f"`{m.label}`", str(m.samples), verdicts, str(m.certificates), m.bound]
        if has_means:
            cells.append("" if m.exact_means is None else _predicted(m.exact_means))
        yield f"| {' | '.join(cells)} |"
    references = dict.fromkeys(m.exact_means.reference for m in models if m.exact_means)
    if references:
        yield ""
        yield f"Predicted means: {'; '.join(references)}. Those by index are in `table.json`."


def _predicted(means: ExactMeans) -> str:
    if means.kind in ("exact", "quadrature"):
        return f"{means.total.value:.6f}"
    return f"{means.total.value:.5g} +- {means.total.error:.2g} ({means.kind})"
