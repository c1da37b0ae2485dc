"""Landscapes that are meant to mislead, by kind: each is made from a random generator alone.

The kinds are those of inputs that once went wrong: solutions far away, leading forms that are nearly degenerate, curves
that no path ends on, data that are shifted, scaled, correlated or tiny. All are small enough for exact algebra.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise, product

import numpy as np

import polysys as ps
from polysys.landscape import Landscape

Rng = np.random.Generator
KINDS: dict[str, Callable[[Rng], Landscape]] = {}


def kind(make: Callable[[Rng], Landscape]) -> Callable[[Rng], Landscape]:
    """Register a kind under its function's name."""
    KINDS[make.__name__.replace("_", "-")] = make
    return make


def _int(rng: Rng, size: int, *, is_zero_allowed: bool = False) -> int:
    while True:
        value = int(rng.integers(-size, size + 1))
        if value or is_zero_allowed:
            return value


def _expression(text: str, domain: str = "euclidean", n: int | None = None) -> Landscape:
    names = None if n is None else [f"x{i + 1}" for i in range(n)]
    return ps.expression(text, domain, variables=names).sample()


def _polynomial(rng: Rng, n: int, degree: int, *, share: float = 1.0, size: int = 20, least: int = 0) -> str:
    terms = []
    for e in product(range(degree + 1), repeat=n):
        if least <= sum(e) <= degree and rng.random() < share:
            terms.append("*".join([f"({_int(rng, size)})", *(f"x{i + 1}^{k}" for i, k in enumerate(e) if k)]))
    return "+".join(terms) or "x1"


def _with_all(text: str, n: int) -> str:
    """A potential in which every variable occurs, so that its number of variables is what it is meant to be."""
    return text + "".join(f"+x{i + 1}" for i in range(n) if f"x{i + 1}" not in text)


@kind
def dense(rng: Rng) -> Landscape:
    n, degree = ((1, 6), (2, 4), (3, 3), (2, 5), (3, 4))[rng.integers(5)]
    return _expression(_polynomial(rng, n, degree, least=1), n=n)


@kind
def sparse(rng: Rng) -> Landscape:
    n, degree = ((2, 5), (3, 4), (3, 3), (4, 3))[rng.integers(4)]
    text = _with_all(_polynomial(rng, n, degree, share=(0.2, 0.35, 0.5)[rng.integers(3)], size=90, least=1), n)
    return _expression(text, n=n)


@kind
def fractions(rng: Rng) -> Landscape:
    n = int(rng.integers(2, 4))
    text = _with_all(_polynomial(rng, n, 4, share=0.3, least=1), n)
    parts = [f"({t})/{int(rng.integers(1, 100))}" for t in text.split("+")]
    return _expression("+".join(parts), n=n)


@kind
def chain_of_squares(rng: Rng) -> Landscape:
    """Rosenbrock's valley and its relatives, with their weights and centres varied."""
    n, weight = int(rng.integers(2, 5)), (1, 5, 50, 100, 1000)[rng.integers(5)]
    power = int(rng.integers(2, 4)) if n == 2 else 2
    terms = [f"{weight}*(x{i + 1}-x{i}^{power})^2" for i in range(1, n)]
    centres = range(1, n) if rng.random() < 0.5 else range(1, 2)
    return _expression("+".join([*terms, *(f"({_int(rng, 12)}-x{i})^2" for i in centres)]), n=n)


@kind
def well_chain(rng: Rng) -> Landscape:
    n = int(rng.integers(2, 5))
    terms = [f"(x{i + 1}-x{i}^2)^2*{int(rng.integers(1, 9))}/2" for i in range(1, n)]
    return _expression("+".join([f"x1^4/4-x1^2*{int(rng.integers(1, 5))}/2", *terms]), n=n)


@kind
def shear(rng: Rng) -> Landscape:
    """A binary quartic in coordinates that are nearly parallel, with lower terms: solutions far along one direction."""
    m = int(rng.integers(5, 40))
    u, v = f"({m + 1}*x1-{m}*x2)", f"({m}*x1-{m - 1}*x2)"
    forms = [f"({_int(rng, 4, is_zero_allowed=True)})*{u}^{k}*{v}^{4 - k}" for k in range(5)]
    lower = f"({_int(rng, m * m)})*x1*x2+({_int(rng, m * m)})*x1+({_int(rng, m * m)})*x2^2"
    return _expression("+".join([*forms, lower]), n=2)


