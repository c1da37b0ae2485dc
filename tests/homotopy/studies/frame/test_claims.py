"""Claims: one-sided tests, and verdicts that are corrected together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from homotopy.studies.frame.claims import (
    LEAST_SPINS,
    Claim,
    against_half,
    clustering_claimed,
    judge,
    one_sided,
    which_test,
)
from homotopy.studies.frame.trends import exact, trend


@given(st.lists(st.floats(-5, 5), min_size=3, max_size=20).filter(lambda v: np.std(v) > 1e-3))
def test_one_sided_tests_are_students(values):
    above, below = one_sided(np.array([*values, np.nan]), 0.5)
    assert above == pytest.approx(stats.ttest_1samp(values, 0.5, alternative="greater").pvalue, abs=1e-12)
    assert below == pytest.approx(stats.ttest_1samp(values, 0.5, alternative="less").pvalue, abs=1e-12)


def test_one_sided_tests_of_too_little():
    assert one_sided(np.array([1.0, np.nan])) == (1.0, 1.0)
    assert one_sided(np.ones(5)) == (0.5**5, 1.0)
    assert one_sided(np.full(3, 0.1)) == (0.5**3, 1.0)  # their standard deviation is 1.7e-17 in doubles
    assert one_sided(np.zeros(5)) == (1.0, 1.0)
    assert which_test(np.full(3, 0.1)).startswith("sign test") and which_test(np.array([1.0, np.nan])) == "t test"


def test_claims_are_corrected_together_and_a_proof_needs_no_test():
    claims = [Claim("s", str(k), (0.004, 1.0), "x") for k in range(4)]
    assert [f.verdict for f in judge(claims, 0.01)] == ["undecided"] * 4
    (found,) = judge(claims[:1], 0.01)
    assert found.verdict == "holds" and "Holm over 2" in found.evidence
    (proved,) = judge([Claim("s", "a", (1.0, 0.0), "One pair is certified")], 0.01)
    assert (proved.verdict, proved.sentence) == ("fails", "One pair is certified.")


def test_the_exact_binomial_test_is_scipys():
    for k, n in ((0, 7), (3, 7), (7, 7)):
        more, fewer = against_half(k, n)
        assert more == pytest.approx(stats.binomtest(k, n, 0.5, alternative="greater").pvalue)
        assert fewer == pytest.approx(stats.binomtest(k, n, 0.5, alternative="less").pvalue)
    assert against_half(0, 0) == (1.0, 1.0)
    assert against_half(3, 9, n_open=4)[1] == against_half(7, 9)[1]  # open samples may all be successes


def test_clustering_of_few_spins_is_not_judged():
    found = trend([2, 3], [exact(1.3), exact(1.1)])
    few = clustering_claimed("clustered", "glass", "falls", found, "distance", 9)
    assert few.words == "not testable at these sizes" and "repel" in few.sentence and "1.3" in few.sentence
    assert clustering_claimed("clustered", "glass", "falls", found, "distance", LEAST_SPINS).verdict == "holds"
