"""Weights as searches find them: independent Bernoulli weights with trained means, and annealing of the cost."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from homotopy.common.arrays import Floats, Integers
from homotopy.common.reporting import report
from homotopy.common.validation import is_number, is_whole
from homotopy.weights import kernels
from polysys.errors import InputError
from polysys.models.binary.network import LayerShape, NetworkSpace

_BETAS = (0.9, 0.999)  # of Adam
_START = 0.1  # standard deviation of the first theta
_TINY = 1e-12  # variance of a field whose weights are all settled


class _Layer(NamedTuple):
    """A layer on the way forward: runs x units x inputs, then runs x units x data."""

    shape: LayerShape
    m: Floats
    inputs: Floats
    variance: Floats
    z: Floats


def train(space: Any, *, runs: int, seed: int = 0, steps: int = 300, rate: float = 0.05) -> Integers:
    """End points of gradient training from random starts, as numbers of states.

    Each weight is +1 with probability (1 + m)/2, m = tanh(theta), independently of all others. The field of a unit is taken as Gaussian with
    its mean and variance, as local reparametrisation does. A sign has no gradient, so not a sample of the field but the mean of its sign,
    erf(mean / sqrt(2 variance)), goes to the next layer. Adam minimises minus the log probability of the labels; the end point is the sign
    of each theta.

    Parameters
    ----------
    space : NetworkSpace
        With units of signs.
    runs, seed, steps : int
    rate : float
        Adam's step size.

    References
    ----------
    Shayer, Levi & Fetaya, ICLR 2018 (local reparametrisation of discrete weights); Zou & Huang, Phys. Rev. Research 3, 033290 (2021).
    """
    _check(runs=runs, steps=steps)
    if not is_number(rate) or rate <= 0:
        raise InputError(f"rate = {rate!r:.40} is not positive.", "Give 0.05, say.")
    if not isinstance(space, NetworkSpace) or space.activation is not None:
        raise InputError("Training by mean outputs is for networks with units of signs.", "Use anneal.")
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(1,)))
    theta = _START * rng.standard_normal((runs, space.n))
    first, second = np.zeros_like(theta), np.zeros_like(theta)
    for step in range(1, steps + 1):
        m = np.tanh(theta)
        slope = loss_and_slope(space, m)[1] * (1 - m**2)
        first += (1 - _BETAS[0]) * (slope - first)
        second += (1 - _BETAS[1]) * (slope**2 - second)
        scale = np.sqrt(second / (1 - _BETAS[1] ** step)) + 1e-8
        theta -= rate * first / (1 - _BETAS[0] ** step) / scale
        report("training", step, steps)
    found: Integers = ((theta < 0).astype(np.int64) << np.arange(space.n)).sum(axis=1)
    return found


def loss_and_slope(space: NetworkSpace, means: Floats) -> tuple[Floats, Floats]:
    """Minus the log probability of the labels, for every run, and its derivatives by the means of the weights: runs x weights."""
    from scipy.special import log_ndtr, ndtr

    layers: list[_Layer] = []
    x = space.X.astype(np.float64)
    inputs = np.broadcast_to(x, (len(means), *x.shape))
    squares = inputs**2
    for shape in space.shapes:
        m, mask = _matrices(means, shape, inputs.shape[1])
        mean, variance = m @ inputs, mask @ squares - m**2 @ inputs**2 + _TINY
        layers.append(_Layer(shape, m, inputs, variance, mean / np.sqrt(variance)))
        inputs = 2 * ndtr(layers[-1].z) - 1
        squares = np.ones_like(inputs)
    margin = space.y * layers[-1].z
    loss = -log_ndtr(margin).sum(axis=(1, 2))
    slope = np.zeros_like(means)
    by_z = -space.y * np.exp(-(margin**2) / 2 - log_ndtr(margin)) / np.sqrt(2 * np.pi)
    for k in range(len(layers) - 1, -1, -1):
        shape, m, inputs, variance, z = layers[k]
        by_mean, by_variance = by_z / np.sqrt(variance), -by_z * z / (2 * variance)
        if shape.start is not None:
            turned = inputs.transpose(0, 2, 1)
            whole = by_mean @ turned - 2 * m * (by_variance @ turned**2)
            slope[:, shape.start : shape.start + shape.units * shape.fan_in] = _own(whole, shape).reshape(
                len(means), -1
            )
        if k:
            turned = m.transpose(0, 2, 1)
            by_input = turned @ by_mean - 2 * inputs * (turned**2 @ by_variance)
            by_z = by_input * np.exp(-(layers[k - 1].z ** 2) / 2) * np.sqrt(2 / np.pi)
    return loss, slope


def _matrices(means: Floats, shape: LayerShape, n_inputs: int) -> tuple[Floats, Floats]:
    """The means of a layer's weights, runs x units x inputs, and 1 where there is a weight: a tree's units have inputs of their own."""
    mask: Floats = np.ones((shape.units, n_inputs))
    if shape.start is None:
        return np.ones((len(means), shape.units, n_inputs)), mask
    flat = means[:, shape.start : shape.start + shape.units * shape.fan_in].reshape(
        len(means), shape.units, shape.fan_in
    )
    if shape.is_tree:
        mask = np.repeat(np.eye(shape.units), shape.fan_in, axis=1)
        flat = np.tile(flat, (1, 1, shape.units)) * mask
    return flat, mask


def _own(whole: Floats, shape: LayerShape) -> Floats:
    """The entries of runs x units x inputs that belong to weights."""
    if not shape.is_tree:
        return whole
    return np.stack([whole[:, u, u * shape.fan_in : (u + 1) * shape.fan_in] for u in range(shape.units)], axis=1)


def anneal(
    costs: npt.NDArray[Any],
    n: int,
    *,
    runs: int,
    seed: int = 0,
    sweeps: int = 200,
    hot: float = 2.0,
    cold: float = 0.05,
) -> Integers:
    """End points of simulated annealing of the cost by single flips from random states, as numbers of states.

    Parameters
    ----------
    costs : array (2^n,)
    n, runs, seed : int
    sweeps : int
        Of n proposed flips each.
    hot, cold : float
        First and last temperature, in units of the cost; the ones between are in geometric progression.
    """
    _check(runs=runs, sweeps=sweeps)
    if not (is_number(hot) and is_number(cold) and hot >= cold > 0):
        raise InputError(
            f"The temperatures {hot!r:.40} and {cold!r:.40} do not fall.", "Give hot=2 and cold=0.05, say."
        )
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(2,)))
    states = rng.integers(0, costs.size, runs)
    for k, temperature in enumerate(np.geomspace(hot, cold, sweeps)):
        kernels.metropolis(costs, states, rng.integers(0, n, (runs, n)), rng.uniform(size=(runs, n)), temperature)
        report("annealing", k + 1, sweeps)
    return states


def _check(**numbers: int) -> None:
    for name, value in numbers.items():
        if not is_whole(value, 1, 10**6):
            raise InputError(f"{name} = {value!r:.40} is not a whole number from 1 to 1000000.", "Give 100, say.")
