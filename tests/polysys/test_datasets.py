"""Data sets: exact, reproducible, generic, and clear about what they cannot give."""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from polysys import datasets
from polysys.errors import DatasetError, InputError

sklearn = pytest.importorskip("sklearn.datasets")
NAMED = [(datasets.iris, 4, 3, 150), (datasets.wine, 13, 3, 178), (datasets.digits, 61, 10, 1797)]


def as_float(array: object) -> np.ndarray:
    return np.asarray(array, dtype=float)


@pytest.mark.parametrize(("loader", "features", "targets", "m"), [*NAMED, (datasets.diabetes, 10, 1, 442)])
def test_a_named_set_gives_all_it_has_and_says_so_when_asked_for_more(loader, features, targets, m):
    data = loader(features, targets)
    assert (data.n_features, data.n_targets, data.n_data) == (features, targets, m)
    for bad in [(features + 1, targets), (features, targets + 1), (0, 1), (features, targets, m + 1), (True, 1)]:
        with pytest.raises(DatasetError, match=r"from 1 to \d+"):
            loader(*bad)


def test_the_reduced_features_are_correlated_of_mean_variance_one_and_span_the_leading_principal_subspace():
    z = sklearn.load_iris(return_X_y=True)[0]
    z = (z - z.mean(axis=0)) / z.std(axis=0)
    variances = np.sort(np.linalg.eigvalsh(z.T @ z / len(z)))[::-1]
    for k in range(1, 5):
        covariance = as_float(datasets.iris(k, 1).moments()[0])
        assert np.trace(covariance) == pytest.approx(k, abs=1e-5)
        expected = variances[:k] * k / variances[:k].sum()
        assert np.sort(np.linalg.eigvalsh(covariance))[::-1] == pytest.approx(expected, abs=1e-5)
        assert k == 1 or np.abs(covariance - np.diag(np.diag(covariance))).max() > 0.1


def test_all_features_are_the_standardised_measurements_themselves():
    z = sklearn.load_wine(return_X_y=True)[0]
    z = (z - z.mean(axis=0)) / z.std(axis=0)
    assert as_float(datasets.wine(13, 1).X) == pytest.approx(z.T, abs=1e-6)


def test_the_reduction_does_not_depend_on_signs_or_rotations_chosen_by_the_eigensolver(monkeypatch):
    expected = datasets.wine(4, 2).digest
    eigh = np.linalg.eigh

    def other_lapack(a):
        values, vectors = eigh(a)
        vectors = vectors * np.where(np.arange(len(a)) % 2, -1, 1)
        rotation = np.linalg.qr(np.random.default_rng(3).standard_normal((4, 4)))[0]
        return values, np.hstack([vectors[:, :-4], vectors[:, -4:] @ rotation])

    monkeypatch.setattr(np.linalg, "eigh", other_lapack)
    assert datasets.wine(4, 2).digest == expected


@pytest.mark.parametrize(("loader", "features", "targets", "m"), NAMED)
def test_a_few_data_have_targets_of_full_rank(loader, features, targets, m):
    for seed in range(5):
        for k in (2, targets):
            for m in range(1, k + 1):
                data = loader(2, k, m=m, seed=seed)
                assert np.linalg.matrix_rank(as_float(data.Y)) == m
        assert loader(2, 1, m=1, seed=seed).Y[0, 0] != 0


def test_target_columns_are_class_number_centred_one_hot_or_one_hot():
    label, reduced, full = (as_float(datasets.iris(2, k).Y) for k in (1, 2, 3))
    assert np.unique(label.round(5)) == pytest.approx([-1.22474, 0, 1.22474])
    assert np.unique(reduced.round(5)) == pytest.approx([-0.33333, 0.66667])
    assert set(full.ravel()) == {0, 1}
    assert (full.sum(axis=0) == 1).all()


