"""Programs: a parametrised system compiled, as data, for the kernels.

The homotopy of a system F(x; p) from p0 to p1 is F(x; (1 - t) p0 + t p1). Where F is affine in its parameters (nearly
always) this is (1 - t) F(x; p0) + t F(x; p1): two polynomials whose parameters do not move. A start system in closed
form is sparse and a target real, so each costs a fraction of a complex dense one, and dF/dt is their difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.common.vectors import WIDTH
from homotopy.engines.tracker.instructions import assembled
from polysys.errors import NotSquareError
from polysys.tape import Node, Op, Recorder, Tape

_PRIME = (1 << 61) - 1  # identities of polynomials are tested at a random point modulo this prime (Schwartz-Zippel)
_MULTIPLES = [Fraction(c) for c in (1, -1, 2, -2, 3, 4, 6, 12)] + [Fraction(1, c) for c in (2, -2, 3, 4, 6, 12)]


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """A homotopy as data for the kernels; made by :func:`compile_homotopy`, reused for every pair of parameters.

    Parameters
    ----------
    system : Tape
        F itself.
    n : int
        Number of unknowns and of equations.
    n_parameters : int
    code, fill : int32 arrays
        Instructions, and what is copied into the n x (n + 2) matrix [J, F, dF/dt] then: places and sources in turn, those of F last.
    n_registers : int
        Of the unknowns, t and 1 - t, the matrix, and what is made on the way.
    scalars : Tape
        Parameters (p0, p1) -> the scalars of the instructions, evaluated once for each sample.
    real_scalars : int array
        Those that blocks use, in the order in which they do.
    start_zero, target_real : bool arrays (n_parameters,)
        What the program takes for granted: vanishing start parameters, real target parameters.
    n_flops : int
        Floating-point operations of one evaluation of [J, F, dF/dt].
    is_affine : bool
        Whether F is affine in the parameters.
    """

    system: Tape
    n: int
    n_parameters: int
    code: npt.NDArray[np.int32]
    fill: npt.NDArray[np.int32]
    n_registers: int
    scalars: Tape
    real_scalars: npt.NDArray[np.int64]
    start_zero: npt.NDArray[np.bool_]
    target_real: npt.NDArray[np.bool_]
    n_flops: int
    is_affine: bool

    def matrix(self, registers: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """The part of the registers that is the matrix."""
        first = self.n + 2
        return registers[first * WIDTH : (first + self.n * (self.n + 2)) * WIDTH]

    def scalar_values(self, p0: npt.NDArray[Any], p1: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Scalars for start parameters p0 (k,) and target parameters p1 (samples, k): array (samples, doubles).

        Both parts of each, then the real parts of those that blocks use.
        """
        samples = p1.shape[0]
        inputs = [*p0.astype(complex), *p1.astype(complex).T]
        values = np.empty((max(1, len(self.scalars.outputs)), samples), complex)
        for k, value in enumerate(self.scalars.evaluate([], inputs, lambda c: complex(float(c)))):
            values[k] = value
        pairs = np.ascontiguousarray(values.T).view(float)
        return np.hstack([pairs, values.real[self.real_scalars].T])


def compile_homotopy(
    system: Tape, start_zero: Iterable[bool] | None = None, target_real: Iterable[bool] | None = None
) -> Program:
    """Program of the parameter homotopy of a square system.

    Parameters
    ----------
    system : Tape
        n variables, k parameters, n outputs.
    start_zero, target_real : sequences of k bool, optional
        Parameters that vanish at the start, and that are real at the target (default: none).

    Raises
    ------
    NotSquareError
        If the numbers of outputs and variables differ.
    """
    none = (False,) * system.n_parameters
    return _compiled(
        system, none if start_zero is None else tuple(start_zero), none if target_real is None else tuple(target_real)
    )


@lru_cache(maxsize=32)  # the samples of a family share a tape
def _compiled(system: Tape, start_zero: tuple[bool, ...], target_real: tuple[bool, ...]) -> Program:
    n, k = system.n_variables, system.n_parameters
    if len(system.outputs) != n or n == 0:
        raise NotSquareError(
            f"The system has {len(system.outputs)} equations in {n} unknowns.", "Pass as many equations as unknowns."
        )
    zero, real = np.array(start_zero, bool), np.array(target_real, bool)
    full = _with_jacobian(system)
    affine = _is_affine(system)
    recorder = Recorder(n + 2, 2 * k)
    x, t, s = recorder.variables[:n], recorder.variables[n], recorder.variables[n + 1]
    starts = [recorder.constant(0) if zero[i] else recorder.parameters[i] for i in range(k)]
    targets = recorder.parameters[k:]
    if affine:
        at0 = full.evaluate(x, starts, recorder.constant)
        at1 = full.evaluate(x, targets, recorder.constant)
        both = [a if a.index == b.index else s * a + t * b for a, b in zip(at0, at1, strict=True)]
        ft = [b - a for a, b in zip(at0[:n], at1[:n], strict=True)]
    else:
        moving = [s * a + t * b for a, b in zip(starts, targets, strict=True)]
        both = full.evaluate(x, moving, recorder.constant)
        rates = [b - a for a, b in zip(starts, targets, strict=True)]
        by_parameter = _parameter_jacobian(system).evaluate(x, moving, recorder.constant)
        ft = [sum((by_parameter[i * k + j] * rates[j] for j in range(k)), recorder.constant(0)) for i in range(n)]
    tape = recorder.tape(both + ft)
    return _assemble(tape, system, zero, real, affine)


