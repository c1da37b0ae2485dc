"""The square system whose solutions are the stationary points of a potential on its domain.

Three formulations, chosen by domain and potential:

* Euclidean: grad V = 0.
* Lagrange: grad_l V = mu_l w_l and |w_l|^2 = r_l in the unknowns (w, mu), or on a variety grad V = sum_k mu_k grad g_k and g = 0.
  One solution, one point.
* projective, when V is homogeneous in each block (degree d_l): grad_l V = mu_l w_l with a random real affine chart
  a_l . w_l = 1 for each block. One solution is a class of lines, and a real one carries 2^H real points. The chart is
  real so that a class is real exactly when its solution is; the tempting normalisation T x^(p-1) = x makes a real
  line with negative mu imaginary when p is even, and has the roots of unity as extra copies.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from polysys.domains import Domain
from polysys.errors import PositiveDimensionalError
from polysys.formulations.variety import Variety
from polysys.tape import Node, Recorder, Tape


class Kind(Enum):
    """The three formulations, and equations that were given without a potential."""

    EUCLIDEAN = "euclidean"
    LAGRANGE = "lagrange"
    PROJECTIVE = "projective"
    EQUATIONS = "equations"


@dataclass(frozen=True, slots=True)
class Formulation:
    """How stationary points are written as solutions of a square system.

    Parameters
    ----------
    kind : Kind
    domain : Domain
    degrees : tuple of int
        The degree of the potential in each block (projective only).
    charts : tuple of tuple of Fraction
        The covector a_l of each block's chart (projective only).
    """

    kind: Kind
    domain: Domain
    degrees: tuple[int, ...] = ()
    charts: tuple[tuple[Fraction, ...], ...] = ()

    @property
    def n_unknowns(self) -> int:
        """Coordinates and multipliers together."""
        return self.domain.n + self.domain.n_constraints

    @property
    def points_per_class(self) -> int:
        """Points on the domain carried by one real solution."""
        return 2**self.domain.n_constraints if self.kind is Kind.PROJECTIVE else 1

    def unknowns(self, variables: Sequence[str]) -> tuple[str, ...]:
        """Names of the unknowns: the coordinates, then one multiplier for each constraint."""
        stem = "mu"
        while any(v.startswith(stem) for v in variables):
            stem += "_"
        m = self.domain.n_constraints
        return (*variables, *([stem] if m == 1 else [f"{stem}{k + 1}" for k in range(m)]))

    def equations(self, x: Sequence[Any], mu: Sequence[Any], gradient: Sequence[Any]) -> list[Any]:
        """The equations, for ring elements of any kind."""
        residual = list(gradient)
        if isinstance(self.domain, Variety):
            for multiplier, normal in zip(mu, self.domain.normals(x), strict=True):
                residual = [r - multiplier * v for r, v in zip(residual, normal, strict=True)]
            return residual + self.domain.constraints(x)
        for block, multiplier in zip(self.domain.slices, mu, strict=True):
            for i in range(block.start, block.stop):
                residual[i] = gradient[i] - multiplier * x[i]
        if self.kind is Kind.PROJECTIVE:
            for block, chart in zip(self.domain.slices, self.charts, strict=True):
                residual.append(sum(xi * a for xi, a in zip(x[block], chart, strict=True)) - 1)
        else:
            residual.extend(self.domain.constraints(x))
        return residual

    def bordered_hessian(self, x: Sequence[Node], mu: Sequence[Node], hessian: list[list[Node]]) -> list[list[Any]]:
        """[[H - diag(mu), B], [B^T, 0]] with one column w_l of B per sphere; on a variety H - sum_k mu_k g_k'' and grad g_k.

        Its inertia is that of the Riemannian Hessian plus (m, m, 0): no tangent basis is needed. It is invariant
        under positive rescaling of each block when V is homogeneous there, so chart coordinates serve as well.
        """
        n, m = self.domain.n, self.domain.n_constraints
        matrix: list[list[Any]] = [[*row, *[0] * m] for row in hessian] + [[0] * (n + m) for _ in range(m)]
        if isinstance(self.domain, Variety):
            pieces = zip(mu, self.domain.normals(x), self.domain.curvatures(x), strict=True)
            for k, (multiplier, normal, second) in enumerate(pieces):
                for i in range(n):
                    matrix[i][n + k] = matrix[n + k][i] = normal[i]
                    for j in range(n):
                        matrix[i][j] = matrix[i][j] - multiplier * second[i][j]
            return matrix
        for k, (block, multiplier) in enumerate(zip(self.domain.slices, mu, strict=True)):
            for i in range(block.start, block.stop):
                matrix[i][i] = hessian[i][i] - multiplier
                matrix[i][n + k] = matrix[n + k][i] = x[i]
        return matrix


@dataclass(frozen=True, slots=True)
class FormulationTapes:
    """The tapes that certification evaluates; inputs are the unknowns, then `n_parameters` couplings if any.

    Parameters
    ----------
    equations : Tape
        n_unknowns outputs.
    jacobian : Tape
        n_unknowns**2 outputs, row by row.
    bordered : Tape
        (n + m)**2 outputs: the bordered Hessian.
    energy : Tape
        One output: the potential.
    family : FormulationTapes, optional
        The tapes with couplings as parameters of which these are a member, so that what is made from them is shared.
    couplings : tuple of Fraction
        The member's couplings.
    """

    equations: Tape
    jacobian: Tape
    bordered: Tape
    energy: Tape
    family: FormulationTapes | None = None
    couplings: tuple[Fraction, ...] = ()

    def bind(self, couplings: Sequence[Fraction]) -> FormulationTapes:
        """The member of the family with these couplings."""
        return FormulationTapes(
            self.equations.bind(couplings),
            self.jacobian.bind(couplings),
            self.bordered.bind(couplings),
            self.energy.bind(couplings),
            self,
            tuple(couplings),
        )


def record(
    formulation: Formulation, potential: Callable[[list[Node], list[Node]], Node], n_parameters: int = 0
) -> FormulationTapes:
    """Trace a potential once and derive the tapes of its formulation by automatic differentiation."""
    n = formulation.domain.n
    recorder = Recorder(formulation.n_unknowns, n_parameters)
    unknowns = recorder.variables
    x, mu = unknowns[:n], unknowns[n:]
    energy = recorder.node(potential(x, recorder.parameters))
    gradient = recorder.gradient(energy, x)
    equations = [recorder.node(f) for f in formulation.equations(x, mu, gradient)]
    jacobian = [d for f in equations for d in recorder.gradient(f, unknowns)]
    hessian = [recorder.gradient(g, x) for g in gradient]
    bordered = formulation.bordered_hessian(x, mu, hessian)
    return FormulationTapes(
        recorder.tape(equations),
        recorder.tape(jacobian),
        recorder.tape([entry for row in bordered for entry in row]),
        recorder.tape([energy]),
    )


def block_degrees(potential: Any, domain: Domain) -> tuple[int, ...] | None:
    """The degree of a potential in each block of its domain, or None where it is not homogeneous."""
    return None if domain.is_euclidean else _block_degrees(potential.monoms(), domain)


def _block_degrees(monomials: Sequence[tuple[int, ...]], domain: Domain) -> tuple[int, ...] | None:
    degrees = {tuple(sum(exponents[block]) for block in domain.slices) for exponents in monomials}
    return degrees.pop() if len(degrees) == 1 else None


def formulate(potential: Any, domain: Domain, chart_seed: int = 0) -> Formulation:
    """The formulation for a potential  on a domain.

    Raises
    ------
    PositiveDimensionalError
        If the potential does not depend on some coordinates or some sphere.
    """
    return _formulated(potential.ring.symbols, tuple(potential), domain, chart_seed)


@lru_cache(maxsize=16)  # almost all samples of a family have the same monomials
def _formulated(
    names: tuple[Any, ...], monomials: tuple[tuple[int, ...], ...], domain: Domain, chart_seed: int
) -> Formulation:
    for name, used in zip(names, np.any(monomials, axis=0), strict=True):
        if domain.is_euclidean and not used:
            raise PositiveDimensionalError(
                f"The potential does not depend on {name}, so its stationary points are not isolated (translation).",
                "Leave the variable out.",
            )
    if domain.is_euclidean:
        return Formulation(Kind.EUCLIDEAN, domain)
    if isinstance(domain, Variety):
        return Formulation(Kind.LAGRANGE, domain)
    for k, block in enumerate(domain.slices):
        if domain.blocks[k] > 1 and not any(any(e[block]) for e in monomials):
            raise PositiveDimensionalError(
                f"The potential does not depend on sphere {k + 1}: its stationary points are not isolated (rotation).",
                "Leave the sphere out.",
            )
    degrees = _block_degrees(monomials, domain)
    if degrees is None or 0 in degrees:
        return Formulation(Kind.LAGRANGE, domain)
    rng = np.random.default_rng(np.random.SeedSequence(chart_seed, spawn_key=(0x0C4A27,)))
    charts = []
    for size in domain.blocks:
        # sixteenths, bounded away from zero: short exact coefficients, no coordinate left out of the chart
        covector = rng.integers(4, 24, size) * rng.choice([-1, 1], size) if size > 1 else [16]
        charts.append(tuple(Fraction(int(a), 16) for a in covector))
    return Formulation(Kind.PROJECTIVE, domain, degrees, tuple(charts))


@lru_cache(maxsize=16)  # almost all samples of a family have the same monomials
def equation_degrees(formulation: Formulation, monomials: tuple[tuple[int, ...], ...]) -> tuple[int, ...]:
    """Total degrees of grad V - mu w with the equations of spheres or charts, where nothing cancels: mu is in no gradient."""
    least = 0 if formulation.domain.is_euclidean else 2
    gradient = [max((sum(e) - 1 for e in monomials if e[i]), default=0) for i in range(formulation.domain.n)]
    last = 1 if formulation.kind is Kind.PROJECTIVE else 2
    return (*(max(d, least) for d in gradient), *[last] * formulation.domain.n_constraints)
