"""A glass on the sphere with its flows.

Three spins live on an ordinary sphere, drawn in Mollweide's projection, which keeps areas. Paths of descent join each saddle to two minima.
"""

import homotopy as ho

ho.plots.draw_flows(ho.graph(ho.census("spherical-p-spin:n=3,p=4", seed=3)))
