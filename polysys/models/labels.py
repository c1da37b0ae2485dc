"""Model labels: `family:key=value,..`, stable names for command line and tables; and .toml models."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from polysys.errors import LabelError
from polysys.models.base import Model
from polysys.models.data_glass import DataGlass
from polysys.models.deep_linear import DeepLinear
from polysys.models.expressions import expression_from_file
from polysys.models.layered_spin_glass import LayeredSpinGlass
from polysys.models.network import DataSource
from polysys.models.polynomial_network import PolynomialNetwork
from polysys.models.spherical_p_spin import SphericalPSpin


@dataclass(frozen=True, slots=True)
class Family:
    """A family as the command line presents it.

    Parameters
    ----------
    name, summary, grammar, example : str
    sizes : str
        What may be chosen, and how many solutions that makes.
    required, optional : tuple of str
        The keys of its labels.
    build : callable
        Makes the model from the keys' texts.
    """

    name: str
    summary: str
    grammar: str
    example: str
    sizes: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    build: Callable[[Mapping[str, str]], Model]


def _integer(text: str, key: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise LabelError(f"{key}={text[:60]} is not a whole number.", f"Write {key}=3, say.")
    return int(text)


def _integers(text: str, key: str) -> tuple[int, ...]:
    return tuple(_integer(part, key) for part in text.split("-"))


def _p_spin(keys: Mapping[str, str]) -> Model:
    degrees = _integers(keys["p"], "p")
    return SphericalPSpin(
        n=_integer(keys["n"], "n"),
        p=degrees if len(degrees) > 1 else degrees[0],
        couplings=keys.get("couplings", "kostlan"),
        field=keys.get("field", "0"),
        weights=re.split(r"(?<=[0-9])-", keys["weights"]) if "weights" in keys else None,
    )


def _layered(keys: Mapping[str, str]) -> Model:
    degrees = _integers(keys["degrees"], "degrees") if "degrees" in keys else None
    return LayeredSpinGlass(_integers(keys["widths"], "widths"), degrees)


def _data_glass(keys: Mapping[str, str]) -> Model:
    degrees = _integers(keys["degrees"], "degrees") if "degrees" in keys else None
    return DataGlass(_integers(keys["widths"], "widths"), degrees, _source(keys))


def _source(keys: Mapping[str, str]) -> DataSource:
    return DataSource(keys.get("data", "gaussian"), _integer(keys["m"], "m") if "m" in keys else None)


def _deep_linear(keys: Mapping[str, str]) -> Model:
    return DeepLinear(
        _integers(keys["widths"], "widths"), _source(keys), keys.get("l2", "random"), loss=keys.get("loss")
    )


def _polynomial(keys: Mapping[str, str]) -> Model:
    bias = keys.get("bias", "no")
    if bias not in ("yes", "no"):
        raise LabelError(f"bias={bias} is unknown.", "Write bias=yes or bias=no.")
    return PolynomialNetwork(
        _integers(keys["widths"], "widths"),
        keys["activation"],
        _source(keys),
        keys.get("l2", "random"),
        keys.get("output", "trained"),
        bias == "yes",
        loss=keys.get("loss"),
    )


FAMILIES: dict[str, Family] = {
    family.name: family
    for family in (
        Family(
            "spherical-p-spin",
            "p-spin glass on one sphere: isotropic Gaussian polynomial of degree p in n spins",
            "spherical-p-spin:n=N,p=P[-P..][,weights=C-C..][,couplings=square-free][,field=H]",
            "spherical-p-spin:n=6,p=3",
            "n from 1 to 64, p from 1 to 30; ((p-1)^n - 1)/(p-2) classes are tracked, 16383 for n=14,p=3, at most 4194304",
            ("n", "p"),
            ("weights", "couplings", "field"),
            _p_spin,
        ),
        Family(
            "layered-spin-glass",
            "one sphere a layer, coupled by an isotropic Gaussian form with a degree per layer",
            "layered-spin-glass:widths=N-N..[,degrees=D-D..]",
            "layered-spin-glass:widths=3-3-3",
            "coordinates and layers together at most 64, degrees from 1 to 20; 37 classes for 3-3-3, 240 for 4-4-4, 997 for 3-3-3-3",
            ("widths",),
            ("degrees",),
            _layered,
        ),
        Family(
            "data-glass",
            "a spin glass on one sphere a layer whose couplings are built from m data, as in a network with linear loss",
            "data-glass:widths=N-N..[,degrees=D-D..],data=iris|wine|digits|diabetes|gaussian|FILE.csv,m=M",
            "data-glass:widths=3-3-3,data=wine,m=30",
            "as the layered spin glass; as many features as coordinates; m is the number of data",
            ("widths", "m"),
            ("degrees", "data"),
            _data_glass,
        ),
        Family(
            "deep-linear",
            "deep linear network, squared loss, one l2 value per weight",
            "deep-linear:widths=IN-HIDDEN..-OUT,data=iris|wine|digits|diabetes|gaussian|FILE.csv[,m=M]"
            "[,l2=random|VALUE][,loss=sum|mean]",
            "deep-linear:widths=2-2-2,data=iris",
            "one hidden layer at least, at most 64 weights; with l2=random 33 solutions for 2-2-1, 225 for 2-2-2, 129 for 1-2-2-1",
            ("widths",),
            ("data", "m", "l2", "loss"),
            _deep_linear,
        ),
        Family(
            "polynomial-network",
            "network with a polynomial activation, squared loss, one l2 value per weight",
            "polynomial-network:widths=IN-HIDDEN..-OUT,activation=POLYNOMIAL IN z,data=..[,m=M]"
            "[,output=fixed|trained][,bias=yes][,l2=..][,loss=..]",
            "polynomial-network:widths=2-2-1,activation=z^2,data=iris",
            "one hidden layer at least, at most 64 trained weights; one neuron of degree q with output=fixed: (2q-1)^IN solutions",
            ("widths", "activation"),
            ("data", "m", "l2", "output", "bias", "loss"),
            _polynomial,
        ),
    )
}


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
    if text.lower().endswith(".toml") and name != "expression":
        return _from_toml(Path(text))
    if name == "expression":
        if not rest:
            raise LabelError("expression: names no file.", "Write expression:FILE.")
        return expression_from_file(rest)
    family = _family(name)
    keys: dict[str, str] = {}
    for part in rest.split(",") if rest else []:
        key, equals, value = part.partition("=")
        key = key.strip()
        if not equals or not value.strip() or key in keys:
            raise LabelError(
                f"The part {part.strip()[:60]!r} of the label cannot be read.", f"Write it as in {family.example}."
            )
        keys[key] = value.strip()
    return _build(family, keys)


def _family(name: str) -> Family:
    if name not in FAMILIES:
        raise LabelError(
            f"There is no model {name[:60]!r}.",
            f"Choose {', '.join(FAMILIES)} or expression (see 'stationary models').",
        )
    return FAMILIES[name]


def _build(family: Family, keys: Mapping[str, str]) -> Model:
    for key in family.required:
        if key not in keys:
            raise LabelError(f"The label of {family.name} lacks {key}.", f"Write it as in {family.example}.")
    for key in keys:
        if key not in family.required + family.optional:
            raise LabelError(f"{family.name} has no key {key[:60]!r}.", f"Write it as {family.grammar}.")
    return family.build(keys)


def _read_toml(path: Path) -> dict[str, Any]:
    way_out, shown = "Give a TOML file with a key 'model' (docs/models.md).", str(path)[-200:]
    try:
        if path.is_dir():
            raise LabelError(f"{shown} is a folder.", way_out)
        content = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise LabelError(f"The model file {shown!r} does not exist.", way_out) from error
    except (OSError, ValueError) as error:  # a UnicodeDecodeError is a ValueError, and so is a name with a zero byte
        words = (error.strerror or "").lower() if isinstance(error, OSError) else "it is no text"
        raise LabelError(f"The model file {shown!r} cannot be read ({words}).", way_out) from error
    try:
        return tomllib.loads(content)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise LabelError(f"The model file {shown} is not TOML ({str(error)[:200]}).", way_out) from error


def _from_toml(path: Path) -> Model:
    content = _read_toml(path)
    name = content.pop("model", None)
    if name == "expression":
        return expression_from_file(path)
    if isinstance(name, str) and ("samples" in content or ":" in name):
        raise LabelError(
            f"{path} specifies an ensemble, not one landscape.",
            f"Run 'stationary ensemble {path}', or count one of its samples: 'stationary count {name} --seed 0 --index 0'.",
        )
    if not isinstance(name, str):
        raise LabelError(f"The model file {path} has no key 'model'.", f"Add model = one of {', '.join(FAMILIES)}.")
    return _build(_family(name), {key: _toml_text(key, value) for key, value in content.items()})


def _toml_text(key: str, value: Any) -> str:
    entries = value if isinstance(value, list) else [value]
    if not entries or not all(isinstance(v, str | int | float) for v in entries):
        raise LabelError(f"{key} in the model file is neither a number, a text nor a list of them.", "See docs/models.md.")
    if key == "l2" and isinstance(value, list):
        raise LabelError("l2 in the model file is a list.", "Give one number or 'random'; one value a weight is for Python.")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "-".join(map(str, value)) if isinstance(value, list) else str(value)
