"""Packages that load what they offer when it is used first (PEP 562, and SPEC 1 of Scientific Python).

SymPy, SciPy and Arrow take a second to load; most commands and scripts need a part of them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def attach(
    package: str, homes: Mapping[str, str], submodules: tuple[str, ...] = ()
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """The ``__getattr__``, ``__dir__`` and ``__all__`` of a package.

    A name is looked up in its module each time, so that the package and the module never disagree, not even where a test has
    replaced it for a while. The environment variable EAGER_IMPORT loads everything at once, as a check of the table.

    Parameters
    ----------
    package
        Its ``__name__``.
    homes
        The names of each module, as in an import: ``{"a.files": "load_census as load"}`` for ``from package.a.files import load_census as load``.
    submodules
        Modules that are part of what the package offers.

    Examples
    --------
    >>> look_up, _, names = attach("polysys", {"domains": "Sphere, Euclidean as Plain"}, ("errors",))
    >>> names
    ['Plain', 'Sphere', 'errors']
    >>> look_up("Plain").__name__
    'Euclidean'
    """
    table: dict[str, tuple[str, str]] = {}
    for module, names in homes.items():
        for name in names.split(","):
            attribute, _, alias = name.strip().partition(" as ")
            table[alias or attribute] = (f"{package}.{module}", attribute)
    public = sorted([*table, *submodules])

    def look_up(name: str) -> Any:
        if name in table:
            module, attribute = table[name]
            return getattr(import_module(module), attribute)
        if name in submodules:
            return import_module(f"{package}.{name}")
        raise AttributeError(f"module {package!r} has no attribute {name!r}", name=name, obj=sys.modules[package])

    def names_of_all() -> list[str]:
        return sorted({*vars(sys.modules[package]), *public})

    if os.environ.get("EAGER_IMPORT"):
        for name in public:
            look_up(name)
    return look_up, names_of_all, public
