"""What every family has in common: a label, a potential written once, couplings drawn from (seed, index)."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from math import isqrt
from typing import Any, ClassVar, NamedTuple, cast

import numpy as np

from polysys.algebra.combinations import Combination
from polysys.continuous_symmetry import Field
from polysys.disorder import generator
from polysys.domains import Domain
from polysys.errors import InputError
from polysys.landscape import Couplings, Landscape, Scaling
from polysys.model_facts import ModelFacts, QuadraticBound
from polysys.models.labelled import Labelled
from polysys.root_count import RootCount


class TorusPart(NamedTuple):
    """So many zero patterns of a family on each of which its members have the torus count of one model."""

    n_patterns: int
    name: str
    model: Model


class Model(Labelled):
    """A family with its sizes. Subclasses are frozen dataclasses.

    All that depends on the family is asked of its model. Only a label, a domain, variables, a potential and a draw are required; every
    other hook has a default that claims nothing. A family with a line in :mod:`polysys.models.labels` has `about` and `from_keys` too.
    """

    def with_value(self, name: str, value: Any) -> Model:
        """The same model with another value of one of its keywords, as a scan over it needs.

        Raises
        ------
        InputError
            If the model has no such keyword.

        Examples
        --------
        >>> from polysys.models.spherical_p_spin import SphericalPSpin
        >>> SphericalPSpin(n=3, p=3).with_value("field", "1/2").label
        'spherical-p-spin:n=3,p=3,field=1/2'
        """
        names = [f.name for f in fields(cast("Any", self)) if f.init]
        if name not in names:
            raise InputError(f"{self.label[:80]} has no keyword {name[:40]!r}.", f"Choose one of {', '.join(names)}.")
        is_whole = isinstance(value, Fraction) and value.denominator == 1
        changes: dict[str, Any] = {name: int(value) if is_whole else value}  # some keywords are sizes
        changed: Model = replace(cast("Any", self), **changes)
        return changed

    # --- its landscapes ---

    linear_couplings: ClassVar[tuple[str, ...]] = ()  # the potential is (jointly) affine in these

    @property
    @abstractmethod
    def domain(self) -> Domain:
        """Where the potential lives."""

    @property
    @abstractmethod
    def variables(self) -> tuple[str, ...]:
        """Names of the coordinates."""

    @abstractmethod
    def potential(self, x: Any, couplings: Couplings) -> Any:
        """The potential in plain array arithmetic, over any ring."""

    @abstractmethod
    def draw(self, rng: np.random.Generator) -> Couplings:
        """Exact couplings drawn from a random stream."""

    @property
    def scaling(self) -> Scaling:
        """Physical units of points and energies."""
        return Scaling()

    # --- what its structure proves or suggests about a landscape; see ModelFacts ---

    symmetry_name: ClassVar[str] = ""

    def known_counts(self, couplings: Couplings) -> tuple[RootCount, ...]:
        """Proved upper bounds on the number of isolated complex solutions."""
        return ()

    def is_coercive(self, couplings: Couplings) -> bool:
        """Whether the structure proves that the potential grows to infinity in all directions."""
        return False

    def stationary_bounds(self, couplings: Couplings) -> tuple[QuadraticBound, ...]:
        r"""Proved bounds :math:`\sum_j w_j x_j^2 \le c`, as weights and value, at every real stationary point."""
        return ()

    def are_admissible(self, couplings: Couplings) -> bool:
        """Whether couplings are what the family's proofs suppose: of a network, data or the moments of some."""
        return True

    def candidate_permutations(self) -> tuple[tuple[int, ...], ...]:
        """Permutations of coordinates that may be symmetries: of neurons, or the translations of a lattice."""
        return ()

    def mixing_fields(self) -> tuple[Field, ...]:
        """Linear fields of which a combination that is a symmetry makes stationary points non-isolated."""
        return ()

    # --- what is known about the family as a whole ---

    @property
    def depth(self) -> int | None:
        """p of a p-spin, layers of weights of a network; None where the word has no meaning."""
        return None

    @property
    def law(self) -> object | None:
        """The law of its samples, in a form for which :mod:`polysys.theory` has predictions; see :mod:`polysys.models.laws`."""
        return None

    @property
    def n_l2(self) -> int:
        """Number of l2 values."""
        return 0

    def with_l2(self, l2: Any) -> Model:
        """The same model with other l2 values."""
        raise InputError(f"{self.label[:80]} has no l2 values.", "Give a network.")

    def generic_class(self, couplings: Couplings) -> tuple[Hashable, ...] | None:
        """What the number of solutions of a generic member depends on, equal for all models that share it; None where nothing is said."""
        return None

    def torus_count(self) -> RootCount | None:
        """The proved number of complex stationary points of a generic member without a zero coordinate."""
        return None

    def torus_parts(self) -> tuple[TorusPart, ...]:
        """The torus counts that with the origin make up the generic count; empty where such a sum is not known."""
        return ()

    @property
    def n_sign_flips(self) -> int:
        """Order of a group of sign flips of coordinates that every member has; it acts freely on points without a zero coordinate."""
        return 1

    def moving_couplings(self, couplings: Couplings) -> tuple[tuple[str, ...], ...]:
        """The couplings that a trace test moves: few of them first, more where these do not do."""
        return (tuple(name for name in couplings if name in self.linear_couplings),)

    # --- what is made of all this ---

    def ideal_elements(self, couplings: Couplings) -> Callable[[], tuple[Combination, ...]] | None:
        """What makes combinations of the gradient that help to prove lists complete; None if the family knows of none.

        See :mod:`polysys.algebra.combinations`; nothing about them is believed.
        """
        return None

    @property
    def potential_function(self) -> Callable[[Any, Couplings], Any]:
        """:meth:`potential` as its landscapes hold it: equal for equal models."""
        return _Potential(self)

    def facts(self, couplings: Couplings) -> ModelFacts:
        """All that the hooks say about one landscape; of couplings that no member has nothing is taken to be proved about its growth."""
        is_member = self.are_admissible(couplings)
        return ModelFacts(
            is_coercive=is_member and self.is_coercive(couplings),
            stationary_bounds=self.stationary_bounds(couplings) if is_member else (),
            known_counts=self.known_counts(couplings),
            candidate_permutations=self.candidate_permutations(),
            symmetry_name=self.symmetry_name,
            mixing_fields=self.mixing_fields(),
            linear_couplings=tuple(name for name in couplings if name in self.linear_couplings),
            ideal_elements=self.ideal_elements(couplings),
        )

    def landscape(self, couplings: Couplings, seed: int | None = None, index: int = 0) -> Landscape:
        """The landscape with the given couplings."""
        return Landscape(
            label=self.label,
            domain=self.domain,
            variables=self.variables,
            potential_function=self.potential_function,
            couplings=couplings,
            seed=seed,
            index=index,
            scaling=self.scaling,
            facts_of=self.facts,
        )

    def sample(self, seed: int | None = None, index: int = 0) -> Landscape:
        """Sample `index` of the disorder with this seed; it depends on (seed, index) only.

        Raises
        ------
        InputError
            If seed or index is not a nonnegative integer.
        """
        chosen = self.default_seed if seed is None else seed
        return self.landscape(self.draw(generator(chosen, index)), int(chosen), int(index))


