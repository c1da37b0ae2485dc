"""What a study returns: tables, findings with verdicts, a figure; and the files it is written to."""

from __future__ import annotations

import json
import re
import textwrap
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from homotopy.common.figures import figure_bytes, require_matplotlib
from homotopy.common.files import write_atomically
from homotopy.common.sheet import Line, Sheet, Shown
from homotopy.studies.frame.tables import Cell, Table, plain
from polysys.errors import InputError

HOLDS_BEYOND, NOT_TESTABLE = "holds beyond", "not testable at these sizes"
CLAIM_VERDICTS = ("holds", HOLDS_BEYOND, "fails", NOT_TESTABLE, "undecided")
TREND_VERDICTS = ("falls", "rises", "constant", "not monotone")
_VERBS = dict(zip(CLAIM_VERDICTS, ("holds", HOLDS_BEYOND, "fails", f"is {NOT_TESTABLE}", "is undecided"), strict=True))
_MAX_ROWS = 120  # of a folded table on the page; its CSV file has all
_MAX_NAMED = 90  # characters of the names of cases in a headline; more cases are counted
_MAX_STATEMENTS = 12  # of the table of verdicts
_WIDTH, _MAX_LINES = 100, 14  # of the sentences in a terminal


@dataclass(frozen=True, slots=True)
class Finding:
    """A verdict on one statement in one case.

    Parameters
    ----------
    statement : str
        A claim of a paper, or a quantity whose trend is asked for.
    verdict : str
        Of a claim: holds, holds beyond (a place), fails, not testable at these sizes; of a trend: falls, rises, constant, not monotone; or
        undecided.
    sentence : str
        The numbers and the test behind it.
    case : str
        The model or the series; "" where the statement is about the whole study.
    trend : str
        The trend that decided on a claim, for the headline.
    beyond : str
        Where a claim begins to hold, such as "depth 5"; of the verdict "holds beyond" and of no other.
    is_claim : bool
        False for the trend of a quantity about which no claim is made.
    test : str
        What judged the p-value of the sentence, where many were judged together.

    Examples
    --------
    >>> Finding("fewer points", "holds beyond", "", "glass", beyond="depth 5").words
    'holds beyond depth 5'
    """

    statement: str
    verdict: str
    sentence: str
    case: str = ""
    trend: str = ""
    beyond: str = ""
    is_claim: bool = True
    test: str = ""

    def __post_init__(self) -> None:
        if self.verdict not in (*CLAIM_VERDICTS, *TREND_VERDICTS):
            known = ", ".join((*CLAIM_VERDICTS, *TREND_VERDICTS))
            raise InputError(f"{self.verdict!r} is no verdict.", f"Use one of {known}.")
        if bool(self.beyond) != (self.verdict == HOLDS_BEYOND):
            raise InputError(
                f"The verdict {self.verdict!r} has beyond = {self.beyond!r:.40}.",
                f"Say beyond what a claim holds, with the verdict {HOLDS_BEYOND} only.",
            )

    @property
    def words(self) -> str:
        """The verdict as it is printed."""
        return f"{self.verdict} {self.beyond}" if self.beyond else self.verdict

    @property
    def evidence(self) -> str:
        """The sentence, with the test."""
        return f"{self.sentence.removesuffix('.')} ({self.test})." if self.test else self.sentence

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
    for verdict, verb in _VERBS.items():
        met = [f for f in findings if f.verdict == verdict]
        if not met:
            continue
        between = " and " if any("," in f.case for f in met) else ", "
        names = between.join(_named(f) for f in met)
        where = f"for {names}" if len(names) <= _MAX_NAMED else f"in {len(met)} of {len(findings)} cases"
        verb = f"{verb} {_places(met)}".rstrip()
        said.append(verb if len(findings) == 1 else f"{verb} {where}")
    return f'"{statement[0].upper()}{statement[1:]}" {"; ".join(said)}.'


def _places(findings: Sequence[Finding]) -> str:
    """Beyond what claims hold: "depth 4", or "depth 4 to 5" of several; "" for other verdicts."""
    places = list(dict.fromkeys(f.beyond for f in findings))
    if len(places) < 2:
        return places[0]
    numbers = sorted((place.rpartition(" ")[2] for place in places), key=lambda text: (len(text), text))
    return f"{places[0].rpartition(' ')[0]} {numbers[0]} to {numbers[-1]}"


def _named(finding: Finding) -> str:
    """A case with what decided: the trend that refutes a claim, or the place beyond which it holds."""
    note = finding.beyond or (finding.trend if finding.verdict == "fails" else "")
    return f"{finding.case} ({note})" if note else finding.case


