"""Singular points of a family: where F_u is not invertible. Found by Newton's method on extended systems, certified there.

fold: F(u, a) = 0, F_u v = 0, l.v = 1 in the unknowns u, v, a (Moore & Spence, SIAM J. Numer. Anal. 17 (1980) 567), regular at quadratic folds.

branch point: F(u, a) + b v_x = 0, F_u v = 0, l.v = 1 and v_x . d_a grad V = 0 in u, v, a, b, with v_x the coordinates of v. The left null
vector of F_u is (v_x, -v_mu / 2), because F_u is that of a gradient on spheres; so the last equation says that F_a is in the range of F_u. It is
regular where branches cross (transcritical) and where one passes through the tip of another (pitchfork); the points are those with b = 0. A
symmetry g of V with g u = u and g v = -v maps solutions to solutions and b to -b, so that the one solution of a symmetric polydisc has b = 0 exactly.

escape: the forms of highest degree of F in u vanish at (y, a), l.y = 1: a solution goes to infinity in the direction y.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
from flint import acb, ctx

from homotopy.certification import balls
from homotopy.certification.zeros import Certificate, certify_one
from homotopy.common.arrays import Complexes
from homotopy.scans.family import Exponents, Family
from homotopy.status import Verdict
from polysys.formulations.expansion import nested_form
from polysys.formulations.formulation import FormulationTapes, Kind
from polysys.symmetry import SignedPermutation
from polysys.tape import Node, Recorder

DIGITS = 32  # decimals to which singular points are enclosed
_STEPS = 60
_BITS = 128
_CLOSE = 1e-7  # within which a point looks symmetric
_NO_IMAGINARY = 1e-20  # of a parameter
_LEAST = 1e-3  # of the form l at v
_OUTSIDE = 2.0
_LARGE = 1e3  # a solution this much larger than 1 may be on its way to infinity


class SingularKind(Enum):
    """The extended system in which a singular point is regular."""

    FOLD = "fold"
    BRANCH = "branch point"
    ESCAPE = "escape"


@dataclass(frozen=True, eq=False)
class SingularPoint:
    """A certified singular point of a family.

    Parameters
    ----------
    kind : SingularKind
    certificate : Certificate
        Of the solution of its extended system.
    n : int
        Unknowns of the family.
    is_exact : bool
        Whether b = 0 is proved (branch points); else |b| is below the radius. True for the others.
    is_flat : Verdict
        Branch points only: whether w F_uu v v = 0 with the left null vector w. Then more than two solutions meet; else exactly two.
    """

    kind: SingularKind
    certificate: Certificate
    n: int
    is_exact: bool
    is_flat: Verdict = Verdict.NO

    @property
    def is_real(self) -> bool:
        """Whether it is proved real."""
        return self.certificate.reality is Verdict.YES

    @property
    def is_at_real_value(self) -> bool:
        """Whether the parameter is real, as far as 32 digits go; complex solutions may meet there."""
        return self.is_real or abs(self.a_double.imag) <= _NO_IMAGINARY * (1 + abs(self.a_double))

    @property
    def a(self) -> tuple[Fraction, Fraction]:
        """Centre and radius of the ball that holds the real part of the parameter."""
        place = self.n if self.kind is SingularKind.ESCAPE else 2 * self.n
        return self.certificate.enclosure.mid[place][0], self.certificate.enclosure.radius

    @property
    def a_double(self) -> complex:
        """The parameter in doubles."""
        place = self.n if self.kind is SingularKind.ESCAPE else 2 * self.n
        re, im = self.certificate.enclosure.mid[place]
        return complex(float(re), float(im))

    @property
    def u(self) -> Complexes:
        """The point, or the direction of the escape."""
        return np.array([complex(float(re), float(im)) for re, im in self.certificate.enclosure.mid[: self.n]])

    @property
    def null_vector(self) -> Complexes:
        """The null vector of F_u; the direction of an escape."""
        if self.kind is SingularKind.ESCAPE:
            return self.u
        mid = self.certificate.enclosure.mid[self.n : 2 * self.n]
        return np.array([complex(float(re), float(im)) for re, im in mid])


@dataclass(frozen=True, eq=False)
class Guess:
    """A solution of an extended system in doubles, with the form l."""

    kind: SingularKind
    x: Complexes
    form: Any


class SingularSystems:
    """The extended systems of a family."""

    def __init__(self, family: Family) -> None:
        self.family = family
        self.n = family.n

    @property
    def can_escape(self) -> bool:
        """Whether real solutions can leave every bounded set."""
        return self.family.formulation.kind is Kind.EUCLIDEAN

    def near(self, u: Complexes, a: complex, trust: float) -> SingularPoint | None:
        """The certified singular point near a solution that is nearly singular; None where none is found within `trust` of a."""
        found = (self.certified(guess) for guess in self.guesses(u, a, trust))
        return next((point for point in found if point is not None), None)

    def guesses(self, u: Complexes, a: complex, trust: float) -> list[Guess]:
        """What Newton's method finds within `trust` of a in the extended systems, the likeliest first."""
        kinds = [SingularKind.FOLD, SingularKind.BRANCH]
        if self.can_escape and np.abs(u).max() > _OUTSIDE:
            kinds.insert(0 if np.abs(u).max() > _LARGE else 2, SingularKind.ESCAPE)
        found = []
        for kind in kinds:
            start, form = self._start(kind, u, a)
            if start is None or form is None:
                continue
            x = _newton(self.tapes(kind).bind(_exactly(form)), start)
            if x is not None and abs(x[self.n if kind is SingularKind.ESCAPE else 2 * self.n] - a) <= trust:
                found.append(Guess(kind, x, form))
        return found

    def certified(self, guess: Guess) -> SingularPoint | None:
        """The singular point next to a guess, certified; None where that fails."""
        kind, x, form = guess.kind, guess.x, guess.form
        v = x[self.n : 2 * self.n]
        if (
            kind is SingularKind.BRANCH and not np.any(x.imag) and np.any(v)
        ):  # with the symmetry of the point itself in the form
            form = self._symmetrised(x[: self.n].real, v.real)
            scale = form @ v
            if abs(scale) < _LEAST:
                return None
            x = x.copy()
            x[self.n : 2 * self.n] /= scale
            x[-1] *= scale
        certificate = certify_one(self.tapes(kind).bind(_exactly(form)), x.tolist(), digits=DIGITS)
        if certificate is None or certificate.reality is Verdict.UNDECIDED:
            return None
        if kind is not SingularKind.BRANCH:
            return SingularPoint(kind, certificate, self.n, True)
        b, radius = certificate.enclosure.mid[-1], certificate.enclosure.radius
        if max(abs(b[0]), abs(b[1])) > 2 * radius:
            return None
        is_reversed = self._is_symmetric(certificate, form)
        is_exact = is_reversed or self._is_rational(certificate)
        # a symmetry that fixes u and reverses v maps w F_uu v v to its negative
        is_flat = Verdict.YES if is_reversed else self._flatness(certificate, form)
        return SingularPoint(kind, certificate, self.n, is_exact, is_flat)

    def _flatness(self, certificate: Certificate, form: Any) -> Verdict:
        """Whether w F_uu v v vanishes, with the left null vector w: by a ball without zero, or exactly at a rational point."""
        n, m, e = self.n, self.family.domain.n, certificate.enclosure
        tape = self.tapes(SingularKind.BRANCH).bind(_exactly(form)).jacobian

        def along(values: Sequence[Any], v: Sequence[Any]) -> Any:
            left = [*v[:m], *(-c / 2 for c in v[m:])]
            rows = (values[(n + i) * (2 * n + 2) : (n + i) * (2 * n + 2) + n] for i in range(n))
            return sum(left[i] * sum(d * c for d, c in zip(row, v, strict=True)) for i, row in enumerate(rows))

        with ctx.workprec(max(_BITS, certificate.precision)):
            inside = [balls.complex_ball(z, e.radius) for z in e.mid]
            if not acb(along([acb(c) for c in balls.evaluate(tape, inside)], inside[n : 2 * n])).contains(acb(0)):
                return Verdict.NO
        if not self._is_rational(certificate):
            return Verdict.UNDECIDED
        place = [simplest(re, e.radius) for re, _ in e.mid]
        v = place[n : 2 * n]
        values = [Fraction(c) for c in tape.evaluate(place)]
        is_kernel = not any(sum(d * c for d, c in zip(values[i * (2 * n + 2) :][:n], v, strict=True)) for i in range(n))
        return Verdict.YES if is_kernel and not along(values, v) else Verdict.UNDECIDED

    def _start(self, kind: SingularKind, u: Complexes, a: complex) -> tuple[Complexes | None, Any]:
        """Where Newton's method begins, and the form l."""
        if kind is SingularKind.ESCAPE:
            y = _turned(u / np.linalg.norm(u))
            form = y.real
            if abs(form @ y) < _LEAST:
                return None, None
            return np.concatenate([y / (form @ y), [a]]), form
        jacobian = np.array(self.family.tapes.members.jacobian.evaluate(list(u), [a]), complex).reshape(self.n, self.n)
        if not np.isfinite(jacobian).all():
            return None, None
        v = _turned(np.linalg.svd(jacobian)[2][-1].conj())
        if np.linalg.norm(v.real) < _LEAST:
            return None, None
        form = v.real / np.linalg.norm(v.real)
        if abs(form @ v) < _LEAST:
            return None, None
        extra = [a] if kind is SingularKind.FOLD else [a, 0.0]
        return np.concatenate([u, v / (form @ v), extra]), form

    def _symmetrised(self, u: Any, v: Any) -> Any:
        """v with the exact sign pattern of the symmetry that fixes u and reverses v, if there is one."""
        v = v / np.linalg.norm(v)
        v = np.where(np.abs(v) < 1e-7, 0.0, v)
        for g in self._reversing(u, v, _CLOSE):
            n = self.family.domain.n
            image = np.concatenate([np.array(g.apply(v[:n].tolist())), v[n:]])
            return (v - image) / 2
        return v

    def _reversing(self, u: Any, v: Any, tolerance: float) -> list[SignedPermutation]:
        """Symmetries that nearly fix u and reverse v; the multipliers of v vanish then."""
        n = self.family.domain.n
        found = []
        for g in self.family.symmetry_elements:
            fixed = np.abs(np.array(g.apply(list(u[:n]))) - u[:n]).max() <= tolerance * max(1.0, np.abs(u).max())
            if (
                fixed
                and np.abs(np.array(g.apply(list(v[:n]))) + v[:n]).max() <= tolerance
                and np.abs(v[n:]).max(initial=0) <= tolerance
            ):
                found.append(g)
        return found

    def _is_symmetric(self, certificate: Certificate, form: Any) -> bool:
        """Whether a symmetry maps the certified solution to itself with b to -b, so that b = 0: its image lies in the region of uniqueness."""
        n, m, e = self.n, self.family.domain.n, certificate.enclosure
        mid = [re for re, _ in e.mid]
        u, v, b = mid[:n], mid[n : 2 * n], mid[-1]
        form_exact = [Fraction(float(c)) for c in form]
        for g in self._reversing(np.array(u, float), np.array(v, float), _CLOSE):
            is_odd = [-c for c in g.apply(form_exact[:m])] == form_exact[:m] and not any(form_exact[m:])
            image = [*g.apply(u[:m]), *u[m:], *(-c for c in g.apply(v[:m])), *v[m:], mid[2 * n], -b]
            # multipliers of v: -(-v_mu) = v_mu under g, and the image has -v_mu; both vanish in the limit
            image[n + m : 2 * n] = [-c for c in v[m:]]
            gap = max(abs(p - q) for p, q in zip(image, mid, strict=True))
            if is_odd and gap + e.radius <= e.uniqueness:
                return True
        return False

    def _is_rational(self, certificate: Certificate) -> bool:
        """Whether a rational point next to the certified one solves the extended system exactly with b = 0."""
        n, e = self.n, certificate.enclosure
        u = [simplest(re, e.radius) for re, _ in e.mid[:n]]
        a = simplest(e.mid[2 * n][0], e.radius)
        if any(e_i.denominator > 10**6 for e_i in (*u, a)):
            return False
        members = self.family.tapes.members
        if any(members.equations.evaluate(u, [a])):
            return False
        from flint import fmpq, fmpq_mat

        entries = [fmpq(c.numerator, c.denominator) for c in members.jacobian.evaluate(u, [a])]
        # F = 0 and det F_u = 0 exactly; the certified null vector then is the one of the rational point
        return bool(fmpq_mat(n, n, entries).rank() == n - 1) and self._is_in_range(u, a)

    def _is_in_range(self, u: Sequence[Fraction], a: Fraction) -> bool:
        """Whether F_a is in the range of F_u at a rational point, exactly."""
        from flint import fmpq, fmpq_mat

        n = self.n
        values = self.family.tapes.jacobian.evaluate([*u, a])
        entries = [fmpq(c.numerator, c.denominator) for c in values]
        square = fmpq_mat(n, n, entries[: n * n])
        wide = fmpq_mat(n, n + 1, [e for i in range(n) for e in (*entries[i * n : (i + 1) * n], entries[n * n + i])])
        return bool(square.rank() == wide.rank())

    def tapes(self, kind: SingularKind) -> FormulationTapes:
        """The extended system of a kind, with the coefficients of the form l as parameters."""
        return _extended(self.family, kind)


