"""Limits of work in operations, which mean the same on every machine."""

from __future__ import annotations

from dataclasses import dataclass

from polysys.errors import WorkLimitError


@dataclass
class WorkMeter:
    """Counts elementary operations (about 10^8 a second) so that a limit means the same on every machine.

    Parameters
    ----------
    limit : int or None
        Operations allowed; None for no limit.

    Examples
    --------
    >>> meter = WorkMeter(10)
    >>> meter.spend(7)
    >>> meter.spend(7)
    Traceback (most recent call last):
    polysys.errors.WorkLimitError: A mixed volume needs more than the 10 operations allowed. Allow more work.
    """

    limit: int | None = None
    spent: int = 0

    def spend(self, operations: int) -> None:
        """Add to the account.

        Raises
        ------
        WorkLimitError
            When the limit is passed.
        """
        self.spent += operations
        if self.limit is not None and self.spent > self.limit:
            raise WorkLimitError(
                f"A mixed volume needs more than the {self.limit} operations allowed.", "Allow more work."
            )
