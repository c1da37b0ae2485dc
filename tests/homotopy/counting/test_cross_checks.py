"""Censuses against other programs: known answers agree, wrong lists are contradicted, and other programs' failures say nothing."""

from __future__ import annotations

import json
import warnings
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import homotopy as ho
import polysys as ps
from homotopy.certification import matching
from homotopy.certification.zeros import certify
from homotopy.completeness.verdict import join
from homotopy.counting.cross_checks import DEGREE, REAL, Agreement, cross_check, require
from homotopy.counting.result import Census
from homotopy.errors import EngineMissingError
from homotopy.status import Completeness, EvidenceKind, Verdict
from polysys.errors import InputError, PolysysError
from tests.homotopy.handmade import FORMULATIONS, census_from, census_of, report_of, rotated_network, without

CLAIMS = (Completeness.PROVED, Completeness.SUPPORTED)


@cache
def count(label: str, seed: int = 1) -> Census:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # square-free couplings
        return ho.census(label, seed=seed)


def solved_by(census: Census):
    mids = [[complex(float(re), float(im)) for re, im in c.enclosure.mid] for c in census.certificates]
    return report_of(census.landscape, mids, census.paths.at_infinity)


# FACTS: Mehta et al. 2022, Bharadwaj & Hosten 2023 (deep linear); (2q-1)^dx for one neuron of degree q; Cartwright &
# Sturmfels 2013; Friedland & Ottaviani 2014; Nie & Ranestad 2009. docs/decisions/counts.md has the 33 of two quadratic neurons.
FAST = [
    ("deep-linear:widths=1-1-1,data=gaussian,m=1", 5),
    ("deep-linear:widths=1-1-2,data=gaussian,m=1", 9),
    ("deep-linear:widths=1-2-1,data=gaussian,m=1", 9),
    ("deep-linear:widths=2-1-2,data=gaussian,m=2", 17),
    ("deep-linear:widths=1-1-1-1,data=gaussian,m=1", 17),
    ("polynomial-network:widths=1-1-1,activation=z^2,data=gaussian,m=3,output=trained", 9),
    ("polynomial-network:widths=2-1-1,activation=z^2,data=gaussian,m=3,output=fixed", 9),
    ("spherical-p-spin:n=2,p=3", 3),
    ("spherical-p-spin:n=3,p=3", 7),
    ("spherical-p-spin:n=4,p=3", 15),
    ("spherical-p-spin:n=3,p=4", 13),
    ("spherical-p-spin:n=2,p=3,field=0.3", 6),
    ("layered-spin-glass:widths=2-2-2", 6),
]
SLOW = [
    ("deep-linear:widths=1-2-2,data=gaussian,m=1", 33),
    ("deep-linear:widths=2-2-1,data=gaussian,m=2", 33),
    ("deep-linear:widths=2-2-2,data=gaussian,m=1", 33),
    ("deep-linear:widths=1-3-2,data=gaussian,m=1", 73),
    ("deep-linear:widths=1-1-1-2,data=gaussian,m=1", 33),
    ("deep-linear:widths=2-1-1-2,data=gaussian,m=2", 81),
    ("deep-linear:widths=1-2-2-1,data=gaussian,m=1", 129),
    ("deep-linear:widths=1-1-1-1-1,data=gaussian,m=1", 49),
    ("deep-linear:widths=2-2-2,data=iris", 225),
    ("polynomial-network:widths=2-1-1,activation=z^3,data=gaussian,m=6,output=fixed", 25),
    ("polynomial-network:widths=2-1-1,activation=z^2,data=gaussian,m=3,output=trained", 33),
    ("polynomial-network:widths=1-2-1,activation=z^2,data=gaussian,m=1,output=trained", 33),
    ("polynomial-network:widths=2-2-1,activation=z^2,data=gaussian,m=3,output=fixed", 33),
    ("spherical-p-spin:n=5,p=3", 31),
    ("spherical-p-spin:n=4,p=4", 40),
    ("spherical-p-spin:n=3,p=3,field=0.3", 14),
    ("layered-spin-glass:widths=2-2-3", 8),
    ("layered-spin-glass:widths=2-3-3", 15),
    ("layered-spin-glass:widths=3-3-3", 37),
]


