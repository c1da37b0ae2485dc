r"""All local minima of a network with one layer of two rectified units, and its other stationary points with both units alive.

What is used, for l2 = lambda > 0 on all weights and biases (proofs: docs/explanation/rectified.md):

1. A unit of a stationary point is zero, or has \|w\| = \|a\| and is active somewhere. Zero lies on all kinks.
2. On each pair of faces the loss is convex in c = a w: at most one stationary point with both units alive, a minimum along the faces.
3. Units on one face share the point of one unit: c_1 + c_2 is its c. In the weights this is a quarter circle, here called an arc.
4. Across a kink the loss has two slopes. Both point up, or zero lies between slopes that point down: the index counts the latter. Minima have index 0.
5. At the ends of an arc a unit is zero. From there the loss falls if, on some face, the pull of the residuals is inside it and longer than lambda.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations

from flint import arb, arb_mat, ctx, fmpq_mat

from homotopy.certification.balls import ball
from homotopy.studies.assumptions.relu.arrangement import Face, FewData, matrix
from homotopy.studies.assumptions.relu.restricted import PRECISION, Balls, Restricted, Undecided, orthogonal


@dataclass(frozen=True, slots=True)
class Point:
    """A stationary point, or an arc of them.

    Parameters
    ----------
    faces : tuple of Face
        Of its units; one for an arc.
    n_kinks : int
        Pairs of a unit and a datum on whose kink it is.
    index : int
        How many of these bend down; 0 for a minimum.
    energy : float
    c : tuple of tuple of float
        a w of each unit; of an arc, the sum over both.
    leads_down : bool
        Of an arc: the loss falls from its ends.
    """

    faces: tuple[Face, ...]
    n_kinks: int
    index: int
    energy: float
    c: tuple[tuple[float, ...], ...]
    leads_down: bool = False


@dataclass(frozen=True, slots=True)
class Points:
    """The stationary points of the network, modulo exchange of the units.

    Parameters
    ----------
    isolated, arcs : tuple of Point
        With both units alive.
    zero_is_minimum : bool
        Whether no direction leads down from the network without weights.
    n_faces, n_solved : int
        Patterns of one unit with an active datum; problems whose minimum was certified.
    """

    isolated: tuple[Point, ...]
    arcs: tuple[Point, ...]
    zero_is_minimum: bool
    n_faces: int
    n_solved: int

    @property
    def minima(self) -> list[Point]:
        """Isolated ones and arcs, the lowest first."""
        return sorted((p for p in (*self.isolated, *self.arcs) if p.index == 0), key=lambda p: p.energy)


def stationary_points(data: FewData) -> Points:
    """All stationary points of the network with both units alive, and all its local minima.

    Raises
    ------
    Undecided
        If balls leave a sign open.
    """
    with ctx.workprec(PRECISION):
        return _Search(data).points()


@dataclass(frozen=True, eq=False)
class _Search:
    data: FewData

    @cached_property
    def faces(self) -> list[Face]:
        return [f for f in self.data.faces if f.active]

    @cached_property
    def _inputs(self) -> list[Balls]:
        return [[ball(v) for v in x] for x in self.data.x]

    @cached_property
    def _pulls(self) -> list[arb_mat]:
        """For each face the matrix that takes residuals to the pull on c, projected on the face's span."""
        return [arb_mat(_pull(self.data, face)) for face in self.faces]

    @cached_property
    def _singles(self) -> list[tuple[Restricted, Balls] | None]:
        """The minimum for one unit on each face; None where it is zero."""
        at_zero = self._lengths([-ball(v) for v in self.data.y])
        solved: list[tuple[Restricted, Balls] | None] = []
        for face, length in zip(self.faces, at_zero, strict=True):
            problem = Restricted(self.data, (face,))
            solved.append((problem, problem.minimum()) if self._exceeds(length) else None)
        return solved

    @cached_property
    def _reach(self) -> list[list[arb]]:
        """Squared pull on each face (column) where one unit is at the minimum on a face (row) and the other is zero."""
        start = [-ball(v) for v in self.data.y]
        return [self._lengths(start if s is None else s[0].residuals(s[1])) for s in self._singles]

    def points(self) -> Points:
        isolated, n_solved = [], sum(s is not None for s in self._singles)
        for i, j in combinations(range(len(self.faces)), 2):
            if not (self._exceeds(self._reach[i][j]) and self._exceeds(self._reach[j][i])):
                continue  # the minimum on these faces has a unit that is zero
            problem = Restricted(self.data, (self.faces[i], self.faces[j]))
            found, n_solved = self._point(problem, problem.minimum()), n_solved + 1
            isolated += [found] if found else []
        arcs = []
        for face, single in zip(self.faces, self._singles, strict=True):
            arc = self._point(*single) if single else None
            if arc and single:
                arcs.append(_with_ends(arc, self._falls(single[0].residuals(single[1]), face)))
        is_minimum = not self._falls([-ball(v) for v in self.data.y], None)
        return Points(tuple(isolated), tuple(arcs), is_minimum, len(self.faces), n_solved)

    def _lengths(self, r: Balls) -> list[arb]:
        column = arb_mat([[v] for v in r])
        return [_square(pull * column) for pull in self._pulls]

    def _exceeds(self, square: arb) -> bool:
        return _is_positive(square - ball(self.data.l2) ** 2, "whether a unit is zero")

    def _falls(self, r: Balls, own: Face | None) -> bool:
        """Whether the loss falls when a unit that is zero grows; along `own` it stays."""
        column = arb_mat([[v] for v in r])
        for face, pull in zip(self.faces, self._pulls, strict=True):
            if face == own:
                continue
            g = pull * column
            if self._exceeds(_square(g)) and self._side([g[k, 0] for k in range(g.nrows())], face):
                return True
        return False

    def _side(self, c: Balls, face: Face) -> int:
        """Sign of a with which a unit with this c = a w lies on a face; 0 if with none."""
        signs = {
            face.sign(i) * (1 if _is_positive(_dot(c, x), "on which side of a kink a unit is") else -1)
            for i, x in enumerate(self._inputs)
            if i not in face.kinks
        }
        return signs.pop() if len(signs) == 1 else 0

    def _point(self, problem: Restricted, z: Balls) -> Point | None:
        """The minimum along faces as a stationary point of the network, if it lies on them and no slope leads away."""
        r, vectors, index, n_kinks = problem.residuals(z), problem.vectors(z), 0, 0
        for face, c in zip(problem.faces, vectors, strict=True):
            side = self._side(c, face)
            if not side:
                return None
            for i, slope in self._slopes(face, c, r):
                left = _is_positive(side * slope, "a slope at a kink")
                right = _is_positive(side * (slope + r[i]), "a slope at a kink")
                if left == right:
                    return None
                index, n_kinks = index + left, n_kinks + 1
        places = tuple(tuple(float(v.mid()) for v in c) for c in vectors)
        return Point(problem.faces, n_kinks, index, float(problem.energy(z).mid()), places)

    def _slopes(self, face: Face, c: Balls, r: Balls) -> list[tuple[int, arb]]:
        """Derivatives of the loss across each kink, on its inactive side: coordinates of the gradient in the inputs there."""
        if not face.kinks:
            return []
        norm = _dot(c, c).sqrt()
        gradient = [
            ball(self.data.l2) * c[k] / norm + sum((r[i] * self._inputs[i][k] for i in face.active), arb(0))
            for k in range(len(c))
        ]
        rows = arb_mat([self._inputs[i] for i in face.kinks])
        solved = (rows * rows.transpose()).solve(rows * arb_mat([[v] for v in gradient]))
        return [(i, solved[k, 0]) for k, i in enumerate(face.kinks)]


def _pull(data: FewData, face: Face) -> fmpq_mat:
    basis = matrix(orthogonal(data, face))
    rows = [[-v if i in face.active else Fraction(0) for v in x] for i, x in enumerate(data.x)]
    projection = basis.transpose() * (basis * basis.transpose()).inv() * basis
    return projection * matrix(rows).transpose()


def _with_ends(arc: Point, leads_down: bool) -> Point:
    return Point(arc.faces, arc.n_kinks, arc.index, arc.energy, arc.c, leads_down)


def _is_positive(value: arb, what: str) -> bool:
    if value > 0 or value < 0:
        return bool(value > 0)
    raise Undecided(f"Balls do not decide {what}.", "Take other data.")


def _dot(a: Sequence[arb], b: Sequence[arb]) -> arb:
    return sum((p * q for p, q in zip(a, b, strict=True)), arb(0))


def _square(column: arb_mat) -> arb:
    return (column.transpose() * column)[0, 0]
