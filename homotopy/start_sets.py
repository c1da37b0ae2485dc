"""Start sets for the compiled tracker: a generic member of a landscape's family with all its solutions.

Closed form (Fermat) for a form on one sphere; monodromy for everything whose equations are affine in enough couplings, per
stratum and per sign orbit on R^n, as a whole on products of spheres. What a start set claims to be complete on:

* Fermat: a theorem (Cartwright & Sturmfels 2013).
* spheres: the proved generic count was reached; otherwise there is no start set.
* R^n: two monodromy runs from independent random members agree in every stratum.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.errors import HomotopyError
from homotopy.monodromy import MonodromyResult, is_dominant, monodromy
from homotopy.starts import fermat_start, has_fermat_start
from polysys.counts import cartwright_sturmfels, friedland_ottaviani
from polysys.domains import Euclidean
from polysys.formulation import Formulation, Kind, record
from polysys.landscape import Landscape
from polysys.strata import MAX_VARIABLES, open_strata, strata
from polysys.symmetry import SymmetryGroup, sign_symmetries
from polysys.tape import Tape

_AGREEING_RUNS = 2
_MAX_RUNS = 6


@dataclass(frozen=True, slots=True, eq=False)
class Stratum:
    """Start solutions with one zero pattern.

    Parameters
    ----------
    alive : tuple of int
        The unknowns that are not zero.
    signs : int8 array (g, len(alive))
        Sign flips that preserve the family, restricted to the live unknowns, the identity first.
    parameters : complex array (k,)
        The generic member.
    solutions : complex array (m, len(alive))
        One solution per sign orbit; the stratum has m g solutions.
    evidence : str
        Why they are all.
    """

    alive: tuple[int, ...]
    signs: npt.NDArray[np.int8]
    parameters: npt.NDArray[np.complex128]
    solutions: npt.NDArray[np.complex128]
    evidence: str

    @property
    def n_solutions(self) -> int:
        """Number of solutions of a generic member in this stratum, K(r) for deep linear networks."""
        return len(self.solutions) * len(self.signs)


@dataclass(frozen=True, slots=True, eq=False)
class StartSet:
    """All solutions of a generic member of a family, by strata.

    Parameters
    ----------
    kind : str
        ``"Fermat form"`` or ``"monodromy"``.
    family : str
        Digest of the family's equations with the couplings as parameters.
    strata : tuple of Stratum
    """

    kind: str
    family: str
    strata: tuple[Stratum, ...]

    @property
    def n_solutions(self) -> int:
        """The generic root count of the family."""
        return sum(s.n_solutions for s in self.strata)

    @property
    def n_paths(self) -> int:
        """Number of paths to track: one per sign orbit."""
        return sum(len(s.solutions) for s in self.strata)

    @property
    def grounds(self) -> str:
        """Why the start set is complete, in a few words."""
        if self.kind == "Fermat form" or all("generic count" in s.evidence for s in self.strata):
            return "by a theorem"
        return "on which two independent monodromy runs agree"

    def __repr__(self) -> str:
        lines = [f"StartSet ({self.kind}): {self.n_solutions} solutions, {self.n_paths} paths"]
        lines += [f"  {len(s.alive)} live unknowns: {s.n_solutions} solutions, {s.evidence}" for s in self.strata[:8]]
        return "\n".join(lines)


def family_digest(landscape: Landscape) -> str:
    """Names the family: equations, charts and which couplings are parameters, whatever their values."""
    tape = landscape.parametric_tapes.equations
    digest = hashlib.sha256(b"family 3\n")
    digest.update(f"{tape.n_variables} {tape.n_parameters} {' '.join(map(str, tape.constants))}\n".encode())
    for array in (tape.ops, tape.left, tape.right, tape.outputs):
        digest.update(np.ascontiguousarray(array).astype("<i4").tobytes())
    digest.update(landscape.is_linear_parameter.astype("<i1").tobytes())
    return digest.hexdigest()


def stratum_equations(landscape: Landscape, alive: tuple[int, ...]) -> Tape:
    """The family's equations with all other coordinates set to zero, in the live coordinates."""
    n = landscape.domain.n
    if len(alive) == landscape.formulation.n_unknowns:
        return landscape.parametric_tapes.equations

    def restricted(x: list[Any], p: list[Any]) -> Any:
        full = np.zeros(n, dtype=object)
        full[list(alive)] = x
        return landscape.potential_function(full, landscape.unflatten(p))

    formulation = Formulation(Kind.EUCLIDEAN, Euclidean(len(alive)))
    return record(formulation, restricted, len(landscape.parameters)).equations


def can_start(landscape: Landscape) -> bool:
    """Whether a start set can be made for this landscape's family.

    Monodromy runs on closed zero patterns. A family with generic solutions on others is left to engines that do not need
    patterns; weight decays exclude such solutions, because they fix every live coordinate by a coupling of its own.
    """
    if not landscape.parameters or not landscape.is_linear_parameter.any():
        return False
    kind = landscape.formulation.kind
    if kind is Kind.EUCLIDEAN:
        if landscape.domain.n > MAX_VARIABLES or not _is_bundle(landscape):
            return False
        return "l2" in landscape.linear_couplings or next(open_strata(landscape.generic_potential()), None) is None
    return kind is Kind.PROJECTIVE


