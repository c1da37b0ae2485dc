"""Injected trouble: every fault is recovered from or reported, and none leads to a wrong count."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import homotopy as ho
import polysys as ps
from homotopy.engines.tracker.driver import track
from homotopy.engines.tracker.options import TrackerOptions
from homotopy.status import PathStatus
from polysys.errors import InputError
from polysys.tape import trace
from tests.homotopy import processes
from tests.homotopy import tracker_systems as systems

REPOSITORY = Path(__file__).parents[3]
UNPROVED = (ho.Completeness.UNKNOWN, ho.Completeness.CONTRADICTED)


def near_double_spin(n: int, d: Fraction) -> ps.Landscape:
    """A cubic form in x, y with x f_y - y f_x = 3 y (y - d x)(y - 2 x), and a cube of each further variable."""
    tensor = np.full((n, n, n), Fraction(0), dtype=object)
    tensor[0, 0, 0], tensor[1, 1, 1] = -2 - 2 * d, -2 - d
    tensor[0, 1, 1] = tensor[1, 0, 1] = tensor[1, 1, 0] = Fraction(-1)
    for i in range(2, n):
        tensor[i, i, i] = Fraction(i, 3)
    return ps.SphericalPSpin(n=n, p=3).from_tensors(tensor)


def near_double_potential(d: Fraction) -> str:
    """The gradient is ((x - 1)(x - 1 - d)(x + 2), y)."""
    a, b = Fraction(1), 1 + d
    return f"x^4/4 + ({2 - a - b})*x^3/3 + ({a * b - 2 * (a + b)})*x^2/2 + ({2 * a * b})*x + y^2/2"


def random_tensor(n: int, seed: int, scale: Fraction) -> Any:
    rng = np.random.default_rng(seed)
    integers = rng.integers(-999, 1000, (n, n, n))
    return np.array([scale * int(v) / 1000 for v in integers.ravel()], dtype=object).reshape(n, n, n)


@pytest.mark.parametrize("exponent", [6, 7, 8, 10])
@pytest.mark.parametrize("n", [2, 3])
def test_two_close_eigenvectors_are_certified_as_two(n: int, exponent: int) -> None:
    c = ho.census(near_double_spin(n, Fraction(1, 10**exponent)), engine="tracker")
    assert c.n_complex == 2**n - 1
    assert c.completeness.verdict is ho.Completeness.PROVED
    assert c.euler[0] == c.euler[1]
    gaps = sorted(abs(float(a.energy.mid() - b.energy.mid())) for a, b in zip(c.points, c.points[1:], strict=False))
    assert gaps[0] < 1e-12


@pytest.mark.parametrize("exponent", [6, 7, 8])
def test_a_minimum_and_a_saddle_close_together_are_certified_as_two(exponent: int) -> None:
    c = ho.census(ps.expression(near_double_potential(Fraction(1, 10**exponent))), engine="tracker")
    assert (c.n_complex, c.n_real, c.n_undecided) == (3, 3, 0)
    assert dict(c.by_index) == {0: 2, 1: 1, 2: 0}
    assert c.completeness.verdict is ho.Completeness.PROVED


@pytest.mark.parametrize("exponent", [9, 10, 12])
def test_solutions_closer_than_rounded_coefficients_can_place_are_found_or_missed_with_a_word(exponent: int) -> None:
    """Rounding the coefficients to doubles moves a double root by 1e-8: the tracker sees another landscape."""
    c = ho.census(ps.expression(near_double_potential(Fraction(1, 10**exponent))), engine="tracker")
    assert c.n_complex == 3 or c.completeness.verdict in UNPROVED
    assert c.n_complex in (1, 3)
    assert c.paths.tracked == 3


@pytest.mark.parametrize(
    "landscape",
    [
        near_double_spin(2, Fraction(0)),
        near_double_spin(3, Fraction(0)),
        ps.expression(near_double_potential(Fraction(0))),
    ],
    ids=["2 spins", "3 spins", "potential"],
)
@pytest.mark.parametrize("engine", ["tracker", "auto"])
def test_on_the_discriminant_the_double_root_is_missed_or_counted(landscape: ps.Landscape, engine: str) -> None:
    """A double root: two paths less than the paths that are regular, or exact algebra before any path, and the verdict says so. It is proved only where the double root is rational,
    so that its multiplicity is proved and stands beside the certified, and supported where exact algebra says that there are no others."""
    c = ho.census(landscape, engine=engine)
    if engine == "auto":
        assert (c.run.engine, c.paths.tracked) == ("exact algebra", 0) and {s.multiplicity for s in c.degenerate} == {2}
    else:
        assert c.paths.singular >= 2 and c.n_complex == c.paths.regular == c.paths.tracked - c.paths.singular
    if c.completeness.verdict is ho.Completeness.PROVED:
        assert [(s.multiplicity, s.is_multiplicity_proved) for s in c.degenerate] == [(2, True)]
        assert "a singular point of multiplicity 2" in c.completeness.reason
        assert c.n_complex + 2 == c.bounds[0].value
    elif c.completeness.verdict is ho.Completeness.SUPPORTED:
        (exact,) = (e for e in c.completeness.evidence if e.name == "exact count")
        n = len(c.degenerate)
        assert f"{c.n_complex + n} distinct: {c.n_complex} certified, {n} multiple" in str(exact)
    else:
        assert c.completeness.verdict in UNPROVED


@pytest.mark.parametrize("scale", [Fraction(1, 10**8), Fraction(10**8)])
def test_scaled_couplings_have_the_same_certified_counts(scale: Fraction) -> None:
    model = ps.SphericalPSpin(n=5, p=3)
    plain = ho.census(model.from_tensors(random_tensor(5, 3, Fraction(1))), engine="tracker")
    scaled = ho.census(model.from_tensors(random_tensor(5, 3, scale)), engine="tracker")
    assert plain.n_complex == scaled.n_complex == 31
    assert plain.by_index == scaled.by_index
    assert scaled.completeness.verdict is ho.Completeness.PROVED
    assert scaled.run.rounds == 1


@pytest.mark.parametrize("scale", [Fraction(1, 10**8), Fraction(10**8)])
def test_a_scaled_potential_has_the_same_certified_counts(scale: Fraction) -> None:
    text = "x^4 + y^4 + 2*x^2*y - 3*x*y + x/2 - y/3"
    plain = ho.census(ps.expression(text), engine="tracker")
    scaled = ho.census(ps.expression(f"({scale})*({text})"), engine="tracker")
    assert plain.n_complex == scaled.n_complex == 9
    assert plain.by_index == scaled.by_index
    assert scaled.completeness.verdict is ho.Completeness.PROVED


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_real_start_whose_paths_meet_never_miscounts(seed: int) -> None:
    """Real Fermat couplings have real solutions only, a random target has fewer: on the way pairs of them meet."""
    n = 5
    p0, starts = systems.fermat(n, 3, seed)
    real_p0 = np.where(p0 != 0, 1.0, 0.0)
    a = np.array(systems.chart(n), float)
    patterns = [[(k >> i) & 1 for i in range(n)] for k in range(1, 2**n)]
    real_starts = [[*(np.array(v) / (a @ v)), 3 / (a @ v)] for v in patterns]
    p1 = systems.kostlan(n, 3, 1, seed + 1000)
    tape = systems.p_spin(n, 3)
    truth = track(tape, p0, starts, p1)
    assert truth.counts()[PathStatus.REGULAR] == 2**n - 1
    ends = track(tape, real_p0, real_starts, p1, TrackerOptions(n_retries=1))
    counts = ends.counts()
    assert sum(counts.values()) == 2**n - 1
    assert counts[PathStatus.FAILED] >= 2  # they meet in pairs
    found, known = ends.regular(), truth.regular()
    distance = np.abs(found[:, None] - known[None]).max(axis=2) / np.abs(found).max(axis=1)[:, None]
    assert distance.min(axis=1).max() < 1e-8
    assert len(set(distance.argmin(axis=1).tolist())) == len(found) == counts[PathStatus.REGULAR]


def test_a_path_through_a_double_root_in_the_middle_is_failed_and_says_where() -> None:
    """x^2 = (t - 1/3)^2 over the reals: both paths run into 0 at t = 1/3, where they cannot be told apart."""
    tape = trace(lambda x, p: [x[0] * x[0] - p[0] * p[0]], 1, 1)
    ends = track(tape, [-1.0], [[1.0], [-1.0]], [2.0])
    distinct = {complex(np.round(x, 6)) for x in ends.regular()[:, 0]}
    counts = ends.counts()
    assert len(distinct) == counts[PathStatus.REGULAR]
    assert distinct <= {2 + 0j, -2 + 0j}
    assert counts[PathStatus.REGULAR] + counts[PathStatus.FAILED] + counts[PathStatus.DUPLICATE] == 2


@pytest.mark.parametrize("trouble", ["none", "close", "double", "scaled"])
def test_trouble_does_not_make_the_result_depend_on_threads(trouble: str) -> None:
    tape, p0, starts, p1 = systems.p_spin_homotopy(8, 3, 3, 2)
    if trouble in ("close", "double"):
        d = 2.0**-26 if trouble == "close" else 0.0
        p1[1] = 0.0
        values = {(3, 0): -2 - 2 * d, (0, 3): -2 - d, (1, 2): -3.0}
        for powers, value in values.items():
            p1[1, systems.monomials(8, 3).index((*powers, 0, 0, 0, 0, 0, 0))] = value
        for i in range(2, 8):
            p1[1, systems.monomials(8, 3).index(tuple(3 if j == i else 0 for j in range(8)))] = i / 4
    elif trouble == "scaled":
        p1[0] *= 1e-8
        p1[2] *= 1e8
    one, two = (track(tape, p0, starts, p1, threads=k) for k in (1, 2))
    for name in ("solutions", "codes", "errors", "residuals", "conditions", "n_iterations", "winding", "n_attempts"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
    counts = one.counts(1)
    assert sum(counts.values()) == 255
    if trouble == "double":
        # 63 + 64 isolated simple ones, and 64 double ones, which no path may report as regular
        assert counts[PathStatus.REGULAR] == 127 and counts[PathStatus.SINGULAR] == 128
    else:
        assert one.counts()[PathStatus.REGULAR] == 3 * 255


def isotropic_mixture() -> ps.Landscape:
    """x (x^2 + y^2) + y/2 on the circle, where it is x + y/2: two stationary points, of the six of a cubic."""
    tensor = np.full((2, 2, 2), Fraction(0), dtype=object)
    tensor[0, 0, 0] = Fraction(1)
    tensor[0, 1, 1] = tensor[1, 0, 1] = tensor[1, 1, 0] = Fraction(1, 3)
    return ps.SphericalPSpin(n=2, p=(1, 3)).from_tensors({3: tensor, 1: [0, "1/2"]})


def mixture_without_cubic_part() -> ps.Landscape:
    """A quadric with a field on the sphere: 2 n stationary points, of the 2 (2^n - 1) of a cubic."""
    quadric = np.diag([Fraction(1), Fraction(3), Fraction(-2)]).astype(object)
    return ps.SphericalPSpin(n=3, p=(1, 2, 3)).from_tensors({1: [1, 2, "1/3"], 2: quadric, 3: np.zeros((3, 3, 3), int)})


def half_regularised_chain() -> ps.Landscape:
    """V = (w_2 w_1 - 2)^2 / 2 + w_1^2 / 2: dV/dw_2 = 0 asks for w_1 = 0 or w_1 w_2 = 2; dV/dw_1 = 0 leaves the origin."""
    return ps.DeepLinear(widths=(1, 1, 1), data=([[1]], [[2]]), l2=[1, 0]).sample()


@pytest.mark.parametrize(
    ("landscape", "regular", "at_infinity"),
    [(isotropic_mixture(), 2, 4), (mixture_without_cubic_part(), 6, 8), (half_regularised_chain(), 1, 4)],
    ids=["isotropic", "no cubic part", "no l2"],
)
def test_paths_of_special_members_go_to_infinity_and_are_counted_there(
    landscape: ps.Landscape, regular: int, at_infinity: int
) -> None:
    c = ho.census(landscape, engine="tracker")
    assert c.n_complex == regular
    assert (c.paths.regular, c.paths.at_infinity) == (regular, at_infinity)
    assert c.paths.is_balanced and c.paths.tracked == regular + at_infinity
    # paths that diverge are tracked again along others before they count, unless a bound is met
    assert c.run.rounds == (1 if c.completeness.verdict is ho.Completeness.PROVED else 2)


@pytest.mark.parametrize("exponent", [8, 12])
def test_solutions_that_pass_for_infinite_are_missed_with_a_word(exponent: int) -> None:
    """|w_2 / w_1| = 1 / sqrt(e) is beyond the tracker's scaling: four paths end at infinity, and the verdict says so."""
    l2 = [1, Fraction(1, 10**exponent)]
    c = ho.census(ps.DeepLinear(widths=(1, 1, 1), data=([[1]], [[2]]), l2=l2).sample(), engine="tracker")
    assert c.paths.is_balanced and c.paths.tracked == 5
    assert c.n_complex == 5 or c.completeness.verdict in UNPROVED


