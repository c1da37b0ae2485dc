"""The first page of a site: everything that it has, to be searched and filtered, and its tables."""

from __future__ import annotations

from collections.abc import Sequence

from homotopy.tables.site.entries import Entry
from homotopy.tables.site.listing import Field, listing
from homotopy.tables.site.markup import Child, Markup, element, link
from homotopy.tables.site.shell import page
from homotopy.tables.table import ReferenceTable

_FIELDS = (
    Field("model", "model", "label"),
    Field("family", "family", "text", is_listed=False, filter="choice"),
    Field("what", "kind", "text", "samples of the disorder, a generic count, a census, an ensemble", filter="choice"),
    Field("unknowns", "unknowns", hint="number of coordinates", filter="range"),
    Field(
        "complex",
        "complex",
        hint="complex stationary points, or classes, of which a real one carries several points; the largest of many samples",
        filter="range",
        unit="unit",
    ),
    Field("unit", "counted in", "text", is_listed=False),
    Field("real", "real", hint="real stationary points; the mean of many samples", filter="range"),
    Field("minima", "minima", hint="local minima; the mean of many samples"),
    Field("samples", "samples"),
    Field("verdict", "verdict", "verdict", "of the least sure sample", filter="choice"),
    Field("source", "source", "source", "table, or file"),
)


def index_page(
    entries: Sequence[Entry], tables: Sequence[tuple[ReferenceTable, str]], unreadable: Sequence[tuple[str, str]]
) -> bytes:
    """The page."""
    n_rows = sum(len(table.rows) for table, _ in tables)
    many = f"{len(entries)} entries" + (f"; {n_rows} rows in {len(tables)} tables" if tables else "")
    body = [
        element("h1", "Stationary points, counted"),
        element(
            "p",
            "Exact counts of the stationary points of polynomial landscapes: spin glasses, deep linear and polynomial networks. Every point is certified by "
            "interval arithmetic, and every list says whether it is proved complete. ",
            element("span", f"{many}.", class_="quiet"),
            class_="lead",
        ),
        listing(
            "index",
            _FIELDS,
            [e.values() for e in entries],
            noun="entries",
            search="Search, such as deep-linear 2-2-2",
            links=[e.link for e in entries],
            note=_without_program(entries),
        ),
        _tables(tables),
        _unreadable(unreadable),
    ]
    return page("Stationary points, counted", body)


def _tables(tables: Sequence[tuple[ReferenceTable, str]]) -> list[Child]:
    if not tables:
        return []
    cards = [
        element(
            "a",
            element("strong", table.description.title),
            element("code", table.label),
            element(
                "span",
                f"{len(table.rows)} {table.kind} · {table.description.n_certificates} certificates",
                class_="quiet",
            ),
            href=link("tables", f"{name}.html"),
            class_="card",
        )
        for table, name in tables
    ]
    return [element("h2", "Tables"), element("div", cards, class_="cards")]


def _unreadable(unreadable: Sequence[tuple[str, str]]) -> list[Child]:
    if not unreadable:
        return []
    lines = [element("tr", element("td", element("code", name)), element("td", why)) for name, why in unreadable]
    table = element("div", element("table", element("tbody", lines)), class_="wide")
    return [
        element("h2", "Not readable"),
        element("p", "These files could not be read, and are in nothing above."),
        table,
    ]


def _without_program(entries: Sequence[Entry]) -> Markup:
    """Links to what has a page of its own, for browsers without JavaScript."""
    own = [e for e in entries if "#" not in e.link]
    lines = [element("li", element("a", e.label, href=e.link), f" {e.what}, {e.verdict}") for e in own]
    return element("div", "Search and filters need JavaScript (no network). Pages:", element("ul", lines))
