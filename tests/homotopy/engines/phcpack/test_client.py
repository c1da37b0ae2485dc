"""PHCpack's engine: every path accounted for, the same solutions from every start system and both transports."""

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest

from homotopy.engines.phcpack.client import PHCpack, Polynomials, Start, find_phcpack
from tests.homotopy.phcpack_systems import (
    assert_same_points,
    deep_linear,
    eigenvectors,
    fermat,
    layered,
    regular,
    statuses,
    symmetric_tensor,
    values,
)

pytestmark = pytest.mark.phcpack


@pytest.fixture(scope="module")
def engine() -> Iterator[PHCpack]:
    with PHCpack("phcpy" if find_phcpack().phcpy_path else "auto") as engine:
        yield engine


@pytest.mark.parametrize(
    ("widths", "n_data", "n_solutions", "n_paths"),
    [((1, 1, 1), 1, 5, 5), ((1, 1, 1, 1), 1, 17, 17), ((1, 2, 2), 1, 33, 81)],
)
def test_deep_linear_networks_have_their_known_numbers_of_solutions(
    engine: PHCpack, widths: tuple[int, ...], n_data: int, n_solutions: int, n_paths: int
) -> None:
    """Mehta, Chen, Tang and Hauenstein 2022. The origin and dead neurons have zero coordinates (trap D)."""
    report = engine.solve(deep_linear(widths, n_data, seed=5), seed=1)
    assert report.n_paths == len(report.ends) == report.root_count == n_paths
    assert len(regular(report)) == n_solutions
    assert statuses(report).get("failed", 0) == 0 and set(statuses(report)) <= {"regular", "at_infinity"}
    assert any(not any(x) for x in regular(report))


@pytest.mark.slow
def test_deep_linear_2_2_2_has_225_solutions(engine: PHCpack) -> None:
    """1 + 2 * 16 + 192, against a stable mixed volume of 1089; this sample has solutions of size 7000."""
    report = engine.solve(deep_linear((2, 2, 2), 2, seed=2), seed=2)
    assert report.n_paths == 1089
    assert statuses(report) == {"regular": 225, "at_infinity": 864}
    assert Counter(sum(z == 0 for z in x) for x in regular(report)) == {0: 192, 4: 32, 8: 1}


def test_singular_vector_tuples_of_a_3x3x3_tensor_are_37(engine: PHCpack) -> None:
    report = engine.solve(layered((3, 3, 3), seed=1), seed=1)
    assert statuses(report) == {"regular": 37}


@pytest.mark.parametrize("start", Start)
def test_every_start_system_leads_to_the_same_solutions(engine: PHCpack, start: Start) -> None:
    system = eigenvectors(symmetric_tensor(4, 1), np.random.default_rng(2).normal(size=4))
    report = engine.solve(system, start=start, seed=3)
    assert report.n_paths == len(report.ends) == report.root_count
    assert_same_points(regular(report), regular(engine.solve(system, seed=4)))
    assert len(regular(report)) == 15
    assert set(statuses(report)) <= {"regular", "at_infinity"}
    assert all(max(map(abs, values(system, x))) < 1e-6 for x in regular(report))


def test_root_counts_of_the_deep_linear_network_2_2_2(engine: PHCpack) -> None:
    counts = engine.root_counts(deep_linear((2, 2, 2), 2, seed=1))
    assert counts == {
        "total_degree": 3**8,
        "multihomogeneous": 1921,
        "mixed_volume": 1024,
        "stable_mixed_volume": 1089,
    }


def test_the_same_seed_gives_the_same_report_and_another_seed_the_same_solutions(engine: PHCpack) -> None:
    system = deep_linear((1, 2, 1), 1, seed=3)
    first, again, other = (engine.solve(system, seed=seed) for seed in (1, 1, 2))
    assert (first.ends, first.gamma, first.attempts) == (again.ends, again.gamma, again.attempts)
    assert other.gamma != first.gamma and abs(abs(first.gamma) - 1) < 1e-15
    assert_same_points(regular(first), regular(other))


def test_nothing_remains_of_earlier_requests(engine: PHCpack) -> None:
    """Trap E: the parameters of a tracking in double double precision would spoil a later polyhedral start."""
    system = deep_linear((1, 2, 2), 1, seed=3)
    before = engine.solve(system, seed=1)
    parallel: Polynomials = [[(1, (1, 0)), (1, (0, 1)), (-1, (0, 0))], [(1, (1, 0)), (1, (0, 1)), (-2, (0, 0))]]
    assert "double double" in " ".join(engine.solve(parallel, seed=1).attempts)
    after = engine.solve(system, seed=1)
    assert (after.ends, after.attempts) == (before.ends, before.attempts)


