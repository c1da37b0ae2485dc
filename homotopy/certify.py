"""From candidates to certificates: existence, uniqueness, distinctness, reality, on our exact system."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, log10

import numpy as np
import numpy.typing as npt
from flint import acb_mat, ctx

from homotopy import intervals
from homotopy.intervals import Enclosure, ExactComplex, to_double
from homotopy.status import Verdict
from polysys.formulation import FormulationTapes

PRECISIONS = (128, 256, 512, 1024)  # bits; 128 decides everything but near-singular zeros
_NEWTON_STEPS = 12
_FAR = Fraction(1, 10**7)  # a Newton step this long moves the Jacobian: it is evaluated again
_START_RADIUS = Fraction(1, 100)  # first uniqueness radius tried, relative to the size of the point
_TARGET_CONTRACTION = Fraction(1, 4)


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


@dataclass(frozen=True, slots=True)
class CertificationReport:
    """Certificates of pairwise distinct zeros, and what became of each candidate.

    Parameters
    ----------
    certificates : tuple of Certificate
        Of zeros proved pairwise distinct.
    assignment : tuple of int or None
        For each candidate the certificate it led to; None where none was proved.
    n_entangled : int
        Certified candidates left out because they could be proved neither equal to nor distinct from another one.
    """

    certificates: tuple[Certificate, ...]
    assignment: tuple[int | None, ...]
    n_entangled: int


def certify(
    tapes: FormulationTapes,
    candidates: Iterable[Sequence[complex]],
    known: Sequence[Certificate] = (),
    images: Sequence[npt.NDArray[np.int8]] | None = None,
) -> CertificationReport:
    """Certify candidate solutions of a system with real (rational) coefficients.

    Parameters
    ----------
    tapes : FormulationTapes
    candidates : iterable of complex vectors
        Approximate solutions from any engine.
    known : sequence of Certificate
        Certificates from earlier runs; they come first in the result.
    images : sequence of int8 arrays (g, n), optional
        For each candidate the sign flips, the identity first, that map the system's zeros to zeros. An image of a
        certified zero is certified by the image of its certificate, at no cost; the assignment then lists all images.

    Returns
    -------
    CertificationReport

    Examples
    --------
    >>> import polysys as ps
    >>> tapes = ps.expression("x^3 - 3*x").sample().tapes
    >>> report = certify(tapes, [[1.0001], [-0.9999], [1.0]])
    >>> len(report.certificates), report.assignment
    (2, (0, 1, 0))
    """
    proved = list(known)
    position: list[int | None] = []
    for k, candidate in enumerate(candidates):
        certificate = certify_one(tapes, candidate)
        for flip in [None] if images is None else images[k]:
            if certificate is None:
                position.append(None)
            else:
                position.append(len(proved))
                proved.append(certificate if flip is None else mirror(certificate, flip))
    return _distinct(proved, position)


def certify_one(tapes: FormulationTapes, candidate: Sequence[complex]) -> Certificate | None:
    """The certificate of the zero near a candidate, with the precision raised until it is decided; None if none is."""
    if not np.isfinite(np.asarray(candidate, dtype=np.complex128)).all():
        return None
    mid: tuple[ExactComplex, ...] = tuple((Fraction(z.real), Fraction(z.imag)) for z in map(complex, candidate))
    best: Certificate | None = None
    for precision in PRECISIONS:
        with ctx.workprec(precision):
            enclosure = _enclose(tapes, mid, precision)
        if enclosure is None:
            continue
        best = Certificate(enclosure, reality(enclosure), precision)
        if best.reality is not Verdict.UNDECIDED:
            break
    return best


def mirror(certificate: Certificate, flip: npt.NDArray[np.int8]) -> Certificate:
    """The certificate of the mirror image of a zero under a sign flip that preserves the system.

    F(S z) = S' F(z) with diagonal sign matrices S, S': every quantity of the contraction test is unchanged.
    """
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


def _enclose(tapes: FormulationTapes, mid: tuple[ExactComplex, ...], precision: int) -> Enclosure | None:
    refined, y = _newton(tapes, mid, precision)
    if refined is None or y is None:
        return None
    size = max(Fraction(1), *(abs(re) + abs(im) for re, im in refined))
    uniqueness = _short(size * _START_RADIUS)
    for _ in range(40):
        kappa = intervals.contraction(tapes.jacobian, y, refined, uniqueness)
        if kappa is not None and kappa <= Fraction(1, 2):
            break
        ratio = Fraction(1, 100)
        if kappa is not None and kappa <= 1000:
            ratio = max(_TARGET_CONTRACTION / kappa, Fraction(1, 1000))
        uniqueness = _short(uniqueness * ratio)
        if uniqueness < Fraction(1, 2 ** (precision - 16)):
            return None
    else:
        return None
    return _tighten(tapes, y, refined, uniqueness, kappa, precision)


def _tighten(
    tapes: FormulationTapes,
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
        eta, _ = intervals.newton_defect(tapes.equations, y, on_axis)
        if eta is not None and eta <= Fraction(1, 10**18):
            mid = on_axis
    digits = int(precision * 0.25)
    mid = tuple((_decimal(re, digits), _decimal(im, digits)) for re, im in mid)
    eta, _ = intervals.newton_defect(tapes.equations, y, mid)
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
    tapes: FormulationTapes, mid: tuple[ExactComplex, ...], precision: int
) -> tuple[tuple[ExactComplex, ...] | None, acb_mat | None]:
    """Newton's iteration with exact midpoints until it stagnates, and the last preconditioner; None if it diverges.

    The Jacobian is evaluated again only while the steps contract slowly: engines deliver points that are good to a
    dozen digits, and then the first inverse serves throughout.
    """
    last: Fraction | None = None
    y = intervals.preconditioner(tapes.jacobian, mid)
    for _ in range(_NEWTON_STEPS):
        if y is None:
            return None, None
        eta, change = intervals.newton_defect(tapes.equations, y, mid)
        if eta is None:
            return None, None
        if last is not None and eta > last / 2:
            return (mid if eta < Fraction(1, 10**8) else None), y
        mid = tuple(
            (_dyadic(re - _mid(c.real), precision), _dyadic(im - _mid(c.imag), precision))
            for (re, im), c in zip(mid, change, strict=True)
        )
        if eta < Fraction(1, 1 << int(precision * 0.85)):
            return mid, y
        if eta > _FAR or (last is not None and eta > last / 1000):
            y = intervals.preconditioner(tapes.jacobian, mid)
        last = eta
    return mid, y


def _mid(value: object) -> Fraction:
    mantissa, exponent = value.mid().man_exp()  # type: ignore[attr-defined]
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


def _distinct(proved: list[Certificate], position: list[int | None]) -> CertificationReport:
    """Merge certificates of one zero, keep only what is pairwise proved distinct."""
    representative = list(range(len(proved)))
    dropped: set[int] = set()
    for i, j in close_pairs([c.enclosure for c in proved]):
        a, b = representative[i], representative[j]
        if a == b or a in dropped or b in dropped:
            continue
        first, second = min(a, b), max(a, b)
        if same_zero(proved[first].enclosure, proved[second].enclosure):
            representative = [first if k == second else k for k in representative]
        elif not disjoint(proved[first].enclosure, proved[second].enclosure):
            dropped.add(second)
    kept = [k for k in range(len(proved)) if representative[k] == k and k not in dropped]
    number = {k: new for new, k in enumerate(kept)}
    assignment = tuple(None if p is None else number.get(representative[p]) for p in position)
    return CertificationReport(tuple(proved[k] for k in kept), assignment, len(dropped))


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


def close_pairs(enclosures: Sequence[Enclosure]) -> list[tuple[int, int]]:
    """All pairs whose polydiscs may meet or whose zeros may be equal, in O(n log n).

    Sorts by a fixed generic real linear form of the centres. Two zeros whose forms differ by more than the radii and
    a generous rounding bound allow are distinct; only the others are listed.
    """
    if len(enclosures) < 2:
        return []
    n = len(enclosures[0].mid)
    weights = np.random.default_rng(20260).uniform(0.5, 1.0, 2 * n)
    centres = np.array([[to_double(part) for z in e.mid for part in z] for e in enclosures])
    pairs = []
    with np.errstate(over="ignore", invalid="ignore"):  # where overflow leaves no number a pair is listed
        keys = centres @ weights
        slack = 1e-12 * (1.0 + np.abs(centres) @ weights) + 2 * n * np.array([to_double(e.radius) for e in enclosures])
        order = np.argsort(keys, kind="stable")
        widest = float(slack.max())
        for place, i in enumerate(order.tolist()):
            for j in order[place + 1 :].tolist():
                gap = keys[j] - keys[i]
                if gap > slack[i] + widest:
                    break
                if not gap > slack[i] + slack[j]:
                    pairs.append((min(i, j), max(i, j)))
    return sorted(pairs)
