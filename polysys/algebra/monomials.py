"""A table of monomials: each has a number, found again by hashing.

Exponents are packed into 64-bit words, 16 bits each, of which the highest stays free. The last variable comes first and
highest, so that among monomials of one degree the greater in grevlex order is the one whose words are lexicographically
smaller. Products are sums of words. The hash is linear in the words: the hash of a product is a sum too.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from polysys.jit import compiled

Words = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int32]

FIELDS = 4  # exponents in a word
MAX_DEGREE = 2**15 - 1
GUARD = np.uint64(0x8000800080008000)
"""The free bits: a divides b exactly if all words of (b | GUARD) - a keep theirs, (..) ^ GUARD & GUARD == 0."""
_PAIRS = np.uint64(0x0000FFFF0000FFFF)
_15 = np.uint64(15)
_16 = np.uint64(16)
_32 = np.uint64(32)


class Table(NamedTuple):
    """Monomials by number.

    Parameters
    ----------
    words : array (capacity, w)
        Packed exponents.
    degrees, hashes : arrays (capacity,)
    position : array (capacity,)
        Elements of the basis before this one do not divide the monomial, or are not in use any more.
    column : array (capacity,)
        Its place in the present matrix.
    slots : array (power of two,)
        One more than the number of the monomial with this hash, 0 where there is none.
    multipliers : array (w,)
        Of the hash.
    state : array (2,)
        Number of monomials; bits to shift the hash to a slot.
    """

    words: Words
    degrees: Ints
    hashes: Words
    position: Ints
    column: Ints
    slots: Ints
    multipliers: Words
    state: npt.NDArray[np.int64]


def n_words(n: int) -> int:
    """Words of a monomial in n unknowns."""
    return max(1, -(-n // FIELDS))


def pack(exponents: npt.ArrayLike, n: int) -> Words:
    """Exponent vectors (m, n) as words (m, w)."""
    rows = np.asarray(exponents, dtype=np.uint64).reshape(-1, n)
    words = np.zeros((len(rows), n_words(n)), dtype=np.uint64)
    for k in range(n):
        words[:, k // FIELDS] |= rows[:, n - 1 - k] << np.uint64(48 - 16 * (k % FIELDS))
    return words


def unpack(words: Words, n: int) -> Ints:
    """Words (m, w) as exponent vectors (m, n)."""
    exponents = np.zeros((len(words), n), dtype=np.int32)
    for k in range(n):
        exponents[:, n - 1 - k] = (words[:, k // FIELDS] >> np.uint64(48 - 16 * (k % FIELDS))) & np.uint64(0xFFFF)
    return exponents


def new_table(n: int, capacity: int = 1 << 10) -> Table:
    """A table that holds nothing but the monomial 1, whose number is 0."""
    w = n_words(n)
    generator = np.random.default_rng(20_240_611)  # of the hash alone: no result depends on it
    bits = int(8 * capacity - 1).bit_length()
    table = Table(
        np.zeros((capacity, w), dtype=np.uint64),
        np.zeros(capacity, dtype=np.int32),
        np.zeros(capacity, dtype=np.uint64),
        np.zeros(capacity, dtype=np.int32),
        np.zeros(capacity, dtype=np.int32),
        np.zeros(1 << bits, dtype=np.int32),
        generator.integers(0, 2**63, size=w, dtype=np.uint64) * np.uint64(2) + np.uint64(1),
        np.array([1, 64 - bits], dtype=np.int64),
    )
    table.slots[0] = 1
    return table


def longer(array: npt.NDArray[Any], size: int) -> npt.NDArray[Any]:
    """The same entries with room for `size` of them; the array itself where it has that."""
    if size <= len(array):
        return array
    result = np.zeros((size, *array.shape[1:]), array.dtype)
    result[: len(array)] = array
    return result


def placed(at: npt.NDArray[np.int64], size: int) -> Ints:
    """A hash table of this size, a power of two: one more than the number of an entry near its slot; 0 is free."""
    slots, waiting = np.zeros(size, dtype=np.int32), np.arange(len(at), dtype=np.int32)
    while len(waiting):  # who finds a slot taken goes on to the next one
        is_free = slots[at] == 0
        slots[at[is_free]] = waiting[is_free] + 1
        is_out = slots[at] != waiting + 1
        waiting, at = waiting[is_out], (at[is_out] + 1) & (size - 1)
    return slots


def grown(table: Table) -> Table:
    """The same monomials with room for twice as many."""
    table.state[1] -= 1
    at = (table.hashes[: table.state[0]] >> np.uint64(table.state[1])).astype(np.int64)
    words, degrees, hashes, position, column = (longer(a, 2 * len(table.degrees)) for a in table[:5])
    slots = placed(at, 2 * len(table.slots))
    return Table(words, degrees, hashes, position, column, slots, table.multipliers, table.state)


@compiled.part
def sum_of_fields(word):
    """Sum of the exponents in a word."""
    halves = (word & _PAIRS) + ((word >> _16) & _PAIRS)
    return np.int64((halves & np.uint64(0xFFFFFFFF)) + (halves >> _32))


@compiled.part
def intern(table, w):
    """Number of the monomial with these words; the table has room for it."""
    words = table.words
    h = np.uint64(0)
    degree = np.int64(0)
    for i in range(len(w)):
        h += w[i] * table.multipliers[i]
        degree += sum_of_fields(w[i])
    mask = len(table.slots) - 1
    k = np.int64(h >> np.uint64(table.state[1]))
    while True:
        m = np.int64(table.slots[k]) - 1
        if m < 0:
            break
        if table.hashes[m] == h:
            same = True
            for i in range(len(w)):
                if words[m, i] != w[i]:
                    same = False
                    break
            if same:
                return m
        k = (k + 1) & mask
    m = table.state[0]
    table.state[0] += 1
    for i in range(len(w)):
        words[m, i] = w[i]
    table.hashes[m] = h
    table.degrees[m] = degree
    table.slots[k] = m + 1
    return m


@compiled.part
def lcm_word(a, b):
    """Fields of the least common multiple of two words."""
    not_less = ((a | GUARD) - b) & GUARD
    mask = not_less - (not_less >> _15)
    return (a & mask) | (b & ~mask)


@compiled
def _intern_some(table, words, numbers, begin):
    """Number the monomials from `begin` on, until the table is full; returns where that was."""
    k = begin
    while k < len(words) and table.state[0] < len(table.degrees):
        numbers[k] = intern(table, words[k])
        k += 1
    return k


def intern_all(table: Table, words: Words) -> tuple[Table, Ints]:
    """The table with these monomials in it, and their numbers."""
    numbers = np.empty(len(words), dtype=np.int32)
    k = 0
    while (k := _intern_some(table, words, numbers, k)) < len(words):
        table = grown(table)
    return table, numbers