def test_phcpy_and_phc_find_the_same_solutions(engine: PHCpack) -> None:
    systems = [
        eigenvectors(symmetric_tensor(5, 3), np.random.default_rng(4).normal(size=5)),
        deep_linear((1, 2, 2), 1, seed=8),
        [[(1 + 0j, (3,)), (-2 + 0j, (1,)), (5 + 0j, (0,))]],
    ]
    with PHCpack("phc") as executable:
        for system in systems:
            a, b = engine.solve(system, seed=6), executable.solve(system, seed=6)
            assert (b.transport, a.n_paths, a.root_count) == ("phc", b.n_paths, b.root_count)
            assert statuses(a) == statuses(b)
            assert_same_points(regular(a), regular(b))
        assert executable.root_counts(systems[1]) == engine.root_counts(systems[1])


@pytest.mark.parametrize("precision", ["dd", "qd"])
@pytest.mark.parametrize("transport", ["phcpy", "phc"])
def test_higher_precision_gives_the_same_solutions(engine: PHCpack, transport: str, precision: str) -> None:
    system = deep_linear((1, 1, 1), 1, seed=1)
    with PHCpack(transport) as other:
        report = other.solve(system, start=Start.TOTAL_DEGREE, precision=precision, seed=1)
    assert report.precision == precision
    assert statuses(report) == {"regular": 5, "at_infinity": 4}
    assert_same_points(regular(report), regular(engine.solve(system, seed=1)))


@pytest.mark.parametrize("transport", ["phcpy", "phc"])
def test_the_fermat_tensor_leads_to_all_eigenvectors_one_path_each(transport: str) -> None:
    rng = np.random.default_rng(11)
    chart, c = rng.normal(size=6), np.exp(2j * np.pi * rng.uniform(size=6))
    tensor, solutions = fermat(chart, c)
    target = eigenvectors(symmetric_tensor(6, 5), chart)
    with PHCpack(transport) as engine:
        report = engine.track(target, eigenvectors(tensor, chart), solutions, seed=1)
        assert statuses(report) == {"regular": 63}
        assert report.root_count is None
        assert_same_points(regular(report), regular(engine.solve(target, seed=2)))


def test_ends_come_in_the_order_of_the_start_solutions(engine: PHCpack) -> None:
    """From a system to itself the homotopy stands still, so each path ends where it began."""
    rng = np.random.default_rng(12)
    chart, c = rng.normal(size=4), np.exp(2j * np.pi * rng.uniform(size=4))
    tensor, solutions = fermat(chart, c)
    solutions = [solutions[i] for i in rng.permutation(len(solutions))]
    system = eigenvectors(tensor, chart)
    report = engine.track(system, system, solutions, seed=1)
    assert np.abs(np.array([end.x for end in report.ends]) - np.array(solutions)).max() < 1e-8


def test_badly_scaled_coefficients_are_scaled_and_the_solutions_scaled_back(engine: PHCpack) -> None:
    """Coefficients from 1e-6 to 1e3, as trap F reports that PHCpack died on coefficients of size 100."""
    rng = np.random.default_rng(3)
    plain = eigenvectors(symmetric_tensor(4, 7), rng.normal(size=4))
    units, rows = 10.0 ** rng.uniform(-3, 2, 5), 10.0 ** rng.uniform(-3, 3, 5)
    scaled = [
        [(c * r / float(np.prod(units ** np.array(m))), m) for c, m in p] for p, r in zip(plain, rows, strict=True)
    ]
    found = [tuple(z / u for z, u in zip(x, units, strict=True)) for x in regular(engine.solve(scaled, seed=1))]
    assert_same_points(found, regular(engine.solve(plain, seed=1)))


def test_double_solutions_are_singular_and_every_path_to_them_is_reported(engine: PHCpack) -> None:
    system: Polynomials = [[(1, (2, 0)), (-2, (1, 0)), (1, (0, 0))], [(1, (0, 1)), (-1, (1, 0)), (-1, (0, 0))]]
    report = engine.solve(system, start=Start.TOTAL_DEGREE, seed=1)
    assert statuses(report) == {"singular": 2}
    assert all(abs(end.x[0] - 1) < 1e-4 and abs(end.x[1] - 2) < 1e-4 and end.t == 1 for end in report.ends)


def test_progress_reaches_the_number_of_tracked_paths() -> None:
    seen: list[tuple[int, int]] = []
    with PHCpack(progress=lambda done, total: seen.append((done, total))) as engine:
        engine.solve(eigenvectors(symmetric_tensor(6, 1), np.ones(6)), start=Start.TOTAL_DEGREE, seed=1)
    assert seen == [(32, 64), (64, 64)]
