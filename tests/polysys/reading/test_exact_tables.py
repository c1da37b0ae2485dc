"""Exact numbers in tables: matrices and tensors from .csv and .npy files, and the families that take them."""

from fractions import Fraction

import numpy as np
import pytest

import polysys as ps
from polysys.errors import InputError
from polysys.reading.exact_tables import exact_matrix, exact_tensors

ENTRIES = "i,j,k,value\n1,1,1,0.1\n1,2,3,1/3\n3,2,1,-2\n"
J = [[0, "1/10", "-1/3"], ["1/10", 0, 1], ["-1/3", 1, 0]]


def write(folder, text, name="couplings.csv"):
    file = folder / name
    file.write_text(text)
    return str(file)


def save(folder, array, name="couplings.npy"):
    np.save(folder / name, np.asarray(array))
    return str(folder / name)


def test_decimals_in_text_are_exact_and_doubles_are_what_they_are_in_binary(tmp_path):
    (tensor,) = exact_tensors(write(tmp_path, ENTRIES), [(3, 3, 3)])
    assert tensor == {(0, 0, 0): Fraction(1, 10), (0, 1, 2): Fraction(1, 3), (2, 1, 0): Fraction(-2)}
    (dense,) = exact_tensors(save(tmp_path, [[0.1, 0.0], [0.0, 2.0]]), [(2, 2)])
    assert dense == {(0, 0): Fraction(0.1), (1, 1): Fraction(2)} and dense[0, 0] != Fraction(1, 10)
    assert exact_matrix(save(tmp_path, [[1, 2]])).tolist() == [[1, 2]]


def test_the_rows_of_a_mixture_tell_their_degree_by_their_length(tmp_path):
    file = write(tmp_path, "1,2,1/2\n1,1,2,3\n2,2,2,-1\n")
    land = ps.SphericalPSpin(n=2, p=(2, 3), couplings=file).sample()
    assert str(land.potential) == "3*x1**2*x2 + 1/2*x1*x2 - x2**3"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1,1,0.5\n", "Line 1 of .* has 3 numbers, not 4"),
        ("0,1,1,0.5\n", r"Line 1 of .* has indices \(0, 1, 1\), which a tensor 3 x 3 x 3 lacks. Count them from 1"),
        ("1,1,4,0.5\n", "which a tensor 3 x 3 x 3 lacks"),
        ("1,1.5,1,2\n", "which a tensor 3 x 3 x 3 lacks"),
        ("1,1,1,2\n2,2,2,\n", "Line 2, column 4 of .*: The text '' is not a number"),
        ("1,1,1,2\n1,1,1,3\n", r"Line 2 of .* gives the entry \(1, 1, 1\) again"),
        ("1,1,1,nan\n", "Line 1, column 4"),
        ("", "has no data"),
    ],
)
def test_what_is_no_tensor_is_refused_in_a_sentence(tmp_path, text, said):
    with pytest.raises(InputError, match=said):
        ps.SphericalPSpin(n=3, p=3, couplings=write(tmp_path, text))


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.zeros((3, 3)), "has the shape 3 x 3, not 3 x 3 x 3"),
        (np.full((3, 3, 3), np.inf), "inf is not a finite number"),
        (np.zeros((3, 3, 3), complex), "holds no real numbers but complex128"),
        (np.array([None]), "is no array that can be read"),
    ],
)
def test_what_is_no_array_of_that_shape_is_refused_in_a_sentence(tmp_path, array, said):
    with pytest.raises(InputError, match=said):
        ps.SphericalPSpin(n=3, p=3, couplings=save(tmp_path, array))


def test_glasses_from_files_are_those_of_their_arrays(tmp_path):
    dense = np.zeros((3, 3, 3), object)
    dense[0, 0, 0], dense[0, 1, 2], dense[2, 1, 0] = Fraction(1, 10), Fraction(1, 3), Fraction(-2)
    model = ps.model_from_label(f"spherical-p-spin:n=3,p=3,couplings={write(tmp_path, ENTRIES)}")
    assert model.sample().digest == ps.SphericalPSpin(n=3, p=3).from_tensors(dense).digest
    assert model.law is None and model == ps.model_from_label(model.label)

    tensor = np.random.default_rng(1).normal(size=(2, 3, 2))
    layered = ps.LayeredSpinGlass((2, 3, 2), couplings=save(tmp_path, tensor))
    assert layered.sample().digest == ps.LayeredSpinGlass((2, 3, 2)).from_tensor(tensor).digest
    assert layered.law is None and ps.model_from_label(layered.label) == layered
    with pytest.raises(InputError, match="degree 1 in every layer"):
        ps.LayeredSpinGlass((2, 3, 2), (2, 1, 1), save(tmp_path, tensor))


def test_words_that_are_neither_couplings_nor_files_are_refused(tmp_path):
    for make in (lambda c: ps.SphericalPSpin(3, 3, c), lambda c: ps.LayeredSpinGlass((2, 2), couplings=c)):
        with pytest.raises(InputError, match="There are no couplings 'gauss'"):
            make("gauss")
        with pytest.raises(InputError, match="does not exist"):
            make(str(tmp_path / "none.csv"))
        with pytest.raises(TypeError, match="The couplings are a int, no text"):
            make(3)
    with pytest.raises(InputError, match="come without a field"):
        ps.SphericalPSpin(3, 3, write(tmp_path, ENTRIES), field=1)


@pytest.mark.parametrize("family", [ps.SoftIsing, ps.TorusIsing, ps.Ising])
def test_a_bare_matrix_has_no_fields_and_one_more_column_has_them(tmp_path, family):
    rows = [",".join(map(str, row)) for row in J]
    bare = family(n=3, couplings=write(tmp_path, "\n".join(rows)))
    assert bare.sample().digest == family(n=3, couplings=J).sample().digest
    fields = family(n=3, couplings=write(tmp_path, "\n".join(f"{row},{h}" for row, h in zip(rows, "012", strict=True))))
    assert fields.sample().digest == family(n=3, couplings=J, field=[0, 1, 2]).sample().digest
    doubles = np.array([[0, 0.1], [0.1, 0]])
    dense = family(n=2, couplings=save(tmp_path, doubles))
    assert dense.sample().digest == family(n=2, couplings=doubles).sample().digest


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0,1\n2,0\n", r"is not symmetric: entry \(1, 2\) is 1, and \(2, 1\) is 2"),
        ("0,1\n", "has 1 rows of 2 numbers"),
        ("0,1,2,3\n1,0,2,3\n", "has 2 rows of 4 numbers"),
        ("0,1\n1\n", "Line 2 of .* has 1 columns, the first has 2"),
        ("0,\n1,0\n", "Line 1, column 2 of .*: The text '' is not a number"),
        ("1,1\n1,0\n", "has an entry on the diagonal"),
    ],
)
def test_what_is_no_matrix_of_couplings_is_refused_in_a_sentence(tmp_path, text, said):
    with pytest.raises(InputError, match=said):
        ps.SoftIsing(n=2, couplings=write(tmp_path, text))
