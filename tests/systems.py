"""Named potentials with known stationary points, and small members of every family, shared by the tests.

Counts are of isolated stationary points: complex ones, and real ones by Morse index.
"""

from __future__ import annotations

from dataclasses import dataclass

import polysys as ps


@dataclass(frozen=True)
class Named:
    """A potential from the literature.

    Parameters
    ----------
    name, text, domain : str
        The potential, as `ps.expression` reads it.
    n_complex : int
        Number of complex solutions (classes of lines where the formulation is projective).
    by_index : tuple of int
        Numbers of real points of index 0, 1, ..
    reference : str
    """

    name: str
    text: str
    n_complex: int
    by_index: tuple[int, ...]
    reference: str
    domain: str = "euclidean"

    @property
    def n_real(self) -> int:
        """Number of real points."""
        return sum(self.by_index)

    def landscape(self) -> ps.Landscape:
        """The landscape."""
        return ps.expression(self.text, self.domain, name=self.name).sample()


def phi4_chain(n: int, coupling: str) -> str:
    """Quartic double wells on a ring with a harmonic coupling of neighbours."""
    wells = [f"x{i}^4/4 - x{i}^2/2" for i in range(1, n + 1)]
    bonds = [f"{coupling}/2*(x{i} - x{i % n + 1})^2" for i in range(1, n + 1 if n > 2 else n)]
    return " + ".join(wells + bonds)


HIMMELBLAU = Named(
    "himmelblau",
    "(x^2 + y - 11)^2 + (x + y^2 - 7)^2",
    9,
    (4, 4, 1),
    "Himmelblau, Applied Nonlinear Programming (1972)",
)
THREE_HUMP_CAMEL = Named(
    "three-hump-camel",
    "2*x^2 - 1.05*x^4 + x^6/6 + x*y + y^2",
    5,
    (3, 2, 0),
    "Dixon & Szego, Towards Global Optimisation 2 (1978)",
)
SIX_HUMP_CAMEL = Named(
    "six-hump-camel",
    "(4 - 2.1*x^2 + x^4/3)*x^2 + x*y + (4*y^2 - 4)*y^2",
    15,
    (6, 7, 2),
    "Dixon & Szego, Towards Global Optimisation 2 (1978): six minima, two of them global",
)
STYBLINSKI_TANG = Named(
    "styblinski-tang",
    "(x^4 - 16*x^2 + 5*x + y^4 - 16*y^2 + 5*y)/2",
    9,
    (4, 4, 1),
    "Styblinski & Tang, Neural Networks 3, 467 (1990): 3 stationary points a coordinate",
)
ROSENBROCK = Named(
    "rosenbrock",
    "(1 - x)^2 + 100*(y - x^2)^2",
    1,
    (1, 0, 0),
    "Rosenbrock, Computer Journal 3, 175 (1960)",
)
DOUBLE_WELL = Named("double-well", "x^4/4 - x^2/2 + y^2/2", 3, (2, 1, 0), "two wells and the saddle between them")
NOON = Named(
    "noon",
    "x1^2*x2^2/2 + x1^2*x3^2/2 + x2^2*x3^2/2 - 0.55*(x1^2 + x2^2 + x3^2) + x1 + x2 + x3",
    21,
    (0, 6, 1, 0),
    "Noonburg, SIAM J. Appl. Math. 49, 1779 (1989): a neural network; its 3 equations have 21 solutions",
)
UNCOUPLED_PHI4 = Named(
    "phi4-uncoupled",
    phi4_chain(3, "0"),
    27,
    (8, 12, 6, 1),
    "Kastner & Mehta, Phys. Rev. Lett. 107, 160602 (2011): 3^N real stationary points without coupling",
)
COUPLED_PHI4 = Named(
    "phi4-coupled",
    phi4_chain(3, "1"),
    27,
    (2, 1, 0, 0),
    "Kastner & Mehta, Phys. Rev. Lett. 107, 160602 (2011): three homogeneous points at strong coupling",
)
FERMAT_CUBIC = Named(
    "fermat-cubic",
    "x^3 + y^3 + z^3",
    7,
    (4, 6, 4),
    "Cartwright & Sturmfels, Linear Algebra Appl. 438, 942 (2013): 2^3 - 1 eigenvectors, two points a line",
    "sphere",
)
NAMED = (
    HIMMELBLAU,
    THREE_HUMP_CAMEL,
    SIX_HUMP_CAMEL,
    STYBLINSKI_TANG,
    ROSENBROCK,
    DOUBLE_WELL,
    NOON,
    UNCOUPLED_PHI4,
    COUPLED_PHI4,
    FERMAT_CUBIC,
)

# Their stationary points are not isolated, for the reason in the comment.
POSITIVE_DIMENSIONAL = (
    "(x^2 + y^2 - 1)^2",  # rotation: the circle of minima (Mexican hat)
    "(x + y)^4 - (x + y)^2",  # translation along x = -y
    "x^4*y^2 + x^2*y^4 - 3*x^2*y^2 + 1",  # no symmetry: both axes (Motzkin 1967)
)

# One small landscape of every family and of every option that changes its formula.
SMALL_LABELS = (
    "spherical-p-spin:n=3,p=3",
    "spherical-p-spin:n=4,p=2",
    "spherical-p-spin:n=3,p=2-4,weights=1/2-3,field=1/3",
    "spherical-p-spin:n=2,p=5",
    "layered-spin-glass:widths=2-3",
    "layered-spin-glass:widths=2-2-2",
    "layered-spin-glass:widths=2-3,degrees=2-1",
    "data-glass:widths=2-2-2,data=gaussian,m=4",
    "deep-linear:widths=2-2-2,data=gaussian,m=3",
    "deep-linear:widths=1-2-1-2,data=gaussian,m=2,loss=mean",
    "deep-linear:widths=2-2-1,data=gaussian,l2=1/2",
    "polynomial-network:widths=2-2-1,activation=z^2,data=gaussian,m=2",
    "polynomial-network:widths=1-2-1,activation=z^3-1/2*z,data=gaussian,m=2,output=fixed,bias=yes",
    "polynomial-network:widths=1-1-2-1,activation=z^2+z,data=gaussian,m=1,bias=yes,loss=mean",
)