def test_entries_are_dyadic_rationals_and_the_seed_fixes_them():
    for draw in (lambda seed: datasets.iris(2, 2, m=5, seed=seed), lambda seed: datasets.gaussian(2, 2, 5, seed=seed)):
        data = draw(3)
        assert all(isinstance(v, Fraction) and 2**20 % v.denominator == 0 for v in [*data.X.flat, *data.Y.flat])
        assert data.digest == draw(3).digest != draw(4).digest
    assert len({tuple(column) for column in datasets.diabetes(3, 1, m=442).X.T}) > 400


def test_drawn_data_are_among_all_data():
    everything = {tuple(c) for c in datasets.iris(2, 2).X.T}
    assert {tuple(c) for c in datasets.iris(2, 2, m=20, seed=1).X.T} <= everything


def test_moments_are_exact_sums_of_outer_products():
    data = datasets.from_arrays([["1/3", 2, 0.5], [1, 0, -1]], [[1, "0.1", 2]])
    for loss, c in (("sum", 1), ("mean", Fraction(1, 3)), (None, 1)):
        xx, yx, yy = data.moments(loss)
        assert (xx == c * (data.X @ data.X.T)).all()
        assert (yx == c * (data.Y @ data.X.T)).all()
        assert yy == c * sum(v * v for v in data.Y.flat)
        assert isinstance(yy, Fraction)
        assert all(isinstance(v, Fraction) for v in [*xx.flat, *yx.flat])
    with pytest.raises(DatasetError, match="loss"):
        data.moments("median")


def test_named_sets_average_and_others_sum_by_default():
    assert datasets.iris(1, 1).loss == "mean"
    assert datasets.gaussian(1, 1, 2).loss == datasets.from_arrays([[1]], [[1]]).loss == "sum"


def test_exclusive_or_is_exact_and_has_one_shape():
    data = datasets.xor()
    assert [tuple(map(int, c)) for c in data.X.T] == [(0, 0), (0, 1), (1, 0), (1, 1)] and data.loss == "mean"
    assert all((a + b) % 2 == y for (a, b), y in zip(data.X.T, data.Y[0], strict=True))
    drawn = {datasets.xor(2, 1, m=3, seed=s).digest for s in range(40)}
    assert len(drawn) == 4  # one for each corner that is left out
    for wrong in ((1, 1, 2), (2, 2, 2), (2, 1, 5), (2, 1, 0)):
        with pytest.raises(DatasetError):
            datasets.xor(*wrong)


def test_a_data_set_cannot_be_changed_and_prints_its_sizes():
    data = datasets.gaussian(2, 1, 3)
    with pytest.raises(ValueError):
        data.X[0, 0] = Fraction(1)
    assert "2 features, 1 targets, 3 data" in str(data)
    assert len(str(data).splitlines()) <= 10


