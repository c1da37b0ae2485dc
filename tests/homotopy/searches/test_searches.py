"""Searches: their arithmetic against independent code, their physics against exact averages, their end points against censuses."""

from dataclasses import replace
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from scipy.special import i0, i1

import homotopy as ho
import polysys as ps
from homotopy.graphs.flow import Flow
from homotopy.searches.gradient_norm import _second_order
from homotopy.searches.quench import quench
from homotopy.searches.result import Run
from homotopy.searches.sgd import _batch_gradient, _langevin, _with_data
from homotopy.searches.simulated_annealing import anneal
from homotopy.searches.streams import Noise
from homotopy.searches.surface import Program, Surface
from polysys.errors import InputError

LANDSCAPES = [
    ps.SphericalPSpin(n=4, p=3).sample(seed=1),
    ps.SphericalPSpin(n=3, p=(2, 3), field=1).sample(seed=2),
    ps.LayeredSpinGlass(widths=(2, 3, 2)).sample(seed=3),
    ps.DeepLinear(widths=(2, 1, 2), data="gaussian").sample(seed=4),
    ps.expression("x^4/4 - x^2/2 + x*y + y^4/4 + y^2/2").sample(),
]
SEARCHES = [
    ho.searches.random_newton,
    ho.searches.gradient_descent,
    ho.searches.sgd,
    ho.searches.simulated_annealing,
    ho.searches.basin_hopping,
    ho.searches.gradient_norm,
    ho.searches.transition_states,
]
FAST = {"sgd": {"steps": 100}, "simulated_annealing": {"steps": 100}, "basin_hopping": {"hops": 3}}


def _named(landscapes):
    return [land.label for land in landscapes]


@pytest.mark.parametrize("land", LANDSCAPES, ids=_named(LANDSCAPES))
def test_energies_and_derivatives_agree_with_the_monomials(land):
    """:class:`homotopy.graphs.descent.Flow` sums monomials point by point; the surface runs tapes over many points."""
    flow, surface = Flow(land), Surface(land)
    x = surface.random_points(7, range(40))  # more than the lanes of one block
    assert surface.energies(x) == pytest.approx(np.array([flow.energy(p) for p in x]), rel=1e-11)
    assert surface.gradients(x) == pytest.approx(np.array([flow.gradient(p) for p in x]), rel=1e-9, abs=1e-11)
    tangent = surface.projected(x, np.random.default_rng(0).standard_normal(x.shape))
    step = 1e-6
    moved = surface.projected(
        x, surface.gradients(surface.on_domain(x + step * tangent)) - surface.gradients(surface.on_domain(x - step * tangent))
    )
    applied = (surface.hessians(x) @ tangent[:, :, None])[:, :, 0]
    assert applied == pytest.approx(moved / (2 * step), rel=1e-5, abs=1e-5 * np.abs(applied).max())


@pytest.mark.parametrize("land", LANDSCAPES, ids=_named(LANDSCAPES))
def test_certified_points_have_no_gradient_and_the_same_index(land):
    census = ho.census(land)
    surface = Surface(land)
    x = np.array([[float(c.mid()) for c in p.coordinates] for p in census.points])
    assert np.abs(surface.gradients(x)).max() < 1e-9 * surface.typical_gradient
    assert surface.energies(x) == pytest.approx(np.array([float(p.energy.mid()) for p in census.points]))
    assert (surface.modes(x)[0] < 0).sum(axis=1).tolist() == [p.index for p in census.points]


@pytest.mark.parametrize("land", LANDSCAPES[:4], ids=_named(LANDSCAPES[:4]))
def test_the_second_derivative_of_the_norm_of_the_gradient(land):
    """The change of grad W = H g along a direction, by differences, is the Hessian that the minimisation uses."""
    surface = Surface(land)
    x = surface.random_points(3, range(10))
    g = surface.gradients(x)
    force, values, vectors = _second_order(surface, x, g, np.linalg.norm(g, axis=1))
    tangent = surface.projected(x, np.random.default_rng(1).standard_normal(x.shape))

    def slope(y):
        return (surface.hessians(y) @ surface.gradients(y)[:, :, None])[:, :, 0]

    step = 1e-5
    ahead, behind = (surface.on_domain(x + sign * step * tangent) for sign in (1, -1))
    moved = surface.projected(x, slope(ahead) - slope(behind)) / (2 * step)
    found = (vectors * (values * (vectors * tangent[:, :, None]).sum(axis=1))[:, None, :]).sum(axis=2)
    assert force == pytest.approx(slope(x))
    assert found == pytest.approx(moved, rel=1e-4, abs=1e-4 * np.abs(moved).max())


