"""Branches of stationary points along a field.

A glass in a growing field loses its stationary points in pairs. Every curve is proved to be one branch, every fold is certified.
"""

import homotopy as ho
import polysys as ps

scan = ho.scan(ps.SphericalPSpin(n=4, p=3), field=ho.linspace(0, 3, 11), seed=5)
ho.plots.plot_scan(scan)
