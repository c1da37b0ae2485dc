"""Kac-Rice by Monte Carlo for any model on spheres whose potential is linear in independent Gaussian couplings.

V(x) = sum_a J_a phi_a(x), so (V, grad V, Hess V) at a point is a linear function of J. Everything is read off the model itself: the
standard deviations from its own drawing of couplings, phi and its derivatives from its potential, traced once. With x uniform on
the domain M and J drawn given that the tangent gradient vanishes,

    E N_k = vol(M) E[ p_grad(0) |det Hess| 1{Hess has k negative eigenvalues} ]

(Azais & Wschebor, Level Sets and Extrema of Random Processes and Fields, theorem 6.4), where nothing is assumed about isotropy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from math import exp, inf, lgamma, log, pi, sqrt
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from polysys.disorder import check_seed, generator
from polysys.domains import Domain
from polysys.errors import InputError
from polysys.landscape import Landscape
from polysys.models.base import Model
from polysys.tape import Recorder, Tape
from polysys.theory.hermite import Floats
from polysys.theory.isotropic import Window, check_window
from polysys.theory.prediction import MeanCounts, Prediction

_CHUNK = 8_000_000  # numbers held at a time
_MOST_OUTPUTS = 60_000  # derivatives of the gradient by the couplings
_MOST_CORNERS = 256
_WAY_OUT = "Models on spheres with independent Gaussian couplings will do: spherical-p-spin, layered-spin-glass."


def kac_rice_counts(
    model: Model, window: Sequence[float] | None = None, *, samples: Any = 20_000, seed: Any = 0
) -> MeanCounts:
    """Mean numbers of stationary points by index, estimated from the model alone.

    Parameters
    ----------
    model : Model
        On a sphere or a product of spheres.
    window : (float, float), optional
        Energies divided by the number of coordinates.
    samples : int
        Points and couplings to average over.
    seed : int

    Returns
    -------
    MeanCounts
        Of kind "monte-carlo". The error of an index that no point had is what one point would have added at most.

    Raises
    ------
    InputError
        If the model is not linear in independent Gaussian couplings, or its gradient degenerates at a corner (all but one coordinate
        of each sphere zero): such points are stationary in every sample, and the formula does not see them.

    Examples
    --------
    >>> from polysys import SphericalPSpin
    >>> found = kac_rice_counts(SphericalPSpin(n=3, p=3), samples=2000, seed=1)
    >>> abs(found.total.value - 10.552) < 4 * found.total.error
    True
    """
    limits = check_window(window)
    if isinstance(samples, bool) or not isinstance(samples, int | np.integer) or samples < 2:
        raise InputError(f"samples = {samples!r:.40} is not a number of samples.", "Give at least 2.")
    check_seed(seed)
    field = _LinearField.of(model)
    field.check_gradient()
    stream = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0x4B52,)))
    size = max(1, _CHUNK // (field.domain.n * len(field.deviations) + 1))
    sums, squares, total_squares = np.zeros(field.domain.dimension + 1), np.zeros(field.domain.dimension + 1), 0.0
    largest = 0.0
    for start in range(0, samples, size):
        weights, heaviest = field.contributions(min(size, samples - start), stream, limits)
        largest = max(largest, heaviest)
        sums += weights.sum(axis=0)
        squares += (weights**2).sum(axis=0)
        total_squares += float((weights.sum(axis=1) ** 2).sum())
    means = sums / samples
    errors = np.sqrt(np.maximum(squares / samples - means**2, 0.0) / (samples - 1))
    errors = np.where(sums > 0, errors, largest / samples)  # what no point added to is known to one point's weight
    reference = f"Azais & Wschebor 2009, theorem 6.4; {samples} points, seed {seed}"
    predictions = {
        k: Prediction(v, e, "monte-carlo", reference)
        for k, (v, e) in enumerate(zip(means.tolist(), errors.tolist(), strict=True))
    }
    total = float(means.sum())
    error = sqrt(max(total_squares / samples - total**2, 0.0) / (samples - 1)) if total else largest / samples
    return MeanCounts(model.label, MappingProxyType(predictions), Prediction(total, error, "monte-carlo", reference))


@dataclass(frozen=True, slots=True, eq=False)
class _LinearField:
    """V = sum_a J_a phi_a on spheres.

    Parameters
    ----------
    domain : Domain
    deviations : float array (m,)
        Standard deviations of J.
    energy_scale : float
        Energy per coordinate over V.
    values : Tape
        x to the m values phi_a.
    slopes : Tape
        x to the (n, m) derivatives of phi_a.
    hessian : Tape
        (x, J) to the (n, n) second derivatives of V.
    """

    domain: Domain
    deviations: Floats
    energy_scale: float
    values: Tape
    slopes: Tape
    hessian: Tape

    @classmethod
    def of(cls, model: Model) -> _LinearField:
        domain = model.domain
        if domain.is_euclidean:
            raise InputError(f"{model.label} does not live on a sphere.", _WAY_OUT)
        deviations = _deviations(model)
        n, m = domain.n, len(deviations)
        if n * m > _MOST_OUTPUTS:
            raise InputError(f"{model.label} has too many couplings ({m}) for this estimate.", "Choose smaller sizes.")
        land = model.landscape(model.draw(generator(0)))
        if not land.is_linear_parameter.all():
            raise InputError(f"The potential of {model.label} is not linear in its couplings.", _WAY_OUT)
        values, slopes, hessian = _derivatives(land, n, m)
        scale = sqrt(float(land.scaling.energy_squared)) / n
        return cls(domain, deviations, scale, values, slopes, hessian)

    def check_gradient(self) -> None:
        """Refuse a field whose gradient is degenerate at a general point, or where one coordinate of each sphere is not zero."""
        corners = list(product(*(range(block) for block in self.domain.blocks)))[:_MOST_CORNERS]
        x = np.zeros((len(corners), self.domain.n))
        for row, corner in enumerate(corners):
            for block, radius, place in zip(self.domain.slices, self.domain.radii_squared, corner, strict=True):
                x[row, block.start + place] = sqrt(float(radius))
        x = np.concatenate([x, self._points(4, np.random.default_rng(0))])
        gradients = np.einsum("sij,sia->sja", self._tangent(x), self._slopes(x)) * self.deviations
        smallest = np.linalg.svd(gradients, compute_uv=False)
        enough = len(self.deviations) >= self.domain.dimension
        if self.domain.dimension and (not enough or (smallest[:, -1] <= 1e-9 * smallest.max()).any()):
            raise InputError(
                "The gradient of this model degenerates, for instance at points with one nonzero coordinate: such points are "
                "stationary in every sample, and Kac-Rice does not count them.",
                "Use couplings=kostlan.",
            )

    def contributions(self, size: int, rng: np.random.Generator, window: Window) -> tuple[Floats, float]:
        """What each of `size` random points adds to each index, array (size, dimension + 1), and the most that one adds at any energy."""
        x = self._points(size, rng)
        basis, slopes = self._tangent(x), self._slopes(x) * self.deviations
        gradient = np.einsum("sij,sia->sja", basis, slopes)
        covariance = gradient @ gradient.swapaxes(1, 2)
        free = rng.standard_normal((size, len(self.deviations)))
        solved = np.linalg.solve(covariance, np.einsum("sja,sa->sj", gradient, free)[:, :, None])[:, :, 0]
        free = free - np.einsum("sja,sj->sa", gradient, solved)
        couplings = free * self.deviations
        hessian = np.einsum("sij,sik->sjk", basis, self._shifted_hessian(x, couplings, slopes, free) @ basis)
        eigenvalues = np.linalg.eigvalsh(hessian)
        dimension = self.domain.dimension
        log_density = -dimension / 2 * log(2 * pi) - np.linalg.slogdet(covariance)[1] / 2
        weight = self._volume * np.exp(log_density) * np.abs(eigenvalues.prod(axis=1))
        heaviest = float(weight.max())
        if window != (-inf, inf):
            energy = np.einsum("sa,sa->s", self._rows(self.values, x), couplings) * self.energy_scale
            weight = weight * ((energy > window[0]) & (energy < window[1]))
        result = np.zeros((size, dimension + 1))
        result[np.arange(size), (eigenvalues < 0).sum(axis=1)] = weight
        return result, heaviest

    @property
    def _volume(self) -> float:
        """Volume of the domain."""
        pairs = zip(self.domain.blocks, self.domain.radii_squared, strict=True)
        return exp(sum(log(2) + n / 2 * log(pi) - lgamma(n / 2) + (n - 1) / 2 * log(float(r)) for n, r in pairs))

    def _points(self, size: int, rng: np.random.Generator) -> Floats:
        x = rng.standard_normal((size, self.domain.n))
        for block, radius in zip(self.domain.slices, self.domain.radii_squared, strict=True):
            x[:, block] *= sqrt(float(radius)) / np.sqrt((x[:, block] ** 2).sum(axis=1, keepdims=True))
        return x

    def _tangent(self, x: Floats) -> Floats:
        """Orthonormal bases of the tangent spaces, array (s, n, dimension): reflections that send e_1 to the point."""
        bases = np.zeros((len(x), self.domain.n, self.domain.dimension))
        column = 0
        for block in self.domain.slices:
            size = block.stop - block.start
            unit = x[:, block] / np.sqrt((x[:, block] ** 2).sum(axis=1, keepdims=True))
            normal = unit.copy()
            normal[:, 0] += np.where(unit[:, 0] >= 0, 1.0, -1.0)
            reflection = np.eye(size) - 2 * normal[:, :, None] * normal[:, None, :] / (normal**2).sum(axis=1)[:, None, None]
            bases[:, block, column : column + size - 1] = reflection[:, :, 1:]
            column += size - 1
        return bases

    def _slopes(self, x: Floats) -> Floats:
        return self._rows(self.slopes, x).reshape(len(x), self.domain.n, len(self.deviations))

    def _shifted_hessian(self, x: Floats, couplings: Floats, slopes: Floats, free: Floats) -> Floats:
        """Second derivatives of V minus the multiplier of each sphere on its diagonal."""
        n = self.domain.n
        hessian = self._rows(self.hessian, np.concatenate([x, couplings], axis=1)).reshape(len(x), n, n)
        gradient = np.einsum("sia,sa->si", slopes, free)
        for block, radius in zip(self.domain.slices, self.domain.radii_squared, strict=True):
            multiplier = (x[:, block] * gradient[:, block]).sum(axis=1) / float(radius)
            places = np.arange(block.start, block.stop)
            hessian[:, places, places] -= multiplier[:, None]
        return hessian

    @staticmethod
    def _rows(tape: Tape, inputs: Floats) -> Floats:
        outputs = tape.evaluate(list(inputs.T), constant=float)
        return np.stack([np.broadcast_to(v, len(inputs)) for v in outputs], axis=1)


def _derivatives(land: Landscape, n: int, m: int) -> tuple[Tape, Tape, Tape]:
    """Tapes of phi and its derivatives in x, and of the Hessian in (x, J)."""
    recorder = Recorder(n + m)
    x, couplings = recorder.variables[:n], recorder.variables[n:]
    potential = recorder.node(land.potential_function(np.array(x, dtype=object), land.unflatten(couplings)))
    gradient = recorder.gradient(potential, x)
    rows = [d for g in gradient for d in recorder.gradient(g, couplings)]
    second = [d for g in gradient for d in recorder.gradient(g, x)]
    values = recorder.gradient(potential, couplings)
    return _of_point(recorder.tape(values), n), _of_point(recorder.tape(rows), n), recorder.tape(second)


def _of_point(tape: Tape, n: int) -> Tape:
    """A tape of (x, J) that does not depend on J as one of x alone."""
    shift = tape.n_variables - n

    def drop(registers: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
        return np.where(registers >= n, registers - shift, registers).astype(np.int32)

    return Tape(n, 0, tape.constants, tape.ops, drop(tape.left), drop(tape.right), drop(tape.outputs))


class _Recorded(np.random.Generator):
    """A generator whose Gaussian draws are chosen: it shows how couplings depend on them."""

    def __init__(self, source: Callable[[int], Floats]) -> None:
        super().__init__(np.random.PCG64(0))
        self.drawn: list[Floats] = []
        self._source = source

    def standard_normal(self, size: Any = None, *_: Any, **__: Any) -> Any:
        count = int(np.prod(size)) if size is not None else 1
        values = self._source(count)
        self.drawn.append(values)
        return values.reshape(size) if size is not None else float(values[0])


def _deviations(model: Model) -> Floats:
    """Standard deviations of the couplings, flattened; refused unless each is a multiple of one Gaussian draw of its own."""
    ones = _Recorded(np.ones)
    rng = np.random.default_rng(1)
    random = _Recorded(lambda count: rng.uniform(0.5, 2.0, count))
    states = [g.bit_generator.state for g in (ones, random)]
    unit, other = (_flat(model, g) for g in (ones, random))
    untouched = [g.bit_generator.state for g in (ones, random)] == states
    drawn = np.concatenate([*random.drawn, np.zeros(0)])
    if not untouched or len(drawn) != len(unit) or not len(unit) or (unit == 0).any():
        raise InputError(f"The couplings of {model.label} are not independent Gaussians.", _WAY_OUT)
    if np.abs(other / unit - drawn).max() > 1e-6:  # couplings are rounded to multiples of 2^-30
        raise InputError(f"The couplings of {model.label} are not independent Gaussians.", _WAY_OUT)
    return np.abs(unit)


def _flat(model: Model, rng: np.random.Generator) -> Floats:
    return np.array([float(v) for array in model.draw(rng).values() for v in array.ravel()])
