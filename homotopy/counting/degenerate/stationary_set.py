"""One degenerate set of stationary points, as it is reported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import Any

from homotopy.status import Verdict


class SetKind(Enum):
    """What a degenerate set is; the value is the word to print."""

    ISOLATED = "isolated singular point"
    POSITIVE_DIMENSIONAL = "positive-dimensional"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class StationarySet:
    """A set of stationary points that are not isolated and nondegenerate.

    Parameters
    ----------
    kind : SetKind
    dimension : int or None
        Complex dimension; None if it was not found.
    is_dimension_proved : bool
    multiplicity : int or None
        Of an isolated singular point: the dimension of its local ring (the Milnor number of the potential there).
    is_multiplicity_proved : bool
    degree : int or None
        Of a positive-dimensional component.
    is_degree_proved : bool
    symmetry : str
        The continuous symmetry that moves its points; empty if none is known.
    orbit_dimension : int
        Dimension of their orbits: a lower bound on the dimension of the set.
    reality : Verdict
        Whether it has real points; YES by a real sample.
    energy : complex or None
        The value of the potential, constant on a connected set of stationary points; None on spheres with a
        homogeneous potential, where solutions are lines.
    samples : tuple of complex vectors
        Points of it, in the unknowns of the system.
    exact : tuple of Fraction or None
        The isolated singular point, where it is a small rational one.
    n_paths : int or None
        Paths that ended on it, if paths were tracked.
    phcpack_multiplicity : int or None
        The multiplicity as PHCpack computes it.
    note : str
        What else is to be known, in words.
    """

    kind: SetKind
    dimension: int | None
    is_dimension_proved: bool = False
    multiplicity: int | None = None
    is_multiplicity_proved: bool = False
    degree: int | None = None
    is_degree_proved: bool = False
    symmetry: str = ""
    orbit_dimension: int = 0
    reality: Verdict = Verdict.UNDECIDED
    energy: complex | None = None
    samples: tuple[tuple[complex, ...], ...] = ()
    exact: tuple[Fraction, ...] | None = None
    n_paths: int | None = None
    phcpack_multiplicity: int | None = None
    note: str = ""

    def __str__(self) -> str:
        return ", ".join(self._words())

    def __repr__(self) -> str:
        return f"StationarySet({self})"

    def _words(self) -> list[str]:
        words = []
        if self.kind is SetKind.ISOLATED:
            words.append(f"{self.kind.value}: multiplicity {self.multiplicity} {_label(self.is_multiplicity_proved)}")
            if self.phcpack_multiplicity is not None:
                agree = "PHCpack agrees" if self.phcpack_multiplicity == self.multiplicity else "PHCpack finds"
                words.append(agree if agree.endswith("agrees") else f"{agree} {self.phcpack_multiplicity}")
        else:
            dimension = "not found" if self.dimension is None else str(self.dimension)
            words.append(
                f"{self.kind.value}: dimension {dimension}"
                + (f" {_label(self.is_dimension_proved)}" if self.dimension is not None else "")
            )
            if self.degree is not None:
                words.append(f"degree {self.degree} {_label(self.is_degree_proved)}")
        if self.symmetry and self.orbit_dimension:
            words.append(f"moved by {self.symmetry} (orbits of dimension {self.orbit_dimension})")
        if self.reality is not Verdict.UNDECIDED:
            real = "real" if self.kind is SetKind.ISOLATED else "has real points"
            words.append(real if self.reality is Verdict.YES else "not real")
        if self.energy is not None:
            words.append(f"energy {number_in_words(self.energy)}")
        if self.n_paths is not None:
            words.append(f"{self.n_paths} path{'s' if self.n_paths != 1 else ''}")
        if self.exact is not None and self.kind is SetKind.ISOLATED:
            words.append("at (" + ", ".join(map(str, self.exact)) + ")")
        return words + ([self.note] if self.note else [])

    def summary(self) -> dict[str, Any]:
        """The set as a JSON object."""
        return {
            "kind": self.kind.value,
            "dimension": self.dimension,
            "dimension_is_proved": self.is_dimension_proved,
            "multiplicity": self.multiplicity,
            "multiplicity_is_proved": self.is_multiplicity_proved,
            "degree": self.degree,
            "degree_is_proved": self.is_degree_proved,
            "symmetry": self.symmetry,
            "orbit_dimension": self.orbit_dimension,
            "real": self.reality.value,
            "energy": None if self.energy is None else [self.energy.real, self.energy.imag],
            "samples": [[[z.real, z.imag] for z in x] for x in self.samples],
            "exact": None if self.exact is None else [str(c) for c in self.exact],
            "n_paths": self.n_paths,
            "phcpack_multiplicity": self.phcpack_multiplicity,
            "note": self.note,
        }


def in_words(sets: Sequence[StationarySet]) -> str:
    """All sets in one line; isolated points with whether they are real: such a point is stationary, though never counted.

    Examples
    --------
    >>> in_words([StationarySet(SetKind.ISOLATED, 0, True, 3, True, reality=Verdict.YES)] * 2)
    '2 isolated real points of multiplicity 3 (proved)'
    """
    counts: Counter[str] = Counter()
    for s in sets:
        if s.kind is SetKind.ISOLATED:
            real = {Verdict.YES: " real", Verdict.NO: " non-real"}.get(s.reality, "")
            counts[f"isolated{real} point{{}} of multiplicity {s.multiplicity} {_label(s.is_multiplicity_proved)}"] += 1
        elif s.kind is SetKind.POSITIVE_DIMENSIONAL:
            dimension = "unknown dimension" if s.dimension is None else f"dimension {s.dimension}"
            counts[f"positive-dimensional set{{}} of {dimension} {_label(s.is_dimension_proved)}"] += 1
        else:
            counts["undecided group{} of end points"] += 1
    return ", ".join(f"{n} {words.format('s' if n > 1 else '')}" for words, n in counts.items())


def _label(is_proved: bool) -> str:
    return "(proved)" if is_proved else "(numerical)"


def number_in_words(z: complex) -> str:
    """An energy as it is printed: eight digits, 0 where it is 0 to rounding, without an imaginary part that is."""
    size = max(1.0, abs(z))
    if abs(z) < 1e-12:
        return "0"
    return f"{z.real:.8g}" if abs(z.imag) < 1e-9 * size else f"{z:.6g}"
