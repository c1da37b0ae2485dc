"""Equations of the user's own: any square or overdetermined polynomial system over Q, with or without parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import prod
from typing import Any, ClassVar

import numpy as np
from flint import fmpq

from polysys.domains import Domain, Euclidean
from polysys.errors import InputError, NotSquareError
from polysys.formulations.expansion import nested_form
from polysys.formulations.formulation import Formulation, Kind
from polysys.polynomials import Polynomial, Ring, rational
from polysys.reading.expression_text import expression_text, names_given
from polysys.reading.parser import format_polynomial, parse_polynomial
from polysys.reading.rationals import as_rational
from polysys.reading.tokens import names_in
from polysys.symmetry import SymmetryGroup
from polysys.system import MAX_UNKNOWNS, PolynomialSystem, exact_terms, sha256
from polysys.tape import Tape, trace

FAMILY = "equations"
_FORMAT = "stationary equations 1"
_SHOWN = 12  # degrees that are listed one by one
_LARGEST_FACTOR = 97  # of the random combinations that square a system up


@dataclass(frozen=True, slots=True, eq=False)
class EquationTapes:
    """Straight-line programs of a square system; those of a family have parameters.

    Parameters
    ----------
    equations : Tape
        n outputs.
    jacobian : Tape
        n**2 outputs, row by row.
    family : EquationTapes, optional
        The tapes with free parameters of which these are a member.
    couplings : tuple of Fraction
        The member's parameters.
    """

    equations: Tape
    jacobian: Tape
    family: EquationTapes | None = None
    couplings: tuple[Fraction, ...] = ()

    def bind(self, values: Sequence[Fraction]) -> EquationTapes:
        """The member of the family with these parameters."""
        return EquationTapes(self.equations.bind(values), self.jacobian.bind(values), self, tuple(values))


@dataclass(frozen=True, eq=False)
class Equations:
    r"""Polynomial equations :math:`f_1 = \cdots = f_m = 0` with rational coefficients; make them with :func:`equations`.

    Where there are more equations than unknowns, `system` is squared up: to each of the n equations of largest degree a random
    combination of the others is added. Solutions of the equations solve the square system; what else solves it is told apart
    by residuals.

    Parameters
    ----------
    polynomials : tuple of Polynomial
        In the unknowns, then the parameters.
    variables : tuple of str
    parameters : tuple of str
        Names of the parameters.
    values : tuple of Fraction or None
        Of the parameters; None where they are free.
    name : str
    square_seed : int
        What the random combinations are drawn from.

    Examples
    --------
    >>> import polysys as ps
    >>> circle = ps.equations(["x^2 + y^2 = a", "x*y = 1"], parameters=["a"])
    >>> circle.at(a=4).system.degrees
    (2, 2)
    """

    polynomials: tuple[Polynomial, ...]
    variables: tuple[str, ...]
    parameters: tuple[str, ...] = ()
    values: tuple[Fraction, ...] | None = ()
    name: str = "user"
    square_seed: int = 0

    seed: ClassVar[int | None] = None
    index: ClassVar[int] = 0

    @property
    def label(self) -> str:
        """The label; with the path of its file, where there is one."""
        return f"{FAMILY}:{self.name}"

    @property
    def n(self) -> int:
        """Number of unknowns."""
        return len(self.variables)

    @property
    def n_equations(self) -> int:
        """Number of equations as given."""
        return len(self.polynomials)

    @property
    def is_overdetermined(self) -> bool:
        """Whether there are more equations than unknowns."""
        return self.n_equations > self.n

    @property
    def domain(self) -> Domain:
        """The unknowns' space."""
        return Euclidean(self.n)

    @property
    def formulation(self) -> Formulation:
        """That the equations are solved as they are given."""
        return Formulation(Kind.EQUATIONS, self.domain)

    @property
    def symmetry(self) -> SymmetryGroup:
        """The trivial group: symmetries of equations are not searched."""
        return SymmetryGroup(self.n)

    @property
    def continuous_symmetry(self) -> None:
        """Not searched."""
        return None

    known_symmetry = continuous_symmetry

    def at(self, values: Mapping[str, Any] | Sequence[Any] | None = None, /, **named: Any) -> Equations:
        """The member of the family with these parameters.

        Parameters
        ----------
        values : mapping from names to numbers, or sequence of numbers in the order of `parameters`
        **named
            The same by name.

        Raises
        ------
        InputError
            If a parameter is missing, unknown or no rational number.
        """
        if values is not None and named:
            raise InputError("Values of parameters are given twice.", "Give them in one way.")
        given = named if values is None else values
        if not isinstance(given, Mapping):
            numbers = list(given)
            if len(numbers) != len(self.parameters):
                raise InputError(
                    f"{len(numbers)} values are given for {len(self.parameters)} parameters.",
                    f"Give one for each of {', '.join(self.parameters) or 'none'}.",
                )
            given = dict(zip(self.parameters, numbers, strict=True))
        wrong = sorted(set(self.parameters) ^ set(map(str, given)))
        if wrong:
            fault = "has no value" if wrong[0] in self.parameters else "does not exist"
            raise InputError(f"The parameter {wrong[0]!r} {fault}.", f"Give {', '.join(self.parameters) or 'none'}.")
        exact = {str(name): as_rational(value) for name, value in given.items()}
        return replace(self, values=tuple(exact[name] for name in self.parameters))

    @cached_property
    def given(self) -> tuple[Any, ...]:
        """The equations as given, at the values of the parameters, in the unknowns alone.

        Raises
        ------
        InputError
            If parameters have no values, or an equation vanishes identically.
        """
        if self.values is None:
            names = ", ".join(self.parameters)
            raise InputError(
                f"The parameters {names} of {self.label} have no values.", "Set them with .at(name=value)."
            )
        if not self.parameters:
            return self.polynomials
        unknowns = Ring(self.variables)
        numbers = list(map(rational, self.values))
        found = []
        for k, f in enumerate(self.polynomials):
            terms: dict[tuple[int, ...], Any] = {}
            for e, c in f.terms():
                powers = zip(numbers, e[self.n :], strict=True)
                terms[e[: self.n]] = terms.get(e[: self.n], fmpq(0)) + prod((v**p for v, p in powers if p), start=c)
            found.append(_nonzero(unknowns.from_dict(terms), k))
        return tuple(found)

    @cached_property
    def system(self) -> PolynomialSystem:
        """The square system that is solved."""
        return PolynomialSystem(tuple(_squared_up(self.given, self.n, self.square_seed)))

    @property
    def degrees(self) -> tuple[int, ...]:
        """Total degrees of the equations of :attr:`system`."""
        return self.system.degrees

    @cached_property
    def given_terms(self) -> tuple[dict[tuple[int, ...], Fraction], ...]:
        """Exponents and coefficients of the equations as given."""
        return tuple(exact_terms(f) for f in self.given)

    @cached_property
    def given_tape(self) -> Tape:
        """The equations as given, as a straight-line program."""
        return trace(lambda x, _: [nested_form(terms, x) for terms in self.given_terms], self.n)

    @cached_property
    def parametric_tapes(self) -> EquationTapes:
        """Straight-line programs of the square system with the parameters free."""
        square = [exact_terms(f) for f in _squared_up(self.polynomials, self.n, self.square_seed)]
        tape = trace(
            lambda x, p: [nested_form(terms, [*x, *p]) for terms in square], self.n, len(self.parameters)
        )  # fmt: skip
        return EquationTapes(tape, tape.jacobian())

    @cached_property
    def tapes(self) -> EquationTapes:
        """Straight-line programs of the square system."""
        if not self.parameters:
            return self.parametric_tapes
        if self.values is None:
            return EquationTapes(self.system.tape, self.system.tape.jacobian())  # raises: there are no values
        return self.parametric_tapes.bind(self.values)

    @cached_property
    def text(self) -> str:
        """Canonical text: unknowns and equations at the parameters' values; equal systems have equal texts."""
        squared = [f"square-seed {self.square_seed}"] if self.is_overdetermined else []
        lines = [_FORMAT, "variables " + " ".join(self.variables), *squared]
        return "\n".join([*lines, *(f"equation {format_polynomial(f)}" for f in self.given)]) + "\n"

    @cached_property
    def digest(self) -> str:
        """sha256 of the canonical text."""
        return sha256(self.text)

    @cached_property
    def size(self) -> str:
        """Equations, unknowns and degrees in words."""
        each = [max(sum(e[: self.n]) for e in f.monoms()) for f in self.polynomials]
        degrees = "-".join(map(str, each)) if len(each) <= _SHOWN else f"from {min(each)} to {max(each)}"
        count = f"{self.n_equations} equation{'s' if self.n_equations > 1 else ''}"
        return f"{count} in {self.n} unknown{'s' if self.n > 1 else ''}, degrees {degrees}"

    def __reduce__(self) -> tuple[Any, ...]:
        # what is derived from them is left behind
        return Equations, (self.polynomials, self.variables, self.parameters, self.values, self.name, self.square_seed)

    def __repr__(self) -> str:
        if not self.parameters:
            return f"Equations of {self.label} (digest {self.digest[:6]})\n  {self.size}"
        if self.values is None:
            return f"Equations of {self.label}\n  {self.size}, parameters {', '.join(self.parameters)}"
        values = ", ".join(f"{name} = {value}" for name, value in zip(self.parameters, self.values, strict=True))
        return f"Equations of {self.label} (digest {self.digest[:6]})\n  {self.size}, {values}"


