"""Limits of work of mixed volumes."""

from __future__ import annotations

from polysys.algebra.limits import Meter, Stopped
from polysys.errors import WorkLimitError


class WorkMeter(Meter):
    """A meter in the unit of mixed volumes, of which 10^8 take about a second.

    Examples
    --------
    >>> meter = WorkMeter(10)
    >>> meter.spend(7)
    >>> meter.spend(7)
    Traceback (most recent call last):
    polysys.errors.WorkLimitError: A mixed volume needs more than the 10 operations allowed. Allow more work.
    """

    def spend(self, work: int) -> None:
        """Count work, as all meters do.

        Raises
        ------
        WorkLimitError
            When the limit is passed.
        """
        try:
            super().spend(work)
        except Stopped:
            what = f"A mixed volume needs more than the {self.work_limit} operations allowed."
            raise WorkLimitError(what, "Allow more work.") from None
