"""A table in a few lines for a person, and as one JSON object for a program."""

from __future__ import annotations

from typing import Any

import msgspec

from homotopy.tables.kinds.samples import TableSamples
from homotopy.tables.table import ReferenceTable
from polysys.errors import InputError

LEVEL = 0.95


def chosen(table: ReferenceTable, model: str | None) -> list[str]:
    """Labels of the models of a table, or the one that is asked for.

    Raises
    ------
    InputError
        If the table has no such model.
    """
    if table.kind == "published" and model is not None:
        raise InputError(f"The table {table.label} has published numbers, no models.", "Leave --model out.")
    if model is not None and model not in table.model_labels:
        raise InputError(f"The table {table.label} has no model {model[:80]!r}.", f"It has {', '.join(table.model_labels[:12])}.")
    return list(table.model_labels) if model is None else [model]


def summary(table: ReferenceTable, *, model: str | None = None) -> dict[str, Any]:
    """A table and the mean counts of its models, or of one, as one JSON object."""
    labels = chosen(table, model)
    rows = [] if table.kind == "samples" else [r for r in table.rows if table.kind == "published" or r.model in labels]
    models = []
    for label in labels if table.kind == "samples" else []:
        samples = table.samples(label)
        means = samples.predicted_means
        models.append(
            {
                "model": label,
                "samples": samples.n_planned,
                "n_open": samples.n_open,
                "verdicts": samples.entry.verdicts,
                "mean": {q: _interval(samples, q) for q in ("n_real", "n_minima")},
                "mean_by_index": {str(k): _interval(samples, k) for k in range(samples.dimension + 1)},
                "median": {"n_real": list(samples.median("n_real").range)},
                "predicted_means": None if means is None else msgspec.to_builtins(samples.entry.exact_means),
            }
        )
    d = table.description
    return {
        "label": table.label,
        "title": d.title,
        "folder": str(table.folder),
        "kind": table.kind,
        "n_rows": len(table.rows),
        "n_certificates": d.n_certificates,
        "seed": d.seed,
        "completeness": msgspec.to_builtins(d.completeness),
        "columns": [msgspec.to_builtins(c) for c in d.columns],
        "models": models,
        "rows": [msgspec.to_builtins(r) for r in rows],
    }


def _interval(samples: TableSamples, quantity: str | int) -> dict[str, Any]:
    mean = samples.mean(quantity)
    interval = mean.interval(LEVEL)
    return {"range": list(mean.range), "interval": [interval.low, interval.high], "level": LEVEL}


def describe(table: ReferenceTable, *, by_index: bool = False, model: str | None = None) -> str:
    """A table and the mean counts of its models, or of one, as text; with the exact means where they are known."""
    lines, labels = [repr(table), ""], chosen(table, model)
    if table.kind == "counts":
        shown = [r for r in table.rows if r.model in labels]
        lines += [f"{r.model}  {'open' if r.n_complex is None else r.n_complex}  ({r.rigor})" for r in shown]
    if table.kind == "published":
        lines += [f"{r.agreement:12}  {r.published:>12}  ours {r.ours or '-'}  {r.quantity} [{r.source}]" for r in table.rows]
    for label in labels if table.kind == "samples" else []:
        samples = table.samples(label)
        exact = samples.predicted_means
        lines.append(f"{label}  ({samples.n_planned} samples)")
        rows = [("all", samples.mean("n_real"), None if exact is None else exact.total)]
        if by_index:
            rows += [(str(k), samples.mean(k), None if exact is None else exact.by_index[k]) for k in range(samples.dimension + 1)]
        for name, mean, prediction in rows:
            known = "" if prediction is None else f"   {prediction.kind} {prediction.value:.6g}"
            interval = mean.interval(LEVEL)
            lines.append(f"  index {name:>3}  mean {mean.in_words(5)} [{interval.low:.5g}, {interval.high:.5g}]{known}")
    return "\n".join(lines)