def check(label: str, expected: int) -> None:
    census = count(label)
    result = cross_check(census, ("msolve",))
    assert census.n_complex == expected
    assert result[DEGREE].theirs == (expected, expected)
    assert result[REAL].theirs == (census.n_real_classes,)
    assert {c.agreement for c in result.comparisons} == {Agreement.AGREES}, result
    assert result.completeness.verdict in CLAIMS and not result.is_contradicted


@pytest.mark.symbolic
@pytest.mark.phcpack
@pytest.mark.parametrize(("label", "expected"), FAST)
def test_known_counts_are_msolves_degrees_and_real_roots(label: str, expected: int) -> None:
    check(label, expected)


@pytest.mark.slow
@pytest.mark.symbolic
@pytest.mark.phcpack
@pytest.mark.parametrize(("label", "expected"), SLOW)
def test_larger_known_counts_are_msolves_degrees_and_real_roots(label: str, expected: int) -> None:
    check(label, expected)


@pytest.mark.symbolic
@pytest.mark.parametrize("make", FORMULATIONS.values(), ids=FORMULATIONS.keys())
def test_every_list_with_a_solution_or_a_pair_removed_disagrees_and_is_not_claimed(make) -> None:
    """Each solution in turn, with its conjugate; msolve's degree notices every one, its real roots every real one."""
    census = make()
    assert all(c.agreement is Agreement.AGREES for c in cross_check(census, ("msolve",)).comparisons)
    solved = solved_by(census)
    for k, certificate in enumerate(solved.certificates):
        pair = [k]
        if certificate.reality is Verdict.NO:
            conjugate = [(re, -im) for re, im in certificate.enclosure.mid]
            distance = [
                max(abs(a[0] - b[0]) + abs(a[1] - b[1]) for a, b in zip(c.enclosure.mid, conjugate, strict=True))
                for c in solved.certificates
            ]
            pair.append(distance.index(min(distance)))
        result = cross_check(census_from(census.landscape, without(solved, pair)), ("msolve",))
        assert result[DEGREE].agreement is Agreement.DISAGREES
        real = Agreement.AGREES if certificate.reality is Verdict.NO else Agreement.DISAGREES
        assert result[REAL].agreement is real
        assert result.completeness.verdict in (Completeness.CONTRADICTED, Completeness.UNKNOWN)


@pytest.mark.symbolic
def test_a_missing_real_point_is_certified_from_its_box() -> None:
    census = FORMULATIONS["euclidean"]()
    result = cross_check(census_from(census.landscape, without(solved_by(census), [0])), ("msolve",))
    assert "1 of them certified now and not in the list" in result[REAL].detail
    assert "simple" in result[DEGREE].detail and "1 missing" in result[DEGREE].detail


@pytest.mark.symbolic
def test_an_unknown_verdict_becomes_supported_when_the_degree_leaves_no_room() -> None:
    """The rotated network 1-1-1: five solutions, no bound below nine, and here paths that failed."""
    census = rotated_network()
    solved = solved_by(census)
    paths = replace(solved.paths, at_infinity=solved.paths.at_infinity - 1, failed=1)
    doubtful = census_from(census.landscape, replace(solved, paths=paths))
    told = [e for e in doubtful.completeness.evidence if e.kind is not EvidenceKind.EXACT_COUNT]
    doubtful = replace(doubtful, completeness=join(census.landscape, told))  # as if the exact count were out of reach
    assert doubtful.completeness.verdict is Completeness.UNKNOWN
    judged = cross_check(doubtful, ("msolve",)).completeness
    assert judged.verdict is Completeness.SUPPORTED
    assert "degree of the ideal modulo two primes" in judged.reason


