"""What is no table and is not meant to be one: published as it is, there is nothing in it to check."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

_TABLES = frozenset(("csv", "tsv", "tab", "xls", "xlsx", "xlsm", "xlsb", "ods", "numbers"))
"""Who gives a file such a name means a table: that there is none in it is a fault."""
_DOCUMENTS = {
    "not-a-table": frozenset(("pdf", "picture", "document", "html", "xml", "kml")),
    "format-not-allowed": frozenset(("parquet", "database", "shapefile", "dbf")),
    "archive-not-allowed": frozenset(("archive", "shapefile", "tables")),
    "not-text": frozenset(("",)),
}


def is_document(report: Mapping[str, Any]) -> bool:
    """Whether the file of a report is a text, a picture, a map, an archive… rather than a table that cannot be read."""
    if report["status"] != "unreadable" or not report["errors"]:
        return False
    if PurePath(report["file"]["name"] or "").suffix.lower().lstrip(".") in _TABLES:
        return False
    error = report["errors"][0]
    return str(error["params"].get("variant") or "") in _DOCUMENTS.get(error["code"], ())
