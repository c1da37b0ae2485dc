"""Programs that find candidates for solutions: our compiled tracker, PHCpack, msolve, Bertini."""
