"""JSON: an array of flat records is a table, as the features of a GeoJSON are; the rest waits for a JSON Schema."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Any

from .. import limits
from ..problems import Unreadable
from .table import Rows, Table
from .text import TextFacts

_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_NOT_BRACKETS = bytes(code for code in range(256) if code not in b"[]{}")
_STEP = [0] * 256
for _opening in b"[{":
    _STEP[_opening] = 1
for _closing in b"]}":
    _STEP[_closing] = -1
_LONG_NUMBER = re.compile(rf"[0-9.eE+-]{{{limits.NUMBER_DIGITS + 1}}}")
_NAMES_OF_LISTS = 3


@dataclass
class Document:
    """What a JSON file holds.

    ``records``: the objects that stand for lines (features, records), each with the name of its list (``""`` when there
    is one only) and its number in that list, from 1. ``names``: the names of their properties, in order of appearance.
    ``doubled``: ``(position in records or None, name)`` of each name that an object holds twice.
    """

    content: Any
    is_geojson: bool
    records: list[tuple[str, int, Any]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    doubled: list[tuple[int | None, str]] = field(default_factory=list)

    @property
    def wrappings(self) -> list[str]:
        """The names that the lists of records bear, when they are not the whole content."""
        return (
            [] if self.is_geojson or isinstance(self.content, list) else list(dict.fromkeys(r[0] for r in self.records))
        )

    def properties(self, record: Any) -> dict[str, Any]:
        """The properties of one record; empty when it is none."""
        held = record.get("properties") if self.is_geojson and isinstance(record, dict) else record
        return held if isinstance(held, dict) else {}


class _Doubled(dict[str, Any]):
    """An object in which a name stands twice: ``names`` says which."""

    names: list[str]


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    held = dict(pairs)
    if len(held) == len(pairs):
        return held
    doubled = _Doubled(held)
    left = Counter(name for name, _ in pairs)
    left.subtract(list(held))  # once each is as it should be
    doubled.names = list(left.elements())
    return doubled


def _depth(text: str) -> int:
    """The deepest nesting, counted before anything is parsed; brackets inside strings do not count."""
    bare = _STRING.sub(b"", text.encode("utf-8", "replace")).translate(None, _NOT_BRACKETS)
    return max(accumulate(map(_STEP.__getitem__, bare)), default=0)


def _number_of(limit: int) -> Any:
    def read(text: str) -> Any:
        if len(text) > limit:
            raise Unreadable("json-invalid", variant="number", limit=limit)
        return float(text) if set(text) & set(".eE") else int(text)

    return read


def _constant(name: str) -> Any:
    raise Unreadable("json-invalid", variant="constant", found=name)


def _parse(text: str) -> Any:
    options: dict[str, Any] = {"object_pairs_hook": _pairs, "parse_constant": _constant}
    if _LONG_NUMBER.search(text):
        options["parse_int"] = options["parse_float"] = _number_of(limits.NUMBER_DIGITS)
    try:
        return json.loads(text, **options)
    except RecursionError:
        raise Unreadable("json-too-deep", limit=limits.JSON_DEPTH) from None
    except ValueError as error:
        line = getattr(error, "lineno", None)
        if text.lstrip().startswith("{") and "Extra data" in str(error):
            raise Unreadable("json-lines", row=line, line=line) from None
        if line is None:  # Python's own limit on the digits of an integer
            raise Unreadable("json-invalid", variant="number", limit=limits.NUMBER_DIGITS) from None
        raise Unreadable("json-invalid", row=line, line=line) from None


def open_json(path: Path, facts: TextFacts, extension: str) -> Table:
    """A JSON file: its ``document``, and its rows when it is a table (records count from 1, the names are row 0).

    Raises :class:`Unreadable`: ``json-invalid``, ``json-too-deep``, ``json-lines``, ``geojson-invalid``,
    ``file-empty``, ``too-many-columns``, ``wrong-extension``, ``not-a-table``.
    """
    if facts.size > limits.JSON_BYTES:
        raise Unreadable("format-not-allowed", variant="size", limit=limits.JSON_BYTES)
    text = path.read_text(facts.encoding).lstrip("\ufeff")
    if extension in ("csv", "tsv", "txt"):
        raise Unreadable("not-a-table", variant="json")
    if _depth(text) > limits.JSON_DEPTH:
        raise Unreadable("json-too-deep", limit=limits.JSON_DEPTH)
    content = _parse(text)
    del text
    document = Document(content, is_geojson=_is_geojson(content))
    if document.is_geojson:
        document.records = [("", number, feature) for number, feature in enumerate(_features(content), 1)]
    else:
        document.records = list(_records(content))
    kind = "geojson" if document.is_geojson else "json"
    if extension not in ("json", "geojson", "") or (extension == "geojson" and kind == "json"):
        raise Unreadable("wrong-extension", found=kind, announced=extension)
    document.doubled = list(_find_doubled(document))
    header: dict[str, None] = {}
    for _, _, record in document.records:
        header.update(dict.fromkeys(document.properties(record)))
        if len(header) > limits.COLUMNS:
            raise Unreadable("too-many-columns", count=len(header), limit=limits.COLUMNS)
    document.names = list(header)
    return Table(kind, _rows_of(document), encoding=facts.encoding, notices=list(facts.notices), document=document)


def _is_geojson(content: Any) -> bool:
    if not isinstance(content, dict):
        return False
    type_ = content.get("type")
    return type_ in ("FeatureCollection", "Feature") or (
        type_ in ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon")
        and "coordinates" in content
    )


def _features(content: dict[str, Any]) -> list[Any]:
    if content["type"] == "Feature":
        return [content]
    features = content.get("features")
    if content["type"] != "FeatureCollection":
        raise Unreadable("geojson-invalid", variant="bare", found=content["type"])
    if not isinstance(features, list):
        raise Unreadable("geojson-invalid", variant="features")
    if not features:
        raise Unreadable("file-empty", variant="geojson")
    return features


def _records(content: Any) -> Iterator[tuple[str, int, Any]]:
    """The records of an array, or of the arrays of objects that lie at most two names below the root.

    ``{"marches": {"marche": […], "contrat-concession": […]}}`` and ``{"data": […]}`` are lists in a wrapping.
    """
    if isinstance(content, list):
        if not content:
            raise Unreadable("file-empty", variant="json")
        yield from (("", number, record) for number, record in enumerate(content, 1))
    elif isinstance(content, dict):
        inner = [value for value in content.values() if isinstance(value, dict)]
        for level in ([content], inner):
            lists = [
                (name, value)
                for node in level
                for name, value in node.items()
                if isinstance(value, list) and value and all(isinstance(one, dict) for one in value)
            ]
            if lists:
                for name, value in lists[:_NAMES_OF_LISTS]:
                    yield from ((name, number, record) for number, record in enumerate(value, 1))
                return


def _find_doubled(document: Document) -> Iterator[tuple[int | None, str]]:
    for position, (_, _, record) in enumerate(document.records):
        for name in _doubled_in(record):
            yield position, name
    if isinstance(document.content, _Doubled):
        yield from ((None, name) for name in document.content.names)


def _doubled_in(node: Any) -> Iterator[str]:
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if isinstance(node, _Doubled):
                yield from node.names
            waiting.extend(value for value in node.values() if isinstance(value, dict | list))
        elif isinstance(node, list):
            waiting.extend(value for value in node if isinstance(value, dict | list) and not _is_position(value))


def _is_position(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], float | int)


def _rows_of(document: Document) -> Any:
    """``open_rows`` of the table; it refuses a document that is none: objects inside records, several lists."""

    def rows() -> Rows:
        flat = {name for name, _, _ in document.records}
        if len(flat) != 1 or not document.names:
            raise Unreadable("format-not-allowed", variant="json")
        if not document.is_geojson:
            for _, _, record in document.records:
                if not isinstance(record, dict) or any(isinstance(value, dict) for value in record.values()):
                    raise Unreadable("format-not-allowed", variant="json")
        yield 0, document.names
        for number, (_, _, record) in enumerate(document.records, 1):
            held = document.properties(record)
            yield number, [as_text(held.get(name)) for name in document.names]

    return rows


def as_text(value: Any) -> str:
    """One value as the text that a cell would show."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e300:
        return str(int(value))
    return repr(value) if isinstance(value, float | int) else json.dumps(value, ensure_ascii=False)
