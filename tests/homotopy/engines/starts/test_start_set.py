"""Start sets: known generic counts, the trace test, the cache, and what is refused."""

import itertools
import multiprocessing
import os
from dataclasses import replace

import numpy as np
import pytest

import homotopy as ho
import polysys as ps
from homotopy.counting.batch import census_batch
from homotopy.engines.starts import cache as start_cache
from homotopy.engines.starts import sections, trace_test
from homotopy.engines.starts.family import is_bundle, observables, patterns, stratum_tapes
from homotopy.engines.starts.loops import grow
from homotopy.engines.starts.sections import SectionCurve, section_system, trace_defect
from homotopy.engines.starts.sign_orbits import Orbits
from homotopy.engines.starts.start_set import (
    Ground,
    StartKind,
    StartSet,
    Stratum,
    StratumEvidence,
    can_start,
    family_digest,
    make_start_set,
)
from homotopy.engines.tracker.options import TrackerOptions
from homotopy.engines.tracker.program import compile_homotopy
from homotopy.engines.tracker.results import CODE
from homotopy.status import PathStatus, StartCount
from polysys.counts import deep_linear_from_torus_counts, nie_ranestad
from polysys.tape import trace

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


def test_monodromy_from_two_random_members_gives_the_same_counts():
    land = ps.model_from_label("deep-linear:widths=2-2-2,data=gaussian").sample(1)
    first, second = make_start_set(land, 1), make_start_set(land, 2)
    assert [s.n_solutions for s in first.strata] == [s.n_solutions for s in second.strata]


@pytest.mark.parametrize(
    ("label", "couplings"),
    [
        ("deep-linear:widths=2-1-2,data=gaussian", ("YX",)),
        ("deep-linear:widths=2-1-2,data=gaussian", ("l2",)),
        ("deep-linear:widths=2-2-2,data=gaussian", ("YX",)),
        ("layered-spin-glass:widths=2-2-2", ("T",)),
        ("polynomial-network:widths=2-2-1,activation=z^2,data=gaussian,m=3,output=fixed", ("l2",)),
        ("spherical-p-spin:n=3,p=2-4", ("T2",)),
    ],
)
def test_the_trace_test_passes_on_every_stratum(label, couplings):
    land = ps.model_from_label(label).sample(1)
    for s in make_start_set(land).strata:
        if s.alive:
            result = trace_test.trace_stratum(land, s, couplings)
            assert result.is_passed, str(result)
            assert result.n_section >= len(s.solutions)


def test_a_section_has_as_many_points_as_there_are_solutions_when_data_and_output_grow_alike():
    """The correlations YX on the move, and combinations of the entries of the product W_2 W_1 as phi."""
    land = ps.model_from_label("deep-linear:widths=2-2-2,data=gaussian").sample(1)
    s = make_start_set(land).strata[-1]
    result = trace_test.trace_stratum(land, s, ("YX",))
    assert result.n_section == len(s.solutions) == result.n_recovered == 48
    assert result.n_insensitive == 0


def test_the_trace_test_notices_a_missing_solution():
    land = ps.model_from_label("deep-linear:widths=2-1-2,data=gaussian").sample(1)
    s = make_start_set(land).strata[-1]
    tapes, moving = stratum_tapes(land, s.alive), np.repeat([False, True, False, False], [4, 4, 1, 4])
    assert [name for name, c in land.couplings.items() for _ in range(c.size)][4:8] == ["YX"] * 4
    shortened = trace_test.trace_test(tapes, s.parameters, s.solutions[1:], s.signs, moving, len(s.alive))
    assert not shortened.is_passed
    assert shortened.n_recovered > shortened.n_expected
    # nor by a set of the right number with one solution twice, or with a point that is none
    for other in (-s.solutions[1], 1.3 * s.solutions[0] + 0.2):
        wrong = np.concatenate([other[None], s.solutions[1:]])
        result = trace_test.trace_test(tapes, s.parameters, wrong, s.signs, moving, len(s.alive))
        assert not result.is_passed
        assert result.n_new == 1
        assert "(1 of them new)" in str(result)
    # and of the section: a complete section has no second difference, one without any of its points has
    rng = np.random.default_rng(0)
    n, k, m = len(s.alive), len(s.parameters), 4
    q = rng.standard_normal(k + 2 * m + 2) + 1j * rng.standard_normal(k + 2 * m + 2)
    q[:k] = s.parameters
    values = observables(tapes, moving).evaluate(list(s.solutions[0]), list(s.parameters), float)
    q[-1] = q[k + m : k + 2 * m] @ np.array(values, dtype=complex)
    program = compile_homotopy(
        section_system(tapes.equations, observables(tapes, moving), moving)
    )
    signs = np.concatenate([s.signs, np.ones((len(s.signs), 1), np.int8)], axis=1)
    section = grow(program, q, np.append(s.solutions[0], 0)[None, :], n, signs, rng).solutions
    curve = SectionCurve(
        program, signs, n, observables(tapes, moving), moving, np.ones(m + 1), TrackerOptions()
    )
    assert curve.defect(q, section)[0] < 1e-8
    for missing in range(len(section)):
        rest = np.delete(section, missing, axis=0)
        assert curve.defect(q, rest)[0] > 1e-3


