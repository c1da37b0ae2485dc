"""Columns of measured data reduced to a few, as :mod:`polysys.datasets` describes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int_]


def _centred(columns: Floats) -> Floats:
    result: Floats = columns - columns.mean(axis=0)
    return result


def standardised(columns: Floats) -> Floats:
    """Columns of mean 0 and variance 1."""
    result: Floats = _centred(columns) / columns.std(axis=0)
    return result


def reduced(z: Floats, k: int) -> Floats:
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
    scaled: Floats = x / np.sqrt(x.var(axis=0).mean())
    return scaled


def one_hot(labels: Labels, targets: int) -> Floats:
    """Columns of the first classes, centred where a class is left out."""
    columns: Floats = (labels[:, None] == np.arange(targets)).astype(np.float64)
    return columns if targets == labels.max() + 1 else _centred(columns)


def balanced(labels: Labels, is_first: npt.NDArray[np.bool_], rng: np.random.Generator) -> Labels:
    """A permutation of the data that runs through the classes in turn, in each turn through `is_first` first."""
    order = rng.permutation(labels.size)
    place = rng.permutation(labels.max() + 1)[labels[order]]
    turn = np.empty(labels.size, dtype=int)
    for c in range(labels.max() + 1):
        turn[labels[order] == c] = np.arange((labels == c).sum())
    result: Labels = order[np.lexsort((place, ~is_first[order], turn))]
    return result
