"""Which homotopies solve a system, from the kind of start that was asked for."""

import numpy as np

from homotopy.engines.phcpack.stages import Requests, Stage, StartCountError, polyhedral_stages, whole_space
from homotopy.engines.phcpack.starts import (
    Partition,
    best_partition,
    multihomogeneous_number,
    multihomogeneous_start,
    total_degree,
    total_degree_start,
)
from homotopy.engines.phcpack.types import Polynomials, Start, StartSystem
from homotopy.status import StartCount
from polysys.errors import InputError


def plan(
    scaled: Polynomials,
    start: Start,
    groups: Partition | None,
    requests: Requests,
    precision: str,
    rng: np.random.Generator,
) -> tuple[list[Stage], StartCount, str]:
    """Return the homotopies, what their number of paths is, and a few words on the start.

    A polyhedral start that cannot be solved completely gives way to one in closed form.
    """
    if start is not Start.POLYHEDRAL:
        return _closed_form(scaled, start, groups, rng)
    try:
        stages, kind = polyhedral_stages(scaled, requests, precision)
    except StartCountError as problem:
        requests.attempts.append(f"The polyhedral start was given up: {problem}.")
        best = best_partition(scaled)
        other = Start.MULTIHOMOGENEOUS if best.count.value < total_degree(scaled) else Start.TOTAL_DEGREE
        return _closed_form(scaled, other, best.partition, rng)
    return stages, kind, f"polyhedral, {len(stages)} zero pattern{'s' if len(stages) != 1 else ''}"


def _closed_form(
    scaled: Polynomials, start: Start, groups: Partition | None, rng: np.random.Generator
) -> tuple[list[Stage], StartCount, str]:
    if start is Start.TOTAL_DEGREE:
        _refuse_too_many(total_degree(scaled))
        system: StartSystem = total_degree_start(scaled, rng)
        kind, words = StartCount.TOTAL_DEGREE, "total degree"
    else:
        groups = best_partition(scaled).partition if groups is None else groups
        _refuse_too_many(multihomogeneous_number(scaled, groups))
        system = multihomogeneous_start(scaled, groups, rng)
        kind = StartCount.MULTIHOMOGENEOUS
        words = "linear products, groups " + " ".join(str(list(group)) for group in groups)
    if system.volume == 0:
        return [], kind, words
    return [whole_space(scaled, system.polynomials, system.solutions)], kind, words


def _refuse_too_many(n_paths: int) -> None:
    if n_paths > 1_000_000:
        raise InputError(f"This start system has {n_paths} paths.", "Use a polyhedral start or a better partition.")
