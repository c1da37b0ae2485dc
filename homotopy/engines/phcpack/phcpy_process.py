"""The parent's side of the worker: start, ask, time out, kill, start again."""

import contextlib
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from homotopy.common import processes
from homotopy.engines.phcpack.decomposition import RawDecomposition
from homotopy.engines.phcpack.failures import WorkerDied, WorkerSilent, timed_out
from homotopy.engines.phcpack.find import WAY_OUT
from homotopy.engines.phcpack.phc_executable import Phc
from homotopy.engines.phcpack.selftest import self_test
from homotopy.engines.phcpack.types import Point, Polynomials, RawEnd, StartSystem, Term
from homotopy.errors import EngineMissingError

_MAX_ANSWER = 1 << 28  # bytes of one answer
CALLS_PER_WORKER = 2000  # trap E: memory grows by 10 to 50 kB a request; a fresh process costs 0.2 s
_ROOT = Path(__file__).resolve().parents[3]
# The worker is homotopy/engines/phcpack/phcpy_worker.py run as a module, with the packages around it left empty: importing them
# in full (sympy, numba) would cost more than the solving of a small system.
_BOOT = (
    "import runpy, types\n"
    "for name in ('homotopy', 'homotopy.engines', 'homotopy.engines.phcpack'):\n"
    "    sys.modules[name] = types.ModuleType(name)\n"
    f"    sys.modules[name].__path__ = [{str(_ROOT)!r} + '/' + name.replace('.', '/')]\n"
    "runpy.run_module('homotopy.engines.phcpack.phcpy_worker', run_name='__main__', alter_sys=True)"
)


