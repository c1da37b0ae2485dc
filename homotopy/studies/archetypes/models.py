"""The landscapes of the archetypes study: series of networks along one axis each, and glasses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from homotopy.studies.frame.checks import require
from polysys.landscape import Landscape
from polysys.models.base import Model
from polysys.models.labels import model_from_label

ALL = 0  # as a number of data: all there are
AXES = {"data": "number of data", "hidden": "hidden units", "depth": "hidden layers", "l2": "l2 value", "glass": ""}


@dataclass(frozen=True, slots=True)
class SeriesModel:
    """One model at its place in a series."""

    series: str  # what the series holds fixed, in words
    axis: str  # a key of `AXES`
    position: str  # along the axis
    label: str  # of the model; a network whose label has no l2 gets the one value of the study

    @property
    def name(self) -> str:
        """Series and position."""
        place = {"data": f"{self.position} data", "l2": f"l2 = {self.position}", "glass": ""}
        several = "" if self.position == "1" else "s"
        counted = f"{self.position} {AXES[self.axis].removesuffix('s')}{several}"
        return ", ".join(filter(None, (self.series, place.get(self.axis, counted))))

    @property
    def short(self) -> str:
        """The series in few words, for the edge of a figure."""
        if self.axis == "glass":
            return self.series.replace("spherical-p-spin:", "glass ").replace("layered-spin-glass:widths=", "layers ")
        return self.series.replace("polynomial-network ", "").replace("deep-linear", "linear")


def width_series(text: str, axis: str) -> list[SeriesModel]:
    """The models of a series such as ``deep-linear:widths=1-1-1|1-1-1-1,data=iris``: one for each list of widths.

    Parameters
    ----------
    text : str
    axis : str
        "depth" (positions are hidden layers) or "hidden" (hidden units).

    Examples
    --------
    >>> [(p.series, p.position) for p in width_series("deep-linear:widths=1-1-1|1-1-1-1,data=iris", "depth")]
    [('deep-linear iris', '1'), ('deep-linear iris', '2')]
    >>> [p.position for p in width_series("polynomial-network:widths=2-1-1|2-2-1,activation=z^2+z,data=xor", "hidden")]
    ['1', '2']
    """
    head, _, rest = text.partition("widths=")
    widths, comma, tail = rest.partition(",")
    models = []
    for option in widths.split("|"):
        hidden = option.split("-")[1:-1]
        place = len(hidden) if axis == "depth" else sum(int(w) for w in hidden if w.isdigit())
        several = f" {option.partition('-')[0]} inputs" if not option.startswith("1-") else ""
        models.append(
            SeriesModel(_series_name(text) + several, axis, str(place), f"{head}widths={option}{comma}{tail}")
        )
    return _checked(models, text)


def data_series(label: str, numbers: Sequence[int]) -> list[SeriesModel]:
    """The models of a network along the number of its data; 0 stands for all.

    Examples
    --------
    >>> [p.label for p in data_series("deep-linear:widths=2-1-2,data=iris", (1, 0))]
    ['deep-linear:widths=2-1-2,data=iris,m=1', 'deep-linear:widths=2-1-2,data=iris']
    """
    name = f"{_series_name(label)} {_widths(label)}"
    models = [SeriesModel(name, "data", str(m) if m else "all", label + (f",m={m}" if m else "")) for m in numbers]
    return _checked(models, label)


def l2_series(label: str, values: Sequence[str]) -> list[SeriesModel]:
    """The models of a network along its l2 value.

    Examples
    --------
    >>> [p.label.rpartition(",")[2] for p in l2_series("deep-linear:widths=2-1-2,data=iris", ("0.1", "1"))]
    ['l2=0.1', 'l2=1']
    """
    name = f"{_series_name(label)} {_widths(label)}"
    return _checked([SeriesModel(name, "l2", v, f"{label},l2={v}") for v in values], label)


def glass(label: str) -> SeriesModel:
    """A glass, which has no axis."""
    return _checked([SeriesModel(label, "glass", "", label)], label)[0]


def _widths(label: str) -> str:
    return label.partition("widths=")[2].partition(",")[0]


def _series_name(label: str) -> str:
    family, _, rest = label.partition(":")
    parts = dict(part.partition("=")[::2] for part in rest.split(","))
    words = [family, *(parts[k] for k in ("activation", "data") if k in parts)]
    words += ["with biases"] if parts.get("bias") == "yes" else []
    return " ".join([*words, *(f"{parts['m']} data" for _ in "m" if "m" in parts)])


def _checked(models: list[SeriesModel], text: str) -> list[SeriesModel]:
    require(bool(models), f"The series {text[:60]!r} is empty.", "Give a model at least.")
    for model in models:
        model_from_label(model.label)
    return models


def with_one_l2(label: str, l2: str) -> Model:
    """The model of a label; a network whose label says no l2 gets this one value for all its weights.

    Notes
    -----
    A value for each weight would tell the neurons of a layer apart: the images of a point under their exchange would become different
    points at slightly different losses, which multiplies minima and makes them alike.
    """
    model = model_from_label(label)
    if model.n_l2 and "l2=" not in label:
        return model.with_l2(l2)
    return model


def sample(label: str, l2: str, seed: int, index: int) -> Landscape:
    """Sample of a model."""
    return with_one_l2(label, l2).sample(seed, index)


def is_fixed(label: str, l2: str) -> bool:
    """Whether all samples of a model are the same landscape.

    Examples
    --------
    >>> is_fixed("polynomial-network:widths=2-1-1,activation=z^2+z,data=xor", "0.05"), is_fixed("spherical-p-spin:n=3,p=3", "1")
    (True, False)
    """
    first, second = (sample(label, l2, 0, k).couplings for k in (0, 1))
    return all(first[name].tolist() == second[name].tolist() for name in first)
