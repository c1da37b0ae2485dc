"""The compiled tracker finds what is known to be there."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import pytest

from homotopy.common.vectors import LANES, WIDTH
from homotopy.engines.tracker import lane_state
from homotopy.engines.tracker.batch import evaluate
from homotopy.engines.tracker.driver import track, track_loop
from homotopy.engines.tracker.options import TrackerOptions
from homotopy.engines.tracker.program import compile_homotopy
from homotopy.engines.tracker.stepping import newton_update
from homotopy.status import PathStatus
from polysys.errors import InputError, NotSquareError
from polysys.tape import trace
from tests.homotopy import tracker_systems as systems


def n_distinct(x: Any, digits: int = 6) -> int:
    scaled = x / np.abs(x).max(axis=1, keepdims=True)
    return len(np.unique(np.round(np.hstack([scaled.real, scaled.imag]), digits), axis=0))


@pytest.mark.parametrize(("n", "seed"), [(2, 1), (3, 1), (4, 2), (7, 1), (7, 2), (7, 3), (10, 1)])
def test_every_class_of_the_3_spin_is_found_once(n: int, seed: int) -> None:
    """2^n - 1 classes: Cartwright and Sturmfels 2013."""
    tape, p0, starts, p1 = systems.p_spin_homotopy(n, 3, 1, seed)
    ends = track(tape, p0, starts, p1)
    assert ends.counts()[PathStatus.REGULAR] == 2**n - 1 == ends.codes.size
    assert ends.errors.max() < 1e-12
    x = ends.regular()
    assert n_distinct(x, 5) >= 2**n - 2  # rounding may merge or split at an edge
    size = np.abs(x).max(axis=1)
    assert (systems.residuals(tape, x, p1[0]) < 1e-10 * (1 + size) ** 2 * np.abs(p1).max()).all()


@pytest.mark.parametrize(("n", "p"), [(3, 4), (5, 4), (3, 5), (2, 6)])
def test_every_class_of_the_p_spin_is_found_once(n: int, p: int) -> None:
    """((p-1)^n - 1)/(p-2) classes: Cartwright and Sturmfels 2013."""
    ends = track(*systems.p_spin_homotopy(n, p, 2, 5))
    expected = ((p - 1) ** n - 1) // (p - 2)
    for sample in range(2):
        assert ends.counts(sample)[PathStatus.REGULAR] == expected == ends.codes.shape[1]


def test_non_real_solutions_of_a_real_target_come_in_conjugate_pairs() -> None:
    ends = track(*systems.p_spin_homotopy(6, 3, 1, 4)).regular()
    gaps = np.abs(ends[:, None, :] - ends.conj()[None, :, :]).max(axis=2).min(axis=1)
    assert (gaps < 1e-9 * np.abs(ends).max(axis=1)).all()


def test_no_class_is_lost_or_doubled_in_an_ensemble() -> None:
    ends = track(*systems.p_spin_homotopy(5, 3, 100, 8))
    assert all(ends.counts(s)[PathStatus.REGULAR] == 31 for s in range(100))


def test_contraction_and_nested_form_have_the_same_solutions() -> None:
    tape, p0, starts, p1 = systems.p_spin_homotopy(6, 3, 1, 2)
    a, b = track(tape, p0, starts, p1), track(systems.cubic_spin(6), p0, starts, p1)
    np.testing.assert_allclose(a.solutions, b.solutions, rtol=1e-7, atol=1e-7)


def test_result_does_not_depend_on_threads_or_neighbours() -> None:
    tape, p0, starts, p1 = systems.p_spin_homotopy(8, 3, 5, 3)
    one = track(tape, p0, starts, p1, threads=1)
    for threads in (2, 5):
        np.testing.assert_array_equal(one.solutions, track(tape, p0, starts, p1, threads=threads).solutions)
    order = np.random.default_rng(0).permutation(len(starts))
    np.testing.assert_array_equal(one.solutions[:, order], track(tape, p0, starts[order], p1).solutions)


@pytest.mark.parametrize("scale", [1e-8, 1e8])
def test_scaled_couplings_change_nothing(scale: float) -> None:
    tape, p0, starts, p1 = systems.p_spin_homotopy(6, 3, 1, 1)
    ends = track(tape, p0, starts, scale * p1)
    assert ends.counts()[PathStatus.REGULAR] == 63
    plain = track(tape, p0, starts, p1).solutions
    np.testing.assert_allclose(ends.solutions[..., :6], plain[..., :6], rtol=1e-6, atol=1e-6)


def test_jumping_paths_are_noticed_and_repaired() -> None:
    tape, p0, starts, p1 = systems.p_spin_homotopy(8, 3, 3, 6)
    careless = TrackerOptions(contraction=2.0, trust=3.0, accuracy=1e-3, max_step=1.0, growth=50.0, first_step=0.3)
    ends = track(tape, p0, starts, p1, careless)
    assert (ends.n_attempts > 1).any()
    assert sum(ends.counts().values()) == 3 * 255
    once = track(tape, p0, starts, p1, TrackerOptions(**{**_fields(careless), "n_retries": 0}))
    assert once.counts()[PathStatus.DUPLICATE] + once.counts()[PathStatus.FAILED] > 0
    assert ends.counts()[PathStatus.REGULAR] > once.counts()[PathStatus.REGULAR]


def _fields(options: TrackerOptions) -> dict[str, Any]:
    return {name: getattr(options, name) for name in TrackerOptions.__dataclass_fields__}


@pytest.mark.parametrize("power", [2, 3, 5])
def test_multiple_root_is_singular_with_its_winding_number(power: int) -> None:
    tape = trace(lambda x, p: [(x[0] - 1) ** power - p[0]], 1, 1)
    gamma = 0.6 + 0.8j
    starts = [[1 + gamma ** (1 / power) * np.exp(2j * np.pi * k / power)] for k in range(power)]
    ends = track(tape, [gamma], starts, [0.0])
    assert ends.counts()[PathStatus.SINGULAR] == power
    assert (ends.winding == power).all()
    np.testing.assert_allclose(ends.solutions, 1.0, atol=1e-6)


def test_diverging_path_is_at_infinity() -> None:
    """(p x - 1)(x - 2) - q with p -> 0."""
    tape = trace(lambda x, p: [p[0] * x[0] ** 2 - 2 * x[0] + 1], 1, 1)
    p0 = 0.3 + 0.4j
    roots = np.roots([p0, -2, 1])
    ends = track(tape, [p0], roots[:, None], [0.0])
    assert ends.counts()[PathStatus.AT_INFINITY] == ends.counts()[PathStatus.REGULAR] == 1
    np.testing.assert_allclose(ends.regular(), 0.5)


def test_diverging_paths_of_two_variables_are_at_infinity() -> None:
    """Two conics that become circles: two of the four intersections go to the circular points."""

    def conics(x: Any, p: Any) -> list[Any]:
        squares = x[0] ** 2 + x[1] ** 2
        return [squares - 4 + p[0] * x[0] * x[1], squares - 2 * x[0] - 1 + p[1] * x[1] ** 2]

    start = np.array([0.5 + 0.3j, -0.4 + 0.7j])
    ends = track(trace(conics, 2, 2), start, _conic_solutions(start), [0.0, 0.0])
    assert ends.counts()[PathStatus.REGULAR] == ends.counts()[PathStatus.AT_INFINITY] == 2
    np.testing.assert_allclose(ends.regular()[:, 0], 1.5)


def _conic_solutions(p: Any) -> Any:
    """The difference of the conics is x (p y + 2) = 3 + q y^2; insert x in the first."""
    u = np.polynomial.Polynomial([3, 0, p[1]])
    v = np.polynomial.Polynomial([2, p[0]])
    y = np.polynomial.Polynomial([0, 1])
    roots = (u * u + (y * y - 4) * v * v + p[0] * y * u * v).roots()
    return np.stack([u(roots) / v(roots), roots], axis=1)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_cyclic_5_roots_by_total_degree(seed: int) -> None:
    """70 roots on 120 paths: Backelin and Fröberg 1991; the others diverge, some with norms beyond 1e7."""
    counts = track(*systems.total_degree(systems.cyclic, [1, 2, 3, 4, 5], seed)).counts()
    assert counts[PathStatus.REGULAR] == 70
    assert counts[PathStatus.AT_INFINITY] == 50


def test_triple_root_at_the_origin_where_newton_diverges() -> None:
    ends = track(*systems.total_degree(systems.griewank_osborne, [3, 2]))
    assert ends.counts()[PathStatus.SINGULAR] == ends.counts()[PathStatus.AT_INFINITY] == 3
    assert (ends.winding[ends.is_status(PathStatus.SINGULAR)] == 3).all()
    assert np.abs(ends.solutions[ends.is_status(PathStatus.SINGULAR)]).max() < 1e-8


def test_double_root_on_the_path_is_reported() -> None:
    """x^2 = 1 - 2t with real parameters: the paths meet at t = 1/2 and cannot go on."""
    tape = trace(lambda x, p: [x[0] ** 2 - p[0]], 1, 1)
    ends = track(tape, [1.0], [[1.0], [-1.0]], [-1.0])
    assert ends.counts()[PathStatus.FAILED] == 2
    assert (np.abs(ends.last_t - 0.5) < 1e-3).all()


def test_paths_that_stand_still_or_go_straight_arrive() -> None:
    """Their differences of higher order vanish, and with them every equation for the predictor's denominator."""
    still = track(trace(lambda x, p: [x[0] ** 2 - 1 + p[0] * 0], 1, 1), [1j], [[1]], [4.0])
    assert still.solutions[0, 0].tolist() == [1]
    straight = track(trace(lambda x, p: [x[0] - p[0], x[1] - 3], 2, 1), [1j], [[1j, 3]], [4.0])
    np.testing.assert_allclose(straight.solutions[0, 0], [4, 3])
    assert straight.n_rejected[0, 0] == still.n_rejected[0, 0] == 0


