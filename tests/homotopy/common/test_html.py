"""What notebooks show says the same as the text: every word of the print is in the HTML."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import homotopy as ho
import polysys as ps
from homotopy.estimators.evaluate import evaluate
from homotopy.studies.frame.report import Finding, Report
from homotopy.tables.diff import diff


def agrees(result: Any, text: str) -> None:
    shown = unescape(re.sub("<[^>]*>", " ", result._repr_html_())).split()
    missing = [word for word in text.split() if word not in shown]
    assert not missing and "<table" in result._repr_html_()


def test_of_predicted_means() -> None:
    means = ps.theory.mean_counts(ps.SphericalPSpin(n=3, p=3))
    agrees(means, means.table())


def test_of_an_estimator_against_a_table() -> None:
    table = ho.load_table("spherical-p-spin:p=3")
    report = evaluate("kac-rice", table, models="spherical-p-spin:n=3,p=3")
    lines = repr(report).splitlines()
    assert lines[1].split() == ["mean", "of", "predicted", "found", "bias", "std", "err", "z", "p"] and len(lines) == 8
    assert len(set(map(len, lines[1:5]))) == 1 and len(set(map(len, report.table().splitlines()))) == 1  # aligned
    agrees(report, repr(report))


def test_of_a_study() -> None:
    report = Report("Glasses", "How many?", (), tuple(Finding("fewer points", "holds", "", str(k)) for k in range(10)))
    assert repr(report).splitlines()[1] == f"  holds        {report.findings[0].subject}" and "and 2 more findings" in repr(report)
    agrees(report, repr(report))


def test_of_cross_checks() -> None:
    found = ho.cross_check(ho.census(ps.expression("x^4/4 - x^2/2 + x/9")), engines=["second-run"])
    lines = repr(found).splitlines()
    assert lines[0] == "Cross-check of expression:user: 3 complex solutions, 3 real (seed 0)"
    assert lines[-1].startswith("  complete           proved: ")
    agrees(found, repr(found))


def test_of_differences_of_tables() -> None:
    a, b = ho.load_table("spherical-p-spin:p=3"), ho.load_table("spherical-p-spin:p=4")
    agrees(diff(a, b), repr(diff(a, b)))


def test_of_ensembles_whose_means_stand_before_their_intervals() -> None:
    ensemble = ho.ensemble(ps.SphericalPSpin(n=2, p=3), samples=6, seed=1, workers=0)
    value = ensemble.mean("n_real").value
    assert f"\n  real       mean {value:.6g} [" in repr(ensemble) and f"mean {value:.6g} [" in ensemble._repr_html_()
    agrees(ensemble, repr(ensemble))
    one = ho.ensemble(ps.SphericalPSpin(n=2, p=3), samples=1, seed=1, workers=0)
    assert "mean 2; too few samples for an interval (95 %, t, 1 sample)" in repr(one)
