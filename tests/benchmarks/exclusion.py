"""How far branch and bound reaches: python -m tests.benchmarks.exclusion [--seeds K] [--time-limit S] [LABEL ...]

Prints one line of a table for each landscape: unknowns of a patch, boxes, processor seconds of one core, outcome, and the
median and the worst over the seeds.
"""

import argparse
import time
from statistics import median

import homotopy as ho
from homotopy.completeness.exclusion.search import warm_up

LABELS = (
    "spherical-p-spin:n=3,p=3",
    "spherical-p-spin:n=4,p=3",
    "spherical-p-spin:n=5,p=3",
    "spherical-p-spin:n=6,p=3",
    "spherical-p-spin:n=7,p=3",
    "spherical-p-spin:n=3,p=4",
    "spherical-p-spin:n=4,p=4",
    "spherical-p-spin:n=5,p=4",
    "spherical-p-spin:n=4,p=3,field=1/2",
    "spherical-p-spin:n=5,p=3,field=1/2",
    "layered-spin-glass:widths=2-2-2",
    "layered-spin-glass:widths=2-2-2-2",
    "layered-spin-glass:widths=3-3-3",
    "deep-linear:widths=1-1-1-1-1,data=gaussian,m=2",
    "deep-linear:widths=2-1-2,data=gaussian,m=2",
    "deep-linear:widths=2-2-1,data=gaussian,m=2",
    "deep-linear:widths=2-1-1-2,data=gaussian,m=2",
    "deep-linear:widths=1-2-2-1,data=gaussian,m=2",
    "deep-linear:widths=2-2-2,data=iris",
    "deep-linear:widths=2-2-2,data=gaussian,m=2",
    "deep-linear:widths=2-3-1,data=gaussian,m=2",
    "polynomial-network:widths=2-1-1,activation=z^2,data=gaussian,m=3,output=fixed",
    "polynomial-network:widths=2-2-1,activation=z^2,data=gaussian,m=3,output=fixed",
    "polynomial-network:widths=2-1-1,activation=z^2,data=gaussian,m=3",
    "polynomial-network:widths=2-2-1,activation=z^2,data=gaussian,m=3",
)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labels", nargs="*", default=LABELS)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--time-limit", type=float, default=120.0)
    options = parser.parse_args()
    warm_up()
    print("| landscape | real points | unknowns | patches | boxes, median (most) | seconds, median (most) | proved |")
    print("|---|---|---|---|---|---|---|")
    for label in options.labels or LABELS:
        rows = []
        for seed in range(1, options.seeds + 1):
            census = ho.census(label, seed=seed)
            begin = time.process_time()
            proof = ho.prove_real(census, max_boxes=10**9, time_limit=options.time_limit)
            rows.append((proof, time.process_time() - begin))
        boxes, seconds = [p.n_boxes for p, _ in rows], [s for _, s in rows]
        first = rows[0][0]
        print(
            f"| `{label}` | {', '.join(str(p.n_real) for p, _ in rows)} | {first.n_unknowns} | {first.n_patches} "
            f"| {median(boxes):.0f} ({max(boxes)}) | {median(seconds):.2g} ({max(seconds):.2g}) "
            f"| {sum(p.is_proved for p, _ in rows)} of {len(rows)} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
