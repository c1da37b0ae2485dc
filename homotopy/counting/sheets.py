"""What a census prints and shows in a notebook; the lines that it shares with solutions of equations."""

from __future__ import annotations

from collections.abc import Sequence

from flint import arb

from homotopy.certification.classify import StationaryPoint
from homotopy.common.sheet import Grid, Line, Sheet
from homotopy.common.wording import count_of, listed, plural
from homotopy.completeness.verdict import CompletenessReport, best_bound
from homotopy.counting.degenerate.stationary_set import SetKind, StationarySet, in_words, number_in_words
from homotopy.counting.result import Census
from homotopy.counting.singular_points import regularity, singular_points
from homotopy.solving.result import PathAccount
from homotopy.status import Verdict
from polysys.formulations.variety import Variety
from polysys.models.expressions import Expression

_LOWEST = ", lower than every counted point"
_MARGIN = 1e-9  # relative: energies of singular points are doubles


def census_sheet(census: Census) -> Sheet:
    """A census: what is complete, real, singular; counts by index; how it was found."""
    land, expected, found = census.landscape, *census.euler
    seed = "explicit couplings" if land.seed is None else f"seed {land.seed}"
    sample = f", sample {land.index}" if land.index else ""
    # of a potential of one's own: a misspelt name shows as one variable more
    own = f" in {listed(land.all_variables)}" if land.label.startswith(f"{Expression.family}:") else ""
    unit = "class" if land.formulation.points_per_class > 1 else "solution"
    noun, n_real = ("class", census.n_real_classes) if unit == "class" else ("point", census.n_real)
    real = count_of(n_real, noun) + _in_brackets(_up_to_symmetry(census.n_real_orbits, n_real))
    if unit == "class":
        real += f" = {count_of(census.n_real, 'point')}"
    by_index = census.by_index
    width = max(3, *(len(str(v)) + 1 for v in by_index.values()))
    undecided = f", {census.n_undecided_index} undecided" if census.n_undecided_index else ""
    wanted = "none required" if expected is None else f"expected {expected}"
    if found is None:
        euler = f"not known, {wanted}"
    elif census.degenerate:
        euler = f"found {found} without the singular, {wanted}"
    elif expected is None:
        euler = f"found {found}, none required ({'not shown to be coercive' if land.domain.is_euclidean else 'the topology of the domain is not known'})"
    else:
        euler = f"{found} = {expected}" if found == expected else f"found {found}, {wanted}"
    notes = _up_to_symmetry(census.n_complex_orbits, census.n_complex) or ("symmetry",)
    group = f", {notes[0]} of {census.symmetry}" if census.symmetry else ""
    rows = (("index", tuple(map(str, by_index))), ("points", tuple(map(str, by_index.values()))))
    return Sheet(
        f"Census of {land.label}{own} ({seed}{sample}, digest {land.digest[:6]})",
        (
            Line(
                "complex",
                f"{of_at_most(census.n_complex, best_bound(census.bounds, census.completeness), unit)} certified distinct{group}",
            ),
            *completeness_lines(census.completeness),
            Line("real", f"{real}, {census.n_undecided} undecided; {_minima(census)}"),
            Grid(rows, width, f"{undecided}     Euler characteristic {euler}"),
            Line("energy", _energy_range(census)),
            *_domain_line(census),
            Line("paths", paths_text(census.paths, census.n_complex)),
            *_singular_line(census),
            Line("run", str(census.run)),
        ),
    )


def _minima(census: Census) -> str:
    notes = _up_to_symmetry(census.n_minima_orbits, census.n_minima)
    if census.n_minima_without_origin < census.n_minima:
        notes += (f"{census.n_minima_without_origin} without the origin",)
    least = "at least " if census.n_undecided_index else ""
    return least + count_of(census.n_minima, "minimum") + _in_brackets(notes)


def _domain_line(census: Census) -> tuple[Line, ...]:
    if not isinstance(census.landscape.domain, Variety):
        return ()
    corners = singular_points(census.landscape)
    lowest = _LOWEST if corners and _is_below(census, corners[0].energy) else ""
    return (Line("domain", f"dimension {census.landscape.domain.dimension}, {regularity(census.landscape)}{lowest}"),)


def _singular_line(census: Census) -> tuple[Line, ...]:
    """The singular points, with the energy of the lowest real one: a minimum may be among them, and is not counted as one."""
    isolated = [s for s in census.degenerate if s.kind is SetKind.ISOLATED and s.reality is Verdict.YES]
    energies = [s.energy.real for s in isolated if s.energy is not None]
    if not energies:
        return singular_line(census.degenerate)
    lowest = min(energies)
    margin = _MARGIN * (1 + max([abs(lowest), *(abs(float(p.energy.mid())) for p in census.points)]))
    words = f", {'the lowest ' if len(isolated) > 1 else ''}at energy {number_in_words(lowest)}"
    return (Line("singular", in_words(census.degenerate) + words + (_LOWEST if _is_below(census, arb(lowest) + margin) else "")),)


def _is_below(census: Census, energy: arb) -> bool:
    """Whether an energy is lower than those of all points that are counted, of which there are some."""
    return bool(census.points) and all(energy < p.energy for p in census.points)


def _energy_range(census: Census) -> str:
    if not census.points:
        return "no real point"
    return f"from {_energy_text(census, census.points[0])} to {_energy_text(census, census.points[-1])}"


def _energy_text(census: Census, point: StationaryPoint) -> str:
    """Zero where it is proved to be: at the origin, if the potential has no constant term."""
    return "0" if point.is_origin and census.landscape.potential.coeff(1) == 0 else point.energy.str(10)


def _up_to_symmetry(n_orbits: int, n: int) -> tuple[str, ...]:
    """The number of orbits where they are fewer."""
    return (f"{n_orbits} up to symmetry",) if n_orbits < n else ()


def _in_brackets(notes: Sequence[str]) -> str:
    return f" ({', '.join(notes)})" if notes else ""


def paths_text(paths: PathAccount, n_certified: int) -> str:
    """The account of the paths, and how many certified solutions they did not reach.

    >>> paths_text(PathAccount(10, 8, failed=2), 9)
    '10 tracked = 8 regular + 0 singular + 0 at infinity + 2 failed; 1 more certified by another round or as an image of others'
    """
    more = n_certified - paths.regular if paths.tracked else 0
    return str(paths) + (f"; {more} more certified by another round or as {'an image' if more == 1 else 'images'} of others" if more > 0 else "")


def of_at_most(n: int, best: int | None, noun: str) -> str:
    """A number of solutions beside the best bound: ``70 of at most 120 solutions``."""
    of = "" if best is None else f" of {'at most ' if n < best else ''}{best}"
    return f"{n}{of} {noun if (n if best is None else best) == 1 else plural(noun)}"


def singular_line(degenerate: Sequence[StationarySet]) -> tuple[Line, ...]:
    """The line of a report on singular solutions; none where there are none."""
    return (Line("singular", in_words(degenerate)),) if degenerate else ()


def completeness_lines(report: CompletenessReport) -> tuple[Line, ...]:
    """The lines of a report on completeness; one for each list where the real one alone is proved."""
    first, *more = report.lines
    return (Line("complete", first), *(Line(" ", text) for text in more))
