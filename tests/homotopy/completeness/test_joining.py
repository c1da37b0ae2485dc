"""How evidence is joined: on pieces made by hand, so that every rule is seen alone."""

from __future__ import annotations

from itertools import permutations

import pytest

import polysys as ps
from homotopy.completeness.evidence import Evidence, evidence
from homotopy.completeness.exact_evidence import (
    exact_count_evidence,
    hilbert_weighed,
    no_exact_count,
)
from homotopy.completeness.verdict import best_bound, join, joined, support
from homotopy.status import Completeness, EvidenceKind, Silence, StartCount, Verdict
from polysys.root_count import RootCount, RootCountKind

LAND = ps.expression("x^4/4 - x^2/2 + x*y/7 + y^4").sample()
FAMILIES = ps.expression("x*y + (x + x^3)*z").sample()
WIDE = ps.expression("10^300*x^4 - x^2").sample()
GLASS = ps.SphericalPSpin(n=3, p=3).sample(1)
PROVED, SUPPORTED, UNKNOWN, CONTRADICTED = (
    Completeness.PROVED, Completeness.SUPPORTED, Completeness.UNKNOWN, Completeness.CONTRADICTED,
)  # fmt: skip


def bound(found: int, value: int, *, excludes_families: bool = True) -> Evidence:
    outcome = Verdict.YES if found == value else Verdict.NO if found > value else Verdict.UNDECIDED
    numbers = {"found": found, "bound": value, "bound_name": "a bound", "reference": "nobody"}
    return evidence(EvidenceKind.UPPER_BOUND, outcome, **numbers, excludes_families=excludes_families)


def paths(
    outcome: Verdict = Verdict.YES,
    kind: EvidenceKind = EvidenceKind.PATHS,
    count: StartCount = StartCount.MIXED_VOLUME,
    **numbers: int,
) -> Evidence:
    account = {"tracked": 9, "regular": 5, "duplicate": 0, "singular": 0, "at_infinity": 4, "failed": 0}
    others = {"found": 5, "root_count": 9, "n_beyond_paths": 0, "n_entangled": 0, "may_be_huge": False}
    return evidence(kind, outcome, **{**account, **others, **numbers}, start="by hand", count=count.value)


def multiplicities(outcome: Verdict) -> Evidence:
    numbers = {"found": 5, "multiplicities": (4,), "bound": 9, "bound_name": "a bound", "reference": "nobody"}
    return evidence(EvidenceKind.MULTIPLICITIES, outcome, **numbers, is_origin=True)


def real_proof(outcome: Verdict) -> Evidence:
    return evidence(EvidenceKind.REAL_PROOF, outcome, n_real=3, n_found=0, n_boxes=100, n_left=0, n_unknowns=2)


CLOSED = evidence(EvidenceKind.CONJUGATES, Verdict.YES)
OPEN = bound(5, 9)
EXACT = exact_count_evidence(5, degree=5, primes=(101, 103))

RULES = {
    "nothing but a bound that is not met": ([OPEN], UNKNOWN),
    "a bound that is met": ([bound(9, 9)], PROVED),
    "more than a bound": ([bound(10, 9)], CONTRADICTED),
    "a Hilbert bound that is met": ([OPEN, hilbert_weighed(5, 5, degree=4, prime=101)], PROVED),
    "a Hilbert bound that is not met": ([OPEN, hilbert_weighed(5, 6, degree=4, prime=101)], UNKNOWN),
    "more than a Hilbert bound": ([OPEN, hilbert_weighed(5, 4, degree=4, prime=101)], CONTRADICTED),
    "multiplicities that fill a bound": ([OPEN, multiplicities(Verdict.YES)], PROVED),
    "multiplicities that do not": ([OPEN, multiplicities(Verdict.UNDECIDED)], UNKNOWN),
    "the exact count": ([OPEN, EXACT], SUPPORTED),
    "the exact count with multiplicities": ([OPEN, exact_count_evidence(5, degree=9, distinct=6, multiplicities=[4])], SUPPORTED),
    "every distinct solution": ([OPEN, exact_count_evidence(5, degree=9, distinct=6, multiplicities=[3])], SUPPORTED),
    "simple solutions that are missing": ([OPEN, paths(), exact_count_evidence(5, degree=7, distinct=7)], UNKNOWN),
    "more than the exact count": ([OPEN, paths(), exact_count_evidence(5, degree=4)], CONTRADICTED),
    "multiple or missing, whatever the paths say": (
        [OPEN, paths(), exact_count_evidence(5, degree=9, distinct=6)],
        UNKNOWN,
    ),
    "families, whatever the paths say": (
        [OPEN, paths(), exact_count_evidence(5, degree=None, dimension=1)],
        UNKNOWN,
    ),
    "an exact count out of reach": ([OPEN, no_exact_count(5)], UNKNOWN),
    "primes that do not agree": ([OPEN, no_exact_count(5, Silence.NO_AGREEMENT)], UNKNOWN),
    "a conjugate is missing": ([OPEN, EXACT, evidence(EvidenceKind.CONJUGATES, Verdict.NO)], CONTRADICTED),
    "a proof for another list": (
        [OPEN, evidence(EvidenceKind.REAL_PROOF, Verdict.UNDECIDED, Silence.OTHER_CENSUS)],
        UNKNOWN,
    ),
    "paths that failed": ([OPEN, paths(Verdict.UNDECIDED, failed=1, at_infinity=3)], UNKNOWN),
}


