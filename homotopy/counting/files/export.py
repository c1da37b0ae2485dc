"""Points, solutions and systems in the files of other programs: CSV, Parquet, Bertini, HomotopyContinuation.jl, PHCpack."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf, nextafter
from pathlib import Path
from typing import Any

from flint import arb

from homotopy.certification.certificates import decimal_text
from homotopy.certification.classify import all_coordinates
from homotopy.common.files import write_atomically
from homotopy.counting.result import Census
from homotopy.counting.solutions import Solutions
from homotopy.errors import HomotopyError
from homotopy.status import Verdict
from polysys.own_equations import Equations
from polysys.problem import Problem


@dataclass(frozen=True, slots=True)
class Form:
    """A form of export.

    Parameters
    ----------
    summary : str
    of_points : callable or None
        Census and whether only real solutions are wanted -> content; None where stationary points have no form of their own.
    of_solutions : callable or None
        Census or Solutions and whether only real solutions are wanted -> content.
    of_system : callable or None
        Landscape or Equations -> content.
    """

    summary: str
    of_points: Callable[[Census, bool], bytes] | None = None
    of_solutions: Callable[[Census | Solutions, bool], bytes] | None = None
    of_system: Callable[[Problem], bytes] | None = None

    @property
    def lists_points(self) -> bool:
        """Whether it lists points or solutions, so that something must be solved first."""
        return self.of_system is None


def export(what: Census | Solutions | Problem, form: str, path: str | Path, *, is_real: bool = False) -> Path:
    """Write the points or the system of a landscape, or solutions of equations, for another program; complete or not at all.

    Parameters
    ----------
    what : Census, Solutions, Landscape or Equations
        Forms of points and solutions need a census, or solutions.
    form : str
        One of :data:`FORMS`.
    path : str or Path
    is_real : bool
        In forms of complex solutions, only those proved real.

    Returns
    -------
    Path

    Raises
    ------
    HomotopyError
        For a form that does not exist or needs a census, or a file that cannot be written.

    Examples
    --------
    >>> import tempfile, homotopy as ho, polysys as ps
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = export(ps.expression("x^3/3 - 2*x").sample(), "julia-system", folder + "/f.jl")
    ...     print(*file.read_text().splitlines()[-2:], sep="\\n")
    F = System([x^2 - 2], variables = [x])
    result = solve(F)
    """
    content = text_of(what, form, is_real=is_real)
    target = Path(path)
    try:
        write_atomically(target, content)
    except OSError as error:
        raise HomotopyError(f"{target} cannot be written ({error.strerror}).", "Choose another place.") from error
    return target


def text_of(what: Census | Solutions | Problem, form: str, *, is_real: bool = False) -> bytes:
    """The content of the file that :func:`export` would write."""
    chosen = find_form(form)
    if chosen.of_system is not None:
        return chosen.of_system(_problem(what))
    if isinstance(what, Census) and chosen.of_points is not None:
        return chosen.of_points(what, is_real)
    if isinstance(what, Census | Solutions) and chosen.of_solutions is not None:
        return chosen.of_solutions(what, is_real)
    if isinstance(what, Solutions):
        raise HomotopyError(f"The form {form} lists stationary points, and equations have none.", "Choose another form.")
    raise HomotopyError(f"The form {form} lists points, and a landscape has none yet.", "Count it first.")


def _problem(what: Census | Solutions | Problem) -> Problem:
    return what.landscape if isinstance(what, Census) else what.equations if isinstance(what, Solutions) else what


def find_form(name: str) -> Form:
    """A form by its name.

    Raises
    ------
    HomotopyError
    """
    if name not in FORMS:
        raise HomotopyError(f"There is no form {name[:40]!r}.", f"Choose {', '.join(FORMS)}.")
    return FORMS[name]


def rows(census: Census) -> list[dict[str, Any]]:
    """The real points as records of doubles, with bounds on what the doubles are off by."""
    result = []
    for row, point in zip(census.rows(), census.points, strict=True):
        values = [row[name] for name in census.landscape.all_variables]
        errors = [_error(c, v) for c, v in zip(all_coordinates(census.landscape, point), values, strict=True)]
        first = {key: row.pop(key) for key in ("index", "energy")}
        bounds = {"energy_error": _error(point.energy, first["energy"]), "coordinate_error": max(errors)}
        result.append({**first, **bounds, **row})
    return result


def _error(ball: arb, value: float) -> float:
    if ball.is_exact() and ball == value:
        return 0.0
    return nextafter(float(abs(ball - arb(value)).upper()), inf)


def _csv(census: Census, _: bool) -> bytes:
    names = [*_COLUMNS, *census.landscape.all_variables]
    stream = io.StringIO()
    writer = csv.DictWriter(stream, names, lineterminator="\n")
    writer.writeheader()
    for row in rows(census):
        writer.writerow({k: repr(v) if isinstance(v, float) else "" if v is None else str(v).lower() for k, v in row.items()})
    return stream.getvalue().encode()


_COLUMNS = ("index", "energy", "energy_error", "coordinate_error", "orbit", "solution", "is_origin")


def _csv_of_solutions(found: Census | Solutions, is_real: bool) -> bytes:
    """Real and imaginary part of each unknown, one solution a row."""
    names = _problem(found).system.variables
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["real", "error", *(f"{part}_{name}" for name in names for part in ("re", "im"))])
    chosen = found.certificates
    for c, radius, z in zip(chosen, chosen.radius.tolist(), chosen.mid.tolist(), strict=True):
        if not is_real or c.reality is Verdict.YES:
            writer.writerow([c.reality.value, repr(radius), *(repr(v) for w in z for v in (w.real, w.imag))])
    return stream.getvalue().encode()


def _parquet(census: Census, _: bool) -> bytes:
    import pyarrow as pa  # a tenth of a second
    import pyarrow.parquet as pq

    land = census.landscape
    kinds = {"is_origin": pa.bool_(), **dict.fromkeys(("index", "orbit", "solution"), pa.int64())}
    names = [*_COLUMNS, *land.all_variables]
    told = {"model": land.label, "seed": str(land.seed), "sample": str(land.index), "digest": land.digest}
    told |= {"completeness": str(census.completeness)}
    schema = pa.schema([(name, kinds.get(name, pa.float64()) if name in _COLUMNS else pa.float64()) for name in names], told)
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(rows(census), schema), sink)
    return bytes(sink.getvalue())


def _solutions(census: Census | Solutions, is_real: bool, end: str = "") -> bytes:
    """Number of solutions, then a block each: a coordinate a line, real and imaginary part."""
    blocks = ["\n".join(f"{re} {im}{end}" for re, im in z) for z in _values(census, is_real)]
    return ("\n\n".join([str(len(blocks)), *blocks]) + "\n").encode("ascii")


def _values(census: Census | Solutions, is_real: bool) -> list[list[tuple[str, str]]]:
    chosen = (c for c in census.certificates if not is_real or c.reality is Verdict.YES)
    return [
        [(_decimal(re), "0" if c.reality is Verdict.YES else _decimal(im)) for re, im in c.enclosure.mid] for c in chosen
    ]


def _decimal(value: Fraction) -> str:
    """A terminating decimal: a double's shortest one, or all digits that the certificate has."""
    shortest = decimal_text(float(value))
    if Fraction(shortest) == value:
        return shortest
    shift = 0
    while value.denominator != 1:
        value, shift = value * 10, shift + 1
    return f"{value.numerator}e-{shift}"


