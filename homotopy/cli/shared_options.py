"""Options and arguments that several commands have, with the words of their help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from homotopy.engines.registry import solver_names

JsonOption = Annotated[str | None, typer.Option("--json", metavar="F", help="Write the result as JSON; - is stdout.")]

SeedOption = Annotated[int | None, typer.Option(help="Seed of the disorder (default: 0).")]
ModelSeedOption = Annotated[int | None, typer.Option(help="Seed of the disorder (default: the model's).")]
IndexOption = Annotated[int, typer.Option(help="Which sample of the seed.")]

EngineOption = Annotated[str, typer.Option(help=f"{solver_names()}.")]
TransportOption = Annotated[str, typer.Option(help="How PHCpack is reached: auto, phcpy or phc.")]
PrecisionOption = Annotated[str, typer.Option(help="d, dd or qd.")]
SolverSeedOption = Annotated[int, typer.Option(help="Seed of the solver's random constants.")]
SolutionDigitsOption = Annotated[int, typer.Option(help="Decimals to which real solutions are enclosed.")]

WorkersOption = Annotated[int | None, typer.Option(help="Processes on this machine (default: one a core; 0: none).")]
RootOption = Annotated[
    Path | None, typer.Option("--root", metavar="DIR", help="A data folder of your own, with a CATALOG.json.")
]
