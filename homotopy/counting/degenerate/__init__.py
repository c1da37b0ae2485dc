"""Stationary points that are not isolated or not simple: multiplicities, sets with dimension and degree."""
