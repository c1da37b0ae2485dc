"""Attacks by kind: each is a function that makes a folder hostile, runs `stationary` in it and says how that ended."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from homotopy.ensembles.store.store import open_store, record_digest
from homotopy.errors import StoreError
from polysys.errors import PolysysError
from tests.hostile import children, files
from tests.hostile.children import Ending, run

Trials = Iterator["Trial"]


@dataclass(frozen=True)
class Trial:
    """One attack: what it was, how the process ended, and what is wrong besides ("" for nothing)."""

    what: str
    ending: Ending
    fault: str = ""


REFUSED = (1, 2, 3, 4)
_ENSEMBLE = ("ensemble", files.LABEL, "--samples", "40", "--chunk", "4", "--workers", "0", "--store", "s")


def refused(what: str, ending: Ending, codes: tuple[int, ...] = REFUSED) -> Trial:
    """A trial that must end with a sentence and one of these exit codes."""
    is_sentence = ending.err.strip().startswith("stationary: ") or (not ending.err.strip() and bool(ending.out.strip()))
    fault = "" if ending.code in codes and is_sentence else f"code {ending.code}: {ending.err[-200:]!r}"
    return Trial(what, ending, fault)


def what_stands_there(place: Path, _: int, __: np.random.Generator) -> Trials:
    """Pipes, devices, links and huge files where a file is expected, for every reader."""
    for reader, (ending, command) in files.READERS.items():
        for kind in files.STANDING:
            os.chdir(place)
            files.stand(kind, Path(f"a.{ending}"))
            yield refused(f"{reader}: {kind}", run(command(f"a.{ending}"), place))
            _clear(place)


def what_a_file_holds(place: Path, _: int, __: np.random.Generator) -> Trials:
    """Contents that nobody should decode, for every reader."""
    for reader, (ending, command) in files.READERS.items():
        for kind, content in files.CONTENTS.items():
            (place / f"a.{ending}").write_bytes(content)
            yield refused(f"{reader}: {kind}", run(command(f"a.{ending}"), place))
            _clear(place)


def bombs(place: Path, size: int, _: np.random.Generator) -> Trials:
    """Compressed data that unpack to gigabytes: certificates of a table, and a start set in the cache."""
    mib = min(4096, 64 * size)
    for what, data in (("zeros", files.gzip_bomb(mib)), ("half a file", files.gzip_bomb(1)[:-20]), ("two files", files.gzip_bomb(1) * 2)):
        with files.table_with(data, place) as folder:
            yield refused(f"certificates: {what}", run(("table", "verify", str(folder), "--speed", "slow"), place), (1, 2))
        _clear(place)
    cache = place / "cache"
    more = {"STATIONARY_CACHE": str(cache)}
    label = "deep-linear:widths=1-1-1"
    yield Trial("start set: made", run(("count", label), place, more))
    for path in cache.glob("*.npz"):
        path.write_bytes(files.zip_bomb(mib))
    ending = run(("count", label), place, more)
    yield Trial("start set: bomb", ending, "" if ending.code == 0 else "the count failed")


def planted_programs(place: Path, _: int, __: np.random.Generator) -> Trials:
    """Modules and programs in the current folder, and the current folder on the path."""
    mark = place / "executed"
    for name in ("json", "numpy", "phcpy", "struct", "homotopy", "sitecustomize"):
        (place / f"{name}.py").write_text(f"open({str(mark)!r}, 'w').close()\n")
    for name in ("phc", "msolve", "nproc", "git"):
        (place / name).write_text(f"#!/bin/sh\ntouch '{mark}'\n")
        (place / name).chmod(0o755)
    more = {"PATH": f".::{os.environ.get('PATH', '')}"}
    for command in (("doctor",), ("count", files.LABEL, "--engine", "phcpack"), ("count", files.LABEL, "--cross-check")):
        ending = run(command, place, more)
        yield Trial(" ".join(command), ending, "a planted program was executed" if mark.exists() else "")


def stores(place: Path, _: int, __: np.random.Generator) -> Trials:
    """What stands where a chunk should be is set aside and computed again; manifests that were altered are refused."""
    yield Trial("made", run(_ENSEMBLE, place))
    digest = _digest(place)
    chunk = place / "s" / "records" / "00000004-00000007.parquet"
    for kind in ("pipe", "folder", "link loop", "link to nowhere", "endless device", "200,000 brackets", "nothing"):
        chunk.unlink(missing_ok=True)
        os.chdir(place)
        files.stand(kind, chunk)
        yield refused(f"status: {kind}", run(("status", "s"), place))
        yield Trial(f"chunk: {kind}", run(_ENSEMBLE, place), _differs(place, digest))
    manifest = place / "s" / "manifest.json"
    whole = manifest.read_text()
    content = json.loads(whole)
    altered = {
        "bound": {**content, "family": {**content["family"], "bound": 1}},
        "points per class": {**content, "family": {**content["family"], "points_per_class": 7}},
        "content": {**content, "content": [1]},
        "content of version 1": {**content, "version": 1, "content": [1]},
        "chunk": {**content, "chunk": 5},
        "a list": [content],
    }
    for kind, wrong in altered.items():
        manifest.write_text(json.dumps(wrong))
        yield refused(f"manifest: {kind}", run(("status", "s"), place))
    manifest.write_text("[" * 200_000)
    yield refused("manifest: brackets", run(("status", "s"), place))
    manifest.unlink()
    os.chdir(place)
    files.stand("pipe", manifest)
    yield refused("manifest: pipe", run(("status", "s"), place))
    manifest.unlink()
    yield Trial("manifest: made again", run(_ENSEMBLE, place), _differs(place, digest))


def kills(place: Path, size: int, rng: np.random.Generator) -> Trials:
    """Runs killed at random moments, two at a time on one store; at last the records are those of an undisturbed run."""
    yield Trial("undisturbed", run(_ENSEMBLE, place))
    digest = _digest(place)
    shutil.rmtree(place / "s")
    for _ in range(max(1, size // 2)):
        both = [children.start(_ENSEMBLE, place) for _ in range(2)]
        time.sleep(float(rng.uniform(0.5, 4.0)))
        for process in both:
            process.send_signal(signal.SIGKILL)
            process.wait()
    ending = run(_ENSEMBLE, place, limit=600)
    left = [p.name for p in place.rglob("*.part") if time.time() - p.stat().st_mtime > 60]
    yield Trial(f"{size} kills", ending, _differs(place, digest) or (f"left {left}" if left else ""))


def full_disks(place: Path, _: int, __: np.random.Generator) -> Trials:
    """A limit on the size of files, as a quota or a full disk gives; caches that cannot be written."""
    (place / "file").write_bytes(b"")
    more = {"STATIONARY_CACHE": str(place / "file" / "x"), "NUMBA_CACHE_DIR": str(place / "file" / "x")}
    ending = run(("count", files.LABEL), place, more)
    yield Trial("no cache", ending, "" if ending.code == 0 else f"code {ending.code}")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # children inherit it
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, hard))
    try:
        endings = [run(_ENSEMBLE, place), run(("count", files.LABEL, "--save", "c.json"), place)]
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    for what, ending in zip(("store", "census"), endings, strict=True):
        left = sorted(p.name for p in place.rglob("*.part"))
        yield Trial(what, ending, f"left {left}" if left else "" if ending.code in REFUSED else f"code {ending.code}")
    yield Trial("store: space again", run(_ENSEMBLE, place))


def escapes(place: Path, _: int, __: np.random.Generator) -> Trials:
    """Control characters in labels, names of files and the records of failures."""
    name = "a\x1b[31m\x9b1m.txt"
    (place / name).write_text("x^4 - x^2\n")
    (place / "\x1b]0;t\x07.toml").write_text('model = "\\u001b[2J"\n')
    commands = (
        ("count", f"expression:{name}"), ("count", "\x1b[31mred"), ("count", "\x1b]0;t\x07.toml"), ("verify", "\x1b[2J.json"), ("status", "\x1b[2J"),
        ("count", files.LABEL, "--engine", "\x1b[31m"), ("\x1b[31m",), ("ensemble", f"expression:{name}", "--samples", "2", "--workers", "0", "--store", "s"),
    )  # fmt: skip
    for command in commands:
        ending = run(command, place)
        yield Trial(" ".join(command).encode("unicode_escape").decode(), ending, "" if ending.is_clean_text else "control characters in the output")


def ends(place: Path, size: int, _: np.random.Generator) -> Trials:
    """Readers of Parquet files end with their exit code, not in Arrow's threads."""
    yield Trial("made", run(_ENSEMBLE, place))
    for k in range(size):
        ending = run(("status", "s"), place)
        yield Trial(f"status {k}", ending, "" if ending.code == 0 else f"code {ending.code}")


