"""Compiling functions with Numba, and keeping the machine code on disk under a digest of everything that went into it.

Numba's own cache asks for the date of the one file that holds a function. But a kernel contains what it calls and every
constant that it names, from whatever file: after a change there, or after an upgrade that brings older dates, Numba's
cache returns the old code. Here the folder's name carries the digest of all sources that kernels may take something from,
and of the versions of Python, Numba and LLVM; the name of a file carries function, argument types, and the processor with
its features. A file begins with the digest of its content, so that one that was cut off or altered is not used.
What only kernels call is a part: it is compiled with each of them, and has no file.
Of processes that need a kernel at once one compiles it, under a lock that ends with the process, and the others wait and load it.

Whatever is wrong with the folder, a function is compiled and works; that nothing is kept is said once, on stderr.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import hashlib
import os
import pickle
import re
import shutil
import stat
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from polysys.cache_files import cache_folder, read_sealed, write_sealed

_UNUSED = 30 * 86400.0  # seconds after which the folder of other sources is removed
_FOLDER = re.compile(r"[a-z]+-[0-9a-f]{24}")
_LONGEST_WAIT = 120.0  # seconds for what another process compiles
_FORMAT = 3  # of the files; part of the digest
_KNOWN = re.compile(  # what Numba's runtime alone provides
    r"llvm\.|_?Py|NRT_|numba_(unpickle|do_raise|runtime_build_excinfo_struct|gil_ensure|gil_release|complex_adaptor)$"
    r"|(sqrt|hypot|exp|log|pow|sin|cos|atan2|floor|ceil|fabs|ldexp|frexp|memset|memcpy|memmove)$"
)
# a division by zero is no exception; nothing calls kernels from C
_OPTIONS: dict[str, Any] = {"error_model": "numpy", "no_cfunc_wrapper": True}
_said: set[str] = set()
_locks = threading.local()  # of what this thread compiles: `held`, pairs of a path and an open file


def kernel_folder() -> Path:
    """Where machine code is kept: ``NUMBA_CACHE_DIR``, else ``STATIONARY_CACHE``, else the user's cache directory."""
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    return Path(chosen) / "stationary-points" if chosen else cache_folder("kernels")