@lru_cache(maxsize=8)
def _extended(family: Family, kind: SingularKind) -> FormulationTapes:
    n = family.n
    if kind is SingularKind.ESCAPE:
        recorder = Recorder(n + 1, n)
        y, a = recorder.variables[:n], recorder.variables[n]
        equations = [recorder.node(nested_form(top_form(f), [*y, a])) for f in family.equations]
        equations.append(_sum(l * c for l, c in zip(recorder.parameters, y, strict=True)) - 1)
    else:
        size = 2 * n + (1 if kind is SingularKind.FOLD else 2)
        recorder = Recorder(size, n)
        u, v, a = recorder.variables[:n], recorder.variables[n : 2 * n], recorder.variables[2 * n]
        f = [recorder.node(nested_form(terms, [*u, a])) for terms in family.equations]
        slopes = [recorder.gradient(g, [*u, a]) for g in f]
        kernel = [_sum(d * c for d, c in zip(row[:n], v, strict=True)) for row in slopes]
        form = _sum(l * c for l, c in zip(recorder.parameters, v, strict=True)) - 1
        if kind is SingularKind.FOLD:
            equations = [*f, *kernel, form]
        else:
            m, b = family.domain.n, recorder.variables[-1]
            unfolded = [g + b * v[i] if i < m else g for i, g in enumerate(f)]
            crossing = _sum(v[i] * slopes[i][n] for i in range(m))
            equations = [*unfolded, *kernel, form, crossing]
    equations = [recorder.node(g) for g in equations]
    jacobian = [d for g in equations for d in recorder.gradient(g, recorder.variables)]
    program = recorder.tape(equations)
    return FormulationTapes(program, recorder.tape(jacobian), program, program)


