"""Small real data sets, reduced to a few columns and rounded to dyadic rationals: exactly defined training data.

How the named sets are reduced (once, over all data; then `m` data are drawn):

*Features.*  The columns are standardised (constant columns left out) and projected on their leading principal
subspace of the wanted dimension.  Coordinates in this subspace are not the principal components themselves: those are
uncorrelated, so that X X^T would be diagonal, a special instance with fewer or degenerate stationary points.  They are
the orthonormal axes nearest to measured columns (symmetric orthogonalisation of the projections of the columns that
the subspace represents best, chosen by pivoted Gram-Schmidt).  This has no sign to choose, depends on the subspace
only, and with all features returns the standardised data themselves.  One common factor makes the mean variance 1.

*Targets.*  Classes: one target is the standardised class number; fewer targets than classes are the centred one-hot
columns of the first classes (the class left out is implied); as many targets as classes are the one-hot columns, 0 and
1 (centred, they would be linearly dependent).  Diabetes: the standardised progression.

*Data.*  `m` data are the first m of a permutation drawn from the seed.  For classes the permutation runs through the
classes in turn, those with a target of their own first: m data drawn blindly would often belong to one class, or all to
"the rest", and the target matrix would have rank 1, a special instance with fewer stationary points.

Everything is rounded to multiples of 2^-20, far above the differences of 1e-15 between LAPACK libraries.
"""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from math import lcm
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from polysys.disorder import dyadic, generator
from polysys.errors import DatasetError, FileError
from polysys.reading.exact_tables import exact_rows
from polysys.reading.rationals import as_rational_array

FRACTIONAL_BITS = 20
_FILES = {"iris": "iris.csv", "wine": "wine_data.csv"}  # of scikit-learn: a header, and the class last

Rationals = npt.NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Dataset:
    """Training data with exact rational entries.

    Parameters
    ----------
    name : str
        What it is called.
    X : numpy object array of Fraction, features x data
        Inputs, one datum a column.
    Y : numpy object array of Fraction, targets x data
        Targets.
    description : str
        Where it comes from and how it was reduced.
    loss : str
        Default loss: "sum" over the data or "mean".
    """

    name: str
    X: Rationals
    Y: Rationals
    description: str = ""
    loss: str = "sum"

    def __post_init__(self) -> None:
        _weight(self.loss, 1)
        for key in ("X", "Y"):
            array = as_rational_array(getattr(self, key), (None, None), key)
            array.flags.writeable = False
            object.__setattr__(self, key, array)
        if self.X.shape[1] != self.Y.shape[1] or 0 in self.X.shape or 0 in self.Y.shape:
            raise DatasetError(
                f"X is {_shape(self.X)} and Y is {_shape(self.Y)}.",
                "Give features x data and targets x data with the same number of data (columns), at least one of each.",
            )

    def __repr__(self) -> str:
        return f"Dataset({self.name}: {self.X.shape[1]} data, {self.n_features} features, {self.Y.shape[0]} targets)"

    @property
    def n_features(self) -> int:
        """Number of features dx."""
        return int(self.X.shape[0])

    @property
    def n_targets(self) -> int:
        """Number of targets dy."""
        return int(self.Y.shape[0])

    @property
    def n_data(self) -> int:
        """Number of data m."""
        return int(self.X.shape[1])

    @property
    def digest(self) -> str:
        """sha256 of X, Y and the loss in canonical text."""
        lines = [f"{self.loss} {_shape(self.X)} {_shape(self.Y)}"]
        lines += [" ".join(map(str, row)) for array in (self.X, self.Y) for row in array]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def moments(self, loss: str | None = None) -> tuple[Rationals, Rationals, Fraction]:
        r"""All that a squared loss of a linear network depends on: :math:`c X X^T`, :math:`c Y X^T` and :math:`c \sum_i |y_i|^2`, exactly.

        Parameters
        ----------
        loss : str, optional
            "sum" (c = 1), "mean" (c = 1/m), by default the one of the data set.

        Returns
        -------
        tuple of (dx x dx array, dy x dx array, Fraction)

        Examples
        --------
        >>> from_arrays([[1, 2]], [[1, 1]]).moments("mean")[0]
        array([[Fraction(5, 2)]], dtype=object)
        """
        c = _weight(self.loss if loss is None else loss, self.n_data)
        (x, dx), (y, dy) = _integers(self.X), _integers(self.Y)
        # Integer products over one denominator: a hundred times faster than sums of Fractions.
        return (
            _over(x @ x.T, c / dx**2),
            _over(y @ x.T, c / (dx * dy)),
            Fraction(int((y * y).sum())) * c / dy**2,
        )

    def __str__(self) -> str:
        sizes = f"{self.n_features} features, {self.n_targets} targets, {self.n_data} data, loss {self.loss}"
        return f"{self.name}: {sizes} (digest {self.digest[:12]})\n  {self.description}"


