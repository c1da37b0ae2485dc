"""Pages of studies: what a run says, with what is written by hand carried over."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SPEC = importlib.util.spec_from_file_location("study_pages", ROOT / "scripts" / "study_pages.py")
study_pages = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(study_pages)


def test_words_are_carried_over_and_the_run_is_named(tmp_path, monkeypatch):
    account = {
        "seconds": 123.0,
        "software": "stationary-points 1",
        "versions": {"python": "3", "stationary-points": "1"},
    }
    monkeypatch.setattr(study_pages, "effort", lambda folder: account)
    report = "# Title\n\nQuestion?\n\n- verdict\n\n![Title](figure.svg)\n\n## Limits\n\n- few\n"
    before = "# Old\n\n<!-- words -->\n\n## What we would sign\n\nThis.\n\n<!-- end of words -->\n\nold"
    page = study_pages.rebuilt("depth", report, tmp_path, before)
    assert page.split("\n\n")[2].startswith(
        "This page is the result of `stationary depth --full` (seed 1): 2.0 minutes"
    )
    assert page.index("![Title]") < page.index("What we would sign") < page.index("## Limits") and "old" not in page
    assert study_pages.rebuilt("depth", report, tmp_path, page) == page
    assert study_pages.words("none") == "<!-- words -->\n\n<!-- end of words -->"


@pytest.mark.parametrize("name", ["agreement", "archetypes", "assumptions", "clustering", "depth", "layering"])
def test_pages_say_what_made_them(name):
    text = (ROOT / "docs" / "studies" / f"{name}.md").read_text()
    assert (
        f"`stationary {name} --full`" in text
        and "minutes of processor time" in text
        and f"make studies ARGS={name}" in text
    )
