"""What is proved about generic counts without solving: theorems, and the sum over strata."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from math import comb, prod

from homotopy.completeness import upper_bounds
from polysys.counts import RootCount, RootCountKind, single_neuron
from polysys.formulation import Kind
from polysys.labels import model_from_label
from polysys.landscape import Landscape
from polysys.models.base import Model
from polysys.models.deep_linear import DeepLinear
from polysys.models.network import DataSource
from polysys.models.polynomial_network import PolynomialNetwork
from polysys.parser import parse_polynomial

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
    if isinstance(model, PolynomialNetwork) and model.output == "fixed" and model.widths[1:] == (1, 1) and not model.bias:
        has_data = isinstance(model.data, DataSource) and (model.data.m is None or model.data.m >= model.widths[0])
        return single_neuron(_degree(model), model.widths[0]) if has_data else None
    known = [c for c in land.known_counts if c.kind is RootCountKind.GENERIC_COUNT]
    if not known and land.formulation.kind is Kind.PROJECTIVE:
        known = [c for c in upper_bounds(land) if c.kind is RootCountKind.GENERIC_COUNT]
    return min(known, key=lambda c: c.value, default=None)


def _degree(model: PolynomialNetwork) -> int:
    return int(parse_polynomial(model.activation, variables=("z",)).polynomial.degree())


def add_strata(counts: Mapping[str, GenericCount]) -> dict[str, GenericCount]:
    """Deep linear networks: all counts from the torus counts of the networks with fewer live neurons, and the reverse.

    N = 1 + sum over live neurons (r_1..r_H) >= 1 of prod C(d_l, r_l) K(r) [Bharadwaj & Hosten, arXiv 2301.12651].
    """
    result = dict(counts)
    models = {label: model_from_label(label) for label in counts}
    nets = {label: m for label, m in models.items() if isinstance(m, DeepLinear)}
    by_widths = {tuple(m.widths): label for label, m in nets.items()}
    for widths in sorted(by_widths, key=sum):
        label = by_widths[widths]
        found = result[label]
        hidden = widths[1:-1]
        parts = []
        for live in product(*(range(1, d + 1) for d in hidden)):
            if live == hidden:
                continue
            smaller = by_widths.get((widths[0], *live, widths[-1]))
            torus = None if smaller is None else result[smaller].n_torus
            parts.append(None if torus is None else prod(map(comb, hidden, live)) * torus)
        if None in parts:
            continue
        rest = 1 + sum(p for p in parts if p is not None)
        if found.n_complex is not None and found.n_torus is None:
            result[label] = _with(found, found.n_complex, found.n_complex - rest)
        elif found.n_torus is not None and found.n_complex is None:
            result[label] = _with(found, rest + found.n_torus, found.n_torus)
    return result


def _with(count: GenericCount, n_complex: int, n_torus: int) -> GenericCount:
    return GenericCount(count.model, count.n_unknowns, n_complex, n_torus, count.rigor, count.evidence)