def _phcpack(census: Census | Solutions, is_real: bool) -> bytes:
    """The system, as PHCpack gets it from us, and the solutions."""
    from homotopy.engines.doubles import equations_in_doubles
    from homotopy.engines.phcpack.text import write_system_file

    points = [tuple(complex(float(Fraction(re)), float(Fraction(im))) for re, im in z) for z in _values(census, is_real)]
    land = _problem(census)
    return write_system_file(equations_in_doubles(land.system), land.system.n, points).encode("ascii")


def _names(land: Problem, reserved: str) -> list[str]:
    """The unknowns' names, those that mean something else to the other program with an underscore."""
    names, taken = list(land.system.variables), set(reserved.split())
    for k, name in enumerate(names):
        while name in taken or name in names[:k]:
            name += "_"
        names[k] = name
    return names


def _polynomial(terms: Mapping[tuple[int, ...], Fraction], names: Sequence[str], over: str) -> str:
    """A polynomial with exact coefficients; `over` divides integers."""
    pieces: list[str] = []
    for exponents, c in terms.items():
        factors = [name if e == 1 else f"{name}^{e}" for name, e in zip(names, exponents, strict=True) if e]
        number = str(abs(c).numerator) if c.denominator == 1 else f"{abs(c).numerator}{over}{c.denominator}"
        if number != "1" or not factors:
            factors.insert(0, number)
        sign = "-" if c < 0 else "+"
        pieces.append(f"{sign} {'*'.join(factors)}" if pieces else f"{'-' if c < 0 else ''}{'*'.join(factors)}")
    return " ".join(pieces) or "0"