class Compiler:
    """Compiles the kernels of one package; an instance is a decorator.

    Parameters
    ----------
    name : str
        Of the package, in lower-case letters.
    sources : iterable of Path
        Files, and folders with their Python files: all from which kernels take code or constants.

    Examples
    --------
    >>> double = Compiler("example", [])(lambda x: 2 * x)
    >>> double(21)
    42
    """

    def __init__(self, name: str, sources: Iterable[Path]) -> None:
        self.name = name
        self.sources = (Path(__file__), Path(__file__).with_name("compiler_steps.py"), *sources)
        self._digest = ""
        self._folder: Path | None = None
        self._is_open = False
        self._is_patient = True

    def __call__(self, function: Any) -> Any:
        """Compile at the first call, without the GIL and without liberties in the arithmetic."""
        from numba import njit  # half a second, and only where something is computed

        from polysys.compiler_steps import KernelSteps

        _let_kernels_be_interrupted()
        if not self._digest:  # now, when the modules of the kernels are loaded: sources may be replaced later
            self._digest = self._digest_of_sources()
        dispatcher = njit(nogil=True, pipeline_class=KernelSteps, **_OPTIONS)(function)
        if hasattr(dispatcher, "_cache"):  # not with NUMBA_DISABLE_JIT
            dispatcher._cache = _cache(self, function)
            dispatcher.compile = _releasing(dispatcher.compile)
        return dispatcher

    @staticmethod
    def part(function: Any) -> Any:
        """Compile with the kernels that call it; from Python it is the function itself.

        Examples
        --------
        >>> compiled = Compiler("example", [])
        >>> square = compiled.part(lambda x: x * x)
        >>> compiled(lambda x: square(x) + square(x + 1))(3), square(3)
        (25, 9)
        """
        from numba.extending import register_jitable

        from polysys.compiler_steps import PartSteps

        return register_jitable(pipeline_class=PartSteps, **_OPTIONS)(function)

    def _digest_of_sources(self) -> str:
        import llvmlite
        import numba

        digest = hashlib.sha256(f"{_FORMAT} {sys.version} {numba.__version__} {llvmlite.__version__}".encode())
        try:
            for source in self.sources:
                for path in sorted(source.rglob("*.py")) if source.is_dir() else [source]:
                    content = path.read_bytes()
                    digest.update(f"\n{path.relative_to(source.parent)} {len(content)}\n".encode() + content)
        except OSError as error:  # a package without its sources
            _say(f"Compiled code is not kept: {error.filename} cannot be read ({_why(error)}).")
            return "unknown"
        return digest.hexdigest()

    def folder(self) -> Path | None:
        """The folder of these sources, made if need be; None where nothing can be kept."""
        if not self._is_open:
            self._is_open = True
            if self._digest != "unknown":
                self._folder = _private_folder(kernel_folder() / f"{self.name}-{self._digest[:24]}")
        return self._folder

    def load(self, name: str) -> bytes | None:
        """The content of a file; None if it is missing or damaged."""
        folder = self.folder()
        if folder is None:
            return None
        try:
            content = read_sealed(folder / name)
        except FileNotFoundError:
            return None
        except OSError as error:
            _say(f"Compiled code in {folder} cannot be read ({_why(error)}): it is compiled again.")
            return None
        if content is None:
            _say(f"Compiled code in {folder} is damaged: it is compiled again.")
        return content

    def lock(self, name: str) -> None:
        """Wait until no other process compiles this, and let none do so; where files cannot be locked, nothing."""
        folder = self.folder()
        if folder is None or not self._is_patient or not hasattr(_locks, "held"):
            return
        path, file, end = folder / f"{name}.lock", None, time.monotonic() + _LONGEST_WAIT
        try:
            file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            while not _is_locked(file):
                if time.monotonic() > end:  # whoever holds it stands still
                    self._is_patient = False
                    return
                time.sleep(0.05)
            _locks.held.append((path, file))
            file = None
        except OSError:  # compiled twice, at worst
            return
        finally:
            if file is not None:
                os.close(file)

    def save(self, name: str, content: bytes) -> None:
        """Keep a file, complete or not at all, unless the sources were replaced since they were loaded."""
        folder = self.folder()
        if folder is None or self._digest_of_sources() != self._digest:
            return
        try:
            write_sealed(folder / name, content)
        except OSError as error:
            self._folder = None
            _say(_not_kept(folder, _why(error)))


