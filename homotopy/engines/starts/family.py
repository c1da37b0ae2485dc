"""A landscape's family: its equations with the couplings as parameters, on each zero pattern."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from flint import fmpz_mat

from homotopy.common.arrays import Complexes
from polysys.counts.strata import MAX_VARIABLES, strata
from polysys.domains import Domain, Euclidean
from polysys.formulations.expansion import multiply_out
from polysys.formulations.formulation import Formulation, FormulationTapes, Kind, record
from polysys.landscape import Landscape
from polysys.polynomials import Ring
from polysys.tape import Recorder, Tape

_MAX_EXPANSION = 5_000_000  # products of coefficients: some seconds
_MAX_RECORDED = 64
# by family and pattern, as what is compiled from them
_recorded: dict[tuple[FormulationTapes, tuple[int, ...]], FormulationTapes] = {}


def family_digest(landscape: Landscape) -> str:
    """Names the family: equations, charts and which couplings are parameters, whatever their values."""
    return _digest(landscape.parametric_tapes.equations, landscape.is_linear_parameter.tobytes())


@lru_cache(maxsize=64)
def _digest(tape: Tape, is_linear: bytes) -> str:
    digest = hashlib.sha256(b"family 4\n")
    digest.update(f"{tape.n_variables} {tape.n_parameters} {' '.join(map(str, tape.constants))}\n".encode())
    for array in (tape.ops, tape.left, tape.right, tape.outputs):
        digest.update(np.ascontiguousarray(array).astype("<i4").tobytes())
    digest.update(is_linear)
    return digest.hexdigest()


def patterns(landscape: Landscape, generic: Any) -> list[tuple[int, ...]]:
    """The closed zero patterns of a family on which stationary points may lie, by their live coordinates.

    Parameters
    ----------
    generic : Polynomial
        The potential of a generic member.
    """
    n, domain = landscape.domain.n, landscape.domain
    if n > MAX_VARIABLES:
        return [tuple(range(n))]
    if domain.is_euclidean:
        return strata(generic)
    closed = strata(generic, has_multipliers=True)
    # a point of a sphere is not zero
    return [alive for alive in closed if all(any(i in alive for i in range(b.start, b.stop)) for b in domain.slices)]


def restricted_formulation(landscape: Landscape, alive: tuple[int, ...]) -> Formulation:
    """The formulation of the family in the coordinates `alive`, the others zero."""
    whole, domain = landscape.formulation, landscape.domain
    if whole.kind is Kind.EUCLIDEAN:
        return Formulation(Kind.EUCLIDEAN, Euclidean(len(alive)))
    live = [[i for i in alive if b.start <= i < b.stop] for b in domain.slices]
    smaller = Domain(len(alive), tuple(map(len, live)), domain.radii_squared)
    charts = tuple(
        tuple(chart[i - b.start] for i in here)
        for chart, here, b in zip(whole.charts, live, domain.slices, strict=False)
    )
    return replace(whole, domain=smaller, charts=charts)


def stratum_tapes(landscape: Landscape, alive: tuple[int, ...]) -> FormulationTapes:
    """The tapes of the family with the coordinates outside `alive` set to zero, in the live unknowns.

    Parameters
    ----------
    alive : tuple of int
        Live unknowns; multipliers, which follow the coordinates, are always alive.
    """
    n = landscape.domain.n
    coordinates = tuple(i for i in alive if i < n)
    if len(coordinates) == n:
        return landscape.parametric_tapes
    key = (landscape.parametric_tapes, coordinates)
    if key not in _recorded:

        def restricted(x: list[Any], p: list[Any]) -> Any:
            full = np.zeros(n, dtype=object)
            full[list(coordinates)] = x
            return landscape.potential_function(full, landscape.unflatten(p))

        while len(_recorded) >= _MAX_RECORDED:
            _recorded.pop(next(iter(_recorded), key), None)
        _recorded[key] = record(restricted_formulation(landscape, coordinates), restricted, len(landscape.parameters))
    return _recorded[key]


def stratum_equations(landscape: Landscape, alive: tuple[int, ...]) -> Tape:
    """The equations of :func:`stratum_tapes`."""
    return stratum_tapes(landscape, alive).equations


def place_on(formulation: Formulation, component: tuple[int, ...], x: Complexes) -> Complexes:
    """Random coordinates moved into a domain: charts a.x = 1, spheres x.x = r.

    Parameters
    ----------
    component : tuple of +1 and -1
        Which of its two points is meant for each sphere in one dimension, in order.
    """
    placed, signs = x.copy(), iter(component)
    for k, block in enumerate(formulation.domain.slices):
        if formulation.kind is Kind.PROJECTIVE:
            chart = np.array([float(a) for a in formulation.charts[k]])
            placed[block] = x[block] / (chart @ x[block])
            continue
        radius = float(formulation.domain.radii_squared[k])
        if block.stop - block.start == 1:
            placed[block] = next(signs) * radius**0.5
        else:
            placed[block] = x[block] * np.sqrt(radius / (x[block] @ x[block]))
    return placed


def observables(tapes: FormulationTapes, chosen: Any) -> Tape:
    """dV/dc for the chosen couplings c (bool array), as functions of the unknowns and all couplings."""
    energy = tapes.energy
    recorder = Recorder(energy.n_variables, energy.n_parameters)
    (value,) = energy.evaluate(recorder.variables, recorder.parameters, recorder.constant)
    wanted = [p for p, is_chosen in zip(recorder.parameters, chosen, strict=True) if is_chosen]
    return recorder.tape(recorder.gradient(value, wanted))


def is_bundle(landscape: Landscape, alive: tuple[int, ...]) -> bool:
    """Whether the solutions on a zero pattern, over all values of the linear couplings, are known to be irreducible.

    For a point x of the torus of the pattern (without zero coordinates) the equations are linear in the couplings; if
    their rank is the same at every x, the pairs (x, couplings) form a vector bundle over the torus, or over the part of
    it on the spheres, and that is irreducible.

    A coupling that is the coefficient of one monomial x^e of V contributes the column x^e e / x to the matrix of this
    linear system, e the vector of exponents. Such columns alone have rank E, the matrix of the e, at every x. So it is
    enough that E has full row rank, or, on R^n, that there are no other couplings.

    Notes
    -----
    Decided on the exact monomials. False means that nothing is known.
    """
    coordinates = tuple(i for i in alive if i < landscape.domain.n)
    exponents, is_all = _monomial_couplings(landscape, coordinates)
    if not exponents:
        return False
    rank = fmpz_mat([list(e) for e in exponents]).rank()
    return rank == len(coordinates) or (is_all and landscape.domain.is_euclidean)


def _monomial_couplings(landscape: Landscape, coordinates: tuple[int, ...]) -> tuple[list[tuple[int, ...]], bool]:
    """Exponents on a pattern of the couplings that multiply one monomial each; whether all couplings do or vanish."""
    linear = landscape.is_linear_parameter
    tape = observables(stratum_tapes(landscape, coordinates), linear)
    numbers = np.random.default_rng(1).integers(1, 10**6, tape.n_parameters).tolist()
    recorder = Recorder(tape.n_variables)
    # couplings that are not among the unknowns of the linear system are generic numbers
    fixed = [recorder.constant(int(v)) for v in numbers]
    closed = recorder.tape(tape.evaluate(recorder.variables, fixed, recorder.constant))
    values = multiply_out(closed, Ring(tuple(f"x{i}" for i in range(tape.n_variables))), _MAX_EXPANSION)
    exponents = [v.monoms()[0][: len(coordinates)] for v in values if len(v) == 1]
    return exponents, bool(linear.all()) and all(len(v) <= 1 for v in values)
