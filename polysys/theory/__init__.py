"""Predictions for means over the disorder, each with what kind of statement it is, its error and its reference."""

from polysys.theory.goe import goe_density_total
from polysys.theory.p_spin import MAX_SPINS, has_mean_counts, mean_counts
from polysys.theory.prediction import MeanCounts, Prediction

__all__ = ["MAX_SPINS", "MeanCounts", "Prediction", "goe_density_total", "has_mean_counts", "mean_counts"]
