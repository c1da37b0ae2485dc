"""Scans whose branches and events are known."""

import json
from dataclasses import replace
from fractions import Fraction

import pytest

import homotopy as ho
import polysys as ps
from homotopy.scans import assemble, discriminant
from homotopy.scans.escapes import is_escape_value
from homotopy.scans.export import page
from homotopy.scans.family import Family
from homotopy.status import Completeness
from polysys.errors import InputError

FOLD = 2 / (3 * 3**0.5)


def _expression(text, variables=None):
    return ps.expression(text, parameters={"a": 1}, variables=variables)


@pytest.fixture(scope="module")
def cusp():
    return ho.scan(_expression("x^4/4 - x^2/2 - a*x"), a=ho.linspace(-1, 1, 6))


def _told(scan):
    return [(e.kind.value, sum(e.before.values()), sum(e.after.values())) for e in scan.events]


def test_folds_are_balls(cusp):
    assert cusp.n_real == (1, 1, 3, 3, 1, 1) and cusp.n_complex == (3,) * 6
    assert _told(cusp) == [("fold", 0, 2), ("fold", 2, 0)]
    for event, sign in zip(cusp.events, (-1, 1), strict=True):
        assert event.is_certified and event.radius <= Fraction(1, 10**13)
        # (3 a)^2 * 3 = 4 at the fold, with a in the ball
        ends = [27 * (event.centre + s * event.radius) ** 2 - 4 for s in (-1, 1)]
        assert min(ends) < 0 < max(ends) and sign * event.centre > 0
        assert event.low < event.centre < event.high
        assert event.point == pytest.approx([-sign / 3**0.5], rel=1e-8) and event.null_vector == (1.0,)
    assert cusp.coverage.verdict is Completeness.PROVED and cusp.coverage.n_solutions == 3


def test_branches_begin_and_end_at_events(cusp):
    found = {(b.index, b.begins, b.ends, len(b.values)) for b in cusp.branches}
    assert found == {(0, None, 1, 4), (0, 0, None, 4), (1, 0, 1, 2)}
    for branch in cusp.branches:
        for value, energy, (x,) in zip(branch.values, branch.energies, branch.coordinates, strict=True):
            assert x**3 - x - float(value) == pytest.approx(0, abs=1e-7)  # nine digits
            assert energy == pytest.approx(x**4 / 4 - x**2 / 2 - float(value) * x, abs=1e-8)
    assert {k for e in cusp.events for k in (*e.branches_before, *e.branches_after)} == {0, 1, 2}


def test_a_deleted_event_is_noticed(cusp):
    assert cusp.checked() is cusp
    for k in range(2):
        rest = cusp.without(k)
        assert rest.is_contradicted and rest.coverage.checks
    twice = replace(cusp, events=(cusp.events[0], *cusp.events)).checked()
    assert twice.is_contradicted


def test_a_value_within_an_event_is_marked_and_its_count_makes_no_dip():
    """x^4/4 - a x^2/2 has a triple point at a = 0, where no point is regular."""
    found = ho.scan(ps.expression("x^4/4 - a*x^2/2", parameters=["a"]), a=ho.linspace(-1, 1, 5))
    assert found.n_real == (1, 1, 0, 3, 3)
    assert "1 -> 0* -> 3 (* within an event: without the points that meet)" in repr(found)
    assert found.steps(0) == [(-1.0, 1), (-0.5, 1), (0.0, 2), (0.5, 2), (1.0, 2)]
    assert found.steps(1) == [(-1.0, 0), (-0.5, 0), (0.0, 1), (0.5, 1), (1.0, 1)]
    lacking = found.without(0)
    assert lacking.coverage.verdict is ho.Completeness.CONTRADICTED


def test_a_grid_that_jumps_over_two_folds_finds_them():
    scan = ho.scan(_expression("x^4/4 - x^2/2 - a*x"), a=[-1, 1])
    assert scan.n_real == (1, 1)
    assert _told(scan) == [("fold", 0, 2), ("fold", 2, 0)]
    rest = replace(scan, events=()).checked()
    assert rest.is_contradicted  # though the counts at the values agree


