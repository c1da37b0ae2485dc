"""What a study returns: tables, findings with verdicts, a conclusion, a figure; and the files it is written to."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from homotopy.common.figures import require_matplotlib
from homotopy.common.files import write_atomically
from polysys.errors import InputError

Cell = str | int | float | bool | None
VERDICTS = ("falls", "rises", "constant", "not monotone", "holds", "fails", "undecided")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_MAX_ROWS = 120  # of a table on the page; its CSV file has all
_MAX_PRINTED = 40  # characters of a cell


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a report.

    Parameters
    ----------
    name : str
        Of its CSV file: lower-case letters, digits and hyphens.
    caption : str
        One sentence: what a row is, and how the numbers were obtained (exact, certified, numerical, predicted).
    columns : tuple of str
        With units where there are some.
    rows : tuple of tuples, as long as `columns`
        Text, numbers, or None where there is nothing to say.

    Raises
    ------
    InputError
        For rows of another length, names that repeat, or a name that is no file name.
    """

    name: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise InputError(f"A table cannot be called {self.name!r}.", "Use lower-case letters, digits and hyphens.")
        if len(set(self.columns)) != len(self.columns):
            raise InputError(f"Two columns of the table {self.name} have one name.", "Rename one.")
        if any(len(row) != len(self.columns) for row in self.rows):
            raise InputError(f"A row of the table {self.name} has not {len(self.columns)} cells.", "Fill it with None.")

    def to_csv(self) -> str:
        """The table as CSV; numbers with twelve digits, so that the same study gives the same bytes."""
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows([_exact(cell) for cell in row] for row in self.rows)
        return buffer.getvalue()

    def to_markdown(self) -> str:
        """The table as Markdown; numbers with four digits."""
        lines = [self.columns, tuple("---" for _ in self.columns), *([_short(c) for c in row] for row in self.rows)]
        return "\n".join("| " + " | ".join(c.replace("|", "\\|") for c in line) + " |" for line in lines)

    def to_text(self) -> str:
        """The table in aligned columns."""
        lines = [self.columns, *(tuple(_short(c)[:_MAX_PRINTED] for c in row) for row in self.rows)]
        widths = [max(len(line[k]) for line in lines) for k in range(len(self.columns))]
        return "\n".join("  ".join(c.rjust(w) for c, w in zip(line, widths, strict=True)).rstrip() for line in lines)


@dataclass(frozen=True, slots=True)
class Finding:
    """One statement of a study.

    Parameters
    ----------
    subject : str
        What it is about: a reading and a quantity, or a claim of a paper.
    verdict : str
        A trend (falls, rises, constant, not monotone), a claim (holds, fails), or undecided.
    sentence : str
        The numbers and the test behind it.
    """

    subject: str
    verdict: str
    sentence: str

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise InputError(f"{self.verdict!r} is no verdict.", f"Use one of {', '.join(VERDICTS)}.")


