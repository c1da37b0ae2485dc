"""Files of lists with multiple solutions: honest ones verify, and no forged multiplicity does."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import homotopy as ho
import polysys as ps
from homotopy.counting.files.schema import content_digest
from homotopy.errors import CensusFileError

LANDSCAPES = {
    "monkey saddle": "x^3 - 3*x*y^2",
    "E8": "x^3 + y^5",
    "a multiple point among others": "x^3 - 3*x*y^2 + x^4 + y^4 + x*y^4",
    "irrational": "(x^2 - 2)^3 + y^2 + x*y^2",
}
EQUATIONS = {
    "tangent": ["x^2 + y^2 - 1", "(x - 1)^2 + y*(x - 1)"],
    "overdetermined": ["x^2*(x - 1)", "x*y", "y^2 + x*(x - 1)"],
}
NAMES = [*LANDSCAPES, *EQUATIONS]


@cache
def found(name: str) -> Any:
    return ho.census(ps.expression(LANDSCAPES[name])) if name in LANDSCAPES else ho.solve(ps.equations(EQUATIONS[name]))


def saved(name: str, path: Path) -> dict[str, Any]:
    found(name).save(path)
    content: dict[str, Any] = json.loads(path.read_text())
    return content


@pytest.mark.parametrize("name", NAMES)
def test_a_list_with_a_multiple_solution_verifies_with_its_verdict(name: str, tmp_path: Path) -> None:
    census, path = found(name), tmp_path / "c.json"
    assert census.degenerate and census.completeness.verdict in (ho.Completeness.PROVED, ho.Completeness.SUPPORTED)
    assert set(census.save(path)) <= {"Hilbert bound"}  # one that decided nothing
    report = ho.verify(path)
    assert report.is_ok and not report.rests_on_paths
    assert report.derived is not None and report.derived.verdict is census.completeness.verdict
    again = ho.load(path)
    assert [s.summary() for s in again.degenerate] == [s.summary() for s in census.degenerate]
    assert again.save(tmp_path / "d.json") == () and ho.verify(tmp_path / "d.json").is_ok


def _drop_a_solution(content: dict[str, Any]) -> None:
    """A simple solution told as a double one: both counts stay what they were."""
    if content["solutions"]:
        s = content["solutions"][-1]
        content["singular"].append(
            {**content["singular"][0], "re": s["re"], "im": s["im"], "exact": None, "is_proved": False}
        )
    else:
        content["singular"].append(content["singular"][0])


def _set(**members: Any) -> Callable[[dict[str, Any]], None]:
    return lambda content: content["singular"][0].update(members)


FORGERIES: dict[str, Callable[[dict[str, Any]], None]] = {
    "larger multiplicity": lambda c: _set(multiplicity=c["singular"][0]["multiplicity"] + 1)(c),
    "smaller multiplicity": lambda c: _set(multiplicity=c["singular"][0]["multiplicity"] - 1)(c),
    "no multiplicity": _set(multiplicity=None),
    "stated twice": lambda c: c["singular"].append(c["singular"][0]),
    "left out": lambda c: c.pop("singular"),
    "another proof": lambda c: _set(is_proved=not c["singular"][0]["is_proved"])(c),
    "elsewhere": lambda c: _set(re=[str(float(v) + 0.5) for v in c["singular"][0]["re"]])(c),
    "another exact point": _set(exact=["1/7", "2/7"]),
    "no number": _set(re=["nan", "nan"]),
    "another shape": _set(re=["0"], im=["0"]),
    "divided by zero": _set(exact=["1/0", "0"]),
    "a simple solution as a double one": _drop_a_solution,
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_multiplicity_is_refused(forgery: str, tmp_path: Path) -> None:
    for name in NAMES:
        content = saved(name, tmp_path / "c.json")
        FORGERIES[forgery](content)
        content["sha256"] = content_digest(content)
        (tmp_path / "c.json").write_text(json.dumps(content))
        with contextlib.suppress(CensusFileError):
            assert not ho.verify(tmp_path / "c.json").is_ok, name
