"""Numbers with their nouns, as a person says them."""

from __future__ import annotations

from collections.abc import Sequence

from polysys.landscape import Landscape

_PLURALS = {"class": "classes", "minimum": "minima", "maximum": "maxima", "datum": "data"}


def count_of(n: int, noun: str) -> str:
    """A number of things.

    Examples
    --------
    >>> count_of(1, "class"), count_of(2, "class"), count_of(0, "minimum"), count_of(1, "certified distinct solution")
    ('1 class', '2 classes', '0 minima', '1 certified distinct solution')
    """
    return f"{n} {noun if n == 1 else plural(noun)}"


def plural(noun: str) -> str:
    """The plural of a noun that we use."""
    return _PLURALS.get(noun, noun + "s")


def listed(names: Sequence[str], most: int = 8) -> str:
    """Names with commas between them; of many the first ones, the last, and how many there are.

    Examples
    --------
    >>> listed(["x", "y"]), listed([f"x{k}" for k in range(1, 31)], most=4)
    ('x, y', 'x1, x2, x3, .., x30 (30)')
    """
    if len(names) <= most:
        return ", ".join(names)
    return f"{', '.join(names[: most - 1])}, .., {names[-1]} ({len(names)})"


def probability(p: float, digits: int = 2) -> str:
    """A probability; one too small for a double is not called zero.

    Examples
    --------
    >>> probability(0.0312), probability(0.0)
    ('0.031', '<1e-300')
    """
    return f"{p:.{digits}g}" if p >= 1e-300 else "<1e-300"


def sample_title(landscape: Landscape) -> str:
    """Label, seed and sample of a landscape.

    Examples
    --------
    >>> import polysys as ps
    >>> sample_title(ps.SphericalPSpin(n=3, p=3).sample(seed=1, index=2)), sample_title(ps.expression("x^2").sample())
    ('spherical-p-spin:n=3,p=3, seed 1, sample 2', 'expression:user, seed 0')
    """
    seed = "" if landscape.seed is None else f", seed {landscape.seed}"
    sample = f", sample {landscape.index}" if landscape.index else ""
    return f"{landscape.label}{seed}{sample}"
