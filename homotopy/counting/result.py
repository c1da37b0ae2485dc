"""Census: the certified list of stationary points of one landscape, with its verdict; counted, printed, summed up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from homotopy.certification.certificates import CertificateList
from homotopy.certification.classify import StationaryPoint, all_coordinates, morse_indices
from homotopy.common.frames import frame
from homotopy.common.sheet import Sheet, Shown
from homotopy.completeness.checks import alternating_sum
from homotopy.completeness.evidence import Evidence
from homotopy.completeness.verdict import CompletenessReport, joined
from homotopy.counting.degenerate.stationary_set import StationarySet
from homotopy.counting.energy_axis import energy_axis
from homotopy.counting.matching import Matches, match
from homotopy.counting.singular_points import SingularPoint, regularity, singular_points
from homotopy.counting.spectra import Spectra, spectra
from homotopy.solving.result import PathAccount
from polysys.counts import RootCount
from polysys.formulations.variety import Variety
from polysys.group_names import group_in_words
from polysys.landscape import Landscape

_COLUMNS = {
    "index": "Morse index; missing where undecided",
    "energy": "the potential at the point, in the model's units: a proved value, rounded to double",
    "orbit": "points with the same number are images of each other under symmetries",
    "solution": "number of the certified solution, from 0",
    "is_origin": "whether the point is the origin, proved",
}


@dataclass(frozen=True, slots=True)
class RunRecord:
    """How a list of solutions was found; provenance, never part of a proof."""

    engine: str
    engine_version: str
    start: str
    precision: str
    transport: str
    solver_seed: int
    gamma: tuple[float, float]
    rounds: int
    attempts: tuple[str, ...]
    seconds: float

    def __str__(self) -> str:
        if self.engine == "none":
            return f"no solver; certified from {self.start}"
        if self.start == "none":
            return f"{self.engine}, {self.seconds:.3g} s"
        return (
            f"{self.engine} ({self.transport}), start {self.start}, precision {self.precision}, "
            f"solver seed {self.solver_seed}, {self.seconds:.3g} s"
        )

    def summary(self) -> dict[str, Any]:
        """The record as members of a JSON object."""
        names = ("engine", "engine_version", "start", "precision", "transport", "solver_seed", "rounds")
        return {**{name: getattr(self, name) for name in names}, "attempts": list(self.attempts), "seconds": self.seconds}


@dataclass(frozen=True, eq=False, repr=False)
class Census(Shown):
    """All certified stationary points of a landscape.

    Counts of complex solutions are of solutions of the formulation's system: on a sphere with a homogeneous potential
    a solution is a class (a line, or one line per layer) that carries 2^H points when it is real; elsewhere it is a
    point. Everything counted here is certified; what is not is reported by `paths` and `completeness`.

    Parameters
    ----------
    landscape : Landscape
    certificates : CertificateList
        Pairwise distinct certified complex solutions; a sequence of :class:`Certificate`.
    points : sequence of StationaryPoint
        The real ones as points of the domain, sorted by energy.
    orbit_of : tuple of int
        Symmetry orbit of each solution.
    bounds : tuple of RootCount
        Proved upper bounds on the number of isolated solutions, best first.
    completeness : CompletenessReport
    paths : PathAccount
    run : RunRecord
    degenerate : tuple of StationarySet
        What the singular end points of paths are: isolated points with multiplicity, points of larger sets. Never
        among the certified.
    """

    landscape: Landscape
    certificates: CertificateList
    points: Sequence[StationaryPoint]
    orbit_of: tuple[int, ...]
    bounds: tuple[RootCount, ...]
    completeness: CompletenessReport
    paths: PathAccount
    run: RunRecord
    degenerate: tuple[StationarySet, ...] = ()

    @property
    def n_complex(self) -> int:
        """Number of certified distinct complex solutions (classes, on a sphere with a homogeneous potential)."""
        return len(self.certificates)

    @property
    def n_complex_classes(self) -> int:
        """The same number under the name that says what is counted on spheres."""
        return self.n_complex

    @property
    def n_complex_orbits(self) -> int:
        """Number of orbits of complex solutions under the landscape's finite symmetry group."""
        return len(set(self.orbit_of))

    @property
    def n_real_classes(self) -> int:
        """Number of solutions proved real."""
        return self.certificates.n_real

    @property
    def n_undecided(self) -> int:
        """Number of solutions whose reality is undecided."""
        return self.certificates.n_undecided

    @property
    def n_real(self) -> int:
        """Number of real stationary points on the domain."""
        return len(self.points)

    @property
    def n_real_orbits(self) -> int:
        """Number of symmetry orbits of real solutions."""
        return len({self.orbit_of[p.solution] for p in self.points})

    @property
    def by_index(self) -> Mapping[int, int]:
        """Number of real points of each Morse index from 0 to the dimension, zeros included."""
        indices = morse_indices(self.points)
        found = np.bincount(indices[indices >= 0], minlength=self.landscape.domain.dimension + 1)
        return dict(enumerate(found.tolist()))

    @property
    def n_undecided_index(self) -> int:
        """Number of real points whose Morse index is undecided."""
        return int((morse_indices(self.points) < 0).sum())

    @property
    def minima(self) -> tuple[StationaryPoint, ...]:
        """The local minima, by energy."""
        return tuple(p for p in self.points if p.index == 0)

    @property
    def n_minima(self) -> int:
        """Number of local minima."""
        return self.by_index[0]

    @property
    def n_minima_without_origin(self) -> int:
        """Number of local minima other than the origin (which always is one for networks with two hidden layers)."""
        return sum(not p.is_origin for p in self.minima)

    @property
    def n_minima_orbits(self) -> int:
        """Number of local minima up to symmetry.

        Examples
        --------
        >>> import homotopy as ho, polysys as ps
        >>> found = ho.census(ps.expression("x^4/4 - x^2/2 + y^4/4 - y^2/2 + x*y/10"))
        >>> found.n_minima, found.n_minima_orbits, found.symmetry
        (4, 2, 'order 4: all signs at once; S_2 on x, y')
        """
        return len({p.orbit for p in self.minima})

    @property
    def symmetry(self) -> str:
        """The finite symmetry group of the landscape in words, by its order; empty if it is trivial."""
        return group_in_words(self.landscape.symmetry, self.landscape.variables)

    @property
    def singular_points_of_domain(self) -> tuple[SingularPoint, ...] | None:
        """Real points where the Jacobian of the domain's equations drops rank, never counted; None where they are not finitely many or not known.

        Examples
        --------
        >>> import homotopy as ho, polysys as ps
        >>> ho.census(ps.expression("(x + 1)^2 + y^2", "y^2 = x^3")).singular_points_of_domain
        ((0, 0) of energy 1.0000,)
        """
        return singular_points(self.landscape)

    @property
    def euler(self) -> tuple[int | None, int | None]:
        """Expected and found alternating sum of the numbers of points by index."""
        return self.landscape.euler_characteristic, alternating_sum(self.points)

    def to_frame(self) -> Any:
        """The points as a pandas DataFrame: index, energy, orbit, solution, is_origin and one column per coordinate.

        Its ``attrs`` say what each column holds and in which unit, and name the landscape with its digest; on glasses
        ``degrees_of_freedom`` is what energies are divided by in figures.

        Raises
        ------
        HomotopyError
            If pandas is not installed.
        """
        land = self.landscape
        per = energy_axis(land.label).per
        return frame(
            self.rows(), f"Census of {land.label}", _COLUMNS, others="coordinate, in the model's units", digest=land.digest, seed=land.seed,
            sample=land.index, verdict=self.completeness.verdict.value, degrees_of_freedom=per if per != 1 else None,
        )  # fmt: skip

    def rows(self) -> list[dict[str, Any]]:
        """The points as plain records, coordinates rounded to double."""
        land = self.landscape
        return [
            {
                "index": p.index,
                "energy": float(p.energy.mid()),
                "orbit": p.orbit,
                "solution": p.solution,
                "is_origin": p.is_origin,
                **{name: float(c.mid()) for name, c in zip(land.all_variables, all_coordinates(land, p), strict=True)},
            }
            for p in self.points
        ]

    def summary(self) -> dict[str, Any]:
        """The census as one JSON object (the output of ``stationary count --json -``)."""
        expected, found = self.euler
        return {
            "model": self.landscape.label,
            "seed": self.landscape.seed,
            "sample": self.landscape.index,
            "digest": self.landscape.digest,
            "n_complex": self.n_complex,
            "n_complex_classes": self.n_complex_classes,
            "n_complex_orbits": self.n_complex_orbits,
            "points_per_class": self.landscape.formulation.points_per_class,
            "n_real": self.n_real,
            "n_real_classes": self.n_real_classes,
            "n_real_orbits": self.n_real_orbits,
            "n_undecided": self.n_undecided,
            "n_minima": self.n_minima,
            "n_minima_without_origin": self.n_minima_without_origin,
            "n_minima_orbits": self.n_minima_orbits,
            "symmetry": {"order": self.landscape.symmetry.order, "words": self.symmetry},
            "by_index": {str(k): v for k, v in self.by_index.items()},
            "n_undecided_index": self.n_undecided_index,
            "euler": {"expected": expected, "found": found},
            **({"domain": regularity(self.landscape)} if isinstance(self.landscape.domain, Variety) else {}),
            "completeness": completeness_summary(self.completeness),
            "paths": paths_summary(self.paths),
            "degenerate": [s.summary() for s in self.degenerate],
            **self.run.summary(),
            "points": [
                {
                    "index": p.index,
                    "energy": float(p.energy.mid()),
                    "energy_ball": p.energy.str(20),
                    "coordinates": [float(c.mid()) for c in p.coordinates],
                    **self._eliminated(p),
                    "orbit": p.orbit,
                    "solution": p.solution,
                    "signs": list(p.signs),
                    "is_origin": p.is_origin,
                }
                for p in self.points
            ],
        }

    def _eliminated(self, point: StationaryPoint) -> dict[str, dict[str, float]]:
        names, values = self.landscape.all_variables, all_coordinates(self.landscape, point)
        more = {name: float(v.mid()) for name, v in list(zip(names, values, strict=True))[len(point.coordinates) :]}
        return {"eliminated": more} if more else {}

    def save(self, path: str | Path) -> tuple[str, ...]:
        """Write the census with its certificates; see :func:`homotopy.counting.files.saved_census.save_census`.

        Returns
        -------
        tuple of str
            What was left out, because no one can derive it again from the file: names of evidence, facts of the model.
        """
        from homotopy.counting.files.saved_census import (
            save_census,  # the file format depends on this class, not the reverse
        )

        return save_census(self, path)

    def export(self, path: str | Path, form: str, *, is_real: bool = False) -> Path:
        """Write points or equations for another program; see :func:`homotopy.counting.files.export.export` for the forms."""
        from homotopy.counting.files.export import export  # forms depend on this class, not the reverse

        return export(self, form, path, is_real=is_real)

    def match(self, points: Any, *, within: float | None = None, descend: bool = False) -> Matches:
        """Which certified stationary point each of many points belongs to, or why none.

        Newton's method goes from each point to a zero that is certified; where it is proved to converge to that zero the match is
        proved, elsewhere the zero must not be farther than `within`. All images under the symmetry group (neurons
        exchanged, signs flipped) are points of the census; ``orbit`` says which are images of each other, ``missed`` what no point met.

        Parameters
        ----------
        points : array (m, n), data frame, torch network or sequence of them
            In the model's units, in the order of the variables.
        within : float, optional
            Farthest distance of a match that is not proved; by default a tenth of the domain's size.
        descend : bool
            Whether points near no stationary point go downhill first, as training that was stopped early would have gone on.

        Returns
        -------
        Matches
            With a certified stationary point that the list lacks, should a point lead to one.

        Examples
        --------
        >>> import homotopy as ho, polysys as ps
        >>> found = ho.census(ps.expression("x^4/4 - x^2/2 + y^2/2"))
        >>> print(found.match([[0.98, 0.01], [-1.02, 0.0], [3.0, 3.0]]))
        Match with expression:user, seed 0
          3 points against 3 certified points: 2 matched (2 proved), 1 not
          points  index          energy  images
               2      0   -0.2500000000       2
               1  near no stationary point (gradients from 24)
        """
        found = match(self.landscape, self.certificates, tuple(self.points), points, within=within, descend=descend)
        return replace(found, verdict=self.completeness.verdict)

    def spectra(self) -> Spectra:
        """Proved enclosures of all eigenvalues of the Riemannian Hessian at all points, in the model's units.

        Examples
        --------
        >>> import homotopy as ho, polysys as ps
        >>> ho.census(ps.expression("x^4/4 - x^2/2 + 3*y^2/2")).spectra().eigenvalues.round(9).tolist()
        [[2.0, 3.0], [2.0, 3.0], [-1.0, 3.0]]
        """
        return spectra(self.landscape, self.points, self.completeness.verdict)

    def plot(self, ax: Any = None) -> Any:
        """Energy against Morse index, into matplotlib axes; returned.

        Examples
        --------
        >>> import homotopy as ho, polysys as ps
        >>> ho.census(ps.expression("x^4/4 - x^2/2")).plot().get_xlabel()
        'Morse index'
        """
        from homotopy.counting.plot import draw_index_energy

        return draw_index_energy(self, ax)

    def with_evidence(self, *pieces: Evidence) -> Census:
        """The census with further evidence in its verdict; pieces take the place of earlier ones of their kind."""
        return replace(self, completeness=joined(self.landscape, self.completeness, pieces))

    def _sheet(self) -> Sheet:
        from homotopy.counting.sheets import census_sheet  # what is printed depends on this class, not the reverse

        return census_sheet(self)


def completeness_summary(report: CompletenessReport) -> dict[str, Any]:
    """A completeness report as a JSON object."""
    return {
        "verdict": report.verdict.value,
        "reason": report.reason,
        "complex_verdict": None if report.complex_verdict is None else report.complex_verdict.value,
        "evidence": [
            {
                "name": e.name,
                "outcome": e.outcome.value,
                "detail": e.detail,
                "silence": None if e.silence is None else e.silence.name,
                "numbers": {name: list(x) if isinstance(x, tuple) else x for name, x in e.numbers},
            }
            for e in report.evidence
        ],
    }


def paths_summary(paths: PathAccount) -> dict[str, int]:
    """A path account as a JSON object."""
    names = ("tracked", "regular", "duplicate", "singular", "at_infinity", "failed")
    return {name: getattr(paths, name) for name in names}
