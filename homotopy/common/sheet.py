"""What a result shows: one sheet, written as plain text in a terminal and as HTML in a notebook, with the same words and numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_NAME = 11  # columns of text that the name of a line takes
_STYLE = "margin:0;border-collapse:collapse;font-variant-numeric:tabular-nums"
_LEFT = "text-align:left;vertical-align:top;padding:.1em .8em .1em 0"
_HEAD = f"{_LEFT};min-width:6em;font-weight:600"
_RIGHT = "text-align:right;padding:.1em .8em .1em 0"


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


def _cells(cells: Sequence[str], flush_left: Sequence[bool] = ()) -> str:
    left = flush_left or [False] * len(cells)
    return "".join(f'<td style="{_LEFT if f else _RIGHT}">{escape(c)}</td>' for c, f in zip(cells, left, strict=True))
