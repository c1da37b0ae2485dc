"""Do certified counts agree with the predictions of theory? Ensembles of all solvable families, one test over all means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from homotopy.common.validation import check_level
from homotopy.ensembles.comparison import compare
from homotopy.ensembles.result import Ensemble
from homotopy.studies.frame.checks import require, require_whole
from homotopy.studies.frame.figures import finish, style
from homotopy.studies.frame.report import Finding, Report
from homotopy.studies.frame.run_folder import RunFolder
from homotopy.studies.frame.study import Study
from homotopy.studies.frame.tables import Cell, Table
from homotopy.studies.frame.trends import holm_adjusted
from homotopy.studies.measures.bands import ratio
from polysys import theory
from polysys.counts.of_landscape import upper_bounds
from polysys.models.base import Model
from polysys.models.labels import model_from_label
from polysys.models.laws import IsotropicGaussian

QUESTION = "Do the certified counts of random landscapes have the means that theory predicts, for every Morse index?"
_LEAST_SAMPLES = 4


class AgreementSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All choices of the study."""

    seed: int
    level: float  # probability, at most, of finding a deviation anywhere where there is none
    models: tuple[str, ...]  # labels of models with predictions
    samples: int  # of each model
    classes: int  # fewer samples (but at least 4) where they would track more complex classes than this

    def __post_init__(self) -> None:
        check_level(self.level)
        require_whole(self, {"seed": (0, None), "samples": (_LEAST_SAMPLES, None), "classes": (1, None)})
        is_distinct = bool(self.models) and len(set(self.models)) == len(self.models)
        require(is_distinct, "The models are none, or one is named twice.", "Name each label once.")
        for label in self.models:
            is_known = theory.has_mean_counts(model_from_label(label))
            require(is_known, f"There is no prediction for {label}.", "Leave it out, or see docs/theory.md.")


@dataclass(frozen=True, slots=True)
class _Mean:
    """One predicted mean beside the found one."""

    label: str
    n: int
    name: str
    prediction: theory.Prediction
    found: float | None
    standard_error: float
    z: float
    p_value: float
    freedom: int


def run(spec: AgreementSpec, folder: RunFolder) -> Report:
    """Count the ensembles and test all means together."""
    means: list[_Mean] = []
    n_open = 0
    constants: list[Finding] = []
    for label in spec.models:
        model = model_from_label(label)
        ensemble = folder.ensemble(model, samples=_n_samples(model, spec), seed=spec.seed, is_small=folder.workers < 2)
        n_open += ensemble.n_open
        means += _compared(label, ensemble, theory.mean_counts(model))
        constants += _constant(model, ensemble)
    adjusted = holm_adjusted([m.p_value for m in means])
    return Report(
        title="Theory against enumeration",
        question=QUESTION,
        tables=(_means_table(means, adjusted), _totals_table(means, adjusted)),
        findings=(_verdict(spec, means, adjusted, n_open), *constants),
        lead=(_deviations(spec, means, adjusted), *_squares(means)),
        limits=_limits(means, n_open),
        draw=lambda figure: _draw(figure, means),
        figure_size=(7.5, 8.5),
    )


