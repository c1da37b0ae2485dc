"""What the layering study tests: claims about glasses and searches, trends with size, and the exact law at the edge."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
from scipy import special

from homotopy.studies.frame.claims import Claim, one_sided, which_test
from homotopy.studies.frame.report import Finding
from homotopy.studies.frame.trends import Level, exact, mean_of, trend
from homotopy.studies.layering.tables import PROPERTIES, Glass, SearchedGlass
from homotopy.studies.measures.bands import annealed_energy, mean_energies, n_inverted, overlaps_of_layers
from homotopy.studies.measures.search_coverage import SEARCHES, basin_correlation, mean_ends, mean_minima, missed
from polysys.theory import Complexity
from polysys.theory.layers import edge_distance, exact_layers, inside_rate

# where the sum over each sample is 0 by symmetry (index k of 2k + 1 layers, odd p), rounding is all there is
_NO_ERROR = 1e-6
_LEAST = 20  # points on both sides of a margin; with fewer a share has no normal distribution
_UNKNOWN, _REFUTED = (1.0, 1.0), (1.0, 0.0)


def glass_claims(glasses: Sequence[Glass], margins: Sequence[float]) -> list[Claim]:
    """Order of the layers, inversions, the band, and agreement with the exact theory."""
    claims = [c for g in glasses for c in (_ordered(g), _separate(g), _mostly_inside(g))]
    return [*claims, *_agreement(glasses, margins)]


def _ordered(g: Glass) -> Claim:
    """Mean energies rise with the index: every step must (intersection-union), one falling step (Bonferroni) refutes it."""
    steps = [mean_energies(g.samples, k + 1) - mean_energies(g.samples, k) for k in range(g.n - 1)]
    tests = [one_sided(step) for step in steps]
    p_values = max(t[0] for t in tests), min(1.0, len(tests) * min(t[1] for t in tests))
    kinds = " or ".join(sorted({which_test(step) for step in steps}, reverse=True))
    smallest = min((level.value for step in steps if (level := mean_of(step)) is not None), default=float("nan"))
    sentence = f"{len(steps)} steps, the smallest {smallest:.3g} per spin (inside samples, one-sided, {kinds}; the weakest counts)"
    return Claim("the mean energy of a sample's layers rises with the index", g.label, p_values, sentence)


def _separate(g: Glass) -> Claim:
    """No point of index k lies above one of index k + 1: refuted by one certified pair."""
    counts, n = [n_inverted(g.samples, k) for k in range(g.n - 1)], len(g.samples)
    overlap = mean_of(overlaps_of_layers(g.samples, 0))
    note = f"a minimum lies above a saddle of index 1 with probability {overlap}" if overlap is not None else "no pairs"
    worst = int(np.argmax(counts))
    found = f"In {counts[worst]} of {n} samples a certified point of index {worst} lies above one of index {worst + 1}; {note}"
    nothing = f"No inversion in {n} samples, which proves nothing for others; {note}"
    is_refuted = any(counts)
    return Claim(
        "layers do not overlap", g.label, _REFUTED if is_refuted else _UNKNOWN, found if is_refuted else nothing
    )


def _mostly_inside(g: Glass) -> Claim:
    """More than half of a sample's minima lie below -E_inf."""
    inside = 1 - g.shares_of_minima(g.edge)
    sentence = (
        f"{mean_of(inside)} of a sample's minima lie below {g.edge:.4g} per spin ({which_test(inside)} against one half); exactly "
        f"{1 - g.exact.share_above(0, g.edge):.3g} of all minima together"
    )
    return Claim("most minima lie in the band below -E_inf", g.label, one_sided(inside, 0.5), sentence)


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
            if min(found.n_inside, found.n_points - found.n_inside) >= _LEAST:
                name = f"share of index {k} above the margin {margin:g}, {g.label}"
                deviations.append((_z(found.value, found.error, truth), name))
    usable = [d for d in deviations if np.isfinite(d[0])]
    if not usable:
        return []
    z, where = max(usable, key=lambda d: abs(d[0]))
    p = min(1.0, len(usable) * 2 * float(special.ndtr(-abs(z))))
    sentence = f"{len(usable)} numbers; the largest deviation is z = {z:+.2f}, {where} (Bonferroni: p = {p:.2g})"
    return [Claim("enumeration agrees with the exact annealed energies and shares", "", (1.0, p), sentence)]


