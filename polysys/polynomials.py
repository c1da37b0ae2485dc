"""Polynomials over Q, exactly: what potentials and equations are.

They are written, read and printed like elements of SymPy's rings (`sympy.polys.rings.PolyElement`), and can be made from these and
into these. SymPy itself, a quarter of a second to load, is loaded only where it is asked for.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from numbers import Rational
from operator import add, index
from types import MethodType
from typing import Any

from flint import fmpq, fmpz

from polysys.errors import InputError

Exponents = tuple[int, ...]


@dataclass(frozen=True)
class Ring:
    """The polynomials over Q in these variables.

    Examples
    --------
    >>> R = Ring(("x", "y"))
    >>> x, y = R.gens
    >>> (x + y) ** 2 / 2, R(3)
    (1/2*x**2 + x*y + 1/2*y**2, 3)
    """

    symbols: tuple[str, ...]

    @property
    def ngens(self) -> int:
        """Number of variables."""
        return len(self.symbols)

    @cached_property
    def gens(self) -> tuple[Polynomial, ...]:
        """The variables."""
        one = fmpq(1)
        return tuple(Polynomial(self, {(*(0,) * k, 1, *(0,) * (self.ngens - k - 1)): one}) for k in range(self.ngens))

    @property
    def zero(self) -> Polynomial:
        """The polynomial 0."""
        return Polynomial(self, {})

    @property
    def one(self) -> Polynomial:
        """The polynomial 1."""
        return self(1)

    def from_dict(self, terms: Mapping[Exponents, Any]) -> Polynomial:
        """The polynomial with these exponents and coefficients (rational numbers of any type), of which some may be zero."""
        return Polynomial(self, {e: rational(c) for e, c in terms.items() if c})

    def __call__(self, value: Any) -> Polynomial:
        """A number as a constant; a polynomial of this ring as it is."""
        if isinstance(value, Polynomial) and value.ring == self:
            return value
        return Polynomial(self, {(0,) * self.ngens: rational(value)} if value else {})


class Polynomial(dict[Exponents, fmpq]):
    """A polynomial over Q: a dictionary from exponents to coefficients other than zero, not to be changed.

    Potentials and equations are such; others come from arithmetic with the variables of a :class:`Ring`. For whatever else can
    be done with polynomials, :meth:`to_sympy` and :meth:`as_expr` give SymPy's; its methods can be called here too.

    Parameters
    ----------
    ring : Ring
    terms : mapping from exponents to fmpq
        Without zeros.

    Examples
    --------
    >>> import polysys as ps
    >>> V = ps.expression("x^4/4 - x^2*y^2").sample().potential
    >>> V, V.diff("x"), V.terms()[0]
    (1/4*x**4 - x**2*y**2, x**3 - 2*x*y**2, ((4, 0), 1/4))
    >>> V.to_sympy().ring, V.as_expr()
    (Polynomial ring in x, y over QQ with lex order, x**4/4 - x**2*y**2)
    >>> V(2, 1), V.degree(V.ring.symbols.index("y")), divmod(V, V.diff("y"))
    (0, 2, (1/2*y, 1/4*x**4))
    """

    __slots__ = ("ring",)
    __sympy__ = False  # else SymPy would take it for a dictionary

    def __init__(self, ring: Ring, terms: Mapping[Exponents, fmpq]) -> None:
        if type(ring) is not Ring:
            raise InputError(f"A {type(ring).__name__} is no ring.", "Use parse_polynomial, or arithmetic with the variables of a Ring.")
        super().__init__(terms)
        self.ring = ring

    def terms(self) -> list[tuple[Exponents, fmpq]]:
        """Exponents and coefficients, in descending lexicographic order."""
        return sorted(self.items(), reverse=True)

    def monoms(self) -> list[Exponents]:
        """The exponents, in descending lexicographic order."""
        return sorted(self, reverse=True)

    def coeffs(self) -> list[fmpq]:
        """The coefficients, in descending lexicographic order of their exponents."""
        return [self[e] for e in self.monoms()]

    def copy(self) -> Polynomial:
        """The same polynomial again."""
        return Polynomial(self.ring, self)

    @property
    def is_ground(self) -> bool:
        """Whether it is a number."""
        return not any(map(any, self))

    def coeff(self, monomial: Any) -> fmpq:
        """The coefficient of a monomial, a polynomial or 1."""
        ((exponents, _),) = self.ring(monomial).items()
        return self.get(exponents, fmpq(0))

    def diff(self, variable: Any) -> Polynomial:
        """The derivative by a variable: one of the ring's, its name or its number."""
        k = self._place(variable)
        return Polynomial(self.ring, {(*e[:k], e[k] - 1, *e[k + 1 :]): c * e[k] for e, c in self.items() if e[k]})

    def compose(self, variable: Any, value: Any = None) -> Polynomial:
        """With a polynomial in the place of a variable; or, given pairs of them, with several at once."""
        pairs = variable if value is None else [(variable, value)]
        images = {self._place(v): self.ring(image) for v, image in pairs}
        total: dict[Exponents, fmpq] = {}
        for e, c in self.items():
            rest = tuple(0 if k in images else power for k, power in enumerate(e))
            term = Polynomial(self.ring, {rest: c})
            for k, image in images.items():
                if e[k]:
                    term = term * image ** e[k]
            for f, d in term.items():
                total[f] = total[f] + d if f in total else d
        return Polynomial(self.ring, {e: c for e, c in total.items() if c != 0})

    def _place(self, variable: Any) -> int:
        place = variable if isinstance(variable, int) else self.ring.symbols.index(str(variable))
        if not 0 <= place < self.ring.ngens:
            raise ValueError(f"there is no variable {place}: they are numbered from 0")
        return place

    def __add__(self, other: Any) -> Polynomial:
        terms = self._terms_of(other)
        return NotImplemented if terms is None else self._plus(terms, 1)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Polynomial:
        terms = self._terms_of(other)
        return NotImplemented if terms is None else self._plus(terms, -1)

    def __rsub__(self, other: Any) -> Polynomial:
        terms = self._terms_of(other)
        return NotImplemented if terms is None else (-self)._plus(terms, 1)

    def _plus(self, terms: Mapping[Exponents, fmpq], sign: int) -> Polynomial:
        total = dict(self)
        for e, c in terms.items():
            if e in total:
                value = total[e] + c if sign > 0 else total[e] - c
                if value != 0:
                    total[e] = value
                else:
                    del total[e]
            else:
                total[e] = c if sign > 0 else -c
        return Polynomial(self.ring, total)

    def __pos__(self) -> Polynomial:
        return self

    def __neg__(self) -> Polynomial:
        return Polynomial(self.ring, {e: -c for e, c in self.items()})

    def __mul__(self, other: Any) -> Polynomial:
        terms = self._terms_of(other)
        if terms is None:
            return NotImplemented
        total: dict[Exponents, fmpq] = {}
        for f, d in terms.items():
            if any(f):
                for e, c in self.items():
                    g = tuple(map(add, e, f))
                    total[g] = total[g] + c * d if g in total else c * d
            else:
                for e, c in self.items():
                    total[e] = total[e] + c * d if e in total else c * d
        return Polynomial(self.ring, {e: c for e, c in total.items() if c != 0})

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Polynomial:
        if isinstance(other, Polynomial):  # without a rest, or an error
            return as_polynomial(self.to_sympy() / other.to_sympy())
        return self * (1 / rational(other)) if isinstance(other, (Rational, fmpq, fmpz)) else NotImplemented

    def __divmod__(self, other: Any) -> tuple[Polynomial, Polynomial]:
        """Quotient and rest, by leading terms in lexicographic order."""
        terms = self._terms_of(other)
        if terms is None:
            return NotImplemented
        quotient, rest = divmod(self.to_sympy(), Polynomial(self.ring, terms).to_sympy())
        return as_polynomial(quotient), as_polynomial(rest)

    def __floordiv__(self, other: Any) -> Polynomial:
        quotient: Polynomial = divmod(self, other)[0]
        return quotient

    def __mod__(self, other: Any) -> Polynomial:
        rest: Polynomial = divmod(self, other)[1]
        return rest

    def __pow__(self, exponent: int) -> Polynomial:
        result, base, exponent = self.ring.one, self, index(exponent)
        if exponent < 0:
            raise InputError(f"A polynomial has no power {exponent}.", "Use whole numbers of at least 0.")
        while exponent:
            if exponent & 1:
                result = result * base
            exponent >>= 1
            if exponent:
                base = base * base
        return result

    def _terms_of(self, other: Any) -> Mapping[Exponents, fmpq] | None:
        """The terms of what is added or multiplied; None where it is neither a polynomial of this ring nor a rational number."""
        if isinstance(other, (Rational, fmpq, fmpz)):
            return self.ring(other)
        if not isinstance(other, Polynomial):
            if not _is_ring_element(other):
                return None
            other = as_polynomial(other)
        return other if other.ring == self.ring else None

    def __eq__(self, other: object) -> bool:
        terms = self._terms_of(other)
        return NotImplemented if terms is None else dict.__eq__(self, terms)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __lt__(self, other: Any) -> bool:
        """As SymPy's ring elements are ordered: by the number of terms, then by the terms."""
        terms = self._terms_of(other)
        return NotImplemented if terms is None else _order(self) < _order(terms)

    def __le__(self, other: Any) -> bool:
        terms = self._terms_of(other)
        return NotImplemented if terms is None else _order(self) <= _order(terms)

    def __hash__(self) -> int:  # type: ignore[override]  # dictionaries have none
        return hash((self.ring, frozenset(self.items())))

    def __int__(self) -> int:
        if not self.is_ground:
            raise ValueError(f"{self} is no number")
        return int(self.coeff(1))

    def __repr__(self) -> str:
        pieces = []
        for exponents, c in self.terms():
            powers = [f"{v}**{e}" if e > 1 else v for v, e in zip(self.ring.symbols, exponents, strict=True) if e]
            size = str(abs(c))
            pieces += [" - " if c < 0 else " + ", "*".join(powers if powers and size == "1" else [size, *powers])]
        return "0" if not pieces else "".join(["-" if pieces[0] == " - " else "", *pieces[1:]])

    def _as_sympy_prints(self, printer: Any, **options: Any) -> Any:
        return printer._print(self.to_sympy(), **options)

    _latex = _pretty = _sympyrepr = _as_sympy_prints

    def __reduce__(self) -> tuple[Any, ...]:
        return _from_integers, (self.ring, tuple((e, int(c.p), int(c.q)) for e, c in self.items()))

    def to_sympy(self) -> Any:
        """The same element of SymPy's ring of polynomials over QQ (`sympy.polys.rings.PolyElement`)."""
        from sympy import QQ, Symbol
        from sympy.polys.rings import ring

        terms = {e: QQ(int(c.p), int(c.q)) for e, c in self.items()}
        return ring([Symbol(v) for v in self.ring.symbols], QQ)[0].from_dict(terms)

    def __call__(self, *values: Any) -> Any:
        """The value at a point, as SymPy's ring elements give it."""
        return self.to_sympy()(*values)

    def __getattr__(self, name: str) -> Any:
        """Whatever else SymPy's ring elements have: `V.degree(0)`, `V.evaluate(0, 2)`, `V.factor_list()`; results are SymPy's."""
        if name.startswith("_") or name == "ring":  # asked for by libraries that look what an object can do
            raise AttributeError(f"'Polynomial' object has no attribute {name!r}", name=name, obj=self)
        found = getattr(self.to_sympy(), name)
        return partial(_called, found) if isinstance(found, MethodType) else found

    def as_expr(self, *symbols: Any) -> Any:
        """The same as an expression of SymPy, in these symbols if they are given."""
        return self.to_sympy().as_expr(*symbols)


