"""From a tape to instructions for the kernels: sums of products, and blocks of linear forms in the same registers."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.common.registers import Registers
from homotopy.common.vectors import WIDTH
from homotopy.engines.tracker.vector import BLOCK
from polysys.tape import Node, Op, Tape, parameter_nodes

SHORT = 3  # most real scalars of a sum that is made in a row of its like
_IN_ROWS = (2, 4)  # kinds of terms that such a sum has

_Sum = tuple[tuple[int, tuple[int, ...]], ...]  # a scalar: products of x-free registers, each with its sign
_Term = tuple[Any, ...]  # registers, after the scalar where the term has one
_Kinds = list[list[_Term]]  # terms by kind: +r, -r, +rr, -rr, real scalar r, complex scalar r, complex scalar


def assembled(tape: Tape, zero: npt.NDArray[np.bool_], real: npt.NDArray[np.bool_], home: dict[int, int], n_fixed: int) -> Code:
    """Instructions for a tape; `zero`, `real`: the first parameters that vanish, and the others that are real.

    `home`: which of the first `n_fixed` registers an output is made in, for those that have one.
    """
    work = _Terms(tape, zero, real)
    roots = [r for r in tape.outputs.tolist() if not work.is_scalar[r] and r >= work.first]
    code = Code(work, {r: home[r] for r in roots if r in home}, n_fixed)
    code.write(_plan(work, roots), roots)
    return code


class _Terms:
    """A tape as sums of products; registers without x are moved out as scalars."""

    def __init__(self, tape: Tape, zero: npt.NDArray[np.bool_], real: npt.NDArray[np.bool_]) -> None:
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

    def is_zero(self, r: int) -> bool:
        v, p = self.tape.n_variables, self.tape.n_parameters
        return v + p <= r < self.first and self.tape.constants[r - v - p] == 0

    def inlined(self, r: int) -> bool:
        """Whether r is made where it is used: once, or a scalar times a register, which costs as little as adding it."""
        if r < self.first or r in self.pinned or self.is_scalar[r]:
            return False
        return self.uses[r] == 1 or (self.op[r] == Op.MUL and (self.is_scalar[self.a[r]] or self.is_scalar[self.b[r]]))

    def terms(self, r: int) -> _Kinds:
        """Terms of the sum at r, by kind: +r, -r, +rr, -rr, real scalar r, complex scalar r, complex scalar."""
        kinds: _Kinds = [[] for _ in range(7)]
        stack = [(r, 1, True)]
        while stack:
            q, sign, top = stack.pop()
            if self.is_scalar[q]:
                if not self.is_zero(q):
                    kinds[6].append((((sign, (q,)),),))
            elif not top and not self.inlined(q):
                kinds[0 if sign > 0 else 1].append((q,))
            elif self.op[q] == Op.MUL:
                i, j = self.a[q], self.b[q]
                if self.is_scalar[j]:
                    i, j = j, i
                if self.is_scalar[i]:
                    kinds[4 if self.is_real[i] else 5].append((((sign, (i,)),), j))
                else:
                    kinds[2 if sign > 0 else 3].append((i, j))
            else:
                stack.append((self.b[q], sign if self.op[q] == Op.ADD else -sign, False))
                stack.append((self.a[q], sign, False))
        return kinds


def _plan(work: _Terms, roots: list[int]) -> dict[int, _Kinds]:
    """The sum at each register that is made, operands before those who use them."""
    plan: dict[int, _Kinds] = {}
    _reach(work, roots, plan, work.terms)
    for r in sorted(plan):
        _expand(work, plan, plan[r])
    needed: dict[int, _Kinds] = {}
    _reach(work, roots, needed, plan.__getitem__)
    return {r: needed[r] for r in sorted(needed)}


def _reach(work: _Terms, roots: list[int], plan: dict[int, Any], terms: Callable[[int], _Kinds]) -> None:
    stack = list(roots)
    while stack:
        r = stack.pop()
        if r not in plan and r >= work.first:
            plan[r] = terms(r)
            stack.extend(_operands(plan[r]))


def _operands(kinds: _Kinds) -> list[int]:
    return [q for kind, group in enumerate(kinds[:6]) for term in group for q in (term if kind < 4 else term[1:])]


def _is_form(kinds: _Kinds, *, is_real: bool = False) -> bool:
    """Whether a sum has nothing but scalars, or real ones, times registers."""
    return bool(kinds[4] or kinds[5]) and not any(kinds[:4]) and not kinds[6] and not (is_real and kinds[5])


def _expand(work: _Terms, plan: dict[int, _Kinds], kinds: _Kinds) -> None:
    """Like terms become one, and linear forms are written out in a sum that has their registers anyway.

    So the Hessian of a cubic is a matrix of linear forms in the same variables, which a block makes row by row.
    """
    form: dict[int, _Sum] = {}

    def add(scalar: _Sum, q: int) -> None:
        form[q] = form.get(q, ()) + scalar

    def expanded(q: int, outer: _Sum) -> bool:
        inner = plan[q][4] + plan[q][5] if q in plan and _is_form(plan[q]) else []
        if not inner or sum(register not in form for _, register in inner) > 1:
            return False
        for scalar, register in inner:
            add(tuple((a * b, x + y) for a, x in outer for b, y in scalar), register)
        return True

    for scalar, q in kinds[4] + kinds[5]:
        add(scalar, q)
    for q in list(form):
        outer = form.pop(q)
        if not expanded(q, outer):
            form[q] = outer
    for kind, sign in ((0, 1), (1, -1)):
        kinds[kind] = [(q,) for (q,) in kinds[kind] if not expanded(q, ((sign, ()),))]
    kinds[4], kinds[5] = [], []
    for q in sorted(form):
        is_real = all(work.is_real[r] for _, product in form[q] for r in product)
        kinds[4 if is_real else 5].append((form[q], q))


def _steps(plan: dict[int, _Kinds]) -> list[list[int]]:
    """What is made together: rows of a block, or one sum. A block stands where its first row stood."""
    alike: dict[tuple[int, ...], list[int]] = {}
    for r, kinds in plan.items():
        if _is_form(kinds, is_real=True):
            alike.setdefault(tuple(_operands(kinds)), []).append(r)
    block_of = {
        r: rows[k : k + BLOCK]
        for rows in alike.values()
        for k in range(0, len(rows) - BLOCK + 1, BLOCK)
        for r in rows[k : k + BLOCK]
    }
    return [block_of.get(r, [r]) for r in plan if block_of.get(r, [r])[0] == r]


_Shape = tuple[int, ...]


def _shape(plan: dict[int, _Kinds], step: list[int]) -> _Shape:
    """Numbers of products and of real scalars times registers of a sum that has nothing else; empty for other steps.

    Such sums are made in a row. Long sums with real scalars are not: they alternate between two accumulators.
    """
    kinds = plan[step[0]]
    shape = tuple(len(kinds[kind]) for kind in _IN_ROWS)
    alone = len(step) == 1 and not any(group for kind, group in enumerate(kinds) if kind not in _IN_ROWS)
    return shape if alone and len(kinds[4]) <= SHORT else ()


def _in_rows(plan: dict[int, _Kinds], steps: list[list[int]]) -> list[list[int]]:
    """The steps in an order in which sums of one shape follow each other, operands still before those who use them."""
    made_by = {r: k for k, step in enumerate(steps) for r in step}
    users: list[list[int]] = [[] for _ in steps]
    missing = []
    for k, step in enumerate(steps):
        needs = {made_by[q] for r in step for q in _operands(plan[r]) if q in made_by}
        missing.append(len(needs))
        for j in needs:
            users[j].append(k)
    shapes = [_shape(plan, step) for step in steps]
    ready: dict[_Shape, list[int]] = {}
    for k in range(len(steps)):
        if not missing[k]:
            ready.setdefault(shapes[k], []).append(k)
    order: list[int] = []
    shape: _Shape = ()
    while len(order) < len(steps):
        if not ready.get(shape):
            # what stands alone goes first, so that rows become long
            shape = () if ready.get(()) else max((s for s in ready if ready[s]), key=lambda s: (len(ready[s]), s))
        k = heappop(ready[shape])
        order.append(k)
        for j in users[k]:
            missing[j] -= 1
            if not missing[j]:
                heappush(ready.setdefault(shapes[j], []), j)
    return [steps[k] for k in order]


class Code:
    """Instructions under construction, with their scalars and registers."""

    def __init__(self, work: _Terms, home: dict[int, int], n_fixed: int) -> None:
        self._work, self._words, self._home = work, list[int](), home
        self._bases: list[int] = []  # places of words that count real scalars
        self._scalars: dict[_Sum, int] = {}
        self.real_scalars: list[int] = []  # of the blocks, in the order in which they are read
        self.registers, self.flops = Registers(n_fixed), 0
        self._slot = {i: i for i in range(work.tape.n_variables)}

    def write(self, plan: dict[int, _Kinds], roots: list[int]) -> None:
        steps, first = _in_rows(plan, _steps(plan)), self._work.first
        row = 0
        shape: _Shape = ()
        last = {q: place for place, step in enumerate(steps) for r in step for q in _operands(plan[r])}
        last.update(dict.fromkeys(roots, len(steps)))
        for place, step in enumerate(steps):
            read = {q for r in step for q in _operands(plan[r]) if q >= first and last[q] == place}
            operands = [self._slot[q] * WIDTH for q in _operands(plan[step[0]])]
            before, shape = shape, _shape(plan, step)
            counts = self._sum(plan[step[0]], bool(shape)) if len(step) == 1 else []
            # all that is read is read before anything is written
            self.registers.release(self._slot[q] for q in sorted(read))
            self._slot.update((r, self._home[r] if r in self._home else self.registers.take()) for r in step)
            written = [self._slot[r] * WIDTH for r in step]
            if shape:
                if shape != before:
                    row = len(self._words) + 1
                    self._words.extend([-1, 0, *shape])
                self._words[row] += 1
                self._words.extend([*written, *counts])
            elif len(step) == 1:
                self._words.extend([*written, *counts])
            else:
                self._bases.append(len(self._words) + 1)
                self._words.extend([-1 - len(operands), len(self.real_scalars), *written, *operands])
                rows = [[self._scalar(term[0]) for term in plan[r][4]] for r in step]
                self.real_scalars.extend(scalar for terms in zip(*rows, strict=True) for scalar in terms)
                self.flops += 4 * len(step) * len(operands)

    def _sum(self, kinds: _Kinds, is_in_row: bool) -> list[int]:
        """Counts and operands of a sum; without its counts where it stands in a row."""
        pairs, odd = kinds[4][: len(kinds[4]) // 2 * 2], kinds[4][len(kinds[4]) // 2 * 2 :]
        operands = [self._slot[q] * WIDTH for group in kinds[:4] for term in group for q in term]
        for group in (pairs, odd, kinds[5]):
            operands.extend(v for scalar, q in group for v in (2 * self._scalar(scalar), self._slot[q] * WIDTH))
        operands.extend(2 * self._scalar(term[0]) for term in kinds[6])
        counts = [*(len(group) for group in kinds[:4]), len(pairs) // 2, len(odd), len(kinds[5]), len(kinds[6])]
        self.flops += sum(c * f for c, f in zip(counts, (2, 2, 8, 8, 8, 4, 8, 2), strict=True))
        return operands if is_in_row else [*counts, *operands]

    def _scalar(self, scalar: _Sum) -> int:
        return self._scalars.setdefault(tuple(sorted(scalar)), len(self._scalars))

    def is_at_home(self, r: int, slot: int) -> bool:
        """Whether an output is made in a register."""
        return self._home.get(r) == slot

    def source(self, r: int) -> int:
        """Where an output is, as :func:`fill_matrix` reads it."""
        if not self._work.is_scalar[r]:
            return self._slot[r] * WIDTH
        return -1 if self._work.is_zero(r) else -2 - 2 * self._scalar(((1, (r,)),))

    def words(self) -> npt.NDArray[np.int32]:
        """The instructions; real scalars come after both parts of all scalars."""
        words = np.array(self._words, np.int32)
        words[self._bases] += 2 * max(1, len(self._scalars))
        return words

    def scalar_tape(self) -> Tape:
        """The scalars as functions of the parameters."""
        recorder, nodes = parameter_nodes(self._work.tape)

        def product(sign: int, registers: tuple[int, ...]) -> Node:
            value = recorder.constant(sign) if not registers else nodes[registers[0]]
            for r in registers[1:]:
                value = value * nodes[r]
            return -value if registers and sign < 0 else value

        made = []
        for scalar in self._scalars:
            terms = [product(*term) for term in scalar]
            made.append(sum(terms[1:], terms[0]))
        return recorder.tape(made)
