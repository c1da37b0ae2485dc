"""Where training ends.

Two hundred runs of gradient descent on a small network, each matched with the certified point that it belongs to. The three lowest kinds of minima differ in the third decimal of
the loss.
"""

import numpy as np

import homotopy as ho
import polysys as ps
from polysys.datasets import from_arrays

X = [["-2", "-3/2", "-1", "-1/2", "1/4", "1", "3/2", "2"]]
Y = [["1/2", "1", "-1", "-1/2", "1/4", "1", "-1/2", "3/2"]]
decay = [f"1/{40 + 7 * k}" for k in range(6)]
landscape = ps.PolynomialNetwork((1, 3, 1), "z^2", from_arrays(X, Y), l2=decay).sample()

weights = np.random.default_rng(0).normal(size=(200, landscape.domain.n))
for _ in range(6000):
    gradient = landscape.gradient(weights)
    weights -= np.minimum(0.01, 0.1 / np.linalg.norm(gradient, axis=1, keepdims=True)) * gradient
ho.census(landscape).match(weights, descend=True).plot()
