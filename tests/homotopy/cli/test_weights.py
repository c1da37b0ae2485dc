"""The command weights: output, files, exit codes, one sentence for every mistake."""

import json

import pytest

LABEL = "binary-network:widths=5-3-1,output=fixed,m=7"


def test_a_space_prints_itself_in_at_most_twenty_lines(stationary):
    result = stationary("weights", LABEL, "--seed", "2", "--fit", "maximum-entropy")
    assert result.code == 0 and result.err == "" and len(result.out.splitlines()) <= 20
    assert (
        "66 solutions" in result.out
        and "42 under single flips, 18 isolated" in result.out
        and "7 under a group of order 6" in result.out
    )
    assert "pairs      66 48 48 240" in result.out and "captured" in result.out


def test_spins_print_themselves(stationary):
    result = stationary("weights", "ising:n=10", "--seed", "2")
    assert (
        result.code == 0 and "2 states of lowest energy" in result.out and "8 states that no flip lowers" in result.out
    )


def test_json_and_figure(stationary, tmp_path):
    pytest.importorskip("matplotlib")
    result = stationary(
        "weights", LABEL, "--seed", "2", "--fit", "mean-field", "--json", "-", "--plot", str(tmp_path / "w.svg")
    )
    content = json.loads(result.out)
    assert (content["n_solutions"], content["n_cluster_orbits"], content["symmetry_order"]) == (66, 7, 6)
    assert content["fit"]["method"] == "mean-field" and content["states_by_error"]["0"] == 66
    assert sum(content["pair_distances"]) == 66**2 and (tmp_path / "w.svg").exists()


def test_many_samples_and_ends_of_searches(stationary, tmp_path):
    result = stationary(
        "weights",
        LABEL,
        "--samples",
        "12",
        "--seed",
        "1",
        "--store",
        str(tmp_path / "store"),
        "--json",
        str(tmp_path / "e.json"),
    )
    assert result.code == 0 and "12 samples" in result.out
    assert len(json.loads((tmp_path / "e.json").read_text())["records"]) == 12
    assert (
        stationary("weights", LABEL, "--samples", "12", "--seed", "1", "--store", str(tmp_path / "store")).out
        == result.out
    )
    assert "EndPoints of annealing" in stationary("weights", LABEL, "--seed", "2", "--ends", "annealing").out


def test_a_file_names_a_space_too(stationary, tmp_path):
    (tmp_path / "net.toml").write_text('model = "binary-network"\nwidths = [5, 3, 1]\noutput = "fixed"\nm = 7\n')
    assert "66 solutions" in stationary("weights", str(tmp_path / "net.toml"), "--seed", "2").out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("binary-network:widths=4-1,inputs=sign,m=4",), "fields of units of layer 1 can be zero"),
        (("binary-network:widths=5-4-1,m=4",), "fields of units of layer 2 can be zero"),
        (("binary-network:widths=33-1,m=4",), "33 weights have 2^33 states, which need 8 GiB"),
        (("ising:n=64",), "which need 137,438,953,472 GiB"),
        (("ising:n=3,couplings={folder}/skew.csv",), "not symmetric: entry (1, 2) is 1, and (2, 1) is 2"),
        (("ising:n=3,couplings={folder}/short.csv",), "2 rows of 3 numbers"),
        (("ising:n=3,couplings=gaussian",), "no couplings 'gaussian'"),
        (("binary-network:widths=2-1,data={folder}/labels.csv,ties=plus",), "neither +1 nor -1"),
        (("binary-network:widths=5-3-2,m=4",), "2 outputs"),
        (("binary-network:widths=5-3-1",), "number of data m is missing"),
        (("binary-network:widths=5-1,m=4,output=fixed",), "no weights"),
        (("spherical-p-spin:n=3,p=3",), "no single states"),
        (("nothing:n=3",), "no model 'nothing'"),
        ((LABEL, "--max-errors", "99"), "not a number of errors"),
        ((LABEL, "--fit", "guess"), "no method 'guess'"),
        ((LABEL, "--seed", "-1"), "not a nonnegative integer"),
        ((LABEL, "--ends", "guess"), "no search 'guess'"),
        ((LABEL, "--store", "x"), "--store is given without --samples"),
        ((LABEL, "--samples", "3", "--fit", "bethe"), "--fit is for one space"),
        ((LABEL, "--samples", "0"), "samples = 0"),
        ((LABEL, "--plot", "w.gif"), "cannot be written as"),
    ],
)
def test_mistakes_are_said_in_one_sentence(stationary, tmp_path, arguments, sentence):
    (tmp_path / "skew.csv").write_text("0,1,1,0\n2,0,1,0\n1,1,0,0\n")
    (tmp_path / "short.csv").write_text("0,1,1\n1,0,1\n")
    (tmp_path / "labels.csv").write_text("1,1,1\n1,-1,0\n")
    result = stationary("weights", *(a.format(folder=tmp_path) for a in arguments))
    assert result.code == 2 and result.out == "" and sentence in result.err and len(result.err.splitlines()) == 1


def test_a_space_has_no_stationary_points(stationary):
    result = stationary("count", "ising:n=3")
    assert result.code == 2 and "Run 'stationary weights ising:..'" in result.err
