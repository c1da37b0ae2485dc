"""The exact cost of every state: training errors of binary networks, energies of Ising spins."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.weights import kernels
from homotopy.weights.blocks import over_blocks
from homotopy.weights.memory import check_size, require
from homotopy.weights.transform import walsh_hadamard
from polysys.models.binary.ising import SpinSpace
from polysys.models.binary.network import LayerShape, NetworkSpace
from polysys.models.binary.space import BinarySpace

_LOW_BITS = 12  # of a unit's weights, whose fields are tabulated

Words = npt.NDArray[np.uint64]
Integers = npt.NDArray[np.int64]
Costs = npt.NDArray[Any]


def all_costs(space: BinarySpace) -> Costs:
    """The cost of every state in units: uint8 errors of a network, int64 energies of spins.

    Raises
    ------
    SpaceTooLargeError
        If they do not fit in memory; nothing has been taken then.
    """
    if isinstance(space, SpinSpace):
        check_size(space.n, 8, f"The energies of 2^{space.n} states")
        return _energies(space)
    assert isinstance(space, NetworkSpace)
    check_size(space.n, 1, f"The errors of 2^{space.n} states")
    return _errors(space)


def _energies(space: SpinSpace) -> Costs:
    """The energy is a sum over sets of spins, so its values are the transform of its coefficients."""
    energies = np.zeros(1 << space.n, np.int64)
    for k, coefficient in space.coefficients.items():
        energies[k] = coefficient
    return walsh_hadamard(energies)


def _errors(space: NetworkSpace) -> Costs:
    x, powers = space.integer_form
    errors = np.empty(1 << space.n, np.uint8)
    mask = np.uint64((1 << space.n_data) - 1)
    target = np.uint64(sum(1 << mu for mu, y in enumerate(space.y.tolist()) if y > 0))
    shapes = tuple(
        np.array(column, np.int64)
        for column in zip(
            *((s.units, s.fan_in, -1 if s.start is None else s.start, s.is_tree) for s in space.shapes), strict=True
        )
    )
    if powers:
        coefficients, labels = np.array(powers, np.int64), space.y.astype(np.int64)
        values = _value_tables(x, space.shapes[0], coefficients[0])

        def work(a: int, b: int) -> None:
            kernels.polynomial_errors(a, b, values, labels, *shapes, coefficients, errors[a:b])

    elif len(space.shapes) == 1:
        low, high = _partial_fields(x, space.n)

        def work(a: int, b: int) -> None:
            words = np.empty(b - a, np.uint64)
            kernels.sign_words(low, high, a, min(_LOW_BITS, space.n), words)
            kernels.wrong_bits(words, target, mask, errors[a:b])

    else:
        tables = _tables(x, space.shapes[0])

        def work(a: int, b: int) -> None:
            kernels.network_errors(a, b, tables, *shapes, target, mask, errors[a:b])

    over_blocks("states", errors.size, work)
    return errors


def _tables(x: Integers, shape: LayerShape) -> Words:
    """The words of the units of the first layer for all their weight vectors: one table, or one for each unit of a tree."""
    blocks = _blocks(x, shape)
    require(8 * len(blocks) << shape.fan_in, f"The table of 2^{shape.fan_in} weight vectors of a hidden unit")
    tables = np.empty((len(blocks), 1 << shape.fan_in), np.uint64)
    for table, block in zip(tables, blocks, strict=True):
        low, high = _partial_fields(block, shape.fan_in)
        kernels.sign_words(low, high, 0, min(_LOW_BITS, shape.fan_in), table)
    return tables


def _value_tables(x: Integers, shape: LayerShape, coefficients: Integers) -> Integers:
    """The same for a polynomial activation: integer values, datum by datum."""
    blocks = _blocks(x, shape)
    n_bytes = 16 * len(blocks) * x.shape[1] << shape.fan_in
    require(n_bytes, f"The table of 2^{shape.fan_in} weight vectors of a hidden unit on {x.shape[1]} data")
    powers = [int(c) for c in coefficients[::-1]]
    return np.stack([np.polyval(powers, _sums(block)).astype(np.int64).T for block in blocks]).copy()


def _blocks(x: Integers, shape: LayerShape) -> list[Integers]:
    """The inputs that the tables of the first layer are made from."""
    return [x[u * shape.fan_in : (u + 1) * shape.fan_in] for u in range(shape.units)] if shape.is_tree else [x]


def _partial_fields(x: Integers, n: int) -> tuple[Integers, Integers]:
    """What the lower and the higher weights of a unit add to its field on each datum: (data, 2^low) and (data, 2^high)."""
    low = min(_LOW_BITS, n)
    return _sums(x[:low]), _sums(x[low:])


def _sums(x: Integers) -> Integers:
    """sum_i s_i x_i for all signs; bit i of the column's number is 1 where s_i is -1."""
    found = np.zeros((x.shape[1], 1), np.int64)
    for row in x:
        found = np.concatenate([found + row[:, None], found - row[:, None]], axis=1)
    return found
