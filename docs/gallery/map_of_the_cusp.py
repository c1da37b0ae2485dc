"""Where the number of stationary points changes, over two parameters.

The cusp x^4/4 + a x^2/2 + b x: three real stationary points inside the curve 4 a^3 + 27 b^2 = 0, one outside. Colours are certified counts at the corners of cells, which are
halved where they differ; marks are folds and pitchforks certified on the lines of the grid.
"""

import homotopy as ho
import polysys as ps

cusp = ps.expression("x^4/4 + a*x^2/2 + b*x", parameters={"a": -1, "b": 0})
found = ho.scan_map(cusp, a=ho.linspace(-2, 1, 5), b=ho.linspace("-1.2", "1.2", 5), depth=3)
ho.plots.draw_map(found)
