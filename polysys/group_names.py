"""Finite symmetry groups in words: sign changes, and permutations by the name of their group where it is a plain one.

A signed permutation is a permutation of the variables followed by sign changes. Those without a permutation are a
normal subgroup, a vector space over GF(2); the quotient permutes the variables. The order is the product of both orders, and the
name is that of the quotient: a product of symmetric, dihedral and cyclic groups, each found by its orders on orbits of variables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import factorial
from typing import TYPE_CHECKING

from polysys.symmetry import SignedPermutation, SymmetryGroup, permutation_group

if TYPE_CHECKING:  # loaded where a group permutes variables
    from sympy.combinatorics import PermutationGroup

_MAX_SHOWN = 3  # generators of a group without a name
_MAX_CHARACTERS = 60  # of these generators


@dataclass(frozen=True, slots=True)
class _Factor:
    """A group that permutes equal blocks of variables among each other; the first orbit stands for all of them."""

    name: str
    n_blocks: int
    first: tuple[int, ...]
    block: int = 1  # variables of a block


def group_in_words(group: SymmetryGroup, variables: Sequence[str]) -> str:
    """The order of a group and what it is made of; empty for the trivial one.

    Parameters
    ----------
    group : SymmetryGroup
    variables : sequence of str
        Names of the coordinates that it acts on.

    Examples
    --------
    >>> import polysys as ps
    >>> ring = ps.expression("(x^4 + y^4 + z^4)/4 - (x^2 + y^2 + z^2)/2 + (x*y + y*z + z*x)/10").sample()
    >>> print(group_in_words(ring.symmetry, ring.variables))
    order 12: all signs at once; S_3 on x, y, z
    """
    if not group.generators:
        return ""
    order = group.order
    signs = [g for g in group.generators if g.perm == group.identity.perm]
    moved = [g.perm for g in group.generators if g.perm != group.identity.perm]
    n_permutations = int(permutation_group(moved).order()) if moved else 1
    n_signs = order // n_permutations
    words = [_signs_in_words(n_signs, signs, group.n, variables)] if n_signs > 1 else []
    if moved:
        factors = _factors(permutation_group(moved))
        plain = (SignedPermutation(g.perm, (1,) * group.n) for g in group.generators)
        changed = "" if all(map(group.contains, plain)) else " with signs"
        if factors is None:
            words.append(f"{n_permutations} permutations{changed}{_generators_in_words(moved, variables)}")
        else:
            words += [_factor_in_words(f, variables, changed) for f in factors]
    return f"order {order}: {'; '.join(words)}"


def _signs_in_words(n_signs: int, signs: Sequence[SignedPermutation], n: int, variables: Sequence[str]) -> str:
    if n_signs > 2 or not signs:
        return f"{n_signs} changes of signs"
    if n > 1 and set(signs[0].signs) == {-1}:
        return "all signs at once"
    flipped = [name for name, s in zip(variables, signs[0].signs, strict=False) if s < 0]
    return f"the sign{'s' if len(flipped) > 1 else ''} of {_listed(flipped)}"


def _factors(group: PermutationGroup) -> list[_Factor] | None:
    """The group as a product of plain ones, each of which acts on orbits of variables in one way; None if it is no such product."""
    found: list[_Factor] = []
    chosen: list[int] = []
    order = 1
    for orbit in sorted(sorted(o) for o in group.orbits() if len(o) > 1):
        both = _restricted(group, [*chosen, *orbit])
        joint = int(both.order())
        if joint == order:  # it moves these variables as it moves earlier ones
            k = next((i for i, f in enumerate(found) if _moves_alike(group, f.first, orbit)), None)
            if k is None:
                return None
            found[k] = _Factor(found[k].name, found[k].n_blocks, found[k].first, found[k].block + 1)
            continue
        alone = _restricted(group, orbit)
        name = _name(alone, len(orbit))
        parts = [_Factor(name, len(orbit), tuple(orbit))] if name else _on_a_grid(alone)
        if not parts or joint != order * int(alone.order()):
            return None
        found += parts
        chosen += orbit
        order = joint
    return found


def _on_a_grid(group: PermutationGroup) -> list[_Factor]:
    """Two plain groups whose product a transitive group is, one moving the rows of a grid and one its columns; else empty."""
    m = group.degree
    systems = {tuple(group.minimal_block([0, j])) for j in range(1, m)}
    proper = [system for system in sorted(systems) if 1 < len(set(system)) < m]
    for rows, columns in combinations(proper, 2):
        if len(set(zip(rows, columns, strict=True))) != m:
            continue
        acting = [_on_blocks(group, system) for system in (rows, columns)]
        names = [_name(g, g.degree) for g in acting]
        if all(names) and acting[0].order() * acting[1].order() == group.order():
            return [_Factor(name, g.degree, (), m // g.degree) for name, g in zip(names, acting, strict=True)]
    return []


def _on_blocks(group: PermutationGroup, system: Sequence[int]) -> PermutationGroup:
    """The group on blocks, each given by its first point."""
    first = sorted(set(system))
    return permutation_group([first.index(system[g(b)]) for b in first] for g in group.generators)


def _moves_alike(group: PermutationGroup, first: Sequence[int], orbit: Sequence[int]) -> bool:
    """Whether a one-to-one map between two orbits commutes with the group: what fixes a point of one fixes one of the other."""
    if len(first) != len(orbit):
        return False
    fixed = group.stabilizer(first[0])
    return any(all(g(j) == j for g in fixed.generators) for j in orbit)


def _restricted(group: PermutationGroup, points: Sequence[int]) -> PermutationGroup:
    place = {p: k for k, p in enumerate(points)}
    return permutation_group([place[g(p)] for p in points] for g in group.generators)


def _name(group: PermutationGroup, m: int) -> str:
    """S_m, D_m or Z_m where a transitive group on m points is one of them; empty otherwise."""
    order = int(group.order())
    if order == factorial(m):
        return f"S_{m}"
    turn = next((g for g in group.elements if g.order() == m), None) if order in (m, 2 * m) else None
    if turn is None:
        return ""
    if order == m:
        return f"Z_{m}"
    rotations = {turn**k for k in range(m)}
    mirror = next(g for g in group.elements if g not in rotations)
    return f"D_{m}" if mirror * turn * mirror**-1 == turn**-1 else ""


def _factor_in_words(factor: _Factor, variables: Sequence[str], changed: str) -> str:
    if factor.block > 1:
        return f"{factor.name} on {factor.n_blocks} blocks of {factor.block} variables{changed}"
    return f"{factor.name} on {_listed([variables[i] for i in factor.first])}{changed}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= 4 else f"{names[0]}, {names[1]}, .., {names[-1]}"


def _generators_in_words(generators: Sequence[Sequence[int]], variables: Sequence[str]) -> str:
    shown = [
        "".join(f"({' '.join(variables[i] for i in cycle)})" for cycle in permutation_group([g])[0].cyclic_form)
        for g in generators[:_MAX_SHOWN]
    ]
    text = ", ".join(shown)
    if len(generators) > _MAX_SHOWN or len(text) > _MAX_CHARACTERS:
        return f" from {len(generators)} generators"
    return f" generated by {text}"
