"""The census file: what is written is read back, whole, and nothing damaged is read at all."""

from __future__ import annotations

import json
import os
import stat
import tempfile
from fractions import Fraction
from functools import cache
from pathlib import Path

import jsonschema
import msgspec
import pytest
from flint import arb, ctx
from hypothesis import given
from hypothesis import strategies as st

import homotopy as ho
from homotopy.counting.files.saved_census import load_census
from homotopy.counting.files.schema import content_digest, read_census_file, schema
from homotopy.counting.result import Census
from homotopy.errors import CensusFileError
from tests.homotopy.handmade import FORMULATIONS, double_well, matrix_glass, network_from_arrays, singular_vectors


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "census.json"
    double_well().save(path)
    return path


def rewrite(path: Path, change, is_signed: bool = True) -> None:
    """Change the content of a census file, with or without a new sha256."""
    content = json.loads(path.read_text())
    change(content)
    if is_signed:
        content["sha256"] = content_digest(content)
    path.write_text(json.dumps(content))


@pytest.mark.parametrize("make", FORMULATIONS.values(), ids=FORMULATIONS.keys())
def test_a_census_is_read_back_as_it_was(make, tmp_path: Path) -> None:
    census: Census = make()
    census.save(tmp_path / "c.json")
    again = ho.load(tmp_path / "c.json")
    assert again.certificates == census.certificates
    assert again.orbit_of == census.orbit_of
    assert again.completeness == census.completeness
    assert again.bounds == census.bounds
    assert again.paths == census.paths
    assert again.run == census.run
    assert again.landscape.text == census.landscape.text
    assert again.landscape.formulation == census.landscape.formulation
    for p, q in zip(again.points, census.points, strict=True):
        assert (p.solution, p.signs, p.index, p.orbit, p.is_origin) == (q.solution, q.signs, q.index, q.orbit, q.is_origin)
        with ctx.workprec(256):
            balls = zip((p.energy, *p.coordinates), (q.energy, *q.coordinates), strict=True)
            assert all(a.contains(b) and a.rad() < 1e-20 for a, b in balls)
    # a ball about zero is a little wider once printed and read
    kept = [[line for line in repr(c).splitlines() if "energy" not in line] for c in (again, census)]
    assert kept[0] == kept[1]
    assert again.summary()["by_index"] == census.summary()["by_index"]


def test_saving_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.json", "b.json"):
        matrix_glass().save(tmp_path / name)
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


def test_a_loaded_census_is_saved_as_the_same_file(tmp_path: Path) -> None:
    singular_vectors().save(tmp_path / "a.json")
    ho.load(tmp_path / "a.json").save(tmp_path / "b.json")
    first, second = (json.loads((tmp_path / name).read_text()) for name in ("a.json", "b.json"))
    points = [content.pop("points") for content in (first, second)]
    for content in (first, second):
        content.pop("sha256")
    assert first == second
    for p, q in zip(*points, strict=True):
        assert arb(q["energy"]).overlaps(arb(p["energy"]))


def test_the_file_is_readable_without_this_package(saved: Path) -> None:
    content = json.loads(saved.read_text())
    assert content["format"] == "stationary-census"
    assert "exactly one zero" in content["readme"]
    for solution in content["solutions"]:
        x = Fraction(solution["re"][0])
        assert abs(x**3 - x) < Fraction(1, 10**20)
        assert Fraction(solution["radius"]) < Fraction(solution["uniqueness"])


