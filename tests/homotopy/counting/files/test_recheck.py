"""Verification: a file passes if and only if what it says is true; no engine is needed, no change goes unnoticed."""

from __future__ import annotations

import copy
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from flint import arb, ctx

import homotopy as ho
from homotopy.counting.files.saved_census import certificates
from homotopy.counting.files.schema import content_digest, read_census_file
from homotopy.errors import CensusFileError
from tests.homotopy.handmade import FORMULATIONS, census_of, double_well, network_from_arrays, rotated_network

ROOT = Path(__file__).parents[4]

Place = tuple[str | int, ...]

# What a file says about its origin, not about its landscape. It may be altered by whoever also computes the sha256.
HARMLESS = {"readme", "producer", "run"}
# With explicit couplings nothing else in the file depends on how its maker called them.
HARMLESS_IF_EXPLICIT = {"model", "seed", "sample"}


def write(path: Path, content: dict[str, Any], is_signed: bool = True) -> None:
    if is_signed:
        content["sha256"] = content_digest(content)
    path.write_text(json.dumps(content))


def is_accepted(path: Path) -> bool:
    try:
        return ho.verify(path).is_ok
    except CensusFileError:
        return False


@pytest.fixture(params=FORMULATIONS.values(), ids=FORMULATIONS.keys())
def saved(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "census.json"
    request.param().save(path)
    return path


def leaves(content: Any, place: Place = ()) -> Iterator[Place]:
    """The places of all numbers, texts, truth values and nulls."""
    if isinstance(content, dict):
        for key, value in content.items():
            yield from leaves(value, (*place, key))
    elif isinstance(content, list):
        for k, value in enumerate(content):
            yield from leaves(value, (*place, k))
    else:
        yield place


def at(content: Any, place: Place) -> Any:
    for step in place:
        content = content[step]
    return content


def changed(content: dict[str, Any], place: Place, value: Any) -> dict[str, Any]:
    result = copy.deepcopy(content)
    at(result, place[:-1])[place[-1]] = value
    return result


def altered_leaves(content: dict[str, Any]) -> Iterator[Place]:
    """The leaves to alter: all but the digest; of solutions and points one of each kind of reality and of sign."""
    kinds = {s["real"]: k for k, s in enumerate(content["solutions"])}
    chosen = {"solutions": set(kinds.values()), "points": {0, len(content["points"]) - 1}}
    for place in leaves(content):
        if place != ("sha256",) and (place[0] not in chosen or place[1] in chosen[str(place[0])]):
            yield place


def digit_changes(text: str) -> Iterator[str]:
    """The text with one digit changed: one in the middle, the last."""
    places = [m.start() for m in re.finditer(r"[0-9]", text)]
    for place in sorted({*places[len(places) // 2 :][:1], *places[-1:]}):
        yield text[:place] + str((int(text[place]) + 1) % 10) + text[place + 1 :]


def alterations(value: Any) -> Iterator[Any]:
    """Other values of the same type, close to the given one."""
    if isinstance(value, bool):
        yield not value
    elif value is None:
        yield 0
        yield 1
    elif isinstance(value, int):
        yield from (value + 1, value - 1)
    elif isinstance(value, float):
        yield value + 1
    else:
        yield from digit_changes(value)
        yield "-" + value
        yield value[:-1]
        yield ""
        yield from ({"yes", "no", "undecided"} - {value} if value in ("yes", "no", "undecided") else ())
        yield from ({"proved", "supported", "unknown", "contradicted"} - {value} if value in ("proved", "supported") else ())


def is_harmless(place: Place, content: dict[str, Any]) -> bool:
    return place[0] in HARMLESS or (place[0] in HARMLESS_IF_EXPLICIT and not content["is_redrawable"])


def is_still_true(path: Path, place: Place, before: dict[str, Any], value: Any) -> bool:
    """Whether an altered claim that was accepted is a true one: a smaller or wider disc about the same zero."""
    after = read_census_file(path)
    if place[0] == "solutions" and place[2] in ("re", "im", "radius", "uniqueness", "precision"):
        old = read_file(before, path)[place[1]].enclosure
        new = certificates(after)[place[1]].enclosure  # its contraction test was passed, so its disc holds a zero;
        room = old.uniqueness - new.radius  # and in this disc there is one zero only
        return all(
            (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 <= room**2 for a, b in zip(old.mid, new.mid, strict=True)
        )
    if place[0] == "points" and place[2] in ("energy", "coordinates"):
        with ctx.workprec(256):
            old_ball, new_ball = arb(at(before, place)), arb(value)
            return bool(new_ball.overlaps(old_ball)) and new_ball.rad() < 1e-20
    return place == ("chart_seed",) and before["formulation"] != "projective" and not before["is_redrawable"]


def read_file(content: dict[str, Any], beside: Path) -> list[Any]:
    path = beside.with_name("before.json")
    write(path, copy.deepcopy(content))
    return certificates(read_census_file(path))


def test_a_census_passes(saved: Path) -> None:
    report = ho.verify(saved)
    assert report.is_ok, report
    assert [c.name for c in report.checks] == [
        "landscape", "digests", "certificates", "distinct", "reality", "points", "orbits", "counts", "completeness",
    ]  # fmt: skip


def test_no_member_can_be_altered_without_the_digest(saved: Path) -> None:
    content = json.loads(saved.read_text())
    for place in leaves(content):
        for value in list(alterations(at(content, place)))[:2]:
            write(saved, changed(content, place, value), is_signed=False)
            with pytest.raises(CensusFileError):
                ho.verify(saved)


def test_no_member_can_be_altered_into_a_false_one_even_with_a_new_digest(saved: Path) -> None:
    """Every leaf of the file: digits of coordinates, radii, indices, energies, digests, counts, orbits, verdicts .."""
    content = json.loads(saved.read_text())
    accepted = []
    for place in altered_leaves(content):
        if is_harmless(place, content):
            continue
        for value in alterations(at(content, place)):
            write(saved, changed(content, place, value))
            if is_accepted(saved) and not is_still_true(saved, place, content, value):
                accepted.append((place, at(content, place), value))
    assert not accepted


def test_no_element_of_a_list_can_be_dropped_or_doubled(saved: Path) -> None:
    content = json.loads(saved.read_text())
    for name in ("solutions", "points", "unknowns", "charts", "known_counts", "neuron_permutations"):
        for k in range(len(content[name])):
            shorter, longer = copy.deepcopy(content), copy.deepcopy(content)
            del shorter[name][k]
            longer[name].insert(k, copy.deepcopy(longer[name][k]))
            for altered in (shorter, longer):
                write(saved, altered)
                assert not is_accepted(saved), (name, k)


def test_no_evidence_can_be_dropped(saved: Path) -> None:
    content = json.loads(saved.read_text())
    for k in range(len(content["completeness"]["evidence"])):
        altered = copy.deepcopy(content)
        del altered["completeness"]["evidence"][k]
        write(saved, altered)
        assert not is_accepted(saved)


@pytest.mark.parametrize("value", [None, True, -1, 1.5, "x", [], {}, 10**30], ids=repr)
def test_a_wrong_type_anywhere_is_an_error_never_a_traceback(value: object, tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    network_from_arrays().save(path)
    content = json.loads(path.read_text())
    for place in altered_leaves(content):
        write(path, changed(content, place, value))
        if is_accepted(path) and not is_harmless(place, content):
            assert is_still_true(path, place, content, value) or value == at(content, place)


def test_what_is_harmless_is_only_provenance(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    double_well().save(path)
    content = json.loads(path.read_text())
    for name, value in (("readme", "read me"), ("producer", "somebody"), ("model", "another name")):
        write(path, changed(content, (name,), value))
        assert ho.verify(path).is_ok
    write(path, changed(content, ("run", "seconds"), 1e9))
    assert ho.verify(path).is_ok


class TestFalseClaims:
    """Files that contradict themselves nowhere and are signed, but say what is not true."""

    def test_a_missing_real_solution(self, tmp_path: Path) -> None:
        path = tmp_path / "c.json"
        census = double_well()
        kept = [[complex(float(re), float(im)) for re, im in c.enclosure.mid] for c in census.certificates[1:]]
        census_of(census.landscape, kept).save(path)
        report = ho.verify(path)
        assert report.is_ok  # it says itself that it is contradicted
        content = json.loads(path.read_text())
        assert content["completeness"]["verdict"] == "contradicted"
        for verdict in ("proved", "supported", "unknown"):
            write(path, changed(content, ("completeness", "verdict"), verdict))
            assert not is_accepted(path)

    def test_a_bound_of_a_model_follows_from_its_label_and_couplings(self, tmp_path: Path) -> None:
        path = tmp_path / "c.json"
        network_from_arrays().save(path)
        report = ho.verify(path)
        assert report.is_ok and report.checks[0].detail.startswith("made again from its label and couplings")
        content = json.loads(path.read_text())
        content["couplings"] = {}  # nothing gives the bound then
        write(path, content)
        assert [c.name for c in ho.verify(path).checks if not c.is_ok] == ["landscape"]

    def test_another_seed_of_the_same_model(self, tmp_path: Path) -> None:
        path = tmp_path / "c.json"
        FORMULATIONS["projective"]().save(path)
        content = json.loads(path.read_text())
        for place, value in ((("seed",), 4), (("sample",), 1), (("model",), "spherical-p-spin:n=3,p=3")):
            write(path, changed(content, place, value))
            with pytest.raises(CensusFileError, match="another landscape"):
                ho.verify(path)

    def test_a_label_that_names_nothing(self, tmp_path: Path) -> None:
        path = tmp_path / "c.json"
        FORMULATIONS["network"]().save(path)
        content = json.loads(path.read_text())
        for label in ("", "nonsense", "deep-linear:widths=1-1", "spherical-p-spin:n=9999,p=3"):
            write(path, changed(content, ("model",), label))
            assert not is_accepted(path)

    def test_a_pair_called_real(self, tmp_path: Path) -> None:
        path = tmp_path / "c.json"
        FORMULATIONS["euclidean, non-real"]().save(path)
        content = json.loads(path.read_text())
        (k, _) = [i for i, s in enumerate(content["solutions"]) if s["real"] == "no"]
        write(path, changed(content, ("solutions", k, "real"), "yes"))
        report = ho.verify(path)
        assert [c.name for c in report.checks if not c.is_ok] == ["reality"]

    def test_the_same_solution_twice_in_different_boxes(self, tmp_path: Path) -> None:
        path = tmp_path / "c.json"
        rotated_network().save(path)
        content = json.loads(path.read_text())
        twin = copy.deepcopy(content["solutions"][1])
        twin["uniqueness"] = "1e-10"
        content["solutions"].append(twin)
        write(path, content)
        assert [c.name for c in ho.verify(path).checks if not c.is_ok] == ["distinct"]

    def test_a_zero_that_is_none(self, tmp_path: Path) -> None:
        path = tmp_path / "c.json"
        double_well().save(path)
        content = json.loads(path.read_text())
        write(path, changed(content, ("solutions", 0, "re"), ["-9e-1", "0"]))
        assert [c.name for c in ho.verify(path).checks if not c.is_ok] == ["certificates"]

    def test_paths_that_do_not_support_the_verdict(self, tmp_path: Path) -> None:
        path = tmp_path / "c.json"
        rotated_network().save(path)
        content = json.loads(path.read_text())
        assert content["completeness"]["verdict"] == "supported"
        content["paths"].update(at_infinity=3, failed=1)
        write(path, content)
        assert not is_accepted(path)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("points", 0, "energy"), "1e99999999999999999"),
        (("points", 0, "energy"), "nan"),
        (("points", 0, "energy"), "[0 +/- 1e99]"),
        (("points", 0, "energy"), "[0 +/- inf]"),
        (("points", 0, "coordinates"), ["0"]),
        (("solutions", 0, "precision"), 10**9),
        (("solutions", 0, "precision"), 0),
        (("solutions", 0, "re"), ["0"]),
        (("solutions", 0, "radius"), "1e999999999"),
        (("solutions", 0, "radius"), "0"),
        (("solutions", 0, "uniqueness"), "-1"),
        (("solutions", 0, "orbit"), 10**18),
        (("points", 0, "solution"), -1),
        (("points", 0, "signs"), [1, 1, 1]),
        (("landscape",), "stationary landscape 1\n"),
        (("landscape",), "import os"),
        (("paths", "tracked"), 10**18),
        (("known_counts",), [{"value": 3, "kind": "NONE", "name": "", "reference": "", "assumptions": ""}]),
        (("neuron_permutations",), [[0, 0]]),
        (("completeness", "verdict"), "certain"),
    ],
)
def test_strange_values_are_refused_at_once(place: Place, value: object, tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    double_well().save(path)
    write(path, changed(json.loads(path.read_text()), place, value))
    assert not is_accepted(path)


def test_a_file_of_another_version_of_this_program_may_use_other_words(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    double_well().save(path)
    content = json.loads(path.read_text())
    content["producer"] = "stationary-points 99"
    content["completeness"]["reason"] = "in other words"
    write(path, content)
    assert ho.verify(path).is_ok
    content["completeness"]["verdict"] = "supported"  # that version knew no bound; it says less, not more
    write(path, content)
    assert ho.verify(path).is_ok
    content["completeness"]["verdict"] = "contradicted"
    write(path, content)
    assert not is_accepted(path)


def test_the_report_reads_aloud(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    double_well().save(path)
    lines = repr(ho.verify(path)).splitlines()
    assert lines[0].endswith(": ok")
    assert len(lines) <= 10


BLOCKED = """
import importlib.abc, sys

class Refuse(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("phcpy", "sklearn") or name.startswith(("homotopy.engines", "homotopy.engines.tracker")):
            raise ImportError(name + " is blocked")

sys.meta_path.insert(0, Refuse())
import homotopy as ho
for path in sys.argv[1:]:
    print(ho.verify(path).is_ok)
assert not any(name.startswith(("homotopy.engines", "homotopy.engines.tracker", "phcpy")) for name in sys.modules)
"""


def test_no_solver_is_needed_nor_imported(tmp_path: Path) -> None:
    files = []
    for k, make in enumerate(FORMULATIONS.values()):
        files.append(str(tmp_path / f"{k}.json"))
        make().save(files[-1])
    found = subprocess.run(
        [sys.executable, "-W", "error", "-c", BLOCKED, *files],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PATH": "/nonexistent"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert found.returncode == 0, found.stderr
    assert found.stdout.split() == ["True"] * len(files)


def test_every_digit_that_is_printed_is_proved(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    double_well().save(path)
    content = json.loads(path.read_text())
    with ctx.workprec(256):
        for point in content["points"]:
            x, y = (arb(c) for c in point["coordinates"])
            assert any(x.contains(k) for k in (-1, 0, 1))
            assert y.contains(0)
            assert arb(point["energy"]).contains(arb(0) if x.contains(0) else arb(-1) / 4)
    assert all(Fraction(s["radius"]) < Fraction(1, 10**20) for s in content["solutions"])
