"""Barriers between the minima of Ising spins on a product of circles, beside those of single flips.

In x_i = cos t_i the potential is affine in each x_i on the cube [-1, 1]^N, and a path on the cube lifts to the torus, so barriers are those of paths in the cube.
Edges of the cube are such paths: a barrier on the torus is at most that of single flips. Components of sublevel sets come together at points of index 1 whose
two ways down differ: all spins at +-1 are stable there, and -J_FF of the free ones has one negative eigenvalue, with eigenvector v. Along x + t v the potential falls as t^2 does until a spin
is at +-1; from there spins turn one by one along their fields, each way down monotone, to a state that no flip lowers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from homotopy.common.arrays import Floats, Integers
from homotopy.errors import HomotopyError
from homotopy.weights.space import WeightSpace
from homotopy.weights.torus import MAX_SPINS, faces, integer_couplings
from polysys.errors import InputError, require_type
from polysys.models.binary.ising import SpinSpace
from polysys.models.binary.space import state_of


@dataclass(frozen=True, eq=False)
class TorusBarriers:
    """For each minimum but the lowest, how far one must climb to reach a lower one.

    Parameters
    ----------
    label : str
    minima : int64 array
        States by rising energy; of equal energies the smaller number first.
    torus : array
        On the torus; nan for the lowest minimum.
    flips : array
        By single flips.
    n_saddles : int
        Points of index 1 on the cube with two different ways down.
    """

    label: str
    minima: Integers
    torus: Floats
    flips: Floats
    n_saddles: int

    def __repr__(self) -> str:
        lines = [
            f"TorusBarriers of {self.label}",
            f"  minima     {self.minima.size}, joined by {self.n_saddles} saddles in the cube",
        ]
        if self.minima.size > 1:
            ratio = (self.torus[1:] / self.flips[1:]).mean()
            lines.append(
                f"  barriers   {np.mean(self.torus[1:]):.4g} on the torus, {np.mean(self.flips[1:]):.4g} by single flips; ratio {ratio:.3f} on the average"
            )
        return "\n".join(lines)


def torus_barriers(space: WeightSpace) -> TorusBarriers:
    """The barriers between the minima of `torus-ising` with the couplings of a space of Ising spins.

    Which saddles there are, with which index and energy, rests on integers; the ways down are computed in doubles.

    Parameters
    ----------
    space : WeightSpace
        Of at most 12 Ising spins.

    Raises
    ------
    InputError
        For networks, and for more spins.
    PositiveDimensionalError
        Where a point is degenerate or not isolated.

    Examples
    --------
    >>> import homotopy as ho
    >>> found = torus_barriers(ho.weight_space("ising:n=5", seed=2))
    >>> bool((found.torus[1:] <= found.flips[1:] + 1e-12).all()), found.minima.size
    (True, 2)
    """
    require_type(space, WeightSpace, "The space", "Give what ho.weight_space returns.")
    spins = space.space
    if not isinstance(spins, SpinSpace) or spins.n > MAX_SPINS:
        raise InputError("This is no space of at most 12 Ising spins.", "Give a space of the family ising.")
    tree, unit = space.tree, float(spins.unit)
    number = {int(state): k for k, state in enumerate(tree.minima)}
    joins = sorted(_joins(spins))
    torus = np.full(len(number), np.nan)
    parent = list(range(len(number)))

    def root(k: int) -> int:
        while parent[k] != k:
            k = parent[k]
        return k

    for energy, ways in joins:
        lower, higher = sorted(root(number[state]) for state in ways)  # minima are numbered by rising energy
        if lower != higher:
            parent[higher] = lower
            torus[higher] = energy * unit - float(tree.costs[higher]) * unit
    if np.isnan(torus[1:]).any():
        raise HomotopyError(
            "The saddles of the torus do not join all minima.", "Report this with the model and its seed."
        )
    flips = tree.escape_barriers * unit
    return TorusBarriers(
        spins.label, tree.minima, torus, np.where(np.arange(flips.size) == 0, np.nan, flips), len(joins)
    )


def _joins(spins: SpinSpace) -> list[tuple[float, tuple[int, int]]]:
    """The energy of each saddle, in units, and the states where its two ways down end, if these differ."""
    j, h = integer_couplings(spins)
    coupling, field = j.astype(float), h.astype(float)
    found = []
    for face in faces(j, h):
        if not face.free:
            continue  # its two ways down turn one spin in the two directions of its circle, and are mirror images
        down = np.linalg.eigh(-coupling[np.ix_(face.free, face.free)])[1][:, 0]
        for row in np.flatnonzero(face.indices == 1):
            x = np.zeros(spins.n)
            x[face.fixed] = face.signs[row].astype(float)
            x[face.free] = [int(v) / face.determinant for v in face.numerators[row]]
            ways = tuple(_descend(coupling, field, x, face.free, direction) for direction in (down, -down))
            if ways[0] != ways[1]:
                found.append((float(face.energy[row]), (ways[0], ways[1])))
    return found


def _descend(j: Any, h: Any, x: Floats, free: list[int], direction: Floats) -> int:
    """The state at which a way down from a saddle ends."""
    with np.errstate(divide="ignore"):
        room = np.min((1 - np.sign(direction) * x[free]) / np.abs(direction))
    moved = x.copy()
    moved[free] += room * direction
    while True:
        fields = h + j @ moved
        gain = (
            np.abs(fields) - moved * fields
        )  # of turning each spin along its field, which no other one feels until it has turned
        k = int(np.argmax(gain))
        if gain[k] <= 1e-9 * np.abs(fields).max():
            break
        moved[k] = np.sign(fields[k])
    return state_of(tuple(int(v) for v in np.rint(moved)))
