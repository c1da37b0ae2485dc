"""Compiled: the Kac-Rice weight of two Hessians, summed over a lattice of the values of the field at the two points."""

from __future__ import annotations

from math import exp, inf, log, sqrt

import numpy as np

from polysys.jit import compiled


@compiled.part
def log_determinant(eigenvalues, squares, corner, shift, wanted):
    """log |det| of [[B - shift, h], [h^T, corner]]; -inf unless `wanted` of its eigenvalues are negative (-1: any number).

    Parameters
    ----------
    eigenvalues, squares : float arrays (m,)
        Eigenvalues of B, increasing, and the squares of the components of h along its eigenvectors.
    corner, shift : float
    wanted : int
    """
    m = len(eigenvalues)
    below, above = 0, m  # by bisection: the number of eigenvalues of B below the shift
    while below < above:
        middle = (below + above) // 2
        if eigenvalues[middle] < shift:
            below = middle + 1
        else:
            above = middle
    if wanted >= 0 and below != wanted and below != wanted - 1:
        return -inf
    product, result = 1.0, 0.0
    for k in range(m):
        gap = eigenvalues[k] - shift
        corner -= squares[k] / gap
        product *= gap
        if not 1e-150 < abs(product) < 1e150:
            result += log(abs(product))
            product = 1.0
    if wanted >= 0 and below + (corner < 0.0) != wanted:
        return -inf
    return result + log(abs(product)) + log(abs(corner))


@compiled
def pair_log_weights(eigenvalues, squares, lattice, sizes, deviations, slopes, offsets, wanted, limits):
    """Logarithms of sums over lattices of exp(-t^2 / (2 deviation^2)) |det H_1| |det H_2| 1{indices, values}, array (samples,).

    The sums and the differences of three numbers are linear in t, a number for the sums and one for the differences: of the shift of
    the eigenvalues, of the corner of the Hessian, and of the value of the field.

    Parameters
    ----------
    eigenvalues : float array (2, samples, m)
        Of the blocks B without their traces, increasing.
    squares : float array (2, samples, m)
        Squares of the entries M_it in the bases of eigenvectors.
    lattice : float array (samples, 4)
        First node and distance of nodes of t: of the sums and of the differences.
    sizes : int array (2,)
        Numbers of nodes.
    deviations : float array (2,)
        Standard deviations of t.
    slopes, offsets : float arrays (2, 3), (samples, 2, 3)
        Of shift, corner and value.
    wanted : int array (2,)
        Indices; -1 for any.
    limits : float array (2,)
        Only values between them count.
    """
    half = sqrt(0.5)
    result = np.empty(len(lattice))
    for s in range(len(lattice)):
        top, total = -inf, 0.0
        for i in range(sizes[0]):
            t = lattice[s, 0] + i * lattice[s, 1]
            shift_sum, corner_sum, value_sum = (
                slopes[0, 0] * t + offsets[s, 0, 0],
                slopes[0, 1] * t + offsets[s, 0, 1],
                slopes[0, 2] * t + offsets[s, 0, 2],
            )
            weight_sum = -0.5 * (t / deviations[0]) ** 2
            for j in range(sizes[1]):
                t = lattice[s, 2] + j * lattice[s, 3]
                value = slopes[1, 2] * t + offsets[s, 1, 2]
                one, other = half * (value_sum + value), half * (value_sum - value)
                if not (limits[0] < one < limits[1] and limits[0] < other < limits[1]):
                    continue
                shift, corner = slopes[1, 0] * t + offsets[s, 1, 0], slopes[1, 1] * t + offsets[s, 1, 1]
                weight = log_determinant(
                    eigenvalues[0, s],
                    squares[0, s],
                    half * (corner_sum + corner),
                    half * (shift_sum + shift),
                    wanted[0],
                )
                if weight == -inf:
                    continue
                weight += log_determinant(
                    eigenvalues[1, s],
                    squares[1, s],
                    half * (corner_sum - corner),
                    half * (shift_sum - shift),
                    wanted[1],
                )
                if weight == -inf:
                    continue
                weight += weight_sum - 0.5 * (t / deviations[1]) ** 2
                if weight > top:
                    total = total * exp(top - weight) + 1.0
                    top = weight
                else:
                    total += exp(weight - top)
        result[s] = top + log(total) if total > 0.0 else -inf
    return result
