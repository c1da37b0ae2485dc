"""The landscape of a census file, made again from what the file holds: label and seed, label and couplings, or the exact text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from enum import Enum
from fractions import Fraction
from functools import partial
from math import prod

import numpy as np

from homotopy.counting.files.schema import Bound, CensusFile, Coupling
from homotopy.errors import CensusFileError
from polysys.errors import DatasetError, PolysysError
from polysys.formulations.formulation import Kind
from polysys.landscape import Couplings, Landscape
from polysys.landscape_text import landscape_from_text
from polysys.model_facts import ModelFacts
from polysys.models.given import landscape_from_couplings
from polysys.models.labels import MODELS, model_from_label
from polysys.own_equations import Equations
from polysys.own_equations_text import equations_from_text

# Labels that stand for something outside of them: arrays given in Python, or a file that may have changed since.
_OUTSIDE = re.compile(r"@|=explicit|\.(?:csv|txt|npy|toml)", re.IGNORECASE)
_FRACTION = re.compile(r"-?[0-9]{1,5000}(?:/[0-9]{1,5000})?")
_MAX_COUPLINGS = 1_000_000


class Origin(Enum):
    """What a landscape of a file was made again from; the values are the sentences of reports."""

    REDRAWN = "drawn again from label and seed: the same"
    GIVEN = "made again from its label and couplings: the same"
    TEXT = "taken from the exact text in the file; its name and seed are a record"


def carried(land: Landscape) -> tuple[Landscape, Origin]:
    """The landscape as a file carries it, with no more facts of its model than follow again from the file."""
    again = _redrawn(land.label, land.seed, land.index, land.digest, land.chart_seed)
    if again is not None:
        return again, Origin.REDRAWN
    again = _given(land.label, land.couplings, land.seed, land.index, land.digest, land.chart_seed)
    if again is not None:
        return again, Origin.GIVEN
    return _with_candidates_alone(land, land.facts.candidate_permutations), Origin.TEXT


def has_same_facts(one: Landscape, other: Landscape) -> bool:
    """Whether two landscapes with the same potential have the same facts from their models."""
    a, b = one.facts, other.facts
    return (a.known_counts, a.is_coercive, a.stationary_bounds) == (b.known_counts, b.is_coercive, b.stationary_bounds)


def rebuild_landscape(file: CensusFile) -> tuple[Landscape, Origin]:
    """The landscape of a file, and what it was made again from.

    What its model proves follows again from label and seed, or from label and couplings. A landscape that is taken from its
    text has no facts from a model, whatever the file states.

    Raises
    ------
    CensusFileError
        If the file says that it is drawn, or made from couplings, and it is not so.
    """
    land = _redrawn(file.model, file.seed, file.sample, file.digest, file.chart_seed)
    if (land is not None) is not file.is_redrawable:
        raise CensusFileError(
            f"Seed {file.seed} of {file.model} gives another landscape than the file holds.", "Make the file again."
        )
    if land is not None:
        return land, Origin.REDRAWN
    if _names_another(file.model, file.seed, file.sample):
        raise CensusFileError(f"Seed {file.seed} of {file.model} does not give the landscape of the file.", "Make the file again.")
    if file.couplings:
        land = _given(file.model, couplings_read(file), file.seed, file.sample, file.digest, file.chart_seed)
        if land is None:
            raise CensusFileError(
                f"{file.model} with the couplings of the file is another landscape than the file holds.",
                "Make the file again.",
            )
        return land, Origin.GIVEN
    if file.chart_seed and not file.charts:
        raise CensusFileError("A chart is stated for a landscape that has none.", "Make the file again.")
    try:
        land = landscape_from_text(file.landscape, file.model, file.seed, file.sample, file.chart_seed)
    except PolysysError as error:
        raise CensusFileError(f"The landscape of the file is unusable. {error.what}", "Make the file again.") from error
    if any(sorted(p) != list(range(land.domain.n)) for p in file.neuron_permutations):
        raise CensusFileError("A neuron permutation of the file is none.", "Make the file again.")
    return _with_candidates_alone(land, map(tuple, file.neuron_permutations)), Origin.TEXT


def _with_candidates_alone(land: Landscape, permutations: Iterable[tuple[int, ...]]) -> Landscape:
    """With nothing from a model but candidates for symmetries: these are used where they preserve the potential, which is checked."""
    return replace(land, facts_of=partial(_candidates_alone, tuple(permutations)))


def _candidates_alone(permutations: tuple[tuple[int, ...], ...], _: Couplings) -> ModelFacts:
    return ModelFacts(candidate_permutations=permutations)


def rebuild_equations(file: CensusFile) -> Equations:
    """The equations of a file, from their exact text.

    Raises
    ------
    CensusFileError
        If the text is none.
    """
    try:
        return equations_from_text(file.landscape, file.model)
    except PolysysError as error:
        raise CensusFileError(f"The equations of the file are unusable. {error.what}", "Make the file again.") from error


def is_self_contained(label: str) -> bool:
    """Whether a label says all by itself: no file is read and no array is needed to make its model."""
    family = MODELS.get(label.partition(":")[0])
    return family is not None and not family.is_named_by_path and _OUTSIDE.search(label) is None


def _redrawn(label: str, seed: int | None, sample: int, digest: str, chart_seed: int) -> Landscape | None:
    """The landscape drawn again from label and seed; None where these do not name it."""
    if seed is None or not is_self_contained(label):
        return None
    try:
        land = model_from_label(label).sample(seed, sample)
        if land.digest != digest:
            return None
        return replace(land, chart_seed=chart_seed) if land.formulation.kind is Kind.PROJECTIVE else land
    except PolysysError:
        return None


def _names_another(label: str, seed: int | None, sample: int) -> bool:
    """Whether label and seed name a landscape by themselves, where it is known not to be that of the file, or none that exists."""
    if seed is None or not is_self_contained(label):
        return False
    try:
        model_from_label(label).sample(seed, sample)
    except DatasetError:  # the data sets are not installed here
        return False
    except PolysysError:
        return True
    return True


def _given(
    label: str, couplings: Couplings, seed: int | None, sample: int, digest: str, chart_seed: int
) -> Landscape | None:
    """The landscape made again from label and couplings; None where these do not make it."""
    try:
        land = landscape_from_couplings(label, couplings, seed, sample)
    except PolysysError:
        return None
    return replace(land, chart_seed=chart_seed) if land.digest == digest else None


def couplings_as_written(land: Landscape) -> dict[str, Coupling]:
    """Couplings as a census file holds them."""
    return {name: Coupling(list(c.shape), [str(x) for x in c.ravel()]) for name, c in land.couplings.items()}


def couplings_read(file: CensusFile) -> Couplings:
    """The couplings of a file.

    Raises
    ------
    CensusFileError
        If one is no array of fractions in lowest terms.
    """
    result = {}
    for name, c in file.couplings.items():
        is_shape = (
            all(0 <= size <= _MAX_COUPLINGS for size in c.shape) and prod(c.shape) == len(c.values) <= _MAX_COUPLINGS
        )
        if not is_shape or not all(_FRACTION.fullmatch(text) for text in c.values):
            raise CensusFileError(
                f"The coupling {name[:40]!r} of the file is no array of fractions.", "Make the file again."
            )
        try:
            values = [Fraction(text) for text in c.values]
        except ZeroDivisionError as error:
            raise CensusFileError(f"The coupling {name[:40]!r} divides by zero.", "Make the file again.") from error
        if [str(v) for v in values] != c.values:
            raise CensusFileError(f"The coupling {name[:40]!r} is not in lowest terms.", "Make the file again.")
        array = np.empty(len(values), dtype=object)
        array[:] = values
        result[name] = array.reshape(c.shape)
    return result


def bounds_as_written(land: Landscape) -> list[Bound]:
    """What the model proves about its number of solutions, as a census file states it."""
    return [Bound(b.value, b.kind.name, b.name, b.reference, b.assumptions) for b in land.facts.known_counts]
