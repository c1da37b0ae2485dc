"""All solutions of a system over Q as rational functions of the roots of one polynomial, from many primes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from flint import fmpz, fmpz_poly

from polysys.algebra.limits import Meter, Stop, Stopped
from polysys.algebra.modular import Exponents, Polynomial, integer_polynomials
from polysys.algebra.quotients_modulo import QuotientsModulo
from polysys.algebra.units import WIDE, spread
from polysys.errors import InputError

if TYPE_CHECKING:
    from polysys.algebra.parametrisation_modulo import ParametrisationModulo


@dataclass(frozen=True)
class Parametrisation:
    """The distinct solutions of a system: x_i = numerators[i](t) / (denominators[i] polynomial'(t)), t the polynomial's roots.

    Parameters
    ----------
    form : tuple of int
        The root that belongs to a solution x is t = sum_i form[i] x_i.
    polynomial : fmpz_poly
        Squarefree; a constant where there is no solution.
    numerators : tuple of fmpz_poly
    denominators : tuple of int
    """

    form: tuple[int, ...]
    polynomial: fmpz_poly
    numerators: tuple[fmpz_poly, ...]
    denominators: tuple[int, ...]

    @property
    def n_solutions(self) -> int:
        """Number of distinct complex solutions."""
        return int(self.polynomial.degree())

    @property
    def n_digits(self) -> int:
        """Decimals of the largest coefficient."""
        largest = max(f.height_bits() for f in (self.polynomial, *self.numerators))
        return int(largest * np.log10(2.0)) + 1


@dataclass(frozen=True, slots=True)
class ParametrisationResult:
    """A parametrisation, or why there is none.

    Parameters
    ----------
    parametrisation : Parametrisation or None
        None in positive dimension, and where a limit was reached.
    dimension, degree, n_distinct : int or None
        Of the solutions modulo the first prime, as far as they are known; see :class:`polysys.algebra.ExactCount`.
    n_primes : int
    work : int
        Elementary operations.
    stopped : Stop or None
        Which limit was reached.
    """

    parametrisation: Parametrisation | None
    dimension: int | None
    degree: int | None
    n_distinct: int | None
    n_primes: int
    work: int
    stopped: Stop | None


def parametrise(
    polynomials: Sequence[Polynomial],
    n: int,
    *,
    seed: int = 0,
    meter: Meter | None = None,
) -> ParametrisationResult:
    """All solutions over the complex numbers of a system with finitely many, as functions of one algebraic number.

    Parameters
    ----------
    polynomials : sequence of mappings from exponents to rational coefficients
        Any number of them.
    n : int
        Number of unknowns.
    seed : int
        Of the primes and all random choices.
    meter : Meter, optional
        Of work, memory and time; without limits by default.

    Returns
    -------
    ParametrisationResult
        Positive dimension and reaching a limit are no errors.

    Raises
    ------
    InputError
        If exponents do not fit n.

    Notes
    -----
    The rational univariate representation (Rouillier, Appl. Algebra Eng. Commun. Comput. 9 (1999) 433) of the radical, in a form
    with small coefficients. It is found modulo as many primes as its coefficients need and compared modulo one more, where the
    equations are seen to vanish at as many points as there are solutions. That is evidence, not proof: certification
    decides about each point.

    Examples
    --------
    x y = 3, y^2 = 2: y is a root t of t^2 - 2, where the derivative is 2 t, and x = 6 / (2 t):

    >>> found = parametrise([{(1, 1): 1, (0, 0): -3}, {(0, 2): 1, (0, 0): -2}], 2).parametrisation
    >>> found.form, found.polynomial.coeffs(), found.numerators, found.denominators
    ((0, 1), [-2, 0, 1], (6, 4), (1, 1))
    """
    if n < 1:
        raise InputError(f"{n} unknowns are too few.", "Take at least one.")
    meter = Meter() if meter is None else meter
    before = meter.work
    search = _Search(integer_polynomials(polynomials, n), n, seed, meter, is_wide=spread(polynomials) > WIDE)
    found, stopped = None, None
    try:
        found = search.parametrisation()
    except Stopped as stop:
        stopped = stop.reason
    return ParametrisationResult(found, *search.facts, search.quotients.n_primes, meter.work - before, stopped)


class _Search:
    """The primes of one parametrisation, one after the other, and what is known after each."""

    def __init__(self, integers: list[dict[Exponents, int]], n: int, seed: int, meter: Meter, *, is_wide: bool) -> None:
        self.n, self.seed, self.meter, self.is_wide = n, seed, meter, is_wide
        self.generator = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0x9A7A,)))
        self.quotients = QuotientsModulo(integers, n, seed, meter)
        self.facts: tuple[int | None, int | None, int | None] = (None, None, None)

    def parametrisation(self) -> Parametrisation | None:
        """What all primes together say; None in positive dimension."""
        from polysys.algebra.parametrisation_modulo import separating_form
        from polysys.algebra.quotient import n_distinct
        from polysys.algebra.reconstruction import Residues

        system, algebra = self.quotients.next()
        if algebra is None:
            dimension = self.quotients.dimension
            if dimension is None or dimension > 0:
                self.facts = (dimension, None, None)
                return None
            self.facts = (dimension, 0, 0)
            return Parametrisation((0,) * self.n, fmpz_poly([1]), (fmpz_poly(),) * self.n, (1,) * self.n)
        number = n_distinct(algebra, seed=self.seed, meter=self.meter)
        self.facts = (0, algebra.dimension, number)
        form = separating_form(algebra, system, number, self.generator, self.meter, is_wide=self.is_wide)
        if form is None:
            raise Stopped(Stop.DISAGREEMENT)
        known = Residues(1 + self.n, number, self.generator)
        enough = 1
        candidate = None
        while True:
            image = self._next_image(form, number, check=candidate is not None)
            if candidate is not None and _agree(candidate, image):
                return _joined(form, candidate)
            known.add(image.prime, image.residues, self.meter)
            candidate = None
            if len(known.primes) >= enough:
                candidate = known.reconstructed(self.meter)
                enough = len(known.primes) + 1 + len(known.primes) // 12

    def _next_image(self, form: npt.NDArray[np.int64], number: int, *, check: bool) -> ParametrisationModulo:
        """The parametrisation modulo the next prime where there is one; with `check` the equations hold there."""
        from polysys.algebra.parametrisation_modulo import parametrisation_modulo

        while True:
            system, algebra = self.quotients.next()
            if algebra is not None:
                image = parametrisation_modulo(algebra, form, number, self.generator, self.meter)
                if image is not None and (not check or image.solves(system, self.meter)):
                    return image
            self.quotients.pass_over()


Rows = list[tuple[list[fmpz], fmpz]]


def _agree(rows: Rows, image: ParametrisationModulo) -> bool:
    """Whether the rational coefficients have the residues of a prime that they were not made from."""
    p = image.prime
    for (numerators, denominator), residues in zip(rows, image.residues.tolist(), strict=True):
        d = int(denominator % p)
        if not d or any(int(a % p) != d * r % p for a, r in zip(numerators, residues, strict=True)):
            return False
    return True


def _joined(form: npt.NDArray[np.int64], rows: Rows) -> Parametrisation:
    """With a primitive polynomial over Z in place of the monic one."""
    (of_polynomial, leading), *others = rows
    numerators, denominators = [], []
    for coefficients, denominator in others:
        common = leading.gcd(denominator)
        numerators.append(fmpz_poly(coefficients) * (leading // common))
        denominators.append(int(denominator // common))
    polynomial = fmpz_poly([*of_polynomial, leading])
    content = abs(polynomial.content())
    if content != 1:  # of a denominator that is no common one: both sides of the fraction lose it
        polynomial //= content
        denominators = [int(d * content) for d in denominators]
    return Parametrisation(tuple(form.tolist()), polynomial, tuple(numerators), tuple(denominators))
