"""Many samples of a model, counted resumably, with statistics."""