@pytest.mark.symbolic
def test_classes_that_lie_at_infinity_in_the_chart_stay_unknown() -> None:
    """diag(1, 2) with an eigenvector on which the chart vanishes: the degree counts what the chart sees."""
    land = ps.SphericalPSpin(n=2, p=2).sample(1)
    a, b = land.formulation.charts[0]
    # eigenvectors (b, -a), on which a x + b y = 0, and (a, b)
    form = f"({b}*x - ({a})*y)^2 + 3*({a}*x + ({b})*y)^2"
    hidden = ps.expression(form, "sphere").sample()
    assert hidden.formulation.charts == land.formulation.charts
    point = [float(a), float(b)]
    scale = sum(c * c for c in point)
    census = census_of(hidden, [[point[0] / scale, point[1] / scale, 6 * scale]])
    assert census.n_complex == 1 and census.completeness.verdict not in CLAIMS
    # only the Euler characteristic notices that a class is missing
    pieces = [e for e in census.completeness.evidence if e.outcome is not Verdict.NO]
    unknown = replace(census, completeness=join(hidden, pieces))
    assert unknown.completeness.verdict is Completeness.UNKNOWN
    result = cross_check(unknown, ("msolve",))
    assert result[DEGREE].agreement is Agreement.AGREES
    assert result.completeness.verdict is Completeness.UNKNOWN


@pytest.mark.symbolic
def test_multiple_solutions_are_told_from_missing_ones() -> None:
    """V' = (x - 1)^2 (x + 2): degree 3, two distinct, one simple; with the simple one missing, something is missing."""
    land = ps.expression("x^4/4 - 3/2*x^2 + 2*x").sample()
    complete = cross_check(census_of(land, [[-2]]), ("msolve",))
    assert complete[DEGREE].theirs == (3, 3)
    assert "2 distinct: 1 certified simple ones, and 1 that are multiple" in complete[DEGREE].detail
    assert {c.agreement for c in complete.comparisons} == {Agreement.UNDECIDED}
    assert not complete.is_contradicted
    wrong = cross_check(census_of(land, []), ("msolve",))
    assert wrong[DEGREE].agreement is Agreement.DISAGREES and "at least 1 missing" in wrong[DEGREE].detail
    assert wrong.completeness.verdict is Completeness.CONTRADICTED


@pytest.mark.symbolic
def test_a_landscape_without_stationary_points_agrees_with_an_empty_ideal() -> None:
    census = ho.census(ps.expression("x + y^2"))
    result = cross_check(census)
    assert census.n_complex == 0 and result[DEGREE].theirs == (0, 0) and result[REAL].theirs == (0,)
    assert {c.agreement for c in result.comparisons} == {Agreement.AGREES}


@pytest.mark.symbolic
def test_a_curve_of_stationary_points_is_named_with_its_dimension() -> None:
    """(x y - 1)^2 + z^4 - z^2: the curves x y = 1 at three heights, and three isolated points on the axis."""
    land = ps.expression("(x*y - 1)^2 + z^4 - z^2").sample()
    points = [[0, 0, 0], [0, 0, 0.5**0.5], [0, 0, -(0.5**0.5)]]
    census = census_of(land, points)
    assert census.n_complex == 3 and census.completeness.verdict is Completeness.UNKNOWN
    result = cross_check(census, ("msolve",))
    assert {c.agreement for c in result.comparisons} == {Agreement.UNDECIDED}
    assert "dimension 1" in result[DEGREE].detail and "positive dimension" in result[REAL].detail
    claimed = replace(census, completeness=replace(census.completeness, verdict=Completeness.SUPPORTED))
    assert cross_check(claimed, ("msolve",)).completeness.verdict is Completeness.CONTRADICTED


@pytest.mark.parametrize(
    "label",
    ["deep-linear:widths=1-1-2,data=gaussian,m=1", "spherical-p-spin:n=3,p=3", "layered-spin-glass:widths=2-2-2"],
)
def test_a_second_run_finds_the_same_and_notices_what_was_removed(label: str) -> None:
    census = count(label)
    assert cross_check(census, ("second-run",)).comparisons[0].agreement is Agreement.AGREES
    wrong = replace(census, certificates=census.certificates[1:])
    result = cross_check(wrong, ("second-run",))
    assert result.comparisons[0].agreement is Agreement.DISAGREES
    assert result.completeness.verdict is Completeness.CONTRADICTED


