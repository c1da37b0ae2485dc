"""The process that holds phcpy: one request a line on stdin, one answer a line on a private descriptor.

Started by :mod:`homotopy.engines.phcpack.phcpy_process` with the arguments REPLY_FD and PHCPY_DIRECTORY. PHCpack keeps all its state (systems,
solutions, symbol table, seed, tuning) in global variables (trap E), prints exceptions on descriptor 1 and may kill
the process (trap F): hence a process of its own, which starts every request from a clean slate.

The traps of PHCpack 2.4.86 and phcpy 1.1.2, by the letters that the comments beside their workarounds use:

A  ``solver.solve(..., verbose=False)`` can return an empty list in silence.
B  Trackers mix up the unknowns when these first appear in another order in the two systems.
C  ``phc -b`` splits its solution lists and writes the merged one into the input file.
D  Polyhedral homotopies find only solutions without zero coordinates.
E  All state is global and memory grows; ``mixed_volume`` can be that of a system stored before.
F  Exceptions are printed and swallowed, or kill the process; a solution that cannot be printed breaks a list.
G  ``i``, ``I``, ``e``, ``E`` are no names for unknowns; coefficients are rounded to doubles.
H  Lists of end points contain duplicates and junk; DEMiCs miscounts mixed volumes.
I  Real, singular, at infinity, and even arrived (t = 1), are guesses by tolerances.
J  Malformed input can kill the process or hang.
K  The dd and qd trackers of phcpy return the start points at t = 0 unless a number of tasks is given.
L  The qd tracker of phcpy uses another gamma than the one it is given.
M  ``m_homogeneous_start_system`` of phcpy returns no solutions.
N  ``phc -m`` miscounts the mixed volume of one equation in one unknown.
O  ``phc -p`` leaves the failed paths out of its separate solution file.
P  ``phc -B`` multiplies the degree of a component that is not reduced, and lists points of it as isolated.
Q  The dd and qd multiplicity structures of phcpy look for the solution among the solutions in double.
"""

import contextlib
import ctypes
import importlib.util
import io
import json
import os
import signal
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from homotopy.engines.phcpack import text
from homotopy.engines.phcpack.types import Polynomials, RawEnd, Term

