"""What was measured over many samples, beside what is predicted: tiles, figures and a table, for models of tables and for ensembles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from homotopy.common.wording import count_of
from homotopy.ensembles.comparison import Comparison, compare
from homotopy.ensembles.counts import SampleCounts
from homotopy.ensembles.statistics import Statistic
from homotopy.tables.site.drawings import (
    Mark,
    MeanOfIndex,
    bars_of_counts,
    bars_of_energies,
    histogram,
    means_by_index,
)
from homotopy.tables.site.markup import Markup, element
from polysys.theory import MeanCounts, Prediction

LEVEL = 0.95


def number(value: float | None, digits: int = 5) -> str:
    """A number as a table shows it."""
    if value is None or not isfinite(value):
        return "?"
    return f"{value:.{digits}g}" if value else "0"


def mean_in_words(statistic: Statistic) -> str:
    """A mean with its interval, or the range of one that open samples leave open."""
    low, high = statistic.range
    interval = statistic.interval(LEVEL)
    shown = number(low) if low == high else f"{number(low)} to {number(high)}"
    is_known = isfinite(interval.low) and isfinite(interval.high)
    return f"{shown} [{number(interval.low)}, {number(interval.high)}]" if is_known else shown


def predicted_in_words(prediction: Prediction) -> str:
    """A prediction with its error where it has one, and what it is."""
    error = (
        f" ± {number(prediction.error, 2)}"
        if prediction.kind not in ("exact", "quadrature") and prediction.error
        else ""
    )
    return f"{number(prediction.value, 7)}{error} ({prediction.kind})"


def compared(samples: SampleCounts, means: MeanCounts | None) -> Comparison | None:
    """The samples against their predictions; None without any."""
    return None if means is None else compare(samples, means)


def figures(
    samples: SampleCounts, energies: Mapping[int, Sequence[float]], n_listing: int, means: MeanCounts | None
) -> Markup:
    """Histogram of the numbers of points, means by index, energies by index of the samples that list them."""
    mean = samples.mean("n_real")
    marks = [Mark(*mean.range, "mean", f"mean {mean_in_words(mean)}")] if all(map(isfinite, mean.range)) else []
    if means is not None:
        marks.append(
            Mark(
                means.total.value, means.total.value, "prediction", f"predicted mean {predicted_in_words(means.total)}"
            )
        )
    key = "mean" if means is None else "mean and prediction"
    counts = histogram(bars_of_counts(samples.histogram("n_real")), "real stationary points", "samples", marks, is_whole=True)
    pairs = [
        (samples.mean(k), None if means is None else means.by_index[k].value) for k in range(samples.dimension + 1)
    ]
    by_index = means_by_index([_mean(statistic, predicted) for statistic, predicted in pairs])
    energy = histogram(bars_of_energies(energies, samples.dimension), "energy, coloured by index", "points")
    open_note = f" {samples.n_open} open samples are not in it." if samples.n_open else ""
    diamond = "" if means is None else ", diamonds where a mean is predicted"
    where = (
        " Where no sample has a point of an index, what is known of its mean stands below."
        if _not_seen(samples)
        else ""
    )
    return element(
        "div",
        _figure(counts, f"Samples by their number of real points, with the {key}.{open_note}"),
        _figure(by_index, f"Mean number of points of each Morse index, with 95 % intervals{diamond}.{where}"),
        _figure(energy, f"Energies of the points of {count_of(n_listing, 'sample')}; dark: minima, light: maxima."),
        class_="figures",
    )


def means_table(samples: SampleCounts, means: MeanCounts | None) -> Markup:
    """Measured means, with predictions and their distances in standard errors where there are any."""
    found = compared(samples, means)
    z = {} if found is None else {m.name: m.z for m in found.means}
    rows: list[tuple[str, Statistic, Prediction | None]] = [
        ("all", samples.mean("n_real"), None if means is None else means.total)
    ]
    rows += [
        (f"index {k}", samples.mean(k), None if means is None else means.by_index[k])
        for k in range(samples.dimension + 1)
    ]
    heads = ["real points", "mean and 95 % interval", *(["predicted", "z"] if means is not None else [])]
    lines = []
    for name, statistic, prediction in rows:
        cells = [element("th", name, scope="row"), element("td", mean_in_words(statistic), class_="number")]
        if prediction is not None:
            cells += [
                element("td", predicted_in_words(prediction), class_="number"),
                element("td", f"{z[name]:+.2f}", class_="number"),
            ]
        lines.append(element("tr", cells))
    said = []
    if _not_seen(samples):
        said.append(element("p", _not_seen(samples), class_="note"))
    if found is not None and means is not None:
        said.append(element("p", f"{found.verdict[0].upper()}{found.verdict[1:]}. {_references(means)}"))
    head = element("tr", [element("th", h, scope="col") for h in heads])
    return element(
        "div", element("div", element("table", element("thead", head), element("tbody", lines)), class_="wide"), said
    )


def _references(means: MeanCounts) -> str:
    """What the predictions are, each kind with its reference."""
    every = dict.fromkeys((p.kind, p.reference) for p in (means.total, *means.by_index.values()))
    return " ".join(f"{kind[0].upper()}{kind[1:]}: {reference}." for kind, reference in every)


def _not_seen(samples: SampleCounts) -> str:
    """Where the interval of an index comes from of which no sample has a point; empty where there is none, or no interval."""
    every = samples.means_by_index()
    never = [k for k, mean in every.items() if mean.range == (0.0, 0.0) and mean.n > 1]
    if not never:
        return ""
    n, most = samples.n_planned, every[never[0]].most
    share, high = 1 - (1 - LEVEL) ** (1 / n), every[never[0]].interval(LEVEL).high
    return (
        f"Not seen: with 95 % confidence at most a share 1 − 0.05^(1/{n}) = {share:.3g} of all samples has points of index {_listed(never)}, "
        f"and no sample can have more than {most:.0f} (the bound that is proved for all samples), so the mean is at most {number(high)}."
    )


def _listed(indices: Sequence[int]) -> str:
    """``5 to 8`` or ``2, 4``."""
    if len(indices) > 2 and indices[-1] - indices[0] == len(indices) - 1:
        return f"{indices[0]} to {indices[-1]}"
    return ", ".join(map(str, indices))


def tile(title: str, value: str, below: str = "") -> Markup:
    """A number that matters, large."""
    return element(
        "div", element("dt", title), element("dd", value, element("small", below) if below else None), class_="tile"
    )


def tiles(samples: SampleCounts, means: MeanCounts | None, complex_: str) -> Markup:
    """What a reader looks for first."""
    total = [tile("predicted mean", number(means.total.value, 6), means.total.kind)] if means is not None else []
    per_class = samples.family.points_per_class
    below = f"a real one carries {per_class} points" if per_class > 1 else ""
    shown = [
        tile("samples", str(samples.n_planned)),
        tile(f"complex {unit_of(samples) or 'solutions'}", complex_, below),
    ]
    for title, quantity in (("real points, mean", "n_real"), ("minima, mean", "n_minima")):
        statistic = samples.mean(quantity)
        low, high = statistic.range
        interval = statistic.interval(LEVEL)
        shown.append(
            tile(
                title,
                number(low, 4) if low == high else f"{number(low, 4)}–{number(high, 4)}",
                f"95 %: {number(interval.low, 4)} to {number(interval.high, 4)}",
            )
        )
    return element("dl", shown[:3], total, shown[3:], class_="tiles")


def complex_in_words(samples: SampleCounts, unit: str = "") -> str:
    """The number of complex solutions: one, or from which to which, and the best bound where there may be more."""
    with_result = samples.verdicts >= 0
    values = samples.found["n_complex"][with_result]
    words = f" {unit}" if unit else ""
    if not len(values):
        return f"at most {samples.family.bound}{words}"
    low, high = int(values.min()), int(values.max())
    shown = str(low) if low == high else f"{low} to {high}"
    bounds = samples.bounds[with_result]
    if (values == bounds).all():
        return f"{shown}{words}"
    return f"{shown} of at most {min(int(bounds.max()), samples.family.bound)}{words}"


def unit_of(samples: SampleCounts) -> str:
    """What complex solutions are counted in: ``classes`` where a real one carries several points, else nothing."""
    return "classes" if samples.family.points_per_class > 1 else ""


def _mean(statistic: Statistic, predicted: float | None) -> MeanOfIndex:
    low, high = statistic.range
    interval: Any = statistic.interval(LEVEL)
    return MeanOfIndex((low + high) / 2, interval.low, interval.high, predicted, is_crude=not statistic.freedom)


def _figure(svg: Markup | None, caption: str) -> Markup | None:
    return None if svg is None else element("figure", svg, element("figcaption", caption))
