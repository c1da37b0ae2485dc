"""msolve, an independent symbolic engine."""
