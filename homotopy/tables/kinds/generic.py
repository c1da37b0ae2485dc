"""Generic counts of complex stationary points: by a theorem where there is one, else by monodromy with a trace test."""

from __future__ import annotations

from homotopy.engines.starts.start_set import Stratum, make_start_set, torus_stratum
from homotopy.engines.starts.trace_test import TraceTest, trace_stratum
from homotopy.tables.kinds.theorems import GenericCount, theorem, torus_theorem
from polysys.landscape import Landscape
from polysys.models.deep_linear import DeepLinear
from polysys.models.labels import model_from_label

TRIES = 3  # curves on which a trace test is tried with the targets alone moving
MAX_TRACED = 700  # solutions (sign orbits) of a stratum whose completeness a trace test is asked about


def proved_count(label: str, seed: int) -> GenericCount | None:
    """What a theorem says about a model's family: its generic count, or the torus count of a deep linear network."""
    model = model_from_label(label)
    land = model.sample(seed)
    for found, is_torus in ((theorem(model, land), False), (torus_theorem(model), True)):
        if found is not None:
            value, why = found.value, f"{found.name} [{found.reference}]"
            return GenericCount(label, land.domain.n, None if is_torus else value, value if is_torus else None, "proved", why)
    return None


def count_generic(label: str, seed: int) -> GenericCount:
    """The generic count of a model's family; for deep linear networks without a theorem the torus count only.

    Raises
    ------
    HomotopyError
        If monodromy runs do not agree.
    """
    proved = proved_count(label, seed)
    if proved is not None:
        return proved
    model = model_from_label(label)
    land = model.sample(seed)
    n = land.domain.n
    if isinstance(model, DeepLinear):
        stratum = torus_stratum(land)
        strata = [stratum]
        total: int | None = None
        torus: int | None = stratum.n_solutions
    else:
        starts = make_start_set(land)
        if starts is None:
            return GenericCount(label, n, None, None, "open", "monodromy is not known to reach all solutions of this family")
        strata = list(starts.strata)
        total = starts.n_solutions
        torus = next((s.n_solutions for s in strata if len(s.alive) == land.formulation.n_unknowns), None)
    pieces, seen = [], set()
    for s in strata:
        kind = len(s.alive), s.n_solutions
        if kind in seen or not s.alive:
            continue
        seen.add(kind)
        what = "" if len(strata) == 1 else f"{kind[0]} live unknowns: {kind[1]} solutions, "
        if 0 < len(s.solutions) <= MAX_TRACED:
            pieces.append(f"{what}{s.evidence}; {_traced(land, s)}")
        else:
            pieces.append(f"{what}{s.evidence}" + ("; no trace test was run" if len(s.solutions) else ""))
    return GenericCount(label, n, total, torus, "numerical", "; ".join(pieces))


def _traced(land: Landscape, stratum: Stratum) -> str:
    """The outcome of a trace test on the first curve on which it passes; where it passes on none, that of the last.

    A test fails without a solution missing where it loses paths, or where its curve consists of lines, on which all times are affine: the other
    curves are general ones on which the targets move, and at last one on which the l2 constants move too.
    """
    targets = ("YX",) if "YX" in land.couplings else ("Y",)
    curves = [(targets, k) for k in range(TRIES)] + [((*targets, "l2"), 0)]
    tests: list[TraceTest] = []
    for moving, seed in curves:
        tests.append(trace_stratum(land, stratum, moving, seed))
        if tests[-1].is_passed:
            break
    test, tried = tests[-1], len(tests)
    if tried == 1:
        return str(test)
    before = "on the curves before it was inconclusive" if test.is_passed else "on the others it was inconclusive too"
    return f"{test} (curve {tried} of {len(curves)}; {before})"
