"""From a potential on its domain to the square polynomial system of its stationary points."""
