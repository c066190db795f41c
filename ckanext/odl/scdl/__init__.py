"""The national schemas: catalogue, guess from the columns, words for people, blank model files. Knows no CKAN."""

from __future__ import annotations

from .brought import BroughtVersion, brought, dump, provide, restore
from .catalogue import Catalogue, NotATable, SchemaEntry, UnknownSchema, catalogue, load, packaged
from .changes import changes
from .detect import compare, detect
from .frequency import frequency_words
from .match import Match
from .models import blank_csv, blank_xlsx
from .prefilled import Facts, prefilled_csv, prefilled_xlsx
from .rules import rules
from .subjects import Subject, subjects
from .words import FieldWords, accepted, describe, describe_table, example

__all__ = [
    "BroughtVersion",
    "Catalogue",
    "Facts",
    "FieldWords",
    "Match",
    "NotATable",
    "SchemaEntry",
    "Subject",
    "UnknownSchema",
    "accepted",
    "blank_csv",
    "blank_xlsx",
    "brought",
    "catalogue",
    "changes",
    "compare",
    "describe",
    "describe_table",
    "detect",
    "dump",
    "example",
    "frequency_words",
    "load",
    "packaged",
    "prefilled_csv",
    "prefilled_xlsx",
    "provide",
    "restore",
    "rules",
    "subjects",
]
