"""Discrete spaces: costs by the definition, data, symmetries, labels; and the couplings that three families share."""

from fractions import Fraction

import numpy as np
import pytest

import polysys as ps
from polysys.errors import PolysysError
from polysys.models.binary.space import state_of
from polysys.models.labels import DISCRETE_FAMILIES, binary_model_from_label
from polysys.models.pair_couplings import pairs
from tests.polysys.models.test_labels import check_sentences

CANONICAL = (
    "ising:n=4",
    "ising:n=4,field=1/2",
    "binary-network:widths=5-3-1,output=fixed,m=5",
    "binary-network:widths=3-3-3-1,m=20,labels=teacher",
    "binary-network:widths=9-3-1,m=7,tree=yes",
    "binary-network:widths=3-2-1,m=4,inputs=sign,activation=z^2-1/2,ties=plus",
    "binary-network:widths=15-1,m=9,labels=digits",
)


def arrays(space):
    """Weights of each layer from a state, for a network without a tree."""

    def unpack(signs):
        found = []
        for shape in space.shapes:
            if shape.start is None:
                found.append(np.ones((shape.units, shape.fan_in), int))
            else:
                found.append(
                    np.array(signs[shape.start : shape.start + shape.units * shape.fan_in]).reshape(
                        shape.units, shape.fan_in
                    )
                )
        return found

    return unpack


@pytest.mark.parametrize(
    "text",
    [
        "widths=5-3-1,output=fixed,m=5",
        "widths=3-3-3-1,m=9,labels=teacher",
        "widths=7-1,m=9",
        "widths=2-2-1,m=6,inputs=sign,ties=plus",
    ],
)
def test_errors_are_those_of_the_matrix_products(text):
    space = binary_model_from_label(f"binary-network:{text}").sample(3)
    unpack, rng = arrays(space), np.random.default_rng(0)
    for _ in range(30):
        signs = tuple(int(s) for s in rng.choice([-1, 1], space.n))
        value = space.X
        for w in unpack(signs):
            value = np.where(w @ value >= 0, 1, -1)
        assert space.cost(signs) == (value[0] != space.y).sum()
        assert space.signs(space.state(signs)) == signs
    if space.planted is not None:
        assert space.cost(space.planted) == 0


def test_units_of_a_tree_have_inputs_of_their_own_and_polynomials_are_exact():
    x = [[Fraction(1, 3), -1], [2, Fraction(1, 7)], [-1, 5], [Fraction(1, 2), 0]]
    net = ps.BinaryNetwork(widths=(4, 2, 1), data=(x, [1, -1]), tree=True, activation="z^2 - z/3", ties="plus")
    space = net.sample()
    w = (1, -1, -1, 1, 1, -1)
    def f(z):
        return z * z - z / 3

    out = [f(a[0] - a[1]) - f(-a[2] + a[3]) for a in zip(*x, strict=True)]
    assert space.cost(w) == sum((1 if v >= 0 else -1) != y for v, y in zip(out, (1, -1), strict=True))
    integers, powers = space.integer_form
    assert (integers == np.array(x, object) * 42).all() and powers == ((0, -42, 3),)  # 3 * 42^2 (z/42)^2 ..


def test_zero_fields_count_as_plus():
    space = ps.BinaryNetwork(widths=(2, 1), data=([[1], [1]], [1]), ties="plus").sample()
    assert [space.cost(s) for s in ((1, 1), (1, -1), (-1, 1), (-1, -1))] == [0, 0, 0, 1]


def test_energies_are_those_of_the_couplings():
    matrix = np.array([[0, 1, -2], [1, 0, "1/2"], [-2, "1/2", 0]], object)
    space = ps.Ising(3, matrix, field=["1/3", 0, 0]).sample()
    assert space.cost((1, 1, 1)) == -(1 - 2 + Fraction(1, 2) + Fraction(1, 3))
    assert space.cost((1, -1, 1)) == -(-1 - 2 - Fraction(1, 2) + Fraction(1, 3))
    assert space.unit == Fraction(1, 6) and sum(space.coefficients.values()) == 6 * space.cost((1, 1, 1))


