"""The spectra of all Hessians.

One row of markers for each of the 66 stationary points of a glass, at its energy. Directions that lead downhill are left of the line; their number is the Morse index. The spectrum moves to the left as the
energy rises. All eigenvalues are proved enclosures.
"""

import homotopy as ho

census = ho.census("spherical-p-spin:n=6,p=3", seed=2026)
census.spectra().plot()
