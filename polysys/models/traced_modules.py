"""Torch modules with a forward of their own, read through torch.fx: a chain of linear layers with elementwise polynomials between."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from polysys.errors import InputError, NotPolynomialError
from polysys.reading.elementwise import Symbol

_WAY_OUT = (
    "Write it as a chain of torch.nn.Linear layers and elementwise polynomials: no branches, no skip connections, no loops over data "
    "(docs/torch.md)."
)
_IDENTITY = (Fraction(0), Fraction(1))


def traced(module: Any, is_linear: Callable[[Any], bool], said: str) -> Iterator[Any]:
    """The linear layers of a module, and between them coefficients of elementwise polynomials, in the order of its forward.

    Parameters
    ----------
    module : torch.nn.Module
    is_linear : callable
        Whether a submodule is a linear layer.
    said : str
        The module, in the sentence of an error.

    Raises
    ------
    InputError, NotPolynomialError
        For a module that torch.fx cannot trace, or whose graph is no such chain.
    """
    try:
        fx = importlib.import_module("torch.fx")
    except ImportError as error:
        raise InputError(f"{said} is no torch.nn.Sequential, and torch.fx cannot be loaded.", _WAY_OUT) from error
    try:
        nodes = list(fx.symbolic_trace(module).graph.nodes)
    except Exception as error:  # the forward of a user
        why = " ".join(str(error).split())[:120] or type(error).__name__
        raise InputError(f"The forward of {said} cannot be traced by torch.fx ({why}).", _WAY_OUT) from error
    parts = dict(module.named_modules())
    values: dict[Any, Symbol] = {}
    for node in nodes:
        if node.op == "placeholder":
            if values:
                raise InputError(f"The forward of {said} takes more than one input.", _WAY_OUT)
            values[node] = Symbol(_IDENTITY)
        elif node.op == "call_module" and is_linear(parts[node.target]):
            yield from _activation(_value(node.args[0], values, node))
            yield parts[node.target]
            values = {node: Symbol(_IDENTITY)}  # what came before is out of reach: it would be a skip connection
        elif node.op == "output":
            yield from _activation(_value(node.args[0], values, node))
        else:
            values[node] = _elementwise(node, values, parts)


def _elementwise(node: Any, values: dict[Any, Symbol], parts: dict[str, Any]) -> Symbol:
    """What a node makes of polynomials of the last layer's output."""
    if node.op == "get_attr":
        raise InputError(f"The forward uses {node.target!r:.60}, a parameter or buffer outside a linear layer.", _WAY_OUT)
    operands = [_value(a, values, node) for a in node.args]
    argument: Symbol = operands[0]
    name = str(getattr(node.target, "__name__", node.target))
    if node.op == "call_module":
        part = parts[node.target]
        if type(part).__name__ in ("Identity", "Flatten"):
            return argument
        raise NotPolynomialError(
            f"Layer {node.target} ({type(part).__name__}) is neither linear nor an elementwise polynomial.",
            'ps.polynomial_activation("tanh", degree=3, range=(-2, 2)) is a polynomial near one, with a proved error.',
        )
    if name in ("flatten", "contiguous", "clone"):
        return argument
    if node.op == "call_function" and str(getattr(node.target, "__module__", "")).endswith("operator"):
        result = node.target(*operands)
    elif node.op == "call_function":
        result = Symbol.__torch_function__(node.target, (), tuple(operands), dict(node.kwargs))
    else:
        result = Symbol.__torch_function__(name, (), tuple(operands), dict(node.kwargs))
    assert isinstance(result, Symbol)
    return result


def _value(argument: Any, values: dict[Any, Symbol], node: Any) -> Any:
    if not hasattr(argument, "op"):
        return argument  # a number
    if argument not in values:
        raise InputError(
            f"At {str(node)[:60]!r} the forward uses a value from before the last linear layer: a skip connection.", _WAY_OUT
        )
    return values[argument]


def _activation(value: Symbol) -> Iterator[tuple[Fraction, ...]]:
    if len(value.coefficients) < 2:
        raise NotPolynomialError("The forward does not depend on its input.", _WAY_OUT)
    if value.coefficients != _IDENTITY:
        yield value.coefficients
