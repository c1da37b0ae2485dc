"""What a census file is: its members, their schema, its digest; a file is read here and nothing in it is believed yet.

One JSON object that is readable without this package. Numbers that carry a proof are texts: decimals and fractions are exact,
`[m +/- r]` is an interval. The member `sha256` is the digest of the file's other members (keys sorted, no spaces), so any
change is noticed at once; the mathematics is rechecked by :mod:`homotopy.counting.files.recheck`.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import msgspec

from homotopy.errors import CensusFileError
from polysys.errors import FileError
from polysys.formulations.formulation import Kind
from polysys.reading.files import check_json, gunzip, is_gzipped, read_bytes, shown_path

FORMAT = "stationary-census"
VERSION = 1
_MAX_BYTES = 1 << 27


Decimal = Annotated[str, msgspec.Meta(description="An exact decimal number, such as -0.125 or 12e-30.")]
Interval = Annotated[str, msgspec.Meta(description="A real number and how far it is known, such as [0.333 +/- 4e-4].")]


class Solution(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A certificate as written."""

    re: Annotated[list[Decimal], msgspec.Meta(description="Real parts of the centre, one per unknown.")]
    im: Annotated[list[Decimal], msgspec.Meta(description="Imaginary parts of the centre.")]
    radius: Annotated[Decimal, msgspec.Meta(description="The zero lies in the polydisc of this radius about the centre.")]
    uniqueness: Annotated[Decimal, msgspec.Meta(description="No other zero lies in the polydisc of this radius.")]
    real: Annotated[str, msgspec.Meta(description="Whether the zero is real: yes, no or undecided.")]
    precision: Annotated[int, msgspec.Meta(description="Bits at which the contraction test passed; 53 are doubles.")]
    orbit: Annotated[int, msgspec.Meta(description="Number of the orbit under the landscape's finite symmetries.")]


class Point(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A stationary point as written."""

    solution: Annotated[int, msgspec.Meta(description="Number of the solution that carries the point.")]
    signs: Annotated[list[int], msgspec.Meta(description="On spheres: which of the points of the solution's class.")]
    index: Annotated[int | None, msgspec.Meta(description="Morse index; null if the Hessian may be singular.")]
    energy: Interval
    coordinates: Annotated[list[Interval], msgspec.Meta(description="In the model's units.")]
    orbit: Annotated[int, msgspec.Meta(description="That of its solution.")]
    is_origin: bool


class Bound(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A proved upper bound as written."""

    value: int
    kind: str
    name: str
    reference: str
    assumptions: str


Fact = int | float | bool | str | list[int] | None


class Check(msgspec.Struct, forbid_unknown_fields=True, frozen=True, omit_defaults=True):
    """A piece of evidence as written; it holds no sentence, `stationary show` words it."""

    name: str
    outcome: str
    detail: Annotated[str | None, msgspec.Meta(description="A sentence, in older files.")] = None
    silence: Annotated[str | None, msgspec.Meta(description="Why it says nothing, where the numbers do not tell.")] = None
    numbers: Annotated[dict[str, Fact], msgspec.Meta(description="What it rests on.")] = {}


class StatedCompleteness(msgspec.Struct, forbid_unknown_fields=True, frozen=True, omit_defaults=True):
    """A verdict as written."""

    verdict: str
    evidence: list[Check]
    reason: Annotated[str | None, msgspec.Meta(description="A sentence, in older files.")] = None
    complex_verdict: Annotated[
        str | None, msgspec.Meta(description="On the complex solutions, where the verdict is on the real points alone.")
    ] = None

    @property
    def has_sentences(self) -> bool:
        """Whether it is an older file's, with sentences in the place of numbers."""
        return self.reason is not None or any(e.detail is not None for e in self.evidence)


class Coupling(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One array of exact couplings as written."""

    shape: list[int]
    values: Annotated[list[str], msgspec.Meta(description="Fractions in lowest terms, row by row.")]


class SquaredUp(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How solutions of a squared-up system are solutions of the equations as given."""

    discarded: Annotated[int, msgspec.Meta(description="Solutions of the square system that are proved not to solve them.")]
    proved: Annotated[int, msgspec.Meta(description="Solutions in the file that are proved to solve them.")]


class Singular(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """An isolated singular solution as written; no certificate says that it exists, and it is described again by verification."""

    re: Annotated[list[Decimal], msgspec.Meta(description="Real parts of the point as it was refined, one per unknown.")]
    im: Annotated[list[Decimal], msgspec.Meta(description="Imaginary parts.")]
    exact: Annotated[list[str] | None, msgspec.Meta(description="The point in fractions, where it is a small rational one.")]
    multiplicity: int | None
    is_proved: Annotated[bool, msgspec.Meta(description="Whether the multiplicity is proved by exact local algebra.")]
    n_paths: Annotated[int | None, msgspec.Meta(description="Paths that ended there.")]


class CensusFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """All members of a census file."""

    format: str
    version: int
    readme: str
    producer: str
    model: str
    seed: int | None
    sample: int
    chart_seed: int
    landscape: str
    digest: str
    system_digest: str
    formulation: str
    unknowns: list[str]
    charts: list[list[str]]
    is_redrawable: bool
    is_coercive_by_model: bool
    known_counts: list[Bound]
    neuron_permutations: list[list[int]]
    solutions: list[Solution]
    points: list[Point]
    counts: dict[str, int]
    by_index: dict[str, int]
    euler_expected: int | None
    euler_found: int | None
    completeness: StatedCompleteness
    paths: dict[str, int]
    run: dict[str, Any]
    sha256: str
    couplings: Annotated[
        dict[str, Coupling], msgspec.Meta(description="Of a network whose data, l2 or output were given: with the label they make it again.")
    ] = {}
    left_out: Annotated[
        list[str], msgspec.Meta(description="What the census had besides and nobody can derive again from this file.")
    ] = []
    squared_up: Annotated[
        SquaredUp | None, msgspec.Meta(description="Of equations of which there are more than unknowns.")
    ] = None

    singular: Annotated[
        list[Singular], msgspec.Meta(description="Isolated singular solutions, which have no certificates.")
    ] = []

    @property
    def is_of_equations(self) -> bool:
        """Whether it holds solutions of equations, without a potential."""
        return self.formulation == Kind.EQUATIONS.value


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a census file.

    Examples
    --------
    >>> sorted(schema()["$defs"])
    ['Bound', 'CensusFile', 'Check', 'Coupling', 'Point', 'Singular', 'Solution', 'SquaredUp', 'StatedCompleteness']
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"{FORMAT} {VERSION}",
        **msgspec.json.schema(CensusFile),
    }


def content_digest(content: dict[str, Any]) -> str:
    """sha256 of all members but `sha256` itself, keys sorted, without spaces."""
    rest = {key: value for key, value in content.items() if key != "sha256"}
    return sha256(msgspec.json.encode(rest, order="sorted")).hexdigest()


def read_census_file(path: str | Path) -> CensusFile:
    """Read and check the shape and the digest of a census file.

    Raises
    ------
    CensusFileError
        If the file is missing, truncated, altered, foreign or of a newer format.
    """
    try:
        data = read_bytes(path, _MAX_BYTES)
        if is_gzipped(data):
            data = gunzip(data, shown_path(path), _MAX_BYTES)
        check_json(data, shown_path(path))
    except FileError as error:
        raise CensusFileError(error.what, error.way_out) from error
    if data.strip() and not data.lstrip().startswith(b"{"):
        raise CensusFileError(f"{path} is not a census file.", "Give a file that 'stationary count --save' wrote.")
    try:
        content = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise CensusFileError(f"{path} is no complete JSON ({error}).", "It is damaged: make it again.") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise CensusFileError(f"{path} is not a census file.", "Give a file that 'stationary count --save' wrote.")
    number = content.get("version")
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise CensusFileError(f"{path} has no format version.", "Make it again.")
    if number > VERSION:
        raise CensusFileError(
            f"{path} has format version {number}, this program reads up to {VERSION}.", "Upgrade stationary-points."
        )
    if content.get("sha256") != content_digest(content):
        raise CensusFileError(f"{path} was altered: its content does not match its sha256.", "Make it again.")
    try:
        return msgspec.convert(content, CensusFile)
    except msgspec.ValidationError as error:
        raise CensusFileError(f"{path} has a wrong member ({error}).", "Make it again.") from error
