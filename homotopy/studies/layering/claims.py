"""What the layering study tests: claims about glasses and searches, trends with size, and the exact law at the edge."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
from scipy import special

from homotopy.studies.depth.exact_layers import Floats, edge_distance, exact_layers, inside_rate
from homotopy.studies.frame.claims import Claim, one_sided, which_test
from homotopy.studies.frame.report import Finding
from homotopy.studies.frame.trends import Level, exact, mean_of, trend
from homotopy.studies.layering.tables import Glass, SearchedGlass
from homotopy.studies.measures.bands import annealed_energy, mean_energies, n_inverted, overlaps_of_layers
from homotopy.studies.measures.search_coverage import (
    SEARCHES,
    Searched,
    basin_correlation,
    mean_ends,
    mean_minima,
    missed,
)
from polysys.theory import Complexity

_NO_ERROR = (
    1e-6  # where the sum over each sample is 0 by symmetry (index k of 2k + 1 layers, odd p), rounding is all there is
)


def glass_claims(glasses: Sequence[Glass], margins: Sequence[float]) -> list[Claim]:
    """Order of the layers, inversions, the band, and agreement with the exact theory."""
    claims = [c for g in glasses for c in (_ordered(g), _separate(g), _mostly_inside(g))]
    return [*claims, *_agreement(glasses, margins)]


def _ordered(g: Glass) -> Claim:
    """Mean energies rise with the index: every step must (intersection-union), one falling step (Bonferroni) refutes it."""
    steps = [mean_energies(g.samples, k + 1) - mean_energies(g.samples, k) for k in range(g.n - 1)]
    tests = [one_sided(step) for step in steps]
    up, down = max(t[0] for t in tests), min(1.0, len(tests) * min(t[1] for t in tests))
    kinds = " or ".join(sorted({which_test(step) for step in steps}, reverse=True))
    smallest = min((level.value for step in steps if (level := mean_of(step)) is not None), default=float("nan"))
    return Claim(
        f"{g.label}: the mean energy of a sample's layers rises with the index",
        up,
        down,
        f"{len(steps)} steps, the smallest {smallest:.3g} per spin (inside samples, one-sided, {kinds}; the weakest counts)",
    )


def _separate(g: Glass) -> Claim:
    """No point of index k lies above one of index k + 1: refuted by one certified pair."""
    counts = [n_inverted(g.samples, k) for k in range(g.n - 1)]
    overlap = mean_of(overlaps_of_layers(g.samples, 0))
    note = f"a minimum lies above a saddle of index 1 with probability {overlap}" if overlap is not None else "no pairs"
    n = len(g.samples)
    if any(counts):
        worst = int(np.argmax(counts))
        sentence = f"In {counts[worst]} of {n} samples a certified point of index {worst} lies above one of index {worst + 1}; {note}"
        return Claim(f"{g.label}: layers do not overlap", 1.0, 0.0, sentence)
    return Claim(
        f"{g.label}: layers do not overlap",
        1.0,
        1.0,
        f"No inversion in {n} samples, which proves nothing for others; {note}",
    )


def _mostly_inside(g: Glass) -> Claim:
    """More than half of a sample's minima lie below -E_inf."""
    inside = np.array([float((e <= g.edge).mean()) for s in g.samples if len(e := s.of_index(0))])
    above, below = one_sided(inside, 0.5)
    return Claim(
        f"{g.label}: most minima lie in the band below -E_inf = {g.edge:.4g} per spin",
        above,
        below,
        f"{mean_of(inside)} of a sample's minima do ({which_test(inside)} against one half); exactly {1 - g.exact.share_above(0, g.edge):.3g} of "
        "all minima together",
    )