@pytest.mark.parametrize("search", SEARCHES, ids=[s.__name__ for s in SEARCHES])
def test_run_k_depends_on_seed_and_k_only(search):
    choices = FAST.get(search.__name__, {})
    few, many = (search(LANDSCAPES[0], starts=n, seed=5, **choices) for n in (4, 9))
    of_few = many.points[many.start_of < 4], many.start_of[many.start_of < 4]
    assert np.array_equal(few.points, of_few[0]) and np.array_equal(few.start_of, of_few[1])
    other = search(LANDSCAPES[0], starts=4, seed=6, **choices)
    assert not np.array_equal(few.points, other.points)


@pytest.mark.parametrize("search", SEARCHES, ids=[s.__name__ for s in SEARCHES])
@pytest.mark.parametrize("land", LANDSCAPES, ids=_named(LANDSCAPES))
def test_what_searches_report_is_in_the_census_with_that_index(search, land):
    """End points with a vanishing gradient are certified points of the index that the search states."""
    census = ho.census(land)
    found = search(land, starts=15, seed=2, **FAST.get(search.__name__, {}))
    report = ho.searches.recall(census, found)
    assert len(str(report).splitlines()) <= 10 and len(str(found).splitlines()) <= 10
    assert report.n_unlisted == 0
    is_stationary = found.gradient_norms <= 1e-9 * Surface(land).typical_gradient
    assert ((report.owner >= 0) == is_stationary).all()
    if search is not ho.searches.gradient_norm:
        assert is_stationary.all() and report.precision() == 1.0
    stated = {int(k) for k in found.indices}
    assert all(report.precision(k) == 1.0 for k in stated if is_stationary[found.indices == k].all())
    if search in (ho.searches.gradient_descent, ho.searches.sgd, ho.searches.simulated_annealing, ho.searches.basin_hopping):
        assert stated == {0} and found.n_failed == 0
    if search is ho.searches.transition_states and found.n_points:
        assert stated == {1}


def test_false_minima_of_the_norm_are_minima_and_no_stationary_points():
    """Doye & Wales 2002: end points where the gradient is in the kernel of the Hessian, and does not vanish."""
    land = ps.SphericalPSpin(n=6, p=3).sample(seed=3)
    census = ho.census(land)
    found = ho.searches.gradient_norm(land, starts=100, seed=1)
    report = ho.searches.recall(census, found)
    assert report.n_false > 0 and report.n_false + int((report.owner >= 0).sum()) == found.n_points
    assert min(report.false_gradients) > 1e-3
    flow = Flow(land)
    rng = np.random.default_rng(0)
    for x in found.points[report.owner < 0]:
        here = np.linalg.norm(flow.gradient(x))
        near = [flow.on_domain(x + 1e-3 * rng.standard_normal(6)) for _ in range(50)]
        assert min(np.linalg.norm(flow.gradient(y)) for y in near) >= here * (1 - 1e-12)


def test_end_points_of_descent_are_those_of_the_gradient_flow_in_one_dimension():
    """Between two maxima there is one minimum, and descent from there must end in it."""
    land = ps.expression("x^6/6 - 7*x^4/2 + 9*x^2 + x/5").sample()
    census = ho.census(land)
    points = sorted((float(p.coordinates[0].mid()), p.index) for p in census.points)
    assert [index for _, index in points] == [0, 1, 0, 1, 0]
    surface = Surface(land)
    starts = surface.random_points(1, range(200)) * 2
    found = quench(surface, starts)
    walls = [x for x, index in points if index == 1]
    minima = np.array([x for x, index in points if index == 0])
    expected = minima[np.searchsorted(walls, starts[:, 0])]
    assert found.is_converged.all()
    assert found.points[:, 0] == pytest.approx(expected, abs=1e-6)


def test_runs_to_infinity_are_counted_as_failed():
    land = ps.expression("x^3/3 + x + y^2").sample()  # unbounded below, without a stationary point
    found = ho.searches.gradient_descent(land, starts=10, seed=1)
    assert (found.n_points, found.n_failed) == (0, 10)
    assert "10 did not converge" in str(found)


def test_metropolis_samples_the_boltzmann_distribution_on_the_circle():
    """On the circle with V = x the mean of V at temperature T is -I1(1/T)/I0(1/T)."""
    land = ps.expression("x + 0*y^2", ps.Sphere(2), variables=("x", "y")).sample()
    surface = Surface(land)
    x = anneal(surface, surface.random_points(1, range(2000)), 1, np.full(200, 0.7))
    found, expected = x[:, 0], -i1(1 / 0.7) / i0(1 / 0.7)
    assert abs(found.mean() - expected) < 4 * found.std() / np.sqrt(2000)


