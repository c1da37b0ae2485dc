"""Landscapes of torch networks: linear layers and polynomial activations, read exactly.

torch itself is not imported: modules and tensors bring all that is needed, and everything that depends on how torch keeps
them is in this file; what torch.fx says of a forward is read in :mod:`polysys.models.traced_modules`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from polysys.datasets import Dataset
from polysys.disorder import generator
from polysys.errors import InputError, NotPolynomialError
from polysys.landscape import Couplings, Landscape
from polysys.models.base import Model
from polysys.models.deep_linear import DeepLinear
from polysys.models.polynomial_network import PolynomialNetwork
from polysys.models.sequential_network import Activation, LinearLayer, SequentialNetwork
from polysys.models.traced_modules import traced
from polysys.reading.elementwise import polynomial_of
from polysys.reading.rationals import as_rational_array

LOSSES = ("half-sum", "sum", "mean")
_POLYNOMIAL = (
    "Put an elementwise polynomial in its place: torch.square, or one near tanh and others with a proved error, by "
    "ps.polynomial_activation (docs/torch.md)."
)
_WAY_OUT = "Build the network from torch.nn.Linear and elementwise polynomials (docs/torch.md)."


@dataclass(frozen=True)
class _Layer:
    """A layer as read, with the torch parameters that are trained, in the order of the landscape's variables."""

    what: LinearLayer | Activation
    trained: tuple[Any, ...] = ()


def from_torch(
    module: Any, X: Any, Y: Any = None, *, l2: Any = 0, loss: str = "half-sum", seed: int = 0
) -> Landscape:
    r"""The training loss of a torch network as a landscape with exact couplings.

    Parameters
    ----------
    module : torch.nn.Module
        A Sequential of Linear layers and polynomial activations: modules without parameters whose ``forward`` uses +, -, * and whole
        powers (torch.square, torch.pow .. included). Identity, Flatten and nested Sequentials are fine. Parameters with
        ``requires_grad=False`` are fixed at their values; the others become the variables, in the order of
        ``module.parameters()``.
    X, Y : tensors or arrays (data, features) and (data, targets)
        As torch has them, one datum a row; or one :class:`Dataset` alone. Numbers are kept exactly.
    l2 : number, sequence or "random"
        lambda in :math:`\tfrac{1}{2} \sum_j \lambda_j w_j^2`, which is torch's ``weight_decay``: one for all trained parameters, one for
        each, or drawn from (0, 1) with `seed`.
    loss : {"half-sum", "sum", "mean"}
        The fit: 1/2 sum of squared errors; torch's MSELoss(reduction="sum"); MSELoss(reduction="mean"), which divides by
        the number of data times targets.
    seed : int
        Of ``l2="random"``.

    Returns
    -------
    Landscape
        Of a :class:`DeepLinear` or :class:`PolynomialNetwork` where these express the network, otherwise of a
        :class:`SequentialNetwork`.

    Raises
    ------
    NotPolynomialError
        Naming the layer that is not polynomial.
    InputError
        For data, sizes or modules that cannot be used.

    Examples
    --------
    >>> import torch  # doctest: +SKIP
    >>> net = torch.nn.Sequential(torch.nn.Linear(2, 2, bias=False), torch.nn.Linear(2, 1, bias=False))  # doctest: +SKIP
    >>> from_torch(net, torch.eye(2), torch.tensor([[1.0], [2.0]]), l2=0.5).variables  # doctest: +SKIP
    ('w1_1_1', 'w1_1_2', 'w1_2_1', 'w1_2_2', 'w2_1_1', 'w2_1_2')
    """
    if loss not in LOSSES:
        raise InputError(f"There is no loss {loss!r:.40}.", f"Choose {', '.join(LOSSES)}.")
    layers = [layer.what for layer in _layers(module)]
    data = _data(X, Y)
    model = _model(layers, data, l2)
    is_random = isinstance(l2, str)
    couplings = _scaled(model.draw(generator(seed, 0)), _factor(loss, data))
    land = model.landscape(couplings, seed if is_random else None)
    return replace(land, label=land.label if loss == "half-sum" else f"{land.label},loss=torch-{loss}")


