"""scan: count a landscape at the values of a parameter, follow its points between them, and find the events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from homotopy.common.reporting import SampleProgress
from homotopy.common.validation import check_choices, is_whole
from homotopy.counting.batch import census_batch
from homotopy.engines.registry import engines_for
from homotopy.ensembles.record import SampleRecord, failed_record, record_of
from homotopy.ensembles.run import ensemble
from homotopy.options import Options
from homotopy.scans.assemble import followed
from homotopy.scans.family import Family, family_through
from homotopy.scans.members import Scannable, ScannedModel, models_at, scanned_model
from homotopy.scans.points import census_solutions
from homotopy.scans.result import Coverage, Scan
from homotopy.scans.store import Counted, ScanStore, identity_of
from homotopy.scans.values import as_values, exact
from homotopy.status import Completeness
from polysys.counts.of_landscape import upper_bounds
from polysys.errors import InputError, PolysysError
from polysys.landscape import Landscape
from polysys.system import exact_terms

_TOGETHER = 8  # values that are tracked at once, and lost by a kill


def scan(
    model: Scannable,
    *,
    seed: int | None = None,
    index: int = 0,
    samples: int = 1,
    tolerance: Any = None,
    store: str | Path | None = None,
    workers: int | None = 0,
    options: Options | None = None,
    progress: SampleProgress | None = None,
    **parameter: Any,
) -> Scan:
    """Count a landscape at the values of a parameter, follow its real points between them, and certify where counts change.

    Parameters
    ----------
    model : str, Model, expression with a free parameter, or callable
        A label with ``{name}``; a model or a label with a keyword `name` (of its family, or of the parameters of an expression); or a function
        of the value that returns a model or a label. Or an expression with one free parameter.
    **parameter : iterable of numbers
        One keyword, the parameter's name, with its values: ``a=ho.linspace(-1, 1, 41)``. Other keywords are fields of :class:`homotopy.Options`.
    seed, index : int
        Which sample, where the model is random: the same random numbers at all values.
    samples : int
        With more than one the means along the parameter are estimated, and no branches followed.
    tolerance : number, optional
        Half the width of the bracket of an event; by default 1e-4 of the distance between two values. The ball of a certified event
        has a width of 1e-19.
    store : path, optional
        Folder that keeps the censuses: what it holds is not computed again.
    workers : int, optional
        Processes that count samples, with more than one sample; None: one a core.
    options : Options, optional
    progress : callable (done, total, failures), optional

    Returns
    -------
    Scan

    Raises
    ------
    InputError
        For a parameter or values that do not exist.
    StoreError
        For a folder that holds something else.

    Examples
    --------
    >>> import homotopy as ho, polysys as ps
    >>> cubic = ps.expression("x^3/3 - a*x", parameters={"a": 1})
    >>> found = ho.scan(cubic, a=ho.linspace(-1, 1, 4))
    >>> found.n_real, found.events[0].kind.value, str(found.events[0].value), found.coverage.verdict.value
    ((0, 0, 2, 2), 'fold', '0', 'proved')
    """
    check_choices(options=options, progress=progress, seed=seed, store=store)
    name, values, chosen = _specified(parameter, options)
    if not is_whole(samples, 1, 10**6) or not is_whole(index, 0):
        raise InputError(
            f"samples = {samples!r:.20} and index = {index!r:.20} are no numbers of samples.", "Give samples=100, say."
        )
    half = None if tolerance is None else _positive(tolerance)
    engines_for(chosen)
    scanned = scanned_model(model, name, values, seed=seed, n_samples=samples, first_sample=index)
    which = scanned.default_seed if seed is None else seed
    if samples > 1:
        return _many(scanned, which, chosen, store, workers, progress)
    family = _family(model, scanned, which)
    counted = _counted(scanned, which, chosen, store, progress)
    bound = max((c.record.bound or 0 for c in counted), default=0)
    empty = _scan(scanned, which, tuple((c.record,) for c in counted), bound)
    lands = [_at(scanned, k, which) for k in range(len(values))]
    if family is None:
        reason = f"the potential is no polynomial in {name} of low degree: only the values themselves are counted"
        return replace(empty, coverage=Coverage(Completeness.UNKNOWN, reason, None))
    return followed(empty, family, lands, [c.solutions for c in counted], half).checked()


def _specified(parameter: dict[str, Any], options: Options | None) -> tuple[str, tuple[Fraction, ...], Options]:
    """The parameter's name, its values, and the options."""
    fields = set(Options.__dataclass_fields__)
    given = {k: v for k, v in parameter.items() if k in fields and not isinstance(v, tuple | list)}
    names = [k for k in parameter if k not in given]
    if len(names) != 1:
        what = "No parameter is named" if not names else f"{len(names)} parameters are named ({', '.join(names)[:60]})"
        raise InputError(f"{what}.", "Give one with its values: ho.scan(model, a=ho.linspace(0, 1, 21)).")
    if options is not None and given:
        raise InputError("Options are given twice.", "Give options=.., or its fields as keywords.")
    return names[0], as_values(parameter[names[0]]), options or Options(**given)


