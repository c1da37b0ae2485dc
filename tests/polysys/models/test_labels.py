"""Labels: read, written, and refused with two sentences whatever they contain."""

import time
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import polysys as ps
from polysys.errors import PolysysError
from polysys.models.labels import FAMILIES, model_from_label
from tests.systems import SMALL_LABELS

CANONICAL = (
    *SMALL_LABELS,
    "spherical-p-spin:n=3,p=2-3,weights=-1-2",
    "spherical-p-spin:n=3,p=2-3,weights=-1/3--2",
    "spherical-p-spin:n=5,p=3,couplings=square-free",
    "spherical-p-spin:n=4,p=3,field=-3/10",
    "spherical-p-spin:n=1,p=1",
    "layered-spin-glass:widths=1-1",
    "data-glass:widths=4,degrees=3,data=iris,m=9",
    "data-glass:widths=1-1,data=my.csv,m=2",
    "deep-linear:widths=2-2-2,data=iris",
    "deep-linear:widths=2-2-2,data=wine,m=5,l2=1/7,loss=sum",
    "deep-linear:widths=2-2-2,data=my.csv,m=5",
    "deep-linear:widths=1-1-1,data=gaussian,l2=0",
    "polynomial-network:widths=2-2-1,activation=z^3-1/2*z+1/3,data=gaussian,output=fixed,bias=yes,loss=mean",
)
EQUIVALENT = (
    ("spherical-p-spin:p=3,n=4", "spherical-p-spin:n=4,p=3"),
    (" spherical-p-spin:n = 4 , p = 3 ", "spherical-p-spin:n=4,p=3"),
    ("spherical-p-spin:n=04,p=3,couplings=kostlan,field=0,weights=1", "spherical-p-spin:n=4,p=3"),
    ("spherical-p-spin:n=4,p=3,field=0.5", "spherical-p-spin:n=4,p=3,field=1/2"),
    ("spherical-p-spin:n=4,p=2-3,weights=1e-1-2", "spherical-p-spin:n=4,p=2-3,weights=1/10-2"),
    ("layered-spin-glass:widths=2-2,degrees=1-1", "layered-spin-glass:widths=2-2"),
    ("deep-linear:widths=2-2-2", "deep-linear:widths=2-2-2,data=gaussian"),
    ("deep-linear:widths=2-2-2,l2=random", "deep-linear:widths=2-2-2,data=gaussian"),
    ("deep-linear:widths=2-2-2,l2=0.25", "deep-linear:widths=2-2-2,data=gaussian,l2=1/4"),
    (
        "polynomial-network:widths=1-1-1,activation=z*(z+1),bias=no,output=trained",
        "polynomial-network:widths=1-1-1,activation=z^2+z,data=gaussian",
    ),
)
HUGE = "9" * 5000
MALFORMED = (
    "",
    " ",
    ":",
    "=",
    ",",
    "unknown:n=3",
    "unknown",
    "spherical-p-spin",
    "spherical-p-spin:",
    "spherical-p-spin:n=3",
    "spherical-p-spin:p=3",
    "spherical-p-spin:n=,p=3",
    "spherical-p-spin:n,p=3",
    "spherical-p-spin:n=3,p=3,",
    "spherical-p-spin:,n=3,p=3",
    "spherical-p-spin:n=3,n=3,p=3",
    "spherical-p-spin:n=3,p=3,colour=red",
    "spherical-p-spin:n=0,p=3",
    "spherical-p-spin:n=-3,p=3",
    "spherical-p-spin:n=65,p=2",
    "spherical-p-spin:n=1000000000,p=3",
    f"spherical-p-spin:n={HUGE},p=3",
    "spherical-p-spin:n=3.5,p=3",
    "spherical-p-spin:n=1e3,p=3",
    "spherical-p-spin:n=٣,p=3",
    "spherical-p-spin:n=²,p=3",
    "spherical-p-spin:n=nan,p=3",
    "spherical-p-spin:n=3,p=0",
    "spherical-p-spin:n=3,p=-3",
    "spherical-p-spin:n=3,p=3-3",
    "spherical-p-spin:n=3,p=3-",
    "spherical-p-spin:n=3,p=99",
    "spherical-p-spin:n=60,p=30",
    "spherical-p-spin:n=64,p=4",
    "spherical-p-spin:n=3,p=3,field=nan",
    "spherical-p-spin:n=3,p=3,field=inf",
    "spherical-p-spin:n=3,p=3,field=1j",
    "spherical-p-spin:n=3,p=3,field=1/0",
    f"spherical-p-spin:n=3,p=3,field={HUGE}",
    "spherical-p-spin:n=3,p=3,field=1e999999",
    "spherical-p-spin:n=3,p=2-3,weights=1",
    "spherical-p-spin:n=3,p=2-3,weights=0-1",
    "spherical-p-spin:n=3,p=2-3,weights=a-b",
    "spherical-p-spin:n=3,p=2-3,weights=--",
    "spherical-p-spin:n=3,p=3,couplings=gaussian",
    "spherical-p-spin:n=5,p=4,couplings=square-free",
    "spherical-p-spin:n=5,p=2-5,couplings=square-free",
    "spherical-p-spin:n=2,p=3,couplings=square-free",
    "layered-spin-glass:widths=",
    "layered-spin-glass:widths=3",
    "layered-spin-glass:widths=3-0",
    "layered-spin-glass:widths=32-32",
    "layered-spin-glass:widths=30-30,degrees=20-20",
    "layered-spin-glass:widths=" + "-".join(["2"] * 21),
    "layered-spin-glass:widths=2-2,degrees=1",
    "layered-spin-glass:widths=2-2,degrees=1-0",
    "layered-spin-glass:widths=" + "-".join(["1"] * 5000),
    "deep-linear:widths=2-2",
    "deep-linear:widths=2",
    "deep-linear:widths=8-8-8",
    "deep-linear:widths=2-0-2",
    "deep-linear:widths=2-2-2,data=missing.csv",
    "deep-linear:widths=2-2-2,data=/",
    "deep-linear:widths=2-2-2,data=.",
    "deep-linear:widths=2-2-2,data=nothing",
    "deep-linear:widths=2-2-2,data=" + "a" * 5000,
    "deep-linear:widths=2-2-2,data=a\0b",
    "deep-linear:widths=2-2-2,data=a\0b.csv",
    "deep-linear:widths=9-1-1,data=iris",
    "deep-linear:widths=2-2-4,data=iris",
    "deep-linear:widths=2-2-2,data=iris,m=0",
    "deep-linear:widths=2-2-2,data=iris,m=151",
    "deep-linear:widths=2-2-2,m=-1",
    "deep-linear:widths=2-2-2,m=0",
    "deep-linear:widths=2-2-2,m=999999999",
    "deep-linear:widths=2-2-2,l2=-1",
    "deep-linear:widths=2-2-2,l2=abc",
    "deep-linear:widths=2-2-2,l2=nan",
    "deep-linear:widths=2-2-2,l2=explicit",
    "deep-linear:widths=2-2-2,l2=1/0",
    "deep-linear:widths=2-2-2,loss=max",
    "polynomial-network:widths=2-2-1",
    "polynomial-network:widths=2-2,activation=z^2",
    "polynomial-network:widths=2-2-1,activation=exp(z)",
    "polynomial-network:widths=2-2-1,activation=1/z",
    "polynomial-network:widths=2-2-1,activation=z^-1",
    "polynomial-network:widths=2-2-1,activation=z^0.5",
    "polynomial-network:widths=2-2-1,activation=nan",
    "polynomial-network:widths=2-2-1,activation=nan*z",
    "polynomial-network:widths=2-2-1,activation=I*z",
    "polynomial-network:widths=2-2-1,activation=pi*z",
    "polynomial-network:widths=2-2-1,activation=5",
    "polynomial-network:widths=2-2-1,activation=z-z",
    "polynomial-network:widths=2-2-1,activation=x^2",
    "polynomial-network:widths=2-2-1,activation=z^1000",
    "polynomial-network:widths=2-2-1,activation=z^99999999999",
    "polynomial-network:widths=2-2-1,activation=(z+1)^1000",
    "polynomial-network:widths=2-2-1,activation=__import__('os')",
    "polynomial-network:widths=2-2-1,activation=" + "(" * 5000 + "z" + ")" * 5000,
    "polynomial-network:widths=2-2-1,activation=z^2,output=free",
    "polynomial-network:widths=2-2-1,activation=z^2,output=explicit",
    "polynomial-network:widths=2-2-1,activation=z^2,bias=maybe",
    "polynomial-network:widths=7-8-2,activation=z^2",
    "expression",
    "expression:",
    "expression:/nowhere/at/all",
    "expression:a\0b",
    "expression:" + "x" * 5000,
    "expression:/",
    "missing.toml",
    "a\0b.toml",
    "x" * 5000 + ".toml",
    HUGE,
    "\0",
)


