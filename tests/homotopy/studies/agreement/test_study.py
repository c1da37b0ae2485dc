"""Theory against certified counts: the study, its correction for many tests, and networks that are solved sample by sample."""

import dataclasses

import pytest

import homotopy as ho
import polysys as ps
from homotopy.studies.agreement import study
from homotopy.studies.frame.run_folder import RunFolder
from homotopy.studies.frame.trends import holm_adjusted
from polysys.theory.deep_linear import sample_counts

SMALL = study.AgreementSpec(
    3, 0.01, ("spherical-p-spin:n=3,p=2", "spherical-p-spin:n=2,p=3", "layered-spin-glass:widths=2-2"), 30, 500
)


def test_holm_is_the_textbook_s():
    """Adjusted p-values of 0.01, 0.04, 0.03, 0.005: 4, 3, 2, 1 times the sorted ones, made increasing."""
    assert holm_adjusted([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm_adjusted([0.7, 0.6]) == [1.0, 1.0]


def test_the_study_finds_agreement_and_would_find_a_deviation(tmp_path, monkeypatch):
    report = study.run(SMALL, RunFolder(tmp_path, workers=0))
    verdicts = {f.subject: f.verdict for f in report.findings}
    assert verdicts["all certified counts have the predicted means"] == "holds"
    assert verdicts["spherical-p-spin:n=3,p=2: exactly 2 points of each index"] == "holds"
    means, totals = report.tables
    assert len(totals.rows) == 3 and len(means.rows) == 4 + 3 + 4 and len(means.columns) == len(means.rows[0])

    honest = study.theory.mean_counts

    def doubled(model):
        found = honest(model)
        return dataclasses.replace(found, total=dataclasses.replace(found.total, value=2 * found.total.value))

    monkeypatch.setattr(study.theory, "mean_counts", doubled)
    again = study.run(SMALL, RunFolder(tmp_path, workers=0))
    assert again.findings[0].verdict == "fails" and again.lead[0].startswith("3 of 11 means deviate from theory")


@pytest.mark.parametrize(
    "change",
    [
        {"models": ()},
        {"models": ("spherical-p-spin:n=3,p=3",) * 2},
        {"models": ("deep-linear:widths=2-2-2",)},
        {"samples": 1},
        {"level": 2.0},
        {"seed": -1},
    ],
)
def test_specifications_that_cannot_be_run_are_refused(change):
    fields = {name: getattr(SMALL, name) for name in SMALL.__struct_fields__}
    with pytest.raises(ps.InputError):
        study.AgreementSpec(**{**fields, **change})


def test_presets_are_usable():
    assert len(study.FULL.models) == 43 and set(study.QUICK.models) <= {*study.FULL.models}
    glasses = [m for m in study.FULL.models if m.startswith("spherical") and m.count("=") == 2]
    assert len(glasses) == 3 * 7 + 5 + 1  # the 5-spin to six spins, and one mixture


@pytest.mark.parametrize(
    "model",
    [
        ps.DeepLinear(widths=(1, 1, 1, 1), data=([[1, 2]], [["1/2", -1]])),
        ps.DeepLinear(widths=(2, 1, 2), data=([[1], [2]], [["1/5"], ["1/9"]])),
        ps.DeepLinear(widths=(1, 2, 2), data="gaussian"),
        ps.DeepLinear(widths=(1, 3, 2), data="gaussian"),
    ],
    ids=lambda m: m.label[:30],
)
def test_solved_networks_have_the_certified_counts_sample_by_sample(model):
    found = ho.ensemble(model, samples=5, seed=3, workers=0)
    for index, row in enumerate(found.by_index.tolist()):
        assert row == sample_counts(model.widths, model.sample(3, index).couplings)
