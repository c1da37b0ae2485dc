"""Landscape: one potential with exact couplings on its domain; the object users hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, lru_cache
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from polysys.algebra.coercivity import is_coercive
from polysys.algebra.topology import Topology, topology
from polysys.continuous_symmetry import ContinuousSymmetry, continuous_symmetries, translations
from polysys.domains import Domain
from polysys.errors import InputError, PolysysError, PositiveDimensionalError, require_type
from polysys.evaluation import Evaluation
from polysys.formulations.affine import Shapes, family_terms, member_terms, unflattened
from polysys.formulations.elimination import values_of
from polysys.formulations.expansion import multiply_out
from polysys.formulations.formulation import Formulation, FormulationTapes, equation_degrees, formulate, record
from polysys.formulations.variety import Variety
from polysys.model_facts import ModelFacts, no_facts
from polysys.polynomials import Polynomial, Ring
from polysys.reading.parser import MAX_EXPONENT, format_polynomial
from polysys.reading.rationals import MAX_BITS, n_bits
from polysys.symmetry import SymmetryGroup, permutation_symmetries, sign_symmetries
from polysys.system import MAX_UNKNOWNS, PolynomialSystem, sha256
from polysys.tape import Node, Recorder

Couplings = Mapping[str, npt.NDArray[np.object_]]
_MAX_OPERATIONS = 500_000  # a longer straight-line program is beyond any solver
_MAX_FAMILY = 5000  # couplings of a family whose terms are worth keeping
_MAX_EXPANSION = 1_200_000  # products of coefficients: a few seconds
Potential = Callable[[npt.NDArray[np.object_], Couplings], Any]


@dataclass(frozen=True)
class Scaling:
    """Physical units: ``point = sqrt(length_squared) * x`` on each block, ``energy = sqrt(energy_squared) * V(x)``.

    Irrational prefactors such as :math:`N^{-(p-1)/2}` live here and nowhere else, so the equations stay rational.
    """

    length_squared: tuple[Fraction, ...] = ()
    energy_squared: Fraction = Fraction(1)


@dataclass(frozen=True, eq=False)  # couplings are arrays; compare digests
class Landscape:
    """A potential with exact rational couplings on a domain.

    Parameters
    ----------
    label : str
        The label of the model it was drawn from.
    domain : Domain
    variables : tuple of str
    potential_function : callable (x, couplings) -> value
        The potential, written once in plain array arithmetic.
    couplings : mapping from names to object arrays of Fractions
    seed, index : int or None
        What the couplings were drawn from.
    scaling : Scaling
    facts_of : callable (couplings) -> ModelFacts
        What its model proves or suggests about a member with these couplings.
    chart_seed : int
        What the charts of the projective formulation are drawn from.
    eliminated : tuple of (name, text)
        Further variables, which linear constraints make affine functions of these.

    Examples
    --------
    >>> import polysys as ps
    >>> land = ps.SphericalPSpin(n=3, p=3).sample(seed=1)
    >>> land.system.n, land.formulation.kind.value
    (4, 'projective')
    """

    label: str
    domain: Domain
    variables: tuple[str, ...]
    potential_function: Potential
    couplings: Couplings = field(default_factory=dict)
    seed: int | None = None
    index: int = 0
    scaling: Scaling = Scaling()
    facts_of: Callable[[Couplings], ModelFacts] = no_facts
    chart_seed: int = 0
    eliminated: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        require_type(self.domain, Domain, "The domain", "Give a Domain such as ps.Euclidean(3).")
        if self.domain.n > MAX_UNKNOWNS:
            raise InputError(
                f"The landscape has {self.domain.n} variables.",
                f"At most {MAX_UNKNOWNS} are supported: choose a smaller size.",
            )
        if len(self.variables) != self.domain.n:
            raise InputError(
                f"The domain has {self.domain.n} coordinates, the potential {len(self.variables)} variables.",
                "Make the two agree.",
            )

    @cached_property
    def facts(self) -> ModelFacts:
        """What its model proves or suggests about it; made from its couplings, so that other couplings have facts of their own."""
        return self.facts_of(self.couplings)

    @cached_property
    def potential(self) -> Polynomial:
        """The potential as an exact polynomial; `potential.to_sympy()` and `potential.as_expr()` are SymPy's."""
        value = self._as_member()
        if value is None:
            value = self._expand(self.couplings)
        if value.is_ground:
            raise InputError("The potential is constant.", "Give one that depends on its variables.")
        return value

    def _as_member(self) -> Polynomial | None:
        """The potential from its family's terms, where all couplings enter linearly; None elsewhere."""
        if not 0 < len(self.parameters) <= _MAX_FAMILY or set(self.couplings) - set(self.facts.linear_couplings):
            return None
        try:
            terms = family_terms(self.potential_function, self.domain.n, self._shapes)
        except TypeError:  # a model that holds arrays has no hash
            return None
        if terms is None:
            return None
        return self._checked(Ring(self.variables).from_dict(member_terms(terms, self.parameters)))

    @cached_property
    def formulation(self) -> Formulation:
        """How its stationary points become solutions of a square system."""
        return formulate(self.potential, self.domain, self.chart_seed)

    @cached_property
    def system(self) -> PolynomialSystem:
        """The exact square system in the unknowns of the formulation."""
        names = self.formulation.unknowns(self.variables)
        larger, n = Ring(names), self.domain.n
        unknowns, extra = larger.gens, (0,) * (len(names) - n)
        potential = larger.from_dict({(*e, *extra): c for e, c in self.potential.terms()})
        gradient = [potential.diff(k) for k in range(n)]
        return PolynomialSystem(tuple(self.formulation.equations(unknowns[:n], unknowns[n:], gradient)))

    @property
    def degrees(self) -> tuple[int, ...]:
        """Total degrees of the equations of :attr:`system`, from the monomials alone."""
        if isinstance(self.domain, Variety):
            return self.system.degrees
        return equation_degrees(self.formulation, tuple(self.potential))

    @cached_property
    def tapes(self) -> FormulationTapes:
        """Straight-line programs of equations, Jacobian, bordered Hessian and energy, couplings inside."""
        return self.parametric_tapes.bind(self.parameters)

    @cached_property
    def _evaluation(self) -> Evaluation:
        return Evaluation(self.tapes, self.domain, self.scaling.length_squared, self.scaling.energy_squared)

    def energy(self, x: Any) -> Any:
        """The potential at one point (n,) or many (.., n), in doubles.

        Points and energies are in the model's units, as the coordinates and energies of stationary points are: for a p-spin
        glass of N spins :math:`|s|^2 = N`. Points off a sphere are taken as they are.

        Examples
        --------
        >>> import polysys as ps
        >>> land = ps.expression("x^4/4 - x^2/2 + y^2/2").sample()
        >>> land.energy([[1.0, 0.0], [0.0, 2.0]]).tolist(), land.gradient([2.0, 2.0]).tolist(), land.hessian([1, 0]).tolist()
        ([-0.25, 2.0], [6.0, 2.0], [[2.0, 0.0], [0.0, 1.0]])
        """
        return self._evaluation.energy(x)

    def gradient(self, x: Any) -> npt.NDArray[np.float64]:
        """The gradient (.., n) at points (.., n), energy a length; on spheres its tangent part, zero at stationary points."""
        return self._evaluation.gradient(x)

    def hessian(self, x: Any) -> npt.NDArray[np.float64]:
        """The Hessian (.., n, n) at points (.., n), energy a squared length.

        On spheres that of the potential restricted to them (of geodesics), as a matrix on R^n that vanishes on normal vectors.
        """
        return self._evaluation.hessian(x)

    @cached_property
    def parametric_tapes(self) -> FormulationTapes:
        """The same with the couplings as parameters, in the order of :attr:`parameters`."""
        make: Callable[..., FormulationTapes] = _family_tapes
        try:
            hash(self.potential_function)
        except TypeError:  # a model that holds arrays
            make = _family_tapes.__wrapped__
        return make(self.formulation, self.potential_function, self._shapes)

    def shares_tapes_with(self, other: Landscape) -> bool:
        """Take the parametric tapes of another sample of the same model, if it is written in the same way.

        The tapes of two samples are equal then; sharing them saves tracing and compiling them again.
        """
        same = self.potential_function == other.potential_function and dict(self._shapes) == dict(other._shapes)
        same = same and self.formulation == other.formulation
        if same:
            self.__dict__["parametric_tapes"] = other.parametric_tapes
        return same

    @cached_property
    def parameters(self) -> tuple[Fraction, ...]:
        """All couplings, flattened in the order of their names."""
        return tuple(c for name in self.couplings for c in self.couplings[name].ravel())

    @cached_property
    def is_linear_parameter(self) -> npt.NDArray[np.bool_]:
        """For each of :attr:`parameters` whether the potential is affine in it (jointly with the others so marked)."""
        flags = [name in self.facts.linear_couplings for name, c in self.couplings.items() for _ in range(c.size)]
        return np.array(flags, bool)

    def generic_potential(self) -> Polynomial:
        """The potential with small random integers for couplings: it has the monomials of a generic member."""
        rng = np.random.default_rng(0)
        numbers = [Fraction(int(v)) for v in rng.integers(1, 10**6, len(self.parameters))]
        return self._expand(self.unflatten(numbers))

    def _expand(self, couplings: Couplings) -> Polynomial:
        """The potential with these couplings, multiplied out; refused beforehand where that would take too long."""
        recorder = Recorder(self.domain.n, limit=_MAX_OPERATIONS)
        try:
            tape = recorder.tape([self.potential_function(np.array(recorder.variables, dtype=object), couplings)])
        except InputError as error:
            raise InputError(f"The potential is too large: {error.what}", error.way_out) from error
        (value,) = multiply_out(tape, Ring(self.variables), _MAX_EXPANSION)
        return self._checked(value)

    def _checked(self, value: Polynomial) -> Polynomial:
        """The potential itself, unless a power or a number in it is too large."""
        if max(map(max, value), default=0) > MAX_EXPONENT or max(map(n_bits, value.values()), default=0) > MAX_BITS:
            raise InputError(
                f"The potential has a power above {MAX_EXPONENT} or a coefficient of more than {MAX_BITS} bits.",
                "Choose a lower degree.",
            )
        return value

    def unflatten(self, values: Sequence[Any]) -> Couplings:
        """Couplings of this landscape's shape from a flat list."""
        return unflattened(self._shapes, values)

    @property
    def _shapes(self) -> Shapes:
        return tuple((name, c.shape) for name, c in self.couplings.items())

    @cached_property
    def text(self) -> str:
        """Canonical text: domain, scaling, variables and the expanded potential; equal landscapes have equal texts."""
        lines = [
            "stationary landscape 1",
            f"domain {self.domain.text}",
            "length-squared " + " ".join(map(str, self.scaling.length_squared)),
            f"energy-squared {self.scaling.energy_squared}",
            "variables " + " ".join(self.variables),
            *(f"eliminated {name} = {form}" for name, form in self.eliminated),
            "potential " + format_polynomial(self.potential),
        ]
        return "\n".join(line.rstrip() for line in lines) + "\n"

    @cached_property
    def digest(self) -> str:
        """sha256 of the canonical text; names the landscape however it was written down."""
        return sha256(self.text)

    @cached_property
    def symmetry(self) -> SymmetryGroup:
        """Sign flips and permutations that preserve the potential, all proved; see :mod:`polysys.symmetry`."""
        permutations = permutation_symmetries(self.potential, self.domain, self.facts.candidate_permutations)
        return SymmetryGroup(self.domain.n, sign_symmetries(self.potential, self.domain) + permutations)

    @cached_property
    def continuous_symmetry(self) -> ContinuousSymmetry | None:
        """Linear one-parameter symmetries, proved; None if the landscape is too large to search."""
        return continuous_symmetries(self.potential, self.domain)

    @cached_property
    def known_symmetry(self) -> ContinuousSymmetry | None:
        """The continuous symmetries that matter for stationary points, proved; None if they were not searched.

        For a network with mixing fields the combinations of these and translations, elsewhere all linear fields:
        rotations of weights that the data do not see are symmetries too, but stationary points have none there.
        """
        if not self.facts.mixing_fields:
            return self.continuous_symmetry
        basis = [*self.facts.mixing_fields, *translations(self.domain.n)]
        return continuous_symmetries(self.potential, self.domain, basis)

    @cached_property
    def euler_characteristic(self) -> int | None:
        """Alternating sum of the numbers of stationary points if all are nondegenerate; None if it is not determined.

        On R^n it is 1 for a coercive potential (proved by the model or by :func:`polysys.algebra.coercivity.is_coercive`).
        For a variety see :func:`polysys.algebra.topology.topology`.
        """
        if self._topology is not None:
            return self._topology.euler_characteristic
        if not self.domain.is_euclidean or self.facts.is_coercive or is_coercive(self.potential):
            return self.domain.euler_characteristic
        return None

    @cached_property
    def _topology(self) -> Topology | None:
        """What is known of a domain that is given by equations; None for other domains."""
        return topology(self.domain) if isinstance(self.domain, Variety) else None

    @property
    def betti_numbers(self) -> tuple[int, ...] | None:
        """Betti numbers of the domain; None if they are not known."""
        return self.domain.betti_numbers if self._topology is None else self._topology.betti_numbers

    @property
    def is_compact(self) -> bool:
        """Whether the domain is known to be compact."""
        return not self.domain.is_euclidean and (self._topology is None or self._topology.is_compact)

    @property
    def all_variables(self) -> tuple[str, ...]:
        """The variables and those that were eliminated."""
        return (*self.variables, *(name for name, _ in self.eliminated))

    def with_eliminated(self, x: Sequence[Any], constant: Callable[[Fraction], Any]) -> tuple[Any, ...]:
        """The coordinates of a point with those of the variables that were eliminated.

        Parameters
        ----------
        x : sequence of numbers of any kind
        constant : callable
            Maps a Fraction to such a number.
        """
        return (*x, *values_of(self.eliminated, self.variables, x, constant))

    def require_isolated(self) -> None:
        """Refuse a model whose continuous symmetry makes its stationary points non-isolated.

        Raises
        ------
        PositiveDimensionalError
            Naming the symmetry and its dimension.
        """
        if not self.facts.mixing_fields:
            return
        symmetry = self.known_symmetry
        if symmetry is not None and symmetry.dimension:
            raise PositiveDimensionalError(
                f"The stationary points of {self.label} are not isolated, over the complex numbers at least: {self.facts.symmetry_name} acts on them "
                f"(continuous symmetry of dimension {symmetry.dimension}, orbits of dimension up to "
                f"{symmetry.orbit_dimension}).",
                "Break it with one l2 value per weight (l2=random), or decompose the stationary set (stationary sets).",
            )

    def __repr__(self) -> str:
        seed = "explicit couplings" if self.seed is None else f"seed {self.seed}, sample {self.index}"
        try:
            degrees = self.degrees
            system = f"{len(degrees)} equations, degrees {'-'.join(map(str, degrees))}, total degree {prod(degrees)}"
        except PolysysError as error:
            system = error.what
        return (
            f"Landscape of {self.label} ({seed}, digest {self.digest[:6]})\n"
            f"  domain     {self.domain.text}, dimension {self.domain.dimension}\n"
            f"  potential  {len(self.potential)} terms of degree {max(map(sum, self.potential.monoms()))}\n"
            f"  system     {system}"
        )


@lru_cache(maxsize=16)  # the samples of a family share them, and what is compiled from them
def _family_tapes(formulation: Formulation, potential: Potential, shapes: Shapes) -> FormulationTapes:
    def value(x: list[Node], p: list[Node]) -> Any:
        return potential(np.array(x, dtype=object), unflattened(shapes, p))

    return record(formulation, value, sum(prod(shape) for _, shape in shapes))
