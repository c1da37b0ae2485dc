"""The landscapes of a scan as one potential V(x, a), exact in the parameter too, and the equations of its stationary points."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from polysys.domains import Domain
from polysys.formulations.expansion import nested_form
from polysys.formulations.formulation import Formulation, FormulationTapes, Kind
from polysys.formulations.variety import Variety
from polysys.landscape import Landscape
from polysys.polynomials import Ring
from polysys.symmetry import SignedPermutation, SymmetryGroup, permutation_symmetries, sign_symmetries
from polysys.system import exact_terms
from polysys.tape import Recorder, Tape

Exponents = tuple[int, ...]
_MOST_ELEMENTS = 2000  # of a group that is listed
GENERIC = Fraction(7_368_787, 2_750_159)  # a value without meaning, for what holds at all values or at hardly any
_NODES = (6, 12, 26)  # values at which the potential is compared; its degree in the parameter is at most two less


@dataclass(frozen=True, eq=False)
class Family:
    """A potential V(x, a) on a domain that does not depend on a.

    The unknowns are the coordinates and one multiplier for each sphere, also where the potential is homogeneous: so real points are
    single solutions, and none is lost at a value at which the potential becomes homogeneous.

    Parameters
    ----------
    domain : Domain
    variables : tuple of str
    terms : mapping from exponents to Fraction
        Exponents of the coordinates and, last, of the parameter.
    candidates : tuple of permutations
        Permutations of coordinates that may be symmetries.
    """

    domain: Domain
    variables: tuple[str, ...]
    terms: dict[Exponents, Fraction]
    candidates: tuple[tuple[int, ...], ...] = ()

    @property
    def n(self) -> int:
        """Number of unknowns."""
        return self.domain.n + self.domain.n_constraints

    @cached_property
    def formulation(self) -> Formulation:
        """How stationary points are written as solutions."""
        return Formulation(Kind.EUCLIDEAN if self.domain.is_euclidean else Kind.LAGRANGE, self.domain)

    def at(self, value: Fraction) -> dict[Exponents, Fraction]:
        """The terms of the potential at a value, without those that vanish."""
        sums: dict[Exponents, Fraction] = {}
        for e, c in self.terms.items():
            sums[e[:-1]] = sums.get(e[:-1], Fraction(0)) + c * value ** e[-1]
        return {e: c for e, c in sums.items() if c}

    @cached_property
    def tapes(self) -> FamilyTapes:
        """Straight-line programs in the unknowns and, as a last variable, the parameter."""
        return FamilyTapes.record(self)

    @cached_property
    def equations(self) -> list[dict[Exponents, Fraction]]:
        """The equations as polynomials in the unknowns and, last, the parameter."""
        n, m = self.domain.n, self.domain.n_constraints
        polynomials, zeros = Ring((*(f"u{i}" for i in range(n + m)), "a")), (0,) * m
        x, mu = polynomials.gens[:n], polynomials.gens[n : n + m]
        potential = polynomials.from_dict({(*e[:-1], *zeros, e[-1]): c for e, c in self.terms.items()})
        return [exact_terms(polynomials(f)) for f in self.formulation.equations(x, mu, [potential.diff(v) for v in x])]

    def equations_at(self, value: Fraction) -> list[dict[Exponents, Fraction]]:
        """The same with a value inserted, in the unknowns alone."""
        result = []
        for f in self.equations:
            sums: dict[Exponents, Fraction] = {}
            for e, c in f.items():
                sums[e[:-1]] = sums.get(e[:-1], Fraction(0)) + c * value ** e[-1]
            result.append({e: c for e, c in sums.items() if c})
        return result

    @cached_property
    def symmetry(self) -> SymmetryGroup:
        """Sign flips and permutations of the coordinates that preserve V(x, a) for all a, proved."""
        if isinstance(self.domain, Variety):
            return SymmetryGroup(self.domain.n)  # which symmetries of the potential keep the variety is not asked
        n = self.domain.n
        polynomials = Ring(tuple(f"x{i}" for i in range(n)))
        larger = Ring((*polynomials.symbols, "a")).from_dict(self.terms)
        member = polynomials.from_dict(self.at(GENERIC))
        flips = sign_symmetries(polynomials.from_dict({e[:-1]: 1 for e in self.terms}))
        moves = permutation_symmetries(member, self.domain, self.candidates)
        kept = (g for g in moves if SignedPermutation((*g.perm, n), (*g.signs, 1)).preserves(larger))
        return SymmetryGroup(n, (*flips, *kept))

    @cached_property
    def symmetry_elements(self) -> tuple[SignedPermutation, ...]:
        """The elements of the symmetry group, the identity first; of a very large group the generators alone."""
        if self.symmetry.order > _MOST_ELEMENTS:
            return (self.symmetry.identity, *self.symmetry.generators)
        return tuple(self.symmetry.elements())


@dataclass(frozen=True, eq=False)
class FamilyTapes:
    """Tapes whose variables are the unknowns u and, last, the parameter a.

    Parameters
    ----------
    equations : Tape
        F(u, a), n outputs.
    jacobian : Tape
        F_u, n^2 outputs row by row, then F_a, n outputs.
    bordered : Tape
        The bordered Hessian.
    energy : Tape
        V.
    members : FormulationTapes
        The same with a as a parameter, to be bound to a value.
    """

    equations: Tape
    jacobian: Tape
    bordered: Tape
    energy: Tape
    members: FormulationTapes

    @staticmethod
    def record(family: Family) -> FamilyTapes:
        """Trace the family once with the parameter among the variables, once with it as a parameter."""
        n = family.n
        as_variable = Recorder(n + 1)
        nodes = _nodes(family, as_variable, as_variable.variables[:n], as_variable.variables[n])
        f_u = [d for f in nodes[0] for d in as_variable.gradient(f, as_variable.variables[:n])]
        f_a = [as_variable.gradient(f, as_variable.variables[n:])[0] for f in nodes[0]]
        recorder = Recorder(n, 1)
        f, bordered, energy = _nodes(family, recorder, recorder.variables, recorder.parameters[0])
        jacobian = [d for g in f for d in recorder.gradient(g, recorder.variables)]
        members = FormulationTapes(
            recorder.tape(f), recorder.tape(jacobian), recorder.tape(bordered), recorder.tape([energy])
        )
        return FamilyTapes(
            as_variable.tape(nodes[0]),
            as_variable.tape([*f_u, *f_a]),
            as_variable.tape(nodes[1]),
            as_variable.tape([nodes[2]]),
            members,
        )


def _nodes(family: Family, recorder: Recorder, unknowns: Sequence[Any], a: Any) -> tuple[list[Any], list[Any], Any]:
    """Equations, entries of the bordered Hessian, energy."""
    n = family.domain.n
    x, mu = list(unknowns[:n]), list(unknowns[n:])
    energy = recorder.node(nested_form(family.terms, [*x, a]))
    gradient = recorder.gradient(energy, x)
    equations = [recorder.node(f) for f in family.formulation.equations(x, mu, gradient)]
    hessian = [recorder.gradient(g, x) for g in gradient]
    bordered = [entry for row in family.formulation.bordered_hessian(x, mu, hessian) for entry in row]
    return equations, bordered, energy


def family_through(landscape_at: Callable[[Fraction], Landscape], low: Fraction, high: Fraction) -> Family | None:
    """The family of the landscapes at all values between two, where their potential is a polynomial in the value.

    Parameters
    ----------
    landscape_at : callable
        A value to its landscape.
    low, high : Fraction

    Returns
    -------
    Family or None
        None where the potentials at the nodes are not those of a polynomial of low degree.

    Notes
    -----
    The polynomial through some nodes is accepted where it gives the potentials at further nodes exactly; a scan compares it with its
    landscape at every value besides.
    """
    lands: list[Landscape] = []
    for count in _NODES:
        nodes = [low + (high - low) * Fraction(2 * k + 1, 2 * count) for k in range(count)]
        lands = [landscape_at(a) for a in nodes]
        found = _interpolated([exact_terms(land.potential) for land in lands], nodes)
        if found is not None:
            first = lands[0]
            return Family(first.domain, first.variables, found, first.facts.candidate_permutations)
    return None


def _interpolated(
    potentials: Sequence[dict[Exponents, Fraction]], nodes: Sequence[Fraction]
) -> dict[Exponents, Fraction] | None:
    """Terms in x and a of the polynomial through all nodes; None unless its degree leaves two of them over."""
    result: dict[Exponents, Fraction] = {}
    for e in {e for p in potentials for e in p}:
        coefficients = _polynomial([p.get(e, Fraction(0)) for p in potentials], nodes)
        if len(coefficients) > len(nodes) - 2:
            return None
        result |= {(*e, k): c for k, c in enumerate(coefficients) if c}
    return dict(sorted(result.items()))


def _polynomial(values: Sequence[Fraction], nodes: Sequence[Fraction]) -> list[Fraction]:
    """Coefficients of the polynomial through some points, by Newton's divided differences, without leading zeros."""
    differences = list(values)
    for k in range(1, len(nodes)):
        for i in range(len(nodes) - 1, k - 1, -1):
            differences[i] = (differences[i] - differences[i - 1]) / (nodes[i] - nodes[i - k])
    while differences and not differences[-1]:
        differences.pop()
    result: list[Fraction] = []
    for k in range(len(differences) - 1, -1, -1):  # result * (a - node_k) + differences_k
        shifted = [Fraction(0), *result]
        for i, c in enumerate(result):
            shifted[i] -= nodes[k] * c
        shifted[0] += differences[k]
        result = shifted
    while result and not result[-1]:
        result.pop()
    return result
