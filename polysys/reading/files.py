"""Every input file is read here: regular files only, within a size, a depth and lengths of numbers; a sentence for each refusal.

A pipe is not waited for, a device is not opened, a file that grows is read up to its limit, and compressed data are taken
apart no further than a limit. What a format means is decided by whoever reads it.
"""

from __future__ import annotations

import json
import os
import re
import stat
import zlib
from collections.abc import Callable
from typing import Any, TypeAlias

from polysys.errors import FileError, require_type

FilePath: TypeAlias = str | os.PathLike[str]

MAX_TEXT = 1_000_000  # bytes of what a person writes
MAX_DEPTH = 100  # of lists and tables in each other
MAX_DIGITS = 4000  # of one number: below what Python turns into an integer
MAX_VALUES = 4_000_000  # of one JSON file: some hundred bytes of memory each

_NON_BLOCKING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_KINDS: tuple[tuple[Callable[[int], bool], str], ...] = (
    (stat.S_ISDIR, "folder"),
    (stat.S_ISFIFO, "pipe"),
    (stat.S_ISSOCK, "socket"),
    (stat.S_ISCHR, "device"),
    (stat.S_ISBLK, "device"),
)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# Patterns that read every byte once, whatever stands there: no second start inside a match, no way back.
_STRING = re.compile(rb'"(?:[^"\\]++|\\.?)*+"?', re.DOTALL)
_LONG_NUMBER = re.compile(rf"(?<![0-9_])[0-9_]{{{MAX_DIGITS + 1}}}".encode())
# each part of a key is looked up with all that stand before it
_LONG_KEY = re.compile(rf"(?<![\w\"'.-])(?:[\w\"'-]++[ \t]*+\.[ \t]*+){{{MAX_DEPTH}}}")
_ALIKE = bytes.maketrans(b"{}", b"[]")
_NO_MARKS = bytes(sorted(set(range(256)) - set(b'[]{},"')))


def escaped(text: str, keep: str = "") -> str:
    r"""A text with its control characters, and those that turn the direction of writing, as escapes.

    Parameters
    ----------
    text : str
    keep : str
        Control characters that stay.

    Examples
    --------
    >>> print(escaped("red\x1b[31m"))
    red\x1b[31m
    """
    return _CONTROL.sub(lambda m: m[0] if m[0] in keep else m[0].encode("unicode_escape").decode("ascii"), text)


_BEGINNINGS = (
    (b"PK\x03\x04", "a zip archive", "Unpack it, then name what is in it: of a table, its folder."),
    (b"PK\x05\x06", "a zip archive without files", "Name another file."),
    (b"\x1f\x8b", "a gzipped file", "Unpack it (gunzip), and name what comes out."),
    (b"BZh", "a bzip2 file", "Unpack it, and name what comes out."),
    (b"\xfd7zXZ", "an xz file", "Unpack it, and name what comes out."),
    (b"\x28\xb5\x2f\xfd", "a zstd file", "Unpack it, and name what comes out."),
    (b"\x89PNG", "a PNG figure", "Name another file."),
    (b"\xff\xd8\xff", "a JPEG figure", "Name another file."),
    (b"%PDF", "a PDF file", "Name another file."),
    (b"PAR1", "a Parquet file", "Name another file."),
    (b"\x93NUMPY", "a numpy array", "Name another file."),
    (b"\x89HDF", "an HDF5 file", "Name another file."),
    (b"<", "a page or a figure as HTML or XML", "Name another file."),
)


def require_no_other_format(content: bytes, where: str) -> None:
    """Refuse, by its name, a file that begins as files of other formats do: it is sound, and not what was asked for.

    Raises
    ------
    FileError

    Examples
    --------
    >>> require_no_other_format(b"PK\\x03\\x04..", "table.zip")
    Traceback (most recent call last):
    polysys.errors.FileError: table.zip is a zip archive. Unpack it, then name what is in it: of a table, its folder.
    """
    for beginning, kind, way_out in _BEGINNINGS:
        if content.startswith(beginning):
            raise FileError(f"{where} is {kind}.", way_out)


def require_path(path: Any) -> None:
    """Refuse what is no path.

    Raises
    ------
    TypeError
    """
    require_type(path, (str, os.PathLike), "The path", "Give a text or a Path.")


