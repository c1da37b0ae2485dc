"""Couplings J_ij of pairs of spins and their fields h_i: drawn, given as arrays, or read from a file."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any, ClassVar

import numpy as np

from polysys.disorder import normal
from polysys.errors import InputError
from polysys.landscape import Couplings
from polysys.models.base import size
from polysys.models.grammar import integer
from polysys.reading.exact_tables import exact_matrix, is_table
from polysys.reading.files import shown_path
from polysys.reading.rationals import as_rational, as_rational_array

PAIR_KEYS = ("couplings", "field")


@dataclass(frozen=True)
class PairCouplings:
    """What models with an energy -sum_{i<j} J_ij s_i s_j - sum_i h_i s_i share.

    Parameters
    ----------
    n : int
        Number of spins.
    couplings : "sk", path or array (n, n)
        "sk": the J_ij, i < j, are independent standard normal. A .csv or .npy file has a row for each spin: its n couplings, and after them
        its field, if there are fields. The matrix is symmetric with zeros on the diagonal.
    field : rational or sequence
        Standard deviation of independent Gaussian fields; a sequence gives the fields themselves.
    """

    n: int
    couplings: Any = "sk"
    field: Any = 0

    family: ClassVar[str]
    most: ClassVar[int] = 64

    def __post_init__(self) -> None:
        n = size(self.n, "n", most=self.most)
        couplings, field = self.couplings, self.field
        if isinstance(couplings, os.PathLike):
            couplings = os.fspath(couplings)
        if not isinstance(couplings, str):
            couplings = _pairs(couplings, n, "couplings")
        elif couplings != "sk":
            _from_file(couplings, n)  # refused now
        if isinstance(field, str | int | float | Fraction | np.number):
            field = as_rational(field)
            if field and couplings != "sk":
                raise InputError(
                    "Fields are drawn only where couplings are.", "Give the fields themselves, one for each spin."
                )
        else:
            if isinstance(couplings, str):
                raise InputError("Fields are given without couplings.", "Give both as arrays.")
            field = tuple(as_rational_array(field, (n,), "field").tolist())
        for name, value in (("n", n), ("couplings", couplings), ("field", field)):
            object.__setattr__(self, name, value)

    @classmethod
    def pair_keys(cls, keys: Mapping[str, str]) -> dict[str, Any]:
        """The fields of this class from the keys of a label."""
        return {"n": integer(keys, "n"), "couplings": keys.get("couplings", "sk"), "field": keys.get("field", 0)}

    @property
    def pair_label(self) -> str:
        """The part of the label that names n, couplings and field."""
        if isinstance(self.couplings, str):
            couplings = "" if self.couplings == "sk" else f",couplings={self.couplings}"
            return f"n={self.n}{couplings}" + (f",field={self.field}" if self.field else "")
        digest = hashlib.sha256(repr((self.couplings, self.field)).encode()).hexdigest()[:12]
        return f"n={self.n},couplings=arrays@{digest}"

    def draw_pairs(self, rng: np.random.Generator) -> Couplings:
        """J in the order of :func:`pairs`, and the field where there is one."""
        if self.couplings == "sk":
            drawn = {"J": normal(rng, self.n * (self.n - 1) // 2)}
            return {**drawn, "field": normal(rng, self.n) * self.field} if self.field else drawn
        if isinstance(self.couplings, str):
            couplings, fields = _from_file(self.couplings, self.n)
        else:
            couplings, fields = self.couplings, self.field if isinstance(self.field, tuple) else ()
        result = {"J": np.array(couplings, dtype=object)}
        return {**result, "field": np.array(fields, dtype=object)} if any(fields) else result


def pairs(n: int) -> list[tuple[int, int]]:
    """All (i, j) with i < j, in the order of the couplings."""
    return list(combinations(range(n), 2))


def pair_energy(s: Any, couplings: Couplings) -> Any:
    """-sum_{i<j} J_ij s_i s_j - sum_i h_i s_i, over any ring."""
    terms = [c * s[i] * s[j] for c, (i, j) in zip(couplings["J"], pairs(len(s)), strict=True)]
    if "field" in couplings:
        terms += [h * v for h, v in zip(couplings["field"], s, strict=True)]
    return -sum(terms)


def _pairs(values: Any, n: int, name: str) -> tuple[Fraction, ...]:
    matrix = as_rational_array(values, (n, n), name)
    if any(matrix[i, i] for i in range(n)):
        raise InputError(f"{name} has an entry on the diagonal.", "Put zeros there: s_i^2 = 1 couples nothing.")
    for i, j in pairs(n):
        if matrix[i, j] != matrix[j, i]:
            raise InputError(
                f"{name} is not symmetric: entry ({i + 1}, {j + 1}) is {matrix[i, j]}, and ({j + 1}, {i + 1}) is {matrix[j, i]}.",
                "Give a symmetric matrix.",
            )
    return tuple(matrix[i, j] for i, j in pairs(n))


def _from_file(path: str, n: int) -> tuple[tuple[Fraction, ...], tuple[Fraction, ...]]:
    if not is_table(path):
        raise InputError(f"There are no couplings {path[:60]!r}.", "Choose sk, or a .csv or .npy file.")
    matrix, name = exact_matrix(path), shown_path(path)
    rows, columns = matrix.shape
    if rows != n or columns not in (n, n + 1):
        raise InputError(
            f"The file {name} has {rows} rows of {columns} numbers.",
            f"For n={n} give {n} rows: the {n} couplings of a spin, then its field, if there are fields.",
        )
    return _pairs(matrix[:, :n], n, f"The matrix in {name}"), tuple(matrix[:, n:].ravel().tolist())
