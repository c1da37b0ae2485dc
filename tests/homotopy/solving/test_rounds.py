"""A clean round is not the last word: members with very small couplings, and lists that a check contradicts."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import homotopy as ho
import polysys as ps
from homotopy.common.reporting import keeping_found
from homotopy.counting.batch import census_batch
from homotopy.engines.base import Request, TrackedPaths, request_for
from homotopy.engines.phcpack.engine import PHCpackEngine
from homotopy.engines.tracker.engine import TrackerEngine
from homotopy.engines.tracker.routes import gradual_way
from homotopy.errors import EngineCrashError, EngineTimeoutError
from homotopy.solving.rounds import solve
from homotopy.solving.without_paths import solve_without_paths
from homotopy.status import EvidenceKind, PathStatus, Verdict
from polysys.models.labels import model_from_label

PROVED = ho.Completeness.PROVED


def network(widths: tuple[int, ...], exponents: list[int], seed: int) -> ps.Landscape:
    """A network with two data and l2 values of about 10^-exponent, one for each weight."""
    rng = np.random.default_rng(seed)
    x, y = (
        [[Fraction(int(v), 100) for v in row] for row in rng.integers(-200, 200, (n, 2))]
        for n in (widths[0], widths[-1])
    )
    l2 = [
        Fraction(int(v), 1000) / 10**e for v, e in zip(rng.integers(500, 1500, len(exponents)), exponents, strict=True)
    ]
    return ps.DeepLinear(widths=widths, data=(x, y), l2=l2).sample()


@pytest.mark.parametrize("exponent", [8, 10, 12])
def test_small_weight_decays_lose_no_solution_of_a_chain(exponent: int) -> None:
    """(n - 1) 2^n + 1 = 5 solutions; with r = w_1 w_2 - 2 and e the small value, r^2 = e and w_2^2 = -(2 + r) / r."""
    e = Fraction(1, 10**exponent)
    c = ho.census(ps.DeepLinear(widths=(1, 1, 1), data=([[1]], [[2]]), l2=[1, e]).sample(), engine="tracker")
    assert (c.n_complex, c.paths.regular, c.run.rounds) == (5, 5, 1)
    assert c.completeness.verdict is PROVED
    root = float(e) ** 0.5
    largest = max(abs(float(p.coordinates[1].mid())) for p in c.points)
    assert largest == pytest.approx(((2 - root) / root) ** 0.5, rel=1e-9)


@pytest.mark.parametrize("place", [0, 3, 7])
@pytest.mark.parametrize("exponent", [8, 12])
def test_a_small_weight_decay_loses_no_solution_of_the_2_2_2_network(place: int, exponent: int) -> None:
    """225 solutions: the Gröbner degree of a generic member."""
    exponents = [exponent if k == place else 0 for k in range(8)]
    c = ho.census(network((2, 2, 2), exponents, 3 + place), engine="tracker")
    assert (c.n_complex, c.paths.regular) == (225, 225)
    assert c.euler == (1, 1)
    assert c.completeness.verdict is ho.Completeness.PROVED


def test_ways_to_members_without_small_couplings_are_straight() -> None:
    start = np.array([1j, 0.5, -2.0])
    for target in ([1.0, 1.0, 1.0], [1.0, 0.0, 1.0], [1e8, 1e8, -1e8]):
        way = gradual_way(start, np.array(target, complex))
        assert len(way) == 2
        np.testing.assert_array_equal(way[1], target)


def test_gradual_ways_end_exactly_at_the_target_and_shrink_evenly() -> None:
    rng = np.random.default_rng(1)
    start = rng.standard_normal(5) + 1j * rng.standard_normal(5)
    target = np.array([1.0, -1e-9, 0.0, 3e-14, 2.0], complex)
    way = gradual_way(start, target)
    np.testing.assert_array_equal(way[-1], target)
    sizes = np.array([np.abs(p[[1, 3]]) for p in way[1:]])
    assert (sizes[:-1] / sizes[1:] <= 31).all() and (sizes[:-1] > sizes[1:]).all()
    assert all(p[2] == 0 for p in way[1:])


def without(tracked: TrackedPaths, rows: list[int]) -> TrackedPaths:
    kept = [k for k in range(len(tracked.x)) if k not in rows]
    return replace(
        tracked, x=tracked.x[kept], rco=tracked.rco[kept], status=tuple(tracked.status[k] for k in kept),
        images=tuple(tracked.images[k] for k in kept), root_count=len(kept),
    )  # fmt: skip


def last_real(found: TrackedPaths) -> int:
    """The path to the real solution that is largest in its first coordinate."""
    is_real = [
        s is PathStatus.REGULAR and np.abs(x.imag).max() < 1e-9 for x, s in zip(found.x, found.status, strict=True)
    ]
    return int(np.argmax(np.where(is_real, found.x[:, 0].real, -np.inf)))


def forgetful(real: Any, blind_rounds: int) -> Any:
    """The tracker, silent about one real solution in its first rounds."""

    def run(self: TrackerEngine, request: Request) -> TrackedPaths | None:
        found: TrackedPaths | None = real(self, request)
        assert found is not None
        return without(found, [last_real(found)]) if request.round_number < blind_rounds else found

    return run


LANDSCAPES = [
    ps.expression("x^4/4 - x^2/2 + y^4/4 - y^2 + x/7 - y/9 + x*y/5"),
    ps.SphericalPSpin(n=4, p=(1, 3)).sample(5),
]


@pytest.mark.parametrize("landscape", LANDSCAPES, ids=["potential", "spins in a field"])
@pytest.mark.parametrize("blind_rounds", [1, 2])
def test_a_clean_round_that_a_check_contradicts_is_not_the_last(
    landscape: ps.Landscape, blind_rounds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One real solution is hidden: the alternating sum of the points is wrong, though all paths balance."""
    whole = ho.census(landscape)
    monkeypatch.setattr(TrackerEngine, "run", forgetful(TrackerEngine.run, blind_rounds))
    c = ho.census(landscape)
    assert c.run.rounds == blind_rounds + 1
    assert (c.n_complex, dict(c.by_index)) == (whole.n_complex, dict(whole.by_index))
    assert c.completeness.verdict is whole.completeness.verdict
    assert any("cannot be complete" in note or "did not balance" in note for note in c.run.attempts), c.run.attempts
    assert c.run.engine == ("tracker" if blind_rounds == 1 else "phcpack")


