"""The irreducible components that ``phc -B`` finds, read from its output file."""

import re
from dataclasses import dataclass

from homotopy.engines.phcpack.failures import WorkerSilent
from homotopy.engines.phcpack.scaling import Scaling
from homotopy.engines.phcpack.text import read_polynomial, read_solution_list
from homotopy.engines.phcpack.types import Point, Term

_FACTORS = re.compile(r"^Writing the factors of dimension (\d+) \.\.\.$", re.MULTILINE)
_FACTOR = re.compile(r"^FACTOR \d+ :$", re.MULTILINE)
_DEGREES = re.compile(r"^ *(\d+) \|  .*?\| *((?:\d+ ?)*)$", re.MULTILINE)
_ISOLATED = "THE ISOLATED SOLUTIONS :"
_SLACK = re.compile(r"(?:zz|ss)\d+")
_TABLE = "| degrees of factors"


@dataclass(frozen=True, slots=True)
class Component:
    """An irreducible component as PHCpack sees it.

    Attributes
    ----------
    dimension : int
    points : tuple of points
        Its intersection with a random linear space of complementary dimension; their number is its degree.
    slices : tuple of linear equations
        The equations of that linear space.
    """

    dimension: int
    points: tuple[Point, ...]
    slices: tuple[tuple[Term, ...], ...]


@dataclass(frozen=True, slots=True)
class RawDecomposition:
    """The positive-dimensional components, and the points that PHCpack takes for isolated."""

    components: tuple[Component, ...]
    isolated: tuple[Point, ...]


def read_decomposition(text: str, n: int) -> RawDecomposition:
    """Read the output file of ``phc -B``.

    Raises
    ------
    WorkerSilent
        If the file ends before the table of degrees, or the table and the lists of points contradict each other.
    """
    if _TABLE not in text:
        raise WorkerSilent("phc -B wrote no table of degrees")
    body, _, table = text.rpartition(_TABLE)
    lists, _, rest = body.partition(_ISOLATED)
    try:
        components = _components(lists, n)
    except ValueError as problem:
        raise WorkerSilent(f"phc -B wrote what cannot be read ({problem})") from problem
    stated = sorted(
        (int(dimension), int(degree))
        for dimension, degrees in _DEGREES.findall(table.partition("sum |")[0])
        for degree in degrees.split()
    )
    if stated != sorted((c.dimension, len(c.points)) for c in components):
        raise WorkerSilent(f"phc -B states the degrees {stated}, its lists of points have others")
    return RawDecomposition(tuple(components), tuple(end.x for end in read_solution_list(rest, n)))


def _components(lists: str, n: int) -> list[Component]:
    pieces = _FACTORS.split(lists)
    components = []
    for dimension, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        for factor in _FACTOR.split(piece)[1:]:
            system, _, solutions = factor.partition("THE SOLUTIONS :")
            points = tuple(end.x for end in read_solution_list(solutions, n))
            components.append(Component(int(dimension), points, _slices(system, n, int(dimension))))
    return components


def _slices(system: str, n: int, dimension: int) -> tuple[tuple[Term, ...], ...]:
    """The last equations of an embedded system, without its slack unknowns, which vanish on the set.

    These are zz1, zz2, ..., and ss1, ... where there are more equations than unknowns.
    """
    body = system.strip().partition("\n")[2]
    slack = {name: f"x{n + 1 + k}" for k, name in enumerate(sorted(set(_SLACK.findall(body))))}
    renamed = _SLACK.sub(lambda match: slack[match[0]], body)
    equations = [read_polynomial(p, n + len(slack)) for p in renamed.split(";") if p.strip()]
    return tuple(
        tuple((c, exponents[:n]) for c, exponents in terms if not any(exponents[n:]))
        for terms in equations[len(equations) - dimension :]
    )


def unscaled_component(component: Component, scaling: Scaling) -> Component:
    """Return a component of a scaled system in the original unknowns."""
    slices = tuple(
        tuple((c * 2.0 ** -sum(d * k for d, k in zip(m, scaling.columns, strict=True)), m) for c, m in terms)
        for terms in component.slices
    )
    return Component(component.dimension, tuple(map(scaling.unscale, component.points)), slices)
