"""The checker of French local data: a file and a schema in, a report in plain words out. Knows no CKAN.

report = validate("subventions.csv", "scdl/subventions")
report.status          # valid, invalid, unreadable or incomplete
report.to_dict()       # the JSON of the API and of ``odl-validate --json``
"""

from __future__ import annotations

from .documents import is_document
from .export import as_csv, as_xlsx
from .groups import Group, groups, headline, localise
from .guard import Stopped, guarded, in_child, incomplete
from .problems import SchemaRefused
from .report import Finding, Report
from .run import validate
from .schema_check import check_schema
from .sentences import render

__all__ = [
    "Finding",
    "Group",
    "Report",
    "SchemaRefused",
    "Stopped",
    "as_csv",
    "as_xlsx",
    "check_schema",
    "groups",
    "guarded",
    "headline",
    "in_child",
    "incomplete",
    "is_document",
    "localise",
    "render",
    "validate",
]
