"""Whether a schema that somebody else wrote may judge files here: its size, its form, its patterns, its references.

The same reading as for ``validate(path, schema)`` with a schema file, and more: what comes in for everybody must not
hold a rule that this checker would leave out, or a pattern that only a backtracking engine can run.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from jsonschema import Draft7Validator, SchemaError

from . import limits
from .checks.registry import build_checks
from .fields import build_fields
from .patterns import linear_pattern
from .problems import SchemaRefused
from .schema_source import find_schema

#: Longest pattern of a schema from outside, in characters.
FOREIGN_PATTERN_CHARACTERS = 1_000


def check_schema(content: bytes, kind: str) -> dict[str, Any]:
    """Read a schema file and make sure that it can judge files.

    :param content: the file
    :param kind: ``table`` for a Table Schema, ``geojson`` or ``json`` for a JSON Schema (draft 7)
    :returns: the schema
    :raises SchemaRefused: ``schema-too-large``, ``schema-invalid``, ``schema-pattern-unsafe``, ``schema-remote-ref`` or
        ``schema-foreign-key``
    """
    if len(content) > limits.SCHEMA_BYTES:
        raise SchemaRefused("schema-too-large", limit=limits.SCHEMA_BYTES)
    try:
        schema = json.loads(content.decode("utf-8-sig"), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise SchemaRefused("schema-invalid", reason="json") from None
    if not isinstance(schema, dict):
        raise SchemaRefused("schema-invalid", reason="object")
    try:
        json.dumps(schema, ensure_ascii=False).encode()
    except (UnicodeEncodeError, RecursionError):  # halves of characters, which no page can show
        raise SchemaRefused("schema-invalid", reason="text") from None
    nodes = list(_nodes(schema))
    if kind == "table":
        _check_table(schema, nodes)
    else:
        _check_json_schema(schema, nodes)
    return schema


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)


def _nodes(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every object inside, itself first; refuses what is nested too deeply to be walked by others."""
    waiting: list[tuple[Any, int]] = [(schema, 1)]
    while waiting:
        node, depth = waiting.pop()
        if depth > limits.JSON_DEPTH:
            raise SchemaRefused("schema-invalid", reason="depth")
        if isinstance(node, dict):
            yield node
        inner = node.values() if isinstance(node, dict) else node
        waiting += [(value, depth + 1) for value in inner if isinstance(value, dict | list)]


def _check_pattern(pattern: Any, field: str | None = None) -> None:
    if not isinstance(pattern, str):
        raise SchemaRefused("schema-invalid", field=field, reason="pattern")
    if len(pattern) > FOREIGN_PATTERN_CHARACTERS or linear_pattern(pattern) is None:
        raise SchemaRefused("schema-pattern-unsafe", pattern=pattern[:100], field=field)


def _check_table(schema: dict[str, Any], nodes: list[dict[str, Any]]) -> None:
    if any("$ref" in node for node in nodes):
        raise SchemaRefused("schema-remote-ref")
    known = find_schema(schema)
    fields = schema.get("fields")
    for field in fields if isinstance(fields, list) else ():
        constraints = field.get("constraints") if isinstance(field, dict) else None
        if isinstance(constraints, dict) and constraints.get("pattern") is not None:
            _check_pattern(constraints["pattern"], str(field.get("name"))[:100])
    try:
        rules = build_fields(known.descriptor)
    except (TypeError, AttributeError):  # missingValues that are no list, a type that is no word
        raise SchemaRefused("schema-invalid", reason="fields") from None
    names = [rule.name for rule in rules]
    if not all(name.strip() for name in names) or len(set(names)) < len(names):
        raise SchemaRefused("schema-invalid", reason="name")
    for rule in rules:
        if rule.broken:
            raise SchemaRefused("schema-invalid", field=rule.name, reason=", ".join(rule.broken))
    build_checks(known.descriptor, rules, frozenset(names))
    keys = schema.get("primaryKey") or []
    keys = [keys] if isinstance(keys, str) else keys
    if not isinstance(keys, list) or not set(map(str, keys)) <= set(names):
        raise SchemaRefused("schema-invalid", reason="primaryKey")


def _check_json_schema(schema: dict[str, Any], nodes: list[dict[str, Any]]) -> None:
    targets: dict[str, Any] = {}
    count = 0
    for node in nodes:
        reference = node.get("$ref")
        if isinstance(reference, str):
            if not reference.startswith("#/"):
                raise SchemaRefused("schema-remote-ref")
            targets[reference] = _target(schema, reference)
        if isinstance(node.get("pattern"), str):
            _check_pattern(node["pattern"])
        properties = node.get("properties")
        count += len(properties) if isinstance(properties, dict) else 0
        for pattern in node["patternProperties"] if isinstance(node.get("patternProperties"), dict) else ():
            _check_pattern(pattern)
    if count > limits.SCHEMA_FIELDS:
        raise SchemaRefused("schema-too-large", limit=limits.SCHEMA_FIELDS)
    if sum("$id" in node and isinstance(node["$id"], str) for node in nodes) > ("$id" in schema):
        # A name inside gives the references below it another root, on another machine.
        raise SchemaRefused("schema-remote-ref")
    _check_no_circle(targets)
    try:
        Draft7Validator.check_schema(schema)
    except SchemaError as error:
        raise SchemaRefused("schema-invalid", reason=error.message[:200]) from None


def _target(schema: dict[str, Any], reference: str) -> Any:
    """What a reference to a place of the same file leads to."""
    node: Any = schema
    for part in reference.removeprefix("#/").split("/"):
        if not isinstance(node, dict) or part not in node:
            raise SchemaRefused("schema-invalid", reason=reference[:100])
        node = node[part]
    if not isinstance(node, dict):
        raise SchemaRefused("schema-invalid", reason=reference[:100])
    return node


def _check_no_circle(targets: Mapping[str, Any]) -> None:
    """No definition refers to itself, be it through others: whoever follows the references must come to an end."""
    leads_to = {
        name: {node["$ref"] for node in _nodes(target) if isinstance(node.get("$ref"), str)}
        for name, target in targets.items()
    }
    while free := [name for name, others in leads_to.items() if not others & leads_to.keys()]:
        for name in free:
            del leads_to[name]
    if leads_to:
        raise SchemaRefused("schema-invalid", reason="circle")
