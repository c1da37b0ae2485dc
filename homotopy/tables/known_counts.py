"""Generic counts of networks that a shipped table holds, for networks whose count no theorem gives."""

from __future__ import annotations

from homotopy.tables.format.catalogue import list_tables
from homotopy.tables.table import load_table
from polysys.disorder import generator
from polysys.landscape import Landscape
from polysys.models.labels import model_from_label
from polysys.root_count import RootCount, RootCountKind


def shipped_count(label: str, landscape: Landscape) -> RootCount | None:
    """The number of complex stationary points of a generic network with these widths and so many data; None where no table has it.

    Parameters
    ----------
    label : str
        Of a model.
    landscape : Landscape
        A sample of it, which says how many data there are.

    Examples
    --------
    >>> import polysys as ps
    >>> label = "deep-linear:widths=2-2-3,data=iris"
    >>> shipped_count(label, ps.model_from_label(label).sample(1)).value
    705
    """
    model, table = model_from_label(label), f"{label.partition(':')[0]}:counts=complex"
    key = model.generic_class(landscape.couplings)
    if key is None or all(entry.label != table for entry in list_tables()):
        return None
    for row in load_table(table).rows:
        of_row = model_from_label(row.model)
        if row.n_complex is not None and of_row.generic_class(of_row.draw(generator(0))) == key:
            return RootCount(
                row.n_complex,
                RootCountKind.COMPUTED,
                f"generic count of {row.model}",
                f"table {table}, {row.rigor}",
                "",
            )
    return None
