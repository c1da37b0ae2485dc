"""polysys: what is counted. Exact landscapes, their polynomial systems, symmetries and proved counts."""

from polysys import counts, datasets, disorder, domains, symmetry, theory
from polysys.domains import Domain, Euclidean, ProductOfSpheres, Sphere
from polysys.errors import (
    DatasetError,
    InputError,
    LabelError,
    NotPolynomialError,
    NotSquareError,
    PolysysError,
    PositiveDimensionalError,
)
from polysys.labels import FAMILIES, model_from_label
from polysys.landscape import Landscape, Scaling
from polysys.models.base import Model
from polysys.models.data_glass import DataGlass
from polysys.models.deep_linear import DeepLinear
from polysys.models.expression import expression, expression_from_file
from polysys.models.layered_spin_glass import LayeredSpinGlass
from polysys.models.network import DataSource
from polysys.models.polynomial_network import PolynomialNetwork
from polysys.models.spherical_p_spin import SphericalPSpin
from polysys.system import PolynomialSystem
from polysys.tape import Tape, trace
from polysys.torch_networks import from_torch, load_point, module_point

__all__ = [
    "FAMILIES",
    "DataGlass",
    "DataSource",
    "DatasetError",
    "DeepLinear",
    "Domain",
    "Euclidean",
    "InputError",
    "LabelError",
    "Landscape",
    "LayeredSpinGlass",
    "Model",
    "NotPolynomialError",
    "NotSquareError",
    "PolynomialNetwork",
    "PolynomialSystem",
    "PolysysError",
    "PositiveDimensionalError",
    "ProductOfSpheres",
    "Scaling",
    "Sphere",
    "SphericalPSpin",
    "Tape",
    "counts",
    "datasets",
    "disorder",
    "domains",
    "expression",
    "expression_from_file",
    "from_torch",
    "load_point",
    "model_from_label",
    "module_point",
    "symmetry",
    "theory",
    "trace",
]
