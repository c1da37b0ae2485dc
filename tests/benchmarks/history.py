"""The ratios of `make bench`, kept: a line of JSON for each, with the machine, in history.jsonl beside this file.

``python -m tests.benchmarks.history`` prints the last ones of each comparison, the newest first. The environment variable
BENCHMARKS names another file.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from homotopy.common.provenance import producer

HISTORY = Path(__file__).with_name("history.jsonl")
_SHOWN = 8


def path() -> Path:
    """Where ratios are kept."""
    return Path(os.environ.get("BENCHMARKS") or HISTORY)


def keep(comparison: str, other: float, ours: float) -> float:
    """Append the ratio of two times of one run, in seconds, to the history, and return it."""
    entry = {
        "date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "by": producer(),
        "machine": _machine(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "comparison": comparison,
        "other_s": float(f"{other:.4g}"),
        "ours_s": float(f"{ours:.4g}"),
        "ratio": float(f"{other / ours:.4g}"),
    }
    with path().open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(entry) + "\n")
    return other / ours


def table(lines: Iterable[str]) -> str:
    """The last ratios of each comparison, the newest first; a star where another machine was used than for the newest.

    Examples
    --------
    >>> kept = [json.dumps({"comparison": "a", "ratio": r, "machine": m, "cores": 2}) for r, m in ((3, "x"), (4.25, "y"), (4, "y"))]
    >>> print(table(kept))
    comparison  ratios, the newest first
    a           4  4.25  3*
    """
    found: dict[str, list[dict[str, object]]] = {}
    for line in lines:
        if line.strip():
            entry = json.loads(line)
            found.setdefault(entry["comparison"], []).insert(0, entry)
    width = max(map(len, ["comparison", *found]))
    rows = [f"{name:{width}}  {'  '.join(_ratios(entries[:_SHOWN]))}" for name, entries in found.items()]
    return "\n".join([f"{'comparison':{width}}  ratios, the newest first", *rows])


def _ratios(entries: Sequence[dict[str, object]]) -> list[str]:
    newest = (entries[0]["machine"], entries[0]["cores"])
    return [f"{e['ratio']:.4g}{'' if (e['machine'], e['cores']) == newest else '*'}" for e in entries]


def _machine() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


if __name__ == "__main__":
    print(table(path().read_text(encoding="utf-8").splitlines()) if path().exists() else f"{path()} is not there yet: make bench")
