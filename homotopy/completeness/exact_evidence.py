"""Exact counts, Hilbert functions and independent routes as evidence: from their numbers to an outcome."""

from __future__ import annotations

from collections.abc import Sequence

from homotopy.completeness.evidence import Evidence, evidence
from homotopy.status import EvidenceKind, Silence, Verdict
from polysys.algebra import Stop
from polysys.counts.multiplicities import simple_count_of
from polysys.counts.of_landscape import EXACT_REACH, exact_count_as_given, hilbert_bound
from polysys.problem import Problem


def exact_evidence(landscape: Problem, found: int, multiplicities: Sequence[int] = ()) -> Evidence:
    """What the exact count of a landscape's solutions says about a list of certified ones.

    Parameters
    ----------
    landscape : Landscape or Equations
    found : int
        Certified solutions.
    multiplicities : sequence of int
        Of the isolated singular solutions that were found besides; at least, where they are not proved.

    Notes
    -----
    The degree comes first. Distinct solutions, which may take longer, are counted only where the degree is not the number of
    those that were found.
    """
    if found > EXACT_REACH:
        return no_exact_count(found)
    count = exact_count_as_given(landscape)
    if count.dimension == 0 and (multiplicities or count.degree != found):
        count = exact_count_as_given(landscape, distinct=True)
    if count.dimension is None:
        return no_exact_count(found, Silence.NO_AGREEMENT if count.stopped is Stop.DISAGREEMENT else Silence.OUT_OF_REACH)
    return exact_count_evidence(
        found,
        degree=0 if count.dimension < 0 else count.degree,
        dimension=count.dimension,
        distinct=count.n_distinct,
        primes=count.primes,
        multiplicities=multiplicities,
        simple=simple_count_of(landscape) if count.dimension > 0 else None,
    )


def exact_count_evidence(
    found: int,
    *,
    degree: int | None,
    dimension: int = 0,
    distinct: int | None = None,
    primes: Sequence[int] = (),
    multiplicities: Sequence[int] = (),
    simple: int | None = None,
    is_finite: bool = False,
) -> Evidence:
    """What the degree of the ideal modulo two primes says about a list.

    Parameters
    ----------
    found : int
        Certified solutions, all of multiplicity one.
    degree : int or None
        Number of solutions with multiplicity, on which both primes agree; None where it is not finite.
    dimension : int
        Of the solution set.
    distinct : int or None
        Number of distinct solutions, on which both primes agree; None where it was not asked for or they do not.
    primes : sequence of int
    multiplicities : sequence of int
        Proved, of the isolated singular solutions that were found besides.
    simple : int, optional
        Number of simple solutions beside families.
    is_finite : bool
        Whether it is claimed that there are no families.

    Notes
    -----
    YES: the certified solutions and the multiplicities are all, or every distinct solution is accounted for. NO: the list has more
    solutions than there are. Where simple ones are missing nothing that is listed is wrong, and the list is not complete: of s
    distinct solutions of degree d at least 2 s - d are simple, because every other one counts twice or more. The degree modulo a
    prime is that over Q for all but finitely many primes, so this supports and contradicts, and never proves.
    """
    singular = tuple(sorted(multiplicities))
    total, silence = found + sum(singular), None
    if dimension > 0 or degree is None:
        is_wrong = is_finite or (simple is not None and simple < found)
        outcome, silence = (Verdict.NO, None) if is_wrong else (Verdict.UNDECIDED, Silence.FAMILIES)
    elif degree < found:  # whatever is said of distinct ones, which are no more
        outcome = Verdict.NO
    elif distinct is not None and (distinct > degree or distinct < found + len(singular)):
        # a linear form that does not separate the solutions gives too few distinct ones
        outcome, silence = Verdict.UNDECIDED, Silence.NO_AGREEMENT
    elif (degree == found and not singular) or (degree >= total and distinct == found + len(singular)):
        outcome = Verdict.YES
    elif degree < total:
        outcome = Verdict.NO
    elif distinct is not None and found < 2 * distinct - degree:
        outcome, silence = Verdict.UNDECIDED, Silence.MISSING
    else:
        outcome, silence = Verdict.UNDECIDED, Silence.MULTIPLE_OR_MISSING
    return evidence(
        EvidenceKind.EXACT_COUNT,
        outcome,
        silence,
        found=found,
        degree=degree,
        dimension=dimension,
        distinct=distinct,
        primes=tuple(primes),
        multiplicities=singular,
        **({} if simple is None else {"simple": simple}),
    )


def no_exact_count(found: int, silence: Silence = Silence.OUT_OF_REACH) -> Evidence:
    """Evidence that the exact count was asked for in vain: too much work, or primes that do not agree."""
    return evidence(EvidenceKind.EXACT_COUNT, Verdict.UNDECIDED, silence, found=found)


def hilbert_evidence(landscape: Problem, found: int, multiplicities: Sequence[int] = ()) -> Evidence | None:
    """What a bound by Hilbert functions proves about `found` certified solutions and others of proved multiplicities.

    None where there is no such bound for the landscape's points.
    """
    goal = found + sum(multiplicities)
    bound = hilbert_bound(landscape, goal) if goal <= EXACT_REACH else None
    if bound is None:
        return None
    if bound.bound is None:
        return evidence(EvidenceKind.HILBERT_BOUND, Verdict.UNDECIDED, Silence.OUT_OF_REACH, found=found)
    return hilbert_weighed(found, bound.bound, multiplicities, degree=bound.level, prime=bound.prime)


def hilbert_weighed(found: int, bound: int, multiplicities: Sequence[int] = (), *, degree: int, prime: int) -> Evidence:
    """Evidence from a proved bound on the number of solutions with multiplicity."""
    goal = found + sum(multiplicities)
    outcome = Verdict.NO if goal > bound else Verdict.YES if goal == bound else Verdict.UNDECIDED
    return evidence(
        EvidenceKind.HILBERT_BOUND,
        outcome,
        found=found,
        bound=bound,
        degree=degree,
        prime=prime,
        multiplicities=tuple(sorted(multiplicities)),
    )
