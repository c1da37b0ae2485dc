"""Saved censuses: their schema, writing and reading, rechecking without a solver, exporting."""
