"""Zero patterns against the systems they are read off: on random coefficients, by solving each pattern's equations."""

from __future__ import annotations

import pytest
from sympy import QQ, groebner, ring, symbols
from sympy.polys.rings import PolyElement

import polysys as ps
from polysys.counts.strata import open_strata, strata

R, X, Y, Z = ring("x,y,z", QQ)
RXY, U, V = ring("x,y", QQ)


@pytest.mark.parametrize(
    ("potential", "expected"),
    [
        (U + U * V**2 + U * V, [((1,), 0)]),  # x = 0: V vanishes, and 1 + y^2 + y = 0
        (U**2 * V + U * V + V**2, [((0,), 0)]),
        (V**4 + V + U * V, [((0,), 0)]),  # y = 0: 1 + x = 0
        (U**2 + V**2 + U * V, []),
        (U**4 + V**4 + U * V + U**2 * V, []),
        (U + U * V, [((1,), 0)]),
        (U**2 * V**2 + U * V, []),  # x = 0 kills dV/dy and leaves dV/dx = y, one monomial
        (X * Y * Z + X, [((1, 2), 1)]),  # x = 0: the curve y z = -1
        (X * Y * Z + X + Y * Z, []),  # x = 0 leaves y z, whose derivatives vanish nowhere
    ],
)
def test_open_patterns_by_hand(potential: PolyElement, expected: list[tuple[tuple[int, ...], int]]) -> None:
    assert list(open_strata(potential)) == expected


def has_solutions(potential: PolyElement, alive: tuple[int, ...]) -> bool:
    """Whether the gradient vanishes at a point whose nonzero coordinates are just these: a Groebner basis over Q."""
    names = symbols(" ".join(map(str, potential.ring.symbols)))
    inverse = symbols("t")
    dead = {names[k]: 0 for k in range(len(names)) if k not in alive}
    equations = [potential.diff(g).as_expr().subs(dead) for g in potential.ring.gens]
    product = 1
    for k in alive:
        product *= names[k]
    basis = groebner([*equations, product * inverse - 1], inverse, *[names[k] for k in alive], order="grevlex")
    return basis.exprs != [1]


SUPPORTS = [
    U + U * V**2 + U * V,
    U**2 * V + U * V + V**2,
    U**3 + U * V**2 + V,
    U**2 * V**2 + U * V + U**2,
    U + V + U * V + U**2 * V**2,
    U**2 * V + U * V**2,
    X * Y * Z + X * Y + Y * Z,
    X * Y + Y * Z + X * Z + X * Y * Z,
    X**2 * Y + Y**2 * Z + Z**2 * X + X,
    X * Y**2 + X * Z**2 + X + Y * Z,
]


@pytest.mark.parametrize("potential", SUPPORTS, ids=str)
def test_every_pattern_with_solutions_of_a_generic_member_is_closed_or_open(potential: PolyElement) -> None:
    """With seven-digit prime coefficients; the converse need not hold, patterns are read off the monomials alone."""
    primes = iter((1000003, 1000033, 1000037, 1000039, 1000081, 1000099))
    generic = potential.ring.from_dict({e: QQ(next(primes)) for e in potential})
    n = potential.ring.ngens
    listed = {*strata(potential), *(alive for alive, _ in open_strata(potential))}
    for code in range(1, 1 << n):
        alive = tuple(k for k in range(n) if code >> k & 1)
        if has_solutions(generic, alive):
            assert alive in listed, alive


def test_weight_decays_and_pure_powers_leave_no_open_pattern() -> None:
    for label in (
        "deep-linear:widths=2-2-2,data=gaussian",
        "polynomial-network:widths=2-2-1,activation=z^2,data=gaussian",
    ):
        assert not list(open_strata(ps.model_from_label(label).sample(1).generic_potential()))
