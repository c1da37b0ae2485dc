"""Numbers of emitted code whose sums and products are rounded one by one: vectors of doubles, or doubles."""

# numba types its helpers not at all
# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import cgutils

from homotopy.common.vectors import Mask, Vec


class Rounded(Vec):
    """A number, or a vector of them, with arithmetic that is never fused.

    Functions of plain numbers, such as those of :mod:`homotopy.common.double_double`, emit their code when they are called with these.
    """

    def _other(self, other: Vec | float) -> Any:
        if isinstance(other, Vec):
            return other.value
        kind = self.value.type
        return ir.Constant(kind, [float(other)] * kind.count if isinstance(kind, ir.VectorType) else float(other))

    def __add__(self, other: Vec | float) -> Rounded:
        return Rounded(self.b, self.b.fadd(self.value, self._other(other)))

    def __sub__(self, other: Vec | float) -> Rounded:
        return Rounded(self.b, self.b.fsub(self.value, self._other(other)))

    def __rsub__(self, other: float) -> Rounded:
        return Rounded(self.b, self.b.fsub(self._other(other), self.value))

    def __mul__(self, other: Vec | float) -> Rounded:
        return Rounded(self.b, self.b.fmul(self.value, self._other(other)))

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self) -> Rounded:
        return Rounded(self.b, self.b.fneg(self.value))

    def __abs__(self) -> Rounded:
        kind = self.value.type
        name = f"llvm.fabs.v{kind.count}f64" if isinstance(kind, ir.VectorType) else "llvm.fabs.f64"
        fabs = cgutils.get_or_insert_function(self.b.module, ir.FunctionType(kind, [kind]), name)
        return Rounded(self.b, self.b.call(fabs, [self.value]))

    def where(self, mask: Mask, other: Vec | float) -> Rounded:
        return Rounded(self.b, super().where(mask, other).value)
