"""Landscapes of the user's own: a sympy expression, a text, or a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import sympy
from sympy.polys.rings import PolyElement

from polysys.domains import Domain, parse_domain
from polysys.equations.expansion import nested_form
from polysys.errors import InputError, LabelError, NotPolynomialError
from polysys.landscape import Couplings
from polysys.models.base import Model
from polysys.reading.expression_file import read_expression_file
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
    variables : tuple of str
        The coordinates in order, those included that a value of the parameters removes.
    parameters : tuple of (str, Fraction)
    """

    text: str
    variables: tuple[str, ...]
    parameters: tuple[tuple[str, Fraction], ...]


@dataclass(frozen=True)
class Expression(Model):
    """A polynomial potential with rational coefficients; make one with :func:`expression`."""

    polynomial: Any
    where: Domain
    name: str
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

    def __reduce__(self) -> tuple[Any, ...]:
        # sympy's polynomials are dictionaries that change while they are pickled; worker processes get the text
        return _from_text, (format_polynomial(self.polynomial), self.where, self.variables, self.name, self.source)

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
            self.source.text, self.where, variables=self.source.variables, parameters=changed, name=self.name
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
        ``"euclidean"``, ``"sphere"``, ``"sphere 3 R2=4"``, ``"spheres 3-3"``, or a Domain.
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
    """
    values = {str(k): as_rational(v) for k, v in (parameters or {}).items()}
    if isinstance(variables, str):
        raise InputError(f"The variables are given as the text {variables[:60]!r}.", "Give a list of names.")
    names = tuple(str(v) for v in variables) if variables is not None else None
    text = _text(potential)
    polynomial = parse_polynomial(text, names, values).polynomial
    source = Source(text, tuple(map(str, polynomial.ring.symbols)), tuple(values.items())) if values else None
    n = polynomial.ring.ngens
    where = domain if isinstance(domain, Domain) else parse_domain(domain, n)
    if where.n != n:
        raise InputError(f"The domain has {where.n} coordinates, the potential {n}.", "Make the two agree.")
    return Expression(_reduced(polynomial, where), where, name, source)


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
    text: str, where: Domain, variables: tuple[str, ...], name: str, source: Source | None = None
) -> Expression:
    return replace(expression(text, where, variables=variables, name=name), source=source)


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


def _text(potential: Any) -> str:
    """The potential as a text: the parser is the one place that decides what a polynomial is, and what it may cost."""
    if isinstance(potential, str):
        return potential
    if isinstance(potential, PolyElement):
        return format_polynomial(potential)
    if isinstance(potential, sympy.Poly):
        potential = potential.as_expr()
    if not isinstance(potential, sympy.Expr):
        raise InputError(f"A {type(potential).__name__} is not an expression.", "Give a text or a sympy expression.")
    names = [str(symbol) for symbol in potential.free_symbols]
    if len(set(names)) < len(names) or not all(name.isidentifier() for name in names):
        raise InputError(
            f"The symbols {', '.join(sorted(names))[:80]} share a name or are no names.",
            "Use one symbol a name, of letters, digits and _.",
        )
    for number in potential.atoms(sympy.Rational):
        as_rational(number)  # one too long to print is refused here
    exact = potential.replace(lambda e: e.is_Float, lambda e: sympy.Rational(as_rational(e)))
    # sympy.E prints as E, which would be read as a variable
    is_rational = all(isinstance(atom, sympy.Symbol | sympy.Rational) for atom in exact.atoms())
    if not is_rational or not exact.is_polynomial(*exact.free_symbols):
        raise NotPolynomialError(
            f"The expression {str(potential)[:80]} is not a polynomial with rational coefficients.", _WAY_OUT
        )
    return str(exact)


_WAY_OUT = "Use only +, -, *, nonnegative integer powers and rational numbers."
