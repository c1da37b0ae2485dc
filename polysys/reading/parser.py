"""Reading polynomials: our own recursive-descent parser, its canonical text, and nothing is ever evaluated.

The parser works on dictionaries from packed exponents to coefficients, so a flat sum of thousands of monomials is read
in linear time, and every product is charged to a budget before it is formed, so that no short text can exhaust memory
or time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any, NoReturn

from flint import fmpq

from polysys.errors import InputError, NotPolynomialError
from polysys.polynomials import Polynomial, Ring, as_polynomial
from polysys.reading.rationals import MAX_BITS, as_rational, n_bits
from polysys.reading.tokens import (
    NEVER_NAMES,
    NUMBER_NAMES,
    Token,
    check_names,
    checked_name,
    tokens_of,
    variable_names,
)

MAX_EXPONENT = 1000
MAX_DEPTH = 100
MAX_CHARACTERS = 10_000_000
# Term products an expression may cost: about a second of arithmetic.
MAX_WORK = 1_000_000

# A monomial is one integer with 12 bits a variable.  Exponents are at most 1000 in a factor, 2000 in a product, and the
# high bit of exponent + _TEST is set exactly for those above 1000.
_FIELD = 12
_TEST = (1 << _FIELD - 1) - MAX_EXPONENT - 1

Terms = dict[int, fmpq]


@dataclass(frozen=True, slots=True)
class ParsedPolynomial:
    """A polynomial over Q and its variables' names."""

    polynomial: Polynomial
    variables: tuple[str, ...]

    @property
    def is_zero(self) -> bool:
        """Whether all coefficients vanish."""
        return not self.polynomial

    @property
    def is_constant(self) -> bool:
        """Whether no variable occurs (the zero polynomial included)."""
        return self.polynomial.is_ground

    def __str__(self) -> str:
        return format_polynomial(self.polynomial)


def parse_polynomial(
    text: str,
    variables: Sequence[str] | None = None,
    parameters: Mapping[str, Any] | None = None,
    *,
    allow_constant: bool = False,
) -> ParsedPolynomial:
    """Read a polynomial with rational coefficients.

    Operators are `+ - * / ^ **` and parentheses; constants are integers, decimals ("0.1" is exactly 1/10) and numbers
    in scientific notation; `/` divides by nonzero constants, exponents are whole numbers up to 1000.

    Parameters
    ----------
    text : str
        The expression.
    variables : sequence of str, optional
        Names and order of the variables, at most 64; by default all names that are not parameters, in natural order
        (x2 before x10).
    parameters : mapping of str to number, optional
        Constants to insert.
    allow_constant : bool
        Whether an expression in which no variable is left is accepted; it has no isolated stationary points.

    Returns
    -------
    ParsedPolynomial

    Raises
    ------
    NotPolynomialError
        For functions, division by variables, negative or fractional powers, complex or infinite constants.
    InputError
        For text that cannot be read (with the position), unknown names, too many variables, too large expansions.

    Notes
    -----
    Linear in the length of a sum of monomials.  Products are expanded; their cost is limited.

    Examples
    --------
    >>> str(parse_polynomial("x*(y - 1/2)^2 + 0.1*x").polynomial)
    'x*y**2 - x*y + 7/20*x'
    >>> str(parse_polynomial("a*x10 + x2", parameters={"a": 3}))
    'x2 + 3*x10'
    """
    if not isinstance(text, str):
        raise InputError(f"The expression is of type {type(text).__name__}, not text.", "Give a string.")
    if len(text) > MAX_CHARACTERS:
        raise InputError(f"The expression has {len(text)} characters.", f"At most {MAX_CHARACTERS} are read.")
    if not text.strip():
        raise InputError("The expression is empty.", "Give a polynomial such as x^4 - x^2*y + y^2.")
    constants = {checked_name(key, "parameter"): as_rational(value) for key, value in (parameters or {}).items()}
    tokens = tokens_of(text)
    if variables is None:
        names = variable_names(tokens, constants)
    else:
        if isinstance(variables, str):
            raise InputError(f"The variables are given as the text {variables!r}.", "Give a list of names.")
        names = tuple(checked_name(v, "variable") for v in variables)
    check_names(names, constants)
    try:
        terms = _Parser(tokens, names, constants, variables is None).parse()
    except RecursionError:  # only when the caller's own stack was almost full
        raise InputError("The expression is nested too deeply.", "Expand or split it.") from None
    if not names or (not allow_constant and not any(terms)):
        what = "zero" if not terms else "constant"
        raise InputError(f"The polynomial is {what}: no variable is left in it.", "Give one that has variables.")
    shifts = range(0, _FIELD * len(names), _FIELD)
    mask = (1 << _FIELD) - 1
    unpacked = {tuple(e >> k & mask for k in shifts): c for e, c in terms.items()}
    return ParsedPolynomial(Polynomial(Ring(names), unpacked), names)