def _residues(tape: Tape, inputs: Sequence[int]) -> list[int]:
    """Every register of a tape modulo the prime."""
    constants = [c.numerator * pow(c.denominator, -1, _PRIME) % _PRIME for c in tape.constants]
    r = [*inputs, *constants]
    for op, i, j in zip(tape.ops.tolist(), tape.left.tolist(), tape.right.tolist(), strict=True):
        v = r[i] * r[j] if op == Op.MUL else r[i] + r[j] if op == Op.ADD else r[i] - r[j]
        r.append(v % _PRIME)
    return r


def _random_residues(count: int, seed: int) -> list[int]:
    rng = np.random.default_rng(seed)
    return [int(v) for v in rng.integers(2, _PRIME, size=count)]


def _is_affine(system: Tape) -> bool:
    """Whether the outputs are affine in the parameters: no product of two registers that depend on them."""
    degree = [0] * system.n_variables + [1] * system.n_parameters + [0] * len(system.constants)
    for op, i, j in zip(system.ops.tolist(), system.left.tolist(), system.right.tolist(), strict=True):
        degree.append(degree[i] + degree[j] if op == Op.MUL else max(degree[i], degree[j]))
    return all(degree[o] <= 1 for o in system.outputs.tolist())


def _parameter_jacobian(system: Tape) -> Tape:
    recorder = Recorder(system.n_variables, system.n_parameters)
    nodes = system.evaluate(recorder.variables, recorder.parameters, recorder.constant)
    return recorder.tape([d for node in nodes for d in recorder.gradient(node, recorder.parameters)])


def _with_jacobian(system: Tape) -> Tape:
    """Tape of F and its Jacobian, freed of repeated work.

    Registers with equal polynomials are merged (a Hessian is computed once, not twice), an output that is a small
    multiple of an earlier register becomes that, and a homogeneous F_i is sum_j J_ij x_j / degree (Euler).
    """
    n = system.n_variables
    recorder = Recorder(n, system.n_parameters)
    nodes = system.evaluate(recorder.variables, recorder.parameters, recorder.constant)
    rows = [recorder.gradient(node, recorder.variables) for node in nodes]
    full = recorder.tape([*nodes, *(d for row in rows for d in row)])
    n_inputs = n + full.n_parameters
    inputs = _random_residues(n_inputs, 1)
    residue = _residues(full, inputs)
    factor = _random_residues(1, 2)[0]
    scaled = _residues(full, [v * factor % _PRIME for v in inputs[:n]] + inputs[n:])
    degrees = []
    for o in full.outputs[:n].tolist():
        power = [e for e in range(1, 13) if residue[o] and residue[o] * pow(factor, e, _PRIME) % _PRIME == scaled[o]]
        degrees.append(power[0] if power else 0)
    fresh = Recorder(n, full.n_parameters)
    first_of: dict[int, int] = {}
    for register, value in enumerate(residue):
        first_of.setdefault(value, register)
    memo: dict[int, Node] = {}

    def build(register: int) -> Node:
        stack = [register]
        while stack:
            r = first_of[residue[stack[-1]]]
            if r in memo:
                stack.pop()
                continue
            if r < n:
                memo[r] = fresh.variables[r]
            elif r < n_inputs:
                memo[r] = fresh.parameters[r - n]
            elif r < n_inputs + len(full.constants):
                memo[r] = fresh.constant(full.constants[r - n_inputs])
            else:
                i = r - n_inputs - len(full.constants)
                a, b = (first_of[residue[int(v)]] for v in (full.left[i], full.right[i]))
                missing = [v for v in (a, b) if v not in memo]
                if missing:
                    stack.extend(missing)
                    continue
                memo[r] = fresh.record(Op(int(full.ops[i])), memo[a], memo[b])
        return memo[first_of[residue[register]]]

    jacobian: list[Node] = []
    for o in full.outputs[n:].tolist():
        best, scale = first_of[residue[o]], Fraction(1)
        for c in _MULTIPLES:
            wanted = residue[o] * c.denominator * pow(c.numerator, -1, _PRIME) % _PRIME
            other = first_of.get(wanted)
            if other is not None and other < best:
                best, scale = other, c
        jacobian.append(build(best) * scale)
    values = []
    for i in range(n):
        row = jacobian[i * n : (i + 1) * n]
        if degrees[i] >= 2:
            terms = [entry * v for entry, v in zip(row, fresh.variables, strict=True)]
            values.append(sum(terms[1:], terms[0]) * Fraction(1, degrees[i]))
        else:
            values.append(build(int(full.outputs[i])))
    return fresh.tape(values + jacobian)


def _assemble(
    tape: Tape, system: Tape, zero: npt.NDArray[np.bool_], real: npt.NDArray[np.bool_], affine: bool
) -> Program:
    n, outputs = system.n_variables, tape.outputs.tolist()
    values, jacobian, rates = outputs[:n], outputs[n : n * n + n], outputs[n * n + n :]
    matrix = n + 2  # its first register
    places = [(matrix + i * (n + 2) + j, jacobian[i * n + j]) for i in range(n) for j in range(n)]
    places += [(matrix + i * (n + 2) + n + 1, rates[i]) for i in range(n)]
    home: dict[int, int] = {}
    for place, r in places:
        if r not in values:  # what is kept until the end of a path is not made where it is overwritten
            home.setdefault(r, place)
    code = assembled(tape, zero, real, home, matrix + n * (n + 2))
    copies = [(place, r) for place, r in places if not code.is_at_home(r, place)]
    copies += [(matrix + i * (n + 2) + n, values[i]) for i in range(n)]
    fill = np.array([(place * WIDTH, code.source(r)) for place, r in copies], np.int32)
    return Program(
        system, n, system.n_parameters, code.words(), fill.ravel(), code.registers.n, code.scalar_tape(),
        np.array(code.real_scalars, np.int64), zero, real, code.flops, affine,
    )  # fmt: skip
