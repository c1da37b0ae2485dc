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
    found = _stopped("paths", EngineTimeoutError("It took long.", "Wait."), after=2, engine="phcpack")
    assert 32 <= found.paths.tracked < 1023 and found.n_complex >= found.paths.regular >= 32
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
        found = ho.census(LABEL, seed=1, engine="phcpack", rounds=1)
    assert found.paths.tracked >= 64 and found.completeness.verdict is Completeness.UNKNOWN