PRECISIONS = {"d": "standard", "dd": "dobldobl", "qd": "quaddobl"}
_PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Ask Linux to kill this process when its parent dies; elsewhere the closed pipe ends it after the request."""
    parent = os.getppid()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # the parent died in between
        os._exit(1)


def load_phcpy(directory: str) -> ModuleType:
    """Import the one package phcpy in `directory`.

    Its parent directory is never put on ``sys.path``: that would put a whole distribution's Python packages in front
    of ours.
    """
    spec = importlib.util.spec_from_file_location(
        "phcpy", Path(directory) / "__init__.py", submodule_search_locations=[directory]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"no package phcpy in {directory}")
    module = importlib.util.module_from_spec(spec)
    sys.modules["phcpy"] = module
    spec.loader.exec_module(module)
    return module


class Adapter:
    """The operations of phcpy that we use, each stateless.

    Written for the C extension of phcpy 1.1.2 (PHCpack 2.4.86) and the only place that knows its names. phcpy from
    1.1.3 on is built on ctypes and has no ``phcpy2c3``: the import below fails and the executable phc is used instead,
    which needs no adapting. A class with these methods for the newer phcpy would go here.
    """

    def __init__(self, module: ModuleType) -> None:
        from phcpy import interface, phcpy2c3

        self.c: Any = phcpy2c3
        self.interface: Any = interface
        # Trap E: autotuning again does not reset all parameters, so the defaults of the fresh process are kept.
        self.c.py2c_autotune_continuation_parameters(0, 16)
        self.defaults = {k: self.c.py2c_get_value_of_continuation_parameter(k) for k in range(1, 35)}
        self.version: str = f"{phcpy2c3.py2c_PHCpack_version_string()} (phcpy {module.__version__})"

    def _call(self, name: str, precision: str, *arguments: Any) -> Any:
        return getattr(self.c, name.format(PRECISIONS[precision]))(*arguments)

    def reset(self, seed: int, tuning: dict[str, float] | None = None) -> None:
        """Forget every system, solution, symbol and parameter of earlier requests.

        Trap E: ``py2c_mixed_volume`` silently prefers a polynomial system left over in the
        container to the Laurent system just stored, so phcpy's ``mixed_volume(pols)`` can return the volume of an
        earlier system. We clear everything and store polynomial systems only.
        """
        for precision in PRECISIONS:
            self._call("py2c_syscon_clear_{}_system", precision)
            self._call("py2c_syscon_clear_{}_Laurent_system", precision)
            self._call("py2c_solcon_clear_{}_solutions", precision)
        self.c.py2c_celcon_clear_container()
        self.c.py2c_syscon_clear_symbol_table()
        self.c.py2c_set_seed(seed)
        for index, value in (self.defaults | {int(k): v for k, v in (tuning or {}).items()}).items():
            self.c.py2c_set_value_of_continuation_parameter(index, value)

    def store(self, polynomials: Polynomials, precision: str = "d") -> None:
        n = len(polynomials)
        lines = text.write_polynomials(polynomials, n)
        if getattr(self.interface, f"store_{PRECISIONS[precision]}_system")(lines, nbvar=n):
            raise RuntimeError("PHCpack could not read the polynomials")

    def load_system(self, precision: str, n: int) -> list[tuple[Term, ...]]:
        lines = getattr(self.interface, f"load_{PRECISIONS[precision]}_system")()
        return [text.read_polynomial(line, n) for line in lines]

    def load_solutions(self, precision: str, n: int) -> list[RawEnd]:
        """Read the solution container, one end per solution whatever happened to it.

        Trap F: a coordinate that overflowed raises an exception inside PHCpack's printing; the wrapper then returns a
        meaningless length and an uninitialised string, and phcpy's own loop over the list loses count. Reading by
        index and refusing what cannot be parsed keeps one end per path: nan at t = nan, which is a failure.
        """
        ends = []
        for index in range(1, self._call("py2c_solcon_number_of_{}_solutions", precision) + 1):
            length = self._call("py2c_solcon_length_{}_solution_string", precision, index)
            line = ""
            if length >= 40 * n:
                with contextlib.suppress(UnicodeDecodeError):
                    line = self._call("py2c_solcon_write_{}_solution_string", precision, index, length)
            ends.append(text.read_solution_or_nan(line, n))
        return ends

    def mixed_volume(self, polynomials: Polynomials, stable: bool, seed: int) -> Any:
        """MixedVol's mixed volume, or the pair (mixed volume, stable mixed volume).

        Trap H: the alternative, DEMiCs, is not used; it returned 1105, 1115, 1057 and 1072 for a volume of 1089.
        """
        self.reset(seed)
        self.store(polynomials)
        return self.c.py2c_mixed_volume(int(stable))

    def polyhedral(self, polynomials: Polynomials, seed: int, precision: str) -> dict[str, Any]:
        """A random coefficient system on the given supports with its solutions in the torus, by polyhedral homotopies.

        The cells and the tracking are PHCpack's (Gao, Li, Wang: MixedVol; Huber and Sturmfels: the homotopies).
        """
        n = len(polynomials)
        volume = self.mixed_volume(polynomials, False, seed)
        self._call("py2c_celcon_{}_random_coefficient_system", precision)
        self._call("py2c_celcon_copy_into_{}_systems_container", precision)
        start = self.load_system(precision, n)
        self._call("py2c_celcon_{}_polyhedral_homotopy", precision)
        self._call("py2c_solcon_clear_{}_solutions", precision)
        for cell in range(1, self.c.py2c_celcon_number_of_cells() + 1):
            for path in range(1, self._call("py2c_celcon_solve_{}_start_system", precision, cell) + 1):
                self._call("py2c_celcon_track_{}_solution_path", precision, cell, path, 0)
                self._call("py2c_celcon_copy_target_{}_solution_to_container", precision, cell, path)
        ends = self.load_solutions(precision, n)
        return {"volume": volume, "start": _pack(start), "solutions": [_pack_point(e.x) for e in ends]}

    def track(
        self,
        target: Polynomials,
        start: Polynomials,
        solutions: list[list[list[float]]],
        gamma: list[float],
        precision: str,
        tuning: dict[str, float],
        seed: int,
    ) -> list[list[Any]]:
        """Track ``gamma (1 - t) start + t target`` from t = 0; one raw end per start solution, in their order."""
        n = len(target)
        self.reset(seed, tuning)
        # Trap K: with 0 tasks this build's dd and qd trackers return the start points, at t = 0, silently.
        n_tasks = 0 if precision == "d" else 1
        self.store(target, precision)
        self._call("py2c_copy_{}_container_to_target_system", precision)
        self.store(start, precision)
        self._call("py2c_copy_{}_container_to_start_system", precision)
        # The last argument is the power of (1 - t) and t; PHCpack's default of 2 makes the tracking twice as slow.
        self._call("py2c_create_{}_homotopy_with_gamma", precision, gamma[0], gamma[1], 1)
        points = [text.write_solution(tuple(complex(*z) for z in x)) for x in solutions]
        getattr(self.interface, f"store_{PRECISIONS[precision]}_solutions")(n, points)
        self._call("py2c_copy_{}_container_to_start_solutions", precision)
        self._call("py2c_solve_by_{}_homotopy_continuation", precision, n_tasks)
        self._call("py2c_solcon_clear_{}_solutions", precision)
        self._call("py2c_copy_{}_target_solutions_to_container", precision)
        self._call("py2c_clear_{}_homotopy", precision)
        self._call("py2c_clear_{}_operations_data", precision)
        ends = self.load_solutions(precision, n)
        return [[_pack_point(e.x), e.t, e.err, e.rco, e.res] for e in ends]

    def multiplicity(self, polynomials: Polynomials, point: list[list[float]], order: int, tolerance: float) -> int:
        """Multiplicity of an isolated solution (Dayton & Zeng's dual spaces); in double, see trap Q."""
        self.reset(1)
        self.store(polynomials)
        solution = text.write_solution(tuple(complex(*z) for z in point))
        self.interface.store_standard_solutions(len(polynomials), [solution])
        return int(self.c.py2c_standard_multiplicity_structure(order, 0, tolerance)[0])


def _pack_point(x: tuple[complex, ...]) -> list[list[float]]:
    return [[z.real, z.imag] for z in x]


def _pack(polynomials: Polynomials) -> list[list[list[Any]]]:
    return [[[c.real, c.imag, list(exponents)] for c, exponents in terms] for terms in polynomials]


def _unpack(packed: list[list[list[Any]]]) -> Polynomials:
    return [[(complex(re, im), tuple(exponents)) for re, im, exponents in terms] for terms in packed]


def answer(adapter: Adapter, request: dict[str, Any]) -> Any:
    """Return the answer to one request: an operation's name in `do`, its arguments beside it."""
    operation = request.pop("do")
    if operation == "hello":
        return {"version": adapter.version}
    for key in ("polynomials", "target", "start"):
        if key in request:
            request[key] = _unpack(request[key])
    return getattr(adapter, operation)(**request)


def serve(reply: io.TextIOBase, directory: str) -> None:
    """Answer requests until stdin closes. What PHCpack printed meanwhile goes with an error's message (trap F)."""
    noise = os.memfd_create("phcpack") if hasattr(os, "memfd_create") else os.open(os.devnull, os.O_RDWR)
    os.dup2(noise, 1)
    os.dup2(noise, 2)
    adapter: Adapter | None = None
    for line in sys.stdin:
        try:
            if adapter is None:
                adapter = Adapter(load_phcpy(directory))
            result = {"result": answer(adapter, json.loads(line))}
        except Exception as problem:  # every failure must reach the parent as an answer
            sys.stdout.flush()
            printed = os.pread(noise, 2000, max(0, os.lseek(noise, 0, os.SEEK_END) - 2000))
            result = {"error": f"{type(problem).__name__}: {problem}", "printed": printed.decode(errors="replace")}
        with contextlib.suppress(OSError):
            os.ftruncate(noise, 0)
            os.lseek(noise, 0, os.SEEK_SET)
        reply.write(json.dumps(result) + "\n")
        reply.flush()


def main() -> None:
    """Entry point of the worker process."""
    die_with_parent()
    with os.fdopen(int(sys.argv[1]), "w") as reply:
        serve(reply, sys.argv[2])


if __name__ == "__main__":
    main()
