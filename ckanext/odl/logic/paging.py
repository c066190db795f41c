"""The parts that the schemas of many actions share: one object by its id, a page of a list."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk
from ckan.types import Schema, Validator

#: Beyond it there is nothing in any list, and databases take no number.
_LAST = 10**9


@tk.validator_args
def one(not_empty: Validator, unicode_safe: Validator, ignore: Validator) -> Schema:
    """The schema of an action on one object: its ``id``."""
    return {"id": [not_empty, unicode_safe], "__extras": [ignore]}


def pages(rows: int, most: int) -> Schema:
    """The keys ``start`` (0 by default) and ``rows`` of a list; who asks for more rows than *most* gets *most*."""
    default: Any
    natural: Any
    default, natural = tk.get_validator("default"), tk.get_validator("natural_number_validator")
    return {"start": [default(0), natural, at_most(_LAST)], "rows": [default(rows), natural, at_most(most)]}


def at_most(most: int) -> Validator:
    """*most* instead of a higher number. What is no number stays: CKAN goes on with values that it refused."""

    def at_most(value: Any) -> Any:
        return min(value, most) if isinstance(value, int) else value

    return at_most
