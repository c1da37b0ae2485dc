"""The HTML and the colours of every result say the same words and numbers, in the same order, as its text."""

import io
import re
from html import unescape

import numpy as np
import pytest
from rich.console import Console

import homotopy as ho
import polysys as ps
from homotopy.common.sheet import Columns, Grid, Line, Sheet, Shown
from homotopy.searches.gradient_descent import gradient_descent
from homotopy.searches.recall import recall

GLASS = "spherical-p-spin:n=3,p=3"
WEIGHTS = ps.BinaryNetwork(widths=(5, 1), m=3)


def words(page: str) -> list[str]:
    """What a browser shows."""
    return unescape(re.sub(r"<[^>]*>", " ", page)).split()


def in_terminal(sheet, width, *, has_colours=False):
    """What a terminal of some width is sent."""
    out = io.StringIO()
    Console(
        file=out,
        width=width,
        force_terminal=has_colours,
        highlight=False,
        color_system="standard" if has_colours else None,
    ).print(sheet)
    return out.getvalue()


@pytest.fixture(scope="module")
def census():
    return ho.census(GLASS, seed=1)


RESULTS = {
    "census": lambda c: c,
    "census on a variety": lambda _: ho.census(ps.expression("x^2 + 2*y^2", ps.Variety(["x^2 + y^2 = 1"]))),
    "census with a singular point": lambda _: ho.census(ps.expression("x^4/4 + y^4/4 - x*y^2")),
    "solutions": lambda _: ho.solve(ps.equations(["x^2 + y^2 = 3", "x*y = 1", "x^4 + y^4 = 7"])),
    "bounds": lambda c: ho.bounds(c.landscape),
    "matches": lambda c: c.match(np.array([[1.0, 1.0, 1.0], [0.2, 1.6, 0.3]])),
    "spectra": lambda c: c.spectra(),
    "graph": ho.graph,
    "ensemble": lambda _: ho.ensemble(GLASS, samples=4, seed=7, workers=0),
    "ensemble of one": lambda _: ho.ensemble(GLASS, samples=1, seed=7, workers=0),
    "comparison": lambda _: ho.compare(ho.load_table("spherical-p-spin:p=3").samples(GLASS), 10.0),
    "table": lambda _: ho.load_table("spherical-p-spin:p=3"),
    "space of weights": lambda _: ho.weight_space(WEIGHTS, seed=1),
    "ensemble of spaces": lambda _: ho.weight_ensemble("binary-network:widths=5-1,m=3", samples=3, seed=1),
    "scan": lambda _: ho.scan(ps.expression("x^3/3 - a*x", parameters={"a": 0}), a=[-1, 1]),
    "map": lambda _: ho.scan_map(
        ps.expression("x^3/3 - a*b*x", parameters={"a": 0, "b": 1}), a=[-1, 1], b=[1, 2], depth=1
    ),
    "search": lambda c: gradient_descent(c.landscape, starts=5, seed=1),
    "recall": lambda c: recall(c, gradient_descent(c.landscape, starts=5, seed=1)),
}


@pytest.mark.parametrize("name", RESULTS)
def test_html_says_what_the_text_says(name, census):
    result = RESULTS[name](census)
    page = result._repr_html_()
    assert words(page) == repr(result).split()
    assert page.count("<table") == page.count("</table>") >= 1 and "<pre" not in page
    assert isinstance(result, Shown) and in_terminal(result, 500).split() == repr(result).split()


def test_text_is_aligned():
    grid = Grid((("index", ("0", "1")), ("points", ("12", "7"))), 4, "   (95 %, t)")
    columns = Columns((("mean of", -10), ("found", 7)), (("all", "12.5"), ("0", "3")))
    sheet = Sheet("A result", (Line("complex", "3"), grid, columns, Line("", "done")))
    assert sheet.text().splitlines() == [
        "A result",
        "  complex    3",
        "  index      0   1",
        "  points    12   7   (95 %, t)",
        "  mean of     found",
        "  all          12.5",
        "  0               3",
        "  done",
    ]


def test_html_escapes():
    page = Sheet("a < b", (Line("x & y", "<script>"),)).html()
    assert "<script>" not in page and words(page) == ["a", "<", "b", "x", "&", "y", "<script>"]


def test_a_terminal_shows_the_verdict_in_colour_and_breaks_lines_below_their_beginning():
    sheet = Sheet("A result", (Line("complete", f"proved: {'many words ' * 9}proved"), Grid((("index", ("0",)),), 4)))
    lines = in_terminal(sheet.styled(), 40).rstrip().splitlines()
    assert all(len(line) <= 40 for line in lines)
    assert all(line.startswith(" " * 13) and line.strip() for line in lines[2:-1])
    coloured = in_terminal(sheet.styled(), 200, has_colours=True)
    assert coloured.count("\x1b[1;32mproved\x1b[0m") == 1  # the verdict, not the word after it


def test_a_terminal_is_not_sent_control_characters_of_a_label():
    evil = "\x1b[31mred\x07"
    sheet = Sheet(evil, (Line(evil, evil), Grid(((evil, (evil,)),), 4), Columns(((evil, 5),), ((evil,),))))
    assert not {"\x1b", "\x07"} & set(in_terminal(sheet.styled(), 200))
