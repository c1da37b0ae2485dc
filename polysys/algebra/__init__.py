"""Exact algebra: local rings and common factors."""
