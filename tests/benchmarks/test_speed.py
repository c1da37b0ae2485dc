"""Speed as ratios of times measured in one run; `make bench`."""

from __future__ import annotations

import shutil

import pytest

from tests.benchmarks import certification, history
from tests.benchmarks import tracker as benchmark

pytestmark = pytest.mark.benchmark


@pytest.mark.phcpack
@pytest.mark.parametrize(("n", "least"), [(6, 100), (7, 150), (8, 200)])
def test_the_tracker_is_faster_than_phcpacks_tracker_on_the_same_homotopy(n: int, least: float) -> None:
    """From the Fermat form to a 3-spin, all 2^n - 1 paths."""
    theirs, ours = benchmark.phc_tracker(n)
    print(f"\nn={n}: PHCpack's tracker {theirs:.2f} s, ours {1e3 * ours:.2f} ms: {theirs / ours:.0f} times")
    assert history.keep(f"PHCpack's tracker / tracker, n={n}", theirs, ours) > least


@pytest.mark.skipif(shutil.which("phc") is None, reason="phc is not installed")
@pytest.mark.parametrize(("n", "least"), [(7, 300), (8, 500)])
def test_the_tracker_is_faster_than_phcpacks_black_box_solver(n: int, least: float) -> None:
    theirs, ours = benchmark.phc_black_box(n)
    print(f"\nn={n}: phc -b {theirs:.2f} s, tracker {1e3 * ours:.2f} ms: {theirs / ours:.0f} times")
    assert history.keep(f"phc -b / tracker, n={n}", theirs, ours) > least


def test_the_cost_of_a_path_grows_slower_than_n_cubed() -> None:
    """[J, F, dF/dt] of a cubic in n + 1 unknowns takes O(n^3) operations, elimination too."""
    small, large = (benchmark.spin_row(3, n) for n in (7, 12))
    history.keep("cost of a path, n=12 / n=7", large, small)
    assert large / small < (12 / 7) ** 3 * 2  # other work on the machine hurts the longer run more


def test_certifying_takes_less_time_than_tracking() -> None:
    tracking, certifying = certification.row(14)
    assert history.keep("tracking / certifying, n=14", tracking, certifying) > 1


def test_a_thousand_full_censuses_of_six_spins_take_seconds() -> None:
    seconds = certification.ensemble(1000)
    history.keep("1000 censuses of n=6 / tracking n=14", seconds, certification.row(14)[0])
    assert seconds < 40
