"""A solve that is stopped: what its paths had reached is certified, judged unknown, saved and verified."""

import os
import signal

import pytest

import homotopy as ho
import polysys as ps
from homotopy.common import reporting
from homotopy.completeness.evidence import evidence
from homotopy.counting.count import counted
from homotopy.errors import EngineCrashError, EngineTimeoutError
from homotopy.options import Options
from homotopy.status import Completeness, EvidenceKind, Verdict
from tests.homotopy.processes import children

LABEL = "spherical-p-spin:n=10,p=3"  # 1023 paths, in tasks of 128
SMALLER = "spherical-p-spin:n=8,p=3"  # 255 paths, of which PHCpack tells in thirty-twos


def _stop(what, error, after=1):
    """A listener that stops the work at a report of a kind."""
    seen = [0]

    def listener(said, done, total):
        seen[0] += said == what
        if seen[0] == after and said == what:
            seen[0] += 1
            raise error

    return listener


def _stopped(what, error, label=LABEL, after=1, **choices):
    with reporting.keeping_found(), reporting.listening(_stop(what, error, after)):
        return ho.census(label, seed=1, **choices)


@pytest.mark.parametrize("error", [EngineTimeoutError("It took long.", "Wait."), KeyboardInterrupt(), MemoryError()])
def test_the_tracker_leaves_what_it_has_reached(error, tmp_path):
    whole = ho.census(LABEL, seed=1)
    found = _stopped("paths", error, rounds=1)
    n = found.paths.tracked
    assert 0 < n < 1023 and n <= found.n_complex < whole.n_complex == 1023
    assert found.completeness.verdict is Completeness.UNKNOWN
    assert found.completeness.reason == f"the solve was stopped when {n} of its 1023 paths had come to an end"
    assert "is kept" in found.run.attempts[0]
    listed = {p.energy.str(8, radius=False) for p in whole.points}
    assert {p.energy.str(8, radius=False) for p in found.points} <= listed
    found.save(tmp_path / "c.json")
    report = ho.verify(tmp_path / "c.json")
    assert report.is_ok and report.derived.verdict is Completeness.UNKNOWN


def test_what_only_misses_points_does_not_contradict_a_stopped_list_and_what_else_fails_does():
    found = _stopped("paths", EngineTimeoutError("It took long.", "Wait."))
    violated = [e.kind.value for e in found.completeness.evidence if e.outcome is Verdict.NO]
    expected, alternating = found.euler
    assert ("Euler characteristic" in " ".join(violated)) == (expected != alternating)
    bound = evidence(EvidenceKind.UPPER_BOUND, Verdict.NO, found=300, bound=1023, bound_name="b", reference="r", excludes_families=True)
    assert found.with_evidence(bound).completeness.verdict is Completeness.CONTRADICTED


def test_an_interruption_is_raised_where_nobody_keeps_what_was_found():
    with pytest.raises(KeyboardInterrupt), reporting.listening(_stop("paths", KeyboardInterrupt())):
        ho.census(LABEL, seed=1)


def test_an_interruption_while_solutions_are_certified_loses_none():
    found = _stopped("certificates", KeyboardInterrupt())
    assert found.n_complex == 1023 and found.completeness.verdict is Completeness.PROVED


def test_samples_of_ensembles_that_are_stopped_are_failures():
    land = ps.model_from_label(LABEL).sample(1)
    with pytest.raises(EngineTimeoutError), reporting.listening(_stop("paths", EngineTimeoutError("It took long.", "Wait."))):
        counted(land, Options())


@pytest.mark.phcpack
def test_phcpack_leaves_what_it_has_reached():
    found = _stopped("paths", EngineTimeoutError("It took long.", "Wait."), SMALLER, after=2, engine="phcpack")
    assert 32 <= found.paths.tracked < 255 and found.n_complex >= found.paths.regular >= 32
    assert found.completeness.reason.startswith("the solve was stopped when")


@pytest.mark.phcpack
def test_a_killed_worker_is_replaced_and_nothing_is_lost():
    killed = []

    def kill(said, done, total):
        if said == "paths" and not killed and (found := children(os.getpid())):
            killed.extend(found)
            for pid in found:
                os.kill(pid, signal.SIGKILL)

    with reporting.listening(kill):
        found = ho.census("spherical-p-spin:n=6,p=3", seed=1, engine="phcpack", transport="phcpy")
    assert killed and found.completeness.verdict is Completeness.PROVED
    assert any("failed" in attempt for attempt in found.run.attempts)


