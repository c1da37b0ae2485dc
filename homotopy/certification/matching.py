"""Lists of solutions from other programs, held against certified ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from homotopy.certification.balls import to_double
from homotopy.certification.zeros import Certificate, certify
from homotopy.status import Verdict
from polysys.problem import SystemTapes

Box = Sequence[tuple[Fraction, Fraction]]


@dataclass(frozen=True, slots=True)
class BoxMatching:
    """Real boxes against certified solutions that are, or may be, real.

    Parameters
    ----------
    owner : tuple of int or None
        For each box the certified solution that is the only one it can hold; None where there is none.
    n_real : int
        Certified real solutions.
    lonely : tuple of int
        Certified real solutions that lie in no box.
    n_shared : int
        Boxes beyond the first that belong to the same solution.
    """

    owner: tuple[int | None, ...]
    n_real: int
    lonely: tuple[int, ...]
    n_shared: int

    @property
    def strange(self) -> tuple[int, ...]:
        """The boxes that belong to no certified solution."""
        return tuple(k for k, c in enumerate(self.owner) if c is None)

    @property
    def is_one_to_one(self) -> bool:
        """Whether every box belongs to one real solution and every real solution to one box."""
        return not self.strange and not self.lonely and not self.n_shared and len(self.owner) == self.n_real


def match_boxes(boxes: Sequence[Box], certificates: Sequence[Certificate]) -> BoxMatching:
    """Which certified solution each box holds, in exact arithmetic.

    Notes
    -----
    A box that lies in the uniqueness region of a certificate can hold no other solution than the certified one, and
    holds that one only if it meets the certificate's own enclosure.
    """
    real = [k for k, c in enumerate(certificates) if c.reality is Verdict.YES]
    hopeful = [k for k, c in enumerate(certificates) if c.reality is not Verdict.NO]
    centres = np.array([[to_double(re) for re, _ in certificates[k].enclosure.mid] for k in hopeful])
    owner: list[int | None] = []
    for box in boxes:
        middle = np.array([to_double((a + b) / 2) for a, b in box])
        order = np.argsort(np.abs(centres - middle).max(axis=1), kind="stable")[:3].tolist() if hopeful else []
        owner.append(next((hopeful[k] for k in order if _belongs(box, certificates[hopeful[k]])), None))
    owned = [k for k in owner if k is not None]
    lonely = tuple(k for k in real if k not in set(owned))
    return BoxMatching(tuple(owner), len(real), lonely, len(owned) - len(set(owned)))


def _belongs(box: Box, certificate: Certificate) -> bool:
    e = certificate.enclosure
    return all(
        max(abs(a - re), abs(b - re)) ** 2 + im * im <= e.uniqueness**2 and a <= re + e.radius and b >= re - e.radius
        for (a, b), (re, im) in zip(box, e.mid, strict=True)
    )


@dataclass(frozen=True, slots=True)
class ListMatching:
    """Candidates of another program against certified solutions.

    Parameters
    ----------
    n_found : int
        Certified solutions that the candidates lead to.
    n_known : int
    fresh : sequence of Certificate
        Certified solutions that are not in the list: proof that it is incomplete.
    """

    n_found: int
    n_known: int
    fresh: Sequence[Certificate]


def match_candidates(
    tapes: SystemTapes, candidates: Iterable[Sequence[complex]], known: Sequence[Certificate]
) -> ListMatching:
    """Certify candidates and look for the result in a certified list.

    Examples
    --------
    >>> import polysys as ps
    >>> tapes = ps.expression("x^3/3 - x").sample().tapes
    >>> known = certify(tapes, [[1]]).certificates
    >>> matching = match_candidates(tapes, [[1.001], [-1.001]], known)
    >>> matching.n_found, len(matching.fresh)
    (1, 1)
    """
    report = certify(tapes, candidates, known)
    found = {k for k in report.assignment if k is not None and k < len(known)}
    return ListMatching(len(found), len(known), report.certificates[len(known) :])