@pytest.mark.phcpack
def test_phcpack_finds_the_same_and_notices_what_was_removed() -> None:
    census = count("deep-linear:widths=1-1-2,data=gaussian,m=1")
    (agreed,) = cross_check(census, ("phcpack",)).comparisons
    assert agreed.agreement is Agreement.AGREES and agreed.theirs == (9,)
    (noticed,) = cross_check(replace(census, certificates=census.certificates[1:]), ("phcpack",)).comparisons
    assert noticed.agreement is Agreement.DISAGREES


@pytest.mark.bertini
@pytest.mark.parametrize(
    ("label", "expected"), [("deep-linear:widths=1-1-1,data=gaussian,m=1", 5), ("spherical-p-spin:n=3,p=3", 7)]
)
def test_bertini_finds_the_same_and_notices_what_was_removed(label: str, expected: int, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    census = count(label)
    (agreed,) = cross_check(census, ("bertini",)).comparisons
    assert agreed.agreement is Agreement.AGREES and agreed.theirs == (expected,)
    (noticed,) = cross_check(replace(census, certificates=census.certificates[1:]), ("bertini",)).comparisons
    assert noticed.agreement is Agreement.DISAGREES
    assert not list(tmp_path.iterdir())  # bertini2 would keep its records here


@pytest.mark.slow
@pytest.mark.bertini
@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("spherical-p-spin:n=4,p=3", 15),
        ("spherical-p-spin:n=3,p=3,field=0.3", 14),
        ("polynomial-network:widths=2-2-1,activation=z^2,data=gaussian,m=3,output=fixed", 33),
        ("deep-linear:widths=2-1-2,data=gaussian,m=2", 17),
    ],
)
def test_larger_landscapes_against_bertini(label: str, expected: int) -> None:
    (found,) = cross_check(count(label), ("bertini",)).comparisons
    assert found.theirs == (expected,) and found.agreement is Agreement.AGREES, found


def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    """An msolve of our own; $* holds its arguments."""
    program = tmp_path / "msolve"
    program.write_text(f'#!/bin/sh\nif [ "$1" = -V ]; then echo 0.10.1; exit 0; fi\n{body}\n')
    program.chmod(0o755)
    monkeypatch.setenv("STATIONARY_MSOLVE", str(program))


@pytest.mark.parametrize(
    ("body", "limit", "agreement"), [("sleep 1000", 0.3, Agreement.TIMED_OUT), ("exit 7", 100.0, Agreement.FAILED)]
)
def test_a_program_that_fails_or_takes_too_long_says_nothing(tmp_path, monkeypatch, body, limit, agreement) -> None:
    fake(tmp_path, monkeypatch, body)
    census = FORMULATIONS["euclidean"]()
    result = cross_check(census, ("msolve",), time_limit=limit)
    assert {c.agreement for c in result.comparisons} == {agreement}
    assert {c.evidence.outcome for c in result.comparisons} == {Verdict.UNDECIDED}
    assert result.completeness.verdict is census.completeness.verdict and not result.is_contradicted


LIES = {
    "a root too few": "'[0, [1, [[[-1, -1], [0, 0]], [[1, 1], [0, 0]]]]]:'",
    "a root twice": "'[0, [1, [[[-1, -1], [0, 0]], [[0, 0], [0, 0]], [[0, 0], [0, 0]], [[1, 1], [0, 0]]]]]:'",
    "a root that is none": "'[0, [1, [[[-1, -1], [0, 0]], [[0, 0], [0, 0]], [[1, 1], [0, 0]], [[5, 5], [5, 5]]]]]:'",
    "a box beside its root": "'[0, [1, [[[-1, -1], [0, 0]], [[0, 0], [0, 0]], [[513 / 2^9, 514 / 2^9], [0, 0]]]]]:'",
}


