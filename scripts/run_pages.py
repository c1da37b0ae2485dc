"""Run the tutorials and the gallery, and write what they print and draw into the pages.

    python scripts/run_pages.py            all of them
    python scripts/run_pages.py glass      the pages and figures with this in their name
    python scripts/run_pages.py --check    write nothing; fail where a page no longer says what its code prints

A tutorial is docs/tutorials/NAME.md. Its Python blocks run from top to bottom like the cells of a notebook: what a block prints, and the value or
figure of its last line, stand below it between two comments, and the same goes into NAME.ipynb. A figure of the gallery is docs/gallery/NAME.py:
title and text in its docstring, a figure as its last line.
"""

from __future__ import annotations

import ast
import base64
import contextlib
import io
import json
import os
import re
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent.parent / "docs"
GALLERY = (
    "energies_by_index",
    "hessian_spectra",
    "tree_of_a_glass",
    "tree_of_a_network",
    "flows_on_the_plane",
    "flows_on_the_sphere",
    "counts_against_theory",
    "energies_of_an_ensemble",
    "where_training_ends",
    "counts_along_a_field",
    "map_of_the_cusp",
    "roots_in_the_plane",
    "nearest_points_on_an_ellipse",
    "local_entropy",
    "tree_of_errors",
)
_BEGIN, _END = "<!-- output -->", "<!-- end of output -->"
_BLOCK = re.compile(r"```python\n(.*?)```\n", re.DOTALL)
_OUTPUT = re.compile(rf"\n*{_BEGIN}\n.*?{_END}\n", re.DOTALL)
_LARGE = 150_000  # bytes of an SVG beyond which the figure is a PNG
_SECONDS = re.compile(r"\b\d[\d.]*(e[-+]?\d+)? (s\b|seconds|kB|MB)")  # differ from run to run


@dataclass
class Cell:
    """Source of one block with what came of it."""

    source: str
    text: str = ""
    figures: list[Any] = field(default_factory=list)


def run(source: str, names: dict[str, Any], where: str) -> Cell:
    """Run one block as a notebook would: printed lines, then the value of the last expression."""
    tree = ast.parse(source, where)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    cell, printed = Cell(source), io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, where, "exec"), names)
        value = None if last is None else eval(compile(ast.Expression(last.value), where, "eval"), names)
    if _is_figure(value):
        cell.figures.append(value)
    elif value is not None:
        printed.write(repr(value))
    cell.text = "\n".join(line.rstrip() for line in printed.getvalue().strip("\n").splitlines())
    return cell


def _is_figure(value: Any) -> bool:
    first = value[0] if isinstance(value, tuple) and value else value
    return hasattr(first, "savefig") or (hasattr(first, "figure") and hasattr(first, "get_title"))


def _title(value: Any) -> str:
    first = value[0] if isinstance(value, tuple) else value
    figure = first if hasattr(first, "savefig") else first.figure
    text = figure.get_suptitle() or " | ".join(t for t in (a.get_title() for a in figure.axes) if t)
    return text.replace("\n", " ").replace("]", "").replace("[", "") or "figure"


def write_figure(value: Any, stem: Path) -> str:
    """Write a figure as SVG, or as PNG where that is much smaller; the name of its file."""
    from homotopy.common.figures import figure_bytes

    stem.parent.mkdir(exist_ok=True)
    data, form = figure_bytes(value, "svg"), "svg"
    if len(data) > _LARGE:
        data, form = figure_bytes(value, "png", dpi=90), "png"
    for old in ("svg", "png"):
        stem.with_suffix(f".{old}").unlink(missing_ok=True)
    stem.with_suffix(f".{form}").write_bytes(data)
    return stem.with_suffix(f".{form}").name


def tutorial(page: Path) -> tuple[str, list[tuple[str, Cell | None]]]:
    """The page with outputs in place, and its parts: prose, then the cell that follows."""
    bare = _OUTPUT.sub("\n", page.read_text(encoding="utf-8"))
    names: dict[str, Any] = {"__name__": "__main__"}
    parts: list[tuple[str, Cell | None]] = []
    written, at, number = "", 0, 0
    for block in _BLOCK.finditer(bare):
        cell = run(block[1], names, page.name)
        parts.append((bare[at : block.start()], cell))
        below = [f"```{{code-block}} text\n:class: output\n\n{cell.text}\n```"] if cell.text else []
        for figure in cell.figures:
            number += 1
            name = write_figure(figure, page.parent / "figures" / f"{page.stem}-{number}")
            below.append(f"![{_title(figure)}](figures/{name})")
        written += bare[at : block.end()]
        if below:
            written += "\n".join(["", _BEGIN, *below, _END, ""])
        at = block.end()
    parts.append((bare[at:], None))
    return written + bare[at:], parts


