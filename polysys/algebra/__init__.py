"""Exact algebra: bounds on the number of solutions that are theorems about one polynomial system."""
