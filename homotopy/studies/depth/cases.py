"""The readings of "depth at a fixed number of parameters": for each a series of models, one a depth."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from homotopy.studies.frame.checks import require
from polysys import counts
from polysys.counts.of_landscape import upper_bounds
from polysys.errors import InputError, PolysysError
from polysys.models.architectures import whole_series
from polysys.models.base import join, sizes
from polysys.models.labels import model_from_label

MIN_SAMPLES = 8  # fewer say nothing about a mean
SECONDS_PER_CLASS = 0.002  # of one core, all included, degrees up to 5: within a factor of three
MAX_DEGREE = 16  # forms of higher degree are too ill-conditioned in monomials: doubles do not certify them
_MAX_BOX = 300_000  # coefficients of Friedland and Ottaviani's polynomial
READINGS = {
    "layered": "one sphere a layer, equal widths",
    "sphere": "one sphere of fixed dimension, p = depth",
    "architecture": "the effective glass of an architecture",
    "linear": "deep linear networks on data",
    "polynomial": "networks with a polynomial activation on data",
}


@dataclass(frozen=True, slots=True)
class Case:
    """One model of a series."""

    reading: str  # a key of `READINGS`
    series: str  # name of the series it belongs to; a reading may have several
    depth: int
    label: str  # of the model
    architecture: str  # widths, where there is a network behind it
    n_weights: int  # parameters of the network or glass
    n_classes: int | None  # proved generic number of complex classes, where one is known
    n_samples: int

    @property
    def minutes(self) -> float:
        """Estimated minutes of one core."""
        degree = self.depth if self.reading in ("sphere", "architecture") else 0
        return self.n_samples * work(self.n_classes or 0, degree) * SECONDS_PER_CLASS / 60


def work(n_classes: int, degree: int) -> int:
    """What a sample costs, in classes of low degree: classes of a form of degree p in one sphere cost 1 + (p/6)^3 times as much.

    Measured: 2 ms for p = 5, 7 for 7, 18 for 12; beyond degree 6 more and more of them are certified in balls.
    """
    return n_classes + n_classes * degree**3 // 216


@dataclass(frozen=True, slots=True)
class Effort:
    """How many samples a model gets: `samples`, or fewer where these would be more work than `classes` solutions."""

    samples: int
    classes: int

    def of(self, n_classes: int, degree: int = 0) -> int:
        """Samples of a model with so many complex classes; 0 where `classes` do not buy the least number."""
        n = min(self.samples, self.classes // max(work(n_classes, degree), 1))
        return n if n >= MIN_SAMPLES else 0

    def refuse(self, label: str, n_classes: int, degree: int = 0) -> InputError:
        """The error for a model that is out of reach."""
        needed = MIN_SAMPLES * work(n_classes, degree)
        hours = needed * SECONDS_PER_CLASS / 3600
        cost = f"{hours:.1g}" if hours < 1 else f"{hours:.0f}" if hours < 1e6 else "millions of"
        return InputError(
            f"{label} has {n_classes if n_classes < 10**9 else f'{n_classes:.2e}'} complex classes: {MIN_SAMPLES} samples "
            f"would take about {cost} hours of one core.",
            f"Leave this depth out, or raise classes from {self.classes} to {needed:.2e} or more.",
        )


def sample_seed(seed: int, label: str) -> int:
    """The seed of a model's ensemble: models of one series must be independent, so each has its own."""
    return int.from_bytes(hashlib.sha256(f"{seed} {label}".encode()).digest()[:4], "big")


