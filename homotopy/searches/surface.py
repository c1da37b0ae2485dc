"""A landscape in doubles at many points at once, in the model's units: energies, Riemannian gradients and Hessians."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from homotopy.certification.balls import to_double
from homotopy.certification.discs.program import DiscProgram, disc_program
from homotopy.common.arrays import Floats
from polysys.disorder import generator
from polysys.formulations.variety import refuse_variety
from polysys.landscape import Landscape
from polysys.tape import Tape

_PROBES = 64
_PROBE_SEED = 20_200_311


class Program:
    """A tape ready for the kernel.

    Parameters
    ----------
    tape : Tape
    parameters : sequence of Fraction
        One for each parameter of the tape.

    Examples
    --------
    >>> from polysys.tape import trace
    >>> Program(trace(lambda x, p: [x[0] * x[0] - p[0]], 1, 1), [Fraction(3)])(np.array([[1.0], [2.0]])).tolist()
    [[-2.0], [1.0]]
    """

    def __init__(self, tape: Tape, parameters: Sequence[Fraction] = ()) -> None:
        self._program: DiscProgram = disc_program(tape)
        scalars = self._program.scalars.evaluate([], [to_double(p) for p in parameters], to_double)
        self._scalars = np.array([*scalars, 0.0], dtype=float)

    def __call__(self, x: Floats) -> Floats:
        """Outputs (m, n_outputs) at points (m, n)."""
        from homotopy.searches.kernels import LANES, evaluate_points  # compiled where it is used first

        out = np.empty((len(x), len(self._program.outputs)))
        registers = np.empty((max(1, self._program.n_registers), LANES))
        points = np.ascontiguousarray(x, dtype=float)
        evaluate_points(self._program.code, self._program.outputs, self._scalars, points, out, registers)
        return out


@dataclass(slots=True)
class Evaluations:
    """How often a landscape was evaluated: once for each point."""

    energies: int = 0
    gradients: int = 0
    hessians: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.energies + self.gradients + self.hessians


class Surface:
    """The potential of a landscape with its gradient and Hessian on the domain, at many points, in doubles.

    Points are rows in the model's units (for a p-spin glass |s|^2 = N), as the coordinates of
    :class:`homotopy.StationaryPoint` are. Everything here is numerical.

    Parameters
    ----------
    landscape : Landscape
    scale : float
        Standard deviation of each coordinate of a random start on R^n; without meaning on spheres, where starts are uniform.

    Examples
    --------
    >>> import polysys as ps
    >>> surface = Surface(ps.expression("x^2*y", ps.Sphere(2)).sample())
    >>> surface.gradients(np.array([[0.0, 1.0], [1.0, 0.0]])).tolist()
    [[0.0, 0.0], [0.0, 1.0]]
    """

    def __init__(self, landscape: Landscape, scale: float = 1.0) -> None:
        self.landscape, self.scale = landscape, float(scale)
        self.used = Evaluations()
        domain, scaling = landscape.domain, landscape.scaling
        refuse_variety(domain, "Searches")
        self.n, self.blocks, self.dimension = domain.n, domain.slices, domain.dimension
        self._lengths = np.ones(domain.n)
        for block, squared in zip(domain.slices or (slice(0, domain.n),), scaling.length_squared, strict=False):
            self._lengths[block] = float(squared) ** 0.5
        self._unit = float(scaling.energy_squared) ** 0.5
        self._radii = [
            float(r) ** 0.5 * float(self._lengths[block.start])
            for block, r in zip(domain.slices, domain.radii_squared, strict=True)
        ]
        family, couplings = landscape.parametric_tapes, landscape.parameters
        self._energy, self._equations = Program(family.energy, couplings), Program(family.equations, couplings)
        self._bordered = Program(family.bordered, couplings)

    @property
    def length(self) -> float:
        """The size of the domain: the smallest radius, or the scale of the starts."""
        return min(self._radii, default=self.scale)

    def energies(self, x: Floats) -> Floats:
        """The potential (m,)."""
        self.used.energies += len(x)
        return np.asarray(self._energy(self._unknowns(x))[:, 0] * self._unit)

    def gradients(self, x: Floats) -> Floats:
        """The Riemannian gradient (m, n) at points of the domain."""
        self.used.gradients += len(x)
        return self.projected(x, self.ambient_gradients(x))

    def hessians(self, x: Floats) -> Floats:
        """The Riemannian Hessian (m, n, n) as an operator on the ambient space that vanishes on normal vectors."""
        self.used.hessians += len(x)
        matrix = self.ambient_hessians(x)
        if not self.blocks:
            return matrix
        gradient = self.ambient_gradients(x)
        for block, radius in zip(self.blocks, self._radii, strict=True):
            mu = (x[:, block] * gradient[:, block]).sum(axis=1) / radius**2
            places = np.arange(block.start, block.stop)
            matrix[:, places, places] -= mu[:, None]
        normals = self.normals(x)
        across = matrix @ normals
        inner = normals.transpose(0, 2, 1) @ across
        cross = across @ normals.transpose(0, 2, 1)
        return np.asarray(matrix - cross - cross.transpose(0, 2, 1) + normals @ inner @ normals.transpose(0, 2, 1))

    def modes(self, x: Floats) -> tuple[Floats, Floats]:
        """Eigenvalues (m, d), ascending, and eigenvectors (m, n, d) of the Hessian on the tangent space."""
        return self.spectrum(x, self.hessians(x))

    def spectrum(self, x: Floats, matrix: Floats) -> tuple[Floats, Floats]:
        """Eigenvalues and eigenvectors, on the tangent space, of a symmetric operator that vanishes on normal vectors."""
        lifted = matrix
        if self.blocks:
            normals = self.normals(x)
            above = 1.0 + 2.0 * np.abs(matrix).sum(axis=2).max(axis=1)
            lifted = matrix + above[:, None, None] * (normals @ normals.transpose(0, 2, 1))
        bad = ~np.isfinite(lifted).all(axis=(1, 2))
        values, vectors = np.linalg.eigh(np.where(np.reshape(bad, (-1, 1, 1)), np.eye(self.n), lifted))
        values[bad] = np.nan
        return values[:, : self.dimension], vectors[:, :, : self.dimension]

    def normals(self, x: Floats) -> Floats:
        """Unit normal vectors (m, n, number of spheres)."""
        result = np.zeros((len(x), self.n, len(self.blocks)))
        for k, (block, radius) in enumerate(zip(self.blocks, self._radii, strict=True)):
            result[:, block, k] = x[:, block] / radius
        return result

    def projected(self, x: Floats, v: Floats) -> Floats:
        """The part of vectors (m, n) that is tangent to the domain."""
        result = np.array(v, dtype=float)
        for block, radius in zip(self.blocks, self._radii, strict=True):
            result[:, block] -= (x[:, block] * v[:, block]).sum(axis=1, keepdims=True) / radius**2 * x[:, block]
        return result

    def on_domain(self, x: Floats) -> Floats:
        """The nearest points of the domain: the retraction that all searches use."""
        result = np.array(x, dtype=float)
        for block, radius in zip(self.blocks, self._radii, strict=True):
            result[:, block] *= radius / np.linalg.norm(result[:, block], axis=1, keepdims=True)
        return result

    def curvature_of_norm(self, g: Floats) -> Floats:
        """What the curvature of the spheres adds to the Hessian of |grad V|^2 / 2: (|g|^2 - g g^T) / r^2 in each block."""
        result = np.zeros((len(g), self.n, self.n))
        for block, radius in zip(self.blocks, self._radii, strict=True):
            part = g[:, block] / radius
            size = block.stop - block.start
            squared = (part * part).sum(axis=1)
            result[:, block, block] = squared[:, None, None] * np.eye(size) - part[:, :, None] * part[:, None, :]
        return result

    def random_points(self, seed: int, numbers: range) -> Floats:
        """Starts: number k depends on (seed, k) only. Uniform on spheres; normal of standard deviation `scale` on R^n."""
        points = np.array([generator(seed, k).standard_normal(self.n) for k in numbers]).reshape(-1, self.n)
        return self.on_domain(points) if self.blocks else points * self.scale

    @cached_property
    def _probes(self) -> tuple[Floats, Floats, Floats]:
        """Energies, gradient norms and curvatures at 64 points that depend on the domain alone; not charged."""
        before, self.used = self.used, Evaluations()
        x = self.random_points(_PROBE_SEED, range(_PROBES))
        norms = np.linalg.norm(self.gradients(x), axis=1)
        found = self.energies(x), norms, np.abs(self.modes(x)[0]).max(axis=1)
        self.used = before
        return found

    @property
    def typical_gradient(self) -> float:
        """Median norm of the gradient at random starts: what tolerances are relative to."""
        return float(np.median(self._probes[1])) or 1.0

    @property
    def typical_curvature(self) -> float:
        """Median largest |eigenvalue| of the Hessian at random starts."""
        return float(np.median(self._probes[2])) or 1.0

    @property
    def typical_energy(self) -> float:
        """Half the width of the middle 68 % of the energies at random starts; a natural temperature."""
        low, high = np.quantile(self._probes[0], [0.16, 0.84])
        return float(high - low) / 2 or 1.0

    @property
    def typical_size(self) -> float:
        """Median |energy| at random starts: the terms of the potential are of this size, and so are rounding errors."""
        return float(np.median(np.abs(self._probes[0])))

    def _unknowns(self, x: Floats) -> Floats:
        """With multipliers 0 the equations are the gradient and the bordered matrix holds the ambient Hessian."""
        return np.concatenate([x / self._lengths, np.zeros((len(x), len(self.blocks)))], axis=1)

    def ambient_hessians(self, x: Floats) -> Floats:
        """Second derivatives (m, n, n) of the potential in the ambient space; not charged."""
        size = self.n + len(self.blocks)
        rows = self._bordered(self._unknowns(x)).reshape(len(x), size, size)[:, : self.n, : self.n]
        return np.asarray(rows * (self._unit / np.outer(self._lengths, self._lengths)))

    def ambient_gradients(self, x: Floats) -> Floats:
        """First derivatives (m, n) of the potential in the ambient space; not charged."""
        return np.asarray(self._equations(self._unknowns(x))[:, : self.n] * (self._unit / self._lengths))
