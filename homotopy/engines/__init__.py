"""Programs that find candidates for solutions: our compiled tracker, PHCpack, msolve, our exact algebra, Bertini."""
