"""The critical points of the distance to an ellipse.

Inside of the evolute, where ellipses keep their centres of curvature, a point has four critical points; outside, two. Here is one of the first kind, with the normals.
"""

import numpy as np
from matplotlib.figure import Figure

import homotopy as ho
import polysys as ps

a, b = 1 / 10, 1 / 20
census = ho.census(ps.expression("(x - 1/10)^2 + (y - 1/20)^2", domain=ps.Variety(["x^2 + 4*y^2 = 1"])))

ax = Figure(figsize=(6.4, 4.0), layout="constrained").add_subplot()
t = np.linspace(0, 2 * np.pi, 400)
ax.plot(np.cos(t), np.sin(t) / 2, color="0.2", lw=2, label="the ellipse")
# the evolute of x^2/A^2 + y^2/B^2 = 1: (c^2/A cos^3 t, -c^2/B sin^3 t) with c^2 = A^2 - B^2
ax.plot(0.75 * np.cos(t) ** 3, -1.5 * np.sin(t) ** 3, color="0.6", lw=1, label="its evolute")
for point in census.points:
    x, y = (float(c) for c in point.coordinates)
    name = "minimum" if point.index == 0 else "maximum"
    colour = ho.plots.graded(point.index, 1)
    ax.plot([a, x], [b, y], color="0.2", lw=0.8, ls="--", zorder=1)
    ax.plot(x, y, "os"[point.index], color=colour, mec="black", ms=9, zorder=3)
    ax.annotate(f"{name}\n{float(point.energy):.3f}", (x, y), xytext=(9 * np.sign(x), 9 * np.sign(y)), textcoords="offset points",
                ha="left" if x > 0 else "right", va="bottom" if y > 0 else "top", fontsize=8)  # fmt: skip
ax.plot(a, b, "*", color=ho.plots.SERIES[1], ms=14, mec="black", zorder=4)
ax.set_aspect("equal")
ax.margins(0.18)
ax.set_xlim(-1.7, 1.7)
ax.set_ylim(-1.0, 1.0)
ax.set_title(
    f"Squared distance to the ellipse: {census.n_complex} critical points, {census.completeness.verdict.value}",
    fontsize=10,
)
ax.legend(fontsize=8, loc="upper right")
ax