def _is_bundle(landscape: Landscape) -> bool:
    """Whether the equations determine the linear couplings with constant rank on every torus.

    True when each equation has a coupling of its own on a monomial c x_j^2 (a weight decay), or when every coupling is
    the coefficient of one monomial, so that the equations are monomials times an integer matrix.
    """
    return "l2" in landscape.linear_couplings or set(landscape.linear_couplings) == {"c"}


def make_start_set(landscape: Landscape, seed: int = 0, say: Callable[[str], None] | None = None) -> StartSet | None:
    """A start set for a landscape's family; None where there is none that can be relied on.

    Raises
    ------
    HomotopyError
        If repeated monodromy runs do not agree.
    """
    if not can_start(landscape):
        return None
    if has_fermat_start(landscape.formulation):
        fermat = _fermat(landscape, seed)
        if fermat is not None:
            return fermat
    if landscape.formulation.kind is Kind.PROJECTIVE:
        return _on_spheres(landscape, seed)
    pieces = []
    generic = landscape.generic_potential()
    flips = [g.signs for g in SymmetryGroup(landscape.domain.n, sign_symmetries(generic)).elements()]
    for alive in strata(generic):
        if say is not None:
            say(f"monodromy for {len(alive)} live unknowns")
        pieces.append(_stratum(landscape, alive, flips, seed))
    return StartSet("monodromy", family_digest(landscape), tuple(pieces))


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
    evidence = "closed form, ((p-1)^n - 1)/(p-2) of them [Cartwright & Sturmfels 2013]"
    stratum = Stratum(tuple(range(n + 1)), one, parameters, np.array(solutions), evidence)
    return StartSet("Fermat form", family_digest(landscape), (stratum,))


def _on_spheres(landscape: Landscape, seed: int) -> StartSet | None:
    formulation = landscape.formulation
    degrees = formulation.degrees
    count = (
        cartwright_sturmfels(landscape.domain.n, degrees[0])
        if len(degrees) == 1
        else friedland_ottaviani(landscape.domain.blocks, degrees)
    )
    charts = [
        (block, np.array([float(a) for a in chart], dtype=np.complex128))
        for block, chart in zip(landscape.domain.slices, formulation.charts, strict=True)
    ]
    size = formulation.n_unknowns
    found = monodromy(
        landscape.parametric_tapes.equations,
        landscape.is_linear_parameter,
        landscape.domain.n,
        np.ones((1, size), dtype=np.int8),
        charts,
        seed,
        count.value,
    )
    if len(found.solutions) != count.value:
        return None
    evidence = f"the generic count is reached: {count.name} [{count.reference}]"
    whole = Stratum(tuple(range(size)), np.ones((1, size), np.int8), found.parameters, found.solutions, evidence)
    return StartSet("monodromy", family_digest(landscape), (whole,))


def _stratum(landscape: Landscape, alive: tuple[int, ...], flips: list[tuple[int, ...]], seed: int) -> Stratum:
    if not alive:
        nothing = np.zeros((1, 0), dtype=np.complex128)
        parameters = np.zeros(len(landscape.parameters), dtype=np.complex128)
        return Stratum((), np.ones((1, 0), np.int8), parameters, nothing, "the origin")
    restricted = sorted({tuple(flip[i] for i in alive) for flip in flips}, reverse=True)
    signs = np.array(restricted, dtype=np.int8)
    tape = stratum_equations(landscape, alive)
    if not is_dominant(tape, landscape.is_linear_parameter, len(alive), seed):
        none = np.zeros((0, len(alive)), dtype=np.complex128)
        parameters = np.zeros(len(landscape.parameters), dtype=np.complex128)
        return Stratum(alive, signs, parameters, none, "a generic member has none: the Jacobian is singular throughout")
    runs: list[MonodromyResult] = []
    for k in range(_MAX_RUNS):
        runs.append(monodromy(tape, landscape.is_linear_parameter, len(alive), signs, [], seed + 101 * k))
        # a run can only miss solutions (jumps to smaller strata are told apart), so the largest count decides
        largest = max(runs, key=lambda r: len(r.solutions))
        if sum(len(r.solutions) == len(largest.solutions) for r in runs) >= _AGREEING_RUNS:
            loops = largest.n_loops - largest.last_gain
            evidence = f"{_AGREEING_RUNS} independent monodromy runs agree, {loops} last loops found nothing new"
            return Stratum(alive, signs, largest.parameters, largest.solutions, evidence)
    counts = ", ".join(str(len(r.solutions)) for r in runs)
    raise HomotopyError(
        f"Monodromy runs for {landscape.label} do not agree ({counts} orbits).", "Use engine=phcpack, or another solver seed."
    )
