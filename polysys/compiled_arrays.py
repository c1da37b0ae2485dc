"""Arrays that kernels make: `zeros`, which costs a kernel no compilation of its own.

Numba compiles `np.zeros` and `np.empty` anew for each type and shape, as functions of their own, a tenth of a second each.
"""

# mypy: disable-error-code="misc,no-untyped-call,untyped-decorator"

from __future__ import annotations

from typing import Any

import numpy as np
from numba.core import cgutils, types
from numba.core.types.functions import NumberClass
from numba.extending import lower_builtin, type_callable
from numba.np.arrayobj import _empty_nd_impl


def zeros(shape: Any, dtype: Any) -> Any:
    """An array of zeros of a type of NumPy's.

    Examples
    --------
    >>> zeros((2, 3), np.int32).shape
    (2, 3)
    """
    return np.zeros(shape, dtype)


@type_callable(zeros)
def _type_of_zeros(context: Any) -> Any:
    def type_of(shape: Any, dtype: Any) -> Any:
        return types.Array(dtype.dtype, len(shape) if isinstance(shape, types.BaseTuple) else 1, "C")

    return type_of


@lower_builtin(zeros, types.Integer, NumberClass)
@lower_builtin(zeros, types.BaseTuple, NumberClass)
def _code_of_zeros(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    given: Any = signature.args[0]
    is_tuple = isinstance(given, types.BaseTuple)
    sizes = cgutils.unpack_tuple(builder, arguments[0]) if is_tuple else arguments[:1]
    kinds = given if is_tuple else [given]
    sizes = [context.cast(builder, size, kind, types.intp) for size, kind in zip(sizes, kinds, strict=True)]
    made = _empty_nd_impl(context, builder, signature.return_type, sizes)
    cgutils.memset(builder, made.data, builder.mul(made.nitems, made.itemsize), 0)
    return made._getvalue()
