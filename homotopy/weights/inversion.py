"""The inverse Ising problem without sums over states: pseudo-likelihood, naive mean field, Bethe."""

from __future__ import annotations

from typing import Any

import numpy as np

from homotopy.common.arrays import Floats
from homotopy.weights.solutions import StateSet
from polysys.errors import InputError


def pseudo_likelihood(solutions: StateSet, l2: float = 0.01) -> tuple[Floats, Floats, int]:
    """Fields and symmetric couplings that maximise sum_i mean log p(s_i | all others) - l2/2 times the squared parameters.

    References
    ----------
    Besag, The Statistician 24, 179 (1975); Ravikumar, Wainwright & Lafferty, Ann. Stat. 38, 1287 (2010).
    """
    from scipy.optimize import minimize

    n = solutions.n
    s = 1 - 2 * ((solutions.states[:, None] >> np.arange(n, dtype=np.uint32)) & 1).astype(np.float64)
    upper = np.triu_indices(n, 1)

    def unpacked(theta: Floats) -> tuple[Floats, Floats]:
        couplings = np.zeros((n, n))
        couplings[upper] = theta[n:]
        return theta[:n], couplings + couplings.T

    def value(theta: Floats) -> tuple[float, Floats]:
        fields, couplings = unpacked(theta)
        margin = s * (fields + s @ couplings)
        loss = np.logaddexp(0, -2 * margin).sum() / len(s) + l2 / 2 * (theta @ theta)
        slope = -s * (1 - np.tanh(margin)) / len(s)
        pairs = slope.T @ s
        return float(loss), np.concatenate([slope.sum(axis=0), (pairs + pairs.T)[upper]]) + l2 * theta

    options = {"maxiter": 20_000, "maxfun": 20_000, "ftol": 0.0, "gtol": 1e-9, "maxcor": 30}
    found: Any = minimize(value, np.zeros(n * (n + 1) // 2), jac=True, method="L-BFGS-B", options=options)
    return *unpacked(found.x), int(found.nit)


def mean_field(means: Floats, correlations: Floats, pseudo_count: float = 0.01) -> tuple[Floats, Floats]:
    """J = -C^-1 off the diagonal, h = atanh m - J m, with the covariance C.

    References
    ----------
    Kappen & Rodriguez, Neural Comput. 10, 1137 (1998).
    """
    m, inverse = _inverse_covariance(means, correlations, pseudo_count)
    couplings = -inverse
    np.fill_diagonal(couplings, 0.0)
    return np.arctanh(m) - couplings @ m, couplings


def bethe(means: Floats, correlations: Floats, pseudo_count: float = 0.3) -> tuple[Floats, Floats]:
    """The couplings whose Bethe approximation has this covariance, by linear response; exact on trees.

    Notes
    -----
    On a tree the pair (i, j) has the inverse covariance b = -c / (v_i v_j - c^2) with its own covariance c and the variances v. This gives c
    from b; then J_ij and the fields are the logarithms of odds of the pair's four probabilities.

    Raises
    ------
    InputError
        Where a pair gets a probability that is not positive: the approximation has no coupling for it.

    References
    ----------
    Ricci-Tersenghi, J. Stat. Mech. P08015 (2012); Nguyen & Berg, ibid. P03004.
    """
    m, inverse = _inverse_covariance(means, correlations, pseudo_count)
    b = inverse - np.diag(np.diag(inverse))
    v = np.outer(1 - m**2, 1 - m**2)
    root = np.sqrt(1 + 4 * b**2 * v)
    c = -2 * b * v / (1 + root)  # (1 - root) / (2 b), without its cancellation
    products = c + np.outer(m, m)
    p = {(s, t): (1 + s * m[:, None] + t * m[None, :] + s * t * products) / 4 for s in (1, -1) for t in (1, -1)}
    off = ~np.eye(m.size, dtype=bool)
    smallest = min(float(q[off].min()) for q in p.values()) if m.size > 1 else 1.0
    if smallest <= 0:
        raise InputError(
            "The Bethe approximation has no coupling for some pair of weights.",
            "Give a larger pseudo_count, or mean-field.",
        )
    log = {key: np.log(np.where(off, q, 1.0)) for key, q in p.items()}
    couplings = (log[1, 1] + log[-1, -1] - log[1, -1] - log[-1, 1]) / 4
    fields = ((log[1, 1] + log[1, -1] - log[-1, 1] - log[-1, -1]) / 4).sum(axis=1) - (m.size - 2) * np.arctanh(m)
    return fields, couplings


def _inverse_covariance(means: Floats, correlations: Floats, pseudo_count: float) -> tuple[Floats, Floats]:
    m = (1 - pseudo_count) * means
    products = (1 - pseudo_count) * correlations + pseudo_count * np.eye(m.size)
    covariance = products - np.outer(m, m)
    if (np.abs(m) >= 1 - 1e-12).any() or np.linalg.matrix_rank(covariance, hermitian=True) < m.size:
        raise InputError("The covariance of the weights cannot be inverted.", "Give pseudo_count=0.01, say.")
    inverse: Floats = np.asarray(np.linalg.inv(covariance), np.float64)
    return m, inverse
