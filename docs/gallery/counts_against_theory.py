"""Mean counts by index against the Kac-Rice formula.

Two hundred samples, each counted exactly. Bars are means with 95 % intervals; crosses are the exact means over all samples.
"""

import homotopy as ho
import polysys as ps

glass = ps.SphericalPSpin(n=4, p=3)
ensemble = ho.ensemble(glass, samples=200, seed=1, workers=0)
ensemble.plot(prediction=ps.theory.mean_counts(glass))
