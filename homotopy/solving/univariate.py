"""One equation in one unknown: python-flint isolates its complex roots with proof, so no path needs tracking."""

from __future__ import annotations

import time
from dataclasses import replace
from math import lcm
from typing import Any

import flint
from flint import acb, ctx, fmpz_poly

from homotopy.certification.certificates import CertificateList
from homotopy.certification.zeros import certify
from homotopy.options import Options
from homotopy.solving.result import PathAccount, RoundAccount, SolveReport
from homotopy.status import StartCount
from polysys.problem import Problem


def solve_univariate(landscape: Problem, options: Options) -> SolveReport | None:
    """All roots of the one equation; None where there are more unknowns or an engine is asked for.

    Notes
    -----
    The roots of the square-free part are isolated in ball arithmetic (Johansson, Arb), then certified from their doubles
    like candidates of any engine. Multiple roots are listed as singular ends, once for each of their paths.
    """
    if len(landscape.degrees) != 1 or options.engine != "auto" or options.strategy != "auto":
        return None
    begin = time.perf_counter()
    (terms,) = landscape.system.terms
    degree = max(e for (e,) in terms)
    common = lcm(*(c.denominator for c in terms.values()))
    polynomial = fmpz_poly([int(terms.get((e,), 0) * common) for e in range(degree + 1)])
    isolated: Any = polynomial.complex_roots()  # pairs of a ball and a multiplicity, whatever the stubs say
    roots = [(_double(root), m) for root, m in isolated]
    simple = [[x] for x, m in roots if m == 1]
    multiple = [x for x, m in roots if m > 1 for _ in range(m)]
    found = certify(landscape.tapes, simple, digits=options.digits) if simple else None
    certificates = CertificateList.of(()) if found is None else found.certificates
    n_lost = len(simple) - len(certificates)  # closer to each other than doubles can be
    paths = PathAccount(degree, len(certificates), singular=len(multiple), failed=n_lost)
    engine = f"python-flint {flint.__version__}"
    report = SolveReport.without_paths(
        certificates,
        paths,
        engine=("isolation of roots", engine),
        root_count=(degree, StartCount.TOTAL_DEGREE),
        seed=options.seed,
        seconds=time.perf_counter() - begin,
    )
    return replace(
        report,
        singular_ends=tuple((x,) for x in multiple),
        n_entangled=0 if found is None else found.n_entangled,
        history=(RoundAccount("isolation of roots", "exact", options.seed, degree, paths, len(certificates)),),
    )


def _double(z: acb) -> complex:
    with ctx.workprec(64):
        return complex(float(z.real.mid()), float(z.imag.mid()))
