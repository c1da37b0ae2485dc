"""Stochastic gradient descent: minibatches where the landscape holds its data, else gradient noise of a stated temperature."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.common.arrays import Floats
from homotopy.searches.quench import quench
from homotopy.searches.result import Run, SearchResult, positive, whole
from homotopy.searches.streams import Noise
from homotopy.searches.surface import Program, Surface
from polysys.datasets import Dataset
from polysys.errors import InputError
from polysys.landscape import Couplings, Landscape
from polysys.tape import Recorder

_CLIP = 0.1  # longest step, in lengths of the domain plus the point's own
_MOMENTS = ("XX", "YX", "YY")


def sgd(
    landscape: Landscape,
    *,
    starts: int = 100,
    seed: int = 0,
    scale: float = 1.0,
    steps: int = 2000,
    rate: float = 0.1,
    batch: int | None = None,
    temperature: float | None = None,
    data: Dataset | None = None,
) -> SearchResult:
    """Stochastic gradient descent at a constant rate, annealed to zero in the second half, then a quench.

    Parameters
    ----------
    landscape : Landscape
    starts, seed : int
        Run k depends on (seed, k) only.
    scale : float
        Standard deviation of the coordinates of starts on R^n; starts on spheres are uniform.
    steps : int
    rate : float
        Learning rate times the median largest curvature at random starts.
    batch : int, optional
        Data in a minibatch; by default a quarter of them, at least one.
    temperature : float, optional
        Use Gaussian noise instead of minibatches: each step adds ``sqrt(2 * rate * temperature)`` times a standard normal vector
        (Langevin dynamics), the temperature in units of the energy. By default, where there are no minibatches, a
        tenth of half the width of the middle 68 % of the energies at random starts.
    data : Dataset, optional
        The training data of a network whose landscape holds only their moments; they must reproduce its potential.

    Returns
    -------
    SearchResult
        `setting` says which noise it was.

    Raises
    ------
    InputError
        For numbers that make no sense, a batch without data, or data that are not the landscape's.

    Notes
    -----
    Every run draws its minibatches without replacement within a step. A step is never longer than a tenth of the size of
    the domain plus the norm of the point.

    Examples
    --------
    >>> import polysys as ps
    >>> net = ps.PolynomialNetwork(widths=(2, 1, 1), activation="z^2", data=([[1, 2], [2, 0]], [[2, 1]]), l2="1/4")
    >>> found = sgd(net.sample(), starts=10, seed=1, batch=1, steps=200)
    >>> found.n_failed, set(found.by_index), "minibatches of 1 of 2 data" in found.setting
    (0, {0}, True)
    """
    whole(steps=steps)
    positive(rate=rate, **({} if temperature is None else {"temperature": temperature}))
    run = Run("stochastic gradient descent", landscape, starts, seed, scale, "")
    couplings = _with_data(run.surface, data)
    if temperature is None and couplings is not None:
        noisy, what = _minibatches(run, couplings, batch)
    elif batch is not None:
        raise InputError(
            f"{landscape.label} holds no data to take batches of{' (a temperature is given)' if temperature else ''}.",
            "Give data=, or leave the batch out.",
        )
    else:
        heat = 0.1 * run.surface.typical_energy if temperature is None else float(temperature)
        noisy, what = _langevin(run, heat)
    run.setting = f"{starts} starts, {steps} steps, rate {rate:g}, {what}; annealed, then quenched"
    x = _descend(run.surface, run.starts(), noisy, steps, rate / run.surface.typical_curvature)
    found = quench(run.surface, x)
    return run.ended(found.points, found.is_converged & np.isfinite(x).all(axis=1))


def _descend(
    surface: Surface, x: Floats, noisy: Callable[[Floats, float, float], Floats], steps: int, rate: float
) -> Floats:
    """The noisy descent; `noisy` returns the step from points, the rate, and how far the noise is turned down."""
    with np.errstate(all="ignore"):
        for k in range(steps):
            left = min(1.0, 2 * (steps - k) / steps)
            step = surface.projected(x, noisy(x, rate * left, left))
            longest = _CLIP * (surface.length + np.linalg.norm(x, axis=1))
            size = np.linalg.norm(step, axis=1)
            step *= np.minimum(1.0, longest / np.maximum(size, 1e-300))[:, None]
            x = surface.on_domain(x + step)
    return x


def _langevin(run: Run, temperature: float) -> tuple[Callable[[Floats, float, float], Floats], str]:
    surface = run.surface
    noise = Noise(run.seed, run.n_starts, lambda rng, k: rng.standard_normal((k, surface.n)))

    def step(x: Floats, rate: float, left: float) -> Floats:
        heat = np.sqrt(2 * rate * temperature * left)
        return np.asarray(heat * noise.next() - rate * surface.gradients(x))

    return step, f"Gaussian gradient noise of temperature {temperature:.4g}"


def _minibatches(
    run: Run, couplings: Couplings, batch: int | None
) -> tuple[Callable[[Floats, float, float], Floats], str]:
    surface, n = run.surface, run.surface.n
    m = couplings["X"].shape[1]
    size = max(1, m // 4) if batch is None else batch
    whole(batch=size)
    if size > m:
        raise InputError(f"A batch of {size} is larger than the {m} data.", f"Give batch={m} at most.")
    gradient = Program(_batch_gradient(surface.landscape, couplings, size))
    inputs, targets = (np.array(couplings[name].T, dtype=float) for name in ("X", "Y"))
    rows = np.concatenate([inputs, targets], axis=1)
    noise = Noise(run.seed, run.n_starts, lambda rng, k: rng.random((k, m)).argsort(axis=1)[:, :size])

    def step(x: Floats, rate: float, _: float) -> Floats:
        data = rows[noise.next()].reshape(len(x), -1)
        surface.used.gradients += len(x)
        return np.asarray(-rate * gradient(np.concatenate([x, data], axis=1))[:, :n])

    return step, f"minibatches of {size} of {m} data"


def _batch_gradient(landscape: Landscape, couplings: Couplings, size: int) -> Any:
    """Tape of the gradient with the data of a batch as further variables: each datum's inputs, then its targets."""
    n, m = landscape.domain.n, couplings["X"].shape[1]
    features, targets = couplings["X"].shape[0], couplings["Y"].shape[0]
    recorder = Recorder(n + size * (features + targets))
    data = np.array(recorder.variables[n:], dtype=object).reshape(size, features + targets)
    of_batch = {**couplings, "X": data[:, :features].T, "Y": data[:, features:].T}
    of_batch["weight"] = couplings["weight"] * Fraction(m, size)
    weights = recorder.variables[:n]
    loss = recorder.node(landscape.potential_function(np.array(weights, dtype=object), of_batch))
    return recorder.tape(recorder.gradient(loss, weights))


