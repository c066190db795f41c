"""Tables of the extension, without foreign keys to CKAN's own: rows are keyed by ids and outlive what they describe."""

from __future__ import annotations

from .path import PathHistory, PathMandate, PathProof, What
from .progress import PathProgress
from .validation import State, StoredFile, Validation

__all__ = ["PathHistory", "PathMandate", "PathProgress", "PathProof", "State", "StoredFile", "Validation", "What"]
