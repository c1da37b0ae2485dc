"""Branch and bound over the real domain: complete lists are proved, incomplete ones never are."""

from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import product
from math import inf

import numpy as np
import pytest
from flint import arb, ctx

import homotopy as ho
import polysys as ps
from homotopy.certification.zeros import same_zero
from homotopy.completeness.exclusion.flips import stationary_flips
from homotopy.completeness.exclusion.identities import quadratic_identities
from homotopy.completeness.exclusion.patches import Patch, patches, root_above
from homotopy.completeness.exclusion.radius import growth_bounds, positive_minimum, stationary_bounds
from homotopy.completeness.exclusion.rows import reduce_rows
from homotopy.completeness.exclusion.search import search
from homotopy.completeness.verdict import join
from homotopy.status import Completeness, EvidenceKind, Verdict
from tests import systems
from tests.homotopy.processes import PATIENCE

PROVABLE = [
    systems.HIMMELBLAU,
    systems.THREE_HUMP_CAMEL,
    systems.SIX_HUMP_CAMEL,
    systems.STYBLINSKI_TANG,
    systems.DOUBLE_WELL,
    systems.UNCOUPLED_PHI4,
    systems.COUPLED_PHI4,
    systems.FERMAT_CUBIC,
]

# few complex solutions, every kind of domain and formulation
LABELS = [
    "spherical-p-spin:n=2,p=3",
    "spherical-p-spin:n=3,p=3",
    "spherical-p-spin:n=4,p=3",
    "spherical-p-spin:n=2,p=4",
    "spherical-p-spin:n=3,p=4",
    "spherical-p-spin:n=4,p=2",
    "spherical-p-spin:n=3,p=3,field=1/2",
    "spherical-p-spin:n=2,p=4,field=1/3",
    "spherical-p-spin:n=3,p=2-4",
    "layered-spin-glass:widths=2-3",
    "layered-spin-glass:widths=2-2-2",
    "layered-spin-glass:widths=2-1",
    "layered-spin-glass:widths=2-2,degrees=2-1",
    "deep-linear:widths=1-1-1,data=gaussian,m=2",
    "deep-linear:widths=2-1-2,data=iris",
    "deep-linear:widths=1-2-1,data=gaussian,m=2",
    "polynomial-network:widths=2-1-1,activation=z^2,data=gaussian,m=3,output=fixed",
    "polynomial-network:widths=1-1-1,activation=z^3,data=gaussian,m=2",
]


@cache
def census_of(label: str, seed: int = 1) -> ho.Census:
    return ho.census(label, seed=seed)


def without(census: ho.Census, gone: set[int]) -> ho.Census:
    """The census as if these solutions had not been found."""
    kept = [k for k in range(census.n_complex) if k not in gone]
    points = tuple(replace(p, solution=kept.index(p.solution)) for p in census.points if p.solution not in gone)
    return replace(census, certificates=tuple(census.certificates[k] for k in kept), points=points)


@pytest.mark.parametrize("named", PROVABLE, ids=lambda n: n.name)
def test_all_real_points_of_known_systems_are_found_and_no_other_exists(named):
    census = ho.census(named.landscape(), engine="phcpack" if named.domain == "euclidean" else "auto")
    proof = ho.prove_real(census, time_limit=120)
    assert proof.is_proved and proof.n_real == named.n_real and proof.n_left == 0 and proof.n_boxes > 0


@pytest.mark.parametrize("label", LABELS)
def test_the_real_points_of_every_family_are_proved_complete(label):
    proof = ho.prove_real(census_of(label), time_limit=120)
    assert proof.is_proved, repr(proof)


@pytest.mark.parametrize("n", [3, 4])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_chain_of_width_one_has_one_real_point_or_one_and_two_to_the_n(n, seed):
    """FACTS: for n >= 3 weights the number of real points is 1 or 1 + 2^n, whatever the data."""
    proof = ho.prove_real(census_of(f"deep-linear:widths={'-'.join('1' * (n + 1))},data=gaussian,m=2", seed))
    assert proof.is_proved and proof.n_real in (1, 1 + 2**n)


