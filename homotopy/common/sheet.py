"""What a result shows: one sheet, as plain text, in the colours of a terminal and as HTML in a notebook, with the same words and numbers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING

from homotopy.status import Completeness
from polysys.reading.files import escaped

if TYPE_CHECKING:  # loaded only where a terminal has colours
    from rich.console import RenderableType

_NAME = 11  # columns of text that the name of a line takes
_STYLE = "margin:0;border-collapse:collapse;font-variant-numeric:tabular-nums"
_LEFT = "text-align:left;vertical-align:top;padding:.1em .8em .1em 0"
_HEAD = f"{_LEFT};min-width:6em;font-weight:600"
_RIGHT = "text-align:right;padding:.1em .8em .1em 0"
_COLOURS = {
    Completeness.PROVED: "bold green",
    Completeness.SUPPORTED: "bold yellow",
    Completeness.UNKNOWN: "bold red",
    Completeness.CONTRADICTED: "bold white on red",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A name and what it says; without a name the text alone."""

    name: str
    text: str
    width: int = _NAME

    def as_text(self) -> str:
        """One line."""
        return f"  {self.name:{self.width}}{self.text}" if self.name else f"  {self.text}"

    def as_html(self) -> str:
        """One row of a table."""
        if not self.name:
            return f'<tr><td colspan="2" style="{_LEFT}">{escape(self.text)}</td></tr>'
        return f'<tr><th style="{_HEAD}">{escape(self.name)}</th><td style="{_LEFT}">{escape(self.text)}</td></tr>'


@dataclass(frozen=True, slots=True)
class Grid:
    """Named rows of short cells that stand below each other, such as counts by Morse index."""

    rows: tuple[tuple[str, tuple[str, ...]], ...]
    width: int
    note: str = ""  # after the last row, in the text with the space before it

    def as_text(self) -> str:
        """A line for each row."""
        lines = [f"  {name:8}{''.join(cell.rjust(self.width) for cell in cells)}" for name, cells in self.rows]
        return "\n".join(lines) + self.note

    def as_html(self) -> str:
        """A table of its own."""
        rows = []
        for k, (name, cells) in enumerate(self.rows):
            note = self.note.strip() if k == len(self.rows) - 1 else ""
            after = f'<td style="{_LEFT}">{escape(note)}</td>' if note else ""
            rows.append(f'<tr><th style="{_HEAD}">{escape(name)}</th>{_cells(cells)}{after}</tr>')
        return "".join(rows)


@dataclass(frozen=True, slots=True)
class Columns:
    """Rows under headings. A heading comes with the width of its column in text: negative, flush left."""

    heads: tuple[tuple[str, int], ...]
    rows: tuple[tuple[str, ...], ...]

    def as_text(self) -> str:
        """A line of headings, and one for each row."""
        return "\n".join(self._line(row) for row in ([head for head, _ in self.heads], *self.rows))

    def _line(self, cells: Sequence[str]) -> str:
        return "  " + "".join(c.rjust(w) if w > 0 else c.ljust(-w) for c, (_, w) in zip(cells, self.heads, strict=True))

    def as_html(self) -> str:
        """A table of its own."""
        heads = "".join(f'<th style="{_LEFT if w < 0 else _RIGHT}">{escape(head)}</th>' for head, w in self.heads)
        flush = [w < 0 for _, w in self.heads]
        return f"<tr>{heads}</tr>" + "".join(f"<tr>{_cells(row, flush)}</tr>" for row in self.rows)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A title and blocks.

    Examples
    --------
    >>> sheet = Sheet("Census of x", (Line("complex", "3 of 3"), Grid((("index", ("0", "1")), ("points", ("2", "1"))), 3)))
    >>> print(sheet.text())
    Census of x
      complex    3 of 3
      index     0  1
      points    2  1
    >>> sheet.html().count("<tr>")
    3
    """

    title: str
    blocks: tuple[Line | Grid | Columns, ...]

    def text(self) -> str:
        """As plain lines."""
        return "\n".join([self.title, *(block.as_text() for block in self.blocks)])

    def html(self) -> str:
        """As tables below each other; lines that follow one another share one."""
        parts: list[str] = []
        is_open = False
        for block in self.blocks:
            is_line = isinstance(block, Line)
            if not (is_open and is_line):
                parts.append(f'{"</table>" if parts else ""}<table style="{_STYLE}">')
            parts.append(block.as_html())
            is_open = is_line
        end = "</table>" if parts else ""
        return f'<div style="overflow-x:auto"><p style="margin:0 0 .3em"><b>{escape(self.title)}</b></p>{"".join(parts)}{end}</div>'

    def styled(self) -> RenderableType:
        """For a terminal with colours: the verdict stands out, and long lines are broken below their beginning."""
        from rich.console import Group
        from rich.text import Text

        parts: list[RenderableType] = [Text(escaped(self.title), "bold")]
        for _, run in groupby(self.blocks, key=lambda b: isinstance(b, Line)):
            blocks = list(run)
            lines = [b for b in blocks if isinstance(b, Line)]
            parts += [_styled_lines(lines)] if lines else [_styled_table(b) for b in blocks]
        return Group(*parts)


class Shown(ABC):
    """A result that prints its sheet, in a terminal, in a notebook and by :func:`rich.print`."""

    __slots__ = ()

    @abstractmethod
    def _sheet(self) -> Sheet: ...

    def __repr__(self) -> str:
        return self._sheet().text()

    def _repr_html_(self) -> str:
        return self._sheet().html()

    def __rich__(self) -> RenderableType:
        return self._sheet().styled()


def _styled_lines(lines: Sequence[Line]) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    table = Table.grid()
    table.add_column(style="cyan", width=2 + max((x.width for x in lines if x.name), default=0), no_wrap=True)
    table.add_column(overflow="fold")
    for line in lines:
        text = Text(escaped(line.text))
        for verdict, colour in _COLOURS.items():
            text.highlight_regex(rf"^{verdict.value}\b", colour)
        table.add_row(f"  {escaped(line.name)}", text)
    return table


def _styled_table(block: Line | Grid | Columns) -> RenderableType:
    from rich.text import Text

    text = Text(escaped(block.as_text(), keep="\n"), no_wrap=True, overflow="ignore")
    text.highlight_regex(r"^[^\n]*" if isinstance(block, Columns) else r"(?m)^  \w+", "cyan")
    return text


def _cells(cells: Sequence[str], flush_left: Sequence[bool] = ()) -> str:
    left = flush_left or [False] * len(cells)
    return "".join(f'<td style="{_LEFT if f else _RIGHT}">{escape(c)}</td>' for c, f in zip(cells, left, strict=True))
