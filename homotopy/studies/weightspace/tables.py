"""The tables of the study: a row for each network, kind of labels and load."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from homotopy.common.arrays import Floats
from homotopy.studies.frame.tables import Cell, Table, level_cells
from homotopy.studies.frame.trends import Level, mean_of
from homotopy.studies.weightspace.claims import Measured, Record, shares
from homotopy.studies.weightspace.networks import Case


def _named(case: Case) -> dict[str, Cell]:
    return {
        "network": case.architecture,
        "depth": case.depth,
        "weights": case.n,
        "data": case.m,
        "labels": case.labels,
    }


def _mean(name: str, values: Sequence[float] | Floats) -> dict[str, Cell]:
    return level_cells(name, mean_of(np.array(values, float)))


def spaces_table(measured: Measured) -> Table:
    """Counts and connectivity."""
    rows = []
    for case, records in measured.items():
        kept = [r for r in records if r["n_solutions"]]
        known = [r for r in kept if r["levels"]]
        rows.append(
            {
                **_named(case),
                "samples": len(records),
                "with solutions": len(kept),
                "symmetry order": max((r["symmetry_order"] for r in records), default=None),
                **_mean("solutions", [r["n_solutions"] for r in records]),
                **_mean("entropy per weight", [np.log2(r["n_solutions"]) / case.n for r in kept]),
                **_mean("largest cluster", shares(records, "largest_cluster")),
                **_mean("largest orbit", shares(records, "largest_orbit")),
                **_mean("pairs in one cluster", [r["same_cluster"] for r in kept]),
                **_mean("pairs in one orbit", [r["same_orbit"] for r in kept]),
                **_mean("isolated", shares(records, "n_isolated")),
                **_mean("free flips", [2 * r["n_flip_edges"] / r["n_solutions"] / case.n for r in kept]),
                **_mean("errors that join clusters", [len(r["levels"]) - 1 for r in known]),
                **_mean("errors that join orbits", [len(r["quotient_levels"]) - 1 for r in known]),
                "log-concave distances": sum(r["is_log_concave"] for r in kept),
            }
        )
    return Table.of(
        "spaces",
        "Every space enumerated, all numbers exact; means over samples with standard errors, of shares over the samples with solutions: of the largest cluster and "
        "the largest orbit of clusters among all solutions, of pairs of solutions in one of them, of isolated solutions, of flips that keep a solution one; and the "
        "training errors that must be admitted until all clusters, or orbits, are one component (up to 18 weights).",
        rows,
    )


def teacher_table(measured: Measured) -> Table:
    """Random labels weighted by the number of solutions beside teachers' labels."""
    rows = []
    by_place = {(c.architecture, *c.place): (c, records) for c, records in measured.items()}
    for case, records in measured.items():
        other = by_place.get((case.architecture, case.n, case.m, "teacher"))
        if case.labels != "random" or other is None:
            continue
        n = np.array([r["n_solutions"] for r in records], float)
        if not n.any():
            continue
        row: dict[str, Cell] = {**_named(case), "samples": len(records)}
        for name, key in (("largest cluster", "largest_cluster"), ("largest orbit", "largest_orbit")):
            row[f"{name}, random"] = float(shares(records, key).mean())
            row |= level_cells(f"{name}, random by solutions", _weighted(np.array([r[key] for r in records], float), n))
            row |= _mean(f"{name}, teacher", shares(other[1], key))
        rows.append(row)
    return Table.of(
        "conditioning",
        "What conditioning on solutions does: mean shares over the random samples that have solutions, over all random samples weighted by their number of solutions, and "
        "over teachers' labels, which by theory equals the second.",
        rows,
    )


def _weighted(parts: Floats, n: Floats) -> Level:
    """The mean of parts / n over samples, weighted by n, with the error of a ratio of means."""
    ratio = float(parts.sum() / n.sum())
    error = float((parts - ratio * n).std(ddof=1) / n.mean() / np.sqrt(n.size))
    return Level(ratio, ratio, error, n.size)


def layers_table(measured: Measured) -> Table:
    """What the layers of networks with three of them are like."""
    rows = []
    for case, records in measured.items():
        kept = [r for r in records if r["n_solutions"] and len(r["magnetisation"]) == 3]
        for k in range(3) if len(kept) > 1 else ():
            rows.append(
                {
                    **_named(case),
                    "layer": k + 1,
                    **_mean("conditional entropy per weight", [r["conditional_entropies"][k] for r in kept]),
                    **_mean("free flips", [r["free_flips"][k] for r in kept]),
                    **_mean("squared means", [r["magnetisation"][k] for r in kept]),
                    **_mean("squared aligned means", [r["aligned"][k] for r in kept]),
                    **_mean("of aligned random states", [r["aligned_states"][k] for r in kept]),
                }
            )
    return Table.of(
        "layers",
        "The layers of networks with two hidden layers and trained output: entropy given all other weights and flips that keep a solution one, exact; mean squares of the "
        "means over solutions, raw (exact) and after alignment to one solution (of at most 300), beside those of uniformly drawn states aligned to it.",
        rows,
    )


