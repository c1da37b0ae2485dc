"""Are minima clustered, and more so with depth? Overlaps and distances modulo symmetry against uniform points, by energy."""

from __future__ import annotations

from itertools import pairwise

import msgspec

from homotopy.common.validation import check_level
from homotopy.studies.clustering.tables import (
    DEEPER,
    Cluster,
    claims,
    draw,
    energies_table,
    lead,
    minima_table,
    trends_of,
)
from homotopy.studies.clustering.theory import agreement, expected_pairs, theory_table
from homotopy.studies.frame.checks import require, require_whole
from homotopy.studies.frame.claims import judge
from homotopy.studies.frame.report import Report
from homotopy.studies.frame.run_folder import RunFolder
from homotopy.studies.frame.study import Study
from homotopy.studies.measures.near_pairs import near_pairs, pair_findings, pairs_table, require_glasses
from homotopy.studies.measures.pairs import depth_of, pairs_of
from polysys.models.labels import model_from_label

QUESTION = "Are minima closer together than uniform points, where in energy, and does that grow with depth at a fixed number of weights?"


class ClusteringSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All choices of the study."""

    seed: int = 1
    level: float = 0.01  # probability, at most, that one of the verdicts of a family is false
    samples: int = 120  # of each model
    draws: int = 200  # of the uniform null of each sample
    # near pairs of minima of the effective glasses of networks with so many weights, from theory; () leaves them out
    pair_weights: tuple[int, ...] = (10_000, 80_000)
    pair_depths: tuple[int, ...] = (3, 4, 6, 10, 16)
    pair_draws: int = 256  # random matrices for each interval of overlaps
    # labels of one series each, by growing depth: p, layers, layers of weights
    spheres: tuple[str, ...] = ("spherical-p-spin:n=5,p=3", "spherical-p-spin:n=5,p=4", "spherical-p-spin:n=5,p=5")
    layered: tuple[str, ...] = (
        "layered-spin-glass:widths=3-3-4",
        "layered-spin-glass:widths=2-2-3-3",
        "layered-spin-glass:widths=2-2-2-2-2",
    )
    networks: tuple[str, ...] = (
        "deep-linear:widths=2-2-1,data=gaussian,m=10",
        "deep-linear:widths=2-1-2-1,data=gaussian,m=10",
        "deep-linear:widths=1-1-2-1-1,data=gaussian,m=10",
        "deep-linear:widths=1-1-1-1-1-1-1,data=gaussian,m=10",
    )

    def __post_init__(self) -> None:
        check_level(self.level)
        require_whole(self, {"samples": (5, None), "draws": (20, None), "pair_draws": (128, None)})
        require_whole(self, {"pair_weights": (6, 10**7)})
        require_glasses(self.pair_weights, self.pair_depths)
        has_series = any((self.spheres, self.layered, self.networks))
        require(has_series, "There is no series.", "Give the labels of spheres, layered or networks.")
        for name in ("spheres", "layered", "networks"):
            models = [model_from_label(label) for label in getattr(self, name)]
            depths, sizes = [depth_of(model) for model in models], [str(m.domain.n) for m in models]
            grows = all(a < b for a, b in pairwise(depths))
            require(grows, f"The depths of {name} are {depths}.", "List models of growing depth.")
            is_one = len(set(sizes)) < 2
            require(
                is_one,
                f"The models of {name} have {', '.join(sizes)} weights.",
                "List models with the same number of weights.",
            )


def run(spec: ClusteringSpec, folder: RunFolder) -> Report:
    """The study."""
    series: dict[str, list[Cluster]] = {}
    for name, labels in (("one sphere", spec.spheres), ("layered", spec.layered), ("networks", spec.networks)):
        for label in labels:
            model = model_from_label(label)
            ensemble = folder.ensemble(label, samples=spec.samples, seed=spec.seed, points=True)
            found, left_out = pairs_of(folder, ensemble, model, spec.draws)
            series.setdefault(name, []).append(Cluster(name, depth_of(model), label, found, left_out, model.domain.n))
    every = [c for members in series.values() for c in members]
    pairs = near_pairs(folder, spec.pair_weights, spec.pair_depths, spec.pair_draws, spec.seed)
    expected = expected_pairs(folder, every, spec.pair_draws, spec.seed)
    tables = minima_table(every), energies_table(every, spec.level), pairs_table(pairs), theory_table(expected)
    findings = (
        *trends_of(series, spec.level),
        *pair_findings(pairs, DEEPER, spec.level),
        *agreement(expected, spec.level),
        *judge(claims(every), spec.level),
    )
    return Report(
        "Clustering of minima",
        QUESTION,
        tuple(table for table in tables if table.rows),
        findings,
        lead(series),
        (
            f"{sum(c.n_left_out for c in every)} of {spec.samples * len(every)} samples are not complete and decided, and left out.",
        ),
        draw=lambda figure: draw(figure, series, pairs),
        figure_size=(11.0, 7.0),
    )


STUDY = Study(
    name="clustering",
    question=QUESTION,
    spec=ClusteringSpec,
    quick=ClusteringSpec(
        samples=60,
        pair_weights=(10_000,),
        pair_draws=128,
        spheres=("spherical-p-spin:n=4,p=3", "spherical-p-spin:n=4,p=4", "spherical-p-spin:n=4,p=5"),
    ),
    full=ClusteringSpec(),
    run=run,
)