def test_what_every_round_misses_stays_contradicted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TrackerEngine, "run", forgetful(TrackerEngine.run, 9))
    monkeypatch.setattr("homotopy.solving.exact_algebra.MOST_PARAMETRISED", -1)  # exact algebra, which would find it
    c = ho.census(LANDSCAPES[0], engine="tracker")
    assert c.run.rounds == 3
    assert c.completeness.verdict is ho.Completeness.CONTRADICTED


def test_a_contradicted_sample_of_a_batch_is_solved_again(monkeypatch: pytest.MonkeyPatch) -> None:
    model = ps.SphericalPSpin(n=3, p=(1, 3))
    whole = [c.n_complex for c in census_batch(model, 2, range(4)) if isinstance(c, ho.Census)]
    real = TrackerEngine.run_together

    def run(*arguments: Any) -> Any:
        found = real(*arguments)
        k = next(k for k, x in enumerate(found[1].x) if np.abs(x.imag).max() < 1e-9)
        return [found[0], without(found[1], [k]), *found[2:]]

    monkeypatch.setattr(TrackerEngine, "run_together", run)
    again = census_batch(model, 2, range(4))
    assert [c.n_complex for c in again if isinstance(c, ho.Census)] == whole
    assert all(c.euler[0] == c.euler[1] for c in again if isinstance(c, ho.Census))


def lose_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """One path of the tracker fails in every round, and exact algebra does not say to which solution."""
    monkeypatch.setattr(TrackerEngine, "run", losing(TrackerEngine.run))
    monkeypatch.setattr("homotopy.solving.rounds.with_missing", lambda _, report, *__: report)


def losing(real: Any) -> Any:
    """The tracker, whose path to one real solution fails in every round."""

    def run(self: TrackerEngine, request: Request) -> TrackedPaths | None:
        found: TrackedPaths | None = real(self, request)
        assert found is not None
        last = last_real(found)
        status = tuple(PathStatus.FAILED if k == last else s for k, s in enumerate(found.status))
        return replace(found, status=status, follow=None)

    return run


def test_an_engine_that_cannot_end_in_time_is_not_started_and_other_paths_are_followed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lose_one(monkeypatch)
    monkeypatch.setattr(PHCpackEngine, "estimate", lambda *_: math.inf)
    monkeypatch.setattr(PHCpackEngine, "run", lambda *_: pytest.fail("it was started"))
    report = solve(LANDSCAPES[0].sample())
    assert (report.engine, report.rounds) == ("tracker", 3)
    assert any("PHCpack was not started" in note for note in report.attempts)