def format_polynomial(polynomial: Any) -> str:
    """Canonical text of a polynomial over Q: graded lexicographic, `*` and `^`, coefficients as integers or a/b.

    Parameters
    ----------
    polynomial : Polynomial, or element of one of SymPy's rings over QQ

    Returns
    -------
    str
        Depends on the polynomial and its variables only; `parse_polynomial` reads it back exactly.

    Examples
    --------
    >>> x, y = Ring(("x", "y")).gens
    >>> format_polynomial(1 - y**2*x/2 + x)
    '-1/2*x*y^2 + x + 1'
    """
    polynomial = as_polynomial(polynomial)
    pieces = []
    for exponents, power_product in _power_products(polynomial.ring.symbols, tuple(polynomial)):
        coefficient = polynomial[exponents]
        numerator, denominator = int(coefficient.numerator), int(coefficient.denominator)
        size = str(abs(numerator)) if denominator == 1 else f"{abs(numerator)}/{denominator}"
        factors = (power_product,) if size == "1" and power_product else (size, power_product)
        pieces.append((" - " if numerator < 0 else " + ") + "*".join(filter(None, factors)))
    joined = "".join(pieces)
    return "0" if not joined else joined[3:] if joined[1] == "+" else "-" + joined[3:]


@lru_cache(maxsize=16)  # almost all samples of a family have the same monomials
def _power_products(
    names: tuple[str, ...], monomials: tuple[tuple[int, ...], ...]
) -> list[tuple[tuple[int, ...], str]]:
    """The monomials in graded lexicographic order with their texts."""
    ordered = sorted(monomials, key=lambda exponents: (sum(exponents), exponents), reverse=True)
    texts = ("*".join(f"{v}^{e}" if e > 1 else v for v, e in zip(names, m, strict=True) if e) for m in ordered)
    return list(zip(ordered, texts, strict=True))


def _constant_terms(value: Fraction) -> Terms:
    return {0: fmpq(value.numerator, value.denominator)} if value else {}