def module_point(module: Any) -> npt.NDArray[np.float64]:
    """The trained parameters of a torch network, in the order of the variables of :func:`from_torch`.

    So the state of a training run is a point of the landscape, to be compared with its stationary points.

    Raises
    ------
    InputError
        As :func:`from_torch`.
    """
    parts = [_numbers(p, "a parameter").ravel() for layer in _layers(module) for p in layer.trained]
    return np.array([float(v) for part in parts for v in part])


def load_point(module: Any, point: Any) -> None:
    """Set the trained parameters of a torch network to a point of its landscape (rounded to the parameters' type).

    Parameters
    ----------
    module : torch.nn.Sequential
    point : sequence of numbers
        One per variable; the coordinates of a stationary point, for instance.

    Raises
    ------
    InputError
        If the number of coordinates does not fit.
    """
    parameters = [p for layer in _layers(module) for p in layer.trained]
    sizes = [int(np.prod(tuple(p.shape))) for p in parameters]
    values = [float(v.mid()) if hasattr(v, "mid") else float(v) for v in point]
    if len(values) != sum(sizes):
        raise InputError(f"{len(values)} coordinates were given for {sum(sizes)} parameters.", "Give one for each.")
    for parameter, end, n in zip(parameters, np.cumsum(sizes).tolist(), sizes, strict=True):
        parameter.data = parameter.data.new_tensor(values[end - n : end]).reshape(parameter.shape)


def _model(layers: list[LinearLayer | Activation], data: Dataset, l2: Any) -> Model:
    """The most special family that expresses the network: it knows most about it."""
    general = SequentialNetwork(tuple(layers), data, l2)
    linear = [layer for layer in layers if isinstance(layer, LinearLayer)]
    polynomials = {layer for layer in layers if isinstance(layer, Activation)}
    *hidden, last = linear
    if not hidden or last.bias is not None or any(layer.weight != "trained" for layer in hidden):
        return general
    has_bias = {layer.bias for layer in hidden}
    if not polynomials and has_bias == {None} and last.weight == "trained":
        return DeepLinear(general.layer_widths, data, l2)
    is_alternating = len(layers) == 2 * len(hidden) + 1 and all(
        isinstance(a, LinearLayer) is not isinstance(b, LinearLayer) for a, b in pairwise(layers)
    )
    if len(polynomials) == 1 and is_alternating and has_bias in ({None}, {"trained"}):
        (activation,) = polynomials
        text = " + ".join(f"({c})*z^{k}" for k, c in enumerate(activation.coefficients) if c)
        return PolynomialNetwork(general.layer_widths, text, data, l2, last.weight, has_bias == {"trained"})
    return general


def _factor(loss: str, data: Dataset) -> Fraction:
    """The fit over half the sum of squared errors."""
    if loss == "half-sum":
        return Fraction(1)
    return Fraction(2, data.n_data * data.n_targets if loss == "mean" else 1)


def _scaled(couplings: Couplings, factor: Fraction) -> Couplings:
    """The couplings of the fit times a factor: the fit is linear in its moments, or in its weight."""
    return {name: c * factor if name in ("XX", "YX", "YY", "weight") else c for name, c in couplings.items()}


def _data(X: Any, Y: Any) -> Dataset:
    if isinstance(X, Dataset) and Y is None:
        return X if X.loss == "sum" else replace(X, loss="sum")  # what is averaged says from_torch's own loss
    if Y is None:
        raise InputError("The targets are missing.", "Give X and Y, or one Dataset.")
    x, y = as_rational_array(_numbers(X, "X"), (None, None), "X"), as_rational_array(_numbers(Y, "Y"), (None, None), "Y")
    return Dataset("arrays", x.T, y.T)


def _numbers(values: Any, name: str) -> npt.NDArray[np.object_]:
    """A tensor or array as objects, exactly: every torch float fits a double."""
    if callable(getattr(values, "detach", None)):
        if values.is_complex():
            raise InputError(f"{name} is complex.", "Give real numbers.")
        values = values.detach().double().cpu().numpy()
    return np.array(values, dtype=object)


