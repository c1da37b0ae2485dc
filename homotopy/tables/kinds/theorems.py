"""Generic counts, and what follows from one for another without solving: the sum over strata."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, replace

from polysys.models.labels import model_from_label

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
    prime : int, optional
        Of a proof by exact algebra over the field of the couplings.
    """

    model: str
    n_unknowns: int
    n_complex: int | None
    n_torus: int | None
    rigor: str
    evidence: str
    prime: int | None = None


def add_strata(counts: Mapping[str, GenericCount]) -> dict[str, GenericCount]:
    """All counts from the torus counts on zero patterns, and the reverse, where a model says how they add up.

    Deep linear networks: N = 1 + sum over live neurons (r_1..r_H) >= 1 of prod C(d_l, r_l) K(r). The sum is as sure as the least sure K(r) in it.
    """
    result, unproved = dict(counts), set[str]()
    models = {label: model_from_label(label) for label in counts}
    for label in sorted(models, key=lambda label: models[label].domain.n):
        all_parts = models[label].torus_parts()
        if not all_parts:
            continue
        found = result[label]
        parts, weak = [], []
        for part in all_parts:
            if part.model.label == label:
                continue
            value, is_proved = _torus(part.model.label, counts, result, unproved)
            parts.append(None if value is None else part.n_patterns * value)
            if not is_proved:
                weak.append(part.name)
        if None in parts:
            continue
        rest = 1 + sum(p for p in parts if p is not None)
        if found.n_complex is not None and found.n_torus is None:
            result[label] = replace(found, n_torus=found.n_complex - rest)
            if weak:
                unproved.add(label)
        elif found.n_torus is not None and found.n_complex is None:
            result[label] = _summed(found, rest + found.n_torus, weak)
    return result


def _torus(
    label: str, counts: Mapping[str, GenericCount], result: Mapping[str, GenericCount], unproved: Container[str]
) -> tuple[int | None, bool]:
    """The torus count of a model, and whether it is proved; there is none where the model was not counted."""
    if label not in counts:
        return None, True
    return result[label].n_torus, counts[label].rigor == "proved" and label not in unproved


def _summed(found: GenericCount, n_complex: int, weak: list[str]) -> GenericCount:
    """A count with its sum over strata, some of them without a theorem."""
    if not weak:
        return replace(found, n_complex=n_complex)
    own = f"K: {found.evidence}" if found.rigor == "proved" else found.evidence
    evidence = f"{own}; n_complex is the sum over strata and rests also on K of {', '.join(weak)}"
    return replace(found, n_complex=n_complex, rigor="numerical", evidence=evidence)


def count_by_algebra(label: str, seed: int) -> GenericCount | None:
    """The generic count of a model's family, proved over the field of its couplings; None where that was not possible."""
    from polysys.counts.families import prove_generic_count  # its kernels need Numba

    land = model_from_label(label).sample(seed)
    found = prove_generic_count(land, seed=seed)
    return None if found is None else GenericCount(label, land.domain.n, found.value, None, "proved", str(found), found.prime)
