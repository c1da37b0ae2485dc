"""Registers of programs for the kernels."""

from __future__ import annotations

from collections.abc import Iterable


class Registers:
    """Numbers of registers; what is released is taken again, the last first, while it is warm.

    Parameters
    ----------
    n : int
        Registers that are taken from the start and never released: the inputs.

    Examples
    --------
    >>> registers = Registers(2)
    >>> a, b = registers.take(), registers.take()
    >>> registers.release([a])
    >>> a, b, registers.take(), registers.n
    (2, 3, 2, 4)
    """

    def __init__(self, n: int) -> None:
        self.n = n
        self._free: list[int] = []

    def take(self) -> int:
        """A register that nobody uses."""
        if self._free:
            return self._free.pop()
        self.n += 1
        return self.n - 1

    def release(self, registers: Iterable[int]) -> None:
        """Give registers back."""
        self._free.extend(registers)
