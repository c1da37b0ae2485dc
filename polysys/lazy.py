"""Packages that load what they offer when it is used first (PEP 562, and SPEC 1 of Scientific Python).

SymPy, SciPy and Arrow take a second to load; most commands and scripts need a part of them. lazy_loader, the library for this, lets a
module take the name of a function that it holds (``homotopy.census``) as soon as somebody imports the module first.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any


def attach(
    package: str, homes: Mapping[str, str], submodules: tuple[str, ...] = ()
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """The ``__getattr__``, ``__dir__`` and ``__all__`` of a package.

    A name is looked up in its module each time, so that the package and the module never disagree, not even where a test has
    replaced it for a while. Every other module of the package can be reached as its attribute too.

    Parameters
    ----------
    package
        Its ``__name__``.
    homes
        The names of each module, as in an import: ``{"records": "load_census as load"}`` for ``from package.records import load_census as load``.
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
    places: dict[str, tuple[str, str]] = {}
    for module, names in homes.items():
        for name in names.split(","):
            attribute, _, alias = name.strip().partition(" as ")
            places[alias or attribute] = (f"{package}.{module}", attribute)
    public = sorted([*places, *submodules])
    namesakes = frozenset(name for name, (module, _) in places.items() if module == f"{package}.{name}")
    if namesakes:
        sys.modules[package].__class__ = _guarding(namesakes)

    def look_up(name: str) -> Any:
        if name in places:
            module, attribute = places[name]
            return getattr(import_module(module), attribute)
        if name.isidentifier() and not name.startswith("_"):
            try:
                return import_module(f"{package}.{name}")
            except ModuleNotFoundError as error:
                if error.name != f"{package}.{name}":  # it is there, and misses something itself
                    raise
        raise AttributeError(f"module {package!r} has no attribute {name!r}", name=name, obj=sys.modules[package])

    def names_of_all() -> list[str]:
        return sorted({*vars(sys.modules[package]), *public})

    return look_up, names_of_all, public


def _guarding(namesakes: frozenset[str]) -> type[ModuleType]:
    """The class of a package in which functions keep their names against the modules that they stand in.

    The import system binds each module that it has loaded to its name in the package, whoever asked for it. Without the guard
    ``homotopy.census`` would be the function or the module, depending on what was imported before.
    """

    class Package(ModuleType):
        def __setattr__(self, name: str, value: object) -> None:
            if name in namesakes and value is not None and value is sys.modules.get(f"{self.__name__}.{name}"):
                return
            super().__setattr__(name, value)

        def __reduce__(self) -> tuple[Callable[[str], ModuleType], tuple[str]]:
            # cloudpickle, which sends notebooks' functions to workers, knows modules by their exact class
            return import_module, (self.__name__,)

    return Package
