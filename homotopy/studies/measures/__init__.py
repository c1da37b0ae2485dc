"""Quantities that several studies measure."""