class Phcpy:
    """phcpy in a worker process. Every method is one stateless request; a dead worker raises `WorkerDied`.

    Parameters
    ----------
    directory : str
        Where the package phcpy lies.
    phc : Phc or None
        The executable, which tracks in quad double (trap L): there phcpy 1.1.2 follows a homotopy with some other gamma than
        the one it is given (its end points come in another order, and where it stops is not on our paths).
    """

    transport = "phcpy"

    def __init__(self, directory: str, phc: Phc | None = None) -> None:
        self.directory = directory
        self.phc = phc
        self.deadline = float("inf")  # of `time.monotonic`; later, requests raise `EngineTimeoutError`
        self.calls = 0
        self.version = ""
        self._process: subprocess.Popen[str] | None = None
        self._folder = ""  # the worker's own
        self._owner = os.getpid()
        self._reply = -1
        self._buffer = bytearray()

    @property
    def pid(self) -> int | None:
        """Process number of the worker, or None when none runs."""
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Start a worker and let it solve a system whose two solutions are known before it is trusted (trap A)."""
        self.stop()
        self._owner = os.getpid()
        self._folder = tempfile.mkdtemp(prefix="phcpy-")
        reply, theirs = os.pipe()
        try:
            self._process = processes.start(
                processes.interpreter(_BOOT, theirs, self.directory),
                dies_with_us=False,  # it asks Linux for that itself
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=self._folder,
                pass_fds=[theirs],
                text=True,
            )
        except OSError:
            os.close(reply)
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        finally:
            os.close(theirs)
        self._reply, self._buffer, self.calls = reply, bytearray(), 0
        self.version = self._ask({"do": "hello"})["version"]
        self_test(self)

    def __del__(self) -> None:
        self.stop()

    def stop(self) -> None:
        """Kill the worker with everything it started."""
        process, self._process = self._process, None
        if process is None:
            return
        if self._owner != os.getpid():  # a copy of us made by fork: the worker is the original's
            process.returncode = 0  # or the copy of Popen would warn that its child still runs
            return
        processes.end(process)
        shutil.rmtree(self._folder, ignore_errors=True)
        if process.stdin is not None:
            with contextlib.suppress(OSError):
                process.stdin.close()
        os.close(self._reply)

    def ask(self, **request: Any) -> Any:
        """Return the answer to one request, starting or recycling the worker as needed."""
        if self._process is None or self.calls >= CALLS_PER_WORKER or self._owner != os.getpid():
            self.start()
        return self._ask(request)

    def _ask(self, request: dict[str, Any]) -> Any:
        process = self._process
        assert process is not None
        assert process.stdin is not None
        self.calls += 1
        try:
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()
            reply = json.loads(self._read_line())
        except (OSError, ValueError, EOFError) as problem:
            self.stop()
            raise WorkerDied(f"the PHCpack process died ({processes.exit_words(process.returncode)})") from problem
        except BaseException:  # also KeyboardInterrupt: the answer would come when nobody waits for it
            self.stop()
            raise
        if "error" in reply:
            self.stop()  # an exception inside PHCpack leaves its state unknown (trap F)
            if reply["error"].startswith(("ImportError", "ModuleNotFoundError")):
                raise EngineMissingError(
                    f"phcpy cannot be loaded by this interpreter ({reply['error']}).",
                    'Use transport="phc", or run the version of Python that phcpy was built for.',
                )
            printed = " ".join(reply["printed"].split())[-300:]
            raise WorkerDied(f"PHCpack failed with {reply['error']} {printed}".strip())
        return reply["result"]

    def _read_line(self) -> bytes:
        chunk = bytes(self._buffer)
        while b"\n" not in chunk:
            left = self.deadline - time.monotonic()
            if left <= 0 or not select.select([self._reply], [], [], min(left, 3600.0))[0]:
                if time.monotonic() < self.deadline:
                    continue
                raise timed_out()
            chunk = os.read(self._reply, 1 << 16)
            if not chunk or len(self._buffer) > _MAX_ANSWER:
                raise EOFError
            self._buffer += chunk
        line, _, self._buffer = self._buffer.partition(b"\n")
        return bytes(line)

    def mixed_volume(self, polynomials: Polynomials, seed: int) -> int:
        """Mixed volume: solutions in the torus of a generic system with these supports."""
        return int(self.ask(do="mixed_volume", polynomials=_pack(polynomials), stable=False, seed=seed))

    def stable_mixed_volume(self, polynomials: Polynomials, seed: int) -> int:
        """Stable mixed volume: affine solutions, with multiplicities, of a generic system with these supports."""
        return int(self.ask(do="mixed_volume", polynomials=_pack(polynomials), stable=True, seed=seed)[1])

    def polyhedral(self, polynomials: Polynomials, seed: int, precision: str) -> StartSystem:
        """A random coefficient system on these supports with its solutions in the torus."""
        request = {"do": "polyhedral", "polynomials": _pack(polynomials), "seed": seed, "precision": precision}
        return _start_system(self.ask(**request))

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
        if precision == "qd" and self.phc is not None:
            self.phc.deadline = self.deadline
            return self.phc.track(target, start, solutions, gamma, precision, tuning, seed)
        ends = self.ask(
            do="track",
            target=_pack(target),
            start=_pack(start),
            solutions=[[[z.real, z.imag] for z in x] for x in solutions],
            gamma=[gamma.real, gamma.imag],
            precision=precision,
            tuning=tuning,
            seed=seed,
        )
        if len(ends) != len(solutions):
            self.stop()
            raise WorkerSilent(f"PHCpack returned {len(ends)} ends for {len(solutions)} paths")
        return [RawEnd(tuple(complex(*z) for z in x), t, err, rco, res) for x, t, err, rco, res in ends]

    def decompose(self, polynomials: Polynomials, n: int, top: int, seed: int, precision: str) -> RawDecomposition:
        """Components of the solution set; by the executable, which reports them in one file."""
        if self.phc is None:
            raise EngineMissingError("Decomposition needs PHCpack's executable phc, which was not found.", WAY_OUT)
        self.phc.deadline = self.deadline
        return self.phc.decompose(polynomials, n, top, seed, precision)

    def multiplicity(self, polynomials: Polynomials, point: Point, order: int, tolerance: float) -> int | None:
        """Multiplicity of an isolated solution, by PHCpack's own dual spaces."""
        packed = [[z.real, z.imag] for z in point]
        return int(
            self.ask(do="multiplicity", polynomials=_pack(polynomials), point=packed, order=order, tolerance=tolerance)
        )


def _pack(polynomials: Polynomials) -> list[list[list[Any]]]:
    return [[[complex(c).real, complex(c).imag, list(m)] for c, m in terms] for terms in polynomials]


def _start_system(answer: dict[str, Any]) -> StartSystem:
    start: tuple[tuple[Term, ...], ...] = tuple(
        tuple((complex(re, im), tuple(exponents)) for re, im, exponents in terms) for terms in answer["start"]
    )
    return StartSystem(start, tuple(tuple(complex(*z) for z in x) for x in answer["solutions"]), answer["volume"])
