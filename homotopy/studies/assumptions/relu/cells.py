"""One cell of a network of rectified units: a polynomial loss, counted by a census, which knows nothing of convexity."""

from __future__ import annotations

from collections.abc import Sequence

from flint import arb

from homotopy.certification.balls import ball
from homotopy.counting.count import census
from homotopy.errors import HomotopyError
from homotopy.studies.assumptions.relu.arrangement import Face, FewData
from homotopy.studies.measures.search_coverage import SETTLED
from polysys.models.expressions import expression


def names(data: FewData, n_units: int) -> list[list[str]]:
    """For each unit its weights, its bias and its output weight.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from homotopy.studies.assumptions.relu.arrangement import drawn
    >>> names(drawn(3, Fraction(1), 1), 2)
    [['w1_1', 'b1', 'a1'], ['w2_1', 'b2', 'a2']]
    """
    inputs = range(1, data.n_weights)
    return [[*(f"w{k}_{j}" for j in inputs), f"b{k}", f"a{k}"] for k in range(1, n_units + 1)]


def cell_loss(data: FewData, faces: Sequence[Face]) -> str:
    """The loss where each unit is active on the data of its face.

    Examples
    --------
    >>> from fractions import Fraction
    >>> cell_loss(FewData(((Fraction(2), Fraction(1)), (Fraction(0), Fraction(1))), (Fraction(3), Fraction(0)), Fraction(1)), [Face((0,))])
    '((a1*((2)*w1_1 + (1)*b1)) - (3))^2/2 + ((0) - (0))^2/2 + (1)/2*(w1_1^2 + b1^2 + a1^2)'
    """
    units, terms = names(data, len(faces)), []
    for i, (x, y) in enumerate(zip(data.x, data.y, strict=True)):
        active = [
            f"{unit[-1]}*({' + '.join(f'({v})*{name}' for v, name in zip(x, unit[:-1], strict=True))})"
            for unit, face in zip(units, faces, strict=True)
            if i in face.active
        ]
        terms.append(f"(({' + '.join(active) or '0'}) - ({y}))^2/2")
    squares = " + ".join(f"{name}^2" for unit in units for name in unit)
    return " + ".join([*terms, f"({data.l2})/2*({squares})"])


def cell_points(data: FewData, faces: Sequence[Face]) -> list[tuple[int, float]]:
    """Index and energy of the stationary points inside one cell, modulo the sign of all weights of a unit.

    Raises
    ------
    HomotopyError
        If the census is not settled, or balls do not decide where a point lies.

    Notes
    -----
    The sign of all weights of one unit may be changed, so the image of a point is one of the list, which is complete and of
    disjoint boxes. A unit whose box contains zero is therefore exactly zero, and on kinks.
    """
    land = expression(cell_loss(data, faces)).sample()
    found = census(land)
    if found.completeness.verdict not in SETTLED or found.n_undecided or found.n_undecided_index or found.degenerate:
        raise HomotopyError(f"The cell {list(faces)} is not decided.", "Take other data.")
    place = {name: k for k, name in enumerate(land.variables)}
    kept = []
    for p in found.points:
        units = [[p.coordinates[place[name]] for name in unit] for unit in names(data, len(faces))]
        if any(all(v.contains(0) for v in unit) for unit in units):
            continue
        inside = is_inside(data, faces, [unit[:-1] for unit in units])
        if inside is None or p.index is None:
            raise HomotopyError(
                f"Balls do not decide where a point of the cell {list(faces)} lies.", "Take other data."
            )
        if inside:
            kept.append((p.index, float(p.energy.mid())))
    return kept


def is_inside(data: FewData, faces: Sequence[Face], weights: Sequence[Sequence[arb]]) -> bool | None:
    """Whether units with these weights and biases, in balls, are active on exactly the data of their faces; None where balls do not decide."""
    answers: list[bool | None] = []
    for face, w in zip(faces, weights, strict=True):
        for i, x in enumerate(data.x):
            value = face.sign(i) * sum((ball(v) * u for v, u in zip(x, w, strict=True)), arb(0))
            answers.append(True if value > 0 else False if value < 0 else None)
    return False if False in answers else None if None in answers else True