@pytest.mark.parametrize(
    ("text", "values", "real", "told", "value"),
    [
        ("x^4/4 - a*x^2/2", ho.linspace(-1, 1, 4), (1, 1, 3, 3), [("pitchfork", 1, 3)], 0),
        (
            "x^4/4 - a*x^2/2",
            ho.linspace(-1, 1, 3),
            (1, 0, 3),
            [("pitchfork", 1, 3)],
            0,
        ),  # degenerate at a value of the scan
        ("x^3/3 - a*x", ho.linspace(-1, 1, 4), (0, 0, 2, 2), [("fold", 0, 2)], 0),
        ("x^3/3 - a*x^2/2", ho.linspace(-1, 1, 4), (2, 2, 2, 2), [("transcritical", 2, 2)], 0),
        ("x^3/3 + a^2*x", [-1, 1], (0, 0), [("isolated point", 0, 0)], 0),
        ("a*x^4/4 + x^2/2 + x + y^2", [-0.1, 1], (3, 1), [("escape to infinity", 2, 0)], 0),
        ("x^5/5 - 2*x^3/3 + a*x", [-2, "1/2", 2], (2, 4, 0), [("fold", 0, 2), ("fold", 2, 0), ("fold", 2, 0)], 1),
        ("x^4/4 - (a^2 - 1/4)*x^2/2", [-1, 0, 1], (3, 1, 3), [("pitchfork", 3, 1), ("pitchfork", 1, 3)], "1/2"),
    ],
)
def test_known_events(text, values, real, told, value):
    scan = ho.scan(_expression(text), a=values)
    assert scan.n_real == real and _told(scan) == told
    assert scan.coverage.verdict is Completeness.PROVED, scan.coverage
    assert scan.events[-1].value == Fraction(value) and scan.events[-1].is_exact and scan.events[-1].is_certified


def test_a_triple_point_without_a_change_is_located_exactly():
    scan = ho.scan(_expression("x^4/4 - a*x"), a=ho.linspace(-1, 1, 4))
    assert _told(scan) == [("degenerate", 1, 1)] and scan.events[0].low < 0 < scan.events[0].high
    (event,) = scan.events
    assert (event.value, event.is_exact, event.is_certified, event.kernel_dimension) == (0, True, True, 1)


def test_nine_branches_that_meet_at_one_point_for_its_symmetry():
    """Of two equal quartics, mirrored in (1/2, 0): nine solutions meet where the Hessian there vanishes."""
    x = "(x - 1/2)"
    text = f"{x}^4/4 + y^4/4 - (a - 1/3)*({x}^2 + y^2)/2"
    scan = ho.scan(_expression(text), a=["0.2", "0.5"], tolerance="0.03")
    (event,) = scan.events
    assert event.kind is ho.EventKind.DEGENERATE and event.is_certified and event.kernel_dimension == 2
    assert event.value == Fraction(1, 3) and event.is_exact and event.point == (0.5, 0.0)
    assert (event.before, event.after) == ({0: 1}, {0: 4, 1: 4, 2: 1})
    assert "1/3 exactly" in repr(event) and "+-" not in repr(event)


def test_cusps_at_irrational_points_have_their_rational_value():
    scan = ho.scan(_expression("x^4/4 - a*x + (y^2 - 2)^2/4"), a=["-1/2", "1/2"])
    (event,) = scan.events
    assert event.kind is ho.EventKind.DEGENERATE and (event.before, event.after) == ({0: 2, 1: 1},) * 2
    assert (
        event.value == 0 and event.is_exact and not event.is_certified and event.at == 0 and event.low < 0 < event.high
    )


