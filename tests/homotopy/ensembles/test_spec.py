"""Specifications: what TOML says is what is run, every mistake is one sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homotopy import EnsembleSpec, Options
from homotopy.ensembles.spec import is_spec_file, spec_from_dict, spec_from_toml
from polysys.errors import InputError

LABEL = "spherical-p-spin:n=3,p=3"


@given(
    st.text(st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\x7f"), min_size=1).filter(str.strip),
    st.integers(1, 10**9),
    st.integers(0),
    st.booleans(),
    st.floats(1e-3, 1e9),
    st.sampled_from(["auto", "phcpack"]),
    st.integers(0, 2**40),
)
def test_a_specification_survives_its_file(model, samples, seed, points, timeout, engine, solver_seed):
    spec = EnsembleSpec(model, samples, seed, points, timeout, Options(engine=engine, seed=solver_seed, precision="dd"))
    assert spec_from_toml(spec.to_toml()) == spec
    assert spec_from_dict(spec.to_dict()) == spec


def test_the_identity_is_what_the_records_depend_on():
    spec = EnsembleSpec(LABEL, 100, 1)
    same = [EnsembleSpec(LABEL, 200, 1), EnsembleSpec(LABEL, 100, 1, timeout=3)]
    other = [
        EnsembleSpec(LABEL, 100, 2),
        EnsembleSpec(LABEL, 100, 1, points=True),
        EnsembleSpec("spherical-p-spin:n=4,p=3", 100, 1),
        EnsembleSpec(LABEL, 100, 1, options=Options(engine="phcpack")),
    ]
    assert {s.identity("d") for s in same} == {spec.identity("d")}
    assert len({s.identity("d") for s in [spec, *other]} | {spec.identity("another landscape")}) == 6


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('model = "a"\nsamples = 5\nsample = 3', "unknown key 'sample'"),
        ("samples = 5", "lacks the key 'model'"),
        ('model = "a"', "lacks the key 'samples'"),
        ('model = "a"\nsamples = -5', "samples = -5"),
        ('model = "a"\nsamples = 0', "samples = 0"),
        ('model = "a"\nsamples = 5.0', "samples = 5.0"),
        ('model = "a"\nsamples = true', "samples = True"),
        ('model = "a"\nsamples = "5"', "samples = '5'"),
        ('model = "a"\nsamples = 5\nseed = -1', "seed = -1"),
        ('model = 3\nsamples = 5', "model = 3"),
        ('model = ""\nsamples = 5', "model = ''"),
        ('model = "a"\nsamples = 5\npoints = 1', "points = 1"),
        ('model = "a"\nsamples = 5\ntimeout = 0', "timeout = 0"),
        ('model = "a"\nsamples = 5\ntimeout = nan', "timeout = nan"),
        ('model = "a"\nsamples = 5\noptions = 3', "options is not a table"),
        ('model = "a"\nsamples = 5\n[options]\nspeed = 3', "unknown option 'speed'"),
        ('model = "a"\nsamples = 5\n[options]\nseed = "x"', "wrong type"),
        ('model = "a"\nsamples = 5\n[options]\nrounds = true', "wrong type"),
        ('model = "a"\nsamples = 5\nengine = "magic"', "no engine 'magic'"),
        ('model = "a"\nsamples = 5\nengine = "auto"\n[options]\nengine = "tracker"', "twice"),
        ("model = ", "is not TOML"),
    ],
)
def test_a_mistake_in_a_specification_is_named(text, words):
    with pytest.raises(InputError) as caught:
        spec_from_toml(text)
    assert words in caught.value.what and caught.value.way_out


def test_model_files_are_told_from_specifications(tmp_path):
    (tmp_path / "model.toml").write_text('model = "spherical-p-spin"\nn = 3\np = 3\n')
    (tmp_path / "spec.toml").write_text(EnsembleSpec(LABEL, 5).to_toml())
    assert is_spec_file(str(tmp_path / "spec.toml")) and not is_spec_file(str(tmp_path / "model.toml"))
    assert not is_spec_file(LABEL) and not is_spec_file("nowhere.toml")