def test_arrays_must_agree_in_the_number_of_data():
    with pytest.raises(DatasetError, match="columns"):
        datasets.from_arrays([[1, 2], [3, 4]], [[1, 2, 3]])
    with pytest.raises(InputError, match=r"Y\[0, 1\]"):
        datasets.from_arrays([[1, 2]], [[1, float("nan")]])
    with pytest.raises(InputError, match="shape"):
        datasets.from_arrays([1, 2], [[1, 2]])
    with pytest.raises(DatasetError):
        datasets.from_arrays(np.zeros((2, 0)), np.zeros((1, 0)))


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "data.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_csv_file_is_read_exactly_with_or_without_header(tmp_path):
    body = "0.1, 2,1e-3\n\n# remark\n-1.5,1/3,4\n"
    for text in (body, "a,b,c\n" + body, "\ufeffa,b,c\r\n" + body):
        data = datasets.from_csv(write(tmp_path, text), 2, 1)
        assert data.X.tolist() == [[Fraction(1, 10), Fraction(-3, 2)], [2, Fraction(1, 3)]]
        assert data.Y.tolist() == [[Fraction(1, 1000), 4]]
    assert datasets.from_csv(write(tmp_path, body), None, 2, m=1).X.tolist() == [[Fraction(1, 10)]]
    with pytest.warns(UserWarning, match="the first 1 of 3 columns are features, the last 1 targets; 1 between them is not used"):
        assert datasets.from_csv(write(tmp_path, body), 1, 1).Y.tolist() == [[Fraction(1, 1000), 4]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1,2\n3\n", "Line 2 .* 1 columns"),
        ("a,b\n1,2\n3,x\n", "Line 3.*'x'"),
        ("1,2\n3,nan\n", "Line 2.*'nan'"),
        ("nan,inf\n3,4\n", "Line 1.*'nan'"),
        ("1,2\n3,inf\n", "Line 2"),
        ("1,2\n3,\n", "Line 2"),
        ("1\n2\n", "targets"),
        ("1,2\n3,4\n", "features = 2"),
        ("", "no data"),
        ("a,b,c\n", "no data"),
        ('1,2\n3,"4\n', "cannot be read"),
        ("1_0,2_0\n1,2\n", "Line 1, column 1 .*'1_0'"),
        ("a,b\n1,2_0\n", "Line 2, column 2 .*'2_0'"),
        ("1e99999,2e99999\n1,2\n", "Line 1, column 1 .* too many digits"),
        ("١,٢\n1,2\n", "Line 1, column 1"),
        ("½,2\n1,2\n", "Line 1, column 1"),
        ("0x10,0x20\n1,2\n", "Line 1, column 1"),
        ("3 cm,4 cm\n1,2\n", "Line 1, column 1"),
        ("$3,$4\n1,2\n", "Line 1, column 1"),
        ("NA,null\n1,2\n", "Line 1, column 1"),
        ("width,2\n1,2\n", "Line 1, column 1 .*'width'"),
        ("1;2\n3,4\n", "commas and semicolons"),
        ("1,5;2,5\n", "commas and semicolons"),
        ("1\t2,5\n", "commas and tabs"),
        ("a,b\nc,d\n1,2\n", "Line 2, column 1 .*'c'"),
    ],
)
def test_a_faulty_csv_file_is_refused_with_its_line(tmp_path, text, message):
    with pytest.raises(DatasetError, match=message):
        datasets.from_csv(write(tmp_path, text), 2, 1)


@pytest.mark.parametrize("separator", [";", "\t", ", "])
@pytest.mark.parametrize("header", ["", "# made by us, with; every\tmark\n", 'x1{s}x2{s}"height, m"\n'])
def test_columns_stand_between_commas_semicolons_or_tabs(tmp_path, separator, header):
    text = header.format(s=separator) + f"1{separator}2.5{separator}-3\n"
    assert datasets.from_csv(write(tmp_path, text), 2, 1).X.tolist() == [[1], [Fraction(5, 2)]]


def test_a_csv_file_with_too_few_rows_or_unreadable_is_refused(tmp_path):
    with pytest.raises(DatasetError, match="m = 3"):
        datasets.from_csv(write(tmp_path, "1,2,3\n4,5,6\n"), 2, 1, m=3)
    for path in (tmp_path / "none.csv", tmp_path, "a\0b"):
        with pytest.raises(DatasetError, match="cannot be read"):
            datasets.from_csv(path, 2, 1)
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00,1")
    with pytest.raises(DatasetError, match="cannot be read"):
        datasets.from_csv(tmp_path / "binary.csv", 1, 1)


def test_without_scikit_learn_the_way_out_is_named(monkeypatch):
    for module in ("sklearn", "sklearn.datasets"):
        monkeypatch.setitem(sys.modules, module, None)
    datasets._load.cache_clear()
    with pytest.raises(DatasetError, match=r"pip install stationary-points\[datasets\]"):
        datasets.iris(2, 2)


def test_seeds_must_be_nonnegative_integers():
    for seed in (-1, 1.5, True):
        with pytest.raises(InputError, match="seed"):
            datasets.gaussian(1, 1, 1, seed=seed)


@pytest.mark.parametrize("name", sorted(datasets._FILES))
def test_plain_files_hold_what_scikit_learn_loads(name: str) -> None:
    data, target = datasets._load(name)
    expected_data, expected_target = getattr(sklearn, f"load_{name}")(return_X_y=True)
    assert np.array_equal(data, expected_data)
    assert np.array_equal(target, expected_target)