def test_points_are_carried_one_to_one_and_into_no_smaller_stratum(monkeypatch):
    """Three points of x^3 - p: one path is made to end where another ends, one on the zero of a smaller stratum."""
    tape = trace(lambda x, p: [x[0] * x[0] * x[0] - p[0]], 1, 1)
    program, signs = compile_homotopy(tape), np.array([[1]], np.int8)
    curve = SectionCurve(program, signs, 1, tape, np.zeros(1, bool), np.ones(1), TrackerOptions())
    begin = np.exp(2j * np.pi * np.arange(3) / 3)[:, None]
    real = sections.track

    def jumpy(*args):
        ends = real(*args)
        ends.solutions[0, 1] = ends.solutions[0, 0]
        ends.solutions[0, 2] = 0
        return ends

    monkeypatch.setattr(sections, "track", jumpy)
    x, rows = curve.carried(np.array([1 + 0j]), begin, np.array([8j]))
    assert rows.tolist() == [0, 1, 2]
    assert np.allclose(x, begin * 2 * np.exp(1j * np.pi / 6))


def test_a_turn_loses_a_point_that_ends_where_another_one_does(monkeypatch):
    """The points 1 and i of x^4 - p stand for all four up to signs; -2 is the mirror image of 2."""
    tape = trace(lambda x, p: [x[0] * x[0] * x[0] * x[0] - p[0]], 1, 1)
    program, signs = compile_homotopy(tape), np.array([[1], [-1]], np.int8)
    curve = SectionCurve(program, signs, 1, tape, np.zeros(1, bool), np.ones(1), TrackerOptions())
    way, points = [np.array([1 + 0j]), np.array([16j])], np.array([[1], [1j]])
    assert curve.turned(way, points, Orbits(signs)) == ({0, 1}, 0, 0)
    real, calls = sections.track, []

    def jumpy(*args):
        ends = real(*args)
        ends.solutions[0, 1] = -ends.solutions[0, 0]
        return ends

    def lossy(program, source, here, target, options):
        ends = real(program, source, here, target, options)
        calls.append(len(here))
        if options.n_retries == 0:
            ends.codes[0, 1] = CODE[PathStatus.FAILED]
        return ends

    monkeypatch.setattr(sections, "track", jumpy)
    assert curve.turned(way, points, Orbits(signs)) == ({0}, 0, 1)
    # and what is lost is tried again with all means
    monkeypatch.setattr(sections, "track", lossy)
    assert curve.turned(way, points, Orbits(signs)) == ({0, 1}, 0, 0)
    assert calls == [2, 1]


def test_the_trace_test_cannot_be_passed_by_points_whose_absence_it_would_not_notice():
    noise = np.full(1, 1e-15)
    second = np.array([[1e-9], [1.0], [-1.0 - 1.1e-9], [1e-10]], complex)
    defect, n_insensitive = trace_defect(second, noise)
    assert defect < 1e-5 and n_insensitive == 2
    # a sum that is small beside its terms, but no rounding, is that of a section without a point far away
    assert trace_defect(second[1:], noise)[0] >= 1e-5
    assert trace_defect(np.array([[1e-17 + 0j]]), noise) == (0.0, 0)  # a line
    assert trace_defect(np.array([[1e-3 + 0j]]), noise)[0] > 0.1
    # what hides in one function is seen in another
    both = np.concatenate([second, np.array([[1.0], [1e-9], [1e-10], [-1.0 - 1.1e-9]])], axis=1)
    assert trace_defect(both, np.full(2, 1e-15))[1] == 0


def test_a_point_that_one_function_does_not_see_is_missed_in_the_others():
    """Every point of a complete section, taken away, is noticed, or else counted as one that would not be."""
    rng = np.random.default_rng(3)
    second = rng.standard_normal((60, 4)) + 1j * rng.standard_normal((60, 4))
    second[7, 2] *= 1e-8  # nearly straight in one function
    second[11] *= 1e-8  # and in all
    second[0] -= second.sum(axis=0)
    noise = np.full(4, 1e-14)
    defect, n_insensitive = trace_defect(second, noise)
    assert defect < 1e-10 and n_insensitive == 1
    for missing in range(60):
        defect, _ = trace_defect(np.delete(second, missing, axis=0), noise)
        assert (defect > 1e-5) == (missing != 11)
    # a sum that rounding disturbs is asked to vanish as far as rounding allows
    for size in (1e-6, 1e-2):
        disturbed = second + np.array([0, 0, 0, size]) * rng.standard_normal((60, 4))
        assert trace_defect(disturbed, np.array([1e-14, 1e-14, 1e-14, 60 * size]))[0] < 1e-5
    # and where all functions are straight or disturbed, nothing is known
    assert trace_defect(second, np.full(4, 1.0))[0] == np.inf


