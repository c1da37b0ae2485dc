"""Start sets for the compiled tracker: a generic member of a landscape's family with all its solutions.

Closed form (Fermat) for a form on one sphere; monodromy for everything whose equations are affine in enough couplings, per
closed zero pattern and per sign orbit. What a start set claims to be complete on:

* Fermat: a theorem (Cartwright & Sturmfels 2013).
* spheres: the proved generic count was reached.
* R^n, and families on spheres that stay below that count: two monodromy runs from independent random members agree in every
  stratum, each of which is irreducible (:func:`homotopy.engines.starts.family.is_bundle`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from itertools import product
from typing import Any

import numpy as np

from homotopy.engines.starts.family import (
    family_digest,
    is_bundle,
    patterns,
    stratum_equations,
    stratum_tapes,
)
from homotopy.engines.starts.fermat import fermat_start, has_fermat_start
from homotopy.engines.starts.strata import Family, Ground, Stratum, StratumEvidence, agreeing, counted
from homotopy.status import StartCount
from polysys.counts import cartwright_sturmfels
from polysys.counts.of_landscape import EXACT_REACH, domain_count, exact_generic_count
from polysys.counts.strata import MAX_VARIABLES, open_strata
from polysys.errors import InputError
from polysys.formulations.formulation import Kind, block_degrees
from polysys.formulations.variety import Variety
from polysys.landscape import Landscape
from polysys.symmetry import SymmetryGroup, sign_symmetries

__all__ = [
    "Ground",
    "StartKind",
    "StartSet",
    "Stratum",
    "StratumEvidence",
    "can_start",
    "family_digest",
    "make_start_set",
    "stratum_equations",
    "stratum_tapes",
]

_MAX_PATTERNS = 400  # zero patterns that are worth a monodromy run each
_MAX_PATHS = 1 << 22  # a few gigabytes and an hour or two
_SMALL, _KEPT = 4096, 8  # paths of a closed form that stays in memory, and how many of these


class StartKind(Enum):
    """How a start set was made; the values are the words of reports and files."""

    FERMAT = "Fermat form"
    MONODROMY = "monodromy"


_closed_forms: dict[tuple[str, int], StartSet] = {}  # by family and seed


@dataclass(frozen=True, slots=True, eq=False)
class StartSet:
    """All solutions of a generic member of a family, by strata.

    Parameters
    ----------
    kind : StartKind
    family : str
        Digest of the family's equations with the couplings as parameters.
    strata : tuple of Stratum
    count : int
        Number of solutions on which its grounds rest: that of the theorem, of exact algebra, or that on which runs agreed.
    """

    kind: StartKind
    family: str
    strata: tuple[Stratum, ...]
    count: int

    @property
    def n_solutions(self) -> int:
        """The generic root count of the family."""
        return sum(s.n_solutions for s in self.strata)

    @property
    def n_paths(self) -> int:
        """Number of paths to track: one per sign orbit."""
        return sum(len(s.solutions) for s in self.strata)

    @property
    def is_whole(self) -> bool:
        """Whether it has as many solutions as its grounds speak of; without that they say nothing."""
        return self.n_solutions == self.count

    @property
    def grounds(self) -> StartCount:
        """What its number of solutions is: the generic count by a theorem, by exact algebra, or one on which monodromy runs agree."""
        grounds = {s.evidence.ground for s in self.strata}
        if grounds & {Ground.AGREEMENT, Ground.GIVEN}:
            return StartCount.GENERIC_AGREEMENT
        if Ground.EXACT_COUNT in grounds:
            return StartCount.GENERIC_EXACT
        return (
            StartCount.GENERIC_THEOREM
            if grounds & {Ground.THEOREM, Ground.CLOSED_FORM}
            else StartCount.GENERIC_AGREEMENT
        )

    def __repr__(self) -> str:
        lines = [f"StartSet ({self.kind.value}): {self.n_solutions} solutions, {self.n_paths} paths"]
        lines += [f"  {len(s.alive)} live unknowns: {s.n_solutions} solutions, {s.evidence}" for s in self.strata[:8]]
        return "\n".join(lines)


def can_start(landscape: Landscape) -> bool:
    """Whether a start set may exist for this landscape's family; only making it tells for families on spheres."""
    if not landscape.parameters or not landscape.is_linear_parameter.any():
        return False
    if isinstance(landscape.domain, Variety):  # which need not be irreducible: monodromy would stay on one component
        return False
    if landscape.domain.is_euclidean:
        return landscape.domain.n <= MAX_VARIABLES and is_bundle(landscape, tuple(range(landscape.domain.n)))
    return True


