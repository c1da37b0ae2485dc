"""Are critical values layered by Morse index in a narrow band, and do searches end in it? Exact counts are the referee.

Pure spherical p-spin glasses: enumerated samples, the exact annealed distributions at finite size beside them, and searches
on landscapes whose minima are all known.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from homotopy.common.validation import check_level, is_number, is_whole
from homotopy.studies.depth.exact_layers import exact_layers
from homotopy.studies.frame.claims import judge
from homotopy.studies.frame.report import Report
from homotopy.studies.frame.run_folder import Bench
from homotopy.studies.frame.study import Study
from homotopy.studies.layering import tables
from homotopy.studies.layering.claims import edge_findings, glass_claims, search_claims, trend_findings
from homotopy.studies.layering.figure import draw
from homotopy.studies.layering.tables import Glass, SearchedGlass
from homotopy.studies.layering.text import conclusion, limits
from homotopy.studies.measures.samples import sampled_points
from homotopy.studies.measures.search_coverage import search_landscapes
from polysys.errors import InputError
from polysys.models.labels import model_from_label
from polysys.models.laws import IsotropicGaussian

QUESTION = (
    "Are the stationary energies of a spin glass layered by Morse index in a narrow band below -E_inf, does what lies outside vanish "
    "exponentially with size, and do searches end inside?"
)
MAX_EXACT = 40


class LayeringSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All choices of the study.

    Parameters
    ----------
    seed : int
    level : float
        Probability, at most, that one of the verdicts of a family of claims is false.
    glasses : tuple of str
        Labels of pure spherical p-spin glasses, p >= 3, to enumerate.
    samples : tuple of int
        Of each of them.
    margins : tuple of float
        The upper edges of the band are -E_inf plus these, per spin.
    exact_up_to : int
        Largest number of spins for which the exact numbers are tabulated.
    searched : tuple of str
        Labels of those that are searched.
    landscapes, starts, steps : int
        Samples that are searched, runs of each search on each, and steps of SGD and of annealing.
    """

    seed: int = 1
    level: float = 0.01
    glasses: tuple[str, ...] = ()
    samples: tuple[int, ...] = ()
    margins: tuple[float, ...] = (0.0, 0.2, 0.4, 0.8)
    exact_up_to: int = 24
    searched: tuple[str, ...] = ()
    landscapes: int = 20
    starts: int = 100
    steps: int = 1000

    def __post_init__(self) -> None:
        check_level(self.level)
        if not self.glasses or len(self.samples) != len(self.glasses) or len(set(self.glasses)) < len(self.glasses):
            raise InputError(
                "The glasses and their numbers of samples do not match.",
                "Give each glass once, with its number of samples.",
            )
        for label in (*self.glasses, *self.searched):
            pure_glass(label)
        for name in ("landscapes", "starts", "steps", "exact_up_to"):
            if not is_whole(getattr(self, name), 2):
                raise InputError(f"{name} = {getattr(self, name)} is too small.", "Give a whole number from 2 on.")
        if not all(is_whole(n, 2) for n in self.samples):
            raise InputError("A number of samples is too small.", "Give whole numbers from 2 on.")
        if self.exact_up_to > MAX_EXACT:
            raise InputError(
                f"exact_up_to = {self.exact_up_to} is beyond the theory's reach.", f"Give at most {MAX_EXACT}."
            )
        if (
            not self.margins
            or not all(is_number(m) and m >= 0 for m in self.margins)
            or len(set(self.margins)) < len(self.margins)
        ):
            raise InputError("The margins are not distinct nonnegative numbers.", "Give margins = [0.0, 0.4], say.")


def pure_glass(label: str) -> tuple[int, int]:
    """Spins and degree of the pure isotropic p-spin glass that a label names, or an InputError."""
    law = model_from_label(label).law
    if not isinstance(law, IsotropicGaussian) or (law.degree or 0) < 3 or law.n < 2 or law.weights[0][1] != 1:
        raise InputError(
            f"{label[:80]} is no pure spherical p-spin glass with p >= 3.", "Give spherical-p-spin:n=6,p=4, say."
        )
    return law.n, law.weights[0][0]


