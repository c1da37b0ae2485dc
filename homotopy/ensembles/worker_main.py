"""The child's side of a worker, started by :mod:`homotopy.ensembles.workers` with the arguments FD and PARENT.

It receives pickled requests of its own parent over an inherited socket and sends each record as soon as it is made, so
that what was finished before a crash is not lost and a silence can be told from slow progress.
"""

from __future__ import annotations

import os
import sys
import threading
import time
import warnings
from collections.abc import Sequence
from importlib import import_module
from multiprocessing.connection import Connection
from typing import Any

from homotopy.options import Options
from polysys.errors import PolysysError
from polysys.models.base import Model


def main() -> None:
    """Serve requests until the parent is gone."""
    connection: Connection[Any, Any] = Connection(int(sys.argv[1]))
    end_with(int(sys.argv[2]))
    warnings.simplefilter("ignore")  # the parent has warned once; a sample's warning is no news
    for name in ("ensembles.record", "engines.registry"):  # loaded before the time of any sample runs
        import_module(f"homotopy.{name}")
    connection.send(("ready", None))
    prepared: set[str] = set()
    while True:
        try:
            model, seed, samples, options, points = connection.recv()
        except (EOFError, OSError):
            return
        except Exception as error:  # a class that this process cannot import
            connection.send(("unreadable", f"{type(error).__name__}: {str(error)[:300]}"))
            continue
        try:
            if model.label not in prepared:
                prepare(model, seed, options)
                prepared.add(model.label)
            connection.send(("prepared", None))
            _serve(connection, model, seed, samples, options, points)
            connection.send(("done", None))
        except PolysysError as error:
            connection.send(("error", error))
        except OSError as error:
            connection.send(("machine", f"{type(error).__name__}: {error}"))


def _serve(
    connection: Connection[Any, Any], model: Model, seed: int, samples: Sequence[int], options: Options, points: bool
) -> None:
    from homotopy.ensembles import record

    for k in range(0, len(samples), record.BATCH):
        batch = samples[k : k + record.BATCH]
        connection.send(("records", record.count_samples(model, seed, batch, options, points=points)))


def prepare(model: Model, seed: int, options: Options) -> None:
    """Compile, load and make what all samples of a model share, before the time of any sample runs.

    The first census of a machine compiles; the first of a family may make its start set. Neither is the fault
    of the sample that happens to be first. What goes wrong here goes wrong, and is recorded, there.
    """
    from homotopy.counting.count import census
    from homotopy.engines.base import request_for
    from homotopy.engines.registry import engines_for
    from polysys.models.spherical_p_spin import SphericalPSpin

    try:
        engines_for(options)[0].prepare(request_for(model.sample(seed, 0), options))
        census(SphericalPSpin(n=2, p=3).sample(0), options=options)
    except (PolysysError, ArithmeticError, ValueError, TypeError):
        return


def end_with(parent: int) -> None:
    """End this process when its parent has gone, also in the middle of a computation."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    main()
