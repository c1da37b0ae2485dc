"""Straight-line programs: trace a polynomial map once, evaluate it over any ring, differentiate it exactly.

A `Tape` is a list of three-address operations (add, sub, mul) on registers. The registers hold, in this order, the
variables, the parameters, the constants and the result of each operation. Being data, a tape can be interpreted by
Python over exact rationals, polynomials, numpy arrays and flint balls, or by compiled code over floats.
Derivatives are tapes again, made by reverse-mode differentiation (Griewank & Walther, Evaluating Derivatives, ch. 3).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from polysys.errors import InputError, require_type
from polysys.reading.rationals import as_rational


class Op(IntEnum):
    """The operations of a tape."""

    ADD = 0
    SUB = 1
    MUL = 2


@dataclass(frozen=True, slots=True, eq=False)
class Tape:
    """A straight-line program.

    Parameters
    ----------
    n_variables, n_parameters : int
        Numbers of inputs of either kind.
    constants : tuple of Fraction
        Exact constants.
    ops : int8 array (n_ops,)
        Codes of :class:`Op`.
    left, right : int32 arrays (n_ops,)
        Operand registers of each operation; operation i writes register ``n_variables + n_parameters +
        len(constants) + i``.
    outputs : int32 array (n_outputs,)
        Registers that hold the results.

    Examples
    --------
    >>> tape = trace(lambda x, p: [p[0] * x[0] ** 2 + x[1]], 2, 1)
    >>> tape.evaluate([Fraction(3), Fraction(1)], [Fraction(1, 2)])
    [Fraction(11, 2)]
    """

    n_variables: int
    n_parameters: int
    constants: tuple[Fraction, ...]
    ops: npt.NDArray[np.int8]
    left: npt.NDArray[np.int32]
    right: npt.NDArray[np.int32]
    outputs: npt.NDArray[np.int32]

    def __repr__(self) -> str:
        return f"Tape({self.n_variables} variables, {self.n_parameters} parameters, {len(self.ops)} operations, {len(self.outputs)} outputs)"

    @property
    def n_registers(self) -> int:
        """Number of registers, inputs and constants included."""
        return self.n_variables + self.n_parameters + len(self.constants) + len(self.ops)

    def evaluate(
        self,
        variables: Sequence[Any],
        parameters: Sequence[Any] = (),
        constant: Callable[[Fraction], Any] | Sequence[Any] = lambda c: c,
    ) -> list[Any]:
        """Values of the outputs over any ring.

        Parameters
        ----------
        variables, parameters : sequence
            Ring elements; numpy arrays evaluate many points at once.
        constant : callable or sequence
            Maps a Fraction into the ring; or the tape's constants there, converted before.

        Returns
        -------
        list
            One ring element for each output.

        Raises
        ------
        InputError
            If the numbers of inputs are not those of the tape.
        """
        if len(variables) != self.n_variables or len(parameters) != self.n_parameters:
            raise InputError(
                f"A tape of {self.n_variables} variables and {self.n_parameters} parameters was given "
                f"{len(variables)} and {len(parameters)}.",
                "Pass as many values as it has inputs.",
            )
        constants = map(constant, self.constants) if callable(constant) else constant
        registers = [*variables, *parameters, *constants]
        store = registers.append
        for op, i, j in zip(self.ops.tolist(), self.left.tolist(), self.right.tolist(), strict=True):
            if op == 2:
                store(registers[i] * registers[j])
            elif op == 0:
                store(registers[i] + registers[j])
            else:
                store(registers[i] - registers[j])
        return [registers[k] for k in self.outputs.tolist()]

    def bind(self, parameters: Sequence[Fraction]) -> Tape:
        """The tape with its parameters fixed: they become its first constants."""
        if len(parameters) != self.n_parameters:
            raise InputError(
                f"A tape of {self.n_parameters} parameters was given {len(parameters)}.", "Pass a value for each."
            )
        constants = (*parameters, *self.constants)
        return Tape(self.n_variables, 0, constants, self.ops, self.left, self.right, self.outputs)

    def gradient(self) -> Tape:
        """Tape of the derivatives of a one-output tape with respect to its variables."""
        if len(self.outputs) != 1:
            raise InputError("Only a tape with one output has a gradient.", "Use jacobian().")
        return self.jacobian()

    def jacobian(self) -> Tape:
        """Tape of all d output_i / d variable_j, row by row (n_outputs * n_variables outputs)."""
        recorder, nodes = self._replay()
        return recorder.tape([d for node in nodes for d in recorder.gradient(node, recorder.variables)])

    def hessian(self) -> Tape:
        """Tape of all second derivatives of a one-output tape, row by row."""
        return self.gradient().jacobian()

    def _replay(self) -> tuple[Recorder, list[Node]]:
        recorder = Recorder(self.n_variables, self.n_parameters)
        return recorder, self.evaluate(recorder.variables, recorder.parameters, recorder.constant)


class Node:
    """A register of a recorder, with the arithmetic that extends the recording."""

    __slots__ = ("index", "recorder")
    __array_priority__ = 1000.0  # numpy scalars on the left must defer to our operators

    def __init__(self, recorder: Recorder, index: int) -> None:
        self.recorder = recorder
        self.index = index

    def __add__(self, other: Any) -> Node:
        return self.recorder.record(Op.ADD, self, self.recorder.node(other))

    __radd__ = __add__

    def __sub__(self, other: Any) -> Node:
        return self.recorder.record(Op.SUB, self, self.recorder.node(other))

    def __rsub__(self, other: Any) -> Node:
        return self.recorder.record(Op.SUB, self.recorder.node(other), self)

    def __mul__(self, other: Any) -> Node:
        return self.recorder.record(Op.MUL, self, self.recorder.node(other))

    __rmul__ = __mul__

    def __neg__(self) -> Node:
        return self.recorder.record(Op.SUB, self.recorder.node(0), self)

    def __truediv__(self, other: Any) -> Node:
        return self * (1 / as_rational(other))

    def __pow__(self, exponent: Any) -> Node:
        if not hasattr(exponent, "__index__") or operator.index(exponent) < 0:
            raise InputError(
                f"The power {exponent!r} is not a nonnegative integer.", "A polynomial has only such powers."
            )
        exponent = operator.index(exponent)
        result, square = self.recorder.node(1), self
        while exponent:
            if exponent & 1:
                result = result * square
            exponent >>= 1
            if exponent:
                square = square * square
        return result


class Recorder:
    """Records arithmetic on its nodes; equal subexpressions are recorded once, constants are folded.

    Parameters
    ----------
    n_variables, n_parameters : int
    limit : int, optional
        Most registers to record; beyond it an InputError is raised.
    """

    def __init__(self, n_variables: int, n_parameters: int = 0, limit: int | None = None) -> None:
        self._limit = limit
        self._kind: list[tuple[Any, ...]] = []
        self._known: dict[tuple[Any, ...], int] = {}
        self.variables = [self._new(("variable", i)) for i in range(n_variables)]
        self.parameters = [self._new(("parameter", i)) for i in range(n_parameters)]

    def _new(self, kind: tuple[Any, ...]) -> Node:
        index = self._known.get(kind)
        if index is None:
            index = self._known[kind] = len(self._kind)
            if self._limit is not None and index >= self._limit:
                raise InputError(f"More than {self._limit} operations are needed.", "Choose a smaller size or degree.")
            self._kind.append(kind)
        return Node(self, index)

    def constant(self, value: Any) -> Node:
        """The node of a rational constant."""
        return self._new(("constant", value if type(value) is Fraction else as_rational(value)))

    def node(self, value: Any) -> Node:
        """`value` itself if it is a node, else the node of the constant."""
        return value if isinstance(value, Node) else self.constant(value)

    def _value(self, node: Node) -> Fraction | None:
        kind = self._kind[node.index]
        return kind[1] if kind[0] == "constant" else None

    def record(self, op: Op, a: Node, b: Node) -> Node:
        """The node of ``a op b``."""
        if a.recorder is not self or b.recorder is not self:
            raise InputError("Two recordings were mixed.", "Use the nodes of one recorder only.")
        u, v = self._value(a), self._value(b)
        if u is not None and v is not None:
            return self.constant(u + v if op == Op.ADD else u - v if op == Op.SUB else u * v)
        if op == Op.MUL:
            if u == 0 or v == 0:
                return self.constant(0)
            if u == 1:
                return b
            if v == 1:
                return a
        elif v == 0:
            return a
        elif op == Op.ADD and u == 0:
            return b
        elif op == Op.SUB and a.index == b.index:
            return self.constant(0)
        if op != Op.SUB and a.index > b.index:
            a, b = b, a
        return self._new((op, a.index, b.index))

    def gradient(self, output: Node, wrt: Sequence[Node]) -> list[Node]:
        """Nodes of the derivatives of `output` with respect to `wrt`, by one reverse sweep."""
        below = self._ancestors([output.index])
        adjoint: dict[int, Node] = {output.index: self.constant(1)}

        def accumulate(index: int, term: Node) -> None:
            adjoint[index] = adjoint[index] + term if index in adjoint else term

        for index in reversed(below):
            kind = self._kind[index]
            bar = adjoint.get(index)
            if bar is None or kind[0] not in (Op.ADD, Op.SUB, Op.MUL) or isinstance(kind[0], str):
                continue
            op, i, j = kind
            if op == Op.MUL:
                accumulate(i, bar * Node(self, j))
                accumulate(j, bar * Node(self, i))
            else:
                accumulate(i, bar)
                accumulate(j, bar if op == Op.ADD else -bar)
        return [adjoint.get(node.index, self.constant(0)) for node in wrt]

    def _ancestors(self, roots: Sequence[int]) -> list[int]:
        seen: set[int] = set()
        stack = list(roots)
        while stack:
            index = stack.pop()
            if index not in seen:
                seen.add(index)
                kind = self._kind[index]
                if not isinstance(kind[0], str):
                    stack.extend(kind[1:])
        return sorted(seen)  # operands are always older than results

    def tape(self, outputs: Sequence[Node | Any]) -> Tape:
        """The tape that computes `outputs`, without what they do not need."""
        roots = [self.node(output).index for output in outputs]
        live = self._ancestors(roots)
        n_inputs = len(self.variables) + len(self.parameters)
        constants = [i for i in live if self._kind[i][0] == "constant"]
        operations = [i for i in live if not isinstance(self._kind[i][0], str)]
        register = {node.index: k for k, node in enumerate([*self.variables, *self.parameters])}
        register.update({i: n_inputs + k for k, i in enumerate(constants + operations)})
        return Tape(
            len(self.variables),
            len(self.parameters),
            tuple(self._kind[i][1] for i in constants),
            np.array([self._kind[i][0] for i in operations], np.int8),
            np.array([register[self._kind[i][1]] for i in operations], np.int32),
            np.array([register[self._kind[i][2]] for i in operations], np.int32),
            np.array([register[i] for i in roots], np.int32),
        )


def parameter_nodes(tape: Tape) -> tuple[Recorder, list[Any]]:
    """The registers of a tape that depend on parameters and constants alone, recorded as functions of the parameters.

    Returns
    -------
    Recorder
    list of Node or None
        One entry a register; None where it depends on a variable.
    """
    recorder = Recorder(0, tape.n_parameters)
    nodes: list[Any] = [None] * tape.n_variables + [*recorder.parameters, *map(recorder.constant, tape.constants)]
    for op, i, j in zip(tape.ops.tolist(), tape.left.tolist(), tape.right.tolist(), strict=True):
        both = nodes[i] is not None and nodes[j] is not None
        nodes.append(recorder.record(Op(op), nodes[i], nodes[j]) if both else None)
    return recorder, nodes


def trace(function: Callable[[Any, Any], Sequence[Any]], n_variables: int, n_parameters: int = 0) -> Tape:
    """The tape of ``function(variables, parameters)``, which receives lists of nodes and returns the outputs."""
    require_type(n_variables, (int, np.integer), "The number of variables", "Give a whole number.")
    require_type(n_parameters, (int, np.integer), "The number of parameters", "Give a whole number.")
    if not callable(function):
        require_type(function, (), "The function", "Give a callable of variables and parameters.")
    recorder = Recorder(n_variables, n_parameters)
    return recorder.tape(list(function(recorder.variables, recorder.parameters)))