def test_three_families_share_the_couplings_of_a_sample(tmp_path):
    models = [model(5, field="1/2") for model in (ps.Ising, ps.TorusIsing, ps.SoftIsing)]
    drawn = [m.sample(7, 2).couplings for m in models]
    for other in drawn[1:]:
        assert (other["J"] == drawn[0]["J"]).all() and (other["field"] == drawn[0]["field"]).all()
    file = tmp_path / "j.csv"
    file.write_text("0,1,2,-1\n1,0,0.5,0\n2,0.5,0,1/3\n")
    spins, torus, soft = ps.Ising(3, str(file)), ps.TorusIsing(3, str(file)), ps.SoftIsing(3, str(file), steepness=2)
    assert spins.sample().cost((1, 1, 1)) == -Fraction(7, 2) + 1 - Fraction(1, 3)
    assert torus.sample().tapes.energy.evaluate([1, 0, 1, 0, 1, 0, 0, 0, 0]) == [spins.sample().cost((1, 1, 1))]
    x = [Fraction(1, 2), -2, 3]
    expected = Fraction(2, 4) * sum((v * v - 1) ** 2 for v in x) + spins.sample().cost(x)
    assert soft.sample().tapes.energy.evaluate(x) == [expected]
    assert ps.model_from_label(torus.label) == torus and ps.model_from_label(soft.label).label == soft.label


def test_proved_counts_of_the_continuous_companions():
    for n in (1, 2, 3, 5):
        assert ps.TorusIsing(n, field=1).sample(1).facts.known_counts[0].value == 2**n * (2**n - n)
        assert ps.SoftIsing(n, field=1).sample(1).facts.known_counts[0].value == 3**n


def test_candidates_of_symmetries_are_signed_permutations_of_the_weights():
    space = ps.BinaryNetwork(widths=(3, 2, 1), m=4, ties="plus").sample(1)
    images = {g.apply(range(1, 9))[0] for g in space.candidates}
    assert (
        len(space.candidates) == 3 and {-1, 4} <= images
    )  # sign of unit 1, exchange of the units; unit 2 leaves weight 1
    ferromagnet = ps.Ising(3, [[0, 1, 1], [1, 0, 1], [1, 1, 0]]).sample()
    assert len(ferromagnet.candidates) == 1 + len(pairs(3))
    assert not ps.Ising(3, field=1).sample(1).candidates
    assert state_of((1, -1, -1)) == 6


@pytest.mark.parametrize("name", ["iris", "digits"])
def test_real_data_are_signs_with_both_labels(name):
    space = binary_model_from_label(f"binary-network:widths=11-1,m=40,labels={name}").sample(2)
    assert set(space.X.ravel()) == {1, -1} and set(space.y.tolist()) == {1, -1}
    assert 0.3 < (space.X == 1).mean() < 0.7
    other = binary_model_from_label(f"binary-network:widths=11-1,m=40,labels={name}").sample(3)
    assert space.digest != other.digest


def test_samples_depend_on_seed_and_number_only():
    model = ps.BinaryNetwork(widths=(5, 3, 1), m=6)
    assert model.sample(1, 5).digest == model.sample(1, 5).digest != model.sample(1, 6).digest
    fixed = ps.BinaryNetwork(widths=(3, 1), data=([[1], [1], [1]], [1]))
    assert fixed.sample().seed is None
    for bad in (lambda: fixed.sample(seed=1), lambda: fixed.sample(index=1), lambda: model.sample(seed=-1)):
        with pytest.raises(PolysysError):
            bad()


@pytest.mark.parametrize("label", CANONICAL)
def test_a_label_names_the_model_that_writes_it(label):
    model = binary_model_from_label(label)
    assert model.label == label and binary_model_from_label(model.label) == model
    assert model.sample(1).n == model.n_weights


@pytest.mark.parametrize("family", DISCRETE_FAMILIES.values(), ids=DISCRETE_FAMILIES)
def test_a_family_says_what_its_labels_hold(family):
    from pathlib import Path

    assert binary_model_from_label(family.example).family == family.name
    assert all(key + "=" in family.grammar for key in family.required + family.optional)
    section = (
        (Path(__file__).parents[3] / "docs" / "models.md")
        .read_text()
        .split(f"\n## {family.name}\n")[1]
        .split("\n## ")[0]
    )
    assert all(f"`{key}`" in section for key in family.required + family.optional)


def test_model_files(tmp_path):
    (tmp_path / "d.csv").write_text("1,1,-1,1\n-1,1,1,-1\n")
    (tmp_path / "net.toml").write_text(f'model = "binary-network"\nwidths = [3, 1]\ndata = "{tmp_path}/d.csv"\n')
    net = binary_model_from_label(str(tmp_path / "net.toml"))
    assert net.sample().cost((1, 1, 1)) == 1 and binary_model_from_label(net.label) == net
    (tmp_path / "glass.toml").write_text('model = "ising"\nn = 5\nfield = 0.5\n')
    assert binary_model_from_label(str(tmp_path / "glass.toml")) == ps.Ising(5, field="1/2")