def test_a_meeting_at_an_irrational_value_stays_bracketed_and_has_an_equation():
    scan = ho.scan(_expression("x^4/4 + y^4/4 + x^2*y^2/3 - (a^2 - 2)*(x^2 + y^2)/2"), a=[1, 2], tolerance="0.05")
    (event,) = scan.events
    assert event.kind is ho.EventKind.DEGENERATE and not event.is_certified and event.low**2 < 2 < event.high**2
    assert event.equation == "a^2 - 2" and event.at == pytest.approx(2**0.5, abs=1e-15)
    assert "a root of a^2 - 2 by exact algebra modulo primes" in repr(event)


def test_meetings_of_an_orbit_are_certified_one_by_one():
    """Two wells at x = +-1: the pitchforks in y are images of each other at one value, apart from each other."""
    scan = ho.scan(_expression("x^4/4 - x^2/2 + y^4/2 + (a + 1 - x^2)*y^2/2"), a=["-1/2", "1/2"])
    at_zero = [e for e in scan.events if e.value == 0]
    assert [e.kind.value for e in at_zero] == ["pitchfork"] * 2 and len({e.orbit for e in at_zero}) == 1
    assert sorted(e.point for e in at_zero) == [(-1.0, 0.0), (1.0, 0.0)] and all(e.is_certified for e in at_zero)


def test_two_soft_spins():
    """Gradient x^3 - x - t y, y^3 - y - t x: 9 points to t = 1/2, 5 to t = 1, then 3."""
    scan = ho.scan(_expression("x^4/4 + y^4/4 - x^2/2 - y^2/2 - a*x*y"), a=["1/10", "3/5", "9/10", "6/5"])
    assert scan.n_real == (9, 5, 5, 3)
    assert [str(e.value) for e in scan.events] == ["1/2", "1/2", "1"] and all(
        e.is_exact and e.is_crossing_proved for e in scan.events
    )
    assert {e.kind.value for e in scan.events} == {"pitchfork"}
    assert [e.orbit for e in scan.events] == [0, 0, 1]
    assert scan.coverage.verdict is Completeness.PROVED
    assert scan.events[2].point == (0.0, 0.0)
    assert [dict(e.before) for e in scan.events] == [{1: 2, 0: 1}] * 2 + [{1: 2, 2: 1}]


def test_a_branch_from_one_event_meets_others_at_the_next():
    """x^3 = a x and y^3 = (a - 1/2) y between two values: the three points behind 0 split again at 1/2, each with two that were complex."""
    scan = ho.scan(_expression("x^4/4 - a*x^2/2 + y^4/4 - (a - 1/2)*y^2/2"), a=[-1, 1])
    assert scan.n_real == (1, 9) and _told(scan) == [("pitchfork", 1, 3)] * 4
    assert [str(e.value) for e in scan.events] == ["0", "1/2", "1/2", "1/2"] and all(e.is_exact for e in scan.events)
    assert [e.orbit for e in scan.events] == [0, 1, 2, 1]
    assert scan.coverage.verdict is Completeness.PROVED and not scan.coverage.gaps


@pytest.mark.parametrize(
    ("text", "told", "values"),
    [
        # transcritical at 0, as F_xx = 1/50 there, and a fold at x = 1/200
        ("a*x^2/2 + x^3/300 - x^4/4", [("fold", 0, 2), ("transcritical", 2, 2)], ["-1/40000", "0"]),
        # the fold points of x^3 - 3 s^2 x + a are at a = +-2 s^3
        ("x^4/4 - 3*(1/100)^2*x^2/2 + a*x", [("fold", 0, 2), ("fold", 2, 0)], ["-1/500000", "1/500000"]),
        # complex solutions meet at 0, real ones at 1e-6
        ("x^3/3 - a*x + y^3/3 - (a - 1/10^6)*y", [("fold", 0, 2)] * 2, ["1/1000000"] * 2),
        # three folds of the same two solutions
        (
            "x^3/3 - a*(a - 1/10^5)*(a - 2/10^5)*x",
            [("fold", 0, 2), ("fold", 2, 0), ("fold", 0, 2)],
            ["0", "1/100000", "1/50000"],
        ),
        # a subcritical pitchfork at 0: x^4 - x^2/250 - a has its double zeros at a = -4e-6
        ("x^6/6 - x^4/1000 - a*x^2/2", [("fold", 0, 2)] * 2 + [("pitchfork", 3, 1)], ["-1/250000"] * 2 + ["0"]),
    ],
)
def test_events_that_share_a_usual_bracket_are_told_apart(text, told, values):
    scan = ho.scan(_expression(text), a=["-0.7", "0.9"])
    assert _told(scan) == told and all(e.is_certified for e in scan.events)
    assert all(abs(e.centre - Fraction(v)) <= e.radius for e, v in zip(scan.events, values, strict=True))
    assert scan.coverage.verdict is Completeness.PROVED, scan.coverage


