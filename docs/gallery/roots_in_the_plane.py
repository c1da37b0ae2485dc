"""Solutions of equations, real and complex.

Two cubics have nine solutions, as Bezout allows. On the left the real curves meet at the real solutions. On the right each coordinate of each solution is a marker: filled where the solution is real. The others come in conjugate pairs.
"""

import homotopy as ho
import polysys as ps

solutions = ho.solve(ps.equations(["x^3 + y^2 = 1", "y^3 - 2*x*y + 1/2 = 0"]))
ho.plots.plot_solutions(solutions)
