"""Interval branch and bound over the real domain proves that no real stationary point is missing."""
