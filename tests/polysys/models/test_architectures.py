"""Architectures and the glass they are mapped to: exact arithmetic against enumeration and numbers done by hand."""

import itertools
from math import log, prod

import pytest
from flint import arb, ctx
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import optimize

from polysys.counts import cartwright_sturmfels
from polysys.errors import InputError
from polysys.models.architectures import (
    TURNING_DEPTH,
    Architecture,
    Convention,
    bounds_of,
    interpolated_count,
    nearest_architecture,
    whole_series,
)

CONVENTIONS = [Convention(), Convention(0, 0), Convention(4, 3), Convention(3, 0), Convention(10, 10)]


def test_an_example_by_hand():
    """Iris: 4-5-3 has 35 weights and 60 paths, Lambda = sqrt(60) = 7.745..; depth 2 counts Lambda itself."""
    net = Architecture((4, 5, 3))
    assert (net.depth, net.n_weights, net.n_paths) == (2, 35, 60)
    assert (net.spins_below, net.spins_above, net.has_whole_spins) == (7, 8, False)
    assert net.spins.str(6) == "[7.74597 +/- 3.31e-6]"
    assert (net.n_complex_below, net.n_complex_above) == (7, 8)
    assert float(interpolated_count(net.spins, 2)) == pytest.approx(60**0.5)


@given(st.lists(st.integers(1, 30), min_size=2, max_size=12))
def test_whole_parts_of_lambda_are_exact(widths):
    net = Architecture(tuple(widths))
    assert net.spins_below**net.depth <= net.n_paths < (net.spins_below + 1) ** net.depth
    assert net.spins_above - net.spins_below == (net.spins_below**net.depth != net.n_paths)
    low, high = bounds_of(net.spins)
    assert low**net.depth <= net.n_paths <= high**net.depth
    assert net.n_complex_below <= net.n_complex_above


@given(st.integers(1, 12), st.integers(2, 12))
def test_constant_width_and_one_output_need_no_rounding(n, depth):
    net = Architecture((n,) * depth + (1,))
    assert net.has_whole_spins and net.spins_below == n and net.n_weights == (depth - 1) * n * n + n
    assert Convention().spins(net.n_weights, depth).contains(n)
    assert interpolated_count(arb(n), depth).contains(cartwright_sturmfels(n, depth).value)


@given(st.sampled_from(CONVENTIONS), st.integers(20, 300), st.integers(1, 30))
def test_the_width_gives_the_number_of_weights(convention, n_weights, depth):
    try:
        n = convention.width(n_weights, depth)
    except InputError:
        assume(False)
    ends = [convention.inputs, *(0,) * (depth - 1), convention.outputs]
    with ctx.workprec(256):
        widths = [arb(w) if w else n for w in ends]
        assert sum(a * b for a, b in itertools.pairwise(widths)).contains(n_weights)
        assert (convention.spins(n_weights, depth) ** depth).overlaps(prod(widths[1:], start=widths[0]))
    whole = convention.width_below(n_weights, depth)
    assert whole <= n and not whole + 1 <= n


@pytest.mark.parametrize("convention", CONVENTIONS, ids=str)
@pytest.mark.parametrize(("n_weights", "depth"), [(30, 3), (30, 4), (47, 3), (60, 5), (100, 2)])
def test_nearest_architectures_against_enumeration(convention, n_weights, depth):
    low = max(1, convention.width_below(n_weights, depth))
    ends = [convention.inputs, *(0,) * (depth - 1), convention.outputs]
    every = [Architecture(w) for w in itertools.product(*[(e,) if e else (low, low + 1) for e in ends])]
    best = min(every, key=lambda a: (abs(a.n_weights - n_weights), a.n_weights, -a.n_paths, [-w for w in a.widths]))
    assert nearest_architecture(n_weights, depth, convention) == best


def test_deep_architectures_need_no_enumeration():
    net = nearest_architecture(100, 60)
    assert net.depth == 60 and net.n_weights == 100 and set(net.widths) <= {1, 2}


def test_series_of_whole_lambda():
    series = whole_series(100, 0.15)
    assert [n.depth for n in series] == sorted({n.depth for n in series})
    for net in series:
        assert net.has_whole_spins and abs(net.n_weights - 100) <= 15
    assert [(n.depth, n.n_complex_below) for n in whole_series(30, 0.1)] == [(2, 5), (4, 13), (8, 8)]
    assert whole_series(31, 0.0) == ()


def test_the_count_turns_at_the_depth_derived_for_many_weights():
    """The maximum of sqrt(N/(H-1)) log(H-1) by an optimiser; where the exact count turns tends to it."""
    found = optimize.minimize_scalar(
        lambda h: -log(h - 1) / (h - 1) ** 0.5, bounds=(3, 30), method="bounded", options={"xatol": 1e-10}
    )
    assert pytest.approx(found.x, abs=1e-6) == TURNING_DEPTH

    def turning(n_weights):
        logs = {h: interpolated_count(Convention().spins(n_weights, h), h).log() for h in range(2, 16)}
        return max(logs, key=lambda h: float(logs[h]))

    assert [turning(10**k) for k in (2, 3, 8)] == [5, 7, 8]


def test_growing_deeper_ends_where_widths_are_one():
    assert Convention().max_depth(30) == 30 and Convention(0, 0).max_depth(12) == 12
    assert Convention(4, 3).max_depth(30) == 25  # 4 + 3 + 23 ones
    with pytest.raises(InputError, match="no width"):
        Convention(10, 10).width(5, 1)
    with pytest.raises(InputError):
        Architecture((3,))
    with pytest.raises(InputError):
        Architecture((3, 0))
