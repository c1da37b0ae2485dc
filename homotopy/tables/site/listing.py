"""Listings: rows that the page's program sorts, filters and shows one by one; here they are put together as plain data."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from homotopy.tables.site.drawings import colour
from homotopy.tables.site.markup import Markup, data_block, element


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a listing.

    Parameters
    ----------
    name : str
        In addresses.
    title : str
        Above the column.
    kind : {"text", "label", "number", "list", "verdict", "source"}
    hint : str
        What it means.
    is_listed : bool
        Whether the list of rows shows it; the page of a row shows all.
    filter : {"", "choice", "range"}
    unit : str
        The column that says what its numbers count, where that is not the same in all rows.
    """

    name: str
    title: str
    kind: str = "number"
    hint: str = ""
    is_listed: bool = True
    filter: str = ""
    unit: str = ""


@dataclass
class RowPages:
    """What the page of one row shows besides its columns.

    Parameters
    ----------
    key : str
        The column that names a row in the address.
    title : str
        Before the key in the heading.
    command : sequence of str
        The parts of the command that makes the row again; a part ``{name}`` is the value of a column.
    dimension : int or None
        Largest Morse index, for the colours.
    reasons : list of str
        What verdicts rest on, one for each row.
    certificates : dict from str to str
        Addresses of the rows' files, by key.
    """

    key: str
    title: str
    command: tuple[str, ...]
    dimension: int | None = None
    reasons: list[str] = field(default_factory=list)
    certificates: dict[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """As the page's program reads it; equal reasons are written once."""
        distinct = list(dict.fromkeys(self.reasons))
        places = {reason: k for k, reason in enumerate(distinct)}
        colours = [] if self.dimension is None else [colour(k, self.dimension) for k in range(self.dimension + 1)]
        return {
            "key": self.key,
            "title": self.title,
            "command": list(self.command),
            "colours": colours,
            "reasons": distinct,
            "reason": [places[r] for r in self.reasons],
            "certificates": self.certificates,
        }


def listing(
    identifier: str,
    fields: Sequence[Field],
    rows: Iterable[Sequence[Any]],
    *,
    noun: str,
    search: str = "",
    links: Sequence[str] | None = None,
    pages: RowPages | None = None,
    note: Markup | None = None,
) -> Markup:
    """A listing with its data; without a program the page says so.

    Parameters
    ----------
    identifier : str
        Of the listing on its page.
    fields : sequence of Field
    rows : iterable of sequences
        One value a field.
    noun : str
        What the rows are, in the plural.
    search : str
        What stands in the empty field for words to search; without one there is no field.
    links : sequence of str, optional
        Where each row leads.
    pages : RowPages, optional
        Of rows that are shown on the same page.
    note : Markup, optional
        What to say where no program runs.
    """
    columns = [
        {
            "name": f.name,
            "title": f.title,
            "kind": f.kind,
            "hint": f.hint,
            "listed": f.is_listed,
            "filter": f.filter,
            "unit": f.unit,
        }
        for f in fields
    ]
    content: Mapping[str, Any] = {
        "noun": noun,
        "search": search,
        "columns": columns,
        "rows": [[plain(value) for value in row] for row in rows],
        "links": None if links is None else list(links),
        "pages": None if pages is None else pages.to_dict(),
    }
    said = element(
        "noscript",
        element("p", note or "Sorting, filtering and single rows need JavaScript; no network.", class_="note"),
    )
    return element(
        "section", said, data_block(f"{identifier}-data", content), class_="listing", data_from=f"{identifier}-data"
    )


def plain(value: Any) -> Any:
    """A value for a program whose numbers are doubles: larger whole numbers as texts, what is not finite as nothing."""
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**53:
        return str(value)
    return None if isinstance(value, float) and not isfinite(value) else value


def count_command(label: str, *more: str) -> tuple[str, ...]:
    """The command that counts a sample of a model."""
    return ("stationary count", shlex.quote(label), *more)