@pytest.mark.parametrize("error", [EngineTimeoutError("It took long.", "Wait."), EngineCrashError("It died.", "Pray."), MemoryError()])
def test_an_engine_that_fails_does_not_undo_what_was_found(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise error

    whole = solve(LANDSCAPES[0].sample())
    lose_one(monkeypatch)
    monkeypatch.setattr(PHCpackEngine, "run", fail)
    report = solve(LANDSCAPES[0].sample(), ho.Options(rounds=4))
    assert len(report.certificates) == len(whole.certificates) - 1
    assert not report.is_clean and any("was given up" in note for note in report.attempts)
    with pytest.raises(type(error)):
        ho.census(LANDSCAPES[0].sample(), engine="phcpack")


def test_an_interruption_keeps_what_was_found_where_that_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    lose_one(monkeypatch)
    monkeypatch.setattr(PHCpackEngine, "run", interrupt)
    with pytest.raises(KeyboardInterrupt):
        solve(LANDSCAPES[0].sample())
    with keeping_found():
        report = solve(LANDSCAPES[0].sample())
    assert len(report.certificates) and "interrupted" in report.attempts[-1]


def test_estimates_of_phcpack_grow_with_the_paths() -> None:
    def estimate(label: str, **choices: Any) -> float | None:
        return PHCpackEngine().estimate(request_for(model_from_label(label).sample(), ho.Options(**choices)))

    assert estimate("spherical-p-spin:n=6,p=3") is None  # a start in closed form
    small, large = estimate("deep-linear:widths=1-1-1"), estimate("deep-linear:widths=2-1-2")
    assert small is not None and large is not None and 0 < small < large < 60
    assert estimate("deep-linear:widths=2-2-2-2,data=gaussian,m=2", time_limit=1.0) == math.inf


def test_a_round_that_is_cut_short_keeps_its_certificates_and_trusts_no_divergent_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gradient of x^2 y + x^2 + y^2 - x has fewer zeros than its total degree."""

    def cut(*_: Any) -> None:
        raise EngineTimeoutError("It took long.", "Wait.")

    landscape = ps.expression("x^2*y + x^2 + y^2 - x").sample()
    whole = solve(landscape, ho.Options(engine="phcpack", strategy="total-degree"))
    assert whole.paths.at_infinity
    monkeypatch.setattr("homotopy.solving.rounds.is_met", lambda *_: False)  # no exact count that would do
    monkeypatch.setattr("homotopy.solving.rounds.has_all_simple", lambda *_: False)
    monkeypatch.setattr("homotopy.solving.rounds.with_missing", lambda _, report, *__: report)
    monkeypatch.setattr("homotopy.solving.rounds.followed", cut)
    report = solve(landscape, ho.Options(engine="phcpack", strategy="total-degree"))
    assert len(report.certificates) == len(whole.certificates)
    assert "was given up" in report.attempts[-1] and not report.paths.at_infinity and not report.is_clean


def test_few_solutions_of_many_paths_are_solved_by_exact_algebra_unless_an_engine_is_named() -> None:
    """Rosenbrock's valley in three unknowns: 9 paths at least for its minimum."""
    valley = ps.expression("100*(y - x^2)^2 + (1 - x)^2 + 100*(z - y^2)^2 + (1 - y)^2").sample()
    quick = solve(valley, bound=9)
    assert quick.engine == "exact algebra" and quick.paths.tracked == 0
    named = solve(valley, ho.Options(engine="tracker"), bound=9)
    assert named.engine == "tracker" and named.paths.tracked
    assert len(quick.certificates) == len(named.certificates) == 3


def test_exact_algebra_is_not_asked_about_a_random_form_on_spheres(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr("homotopy.solving.without_paths.exact_count_of", lambda land: asked.append(land))
    assert solve_without_paths(ps.SphericalPSpin(n=3, p=3).sample(seed=1), ho.Options(), 7, 0.0) is None
    assert not asked


# Simple singularities moved to rational and irrational points, two in one potential, products of squares; by their Milnor numbers.
SINGULAR = {
    "x^3*y + y^3*z + z^3*x": (0, [27]),
    "(x - 1/3)^12 + y^4/4 - y^2": (0, [11, 11, 11]),
    "(x - y)^10 + (x + y - 1)^12": (0, [99]),
    "(x - 1/2)^2*(y + x - 1/3) + (y + x - 1/3)^4 + (x - 1/2)^6": (10, [5]),  # D5
    "(x - 2/3)^3 + (y + 1)^5 + (y + 1)^6 + (x - 2/3)^4 + (x - 2/3)^2*(y + 1)^2": (7, [8]),  # E8
    "(x^2 - 2)^3 + (y^2 - 3)^4": (1, [2, 2, 3, 3, 6, 6, 6, 6]),  # E6 four times
    "(x*y - 1)^4 + (x - y)^4": (7, [9, 9]),
    "(x - y)^4 + (y - z)^4 + (z - w)^4 + (w - 1/2)^4": (0, [81]),
}


@pytest.mark.parametrize("potential", SINGULAR)
def test_multiple_points_are_counted_without_paths(potential: str) -> None:
    found = ho.census(ps.expression(potential))
    n_simple, multiplicities = SINGULAR[potential]
    assert (found.run.engine, found.paths.tracked, found.n_complex) == ("exact algebra", 0, n_simple)
    assert found.completeness.verdict is PROVED
    assert sorted(s.multiplicity or 0 for s in found.degenerate) == multiplicities
    assert all(s.n_paths is None and s.is_multiplicity_proved for s in found.degenerate)


def test_a_list_with_multiple_points_and_no_path_is_kept_in_a_file(tmp_path: Path) -> None:
    found = ho.census(ps.expression("(x^2 - 2)^6 + y^2"))
    found.save(tmp_path / "c.json")
    assert ho.verify(tmp_path / "c.json").derived.verdict is PROVED
    again = ho.load(tmp_path / "c.json")
    assert [s.multiplicity for s in again.degenerate] == [5, 5] and str(again) == str(found)


def test_no_path_says_nothing() -> None:
    """Not that a list without simple solutions is complete because all of its no paths have ended."""
    found = ho.census(ps.expression("(x - 1)^4 + (y - 2)^4"))
    assert all(e.outcome is not Verdict.YES for e in found.completeness.evidence if e.kind is EvidenceKind.PATHS)
