"""Reading: any bytes to a :class:`Table` of text, or a refusal with a code."""

from __future__ import annotations

from .opening import FileFacts, open_table

__all__ = ["FileFacts", "open_table"]