@kind
def near_power(rng: Rng) -> Landscape:
    """A leading form that is a power of a linear form but for a coefficient of size 10^-k."""
    n, d, k = int(rng.integers(2, 4)), int(rng.integers(3, 5)), int(rng.integers(6, 17))
    linear = "+".join(f"({_int(rng, 3)})*x{i + 1}" for i in range(n))
    extra = "+".join(f"x{i + 1}^{d}*{_int(rng, 3)}/10^{k}" for i in range(1, n))
    return _expression(f"({linear})^{d}/{d}+{extra}+{_polynomial(rng, n, 2, size=3, least=1)}", n=n)


@kind
def float_form(rng: Rng) -> Landscape:
    """A power of a linear form expanded in floating point, as a program writes it."""
    n = int(rng.integers(2, 4))
    a = [float(x) for x in rng.integers(1, 9, n) / 10]
    terms = []
    for e in product(range(4), repeat=n):
        if sum(e) == 3:
            c = 6.0
            for i, k in enumerate(e):
                c = c * a[i] ** k / (1.0, 1.0, 2.0, 6.0)[k]
            terms.append("*".join([f"{c:.17f}", *(f"x{i + 1}^{k}" for i, k in enumerate(e) if k)]))
    return _expression("+".join([*terms, _polynomial(rng, n, 2, size=3, least=1)]), n=n)


@kind
def far_solutions(rng: Rng) -> Landscape:
    """Solutions that lie as far away as a small coefficient says."""
    k = int(rng.integers(2, 9))
    n = int(rng.integers(1, 3))
    text = f"x1^4/10^{k}+({_int(rng, 5)})*x1^3+({_int(rng, 9)})*x1^2+x1"
    if n == 2:
        text += f"+(x2-{int(rng.integers(1, 1000))}*x1)^2+({_int(rng, 3)})*x2"
    return _expression(text, n=n)


@kind
def mixed_scales(rng: Rng) -> Landscape:
    n = int(rng.integers(2, 4))
    text = _with_all(_polynomial(rng, n, 4, share=0.35, least=1), n)
    return _expression("+".join(f"({t})*10^{int(rng.integers(0, 9))}" for t in text.split("+")), n=n)


@kind
def repeated_factor(rng: Rng) -> Landscape:
    """A square that vanishes on a curve: isolated points may stand beside it."""
    i, j = int(rng.integers(1, 3)), int(rng.integers(1, 3))
    head = ("1", "x1", "(x1^2+1)")[rng.integers(3)]
    other = (f"x3^2*{int(rng.integers(1, 9))}", "x3^4/4-x3^2/2", "x3^2+x3^3")[rng.integers(3)]
    return _expression(f"{head}*(x1^{i}*x2^{j}-{int(rng.integers(1, 5))})^2+{other}", n=3)


@kind
def degenerate(rng: Rng) -> Landscape:
    """Multiple stationary points: powers higher than two, and couplings among them."""
    a, b = int(rng.integers(3, 6)), int(rng.integers(2, 5))
    text = f"x1^{a}*{int(rng.integers(1, 5))}+x2^{b}*{int(rng.integers(1, 5))}"
    if rng.random() < 0.7:
        text += f"+({_int(rng, 3)})*x1^{int(rng.integers(1, 3))}*x2^{int(rng.integers(1, 3))}"
    return _expression(text, n=2)


@kind
def close_pair(rng: Rng) -> Landscape:
    k, c = int(rng.integers(3, 13)), int(rng.integers(1, 5))
    return _expression(f"(x1-{c})^3/3-(x1-{c})/(4*10^{2 * k})+x2^2/2+x1*x2^2*{int(rng.integers(1, 4))}", n=2)


@kind
def univariate(rng: Rng) -> Landscape:
    degree = int(rng.integers(4, 30))
    if rng.random() < 0.4:
        roots = "*".join(f"(x1-{r})" for r in rng.choice(30, int(rng.integers(2, 8)), replace=False))
        import sympy

        x = sympy.Symbol("x1")
        return _expression(str(sympy.expand(sympy.integrate(sympy.sympify(roots.replace("x1", "(x1)"), {"x1": x}), x))), n=1)
    return _expression(_polynomial(rng, 1, degree, share=0.6, least=1) + f"+x1^{degree}", n=1)


