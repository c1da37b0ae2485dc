"""Points against a census: who is matched and how, what is missing, what is refused; spectra and values on arrays."""

from dataclasses import replace

import numpy as np
import pytest

import homotopy as ho
import polysys as ps
from homotopy.counting.coordinates import as_points
from homotopy.counting.matching import MatchKind
from polysys.errors import InputError


@pytest.fixture(scope="module")
def wells():
    return ho.census(ps.expression("x^4/4 - x^2/2 + x/9 + y^2/2"))


@pytest.fixture(scope="module")
def glass():
    return ho.census(ps.SphericalPSpin(n=4, p=3).sample(seed=2))


def coordinates(census):
    return np.array([[float(c) for c in p.coordinates] for p in census.points])


@pytest.mark.parametrize("name", ["wells", "glass"])
def test_points_next_to_stationary_points_are_theirs_proved(name, request):
    census = request.getfixturevalue(name)
    x = coordinates(census)
    moved = x + 1e-6 * np.random.default_rng(1).normal(size=x.shape)
    found = census.match(moved)
    assert found.kind == (MatchKind.PROVED,) * len(x) and found.number.tolist() == list(range(len(x)))
    assert found.is_explained and found.distance.max() < 1e-3 and not found.unlisted
    assert sum(found.n_by_orbit.values()) == len(x)


@pytest.fixture(scope="module")
def odd():
    return ho.census("spherical-p-spin:n=6,p=3", seed=1)


def test_the_maxima_of_an_odd_glass_are_not_its_minima(odd):
    """s and -s belong to one class; they are no images of each other."""
    maxima = [p for p in odd.points if p.index == 5]
    found = odd.match(coordinates(odd)[[p.index == 5 for p in odd.points]])
    assert found.n_by_orbit == {p.orbit: 1 for p in maxima}
    table = [line.split() for line in repr(found).splitlines()[3:]]
    assert [row[:2] for row in table] == [["0", "0"]] * 4 + [["1", "5"]] * 4 and [row[3] for row in table] == ["1"] * 8
    assert [row[2] for row in table] == [p.energy.str(10, radius=False) for p in (*odd.minima, *maxima)]
    assert float(table[-1][2]) == pytest.approx(8.543527748, abs=1e-9)
    assert found.missed(0) == odd.minima and found.missed(5) == () and len(found.missed()) == 38
    assert [row["point"] for row in found.summary()["missed_minima"]] == [k for k, p in enumerate(odd.points) if p.index == 0]
    bars = [(p.index, n) for p, n, _ in found.by_orbit()]
    assert bars == [(0, 0)] * 4 + [(5, 1)] * 4
    labels = [text.get_text() for text in found.plot().get_xticklabels()]
    assert sum("index 0" in text for text in labels) == sum("index 5" in text for text in labels) == 4
    with pytest.raises(InputError, match="Morse index"):
        found.missed(6)


def test_an_image_of_a_point_that_was_met_is_not_missed():
    even = ho.census(ps.SphericalPSpin(n=3, p=4).sample(seed=1))
    lowest = even.minima[0]
    found = even.match([[float(c) for c in lowest.coordinates]])
    assert [(n, images) for p, n, images in found.by_orbit() if p.orbit == lowest.orbit] == [(1, 2)]
    assert found.missed(0) == tuple(p for p in even.minima if p.orbit != lowest.orbit)


def test_what_is_left_out_of_the_print_is_said_and_the_title_names_the_sample(odd):
    found = odd.match(coordinates(odd))
    lines = repr(found).splitlines()
    assert lines[0] == "Match with spherical-p-spin:n=6,p=3, seed 1" and len(lines) == 9
    assert lines[-1].split(maxsplit=1) == ["37", "at 37 more stationary points up to symmetry, above these"]
    assert len(found.full_text().splitlines()) == 3 + 42


def test_a_point_that_the_list_lacks_is_certified_and_reported(wells):
    gone = wells.points[0]
    rows = [k for k in range(wells.n_complex) if k != gone.solution]
    left = tuple(replace(p, solution=rows.index(p.solution)) for p in wells.points[1:])
    less = replace(wells, certificates=wells.certificates.take(rows), points=left, orbit_of=tuple(range(len(rows))))
    found = less.match(coordinates(wells) + 1e-5)
    assert found.kind[0] is MatchKind.UNLISTED and found.number[0] == -1 and len(found.unlisted) == 1
    assert found.number[1:].tolist() == list(range(len(left)))
    assert "IT IS INCOMPLETE" in repr(found) and not found.is_explained
    assert float(found.unlisted[0].enclosure.mid[0][0]) == pytest.approx(float(gone.coordinates[0]))


