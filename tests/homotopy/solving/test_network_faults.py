"""Injected trouble for networks and layered glasses: recovered or reported, never miscounted."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import homotopy as ho
import homotopy.engines.tracker.strata
import polysys as ps
from homotopy.engines.base import Request, TrackedPaths
from homotopy.engines.starts import cache
from homotopy.engines.starts.start_set import Ground, Stratum, StratumEvidence, family_digest
from homotopy.engines.tracker.driver import track
from homotopy.engines.tracker.engine import TrackerEngine
from homotopy.engines.tracker.options import TrackerOptions
from homotopy.engines.tracker.strata import track_stratum
from homotopy.solving import exact_algebra, rounds
from homotopy.status import EvidenceKind, PathStatus
from polysys.tape import trace

CLAIMS = (ho.Completeness.PROVED, ho.Completeness.SUPPORTED)


def chain(c: Fraction) -> ps.Landscape:
    """V = (w_1 w_2 - c)^2 / 2 + (w_1^2 + w_2^2) / 2.

    With r = w_1 w_2 - c: w_2 r = -w_1 and w_1 r = -w_2, so r = -1, w_1 = w_2, w_1^2 = c - 1, or r = 1, w_1 = -w_2,
    w_1^2 = -c - 1, or the origin: five solutions, of which three meet at c = 1.
    """
    return ps.DeepLinear(widths=(1, 1, 1), data=([[1]], [[c]]), l2=[1, 1]).sample()


def quadratic(y: Fraction) -> ps.Landscape:
    """V = (a w^2 - y)^2 / 2 + 3 w^2 / 2 + 3 a^2 / 8.

    Off the origin r = a w^2 - y = -3 / (2 a), w^2 = a^2 / 2 and a^4 - 2 y a + 3 = 0, whose roots are simple but for
    (a - 1)^2 (a^2 + 2 a + 3) at y = 2: nine solutions; with the origin one real one below y = 2, five above.
    """
    return ps.PolynomialNetwork(widths=(1, 1, 1), activation="z^2", data=([[1]], [[y]]), l2=[3, "3/4"]).sample()


def circles(d: Fraction) -> ps.Landscape:
    """x A y on two circles, A = diag(1, 1 + d): two classes of singular vectors, a continuum for d = 0."""
    return ps.LayeredSpinGlass(widths=(2, 2)).from_tensor([[1, 0], [0, 1 + d]])


@pytest.mark.parametrize("exponent", [4, 8, 12])
@pytest.mark.parametrize(
    ("make", "at", "n", "below", "above"), [(chain, 1, 5, 1, 3), (quadratic, 2, 9, 1, 5)], ids=["linear", "quadratic"]
)
def test_solutions_about_to_meet_are_told_apart(
    make: Any, at: int, n: int, below: int, above: int, exponent: int
) -> None:
    for sign, n_real in ((-1, below), (1, above)):
        c = ho.census(make(at + sign * Fraction(1, 10**exponent)), engine="tracker")
        assert (c.n_complex, c.n_real, c.n_undecided) == (n, n_real, 0)
        assert c.completeness.verdict is ho.Completeness.PROVED
        assert c.euler[0] == c.euler[1]


@pytest.mark.parametrize(
    ("make", "at", "regular", "multiplicities"),
    [(chain, 1, 2, [3]), (quadratic, 2, 5, [2, 2])],
    ids=["linear", "quadratic"],
)
def test_where_solutions_meet_they_are_no_simple_ones(
    make: Any, at: int, regular: int, multiplicities: list[int]
) -> None:
    c = ho.census(make(Fraction(at)), engine="tracker", rounds=1)
    assert c.paths.regular == c.n_complex == regular
    assert c.paths.is_balanced and c.paths.tracked == regular + sum(multiplicities)
    assert [s.multiplicity for s in c.degenerate] == multiplicities
    if c.completeness.verdict is ho.Completeness.PROVED:
        assert all(s.is_multiplicity_proved for s in c.degenerate)


@pytest.mark.parametrize("exponent", [4, 8, 12])
def test_close_singular_values_are_two(exponent: int) -> None:
    c = ho.census(circles(Fraction(1, 10**exponent)), engine="tracker")
    assert (c.n_complex, c.completeness.verdict) == (2, ho.Completeness.PROVED)


def test_equal_singular_values_are_no_count() -> None:
    with pytest.raises(ps.PositiveDimensionalError):
        ho.census(circles(Fraction(0)), engine="tracker")


def scaled_network(e: int) -> ps.Landscape:
    """All couplings of a 2-1-2 network times 10^(2 e), by data times 10^e."""
    x, y = [["3/2", "-1/3"], [1, "2/5"]], [["1/7", 2], ["-5/4", "1/2"]]
    data = tuple([[Fraction(v) * Fraction(10) ** e for v in row] for row in rows] for rows in (x, y))
    l2 = [Fraction(v) * Fraction(10) ** (2 * e) for v in ("1/2", "1/3", "2/3", "3/4")]
    return ps.DeepLinear(widths=(2, 1, 2), data=data, l2=l2).sample()


def scaled_polynomial(e: int) -> ps.Landscape:
    """All couplings of a 2-1-1 network with z^2 times 10^(4 e): inputs times 10^e, targets times 10^(2 e)."""
    x, y = [["3/2", "-1/3", "1/2"], [1, "2/5", -1]], [["1/7", 2, "-1/2"]]
    inputs = [[Fraction(v) * Fraction(10) ** e for v in row] for row in x]
    targets = [[Fraction(v) * Fraction(10) ** (2 * e) for v in row] for row in y]
    l2 = [Fraction(v) * Fraction(10) ** (4 * e) for v in ("1/2", "1/3", "2/3")]
    return ps.PolynomialNetwork(widths=(2, 1, 1), activation="z^2", data=(inputs, targets), l2=l2).sample()


def scaled_glass(e: int) -> ps.Landscape:
    """A 2 x 2 x 2 tensor: six classes (Friedland & Ottaviani 2014)."""
    entries = np.array([3, -1, 2, 5, -4, 1, 7, 2], object).reshape(2, 2, 2)
    return ps.LayeredSpinGlass(widths=(2, 2, 2)).from_tensor(entries * Fraction(10) ** e)


@pytest.mark.parametrize(
    ("make", "exponent"),
    [(scaled_network, 4), (scaled_polynomial, 2), (scaled_glass, 8)],
    ids=["deep linear", "polynomial", "layered"],
)
def test_couplings_times_1e8_and_1e_8_change_no_count(make: Any, exponent: int) -> None:
    plain, *scaled = (ho.census(make(e), engine="tracker") for e in (0, exponent, -exponent))
    assert plain.completeness.verdict in CLAIMS
    if make is not scaled_polynomial:
        assert plain.n_complex == {scaled_network: 17, scaled_glass: 6}[make]
    for c in scaled:
        assert (c.n_complex, c.by_index, c.run.rounds) == (plain.n_complex, plain.by_index, 1)
        assert c.completeness.verdict is plain.completeness.verdict


def test_a_real_way_through_a_triple_root_never_miscounts() -> None:
    """From c = 1/2 to c = 2 on the reals three of the chain's five solutions meet on the way, at c = 1."""
    start, target = chain(Fraction(1, 2)), chain(Fraction(2))

    def solutions(c: float) -> Any:
        a, b = np.sqrt(c - 1 + 0j), np.sqrt(-c - 1 + 0j)
        return np.array([[0, 0], [a, a], [-a, -a], [b, -b], [-b, b]])

    p0, p1 = ([float(v) for v in land.parameters] for land in (start, target))
    ends = track(start.parametric_tapes.equations, p0, solutions(0.5), p1, TrackerOptions(n_retries=1))
    assert sum(ends.counts().values()) == 5
    found = ends.regular()
    distance = np.abs(found[:, None] - solutions(2.0)[None]).max(axis=2)
    assert distance.min(axis=1).max() < 1e-8
    assert len(set(distance.argmin(axis=1).tolist())) == len(found)
    assert len(found) >= 2  # the two that meet nothing


