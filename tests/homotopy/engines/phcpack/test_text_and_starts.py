"""The pieces of PHCpack's engine, without PHCpack: text formats, supports, start systems, retries."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homotopy.engines.phcpack import text
from homotopy.engines.phcpack.client import Polynomials
from homotopy.engines.phcpack.failures import WorkerSilent
from homotopy.engines.phcpack.patterns import restrict, sign_symmetry, zero_patterns
from homotopy.engines.phcpack.points import close_pairs
from homotopy.engines.phcpack.scaling import find_scaling
from homotopy.engines.phcpack.stages import Requests, whole_space
from homotopy.engines.phcpack.starts import best_partition, multihomogeneous_number, multihomogeneous_start
from homotopy.engines.phcpack.tracking import Tracker
from homotopy.engines.phcpack.types import PathEnd, RawEnd
from homotopy.errors import EngineEmptyError
from homotopy.status import PathStatus
from tests.homotopy.phcpack_systems import SQRT2, deep_linear, values


class Jumping:
    """A backend for x^2 = 1 from x^2 = 1 whose paths jump until asked for smaller steps or another gamma."""

    transport, version, deadline = "fake", "", 0.0

    def __init__(self, cured_by: str) -> None:
        self.cured_by = cured_by
        self.gammas: list[complex] = []

    def track(self, target, start, solutions, gamma, precision, tuning, seed):
        self.gammas.append(gamma)
        cured = {"steps": bool(tuning), "dd": precision == "dd", "gamma": gamma != self.gammas[0], "": False}
        ends = solutions if cured[self.cured_by] else [(1 + 0j,)] * len(solutions)
        return [RawEnd(x, 1.0, 0, 1, 0) for x in ends]


@pytest.mark.parametrize(("cured_by", "n_gammas"), [("steps", 1), ("dd", 1), ("gamma", 2), ("", 3)])
def test_paths_that_meet_are_tracked_again_and_runs_are_never_mixed(
    cured_by: str, n_gammas: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend, attempts = Jumping(cured_by), []
    jumped = PathEnd((1 + 0j,), 1.0, 0.0, 1.0, 0.0, PathStatus.REGULAR)
    monkeypatch.setattr("homotopy.engines.phcpack.tracking.follow", lambda h, x, s: [jumped] * len(x))
    system: Polynomials = [[(1, (2,)), (-1, (0,))]]
    requests = Requests(backend, 2, itertools.count(1), attempts)
    tracker = Tracker(requests, np.random.default_rng(1), lambda _: None)
    result = tracker.run(whole_space(system, system, [(1 + 0j,), (-1 + 0j,)]), "d")
    assert [end.x for end in result.ends] == [(1,), (-1,)] if cured_by else [(1,), (1,)]
    assert len(set(backend.gammas)) == n_gammas
    assert result.gamma in backend.gammas
    assert attempts and "2 suspect ends (2 regular)" in attempts[0]


def test_a_path_of_another_stratum_that_arrives_at_a_known_solution_is_suspect() -> None:
    backend, attempts = Jumping("steps"), []
    system: Polynomials = [[(1, (2,)), (-1, (0,))]]
    requests = Requests(backend, 0, itertools.count(1), attempts)
    tracker = Tracker(requests, np.random.default_rng(1), lambda _: None)
    result = tracker.run(whole_space(system, system, [(-1 + 0j,)]), "d", known=[(1 + 0j,)])
    assert result.ends[0].x == (-1,)


def test_an_empty_answer_is_an_error_never_an_empty_list() -> None:
    class Silent(Jumping):
        def track(self, *arguments):
            raise WorkerSilent("PHCpack returned 0 ends for 2 paths")

    attempts: list[str] = []
    requests = Requests(Silent(""), 2, itertools.count(1), attempts)
    tracker = Tracker(requests, np.random.default_rng(1), lambda _: None)
    with pytest.raises(EngineEmptyError, match="3 times"):
        tracker.run(whole_space(SQRT2, SQRT2, [(1 + 0j, 1 + 0j)]), "d")
    assert len(attempts) == 3


exponents = st.tuples(*[st.integers(0, 3)] * 3)
coefficients = st.complex_numbers(max_magnitude=1e9, allow_subnormal=False).filter(lambda c: abs(c) > 1e-9)


@given(st.dictionaries(exponents, coefficients, min_size=1, max_size=5))
def test_polynomials_survive_writing_and_reading(polynomial: dict[tuple[int, ...], complex]) -> None:
    written = text.write_polynomials([[(c, m) for m, c in polynomial.items()]] * 3, 3)
    assert written[0].startswith("x1-x1+x2-x2+x3-x3+")
    assert {m: c for c, m in text.read_polynomial(written[1], 3)} == polynomial


@given(st.tuples(*[st.complex_numbers(max_magnitude=1e100)] * 3))
def test_solutions_survive_writing_and_reading(x: tuple[complex, ...]) -> None:
    assert text.read_solution(text.write_solution(x), 3).x == x


def test_what_phcpack_could_not_print_is_read_as_nan() -> None:
    assert np.isnan(text.read_solution_or_nan("\x07 garbage", 2).t)


def test_zero_patterns_of_the_deep_linear_network_are_its_sets_of_live_neurons() -> None:
    patterns = zero_patterns(deep_linear((2, 2, 2), 2, seed=1), 8)
    neurons = [(0, 1, 4, 6), (2, 3, 5, 7)]  # row k of W1 and column k of W2
    expected = {(), neurons[0], neurons[1], tuple(range(8))}
    assert expected <= {live for live, _ in patterns}
    assert all(len(live) == len(equations) for live, equations in patterns)


def test_the_sign_symmetry_of_the_deep_linear_network_flips_its_neurons() -> None:
    system = deep_linear((2, 2, 2), 2, seed=1)
    symmetry = sign_symmetry(system, 8)
    moved = {tuple(i for i, s in enumerate(element) if s < 0) for element in symmetry.elements()}
    assert moved == {(), (0, 1, 4, 6), (2, 3, 5, 7), tuple(range(8))}
    x = tuple(np.exp(1j * np.arange(1, 9)))
    for equation in system:
        images = symmetry.quotient(equation)
        assert sorted(images.values()) == sorted(m for _, m in equation)
        ratios = []
        for image, m in images.items():  # monomials in y and in x differ by one factor in the whole equation
            y = [z**2 if i in symmetry.free else z for i, z in enumerate(x)]
            for f, generator in zip(symmetry.free, symmetry.generators, strict=True):
                y = [w * x[f] if s < 0 and i != f else w for i, (w, s) in enumerate(zip(y, generator, strict=True))]
            ratios.append(np.prod(np.array(y) ** image) / np.prod(np.array(x) ** m))
        assert np.ptp(np.real(ratios)) < 1e-9 and np.ptp(np.imag(ratios)) < 1e-9
        lifted = symmetry.lift(tuple(y))
        assert np.abs(np.abs(lifted) - 1).max() < 1e-12


def test_close_pairs_are_close_relative_to_their_size_and_not_merely_parallel() -> None:
    points = [(3 + 0j, 1j), (3e6 + 0j, 1e6j), (3e6 + 1e-3j, 1e6j), (3 + 1e-7j, 1j), (0j, 0j), (1e-10 + 0j, 0j)]
    assert close_pairs(points) == [(1, 2), (4, 5)]


def test_restriction_keeps_the_terms_without_dead_unknowns() -> None:
    system: Polynomials = [[(1, (1, 1)), (2, (0, 2))], [(3, (1, 0)), (4, (0, 1))]]
    assert restrict(system, (1,), (0,)) == [[(2, (2,))]]


def test_multihomogeneous_numbers_and_starts_agree() -> None:
    system = deep_linear((1, 1, 1), 1, seed=1)
    assert (best_partition(system).count.value, best_partition(system).partition) == (5, ((0,), (1,)))
    start = multihomogeneous_start(system, ((0,), (1,)), np.random.default_rng(1))
    assert multihomogeneous_number(system, ((0,), (1,))) == start.volume == len(start.solutions)
    assert all(max(map(abs, values(start.polynomials, x))) < 1e-12 for x in start.solutions)


def test_scaling_is_by_powers_of_two_and_can_be_undone() -> None:
    system: Polynomials = [[(1e-6, (2, 0)), (1e3, (0, 1))], [(1e2, (1, 1)), (-1e-3, (0, 0))]]
    scaling = find_scaling([system], 2)
    sizes = [abs(c) for p in scaling.apply(system) for c, _ in p]
    assert max(sizes) / min(sizes) < 4 and 0.2 < max(sizes) < 5
    x = (0.3 + 0.1j, -7.0 + 0j)
    assert scaling.unscale(scaling.scale(x)) == x
