"""Landscapes of the user's own: a sympy expression, a text, or a file."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, overload

import numpy as np

from polysys.algebra.singular_locus import require_regular
from polysys.domains import Domain
from polysys.errors import InputError, LabelError
from polysys.formulations.elimination import eliminate
from polysys.formulations.expansion import nested_form
from polysys.formulations.formulation import Formulation, Kind
from polysys.formulations.variety import Variety, read_domain
from polysys.landscape import Couplings, Landscape
from polysys.models.base import Model
from polysys.own_equations import Equations
from polysys.polynomials import Polynomial, as_polynomial
from polysys.reading.expression_file import (
    ExpressionFile,
    equations_in,
    has_header,
    read_expression,
    read_expression_file,
    refuse_bare_size,
    with_parameters,
)
from polysys.reading.expression_text import equation_text, expression_text, names_given
from polysys.reading.parser import parse_polynomial
from polysys.reading.rationals import as_rational
from polysys.reading.tokens import names_in
from polysys.system import exact_terms


@dataclass(frozen=True, slots=True)
class Source:
    """What an expression with parameters was read from, so that they can be given other values.

    Parameters
    ----------
    text : str
        The potential.
    domain : Domain or str
    variables : tuple of str or None
        The coordinates in order, where they were given.
    parameters : tuple of (str, Fraction)
    """

    text: str
    domain: Any
    variables: tuple[str, ...] | None
    parameters: tuple[tuple[str, Fraction], ...]


@dataclass(frozen=True)
class Expression(Model):
    """A polynomial potential with rational coefficients; make one with :func:`expression`."""

    polynomial: Polynomial
    where: Domain
    name: str
    eliminated: tuple[tuple[str, str], ...] = ()
    source: Source | None = field(default=None, compare=False, repr=False)

    family: ClassVar[str] = "expression"
    is_named_by_path: ClassVar[bool] = True
    linear_couplings: ClassVar[tuple[str, ...]] = ("c",)

    @classmethod
    def from_label(cls, text: str) -> Model:
        if not text:
            raise LabelError("expression: names no file and no polynomial.", "Write expression:FILE, or expression:x^4 - x^2.")
        if is_expression_text(text) and not os.path.exists(text):
            return _expression(read_expression(text), " ".join(text.split()))
        return expression_from_file(text)

    @classmethod
    def from_toml(cls, path: Path, content: Mapping[str, Any]) -> Model:
        return expression_from_file(path)

    @property
    def label(self) -> str:
        return f"{self.family}:{self.name}"

    @property
    def domain(self) -> Domain:
        return self.where

    @property
    def variables(self) -> tuple[str, ...]:
        return self.polynomial.ring.symbols

    def draw(self, rng: np.random.Generator) -> Couplings:
        # the coefficients are the couplings: the family is every polynomial with these monomials
        return {"c": np.array(list(exact_terms(self.polynomial).values()), dtype=object)}

    def landscape(self, couplings: Couplings, seed: int | None = None, index: int = 0) -> Landscape:
        return replace(super().landscape(couplings, seed, index), eliminated=self.eliminated)

    def __reduce__(self) -> tuple[Any, ...]:
        # what is derived from it is left behind
        return Expression, (self.polynomial, self.where, self.name, self.eliminated, self.source)

    def with_value(self, name: str, value: Any) -> Model:
        """The same expression with another value of one of its parameters."""
        values = dict(self.source.parameters) if self.source is not None else {}
        if self.source is None or name not in values:
            known = f"Its parameters are {', '.join(values)}." if values else "It has none."
            raise InputError(
                f"{self.label[:80]} has no parameter {name[:40]!r}.",
                f"{known} Write them on a line 'parameters: {name[:40]} = 1' of its file, as {{{name[:40]}}} in a polynomial on the command line, "
                "or give parameters={..}.",
            )
        changed = {**values, name: as_rational(value)}
        name = with_parameters(self.name, changed) if has_header(self.name) else self.name
        return expression(self.source.text, self.source.domain, variables=self.source.variables, parameters=changed, name=name)

    def potential(self, x: Any, couplings: Couplings) -> Any:
        return nested_form(dict(zip(exact_terms(self.polynomial), couplings["c"], strict=True)), x)


@dataclass(frozen=True)
class ExpressionFamily:
    """A potential with free parameters; make one with :func:`expression`.

    Parameters
    ----------
    text : str
        The potential.
    where : Domain or str
    variables : tuple of str
    parameters : tuple of str
    name : str
    """

    text: str
    where: Any
    variables: tuple[str, ...]
    parameters: tuple[str, ...]
    name: str = "user"

    @property
    def label(self) -> str:
        """As of its members."""
        return f"{Expression.family}:{self.name}"

    def at(self, values: Mapping[str, Any] | Sequence[Any] | None = None, /, **named: Any) -> Expression:
        """The model with these parameters, in one of the ways of :meth:`polysys.Equations.at`.

        Raises
        ------
        InputError
            If a parameter is missing, unknown or no rational number.
        """
        exact = self.equations.at(values, **named).values or ()
        parameters = dict(zip(self.parameters, exact, strict=True))
        return expression(self.text, self.where, variables=self.variables, parameters=parameters, name=self.name)

    @cached_property
    def equations(self) -> Equations:
        """The equations of the stationary points, in the coordinates and one multiplier for each sphere or constraint, parameters free."""
        constraints = equations_in(self.where)
        texts = self.where.equations if isinstance(self.where, Variety) else ()
        where: Any = self.where
        if constraints is not None:
            where = Variety(constraints, variables=(*self.variables, *self.parameters))
            texts = where.equations
        elif not isinstance(where, Domain):
            where = read_domain(where, self.variables)
        if not texts and where.n != len(self.variables):
            raise InputError(
                f"The domain has {where.n} coordinates, the potential {len(self.variables)}.", "Make the two agree."
            )
        kind = Kind.EUCLIDEAN if where.is_euclidean else Kind.LAGRANGE
        formulation = Formulation(kind, where)
        names = (*formulation.unknowns(self.variables), *self.parameters)
        potential, *constraint = [
            parse_polynomial(t, names, allow_constant=True).polynomial for t in (self.text, *texts)
        ]
        n, gens = len(self.variables), potential.ring.gens
        x, mu = gens[:n], gens[n : n + where.n_constraints]
        if constraint:
            terms = [[m * g.diff(v) for m, g in zip(mu, constraint, strict=True)] for v in x]
            found = [potential.diff(v) - sum(t) for v, t in zip(x, terms, strict=True)] + constraint
        else:
            found = formulation.equations(x, mu, [potential.diff(v) for v in x])
        unknowns = names[: n + where.n_constraints]
        return Equations(tuple(potential.ring(f) for f in found), unknowns, self.parameters, None, self.name)

    def __repr__(self) -> str:
        return f"Family {self.label} in {', '.join(self.variables)} with the parameters {', '.join(self.parameters)}"


@overload
def expression(
    potential: Any,
    domain: Domain | str = ...,
    *,
    variables: Sequence[Any] | None = ...,
    parameters: Mapping[Any, Any] | None = ...,
    name: str = ...,
) -> Expression: ...


@overload
def expression(
    potential: Any,
    domain: Domain | str = ...,
    *,
    variables: Sequence[Any] | None = ...,
    parameters: Sequence[Any],
    name: str = ...,
) -> ExpressionFamily: ...


def expression(
    potential: Any,
    domain: Domain | str = "euclidean",
    *,
    variables: Sequence[Any] | None = None,
    parameters: Mapping[Any, Any] | Sequence[Any] | None = None,
    name: str = "user",
) -> Expression | ExpressionFamily:
    """A landscape model from a potential of your own, or a family of them.

    Parameters
    ----------
    potential : str or sympy expression
        A polynomial; decimals are kept exactly (0.1 in a text is 1/10).
    domain : Domain or str
        ``"euclidean"``, ``"sphere"``, ``"sphere 3 R2=4"``, ``"spheres 3-3"``, equations as in ``"x^2 + y^2 = 1, z = x*y"``, or a
        Domain such as a :class:`Variety`.
    variables : sequence of names or symbols, optional
        Fixes the order of the coordinates; by default all names in natural order.
    parameters : mapping, or sequence of names, optional
        Values of the names that are not variables. Names alone stay free: the family has `at(name=value)` for its members and
        `equations` for :func:`homotopy.track` and :func:`homotopy.monodromy`, which take it too, as :func:`homotopy.scan` does.

    Raises
    ------
    NotPolynomialError
        For anything but a polynomial with rational coefficients.
    InputError
        For an empty or constant potential, unknown names or more than 64 variables.

    Examples
    --------
    >>> expression("x^4 - 2*x^2 + y^2").sample().system.degrees
    (3, 1)

    On a curve, with a multiplier as third unknown:

    >>> expression("x + y", "x^2 + 2*y^2 = 1").sample().system.variables
    ('x', 'y', 'mu')
    """
    refuse_bare_size(domain)
    names = names_given(variables, "The variables") if variables is not None else None
    text = expression_text(potential)
    if parameters is not None and not isinstance(parameters, Mapping):
        return _family(text, domain, names, parameters, name)
    values = {str(k): as_rational(v) for k, v in (parameters or {}).items()}
    source = Source(text, domain, names, tuple(values.items())) if values else None
    equations = equations_in(domain)
    if equations is not None:
        domain = Variety(equations, parameters=values)
    if isinstance(domain, Variety):
        return replace(_on_variety(text, domain, names, values, name), source=source)
    polynomial = parse_polynomial(text, names, values).polynomial
    n = polynomial.ring.ngens
    where = domain if isinstance(domain, Domain) else read_domain(domain, polynomial.ring.symbols)
    if where.n != n:
        raise InputError(f"The domain has {where.n} coordinates, the potential {n}.", "Make the two agree.")
    return Expression(_reduced(polynomial, where), where, name, source=source)


def _family(
    text: str, domain: Any, names: tuple[str, ...] | None, parameters: Sequence[Any], name: str
) -> ExpressionFamily:
    """The family, read once so that what is wrong shows here."""
    free = names_given(parameters, "The parameters")
    if not free:
        raise InputError("The list of parameters is empty.", "Name some, or leave it out.")
    constraints = equations_in(domain)
    if names is None:
        texts = [equation_text(piece) for piece in (constraints or "").split(",") if piece.strip()]
        own = set(domain.names) if isinstance(domain, Variety) else set()
        names = names_in([text, *texts, *sorted(own)], free)
    if not names:
        raise InputError(
            "The potential has no variables besides its parameters.", "Leave some names free of parameters."
        )
    family = ExpressionFamily(text, domain, names, free, name)
    _ = family.equations
    return family


def _on_variety(
    potential: str, variety: Variety, names: tuple[str, ...] | None, values: Mapping[str, Any], name: str
) -> Expression:
    """The model on a variety, in the variables that its linear equations leave."""
    if names is None:
        own = parse_polynomial(potential, None, values, allow_constant=True).variables
        joint = {*own, *variety.names} - set(values)
        names = parse_polynomial(" + ".join(sorted(joint))).variables  # in natural order
    left = eliminate(variety.over(names, values))
    if isinstance(left.domain, Variety):
        require_regular(left.domain)
    polynomial = left.restrict(parse_polynomial(potential, names, values, allow_constant=True).polynomial)
    if polynomial.is_ground:
        raise InputError(
            "The potential is constant where the constraints hold.", "Give one that depends on its variables."
        )
    return Expression(polynomial, left.domain, name, left.texts)


def _reduced(polynomial: Polynomial, domain: Domain) -> Polynomial:
    """The potential with as low a degree as the equations of the spheres allow for its leading form: the same function on the domain.

    A leading form with a factor |x|^2 is a form of lower degree there. As it stands it is degenerate: every isotropic line is an
    eigenvector of q |x|^2, in three and more dimensions a continuum.
    """
    x = polynomial.ring.gens
    spheres = [
        (sum((x[i] ** 2 for i in range(b.start, b.stop)), polynomial.ring.zero), r)
        for b, r in zip(domain.slices, domain.radii_squared, strict=True)
        if b.stop - b.start > 2  # else there are but two isotropic lines
    ]
    given = polynomial
    degree = max(map(sum, polynomial.monoms()), default=0)
    while degree > 1:
        leading = polynomial.ring.from_dict({e: c for e, c in polynomial.terms() if sum(e) == degree})
        divided = ((*leading.to_sympy().div([square.to_sympy()]), r) for square, r in spheres)
        factor = next(((quotient, r) for (quotient,), rest, r in divided if not rest), None)
        if factor is None:
            return polynomial
        quotient, r = factor
        polynomial = polynomial - leading + as_polynomial(quotient) * r
        degree = max(map(sum, polynomial.monoms()), default=0)
    return polynomial if degree else given


def is_expression_text(text: str) -> bool:
    """Whether a text is meant as a polynomial that bends, or begins like an expression file, and is not the label of a family.

    No family is named with ^ or *.

    Examples
    --------
    >>> is_expression_text("x^4 - x^2"), is_expression_text("domain: sphere; x + y"), is_expression_text("deep-linear:widths=2-2-2")
    (True, True, False)
    """
    name = text.partition(":")[0]
    return "^" in name or "*" in name or has_header(text)


def expression_from_file(path: str | Path) -> Expression:
    """The model in an expression file; the label carries the path."""
    return _expression(read_expression_file(path), str(path))


def _expression(content: ExpressionFile, name: str) -> Expression:
    return expression(content.potential_text, content.domain, variables=content.variables, parameters=content.parameters, name=name)
