"""Signed permutations of the variables that leave polynomials unchanged, found as automorphisms of a graph.

The graph has two vertices for each variable, x and -x, joined by an edge, and for each monomial c x^e and each choice of signs
of the variables with odd exponents a vertex. Its colour is the value of the coefficient with these signs; it is joined to
the signed variables that it holds, through a vertex whose colour is the exponent. A signed permutation of the variables
maps the polynomial to itself exactly when it is an automorphism of this graph: it maps the term with chosen signs
to a term with chosen signs and the same value. The automorphisms come from BLISS (Junttila and Kaski 2007, through igraph);
who uses them checks each on the polynomials themselves.

Most polynomials have no permutation at all, and a few rounds of colour refinement (Weisfeiler and Leman 1968) show it.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import product
from typing import Any

Terms = Mapping[tuple[int, ...], Fraction]
_MAX_VERTICES = 400_000  # a second or two


def variable_classes(polynomials: Sequence[Terms], colours: Sequence[Hashable]) -> list[int]:
    """Classes of variables such that no signed permutation that keeps polynomials and colours maps one into another class.

    Parameters
    ----------
    polynomials : sequence of mappings from exponents to coefficients
        Each is kept itself.
    colours : sequence of n hashable objects
        A variable is mapped to variables of its colour only.

    Examples
    --------
    >>> variable_classes([{(2, 0, 0): 1, (0, 2, 0): 1, (1, 1, 1): 3}], ["", "", ""])
    [0, 0, 1]
    """
    numbers: dict[Any, int] = {}
    # a pair of integers is hashed ten times as fast as a rational
    keys = tuple(
        (numbers.setdefault((abs(c.numerator), c.denominator), len(numbers)), k)
        for k, f in enumerate(polynomials)
        for c in f.values()
    )
    return list(_refined(keys, tuple(e for f in polynomials for e in f), tuple(colours)))


@lru_cache(maxsize=32)  # where all coefficients differ, the classes follow from the monomials: one answer for a family
def _refined(
    keys: tuple[tuple[int, int], ...], exponents: tuple[tuple[int, ...], ...], colours: tuple[Hashable, ...]
) -> tuple[int, ...]:
    """The classes, from numbers of coefficients and polynomials, one for each monomial."""
    monomials = [(key, [(i, e) for i, e in enumerate(m) if e]) for key, m in zip(keys, exponents, strict=True)]
    classes = _numbered(list(colours))
    while True:
        contents = [(key, tuple(sorted((e, classes[i]) for i, e in factors))) for key, factors in monomials]
        seen: list[list[tuple[int, int]]] = [[] for _ in colours]
        for content, (_, factors) in zip(_numbered(contents), monomials, strict=True):
            for i, e in factors:
                seen[i].append((content, e))
        finer = _numbered([(mine, tuple(sorted(around))) for mine, around in zip(classes, seen, strict=True)])
        if max(finer, default=0) == max(classes, default=0):
            return tuple(finer)
        classes = finer


def signed_automorphisms(
    polynomials: Sequence[Terms], colours: Sequence[Hashable], blocks: Sequence[int] | None = None
) -> list[tuple[tuple[int, ...], tuple[int, ...]]] | None:
    """Generators of the signed permutations that keep polynomials, colours and blocks.

    Parameters
    ----------
    polynomials : sequence of mappings from exponents to coefficients
        Each is kept itself.
    colours : sequence of n hashable objects
        A variable is mapped to variables of its colour only.
    blocks : sequence of n int, optional
        Numbers of blocks; variables of one block are mapped into one block.

    Returns
    -------
    list of (permutation, signs)
        The map (g x)_i = signs[i] x[permutation[i]]; pure sign flips may be among them. None where the graph is too large.

    Examples
    --------
    >>> for generator in signed_automorphisms([{(2, 0): 1, (0, 2): 1, (3, 1): 1, (1, 3): -1}], ["", ""]):
    ...     print(generator)
    ((0, 1), (-1, -1))
    ((1, 0), (-1, 1))
    """
    n = len(colours)
    n_vertices = 2 * n + sum(
        1 + (1 << sum(e % 2 for e in exponents)) * (1 + sum(e > 0 for e in exponents))
        for terms in polynomials
        for exponents in terms
    )
    if n_vertices > _MAX_VERTICES:
        return None
    names: list[Hashable] = [("variable", c) for c in variable_classes(polynomials, colours) for _ in range(2)]
    edges = [(2 * i, 2 * i + 1) for i in range(n)]  # 2i is x_i, 2i + 1 is -x_i

    def vertex(name: Hashable, *neighbours: int) -> int:
        names.append(name)
        edges.extend((len(names) - 1, v) for v in neighbours)
        return len(names) - 1

    for b in sorted(set(blocks or ())):
        vertex("block", *(2 * i + s for i in range(n) if (blocks or ())[i] == b for s in range(2)))
    for k, terms in enumerate(polynomials):
        whole = vertex(("polynomial", k))
        for exponents, c in terms.items():
            factors = [(i, e) for i, e in enumerate(exponents) if e]
            odd = [i for i, e in factors if e % 2]
            for signs in product((0, 1), repeat=len(odd)):
                chosen = dict(zip(odd, signs, strict=True))
                term = vertex(("term", -c if sum(signs) % 2 else c), whole)
                for i, e in factors:
                    both = (2 * i, 2 * i + 1) if e % 2 == 0 else (2 * i + chosen[i],)
                    vertex(("power", e), term, *both)
    return _generators(names, edges, n)


def _generators(
    names: Sequence[Hashable], edges: Sequence[tuple[int, int]], n: int
) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    from igraph import Graph

    found = []
    for image in Graph(len(names), edges).automorphism_group(color=_numbered(names)):
        permutation, signs = [0] * n, [1] * n
        for j in range(n):
            i, is_negative = divmod(image[2 * j], 2)
            permutation[i], signs[i] = j, -1 if is_negative else 1
        found.append((tuple(permutation), tuple(signs)))
    return sorted(set(found))


def _numbered(names: Sequence[Any]) -> list[int]:
    """Equal numbers for equal names, in the order in which they appear."""
    numbers: dict[Any, int] = {}
    return [numbers.setdefault(name, len(numbers)) for name in names]
