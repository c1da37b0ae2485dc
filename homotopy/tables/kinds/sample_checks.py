"""What must hold in every row of a table of samples, whatever the disorder: no solver, no intervals, only arithmetic."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from homotopy.completeness.checks import violated_morse_inequality
from homotopy.tables.format.description import ModelEntry
from polysys.errors import DatasetError
from polysys.formulations.formulation import Kind
from polysys.models.labels import model_from_label

N_DIGEST = 16  # hexadecimal digits of a record's digest that rows keep
_COUNTS = ("n_complex", "n_real", "n_minima", "n_degenerate", "n_undecided", "n_undecided_index")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about all samples of a model.

    Parameters
    ----------
    entry : ModelEntry
    betti : tuple of int or None
        Betti numbers of the domain.
    euler : int or None
        Alternating sum of the numbers of points by index; None where it is not known.
    is_odd : bool
        Whether some points come in pairs x, x' with V(x') = -V(x), and thus all of them: indices k and dimension - k
        are equally many.
    first_landscape : str or None
        Digest of sample 0; None where its data set is not installed.
    """

    entry: ModelEntry
    betti: tuple[int, ...] | None
    euler: int | None
    is_odd: bool
    first_landscape: str | None

    @staticmethod
    def of(entry: ModelEntry) -> Facts:
        """The facts about a model, from its sample 0 where that can be drawn."""
        model = model_from_label(entry.label)
        domain = model.domain
        try:
            land = model.sample(entry.seed, 0)
        except DatasetError:
            return Facts(entry, domain.betti_numbers, 1 if entry.is_coercive else None, False, None)
        is_lines = land.formulation.kind is Kind.PROJECTIVE
        is_odd = is_lines and any(d % 2 for d in land.formulation.degrees)
        return Facts(entry, domain.betti_numbers, land.euler_characteristic, is_odd, land.digest)


def is_available(label: str) -> bool:
    """Whether samples of a model can be drawn: named data sets need scikit-learn."""
    try:
        model_from_label(label).sample(0, 0)
    except DatasetError:
        return False
    return True


def model_faults(rows: Sequence[Any], facts: Facts) -> Iterator[str]:
    """What is wrong with the rows of a model; nothing where nothing is."""
    label = facts.entry.label
    if facts.first_landscape not in (None, facts.entry.first_landscape):
        yield f"{label}: sample 0 of seed {facts.entry.seed} is another landscape than was counted"
    for row in rows:
        yield from (f"{label}, sample {row.sample}: {fault}" for fault in faults(row, facts))


def faults(row: Any, facts: Facts) -> Iterator[str]:
    """What is wrong with a row; nothing where nothing is."""
    if row.verdict is None:
        filled = [name for name in (*_COUNTS, "by_index", "energies", "digest") if getattr(row, name) is not None]
        if row.failure is None or filled:
            yield "it has no verdict, and is not recorded as failed either"
        return
    missing = [name for name in (*_COUNTS, "by_index", "digest") if getattr(row, name) is None]
    if missing or row.failure is not None:
        yield f"it has a verdict but no {missing[0]}" if missing else "it has a verdict and is recorded as failed"
        return
    if row.verdict not in ("proved", "supported", "unknown", "contradicted"):
        yield f"there is no verdict {row.verdict[:20]!r}"
    if len(row.digest) != N_DIGEST or set(row.digest) - set("0123456789abcdef"):
        yield "its digest is none"
    yield from _counts(row, facts)
    yield from _energies(row, facts)


def _counts(row: Any, facts: Facts) -> Iterator[str]:
    entry, by_index = facts.entry, row.by_index
    bound = int(entry.bound) if row.bound is None else row.bound
    per_class = entry.points_per_class
    if min(by_index) < 0 or min(getattr(row, name) for name in _COUNTS) < 0:
        yield "a count is negative"
    if len(by_index) != entry.dimension + 1:
        yield f"by_index has {len(by_index)} numbers instead of {entry.dimension + 1}"
        return
    if sum(by_index) + row.n_undecided_index != row.n_real:
        yield f"by_index adds up to {sum(by_index)}, and n_real is {row.n_real}"
    if by_index[0] != row.n_minima:
        yield f"n_minima is {row.n_minima}, and {by_index[0]} points have index 0"
    if row.n_complex > bound:
        yield f"{row.n_complex} complex solutions are more than the proved bound {bound}"
    if row.n_real % per_class:
        yield f"{row.n_real} real points are no multiple of the {per_class} of a class"
    n_other = row.n_complex - row.n_real // per_class - row.n_undecided
    if n_other < 0:
        yield f"{row.n_real} real points belong to more solutions than the {row.n_complex} found"
    if row.n_undecided == 0 and n_other % 2:
        yield f"{n_other} solutions are not real, and an odd number cannot be made of pairs of conjugates"
    is_complete = row.verdict in ("proved", "supported") and not (row.n_degenerate or row.n_undecided)
    if not is_complete:
        return
    if row.verdict == "proved" and row.n_complex != bound:
        yield f"it is called proved with {row.n_complex} of {bound} solutions"
    if row.n_undecided_index:
        return
    found = sum(-n if k % 2 else n for k, n in enumerate(by_index))
    if facts.euler is not None and found != facts.euler:
        yield f"the alternating sum of by_index is {found}, and the Euler characteristic {facts.euler}"
    if facts.euler is not None and facts.betti is not None and violated_morse_inequality(by_index, facts.betti) is not None:
        yield "by_index violates the Morse inequalities"
    if facts.is_odd and by_index != by_index[::-1]:
        yield "V changes its sign under a reflection, and by_index is not symmetric"


def _energies(row: Any, facts: Facts) -> Iterator[str]:
    if row.lowest_energy is None and row.n_real:
        yield "its lowest energy is missing"
    if row.energies is None:
        if row.indices is not None:
            yield "it has indices without energies"
        return
    if len(row.energies) != row.n_real or list(row.energies) != sorted(row.energies):
        yield "its energies are not those of n_real points in ascending order"
        return
    if row.energies and row.lowest_energy != row.energies[0]:
        yield "its lowest energy is not the first of its energies"
    if row.n_undecided_index == 0:
        indices = row.indices or ()
        if tuple(sum(k == index for k in indices) for index in range(len(row.by_index))) != row.by_index:
            yield "its indices are not those that by_index counts"
    if facts.is_odd and any(a != -b for a, b in zip(row.energies, reversed(row.energies), strict=True)):
        yield "V changes its sign under a reflection, and its energies are not symmetric"
