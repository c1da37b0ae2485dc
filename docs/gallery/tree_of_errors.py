"""The valleys of an Ising spin glass.

All 65536 states of sixteen Ising spins: the deepest minima and the exact heights of the passes between them.
"""

import homotopy as ho

space = ho.weight_space("ising:n=16", seed=3)
space.tree.plot(n_minima=24)
