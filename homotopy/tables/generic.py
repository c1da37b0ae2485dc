"""Generic counts of complex stationary points: by a theorem where there is one, else by monodromy with a trace test."""

from __future__ import annotations

from homotopy.start_sets import make_start_set, torus_stratum
from homotopy.tables.theorems import GenericCount, theorem
from homotopy.trace_test import trace_stratum
from polysys.labels import model_from_label
from polysys.models.deep_linear import DeepLinear

MAX_TRACED = 700  # solutions (sign orbits) of a stratum whose completeness a trace test is asked about


def count_generic(label: str, seed: int) -> GenericCount:
    """The generic count of a model's family; for deep linear networks without a theorem the torus count only.

    Raises
    ------
    HomotopyError
        If monodromy runs do not agree.
    """
    model = model_from_label(label)
    land = model.sample(seed)
    proved = theorem(model, land)
    n = land.domain.n
    if proved is not None:
        return GenericCount(label, n, proved.value, None, "proved", f"{proved.name} [{proved.reference}]")
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
    moving = ("YX",) if "YX" in land.couplings else ("Y",)
    for s in strata:
        kind = len(s.alive), s.n_solutions
        if kind in seen or not s.alive:
            continue
        seen.add(kind)
        what = "" if len(strata) == 1 else f"{kind[0]} live unknowns: {kind[1]} solutions, "
        if 0 < len(s.solutions) <= MAX_TRACED:
            pieces.append(f"{what}{s.evidence}; {trace_stratum(land, s, moving)}")
        else:
            pieces.append(f"{what}{s.evidence}" + ("; no trace test was run" if len(s.solutions) else ""))
    return GenericCount(label, n, total, torus, "numerical", "; ".join(pieces))
