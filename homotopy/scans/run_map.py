"""scan_map: count a landscape on a grid of two parameters, more finely where counts differ, and certify the events on its lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from homotopy.common.reporting import SampleProgress
from homotopy.common.validation import check_choices, is_whole
from homotopy.engines.registry import engines_for
from homotopy.options import Options
from homotopy.scans.grid import MOST_DEPTH, STEP, Found, Place, Square, name_of, place_of, refined, segments, value_at
from homotopy.scans.maps import Cell, GridLine, Node, Pair, ScanMap, weakest
from homotopy.scans.members import Scannable, ScannedModel, models_at, scanned_model, with_shared_potentials
from homotopy.scans.run import between, changed_fields, digest_of, fill, positive, specified
from homotopy.scans.store import Counted, Key, ScanStore, identity_of
from homotopy.scans.values import MOST_VALUES
from polysys.errors import InputError
from polysys.models.base import Model

_DEPTH = 3


def scan_map(
    model: Scannable,
    *,
    depth: int = _DEPTH,
    follow: bool = True,
    seed: int | None = None,
    index: int = 0,
    tolerance: Any = None,
    store: str | Path | None = None,
    options: Options | None = None,
    progress: SampleProgress | None = None,
    **parameters: Any,
) -> ScanMap:
    """Count a landscape on a grid of two parameters, more finely where counts differ.

    Parameters
    ----------
    model : str, Model, expression with two free parameters, or callable
        As in :func:`homotopy.scan`: a label with ``{a}`` and ``{b}``; a model or a label with keywords of these names; or a function of both values.
    **parameters : iterables of numbers
        Two keywords, the parameters' names, with their values: ``a=ho.linspace(-1, 1, 9), b=ho.linspace(-1, 1, 9)``. Other keywords are
        fields of :class:`homotopy.Options`.
    depth : int
        How often a cell of the grid is halved at most, 0 to 10. Cells are halved where the counts on their boundary differ, or where an event lies on it.
    follow : bool
        Whether all solutions are followed along the lines of the grid, as in :func:`homotopy.scan`: the events there are certified.
    seed, index : int
        Which sample, where the model is random: the same random numbers everywhere.
    tolerance : number, optional
        Half the width of the bracket of an event on a line.
    store : path, optional
        Folder that keeps the censuses: what it holds is not computed again, also not by a deeper map of the same grid.
    options : Options, optional
    progress : callable (done, total, failures), optional
        Called for each level of cells anew.

    Returns
    -------
    ScanMap

    Raises
    ------
    InputError
        For parameters or values that do not exist.
    StoreError
        For a folder that holds something else.

    Examples
    --------
    >>> import homotopy as ho, polysys as ps
    >>> cusp = ps.expression("x^4/4 + a*x^2/2 + b*x", parameters={"a": 1, "b": 0})
    >>> found = ho.scan_map(cusp, a=[-1, 1], b=[-1, 1], depth=2, follow=False)
    >>> found.n_real, found.cell(-1, "0.1").n_real, found.cell(1, 0).n_real
    (((1, 1), (1, 1)), 1, 1)
    """
    check_choices(options=options, progress=progress, seed=seed, store=store)
    if not is_whole(depth, 0, MOST_DEPTH):
        raise InputError(f"depth = {depth!r:.20} is no number of halvings.", f"Give one from 0 to {MOST_DEPTH}.")
    if not is_whole(index, 0) or not isinstance(follow, bool):
        raise InputError(
            f"index = {index!r:.20}, follow = {follow!r:.20} cannot be used.", "Give index=0, follow=True."
        )
    half = None if tolerance is None else positive(tolerance)
    if half is not None and not follow:
        raise InputError("A tolerance has no effect without lines that are followed.", "Leave one of the two out.")
    named, chosen = specified(parameters, options, 2)
    engines_for(chosen)
    grid = _Grid.of(model, dict(named), seed, index, chosen, store, progress)
    lines = tuple(grid.lines(half)) if follow else ()
    return grid.map(depth, lines)


@dataclass(eq=False)
class _Grid:
    """What is scanned, and the censuses so far."""

    model: Scannable
    names: tuple[str, str]
    values: tuple[tuple[Fraction, ...], tuple[Fraction, ...]]
    seed: int
    scanned: ScannedModel
    options: Options
    store: ScanStore
    progress: SampleProgress | None
    nodes: dict[Place, Counted] = field(default_factory=dict)

    @staticmethod
    def of(
        model: Scannable,
        parameters: Mapping[str, Sequence[Fraction]],
        seed: int | None,
        index: int,
        options: Options,
        store: str | Path | None,
        progress: SampleProgress | None,
    ) -> _Grid:
        """The grid, with a census at each pair of its values."""
        (a, first), (b, second) = ((n, tuple(v)) for n, v in parameters.items())
        if len(first) * len(second) > MOST_VALUES:
            raise InputError(f"A map takes at most {MOST_VALUES} pairs of values.", "Give fewer, and a greater depth.")
        pairs = [(v, w) for v in first for w in second]
        models, stated = models_at(model, (a, b), pairs)
        scanned = ScannedModel(f"{a}, {b}", tuple(map(_text, pairs)), models, stated, 1, index)
        scanned = with_shared_potentials(scanned, seed)
        which = scanned.default_seed if seed is None else seed
        told = {
            "map": stated, "parameters": {n: [str(v) for v in vs] for n, vs in parameters.items()}, "seed": which, "index": index,
        }  # fmt: skip
        identity = [scanned.label, which, index, changed_fields(options), digest_of(scanned, which)]
        grid = _Grid(
            model,
            (a, b),
            (first, second),
            which,
            scanned,
            options,
            ScanStore(store, identity_of(identity), told),
            progress,
        )
        grid._count([(STEP * i, STEP * j) for i in range(len(first)) for j in range(len(second))], scanned)
        return grid

    def pair(self, place: Place) -> Pair:
        """The values at a place."""
        return value_at(self.values[0], place[0]), value_at(self.values[1], place[1])

    def count(self, places: list[Place]) -> None:
        """Make censuses between those of the grid."""
        pairs = [self.pair(p) for p in places]
        models, stated = models_at(self.model, self.names, pairs)
        base = next(k for k, m in enumerate(self.scanned.models) if isinstance(m, Model))
        # a model of the grid comes first: they share its potential function, and so its start set
        texts = (self.scanned.values[base], *map(_text, pairs))
        more = (self.scanned.models[base], *models)
        finer = ScannedModel(self.scanned.name, texts, more, stated, 1, self.scanned.first_sample)
        self._count(places, with_shared_potentials(finer, self.seed), 1)

    def _count(self, places: list[Place], scanned: ScannedModel, first: int = 0) -> None:
        wanted: dict[Key, int] = {name_of(p): k for k, p in enumerate(places, start=first)}
        fill(self.store, scanned, self.seed, wanted, self.options, self.progress)
        for place in places:
            counted = self.store.read(name_of(place))
            assert counted is not None
            self.nodes[place] = counted

    def lines(self, half_width: Fraction | None) -> Iterator[GridLine]:
        """All lines of the grid with what happens along them: first those along the second parameter."""
        for held, along in ((0, 1), (1, 0)):
            for k, value in enumerate(self.values[held]):
                counted = []
                for m in range(len(self.values[along])):
                    place = (STEP * k, STEP * m) if held == 0 else (STEP * m, STEP * k)
                    counted.append(self.nodes[place])
                yield GridLine(self.names[held], value, self._line(held, value, counted, half_width))

    def _line(self, held: int, value: Fraction, counted: Sequence[Counted], half_width: Fraction | None) -> Any:
        """The scan along the other parameter."""
        names = (self.names[held], self.names[1 - held])

        def member(other: Fraction) -> Model:
            ((made,), _) = models_at(self.model, self.names, [(value, other) if held == 0 else (other, value)])
            if not isinstance(made, Model):
                raise made
            return made

        index = self.scanned.first_sample
        scanned = scanned_model(
            member, names[1], self.values[1 - held], seed=self.seed, n_samples=1, first_sample=index
        )
        stated = f"{self.scanned.stated} at {names[0]} = {value}"
        return between(member, replace(scanned, stated=stated), self.seed, counted, half_width)

    def map(self, depth: int, lines: tuple[GridLine, ...]) -> ScanMap:
        """The map, with cells halved as far as the depth allows."""
        classes = _Classes(self)
        marks = [self._mark(x, e.at) for x in lines for e in x.scan.events]
        found = Found(classes.known, classes.singular, marks)
        classes.note()

        def count(places: list[Place]) -> None:
            self.count(places)
            classes.note()

        squares = refined((len(self.values[0]), len(self.values[1])), depth, found, count)
        step = STEP >> depth
        is_crossed = {s: found.is_crossed(s, step) for s in squares}
        pieces = segments((s for s in squares if is_crossed[s]), found)
        nodes = tuple(Node(self.pair(p), c.record) for p, c in sorted(self.nodes.items()))
        return ScanMap(
            self.scanned.stated, self.names, self.values, self.seed, self.scanned.domain.dimension, depth, nodes,
            tuple(self._cell(s, is_crossed[s]) for s in squares), tuple((self._drawn(p), self._drawn(q)) for p, q in pieces), lines,
        )  # fmt: skip

    def _cell(self, square: Square, is_crossed: bool) -> Cell:
        records = [self.nodes[p].record for p in square.corners]
        r = records[0]
        verdict = weakest(x.verdict or "failed" for x in records)
        low, high = self.pair(square.corners[0]), self.pair(square.corners[2])
        depth = (STEP // square.size).bit_length() - 1
        return Cell(
            low, high, depth, is_crossed, None if is_crossed else r.n_real, None if is_crossed else r.by_index, verdict
        )

    def _mark(self, line: GridLine, at: float) -> tuple[float, float]:
        """The place of an event on a line."""
        held = self.names.index(line.name)
        on = float(STEP * self.values[held].index(line.value))
        along = place_of(self.values[1 - held], at)
        return (on, along) if held == 0 else (along, on)

    def _drawn(self, mark: tuple[float, float]) -> tuple[float, float]:
        """A point of a curve in the parameters, to twelve digits."""
        a, b = (float(f"{_between(v, x):.12g}") for v, x in zip(self.values, mark, strict=True))
        return a, b


class _Classes:
    """What the censuses of a grid say, for comparison: counts by place, and the places on which an event lies."""

    def __init__(self, grid: _Grid) -> None:
        self.grid = grid
        self.known: dict[Place, Any] = {}
        self.singular: set[Place] = set()

    def note(self) -> None:
        """Take in the censuses that are new."""
        for place, counted in self.grid.nodes.items():
            if place not in self.known:
                self.known[place] = Node(self.grid.pair(place), counted.record).counts
        # a landscape may have a degenerate point everywhere: events are where there are more than elsewhere
        numbers = {p: c[2] or 0 for p, c in self.known.items() if c is not None}
        least = min(numbers.values(), default=0)
        self.singular |= {p for p, n in numbers.items() if n > least}


def _between(values: Sequence[Fraction], x: float) -> float:
    """The value at a place that is no whole number of parts."""
    k = min(int(x // STEP), len(values) - 2)
    return float(values[k]) + (float(values[k + 1]) - float(values[k])) * (x / STEP - k)


def _text(pair: tuple[Fraction, ...]) -> str:
    return ", ".join(map(str, pair))
