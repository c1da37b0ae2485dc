"""The registry of families, and models from their labels `family:key=value,..`, from .toml files, or from a polynomial."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from difflib import get_close_matches
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from typing import Any

from polysys.errors import FileError, InputError, LabelError, require_type
from polysys.models.base import Model
from polysys.models.binary.space import BinaryModel
from polysys.models.expressions import Expression, is_expression_text
from polysys.models.grammar import Family
from polysys.models.labelled import Labelled
from polysys.own_equations import FAMILY as EQUATIONS
from polysys.reading.files import parse_toml, read_text, shown_path

# One line a family: its module in this folder, and its class. In the order in which they are presented.
_REGISTRY = (
    ("spherical_p_spin", "SphericalPSpin"),
    ("layered_spin_glass", "LayeredSpinGlass"),
    ("data_glass", "DataGlass"),
    ("deep_linear", "DeepLinear"),
    ("polynomial_network", "PolynomialNetwork"),
    ("soft_spin_lattice", "SoftSpinLattice"),
    ("torus_ising", "TorusIsing"),
    ("soft_ising", "SoftIsing"),
    ("expressions", "Expression"),
)
# Discrete spaces, whose states are enumerated; they have no stationary points.
_DISCRETE = (("binary.network", "BinaryNetwork"), ("binary.ising", "Ising"))


def _load(module: str, name: str) -> Any:
    return getattr(import_module(f"polysys.models.{module}"), name)


MODELS: dict[str, type[Model]] = {model.family: model for model in (_load(*line) for line in _REGISTRY)}
"""The classes of all families that a label can name."""

FAMILIES: dict[str, Family] = {name: model.about for name, model in MODELS.items() if model.about is not None}
"""The families whose labels are made of keys, as the command line presents them."""

DISCRETE: dict[str, type[BinaryModel]] = {model.family: model for model in (_load(*line) for line in _DISCRETE)}
"""The classes of all families of discrete spaces."""

DISCRETE_FAMILIES: dict[str, Family] = {name: model.about for name, model in DISCRETE.items() if model.about is not None}
"""The same as the command line presents them."""


def model_from_label(label: str) -> Model:
    """The model that a label names, or a .toml file with the same keys; a file with a polynomial, or a polynomial itself.

    Raises
    ------
    LabelError
        If the family, a key or a value is unknown.

    Examples
    --------
    >>> model_from_label("spherical-p-spin:n=4,p=3,field=0.3").label
    'spherical-p-spin:n=4,p=3,field=3/10'
    >>> model_from_label("x^4 - x^2*y + y^2").variables
    ('x', 'y')
    """
    model = _from_text(label, MODELS, "stationary points")
    assert isinstance(model, Model)
    return model


_MARK = re.compile(r"\{([A-Za-z_]\w*)\}", re.ASCII)


def with_values(what: str | Model, values: Mapping[str, Fraction]) -> Model:
    """A label with its marks ``{name}`` filled in, or a model with other values of its keys or parameters.

    Raises
    ------
    LabelError
        If a mark has no value, or a name is neither a mark nor a key nor a parameter.

    Examples
    --------
    >>> with_values("x^4 - {t}*x^2", {"t": Fraction(-1, 2)}).sample().potential
    x**4 + 1/2*x**2
    >>> with_values("spherical-p-spin:n=4,p=3", {"field": Fraction(1, 2)}).label
    'spherical-p-spin:n=4,p=3,field=1/2'
    """
    model, rest = filled(what, values) if isinstance(what, str) else (what, dict(values))
    if isinstance(model, str):
        model = model_from_label(model)
    for name, value in rest.items():
        model = model.with_value(name, value)
    return model


def filled(label: str, values: Mapping[str, Fraction]) -> tuple[str, dict[str, Fraction]]:
    """A label with its marks ``{name}`` filled in as far as there are values, and the values that have no mark.

    Examples
    --------
    >>> filled("x^4 - {t}*x^2 + {h}*x", {"t": Fraction(-1, 2), "s": Fraction(1)})
    ('x^4 - (-1/2)*x^2 + {h}*x', {'s': Fraction(1, 1)})
    """
    rest = dict(values)
    is_expression = is_expression_text(label)
    for name in values:
        mark = "{" + name + "}"
        if mark in label:
            value = str(rest.pop(name))
            if is_expression:  # -1/2 in a product; a whole side of an equation and a key's value need no brackets
                label = re.sub(rf"(=\s*){re.escape(mark)}(?=\s*(?:[,;]|$))", rf"\g<1>{value}", label).replace(mark, f"({value})")
            label = label.replace(mark, value)
    return label, rest


def binary_model_from_label(label: str) -> BinaryModel:
    """The model of a discrete space that a label, or a .toml file with the same keys, names.

    Raises
    ------
    LabelError
        If the family, a key or a value is unknown.

    Examples
    --------
    >>> binary_model_from_label("binary-network:widths=5-3-1,output=fixed,m=5").n_weights
    15
    """
    model = _from_text(label, DISCRETE, "single states")
    assert isinstance(model, BinaryModel)
    return model


Classes = Mapping[str, type[Labelled]]


def _from_text(label: str, classes: Classes, what: str) -> Labelled:
    require_type(label, str, "The label", "Give a text such as 'spherical-p-spin:n=6,p=3'.")
    text = label.strip()
    name, _, rest = text.partition(":")
    if mark := _MARK.search(text):
        raise LabelError(
            f"{{{mark[1]}}} in {text[:60]!r} has no value.",
            f"Give one, as --set {mark[1]}=1/2, or scan over it: 'stationary scan .. --over {mark[1]}=0:1:11'.",
        )
    if Expression.family in classes and name not in classes and is_expression_text(text):
        return Expression.from_label(text)
    if Expression.family in classes and not text.lower().endswith(".toml") and os.path.isfile(name):
        return _from_file(name)
    is_path = classes[name].is_named_by_path if name in classes else False
    loaded = _from_toml(Path(text), classes, what) if text.lower().endswith(".toml") and not is_path else None
    made: Labelled = _class(name, classes, what).from_label(rest) if loaded is None else loaded
    return made


def _from_file(path: str) -> Model:
    """The potential in a file that is given by its name alone."""
    if path.lower().endswith(".json"):
        raise LabelError(f"{shown_path(path)} is no landscape.", "'stationary show' prints a saved census, 'stationary verify' rechecks it.")
    if path.lower().endswith((".csv", ".tsv", ".npy")):
        way_out = f"Name a network with them, as in polynomial-network:widths=2-1-1,activation=z^2,data={shown_path(path)}."
        raise LabelError(f"{shown_path(path)} holds data, no landscape.", way_out)
    try:
        return Expression.from_label(path)
    except InputError as error:
        shown = shown_path(path)
        raise LabelError(
            f"{shown} holds no potential: {error.what}",
            f"{error.way_out} A file of equations, one a line, is for 'stationary solve {shown}', elsewhere equations:{shown}.",
        ) from error


def _class(name: str, classes: Classes, what: str) -> type[Labelled]:
    if name == EQUATIONS:
        raise LabelError(f"{name}: stands for equations, no landscape.", "Solve them: 'stationary solve FILE'.")
    if name in MODELS or name in DISCRETE:
        if name not in classes:
            command = "weights" if name in DISCRETE else "count"
            raise LabelError(f"{name} has no {what}.", f"Run 'stationary {command} {name}:..', or choose {_any_of(classes)}.")
        return classes[name]
    if Expression.family not in classes and (os.path.isfile(name) or is_expression_text(f"{name}:")):
        raise LabelError(f"{shown_path(name)} has no {what}.", f"Run 'stationary count' for a polynomial, or choose {_any_of(classes)}.")
    if "/" in name or Path(name).suffix:
        raise LabelError(f"There is no file {shown_path(name)!r}.", "Name a file that exists, a model, or write a polynomial.")
    near = get_close_matches(name.lower(), classes, n=1)
    meant = f"Did you mean {near[0]}? " if near else ""
    raise LabelError(f"There is no model {name[:60]!r}.", f"{meant}Choose {_any_of(classes)} (see 'stationary models').")


def _any_of(classes: Classes) -> str:
    *others, last = classes
    return f"{', '.join(others)} or {last}"


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return parse_toml(read_text(path), f"The model file {shown_path(path)}")
    except FileError as error:
        raise LabelError(error.what, "Give a TOML file with a key 'model' (docs/models.md).") from error


def _from_toml(path: Path, classes: Classes, what: str) -> Labelled:
    content = _read_toml(path)
    name = content.pop("model", None)
    if isinstance(name, str) and name in classes and classes[name].is_named_by_path:
        named: Labelled = classes[name].from_toml(path, content)
        return named
    if isinstance(name, str) and ("samples" in content or ":" in name):
        raise LabelError(
            f"{path} specifies an ensemble, not one landscape.",
            f"Run 'stationary ensemble {path}', or count one of its samples: 'stationary count {name} --seed 0 --index 0'.",
        )
    if not isinstance(name, str):
        raise LabelError(f"The model file {path} has no key 'model'.", f"Add model = one of {', '.join(classes)}.")
    made: Labelled = _class(name, classes, what).from_toml(path, content)
    return made