@pytest.mark.parametrize("exponent", [2, 4, 6])
def test_a_vanishing_l2_value_sends_solutions_far_away_and_none_is_lost(exponent: int) -> None:
    """The chain 1-1-1 with l2 = (1, e): w_2^2 = w_1^2 / e and |w_1| grows no faster than 1/e; five solutions for e > 0."""
    e = Fraction(1, 10**exponent)
    c = ho.census(ps.DeepLinear(widths=(1, 1, 1), data=([[1]], [[2]]), l2=[1, e]).sample(), engine="tracker")
    # with s = w_1 w_2 and r = s - 2: w_2 r = -w_1, w_1 r = -e w_2, so r^2 = e, s = 2 -+ sqrt(e), w_2^2 = s / -r
    assert c.n_complex == 5 and c.paths.regular == 5
    root = float(e) ** 0.5
    expected = sorted([(2 + root) / root, (2 - root) / root])
    found = sorted(
        {round(abs(complex(float(z[1].real.mid()), float(z[1].imag.mid()))) ** 2, 6) for z in _zeros(c)} - {0.0}
    )
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def _zeros(c: ho.Census) -> list[list[Any]]:
    from homotopy.certification.closure import enclosing_balls

    return [enclosing_balls(certificate) for certificate in c.certificates]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, complex(0, np.nan)])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_numbers_that_are_not_finite_are_refused(place: int, value: complex) -> None:
    tape, *arrays = systems.p_spin_homotopy(3)
    arrays[place] = np.array(arrays[place], complex)
    arrays[place].flat[-1] = value
    with pytest.raises(InputError, match="not finite"):
        track(tape, *arrays)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_couplings_that_are_not_finite_are_refused(value: float) -> None:
    tensor = np.ones((3, 3, 3))
    tensor[0, 1, 2] = value
    with pytest.raises(InputError):
        ps.SphericalPSpin(n=3, p=3).from_tensors(tensor)