def iris(features: int, targets: int, m: int | None = None, seed: int = 0) -> Dataset:
    """Fisher's Iris: up to 4 features, up to 3 targets (classes), 150 data.

    Parameters
    ----------
    features, targets : int
        Numbers of columns to reduce to, as the module describes.
    m : int, optional
        Number of data, all by default.
    seed : int
        Chooses which data.

    Returns
    -------
    Dataset

    Raises
    ------
    DatasetError
        If scikit-learn is missing, or more is asked than the set has.
    """
    return _named("iris", features, targets, m, seed)


def wine(features: int, targets: int, m: int | None = None, seed: int = 0) -> Dataset:
    """Wine recognition (UCI): up to 13 features, up to 3 targets (classes), 178 data; see `iris`."""
    return _named("wine", features, targets, m, seed)


def digits(features: int, targets: int, m: int | None = None, seed: int = 0) -> Dataset:
    """Handwritten digits (UCI): up to 61 features (varying pixels), 10 targets (classes), 1797 data; see `iris`."""
    return _named("digits", features, targets, m, seed)


def diabetes(features: int, targets: int = 1, m: int | None = None, seed: int = 0) -> Dataset:
    """Diabetes progression: up to 10 features, one target, 442 data; see `iris`."""
    return _named("diabetes", features, targets, m, seed)


def xor(features: int = 2, targets: int = 1, m: int | None = None, seed: int = 0) -> Dataset:
    """Exclusive or: the four corners of the unit square, 1 where the two inputs differ, exactly and not standardised.

    Parameters
    ----------
    features, targets : int
        2 and 1.
    m : int, optional
        Number of data, all four by default.
    seed : int
        Chooses which data.

    Raises
    ------
    DatasetError
        For other numbers of features, targets or data.

    Examples
    --------
    >>> xor().Y.tolist()
    [[Fraction(0, 1), Fraction(1, 1), Fraction(1, 1), Fraction(0, 1)]]
    """
    if (features, targets) != (2, 1):
        raise DatasetError(
            f"xor has two features and one target, not {features!r:.20} and {targets!r:.20}.",
            "Use a network with two inputs and one output.",
        )
    m = 4 if m is None else m
    _check("m", m, 4, "xor")
    corners = np.array([[0, 0, 1, 1], [0, 1, 0, 1]])
    chosen = np.sort(generator(seed).permutation(4)[:m])
    values = corners[:, chosen]
    return Dataset("xor", values, values.sum(axis=0, keepdims=True) % 2, f"exclusive or, {m} of 4 data", "mean")


def gaussian(features: int, targets: int, m: int, seed: int = 0, *, loss: str = "sum") -> Dataset:
    """Independent standard normal features and targets, rounded to multiples of 2^-20.

    Examples
    --------
    >>> gaussian(2, 1, m=3, seed=1).X.shape
    (2, 3)
    """
    for name, value in (("features", features), ("targets", targets), ("m", m)):
        _check(name, value, 10_000, "a drawn data set")
    rng = generator(seed)
    draw = dyadic(rng.standard_normal((features + targets, m)), FRACTIONAL_BITS)
    return Dataset("gaussian", draw[:features], draw[features:], f"iid N(0,1), seed {seed}", loss)