def top_form(equation: dict[Exponents, Fraction]) -> dict[Exponents, Fraction]:
    """The terms of the highest degree in the unknowns; the parameter is last."""
    degree = max(sum(e[:-1]) for e in equation)
    return {e: c for e, c in equation.items() if sum(e[:-1]) == degree}


def _sum(nodes: Any) -> Node:
    first, *rest = nodes
    result: Node = first
    for node in rest:
        result = result + node
    return result


def _turned(v: Complexes) -> Complexes:
    """A vector times the phase that makes it as real as can be."""
    square = np.sum(v * v)
    return v * np.exp(-0.5j * np.angle(square)) if abs(square) > 1e-12 else v


def _newton(tapes: FormulationTapes, start: Complexes) -> Complexes | None:
    """Newton's method, damped in its length; None where it does not settle."""
    x = start.astype(complex)
    size = len(x)
    for _ in range(_STEPS):
        with np.errstate(all="ignore"):
            f = np.array(tapes.equations.evaluate(list(x), (), _double), complex)
            jacobian = np.array(tapes.jacobian.evaluate(list(x), (), _double), complex).reshape(size, size)
        if not np.isfinite(jacobian).all() or not np.isfinite(f).all():
            return None
        rows = np.abs(jacobian).max(axis=1)
        rows = np.where(rows > 0, rows, 1.0)  # equations of very different size are of equal weight
        change = np.linalg.lstsq(jacobian / rows[:, None], f / rows, rcond=1e-14)[0]
        length, scale = np.abs(change).max(), max(1.0, np.abs(x).max())
        x = x - change * min(1.0, 0.5 * scale / max(length, 1e-300))
        if length < 1e-12 * scale:
            is_real = np.abs(x.imag).max() < 1e-8 * scale
            return np.array(x.real if is_real else x, complex)
    return None


def _exactly(form: Any) -> list[Fraction]:
    return [Fraction(float(c)) for c in form]


def _double(value: Fraction) -> float:
    return float(value)


def simplest(value: Fraction, radius: Fraction) -> Fraction:
    """The rational of the smallest denominator within a distance of a value.

    Examples
    --------
    >>> simplest(Fraction(3333, 10000), Fraction(1, 1000))
    Fraction(1, 3)
    """
    low, high = value - radius, value + radius
    if low <= 0 <= high:
        return Fraction(0)
    if high < 0:
        return -simplest(-value, radius)
    return _between(low, high)


def _between(low: Fraction, high: Fraction) -> Fraction:
    """The simplest rational in a positive interval, by continued fractions."""
    whole = low.numerator // low.denominator
    if whole == low or whole + 1 <= high:
        return Fraction(whole if whole == low else whole + 1)
    return whole + 1 / _between(1 / (high - whole), 1 / (low - whole))