def fuzz(place: Path, size: int, rng: np.random.Generator) -> Trials:
    """Valid files with bytes changed, doubled and cut, read in a child process, a thousand a process."""
    for first in range(0, 100 * size, 1000):
        seed = str(int(rng.integers(2**31)))
        n = min(1000, 100 * size - first)
        ending = run((seed, str(n)), place, module="tests.hostile.fuzz", limit=600)
        yield Trial(f"{n} files of seed {seed}", ending, "" if ending.code == 0 else ending.err[-300:])


def _clear(place: Path) -> None:
    for path in place.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _digest(place: Path) -> str:
    return record_digest(open_store(place / "s"))


def _differs(place: Path, digest: str) -> str:
    try:
        found = _digest(place)
    except (StoreError, PolysysError) as error:
        return str(error)
    return "" if found == digest else "other records"


KINDS: dict[str, Callable[[Path, int, np.random.Generator], Trials]] = {
    "what stands where a file should be": what_stands_there,
    "what a file holds": what_a_file_holds,
    "compressed bombs": bombs,
    "planted programs and modules": planted_programs,
    "stores": stores,
    "kills, two runs on one store": kills,
    "full disks, caches that cannot be written": full_disks,
    "control characters": escapes,
    "ends of readers": ends,
    "fuzzed files": fuzz,
}
