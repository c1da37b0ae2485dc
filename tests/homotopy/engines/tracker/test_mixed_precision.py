"""Residuals in double-double along ill-conditioned paths."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from sympy import I, Rational

import polysys as ps
from homotopy.common.jit import compiled
from homotopy.engines.starts.cache import start_set
from homotopy.engines.starts.start_set import stratum_equations
from homotopy.engines.tracker.batch import track_paths
from homotopy.engines.tracker.decisions import REACHED
from homotopy.engines.tracker.driver import make_homotopy, track_loop
from homotopy.engines.tracker.extended import between, registers, run_tape, shares
from homotopy.engines.tracker.kernels import WIDE
from homotopy.engines.tracker.options import TrackerOptions
from homotopy.engines.tracker.program import compile_homotopy
from homotopy.status import PathStatus
from polysys.tape import trace
from tests.homotopy import tracker_systems as systems


@compiled
def _run(ops: Any, left: Any, right: Any, reg: Any) -> None:
    run_tape(ops, left, right, reg)  # type: ignore[call-arg]  # an intrinsic is typed one argument longer


def exact(pair: Any) -> tuple[Fraction, Fraction]:
    re, re_low, im, im_low = map(Fraction, pair.tolist())
    return re + re_low, im + im_low


def test_a_tape_has_31_digits() -> None:
    """(1 + a)(1 - a) - 1 + a^2 for a = 2^-40 is zero exactly; in doubles a^2 is lost."""
    tape = trace(lambda x, p: [(1 + x[0]) * (1 - x[0]) - 1, x[0] * p[0] / 3], 1, 1)
    reg = registers(tape)
    reg[0, 0], reg[1, 0], reg[1, 2] = 2.0**-40, 0.1, 0.7
    _run(tape.ops, tape.left, tape.right, reg)
    square, product = (exact(reg[o]) for o in tape.outputs.tolist())
    assert square == (-Fraction(1, 2**80), 0)
    for found, factor in zip(product, (0.1, 0.7), strict=True):
        assert abs(found / (Fraction(factor) / 3 / 2**40) - 1) < Fraction(1, 10**30)


@pytest.mark.parametrize("t", [0.0, 0.3, 1.0, 1 - 2.0**-50, 0.2 + 0.9j, -0.1 - 0.4j])
def test_rounded_times_stand_for_a_place_on_the_segment(t: complex) -> None:
    """(s p0 + t p1)/(s + t) = p0 + r (p1 - p0) for one and the same r."""
    p0, p1 = np.array([0.3 + 0.1j, -1.7j]), np.array([2.0 + 0j, 1e-3 - 5j])
    s = complex(1 - t) * (1 + 2.0**-52)
    of = shares(s.real, s.imag, complex(t).real, complex(t).imag)

    for k in range(2):
        a, b, u, v = (_rational(z) for z in (p0[k], p1[k], s, t))
        wanted = (u * a + v * b) / (u + v)
        re, im = exact(np.array(between(of, *(part for z in (p0[k], p1[k]) for part in (z.real, z.imag)))))
        assert abs(complex(wanted - (Rational(re) + I * Rational(im)))) < 1e-30


def _rational(z: complex) -> Any:
    return Rational(Fraction(complex(z).real)) + I * Rational(Fraction(complex(z).imag))


def small_weight_decay(e: float) -> tuple[Any, Any, list[Any]]:
    """A 2-2-2 network's largest stratum, and a way from its start member to one with l2 values e times as large.

    Weights grow like 1 / sqrt(e), the condition number like 1 / e^2: the products of the weights stay what they are.
    """
    landscape = ps.model_from_label("deep-linear:widths=2-2-2,data=gaussian").sample(1)
    starts = start_set(landscape)
    assert starts is not None
    stratum = starts.strata[-1]
    way = [stratum.parameters.copy() for _ in range(3)]
    is_decay = [name == "l2" for name, values in landscape.couplings.items() for _ in range(values.size)]
    for member, factor in zip(way[1:], (e**0.5 * np.exp(0.3j), e * np.exp(1j)), strict=True):
        member[np.array(is_decay)] *= factor
    return compile_homotopy(stratum_equations(landscape, stratum.alive)), stratum.solutions, way


@pytest.mark.parametrize("e", [1e-3, 3e-4, 1e-4])
def test_all_solutions_survive_a_way_to_an_ill_conditioned_member_and_back(e: float) -> None:
    program, solutions, way = small_weight_decay(e)
    there = track_loop(program, way, solutions)
    assert there.counts()[PathStatus.REGULAR] == len(solutions) == 48
    assert there.conditions.max() > 0.1 / e**2
    back = track_loop(program, way[::-1], there.solutions[0])
    assert back.counts()[PathStatus.REGULAR] == 48
    np.testing.assert_allclose(back.solutions[0], solutions, rtol=0, atol=1e-10 * np.abs(solutions).max())


def test_doubles_alone_lose_some_of_them() -> None:
    """Else the test above would show nothing."""
    program, solutions, way = small_weight_decay(1e-4)
    plain = TrackerOptions(is_mixed=False, n_retries=0)
    there = track_loop(program, way, solutions)
    back = track_loop(program, way[::-1], there.solutions[0], plain)
    assert back.counts()[PathStatus.REGULAR] < 48


def test_well_conditioned_paths_never_use_them() -> None:
    p0, starts = systems.fermat(8, 3, 1)
    p1 = np.atleast_2d(np.asarray(systems.kostlan(8, 3, 1, 1001), complex))
    program = compile_homotopy(systems.cubic_spin(8), p0 == 0, [True] * len(p0))
    x = np.asarray(starts, complex)
    homotopy = make_homotopy(program, p0, p1)
    ends = [track_paths(homotopy, np.zeros(len(x), int), x, TrackerOptions(is_mixed=m)) for m in (True, False)]
    assert (ends[0].outcome == REACHED).all()
    assert ends[0].info[:, WIDE].sum() == 0
    np.testing.assert_array_equal(ends[0].x, ends[1].x)
