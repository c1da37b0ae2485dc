"""All real stationary points of Ising spins on a product of circles, exactly: one linear system with integer coefficients for each face.

On V = -sum J_ij x_i x_j - sum h_i x_i, x_i = cos t_i, spin i is at x_i = +1 or -1, or its field f_i = h_i + sum_j J_ij x_j is zero. With F the set of
the latter, x_F solves J_FF x_F = -(h_F + J_{F,rest} x_rest). It is real on the torus where |x_i| < 1 for all of F, and then stands for 2^|F| points, the
signs of the sines. The Hessian falls into the entries x_i f_i of the spins at +-1 and the block -J_ij y_i y_j of F, which has the
inertia of -J_FF whatever y is. So counts by index rest on signs of integers only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from flint import fmpz_mat

from homotopy.common.arrays import Floats
from homotopy.common.reporting import report
from homotopy.weights.space import WeightSpace
from polysys.errors import InputError, PositiveDimensionalError
from polysys.models.binary.ising import SpinSpace

MAX_SPINS = 12
Objects = npt.NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class TorusPoints:
    """The real stationary points of Ising spins on a torus, counted exactly.

    Parameters
    ----------
    label : str
    n : int
        Number of spins.
    by_index : tuple of int
        Numbers of points of Morse index 0, .., n; all are nondegenerate.
    energies : tuple of array
        For each index the energies of the points, ascending, each as often as there are points of it.
    """

    label: str
    n: int
    by_index: tuple[int, ...]
    energies: tuple[Floats, ...]

    @property
    def n_real(self) -> int:
        """Number of real points."""
        return sum(self.by_index)

    @property
    def n_complex(self) -> int:
        """Number of complex points: all faces have their solution, since no determinant is zero."""
        return int(2**self.n * (2**self.n - self.n))

    @property
    def euler_characteristic(self) -> int:
        """Alternating sum of the numbers of points, which is 0 for a torus."""
        return sum((-1) ** k * c for k, c in enumerate(self.by_index))

    def __repr__(self) -> str:
        shown = "  ".join(f"{k}: {c}" for k, c in enumerate(self.by_index))
        return (
            f"TorusPoints of {self.label}\n  complex    {self.n_complex}, one linear system for each face of the cube\n"
            f"  real       {self.n_real}, by index {shown}; Euler characteristic {self.euler_characteristic}"
        )


def torus_points(space: WeightSpace | SpinSpace) -> TorusPoints:
    """Count the real stationary points of the torus of Ising spins by index, exactly; 3^n integer systems.

    Parameters
    ----------
    space : WeightSpace or SpinSpace
        Of Ising spins, at most 12.

    Returns
    -------
    TorusPoints

    Raises
    ------
    InputError
        For networks, and for more spins.
    PositiveDimensionalError
        Where a point is degenerate or not isolated: a determinant, a field of a spin at +-1, or :math:`1 - x_i^2` of a free one is zero.

    Examples
    --------
    >>> import polysys as ps
    >>> torus_points(ps.Ising(3, field=1).sample(seed=1)).by_index
    (1, 3, 3, 1)
    """
    spins = space.space if isinstance(space, WeightSpace) else space
    if not isinstance(spins, SpinSpace):
        raise InputError("Only Ising spins have a torus.", "Give a space of the family ising.")
    n = spins.n
    if n > MAX_SPINS:
        raise InputError(f"{n} spins have 3^{n} = {3**n} faces.", f"At most {MAX_SPINS} spins are counted.")
    j, h = integer_couplings(spins)
    counts, energies = [0] * (n + 1), [[np.empty(0)] for _ in range(n + 1)]
    for k, face in enumerate(faces(j, h)):
        report("faces", k, 2**n)
        for m in np.unique(face.indices).tolist():
            found, size = face.energy[face.indices == m], len(face.free)
            counts[m] += found.size << size
            energies[m].append(np.repeat(found, 1 << size))
    unit = float(spins.unit)
    return TorusPoints(spins.label, n, tuple(counts), tuple(np.sort(np.concatenate(e)) * unit for e in energies))


def integer_couplings(spins: SpinSpace) -> tuple[Objects, Objects]:
    """J and h in units."""
    j, h = np.zeros((spins.n, spins.n), object), np.zeros(spins.n, object)
    for name, coefficient in spins.coefficients.items():
        members = [i for i in range(spins.n) if name >> i & 1]
        if len(members) == 1:
            h[members[0]] = -coefficient
        else:
            j[members[0], members[1]] = j[members[1], members[0]] = -coefficient
    return j, h


class Faces(NamedTuple):
    """The faces with one set of free spins that hold real points, each of them one row."""

    free: list[int]
    fixed: list[int]
    signs: Objects  # of the fixed spins
    numerators: Objects  # of the free spins, over `determinant`
    determinant: int
    indices: npt.NDArray[np.int64]
    energy: Floats  # in units


def faces(j: Objects, h: Objects) -> Iterator[Faces]:
    """The faces of the cube that hold real points, by sets of free spins; couplings and fields are integers."""
    n = h.size
    for size in range(n + 1):
        for free in map(list, combinations(range(n), size)):
            fixed = [i for i in range(n) if i not in free]
            signs = 1 - 2 * ((np.arange(1 << len(fixed))[:, None] >> np.arange(len(fixed))) & 1).astype(object)
            right = -(h[free] + signs @ j[np.ix_(fixed, free)]) if fixed else -h[None, free]
            if size == 1:  # J_FF = 0: no solution, unless the field happens to vanish
                if (right == 0).any():
                    raise _degenerate("A spin without field can turn freely.")
                continue
            block = fmpz_mat(j[np.ix_(free, free)].tolist())
            determinant = int(block.det())
            if not determinant:
                raise _degenerate("The couplings of some free spins are singular.")
            adjugate = np.array([[int(v * determinant) for v in row] for row in block.inv().tolist()], object).reshape(
                size, size
            )
            x = right @ adjugate.T  # times the determinant; symmetric matrices have symmetric inverses
            if (np.abs(x) == abs(determinant)).any():
                raise _degenerate("A free spin is at +1 or -1.")
            inside = (np.abs(x) < abs(determinant)).all(axis=1)
            x, signs = x[inside], signs[inside]
            field = (h[fixed] + signs @ j[np.ix_(fixed, fixed)]) * determinant + x @ j[np.ix_(free, fixed)]
            if (field == 0).any():
                raise _degenerate("A spin at +1 or -1 has no field.")
            down = (signs * field * (1 if determinant > 0 else -1) < 0).sum(axis=1).astype(np.int64)
            energy = _ratio(-(signs * (field + h[fixed] * determinant)).sum(axis=1) - x @ h[free], 2 * determinant)
            yield Faces(free, fixed, signs, x, determinant, down + _n_negative(-block), energy)


def _ratio(numerators: Any, denominator: int) -> Floats:
    return np.array([int(v) / denominator for v in numerators], float)


def _n_negative(matrix: Any) -> int:
    """Number of negative eigenvalues: all are real, so Descartes' rule for the characteristic polynomial at -t is exact."""
    coefficients = [int(c) for c in matrix.charpoly().coeffs()]
    signs = [c * (-1) ** k > 0 for k, c in enumerate(coefficients) if c]
    return sum(a != b for a, b in pairwise(signs))


def _degenerate(why: str) -> PositiveDimensionalError:
    return PositiveDimensionalError(
        f"{why} Stationary points of the torus are degenerate or not isolated.", "Take generic couplings."
    )
