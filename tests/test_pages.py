"""Tutorials print what their pages say, and the figures of the gallery are drawn."""

import json
import re
from pathlib import Path

import pytest

from scripts import run_pages

ROOT = Path(__file__).parent.parent
TUTORIALS = sorted(p for p in (ROOT / "docs" / "tutorials").glob("*.md") if p.stem != "index")
GALLERY = ROOT / "docs" / "gallery"


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "page.md"
    path.write_text(
        "# Page\n\nText, [a link](../x.md).\n\n```python\na = 2\nprint(a)\na * 3\n```\n\nMore.\n\n```python\nb = a\n```\n"
    )
    return path


def test_what_a_block_prints_and_its_last_value_stand_below_it(page):
    text, parts = run_pages.tutorial(page)
    assert "```{code-block} text\n:class: output\n\n2\n6\n```" in text and text.count("<!-- output -->") == 1
    assert [cell and cell.text for _, cell in parts] == ["2\n6", "", None]
    page.write_text(text)
    assert run_pages.tutorial(page)[0] == text  # running again changes nothing
    assert run_pages.check_tutorial(page)
    page.write_text(text.replace("\n6\n", "\n7\n"))
    assert not run_pages.check_tutorial(page)


def test_times_may_differ_and_counts_may_not():
    assert run_pages.same("63 regular, 0.31 s", "63 regular, 12.5 s")
    assert not run_pages.same("63 regular, 0.31 s", "62 regular, 0.31 s")


def test_figures_are_written_and_notebooks_hold_them(tmp_path):
    pytest.importorskip("matplotlib")
    page = tmp_path / "page.md"
    page.write_text(
        "```python\nfrom matplotlib.figure import Figure\nax = Figure().add_subplot()\nax.set_title('A title')\nax\n```\n"
    )
    text, parts = run_pages.tutorial(page)
    assert "![A title](figures/page-1.svg)" in text and (tmp_path / "figures" / "page-1.svg").stat().st_size > 1000
    notebook = json.loads(run_pages.notebook(parts))
    (code,) = [c for c in notebook["cells"] if c["cell_type"] == "code"]
    assert "image/png" in code["outputs"][0]["data"]


@pytest.mark.parametrize("page", TUTORIALS, ids=lambda p: p.stem)
def test_each_tutorial_has_its_figures_and_its_notebook(page):
    text = page.read_text(encoding="utf-8")
    for picture in re.findall(r"\]\((figures/[^)]+)\)", text):
        assert (page.parent / picture).stat().st_size < 400_000
    notebook = json.loads(page.with_suffix(".ipynb").read_text(encoding="utf-8"))
    code = ["".join(c["source"]).strip() for c in notebook["cells"] if c["cell_type"] == "code"]
    assert code == [block.strip() for block in run_pages._BLOCK.findall(text)]


def test_the_page_of_the_gallery_has_every_script():
    assert sorted(run_pages.GALLERY) == sorted(p.stem for p in GALLERY.glob("*.py"))
    assert (GALLERY / "index.md").read_text(encoding="utf-8") == run_pages.gallery_page()


@pytest.mark.pages
@pytest.mark.parametrize("page", TUTORIALS, ids=lambda p: p.stem)
def test_a_tutorial_prints_what_its_page_says(page):
    assert run_pages.check_tutorial(page)


@pytest.mark.pages
@pytest.mark.parametrize("name", run_pages.GALLERY)
def test_a_figure_of_the_gallery_is_drawn(name):
    script = GALLERY / f"{name}.py"
    assert run_pages.run(script.read_text(encoding="utf-8"), {"__name__": "__main__"}, script.name).figures
