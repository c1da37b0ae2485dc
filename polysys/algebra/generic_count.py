"""The number of solutions of the generic member of a family, as a theorem: a bound over Q(a), and as many simple solutions modulo a prime.

Theorem and proof are in docs/explanation/completeness-proofs.md.  The bound is that of a Hilbert function, with elements of the ideal
over Q(a) (:mod:`polysys.algebra.generic_elements`) and ranks at one point modulo one prime, which are no larger than those over
Q(a).  The number is attained because simple solutions modulo the prime lift (:mod:`polysys.algebra.simple_points`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from polysys.algebra.degree_falls import Row, TopForms, reduced, top_rows
from polysys.algebra.generic_elements import GenericPolynomial, GenericSystem
from polysys.algebra.level_bound import LevelBound, level_bound
from polysys.algebra.limits import Meter, Stopped
from polysys.algebra.simple_points import n_simple_points
from polysys.errors import WorkLimitError

_ROUNDS = 20
_COLUMNS = 30  # of a basis, a solution: the basis that shows the bound has fewer
_WORK_SHARE = 4  # of the work limit, for one basis


@dataclass(frozen=True)
class GenericCount:
    """How many solutions almost all members of a family have, all of them simple; the proof is derived again from the family.

    Parameters
    ----------
    value : int
    prime : int
        Where the ranks and the solutions were computed.
    level : int
        The highest degree.
    n_columns : int
        Of the largest matrix.
    n_elements : int
        Elements of the ideal over the field of the parameters that were added to the equations.
    """

    value: int
    prime: int
    level: int
    n_columns: int
    n_elements: int

    def __str__(self) -> str:
        return (
            f"exactly {self.value} solutions of a generic member: at most so many by the Hilbert function of the ideal over the field of the "
            f"couplings ({self.n_elements} further elements, degree {self.level}, ranks modulo {self.prime}), and as many simple ones modulo "
            "that prime, which lift"
        )


def generic_count_of(
    polynomials: Sequence[GenericPolynomial],
    point: Sequence[int],
    p: int,
    *,
    weights: Sequence[int],
    hints: Sequence[Sequence[Row]] = (),
    work_limit: int = 10**10,
) -> GenericCount | None:
    """The number of solutions of the generic member of a family of n polynomials in n unknowns; None where it was not proved.

    Parameters
    ----------
    polynomials : sequence of mappings from exponents to fmpz_mpoly
        Coefficients are polynomials in the parameters.
    point : sequence of int
        A member: values of the parameters, modulo p.
    p : int
        A prime below 2^31.
    weights : sequence of int
        Of the unknowns in the degree.
    hints : sequence of sequences of rows (i, exponents)
        Multiples of the polynomials some combination of which has lower degree for all parameters; they are tried first.
    work_limit : int
        Most multiplications of residues; as many nanoseconds, about, for computing with polynomials in the parameters.

    Examples
    --------
    The zeros of x^2 - a and b x y - 1:

    >>> from flint import Ordering, fmpz_mpoly_ctx
    >>> a, b = fmpz_mpoly_ctx.get(["a", "b"], Ordering.lex).gens()
    >>> family = [{(2, 0): a**0, (0, 0): -a}, {(1, 1): b, (0, 0): -(a**0)}]
    >>> generic_count_of(family, [3, 5], 2147483647, weights=(1, 1)).value
    2
    """
    n, system = len(weights), GenericSystem(polynomials, point, p, weights)
    number = n_simple_points([system.image(k) for k in range(n)], n, p, work_limit=work_limit)
    if number is None:
        return None
    meter = Meter(work_limit)
    try:
        for rows in hints:
            system.add(rows, meter)
        most: int | None = _COLUMNS * number + 5_000
        for _ in range(_ROUNDS):
            run = level_bound(system.images(), p, weights, work_limit // _WORK_SHARE, number, max_columns=most)
            if run.bound == number:
                n_elements = len(system.elements) - len(polynomials)
                return GenericCount(number, p, run.basis.level, run.basis.n_columns, n_elements)
            if run.first_fall is not None and _add_falls(system, run, meter):
                continue
            if most is None or not run.is_cut:
                return None
            most = None  # no more elements can be had: what there are may do, at greater length
    except (Stopped, WorkLimitError):
        pass
    return None


def _add_falls(system: GenericSystem, run: LevelBound, meter: Meter) -> int:
    """Add elements of lower degree from combinations at the first level that holds any; how many were found."""
    basis, level, n_found = run.before_fall, run.first_fall, 0
    assert basis is not None
    assert level is not None
    basis.complete_to(level - 1)
    generators, weights = [residues for _, residues in system.images()], list(system.weights)
    top = TopForms(generators, top_rows(generators, weights, level), weights)
    relations, _ = top.relations_modulo(system.p, run.basis.work_limit)
    echelon: list[dict[tuple[int, ...], int]] = []
    for relation, form in top.low_parts(relations, generators, basis):
        if n_found == run.n_falls:
            break
        rest = reduced(form, echelon, system.p)
        if rest and system.add([top.rows[r] for r, _ in relation], meter):
            n_found += 1
            echelon.append(rest)
    return n_found
