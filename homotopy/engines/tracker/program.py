"""Programs: a parametrised system compiled, as data, for the kernels.

The homotopy of a system F(x; p) from p0 to p1 is F(x; (1 - t) p0 + t p1). Where F is affine in its parameters (nearly
always) this is (1 - t) F(x; p0) + t F(x; p1): two polynomials whose parameters do not move. A start system in closed
form is sparse and a target real, so each costs a fraction of a complex dense one, and dF/dt is their difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.common.registers import Registers
from homotopy.engines.tracker.emit import WIDTH
from polysys.errors import NotSquareError
from polysys.tape import Node, Op, Recorder, Tape, parameter_nodes

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
        Instructions, and the source of each entry of the n x (n + 2) matrix [J, F, dF/dt].
    n_registers : int
    scalars : Tape
        Parameters (p0, p1) -> the scalars of the instructions, evaluated once for each sample.
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
    start_zero: npt.NDArray[np.bool_]
    target_real: npt.NDArray[np.bool_]
    n_flops: int
    is_affine: bool
    _identity: object = field(default_factory=object, repr=False)

    def scalar_values(self, p0: npt.NDArray[Any], p1: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Scalars for start parameters p0 (k,) and target parameters p1 (samples, k): array (samples, 2 scalars)."""
        samples = p1.shape[0]
        inputs = [*p0.astype(complex), *p1.astype(complex).T]
        values = self.scalars.evaluate([], inputs, lambda c: complex(float(c)))
        out = np.zeros((samples, 2 * max(1, len(values))))
        for k, value in enumerate(values):
            out[:, 2 * k], out[:, 2 * k + 1] = np.real(value), np.imag(value)
        return out


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


class _Assembler:
    """Turns a tape into instructions: sums of products, registers reused, x-free registers moved out as scalars."""

    def __init__(self, tape: Tape, k: int, zero: npt.NDArray[np.bool_], real: npt.NDArray[np.bool_]) -> None:
        self.tape = tape
        v, p, c = tape.n_variables, tape.n_parameters, len(tape.constants)
        self.first = v + p + c
        self.op = [-1] * self.first + tape.ops.tolist()
        self.a = [-1] * self.first + tape.left.tolist()
        self.b = [-1] * self.first + tape.right.tolist()
        self.is_scalar = [False] * v + [True] * (p + c)
        self.is_real = [False] * v + [bool(z) for z in zero] + [bool(r) for r in real] + [True] * c
        uses = [0] * tape.n_registers
        for r in range(self.first, tape.n_registers):
            i, j = self.a[r], self.b[r]
            self.is_scalar.append(self.is_scalar[i] and self.is_scalar[j])
            self.is_real.append(self.is_real[i] and self.is_real[j])
            uses[i] += 1
            uses[j] += 1
        self.pinned = set(tape.outputs.tolist())
        self.uses = uses
        self.scalar_index: dict[tuple[int, int], int] = {}

    def scalar(self, register: int, sign: int) -> int:
        return self.scalar_index.setdefault((register, sign), len(self.scalar_index))

    def is_zero(self, r: int) -> bool:
        v, p = self.tape.n_variables, self.tape.n_parameters
        return v + p <= r < self.first and self.tape.constants[r - v - p] == 0

    def inlined(self, r: int) -> bool:
        """Whether r is made where it is used: once, or a scalar times a register, which costs as little as adding it."""
        if r < self.first or r in self.pinned or self.is_scalar[r]:
            return False
        return self.uses[r] == 1 or (self.op[r] == Op.MUL and (self.is_scalar[self.a[r]] or self.is_scalar[self.b[r]]))

    def terms(self, r: int) -> list[list[tuple[int, ...]]]:
        """Terms of the sum at r, by kind: +r, -r, +rr, -rr, real scalar r, complex scalar r, complex scalar."""
        kinds: list[list[tuple[int, ...]]] = [[] for _ in range(7)]
        stack = [(r, 1, True)]
        while stack:
            q, sign, top = stack.pop()
            if self.is_scalar[q]:
                if not self.is_zero(q):
                    kinds[6].append((self.scalar(q, sign),))
            elif not top and not self.inlined(q):
                kinds[0 if sign > 0 else 1].append((q,))
            elif self.op[q] == Op.MUL:
                i, j = self.a[q], self.b[q]
                if self.is_scalar[j]:
                    i, j = j, i
                if self.is_scalar[i]:
                    kinds[4 if self.is_real[i] else 5].append((self.scalar(i, sign), j))
                else:
                    kinds[2 if sign > 0 else 3].append((i, j))
            else:
                stack.append((self.b[q], sign if self.op[q] == Op.ADD else -sign, False))
                stack.append((self.a[q], sign, False))
        return kinds


