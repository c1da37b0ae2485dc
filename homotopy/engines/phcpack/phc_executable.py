"""The executable phc, driven through its menus: the same requests as phcpy, each a run in a directory of its own.

``phc -m`` computes mixed volumes and polyhedral start systems, ``phc -p`` tracks paths from a start system with a
given gamma. Both write one end per path. The black box ``phc -b`` is not used: it does not account for its paths, its
lists are split, and the merged list is written into the input file (trap C).
"""

import contextlib
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from homotopy.common import processes
from homotopy.engines.phcpack import text
from homotopy.engines.phcpack.decomposition import RawDecomposition, read_decomposition
from homotopy.engines.phcpack.failures import WorkerDied, WorkerSilent, timed_out
from homotopy.engines.phcpack.find import phc_version
from homotopy.engines.phcpack.selftest import self_test
from homotopy.engines.phcpack.types import Point, Polynomials, RawEnd, StartSystem

DIGITS = {"d": "", "dd": "2", "qd": "4"}
POLYHEDRAL_MENU = {"d": 1, "dd": 2, "qd": 3}
_VOLUME = re.compile(r"(common|stable) mixed volume : *(\d+)")


def _spaced(seed: int, system: str) -> str:
    """Put spaces that depend on the seed between the terms.

    phc raises CONSTRAINT_ERROR (string_splitters) on files in which a polynomial happens to end at certain places; the
    same system with other spaces is read, so a retry, which has another seed, gets through.
    """
    return system.replace("+(", "+" + " " * (1 + seed % 7) + "(")


class Phc:
    """phc as a backend; see `Backend`. A run that dies raises `WorkerDied`.

    Parameters
    ----------
    executable : str
        Path of phc.
    """

    transport = "phc"

    def __init__(self, executable: str) -> None:
        self.executable = executable
        self.version = phc_version(executable)
        self.deadline = float("inf")

    def start(self) -> None:
        """See whether phc can be trusted; its menus may differ in other versions."""
        self_test(self)

    def stop(self) -> None:
        """Nothing outlives a request."""

    def mixed_volume(self, polynomials: Polynomials, seed: int) -> int:
        """Mixed volume: solutions in the torus of a generic system with these supports."""
        return self._volumes(polynomials, seed, stable=False)["common"]

    def stable_mixed_volume(self, polynomials: Polynomials, seed: int) -> int:
        """Stable mixed volume: affine solutions, with multiplicities, of a generic system with these supports."""
        volumes = self._volumes(polynomials, seed, stable=True)
        return volumes.get("stable", volumes["common"])

    def _volumes(self, polynomials: Polynomials, seed: int, stable: bool) -> dict[str, int]:
        # Menu 4 is MixedVol; 5, DEMiCs, has returned wrong volumes (trap H).
        with _directory() as here:
            (here / "in").write_text(_spaced(seed, text.write_system_file(polynomials, len(polynomials))))
            self._run(["-m", "in", "out"], seed, here, [4, 0, "y" if stable else "n", "n"])
            return self._read_volumes(here / "out")

    @staticmethod
    def _read_volumes(path: Path) -> dict[str, int]:
        volumes = {kind: int(value) for kind, value in _VOLUME.findall(_read(path))}
        if "common" not in volumes:
            raise WorkerDied("phc -m printed no mixed volume")
        return volumes

    def polyhedral(self, polynomials: Polynomials, seed: int, precision: str) -> StartSystem:
        """A random coefficient system on these supports with its solutions in the torus."""
        n = len(polynomials)
        with _directory() as here:
            (here / "in").write_text(_spaced(seed, text.write_system_file(polynomials, n)))
            menu = [4, POLYHEDRAL_MENU[precision], "n", "n", "start", 0, 0]
            self._run(["-m", "in", "out"], seed, here, menu)
            volume = self._read_volumes(here / "out")["common"]
            system, ends = text.read_system_file(_read(here / "start"), n)
        if len(system) != n:
            raise WorkerSilent("phc -m wrote no start system")
        return StartSystem(tuple(system), tuple(end.x for end in ends), volume)

    def track(
        self,
        target: Polynomials,
        start: Polynomials,
        solutions: list[Point],
        gamma: complex,
        precision: str,
        tuning: dict[int, float],
        seed: int,
    ) -> list[RawEnd]:
        """Track one chunk of start solutions; one raw end per start solution, in their order."""
        n = len(target)
        with _directory() as here:
            (here / "target").write_text(_spaced(seed, text.write_system_file(target, n)))
            (here / "start").write_text(_spaced(seed, text.write_system_file(start, n, solutions)))
            # Homotopy menu: k the power of t, a the constant gamma (called accessibility constant), 0 to leave it.
            homotopy = ["k", 1, "a", repr(gamma.real), repr(gamma.imag), 0]
            parameters = [item for pair in tuning.items() for item in pair]
            # Trap O: the separate file for solutions is declined, it leaves out the paths that diverged or failed.
            menu = ["target", "out", "n", "start", *homotopy, *parameters, 0, 0]
            self._run([f"-p{DIGITS[precision]}"], seed, here, menu)
            ends = text.read_solution_list(_read(here / "out").rpartition("THE SOLUTIONS :")[2], n)
        if len(ends) != len(solutions):
            raise WorkerSilent(f"phc -p returned {len(ends)} ends for {len(solutions)} paths")
        return ends

    def decompose(self, polynomials: Polynomials, n: int, top: int, seed: int, precision: str) -> RawDecomposition:
        """Components of the solution set of equations in n unknowns, from dimension `top` down."""
        with _directory() as here:
            system = "\n".join([f"{len(polynomials)} {n}", *text.write_polynomials(polynomials, n)]) + "\n"
            (here / "in").write_text(_spaced(seed, system))
            # top dimension; filter junk points; factor into irreducible components
            self._run([f"-B{DIGITS[precision]}", "in", "out"], seed, here, [top, "y", "y"])
            return read_decomposition(_read(here / "out"), n)

    def multiplicity(self, polynomials: Polynomials, point: Point, order: int, tolerance: float) -> int | None:
        """None: the executable offers no multiplicity of a given point without its menus."""
        return None

    def _run(self, arguments: list[str], seed: int, here: Path, menu: Sequence[object]) -> None:
        """Run phc with a seed and the answers to its menus; kill its process group when time is up."""
        answers = "\n".join(str(item) for item in menu) + "\n"
        try:
            command = [self.executable, f"-0{seed}", *arguments]
            code, said = processes.run_in(here, command, _left(self.deadline), answers)
        except subprocess.TimeoutExpired:
            raise timed_out() from None
        if code != 0 or "unhandled exception" in said:
            raise WorkerDied(f"phc {arguments[0]} ended with {processes.exit_words(code)}, saying: {said[-200:]}")


def _left(deadline: float) -> float | None:
    return None if deadline == float("inf") else max(deadline - time.monotonic(), 0.01)


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except FileNotFoundError:
        raise WorkerSilent(f"phc wrote no file {path.name}") from None


@contextlib.contextmanager
def _directory() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="phc-") as name:
        yield Path(name)
