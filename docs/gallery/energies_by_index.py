"""Every stationary point of a spin glass, by Morse index and energy.

Six spins with three-spin couplings: 66 real stationary points, proved to be all. Energies are per degree of freedom; the lines are the ground state and the threshold of
infinitely many spins.
"""

import homotopy as ho

census = ho.census("spherical-p-spin:n=6,p=3", seed=2026)
census.plot()