def notebook(parts: list[tuple[str, Cell | None]]) -> str:
    """The same as a Jupyter notebook with its outputs."""
    from homotopy.common.figures import figure_bytes

    cells: list[dict[str, Any]] = []
    for text, cell in parts:
        prose = re.sub(r"\[([^\]]*)\]\((?!http)[^)]*\)", r"\1", re.sub(r"\{\w+\}`([^<`]*)[^`]*`", r"\1", text)).strip()
        if prose:
            cells.append({"cell_type": "markdown", "metadata": {}, "source": prose.splitlines(keepends=True)})
        if cell is None:
            continue
        outputs: list[dict[str, Any]] = []
        if cell.text:
            outputs.append(
                {"output_type": "stream", "name": "stdout", "text": (cell.text + "\n").splitlines(keepends=True)}
            )
        for figure in cell.figures:
            png = base64.b64encode(figure_bytes(figure, "png", dpi=72)).decode()
            outputs.append({"output_type": "display_data", "metadata": {}, "data": {"image/png": png}})
        source = cell.source.rstrip().splitlines(keepends=True)
        cells.append(
            {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": outputs, "source": source}
        )
    for number, c in enumerate(cells):
        c["id"] = f"cell-{number}"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    whole = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def gallery_figure(script: Path) -> Cell:
    """Run a script of the gallery and write its figure."""
    cell = run(script.read_text(encoding="utf-8"), {"__name__": "__main__"}, script.name)
    if not cell.figures:
        raise SystemExit(f"{script}: the last line is no figure")
    write_figure(cell.figures[0], script.parent / "figures" / script.stem)
    return cell


def gallery_page() -> str:
    """docs/gallery/index.md: small figures side by side, then each with its text and its code."""
    folder = DOCS / "gallery"
    sections, small = [], []
    for name in GALLERY:
        source = (folder / f"{name}.py").read_text(encoding="utf-8")
        title, _, text = (ast.get_docstring(ast.parse(source)) or "").partition("\n")
        picture = next(p.name for p in (folder / "figures").glob(f"{name}.*"))
        first = source[: source.index('"""', 3) + 3].count("\n") + 3
        sections.append(
            f"({name})=\n\n## {title.rstrip('.')}\n\n{text.strip()}\n\n![{title.rstrip('.')}](figures/{picture})\n\n"
            f"```{{literalinclude}} {name}.py\n:language: python\n:lines: {first}-\n```\n"
        )
        small.append(f"[![{title.rstrip('.')}](figures/{picture})](#{name})")
    pictures = "\n".join(small)
    return (
        "# Gallery\n\nFigures with the code that draws them. Copy a block, change the landscape, save with\n"
        '`ho.plots.save_figure(ax, "figure.pdf")`. How figures are made is in [plots](../plots.md).\n\n'
        f"::::{{container}} thumbnails\n\n{pictures}\n\n::::\n\n" + "\n".join(sections)
    )


def same(old: str, new: str) -> bool:
    """Whether two pages differ in times at most."""
    return _SECONDS.sub("_", old) == _SECONDS.sub("_", new)


def check_tutorial(page: Path) -> bool:
    """Whether a page says what its code prints; figures are drawn into an empty folder."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, page.name)
        copy.write_text(page.read_text(encoding="utf-8"), encoding="utf-8")
        return same(page.read_text(encoding="utf-8"), tutorial(copy)[0])


def main(words: list[str]) -> int:
    """Run what the words name."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    is_check = "--check" in words
    wanted = [w for w in words if not w.startswith("-")]
    bad = 0
    for page in sorted((DOCS / "tutorials").glob("*.md")):
        if page.stem == "index" or (wanted and not any(w in page.stem for w in wanted)):
            continue
        if is_check:
            fine = check_tutorial(page)
            print(f"{page.stem}: {'ok' if fine else 'DIFFERS'}", flush=True)
            bad += not fine
            continue
        text, parts = tutorial(page)
        page.write_text(text, encoding="utf-8")
        page.with_suffix(".ipynb").write_text(notebook(parts), encoding="utf-8")
        print(page.stem, flush=True)
    for name in GALLERY:
        if not is_check and (not wanted or any(w in name for w in wanted)):
            gallery_figure(DOCS / "gallery" / f"{name}.py")
            print(name, flush=True)
    page = DOCS / "gallery" / "index.md"
    if is_check:
        bad += page.read_text(encoding="utf-8") != gallery_page()
    elif all(any((DOCS / "gallery" / "figures").glob(f"{name}.*")) for name in GALLERY):
        page.write_text(gallery_page(), encoding="utf-8")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