def _is_locked(file: int) -> bool:
    """Whether an open file is locked now, for this process."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _releasing(compile_it: Any) -> Any:
    """A function after which no lock is held that was taken in it, however it ends."""

    @functools.wraps(compile_it)
    def run(*args: Any) -> Any:
        held = _locks.__dict__.setdefault("held", [])
        before = len(held)
        try:
            return compile_it(*args)
        finally:
            while len(held) > before:
                path, file = held.pop()
                with contextlib.suppress(OSError):
                    path.unlink(missing_ok=True)
                os.close(file)

    return run


def _let_kernels_be_interrupted() -> None:
    """Have Numba look up the class of an array that a kernel returns in C.

    Its wrapper does so in a line of Python. A Ctrl-C that came while the kernel ran is raised there, and the wrapper goes
    on with a null pointer: a SystemError or a crash. Answered from a C cache, the exception waits until the kernel has
    returned (not in the first call of a kernel, which fills the cache). A kernel may not return a named tuple, whose class is
    called in Python.
    """
    from numba.core import serialize

    if not hasattr(serialize._numba_unpickle, "cache_info"):
        serialize._numba_unpickle = functools.cache(serialize._numba_unpickle)


def _private_folder(folder: Path) -> Path | None:
    """The folder, which nobody else may write: what lies in it is executed. None, with a sentence, where there is none."""
    try:
        is_new = not folder.exists()
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
            _say(_not_kept(folder, "it belongs to, or can be written by, somebody else"))
            return None
        if is_new:
            _remove_unused(folder.parent)
        with contextlib.suppress(OSError):
            os.utime(folder)  # in use
    except OSError as error:
        _say(_not_kept(folder, _why(error)))
        return None
    return folder


def _remove_unused(parent: Path) -> None:
    """Remove the folders of other sources that no process has used for long, and files that were never finished."""
    with contextlib.suppress(OSError):
        for folder in parent.iterdir():
            found = folder.lstat()
            if (
                _FOLDER.fullmatch(folder.name)
                and stat.S_ISDIR(found.st_mode)
                and time.time() - found.st_mtime > _UNUSED
            ):
                shutil.rmtree(folder, ignore_errors=True)


def _cache(compiler: Compiler, function: Any) -> Any:
    """What Numba asks for machine code of a function before it compiles, and hands it to afterwards."""
    from numba.core.caching import NullCache
    from numba.core.runtime.nrt import rtsys
    from numba.core.serialize import dumps

    class Cache(NullCache):
        @property
        def cache_path(self) -> str | None:
            folder = compiler.folder()
            return None if folder is None else str(folder)

        def load_overload(self, sig: Any, target_context: Any) -> Any:
            rtsys.initialize(target_context)
            name = _file_name(function, sig, target_context.codegen())
            content = compiler.load(name) if name else None
            if name and content is None:
                compiler.lock(name)
                content = compiler.load(name)
            if content is None:
                return None
            try:
                is_self_contained, names, reduced = pickle.loads(content)
                if not is_self_contained:
                    target_context.refresh()
                return _rebuilt(target_context, names, *reduced)
            except Exception as error:  # whatever it is, compiling helps
                _say(f"Compiled code cannot be loaded ({type(error).__name__}): it is compiled again.")
                return None

        def save_overload(self, sig: Any, data: Any) -> None:
            name = _file_name(function, sig, data.codegen)
            if name and compiler.folder() and not data.lifted and not data.library.has_dynamic_globals:
                kept = _is_self_contained(data.library.get_llvm_str()), _defined_names(data.library), data._reduce()
                compiler.save(name, dumps(kept))  # type: ignore[no-untyped-call]  # Numba has no types

    return Cache()


def _defined_names(library: Any) -> list[str]:
    """The names that machine code defines: Numba asks for them before it sets the surroundings of a function."""
    module = library._get_module_for_linking()
    return [value.name for values in (module.functions, module.global_variables) for value in values if not value.is_declaration]


def _rebuilt(target_context: Any, names: list[str], library_state: Any, *rest: Any) -> Any:
    """What was compiled, with its machine code; its intermediate code is parsed when another kernel is linked with it.

    Parsing takes longer than all else that is done with a kernel from the disk.
    """
    from llvmlite import binding
    from numba.core.compiler import CompileResult

    name, kind, (code, intermediate) = library_state
    empty = binding.parse_assembly("").as_bitcode()
    target_context.codegen()._engine._defined_symbols.update(names)
    result: Any = CompileResult._rebuild(target_context, (name, kind, (code, empty)), *rest)  # type: ignore[no-untyped-call]  # as above
    library = result.library

    @functools.cache
    def module_for_linking() -> Any:
        return binding.parse_bitcode(intermediate)

    library._get_module_for_linking = module_for_linking
    return result


def _is_self_contained(code: str) -> bool:
    """Whether machine code calls nothing but Python, the mathematics of C and Numba's small runtime.

    Anything else (linear algebra, random numbers) is known only after Numba has loaded everything it implements, SciPy's linear
    algebra among it, which takes longer than most of our commands.
    """
    names = re.findall(r'^declare [^@\n]*@"?([^"(\n]+)', code, re.MULTILINE)
    return all(_KNOWN.match(name) for name in names)


def _file_name(function: Any, sig: Any, codegen: Any) -> str | None:
    """Function, argument types, processor; None where a type is known by its address only, as that of a function is."""
    if " at 0x" in str(sig) or function.__closure__:
        return None
    code = hashlib.sha256(function.__code__.co_code).hexdigest()
    key = repr((function.__module__, function.__qualname__, code, str(sig), codegen.magic_tuple()))
    return f"{re.sub('[^A-Za-z0-9_]', '', function.__name__)}-{hashlib.sha256(key.encode()).hexdigest()[:32]}"


def _not_kept(folder: Path, why: str) -> str:
    return (
        f"Compiled code cannot be kept in {folder} ({why}), so each run compiles it again. "
        "STATIONARY_CACHE may name another folder."
    )


def _why(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()


def _say(sentence: str) -> None:
    """Once a process, and never a reason to stop."""
    if sentence not in _said:
        _said.add(sentence)
        with contextlib.suppress(OSError, ValueError, AttributeError):
            print(f"stationary: {sentence}", file=sys.stderr, flush=True)


_SOURCES = ("algebra", "compiled_arrays.py", "tape.py", "theory/pair_weights.py")
compiled = Compiler("polysys", [Path(__file__).parent / name for name in _SOURCES])
"""For the kernels of this package."""