def from_arrays(X: Any, Y: Any, *, name: str = "arrays", loss: str = "sum") -> Dataset:
    """A data set from arrays, kept exactly.

    Parameters
    ----------
    X, Y : array-like of numbers
        Features x data and targets x data; floats stand for their binary values.

    Examples
    --------
    >>> from_arrays([[1, 2], [3, 4]], [["1/2", 0.5]]).n_data
    2
    """
    return Dataset(name, X, Y, "given arrays", loss)


def from_csv(
    path: str | Path, features: int | None, targets: int, m: int | None = None, *, loss: str = "sum"
) -> Dataset:
    """A data set from a comma-separated file with one datum a row; decimals are read exactly.

    Parameters
    ----------
    path : str or Path
        The file.  Its columns stand between commas, semicolons or tabs.  A first row of names, none of which begins with a
        digit or could be meant as a number, is a header; empty rows and rows starting with # are skipped.
    features : int or None
        The first so many columns are the features; None takes all but the targets. Columns that are neither are named in a warning.
    targets : int
        The last so many columns are the targets.
    m : int, optional
        The first so many rows, all by default.
    loss : str
        "sum" or "mean".

    Returns
    -------
    Dataset

    Raises
    ------
    DatasetError
        With the line number, for a missing or unreadable file, ragged rows, anything that is not a finite number, too
        few columns or rows.
    """
    try:
        rows = exact_rows(path)
    except FileError as error:
        raise DatasetError(error.what, error.way_out) from None
    n_columns, n_rows = len(rows[0]), len(rows)
    _check("targets", targets, n_columns - 1, f"{path} with {n_columns} columns")
    features = n_columns - targets if features is None else features
    _check("features", features, n_columns - targets, f"{path} with {n_columns} columns, {targets} of them targets,")
    m = n_rows if m is None else m
    _check("m", m, n_rows, f"{path} with {n_rows} rows")
    if features + targets < n_columns:
        unused = n_columns - features - targets
        warnings.warn(
            f"{path}: the first {features} of {n_columns} columns are features, the last {targets} targets; {unused} between them "
            f"{'is' if unused == 1 else 'are'} not used.",
            stacklevel=2,
        )
    table = np.array(rows[:m], dtype=object).T
    description = f"{path}: columns 1-{features} and the last {targets} of {n_columns}, rows 1-{m} of {n_rows}"
    return Dataset(Path(path).stem, table[:features], table[n_columns - targets :], description, loss)


def _named(name: str, features: int, targets: int, m: int | None, seed: int) -> Dataset:
    rng = generator(seed)
    raw, labels = _load(name)
    x = raw[:, np.ptp(raw, axis=0) > 0]
    is_classes = name != "diabetes"
    _check("features", features, x.shape[1], name)
    _check("targets", targets, int(labels.max()) + 1 if is_classes else 1, name)
    m = x.shape[0] if m is None else m
    _check("m", m, x.shape[0], name)
    x = _reduced(_standardised(x), features)
    y = _one_hot(labels.astype(int), targets) if is_classes and targets > 1 else _standardised(labels[:, None])
    chosen: Any = slice(None)
    if m < x.shape[0]:
        # The middle class of Iris has the standardised number 0: as a single datum it would be a special instance.
        has_target = labels < targets if targets > 1 else np.abs(y[:, 0]) > 1e-9
        chosen = (_balanced(labels.astype(int), has_target, rng) if is_classes else rng.permutation(x.shape[0]))[:m]
    which = "all data" if m == x.shape[0] else f"{m} of {x.shape[0]} data drawn with seed {seed}"
    return Dataset(
        name,
        dyadic(x[chosen].T, FRACTIONAL_BITS),
        dyadic(y[chosen].T, FRACTIONAL_BITS),
        f"scikit-learn {name}, leading principal subspace, {which}",
        "mean",
    )


@cache  # ensembles draw thousands of subsets of one set
def _load(name: str) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    file = _file_of(name)
    if file:
        table = np.loadtxt(file, delimiter=",", skiprows=1)
        data, target = table[:, :-1].copy(), table[:, -1].copy()
    else:
        try:
            loader = getattr(import_module("sklearn.datasets"), f"load_{name}")
        except ImportError:
            raise DatasetError(
                f"The data set {name} needs scikit-learn.", "Install it with pip install stationary-points[datasets]."
            ) from None
        data, target = (np.array(part, dtype=np.float64) for part in loader(return_X_y=True))
    data.flags.writeable = target.flags.writeable = False
    return data, target