class _Parser:
    """sum := term (+- term)*;  term := factor (*/ factor)*;  factor := +-* atom (^ factor)?."""

    def __init__(
        self, tokens: list[Token], names: tuple[str, ...], constants: Mapping[str, Fraction], collected: bool
    ) -> None:
        self.tokens, self.i = tokens, 0
        self.constants, self.collected, self.depth, self.work = constants, collected, 0, 0
        self.generators = {v: 1 << _FIELD * i for i, v in enumerate(names)}
        self.single = set(self.generators.values())
        self.test = sum(_TEST * g for g in self.single)
        self.high_bits = sum(g << _FIELD - 1 for g in self.single)

    def parse(self) -> Terms:
        terms = self.sum()
        kind, token, at = self.tokens[self.i]
        if kind != "end":
            self.unexpected(token, at)
        return terms

    def sum(self) -> Terms:
        total: Terms = {}
        self.add_to(total, self.term())
        while (op := self.tokens[self.i][1]) in ("+", "-"):
            self.i += 1
            term = self.term()
            self.add_to(total, term if op == "+" else {e: -c for e, c in term.items()})
        return total

    def add_to(self, total: Terms, term: Terms) -> None:
        for e, c in term.items():
            if e in total:
                c = total.pop(e) + c
                if c == 0:
                    continue
            total[self.checked(e, c)] = c

    def term(self) -> Terms:
        product = self.factor()
        while (op := self.tokens[self.i][1]) in ("*", "/"):
            at = self.tokens[self.i][2]
            self.i += 1
            right = self.factor()
            if op == "/":
                divisor = self.constant(right)
                if divisor is None:
                    self.refuse("a division by an expression with variables", at, "Multiply the denominators out.")
                if not divisor:
                    raise InputError(f"There is a division by zero at position {at + 1}.", "Remove it.")
                right = {0: 1 / divisor}
            product = self.times(product, right)
        kind, token, at = self.tokens[self.i]
        if kind in ("number", "name") or token == "(":
            self.unexpected(token, at)
        return product

    def factor(self) -> Terms:
        negative = False
        while (token := self.tokens[self.i][1]) in ("+", "-"):
            negative ^= token == "-"
            self.i += 1
        base = self.atom()
        if self.tokens[self.i][1] in ("^", "**"):
            at = self.tokens[self.i][2]
            self.i += 1
            self.enter(at)
            exponent = self.constant(self.factor())  # right-associative, and -x^2 is -(x^2)
            self.depth -= 1
            if exponent is None or exponent.denominator != 1 or exponent < 0:
                shown = "with variables" if exponent is None else str(exponent)[:20]
                self.refuse(f"an exponent {shown}", at, "Exponents must be whole numbers of at least 0.")
            if exponent > MAX_EXPONENT:
                raise InputError(f"The exponent at position {at + 1} is above {MAX_EXPONENT}.", "Lower it.")
            base = self.power(base, int(exponent))
        return {e: -c for e, c in base.items()} if negative else base

    def atom(self) -> Terms:
        kind, token, at = self.tokens[self.i]
        self.i += 1
        if kind == "number":
            # Short whole numbers, the usual case, need no general reading.
            return _constant_terms(as_rational(int(token) if len(token) < 20 and token.isdigit() else token))
        if kind == "name":
            return self.named(token, at)
        if token == "(":
            self.enter(at)
            inside = self.sum()
            self.depth -= 1
            if self.tokens[self.i][1] != ")":
                kind, other, there = self.tokens[self.i]
                if kind == "end":
                    raise InputError(f"The parenthesis at position {at + 1} is not closed.", "Add the missing ')'.")
                self.unexpected(other, there)
            self.i += 1
            return inside
        return self.unexpected(token, at)

    def named(self, name: str, at: int) -> Terms:
        if name in self.constants:
            return _constant_terms(self.constants[name])
        # Names were collected from the text when none were declared, so a function can look like a variable here.
        if self.tokens[self.i][1] == "(" and (self.collected or name not in self.generators):
            self.refuse(f"the function {name[:40]}(...)", at, "Only + - * / ^ can be used; write products with '*'.")
        if name in self.generators:
            return {self.generators[name]: fmpq(1)}
        if name in NEVER_NAMES or name in NUMBER_NAMES:
            way_out = "Coefficients must be rational: give an approximation such as 355/113, or rename the variable."
            self.refuse(f"the name {name!r}, read as a complex, infinite or irrational number", at, way_out)
        raise InputError(
            f"The name {name[:40]!r} at position {at + 1} is neither a variable nor a parameter.",
            f"Known names: {', '.join([*self.generators, *self.constants])}.",
        )

    def times(self, a: Terms, b: Terms) -> Terms:
        if len(a) == len(b) == 1:  # most products; linear in the text, hence free
            ((e, c),), ((f, d),) = a.items(), b.items()
            return {self.checked(e + f, product := c * d): product}
        # Long coefficients cost more: 512 bits are about as fast as the dictionary access.
        self.work += len(a) * len(b) * (1 + sum(max(map(n_bits, t.values()), default=0) for t in (a, b)) // 512)
        if self.work > MAX_WORK:
            raise InputError("The expression has too many terms when multiplied out.", "Lower its powers or split it.")
        result: Terms = {}
        for e, c in a.items():
            for f, d in b.items():
                g = e + f
                result[g] = result[g] + c * d if g in result else c * d
        return {self.checked(g, c): c for g, c in result.items() if c != 0}

    def power(self, base: Terms, exponent: int) -> Terms:
        if len(base) == 1 and (g := next(iter(base))) in self.single and base[g] == 1:
            return {g * exponent: base[g]}
        result: Terms = {0: fmpq(1)}
        while exponent:
            if exponent & 1:
                result = self.times(result, base)
            exponent >>= 1
            if exponent:
                base = self.times(base, base)
        return result

    def constant(self, terms: Terms) -> Any:
        if not terms:
            return fmpq(0)
        return terms[0] if len(terms) == 1 and 0 in terms else None

    def checked(self, g: int, c: Any) -> int:
        """The monomial g, when it and its coefficient c are of an allowed size."""
        if n_bits(c) > MAX_BITS:
            raise InputError(f"A coefficient of more than {MAX_BITS} bits arises.", "Use shorter numbers.")
        if g + self.test & self.high_bits:
            raise InputError(f"A power above {MAX_EXPONENT} of a variable arises.", "Lower the exponents.")
        return g

    def enter(self, at: int) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise InputError(f"The nesting at position {at + 1} is more than {MAX_DEPTH} deep.", "Expand or split it.")

    def refuse(self, what: str, at: int, way_out: str) -> NoReturn:
        raise NotPolynomialError(f"At position {at + 1} there is {what}: this is not a polynomial.", way_out)

    def unexpected(self, token: str, at: int) -> NoReturn:
        if not token:
            raise InputError(f"The expression ends too early, at position {at + 1}.", "Complete it.")
        way_out = "Write every product with '*', as in 2*x*(y + 1)."
        if token == "(":
            way_out += " Functions such as sin(x) are no polynomials."
        if token in ("*", "/", "^", "**", ")"):
            way_out = "Remove it or add what is missing before it."
        raise InputError(f"{token[:40]!r} at position {at + 1} is not expected there.", way_out)
