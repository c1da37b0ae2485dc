"""PHCpack's text formats: polynomials written, polynomials and solution lists read."""

import re

from homotopy.engines.phcpack.types import Point, Polynomials, RawEnd, Term

_DIGITS = r"\d+(?:\.\d*)?(?:[Ee][+-]?\d+)?"
_SOLUTION_T = re.compile(r"t :\s+(\S+)\s+(\S+)")
_COORDINATE = re.compile(r"^\s*x(\d+) :\s+(\S+)\s+(\S+)", re.MULTILINE)
_QUALITY = re.compile(r"== err :\s*(\S+)\s*= rco :\s*(\S+)\s*= res :\s*(\S+)\s*=")
_TERM = re.compile(
    rf"\s*(?P<sign>[+-]?)\s*"
    rf"(?:\(\s*(?P<real>[+-]?\s*{_DIGITS})\s*(?:(?P<imaginary>[+-]\s*{_DIGITS})\s*\*\s*[iI]\s*)?\)|(?P<plain>{_DIGITS}))?"
    r"\s*(?P<powers>(?:\*?\s*x\d+(?:\^\d+)?\s*)*)"
)
_POWER = re.compile(r"x(\d+)(?:\^(\d+))?")


def write_polynomials(polynomials: Polynomials, n: int) -> list[str]:
    """Return the equations as PHCpack reads them, in the unknowns x1 .. xn.

    Trap B: PHCpack numbers unknowns in the order in which it first meets them, so two systems may silently disagree
    about which coordinate is which. ``x1-x1+x2-x2+...`` in front of the first equation fixes the order.
    Trap G: the names ``i``, ``I``, ``e``, ``E`` are taken, so the unknowns are always called x1, x2, ...; coefficients
    carry 17 digits, all that a double has.
    """
    lines = []
    for terms in polynomials:
        parts = []
        for c, exponents in terms:
            powers = "".join(f"*x{i + 1}^{d}" if d > 1 else f"*x{i + 1}" for i, d in enumerate(exponents) if d)
            parts.append(f"+({c.real:.17g}{c.imag:+.17g}*i){powers}")
        lines.append("".join(parts) + ";")
    if lines:
        lines[0] = "+".join(f"x{i + 1}-x{i + 1}" for i in range(n)) + lines[0]
    return lines


def read_polynomial(text: str, n: int) -> tuple[Term, ...]:
    """Return the terms of one polynomial as PHCpack prints it (expanded, with or without the final semicolon)."""
    text = " ".join(text.replace(";", " ").split()).strip()
    terms: dict[tuple[int, ...], complex] = {}
    position = 0
    while position < len(text):
        match = _TERM.match(text, position)
        if match is None or not match.group(0).strip():
            raise ValueError(f"PHCpack printed a polynomial that cannot be read at {text[position : position + 40]!r}")
        c = complex(_number(match["real"] or match["plain"] or "1"), _number(match["imaginary"] or "0"))
        exponents = [0] * n
        for index, power in _POWER.findall(match["powers"]):
            exponents[int(index) - 1] += int(power or "1")
        key = tuple(exponents)
        terms[key] = terms.get(key, 0j) + (-c if match["sign"] == "-" else c)
        position = match.end()
    return tuple((c, exponents) for exponents, c in terms.items() if c)


def _number(text: str) -> float:
    return float(text.replace(" ", ""))


def write_system_file(polynomials: Polynomials, n: int, solutions: list[Point] | None = None) -> str:
    """Return the text of a file with a system and, for a start system, its solutions."""
    lines = [f"{n}", *write_polynomials(polynomials, n)]
    if solutions is not None:
        lines += ["", "THE SOLUTIONS :", f"{len(solutions)} {n}", "=" * 75]
        for k, x in enumerate(solutions):
            lines += [f"solution {k + 1} :", write_solution(x) + "="]
    return "\n".join(lines) + "\n"


def read_system_file(text: str, n: int) -> tuple[list[tuple[Term, ...]], list[RawEnd]]:
    """Return the system and the solutions of a start system's file."""
    system, _, solutions = text.partition("THE SOLUTIONS")
    polynomials = [p for p in system.strip().partition("\n")[2].split(";") if p.strip()]
    return [read_polynomial(p, n) for p in polynomials], read_solution_list(solutions, n)


def write_solution(x: Point) -> str:
    """Return a start solution in PHCpack's format (t = 0, regular)."""
    lines = ["t :  0.00000000000000E+00   0.00000000000000E+00", "m : 1", "the solution for t :"]
    lines += [f" x{i + 1} :  {z.real:.17E}  {z.imag:.17E}" for i, z in enumerate(x)]
    lines.append("== err :  0.000E+00 = rco :  1.000E+00 = res :  0.000E+00 =")
    return "\n".join(lines)


def read_solution(text: str, n: int) -> RawEnd:
    """Return one solution as PHCpack prints it, coordinates sorted by their names."""
    t = _SOLUTION_T.search(text)
    quality = _QUALITY.search(text)
    found = {int(i): complex(_real(re_), _real(im)) for i, re_, im in _COORDINATE.findall(text)}
    if t is None or quality is None or sorted(found) != list(range(1, n + 1)):
        raise ValueError(f"PHCpack printed a solution that cannot be read: {text[:200]!r}")
    err, rco, res = (_real(q) for q in quality.groups())
    return RawEnd(tuple(found[i] for i in range(1, n + 1)), _real(t.group(1)), err, rco, res)


def _real(text: str) -> float:
    """Read a number; PHCpack prints ``NaN******`` and asterisks for what does not fit its columns."""
    try:
        return float(text)
    except ValueError:
        return float("nan")


def read_solution_list(text: str, n: int) -> list[RawEnd]:
    """Return every solution of a list in a PHCpack file."""
    chunks = re.split(r"^solution \d+ :.*$", text, flags=re.MULTILINE)[1:]
    return [read_solution_or_nan(chunk, n) for chunk in chunks]


def read_solution_or_nan(text: str, n: int) -> RawEnd:
    """Return one solution, or nan at t = nan for what PHCpack could not print (a path that overflowed)."""
    try:
        return read_solution(text, n)
    except ValueError:
        nan = float("nan")
        return RawEnd((complex(nan, nan),) * n, nan, nan, nan, nan)
