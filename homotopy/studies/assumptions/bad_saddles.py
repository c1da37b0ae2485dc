"""Saddles without negative curvature in unregularised linear chains: whole sets of stationary points, and exact Hessians on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat

from homotopy.counting.degenerate.decompose import stationary_sets
from homotopy.errors import HomotopyError
from homotopy.studies.frame.report import Finding
from homotopy.studies.frame.run_folder import RunFolder
from homotopy.studies.frame.tables import Cell, Table
from polysys.landscape import Landscape
from polysys.models.deep_linear import DeepLinear

CHAINS = (2, 3)  # weights: one hidden neuron, and two of them behind each other
_PATIENCE = 600.0  # seconds: both chains are solved in this process, which takes less than to start another
_DATUM = (1, 3)  # input and target: any other pair with nonzero entries is a scaling of the weights away
BAD_SADDLES = "saddles without negative curvature only with two hidden layers or more (Kawaguchi 2016)"
ALL_GLOBAL = "every local minimum is a global one (Kawaguchi 2016)"


def chain(n_weights: int) -> Landscape:
    """The loss (w_1 .. w_n x - y)^2 / 2 of one datum, without l2."""
    x, y = _DATUM
    return DeepLinear(widths=(1,) * (n_weights + 1), data=([[x]], [[y]]), l2=0).sample()


def inertia_at(land: Landscape, point: Sequence[Fraction]) -> tuple[int, int, bool]:
    """Negative and zero eigenvalues of the Hessian at a rational point, exactly, and whether the gradient vanishes there.

    Notes
    -----
    All roots of the characteristic polynomial of a symmetric matrix are real, so Descartes' rule counts the negative ones exactly.

    Examples
    --------
    >>> inertia_at(chain(2), [Fraction(0)] * 2), inertia_at(chain(3), [Fraction(0)] * 3)
    ((1, 0, True), (0, 3, True))
    """
    n = len(point)
    terms = [
        (tuple(int(e) for e in exponents), Fraction(int(c.numerator), int(c.denominator)))
        for exponents, c in land.potential.terms()
    ]
    gradient = [_derivative(terms, point, (i,)) for i in range(n)]
    hessian = [[_derivative(terms, point, (i, j)) for j in range(n)] for i in range(n)]
    entries = [fmpq(v.numerator, v.denominator) for row in hessian for v in row]
    coefficients = fmpq_mat(n, n, entries).charpoly().coeffs()
    n_zero = next(k for k, c in enumerate(coefficients) if c != 0)
    mirrored = [c * (-1) ** k for k, c in enumerate(coefficients) if c != 0]
    n_negative = sum((a > 0) != (b > 0) for a, b in pairwise(mirrored))
    return n_negative, n_zero, not any(gradient)


def _derivative(
    terms: Sequence[tuple[tuple[int, ...], Fraction]], point: Sequence[Fraction], along: Sequence[int]
) -> Fraction:
    total = Fraction(0)
    for exponents, coefficient in terms:
        powers, factor = list(exponents), coefficient
        for i in along:
            factor *= powers[i]
            powers[i] -= 1
        if factor:
            for base, power in zip(point, powers, strict=True):
                factor *= base**power
            total += factor
    return total


def decompose(n_weights: int) -> dict[str, Any]:
    """All stationary sets of a chain, and its isolated points, as JSON can hold them; or the reason why they are open."""
    try:
        found = stationary_sets(chain(n_weights))
    except HomotopyError as error:
        return {"open": str(error)}
    sets = Counter((s.dimension, s.degree, round(float((s.energy or 0j).real), 9)) for s in found.sets)
    points = Counter((p.index, round(float(p.energy.mid()), 9)) for p in found.points)
    return {
        "sets": sorted([*kind, n] for kind, n in sets.items()),
        "points": sorted([*kind, n] for kind, n in points.items()),
    }


def bad_saddles(folder: RunFolder) -> tuple[Table, list[Finding]]:
    """The stationary sets of both chains, and what they say about Kawaguchi's theorem."""
    folder.say("stationary sets of linear chains without l2")
    found = dict(
        zip(
            CHAINS,
            folder.cached_map("sets of linear chains 1", decompose, list(CHAINS), patience=_PATIENCE),
            strict=True,
        )
    )
    rows: list[dict[str, Cell]] = []
    for n, sets in found.items():
        name = "-".join("1" * (n + 1))
        for dimension, degree, energy, number in sets.get("sets", []):
            rows.append({"network": name, "number": number, "dimension": dimension, "degree": degree, "energy": energy})
        for index, energy, number in sets.get("points", []):
            rows.append(
                {"network": name, "number": number, "dimension": 0, "degree": 1, "energy": energy, "index": index}
            )
    caption = (
        f"Stationary sets of linear chains without l2, one datum x = {_DATUM[0]}, y = {_DATUM[1]}: complex dimension and degree by PHCpack in two runs "
        "that agree, the index of isolated points certified. Energy 0 is the global minimum."
    )
    return Table.of("linear-chains", caption, rows), [f for n in CHAINS for f in _findings(n, found[n])]


