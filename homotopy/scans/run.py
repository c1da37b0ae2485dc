"""scan: count a landscape at the values of a parameter, follow its points between them, and find the events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from homotopy.options import Options, chosen_options
from homotopy.scans.assemble import followed
from homotopy.scans.family import Family, family_through
from homotopy.scans.members import Scannable, ScannedModel, models_at, scanned_model
from homotopy.scans.points import census_solutions
from homotopy.scans.result import Coverage, Scan
from homotopy.scans.store import Counted, Key, ScanStore, identity_of
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
    ((name, values),), chosen = specified(parameter, options, 1)
    if not is_whole(samples, 1, 10**6) or not is_whole(index, 0):
        raise InputError(
            f"samples = {samples!r:.20} and index = {index!r:.20} are no numbers of samples.", "Give samples=100, say."
        )
    half = None if tolerance is None else positive(tolerance)
    engines_for(chosen)
    scanned = scanned_model(model, name, values, seed=seed, n_samples=samples, first_sample=index)
    which = scanned.default_seed if seed is None else seed
    if samples > 1:
        return _many(scanned, which, chosen, store, workers, progress)
    counted = _counted(scanned, which, chosen, store, progress)
    return between(model, scanned, which, counted, half)


def between(
    model: Scannable, scanned: ScannedModel, seed: int, counted: Sequence[Counted], half_width: Fraction | None
) -> Scan:
    """What lies between counted values: branches, events, coverage."""
    family = _family(model, scanned, seed)
    bound = max((c.record.bound or 0 for c in counted), default=0)
    empty = _scan(scanned, seed, tuple((c.record,) for c in counted), bound)
    lands = [_at(scanned, k, seed) for k in range(len(scanned.values))]
    if family is None:
        reason = (
            f"the potential is no polynomial in {scanned.name} of low degree: only the values themselves are counted"
        )
        return replace(empty, coverage=Coverage(Completeness.UNKNOWN, reason, None))
    return followed(empty, family, lands, [c.solutions for c in counted], half_width).checked(certify_again=False)


def specified(
    parameter: dict[str, Any], options: Options | None, count: int
) -> tuple[list[tuple[str, tuple[Fraction, ...]]], Options]:
    """So many parameters with their values, and the options."""
    fields = set(Options.__dataclass_fields__)
    given = {k: v for k, v in parameter.items() if k in fields and not isinstance(v, tuple | list)}
    names = [k for k in parameter if k not in given]
    if len(names) != count:
        what = "No parameter is named" if not names else f"{len(names)} parameters are named ({', '.join(names)[:60]})"
        way_out = {
            1: "Give one with its values: ho.scan(model, a=ho.linspace(0, 1, 21)); two make an ho.scan_map.",
            2: "Give two with their values: ho.scan_map(model, a=ho.linspace(0, 1, 9), b=ho.linspace(0, 1, 9)).",
        }
        raise InputError(f"{what}.", way_out[count])
    chosen = chosen_options(options, given)
    return [(name, as_values(parameter[name])) for name in names], chosen


def positive(tolerance: Any) -> Fraction:
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
        ((made,), _) = models_at(model, (scanned.name,), [(value,)])
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
    stated = {
        "scan": scanned.stated, "parameter": scanned.name, "values": [str(v) for v in scanned.values], "seed": seed, "index": scanned.first_sample,
    }  # fmt: skip
    identity = [scanned.label, seed, scanned.first_sample, changed_fields(options), digest_of(scanned, seed)]
    place = ScanStore(store, identity_of(identity), stated)
    fill(place, scanned, seed, {k: k for k in range(n)}, options, progress)
    return [c for k in range(n) if (c := place.read(k)) is not None]


def changed_fields(options: Options) -> dict[str, Any]:
    """The options that are not as by default."""
    usual = Options()
    return {k: v for k in Options.__dataclass_fields__ if (v := getattr(options, k)) != getattr(usual, k)}


def fill(
    place: ScanStore,
    scanned: ScannedModel,
    seed: int,
    wanted: Mapping[Key, int],
    options: Options,
    progress: SampleProgress | None,
) -> None:
    """Count what a store does not hold: for each key the number of its value in the scanned model."""
    missing = [k for k in wanted if place.read(k) is None]
    failures = 0
    for begin in range(0, len(missing), _TOGETHER):
        part = missing[begin : begin + _TOGETHER]
        for k, found in zip(part, census_batch(scanned, seed, [wanted[k] for k in part], options), strict=True):
            counted = _kept(found, scanned, seed, wanted[k])
            failures += counted.record.is_failed
            place.write(k, str(scanned.values[wanted[k]]), counted)
        if progress is not None:
            progress(len(wanted) - len(missing) + begin + len(part), len(wanted), failures)


def digest_of(scanned: ScannedModel, seed: int) -> str:
    """The digest of the first landscape that has one."""
    for k in range(len(scanned.values)):
        try:
            if land := _at(scanned, k, seed):
                return land.digest
        except PolysysError:
            continue
    return "none"


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
