"""What is proved about generic counts without solving: theorems, and the sum over strata."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product
from math import comb, prod

from homotopy.completeness.root_bounds import upper_bounds
from polysys.counts import RootCount, RootCountKind, deep_linear_torus
from polysys.equations.formulation import Kind
from polysys.landscape import Landscape
from polysys.models.base import Model
from polysys.models.deep_linear import DeepLinear
from polysys.models.labels import model_from_label
from polysys.models.network import DataSource

RIGOR = ("proved", "numerical", "open")


@dataclass(frozen=True, slots=True)
class GenericCount:
    """The number of complex stationary points of almost every member of a family.

    Parameters
    ----------
    model : str
    n_unknowns : int
    n_complex : int or None
        On spheres with a homogeneous potential, classes. None where it is not known.
    n_torus : int or None
        Those without a zero coordinate, K(r) for deep linear networks.
    rigor : {"proved", "numerical", "open"}
    evidence : str
    """

    model: str
    n_unknowns: int
    n_complex: int | None
    n_torus: int | None
    rigor: str
    evidence: str


def theorem(model: Model, land: Landscape) -> RootCount | None:
    """The proved generic count of a model's family, where one is known."""
    known = [c for c in land.known_counts if c.kind is RootCountKind.GENERIC_COUNT]
    if not known and land.formulation.kind is Kind.PROJECTIVE:
        known = [c for c in upper_bounds(land) if c.kind is RootCountKind.GENERIC_COUNT]
    return min(known, key=lambda c: c.value, default=None)


def torus_theorem(model: Model) -> RootCount | None:
    """The proved number K of stationary points of a deep linear network without a zero weight, where one is known."""
    if not isinstance(model, DeepLinear) or len(model.widths) < 3:
        return None
    m = model.data.m if isinstance(model.data, DataSource) else model.data.n_data
    return deep_linear_torus(tuple(model.widths), model.widths[0] if m is None else m)


def add_strata(counts: Mapping[str, GenericCount]) -> dict[str, GenericCount]:
    """Deep linear networks: all counts from the torus counts of the networks with fewer live neurons, and the reverse.

    N = 1 + sum over live neurons (r_1..r_H) >= 1 of prod C(d_l, r_l) K(r) [Bharadwaj & Hosten, arXiv 2301.12651]. The sum is as sure as the
    least sure K(r) in it.
    """
    result = dict(counts)
    models = {label: model_from_label(label) for label in counts}
    nets = {label: m for label, m in models.items() if isinstance(m, DeepLinear)}
    by_widths = {tuple(m.widths): label for label, m in nets.items()}
    for widths in sorted(by_widths, key=sum):
        label = by_widths[widths]
        found = result[label]
        hidden = widths[1:-1]
        parts, weak = [], []
        for live in product(*(range(1, d + 1) for d in hidden)):
            if live == hidden:
                continue
            value, is_proved = _torus(by_widths.get((widths[0], *live, widths[-1])), counts, result)
            parts.append(None if value is None else prod(map(comb, hidden, live)) * value)
            if not is_proved:
                weak.append("-".join(map(str, (widths[0], *live, widths[-1]))))
        if None in parts:
            continue
        rest = 1 + sum(p for p in parts if p is not None)
        if found.n_complex is not None and found.n_torus is None:
            result[label] = replace(found, n_torus=found.n_complex - rest)
        elif found.n_torus is not None and found.n_complex is None:
            result[label] = _summed(found, rest + found.n_torus, weak)
    return result


def _torus(label: str | None, counts: Mapping[str, GenericCount], result: Mapping[str, GenericCount]) -> tuple[int | None, bool]:
    """K of a smaller network, and whether it is proved."""
    return (None, True) if label is None else (result[label].n_torus, counts[label].rigor == "proved")


def _summed(found: GenericCount, n_complex: int, weak: list[str]) -> GenericCount:
    """A count with its sum over strata, some of them without a theorem."""
    if not weak:
        return replace(found, n_complex=n_complex)
    own = f"K: {found.evidence}" if found.rigor == "proved" else found.evidence
    evidence = f"{own}; n_complex is the sum over strata and rests also on K of {', '.join(weak)}"
    return replace(found, n_complex=n_complex, rigor="numerical", evidence=evidence)
