"""CSV for spreadsheets, which run what begins like a formula."""

from __future__ import annotations

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def guarded(cell: str) -> str:
    """A cell as it is, or behind an apostrophe where a spreadsheet would run it.

    Examples
    --------
    >>> guarded("=HYPERLINK(0)"), guarded("-0.5"), guarded("deep-linear:widths=1-1-1")
    ("'=HYPERLINK(0)", '-0.5', 'deep-linear:widths=1-1-1')
    """
    if not cell.startswith(_FORMULA):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell
