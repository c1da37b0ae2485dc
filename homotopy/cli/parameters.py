"""Values of options and arguments that need no checking, read without Pydantic.

Typer has Pydantic read every value, defaults as well, and loading it takes a tenth of a second: as long as a small census. Texts,
paths, plain decimal numbers and what was left out mean the same to both; whatever else is given goes to Typer, and so do all
mistakes. Versions of Typer that do without Pydantic are left as they are.
"""

from __future__ import annotations

import os
import re
from functools import partial
from pathlib import Path
from types import GenericAlias
from typing import Any

_TEXT = re.compile(".*", re.DOTALL)
_PLAIN = {
    str: _TEXT,
    Path: _TEXT,
    int: re.compile(r"[+-]?[0-9]{1,15}", re.ASCII),
    float: re.compile(r"[+-]?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?", re.ASCII),
}


def read_plainly(command: Any) -> None:
    """Have a command, and those of its group, read plain values without Pydantic."""
    command.get_params = partial(_parameters, command.get_params)
    for other in getattr(command, "commands", {}).values():
        read_plainly(other)


def _parameters(of_typer: Any, context: Any) -> list[Any]:
    """The parameters of a command, that of --help among them."""
    found: list[Any] = of_typer(context)
    for parameter in found:
        if hasattr(parameter, "type_descriptor") and not isinstance(parameter.process_value, partial):
            parameter.process_value = partial(_value, parameter, parameter.process_value)
    return found


def _value(parameter: Any, as_typer: Any, context: Any, value: Any) -> Any:
    """The value of a parameter; `as_typer` is asked where it is not plain."""
    if parameter.required and not value:
        return as_typer(context, value)
    is_list = parameter.multiple or parameter.nargs == -1
    kinds = {GenericAlias(list, (kind,)) if is_list else kind: kind for kind in _PLAIN}
    kind = kinds.get(parameter.type_descriptor.annotation)
    given = list(value or ()) if is_list else [value]
    if value is None:
        read: Any = () if is_list else None
    elif kind is not None and all(_is_plain(v, kind) for v in given):
        read = [v if isinstance(v, kind) else kind(v) for v in given]
        read = read if is_list else read[0]
    else:
        return as_typer(context, value)
    return read if parameter.callback is None else parameter.callback(context, parameter, read)


def _is_plain(value: Any, kind: type) -> bool:
    if kind is Path and os.path.exists(value) and not os.access(value, os.R_OK):
        return False
    return isinstance(value, kind) or (isinstance(value, str) and _PLAIN[kind].fullmatch(value) is not None)