def test_a_pole_beside_the_way_that_all_coordinates_share_is_seen() -> None:
    """Two rational functions with poles 1e-3 beside the way: by polynomials such a pole is approached in steps of its distance."""
    pole = 0.5 + 1e-3j
    tape = trace(lambda x, p: [x[0] * (p[0] - p[1]) - 1, x[1] - x[0] * x[0] * p[0]], 2, 2)
    here = -1 / pole
    ends = track(tape, [0.0, pole], [[here, 0.0]], [1.0, pole])
    there = 1 / (1 - pole)
    np.testing.assert_allclose(ends.solutions[0, 0], [there, there**2])
    assert ends.n_steps[0, 0] < 30


def test_false_start_solution_fails() -> None:
    tape, p0, starts, p1 = systems.p_spin_homotopy(4)
    starts = starts.copy()
    starts[3, 0] += 0.01
    ends = track(tape, p0, starts, p1)
    assert ends.status(0, 3) is PathStatus.FAILED
    assert np.isnan(ends.solutions[0, 3]).all()
    assert ends.counts()[PathStatus.REGULAR] == 14


def test_every_path_has_one_class_when_parameters_are_degenerate() -> None:
    """The zero tensor: nothing is isolated, nothing may be called regular twice or be nan."""
    tape, p0, starts, p1 = systems.p_spin_homotopy(3)
    ends = track(tape, p0, starts, 0 * p1, TrackerOptions(max_iterations=2000))
    assert sum(ends.counts().values()) == 7
    assert np.isfinite(ends.regular()).all()
    assert ends.counts()[PathStatus.REGULAR] == 0


