"""Solutions that symmetries and conjugation map to each other: one of each orbit is followed, the others are its images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from homotopy.certification.certificates import CertificateList
from homotopy.certification.closure import Locator
from homotopy.common.arrays import Complexes
from homotopy.scans.family import Family
from polysys.symmetry import SignedPermutation


@dataclass(frozen=True, eq=False)
class Orbits:
    """Which solution each one is an image of.

    Parameters
    ----------
    representative : int array (m,)
    elements : tuple of (SignedPermutation, bool)
        For each solution the map from its representative, and whether it conjugates besides.
    n_coordinates : int
        The unknowns beyond are multipliers, which symmetries leave.
    """

    representative: npt.NDArray[np.int64]
    elements: tuple[tuple[SignedPermutation, bool], ...]
    n_coordinates: int

    def leaders(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The representatives of some solutions."""
        return np.unique(self.representative[rows])

    def images(self, rows: npt.NDArray[np.int64], u: Complexes) -> Complexes:
        """The images of points (m, n) of representatives that belong to some solutions."""
        result = np.array(u, complex)
        for k, row in enumerate(rows.tolist()):
            g, is_conjugate = self.elements[row]
            result[k] = _applied(g, is_conjugate, u[k], self.n_coordinates)
        return result


def _applied(g: SignedPermutation, is_conjugate: bool, u: Complexes, n: int) -> Complexes:
    """The image of points (.., n + m)."""
    result = u.copy()
    result[..., :n] = u[..., list(g.perm)] * np.array(g.signs)
    return np.conj(result) if is_conjugate else result


def orbits_of(family: Family, certificates: CertificateList) -> Orbits:
    """The orbits of certified solutions at a real value under the family's symmetries and conjugation, every image located with proof."""
    m, n = len(certificates), family.domain.n
    identity = family.symmetry.identity
    moves: Sequence[tuple[SignedPermutation, bool]] = [(g, False) for g in family.symmetry.generators] + [
        (identity, True)
    ]
    locator = Locator(certificates)
    targets = []
    for g, is_conjugate in moves:
        images = _applied(g, is_conjugate, certificates.mid, n)
        targets.append(locator.find_all(images, np.repeat(certificates.radius[:, None], images.shape[1], axis=1)))
    representative = np.full(m, -1, np.int64)
    elements: list[tuple[SignedPermutation, bool]] = [(identity, False)] * m
    for start in range(m):
        if representative[start] >= 0:
            continue
        representative[start] = start
        queue = [start]
        for k in queue:
            g_k, bar_k = elements[k]
            for (g, bar), target in zip(moves, targets, strict=True):
                j = int(target[k])
                if j >= 0 and representative[j] < 0:
                    representative[j] = start
                    elements[j] = g.compose(g_k), bar_k != bar
                    queue.append(j)
    return Orbits(representative, tuple(elements), n)
