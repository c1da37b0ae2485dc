"""Singular solutions of a squared-up system as solutions of the equations as given, of which there are more."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from homotopy.counting.degenerate.stationary_set import SetKind, StationarySet
from polysys.algebra.local_algebra import local_structure
from polysys.own_equations import Equations

_RESIDUAL = 1e-8  # relative to its terms, above which a singular end does not solve an equation as given


def as_given(problem: Equations, singular: StationarySet) -> StationarySet | None:
    """Singular solutions of the square system as solutions of the equations as given; None where they are none.

    At rational points that is decided exactly, with the multiplicity; elsewhere by residuals in doubles, and the multiplicity is at
    most that of the square system.
    """
    if singular.kind is not SetKind.ISOLATED:
        return singular
    if singular.exact is not None:
        if any(problem.given_tape.evaluate(list(singular.exact))):
            return None
        local = local_structure(problem.system, singular.exact, more=problem.given_terms)
        return replace(singular, multiplicity=local.multiplicity, is_multiplicity_proved=local.is_proved)
    return replace(singular, is_multiplicity_proved=False) if _may_solve(problem, singular) else None


def _may_solve(problem: Equations, singular: StationarySet) -> bool:
    x = np.array(singular.samples[0])
    for terms in problem.given_terms:
        parts = np.array([float(c) * np.prod(x ** np.array(e)) for e, c in terms.items()])
        if abs(parts.sum()) > _RESIDUAL * max(1.0, np.abs(parts).sum()):
            return False
    return True
