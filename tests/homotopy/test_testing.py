"""Assertions and the pytest plugin as other people's test suites use them."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import homotopy as ho
import polysys as ps
from polysys.errors import InputError

ROOT = Path(__file__).parents[2]
THREE = "spherical-p-spin:n=3,p=3"
HIMMELBLAU = ps.expression("(x^2 + y - 11)^2 + (x + y^2 - 7)^2").sample()


def test_a_right_estimator_passes_and_returns_its_report():
    report = ho.testing.assert_reproduces("kac-rice", "spherical-p-spin:p=3", level=0.999)
    assert report.is_consistent and report.p_value > 0.001


def test_a_wrong_one_fails_with_the_report():
    with pytest.raises(AssertionError, match=r"deviates at level 0\.999: total of spherical-p-spin:n=3,p=3") as caught:
        ho.testing.assert_reproduces(lambda model: 11.5, "spherical-p-spin:p=3", models=THREE)
    assert len(str(caught.value).splitlines()) <= 10


def test_false_points_fail():
    table = ho.load_table("spherical-p-spin:p=3")
    with pytest.raises(AssertionError, match=r"\d+ of \d+ end points are no stationary points"):
        ho.testing.assert_reproduces("gradient-norm", table, models="spherical-p-spin:n=5,p=3", landscapes=5)


def test_a_lower_level_fails_more():
    """A bias of 2.9 standard errors passes at level 0.999 and fails at level 0.9."""
    mean = ho.load_table("spherical-p-spin:p=3").mean("n_real", THREE)
    said = mean.value + 2.9 * mean.standard_error
    assert ho.testing.assert_reproduces(lambda m: said, "spherical-p-spin:p=3", 0.999, models=THREE).is_consistent
    with pytest.raises(AssertionError):
        ho.testing.assert_reproduces(lambda m: said, "spherical-p-spin:p=3", 0.9, models=THREE)


def test_a_mistake_in_the_test_is_no_failed_assertion():
    with pytest.raises(InputError):
        ho.testing.assert_reproduces(lambda m: None, "spherical-p-spin:p=3", models=THREE)
    with pytest.raises(InputError):
        ho.testing.assert_reproduces("kac-rice", "spherical-p-spin:p=3", level=1)


class TestFinds:
    census = ho.census(HIMMELBLAU)

    def _search(self, points):
        return lambda landscape: points

    def test_what_was_found_is_returned(self):
        def search(land):
            return ho.searches.gradient_descent(land, starts=40, seed=1, scale=3)

        assert ho.testing.assert_finds(search, HIMMELBLAU).recall(0) == 1.0
        assert ho.testing.assert_finds(search, self.census, index=0, recall=0.5).search.n_points == 40

    def test_points_in_an_array(self):
        minima = [[float(c.mid()) for c in p.coordinates] for p in self.census.minima]
        assert ho.testing.assert_finds(self._search(minima), self.census).recall(0) == 1.0
        with pytest.raises(AssertionError, match=r"finds 3 of 4 points of index 0, .* missed at energies"):
            ho.testing.assert_finds(self._search(minima[1:]), self.census)
        assert ho.testing.assert_finds(self._search(minima[1:]), self.census, recall=0.75).recall(0) == 0.75

    def test_nothing_is_said_of_an_array_that_is_not_known(self):
        found_minima = ho.census(THREE, seed=1).minima
        found = ho.testing.assert_finds(lambda land: [[float(c) for c in p.coordinates] for p in found_minima], THREE, seed=1)
        title, *lines = repr(found).splitlines()
        assert title == "Recall of <lambda> on spherical-p-spin:n=3,p=3, seed 1 (points as returned)"
        ends = next(line for line in lines if "end points" in line)
        assert ends.split()[2] == f"{len(found_minima)}:" and "runs" not in repr(found) and "evaluations" not in repr(found)
        said = found.summary()
        assert (said["seed"], said["n_starts"], said["n_failed"], said["evaluations"]) == (None,) * 4 and said["seconds"] >= 0
        assert "runs" not in repr(found.search) and "seed 1" in repr(found.search)

    def test_false_points(self):
        points = [[float(c.mid()) for c in p.coordinates] for p in self.census.minima] + [[0.0, 0.0]]
        with pytest.raises(AssertionError, match="reports 1 points that are no stationary points"):
            ho.testing.assert_finds(self._search(points), self.census)
        assert ho.testing.assert_finds(self._search(points), self.census, false=1).n_false == 1
        assert ho.testing.assert_finds(self._search(points), self.census, false=None).n_false == 1

    def test_all_points_whatever_their_index(self):
        def search(land):
            return ho.searches.random_newton(land, starts=300, seed=1, scale=4)

        assert ho.testing.assert_finds(search, self.census, index=None).recall() == 1.0

    def test_no_point_at_all(self):
        with pytest.raises(AssertionError, match="finds 0 of 4"):
            ho.testing.assert_finds(self._search([]), self.census)

    def test_labels_take_a_seed(self):
        def search(land):
            return ho.searches.gradient_descent(land, starts=20, seed=1)

        found = ho.testing.assert_finds(search, THREE, seed=4)
        assert found.census.landscape.seed == 4

    @pytest.mark.parametrize(
        ("points", "choices", "sentence"),
        [
            ("text", {}, "no points"),
            ([[1.0, 2.0, 3.0]], {}, "shape"),
            ([[np.nan, 2.0]], {}, "finite"),
            ([[3.0, 2.0]], {"index": 5}, "no Morse index"),
            ([[3.0, 2.0]], {"index": True}, "no Morse index"),
            ([[3.0, 2.0]], {"recall": 1.5}, "share"),
            ([[3.0, 2.0]], {"false": -1}, "end points"),
            ([[3.0, 2.0]], {"tolerance": 1.0}, "tolerance"),
        ],
    )
    def test_mistakes_in_the_test(self, points, choices, sentence):
        with pytest.raises(InputError, match=sentence):
            ho.testing.assert_finds(self._search(points), self.census, **choices)


def test_an_index_without_points_is_a_mistake_in_the_test():
    with pytest.raises(InputError, match="has no points of index 1"):
        ho.testing.assert_finds(lambda land: [[0.0]], ps.expression("x^2"), index=1)


def _pytest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Another project's pytest run, with the plugin as the installed entry point would load it."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-m", "pytest", "-p", "stationary_pytest", "-q", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=250)


def test_the_plugin_in_somebody_elses_project(tmp_path):
    (tmp_path / "test_mine.py").write_text(
        "import sys\n"
        "def test_nothing_is_imported_before_it_is_used():\n"
        "    assert not {'homotopy', 'polysys', 'numpy'} & set(sys.modules)\n"
        "def test_mine(reference_table):\n"
        "    import homotopy as ho\n"
        "    table = reference_table('spherical-p-spin:p=3')\n"
        "    assert reference_table('spherical-p-spin:p=3') is table\n"
        "    ho.testing.assert_reproduces('kac-rice', table, models='spherical-p-spin:n=3,p=3')\n"
        "def test_wrong(reference_table):\n"
        "    import homotopy as ho\n"
        "    table = reference_table('spherical-p-spin:p=3')\n"
        "    ho.testing.assert_reproduces(lambda model: 14.0, table, models='spherical-p-spin:n=3,p=3')\n"
    )
    result = _pytest(tmp_path)
    assert "1 failed, 2 passed" in result.stdout, result.stdout + result.stderr
    assert "deviates at level 0.999" in result.stdout and "testing.py" not in result.stdout.split("short test summary")[0]


def test_a_fixture_of_that_name_in_the_project_wins(tmp_path):
    (tmp_path / "conftest.py").write_text("import pytest\n@pytest.fixture\ndef reference_table():\n    return 7\n")
    (tmp_path / "test_mine.py").write_text("def test_mine(reference_table):\n    assert reference_table == 7\n")
    assert "1 passed" in _pytest(tmp_path).stdout
