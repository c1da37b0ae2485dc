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
from polysys.errors import InputError
from polysys.formulations.formulation import FormulationTapes
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
        return self._values(self.tapes.energy, self.unknowns(x))[..., 0] * self.unit

    def gradient(self, x: Any) -> Floats:
        """The gradient (.., n); its tangent part, where there are constraints."""
        z = self.unknowns(x)
        gradient, normals = self._gradient(z), self._normals(z)
        if normals.shape[-1]:
            gradient = gradient - (normals @ self._multipliers(gradient, normals)[..., None])[..., 0]
        return np.asarray(gradient * (self.unit / self.lengths))

    def hessian(self, x: Any) -> Floats:
        """The Hessian (.., n, n); with constraints that of the potential on their set, which vanishes on normal vectors."""
        z = self.unknowns(x)
        n, normals = self.domain.n, self._normals(z)
        scale = self.unit / np.outer(self.lengths, self.lengths)
        if not normals.shape[-1]:
            return np.asarray(self._bordered(z)[..., :n, :n] * scale)
        matrix = self._bordered(self.with_multipliers(z))[..., :n, :n]
        tangent = np.eye(n) - normals @ np.linalg.pinv(normals)
        return np.asarray(tangent @ matrix @ tangent * scale)

    def unknowns(self, x: Any) -> Floats:
        """Points in the units of the tapes, followed by multipliers 0."""
        points = self._points(x)
        zeros = np.zeros((*points.shape[:-1], self.domain.n_constraints))
        return np.concatenate([points / self.lengths, zeros], axis=-1)

    def with_multipliers(self, z: Floats) -> Floats:
        """Points in the units of the tapes with the multipliers that make the gradient smallest."""
        found = z.copy()
        found[..., self.domain.n :] = 0.0
        if self.domain.n_constraints:
            found[..., self.domain.n :] = self._multipliers(self._gradient(found), self._normals(found))
        return found

    def _multipliers(self, gradient: Floats, normals: Floats) -> Floats:
        return np.asarray((np.linalg.pinv(normals) @ gradient[..., None])[..., 0])

    def _gradient(self, z: Floats) -> Floats:
        return self._values(self.tapes.equations, z)[..., : self.domain.n]

    def _normals(self, z: Floats) -> Floats:
        """The gradients of the constraints (.., n, m), up to factors."""
        return self._bordered(z)[..., : self.domain.n, self.domain.n :]

    def _bordered(self, z: Floats) -> Floats:
        size = self.domain.n + self.domain.n_constraints
        return self._values(self.tapes.bordered, z).reshape(*z.shape[:-1], size, size)

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

    def _values(self, tape: Tape, z: Floats) -> Floats:
        columns = np.moveaxis(z, -1, 0)
        with np.errstate(over="ignore", invalid="ignore"):
            found = tape.evaluate(list(columns), (), _double)
        return np.stack([np.broadcast_to(np.asarray(value, float), z.shape[:-1]) for value in found], axis=-1)


def _double(value: Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")
