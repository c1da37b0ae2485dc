"""Generic counts of networks that a shipped table holds, for networks whose count no theorem gives."""

from __future__ import annotations

from collections.abc import Hashable

from homotopy.tables.table import load_table
from polysys.landscape import Landscape
from polysys.models.deep_linear import DeepLinear
from polysys.models.labels import model_from_label
from polysys.models.polynomial_network import PolynomialNetwork
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
    model = model_from_label(label)
    if not isinstance(model, DeepLinear | PolynomialNetwork):
        return None
    data = landscape.couplings.get("X")
    key = _key(model, None if data is None else data.shape[1])
    for row in load_table(f"{model.family}:counts=complex").rows:
        of_row = model_from_label(row.model)
        if row.n_complex is not None and isinstance(of_row, type(model)) and _key(of_row, of_row.data.m) == key:
            reference = f"table {model.family}:counts=complex, {row.rigor}"
            return RootCount(row.n_complex, RootCountKind.COMPUTED, f"generic count of {row.model}", reference, "")
    return None


def _key(model: DeepLinear | PolynomialNetwork, n_data: int | None) -> tuple[Hashable, ...]:
    """What the generic count depends on; more data than monomials of the input change nothing, as the loss has only their moments."""
    most = len(model.input_monomials)
    n = most if n_data is None else min(n_data, most)
    if isinstance(model, DeepLinear):
        return (tuple(model.widths), n)
    return (tuple(model.widths), model.activation, model.output, model.bias, n)
