"""What every family has in common, landscapes and discrete spaces alike: a label, keys, and samples drawn from (seed, index)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from polysys.models.grammar import Family


class Labelled(ABC):
    """A family with its sizes that labels and .toml files can name."""

    family: ClassVar[str]
    about: ClassVar[Family | None] = None  # how the command line presents it; None where labels do not have keys
    is_named_by_path: ClassVar[bool] = False  # the label holds a path and nothing else

    @property
    @abstractmethod
    def label(self) -> str:
        """The stable label, such as ``spherical-p-spin:n=6,p=3``."""

    @classmethod
    def from_keys(cls, keys: Mapping[str, str]) -> Any:
        """The model that the keys of a label describe; all required ones are there, and no others than the optional ones."""
        raise NotImplementedError(f"{cls.__name__} has no labels.")

    @classmethod
    def from_label(cls, text: str) -> Any:
        """The model from what stands behind the family's name in a label."""
        return cls.from_keys(cls.about.keys_of_label(text) if cls.about is not None else {})

    @classmethod
    def from_toml(cls, path: Path, content: Mapping[str, Any]) -> Any:
        """The model from a .toml file at `path` and its content, the key `model` left out."""
        return cls.from_keys(cls.about.keys_of_toml(content) if cls.about is not None else {})

    @property
    def default_seed(self) -> int:
        """The seed of :meth:`sample` when none is given."""
        return 0

    @abstractmethod
    def sample(self, seed: int | None = None, index: int = 0) -> Any:
        """Sample `index` of the disorder with this seed; it depends on (seed, index) only."""