@dataclass(frozen=True)
class Collected:
    """Everything that was computed."""

    glasses: tuple[Glass, ...]
    searched: tuple[SearchedGlass, ...]


def collect(spec: LayeringSpec, bench: Bench) -> Collected:
    """Count, evaluate and search."""
    glasses, searched = [], []
    for label, samples in zip(spec.glasses, spec.samples, strict=True):
        n, p = pure_glass(label)
        ensemble = bench.ensemble(label, samples=samples, seed=spec.seed)
        points, left_out = sampled_points(ensemble, unit=float(n))
        glasses.append(Glass(label, n, p, points, left_out, exact_layers(n, p)))
    for label in spec.searched:
        found = search_landscapes(
            bench, label, seed=spec.seed, landscapes=spec.landscapes, starts=spec.starts, steps=spec.steps
        )
        n, p = pure_glass(label)
        known = tuple(f for f in found if f is not None)
        searched.append(SearchedGlass(label, n, p, known, len(found) - len(known), spec.starts))
    return Collected(tuple(glasses), tuple(searched))


def run(spec: LayeringSpec, bench: Bench) -> Report:
    """The study."""
    all_of = collect(spec, bench)
    glasses, searched = all_of.glasses, all_of.searched
    claims = [*glass_claims(glasses, spec.margins), *search_claims(searched)]
    findings = (
        *trend_findings(glasses, spec.margins, spec.exact_up_to, spec.level),
        *edge_findings(glasses, spec.exact_up_to),
        *judge(claims, spec.level),
    )
    return Report(
        "Layers and bands of stationary energies",
        QUESTION,
        (
            tables.layers_table(glasses),
            tables.bands_table(glasses, spec.margins),
            tables.decay_table(glasses, spec.margins, spec.exact_up_to),
            tables.exact_table(sorted({g.p for g in glasses}), spec.margins, spec.exact_up_to),
            tables.searches_table(searched, spec.margins),
            tables.basins_table(searched, spec.level),
            tables.minima_table(searched),
        ),
        findings,
        conclusion(glasses, searched, spec.margins, spec.exact_up_to, findings),
        limits(glasses, searched, spec),
        draw=lambda figure: draw(figure, glasses, searched, spec.margins, spec.exact_up_to),
        figure_size=(13.0, 8.0),
    )


STUDY = Study(
    name="layering",
    question=QUESTION,
    spec=LayeringSpec,
    quick=LayeringSpec(
        glasses=(
            "spherical-p-spin:n=3,p=3", "spherical-p-spin:n=5,p=3", "spherical-p-spin:n=7,p=3", "spherical-p-spin:n=3,p=4",
            "spherical-p-spin:n=4,p=4", "spherical-p-spin:n=5,p=4",
        ),
        samples=(300, 300, 150, 300, 200, 100),
        exact_up_to=20,
        searched=("spherical-p-spin:n=7,p=3", "spherical-p-spin:n=5,p=4"),
        landscapes=12,
        steps=500,
    ),
    full=LayeringSpec(
        glasses=(
            "spherical-p-spin:n=3,p=3", "spherical-p-spin:n=4,p=3", "spherical-p-spin:n=6,p=3", "spherical-p-spin:n=8,p=3",
            "spherical-p-spin:n=10,p=3", "spherical-p-spin:n=3,p=4", "spherical-p-spin:n=4,p=4", "spherical-p-spin:n=5,p=4",
            "spherical-p-spin:n=6,p=4", "spherical-p-spin:n=3,p=5", "spherical-p-spin:n=4,p=5", "spherical-p-spin:n=5,p=5",
        ),
        samples=(1000, 1000, 800, 400, 60, 1000, 600, 300, 100, 600, 200, 50),
        exact_up_to=24,
        searched=("spherical-p-spin:n=8,p=3", "spherical-p-spin:n=5,p=4", "spherical-p-spin:n=4,p=5"),
        landscapes=30,
        starts=200,
        steps=1000,
    ),
    run=run,
)  # fmt: skip