def _about(land: Problem, mark: str) -> str:
    seed = "explicit couplings" if land.seed is None else f"seed {land.seed}, sample {land.index}"
    seed = land.size if isinstance(land, Equations) else seed
    label = "".join(ch if ch.isascii() and ch.isprintable() else "?" for ch in land.label)
    return f"{mark} {label} ({seed}), exact coefficients; digest {land.digest}"


_BERTINI = (
    "I Pi pi E exp sin cos tan asin acos atan sinh cosh tanh sqrt log pow abs END CONFIG INPUT function constant parameter "
    "pathvariable variable variable_group hom_variable_group random random_real definesubfunction"
)
_JULIA = (
    "im pi e F System baremodule begin break catch const continue do else elseif end export false finally for function global if "
    "import let local macro module quote result return solve struct true try using while"
)


def _bertini_system(land: Problem) -> bytes:
    names = _names(land, _BERTINI)
    stem = "f"
    while any(name.startswith(stem) for name in names):
        stem += "f"
    lines = [_about(land, "%"), "CONFIG", "END;", "INPUT", f"variable_group {', '.join(names)};"]
    equations = [_polynomial(terms, names, "/") for terms in land.system.terms]
    lines.append(f"function {', '.join(f'{stem}{k + 1}' for k in range(len(equations)))};")
    lines += [f"{stem}{k + 1} = {equation};" for k, equation in enumerate(equations)]
    return ("\n".join([*lines, "END;"]) + "\n").encode("ascii")


def _julia_system(land: Problem) -> bytes:
    names = _names(land, _JULIA)
    given = land.given_terms if isinstance(land, Equations) else land.system.terms  # more equations than unknowns are welcome
    equations = ",\n            ".join(_polynomial(terms, names, "//") for terms in given)
    lines = [
        _about(land, "#"),
        "using HomotopyContinuation",
        f"@var {' '.join(names)}",
        f"F = System([{equations}], variables = [{', '.join(names)}])",
        "result = solve(F)",
    ]
    return ("\n".join(lines) + "\n").encode("ascii")


FORMS: dict[str, Form] = {
    "csv": Form("real points with energy and index, one a row; of equations, all solutions", _csv, _csv_of_solutions),
    "parquet": Form("the same as columns", _parquet),
    "bertini-system": Form("the equations as Bertini's input file", of_system=_bertini_system),
    "bertini-solutions": Form("complex solutions as Bertini's finite_solutions", of_solutions=_solutions),
    "bertini-start": Form(
        "complex solutions as Bertini's start file", of_solutions=lambda c, is_real: _solutions(c, is_real, ";")
    ),
    "julia-system": Form("the equations for HomotopyContinuation.jl", of_system=_julia_system),
    "julia-solutions": Form("complex solutions for HomotopyContinuation.jl's read_solutions", of_solutions=_solutions),
    "phcpack": Form("equations and complex solutions as PHCpack's file", of_solutions=_phcpack),
}
"""All forms by name."""