def _findings(n: int, sets: dict[str, Any]) -> list[Finding]:
    """What the sets and exact Hessians decide.

    Notes
    -----
    The gradient is (w_1 .. w_n x - y) times the products of all weights but one. So a stationary point is global (the product fits), or has two
    weights that vanish. With two weights that is the origin. With three it is three lines, on which the Hessian is that of the coordinate vector times
    the coordinate; they meet in the origin, and V(t, t, t) < V(0) for small t > 0.
    """
    case = "-".join("1" * (n + 1))
    if "open" in sets:
        return [Finding(statement, "undecided", sets["open"], case) for statement in (BAD_SADDLES, ALL_GLOBAL)]
    higher = [number for *_, energy, number in sets["sets"] if energy > 0]
    if n == 2:
        indices = [index for index, energy, _ in sets["points"] if energy > 0]
        is_met = not higher and bool(indices) and all(index is not None and index > 0 for index in indices)
        text = f"Beside the global set there is {len(indices)} stationary point, isolated and certified, of index {indices[0] if indices else '-'}."
        return [
            Finding(statement, "holds" if is_met else "fails", text, case) for statement in (BAD_SADDLES, ALL_GLOBAL)
        ]
    land, zero = chain(n), Fraction(0)
    n_negative, n_zero, is_stationary = inertia_at(land, [zero] * n)
    is_lower = _energy(land, Fraction(1, 2)) < _energy(land, zero)
    axes = [[Fraction(sign if i == k else 0) for i in range(n)] for k in range(n) for sign in (1, -1)]
    on_lines = [inertia_at(land, point) for point in axes]
    is_bad = is_stationary and n_negative == 0 and is_lower
    are_saddles = is_lower and all(negative > 0 and stationary for negative, _, stationary in on_lines)
    bad = (
        f"The origin is stationary and its Hessian has {n_negative} negative and {n_zero} zero eigenvalues, exactly; it is no minimum, since V falls along "
        f"(t, t, t). It is where the {sum(higher)} lines of energy {float(_energy(land, zero)):g} meet."
    )
    saddles = f"On these lines the Hessian has {min(k for k, _, _ in on_lines)} negative eigenvalue except in the origin, exactly; no other stationary point is above energy 0."
    return [
        Finding(BAD_SADDLES, "holds" if is_bad else "fails", bad, case),
        Finding(ALL_GLOBAL, "holds" if are_saddles and sum(higher) == n else "fails", saddles, case),
    ]


def _energy(land: Landscape, value: Fraction) -> Fraction:
    """V at (value, .., value)."""
    point = np.array([value] * land.domain.n, dtype=object)
    return Fraction(land.potential_function(point, land.couplings))
