"""Linear equations of a variety are solved exactly: some of its variables become affine functions of the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from polysys.domains import Domain, Euclidean
from polysys.errors import InputError
from polysys.formulations.expansion import exact_terms, nested_form
from polysys.formulations.variety import Variety
from polysys.polynomials import Ring
from polysys.reading.parser import format_polynomial, parse_polynomial


@dataclass(frozen=True)
class Elimination:
    """A variety without its linear equations.

    Parameters
    ----------
    domain : Domain
        In the variables that are left: a variety, or R^n where all equations were linear.
    free : tuple of str
        The variables that are left.
    forms : mapping from names to Polynomial
        The others as affine functions of these.
    """

    domain: Domain
    free: tuple[str, ...]
    forms: Mapping[str, Any]

    def restrict(self, polynomial: Any) -> Any:
        """A polynomial in all variables as one in the variables that are left."""
        return _in_ring(_substituted(polynomial, self.forms), self.free)

    @property
    def texts(self) -> tuple[tuple[str, str], ...]:
        """Each variable that was eliminated with its affine function."""
        return tuple((name, format_polynomial(_in_ring(form, self.free))) for name, form in self.forms.items())


def eliminate(variety: Variety) -> Elimination:
    """Solve the linear equations of a variety, and those that linear combinations of its equations make linear, exactly.

    Dependent equations (multiples of others, sums of others) are left out; the set and its gradients' span stay the same.

    Raises
    ------
    InputError
        If the equations contradict each other, leave a single point, or are more than the variables.

    Examples
    --------
    >>> found = eliminate(Variety(["x + y + z = 1", "x^2 + y^2 + z^2 = 1"]))
    >>> found.texts, found.domain.text
    ((('z', '-x - y + 1'),), 'variety 2*x^2 + 2*x*y + 2*y^2 - 2*x - 2*y')
    """
    forms: dict[str, Any] = {}
    constraints = list(variety.polynomials)
    while True:
        constraints, affine = _separated(constraints)
        if not affine:
            break
        for row in affine:
            _solve(_substituted(row, forms), forms)
        constraints = [_substituted(g, forms) for g in constraints]
    free = tuple(v for v in variety.names if v not in forms)
    if not free:
        point = ", ".join(f"{name} = {format_polynomial(form)}" for name, form in sorted(forms.items()))
        raise InputError(f"The constraints leave a single point, {point[:80]}.", "Leave one of them out.")
    if len(constraints) > len(free):
        raise InputError(
            f"There are {len(constraints)} constraints for {len(free)} unknowns.",
            "Give at most as many independent equations as variables.",
        )
    if not constraints:
        return Elimination(Euclidean(len(free)), free, forms)
    return Elimination(
        Variety([format_polynomial(_in_ring(g, free)) for g in constraints], variables=free), free, forms
    )


def _separated(constraints: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """The constraints that are nonlinear modulo the others, and the affine combinations of all."""
    pivots: list[tuple[tuple[int, ...], Any]] = []
    kept, affine = [], []
    for g in constraints:
        rest = g
        for monomial, row in pivots:
            c = rest.get(monomial, 0)
            rest = rest - row * c if c else rest
        nonlinear = [e for e in rest.monoms() if sum(e) > 1] if rest else []
        if nonlinear:
            leading = max(nonlinear, key=lambda e: (sum(e), e))
            pivots.append((leading, rest / rest[leading]))
            kept.append(g)
        elif rest:
            affine.append(rest)
    return kept, affine


def _solve(row: Any, forms: dict[str, Any]) -> None:
    """Solve an affine equation for its last variable and put that into the earlier solutions."""
    if not row:
        return
    if row.is_ground:
        raise InputError(
            "The constraints contradict each other: no point fulfils all of them.", "Change or leave out one."
        )
    k = max(i for e in row.monoms() for i, power in enumerate(e) if power)
    x = row.ring.gens[k]
    form = x - row / row.coeff(x)
    for name, other in forms.items():
        forms[name] = other.compose(x, form)
    forms[row.ring.symbols[k]] = form


def _substituted(polynomial: Any, forms: Mapping[str, Any]) -> Any:
    return polynomial.compose(forms.items()) if forms else polynomial


def _in_ring(polynomial: Any, free: Sequence[str]) -> Any:
    """A polynomial that depends on some variables only, in their ring."""
    places = [polynomial.ring.symbols.index(v) for v in free]
    return Ring(tuple(free)).from_dict({tuple(e[i] for i in places): c for e, c in polynomial.items()})


def read_eliminated(lines: Sequence[str], variables: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Names and affine functions from lines `name = function`.

    Raises
    ------
    InputError
        Where a function is not affine or not canonical, or a name stands twice.
    """
    found = tuple((name, form) for name, _, form in (line.partition(" = ") for line in lines))
    names = [*variables, *(name for name, _ in found)]
    for _, form in found:
        polynomial = parse_polynomial(form, variables, allow_constant=True).polynomial
        if format_polynomial(polynomial) != form or any(sum(e) > 1 for e in polynomial.monoms()):
            raise InputError("An eliminated variable is no affine function of the others.", "Use Landscape.text.")
    if len(set(names)) < len(names) or not all(name.isidentifier() for name in names):
        raise InputError("A variable of the landscape stands twice.", "Use Landscape.text.")
    return found


def values_of(
    eliminated: Sequence[tuple[str, str]],
    variables: Sequence[str],
    x: Sequence[Any],
    constant: Callable[[Fraction], Any],
) -> list[Any]:
    """The values of eliminated variables at a point with coordinates of any kind, into which `constant` maps a Fraction."""
    forms = (parse_polynomial(form, variables, allow_constant=True).polynomial for _, form in eliminated)
    zero = constant(Fraction(0))
    return [nested_form({e: constant(c) for e, c in exact_terms(f).items()}, x, zero) for f in forms]