def test_langevin_noise_has_the_stated_temperature():
    """In V = h x^2/2 the steps x <- (1 - a h) x + sqrt(2 a T) xi have the variance T / (h (1 - a h / 2))."""
    run = Run("", ps.expression("3*x^2/2").sample(), 4000, 1, 1.0, "")
    step, text = _langevin(run, 0.5)
    x, rate = run.starts(), 0.1
    for _ in range(60):
        x = x + step(x, rate, 1.0)
    expected = 0.5 / (3 * (1 - rate * 3 / 2))
    assert abs(x.var() / expected - 1) < 4 * np.sqrt(2 / 4000) and "temperature 0.5" in text


def _network(m):
    data = ps.datasets.gaussian(2, 1, m, seed=3)
    return ps.PolynomialNetwork(widths=(2, 1, 1), activation="z^2 + z", data=data, l2="random"), data


@pytest.mark.parametrize("m", [3, 7])
def test_minibatch_gradients_average_to_the_gradient(m):
    """m = 3: the landscape holds the data; m = 7: it holds moments, and the data are given."""
    net, data = _network(m)
    land = net.sample(seed=1)
    surface = Surface(land)
    couplings = _with_data(surface, None if m == 3 else data)
    assert couplings is not None and (_with_data(surface, None) is None) == (m == 7)
    gradient = Program(_batch_gradient(land, couplings, 2))
    rows = np.concatenate([couplings["X"].T, couplings["Y"].T], axis=1).astype(float)
    x = surface.random_points(1, range(5))
    batches = [
        gradient(np.concatenate([x, np.tile(rows[list(pair)].ravel(), (5, 1))], axis=1))
        for pair in combinations(range(m), 2)
    ]
    assert np.mean(batches, axis=0) == pytest.approx(surface.gradients(x), rel=1e-10)


def test_sgd_takes_minibatches_where_there_are_data_and_says_so():
    net, data = _network(7)
    land = net.sample(seed=1)
    options = {"starts": 5, "steps": 50, "seed": 1}
    assert "temperature" in ho.searches.sgd(land, **options).setting
    assert "minibatches of 1 of 7 data" in ho.searches.sgd(land, data=data, **options).setting
    assert "minibatches of 3 of 7 data" in ho.searches.sgd(land, data=data, batch=3, **options).setting
    with pytest.raises(InputError, match="holds no data"):
        ho.searches.sgd(land, batch=3, **options)
    with pytest.raises(InputError, match="larger than"):
        ho.searches.sgd(land, data=data, batch=8, **options)
    for strange in (ps.datasets.gaussian(2, 1, 7, seed=4), ps.datasets.gaussian(1, 1, 7, seed=3)):
        with pytest.raises(InputError, match="do not give the potential"):
            ho.searches.sgd(land, data=strange, **options)


def test_noise_of_two_streams_is_independent_of_each_other_and_of_starts():
    one, two = (Noise(1, 3, lambda rng, k: rng.random(k), stream=s).next() for s in (1, 2))
    assert not np.isclose(one, two).any()


def test_eigenvector_following_finds_the_four_saddles_of_himmelblau():
    land = ps.expression("(x^2 + y - 11)^2 + (x + y^2 - 7)^2").sample()  # Himmelblau: 4 minima, 4 saddles, 1 maximum
    census = ho.census(land)
    minima = [[float(c.mid()) for c in p.coordinates] for p in census.minima]
    for choices in ({"minima": minima, "push": 0.6}, {}):
        found = ho.searches.transition_states(land, starts=60, seed=1, scale=3, **choices)
        report = ho.searches.recall(census, found)
        assert report.by_index == {0: (0, 4), 1: (4, 4), 2: (0, 1)} and report.precision(1) == 1.0


