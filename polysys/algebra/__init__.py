"""Exact algebra modulo primes: Groebner bases, degrees, and the number of solutions of polynomial systems."""

from polysys.algebra.count import CountModulo, ExactCount, count_modulo, exact_count
from polysys.algebra.limits import Meter, Stop
from polysys.algebra.modular import SystemModulo
from polysys.algebra.projective import ProjectiveBound, homogenise, projective_degree_bound

__all__ = [
    "CountModulo",
    "ExactCount",
    "Meter",
    "ProjectiveBound",
    "Stop",
    "SystemModulo",
    "count_modulo",
    "exact_count",
    "homogenise",
    "projective_degree_bound",
]
