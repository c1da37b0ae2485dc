"""Damaged files of every kind handed to their readers: python -m tests.hostile.fuzz SEED N. Only our own errors may come out."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import homotopy as ho
import polysys as ps
from homotopy.counting.files.saved_census import load_census
from homotopy.ensembles.comparison import read_predictions
from homotopy.ensembles.spec import read_spec
from homotopy.ensembles.store.format import DamagedChunkError, decode
from homotopy.ensembles.store.store import open_store
from homotopy.estimators.files import read_estimates
from homotopy.tables.table import load_table
from polysys import datasets
from polysys.errors import PolysysError
from polysys.models.labels import model_from_label
from polysys.reading.expression_file import read_expression_file
from polysys.reading.parser import parse_polynomial
from tests.hostile.files import SMALL_TABLE

SLOW = 20.0  # seconds for one file
_WORDS = (
    b"[",
    b"{",
    b'"',
    b"9" * 400,
    b"-",
    b"1e999",
    b"null",
    b"\0",
    b"\xff",
    b"\n",
    b",",
    b"=",
    b"\xef\xbb\xbf",
    "٣".encode(),
    b"^",
    b"(",
)


def readers(place: Path) -> dict[str, tuple[bytes, Callable[[Path], Any]]]:
    """By the name of a file: its content as it should be, and what reads it."""
    census = place / "valid.json"
    ho.census("spherical-p-spin:n=2,p=3").save(census)
    ho.ensemble("spherical-p-spin:n=2,p=3", samples=4, store=place / "valid", workers=0)
    store = open_store(place / "valid")
    chunk = store.chunks[0]

    def manifest(path: Path) -> Any:
        folder = path.parent / "store"
        folder.mkdir(exist_ok=True)
        path.replace(folder / "manifest.json")
        return open_store(folder)

    def table(path: Path) -> Any:
        folder = path.parent / "table"
        folder.mkdir(exist_ok=True)
        for name in ("rows.csv", "spec.toml", "README.md", "certificates.jsonl.gz"):
            (folder / name).write_bytes((SMALL_TABLE / name).read_bytes())
        path.replace(folder / "table.json")
        return load_table(folder)

    def expression(path: Path) -> Any:
        file = read_expression_file(path)
        return parse_polynomial(file.potential_text, file.variables, file.parameters)

    return {
        "a.txt": (b"# wells\nvariables: x, y\nparameters: a = 1/2\n(x^2 - a)^2 + 3*y^2\n+ x*y\n", expression),
        "b.toml": (b'potential = "x^4 - x^2*y + y^2"\nvariables = ["x", "y"]\n[parameters]\na = 0.5\n', expression),
        "c.toml": (b'model = "spherical-p-spin"\nn = 3\np = 3\n', lambda path: model_from_label(str(path))),
        "d.toml": (
            b'model = "spherical-p-spin:n=3,p=3"\nsamples = 10\nseed = 1\n[options]\nengine = "auto"\n',
            read_spec,
        ),
        "e.csv": (b"a,b,y\n1,2.5,3\n-4,1/3,6e-2\n7,8,9\n", lambda path: datasets.from_csv(path, 2, 1)),
        "f.json": (b'{"0": 4.41, "1": 8.99}', read_predictions),
        "g.csv": (
            b"index,mean,error\n0,4.4,0.1\n1,8.9,0.2\n",
            lambda path: (read_predictions(path), read_estimates(path, "m")),
        ),
        "h.json": (census.read_bytes(), load_census),
        **_of_equations(place),
        "i.json": ((store.path / "manifest.json").read_bytes(), manifest),
        "j.json": ((SMALL_TABLE / "table.json").read_bytes(), table),
        "k.parquet": (
            store.file(chunk).read_bytes(),
            lambda path: decode(path.read_bytes(), store.identity, chunk.samples),
        ),
    }


def _of_equations(folder: Path) -> dict[str, tuple[bytes, Callable[[Path], Any]]]:
    """Equations, their saved solutions, and solutions as other programs write them."""
    found = ho.solve(ps.equations(["x^2 + y = 1", "x*y = 2", "x^3 - x + 2 = 0"]))
    result: dict[str, tuple[bytes, Callable[[Path], Any]]] = {
        "l.txt": (b"# two\nvariables: x, y\nparameters: a = 1/2\nx^2 + y = a\nx*y - 1\n", ps.equations_from_file)
    }
    found.save(folder / "saved.json")
    result["m.json"] = ((folder / "saved.json").read_bytes(), ho.load)
    result["n.json"] = (result["m.json"][0], ho.read_solutions)
    for name, form in (("o.txt", "bertini-start"), ("p.txt", "phcpack"), ("q.csv", "csv")):
        result[name] = (found.export(folder / name, form).read_bytes(), ho.read_solutions)
    result["r.txt"] = (_MAIN_DATA, ho.read_solutions)
    np.save(folder / "s.npy", found.points)
    np.savez(folder / "t.npz", points=found.points)
    for name in ("s.npy", "t.npz"):
        result[name] = ((folder / name).read_bytes(), ho.read_solutions)
    return result


_MAIN_DATA = (
    b"Number of variables: 2\nVariables:  x y\nRank: 2\n\nSolution 0 (path number 0)\nEstimated condition number: 5.8e+00\n"
    b"1.0e+00 0.0e+00\n-2.0e+00 1.0e-17\nMultiplicity: 1\n\nSolution 1 (path number 3)\n2.5 0.5\n3 -1\nMultiplicity: 1\n"
)


def damaged(content: bytes, rng: np.random.Generator) -> bytes:
    """A content after one to four accidents."""
    data = bytearray(content)
    for _ in range(int(rng.integers(1, 5))):
        k = int(rng.integers(0, len(data) + 1))
        what = int(rng.integers(0, 5))
        if what == 0 and k < len(data):
            data[k] = int(rng.integers(256))
        elif what == 1:
            data[k:k] = _WORDS[int(rng.integers(len(_WORDS)))]
        elif what == 2:
            del data[k : k + int(rng.integers(1, 30))]
        elif what == 3:
            data[k:k] = data[max(0, k - 40) : k] * int(rng.integers(1, 50))
        else:
            del data[k:]
    return bytes(data)


def main(seed: int, n: int) -> int:
    """Read n damaged files; the number of those that ended otherwise than in an error of ours or in an answer."""
    rng, n_wrong = np.random.default_rng(seed), 0
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        known = readers(place)
        for k in range(n):
            name = sorted(known)[k % len(known)]
            content, read = known[name]
            data = damaged(content, rng)
            (place / name).write_bytes(data)
            begin = time.monotonic()
            try:
                read(place / name)
            except (PolysysError, DamagedChunkError):
                pass
            except Exception as error:  # what the campaign looks for
                n_wrong += 1
                print(f"{name}: {type(error).__name__} {error}"[:300], repr(data[:200]), file=sys.stderr)
            if time.monotonic() - begin > SLOW:
                n_wrong += 1
                print(f"{name}: took {time.monotonic() - begin:.0f} s", repr(data[:200]), file=sys.stderr)
    return n_wrong


if __name__ == "__main__":
    sys.exit(min(main(int(sys.argv[1]), int(sys.argv[2])), 100))
