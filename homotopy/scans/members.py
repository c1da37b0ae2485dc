"""The model behind a scan: its samples are the landscapes at all values, one value after the other."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, ClassVar

import numpy as np

from polysys.domains import Domain
from polysys.errors import InputError, PolysysError
from polysys.landscape import Couplings, Landscape
from polysys.models.base import Model
from polysys.models.expressions import ExpressionFamily
from polysys.models.labels import model_from_label, with_values

Scannable = Model | ExpressionFamily | str | Callable[..., Any]  # a function of the values of the parameters


@dataclass(frozen=True)
class ScannedModel(Model):
    """A model at each value of a parameter; sample k K + s is sample s at value k, with K samples a value.

    Samples of one number have the same random stream at all values, so that they are one landscape that changes with the parameter
    (where the model's couplings do). All values of a kind share one potential function: so they are tracked together.

    Parameters
    ----------
    name : str
        Of the parameter, or of two with a comma between them.
    values : tuple of Fraction
        Of one parameter; of two, texts of their pairs.
    models : tuple of Model or PolysysError
        One for each value; or why there is none.
    stated : str
        What was scanned, as the user wrote it.
    n_samples : int
        Samples a value.
    first_sample : int
    shared : tuple of int
        For each value the number of the model whose potential function it shares.
    """

    name: str
    values: tuple[Any, ...]
    models: tuple[Model | PolysysError, ...]
    stated: str
    n_samples: int = 1
    first_sample: int = 0
    shared: tuple[int, ...] = ()

    family: ClassVar[str] = "scan"

    @property
    def label(self) -> str:
        named = hashlib.sha256(
            "\n".join([*map(str, self.values), *map(self.label_at, range(len(self.values)))]).encode()
        ).hexdigest()
        low, high = self.values[0], self.values[-1]
        return f"scan:{self.name}={low}..{high},{len(self.values)} values,{named[:12]};{self.stated}"

    @property
    def domain(self) -> Domain:
        return self._first.domain

    @property
    def variables(self) -> tuple[str, ...]:
        return self._first.variables

    @property
    def default_seed(self) -> int:
        return self._first.default_seed

    def potential(self, x: Any, couplings: Couplings) -> Any:
        raise NotImplementedError("A scan has a potential at each value; take a sample.")

    def draw(self, rng: np.random.Generator) -> Couplings:
        raise NotImplementedError("A scan has couplings at each value; take a sample.")

    @property
    def _first(self) -> Model:
        return next(m for m in self.models if isinstance(m, Model))

    def label_at(self, k: int) -> str:
        """The label of the model at value k."""
        model = self.models[k]
        return model.label if isinstance(model, Model) else f"{self.name}={self.values[k]}"

    def model_at(self, k: int) -> Model:
        """The model at value k.

        Raises
        ------
        PolysysError
            Why there is none.
        """
        model = self.models[k]
        if isinstance(model, PolysysError):
            raise model
        return model

    def at(self, k: int, seed: int, sample: int = 0) -> Landscape:
        """Sample number `sample` of the scan at value k."""
        land = self.model_at(k).sample(seed, self.first_sample + sample)
        if not self.shared or self.shared[k] == k:
            return land
        return replace(land, potential_function=self.model_at(self.shared[k]).potential_function)

    def sample(self, seed: int | None = None, index: int = 0) -> Landscape:
        chosen = self.default_seed if seed is None else seed
        return self.at(index // self.n_samples, chosen, index % self.n_samples)


def scanned_model(
    what: Scannable, name: str, values: Sequence[Fraction], *, seed: int | None, n_samples: int, first_sample: int
) -> ScannedModel:
    """The model behind a scan of a label with ``{name}``, of a model with a keyword `name`, or of a function of the value.

    Raises
    ------
    InputError
        If the parameter is not there, or the landscapes of two values have not the same domain.
    PolysysError
        What a model says about a value that it does not take.
    """
    models, stated = models_at(what, (name,), [(v,) for v in values])
    found = ScannedModel(name, tuple(values), models, stated, n_samples, first_sample)
    return with_shared_potentials(found, seed)


def with_shared_potentials(scanned: ScannedModel, seed: int | None) -> ScannedModel:
    """A scanned model that knows which of its values share a potential function.

    Raises
    ------
    InputError
        If the landscapes of two values have not the same domain.
    PolysysError
        If there is no landscape at any value.
    """
    name = scanned.name
    there = [(v, m) for v, m in zip(scanned.values, scanned.models, strict=True) if isinstance(m, Model)]
    if not there:
        raise next(m for m in scanned.models if isinstance(m, PolysysError))
    first = there[0][1]
    for value, model in there:
        if model.domain.n != first.domain.n or model.domain.blocks != first.domain.blocks:
            raise InputError(
                f"The domain is {first.domain.text} at {name} = {there[0][0]} and {model.domain.text} at {value}.",
                "Scan a parameter that leaves the coordinates as they are.",
            )
        if model.domain != first.domain:
            raise InputError(f"The radius of a sphere changes with {name}.", "Scale the potential instead.")
    return replace(scanned, shared=_shared(scanned, first.default_seed if seed is None else seed))


def models_at(
    what: Scannable, names: Sequence[str], places: Sequence[tuple[Fraction, ...]]
) -> tuple[tuple[Model | PolysysError, ...], str]:
    """The models where the named parameters have some values, or why there is none, and what was scanned in words."""
    marked = [n for n in names if isinstance(what, str) and "{" + n + "}" in what]
    if isinstance(what, str) and not marked:
        what = model_from_label(what)
    others = " and ".join(n for n in names if n not in marked)
    if isinstance(what, str):
        stated = f"{what} over {others}" if others else what
    elif isinstance(what, Model | ExpressionFamily):
        stated = f"{what.label} over {others}"
    elif callable(what):
        stated = f"a function of {others}"
    else:
        raise InputError(
            f"A {type(what).__name__} cannot be scanned.",
            "Give a label with {" + names[0] + "}, a model with a keyword of that name, or a function of the value.",
        )
    return tuple(_made(what, names, place) for place in places), stated


def _made(what: Scannable, names: Sequence[str], place: tuple[Fraction, ...]) -> Model | PolysysError:
    try:
        found = _with_values(what, dict(zip(names, place, strict=True)))
    except PolysysError as error:
        return error
    if not isinstance(found, Model):
        raise InputError(f"The function gives a {type(found).__name__}.", "Let it return a model or a label.")
    return found


def _with_values(what: Scannable, values: dict[str, Fraction]) -> Any:
    """A label with its marks filled in, a model with keywords changed, a member of a family, or what a function gives."""
    if isinstance(what, ExpressionFamily):
        return what.at(values)
    if not isinstance(what, str | Model):
        found = what(*values.values())
        return model_from_label(found) if isinstance(found, str) else found
    return with_values(what, values)


def _shared(scanned: ScannedModel, seed: int) -> tuple[int, ...]:
    """For each value the first model whose potential function gives the same landscape with its couplings, seen exactly."""
    references: dict[Any, int] = {}
    result = []
    for k in range(len(scanned.values)):
        try:
            land = scanned.at(k, seed)
            shape = (type(scanned.models[k]), tuple((name, c.shape) for name, c in land.couplings.items()))
            r = references.setdefault(shape, k)
            if r != k and not _is_same(land, replace(land, potential_function=scanned.model_at(r).potential_function)):
                r = k
        except PolysysError:
            r = k
        result.append(r)
    return tuple(result)


def _is_same(land: Landscape, other: Landscape) -> bool:
    try:
        return bool(land.potential == other.potential)
    except (PolysysError, ValueError, TypeError, IndexError):  # a potential that cannot take the other's couplings
        return False
