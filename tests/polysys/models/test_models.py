"""Every family is its textbook formula, computed here directly in numpy from explicit arrays."""

import warnings
from fractions import Fraction
from itertools import pairwise, permutations, product
from math import factorial, prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import QQ

import polysys as ps
from polysys.counts.of_landscape import exact_count_as_given
from polysys.disorder import multinomial
from polysys.errors import DatasetError, InputError, PolysysError, PositiveDimensionalError
from polysys.models.base import join
from polysys.models.spherical_p_spin import monomials
from polysys.system import exact_terms
from tests.systems import SMALL_LABELS

seeds = st.integers(0, 10**6)


def exact(rng, *shape):
    """Random rationals with small denominators."""
    result = np.empty(shape, dtype=object)
    result.reshape(-1)[:] = [
        Fraction(int(a), int(b)) for a, b in rng.integers((-9, 1), (10, 7), (int(np.prod(shape)), 2))
    ]
    return result


def energy(landscape, x):
    """The tape and the expanded polynomial, which must agree."""
    z = [*x, *[Fraction(0)] * landscape.domain.n_constraints]
    (value,) = landscape.tapes.energy.evaluate(z)
    terms = exact_terms(landscape.potential)
    assert value == sum(
        c * prod((v**k for v, k in zip(x, e, strict=True)), start=Fraction(1)) for e, c in terms.items()
    )
    return value


def layers(x, shapes):
    """Arrays of the given shapes, filled row by row, one after the other."""
    arrays, x = [], list(x)
    for shape in shapes:
        size = int(np.prod(shape))
        arrays.append(np.array(x[:size], dtype=object).reshape(shape))
        del x[:size]
    assert not x
    return arrays


@pytest.mark.parametrize("widths", [(1, 1, 1), (2, 3, 2), (2, 1, 2, 1), (1, 2, 2, 2, 1)])
@pytest.mark.parametrize("loss", ["sum", "mean", None])
@given(seed=seeds)
def test_a_deep_linear_network_is_its_squared_loss(widths, loss, seed):
    rng = np.random.default_rng(seed)
    x_data, y_data = exact(rng, widths[0], 3), exact(rng, widths[-1], 3)
    n_weights = sum(a * b for a, b in pairwise(widths))
    l2, w = abs(exact(rng, n_weights)), exact(rng, n_weights)
    net = ps.DeepLinear(widths, (x_data, y_data), l2=l2, loss=loss).sample()

    signal = x_data
    for weights in layers(w, [(b, a) for a, b in pairwise(widths)]):
        signal = weights @ signal
    squares = ((signal - y_data) ** 2).sum() / (3 if loss == "mean" else 1)
    assert energy(net, w) == (squares + (l2 * w**2).sum()) / 2
    assert net.variables[0] == "w1_1_1"
    assert net.variables[-1] == f"w{len(widths) - 1}_{widths[-1]}_{widths[-2]}"


@pytest.mark.parametrize("output", ["trained", "array"])
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize(
    ("widths", "activation", "coefficients"),
    [
        ((2, 2, 1), "z^2", (0, 0, 1)),
        ((1, 2, 2), "z^3 - z/2 + 1/3", ("1/3", "-1/2", 0, 1)),
        ((1, 1, 2, 1), "z + 2*z^2", (0, 1, 2)),
        ((1, 1, 1, 1, 1), "z", (0, 1)),
    ],
)
@given(seed=seeds)
def test_a_polynomial_network_is_its_squared_loss(widths, activation, coefficients, bias, output, seed):
    rng = np.random.default_rng(seed)
    x_data, y_data = exact(rng, widths[0], 2), exact(rng, widths[-1], 2)
    last = exact(rng, widths[-1], widths[-2])
    shapes = []
    for a, b in pairwise(widths[:-1]):
        shapes += [(b, a), (b,)] if bias else [(b, a)]
    if output == "trained":
        shapes.append(last.shape)
    w = exact(rng, sum(int(np.prod(s)) for s in shapes))
    l2 = abs(exact(rng, len(w))) + 1
    net = ps.PolynomialNetwork(widths, activation, (x_data, y_data), l2, last if output == "array" else output, bias)

    arrays = layers(w, shapes)
    if output == "trained":
        last = arrays.pop()
    signal = x_data
    for k in range(len(widths) - 2):
        signal = arrays[2 * k if bias else k] @ signal
        if bias:
            signal = signal + arrays[2 * k + 1].reshape(-1, 1)
        signal = sum(Fraction(c) * signal**k for k, c in enumerate(coefficients))
    squares = ((last @ signal - y_data) ** 2).sum()
    landscape = net.sample()
    assert energy(landscape, w) == (squares + (l2 * w**2).sum()) / 2
    assert len(set(landscape.variables)) == len(w)


