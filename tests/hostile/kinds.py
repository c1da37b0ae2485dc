"""Attacks by kind: each is a function that makes a folder hostile, runs `stationary` in it and says how that ended."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tests.hostile import engines, files, machine, moments
from tests.hostile.children import run
from tests.hostile.trials import ENSEMBLE, Trial, Trials, clear, differs, digest_of, refused


def what_stands_there(place: Path, _: int, __: np.random.Generator) -> Trials:
    """Pipes, devices, links and huge files where a file is expected, for every reader."""
    for reader, (ending, command) in files.READERS.items():
        for kind in files.STANDING:
            os.chdir(place)
            files.stand(kind, Path(f"a.{ending}"))
            yield refused(f"{reader}: {kind}", run(command(f"a.{ending}"), place))
            clear(place)


def what_a_file_holds(place: Path, _: int, __: np.random.Generator) -> Trials:
    """Contents that nobody should decode, for every reader."""
    for reader, (ending, command) in files.READERS.items():
        for kind, content in files.CONTENTS.items():
            (place / f"a.{ending}").write_bytes(content)
            yield refused(f"{reader}: {kind}", run(command(f"a.{ending}"), place))
            clear(place)


def bombs(place: Path, size: int, _: np.random.Generator) -> Trials:
    """Compressed data that unpack to gigabytes: certificates of a table, and a start set in the cache."""
    mib = min(4096, 64 * size)
    for what, data in (
        ("zeros", files.gzip_bomb(mib)),
        ("half a file", files.gzip_bomb(1)[:-20]),
        ("two files", files.gzip_bomb(1) * 2),
    ):
        with files.table_with(data, place) as folder:
            yield refused(
                f"certificates: {what}", run(("table", "verify", str(folder), "--slow", "1"), place), (1, 2)
            )
        clear(place)
    cache = place / "cache"
    more = {"STATIONARY_CACHE": str(cache)}
    label = "deep-linear:widths=1-1-1"
    yield Trial("start set: made", run(("count", label), place, more))
    for path in cache.glob("*.npz"):
        path.write_bytes(files.zip_bomb(mib))
    ending = run(("count", label), place, more)
    yield Trial("start set: bomb", ending, "" if ending.code == 0 else "the count failed")


def stores(place: Path, _: int, __: np.random.Generator) -> Trials:
    """What stands where a chunk should be is set aside and computed again; manifests that were altered are refused."""
    yield Trial("made", run(ENSEMBLE, place))
    digest = digest_of(place / "s")
    chunk = place / "s" / "records" / "00000004-00000007.parquet"
    for kind in ("pipe", "folder", "link loop", "link to nowhere", "endless device", "200,000 brackets", "nothing"):
        chunk.unlink(missing_ok=True)
        os.chdir(place)
        files.stand(kind, chunk)
        yield refused(f"status: {kind}", run(("status", "s"), place))
        yield Trial(f"chunk: {kind}", run(ENSEMBLE, place), differs(place / "s", digest))
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
    yield Trial("manifest: made again", run(ENSEMBLE, place), differs(place / "s", digest))


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
        yield Trial(
            " ".join(command).encode("unicode_escape").decode(),
            ending,
            "" if ending.is_clean_text else "control characters in the output",
        )


def fuzz(place: Path, size: int, rng: np.random.Generator) -> Trials:
    """Valid files with bytes changed, doubled and cut, read in a child process, a thousand a process."""
    for first in range(0, 100 * size, 1000):
        seed = str(int(rng.integers(2**31)))
        n = min(1000, 100 * size - first)
        ending = run((seed, str(n)), place, module="tests.hostile.fuzz", limit=600)
        yield Trial(f"{n} files of seed {seed}", ending, "" if ending.code == 0 else ending.err[-300:])


KINDS: dict[str, Callable[[Path, int, np.random.Generator], Trials]] = {
    "what stands where a file should be": what_stands_there,
    "what a file holds": what_a_file_holds,
    "compressed bombs": bombs,
    "planted programs and modules": engines.planted_programs,
    "engines that print without end or never end": engines.unruly_engines,
    "stores": stores,
    "kills, two runs on one store": moments.kills,
    "Dask schedulers and workers killed": moments.dask_kills,
    "workers killed by the kernel": moments.kernel_kills,
    "too little memory": machine.little_memory,
    "full disks, caches that cannot be written": machine.full_disks,
    "read-only disks, folders of others": machine.read_only,
    "clocks that are set back": machine.clocks,
    "control characters": escapes,
    "ends of readers": moments.ends,
    "fuzzed files": fuzz,
}
