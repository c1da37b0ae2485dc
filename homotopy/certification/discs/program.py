"""Tapes as data for the disc kernel, and their evaluation over many discs and many samples at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from homotopy.certification.discs import roundoff
from homotopy.certification.discs.arrays import Discs
from homotopy.certification.discs.roundoff import LANES
from homotopy.common.arrays import Complexes, Floats
from homotopy.common.registers import Registers
from polysys.tape import Op, Tape, parameter_nodes

_DISC = {Op.MUL: roundoff.MUL_DD, Op.ADD: roundoff.ADD_DD, Op.SUB: roundoff.SUB_DD}
_SCALAR = {Op.MUL: roundoff.MUL_SD, Op.ADD: roundoff.ADD_SD, Op.SUB: roundoff.SUB_SD}


@dataclass(frozen=True, slots=True, eq=False)
class DiscProgram:
    """A tape for the disc kernel. What depends on parameters and constants alone is real and evaluated once a sample.

    Parameters
    ----------
    n : int
        Number of variables.
    code : int32 array (n_ops, 4)
    outputs : int32 array (n_outputs,)
    n_registers : int
    scalars : Tape
        Parameters -> the scalars of the instructions.
    """

    n: int
    code: npt.NDArray[np.int32]
    outputs: npt.NDArray[np.int32]
    n_registers: int
    scalars: Tape

    def scalar_values(self, parameters: Discs) -> Floats:
        """Scalars (samples, n_scalars, 2) for parameters (samples, k)."""
        samples = parameters.mid.shape[0]
        constants = Discs.of(self.scalars.constants)
        inputs = [parameters[:, i] for i in range(self.scalars.n_parameters)]
        with np.errstate(over="ignore", invalid="ignore"):
            values = self.scalars.evaluate([], inputs, [constants[i] for i in range(len(constants))])
        out = np.zeros((samples, max(1, len(values)), 2))
        for k, value in enumerate(values):
            out[:, k, 0], out[:, k, 1] = value.mid, value.radius
        return out


@lru_cache(maxsize=32)
def disc_program(tape: Tape) -> DiscProgram:
    """The program of a tape."""
    n, first = tape.n_variables, tape.n_variables + tape.n_parameters + len(tape.constants)
    ops, left, right = tape.ops.tolist(), tape.left.tolist(), tape.right.tolist()
    is_scalar = [False] * n + [True] * (first - n)
    for i, j in zip(left, right, strict=True):
        is_scalar.append(is_scalar[i] and is_scalar[j])
    last_use = {k: len(ops) for k in tape.outputs.tolist()}
    for k, (i, j) in enumerate(zip(left, right, strict=True)):
        for operand in (i, j):
            last_use[operand] = max(last_use.get(operand, 0), k)
    wanted: dict[int, int] = {}  # scalar registers that instructions or outputs read, in order of appearance

    def scalar(r: int) -> int:
        return wanted.setdefault(r, len(wanted))

    slot = {i: i for i in range(n)}
    registers = Registers(n)
    code = []
    for k, (op, i, j) in enumerate(zip(ops, left, right, strict=True)):
        if is_scalar[first + k]:
            continue
        target = registers.take()
        if is_scalar[i]:
            code.append((_SCALAR[Op(op)], target, scalar(i), slot[j]))
        elif is_scalar[j]:
            code.append((roundoff.SUB_DS if op == Op.SUB else _SCALAR[Op(op)], target, scalar(j), slot[i]))
        else:
            code.append((_DISC[Op(op)], target, slot[i], slot[j]))
        slot[first + k] = target
        # an operand's register is free for later instructions, never for this one's result: the kernel's loops
        # over lanes must not overwrite what they read
        registers.release(slot[r] for r in {i, j} if not is_scalar[r] and r >= n and last_use[r] == k)
    outputs = [-1 - scalar(r) if is_scalar[r] else slot[r] for r in tape.outputs.tolist()]
    recorder, nodes = parameter_nodes(tape)
    scalars = recorder.tape([nodes[r] for r in wanted])
    return DiscProgram(
        n, np.array(code, np.int32).reshape(-1, 4), np.array(outputs, np.int32), registers.n, scalars
    )  # fmt: skip


def enclose(
    program: DiscProgram, scalars: Floats, sample: npt.NDArray[np.int64] | None, x: Complexes, radius: Floats
) -> tuple[Complexes, Floats]:
    """Midpoints and radii (m, n_outputs) of the outputs over polydiscs of radius (m,), or of radii (m, n), about x (m, n).

    `sample` (m,) says which scalars belong to which point; equal samples must be adjacent. None: the first ones belong to all.
    """
    from homotopy.certification.discs import kernels  # compiled where it is used first

    m, n = x.shape
    mid, rad = np.empty((m, len(program.outputs)), complex), np.empty((m, len(program.outputs)))
    registers = np.zeros((max(1, program.n_registers), 3, LANES))
    radii = np.repeat(np.asarray(radius, float)[:, None], max(n, 1), axis=1) if np.ndim(radius) == 1 else np.array(radius, order="C")
    groups = one_sample(m) if sample is None else lane_groups(sample)
    points = np.array(x, complex, order="C")
    if not kernels.evaluate_discs(program.code, program.outputs, scalars, groups, points, radii, mid, rad, registers, 5e-324):
        mid[:], rad[:] = np.nan, np.nan
    return mid, rad


@lru_cache(maxsize=512)
def one_sample(m: int) -> npt.NDArray[np.int64]:
    """The same groups for m points of sample 0."""
    return lane_groups(np.zeros(m, np.int64))


def lane_groups(sample: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Rows (sample, first, last + 1) of at most LANES adjacent points of one sample."""
    if not len(sample):
        return np.zeros((0, 3), np.int64)
    edges = np.concatenate([[0], np.flatnonzero(np.diff(sample)) + 1, [len(sample)]])
    begins, ends = edges[:-1], edges[1:]
    counts = (ends - begins + LANES - 1) // LANES
    number = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)  # of a group among those of its sample
    first = np.repeat(begins, counts) + LANES * number
    return np.stack([sample[first], first, np.minimum(first + LANES, np.repeat(ends, counts))], axis=1).astype(np.int64)