@pytest.mark.parametrize(
    "label",
    [
        "spherical-p-spin:n=3,p=3",
        "spherical-p-spin:n=3,p=3,field=1/2",
        "layered-spin-glass:widths=2-2-2",
        "deep-linear:widths=1-1-1-1,data=gaussian,m=2",
        "deep-linear:widths=2-1-2,data=gaussian,m=2",
        "polynomial-network:widths=2-1-1,activation=z^2,data=gaussian,m=3,output=fixed",
    ],
)
def test_a_census_that_lacks_a_real_point_or_an_orbit_is_never_proved(label):
    census = census_of(label)
    real = [k for k, c in enumerate(census.certificates) if c.reality is Verdict.YES]
    orbits = {frozenset(k for k in real if census.orbit_of[k] == o) for o in {census.orbit_of[k] for k in real}}
    for gone in [{k} for k in real] + [set(o) for o in orbits] + [set(real)]:
        proof = ho.prove_real(without(census, gone), time_limit=60)
        assert proof.outcome is not Verdict.YES
        # what is found is among those taken away
        for new in proof.found:
            assert any(same_zero(new.enclosure, census.certificates[k].enclosure) for k in gone)
        assert proof.outcome is Verdict.NO and proof.found


@pytest.mark.parametrize(
    "text", ["x^4/4 - x^3/3", "x^4/4 - x^3/3 + y^2", "x^4 + y^2", "x^4/4 - x^3/3 + y^4 - y^2/2 + x*y^2*0"]
)
def test_a_multiple_point_is_left_undecided(text):
    proof = ho.prove_real(ho.census(ps.expression(text), engine="phcpack"), time_limit=60)
    assert proof.outcome is Verdict.UNDECIDED and proof.n_left > 0


@pytest.mark.parametrize(("square", "n_real"), [("-1/10^12", 3), ("1/10^12", 1)])
@pytest.mark.parametrize("rest", ["", " + y^4 - y^2 + x*y^2/7"])
def test_points_a_millionth_apart_are_told_apart(square, n_real, rest):
    """V' = (x^2 + square)(x - 1), so two real points 2e-6 apart or none; with y coupled, whatever the census certifies."""
    text = (
        f"x^4/4 - x^3/3 + {square}*x^2/2 - {square}*x".replace("+ -", "- ")
        .replace("- -", "+ ")
        .replace("/10^12", "/1000000000000")
    )
    census = ho.census(ps.expression(text + rest), engine="phcpack", precision="dd")
    proof = ho.prove_real(census, time_limit=60)
    assert proof.is_proved and (rest or proof.n_real == n_real)
    real = [k for k, c in enumerate(census.certificates) if c.reality is Verdict.YES]
    for k in real:
        assert ho.prove_real(without(census, {k}), time_limit=60).outcome is not Verdict.YES


@pytest.mark.parametrize(
    "label",
    ["spherical-p-spin:n=4,p=3", "spherical-p-spin:n=3,p=3,field=1/2", "deep-linear:widths=2-1-2,data=gaussian,m=2"],
)
def test_a_box_about_a_certified_zero_is_never_excluded(label):
    census, rng = census_of(label), np.random.default_rng(5)
    land = census.landscape
    bounds = stationary_bounds(land) if land.domain.is_euclidean else ()
    tried = 0
    for whole in patches(land, bounds):
        with ctx.workprec(128):
            points = [
                [arb(float(z[0].numerator / z[0].denominator)) for z in c.enclosure.mid]
                for c in census.certificates
                if c.reality is Verdict.YES
            ]
            located = [z for z in (whole.locate(p[: land.domain.n]) for p in points) if z is not None]
        for lo, hi in located:
            if not _meets(whole, (lo + hi) / 2):
                continue  # near the patch, but it belongs to another one
            for width in 10.0 ** rng.uniform(-9, 0.5, 8):
                shift = rng.uniform(0, 1, len(lo))
                wide = replace(whole, lo=lo - width * shift - 1e-12, hi=hi + width * (1 - shift) + 1e-12)
                result = search(wide, [], 800, inf)
                tried += 1
                centre = (lo + hi) / 2
                inside = any((a - 1e-9 <= centre).all() and (centre <= b + 1e-9).all() for a, b in result.left)
                assert inside or result.n_open
    assert tried >= 16


