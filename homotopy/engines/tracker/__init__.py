"""The compiled tracker: parameter homotopies for ensembles, tapes interpreted over lanes by Numba kernels."""
