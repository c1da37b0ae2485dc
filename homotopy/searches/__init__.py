"""Searches for stationary points as people run them, to be held against a census: what does each find, and what not?"""

from homotopy.searches.basin_hopping import basin_hopping
from homotopy.searches.gradient_descent import gradient_descent
from homotopy.searches.gradient_norm import gradient_norm
from homotopy.searches.random_newton import random_newton
from homotopy.searches.recall import Recall, recall
from homotopy.searches.result import SearchResult
from homotopy.searches.sgd import sgd
from homotopy.searches.simulated_annealing import simulated_annealing
from homotopy.searches.transition_states import transition_states

__all__ = [
    "Recall",
    "SearchResult",
    "basin_hopping",
    "gradient_descent",
    "gradient_norm",
    "random_newton",
    "recall",
    "sgd",
    "simulated_annealing",
    "transition_states",
]
