"""Machines that lack something: space, memory, permission to write, a clock that goes forward."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import time
from pathlib import Path

import numpy as np

from tests.hostile import files
from tests.hostile.children import run
from tests.hostile.trials import ENSEMBLE, REFUSED, Trial, Trials, differs, digest_of, refused

_YEAR = 365 * 86400.0


def full_disks(place: Path, _: int, __: np.random.Generator) -> Trials:
    """A limit on the size of files, as a quota or a full disk gives; caches that cannot be written."""
    (place / "file").write_bytes(b"")
    more = {"STATIONARY_CACHE": str(place / "file" / "x"), "NUMBA_CACHE_DIR": str(place / "file" / "x")}
    ending = run(("count", files.LABEL), place, more)
    yield Trial("no cache", ending, "" if ending.code == 0 else f"code {ending.code}")
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # children inherit it
    try:
        for command in (ENSEMBLE, ("count", files.LABEL, "--save", "c.json")):
            ending = run(command, place, limits={resource.RLIMIT_FSIZE: 2000})
            left = sorted(p.name for p in place.rglob("*.part"))
            fault = f"left {left}" if left else "" if ending.code in REFUSED else f"code {ending.code}"
            yield Trial(" ".join(command[:1]), ending, fault)
    finally:
        signal.signal(signal.SIGXFSZ, before)
    yield Trial("store: space again", run(ENSEMBLE, place))


def little_memory(place: Path, _: int, __: np.random.Generator) -> Trials:
    """A limit on the address space, from one in which no library can be loaded to one that suffices; then without."""
    yield Trial("undisturbed", run(ENSEMBLE, place))
    digest = digest_of(place / "s")
    workers = tuple(w if w != "0" else "1" for w in ENSEMBLE)
    for mib in (60, 400, 767, 768, 900, 1100, 1500):
        limits = {resource.RLIMIT_AS: mib << 20}
        for command in (("count", files.LABEL), workers):
            shutil.rmtree(place / "s", ignore_errors=True)
            ending = run(command, place, limits=limits)
            yield refused(f"{command[0]} in {mib} MiB", ending, (0, *REFUSED))
    yield Trial("with memory again", run((*workers, "--retry-failed"), place), differs(place / "s", digest))


def read_only(place: Path, _: int, __: np.random.Generator) -> Trials:
    """A disk that can be read only, as a mount of its own, and folders of another user."""
    yield Trial("made", run(ENSEMBLE, place))
    yield Trial("saved", run(("count", files.LABEL, "--save", "c.json"), place))
    digest = digest_of(place / "s")
    half = place / "half"
    shutil.copytree(place / "s", half)
    next(iter(sorted((half / "records").iterdir()))).unlink()
    cache = {"STATIONARY_CACHE": str(place / "cache")}
    (place / "cache").mkdir()
    for name, prefix in _ways(place).items():
        may = (("status", "s"), ("show", "c.json"), ("verify", "c.json"), ("count", files.LABEL))
        for command in may:
            ending = run(command, place, cache, prefix=prefix)
            yield Trial(f"{name}: {' '.join(command)}", ending, "" if ending.code == 0 else f"code {ending.code}: {ending.err[-200:]!r}")
        must_not = (
            (*ENSEMBLE[:-1], "half"), (*ENSEMBLE[:-1], "new"), ("count", files.LABEL, "--save", "new.json"), ("count", files.LABEL, "--json", "c.json"),
            ("table", "build", str(files.SMALL_TABLE / "spec.toml"), "--into", "table"),
        )  # fmt: skip
        for command in must_not:
            yield refused(f"{name}: {' '.join(command)}", run(command, place, cache, prefix=prefix))
    yield Trial("writable again", run((*ENSEMBLE[:-1], "half"), place), differs(half, digest))


def _ways(place: Path) -> dict[str, list[str]]:
    """By name: a command before a command, under which a folder cannot be written."""
    mount = f"mount --bind '{place}' '{place}' && mount -o remount,ro,bind '{place}' && cd '{place}' && exec \"$@\""
    ways = {"a read-only mount": ["unshare", "--mount", "sh", "-c", mount, "sh"]}
    if os.geteuid() == 0:
        os.chmod(place, 0o755)
        ways["folders of another user"] = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    found = {}
    for name, prefix in ways.items():
        try:
            done = subprocess.run([*prefix, "touch", str(place / "probe")], capture_output=True, timeout=30)
            there = subprocess.run([*prefix, "true"], capture_output=True, timeout=30)
        except OSError:
            continue
        if there.returncode == 0 and done.returncode != 0:
            found[name] = prefix
    return found


def clocks(place: Path, _: int, __: np.random.Generator) -> Trials:
    """A clock that is ten years late, ten ahead, or goes backwards; files of the far future and past; another time since the start."""
    yield Trial("undisturbed", run(ENSEMBLE, place))
    digest, store, more = digest_of(place / "s"), place / "s", {"STATIONARY_CACHE": str(place / "cache")}
    part = store / "records" / f".a.{os.uname().nodename.replace('.', '-')}.4194303.0a.part"  # of a process that is gone
    for name, offset, step in (("late", -10 * _YEAR, 0.0), ("ahead", 10 * _YEAR, 0.0), ("backwards", 0.0, -3600.0)):
        clock = (str(offset), str(step))
        next(iter(sorted((store / "records").glob("*.parquet")))).unlink()
        part.write_bytes(b"")
        os.utime(part, (time.time() - 3600, time.time() - 3600))
        ending = run((*clock, *ENSEMBLE), place, more, module="tests.hostile.clock")
        fault = differs(store, digest) or (f"left {part.name}" if part.exists() else "")
        yield Trial(f"ensemble, clock {name}", ending, fault or ("" if ending.code == 0 else f"code {ending.code}"))
        ending = run((*clock, "count", "deep-linear:widths=1-1-1"), place, more, module="tests.hostile.clock", limit=300)
        yield Trial(f"count, clock {name}", ending, "" if ending.code == 0 else f"code {ending.code}")
    for name, when in (("2100", 4.1e9), ("1970", 0.0)):
        part.write_bytes(b"")
        for path in (place, *place.rglob("*")):
            os.utime(path, (when, when))
        next(iter(sorted((store / "records").glob("*.parquet")))).unlink()
        ending = run(ENSEMBLE, place, more)
        fault = differs(store, digest) or (f"left {part.name}" if part.exists() else "")
        yield Trial(f"files of {name}: ensemble", ending, fault or ("" if ending.code == 0 else f"code {ending.code}"))
        ending = run(("count", "deep-linear:widths=1-1-1"), place, more)
        yield Trial(f"files of {name}: count", ending, "" if ending.code == 0 else f"code {ending.code}")
    prefix = ["unshare", "--time", "--monotonic", "1000000000", "--fork"]
    if subprocess.run([*prefix, "true"], capture_output=True).returncode == 0:
        ending = run(("count", files.LABEL, "--time-limit", "30"), place, prefix=prefix)
        yield Trial("thirty years since the start", ending, "" if ending.code == 0 else f"code {ending.code}")
