"""PHCpack's engine: every path accounted for, both transports, and what happens when PHCpack misbehaves."""

import itertools
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from homotopy.engines import _phc_text as text
from homotopy.engines._phc_patterns import restrict, sign_symmetry, zero_patterns
from homotopy.engines._phc_points import close_pairs
from homotopy.engines._phc_scaling import find_scaling
from homotopy.engines._phc_stages import Requests, whole_space
from homotopy.engines._phc_starts import best_partition, multihomogeneous_number, multihomogeneous_start
from homotopy.engines._phc_tracking import Tracker
from homotopy.engines._phc_types import PathEnd, RawEnd
from homotopy.engines.phcpack import PathReport, PHCpack, Polynomials, Start, find_phcpack
from homotopy.errors import EngineCrashError, EngineEmptyError, EngineMissingError, EngineTimeoutError
from homotopy.status import PathStatus
from polysys.errors import InputError, NotSquareError

pytestmark = pytest.mark.phcpack
ROOT = Path(__file__).parents[2]


# ---- systems -------------------------------------------------------------------------------------------------------


def terms(equations: list[sympy.Expr], unknowns: list[sympy.Symbol]) -> Polynomials:
    polys = [sympy.Poly(e, *unknowns) for e in equations]
    return [[(complex(c), tuple(m)) for m, c in p.terms()] for p in polys]


def deep_linear(widths: tuple[int, ...], n_data: int, seed: int) -> Polynomials:
    """Gradient of tr(W S W^T)/2 - tr(W B^T) + sum lambda_j w_j^2 / 2, W the product of the layers."""
    rng = np.random.default_rng(seed)
    layers = [
        sympy.Matrix(b, a, lambda i, j, k=k: sympy.Symbol(f"w{k}_{i}_{j}"))
        for k, (a, b) in enumerate(itertools.pairwise(widths))
    ]
    unknowns = [w for layer in layers for w in layer]
    data = rng.normal(size=(widths[0], n_data))
    targets = rng.normal(size=(widths[-1], n_data))
    product = layers[0]
    for layer in layers[1:]:
        product = layer * product
    loss = (product * sympy.Matrix((data @ data.T).tolist()) * product.T).trace() / 2
    loss -= (product * sympy.Matrix((targets @ data.T).tolist()).T).trace()
    loss += sum(rng.uniform(0.05, 1) * w**2 for w in unknowns) / 2
    return terms([sympy.diff(sympy.expand(loss), w) for w in unknowns], unknowns)


def eigenvectors(tensor: np.ndarray, chart: np.ndarray) -> Polynomials:
    """T x x = mu x with a . x = 1 in the unknowns x, mu; 2^n - 1 solutions (Cartwright and Sturmfels 2013)."""
    n = len(chart)
    system = []
    for i in range(n):
        collected: dict[tuple[int, ...], complex] = {}
        for j, k in itertools.product(range(n), repeat=2):
            m = tuple((l == j) + (l == k) for l in range(n + 1))
            collected[m] = collected.get(m, 0) + complex(tensor[i, j, k])
        system.append([*((c, m) for m, c in collected.items() if c), (-1 + 0j, unit(n + 1, i, n))])
    return [*system, [*((complex(chart[i]), unit(n + 1, i)) for i in range(n)), (-1 + 0j, (0,) * (n + 1))]]


def unit(n: int, *which: int) -> tuple[int, ...]:
    return tuple(which.count(i) for i in range(n))


def symmetric_tensor(n: int, seed: int) -> np.ndarray:
    g = np.random.default_rng(seed).normal(size=(n, n, n))
    return sum(np.transpose(g, p) for p in itertools.permutations(range(3))) / 6


def layered(widths: tuple[int, ...], seed: int) -> Polynomials:
    """Singular vector tuples of a tensor in real charts (Friedland and Ottaviani 2014)."""
    rng = np.random.default_rng(seed)
    tensor = rng.normal(size=widths)
    vectors = [sympy.symbols(f"u{k}_0:{n}") for k, n in enumerate(widths)]
    mus = sympy.symbols(f"mu0:{len(widths)}")
    potential = sum(
        float(tensor[i]) * sympy.prod(v[k] for v, k in zip(vectors, i, strict=True)) for i in np.ndindex(widths)
    )
    equations = [sympy.diff(potential, x) - mu * x for v, mu in zip(vectors, mus, strict=True) for x in v]
    equations += [sum(float(a) * x for a, x in zip(rng.normal(size=len(v)), v, strict=True)) - 1 for v in vectors]
    return terms(equations, [*itertools.chain(*vectors), *mus])