def equations(
    system: Sequence[Any] | PolynomialSystem,
    *,
    variables: Sequence[Any] | None = None,
    parameters: Sequence[Any] | Mapping[Any, Any] | None = None,
    name: str = "user",
    square_seed: int = 0,
) -> Equations:
    """Equations of your own, to be solved by :func:`homotopy.solve`.

    Parameters
    ----------
    system : sequence of equations, or PolynomialSystem
        Texts (``"x^2 + y = 1"``; without ``=`` the expression vanishes), sympy expressions or equations. Decimals in texts are
        exact. At most 64 unknowns; as many equations as unknowns, or more.
    variables : sequence of names or symbols, optional
        Fixes the order of the unknowns; by default all names that are no parameters in natural order.
    parameters : sequence of names, or mapping from names to numbers, optional
        Names stay free, for families (:meth:`Equations.at`, :func:`homotopy.track`); a mapping gives them values.
    name : str
        For the label.
    square_seed : int
        Of the random combinations where there are more equations than unknowns.

    Raises
    ------
    NotSquareError
        For fewer equations than unknowns: their solutions are not isolated.
    NotPolynomialError, InputError
        For equations that are not polynomial, or vanish identically.

    Examples
    --------
    >>> equations(["x^2 + y = 1", "x*y = 2"])
    Equations of equations:user (digest ...)
      2 equations in 2 unknowns, degrees 2-2
    """
    if isinstance(system, PolynomialSystem):
        return Equations(system.polynomials, system.variables, name=name)
    if isinstance(system, str) or not isinstance(system, Sequence):
        raise InputError(f"The equations are a {type(system).__name__}.", "Give a list of equations.")
    if type(square_seed) is not int or square_seed < 0:
        raise InputError(f"The seed {square_seed!r:.40} is no whole number of at least 0.", "Give 0, say.")
    free, values = _read_parameters(parameters)
    sides = [_sides(equation, k) for k, equation in enumerate(system)]
    if not sides:
        raise InputError("A system has no equations.", "Give at least one.")
    every = [text for pair in sides for text in pair]
    names = names_in(every, free) if variables is None else names_given(variables, "The variables")
    if not names:
        raise InputError("The equations have no unknowns.", "Give equations in at least one variable.")
    polynomials = []
    for k, pair in enumerate(sides):
        left, *right = [parse_polynomial(text, (*names, *free), allow_constant=True).polynomial for text in pair]
        polynomials.append(_nonzero(left - right[0] if right else left, k))
    if len(polynomials) < len(names):
        raise NotSquareError(
            f"There are fewer equations ({len(polynomials)}) than unknowns ({len(names)}: {_some(names)}): the solutions, if any, are not isolated.",
            "Add equations, or declare names as parameters.",
        )
    if len(names) > MAX_UNKNOWNS:
        raise InputError(f"The system has {len(names)} unknowns.", f"At most {MAX_UNKNOWNS} are supported.")
    result = Equations(
        tuple(polynomials), names, free, None if free and values is None else values or (), name, square_seed
    )
    if result.values is not None:
        _ = result.given  # an equation that vanishes at these values is refused here
    return result