def shown_path(path: FilePath) -> str:
    """A path as messages show it: its end, without control characters."""
    text = escaped(os.fspath(path))
    return text if len(text) <= 200 else f"...{text[-200:]}"


def read_bytes(path: FilePath, max_bytes: int = MAX_TEXT) -> bytes:
    """The content of a regular file.

    Parameters
    ----------
    path : str or Path
    max_bytes : int

    Raises
    ------
    FileError
        If it is missing, a folder, pipe, socket or device, larger, or cannot be read; its cause is the OSError, if there was one.
    """
    require_path(path)
    name = shown_path(path)
    try:
        _require_regular(os.stat(path).st_mode, name)  # a device is not even opened
        with open(os.open(path, os.O_RDONLY | _NON_BLOCKING), "rb") as stream:
            _require_regular(os.fstat(stream.fileno()).st_mode, name)
            content = stream.read(max_bytes + 1) or b""
    except FileNotFoundError as error:
        raise FileError(f"The file '{name}' cannot be read (it does not exist).", "Name a file that exists.") from error
    except (OSError, ValueError) as error:  # a ValueError for a name with a zero byte
        words = error.strerror if isinstance(error, OSError) else None
        reason = words.lower() if words else "the name is not usable"
        raise FileError(f"The file '{name}' cannot be read ({reason}).", "Name a file that can be read.") from error
    if len(content) > max_bytes:
        raise FileError(f"The file '{name}' is larger than {_size(max_bytes)}.", "Name a smaller one.")
    return content


def _require_regular(mode: int, name: str) -> None:
    if not stat.S_ISREG(mode):
        kind = next((words for is_kind, words in _KINDS if is_kind(mode)), "special file")
        raise FileError(f"The file '{name}' cannot be read (it is a {kind}).", "Name a regular file.")


def read_text(path: FilePath, max_bytes: int = MAX_TEXT) -> str:
    """The text of a regular file in UTF-8, without a byte order mark, its lines ended by newlines.

    Raises
    ------
    FileError
        As for :func:`read_bytes`, and for what is no UTF-8 text.
    """
    return as_text(read_bytes(path, max_bytes), path)