def _agreement(glasses: Sequence[Glass], margins: Sequence[float]) -> list[Claim]:
    """Enumerated shares and mean energies against the exact ones: one claim, Bonferroni inside."""
    deviations = []
    for g, k in product(glasses, (0, 1)):
        if k > g.n - 1:
            continue
        value, error = annealed_energy(g.samples, k)
        deviations.append((_z(value, error, g.exact.mean_energy(k)), f"mean energy of index {k}, {g.label}"))
        for margin in margins:
            found, truth = g.share(k, margin), g.exact.share_above(k, g.edge + margin)
            if min(found.n_inside, found.n_points - found.n_inside) >= 20:  # else no normal distribution
                deviations.append(
                    (_z(found.value, found.error, truth), f"share of index {k} above the margin {margin:g}, {g.label}")
                )
    usable = [d for d in deviations if np.isfinite(d[0])]
    if not usable:
        return []
    z, where = max(usable, key=lambda d: abs(d[0]))
    p = min(1.0, len(usable) * 2 * float(special.ndtr(-abs(z))))
    return [
        Claim(
            "enumeration agrees with the exact annealed energies and shares",
            1.0,
            p,
            f"{len(usable)} numbers; the largest deviation is z = {z:+.2f}, {where} (Bonferroni: p = {p:.2g}); agreement cannot be "
            "proved by a test, so undecided means that nothing speaks against it",
        )
    ]


def _z(value: float, error: float, truth: float) -> float:
    return (value - truth) / error if error > _NO_ERROR else float("nan")


def trend_findings(glasses: Sequence[Glass], margins: Sequence[float], most: int, level: float) -> list[Finding]:
    """How shares outside and overlaps move with N: exactly, and in the enumerated samples."""
    degrees = sorted({g.p for g in glasses})
    n_trends = len(degrees) * (len(margins) + 1)
    findings = []
    for p in degrees:
        members = sorted((g for g in glasses if g.p == p), key=lambda g: g.n)
        sizes, edge = list(range(4, most + 1)), -Complexity(p).threshold.value
        for margin in margins:
            values = [exact_layers(n, p).share_above(0, edge + margin) for n in sizes]
            whole = _exact_trend(sizes, values)
            found = trend(
                [g.n for g in members], [_quenched(g, margin) for g in members], along="N", level=level / n_trends
            )
            findings.append(
                Finding(
                    f"p = {p}: share of minima above -E_inf + {margin:g} with growing N",
                    whole,
                    f"Exact annealed shares: {values[0]:.4g} at N = {sizes[0]}, {values[-1]:.3g} at N = {sizes[-1]}, compared at every "
                    f"N between; means over enumerated samples: {found.verdict}. {found.sentence}",
                )
            )
        overlap = [exact_layers(n, p).overlap(0) for n in sizes]
        found = trend(
            [g.n for g in members],
            [mean_of(overlaps_of_layers(g.samples, 0)) for g in members],
            along="N",
            level=level / n_trends,
        )
        findings.append(
            Finding(
                f"p = {p}: overlap of the layers of index 0 and 1 with growing N",
                _exact_trend(sizes, overlap),
                f"Exact annealed probability that a minimum lies above a saddle of index 1: {overlap[0]:.4g} at N = {sizes[0]}, {overlap[-1]:.4g} "
                f"at N = {sizes[-1]}, compared at every N between; inside enumerated samples: {found.verdict}. {found.sentence}",
            )
        )
    return findings


def _quenched(g: Glass, margin: float) -> Level | None:
    return mean_of(np.array([float((e > g.edge + margin).mean()) for s in g.samples if len(e := s.of_index(0))]))


def _exact_trend(sizes: Sequence[int], values: Sequence[float]) -> str:
    """The verdict of exact numbers, good to six digits; those that are not known are left out."""
    levels = [exact(v, 1e-6 * abs(v)) if np.isfinite(v) else None for v in values]
    return trend(sizes, levels, along="N").verdict


