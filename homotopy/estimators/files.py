"""Estimates in files, so that an estimator may be written in any language. Strict: what is not understood is refused.

JSON: an object of the format "stationary-estimates" (:func:`schema` describes it), or, for one model, a number or an object
``{"0": 4.41, "1": 8.99, "total": 50.9}``. CSV: the columns index, mean and perhaps model, error, energy, energy_error; or index,
count, perhaps model, and one of run (independent of the table) and sample (the table's own).
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import numpy as np

from homotopy.estimators.estimate import TOTAL, Estimate
from polysys.errors import FileError, InputError
from polysys.reading.files import parse_json, read_text, shown_path
from polysys.theory import Prediction

FORMAT: Literal["stationary-estimates"] = "stationary-estimates"
VERSION: Literal[1] = 1
_MAX_BYTES = 1 << 26
_SEE = "See 'stationary schema estimates' and docs/estimators.md."

Finite = Annotated[float, msgspec.Meta(description="Finite.")]
NotNegative = Annotated[float, msgspec.Meta(ge=0)]
Whole = Annotated[int, msgspec.Meta(ge=0)]
_INDEX = re.compile("^[0-9]{1,4}$")
IndexKey = Annotated[str, msgspec.Meta(pattern=_INDEX.pattern, description="A Morse index.")]


class MeanEntry(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A mean and its standard error."""

    mean: Finite
    error: NotNegative = 0.0


MeanOf = MeanEntry | float


