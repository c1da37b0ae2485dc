"""What may stand where a file is expected, and in it; and who reads it."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import socket
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import msgspec

from homotopy.tables.format.description import CERTIFICATES, TABLE, FileEntry, sealed
from homotopy.tables.format.folder import as_json, read_description

DATA = Path(__file__).parents[2] / "data" / "tables"
SMALL_TABLE = DATA / "polynomial-network__counts-complex"
SAMPLED_TABLE = DATA / "spherical-p-spin__p-3"
LABEL = "spherical-p-spin:n=2,p=3"

# who reads a file, by the ending that it takes the file for one of its own
READERS: dict[str, tuple[str, Callable[[str], tuple[str, ...]]]] = {
    "expression": ("txt", lambda f: ("count", f"expression:{f}")),
    "model": ("toml", lambda f: ("count", f)),
    "specification": ("toml", lambda f: ("ensemble", f, "--store", "s")),
    "data": ("csv", lambda f: ("count", f"deep-linear:widths=2-1-1,data={f}")),
    "census, verified": ("json", lambda f: ("verify", f)),
    "census, shown": ("json", lambda f: ("show", f)),
    "estimates": ("json", lambda f: ("compare", f, "--table", str(SAMPLED_TABLE))),
    "estimates as CSV": ("csv", lambda f: ("compare", f, "--table", str(SAMPLED_TABLE))),
    "table's specification": ("toml", lambda f: ("table", "build", f, "--into", "t")),
}
MAX_SPARSE = 3 << 30


def stand(kind: str, path: Path) -> None:
    """Put something at a path that is no file to be read, or holds what nobody should decode."""
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(os.path.relpath(path))
    elif kind == "endless device":
        path.symlink_to("/dev/zero")
    elif kind == "terminal":
        path.symlink_to("/dev/tty")
    elif kind == "link loop":
        path.symlink_to(path.name)
    elif kind == "link to nowhere":
        path.symlink_to("nowhere")
    elif kind == "3 GB of nothing":
        with path.open("wb") as file:
            file.truncate(MAX_SPARSE)
    else:
        path.write_bytes(CONTENTS[kind])


STANDING = ("pipe", "folder", "socket", "endless device", "terminal", "link loop", "link to nowhere", "3 GB of nothing")
_DIGITS = b"7" * 5000
CONTENTS: dict[str, bytes] = {
    "nothing": b"",
    "200,000 brackets": b"[" * 200_000,
    "200,000 tables": b'{"a":' * 200_000,
    "200,000 brackets in TOML": b"model = " + b"[" * 200_000,
    "a key of 100,000 parts": b"a." * 100_000 + b"b = 1",
    "5,000 digits": b"x^4 - " + _DIGITS + b"*x",
    "5,000 digits in TOML": b'model = "spherical-p-spin"\nn = ' + _DIGITS + b"\np = 3\n",
    "5,000 hexadecimal digits": b'model = "spherical-p-spin"\nn = 0x' + _DIGITS + b"\np = 3\n",
    "5,000 digits in JSON": b'{"0": ' + _DIGITS + b"}",
    "a name of 5,000 digits": b"x" + _DIGITS + b"^2",
    "300,000 names": b"+".join(b"x%d" % k for k in range(120_000)),
    "ten million empty lists": b"[" + b"[]," * 3_000_000 + b"[]]",
    "UTF-16": "index,mean\n0,1\n".encode("utf-16"),
    "all bytes": bytes(range(256)) * 40,
    "escapes": b'\x1b]0;owned\x07 = "\x1b[31m"\n',
    "underscores": b"1_0,2_0,3\n1,2,3\n",
    "mixed separators": b"1;2,5;3\n1;2;3\n",
    "beyond any range": b"1e99999,2e99999,1\n1,2,3\n",
    "digits of another script": "１,２,３\n1,2,3\n".encode(),
    "half a header": b"width,2,3\n1,2,3\n",
}


@contextmanager
def table_with(certificates: bytes, place: Path) -> Iterator[Path]:
    """A table whose checksums fit, with other certificates."""
    folder = place / SMALL_TABLE.name
    shutil.copytree(SMALL_TABLE, folder)
    (folder / CERTIFICATES).write_bytes(certificates)
    table = read_description(folder)
    files = {**table.files, CERTIFICATES: FileEntry(sha256(certificates).hexdigest(), len(certificates))}
    (folder / TABLE).write_bytes(as_json(sealed(msgspec.structs.replace(table, files=files))))
    yield folder


def gzip_bomb(mib: int) -> bytes:
    """Gzipped zeros: a thousandth of their size."""
    data = io.BytesIO()
    with gzip.GzipFile(fileobj=data, mode="wb", compresslevel=9, mtime=0) as packed:
        for _ in range(mib):
            packed.write(bytes(1 << 20))
    return data.getvalue()


def zip_bomb(mib: int) -> bytes:
    """An .npz file that unpacks to a thousand times its size."""
    data = io.BytesIO()
    with (
        zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as packed,
        packed.open("header.npy", "w", force_zip64=True) as file,
    ):
        for _ in range(mib):
            file.write(bytes(1 << 20))
    return data.getvalue()