def _assemble(
    tape: Tape, system: Tape, zero: npt.NDArray[np.bool_], real: npt.NDArray[np.bool_], affine: bool
) -> Program:
    n, k = system.n_variables, system.n_parameters
    work = _Assembler(tape, k, zero, real)
    outputs = tape.outputs.tolist()
    roots = [r for r in outputs if not work.is_scalar[r] and r >= work.first]
    plan: dict[int, list[list[tuple[int, ...]]]] = {}
    stack = list(roots)
    while stack:
        r = stack.pop()
        if r in plan or r < work.first:
            continue
        plan[r] = work.terms(r)
        stack.extend(q for kind in plan[r][:4] for term in kind for q in term)
        stack.extend(term[1] for kind in plan[r][4:6] for term in kind)
    order = sorted(plan)
    last_use = {}
    for r in order:
        for kind, group in enumerate(plan[r][:6]):
            for term in group:
                for q in term if kind < 4 else term[1:]:
                    last_use[q] = r
    for r in roots:
        last_use[r] = tape.n_registers
    slot = {i: i for i in range(n + 2)}
    registers, flops = Registers(n + 2), 0
    code: list[int] = []
    for r in order:
        kinds = plan[r]
        pairs, odd = kinds[4][: len(kinds[4]) // 2 * 2], kinds[4][len(kinds[4]) // 2 * 2 :]
        operands: list[int] = []
        for group in kinds[:4]:
            operands.extend(slot[q] * WIDTH for term in group for q in term)
        for group in (pairs, odd, kinds[5]):
            operands.extend(v for index, q in group for v in (2 * index, slot[q] * WIDTH))
        operands.extend(2 * term[0] for term in kinds[6])
        counts = [*(len(group) for group in kinds[:4]), len(pairs) // 2, len(odd), len(kinds[5]), len(kinds[6])]
        flops += sum(c * f for c, f in zip(counts, (2, 2, 8, 8, 8, 4, 8, 2), strict=True))
        used = {q for kind, g in enumerate(kinds[:6]) for term in g for q in (term if kind < 4 else term[1:])}
        registers.release(slot[q] for q in used if q >= work.first and last_use[q] == r)
        slot[r] = registers.take()
        code.extend([slot[r] * WIDTH, *counts, *operands])
    fill = np.full((n, n + 2), -1, np.int32)
    for place, r in enumerate(outputs):
        i, j = (place, n) if place < n else (place - n * n - n, n + 1) if place >= n * n + n else divmod(place - n, n)
        if not work.is_scalar[r]:
            fill[i, j] = slot[r] * WIDTH
        elif not work.is_zero(r):
            fill[i, j] = -2 - 2 * work.scalar(r, 1)
    return Program(
        system, n, k, np.array(code, np.int32), fill.ravel(), registers.n, _scalar_tape(tape, work), zero, real, flops, affine,
    )  # fmt: skip


def _scalar_tape(tape: Tape, work: _Assembler) -> Tape:
    """The scalars of the instructions as functions of the parameters."""
    recorder, nodes = parameter_nodes(tape)
    return recorder.tape([nodes[r] if sign > 0 else -nodes[r] for r, sign in work.scalar_index])
