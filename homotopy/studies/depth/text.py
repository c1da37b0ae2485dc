"""The words of the depth study: its conclusion and its limits, made from the verdicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from homotopy.studies.depth.cases import READINGS
from homotopy.studies.depth.effective_glass import Curve, curve
from homotopy.studies.depth.series import CLAIMS, QUANTITIES, Measured
from homotopy.studies.frame.trends import Trend


def conclusion(
    series: Mapping[str, Sequence[Measured]], trends: Mapping[str, Mapping[str, Trend]], curves: Sequence[Curve]
) -> str:
    """One paragraph: each claim with the readings in which it holds, fails and stays undecided."""
    parts = []
    if curves:
        peaks = ", ".join(f"{c.peak} for {c.n_weights}" for c in curves)
        shapes = {c.trend.verdict for c in curves}
        parts.append(
            "In the primary reading, the effective spherical glass of an architecture, the number of complex stationary points "
            + (
                f"first rises and then falls with depth: it is largest at depth {peaks} weights, so the claim that depth reduces it "
                f"holds beyond that depth only, and it drops below that of the shallowest network, of depth 2, {_simpler(curves)}."
                if shapes == {"not monotone"}
                else f"is {' or '.join(sorted(shapes))} over the depths asked for (largest at depth {peaks} weights)."
            )
        )
    parts += [
        _claim(claim, wanted, {s: t[name].verdict for s, t in trends.items()})
        for claim, name, wanted in CLAIMS
        if trends
    ]
    used = dict.fromkeys(m.case.reading for members in series.values() for m in members)
    if len(used) > 1:
        names = "; ".join(f"{reading}: {READINGS[reading]}" for reading in used)
        parts.append(
            "Whether depth makes a landscape simpler at a fixed number of parameters thus depends on what is called depth and what is held "
            f"fixed ({names})."
        )
    return " ".join(parts)


def _claim(claim: str, wanted: str, verdicts: Mapping[str, str]) -> str:
    """One sentence: where a claim holds, where it fails and how, where it stays undecided."""
    holds = [s for s, verdict in verdicts.items() if verdict == wanted]
    fails = [f"{s} ({v})" for s, v in verdicts.items() if v not in (wanted, "undecided")]
    is_open = [s for s, verdict in verdicts.items() if verdict == "undecided"]
    said = [
        f"{verb} for {', '.join(names)}"
        for verb, names in (("holds", holds), ("fails", fails), ("is undecided", is_open))
        if names
    ]
    return f'"{claim[0].upper()}{claim[1:]}" {"; ".join(said)}.'


def _simpler(curves: Sequence[Curve]) -> str:
    """From which depth on each curve lies below its beginning."""
    found = [(c.n_weights, curve(c.n_weights, c.n_weights).simpler_depth()) for c in curves]
    return "from depth " + ", ".join(f"{depth} on for {n}" for n, depth in found if depth is not None) + " weights"


def limits(measured: Sequence[Measured], left_out: Sequence[str], level: float) -> list[str]:
    """What the numbers do not show."""
    open_samples = sum(m.ensemble.n_open for m in measured)
    every = sum(m.case.n_samples for m in measured)
    n_series = len({m.case.series for m in measured})
    notes = ["The equation of Becker, Zhang and Lee is used as later work reports it."]
    if n_series:
        n = n_series * len(QUANTITIES)
        notes.append(
            f"A verdict on an estimated series is false with probability {level:g} at most, where Student's statistics hold for the "
            f"means: of {n} verdicts up to {n * level:.1f} are to be expected to be false."
        )
    if open_samples:
        notes.append(
            f"{open_samples} of {every} samples are open and enter every mean at their worst; observations of minima leave out "
            f"{sum(m.observation.n_left_out for m in measured)}."
        )
    numerical = [m.case.label for m in measured if m.case.n_classes is None]
    if numerical:
        notes.append(
            "The complex counts of networks rest on start sets by monodromy and are supported, not proved, except where the table says so: "
            f"{', '.join(numerical)}."
        )
    reduced = [m for m in measured if m.observation.n_samples and len(_with_pairs(m)) < m.observation.n_samples]
    if reduced:
        notes.append(
            "Clustering is over the samples with two distinct minima or more: "
            + ", ".join(f"{len(_with_pairs(m))} of {m.observation.n_samples} for {m.case.label}" for m in reduced)
            + "."
        )
    networks = dict.fromkeys(m.case.architecture for m in measured if m.case.n_classes is None)
    bottlenecks = [widths for widths in networks if _narrows(widths)]
    if bottlenecks:
        notes.append(
            "Networks of one size and different depth do not express the same functions: the hidden layers of "
            f"{', '.join(bottlenecks)} narrow to fewer neurons than the inputs and outputs allow."
        )
    if left_out:
        notes.append(f"Left out: {'; '.join(left_out)}.")
    return notes


def _with_pairs(m: Measured) -> list[float]:
    return [v for v in m.observation.per_sample("nearest_ratio").tolist() if v == v]


def _narrows(architecture: str) -> bool:
    widths = [int(w) for w in architecture.split("-")]
    return min(widths[1:-1]) < min(widths[0], widths[-1])
