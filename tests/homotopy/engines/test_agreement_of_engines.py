"""The tracker and PHCpack find the same solutions, one by one, on every family."""

import pytest

import homotopy as ho
import polysys as ps
from homotopy.certification.zeros import CertificateList, close_pairs, same_zero

LABELS = [
    "spherical-p-spin:n=4,p=3",
    "spherical-p-spin:n=3,p=4",
    "layered-spin-glass:widths=2-2-2",
    "layered-spin-glass:widths=2-2,degrees=2-1",
    "spherical-p-spin:n=4,p=3,field=0.3",
    "spherical-p-spin:n=3,p=2-3,field=1/2",
    "spherical-p-spin:n=3,p=2-4",
    "spherical-p-spin:n=2,p=1-2-5",
    "deep-linear:widths=2-1-2,data=gaussian",
    "deep-linear:widths=2-2-1,data=iris",
    "deep-linear:widths=1-1-1-1,data=gaussian",
    "polynomial-network:widths=2-1-1,activation=z^2,data=wine,m=20,output=fixed",
    "polynomial-network:widths=1-1-1,activation=z^2+z,data=gaussian,m=3,bias=yes,output=fixed",
]


@pytest.mark.phcpack
@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("seed", [1, 2])
def test_tracker_and_phcpack_agree_solution_by_solution(label, seed):
    one = ho.census(label, seed=seed, engine="tracker")
    other = ho.census(label, seed=seed, engine="phcpack")
    assert one.run.engine == "tracker" and other.run.engine == "phcpack"
    _assert_same_solutions(one, other)


EXPRESSIONS = [
    ("x^4 + 2*y^4 + z^2/3", "sphere"),  # solutions on every zero pattern
    ("x^3 + 2*y^3 + x*y + x/3", "sphere R2=3"),
    ("x*a + 3*y*b + 2*x*b + x^2 + a/2 + y", "spheres 2-2"),
    ("x^2*a + y^2*b + x*b^2 + a*y + x - 3*b + y*x", "spheres 2-2 R2=2-1/3"),
    ("x^4 + y^4/2 + x*y^2 - x/3 + 2*y", "euclidean"),
]


@pytest.mark.phcpack
@pytest.mark.parametrize(("potential", "domain"), EXPRESSIONS)
def test_tracker_and_phcpack_agree_on_expressions(potential, domain):
    land = ps.expression(potential, domain).sample()
    one, other = ho.census(land, engine="tracker"), ho.census(land, engine="phcpack")
    assert one.run.engine == "tracker" and other.run.engine == "phcpack"
    _assert_same_solutions(one, other)


def _assert_same_solutions(one: ho.Census, other: ho.Census) -> None:
    assert one.n_complex == other.n_complex > 0
    together = CertificateList.joined([one.certificates, other.certificates])
    pairs = close_pairs(together.mid, together.radius)
    matched = [(i, j) for i, j in pairs if same_zero(together[i].enclosure, together[j].enclosure)]
    assert sorted(i for i, _ in matched) == list(range(one.n_complex))
    assert sorted(j - one.n_complex for _, j in matched) == list(range(other.n_complex))
    assert one.by_index == other.by_index


TRANSPORTED = [
    ("spherical-p-spin:n=4,p=3", 1),
    ("spherical-p-spin:n=4,p=3", 2),
    ("spherical-p-spin:n=3,p=4", 1),
    ("spherical-p-spin:n=4,p=2-3,field=0.3", 1),  # phc cannot read this system with one certain spacing
    ("layered-spin-glass:widths=2-2-2", 1),
    ("layered-spin-glass:widths=2-3-3", 1),
    ("deep-linear:widths=2-1-2,data=gaussian", 1),
    ("deep-linear:widths=2-2-1,data=iris", 1),
    ("deep-linear:widths=1-2-2,data=wine,m=5", 3),
]


@pytest.mark.phcpack
@pytest.mark.parametrize(("label", "seed"), TRANSPORTED)
def test_phcpy_and_the_phc_executable_find_the_same_solutions(label, seed):
    one = ho.census(label, seed=seed, engine="phcpack", transport="phcpy")
    other = ho.census(label, seed=seed, engine="phcpack", transport="phc")
    assert (one.run.transport, other.run.transport) == ("phcpy", "phc")
    _assert_same_solutions(one, other)


@pytest.mark.phcpack
def test_auto_uses_phcpack_where_the_family_has_no_start_set():
    census = ho.census(ps.expression("x*y*z + x*y + z", "sphere").sample())
    assert census.run.engine == "phcpack" and census.n_complex > 0


def test_the_tracker_works_without_phcpack(monkeypatch):
    monkeypatch.setenv("STATIONARY_PHC", "/nowhere/phc")
    monkeypatch.setenv("STATIONARY_PHCPY", "/nowhere/phcpy")
    census = ho.census("spherical-p-spin:n=4,p=3", seed=3)
    assert census.run.engine == "tracker" and census.completeness.verdict is ho.Completeness.PROVED


def test_the_tracker_says_when_it_has_no_start_set():
    with pytest.raises(ho.HomotopyError.__mro__[1], match="no start set"):
        ho.census(ps.expression("x*y*z + x*y + z", "sphere").sample(), engine="tracker")
