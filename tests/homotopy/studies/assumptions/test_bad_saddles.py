"""Kawaguchi's bad saddles: exact Hessians of linear chains, and verdicts that can go either way."""

from fractions import Fraction

import numpy as np
import pytest

from homotopy.studies.assumptions.bad_saddles import (
    ALL_GLOBAL,
    BAD_SADDLES,
    _findings,
    bad_saddles,
    chain,
    decompose,
    inertia_at,
)
from homotopy.studies.frame.run_folder import RunFolder

SHALLOW = {"sets": [[1, 2, 0.0, 1]], "points": [[1, 4.5, 1]]}
DEEP = {"sets": [[1, 1, 4.5, 3], [2, 3, 0.0, 1]], "points": []}


@pytest.mark.parametrize("point", [(0, 0, 0), (0, 0, 2), (1, 3, 1), (Fraction(1, 2), -1, 3)])
def test_exact_inertia_is_that_of_the_hessian_in_doubles(point):
    a, b, c = map(float, point)
    r = a * b * c - 3  # V = r^2 / 2
    gradient = np.array([b * c, a * c, a * b])
    hessian = np.outer(gradient, gradient) + r * np.array([[0, c, b], [c, 0, a], [b, a, 0]])
    values = np.linalg.eigvalsh(hessian)
    expected = int((values < -1e-9).sum()), int((np.abs(values) < 1e-9).sum()), not np.abs(r * gradient).any()
    assert inertia_at(chain(3), [Fraction(v) for v in point]) == expected


def test_the_verdicts_follow_from_sets_and_hessians():
    def verdicts(n, sets):
        return {f.statement: f.verdict for f in _findings(n, sets)}

    both = {BAD_SADDLES: "holds", ALL_GLOBAL: "holds"}
    assert verdicts(2, SHALLOW) == verdicts(3, DEEP) == both
    assert set(verdicts(2, {**SHALLOW, "points": [[0, 4.5, 1]]}).values()) == {
        "fails"
    }  # a minimum above the global one
    assert verdicts(3, {**DEEP, "sets": DEEP["sets"][1:]})[ALL_GLOBAL] == "fails"  # the lines were not found
    assert set(verdicts(3, {"open": "no PHCpack"}).values()) == {"undecided"}


@pytest.mark.slow
def test_the_stationary_sets_of_both_chains(tmp_path):
    assert decompose(2) == SHALLOW and decompose(3) == DEEP
    table, findings = bad_saddles(RunFolder(tmp_path, workers=0))
    assert [f.verdict for f in findings] == ["holds"] * 4 and len(table.rows) == 4
