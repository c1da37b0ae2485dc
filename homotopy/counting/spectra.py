"""The eigenvalues of the Hessian at all stationary points of a census."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from homotopy.certification.classify import StationaryPoint
from homotopy.common.arrays import Floats
from homotopy.common.frames import frame
from homotopy.common.sheet import Columns, Line, Sheet, Shown
from homotopy.status import Completeness
from polysys.landscape import Landscape

_SHOWN = 6


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Spectra(Shown):
    """Eigenvalues of the Riemannian Hessians, enclosed.

    Parameters
    ----------
    index : tuple of int or None
        Morse index of each point, the points in the order of ``census.points``.
    energies : float array (m,)
    eigenvalues : float array (m, d)
        Ascending, in the model's units; nan where nothing is proved.
    errors : float array (m, d)
        Proved: every true eigenvalue is within its error.
    label, digest : str
        Of the landscape.
    verdict : Completeness
        Of the list of points.
    """

    index: tuple[int | None, ...]
    energies: Floats
    eigenvalues: Floats
    errors: Floats
    label: str = ""
    digest: str = ""
    verdict: Completeness = Completeness.UNKNOWN

    def rows(self) -> list[dict[str, Any]]:
        """One record a point: index, energy, eigenvalue_1, .."""
        return [
            {"index": k, "energy": float(e), **{f"eigenvalue_{j + 1}": v for j, v in enumerate(row.tolist())}}
            for k, e, row in zip(self.index, self.energies, self.eigenvalues, strict=True)
        ]

    def to_frame(self) -> Any:
        """The rows as a pandas DataFrame."""
        columns = {"index": "Morse index; missing where undecided", "energy": "the potential at the point, in the model's units"}
        others = "eigenvalue of the Riemannian Hessian, in the model's units, within `errors`"
        return frame(self.rows(), f"Spectra of {self.label}", columns, others=others, digest=self.digest)

    def plot(self, ax: Any = None) -> Any:
        """Every point's eigenvalues at its energy, into matplotlib axes; returned."""
        from homotopy.counting.plot import draw_spectra

        return draw_spectra(self, ax)

    def _sheet(self) -> Sheet:
        widest = float(np.nanmax(self.errors)) if self.errors.size and not np.isnan(self.errors).all() else float("nan")
        rows = []
        for k, e, row in list(zip(self.index, self.energies, self.eigenvalues, strict=True))[:_SHOWN]:
            values = "  ".join(f"{v:.5g}" for v in row[:_SHOWN]) + (" .." if len(row) > _SHOWN else "")
            rows.append(("?" if k is None else str(k), f"{e:.6g}", f"  {values}"))
        heads = (("index", 5), ("energy", 14), ("  eigenvalues", -1))
        more = (Line("", f"and {len(self.index) - _SHOWN} more"),) if len(self.index) > _SHOWN else ()
        title = f"Spectra of {len(self.index)} points, every eigenvalue within {widest:.1g}"
        return Sheet(title, (Columns(heads, tuple(rows)), *more))


def spectra(landscape: Landscape, points: Sequence[StationaryPoint], verdict: Completeness) -> Spectra:
    """The eigenvalues at all points of a census; see :meth:`homotopy.Census.spectra`."""
    m, d = len(points), landscape.domain.dimension
    values, errors = np.full((m, d), np.nan), np.full((m, d), np.nan)
    for k, point in enumerate(points):
        found = point.eigenvalues
        if found is not None:
            values[k] = [float(v.mid()) for v in found]
            errors[k] = [np.nextafter(float(v.rad()), np.inf) + 1e-16 * abs(float(v.mid())) for v in found]
    energies = np.array([float(p.energy.mid()) for p in points], dtype=float)
    return Spectra(tuple(p.index for p in points), energies, values, errors, landscape.label, landscape.digest, verdict)
