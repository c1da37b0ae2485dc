"""A table in a few lines for a person, and as one JSON object for a program."""

from __future__ import annotations

from typing import Any

import msgspec

from homotopy.tables.kinds.samples import TableSamples
from homotopy.tables.table import ReferenceTable

LEVEL = 0.95


def summary(table: ReferenceTable) -> dict[str, Any]:
    """A table and the mean counts of its models as one JSON object."""
    models = []
    for label in [m.label for m in table.description.models]:
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
        "rows": [] if table.kind == "samples" else [msgspec.to_builtins(r) for r in table.rows],
    }


def _interval(samples: TableSamples, quantity: str | int) -> dict[str, Any]:
    mean = samples.mean(quantity)
    interval = mean.interval(LEVEL)
    return {"range": list(mean.range), "interval": [interval.low, interval.high], "level": LEVEL}


def describe(table: ReferenceTable, *, by_index: bool = False) -> str:
    """A table and the mean counts of its models as text; with the exact means where they are known."""
    lines = [repr(table), ""]
    if table.kind == "counts":
        lines += [f"{r.model}  {'open' if r.n_complex is None else r.n_complex}  ({r.rigor})" for r in table.rows]
    if table.kind == "published":
        lines += [f"{r.agreement:12}  {r.published:>12}  ours {r.ours or '-'}  {r.quantity} [{r.source}]" for r in table.rows]
    for label in [m.label for m in table.description.models]:
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