def test_a_drawn_output_layer_is_part_of_the_landscape_and_not_trained():
    model = ps.PolynomialNetwork((1, 2, 1), "z^2", ([[1]], [[2]]), l2=0, output="fixed")
    landscape = model.sample(seed=3)
    (a, b), (w1, w2) = landscape.couplings["output"].ravel(), (Fraction(1, 2), Fraction(3))
    assert energy(landscape, [w1, w2]) == (a * w1**2 + b * w2**2 - 2) ** 2 / 2
    assert model.sample(seed=4).couplings["output"].ravel().tolist() != [a, b]
    assert landscape.variables == ("w1_1_1", "w1_2_1")


@pytest.mark.parametrize(("n", "p"), [(1, 3), (2, 2), (3, 3), (2, 5), (4, 1)])
@given(seed=seeds)
def test_a_p_spin_glass_is_the_full_contraction_of_its_tensor(n, p, seed):
    rng = np.random.default_rng(seed)
    tensor, x = exact(rng, *[n] * p) + 10, exact(rng, n)
    full = tensor
    for _ in range(p):
        full = full @ x
    assert energy(ps.SphericalPSpin(n, p).from_tensors(tensor), x) == full
    symmetric = sum(np.transpose(tensor, axes) for axes in permutations(range(p))) / factorial(p)
    assert ps.SphericalPSpin(n, p).from_tensors(symmetric).digest == ps.SphericalPSpin(n, p).from_tensors(tensor).digest


def test_a_drawn_glass_is_its_hamiltonian_in_physical_units():
    """H(s) = sum_p c_p N^(-(p-1)/2) sum_{i1..ip} g s_i1 .. s_ip + h sum g_i s_i on |s|^2 = N."""
    n, weights, field = 3, {2: Fraction(1, 2), 4: Fraction(3)}, Fraction(1, 3)
    landscape = ps.SphericalPSpin(n, tuple(weights), weights=tuple(weights.values()), field=field).sample(seed=4)
    s = np.random.default_rng(1).normal(size=n)
    s *= np.sqrt(n) / np.linalg.norm(s)
    h = float(landscape.couplings["field"] @ s)
    for p in weights:
        # any tensor with these coefficients will do: each tuple of indices gets an equal share of its monomial
        share = {
            e: float(c) / multinomial(e) for e, c in zip(monomials(n, p), landscape.couplings[f"T{p}"], strict=True)
        }
        for indices in product(range(n), repeat=p):
            h += n ** (-(p - 1) / 2) * share[tuple(indices.count(i) for i in range(n))] * np.prod(s[list(indices)])
    (length,) = landscape.scaling.length_squared
    x = [*(s / np.sqrt(float(length))), 0.0]
    (value,) = landscape.tapes.energy.evaluate(x, (), float)
    assert np.sqrt(float(landscape.scaling.energy_squared)) * value == pytest.approx(h, rel=1e-12)
    assert sum(v * v for v in x) == pytest.approx(1)


def test_weights_and_field_multiply_the_same_draws():
    plain = ps.SphericalPSpin(3, (2, 3), field=1).sample(seed=1).couplings
    scaled = ps.SphericalPSpin(3, (2, 3), weights=("1/2", 5), field="1/7").sample(seed=1).couplings
    for name, factor in (("T2", Fraction(1, 2)), ("T3", 5), ("field", Fraction(1, 7))):
        assert (scaled[name] == plain[name] * factor).all()


