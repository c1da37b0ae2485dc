"""Square systems of polynomial equations over Q, with a canonical text and a digest that names them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from polysys.errors import InputError, NotSquareError, require_type
from polysys.formulations.expansion import exact_terms as exact_terms
from polysys.formulations.expansion import nested_form
from polysys.polynomials import Polynomial, in_one_ring
from polysys.reading.parser import format_polynomial
from polysys.tape import Tape, trace

MAX_UNKNOWNS = 64


def sha256(text: str) -> str:
    """Hexadecimal sha256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class PolynomialSystem:
    """A square system: n polynomial equations in n unknowns, with rational coefficients.

    Parameters
    ----------
    polynomials : sequence of Polynomial, or of elements of one of SymPy's rings over QQ
        The equations, all in the same ring.

    Raises
    ------
    NotSquareError
        If there are not as many equations as unknowns.
    InputError
        If an equation is zero or there are more than 64 unknowns.

    Examples
    --------
    >>> from polysys.polynomials import Ring
    >>> x, y = Ring(("x", "y")).gens
    >>> PolynomialSystem((x**2 - 2, x * y - 1)).degrees
    (2, 2)
    """

    polynomials: tuple[Polynomial, ...]

    def __post_init__(self) -> None:
        require_type(self.polynomials, (tuple, list), "The list of polynomials", "Give polynomials of one ring.")
        if not self.polynomials:
            raise InputError("A system has no equations.", "Give at least one.")
        object.__setattr__(self, "polynomials", in_one_ring(self.polynomials))
        n = self.polynomials[0].ring.ngens
        if len(self.polynomials) != n:
            raise NotSquareError(
                f"The system has {len(self.polynomials)} equations in {n} unknowns.",
                "Give as many equations as unknowns.",
            )
        if n > MAX_UNKNOWNS:
            raise InputError(f"The system has {n} unknowns.", f"At most {MAX_UNKNOWNS} are supported.")
        for k, f in enumerate(self.polynomials):
            if not f:
                raise InputError(
                    f"Equation {k + 1} is identically zero.",
                    "Its solutions would not be isolated; remove the variable.",
                )

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the unknowns, in order."""
        return self.polynomials[0].ring.symbols

    @property
    def n(self) -> int:
        """Number of unknowns and equations."""
        return len(self.polynomials)

    @property
    def degrees(self) -> tuple[int, ...]:
        """Total degree of each equation."""
        return tuple(max(map(sum, f.monoms())) for f in self.polynomials)

    @cached_property
    def terms(self) -> tuple[dict[tuple[int, ...], Fraction], ...]:
        """Exponents and exact coefficients of each equation."""
        return tuple(exact_terms(f) for f in self.polynomials)

    @property
    def supports(self) -> list[list[tuple[int, ...]]]:
        """The exponents of each equation: what root counts depend on."""
        return [list(terms) for terms in self.terms]

    @cached_property
    def text(self) -> str:
        """Canonical text: the unknowns, then an equation a line; equal systems have equal texts."""
        return "\n".join([" ".join(self.variables), *map(format_polynomial, self.polynomials)]) + "\n"

    @cached_property
    def digest(self) -> str:
        """sha256 of the canonical text."""
        return sha256(self.text)

    @cached_property
    def tape(self) -> Tape:
        """Tape of the equations, from their expanded form."""
        return trace(lambda x, _: [nested_form(terms, x) for terms in self.terms], self.n)