@pytest.mark.parametrize(
    "label",
    [
        "", "ising", "ising:n=0", "ising:n=65", "ising:n=x", "ising:n=3,field=nan", "ising:n=3,couplings=missing.csv", "ising:n=3,couplings=arrays@123",
        "ising:n=3,colour=red", "deep-linear:widths=2-2-2", "missing.toml", "binary-network", "binary-network:widths=5-1", "binary-network:widths=5,m=3",
        "binary-network:widths=5-2,m=3", "binary-network:widths=9-9-1,m=3", "binary-network:widths=5-1,m=0", "binary-network:widths=5-1,m=65",
        "binary-network:widths=4-1,m=5,inputs=sign", "binary-network:widths=3-2-1,m=5", "binary-network:widths=3-3-1,m=5,inputs=sign,activation=z^2",
        "binary-network:widths=5-3-1,m=5,tree=yes", "binary-network:widths=5-1,m=5,tree=yes", "binary-network:widths=6-3-1,m=5,tree=maybe",
        "binary-network:widths=5-1,m=5,activation=z^2", "binary-network:widths=5-3-1,m=5,activation=exp(z)", "binary-network:widths=5-1,m=5,output=fixed",
        "binary-network:widths=5-1,m=5,labels=wine", "binary-network:widths=5-1,m=5,inputs=uniform", "binary-network:widths=5-1,m=5,ties=minus",
        "binary-network:widths=5-1,m=5,labels=iris,inputs=gaussian", "binary-network:widths=5-1,data=nothing", "binary-network:widths=5-1,data=missing.csv",
        "binary-network:widths=5-1,data=missing.csv,labels=teacher",
    ],
)  # fmt: skip
def test_a_malformed_label_is_refused_in_two_sentences(label):
    with pytest.raises(PolysysError) as caught:
        binary_model_from_label(label).sample(1)
    check_sentences(caught.value)


@pytest.mark.parametrize(
    "make",
    [
        lambda: ps.Ising(2, [[0, 1], [2, 0]]),
        lambda: ps.Ising(2, [[1, 1], [1, 0]]),
        lambda: ps.Ising(2, [[0, 1]]),
        lambda: ps.Ising(2, [[0, 1], [1, 0]], field=1),
        lambda: ps.Ising(2, [[0, 1], [1, 0]], field=[1]),
        lambda: ps.Ising(2, field=[1, 2]),
        lambda: ps.SoftIsing(2, steepness=0),
        lambda: ps.SoftIsing(2, steepness="nan"),
        lambda: ps.TorusIsing(22),
        lambda: ps.BinaryNetwork((2, 1), data=([[1, 1], [1, 1]], [1, 0]), ties="plus"),
        lambda: ps.BinaryNetwork((2, 1), data=([[1, 1], [1, 1]], [[1], [1]]), ties="plus"),
        lambda: ps.BinaryNetwork((3, 1), data=([[1, 1], [1, 1]], [1, 1])),
        lambda: ps.BinaryNetwork((2, 1), data=([[1, 1], [1, 1]], [1, 1])),
        lambda: ps.BinaryNetwork((3, 1), m=2, data=([[1], [1], [1]], [1])),
        lambda: ps.BinaryNetwork((3, 1), labels="teacher", data=([[1], [1], [1]], [1])),
        lambda: ps.BinaryNetwork((3, 1), data=7),
        lambda: ps.BinaryNetwork((3, 1), data=([[float("nan")], [1], [1]], [1])),
        lambda: ps.BinaryNetwork((3, 3, 3, 1), m=4, activation="z^3").sample(1).integer_form,
        lambda: ps.Ising(2, [[0, "1/3"], ["1/3", 0]], field=[f"1/{2**62}", 0]).sample().coefficients,
        lambda: ps.Ising(3).sample(1).state((1, 1)),
        lambda: ps.Ising(3).sample(1).state((1, 1, 2)),
    ],
    ids=range(21),
)
def test_bad_input_is_refused_in_two_sentences(make):
    with pytest.raises(PolysysError) as caught:
        make()
    check_sentences(caught.value)
