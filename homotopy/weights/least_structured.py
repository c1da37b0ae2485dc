"""Least structured models of a set of solutions: distributions of N signs with given means and pair correlations, summed over exactly.

p(s) = exp(sum_i h_i s_i + sum_{i<j} J_ij s_i s_j) / Z. Among all distributions with the same means and correlations the one of this form has
the largest entropy, S_2 (Jaynes). Independent signs with the same means have S_1 >= S_2, and the uniform distribution on n solutions has
log2 n <= S_2. The multi-information is S_1 - log2 n; pairs carry (S_1 - S_2) of it (Schneidman et al., PRL 91, 238701 (2003)).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import log2
from typing import Any

import numpy as np

from homotopy.common.arrays import Floats
from homotopy.common.sheet import Line, Sheet, Shown
from homotopy.common.validation import is_whole
from homotopy.errors import HomotopyError
from homotopy.weights import kernels
from homotopy.weights.blocks import over_blocks
from homotopy.weights.inversion import bethe, mean_field, pseudo_likelihood
from homotopy.weights.memory import check_size
from homotopy.weights.solutions import StateSet
from homotopy.weights.transform import walsh_hadamard
from polysys.errors import InputError

METHODS = ("maximum-entropy", "pseudo-likelihood", "mean-field", "bethe")
_GRADIENT = 1e-9  # largest deviation of a moment at which a fit has converged
_FIRST_STEPS, _NEWTON_STEPS = 300, 200
_LONGEST = 10.0  # change of a parameter in one step


@dataclass(frozen=True, eq=False, repr=False)
class LeastStructured(Shown):
    """A pairwise model of a set of solutions.

    Parameters
    ----------
    label : str
        Of the model whose solutions they are.
    solutions : StateSet
    target_means, target_correlations : array (n,), array (n, n)
        Of the solutions.
    method : str
    fields : array (n,)
    couplings : array (n, n)
        Symmetric, zero on the diagonal.
    n_steps : int
        Of the minimiser; 0 where the parameters are a formula.
    """

    label: str
    solutions: StateSet
    target_means: Floats
    target_correlations: Floats
    method: str
    fields: Floats
    couplings: Floats
    n_steps: int

    @cached_property
    def _log_z(self) -> float:
        return self._log_weights[1]

    @cached_property
    def _log_weights(self) -> tuple[Floats, float]:
        return log_weights(self.fields, self.couplings)

    @cached_property
    def probabilities(self) -> Floats:
        """p of every state, 8 bytes each."""
        exponents, log_z = self._log_weights
        found: Floats = np.exp(exponents - log_z)
        return found

    @cached_property
    def moments(self) -> tuple[Floats, Floats]:
        """Means and correlations of the model, exactly."""
        return moments_of(self.probabilities, self.solutions.n)

    @property
    def moment_error(self) -> float:
        """The largest deviation of a mean or a pair correlation from that of the solutions: of the exact fit the gradient."""
        means, products = self.moments
        return float(max(np.abs(means - self.target_means).max(), np.abs(products - self.target_correlations).max()))

    @property
    def is_converged(self) -> bool:
        """Whether the moments are those of the solutions to 1e-9, as only the maximum-entropy fit promises."""
        return self.moment_error <= _GRADIENT

    @cached_property
    def entropy(self) -> float:
        """Entropy of the model, in bits: S_2 for the exact fit."""
        exponents, log_z = self._log_weights
        return float((log_z - self.probabilities @ exponents) / np.log(2))

    @property
    def entropy_bound(self) -> float:
        """log Z minus the fitted moments times the parameters, in bits: at any parameters an upper bound on S_2, by convexity."""
        upper = np.triu_indices(self.solutions.n, 1)
        inner = self.fields @ self.target_means + self.couplings[upper] @ self.target_correlations[upper]
        return float((self._log_z - inner) / np.log(2))

    @property
    def independent_entropy(self) -> float:
        """S_1, of independent signs with the same means, in bits."""
        p = np.stack([(1 + self.target_means) / 2, (1 - self.target_means) / 2])
        return float(-(p * np.log2(np.where(p > 0, p, 1.0))).sum())

    @property
    def multi_information(self) -> float:
        """S_1 minus the true entropy, in bits."""
        return self.independent_entropy - log2(self.solutions.size)

    @property
    def captured(self) -> float:
        """The share of the multi-information that pairs carry, :math:`(S_1 - S_2)/(S_1 - S)`; nan where there is none. Of the exact fit only."""
        if self.method != METHODS[0]:
            raise HomotopyError(
                f"The model of {self.method} has other moments than the solutions.", f"Take method={METHODS[0]!r}."
            )
        return (
            (self.independent_entropy - self.entropy) / self.multi_information
            if self.multi_information > 1e-12
            else float("nan")
        )

    @property
    def mass_on_solutions(self) -> float:
        """Probability of the true solutions."""
        return float(self.probabilities[self.solutions.states].sum())

    def local_entropy(self, centre: int) -> dict[str, Floats]:
        """Around a centre, at each distance: the model's mass, its entropy within the distance, and log2 of the number of solutions.

        The entropy of p restricted to the states at the distance d; for the uniform distribution on solutions it is log2 of their number.

        Parameters
        ----------
        centre : int
            The number of a state.
        """
        n, p = self.solutions.n, self.probabilities
        if not is_whole(centre, 0, p.size - 1):
            raise InputError(f"There is no state {centre!r:.40}.", f"Give a number below 2^{n}.")
        truth = self.solutions.distances_from(np.array([centre]))[0]
        parts = over_blocks("distances", p.size, lambda a, b: kernels.mass_by_distance(p, a, b, centre, n))
        mass, plogp = np.sum(parts, axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            return {"mass": mass, "entropy": np.log2(mass) - plogp / mass, "solutions": np.log2(truth)}

    def sample(self, n: int, seed: int = 0) -> Any:
        """Independent states drawn from the model."""
        rng = np.random.default_rng(seed)
        return np.searchsorted(np.cumsum(self.probabilities), rng.uniform(size=n) * self.probabilities.sum()).clip(
            0, self.probabilities.size - 1
        )

    def summary(self) -> dict[str, Any]:
        """The model as one JSON object."""
        return {
            "method": self.method,
            "moment_error": self.moment_error,
            "entropy": self.entropy,
            "independent_entropy": self.independent_entropy,
            "true_entropy": log2(self.solutions.size),
            "captured": self.captured if self.method == METHODS[0] else None,
            "mass_on_solutions": self.mass_on_solutions,
            "largest_parameter": float(max(np.abs(self.fields).max(), np.abs(self.couplings).max())),
            "n_steps": self.n_steps,
        }

    def plot(self, ax: Any = None) -> Any:
        """Draw its local entropy around the first solution beside the true one.

        Returns
        -------
        matplotlib axes
        """
        from homotopy.weights.plot import draw_fitted_entropy

        return draw_fitted_entropy(self, ax)

    def _sheet(self) -> Sheet:
        is_exact = self.method == METHODS[0]
        independent, solutions = f"{self.independent_entropy:.4f}", f"{log2(self.solutions.size):.4f}"
        lines = [
            Line("moments", f"to {self.moment_error:.1e}{'' if self.is_converged or not is_exact else ', not converged'}"),
            Line("entropy", f"{self.entropy:.4f} bits; independent {independent}, solutions {solutions}"),
        ]
        if is_exact:
            lines.append(Line("captured", f"{self.captured:.1%} of {self.multi_information:.4f} bits of multi-information"))
        lines.append(Line("mass", f"{self.mass_on_solutions:.4f} on the {self.solutions.size} solutions"))
        return Sheet(f"LeastStructured model of {self.label} ({self.method})", tuple(lines))


def fit(
    label: str, solutions: StateSet, means: Floats, correlations: Floats, method: str = METHODS[0], **choices: Any
) -> LeastStructured:
    """A pairwise model from the means and correlations of the solutions.

    Parameters
    ----------
    label : str
    solutions : StateSet
    means, correlations : array (n,), array (n, n)
        Of the solutions.
    method : str
        "maximum-entropy": the exact fit, by sums over all states. "pseudo-likelihood" (l2=0.01), "mean-field" (pseudo_count=0.01) and
        "bethe" (pseudo_count=0.3; smaller ones often have no solution): what is used where the sums are out of reach.
    **choices
        l2 : penalty on squared parameters of the pseudo-likelihood, a sum over weights of means over solutions.
        pseudo_count : share of the uniform distribution mixed into the moments before they are inverted.

    Notes
    -----
    The exact fit minimises log Z - sum of parameters times moments, which is convex, by L-BFGS and then Newton's method; values, gradients
    and second derivatives come from two Walsh-Hadamard transforms. Moments on the boundary of what is possible (a weight that all solutions share) have no finite
    parameters: these grow until all moments agree to 1e-9.

    Raises
    ------
    InputError, SpaceTooLargeError
    """
    check = {"pseudo-likelihood": ("l2",), "mean-field": ("pseudo_count",), "bethe": ("pseudo_count",)}
    if method not in METHODS:
        raise InputError(f"There is no method {method!r:.40}.", f"Choose {', '.join(METHODS[:-1])} or {METHODS[-1]}.")
    for name, value in choices.items():
        if name not in check.get(method, ()):
            raise InputError(
                f"{method} has no {name[:40]}.", f"It takes {', '.join(check.get(method, ())) or 'no choices'}."
            )
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1:
            raise InputError(f"{name} = {value!r:.40} is not from 0 to below 1.", "Give 0.01, say.")
    if not solutions.size:
        raise InputError("There is no solution to fit a model to.", "Take another sample, or max_errors=1.")
    check_size(solutions.n, 48, f"A model of 2^{solutions.n} states")
    given = (label, solutions, means, correlations, method)
    if method == METHODS[0]:
        return LeastStructured(*given, *_maximum_entropy(means, correlations))
    if method == "pseudo-likelihood":
        return LeastStructured(*given, *pseudo_likelihood(solutions, **choices))
    inverted = (mean_field if method == "mean-field" else bethe)(means, correlations, **choices)
    return LeastStructured(*given, *inverted, 0)


def _maximum_entropy(means: Floats, correlations: Floats) -> tuple[Floats, Floats, int]:
    from scipy.optimize import minimize

    n = means.size
    upper = np.triu_indices(n, 1)
    goal = np.concatenate([means, correlations[upper]])

    def value(theta: Floats) -> tuple[float, Floats]:
        exponents, log_z = log_weights(*_unpacked(theta, n))
        means, products = moments_of(np.exp(exponents - log_z), n)
        return float(log_z - theta @ goal), np.concatenate([means, products[upper]]) - goal

    options = {"maxiter": _FIRST_STEPS, "maxfun": 2 * _FIRST_STEPS, "maxcor": 30}
    found = minimize(value, np.zeros(goal.size), jac=True, method="L-BFGS-B", options=options)
    theta, n_newton = _newton(found.x, goal, n)
    return *_unpacked(theta, n), int(found.nit) + n_newton


def _newton(theta: Floats, goal: Floats, n: int) -> tuple[Floats, int]:
    """Newton steps until the moments agree; the covariance of products of signs is made of moments, all in one transform."""
    i, j = np.triu_indices(n, 1)
    sets = np.concatenate([1 << np.arange(n), (1 << i) | (1 << j)])
    damping = 1e-12

    def state(theta: Floats) -> tuple[Floats, Floats]:
        exponents, log_z = log_weights(*_unpacked(theta, n))
        transform = walsh_hadamard(np.exp(exponents - log_z))
        return transform, transform[sets] - goal

    transform, gradient = state(theta)
    for step in range(_NEWTON_STEPS):
        if np.abs(gradient).max() <= _GRADIENT / 10:
            return theta, step
        covariance = transform[sets[:, None] ^ sets] - np.outer(transform[sets], transform[sets])
        while True:
            move = np.linalg.solve(covariance + damping * np.eye(sets.size), gradient)
            size = max(1.0, float(np.abs(move).max()) / _LONGEST)
            new_transform, new_gradient = state(theta - move / size)
            if np.linalg.norm(new_gradient) < np.linalg.norm(gradient):
                break
            damping *= 10
            if damping > 1:
                return theta, step  # no step is an improvement in doubles
        theta, transform, gradient = theta - move / size, new_transform, new_gradient
        damping = max(damping / 30, 1e-14)
    return theta, _NEWTON_STEPS


def _unpacked(theta: Floats, n: int) -> tuple[Floats, Floats]:
    couplings = np.zeros((n, n))
    couplings[np.triu_indices(n, 1)] = theta[n:]
    return theta[:n], couplings + couplings.T


def log_weights(fields: Floats, couplings: Floats) -> tuple[Floats, float]:
    """The exponent of every state, and log Z."""
    n = fields.size
    exponents = np.zeros(1 << n)
    exponents[1 << np.arange(n)] = fields
    i, j = np.triu_indices(n, 1)
    exponents[(1 << i) | (1 << j)] = couplings[i, j]
    walsh_hadamard(exponents)
    top = exponents.max()
    return exponents, float(top + np.log(np.exp(exponents - top).sum()))


def moments_of(probabilities: Floats, n: int) -> tuple[Floats, Floats]:
    """Means and correlations of a distribution on 2^n states."""
    transform = walsh_hadamard(probabilities.copy())
    products = np.eye(n)
    i, j = np.triu_indices(n, 1)
    products[i, j] = products[j, i] = transform[(1 << i) | (1 << j)]
    return transform[1 << np.arange(n)], products
