"""Every Python block in README.md and in docs/ is a test, run from top to bottom of its page."""

from doctest import ELLIPSIS, NORMALIZE_WHITESPACE
from pathlib import Path

import pytest
from sybil import Sybil
from sybil.parsers.myst import PythonCodeBlockParser, SkipParser

collect_ignore_glob = ["docs/gallery/*.py", "docs/_ext/*.py"]  # scripts, run by tests/test_pages.py; extensions of Sphinx
collect_ignore = ["docs/conf.py", "homotopy/engines/bertini/worker.py"]  # the latter needs an optional package

pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser(doctest_optionflags=ELLIPSIS | NORMALIZE_WHITESPACE), SkipParser()],
    patterns=["README.md", "docs/*.md", "docs/*/*.md"],
    excludes=["docs/tutorials/*.md", "docs/gallery/*.md"],  # their code and what it prints: tests/test_pages.py
).pytest()


def pytest_configure(config: pytest.Config) -> None:
    """Workers of a whole run begin to collect at different places.

    Where nothing is compiled yet, each reads most of the byte code that the others have written: half of what collecting costs.
    """
    worker = getattr(config, "workerinput", None)
    if worker is None or "tests" not in {Path(a).name for a in config.args}:
        return
    places = [place for argument in config.args for place in _parts(config.rootpath / argument)]
    first = len(places) * int(worker["workerid"].removeprefix("gw")) // worker["workercount"]
    config.args[:] = map(str, places[first:] + places[:first])


def _parts(place: Path) -> list[Path]:
    """A folder of tests as the folders and files that are collected in it, rooms each for itself."""
    if place.name not in ("tests", "homotopy") or not place.is_dir() or "tests" not in (place.name, place.parent.name):
        return [place]
    inside = [p for p in sorted(place.iterdir()) if (p.is_dir() and p.name[0] not in "._") or p.match("test_*.py")]
    return [part for p in inside for part in _parts(p)]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Wherever they began, workers must name the tests in one order; within a file it is that of the file."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: str(item.path))
