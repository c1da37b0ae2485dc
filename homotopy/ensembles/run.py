"""ensemble: count many samples of one model, in parallel, resumably; and load what was counted."""

from __future__ import annotations

import pickle
import shutil
import tempfile
import warnings
import weakref
from concurrent.futures import Executor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from homotopy.common.reporting import SampleProgress, Say
from homotopy.common.validation import check_choices, is_whole
from homotopy.engines.registry import engines_for
from homotopy.ensembles.chunks import run_chunks
from homotopy.ensembles.pools import dask_pool, executor_pool, local_pool
from homotopy.ensembles.result import Ensemble, read_counts
from homotopy.ensembles.spec import EnsembleSpec
from homotopy.ensembles.store.plan import FamilyFacts
from homotopy.ensembles.store.store import create_store, open_store
from homotopy.errors import StoreError
from homotopy.options import Options, chosen_options
from polysys.counts.of_landscape import upper_bounds
from polysys.errors import InputError
from polysys.models.base import Model
from polysys.models.labels import model_from_label
from polysys.reading.files import require_path


def ensemble(
    model: Model | str | EnsembleSpec,
    *,
    samples: int | None = None,
    seed: int | None = None,
    store: str | Path | None = None,
    points: bool = False,
    timeout: float = 600.0,
    options: Options | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
    dask: str | None = None,
    shard: tuple[int, int] = (1, 1),
    retry_failed: bool = False,
    chunk: int | None = None,
    progress: SampleProgress | None = None,
    say: Say | None = None,
    **choices: Any,
) -> Ensemble:
    """Count samples 0, .., samples - 1 of a model, certified, in parallel, resumably.

    Parameters
    ----------
    model : Model, str or EnsembleSpec
        A model, its label, or a whole specification (then without the next five).
    samples : int
    seed : int, optional
        Of the disorder; by default the model's.
    store : path, optional
        Folder of the records. What it already holds is not computed again. By default a temporary one, which
        disappears with the result.
    points : bool
        Whether the coordinates of all points are kept.
    timeout : float
        Seconds after which a sample is recorded as failed.
    options : Options, optional
        How each sample is solved; or its fields as keywords (``engine="phcpack"``).
    workers : int, optional
        Processes on this machine (default: one a core); 0 counts in this process, without timeouts.
    executor : concurrent.futures.Executor, optional
        Where chunks are submitted instead; it stays open.
    dask : str, optional
        Address of a Dask scheduler whose workers are used instead.
    shard : (k, K)
        Only every K-th chunk from the k-th on, 1 <= k <= K: for K jobs that know nothing of each other.
    retry_failed : bool
        Count samples again that the store records as failed.
    chunk : int, optional
        Samples in a file of a new store.
    progress : callable (done, total, failures), optional
    say : callable (sentence), optional
        Told what is unusual, such as damaged files; by default a warning.

    Returns
    -------
    Ensemble

    Raises
    ------
    InputError
        For a specification that cannot be used, such as one with an option that its engine does not honour.
    StoreError
        For a store that holds something else, or cannot be written.
    EngineMissingError, WorkerStartError
        When nothing can be counted at all.

    Examples
    --------
    >>> import homotopy as ho, polysys as ps
    >>> ens = ho.ensemble(ps.SphericalPSpin(n=2, p=3), samples=8, seed=1, workers=0)
    >>> ens.count_verdicts()["proved"], ens.histogram("n_real")
    (8, {2: 3, 6: 5})
    """
    check_choices(options=options, progress=progress)
    spec, chosen = _specify(model, samples, seed, points, timeout, options, choices)
    engines_for(spec.options)
    _check_shard(shard)
    if chunk is not None and not is_whole(chunk, 1):
        raise InputError(f"chunk = {chunk!r} is not a number of samples.", "Give chunk=100, say.")
    if sum(x is not None for x in (workers, executor, dask)) > 1:
        raise InputError("workers, executor and dask exclude each other.", "Give one of them.")
    family = family_of(chosen, spec.seed)
    tell = say or (lambda sentence: warnings.warn(sentence, stacklevel=3))
    with ExitStack() as stack:
        if executor is not None:
            pool = executor_pool(executor)
        else:
            pool = stack.enter_context(local_pool(workers) if dask is None else dask_pool(dask, tell))
        # a store appears only once there is somebody to fill it
        folder = tempfile.mkdtemp(prefix="stationary-") if store is None else str(store)
        place = create_store(folder, spec, family, chunk)
        if store is None:
            weakref.finalize(place, shutil.rmtree, folder, ignore_errors=True)
        run_chunks(place, chosen, pool, shard=shard, retry_failed=retry_failed, progress=progress, say=tell)
    result = read_counts(place, is_temporary=store is None)
    if not result.n_missing:
        place.seal()
    return result


def load_ensemble(path: str | Path) -> Ensemble:
    """The ensemble in a store, every record checked against its digest.

    Raises
    ------
    StoreError
        If the folder is no store, or a file of it is damaged.
    """
    require_path(path)
    store = open_store(path)
    damaged = store.scan().damaged
    if damaged:
        chunk, what = next(iter(damaged.items()))
        raise StoreError(
            f"{store.file(chunk)} {what}{f', and {len(damaged) - 1} more files are damaged' if len(damaged) > 1 else ''}.",
            "Run the ensemble again on this store: it computes what is damaged.",
        )
    return read_counts(store)


def family_of(model: Model, seed: int) -> FamilyFacts:
    """What is known about all samples beforehand, from sample 0.

    Raises
    ------
    PolysysError
        If the model has no isolated stationary points, or cannot be sampled.
    """
    land = model.sample(seed, 0)
    land.require_isolated()
    bound = upper_bounds(land)[0].value
    return FamilyFacts(
        first_landscape=land.digest,
        dimension=land.domain.dimension,
        points_per_class=land.formulation.points_per_class,
        bound=bound,
        is_compact=land.is_compact,
        is_coercive=land.domain.is_euclidean and land.euler_characteristic is not None,
        n_paths=min(bound, 10**9),
    )


def _specify(
    model: Model | str | EnsembleSpec,
    samples: int | None,
    seed: int | None,
    points: bool,
    timeout: float,
    options: Options | None,
    choices: dict[str, Any],
) -> tuple[EnsembleSpec, Model]:
    if isinstance(model, EnsembleSpec):
        if samples is not None or seed is not None or options is not None or choices:
            raise InputError("A specification already says samples, seed and options.", "Change it there.")
        return model, model_from_label(model.model)
    chosen = chosen_options(options, choices)
    found = model_from_label(model) if isinstance(model, str) else model
    if not isinstance(found, Model):
        raise InputError(f"A {type(found).__name__} is no model.", "Give a model, such as ps.SphericalPSpin(n=6, p=3).")
    try:
        pickle.dumps(found)
    except Exception as error:  # pickle calls the model's own code
        raise InputError(
            f"The model cannot be sent to a process ({error}).", "Define its class in a module."
        ) from error
    if samples is None:
        raise InputError("The number of samples is missing.", "Give samples=1000, say.")
    which = found.default_seed if seed is None else seed
    return EnsembleSpec(found.label, samples, which, points, timeout, chosen), found


def _check_shard(shard: Any) -> None:
    if (
        not isinstance(shard, tuple | list)
        or len(shard) != 2
        or not is_whole(shard[1], 1)
        or not is_whole(shard[0], 1, shard[1])
    ):
        raise InputError(f"The shard {shard!r} is not k of K with 1 <= k <= K.", "Give shard=(1, 4), say.")
