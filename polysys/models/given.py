"""Landscapes whose data, l2, output or pair couplings came from outside, made again from their label and their exact couplings.

A label such as ``deep-linear:widths=2-2-1,data=arrays@0123,l2=explicit`` names the structure of a network, and the couplings of its
landscape hold everything else. What the family proves about the landscape (root counts, coercivity, bounds of stationary
points) follows from the two again. Moments of data are couplings only if there are data with these moments; that is checked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from polysys.datasets import Dataset
from polysys.disorder import generator
from polysys.errors import InputError, LabelError
from polysys.landscape import Couplings, Landscape
from polysys.models.base import Model
from polysys.models.deep_linear import DeepLinear
from polysys.models.pair_couplings import PairCouplings, pairs
from polysys.models.polynomial_network import PolynomialNetwork
from polysys.models.sequential_network import Activation, LinearLayer, SequentialNetwork
from polysys.models.soft_ising import SoftIsing
from polysys.models.torus_ising import TorusIsing

_KEYS = re.compile(r",(?=(?:widths|layers|activation|data|m|l2|output|bias|loss|couplings|field|steepness)=)")
_LAYER = re.compile(
    r"\((?P<coefficients>[-0-9/ ]+)\)|(?P<n_in>[0-9]{1,9})x(?P<n_out>[0-9]{1,9})(?P<fixed>!?)(?P<bias>\+b!?)?"
)
_UNUSABLE = (LookupError, ValueError, TypeError, AttributeError, ArithmeticError)


def landscape_from_couplings(label: str, couplings: Couplings, seed: int | None = None, index: int = 0) -> Landscape:
    """The landscape of a network or of spins of which a label names the structure and the couplings all numbers.

    Raises
    ------
    InputError
        If label and couplings do not make a network, or no data have these moments.

    Examples
    --------
    >>> land = DeepLinear((1, 1, 1), data=([[1]], [[2]]), l2=[1, "1/2"]).sample()
    >>> again = landscape_from_couplings(land.label, land.couplings)
    >>> again.digest == land.digest, again.facts.known_counts == land.facts.known_counts, again.facts.is_coercive
    (True, True, True)
    """
    family, _, rest = label.partition(":")
    try:
        keys = dict(part.split("=", 1) for part in _KEYS.split(rest))
        model = _STRUCTURES[family](keys, couplings)
        if isinstance(model, PairCouplings):
            _require_same(model, couplings)
        else:
            _require_data(model, couplings)
        land = replace(model.landscape(couplings, seed, index), label=label)
        _ = land.digest, land.facts  # made here, so that what does not fit together shows here
    except _UNUSABLE as error:
        raise LabelError(
            f"The label {label[:60]!r} and the couplings make no landscape of its family.", "Give those of a landscape."
        ) from error
    return land


def _widths(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("-"))


def _deep_linear(keys: Mapping[str, str], couplings: Couplings) -> Model:
    return DeepLinear(_widths(keys["widths"]), l2=couplings["l2"].tolist())


def _polynomial(keys: Mapping[str, str], couplings: Couplings) -> Model:
    output: Any = keys.get("output", "trained")
    output = couplings["output"].tolist() if output == "explicit" else output
    return PolynomialNetwork(
        _widths(keys["widths"]),
        keys["activation"],
        l2=couplings["l2"].tolist(),
        output=output,
        bias=keys.get("bias") == "yes",
    )


def _sequential(keys: Mapping[str, str], couplings: Couplings) -> Model:
    layers: list[LinearLayer | Activation] = []
    text, end, k = keys["layers"], -1, 0
    for match in _LAYER.finditer(text):
        if match.start() != end + 1 or (layers and text[end] != "-"):
            raise ValueError(f"no layers: {text[:60]}")
        end = match.end()
        if match["coefficients"] is not None:
            layers.append(Activation(tuple(map(Fraction, match["coefficients"].split()))))
            continue
        weight: Any = tuple(map(tuple, couplings[f"w{k}"].tolist())) if match["fixed"] else "trained"
        bias: Any = {None: None, "+b": "trained"}.get(match["bias"])
        bias = tuple(couplings[f"b{k}"].tolist()) if match["bias"] == "+b!" else bias
        layers.append(LinearLayer(int(match["n_in"]), int(match["n_out"]), weight, bias))
        k += 1
    if end != len(text):
        raise ValueError(f"no layers: {text[:60]}")
    linear = [layer for layer in layers if isinstance(layer, LinearLayer)]
    sizes = linear[0].n_in, linear[-1].n_out
    if max(sizes) > 64:
        raise ValueError("too many inputs or outputs")
    X, Y = (
        np.full((n, 1), Fraction(0), dtype=object) for n in sizes
    )  # of the right shape: the couplings hold the data
    return SequentialNetwork(tuple(layers), Dataset("couplings", X, Y), couplings["l2"].tolist())


def _pairs_of(keys: Mapping[str, str], couplings: Couplings) -> dict[str, Any]:
    n = int(keys["n"])
    matrix = np.full((n, n), Fraction(0), dtype=object)
    for (i, j), value in zip(pairs(n), couplings["J"], strict=True):
        matrix[i, j] = matrix[j, i] = value
    return {"n": n, "couplings": matrix, "field": couplings["field"].tolist() if "field" in couplings else 0}


def _torus_ising(keys: Mapping[str, str], couplings: Couplings) -> Model:
    return TorusIsing(**_pairs_of(keys, couplings))


def _soft_ising(keys: Mapping[str, str], couplings: Couplings) -> Model:
    return SoftIsing(**_pairs_of(keys, couplings), steepness=couplings["a"][0])


_STRUCTURES = {
    "deep-linear": _deep_linear,
    "polynomial-network": _polynomial,
    "sequential-network": _sequential,
    "torus-ising": _torus_ising,
    "soft-ising": _soft_ising,
}


def _require_same(model: Any, couplings: Couplings) -> None:
    """Refuse couplings that are not those of the model that was made from them."""
    own = model.draw(generator(0))
    if set(own) != set(couplings) or any(own[name].tolist() != couplings[name].tolist() for name in own):
        raise InputError("The couplings are not those of a model of this family.", "Give those of a landscape.")


def _require_data(model: Any, couplings: Couplings) -> None:
    """Refuse couplings that are no data, or no moments of data: the loss would be no sum of squares."""
    if not model.are_admissible(couplings):
        raise InputError("The couplings are no data, and no moments of data.", "Give those of a landscape.")