@dataclass(frozen=True, repr=False)
class Report(Shown):
    """The result of a study.

    Parameters
    ----------
    title, question : str
    tables : tuple of Table
    findings : tuple of Finding
    lead : tuple of str
        Sentences made from numbers that no verdict holds; they stand behind the headlines of the claims.
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

    def _sheet(self) -> Sheet:
        shown, rest = self.findings[:8], len(self.findings) - 8
        width = max((len(f.words) + 1 for f in shown), default=0)
        lines = [Line(f.words, f.subject, width=max(13, width)) for f in shown]
        lines += [Line("", f"and {rest} more findings")] if rest > 0 else []
        return Sheet(self.title, tuple(lines))

    def _by_statement(self) -> dict[str, list[Finding]]:
        found: dict[str, list[Finding]] = {}
        for f in self.findings:
            found.setdefault(f.statement, []).append(f)
        return found

    @property
    def headlines(self) -> tuple[str, ...]:
        """A sentence for each claim on which something was decided."""
        claims = _claims(self._by_statement())
        decided = {s: fs for s, fs in claims.items() if any(f.verdict != "undecided" for f in fs)}
        return tuple(headline(s, fs) for s, fs in decided.items())

    @property
    def verdicts(self) -> Table:
        """A row for each claim, or for each trend where there are no claims: in how many cases each verdict was found."""
        found = self._by_statement()
        claims = _claims(found)
        chosen = list((claims or found).items())
        rest = len(found) - min(len(chosen), _MAX_STATEMENTS)
        records: list[dict[str, Cell]] = []
        for statement, findings in chosen[:_MAX_STATEMENTS]:
            counts = Counter(f.verdict for f in findings)
            records.append({"statement": statement, "cases": len(findings), **counts})
        used = [v for v in (*CLAIM_VERDICTS, *TREND_VERDICTS) if any(v in r for r in records)]
        ordered = [{k: r.get(k) for k in ("statement", "cases", *used)} for r in records]
        more = f" {rest} more quantities and claims are in the evidence." if rest else ""
        return Table.of("verdicts", f"In how many cases each verdict was found.{more}", ordered)

    def to_dict(self) -> dict[str, Any]:
        """As a JSON object."""
        return {
            "title": self.title,
            "question": self.question,
            "conclusion": " ".join((*self.headlines, *self.lead)),
            "findings": [{"subject": f.subject, "verdict": f.words, "sentence": f.evidence} for f in self.findings],
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
        """What a terminal shows, in less than 40 lines: the headlines and the table of verdicts."""
        lines: list[str] = []
        sentences = (*self.headlines, *self.lead)
        for k, sentence in enumerate(sentences):
            wrapped = textwrap.wrap(
                sentence, _WIDTH, initial_indent="- ", subsequent_indent="  ", break_on_hyphens=False
            )
            if len(lines) + len(wrapped) > _MAX_LINES:
                lines.append(f"  and {len(sentences) - k} more sentences on the page")
                break
            lines += wrapped
        table = self.verdicts
        question = textwrap.wrap(self.question, _WIDTH, max_lines=4, break_on_hyphens=False)
        shown = [table.to_text()] if table.rows else []
        shown += [table.caption] if len(table.rows) == _MAX_STATEMENTS else []
        return "\n".join([self.title, *question, "", *lines, "", *shown]) + "\n"

    def to_markdown(self, command: str, figure: str | None = None) -> str:
        """The report as a page: headlines, verdicts and figure; everything else is folded.

        Parameters
        ----------
        command : str
            What reproduces it.
        figure : str, optional
            Path of the figure, as the page sees it.
        """
        table = self.verdicts
        parts = [f"# {self.title}", self.question, _bullets(self.headlines or self.lead)]
        parts += [table.to_markdown(), table.caption] if table.rows else []
        if figure is not None:
            parts.append(f"![{self.title}]({figure})")
        parts += folded("The numbers in sentences", _bullets(self.lead)) if self.headlines and self.lead else []
        parts += folded("The evidence for each verdict", *self._evidence()) if self.findings else []
        for t in self.tables:
            shown = Table(t.name, t.caption, t.columns, t.rows[:_MAX_ROWS])
            rest = len(t.rows) - len(shown.rows)
            more = f"And {rest} more rows in `{t.name}.csv`." if rest else ""
            title = f"{t.name.replace('-', ' ').capitalize()} (`{t.name}.csv`)"
            parts += folded(title, t.caption, shown.to_markdown(), more)
        parts += ["## Limits", _bullets(self.limits)] if self.limits else []
        parts += ["## Run it again", f"```sh\n{command}\n```"]
        return "\n\n".join(part for part in parts if part) + "\n"

    def _evidence(self) -> list[str]:
        """A table for each statement with several cases, then one for the others; a test of many p-values is named once."""
        tests = list(dict.fromkeys(f.test for f in self.findings if f.test))
        found = self._by_statement()
        parts = [f"All p-values that name no other correction are judged together: {tests[0]}."] if len(tests) == 1 else []
        for statement, findings in found.items():
            if len(findings) > 1:
                rows = tuple((f.case, f.words, f.sentence if len(tests) == 1 else f.evidence) for f in findings)
                table = Table("evidence", "", ("case", "verdict", "evidence"), rows)
                parts += [f"**{statement[0].upper()}{statement[1:]}**", table.to_markdown()]
        single = tuple((f.subject, f.words, f.evidence) for fs in found.values() if len(fs) == 1 for f in fs)
        if single:
            parts.append(Table("evidence", "", ("about", "verdict", "evidence"), single).to_markdown())
        return parts

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


def _claims(found: dict[str, list[Finding]]) -> dict[str, list[Finding]]:
    return {s: fs for s, fs in found.items() if all(f.is_claim and f.verdict in CLAIM_VERDICTS for f in fs)}


def folded(title: str, *parts: str) -> list[str]:
    """Parts of a page that are shown when their title is chosen.

    Examples
    --------
    >>> folded("More", "text", "")
    ['<details><summary>More</summary>', 'text', '</details>']
    """
    shown = re.sub("`([^`]*)`", r"<code>\1</code>", title)
    return [f"<details><summary>{shown}</summary>", *filter(None, parts), "</details>"]


def _bullets(sentences: Sequence[str]) -> str:
    return "\n".join(f"- {sentence}" for sentence in sentences)


def _has_matplotlib() -> bool:
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        return False
    return True