@pytest.mark.parametrize(
    ("widths", "degrees"), [((2, 3), None), ((2, 2, 2), None), ((2, 3), (2, 1)), ((1, 2), (3, 2)), ((3,), (2,))]
)
@given(seed=seeds)
def test_a_layered_glass_is_the_full_contraction_layer_by_layer(widths, degrees, seed):
    rng = np.random.default_rng(seed)
    model = ps.LayeredSpinGlass(widths, degrees)
    landscape = model.sample(seed=seed)
    x = exact(rng, sum(widths))
    vectors = layers(x, [(n,) for n in widths])
    # T as an array with d_l axes for layer l, each tuple of indices an equal share of its monomial
    axes = [n for n, d in zip(widths, model.degrees, strict=True) for _ in range(d)]
    owners = [layer for layer, d in enumerate(model.degrees) for _ in range(d)]
    share = {}
    starts = np.cumsum([0, *widths])
    for e, c in zip(model._monomials(), landscape.couplings["T"], strict=True):
        share[e] = c / prod(multinomial(e[a:b]) for a, b in pairwise(starts))
    total = Fraction(0)
    for indices in np.ndindex(*axes):
        exponents = [0] * sum(widths)
        for layer, i in zip(owners, indices, strict=True):
            exponents[starts[layer] + i] += 1
        total += share[tuple(exponents)] * prod(vectors[layer][i] for layer, i in zip(owners, indices, strict=True))
    assert energy(landscape, x) == total
    assert landscape.scaling.energy_squared == sum(widths)
    assert landscape.scaling.length_squared == tuple(widths)


def test_an_explicit_layered_tensor_is_contracted():
    rng = np.random.default_rng(0)
    tensor, x = exact(rng, 2, 3, 2), exact(rng, 7)
    u, v, w = layers(x, [(2,), (3,), (2,)])
    value = sum(tensor[i, j, k] * u[i] * v[j] * w[k] for i, j, k in np.ndindex(2, 3, 2))
    assert energy(ps.LayeredSpinGlass((2, 3, 2)).from_tensor(tensor), x) == value


@pytest.mark.parametrize(
    ("widths", "degrees"), [((2, 2), None), ((1, 2, 1), None), ((2, 1), (2, 1)), ((1, 2), (1, 3)), ((3,), (3,))]
)
@given(seed=seeds)
def test_a_data_glass_is_the_linear_loss_of_a_product_network(widths, degrees, seed):
    rng = np.random.default_rng(seed)
    features, target, w = exact(rng, sum(widths), 3), exact(rng, 1, 3), exact(rng, sum(widths))
    model = ps.DataGlass(widths, degrees, data=(features, target))
    starts = np.cumsum([0, *widths])
    value = Fraction(0)
    for x, y in zip(features.T, target[0], strict=True):
        value -= y * prod((w[a:b] @ x[a:b]) ** d for (a, b), d in zip(pairwise(starts), model.degrees, strict=True))
    landscape = model.sample()
    assert landscape.domain == ps.ProductOfSpheres(widths)
    assert landscape.scaling.energy_squared == 3 * sum(widths)
    if any(landscape.couplings["T"]):
        assert energy(landscape, w) == value / 3


def test_orthogonal_data_give_the_fermat_form():
    """One neuron of degree 3, the unit vectors as data: V = -(x1^3 + .. + xn^3)/n, all 2^n - 1 classes of which are real."""
    given = (np.eye(3, dtype=int), np.ones((1, 3), int))
    assert str(ps.DataGlass((3,), (3,), given).sample().potential) == "-1/3*w1_1**3 - 1/3*w1_2**3 - 1/3*w1_3**3"


def test_couplings_of_normal_data_have_the_covariance_of_a_glass_in_a_field():
    """m Cov V(u)V(v) = 9 R + 6 R^3 for one layer of degree 3, prod R_l for degrees 1 (Wick); whatever m is."""
    rng = np.random.default_rng(5)
    for model, covariance in (
        (ps.DataGlass((2,), (3,), ps.DataSource("gaussian", 1)), lambda r: 9 * r[0] + 6 * r[0] ** 3),
        (ps.DataGlass((2, 2), None, ps.DataSource("gaussian", 1)), lambda r: r[0] * r[1]),
    ):
        u, v = (rng.standard_normal(sum(model.widths)) for _ in range(2))
        for x in (u, v):
            for block in model.domain.slices:
                x[block] /= np.linalg.norm(x[block])
        monomial = [np.prod(np.array([u, v]) ** np.array(e), axis=1) for e in model._monomials()]
        draws = np.array([[float(c) for c in model.sample(1, k).couplings["T"]] for k in range(1000)])
        at_u, at_v = (draws @ np.array(monomial)).T
        overlaps = [float(u[block] @ v[block]) for block in model.domain.slices]
        error = (at_u * at_v).std() / len(draws) ** 0.5
        assert abs((at_u * at_v).mean() - covariance(overlaps)) < 4 * error


