"""Reference tables: exact counts with certificates, checked when loaded, that others can cite and test against."""

from typing import TYPE_CHECKING

from polysys.lazy import attach

if TYPE_CHECKING:  # the catalogue is read without what tables are made and proved with
    from homotopy.tables.format.catalogue import list_tables as list_tables
    from homotopy.tables.kinds.samples import TableSamples as TableSamples
    from homotopy.tables.table import ReferenceTable as ReferenceTable
    from homotopy.tables.table import load_table as load_table
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        {
            "format.catalogue": "list_tables",
            "kinds.samples": "TableSamples",
            "table": "ReferenceTable, load_table",
        },
    )
