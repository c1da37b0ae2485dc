"""What the index of a site lists: one entry for each model of a table, census and ensemble."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from homotopy.counting.files.landscape import is_self_contained
from polysys.errors import PolysysError
from polysys.models.labels import model_from_label


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the index.

    Parameters
    ----------
    label : str
        Of the model.
    what : str
        samples, generic count, census or ensemble.
    n_unknowns : int or None
    unit : str
        What complex solutions are counted in: classes, or nothing.
    n_complex : int or None
    n_real, n_minima : float or None
        Counts, or means of many samples.
    n_samples : int or None
    verdict : str
        That of the least sure sample.
    place : str
        Label of the table, or name of the file.
    link : str
        Address of its page, from the root of the site.
    """

    label: str
    what: str
    n_unknowns: int | None
    unit: str
    n_complex: int | None
    n_real: float | None
    n_minima: float | None
    n_samples: int | None
    verdict: str
    place: str
    link: str

    @property
    def family(self) -> str:
        """The family of the model."""
        return self.label.partition(":")[0]

    def values(self) -> list[Any]:
        """The cells of the index, in the order of its fields."""
        real, minima = (None if v is None or v != v else float(f"{v:.5g}") for v in (self.n_real, self.n_minima))
        return [
            self.label,
            self.family,
            self.what,
            self.n_unknowns,
            self.n_complex,
            self.unit,
            real,
            minima,
            self.n_samples,
            self.verdict,
            self.place,
        ]


def unit_of_label(label: str, seed: int) -> str:
    """What the complex solutions of a model are counted in; nothing where it cannot be made here."""
    try:
        model = model_from_label(label)
        is_one = model.domain.is_euclidean or not is_self_contained(label)
        return "" if is_one or model.sample(seed).formulation.points_per_class == 1 else "classes"
    except PolysysError:
        return ""


def unknowns_of(label: str) -> int | None:
    """Number of coordinates of a model; None where it cannot be made here."""
    try:
        return model_from_label(label).domain.n if is_self_contained(label) else None
    except PolysysError:
        return None
