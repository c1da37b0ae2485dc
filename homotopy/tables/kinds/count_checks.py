"""What must hold in a table of generic counts: theorems are met, strata add up, groups act freely. No solver."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from homotopy.tables.kinds.theorems import RIGOR, GenericCount, add_strata
from polysys.counts import of_landscape
from polysys.models.labels import model_from_label


def faults(rows: Sequence[Any], seed: int) -> Iterator[str]:
    """What is wrong with the rows of a table of counts; nothing where nothing is."""
    for row in rows:
        fault = next(row_faults(row, seed), None)
        if fault is not None:
            yield f"{row.model}: {fault}"
            return
    nets = [r for r in rows if model_from_label(r.model).torus_parts()]
    # from one of the two numbers of each row, and from what is proved by itself, the rest must follow
    for kept in ("n_torus", "n_complex"):
        again = add_strata({r.model: _kept(r, kept, seed) for r in nets})
        for r in nets:
            found = again[r.model]
            if r.n_complex is not None and r.n_torus is not None and (found.n_complex, found.n_torus) != (r.n_complex, r.n_torus):
                yield f"{r.model}: its counts do not follow from the strata: {found.n_complex} and {found.n_torus}"
                return
    proved = add_strata({r.model: _by_itself(r, seed) for r in nets})
    for r in nets:
        if r.n_complex is not None and (r.rigor == "proved") != (proved[r.model].rigor == "proved"):
            yield f"{r.model}: it is called {r.rigor}, and {proved[r.model].rigor} follows from the theorems, the proofs and the strata"
            return


def _kept(row: Any, name: str, seed: int) -> GenericCount:
    n_complex, n_torus = (row.n_complex, None) if name == "n_complex" else (None, row.n_torus)
    return GenericCount(row.model, row.n_unknowns, n_complex, n_torus, row.rigor, "")


def _by_itself(row: Any, seed: int) -> GenericCount:
    """What is known of a row without the strata: its proved total or torus count, else what was found numerically."""
    model = model_from_label(row.model)
    if _prime(row) is not None or of_landscape.generic_count(model.sample(seed)) is not None:
        return GenericCount(row.model, row.n_unknowns, row.n_complex, None, "proved", "")
    rigor = "proved" if model.torus_count() is not None else row.rigor if row.rigor == "open" else "numerical"
    return GenericCount(row.model, row.n_unknowns, None, row.n_torus, rigor, "")


def row_faults(row: Any, seed: int) -> Iterator[str]:
    """What is wrong with a row by itself, as far as theorems and the shapes of its evidence tell."""
    if row.rigor not in RIGOR:
        yield f"there is no rigor {str(row.rigor)[:20]!r}"
        return
    if not row.evidence:
        yield "no evidence is given"
    if (row.rigor == "open") != (row.n_complex is None and row.n_torus is None):
        yield "it is open and has a count, or has none and is not"
        return
    model = model_from_label(row.model)
    if model.domain.n != row.n_unknowns:
        yield f"it has {model.domain.n} unknowns, not {row.n_unknowns}"
    if row.rigor == "open":
        return
    proved, torus = of_landscape.generic_count(model.sample(seed)), model.torus_count()
    prime = _prime(row)
    if prime is not None:
        yield from _faults_of_proof(row, prime, seed)
    by_itself = proved is not None or prime is not None or (torus is not None and row.n_complex is None)
    if (by_itself and row.rigor != "proved") or (row.rigor == "proved" and not by_itself and not model.torus_parts()):
        yield "it is called proved without a theorem or a proof, or one is known and it is not"
    for found, value in ((proved, row.n_complex), (torus, row.n_torus)):
        if found is not None and found.value != value:
            yield f"the theorem says {found.value}: {found.name}"
    group = model.n_sign_flips
    if row.n_torus is not None and (row.n_torus < 0 or row.n_torus % group):
        yield f"{row.n_torus} solutions without zero coordinate cannot be orbits of {group} sign flips"
    if model.domain.is_euclidean and row.n_complex is not None and row.n_complex % 2 == 0:
        yield "a coercive loss has an odd number of real points, and the others come in pairs of conjugates"


def _faults_of_proof(row: Any, prime: int, seed: int) -> Iterator[str]:
    """What the columns say of a proof by exact algebra must be consistent; that there is one, only deriving it shows."""
    from polysys.algebra.hilbert_bound import random_prime  # its kernels need Numba

    if row.rigor != "proved" or row.n_complex is None:
        yield "it has the prime of a proof, and is not proved"
    elif prime != random_prime(seed):
        yield f"a proof with the seed {seed} of this table has the prime {random_prime(seed)}, not {prime}"
    elif not row.evidence.startswith(f"exactly {row.n_complex} solutions ") or f"ranks modulo {prime})" not in row.evidence:
        yield f"its evidence is not that of a proof of {row.n_complex} modulo {prime}"


def n_only_derived(rows: Sequence[Any]) -> int:
    """How many rows rest on proofs by exact algebra, which these checks do not derive."""
    return sum(_prime(row) is not None for row in rows)


def _prime(row: Any) -> int | None:
    """Of a proof by exact algebra; tables of earlier versions have no such column."""
    return getattr(row, "prime", None)
