"""Draws the rooms of the two packages and the imports between them: python scripts/draw_rooms.py [docs/figures/rooms.svg].

The order of the rooms is the one that tests/test_architecture.py enforces; widths of the arcs show how many imports there are.
"""

from __future__ import annotations

import ast
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parent.parent
WIDTH = 3.1  # of a room: the longest name and a number
COLOURS = {"polysys": "#1b6ca8", "homotopy": "#a8471b"}


def order() -> dict[str, list[str]]:
    """The order of the rooms, as the test states it."""
    tree = ast.parse((ROOT / "tests" / "test_architecture.py").read_text(encoding="utf-8"))
    (found,) = (n.value for n in tree.body if isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) == "ORDER")
    rooms: dict[str, list[str]] = ast.literal_eval(found)
    return rooms


def files(package: str, room: str) -> list[Path]:
    """The modules of a room."""
    folder = ROOT / package / room
    return sorted(folder.rglob("*.py")) if (folder / "__init__.py").exists() else [folder.with_suffix(".py")]


def imports(rooms: dict[str, list[str]]) -> Counter[tuple[str, str]]:
    """How many import statements lead from one room (package.room) to another."""
    found: Counter[tuple[str, str]] = Counter()
    for package, names in rooms.items():
        for room in names:
            for path in files(package, room):
                for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                    parts = (node.module or "").split(".") if isinstance(node, ast.ImportFrom) else []
                    targets = parts[1:2] or ([a.name for a in node.names] if isinstance(node, ast.ImportFrom) else [])
                    for target in targets:
                        if (
                            parts
                            and parts[0] in rooms
                            and target in rooms[parts[0]]
                            and (parts[0], target) != (package, room)
                        ):
                            found[f"{package}.{room}", f"{parts[0]}.{target}"] += 1
    return found


def draw(target: Path) -> None:
    """Write the picture."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure
    from matplotlib.patches import FancyArrowPatch, Rectangle
    from matplotlib.path import Path as MplPath

    rooms = order()
    height = max(map(len, rooms.values()))
    figure = Figure(figsize=(9, 0.46 * height + 0.6), layout="constrained")
    axes = figure.add_subplot()
    place: dict[str, tuple[float, float]] = {}
    for x, package in ((0.0, "polysys"), (WIDTH + 4, "homotopy")):
        axes.text(x + WIDTH / 2, 0.9, package, ha="center", weight="bold", color=COLOURS[package])
        for y, room in enumerate(rooms[package]):
            lines = sum(len(p.read_text(encoding="utf-8").splitlines()) for p in files(package, room))
            axes.add_patch(Rectangle((x, -y - 0.35), WIDTH, 0.7, facecolor="white", edgecolor=COLOURS[package]))
            axes.text(x + 0.08, -y, room, va="center", fontsize=8.5)
            axes.text(x + WIDTH - 0.05, -y, f"{lines}", va="center", ha="right", fontsize=6.5, color="#666666")
            place[f"{package}.{room}"] = (x, -y)
    for (source, goal), number in imports(rooms).items():
        (x0, y0), (x1, y1) = place[source], place[goal]
        out = min(0.9 + 0.18 * abs(y1 - y0), 4.4)  # an arc inside a package swings out to its free side
        if x0 == x1:
            x0, bend = (x0, -out) if x0 == 0 else (x0 + WIDTH, out)
            curve = [(x0, y0), (x0 + bend, y0), (x0 + bend, y1), (x0, y1)]
        else:
            curve = [(x0, y0), (x0 - 1.5, y0), (x1 + WIDTH + 1.5, y1), (x1 + WIDTH, y1)]
        codes = [MplPath.MOVETO, MplPath.CURVE4, MplPath.CURVE4, MplPath.CURVE4]
        colour = COLOURS[source.partition(".")[0]]
        axes.add_patch(
            FancyArrowPatch(
                path=MplPath(curve, codes), arrowstyle="-|>", mutation_scale=5, color=colour, alpha=0.3,
                linewidth=0.3 + 0.04 * min(number, 40), fill=False,
            )
        )  # fmt: skip
    axes.set(xlim=(-3.5, 2 * WIDTH + 7.5), ylim=(-height + 0.3, 1.3))
    axes.axis("off")
    with rc_context({"svg.hashsalt": "rooms"}):  # the same bytes from the same imports
        figure.savefig(target, metadata={"Date": None})


if __name__ == "__main__":
    draw(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "figures" / "rooms.svg")