@pytest.mark.parametrize("text", ["a*x^2/2 + x^3/300 - x^4/4", "x^4/4 - 3*(1/100)^2*x^2/2 + a*x"])
def test_close_events_are_told_apart_without_exact_algebra(text, monkeypatch):
    monkeypatch.setattr(assemble, "discriminant_of", lambda family: None)
    scan = ho.scan(_expression(text), a=["-0.7", "0.9"])
    assert len(scan.events) == 2 and scan.events[0].kind is ho.EventKind.FOLD
    assert scan.events[1].kind in (ho.EventKind.FOLD, ho.EventKind.TRANSCRITICAL)


def test_events_closer_than_doubles_tell_leave_the_list_open():
    """The fold of x^2 - x/10^7 - a is at x = 5e-8 and a = -2.5e-15."""
    scan = ho.scan(_expression("a*x^2/2 + (1/10^7)*x^3/3 - x^4/4"), a=["-0.7", "0.9"])
    assert scan.events[0].kind is not ho.EventKind.PITCHFORK
    assert len(scan.events) == 2 or scan.coverage.verdict is Completeness.UNKNOWN
    assert scan.events[0].kind is ho.EventKind.FOLD or "not resolved" in scan.coverage.reason


def test_a_missing_point_of_the_discriminant_leaves_the_list_open(monkeypatch):
    """Counts modulo primes are no proof: they do not contradict a list."""
    real = discriminant.discriminant_of

    def moved(family):
        found = real(family)
        other = real(replace(family, terms={(4, 0): Fraction(1, 4), (2, 0): Fraction(-1, 8), (1, 1): Fraction(-1)}))
        return replace(found, real=(*found.real, *other.real))

    monkeypatch.setattr(assemble, "discriminant_of", moved)
    scan = ho.scan(_expression("x^4/4 - x^2/2 - a*x"), a=[-1, 1])
    assert len(scan.events) == 2 and scan.coverage.verdict is Completeness.UNKNOWN
    assert "modulo primes" in scan.coverage.reason and "where no event is" in scan.coverage.reason


def test_what_is_far_out_does_not_escape_for_that():
    shifted = "(x-70)^4/4 - (a^3-2)*(x-70)^2/2 + (y-70)^4/4 - (a^3-2)*(y-70)^2/2"
    scan = ho.scan(_expression(shifted), a=[1, "1.5"])
    (event,) = scan.events
    assert event.kind is ho.EventKind.DEGENERATE and event.at == pytest.approx(2 ** (1 / 3), abs=1e-12)
    large = ho.scan(_expression("x^4/4 - 3*(10^10)*x^2/2 + a*10^15*x"), a=[1, 3])
    assert _told(large) == [("fold", 2, 0)] and large.events[0].value == 2 and large.events[0].is_exact


def test_escapes_are_confirmed_at_their_value():
    """a^2 x^3 - x + 1 = 0 has solutions near +-1/a, and folds at a = +-2 / (3 sqrt 3)."""
    scan = ho.scan(_expression("a^2*x^4/4 - x^2/2 + x"), a=["-0.7", "0.9"])
    assert _told(scan) == [("fold", 0, 2), ("escape to infinity", 2, 2), ("fold", 2, 0)]
    assert scan.coverage.verdict is Completeness.PROVED
    family = Family(ps.expression("x^2").sample().domain, ("x",), {(4, 2): Fraction(1, 4), (1, 0): Fraction(1)})
    assert is_escape_value(family, Fraction(-1, 7), Fraction(1, 5))
    assert not is_escape_value(family, Fraction(1, 7), Fraction(1, 5))


