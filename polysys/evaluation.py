"""A potential with its gradient and Hessian in doubles, at one point or many, in the model's units."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from polysys.domains import Domain
from polysys.equations.formulation import FormulationTapes
from polysys.errors import InputError
from polysys.tape import Tape

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Evaluation:
    """Energies, gradients and Hessians of a potential on its domain.

    With multipliers 0 the equations of every formulation begin with the gradient, and the bordered matrix with the Hessian.

    Parameters
    ----------
    tapes : FormulationTapes
    domain : Domain
    length_squared : sequence of Fraction
        Of each block: a point is its root times what the tapes take.
    energy_squared : Fraction
    """

    tapes: FormulationTapes
    domain: Domain
    length_squared: Sequence[Fraction]
    energy_squared: Fraction

    @cached_property
    def lengths(self) -> Floats:
        """The unit of each coordinate."""
        result = np.ones(self.domain.n)
        for block, squared in zip(self.domain.slices or (slice(None),), self.length_squared, strict=False):
            result[block] = float(squared) ** 0.5
        return result

    @property
    def unit(self) -> float:
        """The unit of energy."""
        return math.sqrt(self.energy_squared)

    def energy(self, x: Any) -> Any:
        """The potential at points (.., n): an array (..)."""
        points = self._points(x)
        return self._values(self.tapes.energy, points)[..., 0] * self.unit

    def gradient(self, x: Any) -> Floats:
        """The gradient (.., n); on spheres its tangent part."""
        points = self._points(x)
        return self._projected(points, self._ambient_gradient(points))

    def hessian(self, x: Any) -> Floats:
        """The Hessian (.., n, n); on spheres that of the potential on them, which vanishes on normal vectors."""
        points = self._points(x)
        n, size = self.domain.n, self.domain.n + self.domain.n_constraints
        values = self._values(self.tapes.bordered, points)
        matrix = values.reshape(*values.shape[:-1], size, size)[..., :n, :n] * (self.unit / np.outer(self.lengths, self.lengths))
        gradient = self._ambient_gradient(points)
        for block in self.domain.slices:
            part = points[..., block]
            mu = (part * gradient[..., block]).sum(axis=-1) / (part * part).sum(axis=-1)
            places = np.arange(block.start, block.stop)
            matrix[..., places, places] -= mu[..., None]
        tangent = self._tangent_projector(points)
        return np.asarray(tangent @ matrix @ tangent)

    def unknowns(self, x: Any) -> Floats:
        """Points in the units of the tapes, followed by multipliers 0."""
        points = self._points(x)
        zeros = np.zeros((*points.shape[:-1], self.domain.n_constraints))
        return np.concatenate([points / self.lengths, zeros], axis=-1)

    def _ambient_gradient(self, points: Floats) -> Floats:
        values = self._values(self.tapes.equations, points)[..., : self.domain.n]
        return np.asarray(values * (self.unit / self.lengths))

    def _projected(self, points: Floats, vectors: Floats) -> Floats:
        result = vectors.copy()
        for block in self.domain.slices:
            part = points[..., block]
            along = (part * vectors[..., block]).sum(axis=-1) / (part * part).sum(axis=-1)
            result[..., block] -= along[..., None] * part
        return result

    def _tangent_projector(self, points: Floats) -> Floats:
        result = np.broadcast_to(np.eye(self.domain.n), (*points.shape, self.domain.n)).copy()
        for block in self.domain.slices:
            normal = points[..., block] / np.linalg.norm(points[..., block], axis=-1, keepdims=True)
            result[..., block, block] -= normal[..., :, None] * normal[..., None, :]
        return result

    def _points(self, x: Any) -> Floats:
        try:
            points = np.asarray(x, dtype=float)
        except (TypeError, ValueError) as error:
            raise InputError(f"The points cannot be read as numbers ({error}).", "Give an array of real numbers.") from error
        if points.ndim == 0 or points.shape[-1] != self.domain.n:
            raise InputError(
                f"Points of shape {points.shape} were given for {self.domain.n} coordinates.", "Give one point a row."
            )
        return points

    def _values(self, tape: Tape, points: Floats) -> Floats:
        columns = np.moveaxis(self.unknowns(points), -1, 0)
        with np.errstate(over="ignore", invalid="ignore"):
            found = tape.evaluate(list(columns), (), _double)
        return np.stack([np.broadcast_to(np.asarray(value, float), points.shape[:-1]) for value in found], axis=-1)


def _double(value: Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")
