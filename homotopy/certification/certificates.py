"""Certificates, one by one and by the ten thousand.

Most zeros are certified in doubles (:mod:`homotopy.certification.discs.contraction`), some by python-flint with more digits
(:mod:`homotopy.certification.zeros`). A `CertificateList` keeps the numbers of all of them in arrays, on which closure, distinctness and
counts work, and makes a `Certificate` with exact decimals only where one is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from homotopy.certification.balls import Enclosure, ExactComplex, to_double
from homotopy.certification.discs.contraction import REALITY, Boxes
from homotopy.certification.discs.roundoff import TINY, U
from homotopy.status import Verdict

DOUBLE = 53  # bits of a certificate made in doubles
_SHOWN = 4  # coordinates of a certificate that is printed
_CODE = {verdict: code for code, verdict in enumerate(REALITY)}


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certified zero of the system: an enclosure and what it proves.

    Parameters
    ----------
    enclosure : Enclosure
    reality : Verdict
        YES: the zero is real (its conjugate lies in its own uniqueness region). NO: some imaginary part excludes
        zero. UNDECIDED otherwise.
    precision : int
        Bits at which the test passed.
    """

    enclosure: Enclosure
    reality: Verdict
    precision: int

    def __repr__(self) -> str:
        real = {Verdict.YES: "real", Verdict.NO: "not real", Verdict.UNDECIDED: "reality undecided"}[self.reality]
        middle = [complex(to_double(re), to_double(im)) for re, im in self.enclosure.mid[:_SHOWN]]
        shown = ", ".join(f"{z.real:.6g}" if self.reality is Verdict.YES else f"{z:.6g}" for z in middle)
        more = ", .." if len(self.enclosure.mid) > _SHOWN else ""
        return f"Certificate({real}, within {to_double(self.enclosure.radius):.1e} of ({shown}{more}))"


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class CertificateList(Sequence[Certificate]):
    """Certificates as arrays; a sequence of :class:`Certificate`.

    Parameters
    ----------
    mid : complex128 array (m, n)
        Centres; of the certificates in `exact`, rounded to doubles.
    radius, uniqueness : float64 arrays (m,)
        Valid about these centres and about their shortest decimals alike.
    reality : int8 array (m,)
        Index into (NO, YES, UNDECIDED).
    exact : mapping from rows to Certificate
        Certificates with more digits than doubles have.
    is_closed : bool
        Whether the conjugates of all zeros are known to be in the list; false where that was not looked at.
    """

    mid: npt.NDArray[np.complex128]
    radius: npt.NDArray[np.float64]
    uniqueness: npt.NDArray[np.float64]
    reality: npt.NDArray[np.int8]
    exact: Mapping[int, Certificate] = field(default_factory=dict)
    is_closed: bool = False

    @staticmethod
    def of(certificates: Sequence[Certificate]) -> CertificateList:
        """The list of some certificates; itself if it is one."""
        if isinstance(certificates, CertificateList):
            return certificates
        n = len(certificates[0].enclosure.mid) if certificates else 0
        m = len(certificates)
        mid, radius, uniqueness = np.zeros((m, n), complex), np.zeros(m), np.zeros(m)
        for k, c in enumerate(certificates):
            e = c.enclosure
            mid[k] = [complex(to_double(re), to_double(im)) for re, im in e.mid]
            with np.errstate(over="ignore", invalid="ignore"):
                room = 2 * U * float(np.abs(mid[k]).max(initial=0.0)) + TINY
                radius[k] = to_double(e.radius) * (1 + 4 * U) + room
                uniqueness[k] = to_double(e.uniqueness) * (1 - 4 * U) - room
        codes = np.array([_CODE[c.reality] for c in certificates], np.int8)
        return CertificateList(mid, radius, uniqueness, codes, dict(enumerate(certificates)))

    @staticmethod
    def of_boxes(boxes: Boxes, *, is_closed: bool = False) -> CertificateList:
        """The list of some proved boxes."""
        return CertificateList(boxes.mid, boxes.radius, boxes.uniqueness, boxes.reality, is_closed=is_closed)

    @staticmethod
    def joined(lists: Iterable[CertificateList]) -> CertificateList:
        """One list after the other."""
        parts = [part for part in lists if len(part)]
        if len(parts) < 2:
            return parts[0] if parts else CertificateList.of(())
        exact: dict[int, Certificate] = {}
        first = 0
        for part in parts:
            exact |= {first + k: c for k, c in part.exact.items()}
            first += len(part)
        return CertificateList(
            np.concatenate([p.mid for p in parts]),
            np.concatenate([p.radius for p in parts]),
            np.concatenate([p.uniqueness for p in parts]),
            np.concatenate([p.reality for p in parts]),
            exact,
        )

    def take(self, rows: Any) -> CertificateList:
        """The certificates of some rows (numbers, a mask or a slice), in this order."""
        chosen = np.arange(len(self))[rows]
        if len(chosen) == len(self) and (np.diff(chosen) == 1).all():
            return self
        exact = {}
        if self.exact:
            exact = {new: self.exact[old] for new, old in enumerate(chosen.tolist()) if old in self.exact}
        return CertificateList(
            self.mid[chosen], self.radius[chosen], self.uniqueness[chosen], self.reality[chosen], exact
        )  # fmt: skip

    def with_images(self, images: Sequence[npt.NDArray[np.int8]]) -> CertificateList:
        """For each row k its mirror images under the sign flips images[k], one after the other.

        F(S z) = S' F(z) with diagonal sign matrices S, S': every quantity of the contraction test is unchanged.
        """
        sizes = np.array([len(flips) for flips in images], np.int64)
        if (sizes == 1).all():  # the identity
            return self
        repeated = self.take(np.repeat(np.arange(len(self)), sizes))
        flips = np.concatenate(images) if len(images) else np.ones((0, self.mid.shape[1]), np.int8)
        mirrored = {row: mirror(c, flips[row]) for row, c in repeated.exact.items()}
        # 0 * -1 is -0, which is written with a sign
        return CertificateList(
            repeated.mid * flips + 0.0, repeated.radius, repeated.uniqueness, repeated.reality, mirrored
        )  # fmt: skip

    @property
    def n_real(self) -> int:
        """Number of zeros proved real."""
        return int((self.reality == _CODE[Verdict.YES]).sum())

    @property
    def n_undecided(self) -> int:
        """Number of zeros whose reality is undecided."""
        return int((self.reality == _CODE[Verdict.UNDECIDED]).sum())

    def where(self, verdict: Verdict) -> npt.NDArray[np.int64]:
        """Rows of this reality."""
        return np.flatnonzero(self.reality == _CODE[verdict])

    def __len__(self) -> int:
        return len(self.mid)

    @overload
    def __getitem__(self, key: int) -> Certificate: ...
    @overload
    def __getitem__(self, key: slice) -> CertificateList: ...
    def __getitem__(self, key: int | slice) -> Certificate | CertificateList:
        if isinstance(key, slice):
            return self.take(key)
        k = range(len(self))[key]
        if k in self.exact:
            return self.exact[k]
        mid: tuple[ExactComplex, ...] = tuple((_decimal(z.real), _decimal(z.imag)) for z in self.mid[k].tolist())
        e = Enclosure(mid, _decimal(self.radius[k], 2), _decimal(self.uniqueness[k], 2))
        return Certificate(e, REALITY[self.reality[k]], DOUBLE)

    def __iter__(self) -> Iterator[Certificate]:
        return (self[k] for k in range(len(self)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    def __repr__(self) -> str:
        return (
            f"CertificateList: {len(self)} certified zeros, {self.n_real} real, {self.n_undecided} of undecided reality, "
            f"{len(self.exact)} with more digits than doubles have"
        )


def _decimal(value: Any, digits: int | None = None) -> Fraction:
    """The shortest decimal that rounds to a double, or the one of so many digits; exactly."""
    return Fraction(decimal_text(float(value), digits))


def decimal_text(value: float, digits: int | None = None) -> str:
    """The same decimal as a text."""
    return repr(value) if digits is None else f"{value:.{digits - 1}e}"


def mirror(certificate: Certificate, flip: npt.NDArray[np.int8]) -> Certificate:
    """The certificate of the mirror image of a zero under a sign flip that preserves the system."""
    e = certificate.enclosure
    mid = tuple((re, im) if s == 1 else (-re, -im) for (re, im), s in zip(e.mid, flip.tolist(), strict=True))
    return Certificate(Enclosure(mid, e.radius, e.uniqueness), certificate.reality, certificate.precision)


def reality(enclosure: Enclosure) -> Verdict:
    """Whether the enclosed zero of a real system is real."""
    if any(abs(im) > enclosure.radius for _, im in enclosure.mid):
        return Verdict.NO
    farthest = max(abs(im) for _, im in enclosure.mid)
    # |conj(z) - m| <= |conj(z) - conj(m)| + |conj(m) - m| <= r + 2 |Im m|
    return Verdict.YES if 2 * farthest + enclosure.radius <= enclosure.uniqueness else Verdict.UNDECIDED


def same_zero(a: Enclosure, b: Enclosure) -> bool:
    """Whether the zero of one lies in the uniqueness region of the other, which proves them equal."""
    for first, second in ((a, b), (b, a)):
        room = first.uniqueness - second.radius
        if room >= 0 and all(
            (x[0] - y[0]) ** 2 + (x[1] - y[1]) ** 2 <= room**2 for x, y in zip(first.mid, second.mid, strict=True)
        ):
            return True
    return False


def disjoint(a: Enclosure, b: Enclosure) -> bool:
    """Whether the polydiscs that hold the two zeros have no common point."""
    reach = (a.radius + b.radius) ** 2
    return any((x[0] - y[0]) ** 2 + (x[1] - y[1]) ** 2 > reach for x, y in zip(a.mid, b.mid, strict=True))


@lru_cache(maxsize=64)
def _weights(n: int, seed: int) -> npt.NDArray[np.float64]:
    return np.random.default_rng(seed).uniform(0.5, 1.0, n)


def linear_form(mid: npt.NDArray[np.complex128], seed: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """A generic real linear form of real and imaginary parts at points (m, n), and that of their moduli."""
    n = mid.shape[1]
    weights = _weights(2 * n, seed)
    with np.errstate(over="ignore", invalid="ignore"):
        values = mid.real @ weights[:n] + mid.imag @ weights[n:]
        return values, np.abs(mid.real) @ weights[:n] + np.abs(mid.imag) @ weights[n:]


def reach_of_forms(
    mid: npt.NDArray[np.complex128], radius: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """A generic linear form at the centres, and how far from it the form at a zero may be, with a generous rounding bound.

    Zeros whose forms differ by more than the two reaches are distinct.
    """
    keys, sizes = linear_form(mid, 20260)
    with np.errstate(over="ignore", invalid="ignore"):
        return keys, 1e-12 * (1.0 + sizes) + 2 * mid.shape[1] * radius


def close_pairs(mid: npt.NDArray[np.complex128], radius: npt.NDArray[np.float64]) -> list[tuple[int, int]]:
    """All pairs (i < j) of zeros whose polydiscs may meet, or whose zeros may be equal, in O(n log n).

    Sorts by a fixed generic real linear form of the centres. Two zeros whose forms differ by more than the radii and
    a generous rounding bound allow are distinct; only the others are listed.
    """
    if len(mid) < 2:
        return []
    keys, slack = reach_of_forms(mid, radius)
    is_number = (np.abs(keys) < 1e300) & (slack < 1e300)
    order = np.flatnonzero(is_number)[np.argsort(keys[is_number], kind="stable")]
    sorted_keys, sorted_slack = keys[order], slack[order]
    widest = float(sorted_slack.max(initial=0.0))
    last = np.searchsorted(sorted_keys, sorted_keys + sorted_slack + widest, side="right")
    counts = np.maximum(last - np.arange(len(order)) - 1, 0)
    first = np.repeat(np.arange(len(order)), counts)
    offset = np.arange(len(first)) - np.repeat(np.cumsum(counts) - counts, counts)
    second = first + 1 + offset
    near = ~(sorted_keys[second] - sorted_keys[first] > sorted_slack[first] + sorted_slack[second])
    a, b = order[first[near]], order[second[near]]
    pairs = set(zip(np.minimum(a, b).tolist(), np.maximum(a, b).tolist(), strict=True))
    # next to overflow every pair is listed
    for i in np.flatnonzero(~is_number).tolist():
        pairs.update((min(i, j), max(i, j)) for j in range(len(mid)) if j != i)
    return sorted(pairs)
