"""Points as arrays of doubles: those that somebody gives, and the certified ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from homotopy.certification.classify import StationaryPoint
from homotopy.common.arrays import Floats
from polysys.errors import InputError
from polysys.landscape import Landscape


def as_points(landscape: Landscape, points: Any) -> Floats:
    """Points as an array (m, n): from an array, one point, a frame with the variables' names, torch networks or tensors.

    Raises
    ------
    InputError
    """
    n, names = landscape.domain.n, list(landscape.variables)
    if hasattr(points, "columns"):
        missing = [name for name in names if name not in list(points.columns)]
        if missing:
            raise InputError(f"The frame has no column {missing[0]!r}.", f"Give one for each variable: {', '.join(names)[:200]}.")
        points = points[names].to_numpy()
    elif modules := _modules_in(points):
        from polysys.models.torch_networks import module_point

        points = [module_point(module) for module in modules]
    elif callable(getattr(points, "detach", None)):
        points = points.detach().double().cpu().numpy()
    try:
        array = np.array(points)
        if array.dtype.kind == "c":
            if array.imag.any():
                raise InputError("The points are not real.", "Certify complex solutions with ho.certify; here give real points.")
            array = array.real
        array = array.astype(float)
    except (TypeError, ValueError) as error:
        raise InputError("The points cannot be read as numbers.", "Give an array (points, coordinates).") from error
    array = array[None, :] if array.ndim == 1 and len(array) == n else array
    if array.ndim != 2 or array.shape[1] != n:
        raise InputError(
            f"Points of shape {array.shape} were given for {n} variables.",
            f"Give an array (points, {n}), coordinates in the order {', '.join(names)[:200]}.",
        )
    return array


def coordinates_of(landscape: Landscape, points: Sequence[StationaryPoint]) -> Floats:
    """Certified points as an array (m, n), in the model's units."""
    rows = [[float(c.mid()) for c in p.coordinates] for p in points]
    return np.array(rows, dtype=float).reshape(len(rows), landscape.domain.n)


def _modules_in(points: Any) -> list[Any]:
    """The modules of PyTorch that points are given as, one or several; none where they are given otherwise."""
    given = list(points) if isinstance(points, Sequence) else [points]
    return given if all(callable(getattr(p, "parameters", None)) for p in given) else []
