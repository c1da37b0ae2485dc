"""How many paths a start must have, derived again from the exact system: an engine's own number may be wrong."""

from __future__ import annotations

from homotopy.status import StartCount
from polysys.counts import best_partition, total_degree
from polysys.counts.of_landscape import domain_count
from polysys.landscape import Landscape
from polysys.problem import Problem


def least_root_count(problem: Problem, count: StartCount) -> int:
    """A number of paths that every start of a kind has at least; 0 where none follows from the system.

    Mixed volumes, and counts of a generic member by monodromy or exact algebra, are not derived again. The count of a
    theorem is that of generic potentials of the landscape's degree, which a family of larger degree exceeds.

    Examples
    --------
    >>> import polysys as ps
    >>> least_root_count(ps.SphericalPSpin(n=4, p=3).sample(1), StartCount.FERMAT)
    15
    """
    if count is StartCount.TOTAL_DEGREE:
        return total_degree(problem.degrees).value
    if count is StartCount.MULTIHOMOGENEOUS:  # any partition gives a start; none has fewer paths than the best
        return best_partition(problem.system.supports, problem.system.n).count.value
    if count in (StartCount.FERMAT, StartCount.GENERIC_THEOREM) and isinstance(problem, Landscape):
        proved = domain_count(problem)
        return 0 if proved is None else proved.value
    return 0