@pytest.mark.parametrize(("pieces", "expected"), RULES.values(), ids=RULES.keys())
def test_each_rule_whatever_the_order_of_the_evidence(pieces: list[Evidence], expected: Completeness) -> None:
    for order in permutations([*pieces, CLOSED]):
        report = join(LAND, order)
        assert report.verdict is expected
        assert report.reason
        assert report.evidence == order


def test_a_generic_count_that_is_met_supports_and_the_account_of_the_paths_alone_does_not() -> None:
    def lost(count: StartCount) -> list[Evidence]:
        numbers = {"found": 5, "root_count": 5, "tracked": 5, "regular": 4, "failed": 1, "at_infinity": 0}
        return [OPEN, paths(Verdict.YES, EvidenceKind.GENERIC_COUNT, count, **numbers)]

    grounds = [count for count in StartCount if count.is_generic]
    assert len(grounds) == 4
    for pieces in [*map(lost, grounds), [OPEN, paths(), EXACT]]:
        assert join(LAND, pieces).verdict is SUPPORTED
    assert join(LAND, [OPEN, paths()]).verdict is UNKNOWN and support([OPEN, paths()]) is None


def test_a_symmetry_that_moves_points_forbids_all_support_but_a_finite_degree() -> None:
    assert join(FAMILIES, [OPEN, paths()]).verdict is UNKNOWN
    assert join(FAMILIES, [bound(9, 9, excludes_families=False)]).verdict is UNKNOWN
    assert join(FAMILIES, [bound(9, 9)]).verdict is PROVED
    assert join(FAMILIES, [OPEN, EXACT]).verdict is SUPPORTED


def test_classes_at_infinity_in_a_chart_are_not_seen_by_the_exact_count() -> None:
    report = join(GLASS, [bound(5, 7), EXACT, paths()])
    assert report.verdict is UNKNOWN and "2 of 7 classes" in report.reason


def test_a_real_proof_raises_the_verdict_on_the_real_list_alone() -> None:
    for pieces, on_complex in (([OPEN], UNKNOWN), ([OPEN, EXACT], SUPPORTED)):
        report = join(LAND, [*pieces, real_proof(Verdict.YES)])
        assert (report.verdict, report.complex_verdict) == (PROVED, on_complex)
        assert "real points" in report.reason
    assert join(LAND, [bound(9, 9), real_proof(Verdict.YES)]).complex_verdict is None
    assert join(LAND, [OPEN, real_proof(Verdict.UNDECIDED)]).verdict is UNKNOWN
    assert join(LAND, [bound(9, 9), real_proof(Verdict.NO)]).verdict is CONTRADICTED
    assert join(LAND, [evidence(EvidenceKind.CONJUGATES, Verdict.NO), real_proof(Verdict.YES)]).verdict is CONTRADICTED


STOPPED = paths(Verdict.UNDECIDED, tracked=5, at_infinity=0)
EULER = evidence(EvidenceKind.EULER, Verdict.NO, sum=3, expected=1)
NO_CONJUGATE = evidence(EvidenceKind.CONJUGATES, Verdict.NO)


@pytest.mark.parametrize("land", [WIDE, LAND])
def test_a_short_list_may_fail_a_check_but_not_one_that_nothing_is_missing_from(land: ps.Landscape) -> None:
    """Where a solve was stopped, or coefficients are of very different sizes; whatever the order of the evidence."""
    stopped = [] if land is WIDE else [STOPPED]
    for failed in (EULER, NO_CONJUGATE):
        for order in permutations([OPEN, failed, *stopped]):
            assert join(land, order).verdict is UNKNOWN
        for more in (hilbert_weighed(5, 5, degree=4, prime=101), hilbert_weighed(5, 4, degree=4, prime=101), EXACT):
            for order in permutations([OPEN, failed, more, *stopped]):
                assert join(land, order).verdict is CONTRADICTED
        assert join(land, [bound(9, 9), failed, *stopped]).verdict is CONTRADICTED
    for order in permutations([OPEN, EULER, real_proof(Verdict.YES), *stopped]):
        assert join(land, order).verdict is CONTRADICTED
    assert join(land, [OPEN, NO_CONJUGATE, real_proof(Verdict.YES), *stopped]).complex_verdict is UNKNOWN


