"""Reference tables: exact counts with certificates, checked when loaded, that others can cite and test against."""

from homotopy.tables.kinds.samples import TableSamples
from homotopy.tables.table import ReferenceTable, list_tables, load_table

__all__ = ["ReferenceTable", "TableSamples", "list_tables", "load_table"]
