"""JSON: an array of flat records is a table; GeoJSON and other shapes are recognised and get a clear answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .. import limits
from ..problems import Unreadable
from .table import Rows, Table
from .text import TextFacts

_GEOJSON = ("FeatureCollection", "Feature")


def _depth(text: str) -> int:
    """The deepest nesting, counted before anything is parsed."""
    deepest = depth = 0
    quoted = escaped = False
    for character in text:
        if quoted:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                quoted = False
        elif character == '"':
            quoted = True
        elif character in "[{":
            depth += 1
            if depth > deepest:
                deepest = depth
                if deepest > limits.JSON_DEPTH:
                    break
        elif character in "]}":
            depth -= 1
    return deepest


def open_records(path: Path, facts: TextFacts, extension: str) -> Table:
    """An array of flat records as a table: the header is the union of the names, records start on row 2."""
    if facts.size > limits.JSON_BYTES:
        raise Unreadable("format-not-allowed", variant="size", limit=limits.JSON_BYTES)
    text = path.read_text(facts.encoding).lstrip("\ufeff")
    if extension == "csv" and text.lstrip().startswith("{"):
        raise Unreadable("not-a-table", variant="json")
    if _depth(text) > limits.JSON_DEPTH:
        raise Unreadable("json-too-deep", limit=limits.JSON_DEPTH)
    try:
        content = json.loads(text, parse_int=str, parse_float=str)
    except RecursionError:
        raise Unreadable("json-too-deep", limit=limits.JSON_DEPTH) from None
    except ValueError as error:
        line = getattr(error, "lineno", None)
        if text.lstrip().startswith("{") and "Extra data" in str(error):
            raise Unreadable("json-lines", row=line, line=line) from None
        raise Unreadable("json-invalid", row=line, line=line) from None
    if isinstance(content, dict):
        if content.get("type") in _GEOJSON:
            raise Unreadable("format-not-allowed", variant="geojson")
        raise Unreadable("format-not-allowed", variant="json")
    if not isinstance(content, list) or not content:
        raise Unreadable("file-empty" if content == [] else "format-not-allowed", variant="json")
    header: dict[str, None] = {}
    for record in content:
        if not isinstance(record, dict) or any(isinstance(value, dict) for value in record.values()):
            raise Unreadable("format-not-allowed", variant="json")
        for name in record:
            header.setdefault(str(name))
    if len(header) > limits.COLUMNS:
        raise Unreadable("too-many-columns", count=len(header), limit=limits.COLUMNS)
    names = list(header)

    def rows() -> Rows:
        yield 1, names
        for number, record in enumerate(content, 2):
            yield number, [_as_text(record.get(name)) for name in names]

    if extension not in ("json", "geojson", ""):
        raise Unreadable("wrong-extension", found="json", announced=extension)
    return Table("json", rows, encoding=facts.encoding, notices=list(facts.notices))


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