@pytest.mark.parametrize("label", LABELS)
def test_the_patches_meet_the_orbit_of_every_point(label):
    land, rng = census_of(label).landscape, np.random.default_rng(3)
    n, domain = land.domain.n, land.domain
    bounds = stationary_bounds(land) if domain.is_euclidean else ()
    every = list(patches(land, bounds))
    flips = [np.array(g) for g, _ in stationary_flips(land)]
    images = [
        np.prod([f for f, use in zip(flips, chosen, strict=True) if use], axis=0) * np.ones(n)
        for chosen in product((0, 1), repeat=len(flips))
    ]
    for _ in range(40):
        x = rng.normal(size=n)
        if domain.is_euclidean:
            x = rng.uniform(-1, 1, n) * every[0].hi
        for block, radius in zip(domain.slices, domain.radii_squared, strict=True):
            x[block] *= float(radius) ** 0.5 / np.linalg.norm(x[block])
        assert any(_holds(patch, g * x) for patch in every for g in images)


def _meets(patch: Patch, x: np.ndarray) -> bool:
    """Whether a point meets the patch's quadratic constraints."""
    values = [(q, sum(float(w) * v * v for w, v in zip(q.weights, x, strict=True))) for q in patch.constraints]
    return all(
        (q.least is None or v >= float(q.least) - 1e-9) and (q.most is None or v <= float(q.most) + 1e-9)
        for q, v in values
    )


def _holds(patch: Patch, x: np.ndarray) -> bool:
    place = patch.locate([arb(float(v)) for v in x]) if len(patch.free) else ([], [])
    return place is not None and bool((place[0] >= patch.lo - 1e-12).all() and (place[1] <= patch.hi + 1e-12).all())


@pytest.mark.parametrize("label", [name for name in LABELS if not name.startswith(("sph", "lay"))])
def test_bounds_and_identities_hold_at_every_real_point(label):
    census = census_of(label)
    forms = [(w, v) for w, v in stationary_bounds(census.landscape)]
    assert forms
    for point in census.points:
        x = [float(c) for c in point.coordinates]
        assert all(
            sum(float(w) * v * v for w, v in zip(ws, x, strict=True)) <= float(value) + 1e-9 for ws, value in forms
        )
        for terms in quadratic_identities(census.landscape):
            assert abs(sum(float(c) * np.prod(np.power(x, e)) for e, c in terms.items())) < 1e-9


def test_growth_bounds_are_given_only_where_they_are_shown():
    def bounds(text):
        return growth_bounds(ps.expression(text).sample().potential)

    assert [float(value) for _, value in bounds("x^2 - 6*x + y^2")] and all(
        float(v) >= 9 for w, v in bounds("x^2 - 6*x + y^2") if w[0]
    )
    for text in ("x^4 - x", "x^4 + y^2 - 100*x*y", "x^4 + y^4 - x^2*y^2 + 5*x^3", "(x^2 + y - 11)^2 + (x + y^2 - 7)^2"):
        assert bounds(text)
    for text in (
        "x^3 + x",
        "x^2*y^2 + x^2 + y^2",
        "(x + y)^4 + x^2",
        "x^4 + y^4 - 3*x^2*y^2",
        "(1 - x)^2 + 100*(y - x^2)^2",
        "-x^4 + x",
    ):
        assert not bounds(text)
    assert positive_minimum({(2, 0): Fraction(1), (0, 2): Fraction(1), (1, 1): Fraction(-2)}, 2) is None


def test_what_the_search_needs_is_said_when_it_is_missing():
    proof = ho.prove_real(ho.census(ps.expression("x^2*y^2 + x^2 + y^2 - 2*x*y^3 + y^4*x^2"), engine="phcpack"))
    assert proof.outcome is Verdict.UNDECIDED and "no box is known" in proof.reason
    large = ho.prove_real(ho.census(ps.expression("x^4 - 10^150*x^2 + 10^149*x"), engine="phcpack"))
    assert large.outcome is Verdict.UNDECIDED


@pytest.mark.parametrize("budget", [{"max_boxes": 40}, {"time_limit": 0.0}, {"max_boxes": 0}])
def test_an_exhausted_budget_proves_nothing(budget):
    proof = ho.prove_real(census_of("spherical-p-spin:n=4,p=3"), **budget)
    assert proof.outcome is Verdict.UNDECIDED and proof.n_left > 0 and proof.n_boxes <= 40
    assert f"{proof.n_left} boxes are left" in repr(proof)


