"""Compiled loops over states: training errors, transforms, distances, clusters and levels. Bit i of a state is 1 where weight i is -1."""

from __future__ import annotations

import numpy as np

from homotopy.common.jit import compiled


@compiled.part
def popcount(x):
    """Number of ones among 64 bits."""
    v = np.uint64(x)
    v = v - ((v >> np.uint64(1)) & np.uint64(0x5555555555555555))
    v = (v & np.uint64(0x3333333333333333)) + ((v >> np.uint64(2)) & np.uint64(0x3333333333333333))
    v = (v + (v >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((v * np.uint64(0x0101010101010101)) >> np.uint64(56))


@compiled
def sign_words(low, high, first, n_low, out):
    """For each weight vector of a unit a word whose bit mu is 1 where its field on datum mu is at least zero.

    Parameters
    ----------
    low : int64 (data, 2^n_low), high : int64 (data, 2^(fan-in - n_low))
        Fields that the lower and the higher weights make.
    first : int
        The number of the first weight vector; they fill `out`.
    """
    mask = (1 << n_low) - 1
    done = 0
    while done < out.size:
        s = first + done
        a = s & mask
        n = min(out.size - done, mask + 1 - a)
        for k in range(n):
            out[done + k] = np.uint64(0)
        for mu in range(low.shape[0]):
            base, bit, row = high[mu, s >> n_low], np.uint64(mu), low[mu]
            for k in range(n):
                out[done + k] |= np.uint64(row[a + k] + base >= 0) << bit
        done += n


@compiled
def wrong_bits(words, target, mask, out):
    """Number of data at which each word differs from the labels."""
    for k in range(words.size):
        out[k] = popcount((words[k] ^ target) & mask)


@compiled
def network_errors(first, last, tables, units, fan_ins, starts, trees, target, mask, out):
    """Training errors of the states from `first` to before `last` of a network of signs with a hidden layer.

    A unit of a later layer is +1 where at least half of its signed inputs are: their number is added to 32 - ceil(fan-in/2) in five
    binary planes, one word each, and a carry out of the fifth says so for all data at once.

    Parameters
    ----------
    tables : uint64 (tables, 2^fan-in)
        Words of the first layer's units: one table for all, or one for each.
    units, fan_ins, starts, trees : int64 (layers,)
        The shapes; a start of -1 is a layer whose weights are all +1.
    """
    now, new = np.empty(64, np.uint64), np.empty(64, np.uint64)
    ones = ~np.uint64(0)
    width = fan_ins[0]
    for s in range(first, last):
        for u in range(units[0]):
            w = (s >> (starts[0] + u * width)) & ((1 << width) - 1)
            now[u] = tables[u if trees[0] else 0, w]
        for layer in range(1, units.size):
            n, start = fan_ins[layer], starts[layer]
            begin = 32 - (n + 1) // 2
            for u in range(units[layer]):
                c0 = ones if begin & 1 else np.uint64(0)
                c1 = ones if begin & 2 else np.uint64(0)
                c2 = ones if begin & 4 else np.uint64(0)
                c3 = ones if begin & 8 else np.uint64(0)
                c4 = ones if begin & 16 else np.uint64(0)
                reached = np.uint64(0)
                for i in range(n):
                    carry = now[i]
                    if start >= 0 and (s >> (start + u * n + i)) & 1:
                        carry = ~carry
                    t = c0 & carry
                    c0 ^= carry
                    carry = c1 & t
                    c1 ^= t
                    t = c2 & carry
                    c2 ^= carry
                    carry = c3 & t
                    c3 ^= t
                    t = c4 & carry
                    c4 ^= carry
                    reached |= t
                new[u] = reached
            now, new = new, now
        out[s - first] = popcount((now[0] ^ target) & mask)


@compiled
def polynomial_errors(first, last, tables, labels, units, fan_ins, starts, trees, powers, out):
    """The same for hidden units with a polynomial activation: integer fields, datum by datum.

    Parameters
    ----------
    tables : int64 (tables, 2^fan-in, data)
        Values of the first layer's units.
    powers : int64 (hidden layers, degree + 1)
        Coefficients of the activation of each hidden layer, lowest first.
    """
    now, new = np.empty(64, np.int64), np.empty(64, np.int64)
    width = fan_ins[0]
    for s in range(first, last):
        wrong = 0
        for mu in range(labels.size):
            for u in range(units[0]):
                w = (s >> (starts[0] + u * width)) & ((1 << width) - 1)
                now[u] = tables[u if trees[0] else 0, w, mu]
            for layer in range(1, units.size):
                n, start = fan_ins[layer], starts[layer]
                for u in range(units[layer]):
                    field = 0
                    for i in range(n):
                        is_minus = start >= 0 and (s >> (start + u * n + i)) & 1
                        field += -now[i] if is_minus else now[i]
                    new[u] = polynomial(field, powers[layer]) if layer < units.size - 1 else field
                now, new = new, now
            wrong += (now[0] >= 0) != (labels[mu] > 0)
        out[s - first] = wrong


@compiled.part
def polynomial(z, coefficients):
    """The value of a polynomial, coefficients lowest first."""
    value = 0
    for k in range(coefficients.size - 1, -1, -1):
        value = value * z + coefficients[k]
    return value


@compiled
def butterflies(a, low, high):
    """The Walsh-Hadamard transform over the bits from `low` to before `high` of an array's index, in place."""
    for bit in range(low, high):
        h = 1 << bit
        for start in range(0, a.size, 2 * h):
            for k in range(start, start + h):
                u, v = a[k], a[k + h]
                a[k] = u + v
                a[k + h] = u - v


@compiled
def column_butterflies(a, first, last, row_bits):
    """The transform over all bits from `row_bits` on, of the columns from `first` to before `last` of rows of 2^row_bits."""
    n_rows = a.size >> row_bits
    h = 1
    while h < n_rows:
        for start in range(0, n_rows, 2 * h):
            for r in range(start, start + h):
                p, q = r << row_bits, (r + h) << row_bits
                for k in range(first, last):
                    u, v = a[p + k], a[q + k]
                    a[p + k] = u + v
                    a[q + k] = u - v
        h *= 2


@compiled
def squares_by_weight(a, first, last, n):
    """Sums of a[k]^2 over the k with as many ones, for k from `first` to before `last`."""
    sums = np.zeros(n + 1, np.int64)
    for k in range(first, last):
        sums[popcount(k)] += np.int64(a[k]) * np.int64(a[k])
    return sums


@compiled
def multiplied_by_weight(a, factors, first, last, out):
    """a[k] times the factor of the number of ones of k; sums of 64 bits may wrap, which an exact final result does not see."""
    for k in range(first, last):
        out[k] = np.int64(a[k]) * factors[popcount(k)]


@compiled
def distance_histograms(centres, states, n):
    """For each centre the number of states at each distance."""
    found = np.zeros((centres.size, n + 1), np.int64)
    for i in range(centres.size):
        for j in range(states.size):
            found[i, popcount(centres[i] ^ states[j])] += 1
    return found


@compiled
def image(state, perm, flips):
    """The image of a state: its bit i is bit perm[i] of the state, changed where flips has a one."""
    found = 0
    for i in range(perm.size):
        found |= ((state >> perm[i]) & 1) << i
    return found ^ flips


@compiled
def is_invariant(costs, perm, flips, first, last):
    """Whether the states from `first` to before `last` have the costs of their images."""
    for s in range(first, last):  # noqa: SIM110 - a loop that compiles
        if costs[image(s, perm, flips)] != costs[s]:
            return False
    return True


@compiled
def images(states, perm, flips):
    """The images of many states."""
    found = np.empty(states.size, np.int64)
    for k in range(states.size):
        found[k] = image(np.int64(states[k]), perm, flips)
    return found


@compiled
def counts_by_error(costs, first, last, n_levels):
    """Number of states with each whole cost."""
    found = np.zeros(n_levels, np.int64)
    for s in range(first, last):
        found[costs[s]] += 1
    return found


@compiled
def stable_states(costs, n, first, last):
    """The states that no single flip lowers, and for each whether every flip raises it."""
    found, strict = [], []
    for s in range(first, last):
        is_stable, is_strict = True, True
        for i in range(n):
            c = costs[s ^ (1 << i)]
            if c < costs[s]:
                is_stable = False
                break
            if c == costs[s]:
                is_strict = False
        if is_stable:
            found.append(s)
            strict.append(is_strict)
    return np.array(found, np.int64), np.array(strict, np.bool_)


@compiled
def mass_by_distance(p, first, last, centre, n):
    """Sums of p and of p log2 p over the states at each distance from a centre."""
    found = np.zeros((2, n + 1))
    for s in range(first, last):
        if p[s] > 0:
            d = popcount(s ^ centre)
            found[0, d] += p[s]
            found[1, d] += p[s] * np.log2(p[s])
    return found


@compiled
def metropolis(costs, states, flips, uniforms, temperature):
    """As many proposed flips for each state as there are columns, accepted by Metropolis' rule; states change in place."""
    for r in range(states.size):
        s = states[r]
        for k in range(flips.shape[1]):
            t = s ^ (1 << flips[r, k])
            rise = float(costs[t]) - float(costs[s])
            if rise <= 0 or uniforms[r, k] < np.exp(-rise / temperature):
                s = t
        states[r] = s
