"""A landscape in two unknowns with its flows.

Himmelblau's function: level lines, all nine stationary points, and the paths of steepest descent from the saddles to the minima.
"""

import homotopy as ho
import polysys as ps

himmelblau = ps.expression("(x^2 + y - 11)^2 + (x + y^2 - 7)^2")
ho.plots.draw_flows(ho.graph(ho.census(himmelblau)))
