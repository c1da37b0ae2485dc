"""Our own value of a published number, computed in the way that a short sentence names."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from homotopy.tables.contents import TableContents
from homotopy.tables.kinds.theorems import GenericCount, add_strata
from polysys import counts, theory
from polysys.errors import InputError
from polysys.models.labels import model_from_label

Load = Callable[[str], TableContents]


@dataclass(frozen=True, slots=True)
class Ours:
    """A value of ours.

    Parameters
    ----------
    text : str
        As it stands in the table; a range [low, high] where it is known to lie in one.
    low, high : float
        Equal for exact values.
    rigor : str
    evidence : str
    """

    text: str
    low: float
    high: float
    rigor: str
    evidence: str


def _whole(value: int, rigor: str, evidence: str) -> Ours:
    return Ours(str(value), float(value), float(value), rigor, evidence)


def _count(match: re.Match[str], seed: int, load: Load) -> Ours:
    from homotopy.tables.kinds.generic import count_generic  # a solver is imported only where something is counted

    found = count_generic(match["model"], seed)
    if found.n_complex is None:
        found = _summed(match["model"], seed)
    value = found.n_complex if match["what"] == "count" else found.n_torus
    if value is None:
        raise InputError(f"No count of {match['model']} is known.", "Leave it out.")
    return _whole(value, found.rigor, found.evidence)


def _summed(label: str, seed: int) -> GenericCount:
    """The count with those of all the models whose torus counts make it up, such as networks of fewer live neurons."""
    from homotopy.tables.kinds.generic import count_generic

    model = model_from_label(label)
    names = dict.fromkeys([model.label, *(part.model.label for part in model.torus_parts())])
    return add_strata({name: count_generic(name, seed) for name in names})[model.label]


def _mean(match: re.Match[str], seed: int, load: Load) -> Ours:
    means = theory.mean_counts(model_from_label(match["model"]))
    index = match["index"]
    chosen = means.total if index is None else means.by_index[int(index)]
    error = chosen.error
    return Ours(f"{chosen.value:.6f}", chosen.value - error, chosen.value + error, "numerical", f"{chosen.kind}: {chosen.reference}")


def _sampled(match: re.Match[str], seed: int, load: Load) -> Ours:
    per = int(match["per"] or 1)
    interval = load(match["table"]).mean("n_real", match["model"]).interval(0.999)
    low, high = interval.low / per, interval.high / per
    text = f"[{low:.5g}, {high:.5g}]"
    return Ours(text, low, high, "certified", f"mean over {interval.n} certified samples in the table {match['table']}, 99.9 % interval")


def _volume(match: re.Match[str], seed: int, load: Load) -> Ours:
    supports = model_from_label(match["model"]).sample(seed).system.supports
    find = counts.stable_mixed_volume if match["what"] == "stable" else counts.mixed_volume
    return _whole(find(supports).value, "proved", f"{match['what']} mixed volume in exact integers")


_WAYS: dict[str, Callable[[re.Match[str], int, Load], Ours]] = {
    r"(?P<what>count|torus) (?P<model>\S+)": _count,
    r"(?:index (?P<index>\d+) of )?mean (?P<model>\S+)": _mean,
    r"sampled (?P<table>\S+) (?P<model>\S+)(?: per (?P<per>\d+))?": _sampled,
    r"(?P<what>stable|mixed) (?P<model>\S+)": _volume,
}


def compute(how: str, seed: int, load: Load) -> Ours:
    """The value that a sentence names; `load` finds tables by their labels.

    Raises
    ------
    InputError
        If the sentence cannot be read.

    Examples
    --------
    >>> from homotopy.tables.table import load_table
    >>> compute("count layered-spin-glass:widths=3-3-3", 0, load_table).text
    '37'
    """
    for pattern, way in _WAYS.items():
        match = re.fullmatch(pattern, how)
        if match is not None:
            return way(match, seed, load)
    raise InputError(f"Nothing is known about {how[:80]!r}.", "Write 'count MODEL' or 'mean MODEL', say.")