def test_what_is_near_nothing_says_so_and_may_descend(wells):
    points = np.array([[3.0, 3.0], [-0.5, 1.0], [np.nan, 0.0], [0.3, 0.4]])
    found = wells.match(points)
    assert found.kind == (MatchKind.FAR, MatchKind.FAR, MatchKind.NO_POINT, MatchKind.FAR)
    assert found.gradient[0] == pytest.approx(np.hypot(27 - 3 + 1 / 9, 3)) and (found.number == -1).all()
    lower = wells.match(points, descend=True)
    assert [k.name for k in lower.kind] == ["DESCENT", "DESCENT", "NO_POINT", "DESCENT"]
    assert [wells.points[k].index for k in lower.number[[0, 1, 3]]] == [0, 0, 0]
    assert float(wells.points[lower.number[0]].coordinates[0]) > 0 > float(wells.points[lower.number[1]].coordinates[0])
    assert wells.match([[0.9, 0.1]], within=10).kind[0].is_listed


def test_antipodes_of_a_glass_are_told_apart_and_the_radius_is_forgiven(glass):
    x = coordinates(glass)
    found = glass.match(1.05 * x)
    assert found.number.tolist() == list(range(len(x))) and found.is_explained


def test_rows_and_json_and_html(wells):
    found = wells.match([[0.94, 0.0], [9.0, 9.0]])
    first, second = found.rows()
    assert first["index"] == 0 and first["kind"] == "proved" and first["excess"] >= 0 and second["point"] is None
    assert found.summary()["rows"][1]["distance"] is None and len(repr(found).splitlines()) <= 10
    assert "<table" in found._repr_html_()


class Frame:
    """As much of a data frame as is used."""

    columns = ("y", "x", "seed")

    def __getitem__(self, names):
        self.asked = names
        return self

    def to_numpy(self):
        return np.array([[1.0, 2.0]])


def test_points_come_as_arrays_frames_networks_and_tensors(wells):
    land = wells.landscape
    assert as_points(land, [1, 2]).tolist() == [[1.0, 2.0]]
    frame = Frame()
    assert as_points(land, frame).tolist() == [[1.0, 2.0]] and frame.asked == ["x", "y"]
    for wrong in ([[1, 2, 3]], [["a", "b"]], np.zeros((2, 2, 2)), type("F", (), {"columns": ("x",)})()):
        with pytest.raises(InputError):
            as_points(land, wrong)
    with pytest.raises(InputError, match="within"):
        wells.match([[0, 0]], within=0)
    assert as_points(land, [[1 + 0j, 2]]).tolist() == [[1.0, 2.0]]
    with pytest.raises(InputError, match="not real"):
        as_points(land, [[1 + 1j, 2]])


def test_a_point_beyond_the_range_of_doubles_is_near_nothing_without_a_warning(wells):
    assert wells.match([[1e200, 0.0]]).kind == (MatchKind.FAR,)


@pytest.mark.parametrize("label", ["spherical-p-spin:n=4,p=4", "deep-linear:widths=1-2-1,data=gaussian", "layered-spin-glass:widths=3-3,degrees=1-2"])
def test_spectra_enclose_the_eigenvalues_and_have_the_index(label):
    census = ho.census(label, seed=2)
    land, x = census.landscape, coordinates(census)
    found = census.spectra()
    assert np.abs(land.gradient(x)).max() < 1e-9
    assert np.allclose(land.energy(x), [float(p.energy) for p in census.points])
    for k, matrix in enumerate(land.hessian(x)):
        values = np.linalg.eigvalsh(matrix)
        tangent = np.sort(values[np.argsort(np.abs(values))[land.domain.n_constraints :]])
        assert np.abs(tangent - found.eigenvalues[k]).max() < 1e-9 and found.errors[k].max() < 1e-9
        assert (found.eigenvalues[k] + found.errors[k] < 0).sum() == census.points[k].index
    assert len(repr(found).splitlines()) <= 10


def test_eigenvalues_of_a_loaded_census(wells, tmp_path):
    wells.save(tmp_path / "c.json")
    assert [str(v) for v in ho.load(tmp_path / "c.json").spectra().eigenvalues] == [str(v) for v in wells.spectra().eigenvalues]


def test_values_on_arrays_have_the_shapes_of_the_points():
    land = ps.expression("x^4/4 - x^2/2 + x*y^2").sample()
    x = np.random.default_rng(0).normal(size=(5, 3, 2))
    assert land.energy(x).shape == (5, 3) and land.gradient(x).shape == (5, 3, 2) and land.hessian(x).shape == (5, 3, 2, 2)
    a, b = x[..., 0], x[..., 1]
    assert np.allclose(land.energy(x), a**4 / 4 - a**2 / 2 + a * b**2)
    assert np.allclose(land.gradient(x), np.stack([a**3 - a + b**2, 2 * a * b], -1))
    assert np.allclose(land.hessian(x)[..., 0, 1], 2 * b)
    with pytest.raises(InputError, match="one point a row"):
        land.energy([1.0, 2.0, 3.0])
    with pytest.raises(InputError, match="cannot be read"):
        land.gradient([["a", "b"]])
