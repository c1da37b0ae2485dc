"""One discrete space: N signs, an exact cost of every state, its layers and what may be a symmetry."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from polysys.disorder import generator
from polysys.errors import InputError
from polysys.models.labelled import Labelled
from polysys.reading.rationals import as_rational_array
from polysys.symmetry import SignedPermutation
from polysys.system import sha256

MAX_SIGNS = 64
LARGEST = 2**62  # integers beyond which sums in 64 bits could overflow

Layer = tuple[str, slice]
Signs = npt.NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class BinarySpace(ABC):
    """All 2^n states of n signs with their cost. A state is also a number: its bit i is 1 where sign i is -1.

    Parameters
    ----------
    label : str
        Of the model it was drawn from.
    seed, index : int or None
        What it was drawn from.
    n : int
        Number of signs.
    layers : tuple of (name, slice)
        Which signs belong together.
    candidates : tuple of SignedPermutation
        What may be a symmetry; each is used only where it preserves the cost of every state.
    """

    label: str
    seed: int | None
    index: int
    n: int
    layers: tuple[Layer, ...]
    candidates: tuple[SignedPermutation, ...]

    def __repr__(self) -> str:
        drawn = "given couplings" if self.seed is None else f"seed {self.seed}, sample {self.index}"
        return f"BinarySpace of {self.label} ({drawn}): 2^{self.n} states"

    @abstractmethod
    def cost(self, signs: Sequence[int]) -> Any:
        """The exact cost of one state, by definition and not fast: what enumerations are tested against."""

    @property
    @abstractmethod
    def text(self) -> str:
        """Canonical text: equal spaces have equal texts."""

    @cached_property
    def digest(self) -> str:
        """sha256 of the canonical text."""
        return sha256(self.text)

    def signs(self, state: int) -> tuple[int, ...]:
        """The signs of the state with this number.

        Examples
        --------
        >>> import polysys as ps
        >>> ps.Ising(n=3).sample(seed=1).signs(1)
        (-1, 1, 1)
        """
        return tuple(-1 if state >> i & 1 else 1 for i in range(self.n))

    def state(self, signs: Sequence[int]) -> int:
        """The number of the state with these signs."""
        return state_of(check_signs(signs, (self.n,), "signs").tolist())


class BinaryModel(Labelled):
    """A family of discrete spaces. Subclasses are frozen dataclasses."""

    @property
    @abstractmethod
    def n_weights(self) -> int:
        """Number of signs N."""

    @property
    @abstractmethod
    def is_random(self) -> bool:
        """Whether anything is drawn."""

    @abstractmethod
    def space(self, rng: np.random.Generator, seed: int | None, index: int) -> BinarySpace:
        """The space drawn from a random stream."""

    def sample(self, seed: int | None = None, index: int = 0) -> BinarySpace:
        """Sample `index` of the disorder with this seed; it depends on (seed, index) only.

        Raises
        ------
        InputError
            If seed or index is not a nonnegative integer, or nothing is drawn and one is given.
        """
        if not self.is_random:
            if seed is not None or index:
                raise InputError(
                    f"Nothing of {self.label[:80]} is drawn, so it has no samples.", "Leave seed and index out."
                )
            return self.space(generator(0), None, 0)
        chosen = self.default_seed if seed is None else seed
        return self.space(generator(chosen, index), int(chosen), int(index))


def state_of(signs: Sequence[int]) -> int:
    """The number whose bit i is 1 where sign i is -1."""
    return sum(1 << i for i, s in enumerate(signs) if s < 0)


def check_signs(values: Any, shape: tuple[int | None, ...], name: str) -> Signs:
    """An array of +1 and -1, or an InputError."""
    array = as_rational_array(values, shape, name)
    if not all(v in (1, -1) for v in array.ravel()):
        raise InputError(f"{name} has entries other than +1 and -1.", "Give +1 and -1 only.")
    signs: Signs = array.astype(np.int8)
    return signs


def swap(n: int, pairs: Sequence[tuple[int, int]]) -> SignedPermutation:
    """The exchange of pairs of signs."""
    perm = list(range(n))
    for i, j in pairs:
        perm[i], perm[j] = perm[j], perm[i]
    return SignedPermutation(tuple(perm), (1,) * n)


def flip(n: int, which: Sequence[int]) -> SignedPermutation:
    """The change of some signs."""
    chosen = set(which)
    return SignedPermutation(tuple(range(n)), tuple(-1 if i in chosen else 1 for i in range(n)))
