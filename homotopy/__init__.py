"""homotopy: how stationary points are counted. Solving, proving, classifying, storing, comparing."""

from homotopy.census import Census, census
from homotopy.certify import Certificate, CertificationReport, certify
from homotopy.classify import StationaryPoint
from homotopy.cross_check import CrossCheck, cross_check
from homotopy.degenerate import singular_sets
from homotopy.errors import (
    CensusFileError,
    EngineCrashError,
    EngineEmptyError,
    EngineMissingError,
    EngineTimeoutError,
    HomotopyError,
)
from homotopy.exclusion import RealProof, prove_real, real_evidence, with_real_proof
from homotopy.options import Options
from homotopy.records import load_census as load
from homotopy.solve import PathAccount, SolveReport, solve
from homotopy.stationary_set import SetKind, StationarySet
from homotopy.stationary_sets import StationarySets, stationary_sets
from homotopy.status import Completeness, PathStatus, Verdict
from homotopy.verify import VerificationReport, verify

__all__ = [
    "Census",
    "CensusFileError",
    "Certificate",
    "CertificationReport",
    "Completeness",
    "CrossCheck",
    "EngineCrashError",
    "EngineEmptyError",
    "EngineMissingError",
    "EngineTimeoutError",
    "HomotopyError",
    "Options",
    "PathAccount",
    "PathStatus",
    "RealProof",
    "SetKind",
    "SolveReport",
    "StationaryPoint",
    "StationarySet",
    "StationarySets",
    "Verdict",
    "VerificationReport",
    "census",
    "certify",
    "cross_check",
    "load",
    "prove_real",
    "real_evidence",
    "singular_sets",
    "solve",
    "stationary_sets",
    "verify",
    "with_real_proof",
]