def make_start_set(landscape: Landscape, seed: int = 0, say: Callable[[str], None] | None = None) -> StartSet | None:
    """A start set for a landscape's family; None where there is none that can be relied on.

    Raises
    ------
    StartSetError
        If repeated monodromy runs do not agree.
    """
    if not can_start(landscape):
        return None
    if has_fermat_start(landscape.formulation):
        n_paths = cartwright_sturmfels(landscape.domain.n, landscape.formulation.degrees[0]).value
        if n_paths > _MAX_PATHS:
            raise InputError(
                f"{landscape.label} has {n_paths} complex classes; at most {_MAX_PATHS} can be tracked.",
                "Choose a smaller size or degree.",
            )
        key = (family_digest(landscape), seed)
        fermat = _closed_forms.get(key) or _fermat(landscape, seed)
        if fermat is not None:
            if fermat.n_paths <= _SMALL:
                _closed_forms[key] = fermat
                if len(_closed_forms) > _KEPT:
                    del _closed_forms[next(iter(_closed_forms))]
            return fermat
    generic = landscape.generic_potential()
    if (
        landscape.formulation.kind is Kind.PROJECTIVE
        and block_degrees(generic, landscape.domain) != landscape.formulation.degrees
    ):
        return None  # couplings happen to vanish: the others of its family are no forms
    alive = patterns(landscape, generic)
    if len(alive) > _MAX_PATTERNS:
        return None
    n, m = landscape.domain.n, landscape.domain.n_constraints
    flips: list[tuple[int, ...]] = [(1,) * (n + m)]
    if landscape.formulation.kind is not Kind.PROJECTIVE:  # a chart is not mapped to itself
        flips = [(*g.signs, *[1] * m) for g in SymmetryGroup(n, sign_symmetries(generic)).elements()]
    # the multipliers follow the coordinates and are always alive
    members = [
        Family(landscape, (*a, *range(n, n + m)), c, flips, seed) for a in alive for c in _components(landscape, a)
    ]
    proved = domain_count(landscape, generic)
    can_agree = not _has_open_patterns(landscape, generic) and all(is_bundle(landscape, a) for a in alive if a)
    if proved is not None:
        pieces = counted(proved, members, say, Ground.THEOREM)
    else:
        n_found = sum(member.explore(say) for member in members) if can_agree else 0
        count = exact_generic_count(landscape) if n_found <= EXACT_REACH else None
        pieces = counted(count, members, say, Ground.EXACT_COUNT)
    if pieces is None and can_agree:
        pieces = [agreeing(member) for member in members]
    if pieces is None or not any(piece.n_solutions for piece in pieces):
        return None
    found = sum(piece.n_solutions for piece in pieces)
    return StartSet(StartKind.MONODROMY, family_digest(landscape), tuple(pieces), found)


def torus_stratum(landscape: Landscape, seed: int = 0, say: Callable[[str], None] | None = None) -> Stratum:
    """The solutions without zero coordinate of a generic member of a family on R^n, as two monodromy runs agree on.

    Raises
    ------
    InputError
        If the family is none that monodromy from one seed is known to exhaust.
    StartSetError
        If repeated runs do not agree.

    Examples
    --------
    >>> import polysys as ps
    >>> torus_stratum(ps.DeepLinear(widths=(1, 1, 2)).sample(1)).n_solutions
    8
    """
    n = landscape.domain.n
    if not landscape.domain.is_euclidean or not can_start(landscape):
        raise InputError(f"Monodromy does not apply to the torus of {landscape.label}.", "Use engine=phcpack.")
    flips = [tuple(g.signs) for g in SymmetryGroup(n, sign_symmetries(landscape.generic_potential())).elements()]
    torus = Family(landscape, tuple(range(n)), (), flips, seed)
    torus.explore(say)
    return agreeing(torus)


def _has_open_patterns(landscape: Landscape, generic: Any) -> bool:
    """Whether generic members may have solutions on zero patterns that are not closed, where monodromy does not go."""
    if landscape.domain.n > MAX_VARIABLES:
        return True
    domain = landscape.domain
    for alive, _ in open_strata(generic, has_multipliers=not domain.is_euclidean):
        blocks = [[i for i in alive if b.start <= i < b.stop] for b in domain.slices]
        # a point of a sphere is not zero; with one live coordinate on each there are finitely many points, on which
        # derivatives with coefficients of their own do not vanish
        if domain.is_euclidean or (all(blocks) and len(alive) > len(blocks)):
            return True
    return False


def _fermat(landscape: Landscape, seed: int) -> StartSet | None:
    """The Fermat form as a member of the family, if the family has all pure powers as couplings."""
    k, n = len(landscape.parameters), landscape.domain.n
    numbered = [i + 1 for i in range(k)]
    names = np.array(landscape.potential.ring.gens, dtype=object)
    potential = landscape.potential_function(names, landscape.unflatten(numbered))
    place = {exponents: int(c) - 1 for exponents, c in potential.terms()}
    if sorted(place.values()) != list(range(k)):
        return None  # the couplings are not the coefficients of distinct monomials
    degree = landscape.formulation.degrees[0]
    pure = [place.get(tuple(degree if i == j else 0 for i in range(n))) for j in range(n)]
    if None in pure:
        return None
    polynomials, solutions = fermat_start(landscape.formulation, seed)
    parameters = np.zeros(k, dtype=np.complex128)
    for j, position in enumerate(pure):
        parameters[position] = polynomials[j][0][0] / degree  # the gradient of c x^p is p c x^(p-1)
    one = np.ones((1, n + 1), dtype=np.int8)
    evidence = StratumEvidence(Ground.CLOSED_FORM)
    stratum = Stratum(tuple(range(n + 1)), one, parameters, np.array(solutions), evidence)
    return StartSet(StartKind.FERMAT, family_digest(landscape), (stratum,), cartwright_sturmfels(n, degree).value)


def _components(landscape: Landscape, coordinates: tuple[int, ...]) -> list[tuple[int, ...]]:
    """The components of the domain on a zero pattern: two points for every sphere in one dimension."""
    if landscape.formulation.kind is not Kind.LAGRANGE:
        return [()]
    live = [sum(b.start <= i < b.stop for i in coordinates) for b in landscape.domain.slices]
    return list(product((1, -1), repeat=live.count(1)))
