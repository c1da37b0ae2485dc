"""The engines there are, and which of them may solve with given options.

A new engine is one line in ENGINES; engine="auto" takes them in this order. One that is added at run time
(``ENGINES["mine"] = MyEngine()``) is known to that process: its ensembles are counted there (workers=0).
"""

from __future__ import annotations

from homotopy.engines.algebra.engine import AlgebraEngine
from homotopy.engines.base import Capability, Engine
from homotopy.engines.bertini.engine import BertiniEngine
from homotopy.engines.msolve.engine import MsolveEngine
from homotopy.engines.phcpack.engine import PHCpackEngine
from homotopy.engines.tracker.engine import TrackerEngine
from homotopy.options import AUTO, Options
from polysys.errors import InputError, require_type

ENGINES: dict[str, Engine] = {
    engine.name: engine
    for engine in (
        TrackerEngine(),
        PHCpackEngine(),
        MsolveEngine(),
        AlgebraEngine(),
        BertiniEngine(),
    )
}


def solvers() -> dict[str, Engine]:
    """The engines that give paths, which a solve needs, by name."""
    return {name: engine for name, engine in ENGINES.items() if Capability.PATHS in engine.gives}


def solver_names() -> str:
    """What ``engine=`` may be, in words.

    Examples
    --------
    >>> solver_names()
    'auto, tracker or phcpack'
    """
    *most, last = (AUTO, *solvers())
    return f"{', '.join(most)} or {last}"


def require_engine(name: str) -> None:
    """Refuse the name of an engine that does not exist.

    Raises
    ------
    InputError
    """
    if name != AUTO and name not in ENGINES:
        raise InputError(f"There is no engine {name[:60]!r}.", f"Choose {solver_names()}.")


def engines_for(options: Options) -> tuple[Engine, ...]:
    """The engines that may solve with these options, in the order in which they are tried.

    One that is named, if it honours them all; with engine="auto" all engines that do.

    Raises
    ------
    InputError
        For an engine that does not exist or gives no paths, and for an option that it does not honour.

    Examples
    --------
    >>> [engine.name for engine in engines_for(Options())], [engine.name for engine in engines_for(Options(precision="qd"))]
    (['tracker', 'phcpack'], ['phcpack'])
    >>> engines_for(Options(engine="tracker", precision="qd"))
    Traceback (most recent call last):
    polysys.errors.InputError: The engine tracker does not honour precision=qd. Use engine=phcpack, which does.
    """
    require_type(options, Options, "The value of options", "Give ho.Options(..), or its fields as keywords.")
    fitting = tuple(engine for engine in solvers().values() if engine.lacks_option(options) is None)
    if options.engine == AUTO:
        if not fitting:
            asked = " with ".join(f"{name}={value}" for name, value in options.for_engines.items())
            raise InputError(f"No engine honours {asked}.", "Leave one of them at its default.")
        return fitting
    require_engine(options.engine)
    engine = ENGINES[options.engine]
    if Capability.PATHS not in engine.gives:
        given = " and ".join(sorted(what.value for what in engine.gives))
        raise InputError(
            f"The engine {engine.name} gives {given}, and not the paths that a solve needs.",
            f"Choose {solver_names()}; {engine.name} serves as a cross-check.",
        )
    lacking = engine.lacks_option(options)
    if lacking is not None:
        name, value = lacking
        way_out = f"Use engine={fitting[0].name}, which does." if fitting else f"Leave {name} at its default."
        raise InputError(f"The engine {engine.name} does not honour {name}={value}.", way_out)
    return (engine,)
