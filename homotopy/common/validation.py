"""What a number given by a user must be; True is no number."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from polysys.errors import InputError, require_type
from polysys.reading.files import require_path


def is_whole(value: Any, least: int, most: int | None = None) -> bool:
    """Whether a value is an int in a range."""
    return type(value) is int and value >= least and (most is None or value <= most)


def is_number(value: Any) -> bool:
    """Whether a value is a finite int or float."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def check_level(value: Any) -> None:
    """Refuse a probability that is not strictly between 0 and 1."""
    if not is_number(value) or not 0 < value < 1:
        raise InputError(f"The level {value!r:.40} is not between 0 and 1.", "Give 0.95, say.")


def check_choices(
    *, options: Any = None, progress: Any = None, seed: Any = 0, time_limit: Any = 1.0, store: Any = None
) -> None:
    """Refuse what is no choice of the kind that functions share, before any work.

    Raises
    ------
    TypeError, InputError
    """
    from homotopy.options import Options

    if options is not None:
        require_type(options, Options, "The value of options", "Give ho.Options(..), or its fields as keywords.")
    if progress is not None and not callable(progress):
        require_type(progress, (), "The value of progress", "Give a function, or use ho.progress_bar().")
    if store is not None:
        require_path(store)
    if seed is not None:
        require_type(seed, (int, np.integer), "The seed", "Give a whole number.")
    require_type(time_limit, (int, float), "The time limit", "Give seconds.")
