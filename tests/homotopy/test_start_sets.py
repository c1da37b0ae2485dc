"""Start sets: known generic counts, the trace test, the cache, and what is refused."""

import multiprocessing

import numpy as np
import pytest

import polysys as ps
from homotopy import start_cache, trace_test
from homotopy.monodromy import grow, seed_pair
from homotopy.start_sets import family_digest, make_start_set, stratum_equations
from homotopy.tracker import compile_homotopy
from polysys.counts import deep_linear_from_torus_counts
from polysys.strata import strata

# label, generic count; from the literature (Mehta et al. 2022; Bharadwaj & Hosten 2023; Friedland & Ottaviani 2014)
COUNTS = [
    ("deep-linear:widths=1-1-1,data=gaussian", 5),
    ("deep-linear:widths=2-1-2,data=gaussian", 17),
    ("deep-linear:widths=1-2-2,data=gaussian", 33),
    ("deep-linear:widths=2-2-1,data=gaussian", 33),
    ("deep-linear:widths=2-2-2,data=gaussian,m=1", 33),
    ("deep-linear:widths=2-2-2,data=gaussian", 225),
    ("deep-linear:widths=1-3-2,data=gaussian", 73),
    ("deep-linear:widths=1-1-1-1,data=gaussian", 17),
    ("deep-linear:widths=1-1-1-2,data=gaussian", 33),
    ("deep-linear:widths=2-1-1-2,data=gaussian", 81),
    ("deep-linear:widths=1-2-2-1,data=gaussian", 129),
    ("deep-linear:widths=1-1-1-1-1,data=gaussian", 49),
    ("polynomial-network:widths=1-1-1,activation=z^2,data=gaussian,m=1", 9),
    ("polynomial-network:widths=2-1-1,activation=z^2,data=gaussian,m=3", 33),
    ("polynomial-network:widths=1-2-1,activation=z^2,data=gaussian,m=1", 33),
    ("polynomial-network:widths=2-1-1,activation=z^3,data=gaussian,m=4,output=fixed", 25),
    ("layered-spin-glass:widths=2-2-2", 6),
    ("layered-spin-glass:widths=2-3-3", 15),
    ("layered-spin-glass:widths=2-2-2-2", 24),
    ("spherical-p-spin:n=4,p=4", 40),
]


@pytest.mark.parametrize(("label", "count"), COUNTS)
def test_the_generic_count_is_the_known_one(label, count):
    starts = make_start_set(ps.model_from_label(label).sample(1))
    assert starts is not None and starts.n_solutions == count


