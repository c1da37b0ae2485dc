"""What the common commands load before they answer: a library that a command does not use costs its user half a second."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import homotopy as ho
import polysys as ps

# What only few commands need. Numba loads the bare package scipy, so parts of it stand for the whole.
HEAVY = (
    "scipy.special", "scipy.linalg", "scipy.sparse", "scipy.optimize", "scipy.spatial", "scipy.stats", "networkx", "igraph", "pyarrow", "pandas",
    "matplotlib", "sklearn", "distributed", "tqdm", "rich", "sympy", "pydantic", "homotopy.engines.phcpack.client", "homotopy.engines.msolve.client",
    "homotopy.engines.bertini.client",
)  # fmt: skip
EXACT = ("flint", "numba")
RUN = """
import json, sys
sys.argv[1:] = json.loads(sys.argv[1])
from homotopy.cli import main
try:
    main()
except SystemExit as ended:
    assert not ended.code, ended
print(json.dumps(sorted(sys.modules)))
"""


def loaded(*arguments: str) -> set[str]:
    done = subprocess.run([sys.executable, "-c", RUN, json.dumps(arguments)], capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.fixture(scope="module")
def census_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("census") / "census.json"
    ho.census(ps.SphericalPSpin(n=3, p=3).sample(1)).save(path)
    return path


@pytest.mark.parametrize("arguments", [("--help",), ("table", "list")])
def test_help_and_the_catalogue_need_no_mathematics(arguments: tuple[str, ...]) -> None:
    modules = loaded(*arguments)
    assert modules.isdisjoint((*HEAVY, *EXACT, "numpy", "polysys.landscape", "homotopy.counting"))
    assert len(modules) < 320  # 258 and 277


@pytest.mark.parametrize("label", ["spherical-p-spin:n=3,p=3", "deep-linear:widths=1-1-1,data=gaussian", "x^4 - x^2*y + y^2 + y^4"])
def test_a_count_loads_what_it_counts_with(label: str) -> None:
    ho.census(label, seed=0)  # has the kernels compiled, which loads more
    modules = loaded("count", label, "--seed", "0")
    assert modules.isdisjoint((*HEAVY, "homotopy.ensembles", "homotopy.tables", "homotopy.scans", "homotopy.completeness.exclusion"))
    assert modules.issuperset(EXACT)
    assert len(modules) < 1000  # 842 to 910


def test_a_census_is_verified_without_solvers_and_tables(census_file: Path) -> None:
    modules = loaded("verify", str(census_file))
    assert modules.isdisjoint((*HEAVY, "homotopy.engines.tracker.driver", "homotopy.ensembles", "homotopy.tables.table", "homotopy.tables.row_files"))
    assert modules.issuperset(EXACT)
    assert len(modules) < 950  # 831
