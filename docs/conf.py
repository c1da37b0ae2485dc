"""Sphinx configuration: MyST pages, numpydoc docstrings, a reference made from the packages themselves."""

import re
from collections.abc import Iterator
from importlib.metadata import version as _version
from pathlib import Path
from typing import Any

project = "stationary"
author = "The stationary authors"
copyright = "The stationary authors, GPL-3.0-or-later"
release = _version("stationary-points")
version = release

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.mathjax",
    "sphinx.ext.viewcode",
]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
exclude_patterns = ["_build"]

myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

# A name is documented where it is defined, not where a package re-exports it.
autodoc_default_options = {"ignore-module-all": True, "show-inheritance": True, "member-order": "bysource"}
autodoc_typehints = "signature"  # the docstrings name types in words
autodoc_typehints_format = "short"
maximum_signature_line_length = 100
# Extras need not be installed to build the documentation.
autodoc_mock_imports = ["bertini", "dask_jobqueue", "distributed", "phcpy", "torch"]
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

html_theme = "pydata_sphinx_theme"
html_title = "stationary"
html_show_sourcelink = False
html_theme_options = {"show_toc_level": 2, "navigation_with_keys": False}


# Docstrings write |x|^2 and W_ as plain text; to docutils those are a substitution and a link.
_CODE = re.compile(r"(``.+?``|`[^`]+`_{0,2}|^\s*(?:>>>|\.\.\.?|:).*$)")
_MARKUP = re.compile(r"(\||(?<=\w)_(?!\w))")


def _escape_mathematics(_app: Any, _what: str, _name: str, _object: Any, _options: Any, lines: list[str]) -> None:
    for i, line in enumerate(lines):
        parts = _CODE.split(line)
        parts[::2] = [_MARKUP.sub(r"\\\1", part) for part in parts[::2]]
        lines[i] = "".join(parts)


# Not sphinx.ext.autosummary: it takes homotopy.census for the function that the package re-exports, not for the module.
def _public_modules() -> Iterator[str]:
    root = Path(__file__).parent.parent
    for path in sorted(path for package in ("polysys", "homotopy") for path in (root / package).rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        parts = parts[:-1] if parts[-1] == "__init__" else parts
        if not any(part.startswith("_") for part in parts):
            yield ".".join(parts)


def _write_reference(app: Any) -> None:
    pages = {name: f"{name}\n{'=' * len(name)}\n\n.. automodule:: {name}\n" for name in _public_modules()}
    folder = Path(app.srcdir) / "api"
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.rst"):
        if old.stem not in pages:
            old.unlink()
    for name, text in pages.items():
        page = folder / f"{name}.rst"
        if "." in name:  # a package re-exports; its page says only what it is
            text += "   :members:\n"
        if not page.exists() or page.read_text(encoding="utf-8") != text:
            page.write_text(text, encoding="utf-8")


def _skip_foreign(_app: Any, _what: str, _name: str, item: Any, skip: bool, _options: Any) -> bool | None:
    """Leave out what a module only imports, and aliases of built-in types: they are documented where they come from."""
    module = getattr(item, "__module__", None)
    return True if skip or (isinstance(module, str) and not module.startswith(("polysys", "homotopy"))) else None


def setup(app: Any) -> None:
    """Register the hooks; the one for docstrings before numpydoc's own, which turns sections into markup."""
    app.connect("builder-inited", _write_reference)
    app.connect("autodoc-process-docstring", _escape_mathematics, priority=400)
    app.connect("autodoc-skip-member", _skip_foreign)