def test_a_data_glass_without_its_number_of_data_or_with_other_features_is_refused():
    with pytest.raises(InputError, match="number of data"):
        ps.DataGlass((2, 2), data="gaussian")
    with pytest.raises(InputError, match="features"):
        ps.DataGlass((2, 2), data=([[1, 2]], [[1, 2]]))
    with pytest.raises(DatasetError):
        ps.DataGlass((3, 3), data=ps.DataSource("no-such-file.csv", 9)).sample()


def test_square_free_couplings_have_distinct_indices_and_warn():
    model = ps.SphericalPSpin(4, 3, couplings="square-free")
    with pytest.warns(UserWarning, match="isotropic"):
        landscape = model.sample(1)
    assert set(exact_terms(landscape.potential)) == {e for e in monomials(4, 3) if max(e) == 1}
    with pytest.raises(PositiveDimensionalError, match="p >= 4"):
        ps.SphericalPSpin(6, 4, couplings="square-free")
    with pytest.raises(InputError, match="repeated"):
        model.from_tensors(np.ones((4, 4, 4), int))


def test_the_square_free_glass_has_its_trivial_points():
    """Every +-e_i is stationary with mu = 0 and zero energy when p = 3."""
    with pytest.warns(UserWarning, match="isotropic"):
        landscape = ps.SphericalPSpin(3, 3, couplings="square-free").sample(2)
    (chart,) = landscape.formulation.charts
    for i in range(3):
        z = [Fraction(int(i == j)) / chart[i] for j in range(3)] + [Fraction(0)]
        assert not any(landscape.system.tape.evaluate(z))


def test_monomials_are_all_of_them_once():
    for n, p in ((1, 3), (3, 0), (3, 4), (5, 2)):
        found = monomials(n, p)
        assert len(set(found)) == len(found) == factorial(n + p - 1) // factorial(p) // factorial(n - 1)
        assert all(sum(e) == p for e in found)


@pytest.mark.parametrize("label", SMALL_LABELS)
def test_the_couplings_of_a_model_give_back_its_landscape(label):
    model = ps.model_from_label(label)
    landscape = model.sample(seed=2, index=5)
    assert (landscape.seed, landscape.index, landscape.label) == (2, 5, label)
    assert model.landscape(landscape.couplings).digest == landscape.digest
    assert len(landscape.variables) == landscape.domain.n
    assert landscape.facts.is_coercive == ("network" in label or "deep" in label)


def test_models_written_differently_are_one_model():
    for one, other in [
        (ps.SphericalPSpin(3, 3), ps.SphericalPSpin(np.int64(3), np.int32(3), field="0")),
        (ps.SphericalPSpin(3, 3), ps.SphericalPSpin(3, [3])),
        (ps.SphericalPSpin(3, [2, 3], weights=[1, "1/2"]), ps.SphericalPSpin(3, (2, 3), weights=(1.0, 0.5))),
        (ps.LayeredSpinGlass([2, 2]), ps.LayeredSpinGlass(np.array([2, 2]), (1, 1))),
        (ps.DeepLinear([1, 2, 1], l2=0.5), ps.DeepLinear((1, 2, 1), "gaussian", ["1/2"] * 4)),
        (ps.PolynomialNetwork((1, 1, 1), "z^2 + z"), ps.PolynomialNetwork((1, 1, 1), "z*(1 + z)")),
    ]:
        assert one == other
        assert hash(one) == hash(other)
        assert one.label == other.label
        assert one.sample(1).digest == other.sample(1).digest


