"""PHCpack's traps: each test fails when PHCpack no longer has the trap, and its workaround may go.

Not repeatable, or not in few lines, are A (the silent black box, which the engine never calls), F (crashes), G (names
and digits), I (tolerances) and J (malformed input).
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from homotopy.engines.phcpack.client import PHCpack, find_phcpack
from homotopy.engines.phcpack.text import write_polynomials
from tests.homotopy.phcpack_systems import deep_linear

pytestmark = pytest.mark.phcpack
ROOT = Path(__file__).parents[4]


@pytest.fixture(scope="module")
def engine() -> Iterator[PHCpack]:
    with PHCpack("phcpy" if find_phcpack().phcpy_path else "auto") as engine:
        yield engine


def phcpy_says(script: str) -> str:
    """Run a script in a process of its own with phcpy loaded as the worker loads it; return its last line."""
    directory = find_phcpack().phcpy_path
    if directory is None:
        pytest.skip("phcpy is not installed")
    setup = "from homotopy.engines.phcpack.phcpy_worker import load_phcpy; phcpy = load_phcpy(DIR)\n"
    done = subprocess.run(
        [sys.executable, "-c", setup.replace("DIR", repr(directory)) + script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    if "2.4.86" not in done.stdout:  # Ada and Python buffer apart: the greeting may come last
        pytest.skip("the traps were measured on PHCpack 2.4.86")
    return [line for line in done.stdout.splitlines() if "PHC" not in line][-1]


def phc_as_measured() -> str:
    """The executable; the trap is skipped where it is missing or another version, which may behave otherwise."""
    found = find_phcpack()
    if found.phc_path is None or "2.4.86" not in found.versions["phc"]:
        pytest.skip("measured on PHCpack 2.4.86")
    return found.phc_path


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


def test_trap_h_demics_counts_another_mixed_volume_than_mixedvol() -> None:
    constant = (1 + 0j, (0,) * 8)
    system = write_polynomials([[*terms, constant] for terms in deep_linear((2, 2, 2), 2, seed=1)], 8)
    script = f"""
from phcpy import interface, phcpy2c3 as c
def volume(f, seed):
    c.py2c_set_seed(seed); c.py2c_celcon_clear_container(); interface.store_standard_system({system!r})
    return f(0)
print(*({{volume(f, seed) for seed in range(1, 6)}} for f in (c.py2c_mixed_volume, c.py2c_mixed_volume_by_demics)))
"""
    mixedvol, demics = re.findall(r"{.*?}", phcpy_says(script))
    assert mixedvol == "{1089}" != demics


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
    phc = phc_as_measured()
    (tmp_path / "in").write_text("1 1\nx^3 - 2*x + 5;\n")
    menu = "4\n0\nn\nn\n"
    command = [phc, "-01", "-m", "in", "out"]
    subprocess.run(command, input=menu, text=True, cwd=tmp_path, stdout=subprocess.DEVNULL, check=True)
    assert "common mixed volume : 4" in (tmp_path / "out").read_text()


def test_trap_c_the_black_box_writes_its_merged_list_into_the_input(tmp_path: Path) -> None:
    phc = phc_as_measured()
    system = "2\nx*y^2 + x - 2*y;\nx^2*y - 2*x + y;\n"
    (tmp_path / "in").write_text(system)
    command = [phc, "-01", "-b", "in", "out"]
    subprocess.run(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, check=True)
    assert len(re.findall(r"^solution \d+", (tmp_path / "in").read_text(), re.MULTILINE)) == 5


def test_trap_p_the_decomposition_multiplies_degrees_where_the_equations_are_not_reduced(engine: PHCpack) -> None:
    """(x^2 + y^2 - 1)^2 x = (x^2 + y^2 - 1)^2 y = 0: a circle, of degree 2, and the origin."""
    phc_as_measured()
    q2 = [(1, (4, 0)), (2, (2, 2)), (1, (0, 4)), (-2, (2, 0)), (-2, (0, 2)), (1, (0, 0))]
    system = [[(complex(c), (a + i, b + j)) for c, (a, b) in q2] for i, j in ((1, 0), (0, 1))]
    raw = engine.decompose(system, 2, seed=1)
    assert sum(len(c.points) for c in raw.components) > 2 or len(raw.isolated) > 1


def test_trap_q_the_double_double_multiplicity_looks_for_solutions_in_double() -> None:
    script = """
from phcpy.solver import standard_multiplicity, dobldobl_multiplicity
from phcpy.solutions import make_solution
pols, wrong, right = ['x^2;', 'y^4;'], make_solution(['x', 'y'], [1, 1]), make_solution(['x', 'y'], [0, 0])
standard_multiplicity(pols, right)
print(dobldobl_multiplicity(pols, wrong), standard_multiplicity(pols, right))
"""
    first, second = phcpy_says(script).split()
    assert first == second == "8"
