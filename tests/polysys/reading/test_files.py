"""Input files: what is refused before it is read, while it is read, and before it is decoded."""

import ast
import gzip
import os
import time
from pathlib import Path

import pytest

from polysys.errors import FileError
from polysys.reading import files


def test_a_text_is_read_without_its_byte_order_mark_and_carriage_returns(tmp_path):
    (tmp_path / "f").write_bytes(b"\xef\xbb\xbfa\r\nb\n")
    assert files.read_text(tmp_path / "f") == "a\nb\n"


def test_a_file_as_large_as_the_limit_is_read_and_a_larger_one_is_not(tmp_path):
    (tmp_path / "f").write_bytes(bytes(100))
    assert files.read_bytes(tmp_path / "f", 100) == bytes(100)
    with pytest.raises(FileError, match="larger than 99 bytes"):
        files.read_bytes(tmp_path / "f", 99)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("pipe", "is a pipe"),
        ("folder", "is a folder"),
        ("/dev/zero", "is a device"),
        ("itself", "symbolic links"),
        ("nowhere", "does not exist"),
    ],
)
def test_what_is_no_regular_file_is_refused_at_once(tmp_path, kind, words):
    path = tmp_path / "f"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to(path if kind == "itself" else kind)
    with pytest.raises(FileError, match=rf"cannot be read \(.*{words}"):
        files.read_bytes(path)


def test_a_pipe_that_takes_the_place_of_a_file_is_not_waited_for(tmp_path, monkeypatch):
    """Between the look at a path and its opening."""
    (tmp_path / "regular").write_bytes(b"")
    os.mkfifo(tmp_path / "pipe")
    known = os.stat(tmp_path / "regular")
    monkeypatch.setattr(os, "stat", lambda _: known)
    with pytest.raises(FileError, match="is a pipe"):
        files.read_bytes(tmp_path / "pipe")


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000, ""])
def test_a_name_that_is_none_is_an_error_in_a_sentence(name):
    with pytest.raises(FileError, match="cannot be read"):
        files.read_bytes(name)


def test_control_characters_of_names_are_shown_as_escapes():
    with pytest.raises(FileError) as caught:
        files.read_bytes("a\x1b[31m\x9b\u202e")
    assert caught.value.what == r"The file 'a\x1b[31m\x9b\u202e' cannot be read (it does not exist)."


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("n = " + "7" * 5000, "more than 4000 digits"),
        ("n = 0x" + "7" * 5000, "more than 4000 digits"),
        ("a = " + "[" * 200_000, "deep"),
        ("a = " + "[" * 150 + "]" * 150, "deep"),
        ("a." * 100_000 + "b = 1", "too many parts"),
        ("a = 1\na = 2", "not TOML"),
        ("a = 2026-02-30", "not TOML"),
    ],
)
def test_toml_beyond_bounds_is_refused(text, words):
    begin = time.process_time()
    with pytest.raises(FileError, match=words):
        files.parse_toml(text, "The file")
    assert time.process_time() - begin < 10


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[" * 200_000, "deep"),
        (b'{"a":' * 200_000, "deep"),
        (b"[" * 101 + b"]" * 101, "deep"),
        (b'{"a": "\\"]]]]]]", "b":' + b"[" * 100 + b"]" * 100 + b"}", "deep"),
        (b"1" * 4001, "digits"),
        (b"[" + b"[]," * 4_000_000 + b"1]", "values"),
        (b"{", "no JSON"),
        (b"\xff", "no text"),
    ],
)
def test_json_beyond_bounds_is_refused(content, words):
    with pytest.raises(FileError, match=words):
        files.parse_json(content, "The file")


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 100 + b"]" * 100,
        b"1" * 4000,
        b'"' + b"1" * 9000 + b'"',
        b'["' + b"[" * 500 + b'\\\\", "\\"' + b"{" * 500 + b'"]',
    ],
)
def test_json_within_bounds_is_read(content):
    files.parse_json(content, "The file")


def test_gzipped_data_are_unpacked_up_to_their_limit():
    assert files.gunzip(gzip.compress(bytes(1000)), "F", 1000) == bytes(1000)
    with pytest.raises(FileError, match="unpacks to more than 999 bytes"):
        files.gunzip(gzip.compress(bytes(1000)), "F", 999)
    for damaged in (b"", gzip.compress(b"a")[:-1], gzip.compress(b"a") * 2, b"text"):
        with pytest.raises(FileError, match="truncated or damaged"):
            files.gunzip(damaged, "F", 1000)


# Files that this program wrote or installed itself, the kernel's, scikit-learn's tables, the first bytes of any; in folders of its own, for its own child processes or under digests of its own.
OWN = {
    "polysys/datasets.py",
    "homotopy/tables/format/row_head.py",
    "homotopy/tables/site/build.py",
    "homotopy/weights/memory.py",
    "polysys/cache_files.py",
    "polysys/jit.py",
    "homotopy/common/processes.py",
    "homotopy/engines/bertini/worker.py",
    "homotopy/engines/phcpack/find.py",
    "homotopy/engines/phcpack/phc_executable.py",
}


def _reads(node: ast.AST) -> bool:
    """Whether a node of a syntax tree reads a file by itself: Path.read_text(), open(f), open(f, "rb"), tomllib, gzip.open."""
    if isinstance(node, ast.Import):
        return any(alias.name == "tomllib" for alias in node.names)
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    of = ast.unparse(node.func)
    if name in ("read_text", "read_bytes"):
        return isinstance(node.func, ast.Attribute) and not node.args
    if of in (
        "gzip.open",
        "gzip.decompress",
        "np.loadtxt",
        "np.genfromtxt",
        "pq.read_table",
        "json.load",
        "pickle.load",
    ):
        return True
    if of == "open" or (name == "open" and of not in ("os.open", "webbrowser.open")):
        modes = [a.value for a in (*node.args, *(k.value for k in node.keywords)) if isinstance(a, ast.Constant)]
        return not any(isinstance(mode, str) and set(mode) & set("wxa") for mode in modes)
    return False


def test_every_input_file_is_read_by_the_one_reader():
    root = Path(__file__).parents[3]
    found = {
        str(path.relative_to(root))
        for package in ("polysys", "homotopy")
        for path in (root / package).rglob("*.py")
        if any(_reads(node) for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    }
    assert found == OWN | {"polysys/reading/files.py"}


@pytest.mark.parametrize(
    ("beginning", "kind"),
    [
        (b"PK\x03\x04", "a zip archive"), (b"\x1f\x8b\x08", "a gzipped file"), (b"\x89PNG\r\n", "a PNG figure"), (b"%PDF-1.4", "a PDF file"),
        (b"PAR1", "a Parquet file"), (b"<!doctype html>", "a page or a figure"),
    ],
)  # fmt: skip
def test_files_of_other_formats_are_named_and_not_called_damaged(beginning, kind):
    with pytest.raises(FileError, match=kind):
        files.parse_json(beginning + bytes(range(256)), "The file")
    with pytest.raises(FileError) as found:
        files.as_text(beginning + b"\xff", "x")
    assert "damaged" not in str(found.value) and kind in str(found.value)


def test_the_head_of_gzipped_data_is_read_and_no_more():
    packed = gzip.compress(b'{"format": 1}' + b" " * 10_000_000)
    assert files.gunzip_head(packed[:4096], 13) == b'{"format": 1}' and files.gunzip_head(b"\x1f\x8bnothing", 13) == b""
