"""Time limits reach computations that report nothing."""

from __future__ import annotations

import pytest

import polysys as ps
from homotopy.common import reporting
from homotopy.errors import EngineTimeoutError
from polysys.counts.of_landscape import exact_count_of


def test_exact_algebra_ends_when_the_time_is_up_and_nothing_is_remembered_of_it() -> None:
    land = ps.expression("x^5 + y^5 + z^4*x + x*y*z - 3*x + y*z^2").sample()
    with pytest.raises(EngineTimeoutError), reporting.time_limit(1e-9, "The count"):
        exact_count_of(land)
    assert exact_count_of(land).stopped is None
