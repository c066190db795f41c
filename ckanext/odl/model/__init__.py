"""Tables of the extension. No foreign key to CKAN's own tables: rows are keyed by ids and outlive what they describe."""

from __future__ import annotations

from .validation import File, State, Validation

__all__ = ["File", "State", "Validation"]