def _positive(tolerance: Any) -> Fraction:
    value = exact(tolerance)
    if value <= 0:
        raise InputError(f"The tolerance {value} is not positive.", "Give tolerance=1e-6, say.")
    return value


def _at(scanned: ScannedModel, k: int, seed: int) -> Landscape | None:
    try:
        return scanned.at(k, seed)
    except PolysysError:
        return None


def _family(model: Scannable, scanned: ScannedModel, seed: int) -> Family | None:
    """The potential as a polynomial in the parameter, compared with the landscape at every value."""
    if scanned.domain.n > 64:
        return None

    def landscape_at(value: Fraction) -> Landscape:
        ((made,), _) = models_at(model, scanned.name, [value])
        if isinstance(made, PolysysError):
            raise made
        return made.sample(seed, scanned.first_sample)

    try:
        family = family_through(landscape_at, scanned.values[0], scanned.values[-1])
    except PolysysError:  # values in between that the model does not take
        return None
    if family is None:
        return None
    for k, value in enumerate(scanned.values):
        try:
            here = exact_terms(scanned.at(k, seed).potential)
        except PolysysError:
            continue
        if family.at(value) != here:
            return None
    return family


def _counted(
    scanned: ScannedModel, seed: int, options: Options, store: str | Path | None, progress: SampleProgress | None
) -> list[Counted]:
    """The census at every value, from the store where it is there."""
    n = len(scanned.values)
    first = next(
        (land.digest for k in range(n) if (land := _at(scanned, k, seed)) is not None and _has_digest(land)), "none"
    )
    stated = {
        "scan": scanned.stated, "parameter": scanned.name, "values": [str(v) for v in scanned.values], "seed": seed, "index": scanned.first_sample,
    }  # fmt: skip
    changed = {
        k: getattr(options, k) for k in Options.__dataclass_fields__ if getattr(options, k) != getattr(Options(), k)
    }
    place = ScanStore(store, identity_of([scanned.label, seed, scanned.first_sample, changed, first]), stated)
    missing = [k for k in range(n) if place.read(k) is None]
    failures = 0
    for begin in range(0, len(missing), _TOGETHER):
        part = missing[begin : begin + _TOGETHER]
        for k, found in zip(part, census_batch(scanned, seed, part, options), strict=True):
            counted = _kept(found, scanned, seed, k)
            failures += counted.record.is_failed
            place.write(k, scanned.values[k], counted)
        if progress is not None:
            progress(n - len(missing) + begin + len(part), n, failures)
    return [c for k in range(n) if (c := place.read(k)) is not None]


def _has_digest(land: Landscape) -> bool:
    try:
        return bool(land.digest)
    except PolysysError:
        return False


def _kept(found: Any, scanned: ScannedModel, seed: int, k: int) -> Counted:
    """What is kept of a census, how long it took and what failed on the way left out: neither is a property of the landscape."""
    label = scanned.label_at(k)
    if isinstance(found, PolysysError):
        text = f"{type(found).__name__}: {found.what}"
        return Counted(failed_record(label, seed, scanned.first_sample, "error", text), np.zeros((0, 0), complex))
    return Counted(record_of(found, label, seed, scanned.first_sample), census_solutions(found))


def _scan(scanned: ScannedModel, seed: int, records: Sequence[tuple[SampleRecord, ...]], bound: int) -> Scan:
    none = Coverage(Completeness.UNKNOWN, "nothing was followed", None)
    return Scan(
        scanned.stated,
        scanned.name,
        scanned.values,
        seed,
        tuple(records),
        scanned.domain.dimension,
        (),
        (),
        none,
        bound,
    )


def _many(
    scanned: ScannedModel,
    seed: int,
    options: Options,
    store: str | Path | None,
    workers: int | None,
    progress: SampleProgress | None,
) -> Scan:
    """Several samples at every value, in an ensemble's store."""
    n, count = len(scanned.values), scanned.n_samples
    ens = ensemble(
        scanned, samples=n * count, seed=seed, store=store, options=options, workers=workers, progress=progress
    )
    records = [r for chunk in ens.store.chunks for r in ens.store.read(chunk) or ()]
    lands = [land for k in range(n) if (land := _at(scanned, k, seed)) is not None]
    bound = max(
        (min((b.value for b in upper_bounds(land)), default=0) * land.formulation.points_per_class for land in lands),
        default=0,
    )
    grouped = [tuple(records[k * count : (k + 1) * count]) for k in range(n)]
    found = _scan(scanned, seed, grouped, bound)
    reason = "several samples: counts at the values, no branches between them"
    return replace(found, coverage=Coverage(Completeness.UNKNOWN, reason, None))
