"""What a binary network is asked to reproduce: inputs and +-1 labels, drawn, taken from Iris or Digits, or given."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from polysys import datasets
from polysys.datasets import FRACTIONAL_BITS, Dataset
from polysys.disorder import dyadic
from polysys.errors import InputError

LABELS = ("random", "teacher", "iris", "digits")
INPUTS = ("gaussian", "sign")
_SETS = {"iris": (4, 3), "digits": (61, 10)}  # features that vary, classes

Rationals = npt.NDArray[np.object_]


def draw_inputs(rng: np.random.Generator, inputs: str, n: int, m: int) -> Rationals:
    """n x m independent entries, standard normal or +-1."""
    if inputs == "gaussian":
        return dyadic(rng.standard_normal((n, m)), FRACTIONAL_BITS)
    return signs(rng, (n, m)).astype(object)


def signs(rng: np.random.Generator, shape: int | tuple[int, ...]) -> npt.NDArray[np.int8]:
    """Fair coins."""
    return (1 - 2 * rng.integers(0, 2, shape)).astype(np.int8)


def named_data(rng: np.random.Generator, name: str, n: int, m: int) -> tuple[Rationals, npt.NDArray[np.int8]]:
    """m data of a real set with n inputs of +-1, and their labels.

    Iris: versicolor (+1) against virginica. Digits: even (+1) against odd. Input i says whether feature i mod f is at least a quantile of
    it over all these data: with n up to the f features the median, with more the quantiles k/(K+1), k = 1 .. K, of each.
    """
    x, labels = _binarised(name, n)
    if m > labels.size:
        raise InputError(f"{name} has {labels.size} data of these classes, not {m}.", "Choose a smaller m.")
    order = rng.permutation(labels.size)[:m]
    return x[:, order], labels[order]


@lru_cache(maxsize=8)  # of all samples the same
def _binarised(name: str, n: int) -> tuple[Rationals, npt.NDArray[np.int8]]:
    """All data of a set with n inputs of +-1, and their labels."""
    most, n_classes = _SETS[name]
    f = min(n, most)
    raw = getattr(datasets, name)(f, n_classes)
    classes = np.array([[int(v) for v in column] for column in raw.Y.T]).argmax(axis=1)
    chosen = np.flatnonzero(classes > 0) if name == "iris" else np.arange(classes.size)
    labels = np.where(classes == 1 if name == "iris" else classes % 2 == 0, 1, -1)[chosen].astype(np.int8)
    levels = -(-n // f)
    x = np.empty((n, chosen.size), dtype=object)
    for i in range(n):
        feature = raw.X[i % f, chosen]
        threshold = sorted(feature)[(i // f + 1) * chosen.size // (levels + 1)]
        x[i] = [1 if v >= threshold else -1 for v in feature]
    return x, labels


def integer_inputs(x: Rationals) -> tuple[npt.NDArray[np.object_], int]:
    """The inputs times their common denominator, and that denominator."""
    common = int(np.lcm.reduce([Fraction(v).denominator for v in x.ravel().tolist()], dtype=object))
    result = np.empty(x.shape, dtype=object)
    for index, v in np.ndenumerate(x):
        result[index] = int(v * common)
    return result, common


def given_data(data: Any, n: int, m: int | None) -> Dataset:
    """Data given as arrays (X, y), y a row or a vector, as a Dataset, or as a CSV file with the label in the last column."""
    if isinstance(data, str):
        if not data.lower().endswith((".csv", ".txt")):
            raise InputError(
                f"There are no data {data[:60]!r}.",
                "Give a .csv file, or choose labels=random, teacher, iris or digits.",
            )
        found = datasets.from_csv(data, n, 1, m)
    elif isinstance(data, Dataset):
        found = data
    elif isinstance(data, tuple | list) and len(data) == 2:
        y = np.array(data[1], dtype=object)
        found = datasets.from_arrays(data[0], y[None, :] if y.ndim == 1 else y)
    else:
        raise InputError(
            f"The data {type(data).__name__} cannot be used.", "Give arrays (X, y), a Dataset or a .csv file."
        )
    if found.X.shape[0] != n or found.Y.shape[0] != 1:
        raise InputError(
            f"The data have {found.X.shape[0]} features and {found.Y.shape[0]} labels, the network {n} inputs and one output.",
            "Give X of shape inputs x data, and y of shape 1 x data.",
        )
    if not all(v in (1, -1) for v in found.Y.ravel()):
        raise InputError("A label is neither +1 nor -1.", "Give labels of +1 and -1.")
    return found
