"""The disconnectivity graph of a network.

Three neurons with the activation z^2 and weight decay, eight data. Up to exchanges of neurons and signs there are four minima: three at the bottom of one funnel, and the one at zero weights.
"""

import homotopy as ho
import polysys as ps
from polysys.datasets import from_arrays

X = [["-2", "-3/2", "-1", "-1/2", "1/4", "1", "3/2", "2"]]
Y = [["1/2", "1", "-1", "-1/2", "1/4", "1", "-1/2", "3/2"]]
decay = [f"1/{40 + 7 * k}" for k in range(6)]
net = ps.PolynomialNetwork((1, 3, 1), "z^2", from_arrays(X, Y), l2=decay)
ho.graph(ho.census(net.sample())).quotient().plot()