@pytest.mark.slow
def test_a_jump_to_a_mirror_image_does_not_pass_for_a_complete_sample():
    """Sample 185 of this seed: a path jumped to the mirror image of another's end point, and two minima were missing."""
    model = ps.SphericalPSpin(n=5, p=(2, 4))
    found = [c for c in census_batch(model, 3, range(200)) if isinstance(c, ho.Census)]
    settled = [c for c in found if c.completeness.verdict in (ho.Completeness.PROVED, ho.Completeness.SUPPORTED)]
    assert all(c.euler == (2, 2) for c in settled)  # of S^4
    assert len(settled) > 198


# families on one sphere: the count of Nie & Ranestad (2009) is reached where the forms of highest degree are general
ON_SPHERES = [
    ("spherical-p-spin:n=4,p=3,field=0.3", 4, 3, 1),
    ("spherical-p-spin:n=3,p=2-3", 3, 3, 1),
    ("spherical-p-spin:n=3,p=1-5", 3, 5, 1),
    ("spherical-p-spin:n=4,p=2,field=1", 4, 2, 1),
    ("spherical-p-spin:n=3,p=2-4", 3, 4, 2),
    ("spherical-p-spin:n=2,p=2-4-6", 2, 6, 2),
]


@pytest.mark.parametrize(("label", "n", "degree", "flips"), ON_SPHERES)
def test_mixtures_on_a_sphere_reach_the_proved_count(label, n, degree, flips):
    starts = make_start_set(ps.model_from_label(label).sample(1))
    assert starts.n_solutions == nie_ranestad(n, degree).value
    assert starts.n_paths * flips == starts.n_solutions
    assert starts.grounds is StartCount.GENERIC_THEOREM


def test_zero_patterns_on_a_sphere_add_up_to_the_proved_count():
    """x^4 + y^4 + z^2: six points on the axes; the rest on coordinate circles and in the torus. 26 = 2 (1 + 3 + 9)."""
    land = ps.expression("x^4+2*y^4+z^2/3", "sphere").sample()
    starts = make_start_set(land)
    assert starts.n_solutions == 26 == nie_ranestad(3, 4).value
    by_size = {}
    for s in starts.strata:
        by_size[len(s.alive) - 1] = by_size.get(len(s.alive) - 1, 0) + s.n_solutions
    # with u = x^2, v = y^2, w = z^2 the equations are linear: one point and 2^k signs for each pattern but the full one,
    # where 2 u c = mu, 4 v = mu, 1/3 = mu: one point too
    assert by_size == {1: 6, 2: 12, 3: 8}


def test_products_of_spheres_start_where_each_pattern_is_a_bundle():
    land = ps.expression("x*a+3*y*b+2*x*b+x^2+a/2+y", "spheres 2-2").sample()
    starts = make_start_set(land)
    assert starts.n_solutions > 0 and starts.grounds is StartCount.GENERIC_EXACT


@pytest.mark.parametrize(
    ("potential", "domain", "expected"),
    [
        ("x^4 + x*y + y^4", "euclidean", True),  # exponents of full rank
        ("x^2*y^2 + x*y", "euclidean", True),  # rank one at every point of the torus: a bundle, and never dominant
        ("x^3 + x*y^2 + y^3 + x", "sphere", True),
        ("x*y*z + x*y + z", "sphere", False),
    ],
)
def test_bundles_are_told_by_exponents(potential, domain, expected):
    land = ps.expression(potential, domain).sample()
    assert is_bundle(land, tuple(range(land.domain.n))) is expected


def test_a_network_is_a_bundle_because_of_its_weight_decay():
    land = ps.model_from_label("deep-linear:widths=2-2-2,data=gaussian").sample(1)
    assert can_start(land)
    bare = ps.DeepLinear(widths=(1, 1, 1), data=([[1]], [[2]])).sample()
    facts = replace(bare.facts, linear_couplings=("XX", "YX", "YY"))
    bare = replace(bare, facts_of=lambda _: facts)  # the same loss with fixed l2 values
    assert not is_bundle(bare, (0, 1))