def test_a_search_repeats_itself_exactly():
    first, second = (ho.prove_real(census_of("spherical-p-spin:n=4,p=3")) for _ in range(2))
    assert (first.n_boxes, dict(first.excluded)) == (second.n_boxes, dict(second.excluded))


def test_a_proof_raises_the_verdict_on_the_real_points_alone():
    census = census_of("deep-linear:widths=2-1-2,data=iris")
    # without the bound that is met the paths support the list, and nothing proves it
    pieces = [e for e in census.completeness.evidence if e.kind is not EvidenceKind.UPPER_BOUND]
    supported = replace(census, completeness=join(census.landscape, pieces))
    assert supported.completeness.verdict is Completeness.SUPPORTED
    proof = ho.prove_real(supported)
    report = ho.with_real_proof(supported, proof).completeness
    assert report.verdict is Completeness.PROVED and report.complex_verdict is Completeness.SUPPORTED
    assert "real points" in report.reason and "complex solutions is supported: not proved" in report.reason
    assert ho.with_real_proof(census, proof).completeness.reason == census.completeness.reason
    real = next(k for k, c in enumerate(census.certificates) if c.reality is Verdict.YES)
    less = without(census, {real})
    assert ho.real_evidence(less, proof).outcome is Verdict.UNDECIDED  # the proof of another list
    worse = ho.with_real_proof(less, ho.prove_real(less)).completeness
    assert worse.verdict is Completeness.CONTRADICTED
    undecided = ho.with_real_proof(supported, ho.prove_real(supported, max_boxes=0)).completeness
    assert undecided.verdict is Completeness.SUPPORTED and undecided.complex_verdict is None


def test_reduced_rows_over_two_elements():
    assert reduce_rows([[1, 1, 0], [0, 1, 1], [1, 0, 1]], range(3)) == [[1, 0, 1], [0, 1, 1]]
    assert reduce_rows([[0, 0]], range(2)) == []


@pytest.mark.parametrize("value", [Fraction(2), Fraction(1, 3), Fraction(10**40), Fraction(1, 10**20), Fraction(0)])
def test_a_root_is_rounded_up(value):
    assert value <= Fraction(root_above(value)) ** 2 <= value * (1 + Fraction(1, 10**14)) + Fraction(1, 10**60)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("label", "n_complex"),
    [
        ("deep-linear:widths=2-2-1,data=iris", 33),
        ("deep-linear:widths=2-2-2,data=gaussian,m=2", 225),
        ("deep-linear:widths=2-1-1-2,data=gaussian,m=2", 81),
        ("deep-linear:widths=1-2-2-1,data=gaussian,m=2", 129),
        ("polynomial-network:widths=2-2-1,activation=z^2,data=gaussian,m=3,output=fixed", 33),
        ("spherical-p-spin:n=5,p=3", 31),
        ("spherical-p-spin:n=4,p=4", 40),
        ("spherical-p-spin:n=6,p=3", 63),
        ("layered-spin-glass:widths=3-3-3", 37),
        ("layered-spin-glass:widths=2-2-2-2", 24),
    ],
)
def test_larger_landscapes_within_reach(label, n_complex):
    census = census_of(label)
    assert census.n_complex == n_complex
    assert ho.prove_real(census).is_proved


def test_what_is_out_of_reach_is_refused_at_once_and_many_patches_end_with_the_budget():
    small = census_of("layered-spin-glass:widths=2-2-2")
    for label in ("spherical-p-spin:n=20,p=3", "layered-spin-glass:widths=2-2-2-2-2-2"):
        census = replace(small, landscape=ps.model_from_label(label).sample(1), certificates=(), points=())
        proof = ho.prove_real(census, max_boxes=1000, time_limit=1.0)
        assert proof.outcome is Verdict.UNDECIDED and proof.n_boxes <= 1000 and proof.seconds < PATIENCE


def test_targets_of_zero_leave_the_origin_alone():
    """With y = 0 every bound is zero: the box of the search is a point, up to rounding."""
    net = ps.DeepLinear(widths=(2, 1, 1), data=([[1, 0], [0, 1]], [[0, 0]]), l2=["1/3", "1/5", "1/7"])
    proof = ho.prove_real(ho.census(net))
    assert proof.is_proved and proof.n_real == 1
