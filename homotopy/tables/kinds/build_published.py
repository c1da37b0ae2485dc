"""The rows of a table of published numbers: ours beside each, and whether they agree."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

from homotopy.common.reporting import Say
from homotopy.tables.draft import Part
from homotopy.tables.format.cells import Column, Value
from homotopy.tables.format.description import Completeness
from homotopy.tables.kinds.published_checks import agreement
from homotopy.tables.kinds.recomputed import Ours, compute
from homotopy.tables.spec import Number, PublishedSpec
from homotopy.tables.table import load_table

KEY = ("quantity", "source")
COLUMNS = (
    Column("quantity", "text", "what is counted", "name"),
    Column("source", "text", "the publication", "name"),
    Column("place", "text", "page, equation, theorem or table", "literature"),
    Column("is_read", "text", "yes: we read the number there; no: we know it from other texts, and it is unchecked", "name"),
    Column("published", "text", "the number as printed; digits in brackets are its uncertainty in the last places", "literature"),
    Column("ours", "text", "our number, or the range in which it lies", "row"),
    Column("rigor", "text", "what our number rests on: proved, certified, numerical", "name"),
    Column("how", "text", "the sentence that names its computation (homotopy.tables.ours)", "name"),
    Column("evidence", "text", "what our number rests on, in words", "name"),
    Column("agreement", "text", "agrees, disagrees, or not compared", "name"),
    Column("note", "text", "remarks", "name"),
)  # fmt: skip


def part_of(spec: PublishedSpec, root: Path, say: Say) -> Part:
    """The rows of a table of published numbers; other tables are looked for below the same data folder first."""
    begin = time.perf_counter()
    rows: list[tuple[Value, ...]] = []
    verdicts: Counter[str] = Counter()
    for number in spec.numbers:
        say(f"{number.quantity} [{number.source}]")
        ours = compute(number.ours, spec.seed, lambda label: load_table(label, root)) if number.ours else None
        row = _row(number, ours)
        verdicts[str(row[9])] += 1
        rows.append(row)
    unread = sum(not n.is_read for n in spec.numbers)
    completeness = Completeness(
        "no", f"these are the {len(rows)} numbers that we know of; {', '.join(f'{n} {v}' for v, n in verdicts.most_common())}", spec.caveat
    )
    reliability = (
        f"Published numbers are copied; {unread} of {len(rows)} are known to us from other texts only and marked is_read = no. Our numbers are "
        "as sure as the column rigor says."
    )
    return Part(COLUMNS, KEY, rows, [], [], time.perf_counter() - begin, [], reliability, completeness)


def _row(number: Number, ours: Ours | None) -> tuple[Value, ...]:
    text = None if ours is None else ours.text
    return (
        number.quantity, number.source, number.place, "yes" if number.is_read else "no", number.published, text,
        None if ours is None else ours.rigor, number.ours or None, None if ours is None else ours.evidence,
        agreement(number.published, text), number.note or None,
    )  # fmt: skip
