"""Local entropy of a space of binary weights.

All 32768 weight vectors of a small sign network are looked at. How many solutions lie at each distance from a solution, on average (annealed) and typically (quenched). Where the annealed curve is
below zero there is less than one on average.
"""

import homotopy as ho
import polysys as ps

space = ho.weight_space(ps.BinaryNetwork(widths=(5, 3, 1), output="fixed", m=7), seed=2)
space.plot()
