"""A JSON or GeoJSON file against its national JSON Schema, said record by record.

The jsonschema library judges (draft 7); nothing outside the schema is ever fetched. Each problem is given the number of
its record, the path of the value inside it, and the parameters that its sentence needs.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from typing import Any

import re2
from jsonschema import Draft7Validator, FormatChecker, ValidationError
from jsonschema.exceptions import best_match
from jsonschema.validators import extend

from . import hints, limits
from .context import by_year, is_main_date, when
from .patterns import linear_pattern
from .problems import Unreadable
from .reading.geojson import foreign_crs, judge_geometry
from .reading.json_records import Document, as_text
from .reading.table import Table
from .report import Findings, shorten
from .schema_source import KnownSchema

_FORMATS = FormatChecker(formats=("date", "email", "uuid"))
_SOFT = ("email", "uri", "uuid")
"""Formats whose breach is worth a look; a date that is none is an error."""
_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_COUNTED = ("minLength", "maxLength", "minItems", "maxItems")
_RECORDS_IN_EXTRACT = limits.EXTRACT_ROWS


@_FORMATS.checks("uri")
def _is_uri(value: object) -> bool:
    return not isinstance(value, str) or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s]+\Z", value) is not None


# Keywords told one by one: the library's own say them in English, with the whole value in the sentence.


def _required(validator: Any, names: Sequence[str], instance: Any, schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, dict):
        for name in names:
            if name not in instance:
                yield ValidationError("required", path=[name])


def _dependencies(validator: Any, rules: dict[str, list[str]], instance: Any, schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, dict):
        for name, needed in rules.items():
            for other in needed if name in instance else ():
                if other not in instance:
                    yield ValidationError("dependencies", path=[other], instance=name)


def _pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Iterator[ValidationError]:
    # Digits are those of ASCII, and a final line end is no end.
    if isinstance(instance, str) and not _compiled(pattern).search(instance):
        yield ValidationError("pattern")


def _enum(validator: Any, values: Sequence[Any], instance: Any, schema: Any) -> Iterator[ValidationError]:
    if not any(instance == value and isinstance(instance, bool) == isinstance(value, bool) for value in values):
        yield ValidationError("enum")


def _unique_items(validator: Any, wanted: bool, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if wanted and isinstance(instance, list):
        seen: set[str] = set()
        for item in instance:
            text = json.dumps(item, sort_keys=True, ensure_ascii=False)
            if text in seen:
                yield ValidationError("uniqueItems")
                return
            seen.add(text)


@cache
def _compiled(pattern: str) -> Any:
    """The pattern on the linear engine (its classes are those of ASCII, its end is no line's); else on :mod:`re`."""
    options = re2.Options()
    options.log_errors = False
    with suppress(re2.error):
        return re2.compile(pattern, options)
    written = linear_pattern(pattern)
    if written is not None:
        return re2.compile(written, options)
    return re.compile(re.sub(r"(?<!\\)\$$", r"\\Z", pattern), re.ASCII)


_Validator = extend(
    Draft7Validator,
    {
        "required": _required,
        "dependencies": _dependencies,
        "pattern": _pattern,
        "enum": _enum,
        "uniqueItems": _unique_items,
    },
)


def say_reading(document: Document, findings: Findings) -> frozenset[int]:
    """Say what a JSON file has whatever its schema: names twice in an object, geometries that are none.

    :returns: the numbers of the records with an error
    """
    wrong: set[int] = set()
    told = [(position + 1 if position is not None else None, name) for position, name in document.doubled]
    if document.is_geojson:
        wrong.update(_say_features(document, findings))
    for row, name in told:
        findings.add("json-duplicate-key", row=row, value=name, params=_place(document, row, name), data_row=False)
        wrong.update({row} if row else ())
    findings.rows_with_errors += len(wrong)
    findings.close_rows(frozenset(wrong))
    return frozenset(wrong)


def _say_features(document: Document, findings: Findings) -> Iterator[int]:
    crs = foreign_crs(document.content)
    if crs:
        findings.add("geojson-crs", params={"variant": "declared", "found": crs})
    empty: list[int] = []
    reversed_: list[int] = []
    for _, number, feature in document.records:
        variant = _feature_is(feature)
        if variant:
            findings.add("geojson-invalid", row=number, params={"variant": variant}, data_row=False)
            yield number
            continue
        if feature.get("geometry") is None:
            empty.append(number)
            continue
        problem, ordered = judge_geometry(feature["geometry"], projected=crs is not None)
        if problem is not None:
            findings.add(problem.code, problem.severity, row=number, params=problem.params, data_row=False)
            if problem.severity == "error":
                yield number
        elif not ordered:
            reversed_.append(number)
    if empty:
        findings.add("geometry-missing", "notice", row=empty[0], params={"count": len(empty)}, data_row=False)
    if reversed_:
        params = {"count": len(reversed_), "variant": "right-hand"}
        findings.add("geojson-ring", "notice", row=reversed_[0], params=params, data_row=False)


def _feature_is(feature: Any) -> str | None:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        return "feature"
    if not isinstance(feature.get("properties"), dict | None):
        return "properties"
    return None


def _place(document: Document, row: int | None, name: str | None = None) -> dict[str, Any]:
    """Where a record stands, in words that each language can use: its number, and its list when there are several."""
    if row is None:
        return {"name": name} if name else {}
    list_, number, _ = document.records[row - 1]
    several = len({one for one, _, _ in document.records}) > 1
    place = {"record": number, "list": list_ if several else None, "name": name}
    return {key: value for key, value in place.items() if value is not None}


class DocumentJudge:
    """Judges one document against one JSON Schema; :meth:`run` fills the findings."""

    def __init__(self, table: Table, known: KnownSchema, findings: Findings, wrong: frozenset[int]) -> None:
        if table.document is None:
            code = "geojson-invalid" if known.kind == "geojson" else "json-invalid"
            raise Unreadable(code, variant="table", found=table.format)
        if known.kind == "geojson" and not table.document.is_geojson:
            raise Unreadable("geojson-invalid", variant="json")
        if known.kind == "json" and table.document.is_geojson:
            raise Unreadable("json-invalid", variant="map")
        self.document = table.document
        self.schema = known.descriptor
        self.findings = findings
        self._wrong = set(wrong)
        self._columns = {name: index for index, name in enumerate(self.document.names, 1)}

    def run(self) -> tuple[int, int]:
        """Returns the numbers of records and of their properties."""
        document = self.document
        if document.is_geojson:
            items = self.schema["properties"]["features"]["items"]
            validator = _Validator(
                {**items, "definitions": self.schema.get("definitions", {})}, format_checker=_FORMATS
            )
            for row, (_, _, feature) in enumerate(document.records, 1):
                if _feature_is(feature) is None:
                    for error in validator.iter_errors(feature):
                        self._say(error, row, list(error.absolute_path))
        else:
            rows = self._rows_by_path()
            for error in _Validator(self.schema, format_checker=_FORMATS).iter_errors(document.content):
                self._say(*self._in_record(error, rows))
        if not document.records:
            self.findings.add("no-rows", data_row=False)
        return len(document.records), len(document.names)

    def extract(self) -> dict[str, Any]:
        """The wrong records as a page shows a table: names of the properties, then the records."""
        rows = []
        for row in sorted(self._wrong)[:_RECORDS_IN_EXTRACT]:
            held = self.document.properties(self.document.records[row - 1][2])
            cells = [shorten(as_text(held.get(name)), limits.EXTRACT_CHARACTERS) for name in self.document.names[:200]]
            rows.append({"row": row, "cells": cells})
        header = [shorten(name, limits.EXTRACT_CHARACTERS) for name in self.document.names[:200]]
        return {"header": header, "header_row": 0, "rows": rows}

    def years(self) -> dict[str, int] | None:
        """Records by the year in which they happened, as for the rows of a table; None when no property says it.

        The lists of a file may name it differently: each record tells it by the first such property that it has.
        """
        names = [name for name in self.document.names if is_main_date(name)]
        if not names:
            return None
        found: Counter[int] = Counter()
        for _, _, record in self.document.records:
            held = self.document.properties(record)
            year = next((when(as_text(held[name])) for name in names if held.get(name) is not None), None)
            if year:
                found[year[0]] += 1
        return by_year(found)

    def _rows_by_path(self) -> dict[int, int]:
        return {id(record): row for row, (_, _, record) in enumerate(self.document.records, 1)}

    def _in_record(self, error: ValidationError, rows: dict[int, int]) -> tuple[ValidationError, int | None, list[Any]]:
        """The record that an error of the whole document is in, and the path from there."""
        path = list(error.absolute_path)
        node: Any = self.document.content
        for depth, part in enumerate(path):
            row = rows.get(id(node)) if isinstance(node, dict) else None
            if row is not None:
                return error, row, path[depth:]
            try:
                node = node[part]
            except (KeyError, IndexError, TypeError):
                break
        return error, rows.get(id(node)) if isinstance(node, dict) else None, [] if id(node) in rows else path

    def _say(self, error: ValidationError, row: int | None, path: list[Any]) -> None:
        if error.context:
            deeper = best_match([error])
            if deeper is not None and deeper is not error:
                path = [*path, *list(deeper.absolute_path)[len(error.absolute_path) :]]
                error = deeper
        if self.document.is_geojson and path[:1] == ["properties"]:
            path = path[1:]
        keyword = str(error.validator)
        inside = path or [part for part in error.absolute_path if isinstance(part, str)][-1:]
        name = " › ".join(str(part + 1) if isinstance(part, int) else part for part in inside)
        params = _place(self.document, row, shorten(name, 120) or None)
        params |= _params(keyword, error)
        field = next((part for part in path if isinstance(part, str)), None)
        column = self._columns.get(field) if field and row else None
        severity = "warning" if keyword == "format" and error.validator_value in _SOFT else "error"
        self.findings.add(
            "json-schema-error",
            severity,
            row=row,
            column=column,
            field=".".join(part for part in path if isinstance(part, str)) or None,
            value=None if keyword in ("required", "dependencies") else shorten(as_text(error.instance)),
            params={"path": "/".join(map(str, path)), **params},
        )
        if row is not None and severity == "error":
            self._wrong.add(row)


def _params(keyword: str, error: ValidationError) -> dict[str, Any]:
    """What the sentence of a keyword needs, in no language."""
    schema = error.schema if isinstance(error.schema, dict) else {}
    params: dict[str, Any] = {"constraint": keyword}
    if schema.get("title") and keyword not in ("required", "dependencies"):
        params["title"] = schema["title"]
    if schema.get("examples"):
        params["example"] = as_text(schema["examples"][0])
    wanted: Any = error.validator_value
    instance: Any = error.instance
    if keyword == "type":
        types = [wanted] if isinstance(wanted, str) else [one for one in wanted if one != "null"]
        params["variant"] = "null" if error.instance is None else types[0]
    elif keyword in ("enum", "const"):
        values = [as_text(one) for one in (wanted if keyword == "enum" else [wanted]) if one is not None]
        params |= {"constraint": "enum", "accepted": values[: limits.NAMES], "total": len(values)}
        alike = [value for value in values if hints.plain(value) == hints.plain(as_text(error.instance))]
        if alike:
            params |= {"suggestion": alike[0], "hint": "spelling"}
    elif keyword == "pattern" and schema.get("description"):
        params["description"] = schema["description"]
    elif keyword == "format":
        params["variant"] = wanted
    elif keyword in _BOUNDS:
        params["limit"] = as_text(wanted)
    elif keyword in _COUNTED:
        params |= {"limit": wanted, "length": len(instance)}
    elif keyword == "dependencies":
        params["other"] = error.instance
    return params
