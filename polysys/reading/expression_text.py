"""What a user gives as a polynomial, text or sympy, as one text: the parser decides what a polynomial is, and what it may cost."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Any

from polysys.errors import InputError, NotPolynomialError, require_type
from polysys.polynomials import Polynomial
from polysys.reading.parser import format_polynomial
from polysys.reading.rationals import as_rational

_NO_INEQUALITIES = "Give equations; points on the boundary are those of the boundary's equations."
_WAY_OUT = "Use only +, -, *, nonnegative integer powers and rational numbers."


def expression_text(given: Any) -> str:
    """A polynomial as a text that :func:`polysys.reading.parser.parse_polynomial` reads.

    Raises
    ------
    NotPolynomialError
        For a sympy expression that is no polynomial with rational coefficients.
    InputError
        For anything but a text or a sympy expression, and for symbols that cannot be told apart.

    Examples
    --------
    >>> from sympy.abc import x, y
    >>> expression_text(x * y / 2 + x**2)
    'x**2 + x*y/2'
    """
    if isinstance(given, str):
        return given
    if isinstance(given, Polynomial):
        return format_polynomial(given)
    import sympy  # a quarter of a second, and only where something else than a text is given
    from sympy.polys.rings import PolyElement

    if isinstance(given, PolyElement):
        return format_polynomial(given)
    if isinstance(given, sympy.Poly):
        given = given.as_expr()
    if not isinstance(given, sympy.Expr):
        raise InputError(f"A {type(given).__name__} is not an expression.", "Give a text or a sympy expression.")
    names = [str(symbol) for symbol in given.free_symbols]
    if len(set(names)) < len(names) or not all(name.isidentifier() for name in names):
        raise InputError(
            f"The symbols {', '.join(sorted(names))[:80]} share a name or are no names.",
            "Use one symbol a name, of letters, digits and _.",
        )
    for number in given.atoms(sympy.Rational):
        as_rational(number)  # one too long to print is refused here
    exact = given.replace(lambda e: e.is_Float, lambda e: sympy.Rational(as_rational(e)))
    # sympy.E prints as E, which would be read as a variable
    is_rational = all(isinstance(atom, sympy.Symbol | sympy.Rational) for atom in exact.atoms())
    if not is_rational or not exact.is_polynomial(*exact.free_symbols):
        raise NotPolynomialError(
            f"The expression {str(given)[:80]} is not a polynomial with rational coefficients.", _WAY_OUT
        )
    return str(exact)


def equation_text(given: Any) -> str:
    """An equation as the text of left side minus right side; a polynomial alone is equal to zero.

    Examples
    --------
    >>> equation_text("x^2 = 1"), equation_text("x*y - 2")
    ('(x^2) - (1)', 'x*y - 2')
    """
    if not isinstance(given, str):
        from sympy import Eq
        from sympy.core.relational import Relational

        if isinstance(given, Eq):
            return f"({expression_text(given.lhs)}) - ({expression_text(given.rhs)})"
        if isinstance(given, Relational):
            raise InputError(f"{str(given)[:60]} is an inequality.", _NO_INEQUALITIES)
        return expression_text(given)
    if "<" in given or ">" in given:
        raise InputError(f"{given.strip()[:60]!r} is an inequality.", _NO_INEQUALITIES)
    sides = [side.strip() for side in given.replace("==", "=").split("=")]
    if len(sides) > 2:
        raise InputError(f"The equation {given.strip()[:60]!r} has more than one '='.", "Write one equation for each.")
    if not all(_is_balanced(side) for side in sides):
        raise InputError(
            f"The parentheses of {given.strip()[:60]!r} do not match.", "Close each one on its side of '='."
        )
    return f"({sides[0]}) - ({sides[1]})" if len(sides) == 2 else sides[0]


def _is_balanced(text: str) -> bool:
    depth = 0
    for c in text:
        depth += (c == "(") - (c == ")")
        if depth < 0:
            return False
    return depth == 0 and bool(text.strip())


def names_given(given: Any, what: str) -> tuple[str, ...]:
    """A user's list of names.

    Parameters
    ----------
    given : sequence of names or symbols
    what : str
        What they name, as the subject of the error's sentence.

    Raises
    ------
    InputError, TypeError
    """
    if isinstance(given, str):
        raise InputError(f"{what} are given as the text {given[:60]!r}.", "Give a list of names.")
    require_type(given, (Sequence, Set), f"The value for {what.lower()}", "Give a list of names.")
    return tuple(map(str, given))
