"""PHCpack, the reference engine, through phcpy in a worker process or through the executable phc."""
