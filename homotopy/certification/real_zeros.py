"""What doubles prove about real zeros, of many landscapes at once: Morse indices, energies, determinants of Hessians."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from homotopy.certification.certificates import CertificateList
from homotopy.certification.discs.arrays import Discs
from homotopy.certification.discs.contraction import member
from homotopy.certification.discs.inertia import signatures
from homotopy.certification.discs.program import disc_program, enclose
from homotopy.common.arrays import Floats, Integers
from homotopy.status import Verdict
from polysys.formulations.formulation import Kind
from polysys.landscape import Landscape


@dataclass(frozen=True, slots=True, eq=False)
class RealZeros:
    """The zeros of a landscape that are proved real, as arrays.

    Parameters
    ----------
    rows : int array (m,)
        Their numbers among all certified zeros.
    index : int array (m,)
        Morse index of the Hessian at the zero itself, -1 where doubles do not decide it.
    value : Discs (m,)
        The potential at the zero.
    energy : Discs (m,)
        The energy, in the model's units, of the point that has the zero's signs.
    determinant : Discs (m,)
        |det| of the bordered Hessian; of infinite radius where doubles do not give it.
    """

    rows: Integers
    index: Integers
    value: Discs
    energy: Discs
    determinant: Discs


def real_zeros(landscapes: Sequence[Landscape], found: Sequence[CertificateList]) -> list[RealZeros]:
    """The real zeros of members of one family (one of them may have none) with the same domain, from their certificates."""
    domain, tapes = landscapes[0].domain, [land.tapes for land in landscapes]
    rows = [certificates.where(Verdict.YES) for certificates in found]
    ends = np.cumsum([len(k) for k in rows])
    if not ends[-1]:
        nothing = Discs.exact(np.zeros(0))
        return [RealZeros(k, k, nothing, nothing, nothing) for k in rows]
    sample = np.repeat(np.arange(len(rows)), [len(k) for k in rows])
    # a real zero within the radius of its centre is within the radius of the centre's real part
    x = np.concatenate([c.mid[k].real for c, k in zip(found, rows, strict=True) if len(k)])
    radius = np.concatenate([c.radius[k] for c, k in zip(found, rows, strict=True)])
    family, couplings = tapes[0].family or tapes[0], member(*tapes)
    bordered, value = (
        Discs(mid.real, spread)
        for program in (disc_program(family.bordered), disc_program(family.energy))
        for mid, spread in [enclose(program, program.scalar_values(couplings), sample, x.astype(complex), radius)]
    )
    size = domain.n + domain.n_constraints
    counts, determinant = signatures(bordered.mid.reshape(-1, size, size), bordered.radius.reshape(-1, size, size))
    index, value = np.where(counts < 0, -1, counts - domain.n_constraints), value[:, 0]
    with np.errstate(all="ignore"):
        energy = _energies(landscapes, sample, x, radius, value)
    parts = [slice(end - len(k), end) for k, end in zip(rows, ends.tolist(), strict=True)]
    return [RealZeros(k, index[p], value[p], energy[p], determinant[p]) for k, p in zip(rows, parts, strict=True)]


def _energies(landscapes: Sequence[Landscape], sample: Integers, x: Floats, radius: Floats, value: Discs) -> Discs:
    """Values of the potential in the model's units; a class is taken to its point on the spheres."""
    first = landscapes[0]
    energy = value * Discs.of([land.scaling.energy_squared for land in landscapes]).sqrt()[sample]
    if first.formulation.kind is not Kind.PROJECTIVE:
        return energy
    for block, squared, degree in zip(
        first.domain.slices, first.domain.radii_squared, first.formulation.degrees, strict=True
    ):
        coordinates = [Discs(x[:, i], radius) for i in range(block.start, block.stop)]
        norm = sum((c * c for c in coordinates[1:]), coordinates[0] * coordinates[0]).sqrt()
        energy = energy * (Discs.of([squared]).sqrt()[np.zeros(len(x), int)] / norm) ** degree
    return energy
