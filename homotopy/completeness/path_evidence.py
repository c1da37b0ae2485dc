"""What the paths of a solve say about the completeness of its list."""

from __future__ import annotations

from math import log10

from homotopy.completeness.evidence import Evidence, evidence
from homotopy.solving.result import PathAccount, SolveReport
from homotopy.status import EvidenceKind, StartCount, Verdict
from polysys.counts.mixed_cells import TieError
from polysys.counts.strata import MAX_VARIABLES, strata
from polysys.counts.tropical import log10_of_largest
from polysys.errors import WorkLimitError
from polysys.landscape import Landscape
from polysys.problem import Problem

# Operations that an estimate of sizes may spend on mixed volumes: a few tenths of a second.
_SIZE_WORK = 40_000_000

# Engines in double precision call solutions of size 1e7 infinite; x^3 - x - 1e-10 x^4 has one of size 1e10.
# Operations that an estimate of sizes may spend on mixed volumes: a few tenths of a second.
_SIZE_WORK = 40_000_000
_MAX_SPREAD = 10**6
_MAX_PATTERNS = 64  # zero patterns, the largest, on which sizes are estimated


def path_evidence(landscape: Problem, solved: SolveReport, n: int) -> Evidence:
    """What the paths of a solve say about the completeness of a list of `n` solutions."""
    return weigh_paths(
        landscape,
        solved.paths,
        n,
        start=solved.start,
        count=solved.root_count_kind,
        root_count=solved.root_count,
        n_beyond_paths=solved.n_beyond_paths,
        n_entangled=solved.n_entangled,
    )


def weigh_paths(
    landscape: Problem,
    paths: PathAccount,
    n: int,
    *,
    start: str,
    count: StartCount,
    root_count: int | None,
    n_beyond_paths: int,
    n_entangled: int,
) -> Evidence:
    """The same from the numbers alone, as a saved census states them.

    Notes
    -----
    PATHS is met if every path that the start asks for ended at a certified solution of its own or at infinity, and
    nothing was found besides; where no start was asked, paths say nothing. GENERIC_COUNT is met if paths were lost, but there are as many certified solutions as a
    generic member of the family has, more than which no member has.
    """
    may_be_huge = paths.at_infinity > 0 and _may_be_huge(landscape)
    numbers = {name: getattr(paths, name) for name in PathAccount.__dataclass_fields__}
    lost = paths.duplicate + paths.singular + paths.failed
    is_clean = lost == 0 and paths.is_balanced and n_beyond_paths == 0 and n_entangled == 0
    is_generic = not is_clean and paths.is_balanced and count.is_generic and n == root_count
    is_asked = paths.tracked > 0 or root_count is not None
    is_reached = is_asked and is_clean and n == paths.regular and paths.tracked >= (root_count or 0) and not may_be_huge
    return evidence(
        EvidenceKind.GENERIC_COUNT if is_generic else EvidenceKind.PATHS,
        Verdict.YES if is_generic or is_reached else Verdict.UNDECIDED,
        **numbers,
        found=n,
        start=start,
        count=count.value,
        root_count=root_count,
        n_beyond_paths=n_beyond_paths,
        n_entangled=n_entangled,
        may_be_huge=may_be_huge,
    )


def _may_be_huge(landscape: Problem) -> bool:
    """Whether solutions are to be expected that are so large that an engine may have called them infinite."""
    terms = landscape.system.terms
    if any(max(map(abs, t.values())) > _MAX_SPREAD * min(map(abs, t.values())) for t in terms):
        return True
    n = len(terms)
    patterns = [tuple(range(n))]
    if isinstance(landscape, Landscape) and landscape.domain.is_euclidean and landscape.domain.n <= MAX_VARIABLES:
        patterns = [alive for alive in strata(landscape.potential) if alive][-_MAX_PATTERNS:]
    for alive in patterns:
        dead = [i for i in range(n) if i not in alive]
        restricted = [
            {tuple(e[j] for j in alive): c for e, c in terms[i].items() if not any(e[j] for j in dead)} for i in alive
        ]
        try:
            if log10_of_largest(restricted, _SIZE_WORK) > log10(_MAX_SPREAD):
                return True
        except (WorkLimitError, TieError):  # too large for an estimate
            continue
    return False
