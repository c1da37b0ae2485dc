"""homotopy: how stationary points are counted. Solving, proving, classifying, storing, comparing."""

from typing import TYPE_CHECKING

from polysys.lazy import attach

if TYPE_CHECKING:  # for type checkers and readers; the list below says the same, and a test compares them
    from homotopy import estimators as estimators
    from homotopy import plots as plots
    from homotopy import searches as searches
    from homotopy import testing as testing
    from homotopy.certification.classify import StationaryPoint as StationaryPoint
    from homotopy.certification.zeros import Certificate as Certificate
    from homotopy.certification.zeros import CertificationReport as CertificationReport
    from homotopy.common.progress import progress_bar as progress_bar
    from homotopy.common.reporting import keeping_found as keeping_found
    from homotopy.completeness.exclusion.proof import RealProof as RealProof
    from homotopy.counting.count import census as census
    from homotopy.counting.cross_checks import CrossCheck as CrossCheck
    from homotopy.counting.cross_checks import cross_check as cross_check
    from homotopy.counting.degenerate.decompose import stationary_sets as stationary_sets
    from homotopy.counting.degenerate.describe import singular_sets as singular_sets
    from homotopy.counting.degenerate.result import StationarySets as StationarySets
    from homotopy.counting.degenerate.stationary_set import SetKind as SetKind
    from homotopy.counting.degenerate.stationary_set import StationarySet as StationarySet
    from homotopy.counting.estimates import Bounds as Bounds
    from homotopy.counting.estimates import Route as Route
    from homotopy.counting.estimates import bounds as bounds
    from homotopy.counting.files.recheck import verify as verify
    from homotopy.counting.files.saved_census import load as load
    from homotopy.counting.files.solution_lists import SolutionList as SolutionList
    from homotopy.counting.files.solution_lists import read_solutions as read_solutions
    from homotopy.counting.files.verification import VerificationReport as VerificationReport
    from homotopy.counting.given_points import CertifiedPoints as CertifiedPoints
    from homotopy.counting.given_points import certify as certify
    from homotopy.counting.matching import Matches as Matches
    from homotopy.counting.matching import MatchKind as MatchKind
    from homotopy.counting.real_proof import prove_real as prove_real
    from homotopy.counting.real_proof import real_evidence as real_evidence
    from homotopy.counting.real_proof import with_real_proof as with_real_proof
    from homotopy.counting.result import Census as Census
    from homotopy.counting.solutions import Solutions as Solutions
    from homotopy.counting.solve_equations import solve as solve
    from homotopy.counting.spectra import Spectra as Spectra
    from homotopy.ensembles.comparison import Comparison as Comparison
    from homotopy.ensembles.comparison import compare as compare
    from homotopy.ensembles.result import Ensemble as Ensemble
    from homotopy.ensembles.run import ensemble as ensemble
    from homotopy.ensembles.run import load_ensemble as load_ensemble
    from homotopy.ensembles.spec import EnsembleSpec as EnsembleSpec
    from homotopy.errors import CensusFileError as CensusFileError
    from homotopy.errors import EngineCrashError as EngineCrashError
    from homotopy.errors import EngineEmptyError as EngineEmptyError
    from homotopy.errors import EngineMissingError as EngineMissingError
    from homotopy.errors import EngineTimeoutError as EngineTimeoutError
    from homotopy.errors import HomotopyError as HomotopyError
    from homotopy.errors import SiteError as SiteError
    from homotopy.errors import SpaceTooLargeError as SpaceTooLargeError
    from homotopy.errors import StoreError as StoreError
    from homotopy.errors import StoreWriteError as StoreWriteError
    from homotopy.errors import TableError as TableError
    from homotopy.errors import WorkerStartError as WorkerStartError
    from homotopy.graphs.landscape_graph import LandscapeGraph as LandscapeGraph
    from homotopy.graphs.landscape_graph import graph as graph
    from homotopy.graphs.landscape_graph import with_graph as with_graph
    from homotopy.graphs.morse import MorseComplex as MorseComplex
    from homotopy.graphs.morse import morse_complex as morse_complex
    from homotopy.options import Options as Options
    from homotopy.scans.events import Event as Event
    from homotopy.scans.events import EventKind as EventKind
    from homotopy.scans.maps import ScanMap as ScanMap
    from homotopy.scans.result import Branch as Branch
    from homotopy.scans.result import Scan as Scan
    from homotopy.scans.run import scan as scan
    from homotopy.scans.run_map import scan_map as scan_map
    from homotopy.scans.values import geomspace as geomspace
    from homotopy.scans.values import linspace as linspace
    from homotopy.solving.families import track as track
    from homotopy.solving.family_loops import monodromy as monodromy
    from homotopy.solving.family_results import FamilySolutions as FamilySolutions
    from homotopy.solving.family_results import MonodromySolutions as MonodromySolutions
    from homotopy.solving.result import PathAccount as PathAccount
    from homotopy.solving.result import SolveReport as SolveReport
    from homotopy.status import Completeness as Completeness
    from homotopy.status import PathStatus as PathStatus
    from homotopy.status import Verdict as Verdict
    from homotopy.tables.format.catalogue import list_tables as list_tables
    from homotopy.tables.site.build import SiteReport as SiteReport
    from homotopy.tables.site.build import build_site as build_site
    from homotopy.tables.table import ReferenceTable as ReferenceTable
    from homotopy.tables.table import load_table as load_table
    from homotopy.weights.enumeration import weight_space as weight_space
    from homotopy.weights.least_structured import LeastStructured as LeastStructured
    from homotopy.weights.samples import WeightEnsemble as WeightEnsemble
    from homotopy.weights.samples import weight_ensemble as weight_ensemble
    from homotopy.weights.search_ends import EndPoints as EndPoints
    from homotopy.weights.search_ends import end_points as end_points
    from homotopy.weights.space import WeightSpace as WeightSpace
    from homotopy.weights.torus import TorusPoints as TorusPoints
    from homotopy.weights.torus import torus_points as torus_points
    from homotopy.weights.torus_saddles import TorusBarriers as TorusBarriers
    from homotopy.weights.torus_saddles import torus_barriers as torus_barriers
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        {
            "counting.count": "census",
            "counting.estimates": "Bounds, Route, bounds",
            "counting.result": "Census",
            "counting.matching": "MatchKind, Matches",
            "counting.spectra": "Spectra",
            "certification.zeros": "Certificate, CertificationReport",
            "counting.given_points": "CertifiedPoints, certify",
            "counting.files.solution_lists": "SolutionList, read_solutions",
            "certification.classify": "StationaryPoint",
            "common.progress": "progress_bar",
            "common.reporting": "keeping_found",
            "ensembles.comparison": "Comparison, compare",
            "counting.cross_checks": "CrossCheck, cross_check",
            "counting.degenerate.describe": "singular_sets",
            "ensembles.run": "ensemble, load_ensemble",
            "ensembles.result": "Ensemble",
            "ensembles.spec": "EnsembleSpec",
            "errors": "CensusFileError, EngineCrashError, EngineEmptyError, EngineMissingError, EngineTimeoutError, HomotopyError, "
            "SiteError, SpaceTooLargeError, StoreError, StoreWriteError, TableError, WorkerStartError",
            "completeness.exclusion.proof": "RealProof",
            "counting.real_proof": "prove_real, real_evidence, with_real_proof",
            "graphs.landscape_graph": "LandscapeGraph, graph, with_graph",
            "graphs.morse": "MorseComplex, morse_complex",
            "options": "Options",
            "counting.files.saved_census": "load",
            "counting.solutions": "Solutions",
            "counting.solve_equations": "solve",
            "solving.families": "track",
            "solving.family_loops": "monodromy",
            "solving.family_results": "FamilySolutions, MonodromySolutions",
            "scans.events": "Event, EventKind",
            "scans.maps": "ScanMap",
            "scans.result": "Branch, Scan",
            "scans.run": "scan",
            "scans.run_map": "scan_map",
            "scans.values": "geomspace, linspace",
            "solving.result": "PathAccount, SolveReport",
            "counting.degenerate.stationary_set": "SetKind, StationarySet",
            "counting.degenerate.decompose": "stationary_sets",
            "counting.degenerate.result": "StationarySets",
            "status": "Completeness, PathStatus, Verdict",
            "tables.table": "ReferenceTable, load_table",
            "tables.format.catalogue": "list_tables",
            "tables.site.build": "SiteReport, build_site",
            "counting.files.recheck": "verify",
            "counting.files.verification": "VerificationReport",
            "weights.search_ends": "EndPoints, end_points",
            "weights.samples": "WeightEnsemble, weight_ensemble",
            "weights.least_structured": "LeastStructured",
            "weights.enumeration": "weight_space",
            "weights.space": "WeightSpace",
            "weights.torus": "TorusPoints, torus_points",
            "weights.torus_saddles": "TorusBarriers, torus_barriers",
        },
        submodules=("estimators", "plots", "searches", "testing"),
    )
