"""polysys: what is counted. Exact landscapes, their polynomial systems, symmetries and proved counts."""

from typing import TYPE_CHECKING

from polysys.lazy import attach

if TYPE_CHECKING:  # for type checkers and readers; the list below says the same, and a test compares them
    from polysys import counts as counts
    from polysys import datasets as datasets
    from polysys import disorder as disorder
    from polysys import domains as domains
    from polysys import symmetry as symmetry
    from polysys import theory as theory
    from polysys.domains import Domain as Domain
    from polysys.domains import Euclidean as Euclidean
    from polysys.domains import ProductOfSpheres as ProductOfSpheres
    from polysys.domains import Sphere as Sphere
    from polysys.errors import DatasetError as DatasetError
    from polysys.errors import InputError as InputError
    from polysys.errors import LabelError as LabelError
    from polysys.errors import NotPolynomialError as NotPolynomialError
    from polysys.errors import NotSquareError as NotSquareError
    from polysys.errors import PolysysError as PolysysError
    from polysys.errors import PositiveDimensionalError as PositiveDimensionalError
    from polysys.formulations.variety import Variety as Variety
    from polysys.landscape import Landscape as Landscape
    from polysys.landscape import Scaling as Scaling
    from polysys.models.base import Model as Model
    from polysys.models.binary.ising import Ising as Ising
    from polysys.models.binary.network import BinaryNetwork as BinaryNetwork
    from polysys.models.binary.space import BinarySpace as BinarySpace
    from polysys.models.data_glass import DataGlass as DataGlass
    from polysys.models.deep_linear import DeepLinear as DeepLinear
    from polysys.models.expressions import expression as expression
    from polysys.models.expressions import expression_from_file as expression_from_file
    from polysys.models.labels import FAMILIES as FAMILIES
    from polysys.models.labels import binary_model_from_label as binary_model_from_label
    from polysys.models.labels import model_from_label as model_from_label
    from polysys.models.layered_spin_glass import LayeredSpinGlass as LayeredSpinGlass
    from polysys.models.network import DataSource as DataSource
    from polysys.models.polynomial_activations import PolynomialActivation as PolynomialActivation
    from polysys.models.polynomial_activations import polynomial_activation as polynomial_activation
    from polysys.models.polynomial_network import PolynomialNetwork as PolynomialNetwork
    from polysys.models.soft_ising import SoftIsing as SoftIsing
    from polysys.models.spherical_p_spin import SphericalPSpin as SphericalPSpin
    from polysys.models.torch_networks import from_torch as from_torch
    from polysys.models.torch_networks import load_point as load_point
    from polysys.models.torch_networks import module_point as module_point
    from polysys.models.torus_ising import TorusIsing as TorusIsing
    from polysys.own_equations import Equations as Equations
    from polysys.own_equations import equations as equations
    from polysys.own_equations_text import equations_from_file as equations_from_file
    from polysys.polynomials import Polynomial as Polynomial
    from polysys.system import PolynomialSystem as PolynomialSystem
    from polysys.tape import Tape as Tape
    from polysys.tape import trace as trace
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        {
            "domains": "Domain, Euclidean, ProductOfSpheres, Sphere",
            "formulations.variety": "Variety",
            "errors": "DatasetError, InputError, LabelError, NotPolynomialError, NotSquareError, PolysysError, PositiveDimensionalError",
            "models.labels": "FAMILIES, binary_model_from_label, model_from_label",
            "landscape": "Landscape, Scaling",
            "models.base": "Model",
            "models.binary.ising": "Ising",
            "models.binary.network": "BinaryNetwork",
            "models.binary.space": "BinarySpace",
            "models.data_glass": "DataGlass",
            "models.deep_linear": "DeepLinear",
            "models.expressions": "expression, expression_from_file",
            "models.layered_spin_glass": "LayeredSpinGlass",
            "models.network": "DataSource",
            "models.polynomial_activations": "PolynomialActivation, polynomial_activation",
            "models.polynomial_network": "PolynomialNetwork",
            "models.soft_ising": "SoftIsing",
            "models.spherical_p_spin": "SphericalPSpin",
            "models.torus_ising": "TorusIsing",
            "own_equations": "Equations, equations",
            "own_equations_text": "equations_from_file",
            "polynomials": "Polynomial",
            "system": "PolynomialSystem",
            "tape": "Tape, trace",
            "models.torch_networks": "from_torch, load_point, module_point",
        },
        submodules=("counts", "datasets", "disorder", "domains", "symmetry", "theory"),
    )