@pytest.mark.parametrize("widths", [(2, 2, 2), (3, 2, 1), (1, 3, 2), (2, 2, 2, 2), (1, 2, 1, 2), (2, 1, 2, 1, 2)])
def test_zero_patterns_of_deep_linear_networks_are_those_of_live_hidden_neurons(widths):
    """Closed patterns found on the monomials against the theorem: a weight vanishes with a neuron only."""
    label = f"deep-linear:widths={'-'.join(map(str, widths))},data=gaussian"
    land = ps.model_from_label(label).sample(1)
    found = set(patterns(land, land.generic_potential()))
    names = [[int(part) for part in name[1:].split("_")] for name in land.variables]
    expected = {()}
    hidden = [range(1, d + 1) for d in widths[1:-1]]
    subsets = [[set(c) for r in range(1, len(h) + 1) for c in itertools.combinations(h, r)] for h in hidden]
    for live in itertools.product(*subsets):
        layers = [set(range(1, widths[0] + 1)), *live, set(range(1, widths[-1] + 1))]
        expected.add(tuple(k for k, (w, i, j) in enumerate(names) if i in layers[w] and j in layers[w - 1]))
    assert found == expected


@pytest.mark.parametrize("widths", [(2, 2, 2), (1, 3, 2), (2, 2, 1), (1, 2, 2, 1)])
def test_the_strata_add_up_by_the_formula_of_live_neurons(widths):
    """N = 1 + sum over live counts of prod C(d, r) K(r); K(r) from the start set of the smaller network."""

    def torus_count(live):
        smaller = "-".join(map(str, (widths[0], *live, widths[-1])))
        land = ps.model_from_label(f"deep-linear:widths={smaller},data=gaussian").sample(1)
        return make_start_set(land).strata[-1].n_solutions

    whole = make_start_set(
        ps.model_from_label(f"deep-linear:widths={'-'.join(map(str, widths))},data=gaussian").sample(1)
    )
    assert whole.n_solutions == deep_linear_from_torus_counts(widths, torus_count).value


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


def test_old_unfinished_files_disappear_from_the_cache(cache):
    cache.mkdir()
    names = ("tmpab12cd_3.part", ".x.npz.afar.1.0d.part", "download.part")
    for name in names:
        (cache / name).touch()
        os.utime(cache / name, (1, 1))
    start_cache.start_set(ps.model_from_label(LABEL).sample(1))
    assert sorted(f.suffix for f in cache.iterdir()) == [".npz", ".part"]
    assert (cache / "download.part").exists()


def test_a_cache_that_cannot_be_written_is_no_error(monkeypatch):
    monkeypatch.setenv("STATIONARY_CACHE", "/proc/nowhere")
    assert start_cache.start_set(ps.model_from_label(LABEL).sample(1)).n_solutions == 17


@pytest.mark.slow  # half a minute: no start set is found, and many loops are tried before that is said
@pytest.mark.phcpack
def test_a_loop_through_a_member_that_no_path_reaches_carries_nothing():
    """x^2 y + x y^3 is the singularity D6: the origin, of Milnor number 6, is its only stationary point (Arnold 1972)."""
    census = ho.census(ps.expression("x^2*y + x*y^3"))
    assert census.n_complex == 0
    assert [s.multiplicity for s in census.degenerate] == [6]


def test_a_start_file_holds_facts_and_one_of_an_older_format_is_made_again(tmp_path, monkeypatch):
    monkeypatch.setenv("STATIONARY_CACHE", str(tmp_path))
    land = ps.model_from_label("deep-linear:widths=1-1-1,data=gaussian,m=1").sample(1)
    made = start_cache.start_set(land)
    (file,) = tmp_path.iterdir()
    kept = start_cache.load(file, family_digest(land))
    assert kept.kind is made.kind is StartKind.MONODROMY
    assert [s.evidence for s in kept.strata] == [s.evidence for s in made.strata]
    assert {s.evidence.ground for s in kept.strata} <= {Ground.EXACT_COUNT, Ground.NONE, Ground.ORIGIN}
    monkeypatch.setattr(start_cache, "_FORMAT", 1)
    start_cache.save(file, made)
    monkeypatch.undo()
    assert start_cache.load(file, family_digest(land)) is None


def test_a_theorem_is_the_ground_of_a_start_set_also_where_some_strata_are_empty():
    nothing = Stratum((0,), np.ones((1, 1), np.int8), np.zeros(1), np.zeros((0, 1)), StratumEvidence(Ground.NONE))
    reached = replace(nothing, evidence=StratumEvidence(Ground.THEOREM, "a count", "nobody"))
    agreed = replace(nothing, evidence=StratumEvidence(Ground.AGREEMENT, n_runs=2, n_loops=5, chance=0.1))
    for strata, expected in (
        ((nothing, reached), StartCount.GENERIC_THEOREM),
        ((nothing, agreed), StartCount.GENERIC_AGREEMENT),
        ((reached, agreed), StartCount.GENERIC_AGREEMENT),
        ((nothing,), StartCount.GENERIC_AGREEMENT),
    ):
        assert StartSet(StartKind.MONODROMY, "", strata, 0).grounds is expected
