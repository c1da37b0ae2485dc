"""Energies of all points of an ensemble.

Every stationary point of two hundred glasses, with quartiles. A few minima lie below the ground state of infinitely many spins: small glasses fluctuate.
"""

import homotopy as ho

ensemble = ho.ensemble("spherical-p-spin:n=4,p=3", samples=200, seed=1, workers=0)
ho.plots.draw_energies(ensemble)
