"""Members of a family from its terms: the same polynomials as by multiplying each out."""

from __future__ import annotations

from fractions import Fraction
from math import prod

import pytest

import polysys as ps
from polysys.formulations import affine
from polysys.formulations.affine import affine_terms, member_terms
from polysys.tape import trace

LABELS = [
    "spherical-p-spin:n=4,p=3",
    "spherical-p-spin:n=3,p=2-4,field=1/3",
    "spherical-p-spin:n=4,p=3,couplings=square-free",
    "layered-spin-glass:widths=2-3-2",
    "layered-spin-glass:widths=2-2,degrees=2-1",
]


@pytest.mark.filterwarnings("ignore:Square-free couplings")
@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("index", [0, 1])
def test_a_member_is_what_multiplying_out_gives(label: str, index: int) -> None:
    land = ps.model_from_label(label).sample(5, index)
    assert land.potential == land._expand(land.couplings)


def test_vanishing_couplings_leave_no_terms() -> None:
    land = ps.SphericalPSpin(n=2, p=2).from_tensors([[1, 0], [0, 2]])
    assert land.potential == land._expand(land.couplings)
    assert len(land.potential) == 2


def test_products_of_parameters_are_not_affine() -> None:
    assert affine_terms(trace(lambda x, p: [p[0] * p[1] * x[0]], 1, 2)) is None
    assert affine_terms(trace(lambda x, p: [(p[0] * x[0]) ** 2], 1, 1)) is None


def test_terms_that_cancel_for_a_member_are_left_out() -> None:
    terms = affine_terms(trace(lambda x, p: [(p[0] - 2) * x[0] ** 3 + x[0]], 1, 1))
    assert terms is not None
    assert member_terms(terms, [Fraction(2)]) == {(1,): 1}
    assert member_terms(terms, [Fraction(3)]) == {(3,): 1, (1,): 1}


def test_products_of_many_layers_are_given_up_early(monkeypatch: pytest.MonkeyPatch) -> None:
    """However few the terms of each: 2^11 in the end, after 2^12 products of terms, which count twice in 22 variables."""
    pairs = [range(2 * k, 2 * k + 2) for k in range(11)]
    tape = trace(lambda x, p: [prod((x[i] + x[j] for i, j in pairs), start=p[0])], 22, 1)
    monkeypatch.setattr(affine, "_MOST_PRODUCTS", 2**13)
    assert len(affine_terms(tape) or {}) == 2**11
    monkeypatch.setattr(affine, "_MOST_PRODUCTS", 2**13 - 8)
    assert affine_terms(tape) is None
