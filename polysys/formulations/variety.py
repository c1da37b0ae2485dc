"""A domain given by polynomial equations.

Stationary points of V on M = {g_1 = .. = g_m = 0} solve grad V = sum_k mu_k grad g_k with the multipliers mu as further
unknowns. Where the gradients of the constraints are linearly independent the multipliers are unique. Where they are not, the
solutions over the point are an affine space of positive dimension or none: a point of that kind is never an isolated solution.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from polysys.domains import Domain, parse_domain
from polysys.errors import InputError, require_type
from polysys.formulations.expansion import exact_terms, nested_form
from polysys.reading.expression_file import DOMAIN_OF_EQUATIONS, equations_in
from polysys.reading.expression_text import equation_text, names_given
from polysys.reading.parser import format_polynomial, parse_polynomial

Terms = dict[tuple[int, ...], Fraction]
_MOST_EQUATIONS = 64


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Variety(Domain):
    """The real points where polynomials with rational coefficients vanish.

    Parameters
    ----------
    equations : text, sympy expression, or a sequence of them
        ``"x^2 + y^2 = 1"`` or ``"x^2 + y^2 - 1"``; several in one text are separated by commas.
    variables : sequence of names, optional
        Fixes the order of the coordinates; by default all names in natural order. A potential may have more.
    parameters : mapping, optional
        Values of the names that are not variables.

    Raises
    ------
    InputError
        For text that cannot be read, inequalities, and an empty list.

    Notes
    -----
    The equations have to cut the set out transversally: at almost all its points their gradients are linearly independent.

    Examples
    --------
    >>> circle = Variety(["x^2 + y^2 = 1", "z = x*y"])
    >>> circle.n, circle.n_constraints, circle.dimension
    (3, 2, 1)
    >>> circle.text
    'variety x^2 + y^2 - 1, -x*y + z'
    """

    names: tuple[str, ...] = ()
    equations: tuple[str, ...] = ()

    def __init__(
        self, equations: Any, *, variables: Sequence[Any] | None = None, parameters: Mapping[Any, Any] | None = None
    ) -> None:
        texts = [equation_text(e) for e in _listed(equations)]
        if not 0 < len(texts) <= _MOST_EQUATIONS:
            raise InputError(f"A variety is given by {len(texts)} equations.", f"Give between 1 and {_MOST_EQUATIONS}.")
        if parameters is not None:
            require_type(parameters, Mapping, "The value for parameters", "Give a mapping from names to numbers.")
        values = {str(k): v for k, v in (parameters or {}).items()}
        if variables is None:
            joint = " + ".join(f"({text})" for text in texts)
            names = parse_polynomial(joint, None, values, allow_constant=True).variables
        else:
            names = names_given(variables, "The variables")
        polynomials = [parse_polynomial(t, names, values, allow_constant=True).polynomial for t in texts]
        for name, value in (
            ("n", len(names)),
            ("blocks", ()),
            ("radii_squared", ()),
            ("names", names),
            ("equations", tuple(map(format_polynomial, polynomials))),
        ):
            object.__setattr__(self, name, value)
        Domain.__post_init__(self)

    @property
    def polynomials(self) -> tuple[Any, ...]:
        """The constraints as polynomials in the same variables."""
        return _polynomials(self.names, self.equations)

    @property
    def is_euclidean(self) -> bool:
        """A variety is not all of R^n."""
        return False

    @property
    def n_constraints(self) -> int:
        """Number of equations."""
        return len(self.equations)

    @property
    def euler_characteristic(self) -> int | None:
        """Not known from the equations alone; see :func:`polysys.algebra.topology.topology`."""
        return None

    @property
    def betti_numbers(self) -> tuple[int, ...] | None:
        """Not known from the equations alone; see :func:`polysys.algebra.topology.topology`."""
        return None

    @property
    def is_connected(self) -> bool:
        """Not known to be: False."""
        return False

    @property
    def text(self) -> str:
        """Canonical one-line text, read back by :func:`read_domain` with the names of the variables."""
        return f"{DOMAIN_OF_EQUATIONS} " + ", ".join(self.equations)

    def constraints(self, x: Sequence[Any]) -> list[Any]:
        """The values of the constraints, for numbers of any kind."""
        return [nested_form(terms, x) for terms, _, _ in _derivatives(self.names, self.equations)]

    def normals(self, x: Sequence[Any]) -> list[list[Any]]:
        """The gradients of the constraints, one row for each."""
        return [[nested_form(terms, x) for terms in first] for _, first, _ in _derivatives(self.names, self.equations)]

    def curvatures(self, x: Sequence[Any]) -> list[list[list[Any]]]:
        """The matrices of second derivatives of the constraints."""
        return [
            [[nested_form(terms, x) for terms in row] for row in second]
            for _, _, second in _derivatives(self.names, self.equations)
        ]

    def over(self, names: Sequence[str], parameters: Mapping[str, Any] | None = None) -> Variety:
        """The same equations in the space of these variables, some names perhaps replaced by values."""
        values = {k: v for k, v in (parameters or {}).items() if k in self.names}
        missing = [v for v in self.names if v not in names and v not in values]
        if missing:
            raise InputError(
                f"The constraints have the variable {missing[0]}, which is not among {', '.join(names)[:80]}.",
                "Name all variables, those of the constraints too.",
            )
        return Variety(self.equations, variables=names, parameters=values)

    def __repr__(self) -> str:
        return f"Variety({list(self.equations)!r}, variables={list(self.names)!r})"


def _listed(equations: Any) -> list[Any]:
    if isinstance(equations, str):
        return [piece for piece in equations.split(",") if piece.strip()]
    return list(equations) if isinstance(equations, Sequence) else [equations]


@lru_cache(maxsize=64)
def _polynomials(names: tuple[str, ...], equations: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(parse_polynomial(e, names, allow_constant=True).polynomial for e in equations)


@lru_cache(maxsize=64)
def _derivatives(
    names: tuple[str, ...], equations: tuple[str, ...]
) -> tuple[tuple[Terms, list[Terms], list[list[Terms]]], ...]:
    """Terms of each constraint, of its first and of its second derivatives."""
    result = []
    for g in _polynomials(names, equations):
        first = [g.diff(x) for x in g.ring.gens]
        second = [[exact_terms(d.diff(x)) for x in g.ring.gens] for d in first]
        result.append((exact_terms(g), [exact_terms(d) for d in first], second))
    return tuple(result)


def read_domain(text: Any, names: Sequence[str]) -> Domain:
    """A domain from its text, in the space of these variables.

    Examples
    --------
    >>> read_domain("x*y = 1", ("x", "y", "z")).dimension, read_domain("sphere", ("x", "y", "z")).dimension
    (2, 2)
    """
    equations = equations_in(text)
    return parse_domain(text, len(names)) if equations is None else Variety(equations, variables=names)


def refuse_variety(domain: Domain, what: str) -> None:
    """Refuse a domain that is given by equations, where something is written for R^n and spheres only.

    Raises
    ------
    InputError
    """
    if isinstance(domain, Variety):
        raise InputError(
            f"{what} on a domain that is given by nonlinear equations are not available.",
            "Count its stationary points, or parametrise it.",
        )


def constraints_of(domain: Domain | None) -> tuple[Any, ...]:
    """The equations that a symmetry has to leave unchanged one by one; spheres are kept by their blocks."""
    return domain.polynomials if isinstance(domain, Variety) else ()
