"""From candidates to certificates: existence, uniqueness, distinctness, reality, on our exact system."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, log10

import numpy as np
import numpy.typing as npt
from flint import acb_mat, arb, ctx

from homotopy.certification import balls
from homotopy.certification.balls import Enclosure, ExactComplex
from homotopy.certification.certificates import (
    Certificate,
    CertificateList,
    close_pairs,
    disjoint,
    mirror,
    reality,
    same_zero,
)
from homotopy.certification.discs.contraction import UNDECIDED, YES, Boxes, prove, system_discs
from homotopy.certification.scales import further_precisions, is_sharp, scale_of
from homotopy.common import reporting
from homotopy.status import Verdict
from polysys.problem import SystemTapes

__all__ = [
    "Certificate",
    "CertificateList",
    "CertificationReport",
    "certify",
    "certify_one",
    "close_pairs",
    "disjoint",
    "mirror",
    "reality",
    "same_zero",
]

PRECISIONS = (128, 256, 512, 1024)  # bits of python-flint; 128 decides everything but near-singular zeros
DOUBLE_DIGITS = 15  # what certificates in doubles aim at; ill-conditioned zeros have fewer
Candidate = Sequence[complex | ExactComplex]
_DIGITS_A_BIT = 0.25  # decimals of a centre at a precision
_WIDE = 1e-10  # relative radius above which a box is made again with more digits
_NARROW = 0.1  # a box is made again unless it is so much narrower than its uniqueness region: two about one zero are then seen to be
_NEWTON_STEPS = 12
_FAR = Fraction(1, 10**7)  # a Newton step this long moves the Jacobian: it is evaluated again
_START_RADIUS = Fraction(1, 100)  # first uniqueness radius tried, relative to the size of the point
_TARGET_CONTRACTION = Fraction(1, 4)
_LEAST_CONTRACTION = Fraction(1, 1000)  # below which a radius could be much larger
_SHRINKS = 40  # uniqueness radii tried


@dataclass(frozen=True, slots=True)
class CertificationReport:
    """Certificates of pairwise distinct zeros, and what became of each candidate.

    Parameters
    ----------
    certificates : CertificateList
        Of zeros proved pairwise distinct; a sequence of :class:`Certificate`.
    assignment : tuple of int or None
        For each candidate the certificate it led to; None where none was proved.
    n_entangled : int
        Certified candidates left out because they could be proved neither equal to nor distinct from another one.
    """

    certificates: CertificateList
    assignment: tuple[int | None, ...]
    n_entangled: int

    def __repr__(self) -> str:
        return f"CertificationReport({len(self.certificates)} certified of {len(self.assignment)} candidates, {self.n_entangled} entangled)"


def certify(
    tapes: SystemTapes,
    candidates: Iterable[Sequence[complex]] | npt.NDArray[np.complex128],
    known: Sequence[Certificate] = (),
    images: Sequence[npt.NDArray[np.int8]] | None = None,
    digits: int = DOUBLE_DIGITS,
    exact: Sequence[Candidate] | None = None,
    boxes: Boxes | None = None,
) -> CertificationReport:
    """Certify candidate solutions of a system with real (rational) coefficients.

    Parameters
    ----------
    tapes : SystemTapes
    candidates : iterable of complex vectors
        Approximate solutions from any engine.
    known : sequence of Certificate
        Certificates from earlier runs; they come first in the result.
    images : sequence of int8 arrays (g, n), optional
        For each candidate the sign flips, the identity first, that map the system's zeros to zeros. An image of a
        certified zero is certified by the image of its certificate, at no cost; the assignment then lists all images.
    digits : int
        Decimals to which real zeros are enclosed; more than 15 take ball arithmetic (milliseconds a zero).
    exact : sequence of vectors of (Fraction, Fraction), optional
        The same candidates with all digits that are known. Where doubles do not decide, ball arithmetic starts from these:
        zeros that are equal in doubles are told apart.
    boxes : Boxes, optional
        What doubles prove about the candidates, where that is known already (:func:`boxes_of_members`).

    Returns
    -------
    CertificationReport

    Notes
    -----
    In doubles with rigorous rounding bounds (:mod:`homotopy.certification.discs.contraction`, some 30 microseconds a candidate for
    fifteen unknowns), and what these do not decide, or enclose widely, in ball arithmetic with growing precision.

    Examples
    --------
    >>> import polysys as ps
    >>> tapes = ps.expression("x^3 - 3*x").sample().tapes
    >>> report = certify(tapes, [[1.0001], [-0.9999], [1.0]])
    >>> len(report.certificates), report.assignment
    (2, (0, 1, 0))
    """
    points = _as_array(candidates, tapes.equations.n_variables)
    if boxes is None:
        (boxes,) = boxes_of_members([tapes], [points])
    found, row_of = _certified(tapes, boxes, digits, points if exact is None else exact)
    sizes = [1] * len(points) if images is None else [len(flips) for flips in images]
    if images is not None:
        found = found.with_images([images[k] for k in np.flatnonzero(row_of >= 0).tolist()])
    position: list[int | None] = []
    place = len(known)
    for k, row in enumerate(row_of.tolist()):
        position.extend([None] * sizes[k] if row < 0 else range(place, place + sizes[k]))
        place += sizes[k] if row >= 0 else 0
    return _distinct(CertificateList.joined([CertificateList.of(known), found]), position)


def _as_array(
    candidates: Iterable[Sequence[complex]] | npt.NDArray[np.complex128], n: int
) -> npt.NDArray[np.complex128]:
    rows = candidates if isinstance(candidates, np.ndarray) else list(candidates)
    return np.asarray(rows, dtype=np.complex128).reshape(len(rows), n)


def boxes_of_members(
    tapes: Sequence[SystemTapes], candidates: Sequence[npt.NDArray[np.complex128]], threads: int | None = None
) -> list[Boxes]:
    """What doubles prove about the candidates (m_k, n) of members of one family, each as if it were alone."""
    sizes = [len(points) for points in candidates]
    sample = np.repeat(np.arange(len(sizes)), sizes)
    with np.errstate(over="ignore"):
        together = candidates[0] if len(candidates) == 1 else np.concatenate(candidates)
        boxes = prove(system_discs(*tapes), together, sample, threads)
    ends = np.cumsum(sizes).tolist()
    return [boxes.take(slice(end - size, end)) for end, size in zip(ends, sizes, strict=True)]


def is_narrow(boxes: Boxes) -> npt.NDArray[np.bool_]:
    """Which boxes need no more digits: narrow ones of decided reality."""
    size = np.maximum(1.0, np.abs(boxes.mid).max(axis=1, initial=0.0))
    is_decided = boxes.is_proved & (boxes.reality != UNDECIDED)
    return np.asarray(is_decided & (boxes.radius <= _WIDE * size) & (boxes.radius <= _NARROW * boxes.uniqueness))


def _certified(
    tapes: SystemTapes, boxes: Boxes, digits: int, best: Sequence[Candidate] | npt.NDArray[np.complex128]
) -> tuple[CertificateList, npt.NDArray[np.int64]]:
    """Certificates of the candidates that have one, in order, and for each its row, -1 without."""
    is_fine = is_narrow(boxes)
    if further_precisions(tapes.equations):  # radii in doubles have the size of the largest coordinate
        is_fine[:] = False
    if digits > DOUBLE_DIGITS:
        is_fine &= boxes.reality != YES
    exact = {}
    is_kept = is_fine.copy()
    slow = np.flatnonzero(~is_fine).tolist()
    for done, k in enumerate(slow):
        reporting.report("certificates in ball arithmetic", done, len(slow))
        certificate = certify_one(tapes, best[k].tolist() if isinstance(best, np.ndarray) else best[k], digits)
        if certificate is not None:
            exact[k] = certificate
        is_kept[k] = certificate is not None or bool(boxes.is_proved[k])
    rows = np.flatnonzero(is_kept)
    row_of = np.full(len(boxes.mid), -1, np.int64)
    row_of[rows] = np.arange(len(rows))
    result = CertificateList.of_boxes(boxes).take(rows)
    if exact:
        more = CertificateList.of(list(exact.values()))
        at = row_of[list(exact)]
        result.mid[at], result.radius[at] = more.mid, more.radius
        result.uniqueness[at], result.reality[at] = more.uniqueness, more.reality
        result = CertificateList(
            result.mid, result.radius, result.uniqueness, result.reality,
            dict(zip(at.tolist(), exact.values(), strict=True)),
        )  # fmt: skip
    return result, row_of


def certify_one(tapes: SystemTapes, candidate: Candidate, digits: int = DOUBLE_DIGITS) -> Certificate | None:
    """The certificate of the zero near a candidate, with the precision raised until it is decided; None if none is."""
    if not all(isinstance(z, tuple) or np.isfinite(z) for z in candidate):
        return None
    mid = tuple(
        z if isinstance(z, tuple) else (Fraction(complex(z).real), Fraction(complex(z).imag)) for z in candidate
    )
    best: Certificate | None = None
    further = further_precisions(tapes.equations)
    for precision in (*PRECISIONS, *further):
        if int(precision * _DIGITS_A_BIT) < digits and precision < PRECISIONS[-1]:
            continue
        with ctx.workprec(precision):
            enclosure = _enclose(tapes, mid, precision, is_wide=bool(further))
        if enclosure is None:
            continue
        best = Certificate(enclosure, reality(enclosure), precision)
        if best.reality is not Verdict.UNDECIDED and (not further or is_sharp(enclosure, mid, scale_of(tapes.equations))):
            break
    return best


def _enclose(tapes: SystemTapes, mid: tuple[ExactComplex, ...], precision: int, *, is_wide: bool) -> Enclosure | None:
    refined, y = _newton(tapes, mid, precision, is_wide=is_wide)
    if refined is None or y is None:
        return None
    size = max(Fraction(1), *(abs(re) + abs(im) for re, im in refined))
    uniqueness, least = _short(size * _START_RADIUS), Fraction(1, 1000)
    for k in range(_SHRINKS):
        kappa = balls.contraction(tapes.jacobian, y, refined, uniqueness)
        if kappa is not None and kappa <= Fraction(1, 2):
            break
        ratio = Fraction(1, 100)
        if kappa is not None and kappa <= 1000:
            ratio = max(_TARGET_CONTRACTION / kappa, least)
        elif is_wide and k >= _SHRINKS // 4:
            least *= least  # the radius may be a thousand bits away
            ratio = least
        uniqueness = _short(uniqueness * ratio)
        if uniqueness < Fraction(1, 2 ** (precision - 16)):
            return None
    else:
        return None
    if is_wide:
        uniqueness, kappa = _grown(tapes, y, refined, uniqueness, kappa)
    return _tighten(tapes, y, refined, uniqueness, kappa, precision)


def _grown(
    tapes: SystemTapes, y: acb_mat, centre: tuple[ExactComplex, ...], uniqueness: Fraction, kappa: Fraction
) -> tuple[Fraction, Fraction]:
    """A radius that was made far too small, as large as its contraction lets it be; kappa grows about linearly with it."""
    if 0 < kappa < _LEAST_CONTRACTION:
        larger = _short(uniqueness * (_TARGET_CONTRACTION / kappa))
        wider = balls.contraction(tapes.jacobian, y, centre, larger)
        if wider is not None and wider <= Fraction(1, 2):
            return larger, wider
    return uniqueness, kappa


def _tighten(
    tapes: SystemTapes,
    y: acb_mat,
    centre: tuple[ExactComplex, ...],
    uniqueness: Fraction,
    kappa: Fraction,
    precision: int,
) -> Enclosure | None:
    """The enclosure with short decimal numbers; a centre that may be real is moved onto the real axis."""
    mid = centre
    if all(2 * abs(im) <= uniqueness / 4 for _, im in mid) and all(abs(im) < Fraction(1, 10**12) for _, im in mid):
        on_axis: tuple[ExactComplex, ...] = tuple((re, Fraction(0)) for re, _ in mid)
        eta, _ = balls.newton_defect(tapes.equations, y, on_axis)
        if eta is not None and eta <= Fraction(1, 10**18):
            mid = on_axis
    digits = int(precision * _DIGITS_A_BIT)
    mid = tuple((_decimal(re, digits), _decimal(im, digits)) for re, im in mid)
    eta, _ = balls.newton_defect(tapes.equations, y, mid)
    if eta is None:
        return None
    # kappa was taken on the polydisc about the unrounded centre: stay inside it
    moved = max(abs(a[0] - b[0]) + abs(a[1] - b[1]) for a, b in zip(mid, centre, strict=True))
    uniqueness = _short(uniqueness - moved)
    radius = _power_above(max(eta / (1 - kappa), Fraction(1, 10**digits)) * 2)
    if not 0 < radius <= uniqueness:
        return None
    return Enclosure(mid, radius, uniqueness)


def _newton(
    tapes: SystemTapes, mid: tuple[ExactComplex, ...], precision: int, *, is_wide: bool
) -> tuple[tuple[ExactComplex, ...] | None, acb_mat | None]:
    """Newton's iteration with exact midpoints until it stagnates, and the last preconditioner; None if it diverges.

    The Jacobian is evaluated again only while the steps contract slowly: engines deliver points that are good to a
    dozen digits, and then the first inverse serves throughout. In a wide system the length of a step says nothing of that.
    """
    last: Fraction | None = None
    y = balls.preconditioner(tapes.jacobian, mid)
    for _ in range(_NEWTON_STEPS):
        if y is None:
            return None, None
        eta, change = balls.newton_defect(tapes.equations, y, mid)
        if eta is None:
            return None, None
        if last is not None and eta > last / 2 and not is_wide:
            return (mid if eta < Fraction(1, 10**8) else None), y
        mid = tuple(
            (_dyadic(re - _mid(c.real), precision), _dyadic(im - _mid(c.imag), precision))
            for (re, im), c in zip(mid, change, strict=True)
        )
        if eta < Fraction(1, 1 << int(precision * 0.85)):
            return mid, y
        if is_wide or eta > _FAR or (last is not None and eta > last / 1000):
            y = balls.preconditioner(tapes.jacobian, mid)
        last = eta
    return mid, y


def _mid(value: arb) -> Fraction:
    mantissa, exponent = value.mid().man_exp()
    m, e = int(mantissa), int(exponent)
    return Fraction(m << e) if e >= 0 else Fraction(m, 1 << -e)


def _dyadic(value: Fraction, bits: int) -> Fraction:
    return Fraction(round(value * (1 << bits)), 1 << bits)


def _decimal(value: Fraction, digits: int) -> Fraction:
    return Fraction(round(value * 10**digits), 10**digits)


def _power_above(value: Fraction) -> Fraction:
    """The smallest one-digit decimal not below a positive value; short in files."""
    exponent = _exponent(value)
    unit = Fraction(10) ** exponent
    return Fraction(ceil(value / unit)) * unit


def _short(value: Fraction) -> Fraction:
    """A one-digit decimal not above a positive value."""
    if value <= 0:
        return Fraction(0)
    unit = Fraction(10) ** _exponent(value)
    return Fraction(value // unit) * unit


def _exponent(value: Fraction) -> int:
    guess = round(log10(value.numerator) - log10(value.denominator))
    while Fraction(10) ** guess > value:
        guess -= 1
    while Fraction(10) ** (guess + 1) <= value:
        guess += 1
    return guess


def _distinct(proved: CertificateList, position: list[int | None]) -> CertificationReport:
    """Merge certificates of one zero, keep only what is pairwise proved distinct."""
    pairs = close_pairs(proved.mid, proved.radius)
    if not pairs:
        return CertificationReport(proved, tuple(position), 0)
    representative = np.arange(len(proved))
    dropped: set[int] = set()
    enclosure = {k: proved[k].enclosure for k in {k for pair in pairs for k in pair}}
    for i, j in pairs:
        a, b = int(representative[i]), int(representative[j])
        if a == b or a in dropped or b in dropped:
            continue
        first, second = min(a, b), max(a, b)
        if same_zero(enclosure[first], enclosure[second]):
            representative[representative == second] = first
        elif not disjoint(enclosure[first], enclosure[second]):
            dropped.add(second)
    is_kept = representative == np.arange(len(proved))
    is_kept[list(dropped)] = False
    number = np.where(is_kept, np.cumsum(is_kept) - 1, -1)[representative].tolist()
    assignment = tuple(None if p is None or number[p] < 0 else number[p] for p in position)
    return CertificationReport(proved.take(is_kept), assignment, len(dropped))