def values(system: Polynomials, x: tuple[complex, ...]) -> list[complex]:
    return [sum(c * np.prod([z**d for z, d in zip(x, m, strict=True)]) for c, m in p) for p in system]


def regular(report: PathReport) -> list[tuple[complex, ...]]:
    return [end.x for end in report.ends if end.status is PathStatus.REGULAR]


def statuses(report: PathReport) -> dict[str, int]:
    return dict(Counter(end.status.value for end in report.ends))


def assert_same_points(found: list[tuple[complex, ...]], expected: list[tuple[complex, ...]]) -> None:
    """One to one: each expected point has exactly one found point nearest to it, and that one is near."""
    assert len(found) == len(expected)
    a, b = np.array(found), np.array(expected)
    distances = np.abs(a[:, None, :] - b[None, :, :]).max(axis=2) / np.maximum(np.abs(b).max(axis=1), 1.0)[None, :]
    assert sorted(distances.argmin(axis=0)) == list(range(len(found)))
    assert distances.min(axis=0).max() < 1e-7


SQRT2: Polynomials = [[(1, (2, 0)), (-2, (0, 0))], [(1, (1, 1)), (-1, (0, 0))]]


@pytest.fixture(scope="module")
def engine() -> Iterator[PHCpack]:
    with PHCpack("phcpy" if find_phcpack().phcpy_path else "auto") as engine:
        yield engine


# ---- counts --------------------------------------------------------------------------------------------------------


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
    assert statuses(report).get("failed", 0) == 0
    assert any(not any(x) for x in regular(report))


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
    with PHCpack(transport) as other:  # type: ignore[arg-type]
        report = other.solve(system, start=Start.TOTAL_DEGREE, precision=precision, seed=1)  # type: ignore[arg-type]
    assert report.precision == precision
    assert statuses(report) == {"regular": 5, "at_infinity": 4}
    assert_same_points(regular(report), regular(engine.solve(system, seed=1)))


# ---- tracking ------------------------------------------------------------------------------------------------------


def fermat(chart: np.ndarray, c: np.ndarray) -> tuple[np.ndarray, list[tuple[complex, ...]]]:
    """The tensor sum c_i x_i^3 and its eigenvectors x_i = mu / c_i on the subsets, scaled to a . x = 1."""
    n = len(c)
    tensor = np.zeros((n, n, n), dtype=complex)
    solutions = []
    for i in range(n):
        tensor[i, i, i] = c[i]
    for subset in itertools.product([0, 1], repeat=n):
        if any(subset):
            x = np.array(subset) / c
            x, mu = x / (chart @ x), 1 / (chart @ x)
            solutions.append((*map(complex, x), complex(mu)))
    return tensor, solutions


@pytest.mark.parametrize("transport", ["phcpy", "phc"])
def test_the_fermat_tensor_leads_to_all_eigenvectors_one_path_each(transport: str) -> None:
    rng = np.random.default_rng(11)
    chart, c = rng.normal(size=6), np.exp(2j * np.pi * rng.uniform(size=6))
    tensor, solutions = fermat(chart, c)
    target = eigenvectors(symmetric_tensor(6, 5), chart)
    with PHCpack(transport) as engine:  # type: ignore[arg-type]
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


class Jumping:
    """A backend for x^2 = 1 from x^2 = 1 whose paths jump until asked for smaller steps or another gamma."""

    transport, version, deadline = "fake", "", 0.0

    def __init__(self, cured_by: str) -> None:
        self.cured_by = cured_by
        self.gammas: list[complex] = []

    def track(self, target, start, solutions, gamma, precision, tuning, seed):  # type: ignore[no-untyped-def]
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
    monkeypatch.setattr("homotopy.engines._phc_tracking.follow", lambda h, x, s: [jumped] * len(x))
    system: Polynomials = [[(1, (2,)), (-1, (0,))]]
    requests = Requests(backend, 2, itertools.count(1), attempts)  # type: ignore[arg-type]
    tracker = Tracker(requests, np.random.default_rng(1), lambda _: None)
    result = tracker.run(whole_space(system, system, [(1 + 0j,), (-1 + 0j,)]), "d")
    assert [end.x for end in result.ends] == [(1,), (-1,)] if cured_by else [(1,), (1,)]
    assert len(set(backend.gammas)) == n_gammas
    assert result.gamma in backend.gammas
    assert attempts and "2 suspect ends (2 regular)" in attempts[0]


