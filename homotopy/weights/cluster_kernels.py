"""Compiled union-find over states: clusters of solutions, and components of all states as the allowed cost rises."""

from __future__ import annotations

import numpy as np

from homotopy.common.jit import compiled


@compiled.part
def find(parent, i):
    """The root of an element; paths are halved on the way."""
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@compiled.part
def rank_of(state, words, before):
    """The place of a state among the marked ones, which are ones of `words`; -1 if it is none."""
    k = state >> 6
    bit = np.uint64(1) << np.uint64(state & 63)
    if not words[k] & bit:
        return -1
    v = words[k] & (bit - np.uint64(1))
    v = v - ((v >> np.uint64(1)) & np.uint64(0x5555555555555555))
    v = (v & np.uint64(0x3333333333333333)) + ((v >> np.uint64(2)) & np.uint64(0x3333333333333333))
    v = (v + (v >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64(before[k]) + np.int64((v * np.uint64(0x0101010101010101)) >> np.uint64(56))


@compiled
def ranks_of(states, words, before):
    """The same for many states."""
    found = np.empty(states.size, np.int64)
    for k in range(states.size):
        found[k] = rank_of(np.int64(states[k]), words, before)
    return found


@compiled
def clusters(states, n, words, before):
    """The number of the cluster of each marked state, numbered by their first states; states are joined by single flips."""
    parent = np.arange(states.size).astype(np.int32)
    for k in range(states.size):
        s = np.int64(states[k])
        for i in range(n):
            t = s ^ (1 << i)
            if t < s:
                j = rank_of(t, words, before)
                if j >= 0:
                    a, b = find(parent, np.int32(k)), find(parent, np.int32(j))
                    if a < b:
                        parent[b] = a
                    else:
                        parent[a] = b
    n_found = 0
    label = np.empty(states.size, np.int32)
    for k in range(states.size):  # the root is the first state of its cluster
        root = find(parent, np.int32(k))
        if root == k:
            label[k] = n_found
            n_found += 1
        else:
            label[k] = label[root]
    return label, n_found


@compiled
def free_flips(states, n, words, before):
    """For each weight the number of marked states that stay marked when it is flipped."""
    found = np.zeros(n, np.int64)
    for k in range(states.size):
        for i in range(n):
            if rank_of(np.int64(states[k]) ^ (1 << i), words, before) >= 0:
                found[i] += 1
    return found


@compiled
def order_by_error(errors, counts):
    """The states by rising error, of which there are so many each; a counting sort, 4 bytes a state."""
    place = np.zeros(counts.size, np.int64)
    for k in range(1, counts.size):
        place[k] = place[k - 1] + counts[k - 1]
    order = np.empty(errors.size, np.uint32)
    for s in range(errors.size):
        order[place[errors[s]]] = np.uint32(s)
        place[errors[s]] += 1
    return order


@compiled
def merges(costs, order, n):
    """Where components of the states up to a cost come together as the cost rises.

    Parameters
    ----------
    costs : array (2^n,)
    order : uint32 (2^n,)
        The states by rising cost.

    Returns
    -------
    (at, deeper, shallower) : arrays
        For each merge the state at which it happens, and the lowest states of the two components; of equal costs the first state.
        A component that meets another at the cost of its own lowest state is no minimum, and makes no merge.
    """
    absent = np.uint32(0xFFFFFFFF)
    parent = np.full(costs.size, absent, np.uint32)
    lowest = np.empty(costs.size, np.uint32)
    at, deeper, shallower = [], [], []
    for k in range(order.size):
        s = np.int64(order[k])
        parent[s] = np.uint32(s)
        lowest[s] = np.uint32(s)
        root = s
        for i in range(n):
            t = s ^ (1 << i)
            if parent[t] == absent:
                continue
            other = t
            while parent[other] != other:
                parent[other] = parent[parent[other]]
                other = np.int64(parent[other])
            if other == root:
                continue
            a, b = np.int64(lowest[root]), np.int64(lowest[other])
            if costs[b] < costs[a] or (costs[b] == costs[a] and b < a):
                a, b = b, a
            if costs[b] < costs[s]:
                at.append(s)
                deeper.append(a)
                shallower.append(b)
            # the older component keeps its root: it is the larger one, most often
            parent[root] = np.uint32(other)
            lowest[other] = np.uint32(a)
            root = other
    return np.array(at, np.int64), np.array(deeper, np.int64), np.array(shallower, np.int64)