@dataclass(frozen=True, eq=False)
class _Potential:
    """A model's potential. Those of equal models are equal, so that what depends on the potential alone is made once."""

    model: Model

    def __call__(self, x: Any, couplings: Couplings) -> Any:
        return self.model.potential(x, couplings)

    def __hash__(self) -> int:
        return hash(self.model)  # a TypeError for a model that holds arrays

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Potential):
            return NotImplemented
        if self.model is other.model:
            return True
        try:
            return hash(self.model) == hash(other.model) and self.model == other.model
        except TypeError:
            return False


MAX_COEFFICIENTS = 200_000  # of a random form; more take minutes to multiply out


def check_coefficients(n: int) -> None:
    """Refuse a form with too many coefficients before they are listed."""
    if n > MAX_COEFFICIENTS:
        raise InputError(f"The form has more than {MAX_COEFFICIENTS} coefficients.", "Choose smaller sizes or degrees.")


def size(value: Any, name: str, least: int = 1, most: int = 64) -> int:
    """`value` as an int between `least` and `most`, or an InputError."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise InputError(f"{name} = {value!r:.60} is not a whole number.", f"Give one from {least} to {most}.")
    if not least <= value <= most:
        shown = f"{name} = {value}" if abs(int(value)) < 10**12 else name  # Python does not print every integer
        raise InputError(f"{shown} is too {'small' if value < least else 'large'}.", f"It goes from {least} to {most}.")
    return int(value)


def sizes(values: Any, name: str, least: int = 1, least_length: int = 1, most: int = 64) -> tuple[int, ...]:
    """`values` as a tuple of sizes, or an InputError."""
    if isinstance(values, str | int) or not isinstance(values, Sequence | np.ndarray):
        raise InputError(f"{name} = {values!r:.60} is not a list of sizes.", "Give one, such as 2-2-2.")
    if len(values) < least_length:
        is_network = (name, least_length) == ("widths", 3)
        way_out = "Write input-hidden-output, such as 3-2-2 for two hidden neurons." if is_network else "Add some."
        raise InputError(
            f"{name} = {join(list(values))[:60]} has {len(values)} of at least {least_length} sizes.", way_out
        )
    return tuple(size(v, name, least, most) for v in values)


def join(values: Sequence[Any]) -> str:
    """Numbers as a label writes them: 2-2-1."""
    return "-".join(str(v) for v in values)


def is_square(value: Fraction) -> bool:
    """Whether a nonnegative rational is the square of a rational."""
    return isqrt(value.numerator) ** 2 == value.numerator and isqrt(value.denominator) ** 2 == value.denominator
