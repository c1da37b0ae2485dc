"""What a user may choose about a solve; every default is the careful choice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from typing import Any, Literal, get_args

from polysys.errors import InputError, require_type

AUTO = "auto"
Strategy = Literal["auto", "fermat", "polyhedral", "multihomogeneous", "total-degree"]
Transport = Literal["auto", "phcpy", "phc"]
Precision = Literal["d", "dd", "qd"]
STRATEGIES: tuple[Strategy, ...] = get_args(Strategy)
TRANSPORTS: tuple[Transport, ...] = get_args(Transport)
PRECISIONS: tuple[Precision, ...] = get_args(Precision)
ENGINE_OPTIONS = (
    "strategy",
    "transport",
    "precision",
)  # which not every engine honours; an engine declares those it does


@dataclass(frozen=True, slots=True)
class Options:
    """Options of a solve.

    Parameters
    ----------
    engine : str
        "auto": the first registered engine that honours the other options, and the next one where it fails: the compiled
        tracker where the family has a start set, PHCpack otherwise. Or the name of an engine ("tracker", "phcpack").
    strategy : {"auto", "fermat", "polyhedral", "multihomogeneous", "total-degree"}
        Where the paths start. "auto": the closed-form Fermat start for a pure spherical glass, polyhedral otherwise.
    transport : {"auto", "phcpy", "phc"}
        How PHCpack is reached: its Python extension, or its executable.
    precision : {"d", "dd", "qd"}
        Arithmetic of the first round: double, double double, quad double.
    rounds : int
        How often a solve whose paths do not balance is repeated, with a new seed and, at last, higher precision.
    time_limit : float
        Seconds that one round of a solve may take: start set, paths, certificates.
    seed : int
        Seed of the solver's random constants (not of the disorder).
    digits : int
        Decimals to which real solutions are enclosed (at most 250). Beyond 15 each takes milliseconds of ball arithmetic.

    Raises
    ------
    InputError
        For a value that does not exist. Whether there is such an engine, and whether it honours the other options, is
        checked where it is asked to solve, before any work.
    """

    engine: str = AUTO
    strategy: Strategy = "auto"
    transport: Transport = "auto"
    precision: Precision = "d"
    rounds: int = 3
    time_limit: float = 3600.0
    seed: int = 0
    digits: int = 15

    def __post_init__(self) -> None:
        if type(self.engine) is not str or not self.engine:
            raise InputError(f"There is no engine {self.engine!r}.", "Give the name of one, or auto.")
        for name, choices in (
            ("strategy", STRATEGIES),
            ("transport", TRANSPORTS),
            ("precision", PRECISIONS),
        ):
            if getattr(self, name) not in choices:
                raise InputError(f"There is no {name} {getattr(self, name)!r}.", f"Choose {', '.join(choices)}.")
        if type(self.rounds) is not int or self.rounds < 1:
            raise InputError(f"rounds = {self.rounds!r} is not a positive whole number.", "Give rounds=3, say.")
        if type(self.seed) is not int or self.seed < 0:
            raise InputError(f"The solver's seed {self.seed!r} is not a nonnegative integer.", "Give seed=1, say.")
        if type(self.digits) is not int or not 1 <= self.digits <= 250:
            raise InputError(f"digits = {self.digits!r} is not a whole number from 1 to 250.", "Give digits=30, say.")
        require_type(self.time_limit, (int, float), "The time limit", "Give seconds.")
        if not self.time_limit > 0:
            raise InputError(f"The time limit {self.time_limit!r} is not positive.", "Give seconds.")

    @property
    def for_engines(self) -> dict[str, str]:
        """The options that ask something of an engine: those of `ENGINE_OPTIONS` with another value than the default."""
        defaults = {f.name: f.default for f in fields(self)}
        return {name: getattr(self, name) for name in ENGINE_OPTIONS if getattr(self, name) != defaults[name]}


def chosen_options(options: Options | None, choices: Mapping[str, Any]) -> Options:
    """The options, given whole or as fields by keyword.

    Raises
    ------
    InputError
        For both at once, or a keyword that is no field.

    Examples
    --------
    >>> chosen_options(None, {"digits": 30}).digits
    30
    """
    if options is not None and choices:
        raise InputError("Options are given twice.", "Give options=.., or its fields as keywords.")
    known = [f.name for f in fields(Options)]
    for name in choices:
        if name not in known:
            near = get_close_matches(name, [*known, "options", "progress", "index"], n=1)
            meant = f"Did you mean {near[0]}? " if near else ""
            raise InputError(f"There is no option {name[:60]!r}.", f"{meant}Options are {', '.join(known)}.")
    return options if options is not None else Options(**choices)
