"""What a user may choose about a solve; every default is the careful choice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from polysys.errors import InputError

Engine = Literal["auto", "tracker", "phcpack"]
Strategy = Literal["auto", "fermat", "polyhedral", "multihomogeneous", "total-degree"]
Transport = Literal["auto", "phcpy", "phc"]
Precision = Literal["d", "dd", "qd"]
ENGINES: tuple[Engine, ...] = get_args(Engine)
STRATEGIES: tuple[Strategy, ...] = get_args(Strategy)
TRANSPORTS: tuple[Transport, ...] = get_args(Transport)
PRECISIONS: tuple[Precision, ...] = get_args(Precision)


@dataclass(frozen=True, slots=True)
class Options:
    """Options of a solve.

    Parameters
    ----------
    engine : {"auto", "tracker", "phcpack"}
        "auto": the compiled tracker where the family has a start set, PHCpack otherwise and where the tracker fails.
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
        For a value that does not exist.
    """

    engine: Engine = "auto"
    strategy: Strategy = "auto"
    transport: Transport = "auto"
    precision: Precision = "d"
    rounds: int = 3
    time_limit: float = 3600.0
    seed: int = 0
    digits: int = 15

    def __post_init__(self) -> None:
        for name, choices in (
            ("engine", ENGINES),
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
        if not self.time_limit > 0:
            raise InputError(f"The time limit {self.time_limit!r} is not positive.", "Give seconds.")