LONG_TRACK = """
from homotopy.engines.tracker.driver import track
from tests.homotopy import tracker_systems as systems
arguments = systems.p_spin_homotopy(8, 3, 1500)
track(*arguments, threads={threads}, progress=lambda done, total: print(done, flush=True))
print("finished", flush=True)
"""
LONG_START = """
import polysys as ps
from homotopy.engines.starts import cache as start_cache
print("ready", flush=True)
start_cache.start_set(ps.model_from_label("deep-linear:widths=3-3-3,data=gaussian").sample(1))
print("finished", flush=True)
"""
SLOW_SAVE = """
import time
import numpy as np
from homotopy.engines.starts import cache as start_cache
from pathlib import Path
import polysys as ps
starts = start_cache.make_start_set(ps.model_from_label("deep-linear:widths=1-1-1,data=gaussian").sample(1))
plain = np.savez
def slow(file, **arrays):
    file.write(b"part")
    print("ready", flush=True)
    time.sleep(60)
    plain(file, **arrays)
np.savez = slow
start_cache.save(start_cache.directory() / "x.npz", starts)
"""


@pytest.mark.parametrize(
    "code", [LONG_TRACK.format(threads=1), LONG_TRACK.format(threads=2), LONG_START, SLOW_SAVE],
    ids=["track", "track with threads", "start set", "writing"],
)  # fmt: skip
def test_ctrl_c_stops_promptly_and_leaves_no_partial_file(code: str, tmp_path: Path) -> None:
    environment = {**os.environ, "STATIONARY_CACHE": str(tmp_path), "PYTHONPATH": str(REPOSITORY)}
    with subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), processes.seconds_used(process.pid)
        process.send_signal(signal.SIGINT)
        out, error = process.communicate(timeout=processes.PATIENCE)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime - begin
    assert "finished" not in out
    assert "KeyboardInterrupt" in error
    assert process.returncode in (130, -signal.SIGINT)
    assert seconds < 4  # of processor time, which does not depend on what else runs; tracking to the end takes ten
    assert list(tmp_path.iterdir()) == []