def _z(value: float, error: float, truth: float) -> float:
    return (value - truth) / error if error > _NO_ERROR else float("nan")


def trend_findings(glasses: Sequence[Glass], margins: Sequence[float], most: int, level: float) -> list[Finding]:
    """How shares outside and overlaps move with N: exactly, and in the enumerated samples."""
    degrees, sizes = sorted({g.p for g in glasses}), list(range(4, most + 1))
    share, findings = level / (len(degrees) * (len(margins) + 1)), []

    def compare(p: int, statement: str, what: str, exactly: Sequence[float], found: Sequence[Level | None]) -> Finding:
        enumerated = trend([g.n for g in glasses if g.p == p], found, along="N", level=share)
        numbers = (
            f"{exactly[0]:.4g} at N = {sizes[0]}, {exactly[-1]:.3g} at N = {sizes[-1]}, compared at every N between"
        )
        sentence = f"{what}: {numbers}; inside enumerated samples: {enumerated.verdict}. {enumerated.sentence}"
        return Finding(statement, _exact_trend(sizes, exactly), sentence, f"p = {p}", is_claim=False)

    glasses = sorted(glasses, key=lambda g: g.n)
    for p in degrees:
        members, edge = [g for g in glasses if g.p == p], -Complexity(p).threshold.value
        for margin in margins:
            shares = [exact_layers(n, p).share_above(0, edge + margin) for n in sizes]
            levels = [mean_of(g.shares_of_minima(g.edge + margin)) for g in members]
            statement = f"share of minima above -E_inf + {margin:g} with growing N"
            findings.append(compare(p, statement, "Exact annealed shares", shares, levels))
        overlaps = [exact_layers(n, p).overlap(0) for n in sizes]
        levels = [mean_of(overlaps_of_layers(g.samples, 0)) for g in members]
        what = "Exact annealed probability that a minimum lies above a saddle of index 1"
        findings.append(compare(p, "overlap of the layers of index 0 and 1 with growing N", what, overlaps, levels))
    return findings


def _exact_trend(sizes: Sequence[int], values: Sequence[float]) -> str:
    """The verdict of exact numbers, good to six digits; those that are not known are left out."""
    levels = [exact(v, 1e-6 * abs(v)) if np.isfinite(v) else None for v in values]
    return trend(sizes, levels, along="N").verdict


def edge_findings(degrees: Sequence[int], most: int) -> list[Finding]:
    """The law at the edge of the band: minima concentrate above -E_inf at a distance of order N^(-1/2)."""
    findings = []
    for p in degrees:
        edge = -Complexity(p).threshold.value
        known = {n: exact_layers(n, p).mean_energy(0) - edge for n in range(4, most + 1)}
        sizes = [n for n, distance in known.items() if np.isfinite(distance)]
        distances = [known[n] for n in sizes]
        half = len(sizes) // 2
        exponent = float(np.log(distances[half] / distances[-1]) / np.log(sizes[-1] / sizes[half]))
        inside = [1 - exact_layers(n, p).share_above(0, edge) for n in (sizes[half], sizes[-1])]
        rate = float(np.log(inside[0] / inside[1]) / (np.sqrt(sizes[-1]) - np.sqrt(sizes[half])))
        sentence = (
            f"Exact annealed distance per spin: {distances[0]:.4g} at N = {sizes[0]}, {distances[-1]:.4g} at N = {sizes[-1]}, "
            f"{'always above' if min(distances) > 0 else 'not always above'}; it goes like N^(-{exponent:.3f}) between N = {sizes[half]} and {sizes[-1]} and is "
            f"{distances[-1] / edge_distance(sizes[-1], p):.3f} of {edge_distance(1, p):.3g} N^(-1/2), the leading order of the edge law. The share of minima "
            f"below -E_inf goes like exp(-{rate:.3g} sqrt(N)) there; the law says {inside_rate(p):.3g}."
        )
        statement = "distance of the mean minimum above -E_inf with growing N"
        findings.append(Finding(statement, _exact_trend(sizes, distances), sentence, f"p = {p}", is_claim=False))
    return findings


