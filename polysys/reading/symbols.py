"""Expressions of sympy as texts."""

from __future__ import annotations

from typing import Any

import sympy
from sympy.polys.rings import PolyElement

from polysys.errors import InputError, NotPolynomialError
from polysys.reading.parser import format_polynomial
from polysys.reading.rationals import as_rational

_WAY_OUT = "Use only +, -, *, nonnegative integer powers and rational numbers."


def expression_text(potential: Any) -> str:
    """An expression as a text for the parser, which is the one place that decides what a polynomial is, and what it may cost.

    Parameters
    ----------
    potential : str, sympy expression, Poly or PolyElement

    Raises
    ------
    NotPolynomialError
        For anything but a polynomial with rational coefficients.
    InputError
        For symbols that share a name.

    Examples
    --------
    >>> x = sympy.Symbol("x")
    >>> expression_text(x**2 - sympy.Rational(1, 3))
    'x**2 - 1/3'
    """
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
