"""The figures of a model's page as SVG: histograms, means beside predictions; each mark says its numbers when it is touched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, isfinite, log10

from homotopy.tables.site.markup import Markup, element

WIDTH, HEIGHT = 460, 230
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 10, 12, 38
_MAX_BARS = 60
# Viridis (van der Walt & Smith 2015) without its lightest twentieth, as in all figures: minima dark, maxima light, in order in grey too.
_STOPS = (
    (68, 1, 84), (72, 29, 111), (69, 55, 129), (61, 78, 138), (50, 100, 142), (42, 119, 142), (35, 138, 141),
    (30, 157, 137), (42, 176, 127), (74, 193, 109), (117, 208, 84), (168, 219, 52), (223, 227, 24),
)  # fmt: skip


def colour(index: int, dimension: int) -> str:
    """The colour of a Morse index.

    Examples
    --------
    >>> colour(0, 3), colour(3, 3)
    ('#440154', '#dfe318')
    """
    place = (len(_STOPS) - 1) * index / max(dimension, 1)
    k = min(int(place), len(_STOPS) - 2)
    mixed = [round(a + (place - k) * (b - a)) for a, b in zip(_STOPS[k], _STOPS[k + 1], strict=True)]
    return "#" + "".join(f"{c:02x}" for c in mixed)


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a histogram: where it begins and ends, and its parts from below, each with its colour."""

    low: float
    high: float
    parts: tuple[tuple[int, str], ...]
    says: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A vertical line across a histogram, with a class that says how it is drawn, or a band."""

    low: float
    high: float
    kind: str
    says: str


@dataclass(frozen=True, slots=True)
class MeanOfIndex:
    """A measured mean with its interval, and what was predicted.

    Where all samples agree there is no spread: the interval is then a crude bound, which is told and not drawn.
    """

    value: float
    low: float
    high: float
    predicted: float | None
    is_crude: bool = False

    @property
    def is_seen(self) -> bool:
        """Whether any sample has, or may have, a point of the index."""
        return self.value != 0.0

    @property
    def drawn(self) -> tuple[float, ...]:
        """The numbers that are drawn."""
        ends = () if self.is_crude else (self.low, self.high)
        return tuple(v for v in (self.value, *ends, self.predicted) if v is not None and isfinite(v))


def bars_of_counts(histogram: Mapping[int, int]) -> list[Bar]:
    """Bars for the numbers of samples with each count; neighbouring counts share one where there are many.

    Examples
    --------
    >>> [(b.low, b.high, b.parts[0][0]) for b in bars_of_counts({2: 5, 6: 3})]
    [(1.0, 3.0, 5), (5.0, 7.0, 3)]
    """
    values = sorted(histogram)
    if not values:
        return []
    gaps = [b - a for a, b in pairwise(values)]
    least = step = min(gaps, default=1)
    step *= max(1, ceil((values[-1] - values[0] + step) / step / _MAX_BARS))
    width = min(step, 2)
    bars: dict[int, int] = {}
    for value in values:
        start = values[0] + (value - values[0]) // step * step
        bars[start] = bars.get(start, 0) + histogram[value]
    result = []
    is_single = step == least
    for start, n in bars.items():
        what = f"{start}" if is_single else f"{start} to {start + step - 1}"
        low, high = (start - width / 2, start + width / 2) if is_single else (float(start), float(start + step))
        result.append(Bar(low, high, ((n, "var(--bar)"),), f"{what} points: {n} samples"))
    return result


def bars_of_energies(by_index: Mapping[int, Sequence[float]], dimension: int, n_bars: int = 48) -> list[Bar]:
    """Bars for the numbers of points in ranges of energy, stacked by Morse index."""
    every = [e for energies in by_index.values() for e in energies if isfinite(e)]
    if not every:
        return []
    low, high = min(every), max(every)
    size = (high - low) / n_bars or 1.0
    counts = [[0] * (dimension + 1) for _ in range(n_bars)]
    for k, energies in by_index.items():
        for e in energies:
            if isfinite(e):
                counts[min(n_bars - 1, int((e - low) / size))][k] += 1
    bars = []
    for place, row in enumerate(counts):
        begin = low + place * size
        said = ", ".join(f"{n} of index {k}" for k, n in enumerate(row) if n)
        parts = tuple((n, colour(k, dimension)) for k, n in enumerate(row) if n)
        bars.append(Bar(begin, begin + size, parts, f"energy {begin:.4g} to {begin + size:.4g}: {said or 'none'}"))
    return bars


def histogram(
    bars: Sequence[Bar], axis: str, unit: str, marks: Iterable[Mark] = (), *, is_whole: bool = False
) -> Markup | None:
    """A histogram with lines across it, over whole numbers or others; None without bars."""
    if not bars:
        return None
    lines = list(marks)
    ends = [x for b in bars for x in (b.low, b.high)] + [x for m in lines for x in (m.low, m.high)]
    x, y = (
        _Axis(min(ends), max(ends), _LEFT + 4, WIDTH - _RIGHT - 4),
        _Axis(0, 1.06 * max(_height(b) for b in bars), HEIGHT - _BOTTOM, _TOP),
    )
    shapes: list[Markup] = []
    for bar in bars:
        done = 0
        for n, fill in bar.parts:
            top, bottom = y(done + n), y(done)
            left, width = x(bar.low), max(1.0, x(bar.high) - x(bar.low) - 0.6)
            shapes.append(_rect(left, top, width, bottom - top, style=f"fill:{fill}", data_tip=bar.says))
            done += n
    for m in lines:
        if m.high > m.low:
            width = max(1.5, x(m.high) - x(m.low))
            shapes.append(_rect(x(m.low), _TOP, width, HEIGHT - _BOTTOM - _TOP, class_=m.kind, data_tip=m.says))
        else:
            shapes.append(_path(f"M{_n(x(m.low))} {_TOP}V{HEIGHT - _BOTTOM}", m.kind, m.says))
    ticks = [*_ticks_x(x, x.ticks(is_whole=is_whole)), *_ticks_y(y, is_whole=True)]
    return _frame(ticks, shapes, axis, unit)


def means_by_index(means: Sequence[MeanOfIndex]) -> Markup:
    """Bars of the mean number of points of each Morse index, their intervals, and diamonds where a mean is predicted."""
    dimension = len(means) - 1
    top = max([1e-9, *(v for m in means for v in m.drawn)])
    x, y = _Axis(-0.6, dimension + 0.6, _LEFT, WIDTH - _RIGHT), _Axis(0, 1.06 * top, HEIGHT - _BOTTOM, _TOP)
    shapes: list[Markup] = []
    for k, m in enumerate(means):
        said = f"index {k}: {f'mean {m.value:.6g}' if m.is_seen else 'not seen'}, 95 % interval of the mean {m.low:.6g} to {m.high:.6g}"
        said += "" if m.predicted is None else f", predicted {m.predicted:.6g}"
        left, width = x(k - 0.36), x(k + 0.36) - x(k - 0.36)
        if not m.is_seen:
            place = f"rotate(-90 {_n(x(k) + 4)} {_n(y(0) - 5)})"
            shapes.append(element("text", "not seen", x=_n(x(k) + 4), y=_n(y(0) - 5), transform=place, data_tip=said))
        elif isfinite(m.value):
            shapes.append(
                _rect(left, y(m.value), width, y(0) - y(m.value), style=f"fill:{colour(k, dimension)}", data_tip=said)
            )
        if isfinite(m.low) and isfinite(m.high) and not m.is_crude:
            whisker = f"M{_n(x(k))} {_n(y(max(m.low, 0)))}V{_n(y(m.high))}"
            shapes += [_path(whisker, kind, said) for kind in ("error halo", "error")]
        if m.predicted is not None:
            shapes.append(_path(f"M{_n(x(k))} {_n(y(m.predicted) - 5)}l5 5l-5 5l-5 -5z", "predicted", said))
    step = max(1, ceil((dimension + 1) / 14))
    return _frame(
        [*_ticks_x(x, [float(k) for k in range(0, dimension + 1, step)]), *_ticks_y(y)],
        shapes,
        "Morse index",
        "points, mean",
    )


def scatter(points: Sequence[tuple[int, int, str, str]], axis: str, unit: str) -> Markup | None:
    """Dots (x, y > 0, class, what it says) on a logarithmic vertical axis; None without points."""
    if not points:
        return None
    x = _Axis(min(p[0] for p in points) - 0.6, max(p[0] for p in points) + 0.6, _LEFT + 8, WIDTH - _RIGHT)
    most = max(log10(p[1]) for p in points)
    y = _Axis(0, max(1.0, most), HEIGHT - _BOTTOM, _TOP + 4)
    shapes, beside = [], dict.fromkeys((p[0] for p in points), 0)
    for n, value, kind, says in points:
        beside[n] += 1  # a fixed sequence in [-0.4, 0.4], so that equal sizes do not cover one another
        shift = (beside[n] * 0.618034 % 1 - 0.5) * 0.8
        shapes.append(
            element("circle", cx=_n(x(n + shift)), cy=_n(y(log10(value))), r=2.6, class_=f"dot {kind}", data_tip=says)
        )
    step = max(1, ceil(most / 6))
    decades = [float(k) for k in range(0, int(max(1.0, most)) + 1, step)]
    lines = [mark for k in decades for mark in _tick_y(y(k), _power(k))]
    return _frame([*_ticks_x(x, x.ticks(is_whole=True)), *lines], shapes, axis, unit)


@dataclass(frozen=True, slots=True)
class _Axis:
    """A linear map from [low, high] to pixels."""

    low: float
    high: float
    begin: float
    end: float

    def __call__(self, value: float) -> float:
        return self.begin + (value - self.low) / ((self.high - self.low) or 1.0) * (self.end - self.begin)

    def ticks(self, n: int = 6, *, is_whole: bool = False) -> list[float]:
        """Round numbers inside; whole ones where a number is counted."""
        step = 10.0 ** floor(log10(((self.high - self.low) or 1.0) / n))
        step *= next((f for f in (1, 2, 5) if (self.high - self.low) / (f * step) <= n), 10)
        step = max(step, 1.0) if is_whole else step
        return [k * step for k in range(ceil(self.low / step - 1e-9), floor(self.high / step + 1e-9) + 1)]


def _frame(ticks: Sequence[Markup], shapes: Sequence[Markup], axis: str, unit: str) -> Markup:
    base = element("line", x1=_LEFT, x2=WIDTH - _RIGHT, y1=HEIGHT - _BOTTOM, y2=HEIGHT - _BOTTOM, class_="axis")
    names = [
        element("text", axis, x=(_LEFT + WIDTH) / 2, y=HEIGHT - 4, text_anchor="middle"),
        element(
            "text",
            unit,
            x=10,
            y=(HEIGHT - _BOTTOM) / 2,
            text_anchor="middle",
            transform=f"rotate(-90 10 {(HEIGHT - _BOTTOM) / 2})",
        ),
    ]
    return element(
        "svg",
        ticks,
        shapes,
        base,
        names,
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        aria_label=f"{unit} against {axis}",
        preserveAspectRatio="none" if not axis else None,
        class_="chart",
    )


def _ticks_x(x: _Axis, ticks: Iterable[float]) -> list[Markup]:
    return [element("text", _label(t), x=_n(x(t)), y=HEIGHT - _BOTTOM + 14, text_anchor="middle") for t in ticks]


def _ticks_y(y: _Axis, *, is_whole: bool = False) -> list[Markup]:
    return [mark for t in y.ticks(5, is_whole=is_whole) for mark in _tick_y(y(t), _label(t))]


def _tick_y(place: float, text: str) -> list[Markup]:
    line = element("line", x1=_LEFT, x2=WIDTH - _RIGHT, y1=_n(place), y2=_n(place), class_="grid")
    return [line, element("text", text, x=_LEFT - 5, y=_n(place + 3.5), text_anchor="end")]


def _power(k: float) -> str:
    return {0: "1", 1: "10", 2: "100", 3: "1000"}.get(
        int(k), "10" + str(int(k)).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
    )


def _path(d: str, kind: str, says: str) -> Markup:
    return element("path", d=d, class_=kind, data_tip=says)


def _rect(x: float, y: float, width: float, height: float, **attributes: str) -> Markup:
    return element("rect", x=_n(x), y=_n(y), width=_n(width), height=_n(max(height, 0.0)), **attributes)


def _height(bar: Bar) -> int:
    return sum(n for n, _ in bar.parts)


def _label(value: float) -> str:
    return f"{value:g}".replace("-", "−") if value else "0"


def _n(value: float) -> str:
    """A coordinate with as many digits as can be seen."""
    return f"{value:.1f}".removesuffix(".0")
