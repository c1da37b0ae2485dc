"""Which certified solutions of a squared-up system solve the equations as they were given."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from flint import ctx

from homotopy.certification import balls
from homotopy.certification.certificates import Certificate, CertificateList, same_zero
from homotopy.certification.closure import Locator, enclosing_balls
from homotopy.certification.zeros import certify_one
from homotopy.status import Verdict
from polysys.algebra.algebraic_points import AlgebraicPoint, points_of
from polysys.algebra.limits import Meter, Stopped
from polysys.algebra.parametrisation import parametrise
from polysys.algebra.verified_parametrisation import cost, solves
from polysys.own_equations import Equations
from polysys.tape import Tape

_DIGITS = (40, 120, 250)  # to which a zero is enclosed until a residual excludes it
_MOST_PARAMETRISED = 300  # solutions that exact algebra is asked to write down
_WORK = 10**10  # of exact algebra: seconds
_MOST_COST = 3 * 10**9  # of a parametrisation's test over Q: seconds


def solve_given(problem: Equations, certificates: Sequence[Certificate]) -> tuple[Verdict, ...]:
    """For each certified solution of the square system whether it solves the equations as given.

    NO is proved by a residual whose enclosure excludes zero. YES is proved by a rational parametrisation of solutions of the
    equations, tested over Q, with a point in the certificate's uniqueness region. UNDECIDED: no residual excludes it.

    Examples
    --------
    >>> import polysys as ps
    >>> from homotopy.certification.zeros import certify
    >>> problem = ps.equations(["x^2 = 1", "x^3 = 1"])
    >>> zeros = certify(problem.tapes, [[1.0]]).certificates
    >>> [verdict.value for verdict in solve_given(problem, zeros)]
    ['yes']
    """
    if not problem.is_overdetermined:
        return (Verdict.YES,) * len(certificates)
    tape, listed = problem.given_tape, CertificateList.of(certificates)
    verdicts = [Verdict.NO if _is_excluded(problem, tape, c) else Verdict.UNDECIDED for c in listed]
    kept = [k for k, verdict in enumerate(verdicts) if verdict is Verdict.UNDECIDED]
    if 0 < len(kept) <= _MOST_PARAMETRISED:
        locator = Locator(listed)
        for point in _verified_points(problem):
            with ctx.workprec(256):
                place = locator.find(list(point.coordinates))
            if place is not None and verdicts[place] is Verdict.UNDECIDED:
                verdicts[place] = Verdict.YES
    return tuple(verdicts)


def _is_excluded(problem: Equations, tape: Tape, certificate: Certificate) -> bool:
    """Whether some equation is proved not to vanish at the zero."""
    if _has_residual(tape, certificate):
        return True
    mid = certificate.enclosure.mid
    for digits in _DIGITS:
        finer = certify_one(problem.tapes, mid, digits)
        if finer is None or not same_zero(finer.enclosure, certificate.enclosure):
            return False
        if _has_residual(tape, finer):
            return True
        mid = finer.enclosure.mid
    return False


def _has_residual(tape: Tape, certificate: Certificate) -> bool:
    with ctx.workprec(max(128, certificate.precision)):
        return not all(f.contains(0) for f in balls.evaluate(tape, enclosing_balls(certificate)))


@lru_cache(maxsize=8)
def _verified_points(problem: Equations) -> tuple[AlgebraicPoint, ...]:
    """Proved solutions of the equations as given; none where they are out of reach."""
    meter = Meter(_WORK, 2 << 30, None)
    found = parametrise(problem.given_terms, problem.n, meter=meter).parametrisation
    if found is None or found.n_solutions > _MOST_PARAMETRISED or cost(found, problem.given_terms) > _MOST_COST:
        return ()
    if not solves(found, problem.given_terms):
        return ()
    try:
        return points_of(found, bits=128, meter=meter)
    except Stopped:
        return ()