@pytest.mark.parametrize(
    "build",
    [
        lambda: ps.SphericalPSpin(0),
        lambda: ps.SphericalPSpin(65),
        lambda: ps.SphericalPSpin(3.0),
        lambda: ps.SphericalPSpin("3"),
        lambda: ps.SphericalPSpin(3, None),
        lambda: ps.SphericalPSpin(3, 3.0),
        lambda: ps.SphericalPSpin(3, ()),
        lambda: ps.SphericalPSpin(3, (3, 3)),
        lambda: ps.SphericalPSpin(3, 0),
        lambda: ps.SphericalPSpin(3, True),
        lambda: ps.SphericalPSpin(3, 3, weights=3),
        lambda: ps.SphericalPSpin(3, 3, weights=(0,)),
        lambda: ps.SphericalPSpin(3, 3, weights=(1, 2)),
        lambda: ps.SphericalPSpin(3, 3, couplings="nobody"),
        lambda: ps.SphericalPSpin(3, 3, field=float("nan")),
        lambda: ps.SphericalPSpin(2, 3, couplings="square-free"),
        lambda: ps.SphericalPSpin(60, 30),
        lambda: ps.SphericalPSpin(3, 3).from_tensors(np.zeros((3, 3))),
        lambda: ps.SphericalPSpin(3, 3).from_tensors({2: np.zeros((3, 3))}),
        lambda: ps.SphericalPSpin(3, 3, field=1).from_tensors(np.zeros((3, 3, 3))),
        lambda: ps.SphericalPSpin(2, 3).from_tensors(np.full((2, 2, 2), np.nan)),
        lambda: ps.SphericalPSpin(2, 3).from_tensors(np.zeros((2, 2, 2))).potential,
        lambda: ps.LayeredSpinGlass(()),
        lambda: ps.LayeredSpinGlass(3),
        lambda: ps.LayeredSpinGlass("3-3"),
        lambda: ps.LayeredSpinGlass((3,)),
        lambda: ps.LayeredSpinGlass((3, 3), (1,)),
        lambda: ps.LayeredSpinGlass((3, 3), (1, 0)),
        lambda: ps.LayeredSpinGlass((32, 32)),
        lambda: ps.LayeredSpinGlass((30, 30), (20, 20)),
        lambda: ps.LayeredSpinGlass((2, 2), (2, 1)).from_tensor(np.zeros((2, 2))),
        lambda: ps.DeepLinear((2, 2)),
        lambda: ps.DeepLinear((8, 8, 8)),
        lambda: ps.DeepLinear((2, 2, 2), l2=-1),
        lambda: ps.DeepLinear((2, 2, 2), l2="abc"),
        lambda: ps.DeepLinear((2, 2, 2), l2=[1, 2]),
        lambda: ps.DeepLinear((2, 2, 2), l2=[]),
        lambda: ps.DeepLinear((2, 2, 2), l2=np.array(1.0)),
        lambda: ps.DeepLinear((2, 2, 2), l2=True),
        lambda: ps.DeepLinear((2, 2, 2), l2={}),
        lambda: ps.DeepLinear((2, 2, 2), data=3),
        lambda: ps.DeepLinear((2, 2, 2), data=([[1]], [[1]])),
        lambda: ps.DeepLinear((1, 2, 1), data=([[float("nan")]], [[1]])),
        lambda: ps.DeepLinear((1, 2, 1), data=([[1, 2]], [[1]])),
        lambda: ps.DeepLinear((1, 2, 1), data=[[1], [2]]),
        lambda: ps.DeepLinear((1, 1, 1), loss="max"),
        lambda: ps.DeepLinear((1, 1, 1), seed=-1).sample(),
        lambda: ps.DeepLinear((1, 1, 1), data="no such file").sample(),
        lambda: ps.DeepLinear((1, 1, 1), data=ps.DataSource("gaussian", 0)).sample(),
        lambda: ps.PolynomialNetwork((1, 1, 1), "exp(z)"),
        lambda: ps.PolynomialNetwork((1, 1, 1), "1/z"),
        lambda: ps.PolynomialNetwork((1, 1, 1), "3"),
        lambda: ps.PolynomialNetwork((1, 1, 1), "x^2"),
        lambda: ps.PolynomialNetwork((1, 1, 1), None),
        lambda: ps.PolynomialNetwork((1, 1, 1), "z^1000"),
        lambda: ps.PolynomialNetwork((1, 1, 1, 1), "z^23"),
        lambda: ps.PolynomialNetwork((1, 1, 1), output="free"),
        lambda: ps.PolynomialNetwork((1, 1, 1), output=[[1, 2]]),
        lambda: ps.PolynomialNetwork((1, 1, 1), output=None),
    ],
)
def test_a_model_that_does_not_exist_is_refused_with_a_way_out(build):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(PolysysError) as caught:
            build()
    assert caught.value.what.endswith(".")
    assert caught.value.way_out.endswith(".")


