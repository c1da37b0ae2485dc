"""The documentation and the packages say the same."""

import inspect
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import homotopy
import polysys

DOCS = Path(__file__).parent.parent / "docs"


@pytest.mark.parametrize("package", [polysys, homotopy])
def test_the_reference_lists_every_public_name(package):
    pages = "\n".join(path.read_text(encoding="utf-8") for path in (DOCS / "reference").glob("*.md"))
    listed = {*re.findall(r"^   (\w+)$", pages, re.MULTILINE), *re.findall(rf"automodule:: {package.__name__}\.(\w+)", pages)}
    assert set(package.__all__) - listed == set()


def _public_docstrings() -> Iterator[tuple[str, str]]:
    """The docstrings of the names that the reference lists, and of their members, without their examples."""
    for page in sorted((DOCS / "reference").glob("*.md")):
        module = ""
        for line in page.read_text(encoding="utf-8").splitlines():
            module = line.removeprefix(".. currentmodule:: ") if line.startswith(".. currentmodule") else module
            if re.fullmatch(r"   \w+", line):
                named = getattr(import_module(module), line.strip())
                members = vars(named).items() if inspect.isclass(named) else ()
                for name, value in [(line.strip(), named), *((n, v) for n, v in members if not n.startswith("_"))]:
                    said = getattr(value, "__doc__", None) if callable(value) or hasattr(value, "__get__") else None
                    yield f"{module}.{line.strip()} {name}", "\n\n".join(p for p in re.split(r"\n\s*\n", said or "") if ">>>" not in p)


_FORMULA = re.compile(r":math:`([^`]+)`|^( *)\.\. math:: (.*(?:\n\2 +\S.*)*)", re.MULTILINE)
_CODE = re.compile(r"``[^`]+``|`[^`]+`")


def test_public_docstrings_state_formulas_as_mathematics():
    plain = re.compile(r"\b(?:sum|prod|int)_|\bsqrt\(|[\^_][({]|\b(?:lambda|tau|sigma|theta)_\w\b|_inf\b", re.IGNORECASE)
    left = [(name, line) for name, said in _public_docstrings() for line in _CODE.sub("", _FORMULA.sub("", said)).split("\n") if plain.search(line)]
    assert left == []


def test_the_pages_can_show_every_formula_of_a_docstring(monkeypatch):
    pytest.importorskip("latex2mathml")
    pytest.importorskip("sphinx")
    monkeypatch.syspath_prepend(str(DOCS / "_ext"))
    mathml = import_module("mathml")
    monkeypatch.delitem(sys.modules, "mathml")
    monkeypatch.setattr(mathml._LOGGER, "warning", lambda *said: pytest.fail(said[0] % said[1:]))
    formulas = [found[1] or found[3] for _, said in _public_docstrings() for found in _FORMULA.finditer(said)]
    assert len(formulas) > 100
    assert all("<math" in mathml._mathml(formula, "inline") for formula in formulas)