@pytest.mark.parametrize("answer", LIES.values(), ids=LIES.keys())
def test_real_roots_that_do_not_match_one_to_one_disagree(tmp_path, monkeypatch, answer: str) -> None:
    """The double well has minima at (-1, 0) and (1, 0) and a saddle at the origin: degree 3."""
    truth = "'[x2, x1^3]:'"
    fake(tmp_path, monkeypatch, f'case "$*" in *"-g 1"*) echo {truth} > out.ms;; *) echo {answer} > out.ms;; esac')
    result = cross_check(FORMULATIONS["euclidean"](), ("msolve",))
    assert result[DEGREE].agreement is Agreement.AGREES
    assert result[REAL].agreement is Agreement.DISAGREES
    assert result.completeness.verdict is Completeness.CONTRADICTED


@pytest.mark.parametrize(
    ("leading", "words"), [("[x2, x1^2]:", "fewer than the 3 certified"), ("[x2]:", "dimension 1")]
)
def test_a_degree_that_is_too_small_or_a_curve_disagrees_with_a_proof(tmp_path, monkeypatch, leading, words) -> None:
    fake(tmp_path, monkeypatch, f"echo '{leading}' > out.ms")
    result = cross_check(FORMULATIONS["euclidean"](), ("msolve",))
    assert result[DEGREE].agreement is Agreement.DISAGREES and words in result[DEGREE].detail


def test_one_bad_prime_of_three_is_outvoted(tmp_path, monkeypatch) -> None:
    first = "if [ ! -e ../seen ] && [ ! -e \"$MARK\" ]; then touch \"$MARK\"; echo '[x2, x1^2]:' > out.ms; else echo '[x2, x1^3]:' > out.ms; fi"
    monkeypatch.setenv("MARK", str(tmp_path / "mark"))
    fake(tmp_path, monkeypatch, first)
    result = cross_check(FORMULATIONS["euclidean"](), ("msolve",))
    assert result[DEGREE].agreement is Agreement.AGREES and result[DEGREE].theirs == (3, 3)


