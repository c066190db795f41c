"""What validators do with the fields that they are given."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk
from ckan.types import Context, FlattenDataDict, FlattenKey


def text(value: Any) -> str:
    """The text that was typed, "" when there is none (navl's ``missing`` is falsy)."""
    return str(value).strip() if value else ""


def stop(data: FlattenDataDict, key: FlattenKey) -> None:
    """Leave the field out of what is stored, and do not ask its other validators."""
    data.pop(key, None)
    raise tk.StopOnError


def existing(data: FlattenDataDict, context: Context, kind: str) -> Any:
    """Return the package or group that is being updated, None on creation (a context may come from another call)."""
    found: Any = context.get(kind)
    return found if found is not None and text(data.get(("id",))) in (found.id, found.name) else None
