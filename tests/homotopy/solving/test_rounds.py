"""A clean round is not the last word: members with very small couplings, and lists that a check contradicts."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import homotopy as ho
import polysys as ps
from homotopy.counting.batch import census_batch
from homotopy.engines.base import Request, TrackedPaths
from homotopy.engines.tracker.engine import TrackerEngine
from homotopy.engines.tracker.routes import gradual_way
from homotopy.status import PathStatus

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
    assert c.completeness.verdict is ho.Completeness.SUPPORTED


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


def forgetful(real: Any, blind_rounds: int) -> Any:
    """The tracker, silent about one real solution in its first rounds."""

    def run(self: TrackerEngine, request: Request) -> TrackedPaths | None:
        found: TrackedPaths | None = real(self, request)
        assert found is not None
        is_real = [
            s is PathStatus.REGULAR and np.abs(x.imag).max() < 1e-9 for x, s in zip(found.x, found.status, strict=True)
        ]
        last = int(np.argmax(np.where(is_real, found.x[:, 0].real, -np.inf)))  # the same one in every round
        return without(found, [last]) if request.round_number < blind_rounds else found

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
    assert any("cannot be complete" in note for note in c.run.attempts)
    assert c.run.engine == ("tracker" if blind_rounds == 1 else "phcpack")


def test_what_every_round_misses_stays_contradicted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TrackerEngine, "run", forgetful(TrackerEngine.run, 9))
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
