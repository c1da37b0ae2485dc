"""From a model to its space: all costs, the proved symmetries, the solutions and their clusters."""

from __future__ import annotations

import time

from homotopy.common.validation import is_whole
from homotopy.weights.clusters import find_clusters, proved_symmetries
from homotopy.weights.costs import all_costs
from homotopy.weights.solutions import state_set
from homotopy.weights.space import WeightSpace
from polysys.errors import InputError
from polysys.models.binary.ising import SpinSpace
from polysys.models.binary.space import BinaryModel, BinarySpace
from polysys.models.labels import binary_model_from_label


def weight_space(
    what: BinarySpace | BinaryModel | str, *, seed: int | None = None, index: int = 0, max_errors: int = 0
) -> WeightSpace:
    """Enumerate all states of a discrete space.

    Parameters
    ----------
    what : BinarySpace, BinaryModel or str
        A space; or a model or its label, of which sample `index` of `seed` is taken.
    seed, index : int
        Which sample, where `what` is a model or a label.
    max_errors : int
        Errors of a network up to which a state counts as a solution.

    Returns
    -------
    WeightSpace

    Raises
    ------
    SpaceTooLargeError
        With the memory that it would need: one byte a state of a network, eight of Ising spins; for its solutions, 24 bytes each.
    InputError
        For input that cannot be enumerated.

    Examples
    --------
    >>> import polysys as ps
    >>> import homotopy as ho
    >>> space = ho.weight_space(ps.BinaryNetwork(widths=(3, 1), data=([[1, 1], [1, -1], [1, 1]], [1, -1])))
    >>> space.n_solutions, space.pair_distances
    (2, (2, 0, 2, 0))
    """
    space = _as_space(what, seed, index)
    is_network = not isinstance(space, SpinSpace)
    if not is_whole(max_errors, 0, 64):
        raise InputError(
            f"max_errors = {max_errors!r:.40} is not a number of errors.", "Give a whole number from 0 to 64."
        )
    if max_errors and not is_network:
        raise InputError("Ising spins make no errors.", "Leave max_errors out: their solutions are the ground states.")
    begin = time.perf_counter()
    costs = all_costs(space)
    threshold = max_errors if is_network else int(costs.min())
    symmetry = proved_symmetries(costs, space.n, space.candidates)
    solutions = state_set(costs, space.n, threshold)
    clusters = find_clusters(solutions, symmetry)
    return WeightSpace(space, costs, threshold, solutions, symmetry, clusters, time.perf_counter() - begin)


def _as_space(what: BinarySpace | BinaryModel | str, seed: int | None, index: int) -> BinarySpace:
    if isinstance(what, BinarySpace):
        if seed is not None or index:
            raise InputError("A seed or an index is given beside a space.", "Give the model, or leave them out.")
        return what
    if isinstance(what, str):
        return binary_model_from_label(what).sample(seed, index)
    if isinstance(what, BinaryModel):
        return what.sample(seed, index)
    raise InputError(
        f"A {type(what).__name__} is no discrete space.", "Give a BinaryNetwork, an Ising model or a label."
    )