def test_a_path_of_another_stratum_that_arrives_at_a_known_solution_is_suspect() -> None:
    backend, attempts = Jumping("steps"), []
    system: Polynomials = [[(1, (2,)), (-1, (0,))]]
    requests = Requests(backend, 0, itertools.count(1), attempts)  # type: ignore[arg-type]
    tracker = Tracker(requests, np.random.default_rng(1), lambda _: None)
    result = tracker.run(whole_space(system, system, [(-1 + 0j,)]), "d", known=[(1 + 0j,)])
    assert result.ends[0].x == (-1,)


# ---- misbehaviour --------------------------------------------------------------------------------------------------


def test_a_worker_killed_in_the_middle_is_replaced_and_the_answer_is_the_same() -> None:
    system = eigenvectors(symmetric_tensor(6, 1), np.ones(6))
    killed: list[int] = []

    def kill_once(done: int, total: int) -> None:
        if not killed:
            killed.append(engine._backend.pid)  # type: ignore[union-attr]
            os.kill(killed[0], signal.SIGKILL)

    with PHCpack("phcpy", progress=kill_once) as engine:
        report = engine.solve(system, start=Start.TOTAL_DEGREE, seed=1)
        assert any("signal 9" in sentence for sentence in report.attempts)
        assert engine.solve(system, start=Start.TOTAL_DEGREE, seed=1).ends == report.ends
    assert len(regular(report)) == 63


@pytest.mark.parametrize("transport", ["phcpy", "phc"])
def test_the_time_limit_stops_the_process_and_the_engine_stays_usable(transport: str) -> None:
    with PHCpack(transport, time_limit=0.3) as engine:  # type: ignore[arg-type]
        engine.version  # the start of the worker does not count
        with pytest.raises(EngineTimeoutError, match="time limit"):
            engine.solve(deep_linear((2, 2, 2), 2, seed=1), seed=1)
        engine.time_limit = 100
        assert len(regular(engine.solve(SQRT2, seed=1))) == 2


def test_no_process_is_left_behind_when_the_caller_is_killed(tmp_path: Path) -> None:
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from homotopy.engines.phcpack import PHCpack, Start\n"
        "def tell(done, total): print(engine._backend.pid, flush=True)\n"
        "engine = PHCpack('phcpy', progress=tell)\n"
        "n = 8; one = lambda *k: tuple(k.count(i) for i in range(n))\n"
        "engine.solve([[(1.0, one(i, i, i)), (2.0, one(i, (i + 1) % n)), (3.0, one())] for i in range(n)],"
        " start=Start.TOTAL_DEGREE, seed=1)\n"
    )
    caller = subprocess.Popen([sys.executable, "-c", script, str(ROOT)], stdout=subprocess.PIPE, text=True)
    assert caller.stdout is not None
    with caller:
        worker = int(caller.stdout.readline())
        caller.kill()
    deadline = time.monotonic() + 10
    while _is_running(worker) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _is_running(worker)


def _is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    for transport in ("phcpy", "phc"):
        with PHCpack(transport) as engine:  # type: ignore[arg-type]
            engine.solve(SQRT2, seed=1)
    assert capfd.readouterr() == ("", "")


def fake_phcpy(directory: Path, body: str) -> str:
    (directory / "phcpy").mkdir()
    (directory / "phcpy" / "__init__.py").write_text(body)
    return str(directory / "phcpy")


def test_a_worker_that_always_dies_is_an_error_and_auto_takes_the_executable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATIONARY_PHCPY", fake_phcpy(tmp_path, "import os; os._exit(3)"))
    with pytest.raises(EngineCrashError, match="exit code 3"):
        PHCpack("phcpy").solve(SQRT2, seed=1)
    with PHCpack() as engine:
        assert engine.solve(SQRT2, seed=1).transport == "phc"


def test_a_phcpy_that_cannot_be_loaded_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATIONARY_PHCPY", fake_phcpy(tmp_path, "raise ImportError('built for another Python')"))
    with pytest.raises(EngineMissingError, match="built for another Python"):
        PHCpack("phcpy").solve(SQRT2, seed=1)


