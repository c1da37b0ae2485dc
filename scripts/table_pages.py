"""Write one documentation page for each reference table, and their index: python scripts/table_pages.py. Run after `table build`."""

from __future__ import annotations

from pathlib import Path

from homotopy.tables.format.catalogue import find, read_catalogue
from homotopy.tables.format.folder import read_description
from homotopy.tables.format.pages import index_page, page

ROOT = Path(__file__).parent.parent


def pages() -> dict[Path, str]:
    """The pages as they should be."""
    entries = read_catalogue(ROOT / "data").tables
    found = {ROOT / "docs" / "tables" / "index.md": index_page(entries)}
    for entry in entries:
        folder = find(entry.label, ROOT / "data")[0]
        found[ROOT / "docs" / "tables" / f"{folder.name}.md"] = page(read_description(folder))
    return found


def main() -> None:
    """Write them, and remove those of tables that are gone."""
    wanted = pages()
    (ROOT / "docs" / "tables").mkdir(exist_ok=True)
    for old in (ROOT / "docs" / "tables").glob("*.md"):
        if old not in wanted:
            old.unlink()
    for path, text in wanted.items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
