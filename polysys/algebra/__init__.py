"""Exact algebra modulo primes: Groebner bases, degrees, and the number of solutions of polynomial systems."""

from polysys.algebra.count import CountModulo, ExactCount, count_modulo, exact_count
from polysys.algebra.limits import Meter, Stop
from polysys.algebra.modular import SystemModulo, integer_polynomials, random_primes, reduce_modulo
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
    "integer_polynomials",
    "projective_degree_bound",
    "random_primes",
    "reduce_modulo",
]