def layered_cases(weights: int, depths: Sequence[int], effort: Effort) -> tuple[list[Case], list[str]]:
    """Widths N/H on one sphere each, for the given depths, or for all divisors that are in reach.

    Returns
    -------
    list of Case
    list of str
        What was left out, and why.
    """
    every = [h for h in range(2, weights // 2 + 1) if weights % h == 0]
    what = f"{weights} weights cannot be divided into equal layers of two or more."
    require(bool(every), what, "Choose layered_weights = 12, say.")
    for depth in depths:
        what = f"{weights} weights cannot be divided into {depth} equal layers of two or more."
        require(depth in every, what, f"Depths that divide them are {', '.join(map(str, every))}.")
    cases, left_out = [], []
    for depth in sorted(set(depths or every)):
        widths = (weights // depth,) * depth
        label = f"layered-spin-glass:widths={join(widths)}"
        if prod(widths) > _MAX_BOX:
            require(not depths, f"{label} is too large to count its classes.", "Leave this depth out.")
            left_out.append(f"depth {depth} of reading layered, whose classes are too many to count")
            continue
        classes = counts.friedland_ottaviani(widths).value
        n = effort.of(classes)
        if not n and depths:
            raise effort.refuse(label, classes)
        if not n:
            left_out.append(f"{label} with {classes:.4g} complex classes")
            continue
        cases.append(Case("layered", "layered", depth, label, join(widths), weights, classes, n))
    return cases, left_out


def sphere_cases(spins: int, depths: Sequence[int], effort: Effort) -> list[Case]:
    """The pure p-spin on a fixed number of spins, p = H."""
    cases = []
    for depth in sorted(set(depths)):
        label = f"spherical-p-spin:n={spins},p={depth}"
        model_from_label(label)
        classes = counts.cartwright_sturmfels(spins, depth).value
        n = effort.of(classes, depth)
        if not n:
            raise effort.refuse(label, classes, depth)
        cases.append(Case("sphere", "sphere", depth, label, "", spins, classes, n))
    return cases


def architecture_cases(weights: int, tolerance: float, effort: Effort) -> tuple[list[Case], list[str]]:
    """The effective glasses of constant-width networks with about N weights, for which Lambda is the width exactly."""
    cases, left_out = [], []
    for net in whole_series(weights, tolerance):
        classes, spins = net.n_complex_below, net.spins_below
        label = f"spherical-p-spin:n={spins},p={net.depth}"
        try:
            model_from_label(label)
            n = effort.of(classes, net.depth) if net.depth <= MAX_DEGREE else 0
        except PolysysError:  # a degree beyond what the family takes
            n = 0
        if not n:
            left_out.append(f"{label} ({net.n_weights} weights, {classes:.4g} complex classes) was not enumerated")
            continue
        series = f"architecture {weights}"
        cases.append(Case("architecture", series, net.depth, label, net.label, net.n_weights, classes, n))
    return cases, left_out


@dataclass(frozen=True, slots=True)
class NetworkData:
    """What the networks of a series are trained on."""

    data: str  # iris, wine, digits, diabetes, gaussian or a CSV file
    size: int  # number of data drawn for each sample; 0: all
    loss: str  # sum or mean

    @property
    def keys(self) -> str:
        """The part of a label that says it."""
        size = f",m={self.size}" if self.size else ""
        return f"data={self.data}{size},loss={self.loss}"


def network_cases(
    reading: str, networks: Sequence[str], data: NetworkData, activation: str | None, tolerance: float, samples: int
) -> list[Case]:
    """Networks on data, one l2 value per weight, of about the same number of weights.

    Raises
    ------
    InputError
        If the networks are not of growing depth with the same inputs and outputs, or their numbers of weights differ by more
        than the tolerance.
    """
    family = "deep-linear" if activation is None else "polynomial-network"
    middle = "" if activation is None else f"activation={activation},"
    cases: list[Case] = []
    for text in networks:
        widths = _widths(text)
        label = f"{family}:widths={join(widths)},{middle}{data.keys}"
        label = model_from_label(label).label
        weights = sum(a * b for a, b in itertools.pairwise(widths))
        cases.append(
            Case(reading, f"{reading} {data.loss}", len(widths) - 1, label, join(widths), weights, None, samples)
        )
    require(bool(cases), f"There are no networks for the reading {reading}.", "Give 2-2-2 and 2-1-2-2, say.")
    depths, ends = [c.depth for c in cases], {(_widths(c.architecture)[0], _widths(c.architecture)[-1]) for c in cases}
    what = f"The networks {', '.join(networks)} are not a series of growing depth with the same inputs and outputs."
    is_series = depths == sorted(set(depths)) and len(ends) == 1
    require(is_series, what, "Give one network a depth, the shallow ones first.")
    most, least = max(c.n_weights for c in cases), min(c.n_weights for c in cases)
    what = f"The networks {', '.join(networks)} have {least} to {most} weights, which is not one number within {100 * tolerance:g} %."
    require(most - least <= tolerance * least, what, "Match the sizes, or raise network_tolerance.")
    return cases


def require_reach(cases: Sequence[Case], seed: int, max_bound: int) -> None:
    """Draw the first sample of each network: its data must exist, and its proved bound must be within reach.

    Raises
    ------
    InputError
        With the bound, if it is larger than `max_bound`.
    """
    for case in cases:
        if case.n_classes is not None:
            continue
        land = model_from_label(case.label).sample(sample_seed(seed, case.label), 0)
        land.require_isolated()
        bound = upper_bounds(land)[0].value
        number = bound if bound < 10**9 else f"{bound:.2e}"
        what = f"{case.label} may have {number} complex solutions, more than max_bound = {max_bound}: a start set takes hours."
        require(bound <= max_bound, what, "Choose a smaller network, or raise max_bound.")


def _widths(text: str) -> tuple[int, ...]:
    parts = text.split("-")
    is_list = all(part.isascii() and part.isdigit() and len(part) < 9 for part in parts)
    require(is_list, f"The network {text[:60]!r} cannot be read.", "Write its widths as 2-2-1.")
    return sizes([int(part) for part in parts], "widths", least_length=3)