@kind
def sphere(rng: Rng) -> Landscape:
    n, d = int(rng.integers(2, 5)), int(rng.integers(2, 4))
    least = d if rng.random() < 0.5 else 1
    return _expression(_with_all(_polynomial(rng, n, d, share=(0.5, 1.0)[rng.integers(2)], least=least), n), "sphere", n)


@kind
def sphere_with_radius_factor(rng: Rng) -> Landscape:
    """A form times |x|^2: on the sphere no more than the form itself."""
    n = int(rng.integers(2, 4))
    radius = "+".join(f"x{i + 1}^2" for i in range(n))
    form = "+".join(f"({_int(rng, 5)})*x{i + 1}" for i in range(n))
    form = form if rng.random() < 0.5 else f"({form})*x1+x2^2*{_int(rng, 4)}"
    return _expression(f"({form})*({radius})", "sphere", n)


@kind
def spheres(rng: Rng) -> Landscape:
    a, b = int(rng.integers(2, 4)), int(rng.integers(2, 3))
    terms = [f"({_int(rng, 9)})*x{i + 1}*x{a + j + 1}" for i in range(a) for j in range(b)]
    if rng.random() < 0.6:
        terms.append("+".join(f"({_int(rng, 5)})*x{i + 1}" for i in range(a + b)))
    if rng.random() < 0.3:
        terms.append(f"x1^2*x{a + 1}*{_int(rng, 5)}")
    return _expression("+".join(terms), f"spheres {a}-{b}", a + b)


def _data(rng: Rng, features: int, targets: int, m: int) -> tuple[list[list[Fraction]], list[list[Fraction]]]:
    """Data as people have them: shifted, scaled, correlated, tiny, or with columns that repeat."""
    x = rng.integers(-9, 10, (features, m)).astype(object)
    y = rng.integers(-9, 10, (targets, m)).astype(object)
    how = rng.integers(6)
    if how == 0:
        x = x + 100
    elif how == 1:
        x, y = x * int(10 ** rng.integers(1, 5)), y * int(10 ** rng.integers(0, 5))
    elif how == 2 and features > 1:
        x[1] = x[0] + rng.integers(-1, 2, m).astype(object)
    elif how == 3:
        x, y = x * Fraction(1, 10 ** int(rng.integers(1, 5))), y * Fraction(1, 10)
    elif how == 4 and m > 1:
        x[:, -1], y[:, -1] = x[:, 0], y[:, 0]
    return [[Fraction(v) for v in row] for row in x], [[Fraction(v) for v in row] for row in y]


def _l2(rng: Rng, n: int) -> list[Fraction]:
    scale = Fraction(1, int(10 ** rng.integers(0, 4)))
    return [Fraction(int(v)) * scale for v in rng.choice(np.arange(1, 40), n, replace=n > 39)]


@kind
def deep_linear(rng: Rng) -> Landscape:
    widths = ((1, 1, 1), (2, 1, 1), (1, 1, 1, 1), (2, 1, 2), (1, 2, 1), (2, 2, 1))[rng.integers(6)]
    m = int(rng.integers(1, 4))
    n = sum(a * b for a, b in pairwise(widths))
    return ps.DeepLinear(widths, data=_data(rng, widths[0], widths[-1], m), l2=_l2(rng, n)).sample()


@kind
def quadratic_network(rng: Rng) -> Landscape:
    widths = ((1, 1, 1), (2, 1, 1), (1, 2, 1), (2, 2, 1))[rng.integers(4)]
    is_fixed = widths == (2, 2, 1) or rng.random() < 0.5
    m = int(rng.integers(1, 4))
    n = widths[0] * widths[1] + (0 if is_fixed else widths[1] * widths[2])
    output = [[_int(rng, 3) for _ in range(widths[1])] for _ in range(widths[2])] if is_fixed else "trained"
    activation = ("z^2", "z^2+z", "z^2-z/2")[rng.integers(3)]
    return ps.PolynomialNetwork(
        widths, activation=activation, data=_data(rng, widths[0], widths[-1], m), l2=_l2(rng, n), output=output
    ).sample()


@kind
def glass(rng: Rng) -> Landscape:
    label = ("spherical-p-spin:n=4,p=3", "spherical-p-spin:n=3,p=4", "spherical-p-spin:n=3,p=2-3", "layered-spin-glass:widths=2-2-2")[
        rng.integers(4)
    ]
    return ps.model_from_label(label).sample(int(rng.integers(10**6)))
