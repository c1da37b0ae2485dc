"""What may reach PHCpack: everything else is refused in words before (trap J)."""

import math
from collections.abc import Sequence

import numpy as np

from homotopy.engines.phcpack.newton import System
from homotopy.engines.phcpack.points import close_pairs
from homotopy.engines.phcpack.stages import Stage
from homotopy.engines.phcpack.starts import Partition
from homotopy.engines.phcpack.types import Point, Polynomials, Term
from polysys.errors import InputError, NotSquareError


def check_system(polynomials: Polynomials) -> tuple[tuple[Term, ...], ...]:
    """Return a system with equal monomials collected, or raise; nothing malformed may reach PHCpack (trap J)."""
    n = len(polynomials)
    if n == 0:
        raise InputError("The system has no equations.", "Give n equations in n unknowns.")
    system = []
    for k, terms in enumerate(polynomials):
        collected: dict[tuple[int, ...], complex] = {}
        for c, m in terms:
            if len(m) != n:
                raise NotSquareError(
                    f"Equation {k} has {len(m)} unknowns, but there are {n} equations.", "Give a square system."
                )
            if any(int(d) != d or d < 0 for d in m):
                raise InputError(f"Equation {k} has an exponent that is not a natural number.", "Clear denominators.")
            c = complex(c)
            if not (math.isfinite(c.real) and math.isfinite(c.imag)):
                raise InputError(f"Equation {k} has the coefficient {c}.", "Give finite coefficients.")
            key = tuple(int(d) for d in m)
            collected[key] = collected.get(key, 0j) + c
        kept = tuple((c, m) for m, c in collected.items() if c)
        if not kept:
            raise InputError(f"Equation {k} is zero.", "Remove it together with an unknown, or give another one.")
        system.append(kept)
    return tuple(system)


def check_partition(partition: Sequence[Sequence[int]] | None, n: int) -> Partition | None:
    if partition is None:
        return None
    groups = tuple(tuple(int(i) for i in group) for group in partition)
    if sorted(i for group in groups for i in group) != list(range(n)) or not all(groups):
        raise InputError(
            f"The partition {list(map(list, groups))} does not divide the unknowns 0 to {n - 1} into groups.",
            "Name every unknown once.",
        )
    return groups


def check_points(points: Sequence[Sequence[complex]], n: int) -> list[Point]:
    checked = [tuple(complex(z) for z in x) for x in points]
    if any(len(x) != n or not all(math.isfinite(z.real) and math.isfinite(z.imag) for z in x) for x in checked):
        raise InputError(f"A start solution is not a list of {n} finite numbers.", "Give one number per unknown.")
    return checked


def check_start_solutions(stage: Stage) -> None:
    if not stage.solutions:
        return
    if pairs := close_pairs(stage.solutions):
        raise InputError(f"Start solutions {pairs[0][0]} and {pairs[0][1]} are equal.", "Give each of them once.")
    system = System(stage.start, len(stage.start))
    x = np.array(stage.solutions)
    residuals = (np.abs(system.values(x)) / np.maximum(system.magnitudes(x), 1e-300)).max(axis=1)
    if residuals.max() > 1e-6:
        worst = int(residuals.argmax())
        raise InputError(
            f"Start solution {worst} does not solve the start system (relative residual {residuals[worst]:.1e}).",
            "Polish it with Newton's method, or check the order of the unknowns.",
        )