def _with_data(surface: Surface, data: Dataset | None) -> Couplings | None:
    """The couplings in the form that holds the data, if there is one."""
    couplings = surface.landscape.couplings
    if data is None:
        return couplings if {"X", "Y", "weight"} <= couplings.keys() else None
    rest = {name: c for name, c in couplings.items() if name not in (*_MOMENTS, "X", "Y", "weight")}
    x = np.random.default_rng(0).integers(-8, 9, surface.n) / 8
    exact = np.array([Fraction(v) for v in x.tolist()], dtype=object)
    for weight in (Fraction(1), Fraction(1, data.X.shape[1])):
        candidate: dict[str, npt.NDArray[np.object_]] = {
            "X": data.X, "Y": data.Y, "weight": np.array([weight], dtype=object), **rest,
        }  # fmt: skip
        if _value(surface.landscape, exact, candidate) == _value(surface.landscape, exact, couplings):
            return candidate
    raise InputError(
        f"The data {data.name[:40]!r} do not give the potential of {surface.landscape.label}.",
        "Give the data that the landscape was made from.",
    )


def _value(landscape: Landscape, x: npt.NDArray[np.object_], couplings: Couplings) -> Any:
    try:
        return landscape.potential_function(x, couplings)
    except (KeyError, ValueError, IndexError, TypeError):  # another number of features, or no network at all
        return None
