"""Start sets on disk, by the digest of their family; shared by all processes of a user.

One .npz file per family (numpy's plain format, never pickled) in the user's cache directory, or in STATIONARY_CACHE. Files
are written whole and renamed into place, so concurrent writers do no harm: the last one wins and all are right. A file
whose content does not match its own digest, or that belongs to another family, is ignored and made anew.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
import zlib
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from platformdirs import user_cache_path

from homotopy.common.files import remove_leftovers, write_atomically
from homotopy.engines.starts.start_set import (
    Ground,
    StartKind,
    StartSet,
    Stratum,
    StratumEvidence,
    family_digest,
    make_start_set,
    stratum_equations,
)
from homotopy.errors import StoreWriteError
from polysys.errors import FileError
from polysys.landscape import Landscape
from polysys.reading.files import read_bytes

_MAX_BYTES = 1 << 28
_FORMAT = 5  # files of other formats are made again
_RESIDUAL = 1e-6  # relative to the size of the terms; start solutions are good to 1e-12


def directory() -> Path:
    """Where start sets are kept."""
    chosen = os.environ.get("STATIONARY_CACHE")
    return Path(chosen) if chosen else user_cache_path("stationary-points") / "starts"


def start_set(landscape: Landscape, seed: int = 0) -> StartSet | None:
    """The family's start set: from disk when it is there and sound, else made and kept; None where there is none."""
    family = family_digest(landscape)
    path = directory() / f"{family}.npz"
    known = load(path, family)
    if known is not None and known.is_whole and _solves(landscape, known):
        return known
    made = make_start_set(landscape, seed)
    if made is not None and made.kind is not StartKind.FERMAT:  # a closed form is faster to write down than to read
        save(path, made)
    return made


def save(path: Path, starts: StartSet) -> bool:
    """Write a start set; returns whether that was possible (a read-only cache is no error)."""
    arrays: dict[str, Any] = {}
    strata = []
    for k, s in enumerate(starts.strata):
        ground: dict[str, Any] = {**asdict(s.evidence), "ground": s.evidence.ground.value}
        strata.append({"alive": list(s.alive), "evidence": ground})
        arrays |= {f"signs{k}": s.signs, f"parameters{k}": s.parameters, f"solutions{k}": s.solutions}
    content = {"format": _FORMAT, "kind": starts.kind.value, "family": starts.family, "strata": strata, "count": starts.count}
    header = json.dumps(content, sort_keys=True)
    arrays["header"] = np.frombuffer(header.encode(), dtype=np.uint8)
    arrays["sha256"] = np.frombuffer(_digest(arrays), dtype=np.uint8)
    data = io.BytesIO()
    np.savez(data, **arrays)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        remove_leftovers(path.parent)
        return write_atomically(path, data.getvalue())
    except (OSError, StoreWriteError):
        return False


def load(path: Path, family: str) -> StartSet | None:
    """Read a start set; None if the file is missing, damaged or of another family."""
    try:
        data = read_bytes(path, _MAX_BYTES)
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(member.file_size for member in packed.infolist()) > _MAX_BYTES:
                return None
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        stated = arrays.pop("sha256").tobytes()
        header = json.loads(arrays["header"].tobytes())
        if stated != _digest(arrays) or header["family"] != family or header["format"] != _FORMAT:
            return None
        strata = tuple(
            Stratum(
                tuple(s["alive"]), arrays[f"signs{k}"], arrays[f"parameters{k}"], arrays[f"solutions{k}"], _evidence(s["evidence"])
            )
            for k, s in enumerate(header["strata"])
        )
        return StartSet(StartKind(header["kind"]), family, strata, int(header["count"]))
    except (FileError, OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError):
        return None


def _evidence(stated: dict[str, Any]) -> StratumEvidence:
    return StratumEvidence(**{**stated, "ground": Ground(stated["ground"])})


def _digest(arrays: dict[str, Any]) -> bytes:
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        digest.update(array.tobytes())
    return digest.digest()


def _solves(landscape: Landscape, starts: StartSet) -> bool:
    """Whether the stored points solve the stored member's equations, as they must."""
    for s in starts.strata:
        if not s.alive or not len(s.solutions):
            continue
        tape = stratum_equations(landscape, s.alive)
        if s.solutions.shape[1:] != (tape.n_variables,) or s.parameters.shape != (tape.n_parameters,):
            return False
        values = tape.evaluate(list(s.solutions.T), list(s.parameters), float)
        size = (1 + np.abs(s.solutions).max(axis=1)) ** 4 * (1 + np.abs(s.parameters).max())
        if max(float((np.abs(v) / size).max()) for v in values) > _RESIDUAL:
            return False
    return True
