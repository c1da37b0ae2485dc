"""Predictions for means over the disorder, each with what kind of statement it is, its error and its reference."""

from polysys.theory.closed_form import ClosedForm, closed_form
from polysys.theory.complexity import Complexity
from polysys.theory.deep_linear import deep_linear_counts
from polysys.theory.dispatch import has_mean_counts, mean_counts
from polysys.theory.hermite import goe_density_total
from polysys.theory.isotropic import MAX_SPINS, IsotropicField, counts_by_index, energy_density, total_count
from polysys.theory.kac_rice import kac_rice_counts
from polysys.theory.layered import layered_counts
from polysys.theory.layers import Crossing, crossing
from polysys.theory.p_spin import p_spin_counts, p_spin_energy_density
from polysys.theory.pairs import mean_pairs, p_spin_pairs
from polysys.theory.prediction import MeanCounts, Prediction

__all__ = [
    "MAX_SPINS",
    "ClosedForm",
    "Complexity",
    "Crossing",
    "IsotropicField",
    "MeanCounts",
    "Prediction",
    "closed_form",
    "counts_by_index",
    "crossing",
    "deep_linear_counts",
    "energy_density",
    "goe_density_total",
    "has_mean_counts",
    "kac_rice_counts",
    "layered_counts",
    "mean_counts",
    "mean_pairs",
    "p_spin_counts",
    "p_spin_energy_density",
    "p_spin_pairs",
    "total_count",
]
