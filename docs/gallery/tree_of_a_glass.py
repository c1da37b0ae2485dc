"""The disconnectivity graph of a glass.

Branches end at minima and meet where a saddle joins them. An even glass has its minima in pairs; the graph shows one of each. The colour tells narrow minima from wide ones.
"""

import homotopy as ho

graph = ho.graph(ho.census("spherical-p-spin:n=7,p=4", seed=5))
graph.quotient().plot()