def pairs_table(fitted: Measured) -> Table:
    """Pairwise models sample by sample."""
    rows = []
    for case, records in fitted.items():
        for k, r in enumerate(records):
            if "raw" not in r:
                continue
            row: dict[str, Cell] = {**_named(case), "sample": k, "parameters": case.n * (case.n + 1) // 2}
            for way in ("raw", "aligned"):
                found = r.get(way, {})
                row |= {f"{name}, {way}": found.get(key) for name, key in _FITTED.items()}
            rows.append({**row, "mass, pseudo-likelihood": r["mass_of_pseudo_likelihood"]})
    return Table.of(
        "pairs",
        "Pairwise models of largest entropy, fitted exactly to all solutions (raw) and to one solution of each orbit (aligned): share of the multi-information they carry, "
        "their probability on true solutions, and that of the model that pseudo-likelihood finds.",
        rows,
    )


_FITTED = {"solutions": "n", "captured": "captured", "mass": "mass"}


def training_table(ended: Measured) -> Table:
    """Where training ends, over samples."""
    rows = []
    for case, records in ended.items():
        kept = [r for r in records if r.get("distinct")]
        tried = [r for r in records if r["n_solutions"]]
        names = {
            "neighbours of ends": "neighbours",
            "neighbours of solutions": "typical_neighbours",
            "squared means": "raw",
            "squared aligned means of ends": "aligned_ends",
            "of solutions": "aligned_solutions",
            "of states": "aligned_states",
        }
        row: dict[str, Cell] = {
            **_named(case),
            "samples": len(tried),
            **_mean("success", [r["success"] for r in tried]),
        }
        for name, key in names.items():
            row |= _mean(name, [r[key] for r in kept])
        rows.append(row)
    return Table.of(
        "training",
        "Ends of training from many starts: share of runs that end at a solution; solutions one flip from an end, and from a typical solution; mean squares of the means of the "
        "weights, raw and aligned to one end, beside as many solutions and as many states drawn uniformly.",
        rows,
    )


def once_table(records: Sequence[Mapping[str, Any]]) -> Table:
    """The largest spaces, one sample each."""
    return Table.of("once", "One sample of each of the largest spaces, enumerated.", [dict(r) for r in records])


def torus_table(records: Sequence[Record], n: int) -> Table:
    """Barriers sample by sample."""
    rows: list[dict[str, Cell]] = []
    for k, r in enumerate(records):
        torus, flips = np.array(r["torus"]), np.array(r["flips"])
        has_some = torus.size > 0
        rows.append(
            {
                "sample": k,
                "spins": n,
                "minima": r["n_minima"],
                "points of index 1": r["n_index_1"],
                "saddles of the cube": r["n_saddles"],
                "mean barrier, torus": float(torus.mean()) if has_some else None,
                "mean barrier, flips": float(flips.mean()) if has_some else None,
                "mean ratio": float((torus / flips).mean()) if has_some else None,
                "equal barriers": int((np.abs(torus - flips) < 1e-6).sum()) if has_some else None,
            }
        )
    return Table.of(
        "torus",
        "Ising spins on a product of circles: minima are the states that no flip lowers; for each but the lowest the barrier to a lower one, over all paths of the torus and by single flips.",
        rows,
    )


def soft_table(records: Mapping[int, Sequence[Record]], n: int) -> Table:
    """Soft spins by steepness."""
    rows: list[dict[str, Cell]] = [
        {
            "spins": n,
            "steepness": steepness,
            "samples": len(found),
            "proved complete": sum(r["verdict"] == "proved" for r in found),
            **_mean("real points", [r["n_real"] for r in found]),
            **_mean("minima", [r["n_minima"] for r in found]),
            **_mean("states no flip lowers", [r["n_stable"] for r in found]),
            "with all vertices": sum(r["n_minima"] == 2**n for r in found),
        }
        for steepness, found in records.items()
    ]
    return Table.of(
        "soft",
        "Soft Ising spins with steeper and steeper wells: all real stationary points and minima of the same samples, counted; in how many samples every vertex of the cube has its minimum.",
        rows,
    )