def test_further_evidence_takes_the_place_of_its_kind() -> None:
    first = join(LAND, [OPEN, no_exact_count(5)])
    second = joined(LAND, first, [EXACT])
    assert (first.verdict, second.verdict) == (UNKNOWN, SUPPORTED)
    assert second == joined(LAND, second, [EXACT])
    assert [e.kind for e in second.evidence] == [EvidenceKind.UPPER_BOUND, EvidenceKind.EXACT_COUNT]


@pytest.mark.parametrize(
    ("numbers", "outcome", "silence"),
    [
        ({"degree": 5}, Verdict.YES, None),
        ({"degree": 4}, Verdict.NO, None),
        ({"degree": 6}, Verdict.UNDECIDED, Silence.MULTIPLE_OR_MISSING),
        ({"degree": 6, "distinct": 6}, Verdict.UNDECIDED, Silence.MISSING),  # one simple solution is missing
        (
            {"degree": 7, "distinct": 6},
            Verdict.UNDECIDED,
            Silence.MULTIPLE_OR_MISSING,
        ),  # one of multiplicity two, perhaps
        ({"degree": 8, "distinct": 7}, Verdict.UNDECIDED, Silence.MISSING),  # at least six are simple
        ({"degree": 7, "distinct": 4}, Verdict.UNDECIDED, Silence.NO_AGREEMENT),
        ({"degree": 7, "distinct": 8}, Verdict.UNDECIDED, Silence.NO_AGREEMENT),
        ({"degree": 7, "multiplicities": [2], "distinct": 6}, Verdict.YES, None),
        ({"degree": 7, "multiplicities": [2], "distinct": 7}, Verdict.UNDECIDED, Silence.MISSING),  # two close ones
        ({"degree": 7, "multiplicities": [2]}, Verdict.UNDECIDED, Silence.MULTIPLE_OR_MISSING),
        ({"degree": 6, "multiplicities": [2]}, Verdict.NO, None),
        ({"degree": 9, "multiplicities": [2], "distinct": 6}, Verdict.YES, None),
        ({"degree": 9, "multiplicities": [2], "distinct": 7}, Verdict.UNDECIDED, Silence.MULTIPLE_OR_MISSING),
        ({"degree": 4, "distinct": 4}, Verdict.NO, None),
        ({"degree": None, "dimension": 1}, Verdict.UNDECIDED, Silence.FAMILIES),
        ({"degree": None, "dimension": 1, "is_finite": True}, Verdict.NO, None),
    ],
)
def test_what_an_exact_count_says_of_five_certified_solutions(
    numbers: dict, outcome: Verdict, silence: Silence | None
) -> None:
    found = exact_count_evidence(5, primes=(101, 103), **numbers)
    assert (found.outcome, found.silence) == (outcome, silence)
    assert "101 and 103" in found.detail or silence is Silence.NO_AGREEMENT


def test_a_simple_solution_is_missed_by_no_exact_count() -> None:
    """s simple and m double solutions: degree s + 2 m, s + m distinct; one simple solution of the list is not found."""
    for s in range(1, 7):
        for m in range(4):
            full = exact_count_evidence(s, degree=s + 2 * m, distinct=s + m, multiplicities=[2] * m)
            short = exact_count_evidence(s - 1, degree=s + 2 * m, distinct=s + m, multiplicities=[2] * m)
            assert full.outcome is Verdict.YES
            assert (short.outcome, short.silence) == (Verdict.UNDECIDED, Silence.MISSING)


def test_every_kind_has_a_sentence_for_every_outcome() -> None:
    samples = [
        OPEN,
        paths(),
        EXACT,
        multiplicities(Verdict.YES),
        real_proof(Verdict.YES),
        hilbert_weighed(5, 6, degree=4, prime=101),
    ]
    for piece in samples:
        for outcome in Verdict:
            again = Evidence(piece.kind, outcome, piece.numbers)
            assert again.detail != "as stated, without numbers"
    for kind in EvidenceKind:
        assert evidence(kind, Verdict.UNDECIDED, Silence.OUT_OF_REACH).detail


def test_the_best_bound_is_the_least_that_is_proved():
    """Of the 2-2-2 network the mixed volume allows 1089 and the Hilbert function 225, which is the number that is printed."""
    allowed = RootCount(9, RootCountKind.UPPER_BOUND, "a bound", "nobody", "")
    for more, least in (([], 9), ([hilbert_weighed(5, 6, degree=4, prime=101)], 6), ([hilbert_weighed(5, 12, degree=4, prime=101)], 9)):
        assert best_bound([allowed], join(LAND, [OPEN, *more])) == least
    assert best_bound([], join(LAND, [OPEN])) is None
