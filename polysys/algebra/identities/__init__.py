"""Further elements of the ideals of model families, as combinations of the gradient."""
