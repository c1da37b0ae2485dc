"""Lists of certified zeros where nothing is in doubt, of many landscapes at once.

Most samples of a family are of this kind: each candidate has a narrow box in doubles, the boxes are disjoint, and the boxes of the zeros that are not
real come in pairs of conjugates. All this is seen on arrays; what is not seen here is looked at one by one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from homotopy.certification.certificates import CertificateList, linear_form, reach_of_forms
from homotopy.certification.discs.contraction import NO, Boxes
from homotopy.certification.zeros import is_narrow
from homotopy.common.arrays import Complexes, Floats, Integers

_FORM = 20262  # seed of the linear form along which boxes are sorted


def plain_lists(candidates: Sequence[Complexes], boxes: Sequence[Boxes], drift: float) -> list[CertificateList | None]:
    """For each landscape the list of the zeros of its candidates, pairwise distinct, closed under conjugation; None where that is not plain.

    Parameters
    ----------
    candidates : sequence of complex arrays (m_k, n)
    boxes : sequence of Boxes
        What doubles prove about them.
    drift : float
        Farthest distance of a candidate from its zero, relative to its size.

    Examples
    --------
    >>> import polysys as ps
    >>> from homotopy.certification.zeros import boxes_of_members
    >>> tapes, ends = ps.expression("x^3/3 + x").sample().tapes, np.array([[1j], [-1j]])
    >>> [len(found) for found in plain_lists([ends], boxes_of_members([tapes], [ends]), 1e-3)]
    [2]
    >>> plain_lists([ends[:1]], boxes_of_members([tapes], [ends[:1]]), 1e-3)  # the conjugate is missing
    [None]
    """
    sizes = [len(x) for x in candidates]
    if not any(sizes):
        return [None for _ in sizes]
    sample = np.repeat(np.arange(len(sizes)), sizes)
    x, mid = (np.concatenate(arrays) for arrays in (candidates, [b.mid for b in boxes]))
    radius, uniqueness, reality = (
        np.concatenate([getattr(b, name) for b in boxes]) for name in ("radius", "uniqueness", "reality")
    )
    with np.errstate(all="ignore"):
        is_plain = np.concatenate([is_narrow(b) for b in boxes])
        size = 1 + np.abs(x).max(axis=1, initial=0.0)
        is_plain &= np.abs(x - mid).max(axis=1, initial=0.0) <= drift * size
        is_plain &= _is_apart(sample, mid, radius)
        is_plain &= (reality != NO) | _has_conjugate(sample, mid, radius, uniqueness)
    is_open = np.zeros(len(sizes), bool)
    is_open[sample[~is_plain]] = True
    return [
        None if doubt or not size else CertificateList.of_boxes(b, is_closed=True)
        for doubt, size, b in zip(is_open.tolist(), sizes, boxes, strict=True)
    ]


def _is_apart(sample: Integers, mid: Complexes, radius: Floats) -> npt.NDArray[np.bool_]:
    """Whether the box after a zero, in the order of a linear form, is that of another one; false for one of any two that may be equal."""
    keys, slack = reach_of_forms(mid, radius)
    low, high = keys - slack, keys + slack
    order = np.lexsort((low, sample))
    first, second = order[:-1], order[1:]
    result = np.isfinite(low) & np.isfinite(high)
    # intervals sorted by their lower ends are disjoint if each is disjoint from the next one
    result[first] &= (sample[first] != sample[second]) | (low[second] > high[first])
    return result


def _has_conjugate(sample: Integers, mid: Complexes, radius: Floats, uniqueness: Floats) -> npt.NDArray[np.bool_]:
    """Whether a neighbour, in the order of a linear form of the real parts, is exactly the conjugate and its region holds the conjugate box."""
    order = np.lexsort((linear_form(mid.real.astype(np.complex128), _FORM)[0], sample))
    first, second = order[:-1], order[1:]
    is_pair = (sample[first] == sample[second]) & (mid[first] == mid[second].conj()).all(axis=1)
    result = np.zeros(len(mid), bool)
    result[first] |= is_pair & (radius[first] <= uniqueness[second])
    result[second] |= is_pair & (radius[second] <= uniqueness[first])
    return result
