"""Tables of the extension, without foreign keys to CKAN's own: rows are keyed by ids and outlive what they describe."""

from __future__ import annotations

from .datagouv import DatagouvLink, DatagouvRun, Twin
from .progress import PathHistory, PathMandate, PathProgress, PathProof, What
from .validation import State, StoredFile, Validation

__all__ = [
    "DatagouvLink",
    "DatagouvRun",
    "PathHistory",
    "PathMandate",
    "PathProgress",
    "PathProof",
    "State",
    "StoredFile",
    "Twin",
    "Validation",
    "What",
]
