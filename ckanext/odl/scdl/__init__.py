"""The national schemas: catalogue, guess from the columns, words for people, blank model files. Knows no CKAN."""

from __future__ import annotations

from .catalogue import Catalogue, NotATable, SchemaEntry, UnknownSchema, catalogue, load
from .changes import changes
from .detect import Match, detect
from .frequency import frequency_words
from .models import blank_csv, blank_xlsx
from .rules import rules
from .words import FieldWords, accepted, describe, describe_table, example

__all__ = [
    "Catalogue",
    "FieldWords",
    "Match",
    "NotATable",
    "SchemaEntry",
    "UnknownSchema",
    "accepted",
    "blank_csv",
    "blank_xlsx",
    "catalogue",
    "changes",
    "describe",
    "describe_table",
    "detect",
    "example",
    "frequency_words",
    "load",
    "rules",
]
