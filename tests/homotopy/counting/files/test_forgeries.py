"""Forged census files are refused and honest ones are not; files of every family, whatever its data came from."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flint import arb, ctx

import homotopy as ho
import polysys as ps
from homotopy.certification.classify import classify
from homotopy.certification.closure import orbits
from homotopy.cli.app import app
from homotopy.cli.run import run
from homotopy.completeness import wording
from homotopy.completeness.checks import checks
from homotopy.completeness.evidence import evidence, of_kind
from homotopy.completeness.exact_evidence import exact_count_evidence, hilbert_weighed
from homotopy.completeness.path_evidence import weigh_paths
from homotopy.completeness.verdict import join
from homotopy.counting.files.derived import TOLD
from homotopy.counting.files.schema import content_digest
from homotopy.counting.result import Census
from homotopy.errors import CensusFileError
from homotopy.solving.result import PathAccount
from homotopy.status import EvidenceKind, StartCount, Verdict
from polysys.datasets import from_arrays
from polysys.models.sequential_network import Activation, LinearLayer, SequentialNetwork
from tests.homotopy.handmade import FORMULATIONS, matrix_glass, rotated_network

CLAIMS = (ho.Completeness.PROVED, ho.Completeness.SUPPORTED)
X, Y = [[1, "1/2"], [0, 2]], [[1, -1]]
LONG = ([[1, 2, 3, 4, 5, 6]], [[1, 2, 0, 1, 1, 1]])
LAYERS = (
    LinearLayer(2, 1, bias="trained"),
    Activation((Fraction(0), Fraction(-1, 2), Fraction(1))),
    LinearLayer(1, 1, weight=((Fraction(2),),), bias=(Fraction(1),)),
)

OWN: dict[str, Any] = {
    "deep linear": ps.DeepLinear((2, 1, 1), data=(X, Y), l2=["1/3", "1/5", "1/7"]),
    "deep linear, fewer data than inputs": ps.DeepLinear((2, 1, 1), data=([[1], [2]], [[1]]), l2=["1/3", "1/5", "1/7"]),
    "polynomial": ps.PolynomialNetwork((1, 1, 1), "z^2", data=([["3/2"]], [[2]]), l2=["1/2", "1/3"]),
    "polynomial, moments": ps.PolynomialNetwork((1, 1, 1), "z^2", data=LONG, l2=["1/2", "1/5"]),
    "polynomial, fixed output": ps.PolynomialNetwork((2, 1, 1), "z^2", data=(X, Y), l2=["1/2", 1], output=[["3/2"]]),
    "polynomial, biases": ps.PolynomialNetwork(
        (1, 1, 1), "z^2", data=([[1, 2]], [[1, 2]]), l2=["1/2", 1, "1/3"], bias=True
    ),
    "sequential": SequentialNetwork(LAYERS, from_arrays(X, Y), 1),
    "data glass": ps.DataGlass((2, 2), data=([[1, 0, 2], [0, 1, 1], [1, 1, 0], [2, 1, 1]], [[2, -4, 1]])),
    "tensor": ps.SphericalPSpin(n=2, p=3).from_tensors([[[1, 2], [0, 0]], [[0, 1], [0, 3]]]),
    "layered tensor": ps.LayeredSpinGlass((2, 2)).from_tensor([[1, 2], [3, 5]]),
    "expression": ps.expression("x^4/4 - x^2/2 + x/9 + y^2/2"),
    "expression on a sphere": ps.expression("x^2 + y", "sphere"),
}


@cache
def count_of(name: str) -> Census:
    return ho.census(OWN[name], engine="tracker") if name in OWN else FORMULATIONS[name]()


def saved(census: Census, path: Path) -> dict[str, Any]:
    census.save(path)
    content: dict[str, Any] = json.loads(path.read_text())
    return content


def write(path: Path, content: dict[str, Any]) -> None:
    content["sha256"] = content_digest(content)
    path.write_text(json.dumps(content))


def claims_to_be_complete(path: Path) -> bool:
    """Whether verification leaves a claim of completeness standing."""
    try:
        report = ho.verify(path)
    except CensusFileError:
        return False
    return report.is_ok and report.stated in CLAIMS and not report.rests_on_paths


def is_refused(path: Path) -> bool:
    try:
        return not ho.verify(path).is_ok
    except CensusFileError:
        return True


@pytest.mark.parametrize("name", OWN)
def test_a_network_or_glass_of_ones_own_data_verifies(name: str, tmp_path: Path) -> None:
    census = count_of(name)
    assert census.completeness.verdict in CLAIMS
    left_out = census.save(tmp_path / "c.json")
    report = ho.verify(tmp_path / "c.json")
    assert report.is_ok and not left_out
    proved = census.completeness.verdict is ho.Completeness.PROVED
    assert report.derived is not None and (report.derived.verdict is ho.Completeness.PROVED) is proved
    assert run(app, ["verify", str(tmp_path / "c.json")]) == (0 if proved else 4)
    again = ho.load(tmp_path / "c.json")
    assert again.completeness == census.completeness
    assert again.save(tmp_path / "d.json") == () and ho.verify(tmp_path / "d.json").is_ok


def test_a_torch_network_verifies(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    net = torch.nn.Sequential(torch.nn.Linear(2, 1, bias=False), torch.nn.Linear(1, 1, bias=False))
    land = ps.from_torch(
        net, torch.tensor([[1.0, 0.5], [0.0, 2.0]]), torch.tensor([[1.0], [-1.0]]), l2=[0.5, 0.25, 1], loss="mean"
    )
    ho.census(land, engine="tracker").save(tmp_path / "c.json")
    assert ho.verify(tmp_path / "c.json").is_ok


def test_a_landscape_labelled_and_scaled_as_of_a_torch_network_verifies(tmp_path: Path) -> None:
    """Its fit is a mean over data and targets; the label says so behind the keys of the family."""
    model = OWN["deep linear"]
    couplings = model.sample().couplings
    scaled = {name: c * Fraction(2, 3) if name in ("XX", "YX", "YY") else c for name, c in couplings.items()}
    land = replace(model.landscape(scaled), label=f"{model.label},loss=torch-mean")
    ho.census(land, engine="tracker").save(tmp_path / "c.json")
    report = ho.verify(tmp_path / "c.json")
    assert report.is_ok and report.stated is ho.Completeness.PROVED


def test_facts_of_a_model_that_no_file_gives_are_left_out_and_said_to_be(tmp_path: Path) -> None:
    census = count_of("polynomial")
    nameless = replace(census, landscape=replace(census.landscape, label="mine"))
    assert nameless.save(tmp_path / "c.json") == ("facts of the model",)
    report = ho.verify(tmp_path / "c.json")
    assert report.is_ok and json.loads((tmp_path / "c.json").read_text())["known_counts"] == []
    assert report.derived is not None and report.derived.evidence != census.completeness.evidence


def forged(census: Census, kept: list[int]) -> Census:
    """The strongest forgery: everything but the truth follows, and the paths of what is dropped are told to be at infinity."""
    land = census.landscape
    certified = census.certificates.take(kept)
    n_dropped = len(census.certificates) - len(kept)
    orbit_of, is_closed = orbits(land, certified)
    points = classify(land, certified, orbit_of)
    told = of_kind(census.completeness.evidence, *TOLD)
    assert told is not None
    account = PathAccount(told["tracked"], len(kept), at_infinity=told["tracked"] - len(kept))
    paths = weigh_paths(
        land,
        account,
        len(kept),
        start=told["start"],
        count=StartCount(told["count"]),
        root_count=told["root_count"],
        n_beyond_paths=0,
        n_entangled=0,
    )
    assert n_dropped
    found = checks(land, certified, points, is_closed, census.bounds)
    return Census(land, certified, points, orbit_of, census.bounds, join(land, [paths, *found]), account, census.run)


def closed_deletions(census: Census) -> list[list[int]]:
    """For each orbit, what is left of the list without it and its conjugates: no symmetry notices that it is gone."""
    mid, orbit_of, left = census.certificates.mid, census.orbit_of, []
    for orbit in sorted(set(census.orbit_of)):
        members = [k for k, o in enumerate(orbit_of) if o == orbit]
        conjugates = {orbit_of[int(np.abs(mid - mid[k].conj()).max(axis=1).argmin())] for k in members}
        gone = {k for k, o in enumerate(orbit_of) if o == orbit or o in conjugates}
        if len(gone) < len(orbit_of):
            left.append([k for k in range(len(orbit_of)) if k not in gone])
    return left


FILES = [
    "deep linear",
    "polynomial",
    "polynomial, moments",
    "sequential",
    "euclidean, not proved",
    "network",
    "projective",
    "tensor",
]


@pytest.mark.parametrize("name", FILES)
def test_a_file_with_solutions_dropped_and_all_paths_accounted_for_claims_nothing(name: str, tmp_path: Path) -> None:
    census, path = count_of(name), tmp_path / "c.json"
    deletions = closed_deletions(census)
    assert deletions
    for kept in deletions:
        content = saved(forged(census, kept), path)
        assert not claims_to_be_complete(path)
        for change in (  # bounds and flags that would make it true, were they believed
            {"known_counts": [{**b, "value": len(kept)} for b in content["known_counts"]]},
            {"known_counts": [], "is_coercive_by_model": False},
            {"couplings": {}, "known_counts": [], "is_coercive_by_model": False},
            {"completeness": {**content["completeness"], "verdict": "proved"}},
            {"completeness": {**content["completeness"], "verdict": "proved"}, "producer": "another version"},
            {"completeness": {"verdict": "proved", "reason": "as I say", "evidence": []}},
        ):
            write(path, {**copy.deepcopy(content), **change})
            assert not claims_to_be_complete(path)


INVENTED = {
    "multiplicities": lambda n: evidence(
        EvidenceKind.MULTIPLICITIES, Verdict.YES, found=n, multiplicities=(4,), bound=n + 4, bound_name="a bound",
        reference="nobody", is_origin=True,
    ),
    "an exact count": lambda n: exact_count_evidence(n, degree=n, primes=(1073741827, 1073741831)),
    "a Hilbert function": lambda n: hilbert_weighed(n, n, degree=5, prime=101),
    "an interval search": lambda n: evidence(
        EvidenceKind.REAL_PROOF, Verdict.YES, n_real=3, n_found=0, n_boxes=40, n_left=0, n_unknowns=2
    ),
    "msolve's roots": lambda n: evidence(EvidenceKind.REAL_ROOTS, Verdict.YES, ours=n, theirs=(n,)),
}  # fmt: skip


@pytest.mark.parametrize("make", INVENTED.values(), ids=INVENTED.keys())
def test_invented_evidence_is_refused(make: Callable[[int], Any], tmp_path: Path) -> None:
    path, census = tmp_path / "c.json", rotated_network()
    content = saved(census, path)
    piece = make(census.n_complex)
    written = {
        "name": piece.name,
        "outcome": piece.outcome.value,
        "numbers": {k: list(v) if isinstance(v, tuple) else v for k, v in piece.numbers},
    }
    for verdict in ("proved", "supported"):
        altered = copy.deepcopy(content)
        altered["completeness"]["evidence"].append(written)
        altered["completeness"]["verdict"] = verdict
        write(path, altered)
        assert is_refused(path)


def shifted(text: str, by: float) -> str:
    """An interval as narrow as the given one, moved by so many of its widths (of its last digit, where it is exact)."""
    with ctx.workprec(256):
        ball = arb(text)
        width = max(float(ball.rad()), float(abs(ball).upper()) * 1e-24, 1e-24)
        return str((ball + arb(by * width)).str(25, more=True))


@pytest.mark.parametrize("name", ["deep linear", "network", "projective", "euclidean", "lagrange"])
def test_numbers_that_are_not_true_are_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    content = saved(count_of(name), path)
    point = content["points"][0]

    def altered(change: Callable[[dict[str, Any]], Any]) -> bool:
        other = copy.deepcopy(content)
        change(other)
        write(path, other)
        return is_refused(path)

    index = point["index"]
    for by in (-3, 3, 1e4, 1e9):
        assert altered(lambda c, by=by: c["points"][0].update(energy=shifted(point["energy"], by)))
        moved = [shifted(x, by) for x in point["coordinates"]]
        assert altered(lambda c, moved=moved: c["points"][0].update(coordinates=moved))
    assert altered(lambda c: c["points"][0].update(energy="[0 +/- 1e3]"))
    assert altered(lambda c: c["points"][0].update(index=index + 1))
    assert altered(
        lambda c: (c["points"][0].update(index=index + 1), c["by_index"].update({str(index + 1): 1, str(index): 0}))
    )
    assert altered(lambda c: c.update(euler_expected=None))
    assert altered(
        lambda c: c["paths"].update(tracked=c["paths"]["tracked"] + 1, at_infinity=c["paths"]["at_infinity"] + 1)
    )
    assert altered(
        lambda c: c["paths"].update(regular=c["paths"]["regular"] - 1, at_infinity=c["paths"]["at_infinity"] + 1)
    )


def test_another_domain_another_disorder_and_other_data_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    content = saved(count_of("deep linear"), path)
    values = content["couplings"]["XX"]["values"]
    for change in (
        {"couplings": {**content["couplings"], "XX": {"shape": [2, 2], "values": [*values[:-1], "9"]}}},
        {"couplings": {**content["couplings"], "XX": {"shape": [4], "values": values}}},
        {"couplings": {**content["couplings"], "XX": {"shape": [2, 2], "values": ["1e9", *values[1:]]}}},
        {"couplings": {**content["couplings"], "XX": {"shape": [2, 2], "values": ["1/0", *values[1:]]}}},
        {"couplings": {k: v for k, v in content["couplings"].items() if k != "l2"}},
        {"model": content["model"].replace("2-1-1", "1-2-1")},
        {"is_redrawable": True},
    ):
        write(path, {**copy.deepcopy(content), **change})
        assert is_refused(path)
    for census, old, new in ((matrix_glass(), "sphere", "euclidean"), (rotated_network(), "euclidean", "sphere")):
        content = saved(census, path)
        write(path, {**content, "landscape": content["landscape"].replace(f"domain {old}", f"domain {new}")})
        assert is_refused(path)
    for seed, sample in ((4, 0), (3, 1)):
        content = saved(matrix_glass(), path)
        write(path, {**content, "seed": seed, "sample": sample})
        assert is_refused(path)


def test_moments_that_no_data_have_do_not_make_a_potential_coercive(tmp_path: Path) -> None:
    """The couplings must be moments: with XX = -1 the loss of a network 1-1-1 is not bounded below."""
    census = count_of("network from arrays")
    couplings = {**census.landscape.couplings, "XX": np.array([[Fraction(-1)]], dtype=object)}
    model = ps.DeepLinear((1, 1, 1), data=([["3/2"]], [["2"]]), l2=["1/3", "1/5"])
    land = model.landscape(couplings)
    assert not land.facts.is_coercive and not land.facts.stationary_bounds
    ho.census(land, engine="tracker").save(tmp_path / "c.json")
    assert not json.loads((tmp_path / "c.json").read_text())["is_coercive_by_model"]


def test_other_words_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sentences are made from facts and parsed nowhere."""
    names = ["euclidean, not proved", "deep linear", "projective", "sequential"]
    for k, name in enumerate(names):
        count_of(name).save(tmp_path / f"{k}.json")
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    monkeypatch.setattr(PathAccount, "__str__", lambda self: "some paths")
    for name in ("bound_met", "supported", "classes_missing", "best_bound", "real_list", "multiplicities_met"):
        monkeypatch.setattr(wording, name, lambda *_: "in other words")
    monkeypatch.setattr(wording, "sentence", lambda *_: "it is so")
    for k, name in enumerate(names):
        report = ho.verify(tmp_path / f"{k}.json")
        assert report.is_ok, report
        again = ho.load(tmp_path / f"{k}.json")
        assert again.completeness.evidence == count_of(name).completeness.evidence
        again.save(tmp_path / f"{k}.json")
        kept, stated = json.loads((tmp_path / f"{k}.json").read_text()), json.loads(before[f"{k}.json"])
        assert kept["completeness"] == stated["completeness"]


