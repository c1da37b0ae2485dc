"""Where a study counts: its ensembles and other costly results, kept in its folder so that a killed run goes on."""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import active_children, get_context
from pathlib import Path
from typing import Any, TypeVar

from homotopy.common.files import set_aside, write_atomically
from homotopy.common.processes import isolated_spawning, n_usable_cores
from homotopy.common.reporting import SampleProgress, Say
from homotopy.common.threads import Arrivals, undisturbed
from homotopy.ensembles.result import Ensemble
from homotopy.ensembles.run import ensemble
from homotopy.ensembles.worker_main import end_with
from homotopy.errors import HomotopyError
from polysys.errors import FileError
from polysys.models.base import Model
from polysys.models.labels import model_from_label
from polysys.reading.files import read_json

Item = TypeVar("Item")
START_UP = 4.0  # seconds that new processes take to start and to import
_DAMAGED = object()
_MAX_RESULT = 1 << 26  # bytes of one result


class RunFolder:
    """The folder of one run of a study.

    Parameters
    ----------
    folder : Path
        Exists and is writable.
    workers : int, optional
        Processes (default: one a core); 0 stays in this process.
    say : callable (sentence), optional
        Told what the study does now, and what is unusual.
    progress : callable (done, total, failures), optional
        Of the ensemble or map that runs now.

    Notes
    -----
    What is kept is addressed by all that it depends on: the label and the seed, or the key that the study gives. A
    study must put into the key whatever the result depends on.
    """

    def __init__(
        self,
        folder: Path,
        *,
        workers: int | None = None,
        say: Say | None = None,
        progress: SampleProgress | None = None,
    ) -> None:
        self.folder = folder
        self.workers = n_usable_cores() if workers is None else workers
        self._say = say
        self._progress = progress

    def say(self, sentence: str) -> None:
        """Tell what happens."""
        if self._say is not None:
            self._say(sentence)

    def ensemble(
        self, model: Model | str, *, samples: int, seed: int, points: bool = False, is_small: bool = False
    ) -> Ensemble:
        """Samples 0, .., samples - 1 of a model, counted or read; the arguments are those of :func:`homotopy.ensemble`.

        A small one is counted in this process: others take seconds to start.
        """
        chosen = model_from_label(model) if isinstance(model, str) else model
        place = self.folder / "ensembles" / _name(chosen.label, [seed, points])
        place.parent.mkdir(exist_ok=True)
        self.say(f"{chosen.label}: {samples} samples")
        workers = 0 if is_small else self.workers
        progress, say = self._progress, self.say
        return ensemble(
            chosen, samples=samples, seed=seed, store=place, points=points, workers=workers, progress=progress, say=say
        )

    def cached_map(
        self, key: str, function: Callable[[Item], Any], items: Sequence[Item], *, patience: float = 0.0
    ) -> list[Any]:
        """The results of a function for each item, in their order, each kept as it comes; in parallel.

        Parameters
        ----------
        key : str
            Names the function and all that its results depend on besides the item.
        function : callable
            A function of a module (it travels to other processes), which returns what JSON can hold.
        items : sequence
            What JSON can hold.
        patience : float
            Seconds for which items are worked on in this process first: others take seconds to start.
        """
        keys = [f"{key} {json.dumps(item)}" for item in items]
        results = [self._read(k) for k in keys]
        todo = [i for i, result in enumerate(results) if result is _DAMAGED]

        def arrived(i: int, result: Any) -> None:
            results[i] = result
            self._keep(keys[i], result)
            if self._progress is not None:
                self._progress(sum(r is not _DAMAGED for r in results), len(items), 0)

        deadline = time.monotonic() + patience
        while todo and (self.workers < 2 or len(todo) < 2 or time.monotonic() < deadline):
            i = todo.pop(0)
            arrived(i, function(items[i]))
        if todo:
            self._in_processes(key, function, {i: items[i] for i in todo}, arrived)
        return results

    def _in_processes(
        self, key: str, function: Callable[[Item], Any], items: dict[int, Item], arrived: Callable[[int, Any], None]
    ) -> None:
        others = active_children()
        context, parent = get_context("spawn"), (os.getpid(),)
        with (
            isolated_spawning(),
            ProcessPoolExecutor(min(self.workers, len(items)), context, initializer=_begin, initargs=parent) as pool,
        ):
            futures = {pool.submit(function, item): i for i, item in items.items()}
            try:
                arrivals = Arrivals(futures)
                for _ in items:
                    future = arrivals.next()
                    assert future is not None
                    with undisturbed():
                        result = future.result()
                    arrived(futures[future], result)
            except BrokenProcessPool as error:
                raise HomotopyError(
                    f"A process of the study died while it worked on {key}.",
                    "Run the same command again: it goes on where it stopped.",
                ) from error
            except BaseException:  # an interruption does not wait for what runs: items may take minutes
                for process in active_children():
                    if process not in others:
                        process.terminate()
                raise
            finally:
                pool.shutdown(wait=True, cancel_futures=True)

    def _read(self, key: str) -> Any:
        try:
            content = read_json(self._file(key), _MAX_RESULT)
            return content["value"] if content["key"] == key else _DAMAGED
        except (FileError, KeyError, TypeError):
            if not os.path.lexists(self._file(key)):
                return _DAMAGED
            self.say(f"{self._file(key).name} is damaged and is computed again.")
            return _DAMAGED

    def _keep(self, key: str, value: Any) -> None:
        file = self._file(key)
        file.parent.mkdir(exist_ok=True)
        set_aside(file)
        write_atomically(file, json.dumps({"key": key, "value": value}).encode())

    def _file(self, key: str) -> Path:
        return self.folder / "results" / f"{_name(key, [])}.json"


def _begin(parent: int) -> None:
    """In each process of a map: one thread, as they are parallel already; how it ends is the parent's to say."""
    os.environ["STATIONARY_THREADS"] = "1"
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends Ctrl-C to all; the parent ends the others
    end_with(parent)


def _name(label: str, rest: Sequence[Any]) -> str:
    """A short name for a file that still says what it is, made unique by a digest."""
    digest = hashlib.sha256(json.dumps([label, *rest]).encode()).hexdigest()[:10]
    return f"{re.sub('[^A-Za-z0-9=.^-]+', '_', label)[:60]}-{digest}"
