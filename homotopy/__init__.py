"""homotopy: how stationary points are counted. Solving, proving, classifying, storing, comparing."""

from homotopy import startup as startup  # isort: skip  # first: the others take their time

from importlib import import_module
from typing import TYPE_CHECKING, Any

from homotopy import plots
from homotopy.census import Census, census
from homotopy.certify import Certificate, CertificationReport, certify
from homotopy.classify import StationaryPoint
from homotopy.comparison import Comparison, compare
from homotopy.cross_check import CrossCheck, cross_check
from homotopy.degenerate import singular_sets
from homotopy.ensemble import ensemble, load_ensemble
from homotopy.ensemble_result import Ensemble
from homotopy.ensemble_spec import EnsembleSpec
from homotopy.errors import (
    CensusFileError,
    EngineCrashError,
    EngineEmptyError,
    EngineMissingError,
    EngineTimeoutError,
    HomotopyError,
    StoreError,
    StoreWriteError,
    TableError,
    WorkerStartError,
)
from homotopy.exclusion import RealProof, prove_real, real_evidence, with_real_proof
from homotopy.graph import LandscapeGraph, graph, with_graph
from homotopy.morse_complex import MorseComplex, morse_complex
from homotopy.options import Options
from homotopy.records import load_census as load
from homotopy.solve import PathAccount, SolveReport, solve
from homotopy.stationary_set import SetKind, StationarySet
from homotopy.stationary_sets import StationarySets, stationary_sets
from homotopy.status import Completeness, PathStatus, Verdict
from homotopy.tables import ReferenceTable, list_tables, load_table
from homotopy.verify import VerificationReport, verify

if TYPE_CHECKING:
    from homotopy import estimators, searches, testing

_LAZY = ("estimators", "searches", "testing")  # subpackages imported where they are used first: ho.searches


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return import_module(f"homotopy.{name}")
    raise AttributeError(f"module 'homotopy' has no attribute {name!r}")


__all__ = [
    "Census",
    "CensusFileError",
    "Certificate",
    "CertificationReport",
    "Comparison",
    "Completeness",
    "CrossCheck",
    "EngineCrashError",
    "EngineEmptyError",
    "EngineMissingError",
    "EngineTimeoutError",
    "Ensemble",
    "EnsembleSpec",
    "HomotopyError",
    "LandscapeGraph",
    "MorseComplex",
    "Options",
    "PathAccount",
    "PathStatus",
    "RealProof",
    "ReferenceTable",
    "SetKind",
    "SolveReport",
    "StationaryPoint",
    "StationarySet",
    "StationarySets",
    "StoreError",
    "StoreWriteError",
    "TableError",
    "Verdict",
    "VerificationReport",
    "WorkerStartError",
    "census",
    "certify",
    "compare",
    "cross_check",
    "ensemble",
    "estimators",
    "graph",
    "list_tables",
    "load",
    "load_ensemble",
    "load_table",
    "morse_complex",
    "plots",
    "prove_real",
    "real_evidence",
    "searches",
    "singular_sets",
    "solve",
    "stationary_sets",
    "testing",
    "verify",
    "with_graph",
    "with_real_proof",
]
