"""What a study returns: tables, findings with verdicts, a figure; and the files it is written to."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from homotopy.common.figures import figure_bytes, require_matplotlib
from homotopy.common.files import write_atomically
from homotopy.studies.frame.tables import Cell, Table, plain
from polysys.errors import InputError

CLAIM_VERDICTS, TREND_VERDICTS = ("holds", "fails", "undecided"), ("falls", "rises", "constant", "not monotone")
_MAX_ROWS = 120  # of a table on the page; its CSV file has all
_MAX_NAMED = 90  # characters of the names of cases in a headline; more cases are counted


@dataclass(frozen=True, slots=True)
class Finding:
    """A verdict on one statement in one case.

    Parameters
    ----------
    statement : str
        A claim of a paper, or a quantity whose trend is asked for.
    verdict : str
        Of a claim: holds, fails; of a trend: falls, rises, constant, not monotone; or undecided.
    sentence : str
        The numbers and the test behind it.
    case : str
        The model or the series; "" where the statement is about the whole study.
    trend : str
        The trend that decided on a claim, for the headline.
    """

    statement: str
    verdict: str
    sentence: str
    case: str = ""
    trend: str = ""

    def __post_init__(self) -> None:
        if self.verdict not in (*CLAIM_VERDICTS, *TREND_VERDICTS):
            known = ", ".join((*CLAIM_VERDICTS, *TREND_VERDICTS))
            raise InputError(f"{self.verdict!r} is no verdict.", f"Use one of {known}.")

    @property
    def subject(self) -> str:
        """Case and statement."""
        return f"{self.case}: {self.statement}" if self.case else self.statement


def headline(statement: str, findings: Sequence[Finding]) -> str:
    """One sentence: where a claim holds, where it fails and how, where it stays undecided.

    Examples
    --------
    >>> found = [Finding("fewer points", "holds", "", "layered"), Finding("fewer points", "fails", "", "sphere", "rises")]
    >>> headline("fewer points", found)
    '"Fewer points" holds for layered; fails for sphere (rises).'
    """
    said = []
    for verdict, verb in zip(CLAIM_VERDICTS, ("holds", "fails", "is undecided"), strict=True):
        met = [f for f in findings if f.verdict == verdict]
        between = " and " if any("," in f.case for f in met) else ", "
        names = between.join(f"{f.case} ({f.trend})" if f.trend and verdict == "fails" else f.case for f in met)
        if len(findings) == 1 and met:
            said.append(verb)
        elif met:
            said.append(
                f"{verb} {f'for {names}' if len(names) <= _MAX_NAMED else f'in {len(met)} of {len(findings)} cases'}"
            )
    return f'"{statement[0].upper()}{statement[1:]}" {"; ".join(said)}.'


@dataclass(frozen=True)
class Report:
    """The result of a study.

    Parameters
    ----------
    title, question : str
    tables : tuple of Table
    findings : tuple of Finding
    lead : tuple of str
        Sentences made from numbers that no verdict holds; they stand before the headlines of the claims.
    limits : tuple of str
        What these numbers do not show: samples that are open, what was left out. What is true of every run is in docs/studies.
    draw : callable (matplotlib Figure), optional
        Fills an empty figure.
    figure_size : (float, float)
        Inches.
    """

    title: str
    question: str
    tables: tuple[Table, ...]
    findings: tuple[Finding, ...]
    lead: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    draw: Callable[[Any], None] | None = None
    figure_size: tuple[float, float] = (13.0, 8.0)

    def __post_init__(self) -> None:
        names = [table.name for table in self.tables]
        if len(set(names)) != len(names):
            raise InputError("Two tables of the report have one name.", "Rename one.")

    def __repr__(self) -> str:
        shown = [f"  {f.verdict:<12} {f.subject}" for f in self.findings[:8]]
        rest = len(self.findings) - 8
        return "\n".join([self.title, *shown, *([f"  and {rest} more findings"] if rest > 0 else [])])

    def _by_statement(self) -> dict[str, list[Finding]]:
        found: dict[str, list[Finding]] = {}
        for f in self.findings:
            found.setdefault(f.statement, []).append(f)
        return found

    @property
    def headlines(self) -> tuple[str, ...]:
        """The lead, and a sentence for each claim."""
        claims = {s: fs for s, fs in self._by_statement().items() if all(f.verdict in CLAIM_VERDICTS for f in fs)}
        decided = {s: fs for s, fs in claims.items() if any(f.verdict != "undecided" for f in fs)}
        return (*self.lead, *(headline(s, fs) for s, fs in decided.items()))

    @property
    def verdicts(self) -> Table:
        """A row for each statement: in how many cases each verdict was found."""
        records: list[dict[str, Cell]] = []
        for statement, found in self._by_statement().items():
            counts = Counter(f.verdict for f in found)
            records.append({"statement": statement, "cases": len(found), **counts})
        used = [v for v in (*CLAIM_VERDICTS, *TREND_VERDICTS) if any(v in r for r in records)]
        ordered = [{k: r.get(k) for k in ("statement", "cases", *used)} for r in records]
        return Table.of("verdicts", "In how many cases each verdict was found.", ordered)

    def to_dict(self) -> dict[str, Any]:
        """As a JSON object."""
        return {
            "title": self.title,
            "question": self.question,
            "conclusion": " ".join(self.headlines),
            "findings": [{"subject": f.subject, "verdict": f.verdict, "sentence": f.sentence} for f in self.findings],
            "limits": list(self.limits),
            "tables": {
                t.name: {
                    "caption": t.caption,
                    "columns": list(t.columns),
                    "rows": [[plain(cell) for cell in row] for row in t.rows],
                }
                for t in self.tables
            },
        }

    def to_text(self) -> str:
        """What a terminal shows: the headlines and the table of verdicts."""
        lines = [self.title, self.question, "", *(f"- {sentence}" for sentence in self.headlines)]
        return "\n".join([*lines, "", self.verdicts.to_text()]) + "\n"

    def to_markdown(self, command: str, figure: str | None = None) -> str:
        """The report as a page.

        Parameters
        ----------
        command : str
            What reproduces it.
        figure : str, optional
            Path of the figure, as the page sees it.
        """
        parts = [f"# {self.title}", self.question, _bullets(self.headlines), self.verdicts.to_markdown()]
        if figure is not None:
            parts.append(f"![{self.title}]({figure})")
        rows = tuple((f.subject, f.verdict, f.sentence) for f in self.findings)
        parts += ["## Findings", Table("findings", "", ("about", "verdict", "evidence"), rows).to_markdown()]
        for t in self.tables:
            shown = Table(t.name, t.caption, t.columns, t.rows[:_MAX_ROWS])
            rest = len(t.rows) - len(shown.rows)
            parts += [f"## {t.name.replace('-', ' ').capitalize()}", t.caption, shown.to_markdown()]
            parts += [f"And {rest} more rows in `{t.name}.csv`."] if rest else []
        parts += ["## Limits", _bullets(self.limits)] if self.limits else []
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
        written = []
        for form in ("svg", "png"):
            written.append(folder / f"figure.{form}")
            write_atomically(written[-1], figure_bytes(figure, form, dpi=150))
        return tuple(written)


def _bullets(sentences: Sequence[str]) -> str:
    return "\n".join(f"- {sentence}" for sentence in sentences)


def _has_matplotlib() -> bool:
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        return False
    return True