def use(label):
    """What a command does first with a label."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model_from_label(label).sample(seed=1).domain


def check_sentences(error):
    for sentence in (error.what, error.way_out):
        assert sentence.strip() == sentence
        assert sentence.endswith(".")
        assert len(sentence) < 1500
    assert str(error) == f"{error.what} {error.way_out}"


@pytest.mark.parametrize("label", CANONICAL)
def test_a_label_names_the_model_that_writes_it(label):
    model = model_from_label(label)
    assert model.label == label
    assert model_from_label(model.label) == model


@pytest.mark.parametrize(("label", "canonical"), EQUIVALENT)
def test_labels_written_differently_name_one_model(label, canonical):
    assert model_from_label(label).label == canonical
    assert model_from_label(label).sample(3).digest == model_from_label(canonical).sample(3).digest


@pytest.mark.parametrize("label", MALFORMED, ids=lambda label: repr(label[:60]))
def test_a_malformed_label_is_refused_in_two_sentences(label):
    begin = time.process_time()
    with pytest.raises(PolysysError) as caught:
        use(label)
    check_sentences(caught.value)
    assert time.process_time() - begin < 5


@pytest.mark.parametrize(
    "label",
    [
        "deep-linear:widths=" + "-".join(["2"] * 13),
        "polynomial-network:widths=2-2-2-2,activation=z^3+z^2+z,m=3",
        "polynomial-network:widths=1-1-1,activation=z^499,m=1",
    ],
)
def test_a_network_too_large_to_multiply_out_is_refused_and_does_not_hang(label):
    with pytest.raises(PolysysError) as caught:
        model_from_label(label).sample(seed=1).potential
    check_sentences(caught.value)


pieces = st.sampled_from(
    (
        "n",
        "p",
        "widths",
        "degrees",
        "data",
        "m",
        "l2",
        "loss",
        "output",
        "bias",
        "activation",
        "couplings",
        "field",
        "weights",
        "seed",
    )
)
values = st.one_of(
    st.sampled_from(
        (
            "0",
            "1",
            "2",
            "3",
            "2-2",
            "2-2-2",
            "1-1-1",
            "-1",
            "1/2",
            "0.5",
            "nan",
            "inf",
            "random",
            "gaussian",
            "iris",
            "yes",
            "no",
            "fixed",
            "z^2",
            "z",
            "1/z",
            "exp(z)",
            "sum",
        )
    ),
    st.text(max_size=8),
)
labels = st.builds(
    lambda family, pairs: family + ":" + ",".join(f"{k}={v}" for k, v in pairs),
    st.sampled_from([*FAMILIES, "expression", ""]),
    st.lists(st.tuples(pieces, values), max_size=5),
)


@settings(max_examples=300)
@given(st.one_of(labels, st.text(max_size=30)))
def test_any_text_is_a_label_or_refused_with_a_typed_error(label):
    try:
        use(label)
    except PolysysError as error:
        check_sentences(error)


@settings(max_examples=100)
@given(st.sampled_from(CANONICAL), st.integers(0, 100), st.characters(max_codepoint=0x2FF), st.booleans())
def test_a_label_with_one_character_changed_is_a_label_or_refused(label, position, character, is_inserted):
    position %= len(label)
    changed = label[:position] + character + label[position + (not is_inserted) :]
    try:
        model = model_from_label(changed)
    except PolysysError as error:
        check_sentences(error)
    else:
        assert model_from_label(model.label).label == model.label


def test_a_bad_value_is_named_in_the_message():
    for label, piece in [
        ("spherical-p-spin:n=abc,p=3", "n=abc"),
        ("spherical-p-spin:n=3,p=3,colour=red", "colour"),
        ("spherical-p-spin:n=3", "lacks p"),
        ("glass:n=3", "'glass'"),
        ("deep-linear:widths=2-2-2,loss=max", "'max'"),
        ("polynomial-network:widths=1-1-1,activation=exp(z)", "exp"),
    ]:
        with pytest.raises(PolysysError, match=piece):
            model_from_label(label)


@pytest.mark.parametrize("family", FAMILIES.values(), ids=lambda f: f.name)
def test_the_example_of_a_family_is_a_label_of_it(family):
    model = model_from_label(family.example)
    assert model.family == family.name
    assert model.sample(1).system.n >= 1
    assert all(key + "=" in family.grammar for key in family.required + family.optional)


def test_a_model_file_has_the_keys_of_a_label(tmp_path):
    for content, label in [
        (
            'model = "spherical-p-spin"\nn = 4\np = [2, 3]\nweights = [0.5, -2]',
            "spherical-p-spin:n=4,p=2-3,weights=1/2--2",
        ),
        ('model = "deep-linear"\nwidths = [2, 2, 2]\nl2 = 1e-5', "deep-linear:widths=2-2-2,data=gaussian,l2=1/100000"),
        (
            'model = "polynomial-network"\nwidths = "1-1-1"\nactivation = "z^2"\nbias = true\nm = 2',
            "polynomial-network:widths=1-1-1,activation=z^2,data=gaussian,m=2,bias=yes",
        ),
        ('model = "layered-spin-glass"\nwidths = [2, 2]\ndegrees = [1, 1]', "layered-spin-glass:widths=2-2"),
    ]:
        path = tmp_path / "model.toml"
        path.write_text(content, encoding="utf-8")
        assert model_from_label(str(path)).label == label


def test_an_expression_file_is_a_label_too(tmp_path):
    (tmp_path / "wells.txt").write_text("parameters: a = 1/2\nx^4 - a*x^2 + y^2", encoding="utf-8")
    (tmp_path / "wells.toml").write_text(
        'model = "expression"\npotential = "x^4 - a*x^2 + y^2"\nparameters = {a = 0.5}', encoding="utf-8"
    )
    text, toml = f"expression:{tmp_path}/wells.txt", f"{tmp_path}/wells.toml"
    assert model_from_label(text).label == text
    assert model_from_label(text).sample().digest == model_from_label(toml).sample().digest
    again = model_from_label(model_from_label(toml).label)
    assert again.sample().digest == model_from_label(toml).sample().digest


@pytest.mark.parametrize(
    "content",
    [
        "",
        "model",
        "model = 3",
        'model = "glass"',
        'model = "spherical-p-spin"',
        'model = "spherical-p-spin"\nn = 3.5\np = 3',
        'model = "spherical-p-spin"\nn = [3]\np = [[3]]',
        'model = "spherical-p-spin"\nn = 3\np = 3\nfield = nan',
        'model = "spherical-p-spin"\nn = 3\np = 3\nfield = 2020-01-01',
        'model = "deep-linear"\nwidths = []',
        'model = "deep-linear"\nwidths = {a = 1}',
        'model = "deep-linear"\nwidths = [2, 2, 2]\nl2 = [1, 2]',
        'model = "deep-linear"\nwidths = [2, 2, 2]\ndata = ""',
        'model = "expression"',
        'model = "expression"\npotential = "exp(x)"',
        "x = " + "[" * 10_000,
        b"\xff\xfe",
        b"model = '\xff'",
    ],
    ids=range(18),
)
def test_a_faulty_model_file_is_refused(tmp_path, content):
    path = tmp_path / "model.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(PolysysError) as caught:
        use(str(path))
    check_sentences(caught.value)


def test_a_model_with_a_field_has_it_in_its_label_and_in_its_landscape():
    model = ps.SphericalPSpin(3, 3, field="1/3")
    assert model_from_label(model.label) == model
    assert (
        model_from_label(model.label).sample(1).digest
        == model.sample(1).digest
        != ps.SphericalPSpin(3, 3).sample(1).digest
    )


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
def test_every_family_its_keys_and_its_sizes_stand_in_the_documents(family):
    from pathlib import Path

    text = (Path(__file__).parents[3] / "docs" / "models.md").read_text()
    section = text.split(f"\n## {family.name}\n")[1].split("\n## ")[0]
    assert all(f"`{key}`" in section for key in (*family.required, *family.optional))
    assert family.sizes


def test_the_numbers_in_the_sizes_are_the_proved_ones():
    from polysys import counts

    said = {name: family.sizes for name, family in FAMILIES.items()}
    assert counts.cartwright_sturmfels(14, 3).value == 16383 and "16383 for n=14,p=3" in said["spherical-p-spin"]
    layered = {widths: counts.friedland_ottaviani(widths, (1,) * len(widths)).value for widths in ((3, 3, 3), (4, 4, 4), (3, 3, 3, 3))}
    assert layered == {(3, 3, 3): 37, (4, 4, 4): 240, (3, 3, 3, 3): 997}
    assert "37 classes for 3-3-3, 240 for 4-4-4, 997 for 3-3-3-3" in said["layered-spin-glass"]
    # 2-2-1: the closed form sum_r C(2,r) C(2,r) 4^r; 2-2-2 and 1-2-2-1: Mehta et al. 2022
    assert "33 solutions for 2-2-1, 225 for 2-2-2, 129 for 1-2-2-1" in said["deep-linear"]