class TestRecall:
    """The matching itself, on end points made by hand."""

    census = ho.census(LANDSCAPES[0])
    known = np.array([[float(c.mid()) for c in p.coordinates] for p in census.points])

    def _result(self, points):
        return Run("by hand", LANDSCAPES[0], 1, 0, 1.0, "").result(np.array(points), np.zeros(len(points), np.int64), 0)

    def test_copies_and_near_points_count_once(self):
        gap = np.sort(np.linalg.norm(self.known - self.known[0], axis=1))[1]
        shift = np.array([1.0, 0, 0, 0]) * gap
        points = [self.known[0], self.known[0], self.known[0] + 5e-4 * shift, self.known[1]]
        found = ho.searches.recall(self.census, self._result(points))
        assert found.owner.tolist() == [0, 0, 0, 1] and found.n_found == 2
        assert found.hits[:2].tolist() == [3, 1] and found.hits.sum() == 4

    def test_points_beyond_the_tolerance_are_false(self):
        gap = np.sort(np.linalg.norm(self.known - self.known[0], axis=1))[1]
        surface = Surface(LANDSCAPES[0])
        off = surface.on_domain((self.known[0] + 0.02 * gap * np.array([0.0, 1, -1, 1]))[None])
        found = ho.searches.recall(self.census, self._result(off))
        assert (found.n_false, found.n_unlisted, found.n_found) == (1, 0, 0) and found.precision() == 0.0
        loose = ho.searches.recall(self.census, self._result(off), tolerance=0.1)
        assert (loose.n_false, loose.n_found) == (0, 1)

    def test_a_point_that_the_census_lost_is_proved_to_be_missing(self):
        poorer = replace(self.census, points=self.census.points[1:])
        found = ho.searches.recall(poorer, self._result(self.known))
        assert (found.n_unlisted, found.n_false, found.n_found) == (1, 0, len(self.known) - 1)

    def test_recall_and_precision_by_index(self):
        found = ho.searches.recall(self.census, self._result(self.known[::2]))
        for k, exact in self.census.by_index.items():
            indices = [p.index for p in self.census.points]
            expected = sum(index == k for index in indices[::2])
            assert found.by_index[k] == (expected, exact)
            assert found.recall(k) == expected / exact
        assert len(found.missed()) == len(self.known) - found.n_found
        assert found.summary()["n_false"] == 0

    def test_no_end_point_at_all(self):
        found = ho.searches.recall(self.census, self._result(np.zeros((0, 4))))
        assert found.recall() == 0.0 and np.isnan(found.precision()) and "of" in str(found)

    def test_another_landscape_is_refused(self):
        with pytest.raises(InputError, match="the search was on"):
            ho.searches.recall(ho.census(LANDSCAPES[4]), self._result(self.known))

    @pytest.mark.parametrize("tolerance", [0, 0.5, -1, float("nan"), "x", True])
    def test_a_tolerance_that_makes_no_sense_is_refused(self, tolerance):
        with pytest.raises(InputError, match="tolerance"):
            ho.searches.recall(self.census, self._result(self.known), tolerance=tolerance)


@pytest.mark.parametrize(
    ("search", "choices"),
    [
        (ho.searches.random_newton, {"starts": 0}),
        (ho.searches.random_newton, {"starts": 2.5}),
        (ho.searches.random_newton, {"seed": -1}),
        (ho.searches.random_newton, {"seed": True}),
        (ho.searches.random_newton, {"scale": 0}),
        (ho.searches.gradient_descent, {"max_steps": 0}),
        (ho.searches.gradient_descent, {"tolerance": -1.0}),
        (ho.searches.sgd, {"rate": 0}),
        (ho.searches.sgd, {"temperature": float("inf")}),
        (ho.searches.simulated_annealing, {"hot": 1.0, "cold": 2.0}),
        (ho.searches.basin_hopping, {"hops": 0}),
        (ho.searches.basin_hopping, {"step": float("nan")}),
        (ho.searches.transition_states, {"minima": [[1.0, 2.0]]}),
        (ho.searches.transition_states, {"minima": []}),
    ],
)
def test_numbers_that_make_no_sense_are_refused(search, choices):
    with pytest.raises(InputError):
        search(LANDSCAPES[0], **choices)


def test_a_data_set_of_fractions_stays_exact_in_the_batch_tape():
    data = ([[Fraction(1, 3), 2], [1, 1]], [[2, 1]])
    land = ps.PolynomialNetwork(widths=(2, 1, 1), activation="z^2", data=data, l2=1).sample()
    tape = _batch_gradient(land, land.couplings, 2)
    values = tape.evaluate([Fraction(v) for v in (1, 2, 3)] + [Fraction(1, 3), 1, 2, 2, 1, 1])  # x_1, y_1, x_2, y_2
    gens = land.potential.ring.gens
    exact = [land.potential.diff(x).evaluate(list(zip(gens, (1, 2, 3), strict=True))) for x in gens]
    assert [Fraction(int(e.numerator), int(e.denominator)) for e in exact] == values


def test_points_of_anybodys_search_are_taken_wherever_results_are():
    census = ho.census("spherical-p-spin:n=4,p=3", seed=2)
    land = census.landscape
    own = ho.searches.random_newton(land, starts=20, seed=1)
    known, given = ho.searches.recall(census, own), ho.searches.recall(census, own.points)
    assert given.owner.tolist() == known.owner.tolist() and given.by_index == known.by_index and given.n_false == known.n_false
    assert given.search.indices.tolist() == own.indices.tolist() and given.search.n_starts is None and given.search.seconds is None
    assert "cost" not in repr(given) and repr(given).startswith("Recall of the search on spherical-p-spin:n=4,p=3, seed 2 (points as returned)")
    assert ho.searches.recall(census, np.zeros((0, 4))).n_found == 0
    for wrong in (own.points[:, :2], [[np.nan] * 4], "text", [[1.0], [1.0, 2.0]], None):
        with pytest.raises(InputError):
            ho.searches.recall(census, wrong)
    with pytest.raises(TypeError, match=r"ho\.census"):
        ho.searches.recall(land, own)