def _n_samples(model: Model, spec: AgreementSpec) -> int:
    bounds = upper_bounds(model.sample(spec.seed))
    return min(spec.samples, max(_LEAST_SAMPLES, spec.classes // max(1, int(bounds[0].value))))


def _compared(label: str, ensemble: Ensemble, predicted: theory.MeanCounts) -> list[_Mean]:
    compared = compare(ensemble, predicted).means
    freedoms = [ensemble.mean(k).freedom for k in predicted.by_index] + [ensemble.mean("n_real").freedom]
    predictions = [*predicted.by_index.values(), predicted.total]
    return [
        _Mean(
            label,
            ensemble.n_planned,
            m.name,
            q,
            m.low if m.low == m.high else None,
            m.standard_error,
            m.z,
            m.p_value,
            f,
        )
        for m, q, f in zip(compared, predictions, freedoms, strict=True)
    ]


def _constant(model: Model, ensemble: Ensemble) -> list[Finding]:
    """A symmetric matrix has exactly two points of each index: no sample may differ."""
    law = model.law
    if not isinstance(law, IsotropicGaussian) or law.degree != 2:
        return []
    is_met = all(ensemble.fraction(k, lambda n: n == 2).value == 1.0 for k in range(law.n))
    sentence = f"{ensemble.n_planned} samples, certified: {'each has' if is_met else 'not each has'} two points of every index."
    return [Finding("exactly 2 points of each index", "holds" if is_met else "fails", sentence, ensemble.label)]


def _means_table(means: Sequence[_Mean], adjusted: Sequence[float]) -> Table:
    records: list[dict[str, Cell]] = [
        {
            "model": m.label, "samples": m.n, "mean of": m.name, "predicted": m.prediction.value, "error": m.prediction.error,
            "kind": m.prediction.kind, "found": m.found, "standard error": m.standard_error, "z": m.z, "p": m.p_value, "p (Holm)": p,
        }
        for m, p in zip(means, adjusted, strict=True)
    ]  # fmt: skip
    caption = (
        "One mean a row. Found: certified counts; z: found minus predicted in standard errors of both; p: two-sided, Student's; "
        "p (Holm): adjusted for all rows."
    )
    return Table.of("means", caption, records)


def _totals_table(means: Sequence[_Mean], adjusted: Sequence[float]) -> Table:
    records: list[dict[str, Cell]] = []
    for label in dict.fromkeys(m.label for m in means):
        mine = [(m, p) for m, p in zip(means, adjusted, strict=True) if m.label == label]
        total, largest = mine[-1][0], max((m for m, _ in mine), key=lambda m: abs(m.z))
        records.append({
            "model": label, "samples": total.n, "predicted": total.prediction.value, "found": total.found,
            "standard error": total.standard_error, "z": total.z, "largest z by index": largest.z, "at": largest.name,
            "least p (Holm)": min(p for _, p in mine),
        })  # fmt: skip
    return Table.of(
        "totals", "One model a row: the mean number of all real points, and the index that deviates most.", records
    )


def _verdict(spec: AgreementSpec, means: Sequence[_Mean], adjusted: Sequence[float], n_open: int) -> Finding:
    least = min(adjusted)
    verdict = "holds" if least >= spec.level else "fails"
    open_ = f" {n_open} samples without a full result widen it." if n_open else ""
    sentence = (
        f"{len(means)} means of {len(spec.models)} models, Student's t against each prediction, Holm's correction over all of them: least adjusted "
        f"p-value {least:.3g}, level {spec.level:g}.{open_}"
    )
    return Finding("all certified counts have the predicted means", verdict, sentence)


def _deviations(spec: AgreementSpec, means: Sequence[_Mean], adjusted: Sequence[float]) -> str:
    worst = min(range(len(means)), key=lambda k: (adjusted[k], -abs(means[k].z)))
    m, n = means[worst], sum(p < spec.level for p in adjusted)
    return (
        f"{n or 'None'} of {len(means)} means deviate{'' if n > 1 else 's'} from theory at level {spec.level:g}; the largest deviation is "
        f"{m.name} of {m.label}, z = {m.z:+.2f}, p = {adjusted[worst]:.3g} after Holm's correction."
    )


def _squares(means: Sequence[_Mean]) -> list[str]:
    """The mean of z^2 beside its expectation.

    Notes
    -----
    The expectation of a mean needs no independence, its error does: means by index of one model share their samples, and for odd
    p they come in equal pairs. So models are what is averaged over: a ratio of sums over independent models. Student's t with f
    degrees of freedom has E t^2 = f/(f - 2), not 1; means without that moment are left out.
    """
    random = [m for m in means if m.standard_error > 0 and m.freedom > 2]
    labels = list(dict.fromkeys(m.label for m in random))
    if not labels:
        return []
    sums = np.array([sum(m.z**2 for m in random if m.label == label) for label in labels])
    numbers = np.array([float(sum(m.label == label for m in random)) for label in labels])
    value, error = ratio(sums, numbers)
    expected = float(np.mean([m.freedom / (m.freedom - 2) for m in random]))
    spread = f" +- {error:.2f}" if len(labels) > 1 else ""
    return [
        f"The mean of z^2 over the {len(random)} means of {len(labels)} models that vary is {value:.2f}{spread} (standard error between models), "
        f"where Student's distribution has {expected:.2f}."
    ]


def _limits(means: Sequence[_Mean], n_open: int) -> tuple[str, ...]:
    few = sorted({(m.label, m.n) for m in means if m.n < 100})
    notes = []
    if few:
        notes.append("Fewer than 100 samples: " + ", ".join(f"{label} ({n})" for label, n in few) + ".")
    if n_open:
        notes.append(f"{n_open} samples have no full result; their ranges widen the means.")
    return tuple(notes)


def _draw(figure: Any, means: Sequence[_Mean]) -> None:
    """z of every mean, model by model, and their distribution against the normal one."""
    random = [m for m in means if m.standard_error > 0]
    upper, lower = figure.subplots(2, 1, height_ratios=(5, 1), sharex=True)
    labels = list(dict.fromkeys(m.label for m in random))
    by_index, of_all = style(2), style(1)
    for k, label in enumerate(labels):
        z = [m.z for m in random if m.label == label]
        upper.plot(z[:-1], [k] * (len(z) - 1), "o", ms=4, mfc="none", mec=by_index["color"], mew=1)
        upper.plot(z[-1:], [k], "D", ms=4, color=of_all["color"], mec="black", mew=0.5)
    upper.axvspan(-2, 2, color="0.94", zorder=0)
    upper.set_yticks(range(len(labels)), labels, fontsize=7)
    upper.set_ylim(len(labels) - 0.4, -0.6)
    finish(upper, title="circles: one Morse index; diamonds: all points")
    every = np.array([m.z for m in random])
    lower.hist(every, bins=np.arange(-4, 4.5, 0.5).tolist(), color=style(5)["color"], edgecolor="black", lw=0.6)
    grid = np.linspace(-4, 4, 200)
    normal = len(every) * 0.5 * np.exp(-grid * grid / 2) / np.sqrt(2 * np.pi)
    lower.plot(grid, normal, color="black", lw=1.2)
    lower.annotate(
        "normal", (1.2, normal[130]), (2.0, 0.8 * normal.max()), fontsize=8, arrowprops={"arrowstyle": "-", "lw": 0.6}
    )
    finish(lower, "z, standard errors", "means")


_GLASSES = tuple(f"spherical-p-spin:n={n},p={p}" for p in (2, 3, 4, 5) for n in range(2, 7 if p == 5 else 9))
_LAYERED = tuple(
    f"layered-spin-glass:widths={w}"
    for w in ("2-2", "3-3", "2-4", "2-2-2", "2-2-3", "2-3-3", "3-3-3", "2-2-2-2", "2-2,degrees=2-1", "3-2,degrees=2-2")
)
_OTHERS = (
    "spherical-p-spin:n=4,p=2-3", "spherical-p-spin:n=3,p=3-4,weights=1-1/2", "spherical-p-spin:n=4,p=3,field=1", "spherical-p-spin:n=5,p=3,field=4",
    "deep-linear:widths=1-1-1,data=gaussian", "deep-linear:widths=1-1-1-1,data=gaussian", "deep-linear:widths=1-2-1,data=gaussian",
)  # fmt: skip
FULL = AgreementSpec(1, 0.01, (*_GLASSES, *_LAYERED, *_OTHERS), 400, 12_000)
QUICK = AgreementSpec(
    1, 0.01,
    (
        *(f"spherical-p-spin:n={n},p={p}" for p in (2, 3, 4) for n in (2, 3, 4)),
        "spherical-p-spin:n=4,p=3,field=1", "layered-spin-glass:widths=3-3", "layered-spin-glass:widths=2-2-2",
        "layered-spin-glass:widths=2-2-3", "deep-linear:widths=1-1-1-1,data=gaussian",
    ), 100, 3000,
)  # fmt: skip
STUDY = Study(name="agreement", question=QUESTION, spec=AgreementSpec, quick=QUICK, full=FULL, run=run)