@pytest.mark.phcpack
def test_a_worker_that_is_killed_whenever_it_comes_leaves_what_was_reached():
    """As by the kernel, for want of memory."""

    def kill(said, done, total):
        if said == "paths" and done >= 64:
            raise EngineCrashError("PHCpack failed 3 times.", "Try again.")

    with reporting.listening(kill):
        found = ho.census(SMALLER, seed=1, engine="phcpack", rounds=1)
    assert found.paths.tracked >= 64 and found.completeness.verdict is Completeness.UNKNOWN


LIMIT = EngineTimeoutError("It took long.", "Wait.")
SAID = {"EngineTimeoutError": "It took long.", "KeyboardInterrupt": "It was interrupted.", "MemoryError": "The memory of this machine does not suffice."}


@pytest.mark.phcpack
def test_a_solve_of_equations_leaves_what_it_has_reached(tmp_path):
    system = ps.equations([f"x{i}^3 + x{(i + 1) % 5}*x{(i + 2) % 5} - {i + 2}" for i in range(5)])
    with reporting.keeping_found(), reporting.listening(_stop("paths", KeyboardInterrupt(), 3)):
        found = ho.solve(system, rounds=1)
    assert 0 < found.paths.tracked < 243 and found.n_complex >= found.paths.regular > 0
    assert found.completeness.verdict is Completeness.UNKNOWN
    found.save(tmp_path / "s.json")
    assert ho.verify(tmp_path / "s.json").derived.verdict is Completeness.UNKNOWN


@pytest.mark.parametrize("error", [LIMIT, KeyboardInterrupt(), MemoryError()], ids=lambda e: type(e).__name__)
def test_an_interval_search_leaves_what_it_has_excluded(error):
    counted_ = ho.census("spherical-p-spin:n=4,p=3", seed=1)
    whole = ho.prove_real(counted_)
    assert whole.is_proved and not whole.stopped
    with reporting.keeping_found(), reporting.listening(_stop("boxes of branch and bound", error, 3)):
        proof = ho.prove_real(counted_)
    assert proof.outcome is Verdict.UNDECIDED and proof.stopped == SAID[type(error).__name__] and proof.stopped in repr(proof)
    assert 0 < proof.n_boxes < whole.n_boxes and proof.n_left >= 1 and proof.summary()["stopped"] == proof.stopped
    assert ho.with_real_proof(counted_, proof).completeness.verdict is Completeness.PROVED  # as before: by its bound


def test_an_interval_search_that_has_excluded_nothing_is_an_error():
    counted_ = ho.census("spherical-p-spin:n=4,p=3", seed=1)
    ho.prove_real(counted_)  # compiled
    with pytest.raises(EngineTimeoutError), reporting.listening(_stop("boxes of branch and bound", LIMIT)):
        ho.prove_real(counted_)


def test_cross_checks_that_are_stopped_leave_those_that_were_made(monkeypatch):
    from homotopy.counting import cross_checks

    counted_ = ho.census(ps.expression("x^4/4 - x^2/2 + y^2/2 + x*y/10"))

    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(cross_checks, "_by_solutions", stopped)
    with reporting.keeping_found():
        check = ho.cross_check(counted_, ("second-run", "algebra", "tracker"))
    assert [c.name for c in check.comparisons] == ["second run"] and check.stopped == "It was interrupted."
    assert check.stopped in repr(check) and check.completeness.verdict is counted_.completeness.verdict
    with pytest.raises(KeyboardInterrupt):
        ho.cross_check(counted_, ("algebra",))


@pytest.mark.phcpack
def test_a_decomposition_leaves_the_runs_that_have_ended(monkeypatch):
    from homotopy.engines.phcpack.client import PHCpack

    land, made, run = ps.expression("(x^2 + y^2 - 1)^2*(x-3) + z^2*x^2"), [], PHCpack.decompose

    def limited(self, *arguments, **choices):
        if len(made) == most:
            raise LIMIT
        made.append(run(self, *arguments, **choices))
        return made[-1]

    monkeypatch.setattr(PHCpack, "decompose", limited)
    most = 1
    found = ho.stationary_sets(land)
    assert len(found.sets) == 3 and found.stopped == "It took long." and not found.is_decided and "stopped" in repr(found)
    most, made = 0, []
    with pytest.raises(EngineTimeoutError):
        ho.stationary_sets(land)
