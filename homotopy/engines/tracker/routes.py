"""Ways through parameter space to members with couplings of very different sizes.

On the straight way from a start member of ordinary size a coupling that is small at the target, 1e-12 say, becomes what
it is in the last 1e-12 of the way. Until then solutions behave as if it vanished: those that grow like a negative
power of it look like solutions at infinity. Here the couplings of ordinary size go first; the small ones follow in
equal steps of their logarithms, in which such a solution grows by a moderate factor at a time. The logarithms of
the start member's couplings are complex and random, so almost every way meets no discriminant.
"""

from __future__ import annotations

import numpy as np

from homotopy.common.arrays import Complexes

SMALL = 1e-2  # ratio to the start member's coupling, both members scaled to the same norm, below which one is small
_FACTOR = 30.0  # by which the smallest coupling shrinks from one member of the way to the next



def gradual_way(start: Complexes, target: Complexes) -> list[Complexes]:
    """Members from `start` (k,) to `target` (k,), both included; only these two if no coupling is small.

    Examples
    --------
    >>> way = gradual_way(np.array([1j, 1.0]), np.array([1.0, 1e-6]) + 0j)
    >>> [f"{abs(p[1]):.0e}" for p in way]
    ['1e+00', '7e-01', '2e-02', '8e-04', '3e-05', '1e-06']
    >>> len(gradual_way(np.array([1j, 1.0]), np.array([1.0, 0.0]) + 0j))
    2
    """
    scale = float(np.linalg.norm(target)) / max(float(np.linalg.norm(start)), 1e-300)
    size = np.abs(target)
    small = (size > 0) & (size < SMALL * scale * np.abs(start))
    if not small.any():
        return [start, target]
    logarithms = np.log(scale * start[small] / target[small])
    n = int(np.ceil(logarithms.real.max() / np.log(_FACTOR)))
    way = [start]
    for part in np.linspace(1, 0, n + 1):
        member = target.astype(np.complex128)
        if part > 0:
            member[small] *= np.exp(part * logarithms)
        way.append(member)
    return way


def random_member(target: Complexes, seed: int) -> Complexes:
    """A random complex member with couplings of the sizes of the target's, by way of which other paths are followed."""
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0xDE70,)))
    size = np.maximum(np.abs(target), np.median(np.abs(target)))
    return np.asarray(size * (rng.standard_normal(len(target)) + 1j * rng.standard_normal(len(target))), np.complex128)