def test_monodromy_finds_all_192_torus_solutions_of_the_deep_linear_2_2_2_network() -> None:
    """48 orbits of the sign group Z2^2 from one seed; 225 = 1 + 2 * 16 + 192 solutions in all."""
    tape = systems.deep_linear_222()
    rng = np.random.default_rng(1)
    seed, corners = _complex(rng, 8), _complex(rng, 7)
    gradient = np.array(tape.evaluate(list(seed), [*corners, *np.zeros(8)], float))
    base = np.concatenate([corners, -gradient / seed])  # the equations are linear in the weight decays
    program = compile_homotopy(tape)
    found = seed[None, :]
    for _ in range(40):
        ends = track_loop(program, [base, *_complex(rng, (2, 15)), base], found)
        assert sum(ends.counts().values()) == len(found)
        x = ends.regular()
        assert (systems.residuals(tape, x, base) < 1e-7 * (1 + np.abs(x).max(axis=1)) ** 3).all()
        found = _orbits(np.vstack([found, x]))
        if len(found) >= 48:
            break
    assert len(found) == 48


def _complex(rng: np.random.Generator, shape: Any) -> Any:
    return rng.standard_normal(shape) + 1j * rng.standard_normal(shape)


def _orbits(x: Any) -> Any:
    """One solution an orbit of the two hidden neurons' sign flips, told apart by invariants."""
    pairs = [(0, 4), (0, 6), (2, 5), (2, 7), (0, 1), (2, 3), (0, 0), (2, 2)]
    invariants = np.stack([x[:, i] * x[:, j] for i, j in pairs], axis=1)
    gaps = np.abs(invariants[:, None] - invariants[None]).max(axis=2)
    same = gaps < 1e-6 * (1 + np.abs(invariants).max(axis=1))
    return x[[not same[i, :i].any() for i in range(len(x))]]


def test_two_equal_start_solutions_end_as_one_and_a_duplicate() -> None:
    tape, p0, starts, p1 = systems.p_spin_homotopy(4)
    ends = track(tape, p0, np.vstack([starts, starts[2:3]]), p1)
    assert ends.counts()[PathStatus.REGULAR] == 15
    assert ends.counts()[PathStatus.DUPLICATE] == 1
    assert str(ends).splitlines()[1].startswith("  16 = 15 regular + 1 duplicate")


def test_a_model_potential_compiles_to_no_more_work_than_the_best_contraction() -> None:
    """Merged Hessian entries and Euler's relation recover it: n^3/2 real-by-complex products, not twice that."""
    p0, _ = systems.fermat(10, 3, 1)
    nested, tensor = (
        compile_homotopy(tape, p0 == 0, [True] * len(p0)) for tape in (systems.p_spin(10, 3), systems.cubic_spin(10))
    )
    assert nested.n_flops <= 1.05 * tensor.n_flops < 6000