def search_claims(searched: Sequence[SearchedGlass]) -> list[Claim]:
    """Where searches end, and what they miss."""
    known = [g for g in searched if g.landscapes]
    return [c for g in known for name in SEARCHES for c in _of_search(g, name)] + [
        c for g in known for c in (_annealing_helps(g), _all_found(g))
    ]


def _of_search(g: SearchedGlass, name: str) -> list[Claim]:
    found, case, energies = g.landscapes, f"{g.label}, {name}", PROPERTIES["energy"]
    gain = mean_minima(found, energies) - mean_ends(found, name, energies)
    inside = mean_ends(found, name, lambda s: (s.energies <= g.edge).astype(float))
    lower = f"By {mean_of(gain)} per spin ({which_test(gain)} over {len(found)} landscapes)"
    ends = f"{mean_of(inside)} of the runs do ({which_test(inside)} against one half)"
    claims = [
        Claim("a search ends lower than a minimum picked at random", case, one_sided(gain), lower),
        Claim("a search ends in the band below -E_inf", case, one_sided(inside, 0.5), ends),
    ]
    for which, what in (("deep", "energy"), ("wide", "log-curvature")):
        c = basin_correlation(found, name, PROPERTIES[what], 0.95)
        words = f"Spearman's correlation of basin weight and {what} inside landscapes {c.value:.3f} +- {c.error:.2g} (Student, bootstrap over landscapes)"
        claims.append(Claim(f"{which} minima have larger basins", case, c.p_values(), words))
    return claims


def _annealing_helps(g: SearchedGlass) -> Claim:
    descent, annealing = (mean_ends(g.landscapes, SEARCHES[k], PROPERTIES["energy"]) for k in (0, 2))
    gain = descent - annealing
    sentence = f"By {mean_of(gain)} per spin ({which_test(gain)} over {len(g.landscapes)} landscapes)"
    return Claim("simulated annealing ends lower than gradient descent", g.label, one_sided(gain), sentence)


def _all_found(g: SearchedGlass) -> Claim:
    statement = "the searches together find every minimum"
    lost = missed(g.landscapes, SEARCHES)
    n, total, runs = sum(int(m.sum()) for m in lost), sum(len(m) for m in lost), g.starts * len(SEARCHES)
    if not n:
        return Claim(statement, g.label, _UNKNOWN, f"All {total} were found by {runs} runs each")
    ranks = np.concatenate([s.ranks[m] for s, m in zip(g.landscapes, lost, strict=True)])
    return Claim(
        statement,
        g.label,
        _REFUTED,
        f"{n} of {total} certified minima were met by none of {runs} runs on their landscape; their mean rank is {ranks.mean():.2f} (1 is the highest)",
    )


def lead(glasses: Sequence[Glass], searched: Sequence[SearchedGlass], margins: Sequence[float], most: int) -> list[str]:
    """The numbers behind the verdicts: how much lies outside the band, and where searches end."""
    sentences = []
    for p in sorted({g.p for g in glasses}):
        edge = -Complexity(p).threshold.value
        shares = [f"{100 * exact_layers(n, p).share_above(0, edge):.1f} % at N = {n}" for n in (4, most)]
        text = f"p = {p}: exactly {' and '.join(shares)} of all minima lie above -E_inf"
        if margin := max(margins):
            beyond = [f"{100 * exact_layers(n, p).share_above(0, edge + margin):.2g} %" for n in (4, most)]
            text += f", {' and '.join(beyond)} above -E_inf + {margin:g}"
        sentences.append(f"{text}.")
    for g in (g for g in searched if g.landscapes):
        ranks = ", ".join(f"{name} {mean_of(mean_ends(g.landscapes, name, lambda s: s.ranks))}" for name in SEARCHES)
        plain = mean_of(mean_minima(g.landscapes, lambda s: s.ranks))
        sentences.append(
            f"{g.label}: mean rank of the end among all minima (0 is the ground state): {ranks}; picked at random {plain}."
        )
    return sentences