def test_strata_of_a_deep_linear_network_are_its_live_neurons_and_their_counts_add_up():
    land = ps.model_from_label("deep-linear:widths=2-2-2,data=gaussian").sample(1)
    starts = make_start_set(land)
    torus = {len(s.alive) // 4: s.n_solutions for s in starts.strata if s.alive}
    assert torus == {1: 16, 2: 192}
    assert deep_linear_from_torus_counts((2, 2, 2), {(r,): k for r, k in torus.items()}).value == starts.n_solutions
    deep = ps.model_from_label("deep-linear:widths=2-2-2-2,data=gaussian").sample(1).generic_potential()
    assert len(strata(deep)) == 1 + 2 * 2 + 2 + 2 + 1  # live neurons (1,1), (1,2), (2,1), (2,2), and the origin


def test_monodromy_from_two_random_members_gives_the_same_counts():
    land = ps.model_from_label("deep-linear:widths=2-2-2,data=gaussian").sample(1)
    first, second = make_start_set(land, 1), make_start_set(land, 2)
    assert [s.n_solutions for s in first.strata] == [s.n_solutions for s in second.strata]


@pytest.mark.parametrize(
    "label",
    [
        "deep-linear:widths=2-1-2,data=gaussian",
        "layered-spin-glass:widths=2-2-2",
        "polynomial-network:widths=2-2-1,activation=z^2,data=gaussian,m=3,output=fixed",
    ],
)
def test_the_trace_test_passes_on_every_stratum(label):
    land = ps.model_from_label(label).sample(1)
    for s in make_start_set(land).strata:
        if s.alive:
            n = min(len(s.alive), land.domain.n)
            result = trace_test.trace_test(stratum_equations(land, s.alive), s.parameters, s.solutions, n, s.signs)
            assert result.is_passed, str(result)


def test_the_trace_test_notices_a_missing_solution():
    land = ps.model_from_label("deep-linear:widths=2-1-2,data=gaussian").sample(1)
    s = make_start_set(land).strata[-1]
    tape = stratum_equations(land, s.alive)
    shortened = trace_test.trace_test(tape, s.parameters, s.solutions[1:], len(s.alive), s.signs)
    assert not shortened.is_passed
    # and of the section: a complete section has no second difference, one without its first point has
    rng = np.random.default_rng(0)
    n, k = tape.n_variables, tape.n_parameters
    q = rng.standard_normal(2 * k + n + 2) + 1j * rng.standard_normal(2 * k + n + 2)
    q[:k] = s.parameters
    q[-1] = q[2 * k : 2 * k + n] @ s.solutions[0] ** 2
    program = compile_homotopy(trace_test.section_system(tape, n))
    signs = np.concatenate([s.signs, np.ones((len(s.signs), 1), np.int8)], axis=1)
    section = grow(program, q, np.append(s.solutions[0], 0)[None, :], n, signs, rng)
    assert trace_test._defect(program, q, section.solutions, None) < 1e-8
    assert trace_test._defect(program, q, section.solutions[1:], None) > 1e-3


def test_a_seed_pair_solves_its_equations():
    land = ps.model_from_label("layered-spin-glass:widths=2-3,degrees=2-1").sample(1)
    tape = land.parametric_tapes.equations
    charts = [
        (block, np.array([complex(float(a)) for a in chart]))
        for block, chart in zip(land.domain.slices, land.formulation.charts, strict=True)
    ]
    p, x = seed_pair(tape, land.is_linear_parameter, land.domain.n, charts, np.random.default_rng(1))
    assert max(abs(v) for v in tape.evaluate(list(x), list(p), float)) < 1e-12


def test_square_free_couplings_have_no_start_set_because_the_count_is_not_reached_by_one_component():
    with pytest.warns(UserWarning, match="isotropic"):
        land = ps.SphericalPSpin(n=3, p=3, couplings="square-free").sample(1)
    assert make_start_set(land) is None


@pytest.fixture
def cache(monkeypatch, tmp_path):
    monkeypatch.setenv("STATIONARY_CACHE", str(tmp_path / "starts"))
    return tmp_path / "starts"


LABEL = "deep-linear:widths=2-1-2,data=gaussian"


def test_a_start_set_is_read_back_and_reused_for_another_sample(cache):
    first = start_cache.start_set(ps.model_from_label(LABEL).sample(1))
    (file,) = cache.iterdir()
    before = file.stat().st_mtime_ns
    again = start_cache.start_set(ps.model_from_label(LABEL).sample(2))
    assert file.stat().st_mtime_ns == before
    assert all(np.array_equal(a.solutions, b.solutions) for a, b in zip(first.strata, again.strata, strict=True))


@pytest.mark.parametrize("damage", ["truncate", "digit", "foreign", "wrong point"])
def test_a_damaged_or_foreign_start_file_is_noticed_and_made_anew(cache, damage):
    land = ps.model_from_label(LABEL).sample(1)
    start_cache.start_set(land)
    (file,) = cache.iterdir()
    data = bytearray(file.read_bytes())
    if damage == "truncate":
        file.write_bytes(data[: len(data) // 2])
    elif damage == "digit":
        data[len(data) // 2] ^= 1
        file.write_bytes(data)
    elif damage == "foreign":
        other = make_start_set(ps.model_from_label("deep-linear:widths=1-1-1,data=gaussian").sample(1))
        start_cache.save(file, other)
    else:
        known = start_cache.load(file, family_digest(land))
        known.strata[-1].solutions[0, 0] += 1e-3  # a sound file of a wrong set
        start_cache.save(file, known)
    assert start_cache.start_set(land).n_solutions == 17
    sound = start_cache.load(file, family_digest(land))
    assert sound is not None and start_cache._solves(land, sound)


def _build(label: str) -> int:
    return start_cache.start_set(ps.model_from_label(label).sample(1)).n_solutions


def test_processes_that_build_the_same_start_set_at_once_do_not_disturb_each_other(cache):
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        assert pool.map(_build, [LABEL] * 4) == [17] * 4
    assert [f.suffix for f in cache.iterdir()] == [".npz"]


def test_a_cache_that_cannot_be_written_is_no_error(monkeypatch):
    monkeypatch.setenv("STATIONARY_CACHE", "/proc/nowhere")
    assert start_cache.start_set(ps.model_from_label(LABEL).sample(1)).n_solutions == 17
