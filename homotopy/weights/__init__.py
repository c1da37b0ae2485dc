"""Spaces of binary weights: all 2^N states, their errors, solutions and clusters, exactly; and models fitted to them."""