def test_a_value_by_exact_algebra_is_not_said_to_be_exact(monkeypatch):
    """Complex solutions meet at 0; the real ones, in the same bracket, at 1e-6."""
    monkeypatch.setattr(assemble, "discriminant_of", lambda family: None)
    scan = ho.scan(_expression("x^3/3 - a*x + y^3/3 - (a - 1/10^6)*y"), a=[-1, 1])
    for event in scan.events:
        assert event.is_certified or ("exactly" not in repr(event) and event.low <= Fraction(event.at) <= event.high)
    assert any(e.low <= Fraction(1, 10**6) <= e.high for e in scan.events)


def test_the_same_list_from_another_grid_and_seed():
    model = ps.SphericalPSpin(n=3, p=3)
    first = ho.scan(model, field=ho.linspace(0, 3, 3), seed=5)
    second = ho.scan(
        "spherical-p-spin:n=3,p=3,field={h}", h=ho.linspace(0, 3, 4), index=0, options=ho.Options(seed=9), seed=5
    )
    assert _told(first) == _told(second) and first.events
    assert [e.centre for e in first.events] == [e.centre for e in second.events]
    assert first.coverage.verdict is second.coverage.verdict is Completeness.PROVED


def test_a_function_of_the_value():
    scan = ho.scan(lambda a: ps.expression(f"x^3/3 - ({a})*x"), a=[-1, 1])
    assert _told(scan) == [("fold", 0, 2)]
    other = ho.scan(lambda a: ps.expression(f"x^3/3 - ({1 / (2 + a)})*x"), a=[-1, 1])
    assert (
        other.n_real == (2, 2)
        and other.coverage.verdict is Completeness.UNKNOWN
        and "no polynomial" in other.coverage.reason
    )


def test_several_samples_have_means():
    scan = ho.scan(ps.SphericalPSpin(n=2, p=3), field=[0, 1, 2], samples=6, seed=2)
    means = scan.means("n_real")
    assert [m.n for m in means] == [6] * 3 and all(2 <= m.value <= 6 for m in means)
    total = [sum(scan.means(k)[i].value for k in range(scan.dimension + 1)) for i in range(3)]
    assert total == pytest.approx([m.value for m in means])
    assert scan.summary()["means"][0]["n_real"]["low"] <= means[0].value


def test_tables_page_and_json(cusp, tmp_path):
    assert len(cusp.rows("values")) == 6 and len(cusp.rows("events")) == 2
    assert cusp.to_csv("events").splitlines()[0].startswith("kind,at,low,high")
    assert len(cusp.rows("branches")) == sum(len(b.values) for b in cusp.branches)
    assert json.loads(json.dumps(cusp.summary()))["events"][0]["kind"] == "fold"
    assert "<h2>Events</h2>" in page(cusp) and len(repr(cusp).splitlines()) <= 10
    axes = cusp.plot()
    assert len(axes.lines) >= len(cusp.branches)
    ho.plots.save_figure(ho.plots.plot_scan(cusp), tmp_path / "cusp.svg")
    assert (tmp_path / "cusp.svg").stat().st_size > 1000


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({}, "No parameter"),
        ({"a": [0, 1], "b": [0, 1]}, "2 parameters"),
        ({"b": [0, 1]}, "no parameter 'b'"),
        ({"a": [0]}, "1 value"),
        ({"a": [0, 1], "samples": 0}, "samples"),
        ({"a": [0, 1], "tolerance": 0}, "not positive"),
    ],
)
def test_bad_scans(arguments, word):
    with pytest.raises(InputError, match=word):
        ho.scan(_expression("x^3 - a*x"), **arguments)
