"""Sphinx configuration: MyST pages, numpydoc docstrings, a reference made from the packages themselves."""

import re
import sys
from importlib.metadata import version as _version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "stationary"
author = "The stationary authors"
copyright = "The stationary authors, GPL-3.0-or-later"
release = _version("stationary-points")
version = release

extensions = [
    "mathml",
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.viewcode",
]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
exclude_patterns = ["_build"]
templates_path = ["_templates"]  # a class page without a second list of its members, data without their values

myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

autosummary_generate = True  # a page for each name that docs/reference lists
autodoc_default_options = {"members": True, "show-inheritance": True, "member-order": "bysource"}
autodoc_typehints = "signature"  # the docstrings name types in words
autodoc_typehints_format = "short"
autodoc_type_aliases = {"npt.ArrayLike": "npt.ArrayLike"}  # not all that NumPy makes of it
maximum_signature_line_length = 100
# Extras need not be installed to build the documentation.
autodoc_mock_imports = ["bertini", "dask_jobqueue", "distributed", "phcpy", "torch"]
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

html_math_renderer = "mathml"  # docs/_ext: no network, no script
html_static_path = ["_static"]
html_css_files = ["stationary.css"]
html_theme = "pydata_sphinx_theme"
html_title = "stationary"
html_show_sourcelink = False
html_theme_options = {
    "header_links_before_dropdown": 8,
    "navbar_align": "left",
    "navigation_with_keys": False,
    "search_bar_text": "Search",
    "show_nav_level": 1,
    "show_toc_level": 2,
}
html_sidebars = {"index": [], "gallery/index": []}  # cards and thumbnails instead


# Docstrings write |x| and W_ as plain text; to docutils those are a substitution and a link. A power or an index
# alone, such as R^n and n_1, stays plain too, so that help() is read easily; here it becomes mathematics.
_CODE = re.compile(r"(``.+?``|`[^`]+`_{0,2}|^\s*(?:>>>|\.\.\.?|:(?![a-z:]+:?`)).*$)")
_MARKUP = re.compile(r"(\||(?<=\w)_(?!\w))")
_LETTER = re.compile(r"(?<![\w^`\\])([A-Za-z]|\d+)([_^])([A-Za-z](?!\w)|-?\d+(?!\w))(?![_^(])")


def _letter_with_index(found: re.Match[str]) -> str:
    base, sign, index = found.groups()
    base = rf"\mathbb{{{base}}}" if sign == "^" and base in ("C", "R", "Z") else base
    before, after = found.string[: found.start()][-1:], found.string[found.end() :][:1]
    left, right = ("\\ " if beside.strip() else "" for beside in (before, after))  # a role stands between spaces
    return rf"{left}:math:`{base}{sign}{{{index}}}`{right}"


def _plain_mathematics(_app: Any, _what: str, _name: str, _object: Any, _options: Any, lines: list[str]) -> None:
    example, formula = False, None  # printed lines belong to the example above, deeper ones to the formula above
    for i, line in enumerate(lines):
        text, depth = line.strip(), len(line) - len(line.lstrip())
        example = bool(text) and (example or text.startswith(">>>"))
        if example or (formula is not None and (not text or depth > formula)):
            continue
        formula = depth if text.startswith(".. math::") else None
        parts = _CODE.split(line)
        parts[::2] = [_LETTER.sub(_letter_with_index, _MARKUP.sub(r"\\\1", part)) for part in parts[::2]]
        lines[i] = "".join(parts)


def setup(app: Any) -> None:
    """Register the hook for docstrings before numpydoc's own, which turns sections into markup."""
    app.connect("autodoc-process-docstring", _plain_mathematics, priority=400)