def test_an_old_file_is_replaced_as_a_whole_or_not_at_all(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = saved.read_bytes()
    monkeypatch.setattr(os, "fsync", lambda handle: (_ for _ in ()).throw(OSError(28, "no space left on device")))
    with pytest.raises(CensusFileError, match="no space left"):
        matrix_glass().save(saved)
    assert saved.read_bytes() == before
    assert [p.name for p in saved.parent.iterdir()] == [saved.name]


def test_a_saved_file_can_be_read_by_others(saved: Path) -> None:
    assert stat.S_IMODE(saved.stat().st_mode) == 0o644


def test_a_place_that_cannot_be_written_is_an_error_with_a_way_out(tmp_path: Path) -> None:
    with pytest.raises(CensusFileError, match="cannot be written") as caught:
        double_well().save(tmp_path / "nowhere" / "c.json")
    assert "Choose another place" in str(caught.value)


def test_a_missing_file_and_a_folder_are_errors(tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(CensusFileError, match="cannot be read"):
            load_census(path)


def test_a_file_cut_off_anywhere_is_refused(saved: Path) -> None:
    data = saved.read_bytes()
    for length in [*range(200), *range(200, len(data) - 1, 37), len(data) - 2]:
        saved.write_bytes(data[:length])
        with pytest.raises(CensusFileError):
            load_census(saved)
    saved.write_bytes(data[:-1])  # all but the last line feed
    load_census(saved)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\n", b"{}", b"[]", b"null", b"1", b'"text"', b"nan", b"\x00\x01\x02", b"\xff\xfe{", b"[" * 100_000,
        b'{"format": "stationary-census"}', b'{"format": "stationary-census", "version": "1"}',
        b'{"format": "other", "version": 1}', b'{"format": ["stationary-census"], "version": 1}',
        b'{"format": "stationary-census", "version": 1e400}', b'{"format": "stationary-census", "version": 1, "sha256": 1}',
        b'{"format": "stationary-census", "version": ' + b"9" * 5000 + b"}",
    ],
)  # fmt: skip
def test_what_is_no_census_file_is_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    path.write_bytes(data)
    with pytest.raises(CensusFileError):
        load_census(path)


def test_a_newer_format_says_so(saved: Path) -> None:
    rewrite(saved, lambda content: content.update(version=2))
    with pytest.raises(CensusFileError, match="format version 2") as caught:
        load_census(saved)
    assert "Upgrade" in str(caught.value)


@pytest.mark.parametrize("version", [0, -1, True, 1.0, "1", None, 10**30])
def test_a_version_that_never_was_is_refused(saved: Path, version: object) -> None:
    rewrite(saved, lambda content: content.update(version=version))
    with pytest.raises(CensusFileError):
        load_census(saved)


def test_a_flipped_byte_is_noticed(saved: Path) -> None:
    data = saved.read_bytes()
    intact = read_census_file(saved)
    for place in range(0, len(data), 11):
        saved.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        try:
            assert read_census_file(saved) == intact  # a blank became another blank, a digit of a float did not matter
        except CensusFileError:
            continue


def test_an_unknown_member_is_refused(saved: Path) -> None:
    for change in (
        lambda c: c.update(extra=1),
        lambda c: c["solutions"][0].update(extra=1),
        lambda c: c["points"][0].update(extra=1),
        lambda c: c["completeness"].update(extra=1),
        lambda c: c["completeness"]["evidence"][0].update(extra=1),
        lambda c: c["paths"].update(extra=1),
    ):
        original = saved.read_text()
        rewrite(saved, change)
        with pytest.raises(CensusFileError):
            load_census(saved)
        saved.write_text(original)


@pytest.mark.parametrize("name", ["seed", "solutions", "points", "counts", "run", "charts"])
def test_a_missing_member_is_refused(saved: Path, name: str) -> None:
    rewrite(saved, lambda content: content.pop(name))
    with pytest.raises(CensusFileError, match="wrong member"):
        load_census(saved)


@pytest.mark.parametrize(
    "number",
    ["1e999999999", "1E999999999", "1e99999", "-1e-99999", "0x10", "1/3", "nan", "inf", "", " 1", "1_0", "١", "1e", "9" * 3000],
)
def test_a_number_that_is_no_plain_decimal_is_refused_at_once(saved: Path, number: str) -> None:
    rewrite(saved, lambda content: content["solutions"][0]["re"].__setitem__(0, number))
    with pytest.raises(CensusFileError, match="wrong member"):
        load_census(saved)


WRONG = [None, True, -1, 1.5, "x", [], {}, [[]], 10**25]


@pytest.mark.parametrize("value", WRONG, ids=repr)
def test_a_member_of_a_wrong_type_is_an_error_never_a_traceback(saved: Path, value: object) -> None:
    original = saved.read_text()
    for name in json.loads(original):
        if name == "sha256":
            continue
        rewrite(saved, lambda content, name=name: content.update({name: value}))
        try:
            ho.load(saved)
        except CensusFileError:
            pass
        else:
            assert type(json.loads(original)[name]) is type(value) or name in ("seed", "run", "euler_expected", "euler_found")
        finally:
            saved.write_text(original)


def test_the_digest_does_not_depend_on_the_layout(saved: Path) -> None:
    content = json.loads(saved.read_text())
    saved.write_text(json.dumps(dict(reversed(content.items())), indent=7))
    assert ho.load(saved).n_complex == 3


def test_the_digest_is_that_of_sorted_json_without_blanks(saved: Path) -> None:
    from hashlib import sha256

    content = json.loads(saved.read_text())
    stated = content.pop("sha256")
    assert sha256(msgspec.json.encode(content, order="sorted")).hexdigest() == stated


def test_a_file_from_arrays_keeps_what_its_model_proves(tmp_path: Path) -> None:
    network_from_arrays().save(tmp_path / "c.json")
    again = ho.load(tmp_path / "c.json")
    assert not read_census_file(tmp_path / "c.json").is_redrawable
    assert again.landscape.facts.known_counts[0].value == 5
    assert again.euler == (1, 1)


@pytest.mark.parametrize("make", FORMULATIONS.values(), ids=FORMULATIONS.keys())
def test_a_file_conforms_to_the_published_schema(make, tmp_path: Path) -> None:
    make().save(tmp_path / "c.json")
    content = json.loads((tmp_path / "c.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema())
    validator = jsonschema.Draft202012Validator(schema())
    validator.validate(content)
    del content["points"]
    assert not validator.is_valid(content)


def test_certificates_made_in_doubles_come_back_bit_for_bit(tmp_path: Path) -> None:
    census = ho.census("deep-linear:widths=2-2-2,data=iris", seed=2)
    census.save(tmp_path / "c.json")
    again = ho.load(tmp_path / "c.json").certificates
    assert len(census.certificates.exact) < len(census.certificates)
    assert (again.mid == census.certificates.mid).all()
    assert (again.reality == census.certificates.reality).all()
    assert again.exact.keys() == census.certificates.exact.keys()
    assert again == census.certificates


@given(st.integers(0, 10**9), st.integers(1, 3), st.randoms(use_true_random=False))
def test_a_file_with_altered_bytes_is_refused_or_says_the_same(at: int, count: int, random) -> None:
    """Whatever happens to the bytes, only a file with the same content is read."""
    path = _saved()
    data = bytearray(path.read_bytes())
    for _ in range(count):
        data[(at + random.randrange(len(data))) % len(data)] = random.randrange(256)
    other = path.with_name("altered.json")
    other.write_bytes(bytes(data))
    try:
        read = read_census_file(other)
    except CensusFileError:
        return
    assert read == read_census_file(path)


@cache
def _saved() -> Path:
    path = Path(tempfile.mkdtemp()) / "c.json"
    ho.census("spherical-p-spin:n=3,p=3", seed=1).save(path)
    return path
