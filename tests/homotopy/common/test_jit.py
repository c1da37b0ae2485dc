"""Kernels follow their sources: an edited bound, or an upgrade with older files, is in force at once."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import homotopy
import homotopy.common.jit
import polysys.jit
from polysys.jit import Compiler

ROOT = Path(homotopy.__path__[0]).parent
LAST = (
    ROOT / "polysys" / "tape.py",
    ROOT / "polysys" / "jit.py",
)  # kernels take the numbers of operations, and nothing
BOUNDS = Path("homotopy") / "certification" / "discs" / "roundoff.py"
RADIUS = """
import numpy as np
from homotopy.certification.discs.program import disc_program, enclose
from polysys.tape import trace
program = disc_program(trace(lambda x, _: [x[0] * x[0]], 1))
_, radius = enclose(program, np.zeros((1, 1, 2)), np.zeros(1, np.int64), np.array([[1 + 0j]]), np.array([1e-3]))
print(radius[0, 0])
"""
NUMBAS_OWN_CACHE = """
import numba
import polysys.jit
polysys.jit.Compiler.__call__ = lambda self, function: numba.njit(nogil=True, cache=True, error_model="numpy")(function)
"""


def radius(site: Path, before: str = "", said: str = "") -> float:
    """The radius of the square of the disc of radius 0.001 about 1, in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(site), "NUMBA_CACHE_DIR": str(site.parent / "cache")}
    done = subprocess.run(
        [sys.executable, "-P", "-c", before + RADIUS], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stderr.count("\n") == bool(said)
    assert said in done.stderr
    return float(done.stdout)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the packages, as an installation has them, and its machine code beside it."""
    site = tmp_path_factory.mktemp("original") / "site"
    for package in ("homotopy", "polysys"):
        shutil.copytree(ROOT / package, site / package, ignore=shutil.ignore_patterns("__pycache__"))
    assert radius(site) == pytest.approx(2.001e-3, rel=1e-6)
    kept = [path.name.partition("-")[0] for path in (site.parent / "cache").rglob("*") if path.is_file()]
    assert kept == ["evaluate_discs"]  # the first use of a kernel compiles this one, and nothing on its own that it calls
    return site


@pytest.fixture
def installed(original: Path, tmp_path: Path) -> Path:
    """An installation that has been used."""
    shutil.copytree(original.parent, tmp_path, dirs_exist_ok=True)
    return tmp_path / "site"


def edit(site: Path, value: str) -> None:
    """Another INFLATE, with the date of the file before."""
    path = site / BOUNDS
    date = path.stat().st_mtime
    text = path.read_text()
    assert text.count("INFLATE = 1.0 + 2.0**-49\n") == 1
    path.write_text(text.replace("INFLATE = 1.0 + 2.0**-49\n", f"INFLATE = {value}\n"))
    os.utime(path, (date - 1e6, date - 1e6))


def test_an_edited_bound_is_in_force_at_once(installed: Path) -> None:
    edit(installed, "1000.0")
    assert radius(installed) > 2.0


def test_damaged_files_are_compiled_again(installed: Path) -> None:
    kept = [path for path in (installed.parent / "cache").rglob("*") if path.is_file()]
    assert kept
    for path in kept:
        path.write_bytes(path.read_bytes()[:1000])
    assert radius(installed, said="compiled again") == pytest.approx(2.001e-3, rel=1e-6)
    assert radius(installed) == pytest.approx(2.001e-3, rel=1e-6)


@pytest.mark.slow
def test_no_sample_fails_where_nothing_can_be_kept(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NUMBA_CACHE_DIR": "/dev/null/nowhere"}
    command = [
        "ensemble",
        "spherical-p-spin:n=2,p=3",
        "--samples",
        "4",
        "--workers",
        "1",
        "--store",
        str(tmp_path / "store"),
    ]
    subprocess.run(
        [sys.executable, "-P", "-m", "homotopy.cli", *command], env=environment, capture_output=True, check=True
    )
    found = homotopy.load_ensemble(tmp_path / "store")
    assert (found.n_samples, dict(found.failures)) == (4, {})


@pytest.mark.slow
def test_numbas_own_cache_would_keep_the_old_bound(installed: Path) -> None:
    assert radius(installed, NUMBAS_OWN_CACHE) == pytest.approx(2.001e-3, rel=1e-6)
    edit(installed, "1000.0")
    assert radius(installed, NUMBAS_OWN_CACHE) == pytest.approx(2.001e-3, rel=1e-6)


def test_an_upgrade_with_older_files_is_in_force_at_once(installed: Path) -> None:
    newer = installed.parent / "newer"
    shutil.copytree(installed, newer)
    edit(newer, "1000.0")
    for path in newer.rglob("*.py"):
        os.utime(path, (1e9, 1e9))  # 2001, as some builders date what they pack
    shutil.rmtree(installed)
    newer.rename(installed)
    assert radius(installed) > 2.0


@pytest.mark.parametrize("compiler", [homotopy.common.jit.compiled, polysys.jit.compiled], ids=["homotopy", "polysys"])
def test_the_digest_covers_all_that_modules_with_kernels_import(compiler: Compiler) -> None:
    """Kernels take code and constants from what their module imports, directly or not."""
    covered = {path for source in compiler.sources for path in files(source)}
    todo = [path for path in (ROOT / compiler.name).rglob("*.py") if has_kernels(path)]
    seen = set(todo)
    for path in todo:
        assert path in covered, (
            f"kernels may take something from {path}: name it where {compiler.name}'s kernels are declared"
        )
        if path not in LAST:
            todo += imported(path) - seen
            seen |= imported(path)


def files(source: Path) -> list[Path]:
    assert source.exists()
    return sorted(source.rglob("*.py")) if source.is_dir() else [source]


def decorators(function: ast.FunctionDef) -> set[str]:
    return {ast.unparse(d) for d in function.decorator_list}


def has_kernels(path: Path) -> bool:
    """Whether a module compiles a function, or emits the code of one."""
    functions = [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef)]
    return any(decorators(function) & {"compiled", "compiled.part", "intrinsic"} for function in functions)


def imported(path: Path) -> set[Path]:
    """Files from which the kernels of a module take something.

    In a module of compiled functions only they and the constants count; where code is emitted, or where kernels take
    something without there being kernels, all counts.
    """
    nodes = tree(path).body
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef)]
    compiled = {"compiled", "compiled.part"}
    if any(decorators(f) & compiled for f in functions) and not any("intrinsic" in decorators(f) for f in functions):
        kernels = [n for n in nodes if isinstance(n, ast.Assign) or (n in functions and decorators(n) & compiled)]
    else:
        kernels = nodes
    used = {node.id for kernel in kernels for node in ast.walk(kernel) if isinstance(node, ast.Name)}
    found = set()
    for node in nodes:
        if (
            isinstance(node, ast.ImportFrom)
            and node.module
            and node.module.partition(".")[0] in ("homotopy", "polysys")
        ):
            base = ROOT.joinpath(*node.module.split("."))
            for alias in node.names:
                if (alias.asname or alias.name) in used:
                    places = (base / f"{alias.name}.py", base.with_suffix(".py"), base / "__init__.py")
                    found.add(next(place for place in places if place.is_file()))
    return found


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))
