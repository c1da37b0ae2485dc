"""Polynomial systems with published numbers of solutions, as lists of equations."""

from itertools import combinations
from math import comb


def cyclic(n):
    """Cyclic n-roots (Bjorck): 70 for n = 5 (Backelin & Froberg 1991); a curve for n = 4."""
    x = [f"x{i}" for i in range(n)]
    sums = [" + ".join("*".join(x[(i + j) % n] for j in range(k)) for i in range(n)) for k in range(1, n)]
    return [*sums, "*".join(x) + " = 1"]


def katsura(n):
    """Katsura's magnetism equations: 2^n solutions."""
    u = {i: f"u{abs(i)}" for i in range(-n, n + 1)}
    rows = [" + ".join(f"{u[i]}*{u[m - i]}" for i in range(-n, n + 1) if m - i in u) + f" = u{m}" for m in range(n)]
    return ["u0" + "".join(f" + 2*u{i}" for i in range(1, n + 1)) + " = 1", *rows]


def noon(n):
    """Noonburg's neural network: 21 for n = 3 (Noonburg 1989)."""
    x = [f"x{i + 1}" for i in range(n)]
    return [" + ".join(f"{v}*{w}^2" for w in x if w != v) + f" - 1.1*{v} + 1 = 0" for v in x]


def eco(n):
    """An economics model (Morgan 1987, 10.4): 2^(n-2) solutions."""
    x = [f"x{i + 1}" for i in range(n)]
    rows = [
        f"({x[k]} + " + " + ".join(f"{x[i]}*{x[i + k + 1]}" for i in range(n - k - 2)) + f")*{x[-1]} = {k + 1}"
        for k in range(n - 2)
    ]
    return [*rows, f"{x[n - 2]}*{x[-1]} = {n - 1}", " + ".join(x[: n - 1]) + " = -1"]


def chandrasekhar(n):
    """The discretised H-equation with c = 0.51 (Chow, Mallet-Paret & Yorke 1979 count its paths): 2^(n-1) solutions."""
    h = [f"h{i + 1}" for i in range(n)]
    rows = []
    for i in range(n):
        total = " + ".join([f"{h[i]}", *(f"{2 * (i + 1)}/{i + j + 1}*{h[i]}*{h[j - 1]}" for j in range(1, n))])
        rows.append(f"{2 * n}*{h[i]} = {2 * n} + 0.51*({total})")
    return rows


def kuramoto(frequencies, couplings):
    """Equilibria of oscillators in sines and cosines, the last one at rest.

    2^N - 2 for equal couplings, binomial(2N - 2, N - 1) for general ones (Baillieul & Byrnes 1982; Chen, Davis & Mehta 2018).
    """
    n = len(frequencies) + 1
    s, c = [*(f"s{i + 1}" for i in range(n - 1)), "0"], [*(f"c{i + 1}" for i in range(n - 1)), "1"]
    rows = []
    for i in range(n - 1):
        pull = " + ".join(
            f"{couplings[min(i, j), max(i, j)]}*({s[i]}*{c[j]} - {s[j]}*{c[i]})" for j in range(n) if j != i
        )
        rows += [f"{frequencies[i]} = {pull}", f"{s[i]}^2 + {c[i]}^2 = 1"]
    return rows


def equal_couplings(n):
    return dict.fromkeys(combinations(range(n), 2), "1")


def power_flow(n, voltages, powers, susceptances):
    """Lossless power flow in rectangular coordinates: voltages and active powers of n - 1 buses are given, bus n is the slack.

    binomial(2n - 2, n - 1) complex solutions for a complete network (Baillieul & Byrnes 1982): 6 for three buses.
    """
    e, f = [*(f"e{i + 1}" for i in range(n - 1)), "1"], [*(f"f{i + 1}" for i in range(n - 1)), "0"]
    rows = []
    for i in range(n - 1):
        flow = " + ".join(
            f"{susceptances[min(i, j), max(i, j)]}*({f[i]}*{e[j]} - {e[i]}*{f[j]})" for j in range(n) if j != i
        )
        rows += [f"{flow} = {powers[i]}", f"{e[i]}^2 + {f[i]}^2 = {voltages[i]}"]
    return rows


EDELSTEIN = [  # A <-> 2A, A + B <-> C <-> B with the total b + c conserved: a cubic for a (Edelstein 1970); three positive steady states
    "8.5*a - a^2 - a*b + 0.2*c = 0",
    "a*b - 1.2*c + 0.1*b = 0",
    "b + c = 22",
]

TWISTED_CUBIC = ["y = x^2", "z = x*y", "x*z = y^2", "x + 2*y - 3*z = 1"]  # a curve of degree 3 on a plane

ROSENBROCK = ["400*x^3 - 400*x*y + 2*x - 2 = 0", "200*y - 200*x^2 = 0"]

PUBLISHED = {
    "cyclic-5": (cyclic(5), 70),
    "katsura-4": (katsura(4), 16),
    "noon-3": (noon(3), 21),
    "eco-5": (eco(5), 8),
    "chandrasekhar-4": (chandrasekhar(4), 8),
    "Kuramoto, equal couplings": (kuramoto(["1/10", "-1/5", "3/20"], equal_couplings(4)), 14),
    "Kuramoto, general couplings": (
        kuramoto(
            ["1/10", "-1/5", "3/20"],
            dict(zip(combinations(range(4), 2), ["1", "3/2", "2/3", "5/4", "4/5", "7/5"], strict=True)),
        ),
        comb(6, 3),
    ),
    "power flow": (power_flow(3, ["1.02", "0.97"], ["0.3", "-0.4"], {(0, 1): "2", (0, 2): "1.5", (1, 2): "3"}), 6),
    "Edelstein": (EDELSTEIN, 3),
    "twisted cubic": (TWISTED_CUBIC, 3),
    "Rosenbrock": (ROSENBROCK, 1),
}