def test_a_census_with_a_real_proof_verifies_and_a_false_one_does_not(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    census = ho.census(ps.expression("x^4/4 - x^2/2 + y^4 + x*y/10"), engine="tracker")
    pieces = [e for e in census.completeness.evidence if e.kind is not EvidenceKind.UPPER_BOUND]
    open_ = replace(census, completeness=join(census.landscape, pieces))
    for base in (census, open_):
        proved = ho.with_real_proof(base, ho.prove_real(base))
        assert proved.save(path) == ()
        if base is census:
            assert ho.verify(path).is_ok
            assert ho.load(path).completeness == proved.completeness
    content = saved(ho.with_real_proof(census, ho.prove_real(census)), path)
    real = next(k for k, c in enumerate(census.certificates) if c.reality is Verdict.YES)
    kept = [k for k in range(census.n_complex) if k != real]
    less = forged(census, kept)
    piece = next(e for e in content["completeness"]["evidence"] if e["name"] == EvidenceKind.REAL_PROOF.value)
    other = saved(less, path)
    other["completeness"]["evidence"].append({**piece, "numbers": {**piece["numbers"], "n_real": less.n_real}})
    other["completeness"]["verdict"] = "proved"
    write(path, other)
    assert is_refused(path)


def test_a_census_with_a_graph_verifies_and_says_what_the_file_leaves_out(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    census = ho.with_graph(count_of("expression"))
    left_out = census.save(path)
    assert left_out == (EvidenceKind.CONNECTED.value, EvidenceKind.DESCENTS.value)
    assert json.loads(path.read_text())["left_out"] == list(left_out)
    assert ho.verify(path).is_ok
    assert ho.load(path).completeness == count_of("expression").completeness


def test_what_speaks_against_a_list_is_not_left_out(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    against = evidence(EvidenceKind.REAL_ROOTS, Verdict.NO, ours=3, theirs=(4,))
    census = count_of("expression").with_evidence(against)
    assert census.completeness.verdict is ho.Completeness.CONTRADICTED
    assert census.save(path) == ()
    report = ho.verify(path)
    assert report.is_ok and report.stated is ho.Completeness.CONTRADICTED
    content = json.loads(path.read_text())
    content["completeness"]["verdict"] = "proved"
    write(path, content)
    assert is_refused(path)


def test_an_older_file_with_sentences_is_read_and_its_account_believed_no_more_than_a_new_one(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    for name in ("deep linear", "euclidean, not proved"):
        content = saved(count_of(name), path)
        for member in ("left_out", "couplings")[: 1 if content["couplings"] else 2]:
            del content[member]
        content["completeness"] = {
            "verdict": content["completeness"]["verdict"],
            "reason": "in older words",
            "evidence": [
                {"name": e["name"], "outcome": e["outcome"], "detail": "so"}
                for e in content["completeness"]["evidence"]
            ],
        }
        write(path, content)
        report = ho.verify(path)
        assert report.is_ok and not report.rests_on_paths  # the exact count is derived again
        assert ho.load(path).completeness.reason == "in older words"
        content["completeness"]["verdict"] = "proved" if report.stated is ho.Completeness.SUPPORTED else "contradicted"
        write(path, content)
        assert is_refused(path)


def test_what_only_landscapes_have_is_refused_in_a_file_of_equations(tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    ho.solve(ps.equations(["x^2 + y^2 = 3", "x*y = 1", "x^4 + y^4 = 7"])).save(path)
    content = json.loads(path.read_text())
    assert ho.verify(path).is_ok
    solutions = [{**s, "orbit": 0} for s in content["solutions"]]
    for change in (
        {"is_redrawable": True},
        {"is_coercive_by_model": True},
        {"euler_found": 1},
        {"seed": 1},
        {"sample": 1},
        {"solutions": solutions},
        {"squared_up": {"discarded": 5, "proved": 4}},  # a square system of two equations of degrees 2 and 4 has at most 8 solutions
    ):
        write(path, {**copy.deepcopy(content), **change})
        assert not ho.verify(path).is_ok


def test_a_landscape_under_the_name_of_another_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    own = ps.DeepLinear((1, 1, 1), data=([[1]], [[2]]), l2=["1/3", "1/5"])
    for what, labels in (
        (ps.expression("x^4/4 - x^2/2 + y^2/2"), ("spherical-p-spin:n=2,p=3", "soft-ising:n=2", "torus-ising:n=0")),
        (own, ("deep-linear:widths=1-1-1,data=iris", "deep-linear:widths=1-1-1,data=gaussian,m=1")),
    ):
        content = saved(ho.census(what), path)
        assert ho.verify(path).is_ok
        for label in labels:
            write(path, {**copy.deepcopy(content), "model": label})
            assert is_refused(path)


def _set(content: dict[str, Any], place: str, value: Any) -> None:
    *outer, last = place.split(".")
    for name in outer:
        content = content[name]
    content[last] = value


RUN_OF_LANDSCAPE = {
    "run.gamma": [[2.0, 0.0], [0.5, 0.5], [0.0, 0.0]], "run.rounds": [-1], "run.seconds": [-1.0], "run.solver_seed": [-1], "chart_seed": [1, -1],
}  # fmt: skip
RUN_OF_EQUATIONS = {"squared_up.discarded": [3, 5, -4], "run.seconds": [-1.0], "chart_seed": [1]}


def test_an_account_of_the_run_that_does_not_add_up_is_refused(tmp_path: Path) -> None:
    """What no verdict rests on is held against itself and against the solutions."""
    path = tmp_path / "c.json"
    solved = ho.solve(ps.equations(["x^2 + y^2 = 3", "x*y = 1", "x^4 + y^4 = 7"]))
    for found, changes in ((count_of("euclidean"), RUN_OF_LANDSCAPE), (solved, RUN_OF_EQUATIONS)):
        found.save(path)
        content = json.loads(path.read_text())
        report = ho.verify(path)
        assert report.is_ok and "a record that a file cannot prove" in repr(report)
        for place, values in changes.items():
            for value in values:
                altered = copy.deepcopy(content)
                _set(altered, place, value)
                write(path, altered)
                assert is_refused(path), (place, value)
    told = next(k for k, e in enumerate(content["completeness"]["evidence"]) if "tracked" in e["numbers"])
    for name, value in (("n_beyond_paths", 1), ("root_count", 7)):
        altered = copy.deepcopy(content)
        altered["completeness"]["evidence"][told]["numbers"][name] = value
        write(path, altered)
        assert is_refused(path), name