def test_data_that_do_not_fit_the_network_are_refused_at_once():
    data = ps.datasets.from_arrays([[1, 2]], [[1, 2]])
    assert ps.DeepLinear((1, 2, 1), data).sample().domain.n == 4
    with pytest.raises(InputError, match="2 features"):
        ps.PolynomialNetwork((1, 1, 1), data=([[1], [2]], [[1]]))
    with pytest.raises(DatasetError):
        ps.DeepLinear((9, 1, 1), "iris").sample()


def test_known_counts_come_with_the_models_that_have_them():
    def counts(label):
        return [c.value for c in ps.model_from_label(label).sample(1).facts.known_counts]

    assert counts("deep-linear:widths=1-1-1,data=gaussian,m=2") == [5]
    assert counts("deep-linear:widths=2-1-2,data=gaussian,m=2") == [17]
    assert counts("deep-linear:widths=2-2-2,data=gaussian,m=2") == []
    assert counts("deep-linear:widths=2-2-2,data=gaussian,m=1") == [33]


@pytest.mark.parametrize(
    ("widths", "activation", "m", "bias", "output", "value"),
    [
        ((2, 1, 1), "z^2", 1, False, [[2]], 3),
        ((2, 2, 2), "z^2", 1, False, [[2, 1], [1, 1]], 9),
        ((2, 2, 2), "z^2", 1, False, [[2, 1], [4, 2]], 9),  # a bound only: this output is no general one
        ((1, 1, 1), "z^3", 2, True, [[2]], 25),
        ((2, 1, 1), "z^2 + z", 2, True, [[2]], 9),
        ((1, 1, 1), "z^2", 1, True, "trained", 9),
        ((1, 1, 1), "z^2", 8, True, "trained", 33),
        ((1, 1, 2), "z^2", 1, True, "trained", 17),
    ],
)
def test_outputs_of_one_s_own_and_biases_have_the_counts_of_fixed_outputs_and_one_more_input(
    widths, activation, m, bias, output, value
):
    rng = np.random.default_rng(5)
    land = ps.PolynomialNetwork(
        widths, activation, (exact(rng, widths[0], m), exact(rng, widths[-1], m)), output=output, bias=bias
    ).sample(1)
    assert [c.value for c in land.facts.known_counts] == [value]
    n_distinct = exact_count_as_given(land, distinct=True).n_distinct
    assert n_distinct <= value and (n_distinct == value or output == [[2, 1], [4, 2]])


def test_few_data_with_biases_and_a_trained_output_have_no_theorem():
    land = ps.PolynomialNetwork((2, 1, 1), "z^2", ([[1, 2], [3, 1]], [[1, 2]]), bias=True).sample(1)
    assert not land.facts.known_counts


def test_the_label_writes_numbers_with_hyphens():
    assert join((2, 3, Fraction(1, 2))) == "2-3-1/2"


@pytest.mark.parametrize(
    ("widths", "activation", "bias", "output"),
    [((2, 1, 1), "z^2", True, "trained"), ((1, 2, 1), "z^3", True, "fixed"), ((1, 1, 1, 1), "z^2", True, "trained"),
     ((1, 1, 1, 1), "z^2", False, "trained")],
)  # fmt: skip
@given(seed=seeds)
def test_stationary_bounds_are_euler_s_identity_on_scaled_layers(widths, activation, bias, output, seed):
    """sum a_j x_j dV/dx_j >= sum a_j lambda_j x_j^2 - D |y|^2 / 4 at every point x, stationary or not."""
    rng = np.random.default_rng(seed)
    model = ps.PolynomialNetwork(widths, activation, (exact(rng, widths[0], 2), exact(rng, widths[-1], 2)), "1/3", output, bias)
    land = model.sample(seed)
    x = exact(rng, land.domain.n)
    values = [QQ(v.numerator, v.denominator) for v in x]
    potential = land.potential.to_sympy()
    gradient = [potential.diff(v).evaluate(list(zip(potential.ring.gens, values, strict=True))) for v in potential.ring.gens]
    bounds = land.facts.stationary_bounds
    assert bounds and all(any(weights[i] for weights, _ in bounds) for i in range(land.domain.n))
    for weights, value in bounds:
        powers = [3 * w for w in weights]  # lambda = 1/3
        left = sum(a * xi * Fraction(int(g.numerator), int(g.denominator)) for a, xi, g in zip(powers, x, gradient, strict=True))
        assert left >= sum(w * xi**2 for w, xi in zip(weights, x, strict=True)) - value
