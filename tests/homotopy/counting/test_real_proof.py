"""The search of the real domain that a census makes by itself, and what is then printed, saved and verified."""

from dataclasses import replace

import pytest

import homotopy as ho
import polysys as ps
from homotopy.certification.certificates import same_zero
from homotopy.completeness.verdict import join
from homotopy.counting.count import as_landscape, counted
from homotopy.counting.real_proof import cheap_real_proof, with_real_proof
from homotopy.solving.rounds import solve
from homotopy.status import Completeness, EvidenceKind, Verdict


def searched(census: ho.Census) -> ho.Census:
    """The census with what the search of about a second says."""
    proof = cheap_real_proof(census)
    return census if proof is None else with_real_proof(census, proof)


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
    after = searched(before)
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
    assert searched(census) is census


def test_what_is_out_of_reach_is_left_as_it_is():
    degenerate = unproved(ps.expression("x^4/4 - x^3/3 + y^2").sample())
    assert searched(degenerate) is degenerate  # the origin is a double point: boxes are left about it
    large = unproved("spherical-p-spin:n=3,p=3")
    large = replace(large, landscape=ps.model_from_label("spherical-p-spin:n=9,p=3").sample(1))
    assert searched(large) is large


def test_a_census_that_lacks_a_real_point_is_contradicted():
    census = unproved("deep-linear:widths=2-1-2,data=iris")
    gone = next(p.solution for p in census.points)
    kept = [k for k in range(census.n_complex) if k != gone]
    points = tuple(replace(p, solution=kept.index(p.solution)) for p in census.points if p.solution != gone)
    less = replace(census, certificates=census.certificates.take(kept), points=points)
    assert searched(less).completeness.verdict is Completeness.CONTRADICTED


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


def test_a_real_point_that_the_automatic_search_finds_is_taken_into_the_list_and_the_solve_goes_on(monkeypatch) -> None:
    """A minimum and a saddle are lost in the first round, so that Euler, parity and orbits notice nothing, and exact algebra is not asked."""
    for target in ("homotopy.completeness.exact_evidence.EXACT_REACH", "homotopy.solving.exact_algebra.EXACT_REACH"):
        monkeypatch.setattr(target, -1)
    land = ps.expression("x^4/4 - x^2/2 + y^4/4 - y^2/2 + x*y/10 + x/20 + y/30 + x^2*y/40").sample()
    whole = ho.census(land)
    gone = {next(p.solution for p in whole.points if p.index == k) for k in (0, 1)}
    rounds = []

    def losing(landscape, options, *, after=None, **keywords):
        report = solve(landscape, options, after=after, **keywords)
        rounds.append(None if after is None else len(after.certificates))
        if after is not None:
            return report
        kept = [
            k
            for k, c in enumerate(report.certificates)
            if not any(same_zero(c.enclosure, whole.certificates[g].enclosure) for g in gone)
        ]
        paths = replace(report.paths, regular=len(kept), failed=report.paths.failed + len(gone))
        return replace(report, certificates=report.certificates.take(kept), paths=paths)

    monkeypatch.setattr("homotopy.counting.count.solve", losing)
    census = ho.census(land)
    assert census.n_complex == whole.n_complex == 9 and census.by_index == whole.by_index
    assert census.completeness.verdict is ho.Completeness.PROVED and census.completeness.complex_verdict is None
    assert rounds == [None, 9]  # the next round knew both
    assert any("Branch and bound found 2 solutions" in note for note in census.run.attempts)
