"""The contract of engines, held by every engine that is registered and by one that a newcomer might write."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError
from typing import Any

import numpy as np
import pytest

import homotopy as ho
import polysys as ps
from homotopy.cli.doctor import examine
from homotopy.engines.base import Capability, Engine
from homotopy.engines.registry import ENGINES, engines_for, solver_names, solvers
from homotopy.ensembles.record import count_samples
from homotopy.options import Options
from homotopy.solving import rounds
from polysys.errors import InputError
from tests.homotopy.engines import contract
from tests.homotopy.engines.toy import ToyEngine

ALL: dict[str, Engine] = {**ENGINES, ToyEngine.name: ToyEngine()}
GLASS = "spherical-p-spin:n=2,p=3"
NEURON = "polynomial-network:widths=1-1-1,activation=z^2,data=gaussian,m=3,output=fixed"  # one weight


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> dict[str, Engine]:
    """The registry, with the newcomer in it."""
    monkeypatch.setitem(ENGINES, ToyEngine.name, ALL[ToyEngine.name])
    return ENGINES


@pytest.fixture(params=ALL)
def engine(request: pytest.FixtureRequest, registered: dict[str, Engine]) -> Engine:
    found = registered[request.param]
    if not found.is_available:
        pytest.skip(f"{found.title} is not installed")
    return found


@pytest.mark.parametrize("name", ALL)
def test_an_engine_declares_what_it_is(name: str) -> None:
    contract.assert_declares_what_it_is(ALL[name])
    assert ALL[name].name == name


def test_known_systems_are_answered(engine: Engine) -> None:
    """Multiple solutions, solutions at infinity, continua; whatever an engine says is right, and it says something."""
    assert sum(contract.assert_answers(engine, known) for known in contract.KNOWN) > 3


@pytest.mark.parametrize("known", [k for k in contract.KNOWN if not k.dimension], ids=lambda k: k.name)
def test_a_solve_with_one_engine_certifies_the_known_solutions(engine: Engine, known: contract.Known) -> None:
    if Capability.PATHS not in engine.gives:
        with pytest.raises(InputError, match="not the paths that a solve needs"):
            rounds.solve(ps.expression(known.text).sample(), Options(engine=engine.name))
        return
    contract.assert_solves(engine, known)


def test_the_same_request_gives_the_same_answer(engine: Engine) -> None:
    contract.assert_repeats_itself(engine, contract.KNOWN[0].request())


def test_the_time_limit_is_kept(engine: Engine) -> None:
    contract.assert_stops_in_time(engine)


def test_an_interruption_leaves_no_process_behind(engine: Engine) -> None:
    contract.assert_leaves_nothing_behind_when_interrupted(engine)


def test_bad_input_is_refused_or_answered_rightly(engine: Engine) -> None:
    contract.assert_survives_bad_input(engine)


def _no_package(*_: Any) -> str:
    raise PackageNotFoundError


@pytest.mark.parametrize("name", ["phcpack", "msolve", "bertini"])
def test_a_missing_program_is_said_to_be_missing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("STATIONARY_PHC", "STATIONARY_PHCPY", "STATIONARY_MSOLVE"):
        monkeypatch.setenv(variable, "/nowhere/program")
    monkeypatch.setattr("homotopy.engines.bertini.client.version", _no_package)
    contract.assert_says_that_it_is_missing(ENGINES[name])


def test_every_self_test_passes_where_the_program_is_there(engine: Engine) -> None:
    findings = engine.self_test()
    assert any(f.is_ok for f in findings)
    assert not [f for f in findings if not f.is_ok and "failed" in f.detail]


REFUSED = [
    ("tracker", {"precision": "qd"}, "The engine tracker does not honour precision=qd", "engine=phcpack"),
    ("tracker", {"strategy": "total-degree"}, "does not honour strategy=total-degree", "engine=phcpack"),
    ("tracker", {"transport": "phc"}, "does not honour transport=phc", "engine=phcpack"),
    ("toy", {"precision": "dd"}, "The engine toy does not honour precision=dd", "engine=phcpack"),
    ("msolve", {}, "The engine msolve gives real roots and the degree of the ideal", "auto, tracker, phcpack or toy"),
    ("magic", {}, "There is no engine 'magic'", "auto, tracker, phcpack or toy"),
]


@pytest.mark.parametrize(("name", "choices", "what", "way_out"), REFUSED, ids=[f"{r[0]} {r[1]}" for r in REFUSED])
def test_what_an_engine_does_not_honour_is_refused_before_any_work(
    name: str, choices: dict[str, Any], what: str, way_out: str, registered: dict[str, Engine]
) -> None:
    options = Options(engine=name, **choices)
    for refused in (
        lambda: ho.census(GLASS, seed=1, options=options),
        lambda: rounds.solve(ps.model_from_label(GLASS).sample(1), options),
        lambda: ho.ensemble(GLASS, samples=2, options=options, workers=0),
        lambda: count_samples(ps.model_from_label(GLASS), 1, [0], options),
    ):
        with pytest.raises(InputError) as error:
            refused()
        assert what in error.value.what and way_out in str(error.value)


def test_auto_chooses_among_the_engines_that_honour_the_options(registered: dict[str, Engine]) -> None:
    assert [e.name for e in engines_for(Options())] == ["tracker", "phcpack", "toy"]
    for choices in ({"precision": "qd"}, {"strategy": "total-degree"}, {"transport": "phc"}):
        assert [e.name for e in engines_for(Options(**choices))] == ["phcpack"]
    assert set(solvers()) == {"tracker", "phcpack", "toy"} and solver_names() == "auto, tracker, phcpack or toy"


@pytest.mark.phcpack
def test_auto_honours_a_precision_that_the_tracker_does_not_have() -> None:
    census = ho.census(GLASS, seed=1, precision="qd")
    assert (census.run.engine, census.run.precision, census.n_complex) == ("phcpack", "qd", 3)


@pytest.mark.phcpack
def test_a_fermat_start_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InputError, match="no Fermat start"):
        ho.census(NEURON, seed=1, engine="phcpack", strategy="fermat")


def _column(ensemble: ho.Ensemble, name: str) -> list[Any]:
    return [value for table in ensemble.store.records([name]) for value in table.column(name).to_pylist()]


def test_a_new_engine_counts_without_anything_else_being_changed(registered: dict[str, Engine]) -> None:
    """V = x^4/4 - x^2/2 + x/5: three real points; and samples of a network with one weight."""
    census = ho.census(ps.expression("x^4/4 - x^2/2 + x/5"), options=Options(engine="toy"))
    assert (census.run.engine, census.n_complex, census.n_real) == ("toy", 3, 3)
    assert census.completeness.verdict is ho.Completeness.PROVED
    ensemble = ho.ensemble(NEURON, samples=4, seed=2, engine="toy", workers=0)
    theirs = ho.ensemble(NEURON, samples=4, seed=2, workers=0)
    assert set(_column(ensemble, "engine")) == {"toy"} and set(_column(theirs, "engine")) == {"tracker"}
    assert _column(ensemble, "digest") == _column(theirs, "digest")
    assert "numpy.roots" in {finding.name for finding in examine()}
    check = ho.cross_check(census, ("second-run", "toy"))
    assert [c.agreement.value for c in check.comparisons] == ["agrees", "agrees"]


def test_a_new_engine_is_known_to_the_command_line(
    registered: dict[str, Engine], stationary: Any, tmp_path: Any
) -> None:
    file = tmp_path / "v.txt"
    file.write_text("x^4/4 - x^2/2 + x/5\n")
    result = stationary("count", f"expression:{file}", "--engine", "toy")
    assert result.code == 0 and "toy (none), start companion matrix" in result.out
    result = stationary("count", GLASS, "--seed", "1", "--engine", "toy")
    assert result.code == 2 and "The engine toy has no start set" in result.err and result.out == ""


def test_a_missing_engine_does_not_undo_what_another_has_found(
    registered: dict[str, Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One path of the tracker is lost in each of its two rounds; then PHCpack is missing, and the toy has no start."""
    monkeypatch.setenv("STATIONARY_PHC", "/nowhere/phc")
    monkeypatch.setenv("STATIONARY_PHCPY", "/nowhere/phcpy")
    tracker = type(ENGINES["tracker"])
    real = tracker.run

    def losing(self: Any, request: Any) -> Any:
        found = real(self, request)
        found.x[0] = np.nan
        return found

    monkeypatch.setattr(tracker, "run", losing)
    report = rounds.solve(ps.model_from_label("spherical-p-spin:n=3,p=3").sample(1))
    assert (report.engine, report.rounds, report.paths.is_balanced) == ("tracker", 1, True)
