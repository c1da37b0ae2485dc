"""HTML and SVG that are escaped by construction: whatever is not Markup is text, and becomes text."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from polysys.reading.files import escaped

Child = str | int | Iterable["Child"] | None
_VOID = frozenset({"meta", "link", "br", "hr", "input", "line", "rect", "circle", "path"})


class Markup(str):
    """A piece of HTML, to be put into other pieces as it is; only this module makes any."""

    __slots__ = ()


def element(name: str, /, *children: Child, **attributes: str | int | float | bool | None) -> Markup:
    """An element with its children and attributes.

    Parameters
    ----------
    name : str
        Of the element; not escaped, so never from a file.
    *children
        Markup stays, texts are escaped, iterables are joined, None is nothing.
    **attributes
        None and False leave one out, True writes its name alone. An underscore at the end is dropped (``class_``), inner ones
        become hyphens (``data_tip``).

    Examples
    --------
    >>> print(element("a", "x < 1", href=link("a b.html")))
    <a href="a%20b.html">x &lt; 1</a>
    """
    parts = [name]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        shown = key.rstrip("_").replace("_", "-")
        parts.append(shown if value is True else f'{shown}="{html.escape(escaped(str(value)))}"')
    if name in _VOID:
        return Markup(
            f"<{' '.join(parts)}>" if name not in ("line", "rect", "circle", "path") else f"<{' '.join(parts)}/>"
        )
    return Markup(f"<{' '.join(parts)}>{joined(children)}</{name}>")


def joined(children: Child) -> Markup:
    """Children one after the other."""
    if children is None:
        return Markup()
    if isinstance(children, Markup):
        return children
    if isinstance(children, str | int):
        return Markup(html.escape(escaped(str(children), keep="\n\t")))
    return Markup("".join(joined(child) for child in children))


def link(*parts: str, fragment: str = "") -> str:
    """A relative address: the parts of a path, each quoted, and the row that it leads to."""
    path = "/".join(quote(part, safe="~") for part in parts)
    return f"{path}#row={quote(fragment, safe='')}" if fragment else path


def data_block(identifier: str, content: Any) -> Markup:
    """An object as JSON for the page's program; no text in it can end the block or begin another element.

    Examples
    --------
    >>> print(data_block("rows", {"label": "</script>"}))
    <script type="application/json" id="rows">{"label":"\\u003c/script\\u003e"}</script>
    """
    text = json.dumps(_shown(content), separators=(",", ":"), allow_nan=False)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(f'<script type="application/json" id="{html.escape(identifier)}">{text}</script>')


def _shown(content: Any) -> Any:
    """The same, texts without control characters."""
    if isinstance(content, str):
        return escaped(content)
    if isinstance(content, dict):
        return {escaped(str(key)): _shown(value) for key, value in content.items()}
    return [_shown(value) for value in content] if isinstance(content, list | tuple) else content
