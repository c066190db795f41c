"""The national schemas: catalogue, guess from the columns, words for people, blank model files. Knows no CKAN."""

from __future__ import annotations

from .catalogue import Catalogue, NotATable, SchemaEntry, UnknownSchema, catalogue, load
from .detect import Match, detect

__all__ = ["Catalogue", "Match", "NotATable", "SchemaEntry", "UnknownSchema", "catalogue", "detect", "load"]
