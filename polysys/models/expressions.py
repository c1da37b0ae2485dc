"""Landscapes of the user's own: a sympy expression, a text, or a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from polysys.algebra.singular_locus import require_regular
from polysys.domains import Domain
from polysys.errors import InputError, LabelError
from polysys.formulations.elimination import eliminate
from polysys.formulations.expansion import nested_form
from polysys.formulations.variety import Variety, read_domain
from polysys.landscape import Couplings, Landscape
from polysys.models.base import Model
from polysys.reading.expression_file import equations_in, read_expression_file
from polysys.reading.expression_text import expression_text
from polysys.reading.parser import format_polynomial, parse_polynomial
from polysys.reading.rationals import as_rational
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

    polynomial: Any
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
            raise LabelError("expression: names no file.", "Write expression:FILE.")
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
        return tuple(str(s) for s in self.polynomial.ring.symbols)

    def draw(self, rng: np.random.Generator) -> Couplings:
        # the coefficients are the couplings: the family is every polynomial with these monomials
        return {"c": np.array(list(exact_terms(self.polynomial).values()), dtype=object)}

    def landscape(self, couplings: Couplings, seed: int | None = None, index: int = 0) -> Landscape:
        return replace(super().landscape(couplings, seed, index), eliminated=self.eliminated)

    def __reduce__(self) -> tuple[Any, ...]:
        # sympy's polynomials are dictionaries that change while they are pickled; worker processes get the text
        text = format_polynomial(self.polynomial)
        return _from_text, (text, self.where, self.variables, self.name, self.eliminated, self.source)

    def with_value(self, name: str, value: Any) -> Model:
        """The same expression with another value of one of its parameters."""
        values = dict(self.source.parameters) if self.source is not None else {}
        if self.source is None or name not in values:
            known = f"Its parameters are {', '.join(values)}." if values else "It has none."
            raise InputError(
                f"{self.label[:80]} has no parameter {name[:40]!r}.",
                f"{known} Write them on a line 'parameters: {name[:40]} = 1' of its file, or give parameters={{..}}.",
            )
        changed = {**values, name: as_rational(value)}
        return expression(
            self.source.text, self.source.domain, variables=self.source.variables, parameters=changed, name=self.name
        )

    def potential(self, x: Any, couplings: Couplings) -> Any:
        return nested_form(dict(zip(exact_terms(self.polynomial), couplings["c"], strict=True)), x)


def expression(
    potential: Any,
    domain: Domain | str = "euclidean",
    *,
    variables: Sequence[Any] | None = None,
    parameters: Mapping[Any, Any] | None = None,
    name: str = "user",
) -> Expression:
    """A landscape model from a potential of your own.

    Parameters
    ----------
    potential : str or sympy expression
        A polynomial; decimals are kept exactly (0.1 in a text is 1/10).
    domain : Domain or str
        ``"euclidean"``, ``"sphere"``, ``"sphere 3 R2=4"``, ``"spheres 3-3"``, equations as in ``"x^2 + y^2 = 1, z = x*y"``, or a
        Domain such as a :class:`Variety`.
    variables : sequence of names or symbols, optional
        Fixes the order of the coordinates; by default all names in natural order.
    parameters : mapping, optional
        Values of the names that are not variables.

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
    values = {str(k): as_rational(v) for k, v in (parameters or {}).items()}
    if isinstance(variables, str):
        raise InputError(f"The variables are given as the text {variables[:60]!r}.", "Give a list of names.")
    names = tuple(str(v) for v in variables) if variables is not None else None
    text = expression_text(potential)
    source = Source(text, domain, names, tuple(values.items())) if values else None
    equations = equations_in(domain)
    if equations is not None:
        domain = Variety(equations, parameters=values)
    if isinstance(domain, Variety):
        return replace(_on_variety(text, domain, names, values, name), source=source)
    polynomial = parse_polynomial(text, names, values).polynomial
    n = polynomial.ring.ngens
    where = domain if isinstance(domain, Domain) else read_domain(domain, [str(s) for s in polynomial.ring.symbols])
    if where.n != n:
        raise InputError(f"The domain has {where.n} coordinates, the potential {n}.", "Make the two agree.")
    return Expression(_reduced(polynomial, where), where, name, source=source)


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
        raise InputError("The potential is constant where the constraints hold.", "Give one that depends on its variables.")
    return Expression(polynomial, left.domain, name, left.texts)


def _reduced(polynomial: Any, domain: Domain) -> Any:
    """The potential with as low a degree as the equations of the spheres allow for its leading form: the same function on the domain.

    A leading form with a factor |x|^2 is a form of lower degree there. As it stands it is degenerate: every isotropic line is an
    eigenvector of q |x|^2, in three and more dimensions a continuum.
    """
    x = polynomial.ring.gens
    spheres = [
        (sum(x[i] ** 2 for i in range(b.start, b.stop)), r)
        for b, r in zip(domain.slices, domain.radii_squared, strict=True)
        if b.stop - b.start > 2  # else there are but two isotropic lines
    ]
    given = polynomial
    degree = max(map(sum, polynomial.monoms()), default=0)
    while degree > 1:
        leading = polynomial.ring.from_dict({e: c for e, c in polynomial.terms() if sum(e) == degree})
        divided = ((*leading.div([square]), square, r) for square, r in spheres)
        factor = next(((quotient, r) for (quotient,), rest, _, r in divided if not rest), None)
        if factor is None:
            return polynomial
        quotient, r = factor
        polynomial = polynomial - leading + quotient * polynomial.ring.domain(r.numerator, r.denominator)
        degree = max(map(sum, polynomial.monoms()), default=0)
    return polynomial if degree else given


def _from_text(
    text: str,
    where: Domain,
    variables: tuple[str, ...],
    name: str,
    eliminated: tuple[tuple[str, str], ...],
    source: Source | None,
) -> Expression:
    return Expression(parse_polynomial(text, variables).polynomial, where, name, eliminated, source)


def expression_from_file(path: str | Path) -> Expression:
    """The model in an expression file; the label carries the path."""
    content = read_expression_file(path)
    return expression(
        content.potential_text,
        content.domain,
        variables=content.variables,
        parameters=content.parameters,
        name=str(path),
    )
