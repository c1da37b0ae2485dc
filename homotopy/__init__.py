"""homotopy: how stationary points are counted. Solving, proving, classifying, storing, comparing."""

from homotopy import startup as startup  # isort: skip  # first: the others take their time

from typing import TYPE_CHECKING

from polysys.lazy import attach

if TYPE_CHECKING:  # for type checkers and readers; the list below says the same, and a test compares them
    from homotopy import estimators as estimators
    from homotopy import plots as plots
    from homotopy import searches as searches
    from homotopy import testing as testing
    from homotopy.census import census as census
    from homotopy.census_result import Census as Census
    from homotopy.certify import Certificate as Certificate
    from homotopy.certify import CertificationReport as CertificationReport
    from homotopy.certify import certify as certify
    from homotopy.classify import StationaryPoint as StationaryPoint
    from homotopy.comparison import Comparison as Comparison
    from homotopy.comparison import compare as compare
    from homotopy.cross_check import CrossCheck as CrossCheck
    from homotopy.cross_check import cross_check as cross_check
    from homotopy.degenerate import singular_sets as singular_sets
    from homotopy.ensemble import ensemble as ensemble
    from homotopy.ensemble import load_ensemble as load_ensemble
    from homotopy.ensemble_result import Ensemble as Ensemble
    from homotopy.ensemble_spec import EnsembleSpec as EnsembleSpec
    from homotopy.errors import CensusFileError as CensusFileError
    from homotopy.errors import EngineCrashError as EngineCrashError
    from homotopy.errors import EngineEmptyError as EngineEmptyError
    from homotopy.errors import EngineMissingError as EngineMissingError
    from homotopy.errors import EngineTimeoutError as EngineTimeoutError
    from homotopy.errors import HomotopyError as HomotopyError
    from homotopy.errors import StoreError as StoreError
    from homotopy.errors import StoreWriteError as StoreWriteError
    from homotopy.errors import TableError as TableError
    from homotopy.errors import WorkerStartError as WorkerStartError
    from homotopy.exclusion import RealProof as RealProof
    from homotopy.exclusion import prove_real as prove_real
    from homotopy.exclusion import real_evidence as real_evidence
    from homotopy.exclusion import with_real_proof as with_real_proof
    from homotopy.graph import LandscapeGraph as LandscapeGraph
    from homotopy.graph import graph as graph
    from homotopy.graph import with_graph as with_graph
    from homotopy.morse_complex import MorseComplex as MorseComplex
    from homotopy.morse_complex import morse_complex as morse_complex
    from homotopy.options import Options as Options
    from homotopy.records import load_census as _load_census
    from homotopy.solve import solve as solve
    from homotopy.solve_result import PathAccount as PathAccount
    from homotopy.solve_result import SolveReport as SolveReport
    from homotopy.stationary_set import SetKind as SetKind
    from homotopy.stationary_set import StationarySet as StationarySet
    from homotopy.stationary_sets import stationary_sets as stationary_sets
    from homotopy.stationary_sets_result import StationarySets as StationarySets
    from homotopy.status import Completeness as Completeness
    from homotopy.status import PathStatus as PathStatus
    from homotopy.status import Verdict as Verdict
    from homotopy.tables import ReferenceTable as ReferenceTable
    from homotopy.tables import list_tables as list_tables
    from homotopy.tables import load_table as load_table
    from homotopy.verify import VerificationReport as VerificationReport
    from homotopy.verify import verify as verify

    load = _load_census
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        {
            "census": "census",
            "census_result": "Census",
            "certify": "Certificate, CertificationReport, certify",
            "classify": "StationaryPoint",
            "comparison": "Comparison, compare",
            "cross_check": "CrossCheck, cross_check",
            "degenerate": "singular_sets",
            "ensemble": "ensemble, load_ensemble",
            "ensemble_result": "Ensemble",
            "ensemble_spec": "EnsembleSpec",
            "errors": "CensusFileError, EngineCrashError, EngineEmptyError, EngineMissingError, EngineTimeoutError, HomotopyError, "
            "StoreError, StoreWriteError, TableError, WorkerStartError",
            "exclusion": "RealProof, prove_real, real_evidence, with_real_proof",
            "graph": "LandscapeGraph, graph, with_graph",
            "morse_complex": "MorseComplex, morse_complex",
            "options": "Options",
            "records": "load_census as load",
            "solve": "solve",
            "solve_result": "PathAccount, SolveReport",
            "stationary_set": "SetKind, StationarySet",
            "stationary_sets": "stationary_sets",
            "stationary_sets_result": "StationarySets",
            "status": "Completeness, PathStatus, Verdict",
            "tables": "ReferenceTable, list_tables, load_table",
            "verify": "VerificationReport, verify",
        },
        submodules=("estimators", "plots", "searches", "testing"),
    )