def _layers(module: Any) -> list[_Layer]:
    """All layers in order.

    Raises
    ------
    InputError
        For modules that share parameters, or that are no Sequential.
    """
    if _torch_class(module) in ("Sequential", "Linear"):
        layers = list(_read(module, ""))
    elif _torch_class(module) is None and callable(getattr(module, "named_modules", None)):
        layers = list(_read_traced(module))
    else:
        raise InputError(f"A {type(module).__name__} is no torch.nn.Sequential.", _WAY_OUT)
    used = [id(p) for layer in layers for p in layer.trained]
    if len(set(used)) < len(used):
        raise InputError("Two layers share their parameters.", "Give each layer its own.")
    if not used:
        raise InputError("The network has no trained parameter.", "Set requires_grad of one at least.")
    return layers


def _torch_class(module: Any) -> str | None:
    """The name of a class of torch's own; None for the user's, whose forward may be anything."""
    kind = type(module)
    return kind.__name__ if str(kind.__module__).startswith("torch.nn.") else None


def _read(module: Any, name: str) -> Iterator[_Layer]:
    kind, said = _torch_class(module), f"Layer {name} ({type(module).__name__})" if name else "The module"
    if getattr(module, "_forward_hooks", None) or getattr(module, "_forward_pre_hooks", None):
        raise InputError(f"{said} has hooks, which may change what it computes.", "Remove them.")
    if kind == "Sequential":
        for child, part in module._modules.items():
            yield from _read(part, f"{name}.{child}" if name else str(child))
    elif kind == "Linear":
        yield _linear(module)
    elif kind == "Identity" or (kind == "Flatten" and getattr(module, "start_dim", None) == 1):
        return
    elif kind is not None:
        raise NotPolynomialError(f"{said} is neither linear nor an elementwise polynomial.", _POLYNOMIAL)
    elif _holds(module, "_parameters") or _holds(module, "_buffers") or _holds(module, "_modules"):
        raise InputError(f"{said} has parameters or parts of its own, and its forward cannot be read.", _WAY_OUT)
    else:
        yield from _activation(module, said)


def _read_traced(module: Any) -> Iterator[_Layer]:
    """A module with a forward of its own, as torch.fx sees it."""
    for name, part in module.named_modules():
        if getattr(part, "_forward_hooks", None) or getattr(part, "_forward_pre_hooks", None):
            raise InputError(f"Layer {name or 'itself'} has hooks, which may change what it computes.", "Remove them.")
    for what in traced(module, lambda part: _torch_class(part) == "Linear", f"A {type(module).__name__}"):
        yield _Layer(Activation(what)) if isinstance(what, tuple) else _linear(what)


def _holds(module: Any, name: str) -> bool:
    content: Mapping[str, Any] = getattr(module, name, None) or {}
    return any(value is not None for value in content.values())


def _activation(module: Any, said: str) -> Iterator[_Layer]:
    try:
        coefficients = polynomial_of(module.forward)
    except InputError as error:
        raise NotPolynomialError(f"{said} is not an elementwise polynomial. {error.what}", error.way_out) from error
    if coefficients != (Fraction(0), Fraction(1)):
        yield _Layer(Activation(coefficients))


def _linear(module: Any) -> _Layer:
    weight, bias = module.weight, module.bias
    n_out, n_in = (int(n) for n in weight.shape)
    fixed_weight = None if weight.requires_grad else tuple(map(tuple, _exact(weight, "a fixed weight").tolist()))
    fixed_bias = None if bias is None or bias.requires_grad else tuple(_exact(bias, "a fixed bias").tolist())
    what = LinearLayer(n_in, n_out, fixed_weight or "trained", None if bias is None else fixed_bias or "trained")
    return _Layer(what, tuple(p for p in (weight, bias) if p is not None and p.requires_grad))


def _exact(parameter: Any, name: str) -> npt.NDArray[np.object_]:
    exact: npt.NDArray[np.object_] = as_rational_array(_numbers(parameter, name), None, name)
    return exact
