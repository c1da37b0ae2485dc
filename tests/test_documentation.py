"""The documentation and the packages say the same."""

import re
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
