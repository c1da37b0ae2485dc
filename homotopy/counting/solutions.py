"""Solutions: the certified list of solutions of one's own equations, with its verdict; printed and summed up."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.certification.certificates import CertificateList
from homotopy.common.frames import frame
from homotopy.common.sheet import Line, Sheet, Shown
from homotopy.common.wording import count_of, listed
from homotopy.completeness.verdict import CompletenessReport, best_bound
from homotopy.counting.degenerate.stationary_set import StationarySet
from homotopy.counting.result import RunRecord, completeness_summary, paths_summary
from homotopy.counting.sheets import of_at_most, paths_text, singular_line
from homotopy.solving.result import PathAccount
from homotopy.status import Verdict
from polysys.counts import RootCount
from polysys.own_equations import Equations


@dataclass(frozen=True, eq=False, repr=False)
class Solutions(Shown):
    """All certified isolated solutions of polynomial equations; made by :func:`homotopy.solve`.

    Parameters
    ----------
    equations : Equations
    certificates : CertificateList
        Pairwise distinct certified complex solutions; a sequence of :class:`Certificate`.
    bounds : tuple of RootCount
        Proved upper bounds on the number of isolated solutions of the square system, best first.
    completeness : CompletenessReport
    paths : PathAccount
        Of the square system.
    run : RunRecord
    degenerate : tuple of StationarySet
        What the singular end points of paths are: isolated solutions with multiplicity, points of larger sets. Never among
        the certified.
    n_discarded : int
        Certified solutions of the squared-up system that are proved not to solve the equations as given.
    n_proved : int
        Certified solutions that are proved to solve the equations as given: all of them where the system was square.
    """

    equations: Equations
    certificates: CertificateList
    bounds: tuple[RootCount, ...]
    completeness: CompletenessReport
    paths: PathAccount
    run: RunRecord
    degenerate: tuple[StationarySet, ...] = ()
    n_discarded: int = 0
    n_proved: int = 0

    @property
    def n_complex(self) -> int:
        """Number of certified distinct complex solutions."""
        return len(self.certificates)

    @property
    def n_real(self) -> int:
        """Number of solutions proved real."""
        return self.certificates.n_real

    @property
    def n_undecided(self) -> int:
        """Number of solutions whose reality is undecided."""
        return self.certificates.n_undecided

    @property
    def points(self) -> npt.NDArray[np.complex128]:
        """All solutions in double precision, an array (N, n)."""
        return self.certificates.mid.copy()

    @property
    def real_points(self) -> npt.NDArray[np.float64]:
        """The solutions proved real, an array (N, n)."""
        return np.array(self.certificates.mid[self.certificates.where(Verdict.YES)].real)

    def rows(self, *, is_real: bool = False) -> list[dict[str, Any]]:
        """The solutions as records: reality, how far the numbers may be off, and one number for each unknown.

        Parameters
        ----------
        is_real : bool
            Only those proved real, with real numbers.
        """
        result = []
        for c, radius, z in zip(
            self.certificates, self.certificates.radius.tolist(), self.points.tolist(), strict=True
        ):
            if is_real and c.reality is not Verdict.YES:
                continue
            values = [w.real for w in z] if is_real else z
            result.append(
                {"real": c.reality.value, "error": radius, **dict(zip(self.equations.variables, values, strict=True))}
            )
        return result

    def to_frame(self, *, is_real: bool = False) -> Any:
        """The same as a pandas DataFrame.

        Raises
        ------
        HomotopyError
            If pandas is not installed.
        """
        columns = {"real": "whether the solution is real: yes, no or undecided", "error": "proved: every unknown is within it of the solution's"}
        return frame(
            self.rows(is_real=is_real), f"Solutions of {self.equations.label}", columns, others="unknown of the equations",
            digest=self.equations.digest, verdict=self.completeness.verdict.value,
        )  # fmt: skip

    def plot(self, ax: Any = None) -> Any:
        """In two unknowns the curves of the equations with the real solutions, else all solutions in the complex plane; returns the axes."""
        from homotopy.counting.plot_solutions import draw_curves, draw_solutions

        return (draw_curves if self.equations.n == 2 else draw_solutions)(self, ax)

    def summary(self) -> dict[str, Any]:
        """The list as one JSON object (the output of ``stationary solve --json -``)."""
        return {
            "system": self.equations.label,
            "digest": self.equations.digest,
            "n_complex": self.n_complex,
            "n_real": self.n_real,
            "n_undecided": self.n_undecided,
            "n_discarded": self.n_discarded,
            "n_proved": self.n_proved,
            "bounds": [{"value": b.value, "name": b.name, "reference": b.reference} for b in self.bounds],
            "completeness": completeness_summary(self.completeness),
            "paths": paths_summary(self.paths),
            "degenerate": [s.summary() for s in self.degenerate],
            **self.run.summary(),
            "variables": list(self.equations.variables),
            "solutions": [
                {"real": c.reality.value, "re": [w.real for w in z], "im": [w.imag for w in z], "radius": radius}
                for c, z, radius in zip(
                    self.certificates, self.points.tolist(), self.certificates.radius.tolist(), strict=True
                )
            ],
        }

    def save(self, path: str | Path) -> tuple[str, ...]:
        """Write the list with its certificates, for :func:`homotopy.verify` and :func:`homotopy.load`.

        Returns
        -------
        tuple of str
            What was left out, because no one can derive it again from the file.
        """
        from homotopy.counting.files.saved_census import save_solutions  # the file format depends on this class

        return save_solutions(self, path)

    def export(self, path: str | Path, form: str, *, is_real: bool = False) -> Path:
        """Write solutions or equations for another program; see :func:`homotopy.counting.files.export.export` for the forms."""
        from homotopy.counting.files.export import export  # forms depend on this class, not the reverse

        return export(self, form, path, is_real=is_real)

    def __len__(self) -> int:
        return len(self.certificates)

    def _sheet(self) -> Sheet:
        return Sheet(
            f"Solutions of {self.equations.label} in {listed(self.equations.variables)} (digest {self.equations.digest[:6]})",
            (
                Line("system", str(self.equations.size)),
                Line("complex", f"{of_at_most(self.n_complex, best_bound(self.bounds, self.completeness), 'solution')} certified distinct"),
                Line("complete", str(self.completeness)),
                Line("real", f"{count_of(self.n_real, 'solution')}, {self.n_undecided} undecided"),
                Line("paths", paths_text(self.paths, self.n_complex + self.n_discarded)),
                *self._squared_line(),
                *singular_line(self.degenerate),
                Line("run", str(self.run)),
            ),
        )

    def _squared_line(self) -> tuple[Line, ...]:
        if not self.equations.is_overdetermined:
            return ()
        n_open = self.n_complex - self.n_proved
        kept = "all kept are proved to solve them" if self.n_complex else "none is left"
        kept = f"{n_open} of the kept are not excluded, and not proved" if n_open else kept
        gone = f"{count_of(self.n_discarded, 'solution')} of the square system proved not to solve the equations"
        return (Line("squared", f"{gone}; {kept}"),)
