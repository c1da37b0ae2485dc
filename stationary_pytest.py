"""The pytest plugin of stationary. Nothing is imported until a test asks for it, so that it costs other test suites nothing."""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture(scope="session")
def reference_table() -> Callable[[str], Any]:
    """Load a reference table by its label, once a session: ``reference_table("spherical-p-spin:p=3")``."""
    from functools import cache

    from homotopy.tables.table import load_table

    return cache(load_table)
