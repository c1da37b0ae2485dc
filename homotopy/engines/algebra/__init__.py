"""Our exact algebra as an engine."""