def as_text(content: bytes, path: FilePath) -> str:
    """The text of bytes that were read from a file."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        require_no_other_format(content, f"The file '{shown_path(path)}'")
        raise FileError(
            f"The file '{shown_path(path)}' cannot be read (byte {error.start} is no UTF-8 text).", "Save it as UTF-8."
        ) from error
    return text.replace("\r\n", "\n")


def parse_toml(text: str, where: str, parse_float: Callable[[str], Any] = float) -> dict[str, Any]:
    """The members of a TOML text.

    Parameters
    ----------
    text : str
    where : str
        What it is, as the subject of the error's sentence.
    parse_float : callable
        What a number with a decimal point or exponent becomes.

    Raises
    ------
    FileError

    Examples
    --------
    >>> parse_toml("seed = 1", "The file")
    {'seed': 1}
    """
    import tomllib

    if _LONG_KEY.search(text):
        raise FileError(f"{where} is not TOML that can be used (a key has too many parts).", "Shorten it.")
    try:
        content = tomllib.loads(text, parse_float=parse_float)
    except RecursionError as error:
        raise FileError(f"{where} is not TOML that can be used ({_DEEP}).", "Flatten it.") from error
    except tomllib.TOMLDecodeError as error:
        raise FileError(f"{where} is not TOML ({escaped(str(error))[:200]}).", "See toml.io for the format.") from error
    except ValueError as error:  # an integer that Python does not convert, a date that does not exist
        reason = _LONG if "digits" in str(error) else escaped(str(error))[:200]
        raise FileError(f"{where} is not TOML that can be used ({reason}).", "Correct it.") from error
    _require_shallow(content, where)
    return content


_DEEP = f"lists or tables are nested more than {MAX_DEPTH} deep"
_LONG = f"a number has more than {MAX_DIGITS} digits"


def _require_shallow(content: Any, where: str) -> None:
    level = [content]
    for _ in range(MAX_DEPTH):
        inner: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                inner.extend(value.values())
            elif isinstance(value, list):
                inner.extend(value)
            elif isinstance(value, int) and value.bit_length() > 3.33 * MAX_DIGITS:
                raise FileError(f"{where} is not TOML that can be used ({_LONG}).", "Shorten it.")
        level = inner
        if not level:
            return
    raise FileError(f"{where} is not TOML that can be used ({_DEEP}).", "Flatten it.")


def check_json(content: bytes, where: str) -> None:
    """Refuse files of other formats, and JSON that is nested too deeply, or has too long numbers or too many values, before it is decoded.

    Raises
    ------
    FileError

    Examples
    --------
    >>> check_json(b"[" * 200_000, "The file")
    Traceback (most recent call last):
    polysys.errors.FileError: The file is no JSON that can be used (lists or tables are nested more than 100 deep). Give a file as it was written.
    """
    require_no_other_format(content, where)
    depth, n_values = _shape(content.replace(b"\\\\", b"").replace(b'\\"', b""))
    reason = None
    if depth > MAX_DEPTH:
        reason = _DEEP
    elif n_values > MAX_VALUES:
        reason = f"it has more than {MAX_VALUES} values"
    elif _LONG_NUMBER.search(content) and _LONG_NUMBER.search(_STRING.sub(b"", content)):  # the second takes seconds
        reason = _LONG
    if reason is not None:
        raise FileError(f"{where} is no JSON that can be used ({reason}).", "Give a file as it was written.")


def _shape(content: bytes) -> tuple[int, int]:
    """Depth and number of values of JSON without escapes in its strings; brackets and commas in strings do not count."""
    outside = b"".join(content.translate(None, _NO_MARKS).split(b'"')[::2])
    n_values = sum(map(outside.count, (b"[", b"{", b",")))
    brackets, depth = outside.translate(_ALIKE, b","), 0
    while brackets and depth <= MAX_DEPTH:
        outer = brackets.replace(b"[]", b"")  # one level less, everywhere
        if len(outer) == len(brackets):
            return depth + brackets.count(b"["), n_values
        brackets, depth = outer, depth + 1
    return depth, n_values


def parse_json(content: bytes | str, where: str, **choices: Any) -> Any:
    """What a JSON text says.

    Parameters
    ----------
    content : bytes or str
    where : str
        What it is, as the subject of the error's sentence.
    **choices
        Handed to :func:`json.loads`.

    Raises
    ------
    FileError

    Examples
    --------
    >>> parse_json('{"0": 4.41}', "The file")
    {'0': 4.41}
    """
    data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    check_json(data, where)
    try:
        return json.loads(content, **choices)
    except (ValueError, RecursionError) as error:  # a UnicodeDecodeError is a ValueError
        reason = "it is no text" if isinstance(error, UnicodeDecodeError) else escaped(str(error))[:200]
        raise FileError(f"{where} is no JSON ({reason}).", "Give a file as it was written.") from error


def read_json(path: FilePath, max_bytes: int) -> Any:
    """What a JSON file says.

    Raises
    ------
    FileError
    """
    return parse_json(read_text(path, max_bytes), shown_path(path))


def is_gzipped(data: bytes) -> bool:
    """Whether data begin as gzipped ones do."""
    return data.startswith(b"\x1f\x8b")


def gunzip_head(data: bytes, n_bytes: int) -> bytes:
    """The first bytes of what the beginning of gzipped data holds; nothing where it is damaged."""
    try:
        return zlib.decompressobj(wbits=31).decompress(data, n_bytes)
    except zlib.error:
        return b""


def gunzip(data: bytes, where: str, max_bytes: int) -> bytes:
    """What gzipped data, in one piece, hold, up to a limit.

    Raises
    ------
    FileError
        If they are damaged, or hold more.
    """
    member = zlib.decompressobj(wbits=31)
    try:
        content = member.decompress(data, max_bytes + 1)
    except zlib.error as error:
        raise FileError(f"{where} is truncated or damaged ({str(error)[:100]}).", "Fetch it again.") from error
    if len(content) > max_bytes:
        raise FileError(f"{where} unpacks to more than {_size(max_bytes)}.", "Fetch it again.")
    if not member.eof or member.unused_data:
        fault = "something follows its end" if member.eof else "it ends early"
        raise FileError(f"{where} is truncated or damaged ({fault}).", "Fetch it again.")
    return content


def _size(n_bytes: int) -> str:
    if n_bytes >= 1 << 20:
        return f"{n_bytes >> 20} MiB"
    return f"{n_bytes} bytes"
