"""The conclusion of the layering study, written from its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from homotopy.studies.depth.exact_layers import edge_distance, exact_layers
from homotopy.studies.frame.report import Finding
from homotopy.studies.frame.trends import mean_of
from homotopy.studies.layering.tables import Glass, SearchedGlass
from homotopy.studies.measures.bands import overlaps_of_layers
from homotopy.studies.measures.search_coverage import SEARCHES, mean_ends, mean_minima


def conclusion(
    glasses: Sequence[Glass],
    searched: Sequence[SearchedGlass],
    margins: Sequence[float],
    most: int,
    findings: Sequence[Finding],
) -> str:
    """One paragraph."""
    ordered = [f.verdict for f in findings if f.subject.endswith("rises with the index")]
    separate = [f.verdict for f in findings if f.subject.endswith("layers do not overlap")]
    inside = [f.verdict for f in findings if "most minima lie in the band" in f.subject]
    overlaps = [v.value for g in glasses if (v := mean_of(overlaps_of_layers(g.samples, 0))) is not None]
    parts = [
        f"Mean energies are layered by Morse index in {ordered.count('holds')} of {len(ordered)} glasses, but neighbouring layers overlap: "
        f"certified points in the wrong order occur in {separate.count('fails')} of {len(separate)}, and a minimum lies above a saddle of index 1 "
        f"with probability {min(overlaps):.2f} to {max(overlaps):.2f}, which in the exact annealed distributions grows slowly with N.",
        "That minima fill a band whose outside vanishes exponentially (Choromanska et al. 2015) depends on where the band ends. At its edge "
        f"-E_inf it {_in_words(inside)}: {_edge_numbers(glasses, most)}. The tilt of the mean count by exp(-N (p-2) l^2/(2p)) pushes the smallest "
        "eigenvalue of the Hessian above the edge of its spectrum, so that at finite N minima sit above -E_inf at a distance of order N^(-1/2), "
        "and the share inside falls like exp(-c sqrt(N)). Only beyond a fixed margin does the share fall, eventually like exp(-c N^2) as "
        f"Auffinger, Ben Arous & Cerny's theorems say, and the margin decides at which N that begins{_margin_numbers(glasses, margins, most)}.",
    ]
    if any(g.landscapes for g in searched):
        parts.append(_search_words(searched, findings))
    parts.append(
        "So at enumerable sizes layering by index is a statement about means; the band as a place that excludes bad minima is a statement about "
        "sizes at which N^(-1/2) is small against the margin that one cares about."
    )
    return " ".join(parts)


def _in_words(verdicts: Sequence[str]) -> str:
    if verdicts and all(v == "fails" for v in verdicts):
        return "fails in every glass"
    return f"fails in {verdicts.count('fails')} and holds in {verdicts.count('holds')} of {len(verdicts)} glasses"


def _edge_numbers(glasses: Sequence[Glass], most: int) -> str:
    texts = []
    for p in sorted({g.p for g in glasses}):
        low, high = (exact_layers(n, p).share_above(0, _edge(glasses, p)) for n in (4, most))
        texts.append(
            f"for p = {p} exactly {100 * low:.1f} % of all minima lie above it at N = 4 and {100 * high:.1f} % at N = {most}"
        )
    return ", ".join(texts)


def _edge(glasses: Sequence[Glass], p: int) -> float:
    return next(g.edge for g in glasses if g.p == p)


def _margin_numbers(glasses: Sequence[Glass], margins: Sequence[float], most: int) -> str:
    margin = max(margins)
    if margin == 0:
        return ""
    texts = []
    for p in sorted({g.p for g in glasses}):
        edge = _edge(glasses, p) + margin
        low, high = (exact_layers(n, p).share_above(0, edge) for n in (4, most))
        size = (edge_distance(1, p) / margin) ** 2
        texts.append(
            f"p = {p}: {100 * low:.3g} % at N = 4, {100 * high:.2g} % at N = {most}, minima cross it near N = {size:.0f}"
        )
    return f" (margin {margin:g}; {'; '.join(texts)})"


def _search_words(searched: Sequence[SearchedGlass], findings: Sequence[Finding]) -> str:
    texts = []
    for g in searched:
        if not g.landscapes:
            continue
        ranks = [mean_of(mean_ends(g.landscapes, name, lambda s: s.ranks)) for name in SEARCHES]
        plain = mean_of(mean_minima(g.landscapes, lambda s: s.ranks))
        lost = [sum(int((s.hits[name] == 0).sum()) for s in g.landscapes) for name in SEARCHES]
        total = sum(len(s.energies) for s in g.landscapes)
        texts.append(
            f"on {g.label} the mean rank of the end among all minima is {', '.join(str(r) for r in ranks)} for gradient descent, SGD and simulated "
            f"annealing against {plain} for a minimum picked at random (0 is the ground state), and {', '.join(map(str, lost))} of {total} minima "
            f"were never met in {g.starts} runs"
        )
    deep = [f.verdict for f in findings if f.subject.endswith("deep minima have larger basins")]
    wide = [f.verdict for f in findings if f.subject.endswith("wide minima have larger basins")]
    return (
        f"Searches: {'; '.join(texts)}. That deep minima have larger basins holds in {deep.count('holds')} of {len(deep)} cases; that wide ones have "
        f"fails in {wide.count('fails')} and holds in {wide.count('holds')} of {len(wide)}: in a pure glass the curvature of a point is on average -p times its "
        "energy per spin, so deep minima are narrow, and it is depth that makes a basin large."
    )


def limits(glasses: Sequence[Glass], searched: Sequence[SearchedGlass], spec: Any) -> tuple[str, ...]:
    """What the numbers do not show."""
    lost = sum(g.n_left_out for g in glasses) + sum(g.n_left_out for g in searched)
    return (
        f"{sum(len(g.samples) for g in glasses)} enumerated samples; {lost} samples or searched landscapes that are not complete and decided were left out.",
        "Exact shares and overlaps are annealed: samples with many points weigh more. Means over samples and medians stand beside them.",
        "Points, indices and energies are certified; where searches end is numerical, and matched with certified points.",
        f"SGD on a glass has Gaussian gradient noise (there are no data to take batches of); {spec.steps} steps, {spec.starts} runs a landscape. "
        "A minimum that was never met may have a small basin: its weight is bounded by about 3 / runs.",
        "The laws at the edge are leading-order saddle-point arguments, checked against exact numbers at finite N, not proofs.",
        "Sizes are those of complete enumeration; the asymptotic theorems are about N beyond them.",
    )
