"""The contents of a table: rows, statistics, and what can be drawn or proved again from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from homotopy.common.validation import is_whole
from homotopy.counting.result import Census
from homotopy.ensembles.counts import Quantity
from homotopy.ensembles.statistics import Statistic
from homotopy.errors import HomotopyError, TableError
from homotopy.status import Completeness
from homotopy.tables.format.catalogue import CatalogueEntry
from homotopy.tables.format.description import CERTIFICATES, TableFile
from homotopy.tables.format.folder import parse_lines, read_checked
from homotopy.tables.kinds.samples import TableSamples
from homotopy.tables.stored_solutions import Seeds, as_seeds, recertify
from polysys.errors import InputError
from polysys.landscape import Landscape
from polysys.models.base import Model
from polysys.models.labels import model_from_label
from polysys.theory import MeanCounts


@dataclass(frozen=True, eq=False)
class TableContents:
    """The rows of a table with their statistics, landscapes and certificates; :class:`ReferenceTable` adds the checks.

    Parameters
    ----------
    folder : Path
    description : TableFile
        The members of its table.json.
    rows : tuple of frozen records
        One attribute a column: ``table.rows[0].n_real``.
    entry : CatalogueEntry or None
        Where the table was found by its label.
    """

    folder: Path
    description: TableFile
    rows: tuple[Any, ...]
    entry: CatalogueEntry | None = None

    @property
    def label(self) -> str:
        """The table's label."""
        return self.description.label

    @property
    def kind(self) -> str:
        """What a row is: "samples", "counts" (of a model) or "published" (a number)."""
        return self.description.kind

    @property
    def model_labels(self) -> tuple[str, ...]:
        """Labels of the models whose samples are the rows, or which have a row each."""
        if self.kind == "counts":
            return tuple(r.model for r in self.rows)
        return tuple(m.label for m in self.description.models)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns; :attr:`description` has their types, meanings and rigor."""
        return tuple(c.name for c in self.description.columns)

    def key_of(self, row: Any) -> tuple[Any, ...]:
        """What identifies a row: the values of the key's columns."""
        return tuple(getattr(row, name) for name in self.description.key)

    @property
    def certificates(self) -> Mapping[tuple[str, int], Seeds]:
        """The stored solutions of the rows that have them, by model and sample.

        Raises
        ------
        TableError
            If the file is damaged.
        """
        if CERTIFICATES not in self.description.files:
            return {}
        path = self.folder / CERTIFICATES
        found = {}
        for content in parse_lines(read_checked(self.folder, self.description, CERTIFICATES), path):
            try:
                seeds = as_seeds(content)
            except msgspec.ValidationError as error:
                raise TableError(f"{path} has a line that is no certificate ({error}).", "Fetch it again.") from error
            found[seeds.model, seeds.sample] = seeds
        return MappingProxyType(found)

    @property
    def exact_means(self) -> Mapping[str, MeanCounts]:
        """Exact means over the disorder, by model label; models without known ones are left out."""
        found = {m.label: self.samples(m.label).exact_means for m in self.description.models}
        return MappingProxyType({label: means for label, means in found.items() if means is not None})

    def samples(self, model: str | Model | None = None) -> TableSamples:
        """The samples of one model.

        Parameters
        ----------
        model : str or Model, optional
            A label or a model; may be left out where the table has only one.

        Raises
        ------
        InputError
            If the table has no such model.
        """
        labels = tuple(m.label for m in self.description.models)
        if not labels:
            raise InputError(f"The table {self.label} has no samples: its rows are {self.kind}.", "Look at table.rows.")
        if model is None and len(labels) != 1:
            raise InputError(f"The table {self.label} has {len(labels)} models.", f"Name one, such as {labels[0]}.")
        wanted = labels[0] if model is None else model.label if isinstance(model, Model) else str(model)
        if wanted not in labels:
            raise InputError(
                f"The table {self.label} has no model {wanted[:80]!r}.", f"It has {', '.join(labels[:12])}."
            )
        return self._samples[wanted]

    @cached_property
    def _samples(self) -> dict[str, TableSamples]:
        rows: dict[str, list[Any]] = {label: [] for label in self.model_labels}
        for row in self.rows:
            rows.setdefault(row.model, []).append(row)
        return {e.label: TableSamples(e, tuple(rows[e.label])) for e in self.description.models}

    def mean(self, quantity: Quantity = "n_real", model: str | Model | None = None) -> Statistic:
        """The mean of a quantity over the samples of a model, with intervals that stay honest about open samples.

        Parameters
        ----------
        quantity : str or int
            "n_real", "n_minima", "n_complex", or a Morse index.
        model : str or Model, optional

        Examples
        --------
        >>> import homotopy as ho
        >>> mean = ho.load_table("spherical-p-spin:p=3").mean("n_real", model="spherical-p-spin:n=3,p=3")
        >>> 10.552360 in mean.interval(0.999)  # Auffinger, Ben Arous & Cerny
        True
        """
        return self.samples(model).mean(quantity)

    def median(self, quantity: Quantity = "n_real", model: str | Model | None = None) -> Statistic:
        """The median of a quantity over the samples of a model."""
        return self.samples(model).median(quantity)

    def column(self, name: str, model: str | Model | None = None) -> npt.NDArray[Any]:
        """A column as a numpy array: int64 or float64 where every cell is a number, else objects (None: missing)."""
        kinds = {c.name: c.type for c in self.description.columns}
        if name not in kinds:
            raise InputError(f"The table {self.label} has no column {name[:60]!r}.", f"It has {', '.join(kinds)}.")
        rows = self.rows if model is None else self.samples(model).rows
        values = [getattr(r, name) for r in rows]
        is_number = kinds[name] in ("integer", "decimal") and None not in values
        if is_number and all(abs(v) < 2**63 for v in values):
            return np.array(values, np.int64 if kinds[name] == "integer" else np.float64)
        array = np.empty(len(values), object)
        array[:] = values
        return array

    def landscape(self, model: str | Model | None = None, sample: int = 0) -> Landscape:
        """The exact landscape of a row, drawn again from model, seed and sample (0 in a table of counts)."""
        if self.kind == "counts":
            label = model.label if isinstance(model, Model) else str(model)
            if label not in self.model_labels or sample:
                raise InputError(f"The table {self.label} has no sample {sample!r:.20} of {label[:80]}.", "See table.model_labels.")
            return model_from_label(label).sample(self.description.seed)
        chosen = self.samples(model)
        if not is_whole(sample, 0, chosen.n_planned - 1):
            raise InputError(f"The table has no sample {sample!r:.20} of {chosen.label}.", f"It has {chosen.n_planned}.")
        return chosen.model.sample(chosen.seed, sample)

    def census(self, model: str | Model | None = None, sample: int = 0) -> Census:
        """All points of a row that carries certificates, proved again without a solver.

        Raises
        ------
        InputError
            If the row carries none; :attr:`certificates` lists those that do.
        """
        land = self.landscape(model, sample)
        seeds = self.certificates.get((land.label, sample))
        if seeds is None:
            raise InputError(
                f"Sample {sample} of {land.label} carries no certificate in the table.",
                "Count it: ho.census(table.landscape(model, sample)).",
            )
        try:
            return recertify(land, seeds, proves=self._is_proved(land.label, sample))
        except (ValueError, ArithmeticError) as error:
            raise TableError(
                f"The certificate of sample {sample} of {land.label} cannot be used ({error}).", "Fetch the table again."
            ) from error

    def _is_proved(self, label: str, sample: int) -> bool:
        """Whether the row of a sample, or of a generic count, is said to be proved."""
        if self.kind == "counts":
            return any(r.model == label and r.rigor == "proved" for r in self.rows)
        return bool(self.samples(label).rows[sample].verdict == Completeness.PROVED.value)

    def to_frame(self) -> Any:
        """The rows as a pandas DataFrame.

        Raises
        ------
        HomotopyError
            If pandas is not installed.
        """
        try:
            import pandas
        except ImportError as error:
            raise HomotopyError("Data frames need pandas.", "Run: pip install pandas") from error
        return pandas.DataFrame({name: self.column(name) for name in self.columns})
