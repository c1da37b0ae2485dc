"""Run studies in full and write their pages and figures in docs: python scripts/study_pages.py [NAME ..]. Stopped, it goes on where it was.

A page is the report of the run. What is between the comments `words` and `end of words` is written by hand, and carried over.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from homotopy.studies.frame.catalogue import STUDIES
from homotopy.studies.frame.effort import effort
from homotopy.studies.frame.study import load_study, run_study

ROOT = Path(__file__).parent.parent
PAGES, FIGURES = ROOT / "docs" / "studies", ROOT / "docs" / "figures"
BEGIN, END = "<!-- words -->", "<!-- end of words -->"


def provenance(name: str, folder: Path) -> str:
    """What made the page, and where it is explained."""
    account = effort(folder)
    versions = [f"{k} {v}" for k, v in account["versions"].items() if k != "stationary-points"]
    read = (
        f"[the method]({name}-method.md)"
        if (PAGES / f"{name}-method.md").exists()
        else "[the ladder](../explanation/ladder.md)"
    )
    return (
        f"This page is the result of `stationary {name} --full` (seed {load_study(name).full.seed}): {account['seconds'] / 60:.1f} minutes of processor time, "
        f"{account['software']}, {', '.join(versions)}. `make studies ARGS={name}` runs it and writes the page. How its numbers are read is in {read}, the published "
        "sentences are in [the sources](sources.md)."
    )


def words(page: str) -> str:
    """What is written by hand on a page, with its comments."""
    return (
        page[page.index(BEGIN) : page.index(END) + len(END)] if BEGIN in page and END in page else f"{BEGIN}\n\n{END}"
    )


def rebuilt(name: str, report: str, folder: Path, before: str) -> str:
    """A report as a page: provenance behind the question, words behind the figure."""
    blocks = report.split("\n\n")
    figure = next(k for k, block in enumerate(blocks) if block.startswith("!["))
    return "\n\n".join(
        [*blocks[:2], provenance(name, folder), *blocks[2 : figure + 1], words(before), *blocks[figure + 1 :]]
    )


def write_page(name: str, runs: Path) -> None:
    """Run a study, or go on with it, and write its page and figure."""
    folder = runs / name
    report, files = run_study(name, "full", folder, say=lambda sentence: print(f"{name}: {sentence}", flush=True))
    page, picture = PAGES / f"{name}.md", next(f for f in files if f.suffix == ".svg")
    text = report.to_markdown(f"stationary {name} --full", f"../figures/{name}.svg")
    page.write_text(rebuilt(name, text, folder, page.read_text(encoding="utf-8")), encoding="utf-8")
    (FIGURES / f"{name}.svg").write_bytes(picture.read_bytes())


def main() -> None:
    """The studies named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(STUDIES))
    parser.add_argument("--runs", type=Path, default=ROOT / "build" / "studies", help="where the runs are kept")
    given = parser.parse_args()
    for name in given.names or STUDIES:
        write_page(name, given.runs)


if __name__ == "__main__":
    main()
