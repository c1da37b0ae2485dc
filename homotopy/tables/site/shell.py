"""What every page has around it."""

from __future__ import annotations

from collections.abc import Sequence

from homotopy.common.provenance import producer
from homotopy.tables.site.markup import Child, Markup, element, joined

STYLE, PROGRAM = "site.css", "site.js"


def page(title: str, body: Child, *, depth: int = 0, crumbs: Sequence[tuple[str, str]] = ()) -> bytes:
    """A whole page.

    Parameters
    ----------
    title : str
    body : Markup
    depth : int
        Folders between the page and the root of the site.
    crumbs : sequence of (str, str)
        Texts and addresses of the pages above this one, the index left out.
    """
    up = "../" * depth
    trail = [element("a", "Index", href=f"{up}index.html")] + [element("a", text, href=href) for text, href in crumbs]
    separated = [joined([element("span", "/", class_="slash") if k else None, piece]) for k, piece in enumerate(trail)]
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", f"{title} · stationary"),
        element("link", rel="stylesheet", href=f"{up}{STYLE}"),
        element("script", src=f"{up}{PROGRAM}", defer=True),
    )
    header = element(
        "header",
        element("a", "stationary", href=f"{up}index.html", class_="brand"),
        element("nav", separated if depth else None),
    )
    footer = element("footer", f"Made by {producer()}. A count is a claim: each page says what it rests on.")
    whole = element("html", head, element("body", header, element("main", body), footer), lang="en")
    return b"<!doctype html>\n" + whole.encode("utf-8", "replace") + b"\n"


def verdict_badge(verdict: str, text: str | None = None) -> Markup:
    """A verdict, in its colour."""
    known = verdict if verdict in _VERDICTS else "none"
    return element("span", text or verdict, class_=f"verdict {known}")


_VERDICTS = ("proved", "supported", "unknown", "contradicted", "numerical", "open", "failed", "agrees", "disagrees")


def weakest(verdicts: Sequence[str]) -> str:
    """The verdict on many: that of the least sure among them."""
    order = ("failed", "contradicted", "unknown", "supported", "proved")
    return next((v for v in order if v in verdicts), "unknown")


def command_block(*lines: str) -> Markup:
    """Commands, each with a button that copies it."""
    return element("div", [element("pre", element("code", line), class_="command") for line in lines])


def facts(pairs: Sequence[tuple[str, Child]]) -> Markup:
    """Names and values, line by line."""
    return element("dl", [(element("dt", name), element("dd", value)) for name, value in pairs], class_="facts")