FAMILIES = {
    "layered-spin-glass:widths=2-2-2": 6,
    "polynomial-network:widths=1-1-1,activation=z^2,data=gaussian": 9,
}


@pytest.mark.parametrize(("label", "n"), FAMILIES.items(), ids=["layered", "polynomial"])
def test_a_changed_digit_of_a_start_file_is_noticed(
    label: str, n: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATIONARY_CACHE", str(tmp_path))
    land = ps.model_from_label(label).sample(1)
    cache.start_set(land)
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    for place in (len(whole) // 3, len(whole) // 2, len(whole) - 40):
        data = bytearray(whole)
        data[place] ^= 1
        file.write_bytes(data)
        found = cache.start_set(land)
        assert found is not None and found.n_solutions == n
        kept = cache.load(file, family_digest(land))
        assert kept is not None and kept.n_solutions == n


def failing(real: Any, is_chosen: Any) -> Any:
    """The tracker, with the first path of each round lost whose end point is chosen."""

    def run(self: TrackerEngine, request: Request) -> TrackedPaths | None:
        found: TrackedPaths | None = real(self, request)
        assert found is not None
        x = found.x.copy()
        row = next(k for k, s in enumerate(found.status) if s is PathStatus.REGULAR and is_chosen(x[k]))
        x[row] = np.nan
        return replace(found, x=x, status=(*found.status[:row], PathStatus.FAILED, *found.status[row + 1 :]))

    return run


def test_as_many_solutions_as_a_generic_member_has_are_all_whatever_the_paths_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lost end point is the conjugate of another one, so that the 225 certified solutions are all there are."""
    # neither real nor imaginary: the conjugate is no mirror image
    lost = failing(TrackerEngine.run, lambda x: np.minimum(np.abs(x.real), np.abs(x.imag)).max() > 1e-3)
    monkeypatch.setattr(TrackerEngine, "run", lost)
    c = ho.census("deep-linear:widths=2-2-2,data=gaussian", seed=2026, engine="tracker")
    assert (c.n_complex, c.paths.failed, c.run.rounds) == (225, 2, 1)
    assert c.completeness.verdict is ho.Completeness.PROVED
    path = tmp_path / "census.json"
    c.save(path)
    assert ho.verify(path).is_ok
    paths = c.completeness.evidence[0]
    assert paths.kind is EvidenceKind.GENERIC_COUNT and paths["root_count"] == 225
    forged = replace(paths, numbers=tuple((name, 224 if name == "root_count" else x) for name, x in paths.numbers))
    evidence = (forged, *c.completeness.evidence[1:])
    replace(c, completeness=replace(c.completeness, evidence=evidence)).save(path)
    assert [check.name for check in ho.verify(path).checks if not check.is_ok] == ["counts", "completeness"]


def test_a_real_solution_that_every_round_loses_leaves_the_count_unproved(monkeypatch: pytest.MonkeyPatch) -> None:
    land = scaled_network(0)
    real = [k for k in ho.census(land, engine="tracker").points if any(k.coordinates)]
    assert real  # besides the origin
    lost = failing(TrackerEngine.run, lambda x: x.any() and np.abs(x.imag).max() < 1e-9)
    monkeypatch.setattr(TrackerEngine, "run", lost)
    assert ho.census(land, engine="tracker", rounds=1).n_complex == 17  # exact algebra finds them
    monkeypatch.setattr(exact_algebra, "MOST_PARAMETRISED", -1)
    monkeypatch.setattr(rounds, "followed", lambda tracked, _: (tracked, 0))
    c = ho.census(land, engine="tracker", rounds=1)
    assert c.n_complex == 15
    assert c.completeness.verdict not in CLAIMS


def test_a_jump_to_a_mirror_image_is_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    """x^2 = p, y^2 = q up to the sign of x: two paths, of which the second one is made to end with the first."""
    square = trace(lambda x, p: [x[0] * x[0] - p[0], x[1] * x[1] - p[1]], 2, 2)
    signs = np.array([[1, 1], [-1, 1]], np.int8)
    start = np.array([1j, 2j])
    x0, y0 = 1j**0.5, 2j**0.5
    stratum = Stratum((0, 1), signs, start, np.array([[x0, y0], [x0, -y0]]), StratumEvidence(Ground.GIVEN))
    real, calls, n_jumps = homotopy.engines.tracker.strata.track, [], 1

    def jump(*arguments: Any, **choices: Any) -> Any:
        ends = real(*arguments, **choices)
        calls.append(len(ends.solutions))
        if len(calls) <= n_jumps:
            ends.solutions[-1, 1] = ends.solutions[-1, 0] * [-1, 1]
        return ends

    monkeypatch.setattr(homotopy.engines.tracker.strata, "track", jump)
    targets = np.array([[1, 1], [4, 9], [2, 3]], complex)
    for n_jumps, expected in ((1, [6, 0]), (2, [5, 1])):  # noqa: B007 - read by `jump`
        calls.clear()
        ends = track_stratum(square, stratum, targets)
        assert calls == [3, 1]  # only the sample concerned
        assert [ends.counts()[s] for s in (PathStatus.REGULAR, PathStatus.DUPLICATE)] == expected


def test_a_jump_to_a_smaller_stratum_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    """x (x^2 - p) = y (y^2 - q) = 0 off the axes: a path that ends with x = 0 belongs to another zero pattern."""
    cubes = trace(lambda x, p: [x[k] * (x[k] * x[k] - p[k]) for k in range(2)], 2, 2)
    start = np.array([1j, 2j])
    points = np.array([[a * 1j**0.5, b * 2j**0.5] for a in (1, -1) for b in (1, -1)])
    stratum = Stratum((0, 1), np.ones((1, 2), np.int8), start, points, StratumEvidence(Ground.GIVEN))
    real = homotopy.engines.tracker.strata.track

    def jump(*arguments: Any, **choices: Any) -> Any:
        ends = real(*arguments, **choices)
        ends.solutions[0, 2, 0] = 1e-17
        return ends

    monkeypatch.setattr(homotopy.engines.tracker.strata, "track", jump)
    targets = np.array([[1, 1]], complex)
    for smaller, n_failed in (([(1,)], 1), ([()], 0), ([], 0)):
        ends = track_stratum(cubes, stratum, targets, smaller=smaller)
        assert ends.counts()[PathStatus.FAILED] == n_failed
