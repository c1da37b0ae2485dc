"""Are critical values layered by Morse index in a narrow band, and do searches end in it? Exact counts are the referee.

Pure spherical p-spin glasses: enumerated samples, the exact annealed distributions at finite size beside them, and searches
on landscapes whose minima are all known.
"""

from __future__ import annotations

import msgspec

from homotopy.common.validation import check_level, is_number
from homotopy.studies.frame.checks import require, require_whole
from homotopy.studies.frame.claims import judge
from homotopy.studies.frame.report import Report
from homotopy.studies.frame.run_folder import RunFolder
from homotopy.studies.frame.study import Study
from homotopy.studies.layering import tables
from homotopy.studies.layering.claims import edge_findings, glass_claims, lead, search_claims, trend_findings
from homotopy.studies.layering.climbs import climb_findings, climbs_table, ends_table, flat_claims
from homotopy.studies.layering.crossings import (
    crossing_findings,
    crossings,
    crossings_table,
    quenched_findings,
    quenched_table,
)
from homotopy.studies.layering.figure import draw
from homotopy.studies.layering.tables import Glass, SearchedGlass
from homotopy.studies.measures.samples import sampled_points
from homotopy.studies.measures.search_coverage import search_landscapes
from polysys.models.labels import model_from_label
from polysys.models.laws import IsotropicGaussian
from polysys.theory import MAX_SPINS

QUESTION = (
    "Are the stationary energies of a spin glass layered by Morse index in a narrow band below -E_inf, does what lies outside vanish "
    "exponentially with size, and do searches end inside?"
)
MAX_EXACT = 40


class LayeringSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All choices of the study."""

    seed: int = 1
    level: float = 0.01  # probability, at most, that one of the verdicts of a family of claims is false
    glasses: tuple[str, ...] = ()  # labels of pure spherical p-spin glasses, p >= 3, to enumerate
    samples: tuple[int, ...] = ()  # of each of them
    margins: tuple[float, ...] = (0.0, 0.2, 0.4, 0.8)  # the upper edges of the band are -E_inf plus these, per spin
    exact_up_to: int = 24  # largest number of spins for which the exact numbers are tabulated
    # degrees and numbers of spins for which the levels are computed where minima and saddles cross; N = 64 takes a minute
    crossing_degrees: tuple[int, ...] = (3, 4, 5, 6)
    crossing_sizes: tuple[int, ...] = (8, 16, 24, 32, 48, 64)
    searched: tuple[str, ...] = ()  # labels of those that are searched
    landscapes: int = 20  # samples that are searched
    starts: int = 100  # runs of each search on each of them
    steps: int = 1000  # of SGD and of annealing

    def __post_init__(self) -> None:
        check_level(self.level)
        n, margins = len(self.glasses), self.margins
        is_matched = 0 < n == len(self.samples) == len(set(self.glasses))
        require(
            is_matched,
            "The glasses and their numbers of samples do not match.",
            "Give each glass once, with its number of samples.",
        )
        for label in (*self.glasses, *self.searched):
            pure_glass(label)
        least = dict.fromkeys(("landscapes", "starts", "steps", "samples"), (2, None))
        require_whole(self, {**least, "exact_up_to": (6, MAX_EXACT)})
        require_whole(self, {"crossing_degrees": (3, 100), "crossing_sizes": (4, MAX_SPINS)})
        for name in ("crossing_degrees", "crossing_sizes"):
            rises = list(getattr(self, name)) == sorted(set(getattr(self, name)))
            require(rises, f"{name} = {list(getattr(self, name))} do not rise.", "Give each once, the smallest first.")
        is_list = 0 < len(margins) == len(set(margins)) and all(is_number(m) and m >= 0 for m in margins)
        require(is_list, "The margins are not distinct nonnegative numbers.", "Give margins = [0.0, 0.4], say.")


def pure_glass(label: str) -> tuple[int, int]:
    """Spins and degree of the pure isotropic p-spin glass that a label names, or an InputError."""
    law = model_from_label(label).law
    is_pure = isinstance(law, IsotropicGaussian) and (law.degree or 0) >= 3 and law.n >= 2 and law.weights[0][1] == 1
    require(
        is_pure, f"{label[:80]} is no pure spherical p-spin glass with p >= 3.", "Give spherical-p-spin:n=6,p=4, say."
    )
    assert isinstance(law, IsotropicGaussian)
    return law.n, law.weights[0][0]


def enumerate_glasses(spec: LayeringSpec, folder: RunFolder) -> list[Glass]:
    """Count the glasses."""
    glasses = []
    for label, n_samples in zip(spec.glasses, spec.samples, strict=True):
        n, p = pure_glass(label)
        ensemble = folder.ensemble(label, samples=n_samples, seed=spec.seed)
        points, left_out = sampled_points(ensemble, unit=float(n))
        glasses.append(Glass(label, n, p, points, left_out))
    return glasses


def search_glasses(spec: LayeringSpec, folder: RunFolder) -> list[SearchedGlass]:
    """Search landscapes whose minima are all known."""
    n, searched = spec.landscapes, []
    for label in spec.searched:
        found = search_landscapes(folder, label, seed=spec.seed, landscapes=n, starts=spec.starts, steps=spec.steps)
        searched.append(SearchedGlass(label, *pure_glass(label), tuple(found), n - len(found), spec.starts))
    return searched


def run(spec: LayeringSpec, folder: RunFolder) -> Report:
    """The study."""
    glasses, searched = enumerate_glasses(spec, folder), search_glasses(spec, folder)
    crossed = crossings(folder, spec.crossing_degrees, spec.crossing_sizes)
    margins, most, degrees = spec.margins, spec.exact_up_to, sorted({g.p for g in glasses})
    findings = (
        *trend_findings(glasses, margins, most, spec.level),
        *edge_findings(degrees, most),
        *judge([*glass_claims(glasses, margins), *search_claims(searched), *flat_claims(searched)], spec.level),
        *crossing_findings(crossed),
        *climb_findings(searched),
        *quenched_findings(glasses, spec.level),
    )
    lost = sum(g.n_left_out for g in glasses) + sum(g.n_left_out for g in searched)
    return Report(
        "Layers and bands of stationary energies",
        QUESTION,
        (
            tables.layers_table(glasses),
            tables.bands_table(glasses, margins),
            tables.decay_table(glasses, margins, most),
            tables.exact_table(degrees, margins, most),
            crossings_table(crossed),
            quenched_table(glasses),
            climbs_table(searched),
            ends_table(searched),
            tables.searches_table(searched, margins),
            tables.basins_table(searched, spec.level),
            tables.minima_table(searched),
        ),
        findings,
        tuple(lead(glasses, searched, margins, most)),
        (
            f"{lost} samples or searched landscapes that are not complete and decided were left out.",
            f"With {spec.starts} runs a landscape a minimum that was never met has a basin of weight {3 / spec.starts:.2g} at most (95 %).",
        ),
        draw=lambda figure: draw(figure, glasses, searched, margins, most),
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
        crossing_sizes=(8, 16, 32),
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
        samples=(1000, 1000, 600, 250, 40, 1000, 600, 300, 80, 600, 200, 40),
        exact_up_to=24,
        searched=("spherical-p-spin:n=8,p=3", "spherical-p-spin:n=5,p=4", "spherical-p-spin:n=4,p=5"),
        landscapes=20,
        starts=100,
        steps=1000,
    ),
    run=run,
)  # fmt: skip