def _sides(equation: Any, k: int) -> list[str]:
    """The texts of an equation's sides, one or two."""
    if isinstance(equation, str):
        sides = equation.split("=")
        if len(sides) > 2:
            raise InputError(f"Equation {k + 1} has more than one '='.", "Write one equation a line, or commas between equations.")
        if not all(side.strip() for side in sides):
            raise InputError(f"Equation {k + 1} has an empty side.", "Write it as in x^2 + y = 1.")
        return sides
    import sympy  # a quarter of a second, and only where something else than texts is given

    if isinstance(equation, sympy.Equality):
        return [expression_text(equation.lhs), expression_text(equation.rhs)]
    if equation in (True, False):  # what sympy makes of Eq(x, x)
        raise InputError(f"Equation {k + 1} is {bool(equation)} for all values.", "Leave it out.")
    return [expression_text(equation)]


def _read_parameters(
    parameters: Sequence[Any] | Mapping[Any, Any] | None,
) -> tuple[tuple[str, ...], tuple[Fraction, ...] | None]:
    if parameters is None:
        return (), ()
    if isinstance(parameters, Mapping):
        return tuple(map(str, parameters)), tuple(as_rational(v) for v in parameters.values())
    return names_given(parameters, "The parameters"), None


def _nonzero(polynomial: Any, k: int) -> Any:
    if not polynomial:
        raise InputError(f"Equation {k + 1} is identically zero.", "Leave it out: it says nothing.")
    if polynomial.is_ground:
        raise InputError(
            f"Equation {k + 1} says that {polynomial} is 0: it has no unknowns, and no point solves it.",
            "Leave it out. Decimals are written with a point: 1.5, not 1,5.",
        )
    return polynomial


def _some(names: Sequence[str]) -> str:
    """All names, or the first eight of them."""
    return ", ".join(names) if len(names) <= 8 else f"{', '.join(names[:8])}, .."


def _squared_up(polynomials: Sequence[Any], n: int, seed: int) -> list[Any]:
    """n equations: the given ones where there are so many, else those of largest degree, each with a random combination of the rest."""
    if len(polynomials) == n:
        return list(polynomials)
    by_degree = sorted(polynomials, key=lambda f: -max(sum(e[:n]) for e in f.monoms()))
    first, rest = by_degree[:n], by_degree[n:]
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0x50A2E,)))
    factors = rng.integers(1, _LARGEST_FACTOR + 1, (n, len(rest))) * rng.choice([-1, 1], (n, len(rest)))
    return [
        f + sum((int(c) * g for c, g in zip(row, rest, strict=True)), f.ring.zero)
        for f, row in zip(first, factors.tolist(), strict=True)
    ]
