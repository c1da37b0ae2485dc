"""Groebner bases modulo a prime in grevlex order, by Faugere's F4 (J. Pure Appl. Algebra 139 (1999) 61).

Pairs of the least degree are reduced together, in one matrix; elements whose degree falls come back into the queue as
pairs of low degree. Systems that sign changes map to themselves give matrices of several independent blocks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from polysys.algebra import matrix, monomials, pairs
from polysys.algebra.f4_state import Block, Rows, State
from polysys.algebra.f4_trace import Step, Trace, monic, monomials_digest, traces
from polysys.algebra.limits import Meter, Stop, Stopped
from polysys.algebra.modular import SystemModulo, parity_masks

_MAX_MASKS = 8  # each doubles the number of blocks of a matrix
_BLOCK = 128  # rows that are combined at random; a combination that vanishes ends the block


@dataclass(frozen=True)
class GroebnerBasis:
    """What is known of the ideal of a system modulo a prime.

    Parameters
    ----------
    n : int
    prime : int
    leading : int array (k, n)
        Minimal generators of the ideal of the leading monomials that were found.
    stopped : Stop or None
        Why the basis is not complete: then the leading ideal may be larger.
    work : int
    """

    n: int
    prime: int
    leading: npt.NDArray[np.int32]
    stopped: Stop | None
    work: int
    state: State = field(repr=False)


def build(
    state: State,
    tasks: npt.NDArray[np.int32],
    multiples: npt.NDArray[np.int32],
    n_pivots: int,
    meter: Meter,
    skip: int = 0,
) -> Rows:
    """The matrix of some multiples of polynomials with all rows that reduce them."""
    table, columns, ends, entries, sources = matrix.needed_rows(
        state.table,
        state.monomials,
        state.starts,
        state.leading,
        state.alive,
        state.count,
        tasks,
        multiples,
        n_pivots,
        skip,
    )
    state.table = table
    has_pivot = table.column[columns] == 2
    words = table.words[columns]
    classes = matrix.parity_classes(words, state.masks)
    keys = [words[:, i] for i in range(words.shape[1] - 1, -1, -1)]
    order = np.lexsort([*keys, -table.degrees[columns], ~has_pivot, classes])
    columns, classes, has_pivot = columns[order], classes[order], has_pivot[order]
    bounds = np.flatnonzero(np.diff(classes, prepend=-1, append=-1))
    table.column[columns] = np.arange(len(columns)) - np.repeat(bounds[:-1], np.diff(bounds))
    # Where a row of a task has lost its terms it has no class; it would reduce to nothing.
    lengths = np.diff(ends)
    row_class = np.full(len(sources), -1, dtype=np.int64)
    class_of = np.zeros(len(table.degrees) if not len(columns) else int(columns.max()) + 1, dtype=np.int64)
    class_of[columns] = classes
    row_class[lengths > 0] = class_of[entries[ends[:-1][lengths > 0]]]
    leads = np.zeros(len(sources), dtype=np.int64)
    leads[lengths > 0] = table.column[entries[ends[:-1][lengths > 0]]]
    entries = table.column[entries]
    table.column[columns] = 0
    firsts = state.starts[sources]
    firsts[: len(tasks)] += skip
    is_pivot = np.ones(len(sources), dtype=np.bool_)
    is_pivot[n_pivots : len(tasks)] = False
    blocks = []
    for begin, end in pairwise(bounds.tolist()):
        of_class = row_class == classes[begin]
        pivot_rows = np.flatnonzero(of_class & is_pivot)
        pivots = np.zeros(int(has_pivot[begin:end].sum()), dtype=np.int64)
        pivots[leads[pivot_rows]] = pivot_rows
        blocks.append(Block(np.flatnonzero(of_class & ~is_pivot), columns[begin:end], pivots))
    meter.spend(300_000 + 30 * len(entries) + 200 * len(columns))
    meter.need(8 * len(entries) + 8 * matrix.LANES * len(columns) + sum(a.nbytes for a in table))
    return Rows(ends, entries, firsts, blocks)


def _echelon(
    state: State, rows: Rows, block: Block, generator: np.random.Generator, meter: Meter
) -> list[tuple[npt.NDArray[np.int64], npt.NDArray[np.uint32]]]:
    """The new polynomials of a block, the places of their columns after the pivots and their coefficients; the least leading monomial first."""
    p, lanes_wide = state.prime, matrix.LANES
    skip = len(block.pivots)
    size = len(block.columns) - skip
    dense = np.empty((min(len(block.rows), size, 64), size), dtype=np.uint32)
    pivot_of = np.full(size, -1, dtype=np.int64)
    lanes = np.empty((len(block.columns), lanes_wide), dtype=np.int64)
    n_dense = 0
    step = lanes_wide if len(block.rows) <= 2 * lanes_wide else _BLOCK
    for begin in range(0, len(block.rows), step):
        part = block.rows[begin : begin + step]
        is_plain = len(part) <= lanes_wide
        while n_dense < size:
            if is_plain:
                weights = np.eye(len(part), lanes_wide, dtype=np.int64)
            else:
                weights = generator.integers(1, p, size=(len(part), lanes_wide))
            meter.spend(
                matrix.reduce_lanes(
                    lanes, part, weights, rows.ends, rows.entries, rows.firsts, state.coefficients, block.pivots, p
                )
            )
            if n_dense + lanes_wide > len(dense):
                meter.need(8 * dense.nbytes)
                dense = np.concatenate([dense, np.empty((len(dense) + lanes_wide, size), dtype=np.uint32)])
            before = n_dense
            n_dense, work = matrix.absorb_lanes(lanes[skip:], dense, pivot_of, n_dense, p)
            meter.spend(work)
            if is_plain or n_dense < before + lanes_wide:
                break
    meter.spend(100_000 + matrix.reduce_dense(dense, pivot_of, p))
    rows_found = ((dense[r], np.flatnonzero(dense[r])) for r in pivot_of[pivot_of >= 0][::-1])
    return [(places, row[places]) for row, places in rows_found]


def _tasks(
    state: State, chosen: npt.NDArray[np.int32], queued: list[int]
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], int]:
    """Rows for pairs and queued polynomials: polynomial, multiple; for each multiple the shortest first as a pivot."""
    halves = np.concatenate([chosen[:, [2, 0]], chosen[:, [2, 1]]]).astype(np.int64)
    keys = np.unique((halves[:, 0] << 32) | halves[:, 1])
    multiples, polynomials = keys >> 32, keys & 0xFFFFFFFF
    lengths = (state.starts[1:] - state.starts[:-1])[polynomials]
    order = np.lexsort((polynomials, lengths, multiples))
    multiples, polynomials = multiples[order], polynomials[order]
    is_first = np.diff(multiples, prepend=-1) != 0
    waiting = np.array(queued, dtype=np.int64)
    tasks = np.concatenate([polynomials[is_first], polynomials[~is_first], waiting])
    targets = np.concatenate([multiples[is_first], multiples[~is_first], state.monomials[state.starts[waiting]]])
    return tasks.astype(np.int32), targets.astype(np.int32), int(is_first.sum())


def _initial_state(system: SystemModulo) -> tuple[State, list[npt.NDArray[np.int64]]]:
    """The polynomials of a system, and the order of the terms of each."""
    n, p = system.n, system.prime
    masks = monomials.pack(parity_masks(system)[:_MAX_MASKS], n)
    state = State(n, p, masks, monomials.new_table(n))
    state.leading = np.empty((64, monomials.n_words(n)), dtype=np.uint64)
    orders = []
    for exponents, coefficients in zip(system.exponents, system.coefficients, strict=True):
        words = monomials.pack(exponents, n)
        keys = [words[:, i] for i in range(words.shape[1] - 1, -1, -1)]
        order = np.lexsort([*keys, -exponents.sum(axis=1)])
        state.table, numbers = monomials.intern_all(state.table, words[order])
        state.append(numbers, monic(coefficients[order], p))
        orders.append(order)
    return state, orders


def groebner_basis(
    system: SystemModulo,
    *,
    meter: Meter | None = None,
    seed: int = 0,
    is_enough: Callable[[npt.NDArray[np.int32]], bool] | None = None,
) -> GroebnerBasis:
    """A Groebner basis in grevlex order, or as much of it as the limits allow.

    Parameters
    ----------
    system : SystemModulo
    meter : Meter, optional
        Of work, memory and time; without limits by default.
    seed : int
        Of random combinations of rows. With probability of about 1/p for each block of 128 rows one of them is lost:
        then leading monomials are missing, none is wrong.
    is_enough : callable, optional
        Asked after each matrix with the leading monomials found so far; True ends the computation.

    Examples
    --------
    >>> from polysys.algebra.modular import reduce_modulo
    >>> system = reduce_modulo([{(2, 0): 1, (0, 1): -1}, {(1, 1): 1, (0, 0): -1}], 2, 2147483629)
    >>> sorted(map(tuple, groebner_basis(system).leading.tolist()))
    [(0, 2), (1, 1), (2, 0)]
    """
    meter = Meter() if meter is None else meter
    if any(e.sum(axis=1).max(initial=0) > monomials.MAX_DEGREE for e in system.exponents):
        n, p = system.n, system.prime
        state = State(n, p, np.empty((0, monomials.n_words(n)), np.uint64), monomials.new_table(n))
        return GroebnerBasis(n, p, np.empty((0, n), np.int32), Stop.DEGREE, 0, state)
    before = meter.work
    state, stopped = _computed(system, seed, meter, is_enough)
    return GroebnerBasis(system.n, system.prime, state.minimal_leading, stopped, meter.work - before, state)


def _computed(
    system: SystemModulo, seed: int, meter: Meter, is_enough: Callable[[npt.NDArray[np.int32]], bool] | None
) -> tuple[State, Stop | None]:
    """The polynomials in the end, and why that is not the end if it is not; as a system with these monomials was treated before, where it was."""
    name, steps, stopped, largest = monomials_digest(system), list[Step](), None, meter.largest
    known = traces.get(name) if is_enough is None else None
    if known is not None and (again := known.again(system, meter)) is not None:
        return again, None
    state, orders = _initial_state(system)
    meter.largest = 0
    try:
        generator = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0xF4,)))
        if _complete(state, generator, meter, is_enough, steps) and is_enough is None:
            trace = Trace(orders, steps, state.copy(), meter.largest)
            traces.keep(name, trace, trace.n_bytes)
    except Stopped as stop:
        stopped = stop.reason
    meter.largest = max(largest, meter.largest)
    return state, stopped


def _complete(
    state: State,
    generator: np.random.Generator,
    meter: Meter,
    is_enough: Callable[[npt.NDArray[np.int32]], bool] | None,
    steps: list[Step],
) -> bool:
    """Pairs and queued polynomials of the least degree, until none is left; whether each matrix became one of the steps."""
    waiting = list(range(state.count))
    critical = np.empty((64, 3), dtype=np.int32)
    n_critical = 0
    while waiting or n_critical:
        before = meter.work
        degrees = state.table.degrees[critical[:n_critical, 2]]
        queued_degrees = [state.degree(k) for k in waiting]
        least = min(
            [*degrees[:1].tolist(), *queued_degrees] if not n_critical else [int(degrees.min()), *queued_degrees]
        )
        if least > monomials.MAX_DEGREE:
            raise Stopped(Stop.DEGREE)
        is_chosen = degrees == least
        chosen = critical[:n_critical][is_chosen]
        n_critical -= len(chosen)
        critical[:n_critical] = critical[: len(is_chosen)][~is_chosen]
        queued = [k for k, d in zip(waiting, queued_degrees, strict=True) if d == least]
        waiting = [k for k, d in zip(waiting, queued_degrees, strict=True) if d != least]
        rows = build(state, *_tasks(state, chosen, queued), meter)
        found = []
        for b, block in enumerate(rows.blocks):
            if len(block.rows):
                columns = block.columns[len(block.pivots) :]
                found += [(b, places, columns[places], row) for places, row in _echelon(state, rows, block, generator, meter)]
        order = sorted(range(len(found)), key=lambda i: int(state.table.degrees[found[i][2][0]]))
        numbers_of = {i: state.count + j for j, i in enumerate(order)}
        step = Step(rows, [(b, places, numbers_of[i]) for i, (b, places, _, _) in enumerate(found)], 0)
        steps.append(step)
        for i in order:
            k = state.append(*found[i][2:])
            if pairs.first_divisor(state.leading, state.alive, k, state.leading[k]) >= 0:
                waiting.append(k)
                continue
            meter.spend(5000 + 40 * (k + n_critical))
            state.table, critical, n_critical = pairs.add_element(
                state.table, state.leading, state.alive, k, critical, n_critical
            )
            if state.degree(k) == 0:
                return False
        step.work = meter.work - before
        if is_enough is not None and found and is_enough(state.minimal_leading):
            raise Stopped(Stop.ENOUGH)
    return True
