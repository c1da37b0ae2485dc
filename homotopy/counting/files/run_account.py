"""What a census file tells of the run that made it: numbers that must add up, and what nobody can derive again."""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot, isfinite

import msgspec

from homotopy.completeness.evidence import Evidence, of_kind
from homotopy.counting.files.derived import TOLD, wrong_root_count
from homotopy.counting.files.schema import CensusFile
from homotopy.counting.result import RunRecord
from homotopy.solving.result import PathAccount
from homotopy.solving.root_counts import least_root_count
from homotopy.status import StartCount
from polysys.problem import Problem

RECORD = "those of paths and rounds add up, and are a record that a file cannot prove"
_UNIT = 1e-9  # by which the modulus of gamma may differ from 1


def wrong_account(problem: Problem, file: CensusFile, stated: Sequence[Evidence]) -> str | None:
    """What is wrong with what a file tells of its run; None if nothing is seen.

    Every path is in one class; each certified solution was reached by a regular path or counts as found beyond the paths; a start has no fewer
    paths than its closed form says, and none was tracked twice; paths that ended at singular solutions were lost ones.
    """
    return _wrong_record(msgspec.convert(file.run, RunRecord)) or _wrong_paths(file) or _wrong_numbers(problem, file, stated)


def _wrong_record(run: RunRecord) -> str | None:
    if abs(hypot(*run.gamma) - 1) > _UNIT:
        return "gamma is stated off the unit circle"
    if not (isfinite(run.seconds) and run.seconds >= 0 and run.rounds >= 0 and run.solver_seed >= 0):
        return "a negative number of rounds or seconds, or a negative seed, is stated"
    return None


def _wrong_paths(file: CensusFile) -> str | None:
    paths, squared = PathAccount(**file.paths), file.squared_up
    if min(file.paths.values()) < 0 or not paths.is_balanced:
        return "the classes of paths do not add up"
    if squared is not None and squared.discarded < 0:
        return "a negative number of solutions is said to be discarded"
    ends = [s.n_paths or 0 for s in file.singular]
    if min(ends, default=0) < 0 or sum(ends) > paths.duplicate + paths.singular + paths.failed:
        return "more paths are said to end at singular solutions than were lost"
    return None


def _wrong_numbers(problem: Problem, file: CensusFile, stated: Sequence[Evidence]) -> str | None:
    told = of_kind(stated, *TOLD)
    if told is None or not told.numbers:  # of an older file, or of given points
        return None
    root_count, n_beyond = told["root_count"], told["n_beyond_paths"]
    if not isinstance(n_beyond, int):
        raise ValueError(f"{n_beyond!r:.40} is no number of solutions")
    found = len(file.solutions) + (0 if file.squared_up is None else file.squared_up.discarded)
    if found != file.paths["regular"] + n_beyond:
        return f"{found} solutions are not the {file.paths['regular']} that paths reached and {n_beyond} found beyond them"
    if isinstance(root_count, int):
        least = least_root_count(problem, StartCount(told["count"]))
        if root_count < max(least, file.paths["tracked"]):
            return f"{root_count} paths are told for a start that has {max(least, file.paths['tracked'])}"
    return None


def wrong_paths(land: Problem, file: CensusFile, told: Evidence | None) -> str | None:
    """What is wrong with what a file tells of the paths; None if nothing is seen."""
    if told is None:
        is_told = file.paths["tracked"] == 0 or file.completeness.has_sentences
        return None if is_told else "nothing is said about what became of the paths"
    if told["start"] != file.run["start"]:
        return "what is said about the paths is not of this run"
    return wrong_root_count(land, told)


def is_account_of(paths: PathAccount, n: int) -> bool:
    """Whether every path of an older file's account ended at one of `n` solutions of its own or at infinity."""
    return paths.is_balanced and paths.regular == n and paths.duplicate + paths.singular + paths.failed == 0
