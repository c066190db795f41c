"""Which part of a list is asked for. CKAN goes on validating a value that it refused: these leave one alone."""

from __future__ import annotations

from typing import Any

_LAST = 10**9


def odl_place_in_list(value: Any) -> Any:
    """Where to begin, as a number that databases and the search take: beyond it there is nothing in any list."""
    return at_most(value, _LAST)


def at_most(value: Any, most: int) -> Any:
    """*most* instead of a higher number."""
    return min(value, most) if isinstance(value, int) else value