class ModelEstimate(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Estimates of one model: means, or the counts of single samples."""

    model: Annotated[str, msgspec.Meta(min_length=1, description="Label of the model, as in the table.")]
    by_index: Annotated[dict[IndexKey, MeanOf], msgspec.Meta(description="Mean number of points of each Morse index.")] = {}
    total: Annotated[MeanOf | None, msgspec.Meta(description="Mean number of all real points.")] = None
    energies: Annotated[
        dict[IndexKey, MeanOf], msgspec.Meta(description="Mean energy of the points of an index, in the model's units.")
    ] = {}
    counts: Annotated[
        list[list[Whole]] | None, msgspec.Meta(description="One row a sample: points of index 0, 1, ..; instead of means.")
    ] = None
    samples: Annotated[
        list[Whole] | None,
        msgspec.Meta(description="Which samples of the table the rows of counts are about; left out: independent of it."),
    ] = None
    evaluations: Annotated[Whole | None, msgspec.Meta(description="Evaluations of landscapes that it took.")] = None
    note: str = ""


class EstimatesFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A file of estimates."""

    format: Literal["stationary-estimates"]
    version: Literal[1]
    estimator: Annotated[str, msgspec.Meta(min_length=1, description="Name of the estimator.")]
    estimates: Annotated[list[ModelEstimate], msgspec.Meta(min_length=1)]
    reference: Annotated[str, msgspec.Meta(description="Where the method is described.")] = ""
    seconds: Annotated[NotNegative | None, msgspec.Meta(description="Working time.")] = None


@dataclass(frozen=True, slots=True)
class Estimates:
    """The estimates of a file.

    Parameters
    ----------
    name : str
    by_model : mapping from model label to Estimate
    seconds : float, optional
    """

    name: str
    by_model: Mapping[str, Estimate]
    seconds: float | None = None


def schema() -> dict[str, Any]:
    """JSON Schema of a file of estimates."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(EstimatesFile)}


def read_estimates(path: str | Path, model: str | None = None) -> Estimates:
    """The estimates in a JSON or CSV file.

    Parameters
    ----------
    path : str or Path
    model : str, optional
        Label of the model that a file is about which names none.

    Raises
    ------
    InputError
        Naming what is wrong and where.
    """
    file = Path(path)
    suffix = file.suffix.lower()
    if suffix not in (".json", ".csv"):
        raise InputError(f"{str(path)[:200]} is neither a .json nor a .csv file.", _SEE)
    text = read_text(file, _MAX_BYTES)
    found = _from_json(text, file, model) if suffix == ".json" else _from_csv(text, file, model)
    if not found.by_model:
        raise InputError(f"{file} holds no estimate.", _SEE)
    return found


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
        raise ValueError(f"the key {twice!r:.60} occurs twice")
    return found


def _from_json(text: str, file: Path, model: str | None) -> Estimates:
    try:
        content = parse_json(text, shown_path(file), parse_constant=_constant, object_pairs_hook=_unique)
    except FileError as error:
        raise InputError(error.what, _SEE) from error
    if not isinstance(content, dict) or "format" not in content:
        return _simple(content, file, model)
    if content["format"] != FORMAT:
        raise InputError(f"{file} has the format {content['format']!r:.60}, not {FORMAT!r}.", _SEE)
    if type(content.get("version")) is int and content["version"] > VERSION:
        raise InputError(f"{file} has the format version {content['version']}.", "Upgrade stationary-points.")
    try:
        decoded = msgspec.convert(content, EstimatesFile)
    except msgspec.ValidationError as error:
        raise InputError(f"{file} is wrong: {error}.", _SEE) from error
    by_model: dict[str, Estimate] = {}
    for entry in decoded.estimates:
        if entry.model in by_model:
            raise InputError(f"{file} has two estimates of {entry.model[:80]!r}.", "Give one.")
        by_model[entry.model] = _estimate(entry, decoded.estimator, file)
    return Estimates(decoded.estimator, by_model, decoded.seconds)


def _simple(content: Any, file: Path, model: str | None) -> Estimates:
    """A number, or an object from indices to means."""
    is_number = isinstance(content, int | float) and not isinstance(content, bool)
    try:
        members = {"model": "-", "total": content} if is_number else {
            "model": "-",
            "by_index": {k: v for k, v in content.items() if k != TOTAL},
            "total": content.get(TOTAL),
        }  # fmt: skip
    except AttributeError as error:
        raise InputError(f"{file} holds {type(content).__name__}, not an object.", _SEE) from error
    unknown = next((k for k in members.get("by_index", ()) if not _INDEX.fullmatch(k)), None)
    if unknown is not None:
        raise InputError(f"{file} has the key {unknown!r:.60}, which is neither a Morse index nor {TOTAL!r}.", _SEE)
    try:
        entry = msgspec.convert(members, ModelEstimate)
    except msgspec.ValidationError as error:
        raise InputError(f"{file} is wrong: {error}.", _SEE) from error
    return Estimates(file.name, {_named(model, file): _estimate(entry, file.name, file)})


def _named(model: str | None, file: Path) -> str:
    if model is None:
        raise InputError(f"{file} does not say which model it is about.", "Add it to the file, or give --model LABEL.")
    return model


def _estimate(entry: ModelEstimate, name: str, file: Path) -> Estimate:
    def prediction(value: MeanOf) -> Prediction:
        return Prediction(value.mean, value.error, "given", name) if isinstance(value, MeanEntry) else Prediction(value, 0.0, "given", name)

    where = f"{file}, {entry.model[:80]}"
    has_means = entry.by_index or entry.total is not None
    if entry.counts is not None and has_means:
        raise InputError(f"{where}: both means and counts are given.", "Give one of them.")
    if entry.samples is not None and entry.counts is None:
        raise InputError(f"{where}: samples are named, but there are no counts.", "Leave samples out.")
    for indices in (entry.by_index, entry.energies):
        if len({int(k) for k in indices}) < len(indices):
            raise InputError(f"{where}: an index is given twice.", "Write indices without leading zeros.")
    counts = None
    if entry.counts is not None:
        widths = {len(row) for row in entry.counts}
        if len(widths) != 1 or 0 in widths:
            raise InputError(f"{where}: the rows of counts are not of one length.", "Give every index in every row.")
        try:
            counts = np.array(entry.counts, np.int64)
        except OverflowError as error:
            raise InputError(f"{where}: a count is beyond 2^63.", "Give numbers of points.") from error
    try:
        return Estimate(
            {int(k): prediction(v) for k, v in entry.by_index.items()},
            None if entry.total is None else prediction(entry.total),
            counts,
            None if entry.samples is None else np.array(entry.samples, np.int64),
            {int(k): prediction(v) for k, v in entry.energies.items()},
            n_evaluations=entry.evaluations,
            note=entry.note,
        )
    except InputError as error:
        raise InputError(f"{where}: {error.what}", error.way_out) from error
    except OverflowError as error:
        raise InputError(f"{where}: the number of a sample is beyond 2^63.", "Give numbers of the table's samples.") from error


_MEANS, _COUNTS = {"model", "index", "mean", "error", "energy", "energy_error"}, {"model", "run", "sample", "index", "count"}


def _from_csv(text: str, file: Path, model: str | None) -> Estimates:
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise InputError(f"{file} is not a CSV file ({error}).", _SEE) from error
    if not lines or not any(lines[0]):
        raise InputError(f"{file} is empty.", "Its first line names the columns: index,mean.")
    header = [name.strip() for name in lines[0]]
    known = _COUNTS if "count" in header else _MEANS
    needed = {"index", "count"} if "count" in header else {"index", "mean"}
    wrong = [f"lacks the column {n!r}" for n in sorted(needed - set(header))]
    wrong += [f"has an unknown column {n[:40]!r}" for n in header if n not in known]
    wrong += [f"names the column {n[:40]!r} twice" for n, times in Counter(header).items() if times > 1]
    if "count" in header and len({"run", "sample"} & set(header)) != 1:
        wrong.append("has counts, but not one of the columns run and sample")
    if wrong:
        raise InputError(f"{file} {wrong[0]}.", _SEE)
    rows = []
    for number, cells in enumerate(lines[1:], 2):
        if not any(cells):
            continue
        if len(cells) != len(header):
            raise InputError(f"Line {number} of {file} has {len(cells)} cells instead of {len(header)}.", _SEE)
        rows.append((number, dict(zip(header, (c.strip() for c in cells), strict=True))))
    entries: dict[str, list[tuple[int, dict[str, str]]]] = {}
    for number, row in rows:
        label = row.get("model") or _named(model, file)
        entries.setdefault(label, []).append((number, row))
    read = _csv_counts if "count" in header else _csv_means
    return Estimates(file.name, {label: read(label, some, file) for label, some in entries.items()})


def _csv_means(label: str, rows: list[tuple[int, dict[str, str]]], file: Path) -> Estimate:
    by_index: dict[str, MeanOf] = {}
    energies: dict[str, MeanOf] = {}
    total: MeanOf | None = None
    for number, row in rows:
        where = f"Line {number} of {file}"
        mean = MeanEntry(_number(row["mean"], where), _number(row.get("error") or "0", where, least=0))
        name = row["index"]
        if name == TOTAL:
            if total is not None:
                raise InputError(f"{where} gives the total a second time.", "Give it once.")
            total = mean
            continue
        key = str(_whole(name, where))
        if key in by_index:
            raise InputError(f"{where} gives index {key} a second time.", "Give it once.")
        by_index[key] = mean
        if row.get("energy"):
            energies[key] = MeanEntry(_number(row["energy"], where), _number(row.get("energy_error") or "0", where, least=0))
    return _estimate(ModelEstimate(label, by_index, total, energies), file.name, file)


def _csv_counts(label: str, rows: list[tuple[int, dict[str, str]]], file: Path) -> Estimate:
    which = "sample" if "sample" in rows[0][1] else "run"
    table: dict[int, dict[int, int]] = {}
    for number, row in rows:
        where = f"Line {number} of {file}"
        sample, index, count = (_whole(row[name], where) for name in (which, "index", "count"))
        counts = table.setdefault(sample, {})
        if index in counts:
            raise InputError(f"{where} gives index {index} of {which} {sample} a second time.", "Give it once.")
        counts[index] = count
    indices = sorted({k for counts in table.values() for k in counts})
    for sample, counts in table.items():
        if sorted(counts) != indices or indices != list(range(len(indices))):
            raise InputError(
                f"{file}: {which} {sample} of {label[:80]} does not have a count for every index.", "Write zeros, too, from index 0 on."
            )
    matrix = [[table[s][k] for k in indices] for s in sorted(table)]
    samples = sorted(table) if which == "sample" else None
    return _estimate(ModelEstimate(label, counts=matrix, samples=samples), file.name, file)


def _number(text: str, where: str, least: float = -math.inf) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or value < least or "_" in text or not text.isascii():
        what = "a finite number" if least == -math.inf else f"a finite number from {least:g} on"
        raise InputError(f"{where} has {text[:40]!r} where {what} belongs.", _SEE)
    return value


def _whole(text: str, where: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise InputError(f"{where} has {text[:40]!r} where a whole number belongs.", _SEE)
    return int(text)
