"""Generic counts of complex stationary points: by a theorem where there is one, else by monodromy with a trace test."""

from __future__ import annotations

from homotopy.engines.starts.start_set import Stratum, make_start_set, torus_stratum
from homotopy.engines.starts.trace_test import TraceTest, trace_stratum
from homotopy.tables.kinds.theorems import GenericCount
from polysys.counts import of_landscape
from polysys.landscape import Landscape
from polysys.models.base import Model
from polysys.models.labels import model_from_label

TRIES = 3  # curves on which a trace test is tried with the targets alone moving
MAX_TRACED = 700  # solutions (sign orbits) of a stratum whose completeness a trace test is asked about


def proved_count(label: str, seed: int) -> GenericCount | None:
    """What a theorem says about a model's family: its generic count, or the number without a zero coordinate."""
    model = model_from_label(label)
    land = model.sample(seed)
    total, torus = of_landscape.generic_count(land), model.torus_count()
    found = total or torus
    if found is None:
        return None
    n_torus = None if torus is None or (total is not None and model.torus_parts()) else torus.value  # else strata give it
    why = f"{found.name} [{found.reference}]"
    return GenericCount(label, land.domain.n, None if total is None else total.value, n_torus, "proved", why)


def count_generic(label: str, seed: int) -> GenericCount:
    """The generic count of a model's family; where it is the sum of torus counts and not proved, the torus count only.

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
    if model.torus_parts():
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
            pieces.append(f"{what}{s.evidence}; {_traced(model, land, s)}")
        else:
            pieces.append(f"{what}{s.evidence}" + ("; no trace test was run" if len(s.solutions) else ""))
    return GenericCount(label, n, total, torus, "numerical", "; ".join(pieces))


def _traced(model: Model, land: Landscape, stratum: Stratum) -> str:
    """The outcome of a trace test on the first curve on which it passes; where it passes on none, that of the last.

    A test fails without a solution missing where it loses paths, or where its curve consists of lines, on which all times are affine: the other
    curves are general ones on which few couplings move (the targets of a network), and at last those on which more do (its l2 constants too).
    """
    few, *more = model.moving_couplings(land.couplings)
    curves = [(few, k) for k in range(TRIES)] + [(moving, 0) for moving in more]
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