def test_a_missing_phcpack_is_an_error_that_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATIONARY_PHCPY", "/nowhere")
    monkeypatch.setenv("STATIONARY_PHC", "/nowhere")
    engine = PHCpack()
    with pytest.raises(EngineMissingError, match="apt install phcpack"):
        engine.solve(SQRT2, seed=1)
    with pytest.raises(EngineMissingError, match="conda"):
        find_phcpack()


@pytest.mark.parametrize(
    ("body", "error"),
    [("exit 1", EngineCrashError), ("exit 0", EngineCrashError), ("sleep 60", EngineTimeoutError)],
)
def test_an_executable_that_does_not_work_is_an_error(
    body: str, error: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "phc"
    script.write_text(f'#!/bin/sh\n[ "$1" = --version ] && echo fake && exit\n{body}\n')
    script.chmod(0o755)
    monkeypatch.setenv("STATIONARY_PHC", str(script))
    monkeypatch.setattr("homotopy.engines.phcpack.START_LIMIT", 0.5)
    with pytest.raises(error):
        PHCpack("phc").solve(SQRT2, seed=1)


def test_an_empty_answer_is_an_error_never_an_empty_list() -> None:
    class Silent(Jumping):
        def track(self, *arguments):  # type: ignore[no-untyped-def]
            from homotopy.engines._phc_failures import WorkerSilent

            raise WorkerSilent("PHCpack returned 0 ends for 2 paths")

    attempts: list[str] = []
    requests = Requests(Silent(""), 2, itertools.count(1), attempts)  # type: ignore[arg-type]
    tracker = Tracker(requests, np.random.default_rng(1), lambda _: None)
    with pytest.raises(EngineEmptyError, match="3 times"):
        tracker.run(whole_space(SQRT2, SQRT2, [(1 + 0j, 1 + 0j)]), "d")
    assert len(attempts) == 3


@pytest.mark.parametrize(
    ("system", "error", "words"),
    [
        ([], InputError, "no equations"),
        ([[(1, (1, 0))]], NotSquareError, "2 unknowns"),
        ([[(float("nan"), (1,))]], InputError, "nan"),
        ([[(1, (1,)), (float("inf"), (0,))]], InputError, "inf"),
        ([[(1, (-1,))]], InputError, "natural number"),
        ([[(1, (0.5,))]], InputError, "natural number"),
        ([[(1, (1,)), (-1, (1,))]], InputError, "is zero"),
    ],
)
def test_malformed_systems_are_refused_before_they_reach_phcpack(system, error, words) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(error, match=words):
        PHCpack().solve(system, seed=1)


def test_malformed_requests_are_refused(engine: PHCpack) -> None:
    with pytest.raises(InputError, match="does not solve"):
        engine.track(SQRT2, SQRT2, [(1, 1)], seed=1)
    with pytest.raises(InputError, match="equal"):
        engine.track(SQRT2, SQRT2, [(2**0.5, 0.5**0.5)] * 2, seed=1)
    with pytest.raises(InputError, match="finite"):
        engine.track(SQRT2, SQRT2, [(1, float("nan"))], seed=1)
    with pytest.raises(InputError, match="different sizes"):
        engine.track(SQRT2, [[(1, (1,))]], [], seed=1)
    with pytest.raises(InputError, match="groups"):
        engine.solve(SQRT2, start=Start.MULTIHOMOGENEOUS, partition=[[0], [0]], seed=1)
    with pytest.raises(InputError, match="seed"):
        engine.solve(SQRT2, seed=-1)
    with pytest.raises(InputError, match="transport"):
        PHCpack("telepathy")  # type: ignore[arg-type]


def test_systems_without_solutions_have_no_paths_or_only_diverging_ones(engine: PHCpack) -> None:
    assert engine.solve([[(5, (0,))]], seed=1).n_paths == 0
    parallel: Polynomials = [[(1, (1, 0)), (1, (0, 1)), (-1, (0, 0))], [(1, (1, 0)), (1, (0, 1)), (-2, (0, 0))]]
    assert statuses(engine.solve(parallel, seed=1)) == {"at_infinity": 1}


# ---- pieces --------------------------------------------------------------------------------------------------------

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
    assert best_partition(system) == (5, ((0,), (1,)))
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


# ---- PHCpack's traps: each of these fails when PHCpack no longer has the trap, and its workaround may go -----------


def phcpy_says(script: str) -> str:
    """Run a script in a process of its own with phcpy loaded as the worker loads it; return its last line."""
    directory = find_phcpack().phcpy_path
    if directory is None:
        pytest.skip("phcpy is not installed")
    setup = "from homotopy.engines._phc_worker import load_phcpy; phcpy = load_phcpy(DIR)\n"
    done = subprocess.run(
        [sys.executable, "-c", setup.replace("DIR", repr(directory)) + script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    if "2.4.86" not in done.stdout.splitlines()[0]:
        pytest.skip("the traps were measured on PHCpack 2.4.86")
    return done.stdout.splitlines()[-1]


def test_trap_b_trackers_mix_up_unknowns_that_first_appear_in_another_order() -> None:
    script = """
from phcpy.trackers import track
from phcpy.solutions import make_solution, strsol2dict
def end(prefix):
    target, start = [prefix + 'y^2 - 9;', 'x - 2*y - 1;'], [prefix + 'x - 1;', 'y^2 - 4;']
    found = track(target, start, [make_solution(['x', 'y'], [1.0, 2.0])], gamma=0.6+0.8j)
    values = strsol2dict(found[0])
    return max(abs(values['y']**2 - 9), abs(values['x'] - 2*values['y'] - 1))
print(end('x-x+y-y+') < 1e-8, end('') < 1e-8)
"""
    assert phcpy_says(script) == "True False"


def test_trap_e_mixed_volumes_are_those_of_a_system_stored_before() -> None:
    script = """
from phcpy.solver import mixed_volume, total_degree
a, b = ['x^2*y - 1;', 'x + y^3 - 2;'], ['x - 1;', 'y - 2;']
total_degree(a)
print(mixed_volume(a), mixed_volume(b))
"""
    first, second = phcpy_says(script).split()
    assert first == second != "1"


def test_trap_d_a_polyhedral_homotopy_alone_loses_the_origin(engine: PHCpack) -> None:
    counts = engine.root_counts(deep_linear((1, 1, 1), 1, seed=1))
    assert (counts["mixed_volume"], counts["stable_mixed_volume"]) == (4, 5)


def test_double_double_trackers_without_tasks_return_the_start_points() -> None:
    script = """
from phcpy.trackers import track
from phcpy.solutions import make_solution, strsol2dict
sols = [make_solution(['x', 'y'], [1.0, 1.0])]
target, start = ['x^2 - 4;', 'y - 3;'], ['x^2 - 1;', 'y - 1;']
ends = [strsol2dict(track(target, start, sols, precision='dd', gamma=0.6+0.8j, tasks=k)[0])['t'] for k in (0, 1)]
print([float(t.real) for t in ends])
"""
    assert phcpy_says(script) == "[0.0, 1.0]"


def test_the_m_homogeneous_start_system_of_phcpy_has_no_solutions() -> None:
    script = """
from phcpy.solver import m_homogeneous_start_system
system, solutions = m_homogeneous_start_system(['x*y - 1;', 'x + y - 3;'], '{ x }{ y }', checkin=False)
print(len(solutions))
"""
    assert phcpy_says(script) == "0"


def test_phc_miscounts_the_mixed_volume_of_one_equation(tmp_path: Path) -> None:
    found = find_phcpack()
    if found.phc_path is None or "2.4.86" not in found.versions["phc"]:
        pytest.skip("measured on PHCpack 2.4.86")
    (tmp_path / "in").write_text("1 1\nx^3 - 2*x + 5;\n")
    menu = "4\n0\nn\nn\n"
    command = [found.phc_path, "-01", "-m", "in", "out"]
    subprocess.run(command, input=menu, text=True, cwd=tmp_path, stdout=subprocess.DEVNULL, check=True)
    assert "common mixed volume : 4" in (tmp_path / "out").read_text()


def test_trap_c_the_black_box_writes_its_merged_list_into_the_input(tmp_path: Path) -> None:
    found = find_phcpack()
    if found.phc_path is None or "2.4.86" not in found.versions["phc"]:
        pytest.skip("measured on PHCpack 2.4.86")
    system = "2\nx*y^2 + x - 2*y;\nx^2*y - 2*x + y;\n"
    (tmp_path / "in").write_text(system)
    command = [found.phc_path, "-01", "-b", "in", "out"]
    subprocess.run(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, check=True)
    assert len(text.re.findall(r"^solution \d+", (tmp_path / "in").read_text(), text.re.MULTILINE)) == 5