@dataclass(frozen=True)
class Report:
    """The result of a study.

    Parameters
    ----------
    title, question : str
    tables : tuple of Table
    findings : tuple of Finding
    conclusion : str
        One paragraph, with what contradicts the literature and under which reading.
    limits : tuple of str
        What the numbers do not show: samples that are open, what was left out, which parts are numerical.
    draw : callable (matplotlib Figure), optional
        Fills an empty figure.
    figure_size : (float, float)
        Inches.
    """

    title: str
    question: str
    tables: tuple[Table, ...]
    findings: tuple[Finding, ...]
    conclusion: str
    limits: tuple[str, ...] = ()
    draw: Callable[[Any], None] | None = None
    figure_size: tuple[float, float] = (12.0, 8.0)

    def __post_init__(self) -> None:
        names = [table.name for table in self.tables]
        if len(set(names)) != len(names):
            raise InputError("Two tables of the report have one name.", "Rename one.")

    def __repr__(self) -> str:
        shown = [f"  {f.verdict:<12} {f.subject}" for f in self.findings[:8]]
        rest = len(self.findings) - 8
        return "\n".join([self.title, *shown, *([f"  and {rest} more findings"] if rest > 0 else [])])

    def to_dict(self) -> dict[str, Any]:
        """As a JSON object."""
        return {
            "title": self.title,
            "question": self.question,
            "conclusion": self.conclusion,
            "findings": [{"subject": f.subject, "verdict": f.verdict, "sentence": f.sentence} for f in self.findings],
            "limits": list(self.limits),
            "tables": {
                t.name: {
                    "caption": t.caption,
                    "columns": list(t.columns),
                    "rows": [[_plain(cell) for cell in row] for row in t.rows],
                }
                for t in self.tables
            },
        }

    def to_markdown(self, command: str, figure: str | None = None) -> str:
        """The report as a page.

        Parameters
        ----------
        command : str
            What reproduces it.
        figure : str, optional
            Path of the figure, as the page sees it.
        """
        parts = [f"# {self.title}", self.question, self.conclusion]
        if figure is not None:
            parts.append(f"![{self.title}]({figure})")
        rows = tuple((f.subject, f.verdict, f.sentence) for f in self.findings)
        parts += ["## Findings", Table("findings", "", ("about", "verdict", "evidence"), rows).to_markdown()]
        for t in self.tables:
            shown = Table(t.name, t.caption, t.columns, t.rows[:_MAX_ROWS])
            rest = len(t.rows) - len(shown.rows)
            parts += [f"## {t.name.replace('-', ' ').capitalize()}", t.caption, shown.to_markdown()]
            parts += [f"And {rest} more rows in `{t.name}.csv`."] if rest else []
        if self.limits:
            parts += ["## Limits", "\n".join(f"- {limit}" for limit in self.limits)]
        parts += ["## Run it again", f"```sh\n{command}\n```"]
        return "\n\n".join(part for part in parts if part) + "\n"

    def write(self, folder: Path, command: str) -> tuple[Path, ...]:
        """Write report.md, report.json, a CSV file for each table and, with matplotlib, figure.svg and figure.png.

        Returns
        -------
        tuple of Path
            The files, the page first.
        """
        figures = self._write_figures(folder)
        texts = {
            "report.md": self.to_markdown(command, figures[0].name if figures else None),
            "report.json": json.dumps(self.to_dict(), indent=1, ensure_ascii=False) + "\n",
            **{f"{table.name}.csv": table.to_csv() for table in self.tables},
        }
        for name, text in texts.items():
            write_atomically(folder / name, text.encode())
        return (*(folder / name for name in texts), *figures)

    def _write_figures(self, folder: Path) -> tuple[Path, ...]:
        if self.draw is None or not _has_matplotlib():
            return ()
        figure = require_matplotlib()(figsize=self.figure_size, layout="constrained")
        self.draw(figure)
        from matplotlib import rc_context

        written = []
        for form in ("svg", "png"):
            buffer = io.BytesIO()
            with rc_context({"svg.hashsalt": "stationary"}):  # names inside an SVG are random otherwise
                figure.savefig(buffer, format=form, dpi=150, metadata={"Date": None} if form == "svg" else None)
            written.append(folder / f"figure.{form}")
            write_atomically(written[-1], buffer.getvalue())
        return tuple(written)


def _has_matplotlib() -> bool:
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        return False
    return True


def _exact(cell: Cell) -> str:
    if cell is None:
        return ""
    return format(cell, ".12g") if isinstance(cell, float) else str(cell)


def _short(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int):
        return str(cell) if abs(cell) < 10**15 else f"{cell:.4e}"
    return format(cell, ".4g") if isinstance(cell, float) else cell


def _plain(cell: Cell) -> Cell:
    """What JSON can hold: no infinities, and whole numbers beyond 2^53 as text."""
    if isinstance(cell, float) and not isfinite(cell):
        return None
    if isinstance(cell, int) and not isinstance(cell, bool) and abs(cell) > 2**53:
        return str(cell)
    return cell


def rows_of(records: Sequence[Mapping[str, Cell]]) -> tuple[tuple[str, ...], tuple[tuple[Cell, ...], ...]]:
    """Columns and rows from records; a key that a record lacks is None there."""
    columns = tuple(dict.fromkeys(key for record in records for key in record))
    return columns, tuple(tuple(record.get(key) for key in columns) for record in records)