def test_three_primes_that_all_differ_say_nothing(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("MARK", str(tmp_path / "mark"))
    fake(tmp_path, monkeypatch, 'echo . >> "$MARK"; echo "[x2, x1^$(($(wc -l < "$MARK") + 1))]:" > out.ms')
    assert cross_check(FORMULATIONS["euclidean"](), ("msolve",))[DEGREE].agreement is Agreement.UNDECIDED


def test_a_box_belongs_to_the_solution_whose_uniqueness_region_it_lies_in() -> None:
    tapes = ps.expression("x^3/3 - 2*x").sample().tapes
    known = certify(tapes, [[1.4], [-1.4]]).certificates
    (right,) = [k for k, c in enumerate(known) if c.enclosure.mid[0][0] > 0]
    e = known[right].enclosure
    root = e.mid[0][0]
    near, wide, beside = (
        [(root - e.radius, root + e.radius)], [(root - 2 * e.uniqueness, root)], [(root + 2 * e.radius, root + 3 * e.radius)]
    )  # fmt: skip
    found = matching.match_boxes([near, wide, beside], known)
    assert found.owner == (right, None, None) and found.strange == (1, 2) and len(found.lonely) == 1
    assert not found.is_one_to_one


def test_unknown_checks_and_limits_are_refused_before_any_work(monkeypatch) -> None:
    census = FORMULATIONS["euclidean"]()
    with pytest.raises(InputError, match="no cross-check 'magma'"):
        cross_check(census, ("magma",))
    with pytest.raises(InputError, match="not positive"):
        cross_check(census, (), time_limit=0)
    monkeypatch.setenv("STATIONARY_MSOLVE", "/nowhere/msolve")
    with pytest.raises(EngineMissingError):
        require(["msolve"])
    assert cross_check(census, ()).completeness.verdict is census.completeness.verdict


@pytest.mark.symbolic
def test_it_prints_itself_in_at_most_ten_lines_and_as_json() -> None:
    result = cross_check(FORMULATIONS["lagrange"](), ("msolve",))
    lines = repr(result).splitlines()
    assert len(lines) == 4 and all(len(line) < 250 for line in lines)
    assert "4 modulo" in lines[1] and "agrees" in lines[2] and "proved" in lines[3]
    summary = json.loads(json.dumps(result.summary()))
    assert summary["agrees"] is True
    assert [c["theirs"] for c in summary["comparisons"]] == [[4, 4], [4]]
    assert all(a["name"] != b["name"] for a, b in pairwise(summary["comparisons"]))


# Each has generic solutions on a zero pattern that is not closed: x = 0 kills dV/dy in the first, dV/dx remains.
OPEN_PATTERNS = [
    ("-4*x + 2*x*y^2 - 3*x*y", 2),  # x = 0 and 2 y^2 - 3 y = 4
    ("4*x^2*y + 4*x*y - y^2", 3),  # y = 0 and x^2 + x = 0, and one point with x = -1/2
    ("-2*x*y^2 - y^3 - 2*x*y - 4*x^2*y", 4),
    ("-4*x*y - 3*y^2 - 2*x^2*y", 3),
    ("-2*y^4 - 2*y - 3*x*y", 1),  # y = 0 and 3 x = -2
    ("3*x - 3*x^2*y + 2*x*y", 2),
]


@pytest.mark.symbolic
@pytest.mark.phcpack
@pytest.mark.parametrize(("text", "expected"), OPEN_PATTERNS)
def test_solutions_on_zero_patterns_that_are_not_closed_are_not_lost(text: str, expected: int) -> None:
    """Found by `test_random_potentials_agree_with_msolve`: the tracker's start sets had none of these, and nothing noticed."""
    census = ho.census(ps.expression(text))
    assert census.n_complex == expected
    assert all(c.agreement is Agreement.AGREES for c in cross_check(census, ("msolve",)).comparisons)


@pytest.mark.slow
@pytest.mark.symbolic
@pytest.mark.phcpack
@pytest.mark.parametrize("seed", range(5))
def test_random_potentials_agree_with_msolve(seed: int) -> None:
    """Sparse potentials with small coefficients, many of them degenerate: what is claimed complete is what msolve counts."""
    rng = np.random.default_rng(seed)
    n_claimed = 0
    for _ in range(60):
        n = int(rng.integers(1, 4))
        degree = int(rng.integers(2, 5))
        domain = "sphere" if n > 1 and rng.integers(2) else "euclidean"
        terms = []
        for exponents in rng.integers(0, degree + 1, (int(rng.integers(1, 7)), n)).tolist():
            if 0 < sum(exponents) <= degree:
                powers = "*".join(f"{v}^{a}" for v, a in zip("xyz", exponents, strict=False))
                terms.append(f"({rng.integers(-4, 5)})*{powers}")
        try:
            census = ho.census(ps.expression(" + ".join(terms), domain))
        except PolysysError:  # constant, empty, or with a continuous symmetry
            continue
        result = cross_check(census, ("msolve",), time_limit=120)
        assert not result.is_contradicted, f"{domain}: {' + '.join(terms)}\n{result}"
        n_claimed += census.completeness.verdict in CLAIMS
    assert n_claimed > 10


@pytest.mark.phcpack
@pytest.mark.parametrize(("text", "multiplicity"), [("x^3", 2), ("x^3 + y^3", 4), ("x^2*y^2 + x", 0)])
def test_landscapes_without_a_certifiable_point_are_empty(text: str, multiplicity: int) -> None:
    """A multiple point only, which is reported apart, or none on any zero pattern."""
    census = ho.census(ps.expression(text))
    assert census.n_complex == 0
    assert [s.multiplicity for s in census.degenerate] == [multiplicity] * (multiplicity > 0)
    assert census.completeness.verdict is not Completeness.CONTRADICTED
    assert census.completeness.verdict is Completeness.PROVED
