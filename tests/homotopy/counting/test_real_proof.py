"""The search of the real domain that a census makes by itself, and what is then printed, saved and verified."""

from dataclasses import replace

import pytest

import homotopy as ho
import polysys as ps
from homotopy.completeness.verdict import join
from homotopy.counting.count import as_landscape, counted
from homotopy.counting.real_proof import with_cheap_real_proof
from homotopy.status import Completeness, EvidenceKind, Verdict

PROOFS = (EvidenceKind.UPPER_BOUND, EvidenceKind.HILBERT_BOUND)


def unproved(what, seed: int = 1) -> ho.Census:
    """A census without the evidence that proves its complex list."""
    census = counted(as_landscape(what, seed), ho.Options())
    return replace(
        census, completeness=join(census.landscape, [e for e in census.completeness.evidence if e.kind not in PROOFS])
    )


BIASED = "polynomial-network:widths=1-2-1,activation=z^2,data=gaussian,m=3,bias=yes,output=fixed"


@pytest.mark.parametrize("what", ["deep-linear:widths=2-1-2,data=iris", "spherical-p-spin:n=3,p=3,field=1/2", BIASED])
def test_a_list_that_is_not_proved_is_searched_and_says_which_list_is_proved(what):
    before = unproved(what)
    assert before.completeness.verdict is not Completeness.PROVED and len(before.completeness.lines) == 1
    after = with_cheap_real_proof(before)
    report = after.completeness
    assert report.verdict is Completeness.PROVED and report.complex_verdict is before.completeness.verdict
    real, of_complex = report.lines
    assert real.startswith("real list proved: branch and bound") and of_complex.startswith(
        f"complex list {before.completeness}"
    )
    text = repr(after).splitlines()
    at = next(k for k, line in enumerate(text) if line.startswith("  complete   real list proved"))
    assert text[at + 1].startswith("             complex list ")
    assert "complex list" in after._repr_html_()


def test_a_census_whose_complex_list_is_proved_is_not_searched():
    census = ho.census(ps.expression("x^4/4 - x^2/2 + y^2/2"))
    assert all(e.kind is not EvidenceKind.REAL_PROOF for e in census.completeness.evidence)
    assert with_cheap_real_proof(census) is census


def test_what_is_out_of_reach_is_left_as_it_is():
    degenerate = unproved(ps.expression("x^4/4 - x^3/3 + y^2").sample())
    assert with_cheap_real_proof(degenerate) is degenerate  # the origin is a double point: boxes are left about it
    large = unproved("spherical-p-spin:n=3,p=3")
    large = replace(large, landscape=ps.model_from_label("spherical-p-spin:n=9,p=3").sample(1))
    assert with_cheap_real_proof(large) is large


def test_a_census_that_lacks_a_real_point_is_contradicted():
    census = unproved("deep-linear:widths=2-1-2,data=iris")
    gone = next(p.solution for p in census.points)
    kept = [k for k in range(census.n_complex) if k != gone]
    points = tuple(replace(p, solution=kept.index(p.solution)) for p in census.points if p.solution != gone)
    less = replace(census, certificates=census.certificates.take(kept), points=points)
    assert with_cheap_real_proof(less).completeness.verdict is Completeness.CONTRADICTED


@pytest.mark.parametrize("what", [BIASED, ps.expression("(y - x^2)^2 + (1 - x)^2/100").sample()])
def test_a_saved_proof_is_searched_again(what, tmp_path):
    census = counted(as_landscape(what, 1), ho.Options())
    proved = ho.with_real_proof(census, ho.prove_real(census))
    piece = next(e for e in proved.completeness.evidence if e.kind is EvidenceKind.REAL_PROOF)
    assert piece.outcome is Verdict.YES
    assert not proved.save(tmp_path / "c.json")
    report = ho.verify(tmp_path / "c.json")
    assert report.is_ok, repr(report)
    again = ho.load(tmp_path / "c.json").completeness
    assert again.verdict is Completeness.PROVED
