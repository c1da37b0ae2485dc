"""The registry of families, and models from their labels `family:key=value,..` or from .toml files."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from polysys.errors import FileError, LabelError
from polysys.models.base import Model
from polysys.models.grammar import Family
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
    ("expressions", "Expression"),
)


def _load(module: str, name: str) -> type[Model]:
    loaded: type[Model] = getattr(import_module(f"polysys.models.{module}"), name)
    return loaded


MODELS: dict[str, type[Model]] = {model.family: model for model in (_load(*line) for line in _REGISTRY)}
"""The classes of all families that a label can name."""

FAMILIES: dict[str, Family] = {name: model.about for name, model in MODELS.items() if model.about is not None}
"""The families whose labels are made of keys, as the command line presents them."""


def model_from_label(label: str) -> Model:
    """The model that a label, or a .toml file with the same keys, names.

    Raises
    ------
    LabelError
        If the family, a key or a value is unknown.

    Examples
    --------
    >>> model_from_label("spherical-p-spin:n=4,p=3,field=0.3").label
    'spherical-p-spin:n=4,p=3,field=3/10'
    """
    text = label.strip()
    name, _, rest = text.partition(":")
    is_path = MODELS[name].is_named_by_path if name in MODELS else False
    if text.lower().endswith(".toml") and not is_path:
        return _from_toml(Path(text))
    return _model(name).from_label(rest)


def _model(name: str) -> type[Model]:
    if name == EQUATIONS:
        raise LabelError(f"{name}: stands for equations, no landscape.", "Solve them: 'stationary solve FILE'.")
    if name not in MODELS:
        *others, last = MODELS
        raise LabelError(
            f"There is no model {name[:60]!r}.", f"Choose {', '.join(others)} or {last} (see 'stationary models')."
        )
    return MODELS[name]


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return parse_toml(read_text(path), f"The model file {shown_path(path)}")
    except FileError as error:
        raise LabelError(error.what, "Give a TOML file with a key 'model' (docs/models.md).") from error


def _from_toml(path: Path) -> Model:
    content = _read_toml(path)
    name = content.pop("model", None)
    if isinstance(name, str) and name in MODELS and MODELS[name].is_named_by_path:
        return MODELS[name].from_toml(path, content)
    if isinstance(name, str) and ("samples" in content or ":" in name):
        raise LabelError(
            f"{path} specifies an ensemble, not one landscape.",
            f"Run 'stationary ensemble {path}', or count one of its samples: 'stationary count {name} --seed 0 --index 0'.",
        )
    if not isinstance(name, str):
        raise LabelError(f"The model file {path} has no key 'model'.", f"Add model = one of {', '.join(FAMILIES)}.")
    return _model(name).from_toml(path, content)