def _file_of(name: str) -> Path | None:
    """The plain file in which scikit-learn keeps a set, where it does: importing scikit-learn takes longer than a census."""
    package = find_spec("sklearn")
    if name not in _FILES or package is None or package.origin is None:
        return None
    file = Path(package.origin).parent / "datasets" / "data" / _FILES[name]
    return file if file.is_file() else None


def _centred(columns: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    result: npt.NDArray[np.float64] = columns - columns.mean(axis=0)
    return result


def _standardised(columns: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    result: npt.NDArray[np.float64] = _centred(columns) / columns.std(axis=0)
    return result


def _reduced(z: npt.NDArray[np.float64], k: int) -> npt.NDArray[np.float64]:
    """Coordinates of the data in their leading principal subspace, along the axes nearest to measured columns."""
    loadings = np.linalg.eigh(z.T @ z)[1][:, -k:]
    left, pivots = loadings.copy(), []
    for _ in range(k):
        lengths = (left**2).sum(axis=1)
        # The first of all that are longest up to rounding: ties must not hang on the last bit.
        pivot = int(np.flatnonzero(lengths > lengths.max() - 1e-9)[0])
        pivots.append(pivot)
        axis = left[pivot] / np.sqrt(lengths[pivot])
        left = left - np.outer(left @ axis, axis)
    u, _, vt = np.linalg.svd(loadings[sorted(pivots)].T, full_matrices=False)
    x = z @ loadings @ (u @ vt)
    scaled: npt.NDArray[np.float64] = x / np.sqrt(x.var(axis=0).mean())
    return scaled


def _one_hot(labels: npt.NDArray[np.int_], targets: int) -> npt.NDArray[np.float64]:
    columns: npt.NDArray[np.float64] = (labels[:, None] == np.arange(targets)).astype(np.float64)
    return columns if targets == labels.max() + 1 else _centred(columns)


def _balanced(
    labels: npt.NDArray[np.int_], is_first: npt.NDArray[np.bool_], rng: np.random.Generator
) -> npt.NDArray[np.int_]:
    """A permutation of the data that runs through the classes in turn, in each turn through `is_first` first."""
    order = rng.permutation(labels.size)
    place = rng.permutation(labels.max() + 1)[labels[order]]
    turn = np.empty(labels.size, dtype=int)
    for c in range(labels.max() + 1):
        turn[labels[order] == c] = np.arange((labels == c).sum())
    result: npt.NDArray[np.int_] = order[np.lexsort((place, ~is_first[order], turn))]
    return result


def _integers(array: Rationals) -> tuple[Rationals, int]:
    common = lcm(*(v.denominator for v in array.ravel().tolist()))
    result = np.empty(array.shape, dtype=object)
    for index, v in np.ndenumerate(array):
        result[index] = v.numerator * (common // v.denominator)
    return result, common


def _over(array: Rationals, factor: Fraction) -> Rationals:
    result = np.empty(array.shape, dtype=object)
    for index, v in np.ndenumerate(array):
        result[index] = v * factor
    return result


def _weight(loss: str, m: int) -> Fraction:
    if loss not in ("sum", "mean"):
        raise DatasetError(f"There is no loss {loss!r}.", "Choose sum or mean.")
    return Fraction(1) if loss == "sum" else Fraction(1, m)


def _check(name: str, value: Any, most: int, where: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not 1 <= value <= most:
        if most < 1:
            raise DatasetError(
                f"{where} has too few columns for its {name}.", "Give one for each feature and each target."
            )
        widths = {
            "features": f" (of a network: widths={most}-.. at most)",
            "targets": f" (of a network: widths=..-{most} at most)",
        }.get(name, "")
        raise DatasetError(
            f"{name} = {value!r} cannot be had.", f"For {where} it is an integer from 1 to {most}{widths}."
        )


def _shape(array: Rationals) -> str:
    return " x ".join(map(str, array.shape))
