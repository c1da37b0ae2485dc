"""The network itself in doubles, and what thousands of descents and Newton runs end at; it shares no code with the list that it checks."""

from __future__ import annotations

import numpy as np


class Network:
    """Two rectified units on few data; rows of parameters are (w_1, b_1, a_1, w_2, b_2, a_2), w_k with as many entries as inputs."""

    def __init__(self, data):
        self.x, self.y, self.l2 = np.array(data.x, float), np.array(data.y, float), float(data.l2)
        self.d = self.x.shape[1]

    def units(self, p):
        parts = p.reshape(len(p), 2, self.d + 1)
        return parts[..., : self.d], parts[..., self.d]

    def fields(self, p):
        return self.units(p)[0] @ self.x.T

    def loss(self, p, active=None):
        z, a = self.fields(p), self.units(p)[1]
        on = z > 0 if active is None else active
        return (((a[..., None] * z * on).sum(1) - self.y) ** 2).sum(1) / 2 + self.l2 * (p**2).sum(1) / 2

    def gradient(self, p, active=None):
        z, a = self.fields(p), self.units(p)[1]
        on = z > 0 if active is None else active
        r = (a[..., None] * z * on).sum(1) - self.y
        pull = r[:, None] * on
        by_unit = np.concatenate([(a[..., None] * pull) @ self.x, (pull * z).sum(2, keepdims=True)], axis=2)
        return by_unit.reshape(p.shape) + self.l2 * p


def descended(net, starts, steps=12000):
    """Ends of gradient descent, with steps that fall in the last third: long enough for l2 to take unused weights away."""
    p = starts.copy()
    for k in range(steps):
        rate = 0.05 * min(1.0, 100.0 ** (2 - 3 * k / steps))
        g = net.gradient(p)
        p -= rate * g / np.maximum(1, np.linalg.norm(g, axis=1, keepdims=True) / 10)
    return p


def polished(net, p, kinks, active, steps=60):
    """Newton's method for the loss with a fixed pattern and the kinks of each unit held; None where it does not converge."""
    blocks = []
    for k in range(2):
        free = np.eye(net.d)
        if kinks[k]:
            free = np.linalg.svd(net.x[list(kinks[k])])[2][len(kinks[k]) :].T
        blocks.append(free)
    basis = np.zeros((2 * net.d + 2, sum(b.shape[1] for b in blocks) + 2))
    row = column = 0
    for b in blocks:
        basis[row : row + net.d, column : column + b.shape[1]] = b
        basis[row + net.d, column + b.shape[1]] = 1
        row, column = row + net.d + 1, column + b.shape[1] + 1
    q = basis.T @ p
    for _ in range(steps):
        g = basis.T @ net.gradient((basis @ q)[None], active)[0]
        if np.abs(g).max() < 1e-11:
            return basis @ q
        h = 1e-5
        nudges = np.vstack([np.eye(len(q)), -np.eye(len(q))]) * h
        slopes = net.gradient((q + nudges) @ basis.T, active) @ basis
        hessian = (slopes[: len(q)] - slopes[len(q) :]) / (2 * h)
        step = np.linalg.lstsq((hessian + hessian.T) / 2, g, rcond=1e-7)[0]
        q = q - step * min(1.0, 0.5 / max(np.linalg.norm(step), 1e-300))
    return None


def described(net, p, near):
    """Kinks within a relative distance, and the pattern with these off."""
    w = net.units(p[None])[0][0]
    z = w @ net.x.T / np.maximum(np.linalg.norm(w, axis=1)[:, None], 1e-300)
    kinks = [tuple(np.flatnonzero(np.abs(row) < near).tolist()) for row in z]
    return kinks, (z >= near)[None]


def ends(net, p, near):
    """(faces of both units, energy, place) that a point belongs to after polishing, or None; a unit near zero takes the face of the other."""
    sizes = np.linalg.norm(p.reshape(2, -1), axis=1)
    if sizes.min() < 0.05:  # an end of an arc, or close to one: move along it, which leaves energy and face
        big = int(sizes.argmax())
        shared = p.reshape(2, -1)[big] / np.sqrt(2)
        p = np.concatenate([shared, shared])
    kinks, active = described(net, p, near)
    end = polished(net, p, kinks, active)
    if end is None or np.linalg.norm(end.reshape(2, -1), axis=1).min() < 1e-6:
        return None
    again, pattern = described(net, end, 1e-7)
    if again != kinks or (pattern != active).any():
        return None
    faces = sorted((tuple(np.flatnonzero(on).tolist()), k) for on, k in zip(active[0], kinks, strict=True))
    return tuple(faces), round(float(net.loss(end[None], active)[0]), 7), end


def is_minimum(net, p, rng, n=200):
    """Whether nothing near is lower."""
    steps = rng.normal(size=(n, len(p)))
    steps *= rng.choice([1e-3, 1e-4, 1e-5], (n, 1)) / np.linalg.norm(steps, axis=1, keepdims=True)
    return bool((net.loss(p + steps) > net.loss(p[None])[0] - 1e-13).all())


def search(net, n_descents, n_newton, seed):
    """Ends of descents (minima, kinks allowed), ends of Newton's method off kinks; how many descents were not identified, and how many died."""
    rng = np.random.default_rng(seed)
    size = 2 * net.d + 2
    low = descended(net, rng.normal(0, 1, (n_descents, size)) * rng.uniform(0.2, 2, (n_descents, 1)))
    groups = {}  # ends with one pattern and nearly one loss are one end
    for p, value in zip(low, net.loss(low), strict=True):
        groups.setdefault((str(described(net, p, 1e-3)), round(float(value), 4)), []).append(p)
    found, lost, n_dead = set(), 0, 0
    for members in groups.values():
        if np.linalg.norm(members[0]) < 1e-6:
            n_dead += len(members)  # both units inactive on all data: descents take them to zero
            continue
        tries = (ends(net, p, near) for p in members[:5] for near in (1e-3, 1e-2, 3e-2, 1e-4))
        first = next((end for end in tries if end is not None and is_minimum(net, end[2], rng)), None)
        lost += len(members) if first is None else 0
        found |= {first[:2]} if first else set()
    tries = (ends(net, p, 0.0) for p in rng.normal(0, 1, (n_newton, size)))
    return found, {end[:2] for end in tries if end is not None}, lost, n_dead