def test_programs_agree_with_their_tapes() -> None:
    """Affine and non-affine parameters, shared subexpressions, constant entries; derivatives by differences."""

    def affine(x: Any, p: Any) -> list[Any]:
        s = x[0] * x[1] + p[0]
        return [s * s.recorder.constant(2) - p[1] * x[2] ** 3, x[0] - 1, s * x[2] - x[1] + p[2]]

    def general(x: Any, p: Any) -> list[Any]:
        q = p[0] * x[0] + p[1]
        return [q * q * x[1] - p[2] ** 3, x[0] * x[2] - p[1] * p[2] * x[1], q - x[2] ** 2]

    rng = np.random.default_rng(3)
    p0, p1 = rng.standard_normal((2, 3)) + 1j * rng.standard_normal((2, 3))
    x = rng.standard_normal((11, 3)) + 1j * rng.standard_normal((11, 3))
    t, h = 0.3 + 0.1j, 1e-6
    for function in (affine, general):
        tape = trace(function, 3, 3)
        program = compile_homotopy(tape)
        assert program.is_affine == (function is affine)

        def value(x: Any, t: Any, tape: Any = tape) -> Any:
            rows = tape.evaluate(list(x.T), list((1 - t) * p0 + t * p1), float)
            return np.stack(np.broadcast_arrays(*rows), axis=1)

        out = evaluate(program, program.scalar_values(p0, p1[None])[0], x, t)
        np.testing.assert_allclose(out[..., 3], value(x, t), rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(out[..., 4], (value(x, t + h) - value(x, t - h)) / (2 * h), rtol=1e-6, atol=1e-6)
        for j in range(3):
            e = h * np.eye(3)[j]
            np.testing.assert_allclose(out[..., j], (value(x + e, t) - value(x - e, t)) / (2 * h), rtol=1e-6, atol=1e-6)


def test_progress_is_told_and_may_interrupt() -> None:
    tape, p0, starts, p1 = systems.p_spin_homotopy(5, 3, 60, 1)
    seen: list[tuple[int, int]] = []
    track(tape, p0, starts, p1, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (60 * 31, 60 * 31)

    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        track(tape, p0, starts, p1, progress=interrupt)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_input_that_is_not_finite_is_refused(place: int) -> None:
    tape, *arrays = systems.p_spin_homotopy(3)
    arrays[place] = np.array(arrays[place], complex)
    arrays[place].flat[0] = np.nan
    with pytest.raises(InputError, match="not finite"):
        track(tape, *arrays)


def test_input_of_wrong_shape_or_kind_is_refused() -> None:
    tape, p0, starts, p1 = systems.p_spin_homotopy(3)
    with pytest.raises(InputError, match="was given"):
        track(tape, p0[:-1], starts, p1)
    program = compile_homotopy(tape, p0 == 0, [True] * len(p0))
    with pytest.raises(InputError, match="compiled for"):
        track(program, p0, starts, 1j * p1)
    with pytest.raises(InputError, match="two points"):
        track_loop(tape, [p0], starts)
    with pytest.raises(InputError, match="not positive"):
        TrackerOptions(trust=float("nan"))
    with pytest.raises(NotSquareError):
        compile_homotopy(trace(lambda x, p: [x[0]], 2, 0))


def test_a_newton_update_that_is_nan_in_one_coordinate_is_nan() -> None:
    n = 3

    @numba.njit
    def update(y: Any, m: Any, lanes: Any) -> None:
        newton_update(n, y, m, 1e-3, lanes)

    m, lanes = np.ones(n * (n + 2) * WIDTH), np.zeros(lane_state.N_ROWS * LANES)
    for k in range(n):  # in lane k coordinate k
        m[(k * (n + 2) + n) * WIDTH + k] = np.nan
    update(np.ones(n * WIDTH), m, lanes)
    assert np.isnan(lanes[lane_state.UPDATE2 * LANES :][:LANES]).tolist() == [True] * n + [False] * (LANES - n)


def test_a_lane_without_a_path_stays_where_it_is() -> None:
    """Newton's method would shrink what should vanish to denormal numbers, which are slow for all lanes."""
    n = 2

    @numba.njit
    def update(y: Any, m: Any, lanes: Any) -> None:
        newton_update(n, y, m, 1e-3, lanes)

    y, m, lanes = np.ones(n * WIDTH), np.ones(n * (n + 2) * WIDTH), np.zeros(lane_state.N_ROWS * LANES)
    lanes[lane_state.LIVE * LANES : (lane_state.LIVE + 1) * LANES : 2] = 1
    update(y, m, lanes)
    assert y.reshape(2 * n, LANES).tolist() == [[0, 1] * (LANES // 2)] * (2 * n)