def edge_findings(glasses: Sequence[Glass], most: int) -> list[Finding]:
    """The law at the edge of the band: minima concentrate above -E_inf at a distance of order N^(-1/2)."""
    findings = []
    for p in sorted({g.p for g in glasses}):
        edge, sizes = -Complexity(p).threshold.value, list(range(4, most + 1))
        distances = [exact_layers(n, p).mean_energy(0) - edge for n in sizes]
        half = len(sizes) // 2
        exponent = float(np.log(distances[half] / distances[-1]) / np.log(sizes[-1] / sizes[half]))
        inside = [1 - exact_layers(n, p).share_above(0, edge) for n in (sizes[half], sizes[-1])]
        rate = float(np.log(inside[0] / inside[1]) / (np.sqrt(sizes[-1]) - np.sqrt(sizes[half])))
        findings.append(
            Finding(
                f"p = {p}: distance of the mean minimum above -E_inf with growing N",
                _exact_trend(sizes, distances),
                f"Exact annealed distance per spin: {distances[0]:.4g} at N = {sizes[0]}, {distances[-1]:.4g} at N = {sizes[-1]}, "
                f"{'always above' if min(distances) > 0 else 'not always above'}; it falls like N^(-{exponent:.3f}) between N = {sizes[half]} and {sizes[-1]} and is "
                f"{distances[-1] / edge_distance(sizes[-1], p):.3f} of {edge_distance(1, p):.3g} N^(-1/2), the leading order of the edge law. The share of minima "
                f"below -E_inf falls like exp(-{rate:.3g} sqrt(N)) there; the law says {inside_rate(p):.3g}.",
            )
        )
    return findings


def search_claims(searched: Sequence[SearchedGlass]) -> list[Claim]:
    """Where searches end, and what they miss."""
    return [c for g in searched if g.landscapes for name in SEARCHES for c in _of_search(g, name)] + [
        c for g in searched if g.landscapes for c in (_annealing_helps(g), _all_found(g))
    ]


def _of_search(g: SearchedGlass, name: str) -> list[Claim]:
    found = g.landscapes
    gain = mean_minima(found, _energies) - mean_ends(found, name, _energies)
    inside = mean_ends(found, name, lambda s: (s.energies <= g.edge).astype(float))
    return [
        Claim(
            f"{g.label}: {name} ends lower than a minimum picked at random",
            *one_sided(gain),
            f"By {mean_of(gain)} per spin ({which_test(gain)} over {len(found)} landscapes)",
        ),
        Claim(
            f"{g.label}: {name} ends in the band below -E_inf",
            *one_sided(inside, 0.5),
            f"{mean_of(inside)} of the runs do ({which_test(inside)} against one half)",
        ),
        _basin(g, name, "deep minima have larger basins", _energies, "energy"),
        _basin(g, name, "wide minima have larger basins", lambda s: s.curvatures, "log-curvature"),
    ]


def _energies(s: Searched) -> Floats:
    return s.energies


def _basin(g: SearchedGlass, name: str, claim: str, of: object, what: str) -> Claim:
    assert callable(of)
    c = basin_correlation(g.landscapes, name, of, 0.95)
    low, high = c.p_values()
    return Claim(
        f"{g.label}: for {name} {claim}",
        low,
        high,
        f"Spearman's correlation of basin weight and {what} inside landscapes {c.value:.3f} +- {c.error:.2g} (Student, bootstrap over landscapes)",
    )


def _annealing_helps(g: SearchedGlass) -> Claim:
    gain = mean_ends(g.landscapes, SEARCHES[0], _energies) - mean_ends(g.landscapes, SEARCHES[2], _energies)
    return Claim(
        f"{g.label}: simulated annealing ends lower than gradient descent",
        *one_sided(gain),
        f"By {mean_of(gain)} per spin ({which_test(gain)} over {len(g.landscapes)} landscapes)",
    )


def _all_found(g: SearchedGlass) -> Claim:
    lost = missed(g.landscapes, SEARCHES)
    n, total = sum(int(m.sum()) for m in lost), sum(len(m) for m in lost)
    runs = g.starts * len(SEARCHES)
    if not n:
        return Claim(
            f"{g.label}: the searches together find every minimum",
            1.0,
            1.0,
            f"All {total} were found by {runs} runs each",
        )
    ranks = np.concatenate([s.ranks[m] for s, m in zip(g.landscapes, lost, strict=True)])
    return Claim(
        f"{g.label}: the searches together find every minimum",
        1.0,
        0.0,
        f"{n} of {total} certified minima were met by none of {runs} runs on their landscape; their mean rank is {ranks.mean():.2f} (1 is the highest)",
    )
