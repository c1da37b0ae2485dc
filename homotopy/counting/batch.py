"""Censuses of many samples of one model: tracked together, certified and judged one by one.

All samples of a model are members of one family. They share its straight-line programs and its start set, and their
paths go through one queue; what a sample gets depends on (seed, index) only, not on the samples beside it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

from homotopy.certification.certificates import CertificateList
from homotopy.certification.real_zeros import real_zeros
from homotopy.certification.zeros import boxes_of_members
from homotopy.counting.count import assemble, counted
from homotopy.counting.result import Census
from homotopy.engines.base import Engine, request_for
from homotopy.engines.registry import engines_for
from homotopy.options import Options
from homotopy.solving.accounts import account, hopeful_ends
from homotopy.solving.exact_algebra import is_met
from homotopy.status import Completeness
from polysys.counts.of_landscape import upper_bounds
from polysys.errors import PolysysError
from polysys.formulations.formulation import Kind
from polysys.landscape import Landscape
from polysys.models.base import Model


def census_batch(
    model: Model, seed: int, indices: Iterable[int], options: Options | None = None, *, threads: int | None = None
) -> list[Census | PolysysError]:
    """Censuses of samples of a model, in the order of `indices`.

    Parameters
    ----------
    model : Model
    seed : int
    indices : iterable of int
        Numbers of the samples.
    options : Options, optional
    threads : int, optional
        For an engine that tracks samples together; default: the cores this process may use. The result does not depend on it.

    Returns
    -------
    list of Census or PolysysError
        The error of a sample that cannot be counted stands in its place: none is left out.

    Raises
    ------
    InputError
        For an engine that does not exist, or does not honour an option: no sample can be counted.

    Notes
    -----
    A sample whose paths do not balance, that misses a proved count, or whose list a check contradicts, is solved again on
    its own, with all the rounds of :func:`homotopy.census`.

    Examples
    --------
    >>> import polysys as ps
    >>> [c.n_complex for c in census_batch(ps.SphericalPSpin(n=3, p=3), 1, range(3))]
    [7, 7, 7]
    """
    chosen = options or Options()
    engine = engines_for(chosen)[0]
    drawn = [_sample(model, seed, index) for index in indices]
    results: dict[int, Census | PolysysError] = {
        k: land for k, land in enumerate(drawn) if isinstance(land, PolysysError)
    }
    landscapes = {k: land for k, land in enumerate(drawn) if not isinstance(land, PolysysError)}
    results |= _together(landscapes, engine, chosen, threads)
    for k, land in landscapes.items():
        if k not in results:
            results[k] = _alone(land, chosen)
    return [results[k] for k in range(len(drawn))]


def _sample(model: Model, seed: int, index: int) -> Landscape | PolysysError:
    """A sample that may be solved, or why it may not."""
    try:
        land = model.sample(seed, index)
        land.require_isolated()
        assert land.formulation is not None  # made here, so that its errors are the sample's
    except PolysysError as error:
        return error
    return land


def _alone(land: Landscape, options: Options) -> Census | PolysysError:
    try:
        return counted(land, options)
    except PolysysError as error:
        return error


def _together(
    landscapes: Mapping[int, Landscape], engine: Engine, options: Options, threads: int | None
) -> dict[int, Census | PolysysError]:
    """Censuses of the samples that need no second round; none where the engine does not track them together."""
    results: dict[int, Census | PolysysError] = {}
    left = dict(landscapes)
    while left:
        first = next(iter(left.values()))
        family = {k: land for k, land in left.items() if land is first or land.shares_tapes_with(first)}
        left = {k: land for k, land in left.items() if k not in family}
        results |= _family_together(family, engine, options, threads)
    return results


def _family_together(
    family: Mapping[int, Landscape], engine: Engine, options: Options, threads: int | None
) -> dict[int, Census | PolysysError]:
    """The same for samples that share their straight-line programs."""
    begin = time.perf_counter()
    tracked = engine.run_together([request_for(land, options) for land in family.values()], threads)
    if tracked is None:
        return {}
    lands = list(family.values())
    ends = [paths.x[hopeful_ends(paths)] for paths in tracked]
    boxes = boxes_of_members([land.tapes for land in lands], ends, threads)
    solved = [
        account(land, paths, CertificateList.of(()), 1, options.digits, proved)[0]
        for land, paths, proved in zip(lands, tracked, boxes, strict=True)
    ]
    zeros = real_zeros(lands, [report.certificates for report in solved])
    share = (time.perf_counter() - begin) / len(family)
    results: dict[int, Census | PolysysError] = {}
    for (k, land), report, real in zip(family.items(), solved, zeros, strict=True):
        begin = time.perf_counter()
        # its own: a coupling that vanishes in another member makes that one's smaller
        bounds = tuple(upper_bounds(land))
        is_clear = report.is_clean and not report.paths.at_infinity
        if (is_clear or is_met(land, report, bounds[0].value if bounds else None)) and (
            land.formulation.kind is not Kind.PROJECTIVE or len(report.certificates) == bounds[0].value
        ):
            result = assemble(land, report, bounds, share + time.perf_counter() - begin, zeros=real)
            if result.completeness.verdict is not Completeness.CONTRADICTED:
                results[k] = result
    return results
