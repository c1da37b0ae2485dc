"""Landscapes of the user's own: a sympy expression, a text, or a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import sympy

from polysys.domains import Domain, parse_domain
from polysys.errors import NotPolynomialError
from polysys.landscape import Couplings
from polysys.models.base import Model
from polysys.expression_file import read_expression_file
from polysys.parser import parse_polynomial
from polysys.rationals import as_rational
from polysys.system import exact_terms
from polysys.tape import nested_form


@dataclass(frozen=True)
class Expression(Model):
    """A polynomial potential with rational coefficients; make one with :func:`expression`."""

    polynomial: Any
    where: Domain
    name: str

    family: ClassVar[str] = "expression"

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
        return {}

    def potential(self, x: Any, couplings: Couplings) -> Any:
        return nested_form(exact_terms(self.polynomial), x)


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
    names = tuple(str(v) for v in variables) if variables is not None else None
    polynomial = (
        _from_sympy(potential, names, values)
        if isinstance(potential, sympy.Basic)
        else parse_polynomial(str(potential), names, values).polynomial
    )
    n = polynomial.ring.ngens
    return Expression(polynomial, domain if isinstance(domain, Domain) else parse_domain(domain, n), name)


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


def _from_sympy(potential: sympy.Basic, names: tuple[str, ...] | None, values: Mapping[str, Fraction]) -> Any:
    """Through the text parser, which is the one place that decides what a polynomial is."""
    exact = potential.replace(lambda e: e.is_Float, lambda e: sympy.Rational(as_rational(float(e))))
    if exact.has(sympy.I, sympy.nan, sympy.oo, -sympy.oo, sympy.zoo):
        raise NotPolynomialError(f"The expression {potential} is not real and finite.", "Use rational coefficients.")
    try:
        sympy.Poly(exact, *sorted(exact.free_symbols, key=str), domain="QQ")
    except sympy.PolynomialError as error:
        raise NotPolynomialError(
            f"The expression {str(potential)[:80]} is not a polynomial with rational coefficients.",
            "Use only +, -, *, nonnegative integer powers and rational numbers.",
        ) from error
    return parse_polynomial(str(sympy.expand(exact)), names, values).polynomial