def rational(value: Any) -> fmpq:
    """A rational number of any type as a coefficient."""
    try:
        return value if type(value) is fmpq else fmpq(int(value.numerator), int(value.denominator))
    except AttributeError:
        raise TypeError(f"{value!r} is no rational number") from None


def _order(terms: Mapping[Exponents, fmpq]) -> tuple[int, list[tuple[Exponents, fmpq]]]:
    return len(terms), sorted(terms.items(), reverse=True)


def _called(method: Callable[..., Any], *values: Any) -> Any:
    """A method of one of SymPy's elements, with polynomials among its arguments as such elements."""
    return method(*map(_to_sympy, values))


def _to_sympy(value: Any) -> Any:
    if isinstance(value, Polynomial):
        return value.to_sympy()
    return type(value)(map(_to_sympy, value)) if isinstance(value, (list, tuple)) else value


def _from_integers(ring: Ring, terms: Iterable[tuple[Exponents, int, int]]) -> Polynomial:
    return Polynomial(ring, {e: fmpq(p, q) for e, p, q in terms})


def _is_ring_element(value: Any) -> bool:
    """Whether something is of one of SymPy's rings; nothing is, where nobody has loaded SymPy."""
    if "sympy" not in sys.modules:
        return False
    from sympy.polys.rings import PolyElement

    return isinstance(value, PolyElement)


def as_polynomial(given: Any) -> Polynomial:
    """A polynomial, or an element of one of SymPy's rings over QQ, as a polynomial.

    Raises
    ------
    InputError
        For anything else.

    Examples
    --------
    >>> from sympy import QQ, ring
    >>> R, x, y = ring("x,y", QQ)
    >>> as_polynomial(x * y / 2) * 2
    x*y
    """
    if isinstance(given, Polynomial):
        return given
    if not _is_ring_element(given):
        raise InputError(f"A {type(given).__name__} is not a ring element.", "Use parse_polynomial to make one.")
    if not given.ring.domain.is_QQ:
        raise InputError("The coefficients of the equations are not rational.", "Use a ring over sympy's QQ.")
    return Ring(tuple(map(str, given.ring.symbols))).from_dict(given)


def in_one_ring(given: Sequence[Any]) -> tuple[Polynomial, ...]:
    """The same for several, which have to have the same variables."""
    if all(isinstance(f, Polynomial) or _is_ring_element(f) for f in given):
        polynomials = tuple(map(as_polynomial, given))
        if all(f.ring == polynomials[0].ring for f in polynomials):
            return polynomials
    raise InputError("The equations are not elements of one polynomial ring.", "Make them with the variables of one ring.")
