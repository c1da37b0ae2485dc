"""Every Python block in README.md and in docs/ is a test, run from top to bottom of its page."""

from doctest import ELLIPSIS, NORMALIZE_WHITESPACE

from sybil import Sybil
from sybil.parsers.myst import PythonCodeBlockParser, SkipParser

collect_ignore_glob = ["docs/gallery/*.py", "docs/_ext/*.py"]  # scripts, run by tests/test_pages.py; extensions of Sphinx
collect_ignore = ["docs/conf.py", "homotopy/engines/bertini/worker.py"]  # the latter needs an optional package

pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser(doctest_optionflags=ELLIPSIS | NORMALIZE_WHITESPACE), SkipParser()],
    patterns=["README.md", "docs/*.md", "docs/*/*.md"],
    excludes=["docs/tutorials/*.md", "docs/gallery/*.md"],  # their code and what it prints: tests/test_pages.py
).pytest()
